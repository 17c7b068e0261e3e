"""rdflib's graph for what may become large: in memory at first, and in the engine, on disk, then.

A study's file may say two million things, which rdflib would hold in gigabytes. What is small stays
where it is fastest. Everything that takes an rdflib graph takes one of these.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, cast

import pyoxigraph as ox
from rdflib import Graph, Literal, URIRef
from rdflib.plugins.stores.memory import SimpleMemory
from rdflib.store import Store
from rdflib.term import Node

from rembug.graph.model import Content
from rembug.graph.reader import Triple
from rembug.graph.syntax import graph_of, spelled, to_engine, to_rdflib

_MOST: Final = 100_000  # triples in memory: about a hundred megabytes
_AT_ONCE: Final = 50_000  # triples written together, for which the engine makes files
_FILES_PAY: Final = 5_000  # triples, below which a transaction is faster


class SpillingStore(Store):
    """A store of one graph that moves to a folder of its own, removed with it, when it grows."""

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
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._engine: ox.Store | None = None
        self._waiting: list[ox.Quad] = []

    @property
    def on_disk(self) -> ox.Store | None:
        """The engine's store, once the graph is there; it keeps numbers by value."""
        self._write()
        return self._engine

    def add(self, triple: Any, context: Any = None, quoted: bool = False) -> None:  # noqa: ARG002
        """Add a triple."""
        if self._engine is None:
            self._memory.add(triple, context)
            self._added += 1
            if self._added > self._most:
                self._move()
            return
        self._waiting.append(_quad(triple))
        if len(self._waiting) >= _AT_ONCE:
            self._write()

    def remove(self, triple_pattern: Any, context: Any = None) -> None:  # noqa: ARG002
        """Remove what matches."""
        if self._engine is None:
            self._memory.remove(triple_pattern)
            return
        for triple, _ in list(self.triples(triple_pattern)):
            self._engine.remove(_quad(triple))

    def triples(self, triple_pattern: Any, context: Any = None) -> Iterator[Any]:  # noqa: ARG002
        """What matches, those of one subject together."""
        if self._engine is None:
            yield from self._memory.triples(triple_pattern)
            return
        self._write()
        pattern: list[Any] = [None if part is None else to_engine(part) for part in triple_pattern]
        if any(part is None for part, told in zip(pattern, triple_pattern, strict=True) if told):
            return  # what is no term to the engine is nowhere in it
        if isinstance(pattern[0], ox.Literal) or isinstance(pattern[1], ox.Literal | ox.BlankNode):
            return
        for quad in self._engine.quads_for_pattern(
            pattern[0], pattern[1], pattern[2], ox.DefaultGraph()
        ):
            triple = (
                to_rdflib(quad.subject),
                URIRef(quad.predicate.value),
                to_rdflib(quad.object),
            )
            yield triple, iter(())

    def __len__(self, context: Any = None) -> int:
        """How many triples there are; on disk they are counted."""
        return len(self._memory) if self._engine is None else len(cast(ox.Store, self.on_disk))

    def _move(self) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="rembug-", ignore_cleanup_errors=True)
        self._engine = ox.Store(str(Path(self._folder.name) / "graph"))
        self._waiting = [_quad(triple) for triple, _ in self._memory.triples((None, None, None))]
        self._memory = SimpleMemory()
        self._write()

    def _write(self) -> None:
        if self._engine is not None and self._waiting:
            waiting, self._waiting = self._waiting, []
            many = len(waiting) >= _FILES_PAY
            (self._engine.bulk_extend if many else self._engine.extend)(waiting)


def spilling_graph() -> Graph:
    """An empty graph that may become large."""
    return Graph(store=SpillingStore())


def as_kept(content: Content) -> Graph:
    """A graph's triples as the engine keeps them: numbers and times in one spelling.

    It is the graph itself where they are spelled so already.
    """
    if not isinstance(content, Graph):
        content = graph_of(content)
    elif isinstance(content.store, SpillingStore) and content.store.on_disk is not None:
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


def _quad(triple: Triple) -> ox.Quad:
    subject, predicate, value = (to_engine(term) for term in triple)
    return ox.Quad(cast(Any, subject), cast(Any, predicate), cast(Any, value))
