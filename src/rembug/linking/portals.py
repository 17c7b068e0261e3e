"""Datasets on other people's portals: a file, a dataset of CKAN, a query to a SPARQL endpoint."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path, PurePosixPath
from typing import Final
from urllib.parse import unquote, urlencode, urlsplit

from rembug.errors import BadParameter, Words
from rembug.graph import passing_folder
from rembug.linking import ckan
from rembug.linking.datasets import Description
from rembug.sources.fetching import Fetched, NotFetched, fetch

_ENDINGS: Final = {
    "text/csv": ".csv",
    "application/json": ".json",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx",
}


@dataclass(frozen=True)
class Found:
    """What a portal has: the file's name and content, and what the portal says of the dataset.

    Attributes:
        notes: which file it is, where the dataset has several.
    """

    name: str
    body: bytes
    about: Description
    notes: Sequence[Words] = ()


def download(
    url: str, about: Description, kept: Path | None = None, *, private: bool = False
) -> Found:
    """Get a dataset: a table by its address, or the first table of a dataset of CKAN by its page.

    Args:
        url: of a CSV, XLSX or JSON file, or the page of a dataset or of one of its files, such as
            `https://portal/dataset/name`.
        about: what is said of it already; the portal fills in what is empty.
        kept: folder for what a portal gives in pages, until all have come; None keeps nothing.
        private: whether a portal in this network may be asked.

    Raises:
        NotFetched: the portal does not give it; says why.
    """
    if ckan.is_portal(url):
        raise ckan.portal(url, private=private)
    if (page := ckan.Page.of(url)) is None:
        got = fetch(url, "text/csv, */*;q=0.5", private=private)
        return Found(_name(got), got.body, replace(about, download=url))
    package = ckan.package(page, private=private)
    with passing_folder() as gone:
        got, form, at, notes = ckan.table(page, url, package, kept or Path(gone), private=private)
    organization = package.get("organization")
    publisher = organization.get("title") if isinstance(organization, dict) else organization
    return Found(
        _name(got, form),
        got.body,
        replace(
            about,
            title=about.title or str(package.get("title") or page.name),
            publisher=about.publisher or str(publisher or package.get("author") or ""),
            licence=about.licence or _address(package.get("license_url")),
            page=about.page or url,
            download=at,
            issued=about.issued or _day(package.get("metadata_modified")),
            text=about.text or _text(package.get("notes")),
        ),
        notes,
    )


def select(endpoint: str, query: str, about: Description, *, private: bool = False) -> Found:
    """The solutions of a SELECT query at a SPARQL endpoint, as a table.

    SPARQL 1.1 Protocol §2.1.1: by GET, in CSV.

    Raises:
        NotFetched: the endpoint does not answer with a table; says why.
    """
    mark = "&" if urlsplit(endpoint).query else "?"
    got = fetch(f"{endpoint}{mark}{urlencode({'query': query})}", "text/csv", private=private)
    if got.media_type != "text/csv":
        told = got.media_type or "?"
        raise NotFetched(
            endpoint, Words(f"answered {told}, not CSV", f"menjawab {told}, bukan CSV")
        )
    return Found("solutions.csv", got.body, replace(about, page=about.page or endpoint))


def _name(got: Fetched, form: str = "") -> str:
    """A name for a file whose ending says what it is."""
    name = PurePosixPath(unquote(urlsplit(got.url).path)).name or "table"
    if name.lower().endswith(tuple(_ENDINGS.values())):
        return name
    ending = _ENDINGS.get(got.media_type) or (f".{form.lower()}" if form else "")
    if ending not in _ENDINGS.values():
        ending = ".xlsx" if got.body[:2] == b"PK" else ".csv"
    return name + ending


def _address(text: object) -> str:
    return text if isinstance(text, str) and text.startswith(("http://", "https://")) else ""


def _text(notes: object) -> str:
    """What a portal says of a dataset, in one kind of line end."""
    lines = notes.splitlines() if isinstance(notes, str) else ()
    return "\n".join(line.rstrip() for line in lines).strip()


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text)[:10])
    except ValueError:
        return None


def require_described(about: Description) -> None:
    """Raise BadParameter unless a dataset has a title and a publisher."""
    if not about.title or not about.publisher:
        raise BadParameter(
            Words(
                "say what it is and whose: --title and --publisher",
                "sebutkan judul dan pemiliknya: --title dan --publisher",
            )
        )
