"""Looking triples up by the terms in them, many at a time: what rules walk over."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final, Protocol

from rdflib import Graph, URIRef
from rdflib.term import Node

Triple = tuple[Node, Node, Node]

SUBJECT: Final = 0
PREDICATE: Final = 1
OBJECT: Final = 2


class Reader(Protocol):
    """A graph that triples are looked up in."""

    def matching(
        self, place: int, nodes: Collection[Node], predicate: URIRef | None = None
    ) -> Iterable[Triple]:
        """The triples that have one of some nodes at a place, and a predicate if one is given."""


class Whole:
    """A graph in memory."""

    def __init__(self, graph: Graph) -> None:
        self._graph = graph

    def matching(
        self, place: int, nodes: Collection[Node], predicate: URIRef | None = None
    ) -> Iterator[Triple]:
        """As a Reader does."""
        for node in nodes:
            pattern: list[Node | None] = [None, predicate, None]
            pattern[place] = node
            yield from self._graph.triples(tuple(pattern))  # type: ignore[arg-type]


class Edited:
    """Another graph, with some triples gone and some come."""

    def __init__(self, reader: Reader, removed: Collection[Triple], added: Graph) -> None:
        self._reader, self._removed, self._added = reader, removed, Whole(added)

    def matching(
        self, place: int, nodes: Collection[Node], predicate: URIRef | None = None
    ) -> Iterator[Triple]:
        """As a Reader does."""
        for triple in self._reader.matching(place, nodes, predicate):
            if triple not in self._removed:
                yield triple
        yield from self._added.matching(place, nodes, predicate)


class Remembering:
    """Another graph, asked once for each node; for as long as it does not change."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._known: dict[tuple[int, URIRef | None], dict[Node, list[Triple]]] = {}

    def matching(
        self, place: int, nodes: Collection[Node], predicate: URIRef | None = None
    ) -> Iterator[Triple]:
        """As a Reader does."""
        known = self._known.setdefault((place, predicate), {})
        if unknown := [node for node in nodes if node not in known]:
            known.update((node, []) for node in unknown)
            for triple in self._reader.matching(place, unknown, predicate):
                known[triple[place]].append(triple)
        for node in nodes:
            yield from known[node]
