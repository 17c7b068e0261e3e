"""Every IRI of ours: 303 to its page or its data (Cool URIs for the Semantic Web, §4.2)."""

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote, urlsplit

from flask import Blueprint, Response, redirect, request
from rdflib import BNode, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.errors import BadParameter, QuerySyntaxError, UnknownName, Words
from rembug.graph import Row, Rows, Term
from rembug.web import documentation, signposts
from rembug.web.callers import reader, role
from rembug.web.context import graph, page_part, page_query, page_rows, shown_version, solutions
from rembug.web.layouts import layout
from rembug.web.links import link
from rembug.web.negotiation import HTML, RDF, Choice, pick
from rembug.web.paths import ENDINGS, asked, has_path, page_of, spelt
from rembug.web.responses import data, has_graph, merged, page, require_newest, version
from rembug.web.study import overview
from rembug.web.tables import table

blueprint = Blueprint("things", __name__)

_MOST_NESTED: Final = 10_000  # what is described within a thing, shown and given with it
_MENTIONS: Final = 300  # `queries/pages/incoming.rq` finds one more, if there is one
_SHOWN: Final = {HTML: "", **{RDF[ending]: ending for ending in ENDINGS}}


@blueprint.get("/ontology/guide")
def guide() -> Response:
    """Which term says what a researcher found."""
    return page("guide.html", text=documentation.guide())


@blueprint.get("/ontology", defaults={"rest": "", "kind": "ontology"})
@blueprint.get("/<any(id, scheme, ontology):kind>/<path:rest>")
def thing(kind: str, rest: str) -> Response:
    """See other: the page for people, the data for programs."""
    best = pick(request, _SHOWN)
    ending = _SHOWN[best]
    path = quote("/".join(filter(None, ("/page", kind, rest))), safe="/:")
    sent = asked(_request_uri())
    unusual = not all(map(has_path, sent))
    if unusual and (found := next(filter(_exists, sent), None)) is not None:
        at = page_of(found, ending)
        return _see_other(at if ending or not has_path(found) else link(at))
    return _see_other(f"{path}.{ending}" if ending else link(path))


def _see_other(location: str) -> Response:
    """Lead there, with the version that was asked for."""
    if (number := version()) is not None:
        location += f"{'&' if '?' in location else '?'}version={number}"
    response = Response(status=303)
    response.location = redirect(location).location
    return response


@blueprint.get("/page")
def named() -> Response:
    """The page of any IRI that the graph speaks of, or its data as the caller likes better."""
    return _of(_named(), pick(request, _SHOWN))


@blueprint.get("/page.<any(ttl, jsonld, rdf, nt):ending>")
def named_data(ending: str) -> Response:
    """The data of any IRI that the graph speaks of."""
    return _of(_named(), RDF[ending])


@blueprint.get("/page/<path:path>")
def shown(path: str) -> Response:
    """The page of a thing, or its data by ending."""
    stem, _, ending = path.rpartition(".")
    if ending in ENDINGS:
        media_type = RDF[ending]
        return _of(str(terms.ONTOLOGY) if stem == "ontology" else _known(stem, ending), media_type)
    return _of(str(terms.ONTOLOGY) if path == "ontology" else _known(path), HTML)


def _of(iri: str, media_type: str) -> Response:
    if media_type != HTML:
        return signposts.of_data(_data(iri, media_type), iri)
    require_newest()
    if iri == str(terms.ONTOLOGY):
        known = documentation.documented()
        drawn = {key: documentation.diagram(one, known) for key, one in known.items()}
        return page("ontology.html", known=known, drawn=drawn, header=documentation.header())
    facts = page_part("facts", thing=iri)
    heading = page_rows("heading", thing=iri)
    kind = next((str(row["page"]) for row in heading if "page" in row), "")
    trace = page_part("trace", thing=iri)
    incoming, more = _mentions(iri)
    told = kind or facts.rows or incoming.rows or any("thingLabel" in row for row in heading)
    response = page(
        "thing.html",
        iri=iri,
        study=overview(iri) if kind == "study" else None,
        shown=None if kind == "study" else layout(iri, kind, trace),
        stated=_stated(iri),
        formats={ending: page_of(iri, ending) for ending in ENDINGS},
        heading=heading,
        facts=facts,
        within=_within(iri, facts),
        incoming=incoming,
        more=more,
        used=None if told else table(page_part("with-property", thing=iri)),
        trace=trace,
        origins=page_part("origins", thing=iri),
        links=page_part("links", thing=iri),
        content=table(page_rows("graph-content", thing=iri)) if has_graph(iri) else None,
        version=shown_version(),
    )
    return signposts.of_page(response, iri)


def _mentions(iri: str) -> tuple[Rows, bool]:
    """What points at a thing, and whether there is more of it than a page shows."""
    found = page_part("incoming", thing=iri)
    # A thing with several names has several rows.
    if len({(row["property"], row["subject"]) for row in found}) <= _MENTIONS:
        return found, False
    return Rows(found.variables, found.rows[:_MENTIONS], found.late), True


def _stated(iri: str) -> Mapping[tuple[str, str], Sequence[Row]]:
    """The submissions that make each statement of a thing, where there are several."""
    found: dict[tuple[str, str], list[Row]] = {}
    for row in page_part("stated-by", thing=iri):
        found.setdefault((str(row["property"]), str(row["object"])), []).append(row)
    several = {str(row["submission"]) for rows in found.values() for row in rows if "file" in row}
    return found if len(several) > 1 else {}


def _data(iri: str, media_type: str) -> Response:
    accept = Choice(dict.fromkeys(("boolean", "solutions", "triples"), media_type), frozenset())
    iri = str(terms.ONTOLOGY_GRAPH) if iri == str(terms.ONTOLOGY) else iri
    if has_graph(iri):
        return data(page_query("graph-triples", {"graph": iri}), accept)
    things = " ".join([iri, *_nested(iri)])
    queries = (
        page_query("description", {"things": things}),
        page_query("pointing", {"thing": iri}),
        page_query("stating", {"thing": iri}),
    )
    return merged(queries, media_type)


def _nested(iri: str) -> list[str]:
    """What a thing leads to that has no name of its own, and what that leads to, all the way."""
    found: dict[str, None] = {iri: None}
    fresh = [iri]
    while fresh and len(found) < _MOST_NESTED:
        rows = _rows("nested", things=" ".join(fresh))
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


def _known(path: str, ending: str = "") -> str:
    """The IRI that a path stands for: as the caller sent it, as Rembug mints it, or as it stands.

    Raises:
        UnknownName: nothing is said of it that the caller may read.
    """
    sent = urlsplit(_request_uri())._replace(query="").geturl()
    exact = asked(sent.removesuffix("." + ending) if ending else sent, "/page/")
    if found := next(filter(_exists, dict.fromkeys((*exact, *spelt(path)))), None):
        return found
    kin = page_rows("siblings", folder=terms.BASE + path.rpartition("/")[0] + "/")
    near = (str(row["thing"]) for row in kin)
    raise UnknownName("thing", path, [n.removeprefix(terms.BASE) for n in near if has_path(n)])


def _named() -> str:
    """The IRI that a request names as such; raises UnknownName, and BadParameter without one."""
    iri = request.args.get("iri", "")
    if not iri:
        raise BadParameter(
            Words(
                "name the thing that the page is of: /page?iri=…",
                "sebutkan hal yang ingin dilihat: /page?iri=…",
            )
        )
    if not _exists(iri):
        raise UnknownName("thing", iri, ())
    return iri


def _exists(iri: str) -> bool:
    """Whether anything is said of what an IRI names, that the caller may read."""
    try:
        known = iri == str(terms.ONTOLOGY) or has_graph(iri)
        return known or len(_rows("exists", thing=iri)) > 0
    except (BadParameter, QuerySyntaxError):  # it is no IRI, and so nothing is said of it
        return False


def _request_uri() -> str:
    """Path and query as they were sent, before anything was decoded."""
    return str(request.environ.get("REQUEST_URI", request.full_path))


def _rows(query: str, **values: str) -> Rows:
    """The solutions of a page's own query at the version that is asked for."""
    return solutions(page_query(query, values), version())
