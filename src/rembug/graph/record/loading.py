"""Graphs of one store brought into another by the engine's loader, many times as fast as quads."""

from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

import pyoxigraph as ox

from rembug.graph.reader import batches

_LINES: Final = 200_000
_BYTES: Final = 64 * 2**20

_Part = tuple[bytes, int]
"""Some lines, and how many they are."""


def bring(
    store: ox.Store,
    graphs: Iterable[str],
    dump: Callable[[str, Path], None],
    shown: Callable[[str], tuple[bool, bool]],
    folder: Path | None,
) -> None:
    """Bring graphs into a store, and those that are empty by their names.

    What is loaded takes a kilobyte of memory a line, up to some gigabytes. So however large a graph
    is, so many lines are loaded at once, while the next are read.

    Args:
        store: has none of them yet.
        graphs: their IRIs; the empty one is the graph without a name.
        dump: writes the content of one into a file, in N-Triples.
        shown: of each whether it is put under its name, and whether into the default graph.
        folder: has room for the largest; None for where temporary files go.

    Raises:
        OSError: the disk has no room.
    """
    graphs = sorted(graphs)
    for graph in graphs:
        if shown(graph)[0]:
            store.add_graph(ox.NamedNode(graph))
    for plain, blank in _ahead(_gathered(_read(graphs, dump, shown, folder))):
        if blank:  # the loader gives blank nodes other names
            parsed = ox.parse(blank, ox.RdfFormat.N_QUADS)
            store.extend(quad for quad in parsed if isinstance(quad, ox.Quad))
        if plain:  # that its IRIs are some was seen when they came in
            store.bulk_load(plain, ox.RdfFormat.N_QUADS, lenient=True)


def _read(
    graphs: Iterable[str],
    dump: Callable[[str, Path], None],
    shown: Callable[[str], tuple[bool, bool]],
    folder: Path | None,
) -> Iterator[_Part]:
    """The lines of some graphs as they are put."""
    with NamedTemporaryFile(dir=folder, suffix=".nt") as whole:
        for graph in graphs:
            named, merged = shown(graph)
            dump(graph, Path(whole.name))
            with Path(whole.name).open("rb") as lines:
                for some in batches(lines, _LINES):
                    body = b"".join(some)
                    if named:  # no literal has a line feed in N-Triples, so that this ends a line
                        yield body.replace(b" .\n", f" <{graph}> .\n".encode()), len(some)
                    if merged:
                        yield body, len(some)


def _gathered(parts: Iterable[_Part]) -> Generator[tuple[bytes, bytes], None, None]:
    """Parts put together, those lines apart that may have a blank node."""
    plain: list[bytes] = []
    blank: list[bytes] = []
    gathered = size = 0
    for body, lines in parts:
        if b"_:" in body:
            for line in body.splitlines(keepends=True):
                (blank if b"_:" in line else plain).append(line)
        else:
            plain.append(body)
        gathered, size = gathered + lines, size + len(body)
        if gathered >= _LINES or size >= _BYTES:
            yield b"".join(plain), b"".join(blank)
            plain, blank, gathered, size = [], [], 0, 0
    yield b"".join(plain), b"".join(blank)


def _ahead(items: Generator[tuple[bytes, bytes], None, None]) -> Iterator[tuple[bytes, bytes]]:
    """The same, each worked out while the one before is used: the engine lets Python go on."""
    with closing(items), ThreadPoolExecutor(1) as pool:
        coming = pool.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = pool.submit(next, items, None)
            yield item
