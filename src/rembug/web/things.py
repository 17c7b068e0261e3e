"""Every IRI of ours: 303 to its page or its data (Cool URIs for the Semantic Web, §4.2)."""

from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request

from rembug import terms
from rembug.errors import UnknownName
from rembug.web.callers import role
from rembug.web.context import data, graph, link, page, page_part, page_query, page_rows
from rembug.web.negotiation import HTML, RDF, Choice, pick
from rembug.web.study import overview
from rembug.web.tables import table

blueprint = Blueprint("things", __name__)

_ENDINGS: Final = ("ttl", "jsonld", "rdf", "nt")
_SHOWN: Final = {HTML: "", **{RDF[ending]: f".{ending}" for ending in _ENDINGS}}


@blueprint.get("/ontology", defaults={"rest": "", "kind": "ontology"})
@blueprint.get("/<any(id, scheme, ontology):kind>/<path:rest>")
def thing(kind: str, rest: str) -> Response:
    """See other: the page for people, the data for programs."""
    path = quote("/".join(filter(None, ("/page", kind, rest))), safe="/%:")
    ending = _SHOWN[pick(request, _SHOWN)]
    response = Response(status=303)
    response.location = redirect(path + ending).location if ending else link(path)
    return response


@blueprint.get("/page/<path:path>")
def shown(path: str) -> Response:
    """The page of a thing, or its data by ending."""
    stem, _, ending = path.rpartition(".")
    if ending in _ENDINGS:
        return _data(stem, RDF[ending])
    if path == "ontology":
        return page("ontology.html", rows=page_rows("ontology-terms"))
    iri = _known(path)
    heading = page_rows("heading", thing=iri)
    is_study = any(str(row.get("kind", "")) == str(terms.CG.Study) for row in heading)
    return page(
        "thing.html",
        iri=iri,
        study=overview(iri) if is_study else None,
        path="/page/" + iri.removeprefix(terms.BASE),
        endings=_ENDINGS,
        heading=heading,
        facts=page_part("facts", thing=iri),
        incoming=page_part("incoming", thing=iri),
        trace=page_part("trace", thing=iri),
        origins=page_part("origins", thing=iri),
        links=page_part("links", thing=iri),
        content=table(page_rows("graph-content", thing=iri)) if _is_graph(iri) else None,
    )


def _data(path: str, media_type: str) -> Response:
    accept = Choice(dict.fromkeys(("boolean", "solutions", "triples"), media_type), frozenset())
    iri = str(terms.ONTOLOGY_GRAPH) if path == "ontology" else _known(path)
    if _is_graph(iri):
        return data(page_query("graph-triples", {"graph": iri}), accept)
    return data(page_query("description", {"thing": iri}), accept)


def _known(path: str) -> str:
    """The IRI that a path stands for: as Rembug mints it, or as the path itself spells it.

    Raises:
        UnknownName: nothing is said of it that the caller may read.
    """
    minted, spelt = (terms.BASE + quote(path, safe=safe) for safe in ("/", "/%:@!$&'()*+,;=~"))
    for iri in dict.fromkeys((minted, spelt)):
        if _is_graph(iri) or len(page_rows("exists", thing=iri)):
            return iri
    kin = page_rows("siblings", folder=terms.BASE + path.rpartition("/")[0] + "/")
    raise UnknownName("thing", path, [str(row["thing"]).removeprefix(terms.BASE) for row in kin])


def _is_graph(iri: str) -> bool:
    return iri in map(str, graph().graphs(role()))
