"""What a later edition of a dataset has otherwise than the one that the store holds."""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, Literal, NamedTuple

from rdflib import RDF, BNode, Graph, URIRef
from rdflib.term import Node

from rembug.graph import OBJECT, SUBJECT, KnowledgeGraph, Role, Scope, Triple, as_kept, batches
from rembug.terms import CG

Record = Sequence[Triple]
"""What is said of a record, which is the subject of each statement."""
Kind = Literal["comes", "stays", "goes"]
COMES: Final = "comes"
STAYS: Final = "stays"
GOES: Final = "goes"

_AT_ONCE: Final = 5_000  # records
# One group, which the engine goes through statement by statement; the subjects first, and then
# those that are no records, it held in gigabytes.
_OTHERS: Final = """SELECT DISTINCT ?s WHERE {{
  GRAPH <{0}> {{ ?s ?p ?o FILTER NOT EXISTS {{ ?s a <{1}> }} }}
}}"""


class Differing(NamedTuple):
    """A record that is not as the store holds it.

    Attributes:
        node: itself.
        kind: whether it is new, is another now, or is there no more.
        now: all that is said of it.
        come: what of that is new.
        gone: what is said no more.
    """

    node: Node
    kind: Kind
    now: Record
    come: Record
    gone: Record


class Held:
    """What the store has of a dataset, held against records as they are gone through."""

    def __init__(self, graph: KnowledgeGraph, iri: URIRef) -> None:
        """Read nothing yet.

        Args:
            graph: the store.
            iri: the dataset's graph.
        """
        self._graph, self._iri = graph, iri
        self._own = graph.reader(Scope(only=frozenset({str(iri)})))
        self._seen = array("q")
        self._emptied = set[int]()
        self.is_new = iri not in graph.graphs(Role.ADMIN)

    def empties(self, nodes: Iterable[Node]) -> None:
        """Say of records that were gone through that nothing is left to say of them."""
        self._emptied.update(map(hash, nodes))

    def differing(self, some: Iterable[Record]) -> list[Differing]:
        """Those of some records, of each of which something is said, that are not as held."""
        if self.is_new:
            return [Differing(record[0][SUBJECT], COMES, record, record, ()) for record in some]
        now = {record[0][SUBJECT]: set[Triple]() for record in some}
        self._seen.extend(map(hash, now))
        coming = Graph()
        for record in some:
            for triple in record:
                coming.add(triple)
        for triple in as_kept(coming):
            now[triple[SUBJECT]].add(triple)
        held = self._of(now)
        return [
            Differing(
                *(node, STAYS if node in held else COMES, list(said)),
                *(list(said - before), list(before - said)),
            )
            for node, said in now.items()
            if said != (before := held.get(node, set()))
        ]

    def gone(self) -> Iterator[Differing]:
        """The records that are held and were not among those gone through, or were emptied."""
        if self.is_new:
            return
        seen = frozenset(self._seen) - self._emptied
        records = (s for s, _, _ in self._own.matching(OBJECT, [CG.Record], RDF.type))
        for some in batches(records, _AT_ONCE):
            for node, said in self._of(node for node in some if hash(node) not in seen).items():
                yield Differing(node, GOES, (), (), list(said))

    def others(self) -> set[Triple]:
        """What is held of all that is no record."""
        if self.is_new:
            return set()
        found = self._graph.rows(_OTHERS.format(self._iri, CG.Record), Role.ADMIN)
        nodes = [
            BNode(r["s"].value) if r["s"].kind == "bnode" else URIRef(r["s"].value) for r in found
        ]
        return set(self._own.matching(SUBJECT, nodes))

    def _of(self, nodes: Iterable[Node]) -> dict[Node, set[Triple]]:
        held: dict[Node, set[Triple]] = {}
        for triple in self._own.matching(SUBJECT, list(nodes)):
            held.setdefault(triple[SUBJECT], set()).add(triple)
        return held
