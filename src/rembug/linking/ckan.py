"""A dataset on a portal that runs CKAN, by its Action API (version 3).

Portals differ in how they fill it in, and some give less than they announce: where a table is in
the portal's own database, its rows are counted there, and a file that lacks some is left for them.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path, PurePosixPath
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from rembug.errors import Unreadable, Words, several
from rembug.linking.pages import Pages
from rembug.sources import apart
from rembug.sources.fetching import Fetched, NotFetched, NotReached, fetch

FORMATS: Final = ("csv", "xlsx", "json")
"""What a table may come in, the best first."""

_PAGE: Final = re.compile(
    r"(?P<root>https?://[^?#]+?)/dataset/(?P<name>[\w.-]{1,200})"
    r"(?:/resource/(?P<resource>[\w-]{1,100}))?/?"
)
_NAME: Final = re.compile(r"[\w.-]{1,200}")
_FORM: Final = re.compile(r"\b(csv|xlsx|json|spreadsheetml)\b")
_SHOWN: Final = 20  # datasets of a portal that are named
_AT_ONCE: Final = 5_000  # rows of a page
_PAGES: Final = 400


@dataclass(frozen=True)
class Page:
    """The page of a dataset on a portal.

    Attributes:
        root: where the portal is.
        name: what the dataset is called there.
        resource: the file that the page is of; empty for the dataset's own page.
    """

    root: str
    name: str
    resource: str = ""

    @classmethod
    def of(cls, url: str) -> "Page | None":
        """The page that an address is of, if it looks like one."""
        found = _PAGE.fullmatch(url)
        return cls(found["root"], found["name"], found["resource"] or "") if found else None


def is_portal(url: str) -> bool:
    """Whether an address is that of a whole portal, or of its list of datasets."""
    return urlsplit(url).path.strip("/") in ("", "dataset")


def package(page: Page, *, private: bool = False) -> Mapping[str, Any]:
    """What a portal says of a dataset (`package_show`).

    Raises:
        NotFetched: it does not, or has none of that name; names the nearest.
    """
    try:
        found = _result(page.root, "package_show", {"id": page.name}, private)
    except NotFetched as error:
        if error.status != 404:
            raise
        near = get_close_matches(page.name, _names(page.root, private), n=5)
        shown = ", ".join(near)
        en = f"has no dataset {page.name}" + (f"; did you mean {shown}?" if near else "")
        id_ = f"tidak memiliki himpunan data {page.name}" + (
            f"; maksudnya {shown}?" if near else ""
        )
        raise NotFetched(page.root, Words(en, id_), 404) from error
    if not isinstance(found, dict):
        raise _no_answer(page.root)
    return found


def portal(url: str, *, private: bool = False) -> NotFetched:
    """What to tell somebody who gave the address of a portal: which datasets it has."""
    root = url.rstrip("/").removesuffix("/dataset")
    try:
        names = _names(root, private)
    except NotReached as error:
        return error
    except NotFetched as error:
        names, cause = [], error.words
    else:
        cause = Words("", "")
    if not names:
        en, id_ = (f" ({part})" if part else "" for part in cause)
        return NotFetched(
            url,
            Words(
                f"is a portal, not a dataset; give the page of a dataset or the file itself{en}",
                "adalah portal, bukan himpunan data; isikan halaman himpunan data atau "
                f"berkasnya{id_}",
            ),
        )
    shown = ", ".join(names[:_SHOWN]) + (", …" if names[_SHOWN:] else "")
    return NotFetched(
        url,
        Words(
            f"is a portal with {several(len(names), 'dataset')}; give the page of one, such as "
            f"{root}/dataset/{names[0]}: {shown}",
            f"adalah portal dengan {len(names)} himpunan data; isikan halaman salah satunya, "
            f"misalnya {root}/dataset/{names[0]}: {shown}",
        ),
    )


def table(
    page: Page, url: str, package: Mapping[str, Any], kept: Path, *, private: bool = False
) -> tuple[Fetched, str, str, list[Words]]:
    """The file of a dataset: that of the page, else the first table among its files.

    Args:
        page: of the dataset.
        url: that was given.
        package: what the portal says of it.
        kept: folder in which what comes page by page stays until all of it is there.
        private: whether a portal in this network may be asked.

    Returns:
        The file, its form (csv, xlsx, json), the address that it is announced at, and which one
        it is where there are others.

    Raises:
        NotFetched: there is none, or the portal gives fewer rows than it says it has.
    """
    resource, form, others = _chosen(page, url, package)
    notes = _left(resource, others)
    at = str(resource["url"])
    total = _total(page.root, resource, private)
    try:
        got = fetch(at, private=private)
    except NotFetched:
        if total is None:
            raise
    else:
        if total is None or _rows(got, form) >= total:
            return got, form, at, notes
    found = _paged(page, resource, total, private, kept)
    return Fetched(f"{page.root}/{resource['id']}.csv", found, "text/csv"), "csv", at, notes


def _left(taken: Mapping[str, Any], others: Sequence[str]) -> list[Words]:
    """Which of several files was taken, where a dataset has more than one table."""
    if not others:
        return []
    which, rest = _called(taken), "; ".join(others)
    return [
        Words(
            f"of the dataset's files {which} was taken; its other tables: {rest}. Give the address "
            "of the page of one of them (…/resource/…) to take that",
            f"dari berkas himpunan data ini yang diambil {which}; tabel lainnya: {rest}. Berikan "
            "alamat halaman salah satunya (…/resource/…) untuk mengambil yang itu",
        )
    ]


def _chosen(
    page: Page, url: str, package: Mapping[str, Any]
) -> tuple[Mapping[str, Any], str, list[str]]:
    """The first table of a dataset in the form that is read best, and the names of its others."""
    resources = [r for r in _list(package.get("resources")) if isinstance(r, dict) and r.get("url")]
    if page.resource:
        resources = [r for r in resources if r.get("id") == page.resource]
    if found := sorted(
        ((form, r) for r in resources if (form := form_of(r)) in FORMATS),
        key=lambda it: FORMATS.index(it[0]),
    ):
        form, resource = found[0]
        return resource, form, [_called(other) for _, other in found[1:]]
    told = ", ".join(str(r.get("format") or "?") for r in resources) or "–"
    raise NotFetched(
        url,
        Words(
            f"has no CSV, XLSX or JSON file (it has {told})",
            f"tidak memiliki berkas CSV, XLSX, atau JSON (yang ada: {told})",
        ),
    )


def _called(resource: Mapping[str, Any]) -> str:
    """What the portal calls a file, and what it is asked for by."""
    named = " ".join(str(resource.get("name") or "").split())
    return " ".join(part for part in (named, str(resource.get("id") or resource["url"])) if part)


def form_of(resource: Mapping[str, Any]) -> str:
    """The form of a file: as the portal says it in words or as a media type, or by its ending."""
    ending = PurePosixPath(urlsplit(str(resource["url"])).path).suffix.strip(".")
    for said in (resource.get("format"), resource.get("mimetype"), ending):
        if found := _FORM.search(str(said or "").casefold()):
            return "xlsx" if found[1] == "spreadsheetml" else found[1]
    return ""


def _total(root: str, resource: Mapping[str, Any], private: bool) -> int | None:
    """How many rows a table has in the portal's database; None where it is not in it."""
    if resource.get("datastore_active") is not True or not isinstance(resource.get("id"), str):
        return None
    try:
        asked = {"resource_id": resource["id"], "limit": 0}
        found = _result(root, "datastore_search", asked, private)
    except NotFetched:
        return None
    total = found.get("total") if isinstance(found, dict) else None
    return total if type(total) is int else None


def _rows(got: Fetched, form: str) -> int:
    """How many rows a file has below its head, as far as it can be read."""
    try:
        sheets, _ = apart.sheets(f"table.{form}", got.body, computed=True)
        counts = [sum(1 for _, row in sheet.rows() if any(map(str.strip, row))) for sheet in sheets]
    except Unreadable:
        return 0
    return max(counts, default=1) - 1


def _paged(
    page: Page, resource: Mapping[str, Any], total: int, private: bool, folder: Path
) -> bytes:
    """All rows of a table in the portal's database, in CSV.

    What came stays in the folder until all of it is there.

    Raises:
        NotFetched: its pages do not come to what it says it has; says how far they came.
    """
    id_ = str(resource["id"])
    edition = [total, resource.get("last_modified"), resource.get("hash")]
    rows = Pages(folder, f"{page.root} {id_}", edition)
    titles: list[str] = []
    for _ in range(_PAGES):
        asked = {"resource_id": id_, "limit": _AT_ONCE, "offset": len(rows)}
        try:
            found = _result(page.root, "datastore_search", asked, private)
        except NotFetched as error:
            raise _broke_off(page.root, len(rows), total, error.words) from error
        told = found if isinstance(found, dict) else {}
        fields = [str(f.get("id")) for f in _list(told.get("fields")) if isinstance(f, dict)]
        titles = titles or [title for title in fields if title != "_id"]
        new = rows.take(row for row in _list(told.get("records")) if isinstance(row, dict))
        if len(rows) >= total or not new:
            break
    if len(rows) < total or not titles:
        same = Words("it gave no more", "tidak ada lagi yang diberikan")
        raise _broke_off(page.root, len(rows), total, same)
    return rows.table(titles)


def _broke_off(root: str, came: int, total: int, cause: Words) -> NotFetched:
    return NotFetched(
        root,
        Words(
            f"says that the table has {several(total, 'row')} and gives {came} ({cause.en}); these "
            "are kept, and the same command goes on from there: try again later, or ask its "
            "operator for the whole file",
            f"menyatakan tabel itu memuat {total} baris tetapi hanya memberi {came} ({cause.id}); "
            "yang sudah datang disimpan, dan perintah yang sama melanjutkannya: coba lagi nanti, "
            "atau mintalah berkas lengkapnya kepada pengelola",
        ),
    )


def _names(root: str, private: bool) -> list[str]:
    found = _result(root, "package_list", {}, private)
    return [name for name in _list(found) if isinstance(name, str) and _NAME.fullmatch(name)]


def _result(root: str, action: str, asked: Mapping[str, object], private: bool) -> object:
    """What an action of the API gives; raises NotFetched where it does not."""
    url = f"{root}/api/3/action/{action}" + (f"?{urlencode(asked)}" if asked else "")
    try:
        document = json.loads(fetch(url, "application/json", private=private).body)
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict) or document.get("success") is not True:
        raise _no_answer(url)
    return document.get("result")


def _no_answer(url: str) -> NotFetched:
    return NotFetched(url, Words("is not an answer of CKAN", "bukan jawaban CKAN"))


def _list(value: object) -> Iterator[Any]:
    return iter(value if isinstance(value, list) else ())
