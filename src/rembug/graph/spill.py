"""rdflib's graph for what may become large: in memory at first, and in the engine, on disk, then.

A study's file may say two million things, and a folder holds many files, which rdflib would hold in
gigabytes. What is small stays where it is fastest, as long as there is not much of it in all.
Everything that takes an rdflib graph takes one of these.
"""

import threading
import weakref
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final, cast

import pyoxigraph as ox
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.memory import SimpleMemory
from rdflib.store import Store
from rdflib.term import Node

from rembug.graph.model import Content
from rembug.graph.passing import passing_folder
from rembug.graph.reader import Triple
from rembug.graph.syntax import graph_of, spelled, to_engine, to_rdflib

_MOST: Final = 100_000  # triples of a graph in memory: about a hundred megabytes
_TOGETHER: Final = 500_000  # triples in memory of all graphs
_COUNTED: Final = 1_000  # triples of a graph, below which it is not worth moving
_AT_ONCE: Final = 50_000  # triples written together, for which the engine makes files
_FULL: Final = 5_000_000  # quads that came to a shelf, those that nobody reads any more included
_FILES_PAY: Final = 5_000  # triples, below which a transaction is faster


class _Shelf:
    """A store of the engine, in a folder of its own, with graphs that have grown.

    It goes with the last of them: to take a graph out of it costs as much as to put it there.
    """

    def __init__(self) -> None:
        self._turn = threading.RLock()
        self._folder = passing_folder()
        self._engine = ox.Store(str(Path(self._folder.name) / "graphs"))
        self._waiting: list[ox.Quad] = []
        self._names, self._users, self._quads = count(1), 0, 0
        self._closed = False

    def take(self) -> ox.NamedNode | None:
        """A place for one more graph: its name; None where the shelf is full, or was left."""
        with self._turn:
            if self._closed or self._quads > _FULL:
                return None
            self._users += 1
            return ox.NamedNode(f"urn:x-rembug:spilling_graph:{next(self._names)}")

    def leave(self) -> None:
        """Be needed by one graph less."""
        with self._turn:
            self._users -= 1
            if not self._users:
                self._closed, self._waiting, self._engine = True, [], ox.Store()
                self._folder.cleanup()

    def add(self, quad: ox.Quad) -> None:
        """Put a quad there, soon."""
        with self._turn:
            self._quads += 1
            self._waiting.append(quad)
            if len(self._waiting) >= _AT_ONCE:
                self._write()

    @property
    def engine(self) -> ox.Store:
        """The store, with all that was put there."""
        with self._turn:
            self._write()
            return self._engine

    def _write(self) -> None:
        if self._waiting:
            waiting, self._waiting = self._waiting, []
            many = len(waiting) >= _FILES_PAY
            (self._engine.bulk_extend if many else self._engine.extend)(waiting)


class _Shelves:
    """Where graphs that have grown find a place: one shelf, until it is left or full."""

    def __init__(self) -> None:
        self._turn = threading.RLock()
        self._open: _Shelf | None = None

    def take(self) -> tuple[_Shelf, ox.NamedNode]:
        """A shelf with a place for one more graph, and the graph's name there."""
        with self._turn:
            while self._open is None or (name := self._open.take()) is None:
                self._open = _Shelf()
            return self._open, name


class _Held:
    """How many triples all graphs have in memory, as far as they are worth counting."""

    def __init__(self) -> None:
        self._turn = threading.RLock()
        self.triples = 0

    def change(self, triples: int) -> None:
        """Count some more, or less."""
        with self._turn:
            self.triples += triples


_SHELVES: Final = _Shelves()
_HELD: Final = _Held()


class SpillingStore(Store):
    """A store of one graph that moves to disk when it grows."""

    context_aware = False

    def __init__(self, most: int = _MOST) -> None:
        """Begin empty, in memory.

        Args:
            most: how many triples stay there.
        """
        super().__init__()
        self._most = most
        self._memory = SimpleMemory()
        self._added = 0
        self._counted: weakref.finalize[Any, Any] | None = None
        self._shelf: tuple[_Shelf, ox.NamedNode] | None = None

    @property
    def on_disk(self) -> bool:
        """Whether the graph is there; it keeps numbers by value then."""
        return self._shelf is not None

    def add(self, triple: Any, context: Any = None, quoted: bool = False) -> None:  # noqa: ARG002
        """Add a triple."""
        if self._shelf is not None:
            shelf, name = self._shelf
            shelf.add(_quad(triple, name))
            return
        self._memory.add(triple, context)
        self._added += 1
        if self._added % _COUNTED == 0:
            self._count(self._added)
        if self._added > self._most or (self._counted and _HELD.triples > _TOGETHER):
            self._move()

    def remove(self, triple_pattern: Any, context: Any = None) -> None:  # noqa: ARG002
        """Remove what matches."""
        if self._shelf is None:
            self._memory.remove(triple_pattern)
            return
        shelf, name = self._shelf
        for triple, _ in list(self.triples(triple_pattern)):
            shelf.engine.remove(_quad(triple, name))

    def triples(self, triple_pattern: Any, context: Any = None) -> Iterator[Any]:  # noqa: ARG002
        """What matches, those of one subject together."""
        if self._shelf is None:
            yield from self._memory.triples(triple_pattern)
            return
        shelf, name = self._shelf
        pattern: list[Any] = [None if part is None else to_engine(part) for part in triple_pattern]
        if any(part is None for part, told in zip(pattern, triple_pattern, strict=True) if told):
            return  # what is no term to the engine is nowhere in it
        if isinstance(pattern[0], ox.Literal) or isinstance(pattern[1], ox.Literal | ox.BlankNode):
            return
        for quad in shelf.engine.quads_for_pattern(pattern[0], pattern[1], pattern[2], name):
            triple = (
                to_rdflib(quad.subject),
                URIRef(quad.predicate.value),
                to_rdflib(quad.object),
            )
            yield triple, iter(())

    def quads(self) -> Iterator[ox.Quad]:
        """All of it, as the engine has it; it is on disk."""
        assert self._shelf is not None
        shelf, name = self._shelf
        return iter(shelf.engine.quads_for_pattern(None, None, None, name))

    def dump(self, file: Path) -> None:
        """Write all of it as N-Triples; it is on disk."""
        assert self._shelf is not None
        shelf, name = self._shelf
        shelf.engine.dump(str(file), format=ox.RdfFormat.N_TRIPLES, from_graph=name)

    def __len__(self, context: Any = None) -> int:
        """How many triples there are; on disk they are counted."""
        return len(self._memory) if self._shelf is None else sum(1 for _ in self.quads())

    def _count(self, triples: int) -> None:
        if self._counted is not None:
            self._counted()
        _HELD.change(triples)
        self._counted = weakref.finalize(self, _HELD.change, -triples)
        self._counted.atexit = False

    def _move(self) -> None:
        shelf, name = _SHELVES.take()
        weakref.finalize(self, shelf.leave).atexit = False
        for triple, _ in self._memory.triples((None, None, None)):
            shelf.add(_quad(triple, name))
        self._shelf, self._memory = (shelf, name), SimpleMemory()
        if self._counted is not None:
            self._counted()


def spilling_graph() -> Graph:
    """An empty graph that may become large."""
    return Graph(store=SpillingStore())


def as_kept(content: Content) -> Graph:
    """A graph's triples as the engine keeps them: numbers and times in one spelling.

    It is the graph itself where they are spelled so already.
    """
    if not isinstance(content, Graph):
        content = graph_of(content)
    elif isinstance(content.store, SpillingStore) and content.store.on_disk:
        return content
    others = {value: _kept(value) for value in set(content.objects()) if isinstance(value, Literal)}
    if all(value.n3() == other.n3() for value, other in others.items()):
        return content
    kept = spilling_graph()
    for subject, predicate, value in content:
        kept.add((subject, predicate, others.get(value, value)))  # type: ignore[call-overload]
    return kept


def _kept(literal: Literal) -> Node:
    term = to_engine(literal)
    return to_rdflib(spelled(term)) if isinstance(term, ox.Literal) else literal


def _quad(triple: Triple, graph: ox.NamedNode) -> ox.Quad:
    subject, predicate, value = (to_engine(term) for term in triple)
    return ox.Quad(cast(Any, subject), cast(Any, predicate), cast(Any, value), graph)
