"""What is derived from the record, and how it follows each commit: all that readers read.

Reading stores, their indexes, the earlier versions, and what a service keeps to answer with. All of
it can be removed and is made again; what tells of versions that are forgotten has to go.
"""

import logging
import threading
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from rembug.errors import StoreFull, UnknownName
from rembug.graph.history import History
from rembug.graph.model import Answer, Change, Reads, Request
from rembug.graph.owner.client import Owned
from rembug.graph.readers import access
from rembug.graph.readers.access import DefaultGraph
from rembug.graph.readers.index import Index
from rembug.graph.readers.indexes import Indexes
from rembug.graph.readers.kinds import READERS
from rembug.graph.readers.store import ReadingStore
from rembug.graph.readers.stores import Readers
from rembug.graph.served import Served
from rembug.graph.workers import federation
from rembug.graph.workers.pool import Workers
from rembug.graph.workers.snapshots import Snapshot

_logger: Final = logging.getLogger("rembug.store")


class Derived:
    """What is derived from a record that this process owns."""

    def __init__(
        self,
        version: Callable[[], int],
        readers: Readers,
        history: History | None = None,
        default_graph: DefaultGraph = DefaultGraph.UNION,
        indexes: Indexes | None = None,
    ) -> None:
        """Answer in this process; as a service does from `serve` on.

        Args:
            version: the record's newest.
            readers: what is read.
            history: the earlier versions; None where none can be asked for.
            default_graph: what callers read when they name no graph.
            indexes: those of the readers; without, they are gone with this process.
        """
        self._version, self._readers, self._history = version, readers, history
        self.default_graph, self._indexes = default_graph, indexes or Indexes(None)
        self.served: Served | None = None

    def serve(self, workers: Workers, identity: Callable[[], str], *, alone: bool) -> None:
        """Answer callers as a service does.

        Args:
            workers: that do what callers ask.
            identity: tells this store from every other.
            alone: whether no other process feeds the same repositories.
        """
        self.served = Served(
            workers,
            self.default_graph,
            self.current,
            lambda: self.history,
            self._version,
            identity,
            alone=alone,
        )

    def current(self, role: Reads) -> ReadingStore:
        """What a role reads, at the newest version that can be shown."""
        self._version()  # a server may have a newer one
        return self._readers.of(role)

    @property
    def has_earlier(self) -> bool:
        """Whether a version before the newest can be asked for."""
        return self._history is not None and self._history.first < self._version()

    @property
    def history(self) -> History:
        """The earlier versions; raises UnknownName where none is kept."""
        if self._history is None:
            raise UnknownName("version that is kept", "before this one", ())
        return self._history

    def require(self, version: int) -> None:
        """Raise UnknownName unless a version is kept."""
        self.history.require(version)

    def past(self, version: int) -> Path:
        """The folder of the record as it was; raises UnknownName where that is not kept."""
        return self.history.record(version).path

    def answer(self, request: Request) -> Answer:
        """Answer a query; takes and raises what `KnowledgeGraph.answer` does."""
        if request.version is not None and request.version == self._version():
            request = replace(request, version=None)
        if self.served is not None:
            return self.served.answer(request)
        federation.check(request.query, frozenset())
        reader: ReadingStore | Snapshot = self.current(request.role)
        if request.version is not None:
            reader = self.history.of(request.version, request.role)
        given = access.dataset(reader.graphs, self.default_graph, request.protocol)
        if request.protocol is None:
            given = access.narrowed(request.query, given, reader.graphs)
        return reader.answer(request.query, given, request.accept)

    def shown(self, role: Reads) -> int:
        """The version that a role reads now."""
        return self.current(role).version()

    def index(self, role: Reads, *, wait: bool = False) -> Index:
        """What a role looks for things in; takes and raises what `KnowledgeGraph.index` does."""
        store = self.current(role)
        if found := self._indexes.at(store.name, store.version()):
            return found
        return self._indexes.of(store, self._below(store), wait=wait)

    def forget_index(self, role: Reads, index: Index | None = None) -> None:
        """Let a role's index be built again; as `KnowledgeGraph.forget_index`."""
        name = self.current(role).name
        if index is None:
            self._indexes.forget(name)
        else:
            self._indexes.damaged(name, index)

    def _below(self, store: ReadingStore) -> ReadingStore | None:
        """The public's store, of which every other has a copy in it."""
        public = self._readers.public()
        return None if public is store else public

    def expect(self, change: Change) -> None:
        """Get ready for a change that is about to be committed."""
        if change.forget:
            with suppress(StoreFull):  # who is up to date can follow that, too
                for store in self._readers.current():
                    self._indexes.follow(store)

    def follow(self, change: Change, keep: int, told: Iterable[Callable[[], object]]) -> None:
        """Let readers have what was committed.

        Args:
            change: what was.
            keep: how many earlier versions can be asked for; 0 for all.
            told: called if it forgets the versions before it, for what else keeps them.

        Raises:
            StoreFull: what it forgets is still in the files.
        """
        try:
            self._show(change, keep)
        finally:
            # Not before: until readers are shown the new version, they may have what is worked out
            # of the one before kept.
            if change.forget:
                self._forget(told)
        if self.served is not None:
            self.served.wake()
        if change.forget:
            self._readers.forgotten()
            self._readers.require_forgotten()
        stores = self._readers.up_to_date()
        begun = [self._indexes.begin(store, self._below(store)) for store in stores]
        for wait in filter(None, begun):
            wait()

    def _show(self, change: Change, keep: int) -> None:
        try:
            if change.forget:
                self._readers.forget()
                # Before their stores are made anew, which takes long.
                for store in self._readers.followed():
                    self._indexes.purge(store)
            self._readers.catch_up()
        except StoreFull as error:  # it is committed all the same; the next reader tries again
            _logger.error("%s", error)
        if keep:
            self._readers.keep(keep)
            if self._history is not None:
                self._history.forget_unkept()

    def _forget(self, told: Iterable[Callable[[], object]]) -> None:
        """Let go of all that was worked out of the versions until now."""
        if self._history is not None:
            self._history.forget()
        if self.served is not None:
            self.served.forget()
        current = self._readers.current()
        for store in current:
            self._indexes.purge(store)
        self._indexes.forget(but=[store.name for store in current])
        for tell in told:
            tell()

    def rebuild(self) -> None:
        """Make all of it anew from the record."""
        self._version()  # a server may have a newer one
        # An index is made while the next store is: the engine's loader lets Python go on.
        with ThreadPoolExecutor(1) as pool:
            made = [
                pool.submit(self._indexes.renew, store, self._below(store))
                for store in self._readers.rebuilt()
                if store.name in READERS
            ]
        for one in made:
            one.result()
        if self.served is not None:
            self.served.rebuild()

    def close(self) -> None:
        """Let go of its files, when what others do with them is done."""
        if self.served is not None:
            self.served.close()
        self._indexes.close()
        if self._history is not None:
            self._history.forget()
        self._readers.close()


class DerivedElsewhere:
    """What the process that owns the store derives from it, asked for through its socket."""

    default_graph: Final = DefaultGraph.UNION  # as commands read
    served: Final = None

    def __init__(self, owned: Owned) -> None:
        """Ask for nothing yet."""
        self._owned = owned
        self._turn = threading.Lock()
        self._lent: dict[Path, tuple[int, Index]] = {}

    @property
    def has_earlier(self) -> bool:
        """Whether a version before the newest can be asked for: its owner keeps them."""
        return True

    def require(self, version: int) -> None:
        """Raise UnknownName unless a version is kept."""
        self.past(version)

    def past(self, version: int) -> Path:
        """The folder of the record as it was; raises UnknownName where that is not kept."""
        return self._owned.past(version)

    def answer(self, request: Request) -> Answer:
        """Have a query answered; takes and raises what `KnowledgeGraph.answer` does."""
        return self._owned.answer(request)

    def shown(self, _: Reads) -> int:
        """The version that a role reads now."""
        return self._owned.version()

    def index(self, role: Reads, *, wait: bool = False) -> Index:  # noqa: ARG002
        """What a role looks for things in, in the file that is there now."""
        path = self._owned.index_file(role)
        with self._turn:
            made = path.stat().st_ino  # one that is built anew is another file
            known, index = self._lent.get(path, (-1, None))
            if index is None or known != made:
                index = Index(path)
                self._lent[path] = made, index
            return index

    def forget_index(self, role: Reads, index: Index | None = None) -> None:
        """Nothing: its owner sees that, too."""

    def expect(self, change: Change) -> None:
        """Nothing: its owner does."""

    def follow(self, change: Change, _: int, told: Iterable[Callable[[], object]]) -> None:
        """Let what else keeps versions forget them; its owner does the rest."""
        if change.forget:
            for tell in told:
                tell()

    def rebuild(self) -> None:
        """Have all of it made anew."""
        self._owned.rebuild()

    def close(self) -> None:
        """Let go of the files that were lent."""
        for _, index in self._lent.values():
            index.close()
