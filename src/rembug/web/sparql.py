"""/sparql: SPARQL 1.1 Protocol, query operation (§2.1); a form when a browser asks."""

from typing import Final

from flask import Blueprint, Response, abort, request

from rembug.errors import BadParameter
from rembug.graph import Role
from rembug.web.context import (
    FOR_PAGES,
    Named,
    catalogue,
    data,
    graph,
    page,
    page_query,
    translate,
)
from rembug.web.negotiation import HTML, RDF, Choice, pick, results
from rembug.web.tables import view

blueprint = Blueprint("sparql", __name__)

_DIRECT: Final = "application/sparql-query"
_FORM: Final = "application/x-www-form-urlencoded"


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    """Answer a query; without one describe the service, or show the form."""
    query = _query()
    if query is None:
        return _without_query()
    named = _named_graphs()
    if (choice := results(request)) is None:
        answer = graph().answer(query, Role.PUBLIC, FOR_PAGES, named)
        return page("sparql.html", query=query, view=view(answer), examples=catalogue())
    return data(query, choice, named)


def _query() -> str | None:
    """The one query of a request (SPARQL 1.1 Protocol §2.1.1 to §2.1.3)."""
    if request.method == "POST" and request.mimetype == _DIRECT:
        try:
            return request.get_data().decode()
        except UnicodeDecodeError as error:
            raise BadParameter(f"the query is not UTF-8: {error}") from error
    if request.method == "POST" and request.mimetype != _FORM:
        abort(415, f"POST a query as {_DIRECT}, or as {_FORM} with the field “query”")
    sent = request.form if request.method == "POST" else request.args
    if "update" in sent:
        raise BadParameter("this is a request to update; over HTTP the graph can only be read")
    if len(queries := sent.getlist("query")) > 1:
        raise BadParameter("the request has more than one query; send them one by one")
    if request.method == "POST" and not queries:
        raise BadParameter("the form has no field “query”")
    return queries[0] if queries and queries[0].strip() else None


def _named_graphs() -> Named | None:
    """The dataset that the request names, which goes before FROM (§2.1.4)."""
    sent = request.form if request.mimetype == _FORM else request.args
    default = frozenset(sent.getlist("default-graph-uri"))
    named = frozenset(sent.getlist("named-graph-uri"))
    return (default, named) if default or named else None


def _without_query() -> Response:
    if (best := pick(request, (*RDF.values(), HTML))) != HTML:
        base = {"base": request.root_url}
        accept = {"boolean": best, "solutions": best, "triples": best}
        return data(page_query("service", base), Choice(accept, frozenset()))
    example = request.args.get("example")
    text = catalogue()[example].text if example else translate("sparql.first")
    return page("sparql.html", query=text, view=None, examples=catalogue())
