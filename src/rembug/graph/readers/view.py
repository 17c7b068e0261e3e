"""What a kind of reader sees of the record, and what its changes are to them: a view of a database.

The named graphs that they may read, and in the default graph the RDF merge of them all (RDF 1.1
Semantics §4.1): a statement that two graphs make is there once. It is kept up by differences: a
triple leaves the merge when the last graph that says it does.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pyoxigraph as ox

from rembug.graph.model import Reads
from rembug.graph.readers.access import DefaultGraph, may_read
from rembug.graph.record.embedded import AT_ONCE
from rembug.graph.record.patch import Patch, apply_in_pieces, as_shown
from rembug.graph.record.quads import as_update, in_graph


def at_once(patch: Patch) -> bool:
    """Whether a patch is made in one transaction: all of it, or nothing."""
    return patch.size <= AT_ONCE and not patch.blank


class View:
    """What a kind of reader sees; it holds nothing itself."""

    def __init__(self, reads: Reads, default_graph: DefaultGraph) -> None:
        """Of what somebody may read.

        Args:
            reads: one of those who read it.
            default_graph: the merge, or strictly the record's unnamed graph.
        """
        self._reads = reads
        self.strict = default_graph is DefaultGraph.STRICT

    def has(self, graph: str) -> bool:
        """Whether its reader may read a graph."""
        return may_read(graph, self._reads)

    def shown(self, graph: str) -> tuple[bool, bool]:
        """Whether its reader sees a graph under its name, and whether in the default graph."""
        return bool(graph) and self.has(graph), self.has(graph) and self._merges(graph)

    def readable(self, graphs: Iterable[str]) -> frozenset[str]:
        """Those of some graphs that its reader may read."""
        return frozenset(filter(self.has, graphs))

    def of(self, patch: Patch, record: ox.Store) -> Patch:
        """What its reader sees of a patch, in memory; `record` is as it is with the patch."""
        return Patch.of(patch.version, *self._seen(patch, record))

    def apply(self, patch: Patch, store: ox.Store, record: ox.Store) -> None:
        """Make in its reader's store what they see of a patch.

        Args:
            patch: as it is in the record.
            store: its reader's.
            record: as it is with the patch.
        """
        removed, added, created, dropped = self._seen(patch, record)
        if at_once(patch):
            store.update(as_update(removed, added, created, dropped))
            return
        readable = replace(patch, created=created, dropped=dropped)
        apply_in_pieces(store, readable, removed, self.shown)

    def _seen(
        self, patch: Patch, record: ox.Store
    ) -> tuple[Iterator[ox.Quad], Iterator[ox.Quad], frozenset[str], frozenset[str]]:
        """The quads that go and that come, and the graphs that come and that go."""
        graphs = self.readable(patch.created), self.readable(patch.dropped)
        return self._leaving(patch, record), as_shown(patch.added(), self.shown), *graphs

    def _leaving(self, patch: Patch, record: ox.Store) -> Iterator[ox.Quad]:
        for quad in patch.removed():
            graph = in_graph(quad)
            if not self.has(graph):
                continue
            subject, predicate, value = quad.triple
            holders = record.quads_for_pattern(subject, predicate, value, None)
            if not any(self._merges(in_graph(other)) for other in holders):
                yield ox.Quad(subject, predicate, value)
            if graph:
                yield quad

    def _merges(self, graph: str) -> bool:
        """Whether the default graph shows a graph."""
        return not graph if self.strict else self.has(graph)
