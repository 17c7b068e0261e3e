"""The graph as it was at earlier commits: today's stores with patches taken back, when asked for.

What a version costs to ask for is what has changed since, not what there is.
"""

import shutil
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from rembug.errors import UnknownName
from rembug.graph.model import Reads
from rembug.graph.readers.stores import Readers
from rembug.graph.record.embedded import Embedded
from rembug.graph.record.patch import Patch, apply_in_pieces
from rembug.graph.workers.snapshots import Snapshot

_AT_HAND: Final = 8  # stores


class History:
    """Earlier versions of a record and its reading stores; those asked for last are at hand."""

    def __init__(self, record: Embedded, readers: Readers, folder: Path) -> None:
        """Begin with none at hand: what an earlier process made serves nobody."""
        shutil.rmtree(folder, ignore_errors=True)
        self._record, self._readers, self._folder = record, readers, folder
        self._made: OrderedDict[tuple[int, str], Snapshot] = OrderedDict()
        self._turn = threading.RLock()

    def record(self, version: int) -> Snapshot:
        """The record as it was.

        Raises:
            UnknownName: that version is not kept.
        """
        # What is taken back and what it is taken from must be of one version: nobody commits.
        with self._turn, self._record.at_rest():
            back = self._back(version)
            return self._at_hand(version, "record") or self._record_at(version, back)

    def of(self, version: int, role: Reads) -> Snapshot:
        """What somebody read at a version; raises UnknownName where it is not kept."""
        with self._turn:
            self.require(version)
            store = self._readers.of(role)
            if found := self._at_hand(version, store.name):
                return found
            with self._record.at_rest():
                back = self._back(version)
                then = ox.Store.read_only(str(self.record(version).path))
                path = self._folder / f"{version}-{store.name}"
                store.past(path, back, then)
            return self._keep(version, store.name, path)

    @property
    def first(self) -> int:
        """The earliest version that is kept."""
        return max(self._record.first(), 1)

    def require(self, version: int) -> None:
        """Raise UnknownName unless a version is kept."""
        first, last = self.first, self._record.version()
        if not first <= version <= last:
            kept = [f"{first}–{last}" if first < last else str(last)] if last else []
            raise UnknownName("version that is kept", str(version), kept)

    def forget(self) -> None:
        """Remove all that is at hand."""
        with self._turn:
            self._made.clear()
            shutil.rmtree(self._folder, ignore_errors=True)

    def forget_unkept(self) -> None:
        """Remove what is at hand of versions that are kept no longer."""
        with self._turn:
            first = self.first
            for known in [known for known in self._made if known[0] < first]:
                shutil.rmtree(self._made.pop(known).path, ignore_errors=True)

    def _back(self, version: int) -> Patch:
        self.require(version)
        try:
            return self._record.back(version)
        except KeyError:  # a patch on the way turned out to be damaged
            self.require(version)
            raise

    def _record_at(self, version: int, back: Patch) -> Snapshot:
        path = self._folder / f"{version}-record"
        self._folder.mkdir(mode=0o700, exist_ok=True)
        self._record.snapshot(path)
        store = ox.Store(str(path))
        apply_in_pieces(store, back)
        store.flush()
        del store  # else it goes on to tidy up files that are opened next
        return self._keep(version, "record", path)

    def _at_hand(self, version: int, name: str) -> Snapshot | None:
        if (version, name) in self._made:
            self._made.move_to_end((version, name))
            return self._made[version, name]
        return None

    def _keep(self, version: int, name: str, path: Path) -> Snapshot:
        store = ox.Store.read_only(str(path))
        graphs = frozenset(graph.value for graph in store.named_graphs())
        self._made[version, name] = made = Snapshot(version, path, graphs, lasting=True)
        while len(self._made) > _AT_HAND:
            _, oldest = self._made.popitem(last=False)
            shutil.rmtree(oldest.path, ignore_errors=True)
        return made
