"""What a change does to the quads of a store: what was there and goes, what was not and comes."""

import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final, Self

import pyoxigraph as ox
from rdflib import Graph, URIRef

from rembug.graph.model import Change, Content
from rembug.graph.passing import passing_folder
from rembug.graph.reader import batches
from rembug.graph.record.quads import graph_name
from rembug.graph.spill import SpillingStore
from rembug.graph.syntax import n_triples, spelled

_AT_ONCE: Final = 50_000  # quads


class Difference:
    """A change, held against the store that it is to be made to.

    Blank nodes that come get labels of their own, the same for one label throughout the change, as
    SPARQL 1.1 Update §3.1.1 has it for INSERT DATA.
    """

    def __init__(self, store: ox.Store, graphs: frozenset[str], change: Change) -> None:
        """Read nothing yet.

        Args:
            store: as it is before the change.
            graphs: the IRIs of its named graphs.
            change: to it.
        """
        self._store, self._change = store, change
        self._labels: dict[str, ox.BlankNode] = {}
        # A graph that goes and is appended to is one with new content.
        again = [iri for iri in change.append if iri in change.drop or iri in change.replace]
        self._whole: dict[URIRef, list[Content]] = {
            iri: [content] for iri, content in change.replace.items()
        }
        for iri in again:
            self._whole.setdefault(iri, []).append(change.append[iri])
        self._append = {i: c for i, c in change.append.items() if i not in self._whole}
        dropped = {str(iri) for iri in change.drop} - {str(iri) for iri in self._whole}
        self.dropped = frozenset(dropped & graphs)
        written = {str(iri) for iri in self._whole if iri}
        written |= {str(iri) for iri, content in self._append.items() if iri and content}
        self.created = frozenset(written - graphs)
        self._there = graphs | {""}
        self._boards: dict[URIRef, _Board] = {}

    def removed(self) -> Iterator[ox.Quad]:
        """The quads that go."""
        for name in sorted(self.dropped | ({""} & {str(iri) for iri in self._change.drop})):
            if URIRef(name) not in self._whole:
                yield from self._of(name)
        for iri, contents in self._whole.items():
            if str(iri) in self._there:
                board = self._board(iri, contents)
                yield from (quad for quad in self._of(iri) if quad not in board)
        for iri, content in self._change.remove.items():
            if iri in self._whole or str(iri) in self.dropped:
                continue
            comes = self._board(iri, [self._append[iri]]) if iri in self._append else ()
            for quad in self._read(content, iri):
                if quad in self._store and quad not in comes:
                    yield quad

    def added(self) -> Iterator[ox.Quad]:
        """The quads that come; to be asked for after those that go."""
        for iri, contents in (*self._whole.items(), *((i, [c]) for i, c in self._append.items())):
            coming: Iterable[ox.Quad]
            if iri in self._boards:
                coming = self._boards[iri]
            else:
                coming = (quad for content in contents for quad in self._read(content, iri))
            if str(iri) in self._there:
                yield from (quad for quad in coming if quad not in self._store)
            else:
                yield from coming

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for board in self._boards.values():
            board.close()

    def _board(self, iri: URIRef, contents: list[Content]) -> "_Board":
        if iri not in self._boards:
            self._boards[iri] = _Board(
                quad for content in contents for quad in self._read(content, iri)
            )
        return self._boards[iri]

    def _of(self, graph: str) -> Iterator[ox.Quad]:
        return self._store.quads_for_pattern(None, None, None, graph_name(graph))

    def _read(self, content: Content, iri: URIRef) -> Iterator[ox.Quad]:
        graph = graph_name(iri)
        for triple in _triples(content):
            yield ox.Quad(
                self._kept(triple.subject),
                triple.predicate,
                self._kept(triple.object),
                graph,
            )

    def _kept(self, term: Any) -> Any:
        """A term as the store will have it."""
        if isinstance(term, ox.BlankNode):
            return self._labels.setdefault(term.value, ox.BlankNode())
        return spelled(term) if isinstance(term, ox.Literal) else term


class _Board:
    """Quads that others are looked up in: in memory, and on disk when there are many."""

    def __init__(self, quads: Iterable[ox.Quad]) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None
        self._store = ox.Store()
        for number, some in enumerate(batches(quads, _AT_ONCE)):
            if number == 1:
                self._folder = passing_folder()
                before, self._store = self._store, ox.Store(str(Path(self._folder.name) / "board"))
                self._store.bulk_extend(before)
            self._store.bulk_extend(some)

    def __contains__(self, quad: object) -> bool:
        return quad in self._store

    def __iter__(self) -> Iterator[ox.Quad]:
        return iter(self._store)

    def close(self) -> None:
        """Remove what is on disk."""
        if self._folder is not None:
            self._store = ox.Store()
            self._folder.cleanup()


def _triples(content: Content) -> Iterator[ox.Triple]:
    store = content.store if isinstance(content, Graph) else None
    if isinstance(content, Path):
        yield from ox.parse(path=str(content), format=ox.RdfFormat.N_TRIPLES)
    elif isinstance(store, SpillingStore) and store.on_disk:
        for quad in store.quads():
            yield quad.triple
    else:
        yield from ox.parse(input=n_triples(content), format=ox.RdfFormat.N_TRIPLES)
