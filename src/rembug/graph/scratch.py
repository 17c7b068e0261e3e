"""A graph in the engine's memory that rules can add triples to."""

import pyoxigraph as ox
from rdflib import Graph

from rembug.graph.syntax import n_triples


class Scratch:
    """Working memory for reasoning: CONSTRUCT queries over a graph, their results added to it."""

    def __init__(self, graph: Graph) -> None:
        self._store = ox.Store()
        self._store.bulk_load(n_triples(graph).encode(), ox.RdfFormat.N_TRIPLES)

    def construct_into(self, query: str) -> int:
        """Run a CONSTRUCT and add what it yields.

        Returns:
            How many of the triples were new.
        """
        before = len(self._store)
        result = self._store.query(query)
        assert isinstance(result, ox.QueryTriples)
        self._store.extend(
            [ox.Quad(triple.subject, triple.predicate, triple.object) for triple in result]
        )
        return len(self._store) - before

    def graph(self) -> Graph:
        """Everything in it, what was given and what was added."""
        body = ox.serialize(
            (ox.Triple(q.subject, q.predicate, q.object) for q in self._store),
            format=ox.RdfFormat.N_TRIPLES,
        )
        return Graph().parse(data=body, format="nt")

    def __len__(self) -> int:
        return len(self._store)
