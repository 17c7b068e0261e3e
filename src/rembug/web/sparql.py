"""/sparql: SPARQL 1.1 Protocol, query operation (§2.1); a form when a browser asks."""

import json
from typing import Final

from flask import Blueprint, Response, g, request

from rembug.errors import BadParameter, QuerySyntaxError, Words
from rembug.graph import Named, Rows
from rembug.web import protocol, vocabulary
from rembug.web.charts import Drawing, fitting
from rembug.web.context import FOR_PAGES, called, catalogue, page_query, settings_of
from rembug.web.downloads import JSON
from rembug.web.emptied import blocking
from rembug.web.hints import faulty, unknown, unused
from rembug.web.negotiation import HTML, RDF, RESULTS, Choice, pick, results
from rembug.web.responses import ask, data, page
from rembug.web.tables import View, labelled, table, view
from rembug.web.words import translate

blueprint = Blueprint("sparql", __name__)

_ENDINGS: Final = {
    "solutions": tuple(RESULTS),
    "triples": ("ttl", "jsonld", "rdf", "nt"),
    "boolean": ("json", "xml"),
}


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    """Answer a query; without one describe the service, or show the form."""
    if "update" in protocol.fields():
        raise BadParameter(
            Words(
                "this is a request to update; send it to /update",
                "ini permintaan pembaruan; kirim ke /update",
            )
        )
    query = protocol.text("query", "application/sparql-query")
    if query is None:
        return _without_query()
    named = protocol.graphs("default-graph-uri", "named-graph-uri")
    if (choice := results(request)) is None:
        return _on_a_page(query, named)
    return data(query, choice, named)


def _on_a_page(query: str, named: Named | None) -> Response:
    """The form with the query, and its answer, or where it is wrong."""
    try:
        answer = ask(query, FOR_PAGES, named)
    except QuerySyntaxError as error:
        if (wrong := faulty(query, error)) is None:
            raise
        response = _page(query, wrong=wrong)
        response.status_code = error.http_status
        return response
    shown, drawings = view(answer), list[Drawing]()
    if answer.kind == "solutions":
        rows = labelled(Rows.from_json(answer.body), called)
        shown, drawings = View(table=table(rows)), fitting(rows)
    return _page(
        query,
        view=shown,
        drawings=drawings,
        endings=_ENDINGS[answer.kind],
        unknown=unknown(query),
        unused=unused(query) if shown.empty else [],
        blocking=blocking(query) if shown.empty else [],
    )


def _without_query() -> Response:
    if (best := pick(request, (*RDF.values(), HTML))) != HTML:
        base = {"base": request.root_url, "graphs": settings_of().default_graph}
        accept = {"boolean": best, "solutions": best, "triples": best}
        return data(page_query("service", base), Choice(accept, frozenset()))
    example = request.args.get("example")
    text = catalogue()[example].text if example else translate("sparql.first")
    return _page(text)


def _page(query: str, **answer: object) -> Response:
    """The form with a query, where scripts of ours make an editor of it."""
    return page("sparql.html", query=query, examples=catalogue(), **answer)


@blueprint.get("/sparql/terms.json")
def terms() -> Response:
    """What the editor completes from: prefixes, terms by label, and what fits which class."""
    document = json.dumps(vocabulary.written(g.lang), ensure_ascii=False)
    response = Response(document, content_type=JSON)
    response.content_language.add(g.lang)
    return response
