"""Filling a reading store from the record, by the engine's loader."""

from collections.abc import Set
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final, Self

import pyoxigraph as ox

from rembug.graph.reader import batches
from rembug.graph.readers.view import View
from rembug.graph.record.embedded import Embedded
from rembug.graph.record.patch import as_shown
from rembug.graph.record.quads import as_update, graph_name, marked

_AT_ONCE: Final = 200_000  # lines


def fill(
    store: ox.Store, record: Embedded, view: View, known: Set[str], folder: Path | None
) -> None:
    """Bring what a view shows of the record into a store, which then tells the record's version.

    The loader is many times as fast as quads made in Python. It gives blank nodes other names, so
    that what may have one goes the other way.

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
    blank: list[ox.Quad] = []
    with _Loading(store, folder) as loading, NamedTemporaryFile(dir=folder, suffix=".nt") as whole:
        for graph in sorted(view.readable(record.graphs() | {""}) - known):
            named, merged = view.shown(graph)
            if named:
                store.add_graph(ox.NamedNode(graph))
            record.dump(graph, Path(whole.name))
            with Path(whole.name).open("rb") as lines:
                for some in batches(lines, _AT_ONCE):
                    body = b"".join(some)
                    if b"_:" in body:
                        body, triples = _without_blank(body)
                        name = graph_name(graph)
                        blank += (ox.Quad(t.subject, t.predicate, t.object, name) for t in triples)
                    if named:  # no literal has a line feed in N-Triples, so that this ends a line
                        loading.take(body.replace(b" .\n", f" <{graph}> .\n".encode()), len(some))
                    if merged:
                        loading.take(body, len(some))
    store.extend(as_shown(blank, view.shown))
    store.update(as_update((), marked(record.version())))
    store.flush()


class _Loading:
    """The engine's loader, given lines of many graphs together, and of a large one some at a time.

    It takes a kilobyte of memory for each, up to some gigabytes.
    """

    def __init__(self, store: ox.Store, folder: Path | None) -> None:
        self._store = store
        self._file = NamedTemporaryFile(dir=folder, suffix=".nq")  # noqa: SIM115
        self._lines = 0

    def take(self, body: bytes, lines: int) -> None:
        """Have some lines loaded, now or later."""
        self._file.write(body)
        self._lines += lines
        if self._lines >= _AT_ONCE:
            self._load()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with self._file:
            if kind is None:
                self._load()

    def _load(self) -> None:
        self._file.flush()
        self._store.bulk_load(path=self._file.name, format=ox.RdfFormat.N_QUADS)
        self._file.seek(0)
        self._file.truncate()
        self._lines = 0


def _without_blank(body: bytes) -> tuple[bytes, list[ox.Triple]]:
    """N-Triples without the lines that may have a blank node, and what those say."""
    lines = body.split(b"\n")
    rest = [line for line in lines if b"_:" in line]
    plain = b"".join(line + b"\n" for line in lines if line and b"_:" not in line)
    triples = ox.parse(input=b"\n".join(rest), format=ox.RdfFormat.N_TRIPLES)
    return plain, list(triples)
