"""The index of each reader of a graph: brought to the newest version when somebody looks."""

import logging
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

from rembug.graph.readers.index import Index, Source, Touched, Unusable, remove
from rembug.graph.readers.stores import CONFINED, READERS

Since = Callable[[int], Touched | None]
"""What the quads speak of that came or went after a version; None if that is not
known, or if what was before is to be forgotten."""

Below = tuple[Index, Callable[[], Touched]]
"""The index of a part of what a reader reads, at the same version, and what the rest speaks of."""

_logger: Final = logging.getLogger("rembug.index")


def unknown(version: int) -> None:
    """As Since: nothing is known of what came after a version."""
    del version


class Indexes:
    """An index for each reader, in a folder; without one they are gone with this process."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        for left in folder.glob(f"{CONFINED}*") if folder else ():  # nobody may ask for them again
            left.unlink()
        self._passing: tempfile.TemporaryDirectory[str] | None = None
        self._open: dict[str, tuple[int, Index]] = {}
        self._turn = threading.Lock()

    def at(self, reader: str, version: int) -> Index | None:
        """The index of a reader, if it is at that version already."""
        known, index = self._open.get(reader, (-1, None))
        return index if known == version else None

    def of(
        self,
        reader: str,
        version: int,
        source: Source,
        since: Since = unknown,
        below: Below | None = None,
    ) -> Index:
        """The index of a reader at a version of the graph.

        Args:
            reader: its name.
            version: the newest of the graph.
            source: what the reader may read.
            since: what changed.
            below: what it is made from where it is to be built.
        """
        with self._turn:
            known, index = self._open.get(reader, (-1, None))
            if index is None or known != version:
                path = self._place() / f"{reader}.sqlite"
                fresh = _followed(path, index, version, source, since)
                if fresh is None:
                    fresh = _built(path, version, source, below)
                self._open[reader] = version, fresh
                return fresh
            return index

    def lent(self, path: Path) -> Index:
        """An index that another process keeps, in the file that is there now."""
        with self._turn:
            made = path.stat().st_ino  # one that is built anew is another file
            known, index = self._open.get(str(path), (-1, None))
            if index is None or known != made:
                index = Index(path)
                self._open[str(path)] = made, index
            return index

    def forget(self, *readers: str) -> None:
        """Remove readers' indexes, or all; they are built again when somebody looks."""
        with self._turn:
            for reader in readers or {*self._open, *READERS}:
                if reader in self._open:
                    self._open.pop(reader)[1].close()
                remove(self._place() / f"{reader}.sqlite")

    def close(self) -> None:
        """Let go of the files."""
        for _, index in self._open.values():
            index.close()
        if self._passing is not None:
            self._passing.cleanup()

    def _place(self) -> Path:
        if self._folder is None:
            if self._passing is None:
                self._passing = tempfile.TemporaryDirectory(prefix="rembug-")
            return Path(self._passing.name)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        return self._folder


def _followed(
    path: Path, index: Index | None, version: int, source: Source, since: Since
) -> Index | None:
    """The index in a file with what it lacks; None where that is not known."""
    try:
        index = index or Index.open(path)
        with index.reading() as reading:
            before = reading.version
        if before == version:
            return index
        if before < version and (touched := since(before)) is not None:
            index.update(source, touched, version)
            return index
        index.close()
    except Unusable as error:
        if path.exists():
            _logger.warning("%s; it is built again", error)
    return None


def _built(path: Path, version: int, source: Source, below: Below | None) -> Index:
    """An index made anew, where it can be from a copy of the one below it."""
    if below is not None:
        part, rest = below
        try:
            return Index.build(path, source, version, (part, rest()))
        except Unusable as error:
            _logger.warning("%s; %s is built without it", error, path.name)
    return Index.build(path, source, version)
