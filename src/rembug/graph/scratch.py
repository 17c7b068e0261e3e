"""A graph in the engine's memory, for queries over a part of a store that is at hand."""

import shutil
import tempfile
from pathlib import Path
from typing import Final, Self

import pyoxigraph as ox
from rdflib import Graph
from rdflib.term import Node

from rembug.graph.syntax import n_triples, to_rdflib

_LARGE: Final = 30_000_000  # bytes: about two hundred thousand triples


class Scratch:
    """A copy of a graph that is asked many things."""

    def __init__(self, graph: Graph) -> None:
        self._store, self._folder = ox.Store(), ""
        # Not by bulk_load, which gives blank nodes other names.
        quads = ox.parse(n_triples(graph).encode(), format=ox.RdfFormat.N_QUADS)
        self._store.bulk_extend(quad for quad in quads if isinstance(quad, ox.Quad))

    @classmethod
    def of(cls, file: Path) -> Self:
        """A copy of what a file of N-Triples holds, beside the file on disk if that is large."""
        board = cls(Graph())
        if file.stat().st_size > _LARGE:
            board._folder = tempfile.mkdtemp(prefix="board-", dir=file.parent)
            board._store = ox.Store(board._folder)
        board._store.bulk_extend(
            ox.Quad(triple.subject, triple.predicate, triple.object)
            for triple in ox.parse(path=str(file), format=ox.RdfFormat.N_TRIPLES)
        )
        return board

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Forget it."""
        self._store = ox.Store()
        if self._folder:
            shutil.rmtree(self._folder, ignore_errors=True)

    def column(self, query: str, variable: str) -> set[Node]:
        """What a SELECT finds in one of its variables."""
        result = self._store.query(query)
        assert isinstance(result, ox.QuerySolutions)
        found = {row[variable] for row in result}
        return {to_rdflib(term) for term in found if term is not None}
