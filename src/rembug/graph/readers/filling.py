"""Filling a reading store from the record, by the engine's loader."""

from collections.abc import Set
from pathlib import Path
from tempfile import NamedTemporaryFile

import pyoxigraph as ox

from rembug.graph.readers.view import View
from rembug.graph.record.embedded import Embedded
from rembug.graph.record.patch import as_shown
from rembug.graph.record.quads import as_update, graph_name, marked


def fill(
    store: ox.Store, record: Embedded, view: View, known: Set[str], folder: Path | None
) -> None:
    """Bring what a view shows of the record into a store, which then tells the record's version.

    The loader is many times as fast as quads made in Python. It gives blank nodes other names, so
    that what may have one goes the other way.

    Args:
        store: has nothing yet but the known graphs.
        record: what has them all.
        view: tells which are put under their names, and which into the default graph.
        known: the IRIs of those that the store has; the empty one is the graph without a name.
        folder: has room for the lines of the others; None for where temporary files go.

    Raises:
        OSError: the disk has no room.
    """
    blank: list[ox.Quad] = []
    with NamedTemporaryFile(dir=folder, suffix=".nq") as lines:
        for graph in sorted(view.readable(record.graphs() | {""}) - known):
            named, merged = view.shown(graph)
            body = record.triples([graph])
            if b"_:" in body:
                body, triples = _without_blank(body)
                name = graph_name(graph)
                blank += (ox.Quad(t.subject, t.predicate, t.object, name) for t in triples)
            if named:  # no literal has a line feed in N-Triples, so that this ends a line
                lines.write(body.replace(b" .\n", f" <{graph}> .\n".encode()))
                store.add_graph(ox.NamedNode(graph))
            if merged:
                lines.write(body)
        lines.flush()
        store.bulk_load(path=lines.name, format=ox.RdfFormat.N_QUADS)
    store.extend(as_shown(blank, view.shown))
    store.update(as_update((), marked(record.version())))
    store.flush()


def _without_blank(body: bytes) -> tuple[bytes, list[ox.Triple]]:
    """N-Triples without the lines that may have a blank node, and what those say."""
    lines = body.split(b"\n")
    rest = [line for line in lines if b"_:" in line]
    plain = b"".join(line + b"\n" for line in lines if line and b"_:" not in line)
    triples = ox.parse(input=b"\n".join(rest), format=ox.RdfFormat.N_TRIPLES)
    return plain, list(triples)
