"""A graph in the engine's memory, for queries over a part of a store that is at hand."""

import pyoxigraph as ox
from rdflib import Graph
from rdflib.term import Node

from rembug.graph.syntax import n_triples, to_rdflib


class Scratch:
    """A copy of a graph that is asked many things."""

    def __init__(self, graph: Graph) -> None:
        self._store = ox.Store()
        # Not by bulk_load, which gives blank nodes other names.
        quads = ox.parse(n_triples(graph).encode(), format=ox.RdfFormat.N_QUADS)
        self._store.bulk_extend(quad for quad in quads if isinstance(quad, ox.Quad))

    def column(self, query: str) -> set[Node]:
        """What a SELECT of one variable finds."""
        result = self._store.query(query)
        assert isinstance(result, ox.QuerySolutions)
        return {to_rdflib(row[0]) for row in result if row[0] is not None}
