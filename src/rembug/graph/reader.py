"""Looking triples up by the terms in them, many at a time: what rules walk over."""

from collections.abc import Collection, Iterable, Iterator
from itertools import islice
from typing import Final, Protocol, TypeVar

from rdflib import Graph, URIRef
from rdflib.term import Node

Triple = tuple[Node, Node, Node]
_Item = TypeVar("_Item")

SUBJECT: Final = 0
PREDICATE: Final = 1
OBJECT: Final = 2


class Reader(Protocol):
    """A graph that triples are looked up in."""

    def matching(
        self, place: int, nodes: Collection[Node], predicate: URIRef | None = None
    ) -> Iterable[Triple]:
        """The triples that have one of some nodes at a place, and a predicate if one is given.

        One may come more than once.
        """

    def holding(self, triples: Collection[Triple]) -> set[Triple]:
        """Those of some triples that are in it."""


class Whole:
    """Graphs that are at hand, as one; without some of their triples, all known by now."""

    def __init__(self, *graphs: Graph, without: Graph | None = None) -> None:
        self._graphs, self._without = graphs, _some(without)

    def __iter__(self) -> Iterator[Triple]:
        """Each triple once, those of one subject in one graph together."""
        for number, graph in enumerate(self._graphs):
            before = self._graphs[:number]
            for triple in graph:
                if not any(triple in other for other in (*self._without, *before)):
                    yield triple

    def __contains__(self, triple: Triple) -> bool:
        gone = any(triple in graph for graph in self._without)
        return not gone and any(triple in graph for graph in self._graphs)

    def matching(
        self, place: int, nodes: Collection[Node], predicate: URIRef | None = None
    ) -> Iterator[Triple]:
        """As a Reader does."""
        for node in nodes:
            pattern: list[Node | None] = [None, predicate, None]
            pattern[place] = node
            for graph in self._graphs:
                for triple in graph.triples(tuple(pattern)):  # type: ignore[arg-type]
                    if not any(triple in other for other in self._without):
                        yield triple

    def holding(self, triples: Collection[Triple]) -> set[Triple]:
        """As a Reader does."""
        return {triple for triple in triples if triple in self}


class Merged:
    """Several others as one."""

    def __init__(self, *readers: Reader) -> None:
        self._readers = readers

    def matching(
        self, place: int, nodes: Collection[Node], predicate: URIRef | None = None
    ) -> Iterator[Triple]:
        """As a Reader does."""
        for reader in self._readers:
            yield from reader.matching(place, nodes, predicate)

    def holding(self, triples: Collection[Triple]) -> set[Triple]:
        """As a Reader does."""
        found: set[Triple] = set()
        for reader in self._readers:
            found |= reader.holding([triple for triple in triples if triple not in found])
        return found


class Edited:
    """Another graph, with some triples gone, all known by now, and some come."""

    def __init__(self, reader: Reader, removed: Graph, added: Whole) -> None:
        self._reader, self._removed, self._added = reader, _some(removed), added

    def matching(
        self, place: int, nodes: Collection[Node], predicate: URIRef | None = None
    ) -> Iterator[Triple]:
        """As a Reader does."""
        for triple in self._reader.matching(place, nodes, predicate):
            if not any(triple in gone for gone in self._removed):
                yield triple
        yield from self._added.matching(place, nodes, predicate)

    def holding(self, triples: Collection[Triple]) -> set[Triple]:
        """As a Reader does."""
        left = self._reader.holding(triples)
        for gone in self._removed:
            left = {triple for triple in left if triple not in gone}
        return left | self._added.holding(triples)


class Remembering:
    """Another graph, asked once for each node; for as long as it does not change."""

    def __init__(self, reader: Reader, *, subjects: bool = False) -> None:
        """Remember nothing yet.

        Args:
            reader: the other graph.
            subjects: whether to ask at once for all that is said of a subject, whichever predicate
                is looked for: for data, where that is little.
        """
        self._reader, self._subjects = reader, subjects
        self._known: dict[tuple[int, URIRef | None], dict[Node, list[Triple]]] = {}
        self.holding = reader.holding

    def matching(
        self, place: int, nodes: Collection[Node], predicate: URIRef | None = None
    ) -> Iterator[Triple]:
        """As a Reader does."""
        asked = None if self._subjects and place == SUBJECT else predicate
        known = self._known.setdefault((place, asked), {})
        if unknown := [node for node in nodes if node not in known]:
            known.update((node, []) for node in unknown)
            for triple in self._reader.matching(place, unknown, asked):
                known[triple[place]].append(triple)
        for node in nodes:
            for triple in known[node]:
                if predicate == asked or triple[PREDICATE] == predicate:
                    yield triple


def _some(graph: Graph | None) -> tuple[Graph, ...]:
    """A graph that has any triples, so that none is looked for in an empty one."""
    return () if graph is None or next(iter(graph), None) is None else (graph,)


def batches(items: Iterable[_Item], size: int) -> Iterator[tuple[_Item, ...]]:
    """Things, so many at a time."""
    rest = iter(items)
    while some := tuple(islice(rest, size)):
        yield some
