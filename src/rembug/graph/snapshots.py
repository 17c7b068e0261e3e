"""Read-only copies of the store for the workers: hard links, made by the first query to need one.

An old one goes when no worker holds it any more.
"""

import shutil
import threading
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from rembug.graph.embedded import Embedded


@dataclass(frozen=True)
class Snapshot:
    """The store as it was at a version.

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


class Snapshots:
    """Makes snapshots, and counts who holds them."""

    def __init__(self, store: Embedded, folder: Path) -> None:
        """Begin with an empty folder: snapshots of an earlier process serve nobody."""
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        self._store, self._folder = store, folder
        self._holders: Counter[Snapshot] = Counter()
        self._latest: Snapshot | None = None
        self._copies = 0
        self._turn = threading.RLock()

    def hold(self) -> Snapshot:
        """The newest snapshot, which stays until it is let go.

        While a commit is being made it is that of the version before: readers wait for no writer.
        """
        with self._turn:
            if self._latest is None or self._latest.version != self._store.version():
                self._renew(wait=self._latest is None)
            assert self._latest is not None
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

    def copy(self) -> Snapshot:
        """A snapshot of one's own that may be written to; `discard` removes it."""
        with self._turn:
            self._copies += 1
            path = self._folder / f"copy-{self._copies}"
        made = self._store.snapshot(path, wait=True)
        assert made is not None
        return Snapshot(*made)

    @staticmethod
    def discard(copy: Snapshot) -> None:
        """Remove a copy."""
        shutil.rmtree(copy.path, ignore_errors=True)

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self._folder, ignore_errors=True)

    def _renew(self, wait: bool) -> None:
        path = self._folder / str(self._store.version())
        made = self._store.snapshot(path, wait=wait)
        if made is not None:
            self._latest = Snapshot(*made)
            self._sweep()

    def _sweep(self) -> None:
        for snapshot in [s for s, held in self._holders.items() if not held]:
            if snapshot != self._latest:
                del self._holders[snapshot]
                if not snapshot.lasting:
                    shutil.rmtree(snapshot.path, ignore_errors=True)
