"""/sparql: SPARQL 1.1 Protocol, query operation (§2.1); a form when a browser asks."""

from flask import Blueprint, Response, abort, request

from rembug.errors import BadParameter, NotAcceptable
from rembug.graph import Role
from rembug.web.context import catalogue, graph, page
from rembug.web.negotiation import RDF, rdf, results, wants_html

blueprint = Blueprint("sparql", __name__)


@blueprint.route("/sparql", methods=["GET", "POST"])
def sparql() -> Response:
    """Answer a query, or describe the service, or show the form."""
    query = _query()
    if query is None:
        if request.method == "POST":
            raise BadParameter("the request has no query; send it as the parameter query")
        if (ending := rdf(request)) is not None:
            return _description(ending)
        if not wants_html(request):
            raise BadParameter("the request has no query; send it as ?query= or by POST")
        return page("sparql.html", query=request.args.get("text", ""), examples=catalogue())
    accept = results(request)
    answer = graph().answer(query, Role.PUBLIC, accept, _named_graphs())
    return Response(answer.body, content_type=f"{answer.media_type}; charset=utf-8")


def _query() -> str | None:
    if request.method == "POST" and request.mimetype == "application/sparql-query":
        try:
            return request.get_data().decode()
        except UnicodeDecodeError as error:
            raise BadParameter(f"the query is not UTF-8: {error}") from error
    if request.method == "POST" and request.mimetype != "application/x-www-form-urlencoded":
        abort(415, "POST a query as application/sparql-query or as a form with the field query")
    source = request.form if request.method == "POST" else request.args
    if len(queries := source.getlist("query")) > 1:
        raise BadParameter("the request has more than one query")
    return queries[0] if queries else None


def _named_graphs() -> tuple[frozenset[str], frozenset[str]] | None:
    default = frozenset(request.values.getlist("default-graph-uri"))
    named = frozenset(request.values.getlist("named-graph-uri"))
    return (default, named) if default or named else None


def _description(ending: str) -> Response:
    """SPARQL 1.1 Service Description, written by the engine from one query."""
    formats = " , ".join(
        f"<http://www.w3.org/ns/formats/{name}>"
        for name in (
            "SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV",
            "SPARQL_Results_TSV", "Turtle", "N-Triples", "JSON-LD", "RDF_XML",
        )
    )  # fmt: skip
    text = f"""PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
        CONSTRUCT {{ [] a sd:Service ; sd:endpoint <{request.base_url}> ;
            sd:supportedLanguage sd:SPARQL11Query ; sd:feature sd:UnionDefaultGraph ;
            sd:resultFormat {formats} ; sd:defaultDataset [ a sd:Dataset ;
            sd:defaultGraph [ a sd:Graph ] ] }} WHERE {{}}"""
    if any(c in request.base_url for c in '<>"{}|\\^`'):
        raise NotAcceptable("the request's own URL is not an IRI")
    answer = graph().answer(text, Role.PUBLIC, {"triples": RDF[ending]})
    return Response(answer.body, content_type=f"{answer.media_type}; charset=utf-8")
