"""Filling a reading store from the record, by the engine's loader."""

from collections.abc import Set
from pathlib import Path

import pyoxigraph as ox

from rembug.graph.readers.view import View
from rembug.graph.record.embedded import Embedded
from rembug.graph.record.loading import bring
from rembug.graph.record.quads import as_update, marked


def fill(
    store: ox.Store, record: Embedded, view: View, known: Set[str], folder: Path | None
) -> None:
    """Bring what a view shows of the record into a store, which then tells the record's version.

    Args:
        store: has nothing yet but the known graphs.
        record: what has them all.
        view: tells which are put under their names, and which into the default graph.
        known: the IRIs of those that the store has; the empty one is the graph without a name.
        folder: has room for the lines of the largest; None for where temporary files go.

    Raises:
        OSError: the disk has no room.
    """
    graphs = view.readable(record.graphs() | {""}) - known
    bring(store, graphs, record.dump, view.shown, folder)
    store.update(as_update((), marked(record.version())))
    store.flush()
