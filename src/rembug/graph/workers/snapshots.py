"""Read-only copies of a store for the workers: hard links, made by the first query to need one.

An old one goes when no worker holds it any more.
"""

import logging
import shutil
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

import pyoxigraph as ox

from rembug.errors import StoreFull
from rembug.graph.answering import answered
from rembug.graph.model import Answer, Dataset

_logger: Final = logging.getLogger("rembug.workers")


class Source(Protocol):
    """A store that can be copied by hard links."""

    def version(self) -> int:
        """The version that it shows now."""

    def snapshot(self, folder: Path) -> tuple[int, frozenset[str]]:
        """Copy it into a folder; returns the version of the copy and its named graphs."""


@dataclass(frozen=True)
class Snapshot:
    """A store as it was at a version.

    Attributes:
        version: which.
        path: the folder that the engine opens.
        graphs: the IRIs of its named graphs.
        lasting: whether it stays when nobody holds it, as one that is kept of an earlier commit.
    """

    version: int
    path: Path
    graphs: frozenset[str]
    lasting: bool = False

    def answer(self, query: str, dataset: Dataset, accept: Mapping[str, str]) -> Answer:
        """Answer a query, in this process; raises QuerySyntaxError with the line and column."""
        store = ox.Store.read_only(str(self.path))
        return answered(store, query, dataset, accept, self.version)


class Snapshots:
    """Makes snapshots of one store, and counts who holds them."""

    def __init__(self, source: Source, folder: Path) -> None:
        """With none yet, in a folder that exists: workers were let into that very one."""
        self._source, self.folder = source, folder
        self._holders: Counter[Snapshot] = Counter()
        self._latest: Snapshot | None = None
        self._made, self._stuck = 0, 0
        self._turn = threading.RLock()

    def hold(self) -> Snapshot:
        """The newest snapshot, which stays until it is let go.

        While a commit is being made it is that of the version before: readers wait for no writer.
        So it is while the disk has no room for another.
        """
        with self._turn:
            if self._latest is None or self._latest.version != self._source.version():
                try:
                    self._latest = Snapshot(*_copied(self._source, self._path("shown")))
                except OSError as error:
                    if self._latest is None or not StoreFull.of(error):
                        raise
                    if self._stuck != (stuck := self._source.version()):  # told once
                        _logger.warning("version %d is read on: %s", self._latest.version, error)
                    self._stuck = stuck
                self._sweep()
            self._holders[self._latest] += 1
            return self._latest

    def keep(self, snapshot: Snapshot) -> Snapshot:
        """Hold a snapshot that is held already once more."""
        with self._turn:
            self._holders[snapshot] += 1
        return snapshot

    def release(self, snapshot: Snapshot) -> None:
        """Let a snapshot go; the last one to do so removes it if there is a newer one."""
        with self._turn:
            self._holders[snapshot] -= 1
            self._sweep()

    def copy(self, folder: Path) -> Snapshot:
        """A snapshot of one's own in a folder, that may be written to; `discard` removes it."""
        with self._turn:
            self._made += 1
            path = folder / f"copy-{self._made}"
        return Snapshot(*_copied(self._source, path))

    @staticmethod
    def discard(copy: Snapshot) -> None:
        """Remove a copy."""
        shutil.rmtree(copy.path, ignore_errors=True)

    def renew(self) -> None:
        """Let go of the newest one too, once nobody holds it; the next to ask makes another."""
        with self._turn:
            self._latest = None
            self._sweep()

    def _path(self, kind: str) -> Path:
        with self._turn:
            self._made += 1
            return self.folder / f"{kind}-{self._made}"

    def _sweep(self) -> None:
        for snapshot in [s for s, held in self._holders.items() if not held]:
            if snapshot != self._latest:
                del self._holders[snapshot]
                if not snapshot.lasting:
                    shutil.rmtree(snapshot.path, ignore_errors=True)


def _copied(source: Source, path: Path) -> tuple[int, Path, frozenset[str]]:
    version, graphs = source.snapshot(path)
    return version, path, graphs
