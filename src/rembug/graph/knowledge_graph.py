"""The graph as everybody else in Rembug has it: asked, read and committed to."""

import logging
import shutil
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, Self
from uuid import uuid4

from rdflib import Graph, URIRef

from rembug.errors import StoreFull, StoreInUse, StoreUnreachable, UnknownName, Words
from rembug.graph.backup import ENGINE, Manifest, copy_reviews, describe, restore
from rembug.graph.history import History
from rembug.graph.model import (
    N_TRIPLES,
    RESULTS_JSON,
    UNNAMED,
    Answer,
    Asker,
    Backend,
    Change,
    Named,
    Reads,
    Role,
    Rows,
    Scope,
    Stored,
    Tried,
)
from rembug.graph.opening import INDEX, STAGED, clear_staged, located, opened, readers_of
from rembug.graph.owner.client import Owned
from rembug.graph.owner.door import Door
from rembug.graph.owner.lock import Ownership
from rembug.graph.reader import (
    Reader,
)
from rembug.graph.readers import access
from rembug.graph.readers.access import DefaultGraph
from rembug.graph.readers.cache import Cache
from rembug.graph.readers.index import Index
from rembug.graph.readers.indexes import PATIENCE, Indexes
from rembug.graph.readers.kinds import FOLDER as readers_folder
from rembug.graph.readers.kinds import reads_of
from rembug.graph.readers.store import ReadingStore
from rembug.graph.readers.stores import Readers
from rembug.graph.record.embedded import Embedded
from rembug.graph.record.remote import Remote
from rembug.graph.repositories.remote_reader import RemoteReader
from rembug.graph.repositories.repository import Repository, find_differing
from rembug.graph.repositories.trial import Case, Trial
from rembug.graph.secret import Secret
from rembug.graph.served import Request, Served
from rembug.graph.syntax import (
    FORMATS,
    as_graph,
    convert,
    write_graphs,
)
from rembug.graph.workers import federation
from rembug.graph.workers.pool import Workers
from rembug.graph.workers.snapshots import Snapshot
from rembug.settings import Limits, Location

NOBODY: Final = Asker()
_logger: Final = logging.getLogger("rembug.store")

_INTERNAL: Final[Mapping[str, str]] = {
    "boolean": RESULTS_JSON,
    "solutions": RESULTS_JSON,
    "triples": N_TRIPLES,
}


class KnowledgeGraph:
    """A record of named graphs with versions, and what readers read of it.

    Each commit is atomic and makes one version; a reader sees it whole or not at all.
    """

    def __init__(
        self,
        backend: Backend,
        readers: Readers | None = None,
        history: History | None = None,
        default_graph: DefaultGraph = DefaultGraph.UNION,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        self._backend, self._readers, self._history = backend, readers, history
        self._default_graph = default_graph
        self._on_close = on_close
        self._hang_up: Callable[[], None] = lambda: None
        self._served: Served | None = None
        self._named: dict[Reads, tuple[frozenset[str], frozenset[URIRef]]] = {}
        self._indexes = Indexes(None)
        self._folder: Path | None = None
        self.aside: Path | None = None
        """Where its owner keeps what is brought until it is stored; cleared when it is opened."""
        self.secret = Secret(None)
        """What digests of what is not public are keyed with."""
        self.turn = threading.RLock()
        """Held by a writer for whom others in this process should wait."""
        self.keep_versions = 0
        """How many earlier versions can be asked for; 0 for all."""
        self.forgetting: list[Callable[[], object]] = []
        """Called after a commit that forgets the versions before it, for what else keeps them."""

    @classmethod
    def open(cls, location: str | Location) -> Self:
        """Open a store for a command: as its owner, or through the service that owns it.

        Args:
            location: the store's folder, made if it does not exist; or where its server is.

        Raises:
            StoreInUse: another process owns it and does not take requests.
            StoreUnreachable: the folder or the server cannot be used.
            BadParameter: the location is a URL of another kind.
        """
        place = located(location)
        try:
            ownership = Ownership(place.folder)
        except StoreInUse:
            if (owned := Owned.connect(place.folder)) is None:
                raise
            graph = cls(owned)
            graph.secret = Secret(place.folder)
            return graph
        backend, record = opened(place, ownership)
        graph = cls(backend, *readers_of(record, place.folder), on_close=ownership.release)
        graph._folder, graph.secret = place.folder, Secret(place.folder)
        graph.aside = place.folder / STAGED
        # A command keeps its own indexes; those that a service left tell what is forgotten.
        graph.forgetting.append(lambda: shutil.rmtree(place.folder / INDEX, ignore_errors=True))
        clear_staged(place.folder)
        return graph

    @classmethod
    def own(
        cls,
        location: str | Location,
        default_graph: DefaultGraph = DefaultGraph.UNION,
        limits: Limits | None = None,
    ) -> Self:
        """Open a store for a service: as its owner, who also takes other commands' requests.

        Args:
            location: the store's folder, made if it does not exist; or where its server is.
            default_graph: what callers read when they name no graph.
            limits: for queries, which workers answer; None answers them in process.

        Raises:
            StoreInUse: another process owns it.
            StoreUnreachable: the folder or the server cannot be used.
            BadParameter: the location is a URL of another kind.
        """
        place = located(location)
        folder = place.folder
        ownership = Ownership(folder)
        backend, record = opened(place, ownership)
        parts = readers_of(record, folder, default_graph)
        graph = cls(backend, *parts, default_graph, ownership.release)
        patience = None if limits is None else PATIENCE
        graph._indexes, graph._folder = Indexes(folder / INDEX, patience), folder
        graph.secret, graph.aside = Secret(folder), folder / STAGED
        clear_staged(folder)
        if limits is not None:
            workers = Workers(record, limits, folder)
            graph._served = Served(
                workers, default_graph, graph._current, graph._past, lambda: graph.version
            )
        graph._hang_up = Door(backend, graph, folder).close
        return graph

    @classmethod
    def in_memory(cls) -> Self:
        """A graph that is gone when the process ends."""
        record = Embedded(None)
        return cls(record, Readers(record, None, DefaultGraph.UNION))

    @property
    def version(self) -> int:
        """The number of the newest commit; 0 for a graph that never had one."""
        return self._backend.version()

    def at(self, version: int) -> Self:
        """The graph as it was at a commit; nothing can be written to it.

        Raises:
            UnknownName: that version is not kept.
        """
        if isinstance(self._backend, Owned):
            return type(self)(Embedded.past(self._backend.past(version)))
        past = Embedded.past(self._past().record(version).path)
        return type(self)(past, Readers(past, None, self._default_graph))

    @property
    def has_earlier(self) -> bool:
        """Whether a version before the newest can be asked for."""
        if isinstance(self._backend, Owned):  # its owner keeps them
            return True
        return self._history is not None and self._history.first < self.version

    def require_kept(self, version: int) -> None:
        """Raise UnknownName unless a version can be asked for."""
        if version != self.version:
            self._past().require(version)

    def past(self, version: int) -> Path:
        """The folder of the record as it was at a commit, to be read only.

        Raises:
            UnknownName: that version is not kept.
        """
        return self._past().record(version).path

    def require_version(self, version: int) -> None:
        """Raise UnknownName unless a version is kept, as the newest always is."""
        if version != self.version:
            self._past().require(version)

    def _past(self) -> History:
        if self._history is None:
            raise UnknownName("version that is kept", "before this one", ())
        return self._history

    def graphs(self, role: Reads) -> frozenset[URIRef]:
        """The named graphs that a role may read."""
        every = self._backend.graphs()
        known, found = self._named.get(role, (None, frozenset[URIRef]()))
        if known is not every:  # which is another set once a graph comes or goes
            found = frozenset(map(URIRef, access.readable(every, role)))
            self._named[role] = every, found
        return found

    def answer(
        self,
        query: str,
        role: Reads = Role.PUBLIC,
        accept: Mapping[str, str] = _INTERNAL,
        protocol: Named | None = None,
        asker: Asker = NOBODY,
        base: str | None = None,
        version: int | None = None,
        *,
        ours: bool = False,
    ) -> Answer:
        """Answer a caller's query over the graphs that the caller may read.

        Args:
            query: SPARQL 1.1, any form; FROM and FROM NAMED narrow what is read.
            role: who asks.
            accept: the media type for each kind of result (`boolean`, `solutions`, `triples`).
            protocol: default and named graphs that the request names beside the query, if any.
            asker: who waits for the answer.
            base: what relative IRIs of the query are resolved against.
            version: of the graph; None for the newest.
            ours: whether the query is one of our own, over which callers have no say but for the
                values of its parameters; it is worked out ahead where it is slow.

        Raises:
            QuerySyntaxError: the text is not SPARQL.
            Forbidden: the query calls another endpoint.
            UnknownName: that version is not kept.
            TooLong, TooMuchMemory, TooLarge, TooMany, Overloaded: a limit of the service.
        """
        if isinstance(self._backend, Owned):
            assert isinstance(role, Role)  # as a command asks
            return self._backend.ask(query, role, accept, protocol, base, version)
        if version is not None and version == self.version:
            version = None
        if self._served is not None:
            return self._served.answer(
                Request(query, role, accept, protocol, asker, base, version, ours)
            )
        federation.check(query, frozenset())
        reader: ReadingStore | Snapshot = self._current(role)
        if version is not None:
            reader = self._past().of(version, role)
        given = access.dataset(reader.graphs, self._default_graph, protocol)
        if protocol is None:
            given = access.narrowed(query, given, reader.graphs)
        return reader.answer(query, given, accept)

    def shown(self, role: Reads) -> int:
        """The version that a role reads now; raises StoreUnreachable, StoreFull."""
        if isinstance(self._backend, Owned):
            return self.version
        return self._current(role).version()

    def read_from(self, reader: str, repository: Repository, trial: Trial) -> RemoteReader:
        """Let a repository on a server answer what it is trusted with, kept at our version.

        Args:
            reader: `public` or `all`, whose reading store it is fed from.
            repository: where.
            trial: what it is trusted with.

        Raises:
            BadParameter: the default graph is strict, or the server cannot be fed as it must be.
        """
        assert self._served is not None
        alone = not isinstance(self._backend, Remote)
        return self._served.read_from(reader, repository, trial, self._identity, alone=alone)

    def refill(self, reader: str, repository: Repository) -> None:
        """Make a reader's repository anew; not where another process owns the store, which does."""
        if self._readers is None or isinstance(self._backend, Owned):
            return
        version, graphs, quads = self._current(reads_of(reader)).everything()
        if version:
            repository.fill(version, graphs, quads, self._identity())

    def differing(
        self, repository: Repository, cases: Sequence[Case], tag: str
    ) -> Mapping[str, str]:
        """Which cases a server answers otherwise over what this graph's public reads, and how.

        As `repository.find_differing`; the repository is empty then.
        """
        return find_differing(repository, self._current(Role.PUBLIC), cases, tag)

    def _identity(self) -> str:
        """What tells this store from every other."""
        if isinstance(self._backend, Remote):
            return self._backend.identity
        assert self._folder is not None
        file = self._folder / readers_folder / "identity"
        if not file.exists():
            file.parent.mkdir(mode=0o700, exist_ok=True)
            file.write_text(uuid4().hex, encoding="ascii")
        return file.read_text(encoding="ascii")

    def _current(self, role: Reads) -> ReadingStore:
        """What a role reads, at the newest version that can be shown."""
        _ = self.version  # a server may have a newer one
        assert self._readers is not None
        return self._readers.of(role)

    def dumped(self, role: Reads, media_type: str, asker: Asker = NOBODY) -> Answer:
        """Everything that a role finds in the store, as a dataset.

        Args:
            role: who asks.
            media_type: N-Quads or TriG.
            asker: who waits for it.

        Raises:
            TooLong, TooMuchMemory, TooLarge, TooMany, Overloaded: a limit of the service.
        """
        if self._served is not None:
            return self._served.dumped(role, media_type, asker)
        suffix = "nq" if media_type == FORMATS["nq"].media_type else "trig"
        found = access.shown(self.graphs(role), self._default_graph)
        body = self.dump([UNNAMED, *map(URIRef, found)], suffix)
        return Answer.of("triples", media_type, body, self.version)

    def unnamed(self, media_type: str, asker: Asker = NOBODY) -> Answer:
        """What the graph without a name holds; raises as `dumped` does."""
        if self._served is not None:
            return self._served.unnamed(media_type, asker)
        body = convert(self.triples(UNNAMED), media_type)
        return Answer.of("triples", media_type, body, self.version)

    def tried(
        self,
        update: str,
        named: Named | None = None,
        asker: Asker = NOBODY,
        base: str | None = None,
    ) -> Tried:
        """What an update would change, without changing it.

        Args:
            update: SPARQL 1.1 Update, as a caller wrote it.
            named: the default and named graphs that the request names beside it.
            asker: who waits for it.

        Raises:
            QuerySyntaxError: the text is not SPARQL.
            Forbidden: it calls another endpoint, or names a graph that Rembug keeps.
            BadParameter: it names graphs with USING, and so does the request.
            TooLong, TooMuchMemory, TooLarge, TooMany, Overloaded: a limit of the service.
        """
        if self._served is None:
            raise StoreUnreachable(
                Words(
                    "this store does not accept SPARQL Update",
                    "penyimpanan ini tidak menerima SPARQL Update",
                )
            )
        return self._served.tried(update, named, asker, base)

    def parsed(
        self, upload: BinaryIO, media_type: str, base: str, name: str, asker: Asker = NOBODY
    ) -> Mapping[URIRef, bytes]:
        """The graphs of RDF that a caller uploaded, each in N-Triples; UNNAMED for the default one.

        Raises:
            Unreadable: it is not of that syntax; says line and column.
            TooLong, TooMuchMemory, TooLarge, TooMany, Overloaded: a limit of the service.
        """
        if self._served is None:
            raise StoreUnreachable(
                Words(
                    "this store does not accept uploads", "penyimpanan ini tidak menerima unggahan"
                )
            )
        return self._served.parsed(upload, media_type, base, name, asker)

    def exceeds(self, quads: int) -> bool:
        """Whether there are more quads than so many; costs no more than those."""
        return self._backend.exceeds(quads)

    def __len__(self) -> int:
        """How many quads there are; -1 where the store does not tell without counting."""
        return len(self._backend) if isinstance(self._backend, Sized) else -1

    @property
    def shortcomings(self) -> Sequence[str]:
        """What the server that keeps the store cannot do; nothing for an embedded one."""
        return self._backend.shortcomings if isinstance(self._backend, Remote) else ()

    @property
    def cache(self) -> Cache:
        """The answers that are kept; none but a service keeps any."""
        return self._served.cache if self._served else Cache()

    @property
    def workers(self) -> Workers | None:
        """The workers that answer callers' own queries, if there are any."""
        return self._served.workers if self._served else None

    def rows(
        self,
        query: str,
        role: Reads = Role.PUBLIC,
        asker: Asker = NOBODY,
        version: int | None = None,
    ) -> Rows:
        """The solutions of a SELECT query of our own; takes and raises what `answer` does."""
        answer = self.answer(query, role, asker=asker, version=version, ours=True)
        return Rows.from_json(answer.body)

    def index(self, role: Reads, *, wait: bool = False) -> Index:
        """What a role looks for things in: lists, facets, search.

        While it is made anew, or follows a large commit, what there was before is looked in.

        Args:
            role: who looks.
            wait: for the newest version, however long that takes.

        Raises:
            Unusable: it is damaged.
            Preparing: there is none yet; what is much in the store takes long.
        """
        if isinstance(self._backend, Owned):
            assert isinstance(role, Role)  # as a command asks
            return self._indexes.lent(self._backend.index_file(role))
        store = self._current(role)
        if found := self._indexes.at(store.name, store.version()):
            return found
        return self._indexes.of(store, self._below(store), wait=wait)

    def _below(self, store: ReadingStore) -> ReadingStore | None:
        """The public's store, of which every other has a copy in it."""
        public = self._readers.public() if self._readers is not None else None
        return None if public is store else public

    def index_file(self, role: Reads) -> Path:
        """The file of a role's index, for another process to read; raises as `index` does."""
        return self.index(role).path

    def forget_index(self, role: Reads, index: Index | None = None) -> None:
        """Let a role's index be built again, because it is damaged.

        Args:
            role: whose.
            index: which was found damaged; another that came in its place is kept.
        """
        if isinstance(self._backend, Owned):  # its owner sees that, too
            return
        name = self._current(role).name
        if index is None:
            self._indexes.forget(name)
        else:
            self._indexes.damaged(name, index)

    def prepare(self, queries: Iterable[str] = (), accept: Mapping[str, str] = _INTERNAL) -> None:
        """Make what the first of each kind of reader would wait for: snapshots and indexes.

        Args:
            queries: of our own, which the public will ask; the slow ones are worked out ahead.
            accept: what they will be asked for.
        """
        for role in (Role.PUBLIC, Role.RESEARCHER):
            self.answer("ASK {}", role)
        for role in (Role.PUBLIC, Role.RESEARCHER):
            self.index(role, wait=True)
        if self._served is not None:
            self._served.expect(queries, accept)

    def construct(self, query: str, role: Reads = Role.PUBLIC, asker: Asker = NOBODY) -> Graph:
        """The triples of a CONSTRUCT or DESCRIBE query of our own; raises as `answer` does."""
        return as_graph(self.answer(query, role, asker=asker).body)

    def read(self, graphs: Iterable[URIRef]) -> Graph:
        """The merged content of some graphs."""
        return as_graph(self._backend.triples(_names(graphs)))

    def reader(self, scope: Scope) -> Reader:
        """Some of the graphs, as one that triples are looked up in."""
        return Stored(self._backend, scope)

    def triples(self, graph: URIRef) -> bytes:
        """The content of one graph, in N-Triples as the engine writes them."""
        return self._backend.triples([str(graph)])

    def dump(self, graphs: Iterable[URIRef], suffix: str) -> bytes:
        """Some graphs, each under its name, in the syntax of a file ending (`trig` or `nq`)."""
        parts = ((URIRef(name), self._backend.triples([name])) for name in _names(graphs))
        return write_graphs(parts, suffix)

    def commit(self, change: Change, base: int | None = None) -> int:
        """Make a change, whole or not at all.

        Args:
            change: what becomes of which graph.
            base: the version that the change was made against; None for whatever there is.

        Returns:
            The new version.

        Raises:
            Conflict: the version is not `base`.
            StoreFull: it cannot be written; or it is, and what it forgets is still in the files.
        """
        if change.forget and self._readers is not None:
            with suppress(StoreFull):  # who is up to date can follow that, too
                for store in self._readers.current():
                    self._indexes.follow(store)
        version = self._backend.apply(change, base)
        try:
            self._show(change)
        finally:
            # Not before: until readers are shown the new version, they may have what is worked out
            # of the one before kept.
            if change.forget:
                self._forget()
        if self._served is not None:
            self._served.wake()
        if change.forget and self._readers is not None:
            self._readers.forgotten()
            self._readers.require_forgotten()
        return version

    def _show(self, change: Change) -> None:
        """Let readers have what was committed."""
        if self._readers is None:
            return
        try:
            if change.forget:
                self._readers.forget()
                # Before their stores are made anew, which takes long.
                for store in self._readers.followed():
                    self._indexes.purge(store)
            self._readers.catch_up()
        except StoreFull as error:  # it is committed all the same; the next reader tries again
            _logger.error("%s", error)
        if self.keep_versions:
            self._readers.keep(self.keep_versions)
            if self._history is not None:
                self._history.forget_unkept()

    def _forget(self) -> None:
        """Let go of all that was worked out of the versions until now."""
        if self._history is not None:
            self._history.forget()
        if self._served is not None:
            self._served.forget()
        current = [] if self._readers is None else self._readers.current()
        for store in current:
            self._indexes.purge(store)
        self._indexes.forget(but=[store.name for store in current])
        for told in self.forgetting:
            told()

    def rebuild(self) -> None:
        """Make what readers read anew from the record."""
        if isinstance(self._backend, Owned):
            self._backend.rebuild()
        elif self._readers is not None:
            self._readers.rebuild()
            for role in (Role.PUBLIC, Role.ADMIN):
                store = self._current(role)
                self._indexes.renew(store, self._below(store))
            if self._served is not None:
                self._served.rebuild()

    def backup(self, folder: Path, reviews: Path | None = None) -> Manifest:
        """Copy the store into a new folder, while it is used.

        Args:
            folder: where to.
            reviews: the folder of decisions that nobody has published yet, which go with it.

        Raises:
            BadParameter: the folder is there already.
            StoreUnreachable: the store is elsewhere, or the folder cannot be written.
        """
        version = self._backend.backup(folder / ENGINE)
        self.secret.copy(folder)
        if reviews is not None:
            copy_reviews(reviews, folder)
        return describe(folder, version)

    restore = staticmethod(restore)

    def close(self) -> None:
        """Let go of the store, when what others do with it is done."""
        self._hang_up()
        if self._served is not None:
            self._served.close()
        self._indexes.close()
        if self._history is not None:
            self._history.forget()
        if self._readers is not None:
            self._readers.close()
            if self._folder is not None:
                clear_staged(self._folder)
        self._backend.close()
        self._on_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _names(graphs: Iterable[URIRef]) -> list[str]:
    """Plain strings: a URIRef never equals a str, and a Backend speaks of graphs in those."""
    return sorted(str(graph) for graph in graphs)
