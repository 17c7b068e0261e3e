"""RDF syntaxes, read and written by the engine's parsers, with the line that each triple is on."""

import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import pyoxigraph as ox
from rdflib import XSD, BNode, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.errors import Unreadable

FORMATS: Final = {
    "ttl": ox.RdfFormat.TURTLE,
    "trig": ox.RdfFormat.TRIG,
    "nt": ox.RdfFormat.N_TRIPLES,
    "nq": ox.RdfFormat.N_QUADS,
    "jsonld": ox.RdfFormat.JSON_LD,
    "rdf": ox.RdfFormat.RDF_XML,
}


# An entity made of entities can grow a thousandfold a step; one with SYSTEM or PUBLIC reads a file.
_HOSTILE_ENTITY: Final = re.compile(
    rb"<!ENTITY\s+(?:%\s*)?[^\s>]+\s+(?:SYSTEM|PUBLIC|\"[^\"]*&|'[^']*&)", re.IGNORECASE
)


@dataclass(frozen=True)
class LocatedQuad:
    """A quad of a file, its graph (None: the default graph) and the line where it was complete."""

    subject: Node
    predicate: URIRef
    object: Node
    graph: URIRef | None
    line: int


class _Lines(io.RawIOBase):
    """Hands a file to the parser one line a read, so that its position is known at every quad."""

    def __init__(self, body: bytes) -> None:
        self._lines = io.BytesIO(body)
        self.number = 0

    def readable(self) -> bool:
        return True

    def read(self, _size: int = -1) -> bytes:
        line = self._lines.readline()
        self.number += bool(line)
        return line


def parse(body: bytes, suffix: str, name: str, base: str | None = None) -> Iterator[LocatedQuad]:
    """Read RDF.

    Args:
        body: the file's content, UTF-8.
        suffix: which syntax, a key of FORMATS.
        name: the file's name, for messages.
        base: what relative IRIs are resolved against.

    Raises:
        Unreadable: the content is not of that syntax; says line and column.
    """
    if suffix == "rdf" and (found := _HOSTILE_ENTITY.search(body)):
        line = body.count(b"\n", 0, found.start()) + 1
        raise Unreadable(
            name, "declares entities that expand or fetch others; write them out", line
        )
    lines = _Lines(body)
    try:
        for quad in ox.parse(input=lines, format=FORMATS[suffix], base_iri=base):  # type: ignore[arg-type]
            if isinstance(quad, ox.Triple):
                raise Unreadable(name, "a triple without a graph where a quad was expected")
            graph = quad.graph_name
            yield LocatedQuad(
                to_rdflib(quad.subject),
                URIRef(quad.predicate.value),
                to_rdflib(quad.object),
                None if isinstance(graph, ox.DefaultGraph) else URIRef(graph.value),
                lines.number,
            )
    except SyntaxError as error:
        reason = error.msg.split(": ", 1)[-1] if error.msg.startswith("Parser error") else error.msg
        raise Unreadable(name, reason, error.lineno or lines.number, error.offset) from error


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
            raise Unreadable("RDF", "a triple term of RDF 1.2, which OWL and SHACL do not know yet")


def write_graphs(parts: Iterable[tuple[URIRef, bytes]], suffix: str) -> bytes:
    """Write graphs, given in N-Triples, under their names in a syntax that can name them."""
    quads = (
        ox.Quad(triple.subject, triple.predicate, triple.object, ox.NamedNode(graph))
        for graph, body in parts
        for triple in ox.parse(input=body, format=ox.RdfFormat.N_TRIPLES)
    )
    rdf = FORMATS[suffix]
    prefixes = terms.PREFIXES if rdf == ox.RdfFormat.TRIG else None
    return ox.serialize(quads, format=rdf, prefixes=prefixes) or b""


def n_triples(graph: Graph) -> str:
    """A graph in N-Triples, whose terms SPARQL reads as they are."""
    return graph.serialize(format="nt", encoding="utf-8").decode()
