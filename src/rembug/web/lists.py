"""/studies, /actors, /programs, /policies, /findings, /evidence: lists with facets."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, request

from rembug import terms
from rembug.errors import UnknownName
from rembug.graph import Rows
from rembug.terms import CG
from rembug.web.context import page, page_rows
from rembug.web.tables import table

blueprint = Blueprint("lists", __name__)

PAGE: Final = 50  # one less than the LIMIT of the lists' queries


@dataclass(frozen=True)
class Listing:
    """A list: its class, and the facets that narrow it, which are its query's parameters."""

    of: str
    facets: tuple[str, ...]


LISTS: Final = {
    "studies": Listing(CG.Study, ()),
    "actors": Listing(CG.Actor, ("study", "kind")),
    "programs": Listing(CG.Program, ("study", "leader")),
    "policies": Listing(CG.Policy, ("study", "issuer")),
    "findings": Listing(CG.Finding, ("study", "kind", "aspect", "rating", "stance")),
    "evidence": Listing(CG.Evidence, ("study", "source", "access")),
}


@blueprint.get(f"/<any({', '.join(LISTS)}):name>")
def listing(name: str) -> Response:
    """The things of a class; a facet's parameter narrows, `?after=` turns the page."""
    facets = LISTS[name].facets
    chosen = {key: value for key, value in request.args.items() if key not in ("lang", "format")}
    for key in chosen:
        if key not in (*facets, "after"):
            raise UnknownName(f"facet of {name}", key, facets)
    rows = page_rows(f"list-{name}", **chosen)
    first = Rows(rows.variables, rows.rows[:PAGE])
    return page(
        "list.html",
        name_=name,
        table=table(first, hidden=("key",)),
        following=str(first.rows[-1]["key"]) if len(rows) > PAGE else None,
        facets=_facets(name, chosen),
        chosen=chosen,
    )


def _facets(name: str, chosen: dict[str, str]) -> dict[str, list[tuple[str, str, str]]]:
    """For each facet its values: as a parameter, in words, and how many things have it."""
    listing = LISTS[name]
    found: dict[str, list[tuple[str, str, str]]] = {facet: [] for facet in listing.facets}
    if not found:
        return found
    within = {"study": chosen["study"]} if chosen.get("study") else {}
    for row in page_rows("facets", **{"class": str(listing.of)}, **within):
        facet = str(row["facet"])
        if facet in found:
            value = _parameter(facet, str(row["value"]))
            found[facet].append((value, str(row["valueLabel"]), str(row["items"])))
    return {facet: values for facet, values in found.items() if len(values) > 1 or facet in chosen}


def _parameter(facet: str, iri: str) -> str:
    if facet == "study":
        return terms.study_of(iri) or iri
    return (
        iri.removeprefix(terms.SCHEME) if facet in ("aspect", "rating", "stance", "access") else iri
    )
