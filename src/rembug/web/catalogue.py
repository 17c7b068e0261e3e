"""/queries: the ready questions, each with its form, its result, its drawing and its text."""

from flask import Blueprint, Response, g, request

from rembug import terms
from rembug.catalogue import Parameter, Query
from rembug.errors import UnknownName
from rembug.graph import Role, Rows
from rembug.web.context import catalogue, graph, page, page_rows
from rembug.web.negotiation import RDF, RESULTS, rdf, results, wants_html

blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/queries")
def index() -> Response:
    """All the questions, or those with a tag."""
    tag = request.args.get("tag", "")
    found = [q for q in catalogue().values() if not tag or tag in q.tags]
    return page("queries.html", queries=found, tags=catalogue().tags, tag=tag)


@blueprint.get("/queries/<name>")
def one(name: str) -> Response:
    """One question: a page, or the result alone by ending or Accept."""
    stem, _, ending = name.rpartition(".")
    if stem and ending in {**RESULTS, **RDF}:
        media_type = {**RESULTS, **RDF}[ending]
        accept = {
            "boolean": RESULTS["json"],
            "solutions": media_type if ending in RESULTS else RESULTS["json"],
            "triples": media_type if ending in RDF else RDF["ttl"],
        }
        return _data(catalogue()[stem], accept)
    query = catalogue()[name]
    if "format" in request.args or not (wants_html(request) or rdf(request) is None):
        return _data(query, results(request))
    if not wants_html(request) and request.accept_mimetypes:
        return _data(query, results(request))
    text = query.bind(_values(query))
    rows = graph().rows(text, Role.PUBLIC)
    choices = {p.name: _choices(p) for p in query.parameters}
    return page(
        "query.html", query=query, text=text, rows=rows, choices=choices, bars=_bars(query, rows)
    )


def _data(query: Query, accept: dict[str, str]) -> Response:
    answer = graph().answer(query.bind(_values(query)), Role.PUBLIC, accept)
    return Response(answer.body, content_type=f"{answer.media_type}; charset=utf-8")


def _values(query: Query) -> dict[str, str]:
    values = {k: v for k, v in request.args.items() if k not in ("format", "lang")}
    known = [parameter.name for parameter in query.parameters]
    for name in values:
        if name not in known:
            raise UnknownName(f"parameter of {query.name}", name, known)
    if "lang" in known:
        values["lang"] = g.lang
    return values


def _choices(parameter: Parameter) -> list[tuple[str, str]]:
    """What a form offers for a parameter: values with labels; empty for free text."""
    if parameter.values:
        return [(value, value) for value in parameter.values]
    if parameter.type == "study":
        rows = page_rows("list", **{"class": str(terms.CG.Study)})
        return [(terms.study_of(str(r["thing"])) or "", str(r["thingLabel"])) for r in rows]
    return []


def _bars(query: Query, rows: Rows) -> list[tuple[str, float, str]]:
    """What a bar or line drawing shows: label, length from 0 to 1, and the number in words."""
    chart = query.chart
    if chart.kind not in ("bar", "line") or not chart.x or not chart.y:
        return []
    drawn = [
        (" · ".join(str(row[v]) for v in (chart.label, chart.x) if v and v in row), row[chart.y])
        for row in rows
        if chart.x in row and chart.y in row
    ]
    values = [float(term.value) for _, term in drawn]
    top = max(values, default=0) or 1
    return [(label, v / top, f"{v:g}") for (label, _), v in zip(drawn, values, strict=True)]
