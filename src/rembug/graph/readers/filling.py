"""Filling a reading store from the record, by the engine's loader."""

from collections.abc import Set
from pathlib import Path
from tempfile import NamedTemporaryFile

import pyoxigraph as ox

from rembug.graph.readers.view import View
from rembug.graph.record.embedded import Embedded
from rembug.graph.record.loading import Loading, bodies
from rembug.graph.record.quads import as_update, marked


def fill(
    store: ox.Store, record: Embedded, view: View, known: Set[str], folder: Path | None
) -> None:
    """Bring what a view shows of the record into a store, which then tells the record's version.

    However large a graph is, so many lines are in memory at once.

    Args:
        store: has nothing yet but the known graphs.
        record: what has them all.
        view: tells which are put under their names, and which into the default graph.
        known: the IRIs of those that the store has; the empty one is the graph without a name.
        folder: has room for the lines of the largest; None for where temporary files go.

    Raises:
        OSError: the disk has no room.
    """
    with Loading(store) as loading, NamedTemporaryFile(dir=folder, suffix=".nt") as whole:
        for graph in sorted(view.readable(record.graphs() | {""}) - known):
            named, merged = view.shown(graph)
            if named:
                store.add_graph(ox.NamedNode(graph))
            record.dump(graph, Path(whole.name))
            for body, lines in bodies(Path(whole.name)):
                if named:  # no literal has a line feed in N-Triples, so that this ends a line
                    loading.take(body.replace(b" .\n", f" <{graph}> .\n".encode()), lines)
                if merged:
                    loading.take(body, lines)
    store.update(as_update((), marked(record.version())))
    store.flush()
