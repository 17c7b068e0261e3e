"""A reading store that stays as it is, to make an index from."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

import pyoxigraph as ox

from rembug.graph.readers.index.cards import Touched


@dataclass(frozen=True)
class Copied:
    """A reading store that stays as it is.

    Attributes:
        version: which it shows.
        graphs: the IRIs of its named graphs.
        store: the engine over it.
        strict: whether its default graph is not the merge.
    """

    version: int
    graphs: frozenset[str]
    store: ox.Store
    strict: bool

    def source(self, query: str) -> Iterator[Mapping[str, ox.NamedNode | ox.Literal]]:
        """The solutions of a SELECT query of our own over the merge, in this process."""
        found = self.store.query(query, use_default_graph_as_union=self.strict)
        assert isinstance(found, ox.QuerySolutions)
        names = [variable.value for variable in found.variables]
        for solution in found:
            bound = zip(names, solution, strict=True)
            yield {name: term for name, term in bound if term is not None}

    def beyond(self, known: Callable[[str], bool]) -> Touched:
        """What the quads of its named graphs speak of, but for those that are known."""
        subjects, objects = set[str](), set[str]()
        for graph in self.graphs:
            if not known(graph):
                for found, quads in ((subjects, "?end ?p ?o"), (objects, "?s ?p ?end")):
                    # Each end is read once, which takes half as long as to read the quads.
                    asked = f"{{ GRAPH <{graph}> {{ {quads} }} FILTER(isIRI(?end)) }}"
                    ends = self.source(f"SELECT DISTINCT ?end {asked}")
                    found.update(row["end"].value for row in ends)
        return Touched(subjects, objects)


def touched(quads: Iterable[ox.Quad]) -> Touched:
    """What quads speak of: the IRIs at their ends."""
    subjects, objects = set[str](), set[str]()
    for quad in quads:
        for end, found in ((quad.subject, subjects), (quad.object, objects)):
            if isinstance(end, ox.NamedNode):
                found.add(end.value)
    return Touched(subjects, objects)
