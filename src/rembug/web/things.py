"""Every IRI of ours: 303 to its page or its data (Cool URIs for the Semantic Web, §4.2)."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.errors import UnknownName
from rembug.graph import Row, Rows, Term
from rembug.web.callers import reader, role
from rembug.web.context import (
    data,
    graph,
    link,
    merged,
    page,
    page_part,
    page_query,
    page_rows,
)
from rembug.web.negotiation import HTML, RDF, Choice, pick
from rembug.web.tables import table

blueprint = Blueprint("things", __name__)

_ENDINGS: Final = ("ttl", "jsonld", "rdf", "nt")
_MOST_NESTED: Final = 10_000  # what is described within a thing, shown and given with it
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
    facts = page_part("facts", thing=iri)
    return page(
        "thing.html",
        iri=iri,
        path="/page/" + iri.removeprefix(terms.BASE),
        endings=_ENDINGS,
        heading=heading,
        facts=facts,
        within=_within(iri, facts),
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
    things = " ".join([iri, *_nested(iri)])
    queries = (
        page_query("description", {"things": things}),
        page_query("pointing", {"thing": iri}),
    )
    return merged(queries, media_type)


def _nested(iri: str) -> list[str]:
    """What a thing leads to that has no name of its own, and what that leads to, all the way."""
    found: dict[str, None] = {iri: None}
    fresh = [iri]
    while fresh and len(found) < _MOST_NESTED:
        rows = page_rows("nested", things=" ".join(fresh))
        fresh = [node for row in rows if (node := str(row["node"])) not in found]
        found.update(dict.fromkeys(fresh))
    return list(found)[1:]


def _within(iri: str, facts: Rows) -> Mapping[str, Sequence[Row]]:
    """What is said of each thing without a name that the facts of a thing lead to."""
    nested = [node for node in _nested(iri) if terms.is_node(node)]
    if not nested and all(row["object"].kind != "bnode" for row in facts):
        return {}
    query = page_query("description", {"things": " ".join([iri, *nested])})
    found: dict[str, list[Row]] = {}
    names: dict[URIRef, Term | None] = {}
    described = sorted(graph().construct(query, role(), reader()), key=lambda t: [*map(str, t)])
    for subject, predicate, value in described:
        if str(subject) != iri and (isinstance(subject, BNode) or terms.is_node(str(subject))):
            property_ = URIRef(str(predicate))
            if property_ not in names:
                rows = page_rows("label", thing=str(property_)).rows
                names[property_] = rows[0].get("label") if rows else None
            row = {"property": Term("uri", str(property_)), "object": _term(value)}
            if (label := names[property_]) is not None:
                row["propertyLabel"] = label
            found.setdefault(str(subject), []).append(row)
    return found


def _term(node: Node) -> Term:
    match node:
        case Literal():
            return Term("literal", str(node), node.language, node.datatype and str(node.datatype))
        case BNode():
            return Term("bnode", str(node))
        case _:
            return Term("uri", str(node))


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
