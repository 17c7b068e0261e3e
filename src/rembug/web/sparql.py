"""/sparql: SPARQL 1.1 Protocol, query operation (§2.1); a form when a browser asks."""

from flask import Blueprint, Response, request

from rembug.errors import BadParameter, QuerySyntaxError, Words
from rembug.graph import Named
from rembug.web import protocol
from rembug.web.context import (
    FOR_PAGES,
    ask,
    catalogue,
    data,
    page,
    page_query,
    settings_of,
    translate,
)
from rembug.web.hints import faulty, unknown, unused
from rembug.web.negotiation import HTML, RDF, Choice, pick, results
from rembug.web.tables import view

blueprint = Blueprint("sparql", __name__)


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
        shown = view(ask(query, FOR_PAGES, named))
    except QuerySyntaxError as error:
        if (wrong := faulty(query, error)) is None:
            raise
        response = page("sparql.html", query=query, wrong=wrong, examples=catalogue())
        response.status_code = error.http_status
        return response
    return page(
        "sparql.html",
        query=query,
        view=shown,
        unknown=unknown(query),
        unused=unused(query) if shown.empty else [],
        examples=catalogue(),
    )


def _without_query() -> Response:
    if (best := pick(request, (*RDF.values(), HTML))) != HTML:
        base = {"base": request.root_url, "graphs": settings_of().default_graph}
        accept = {"boolean": best, "solutions": best, "triples": best}
        return data(page_query("service", base), Choice(accept, frozenset()))
    example = request.args.get("example")
    text = catalogue()[example].text if example else translate("sparql.first")
    return page("sparql.html", query=text, view=None, examples=catalogue())
