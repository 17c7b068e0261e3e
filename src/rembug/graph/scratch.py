"""A graph in the engine's memory that rules can add triples to."""

from collections.abc import Iterable

import pyoxigraph as ox
from rdflib import Graph
from rdflib.term import Node

from rembug.graph.syntax import as_graph, n_triples, to_rdflib


class Scratch:
    """Working memory for reasoning: CONSTRUCT queries over a graph, their results added to it."""

    def __init__(self, graph: Graph) -> None:
        self._store = ox.Store()
        self._added: list[ox.Triple] = []
        self.load(n_triples(graph).encode())

    def load(self, n_triples: bytes) -> None:
        """Bring in what else is given; blank nodes keep their names, so that parts fit together."""
        # Not by bulk_load, which gives blank nodes other names.
        quads = ox.parse(n_triples, format=ox.RdfFormat.N_QUADS)
        self._store.bulk_extend(quad for quad in quads if isinstance(quad, ox.Quad))

    def construct_into(self, query: str) -> int:
        """Run a CONSTRUCT and add what it yields.

        Returns:
            How many of the triples were new.
        """
        result = self._store.query(query)
        assert isinstance(result, ox.QueryTriples)
        new = {
            triple
            for triple in result
            if ox.Quad(triple.subject, triple.predicate, triple.object) not in self._store
        }
        self._store.extend([ox.Quad(t.subject, t.predicate, t.object) for t in new])
        self._added += new
        return len(new)

    def column(self, query: str) -> set[Node]:
        """What a SELECT of one variable finds."""
        result = self._store.query(query)
        assert isinstance(result, ox.QuerySolutions)
        return {to_rdflib(row[0]) for row in result if row[0] is not None}

    def added(self) -> list[bytes]:
        """What was added and not given, as lines of N-Triples.

        Told apart by the engine, which keeps numbers by value.
        """
        body = ox.serialize(self._added, format=ox.RdfFormat.N_TRIPLES) or b""
        return body.splitlines(keepends=True)

    def graph(self) -> Graph:
        """Everything in it, what was given and what was added."""
        return _as_graph(ox.Triple(q.subject, q.predicate, q.object) for q in self._store)

    def __len__(self) -> int:
        return len(self._store)


def _as_graph(triples: Iterable[ox.Triple]) -> Graph:
    return as_graph(ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"")
