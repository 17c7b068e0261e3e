"""RDF syntaxes, read and written by the engine's parsers, with the line that each triple is on."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
from rdflib import RDF, XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.errors import Unreadable, Words, with_cause
from rembug.graph.model import Change, Content
from rembug.graph.reader import Triple

FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
}


# A blank node's label, where it is one and not part of an IRI or a literal. One that is not closed
# reaches to the end, so that nothing is read twice.
_LABEL: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|<[^>]*+>?|_:(\S+)')
_UNUSUAL: Final = re.compile(rb"_:[^ ]*[^A-Za-z0-9 ]")


_SOME: Final = URIRef("urn:x-rembug:some")
_AS_WRITTEN: Final = frozenset(map(str, (XSD.string, XSD.anyURI, RDF.langString)))


@dataclass(frozen=True)
class LocatedQuad:
    """A quad of a file, its graph (None: the default graph) and the line where it was complete."""

    subject: Node
    predicate: URIRef
    object: Node
    graph: URIRef | None
    line: int


def to_rdflib(term: ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple) -> Node:
    """An engine's term as rdflib's."""
    match term:
        case ox.NamedNode():
            return URIRef(term.value)
        case ox.BlankNode():
            return BNode(term.value)
        case ox.Literal():
            if term.language:
                return Literal(term.value, lang=term.language)
            if term.datatype.value == str(XSD.string):
                return Literal(term.value)  # in rdflib a plain literal and xsd:string are unequal
            return Literal(term.value, datatype=URIRef(term.datatype.value), normalize=False)
        case _:
            raise Unreadable(
                "RDF",
                Words(
                    "a triple term of RDF 1.2, which OWL and SHACL do not know yet",
                    "istilah tripel RDF 1.2, yang belum dikenal OWL dan SHACL",
                ),
            )


def to_engine(node: Node) -> ox.NamedNode | ox.BlankNode | ox.Literal | None:
    """A term of rdflib's as the engine's; None for what the engine holds to be no term."""
    try:
        match node:
            case URIRef():
                return ox.NamedNode(str(node))
            case BNode():
                return ox.BlankNode(str(node))
            case Literal() if node.language:
                return ox.Literal(str(node), language=node.language)
            case Literal():
                kind = node.datatype or XSD.string
                return ox.Literal(str(node), datatype=ox.NamedNode(str(kind)))
    except ValueError:
        pass
    return None


def spelled(literal: ox.Literal) -> ox.Literal:
    """A literal as the engine spells it: it keeps numbers and times by value."""
    return literal if literal.datatype.value in _AS_WRITTEN else _respelled(literal)


@lru_cache(maxsize=100_000)
def _respelled(literal: ox.Literal) -> ox.Literal:
    board, some = ox.Store(), ox.NamedNode(_SOME)
    board.add(ox.Quad(some, some, literal))
    (quad,) = board
    assert isinstance(quad.object, ox.Literal)
    return quad.object


def by_graph(located: bytes) -> dict[URIRef, bytes]:
    """The graphs of a dataset that a worker read, each in N-Triples; UNNAMED for the unnamed one.

    A blank node that names a graph gets an IRI in its place, the same whenever the same dataset is
    read (RDF 1.1 Concepts §3.5): a graph must have a name that lasts to be written again.

    Raises:
        Unreadable: it holds something that is not an IRI.
    """
    n_quads = b"".join(row.partition(b" ")[2] + b"\n" for row in located.split(b"\n"))
    digest = hashlib.sha256(_LABEL.sub(_without_label, n_quads)).hexdigest()[:16]
    quads = ox.parse(input=n_quads, format=ox.RdfFormat.N_QUADS)
    names: dict[Any, Any] = {}

    def named(part: Any) -> Any:
        if not isinstance(part, ox.BlankNode):
            return part
        # The digest keeps apart the nodes of documents that are written together.
        return names.setdefault(part, ox.BlankNode(f"b{digest}x{len(names)}"))

    try:
        parsed = [ox.Quad(*map(named, quad)) for quad in quads if isinstance(quad, ox.Quad)]
    except SyntaxError as error:  # what a prefixed name spells need not be an IRI
        told = with_cause("holds something that is not an IRI", "memuat yang bukan IRI", error.msg)
        raise Unreadable("RDF", told) from error
    graphs = {quad.graph_name for quad in parsed if isinstance(quad.graph_name, ox.BlankNode)}
    if graphs:
        lasting = {node: ox.NamedNode(terms.GENID + node.value[1:]) for node in graphs}
        parsed = [ox.Quad(*(lasting.get(part, part) for part in quad)) for quad in parsed]
    found: dict[URIRef, list[ox.Triple]] = {}
    for quad in parsed:
        name = "" if isinstance(quad.graph_name, ox.DefaultGraph) else quad.graph_name.value
        found.setdefault(URIRef(name), []).append(quad.triple)
    return {
        name: ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
        for name, triples in found.items()
    }


def as_graph(n_triples: bytes, into: Graph | None = None) -> Graph:
    """N-Triples as rdflib has them; blank nodes keep their labels, which its parser may refuse.

    Args:
        n_triples: as the engine writes them.
        into: a graph that they are added to.
    """
    graph = Graph() if into is None else into
    for triple in as_triples(n_triples):
        graph.add(triple)
    return graph


def graph_of(content: Content) -> Graph:
    """A graph's triples as rdflib has them."""
    return content if isinstance(content, Graph) else as_graph(n_triples(content).encode())


def as_triples(n_triples: bytes | str) -> Iterator[Triple]:
    """The triples of N-Triples, as rdflib has them."""
    for triple in ox.parse(input=n_triples, format=ox.RdfFormat.N_TRIPLES):
        yield to_rdflib(triple.subject), URIRef(triple.predicate.value), to_rdflib(triple.object)


def term_of(node: Node) -> bytes:
    """A term as the engine writes it in N-Triples."""
    return str(to_engine(node)).encode()


def lines_of(triples: Iterable[Triple]) -> Iterator[bytes]:
    """Triples as the engine writes them in N-Triples, each without the line's end."""
    for triple in triples:
        yield b" ".join(map(term_of, triple)) + b" ."


def convert(n_triples: bytes, media_type: str) -> bytes:
    """N-Triples in the syntax of a media type."""
    rdf = ox.RdfFormat.from_media_type(media_type)
    assert rdf is not None
    triples = ox.parse(input=n_triples, format=ox.RdfFormat.N_TRIPLES)
    return ox.serialize(triples, format=rdf, prefixes=_prefixes(rdf)) or b""


def write_graphs(parts: Iterable[tuple[URIRef, bytes]], suffix: str) -> bytes:
    """Write graphs, given in N-Triples, under their names in a syntax that can name them."""
    quads = (
        ox.Quad(
            triple.subject,
            triple.predicate,
            triple.object,
            ox.NamedNode(graph) if graph else ox.DefaultGraph(),
        )
        for graph, body in parts
        for triple in ox.parse(input=body, format=ox.RdfFormat.N_TRIPLES)
    )
    rdf = FORMATS[suffix]
    return ox.serialize(quads, format=rdf, prefixes=_prefixes(rdf)) or b""


def _prefixes(rdf: ox.RdfFormat) -> dict[str, str] | None:
    return terms.PREFIXES if rdf in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None


def n_triples(graph: Content) -> str:
    """A graph in N-Triples, whose terms SPARQL reads as they are.

    It knows fewer characters in the labels of blank nodes than N-Triples does; where there are
    others, the labels are spelled out.

    Raises:
        Unreadable: a term is none to the engine, such as an IRI with a space in it.
    """
    if isinstance(graph, Graph):
        parts = map(_as_triple, graph)
        body = ox.serialize(parts, format=ox.RdfFormat.N_TRIPLES) or b""
    else:
        body = graph.read_bytes() if isinstance(graph, Path) else graph
    if _UNUSUAL.search(body):
        body = _LABEL.sub(_spelled_out, body)
    return body.decode()


def _as_triple(triple: Triple) -> ox.Triple:
    parts: list[Any] = [to_engine(term) for term in triple]
    if None in parts:
        raise Unreadable(
            "RDF",
            Words(
                f"“{triple[parts.index(None)]}” is not an IRI, a literal or a blank node",
                f"“{triple[parts.index(None)]}” bukan IRI, literal, atau simpul kosong",
            ),
        )
    return ox.Triple(*parts)


def triples_to_text(triples: Iterable[Triple]) -> str:
    """Triples in N-Triples, as the engine writes them; without those that it holds to be none."""
    parts = (tuple(map(to_engine, triple)) for triple in triples)
    found = (ox.Triple(*part) for part in parts if None not in part)  # type: ignore[arg-type]
    return (ox.serialize(found, format=ox.RdfFormat.N_TRIPLES) or b"").decode()


def nodes_to_text(nodes: Iterable[Node]) -> str:
    """Terms in N-Triples, as the objects of triples."""
    return triples_to_text((_SOME, _SOME, node) for node in nodes)


def nodes_from_text(text: str) -> list[Node]:
    """Terms that `nodes_to_text` wrote."""
    return [node for _, _, node in as_triples(text)]


def change_to_json(change: Change) -> dict[str, Any]:
    """A change as JSON says it, its contents in N-Triples."""
    return {
        "replace": {graph: n_triples(content) for graph, content in change.replace.items()},
        "append": {graph: n_triples(content) for graph, content in change.append.items()},
        "remove": {graph: n_triples(content) for graph, content in change.remove.items()},
        "drop": sorted(change.drop),
        "forget": change.forget,
    }


def change_from_json(parts: Mapping[str, Any]) -> Change:
    """A change that `change_to_json` wrote."""

    def graphs(texts: Mapping[str, str]) -> dict[URIRef, Content]:
        return {URIRef(iri): text.encode() for iri, text in texts.items()}

    return Change(
        graphs(parts["replace"]),
        graphs(parts["append"]),
        frozenset(map(URIRef, parts["drop"])),
        graphs(parts["remove"]),
        bool(parts.get("forget", False)),
    )


def _without_label(found: re.Match[bytes]) -> bytes:
    return b"_:" if found[1] else found[0]


def _spelled_out(found: re.Match[bytes]) -> bytes:
    return b"_:x" + found[1].hex().encode() if found[1] else found[0]
