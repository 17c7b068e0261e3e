"""Graphs of one store brought into another by the engine's loader, many times as fast as quads."""

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO, Final

import pyoxigraph as ox

_LINES: Final = 200_000
_BYTES: Final = 64 * 2**20
_PIECE: Final = 2**20  # bytes that are read at once


def bring(
    store: ox.Store,
    graphs: Iterable[str],
    dump: Callable[[str, Path], None],
    shown: Callable[[str], tuple[bool, bool]],
    folder: Path | None,
) -> None:
    """Bring graphs into a store, and those that are empty by their names.

    What is loaded takes a kilobyte of memory a line, up to some gigabytes. So however large a graph
    is, so many lines are loaded at once, while the next are read. What comes under a name is loaded
    before what comes into the default graph: the engine keeps the two apart, and merges its files
    of either as often as something is loaded into them.

    Args:
        store: has none of them yet.
        graphs: their IRIs; the empty one is the graph without a name.
        dump: writes the content of one into a file, in N-Triples.
        shown: of each whether it is put under its name, and whether into the default graph.
        folder: has room for their lines; None for where temporary files go.

    Raises:
        OSError: the disk has no room.
    """
    graphs = sorted(graphs)
    for graph in graphs:
        if shown(graph)[0]:
            store.add_graph(ox.NamedNode(graph))
    with TemporaryFile(dir=folder) as merged:
        _load(store, _named(graphs, dump, shown, folder, merged), ox.RdfFormat.N_QUADS)
        merged.seek(0)
        _load(store, _pieces(merged), ox.RdfFormat.N_TRIPLES)


def _named(
    graphs: Iterable[str],
    dump: Callable[[str, Path], None],
    shown: Callable[[str], tuple[bool, bool]],
    folder: Path | None,
    merged: IO[bytes],
) -> Iterator[bytes]:
    """The lines of graphs that come under their names; those of the default graph are put aside."""
    with NamedTemporaryFile(dir=folder, suffix=".nt") as whole:
        for graph in graphs:
            named, default = shown(graph)
            dump(graph, Path(whole.name))
            with Path(whole.name).open("rb") as lines:
                for piece in _pieces(lines):
                    if named:  # no literal has a line feed in N-Triples, so that this ends a line
                        yield piece.replace(b" .\n", f" <{graph}> .\n".encode())
                    if default:
                        merged.write(piece)


def _pieces(lines: IO[bytes]) -> Iterator[bytes]:
    """Whole lines of a file, some at a time."""
    while piece := lines.read(_PIECE):
        yield piece + lines.readline()


def _load(store: ox.Store, pieces: Iterator[bytes], rdf: ox.RdfFormat) -> None:
    """Load lines, so many at once."""
    for plain, blank in _ahead(_gathered(pieces)):
        if blank:  # the loader gives blank nodes other names
            parsed = ox.parse(blank, rdf)
            store.extend(quad for quad in parsed if isinstance(quad, ox.Quad))
        if plain:  # that its IRIs are some was seen when they came in
            store.bulk_load(plain, rdf, lenient=True)


def _gathered(pieces: Iterator[bytes]) -> Generator[tuple[bytes, bytes], None, None]:
    """Pieces put together, those lines apart that may have a blank node."""
    plain: list[bytes] = []
    blank: list[bytes] = []
    lines = size = 0
    for piece in pieces:
        if b"_:" in piece:
            for line in piece.splitlines(keepends=True):
                (blank if b"_:" in line else plain).append(line)
        else:
            plain.append(piece)
        lines, size = lines + piece.count(b"\n"), size + len(piece)
        if lines >= _LINES or size >= _BYTES:
            yield b"".join(plain), b"".join(blank)
            plain, blank, lines, size = [], [], 0, 0
    yield b"".join(plain), b"".join(blank)


def _ahead(items: Generator[tuple[bytes, bytes], None, None]) -> Iterator[tuple[bytes, bytes]]:
    """The same, each worked out while the one before is used: the engine lets Python go on."""
    with closing(items), ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item
