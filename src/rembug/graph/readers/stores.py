"""The reading stores of all kinds of readers, as they follow the record."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

from rembug.graph.model import Reads, Role
from rembug.graph.readers.access import DefaultGraph
from rembug.graph.readers.kinds import CONFINED, PUBLIC, READERS, name_of
from rembug.graph.readers.store import ReadingStore
from rembug.graph.record.embedded import Embedded


class Readers:
    """The reading stores of a record; each is opened when it is first asked for.

    Those of some studies alone are not kept beyond the process: nobody may ask for them again.
    """

    def __init__(self, record: Embedded, folder: Path | None, default_graph: DefaultGraph) -> None:
        """Open none yet."""
        self._record, self._folder, self._default_graph = record, folder, default_graph
        self._stores: dict[str, ReadingStore] = {}
        self._turn = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}
        for left in folder.glob(f"{CONFINED}*") if folder else ():
            shutil.rmtree(left)

    def of(self, role: Reads) -> ReadingStore:
        """What somebody reads; while a commit is being made, at the version before."""
        store = self._opened(role)
        store.catch_up(wait=False)
        return store

    def _opened(self, role: Reads) -> ReadingStore:
        """What somebody reads, as it was left."""
        name = name_of(role)
        with self._turn:
            turn = self._turns.setdefault(name, threading.Lock())
        with turn:  # to make one may take long, and others are read meanwhile
            if name not in self._stores:
                folder = self._folder / name if self._folder else None
                below = self.public if name != PUBLIC else lambda: None
                self._stores[name] = ReadingStore(
                    role, folder, self._record, self._default_graph, below
                )
            return self._stores[name]

    def catch_up(self) -> None:
        """Let those that are open show the newest version."""
        for store in self._in_order():
            store.catch_up()

    def followed(self) -> list[ReadingStore]:
        """Let those of every reader's that are open follow; returns those that show the newest.

        What they owe they owe still.

        Raises:
            StoreFull: the disk has no room.
        """
        for store in self._in_order():
            store.catch_up(wait=False)
        return self.current()

    def forget(self) -> None:
        """Remove those that are not open: they tell what is not to be kept."""
        for left in self._folder.iterdir() if self._folder and self._folder.exists() else ():
            if left.name not in self._stores:
                shutil.rmtree(left)

    def forgotten(self) -> None:
        """Tell the record that nothing here or beside shows what it is to forget."""
        shown = self._record.version()
        if all(store.version() == shown and not store.owes for store in self._stores.values()):
            self._record.forgotten()

    def require_forgotten(self) -> None:
        """Raise StoreFull where the record still has what was to be forgotten."""
        self._record.require_forgotten()

    def keep(self, versions: int) -> None:
        """Let the record keep so many earlier versions, and what stores that lag behind need."""
        self._record.keep(versions)

    def rebuilt(self) -> Iterator[ReadingStore]:
        """Make all of them anew; gives each once it is."""
        for role in (Role.PUBLIC, Role.ADMIN):
            self._opened(role)  # one that was not there yet is made below, once
        for store in self._in_order():
            store.make_anew()
            yield store

    def current(self) -> list[ReadingStore]:
        """Those of every reader's, open by now, that show the newest version."""
        return [store for store in self.up_to_date() if store.name in READERS]

    def up_to_date(self) -> list[ReadingStore]:
        """Those that are open and show the newest version; first the public's."""
        shown = self._record.version()
        return [store for store in self._in_order() if store.version() == shown]

    def public(self) -> ReadingStore | None:
        """The public's, if it is open."""
        return self._stores.get(PUBLIC)

    def _in_order(self) -> list[ReadingStore]:
        """Those that are open; first the public's, which all others have a copy of."""
        return sorted(self._stores.values(), key=lambda store: store.name != PUBLIC)

    def close(self) -> None:
        """Let go of their files."""
        for store in self._stores.values():
            store.close()
        self._stores.clear()
