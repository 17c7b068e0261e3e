"""/queries: the ready questions, each with its form, its result, its drawing and its text."""

from collections.abc import Mapping
from typing import Final

from flask import Blueprint, Response, g, request

from rembug import terms
from rembug.catalogue import Parameter, Query
from rembug.changes import studies
from rembug.graph import Rows
from rembug.web import choices
from rembug.web.callers import reader, role
from rembug.web.charts import chart
from rembug.web.context import (
    FOR_PAGES,
    ask,
    bound,
    catalogue,
    data,
    graph,
    in_time,
    left_out,
    link,
    page,
    page_rows,
    reading,
)
from rembug.web.negotiation import RDF, RESULTS, results
from rembug.web.tables import view

_OURS: Final = ("format", "lang", "version", "synthetic")
_ABOUT: Final = ("study", "iri")  # who names one of these has chosen
blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/queries")
def index() -> Response:
    """All the questions, or those with a tag."""
    tag = request.args.get("tag", "")
    found = [query for query in catalogue().values() if not tag or tag in query.tags]
    return page("queries.html", queries=found, tags=catalogue().tags, tag=tag)


@blueprint.get("/queries/<name>")
def one(name: str) -> Response:
    """One question: a page, or the result alone by ending or Accept."""
    stem, _, ending = name.rpartition(".")
    if ending not in {**RESULTS, **RDF}:
        stem, ending = name, ""
    query = catalogue()[stem]
    values = _values(query)
    choice = results(request, ending)
    real = _real(query, values, shown=choice is None)
    text = bound(query, values, real)
    studies.require_named(graph(), query, values, role())
    if choice is not None:
        return data(text, choice)
    answer = ask(text, FOR_PAGES)
    shown = view(answer)
    drawing = (
        chart(query.chart, Rows.from_json(answer.body)) if answer.kind == "solutions" else None
    )
    return page(
        "query.html",
        query=query,
        text=text,
        values=values,
        real=real,
        kept={**values, "synthetic": "false"} if real else values,
        view=shown,
        without=_without(query, values, real) if shown.empty else [],
        chart=drawing,
        choices={parameter.name: _choices(parameter) for parameter in query.parameters},
        endings=("ttl", "jsonld", "rdf", "nt") if answer.kind == "triples" else tuple(RESULTS),
    )


def _values(query: Query) -> dict[str, str]:
    """What the caller gives; the page's language where the question takes one."""
    values = {k: v for k, v in request.args.items() if k not in _OURS}
    if any(parameter.name == "lang" for parameter in query.parameters):
        values["lang"] = g.lang
    return values


def _without(query: Query, values: Mapping[str, str], real: bool) -> list[tuple[str, int, str]]:
    """What an answer would have without one of the choices that leave nothing.

    Returns:
        The name of each such choice, how many rows there would be, and where they are.
    """
    found = []
    for parameter in query.parameters:
        if parameter.name == "lang" or not values.get(parameter.name):
            continue
        rest = {k: v for k, v in values.items() if k != parameter.name}
        text = bound(query, rest, real)
        rows = in_time(lambda text=text: graph().rows(text, role(), reader()))  # type: ignore[misc]
        if len(rows):
            more = {"synthetic": "true"} if not real else {}
            kept = {k: v for k, v in rest.items() if k != "lang"}
            to = link(f"/queries/{query.name}", **kept, **more)
            found.append((parameter.label[g.lang], len(rows), to))
    return found


def _real(query: Query, values: Mapping[str, str], shown: bool) -> bool:
    """Whether made-up studies are left out: on a page unless they are wanted, else when told so.

    Raises:
        BadParameter: `?synthetic=` is neither true nor false.
    """
    told = choices.chosen(("synthetic",), {"synthetic": request.args.getlist("synthetic")})
    if told or not shown:
        return told.get("synthetic") == ["false"]
    about = {parameter.name for parameter in query.parameters if parameter.type in _ABOUT}
    with reading() as index:
        return left_out(index, any(values.get(name) for name in about))


def _choices(parameter: Parameter) -> list[tuple[str, str]]:
    """What a form offers for a parameter, values with labels; nothing where it takes free text."""
    if parameter.values:
        return [(value, _label(parameter, value)) for value in parameter.values]
    match parameter.type:
        case "study":
            rows = page_rows("study-names")
            return [
                (terms.study_of(str(r["study"])) or "", str(r.get("studyLabel", r["study"])))
                for r in rows
            ]
        case "concept-scheme":
            rows = page_rows("scheme-names")
            return [(_slug(r["scheme"].value), str(r["schemeLabel"])) for r in rows]
        case "concept" if parameter.scheme:
            rows = page_rows("concept-names", scheme=parameter.scheme)
            return [(_slug(r["concept"].value), str(r["conceptLabel"])) for r in rows]
        case "concept":
            rows = page_rows("concept-names")
            return [
                (_slug(r["concept"].value), f"{r['schemeLabel']}: {r['conceptLabel']}")
                for r in rows
            ]
        case _:
            return []


def _label(parameter: Parameter, value: str) -> str:
    if parameter.type not in ("concept", "concept-scheme"):
        return value
    rows = page_rows("label", thing=str(parameter.term(value)))
    return str(rows.rows[0]["label"]) if rows.rows else value


def _slug(iri: str) -> str:
    return iri.removeprefix(terms.SCHEME)
