"""rdflib's graph for what may become large: in memory at first, and in the engine, on disk, then.

A study's file may say two million things, and a folder holds many files, which rdflib would hold in
gigabytes. What is small stays where it is fastest, as long as there is not much of it in all.
Everything that takes an rdflib graph takes one of these.
"""

import tempfile
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
_FILES_PAY: Final = 5_000  # triples, below which a transaction is faster


class _Shelf:
    """A store of the engine, in a folder of its own, with each graph that has grown in it.

    It is there as long as there is such a graph.
    """

    def __init__(self) -> None:
        self._turn = threading.RLock()
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._engine = ox.Store()
        self._waiting: list[ox.Quad] = []
        self._names = count(1)
        self._users = 0

    def take(self) -> ox.NamedNode:
        """A place for one more graph: its name."""
        with self._turn:
            if not self._users:
                self._folder = passing_folder()
                self._engine = ox.Store(str(Path(self._folder.name) / "graphs"))
            self._users += 1
            return ox.NamedNode(f"urn:x-rembug:spilling_graph:{next(self._names)}")

    def leave(self, name: ox.NamedNode) -> None:
        """Forget a graph."""
        with self._turn:
            self._users -= 1
            if self._users:
                self.engine.remove_graph(name)
                return
            self._waiting, self._engine = [], ox.Store()
            if self._folder is not None:
                self._folder.cleanup()

    def add(self, quad: ox.Quad) -> None:
        """Put a quad there, soon."""
        with self._turn:
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


class _Held:
    """How many triples all graphs have in memory, as far as they are worth counting."""

    def __init__(self) -> None:
        self._turn = threading.RLock()
        self.triples = 0

    def change(self, triples: int) -> None:
        """Count some more, or less."""
        with self._turn:
            self.triples += triples


_SHELF: Final = _Shelf()
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
        self._name: ox.NamedNode | None = None

    @property
    def on_disk(self) -> bool:
        """Whether the graph is there; it keeps numbers by value then."""
        return self._name is not None

    def add(self, triple: Any, context: Any = None, quoted: bool = False) -> None:  # noqa: ARG002
        """Add a triple."""
        if self._name is not None:
            _SHELF.add(_quad(triple, self._name))
            return
        self._memory.add(triple, context)
        self._added += 1
        if self._added % _COUNTED == 0:
            self._count(self._added)
        if self._added > self._most or (self._counted and _HELD.triples > _TOGETHER):
            self._move()

    def remove(self, triple_pattern: Any, context: Any = None) -> None:  # noqa: ARG002
        """Remove what matches."""
        if self._name is None:
            self._memory.remove(triple_pattern)
            return
        for triple, _ in list(self.triples(triple_pattern)):
            _SHELF.engine.remove(_quad(triple, self._name))

    def triples(self, triple_pattern: Any, context: Any = None) -> Iterator[Any]:  # noqa: ARG002
        """What matches, those of one subject together."""
        if self._name is None:
            yield from self._memory.triples(triple_pattern)
            return
        pattern: list[Any] = [None if part is None else to_engine(part) for part in triple_pattern]
        if any(part is None for part, told in zip(pattern, triple_pattern, strict=True) if told):
            return  # what is no term to the engine is nowhere in it
        if isinstance(pattern[0], ox.Literal) or isinstance(pattern[1], ox.Literal | ox.BlankNode):
            return
        for quad in _SHELF.engine.quads_for_pattern(pattern[0], pattern[1], pattern[2], self._name):
            triple = (
                to_rdflib(quad.subject),
                URIRef(quad.predicate.value),
                to_rdflib(quad.object),
            )
            yield triple, iter(())

    def quads(self) -> Iterator[ox.Quad]:
        """All of it, as the engine has it; it is on disk."""
        return iter(_SHELF.engine.quads_for_pattern(None, None, None, self._name))

    def dump(self, file: Path) -> None:
        """Write all of it as N-Triples; it is on disk."""
        _SHELF.engine.dump(str(file), format=ox.RdfFormat.N_TRIPLES, from_graph=self._name)

    def __len__(self, context: Any = None) -> int:
        """How many triples there are; on disk they are counted."""
        return len(self._memory) if self._name is None else sum(1 for _ in self.quads())

    def _count(self, triples: int) -> None:
        if self._counted is not None:
            self._counted()
        _HELD.change(triples)
        self._counted = weakref.finalize(self, _HELD.change, -triples)
        self._counted.atexit = False

    def _move(self) -> None:
        name = _SHELF.take()
        weakref.finalize(self, _SHELF.leave, name).atexit = False
        for triple, _ in self._memory.triples((None, None, None)):
            _SHELF.add(_quad(triple, name))
        self._name, self._memory = name, SimpleMemory()
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
