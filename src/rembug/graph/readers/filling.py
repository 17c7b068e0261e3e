"""Filling a reading store from the record, by the engine's loader."""

from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile

import pyoxigraph as ox

from rembug.graph.record.embedded import Embedded
from rembug.graph.record.patch import Shown, as_shown
from rembug.graph.record.quads import graph_name


def fill(
    store: ox.Store, record: Embedded, graphs: Iterable[str], shown: Shown, folder: Path | None
) -> None:
    """Bring some graphs of the record into a store, under their names, merged, or both.

    The loader is many times as fast as quads made in Python. It gives blank nodes other names, so
    that what may have one goes the other way.

    Args:
        store: has nothing of these graphs under their names.
        record: what has them.
        graphs: their IRIs; the empty one is the graph without a name.
        shown: whether a graph is put under its name, and whether into the merge.
        folder: has room for the lines of them all; None for where temporary files go.

    Raises:
        OSError: the disk has no room.
    """
    blank: list[ox.Quad] = []
    with NamedTemporaryFile(dir=folder, suffix=".nq") as lines:
        for graph in sorted(graphs):
            named, merged = shown(graph)
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
    store.extend(as_shown(blank, shown))


def _without_blank(body: bytes) -> tuple[bytes, list[ox.Triple]]:
    """N-Triples without the lines that may have a blank node, and what those say."""
    lines = body.split(b"\n")
    rest = [line for line in lines if b"_:" in line]
    plain = b"".join(line + b"\n" for line in lines if line and b"_:" not in line)
    triples = ox.parse(input=b"\n".join(rest), format=ox.RdfFormat.N_TRIPLES)
    return plain, list(triples)
