"""Lines of N-Quads on their way into the engine by its loader, as many times as fast as quads."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final, Self

import pyoxigraph as ox

from rembug.graph.reader import batches

_LINES: Final = 200_000
_BYTES: Final = 64 * 2**20


class Loading:
    """The engine's loader, given lines of many graphs together, and of a large one some at a time.

    It takes a kilobyte of memory for each, up to some gigabytes. It gives blank nodes other names,
    so that what may have one goes in as quads.
    """

    def __init__(self, store: ox.Store) -> None:
        """Into a store, in which all is once the block is left that this is entered for."""
        self._store = store
        self._bodies: list[bytes] = []
        self._lines = self._bytes = 0

    def take(self, body: bytes, lines: int) -> None:
        """Have some lines loaded, now or later, each with its line feed; the engine wrote them."""
        if b"_:" in body:
            body = self._without_blank(body)
        self._bodies.append(body)
        self._lines += lines
        self._bytes += len(body)
        if self._lines >= _LINES or self._bytes >= _BYTES:
            self._load()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        if kind is None:
            self._load()

    def _load(self) -> None:
        body = b"".join(self._bodies)
        self._bodies, self._lines, self._bytes = [], 0, 0
        if body:  # that its IRIs are some was seen when they came in
            self._store.bulk_load(body, ox.RdfFormat.N_QUADS, lenient=True)

    def _without_blank(self, body: bytes) -> bytes:
        """The lines that have no blank node for sure; the others go in."""
        plain: list[bytes] = []
        rest: list[bytes] = []
        for line in body.split(b"\n"):
            (rest if b"_:" in line else plain).append(line)
        parsed = ox.parse(b"\n".join(rest), ox.RdfFormat.N_QUADS)
        self._store.extend(quad for quad in parsed if isinstance(quad, ox.Quad))
        return b"".join(line + b"\n" for line in plain if line)


def bodies(file: Path) -> Iterator[tuple[bytes, int]]:
    """The lines of a file, some at a time, and how many those are."""
    with file.open("rb") as lines:
        for some in batches(lines, _LINES):
            yield b"".join(some), len(some)
