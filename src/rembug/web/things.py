"""Every IRI of ours: 303 to its page or its data (Cool URIs for the Semantic Web, §4.2)."""

from flask import Blueprint, Response, redirect, request

from rembug import terms
from rembug.errors import RembugError
from rembug.graph import Role
from rembug.web.context import graph, page, page_rows, page_text, url
from rembug.web.negotiation import RDF, rdf

blueprint = Blueprint("things", __name__)


class NoSuchThing(RembugError):
    """An IRI that no statement is about."""

    exit_code = 2
    http_status = 404


@blueprint.get("/ontology", defaults={"rest": "", "kind": "ontology"})
@blueprint.get("/<any(id, scheme, graph, ontology):kind>/<path:rest>")
def thing(kind: str, rest: str) -> Response:
    """See other: the page for people, the data for programs."""
    path = f"/page/{kind}/{rest}" if rest else f"/page/{kind}"
    ending = rdf(request)
    where = f"{path}.{ending}" if ending else url(path, lang=request.args.get("lang"))
    response = redirect(where, code=303)
    return Response(response.get_data(), 303, response.headers)


@blueprint.get("/page/<path:path>")
def shown(path: str) -> Response:
    """The page of a thing, or its data by ending."""
    stem, _, ending = path.rpartition(".")
    if stem and ending in RDF:
        return _data(terms.BASE + stem, ending)
    if path == "ontology":
        return page("ontology.html", terms=page_rows("terms"))
    iri = terms.BASE + path
    facts = page_rows("facts", thing=iri)
    sources = page_rows("sources", thing=iri)
    if not len(facts) and not len(sources):
        raise NoSuchThing(f"no statement is about <{iri}>; the lists and the search show what is")
    return page(
        "thing.html",
        iri=iri,
        path=path,
        facts=facts,
        incoming=page_rows("incoming", thing=iri),
        trace=page_rows("trace", thing=iri),
        sources=sources,
        formats=RDF,
    )


def _data(iri: str, ending: str) -> Response:
    accept = {"triples": RDF[ending]}
    whole = iri == terms.ONTOLOGY or iri.startswith(terms.GRAPH)
    name = terms.ONTOLOGY_GRAPH if iri == terms.ONTOLOGY else iri
    if whole:
        if name not in map(str, graph().graphs(Role.PUBLIC)):
            raise NoSuchThing(f"there is no graph <{name}> that you may read")
        text, protocol = "CONSTRUCT WHERE { ?s ?p ?o }", (frozenset({str(name)}), frozenset[str]())
        answer = graph().answer(text, Role.PUBLIC, accept, protocol)
    else:
        answer = graph().answer(page_text("describe", thing=iri), Role.PUBLIC, accept)
    if not answer.body.strip():
        raise NoSuchThing(f"no statement is about <{iri}>")
    return Response(answer.body, content_type=f"{answer.media_type}; charset=utf-8")
