"""What every answer to an assistant carries: addresses, the query, the version, the licences."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Annotated, Any, Final, Literal

from flask import g, request
from pydantic import Field

from rembug import terms
from rembug.graph import Row, Term
from rembug.web.callers import role
from rembug.web.context import graph, page_part
from rembug.web.links import href

Json = dict[str, Any]

Language = Annotated[Literal["en", "id"], Field(description="Language of names and texts.")]
Offset = Annotated[int, Field(ge=0, le=1_000_000, description="Rows to leave out: `next`.")]

MOST: Final = 100
"""Rows of one answer."""
_LONGEST: Final = 2000  # characters of one value
_MOST_STUDIES: Final = 50  # whose licences are told


NOTHING: Final = {
    "en": "Nothing in the graph matches. It is not known, which does not prove that it is not so.",
    "id": "Tidak ada yang cocok dalam graf. Artinya belum diketahui, bukan terbukti tidak ada.",
}
"""Why an answer is empty."""


def answer(
    found: object,
    *,
    query: str = "",
    empty: str = "",
    page: str = "",
    more: Mapping[str, object] | None = None,
) -> Json:
    """An answer with what it rests on.

    Args:
        found: rows, or an object.
        query: the SPARQL that was run, if it was one query.
        empty: why there is nothing, if there is nothing.
        page: where a person sees the same.
        more: further members.
    """
    studies = sorted(set(_studies(found)))
    told: Json = {"answer": found, **(more or {})}
    if empty and not found:
        told["empty"] = empty
    if query:
        told["query"] = query
    told |= {
        "page": page or site() or terms.BASE,
        "version": graph().shown(role()),
        "read_as": role().name.lower(),
        "sources": sources(studies[:_MOST_STUDIES]),
    }
    return told


def paged(
    rows: Sequence[object],
    offset: int,
    limit: int,
    told: Callable[[object], object] = lambda one: one,
) -> Json:
    """A part of many rows, how many there are, and where the next part begins."""
    end = offset + min(limit, MOST)
    return {
        "rows": [told(one) for one in rows[offset:end]],
        "total": len(rows),
        "next": end if end < len(rows) else None,
    }


def row(solution: Row) -> Json:
    """A solution of a query as JSON: an IRI as an object with its page, a literal as its text."""
    return {name: value(term) for name, term in solution.items()}


def value(term: Term) -> object:
    """A term: an IRI with its address, the text of a literal, cut where it is very long."""
    if term.kind == "uri":
        return {"iri": term.value, "page": address(term.value)}
    text = term.value
    return text if len(text) <= _LONGEST else text[:_LONGEST] + " … (cut)"


def address(iri: str) -> str:
    """Where a person sees a thing: its page on this service, or its IRI, which leads there."""
    path = href(iri)
    return (site().rstrip("/") + path if path.startswith("/") else path) if site() else iri


def place(path: str) -> str:
    """The address of a page of the service; of where it is published, where it has no host."""
    return (site() or terms.BASE).rstrip("/") + path


def site() -> str:
    """The URL of the service; empty where it is not known."""
    return "" if g.get("no_site") else request.url_root


def sources(studies: Sequence[str]) -> list[Json]:
    """How some studies may be used and cited, and whether they are made up."""
    if not studies:
        return []
    rows = page_part("licences", studies=" ".join(studies))
    return [
        {
            "study": str(one["studies"]),
            "title": _text(one, "title"),
            "licence": _text(one, "licence"),
            "citation": _text(one, "citation"),
            "period": "–".join(filter(None, (_text(one, "start"), _text(one, "end")))),
            "region": _text(one, "regionLabel"),
            "synthetic": _text(one, "synthetic") == "true",
            "page": address(str(one["studies"])),
        }
        for one in rows
    ]


def _text(row: Mapping[str, Term], name: str) -> str:
    return str(row[name]) if name in row else ""


def _studies(found: object) -> Iterable[str]:
    """The studies whose things are spoken of anywhere in an answer."""
    match found:
        case str():
            if (slug := terms.study_of(found)) is not None:
                yield str(terms.study(slug))
        case dict():
            for each in found.values():
                yield from _studies(each)
        case list() | tuple():
            for each in found:
                yield from _studies(each)
