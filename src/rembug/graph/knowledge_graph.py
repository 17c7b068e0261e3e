"""The graph as everybody else in Rembug has it: asked, read and committed to."""

import shutil
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence, Sized
from functools import partial
from pathlib import Path
from typing import Final, Self

from rdflib import Graph, URIRef
from rdflib.term import Node

from rembug.errors import StoreInUse, StoreUnreachable, Words
from rembug.graph.backup import Manifest, copy_reviews, describe, restore
from rembug.graph.derived import Derived, DerivedElsewhere
from rembug.graph.folders import ENGINE, INDEX, STAGED
from rembug.graph.model import (
    N_TRIPLES,
    NOBODY,
    RESULTS_JSON,
    UNNAMED,
    Answer,
    Asker,
    Backend,
    Change,
    Grounds,
    Named,
    Reads,
    Request,
    Role,
    Rows,
    Scope,
    Stored,
)
from rembug.graph.opening import clear_staged, identity, located, opened, passing
from rembug.graph.owner.client import Owned
from rembug.graph.owner.door import Door
from rembug.graph.owner.lock import Ownership
from rembug.graph.passing import sweep
from rembug.graph.reader import Reader
from rembug.graph.readers import access
from rembug.graph.readers.access import DefaultGraph
from rembug.graph.readers.cache import Cache
from rembug.graph.readers.index import Index
from rembug.graph.readers.indexes import PATIENCE, Indexes
from rembug.graph.readers.kinds import reads_of
from rembug.graph.record.embedded import Embedded
from rembug.graph.record.remote import Remote
from rembug.graph.repositories.repository import Repository, find_differing
from rembug.graph.repositories.trial import Case
from rembug.graph.secret import Secret
from rembug.graph.served import Served
from rembug.graph.syntax import FORMATS, as_graph, convert, write_graphs
from rembug.graph.workers.pool import Workers
from rembug.settings import Limits, Location

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
        derived: Derived | DerivedElsewhere,
        folder: Path | None = None,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        self._backend, self._derived, self._folder = backend, derived, folder
        self._on_close = on_close
        self._hang_up: Callable[[], None] = lambda: None
        self._named: dict[Reads, tuple[frozenset[str], frozenset[URIRef]]] = {}
        self.aside: Path | None = None
        """Where its owner keeps what is brought until it is stored; cleared when it is opened."""
        sweep()
        if folder is not None and isinstance(derived, Derived):
            clear_staged(folder)
            self.aside = folder / STAGED
        self.secret = Secret(folder)
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
            return cls(owned, DerivedElsewhere(owned), place.folder)
        backend, _, derived = opened(place, ownership)
        graph = cls(backend, derived, place.folder, ownership.release)
        # A command keeps its own indexes; those that a service left tell what is forgotten.
        graph.forgetting.append(lambda: shutil.rmtree(place.folder / INDEX, ignore_errors=True))
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
        indexes = Indexes(folder / INDEX, None if limits is None else PATIENCE)
        backend, record, derived = opened(place, ownership, default_graph, indexes)
        graph = cls(backend, derived, folder, ownership.release)
        if limits is not None:
            workers, alone = Workers(record, limits, folder), not isinstance(backend, Remote)
            derived.serve(workers, partial(identity, backend, folder), alone=alone)
        graph._hang_up = Door(backend, graph, folder).close
        return graph

    @classmethod
    def in_memory(cls) -> Self:
        """A graph that is gone when the process ends."""
        record = Embedded(None)
        return cls(record, passing(record, DefaultGraph.UNION))

    @property
    def version(self) -> int:
        """The number of the newest commit; 0 for a graph that never had one."""
        return self._backend.version()

    def at(self, version: int) -> Self:
        """The graph as it was at a commit; nothing can be written to it.

        Raises:
            UnknownName: that version is not kept.
        """
        record = Embedded.past(self.past(version))
        return type(self)(record, passing(record, self._derived.default_graph))

    @property
    def has_earlier(self) -> bool:
        """Whether a version before the newest can be asked for."""
        return self._derived.has_earlier

    def require_kept(self, version: int) -> None:
        """Raise UnknownName unless a version is kept, as the newest always is."""
        if version != self.version:
            self._derived.require(version)

    def past(self, version: int) -> Path:
        """The folder of the record as it was at a commit, to be read only.

        Raises:
            UnknownName: that version is not kept.
        """
        return self._derived.past(version)

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
        return self._derived.answer(
            Request(query, role, accept, protocol, asker, base, version, ours)
        )

    def shown(self, role: Reads) -> int:
        """The version that a role reads now; raises StoreUnreachable, StoreFull."""
        return self._derived.shown(role)

    def refill(self, reader: str, repository: Repository) -> None:
        """Make a reader's repository anew; not where another process owns the store, which does."""
        if isinstance(self._derived, DerivedElsewhere):
            return
        version, graphs, quads = self._derived.current(reads_of(reader)).everything()
        if version:
            assert self._folder is not None
            repository.fill(version, graphs, quads, identity(self._backend, self._folder))

    def differing(
        self, repository: Repository, cases: Sequence[Case], tag: str
    ) -> Mapping[str, str]:
        """Which cases a server answers otherwise over what this graph's public reads, and how.

        As `repository.find_differing`; the repository is empty then.
        """
        assert isinstance(self._derived, Derived)
        return find_differing(repository, self._derived.current(Role.PUBLIC), cases, tag)

    def dumped(self, role: Reads, media_type: str, asker: Asker = NOBODY) -> Answer:
        """Everything that a role finds in the store, as a dataset.

        Args:
            role: who asks.
            media_type: N-Quads or TriG.
            asker: who waits for it.

        Raises:
            TooLong, TooMuchMemory, TooLarge, TooMany, Overloaded: a limit of the service.
        """
        if self._derived.served is not None:
            return self._derived.served.dumped(role, media_type, asker)
        suffix = "nq" if media_type == FORMATS["nq"].media_type else "trig"
        found = access.shown(self.graphs(role), self._derived.default_graph)
        body = self.dump([UNNAMED, *map(URIRef, found)], suffix)
        return Answer.of("triples", media_type, body, self.version)

    def unnamed(self, media_type: str, asker: Asker = NOBODY) -> Answer:
        """What the graph without a name holds; raises as `dumped` does."""
        if self._derived.served is not None:
            return self._derived.served.unnamed(media_type, asker)
        body = convert(self.triples(UNNAMED), media_type)
        return Answer.of("triples", media_type, body, self.version)

    @property
    def service(self) -> Served:
        """What a service alone does: try updates, parse uploads, be answered by repositories.

        Raises:
            StoreUnreachable: this process is none.
        """
        if self._derived.served is None:
            raise StoreUnreachable(
                Words(
                    "only a service takes SPARQL Update and uploads: start rembug serve",
                    "hanya layanan yang menerima SPARQL Update dan unggahan: jalankan rembug serve",
                )
            )
        return self._derived.served

    def exceeds(self, quads: int) -> bool:
        """Whether there are more quads than so many; costs no more than those."""
        return self._backend.exceeds(quads)

    def altered(self, since: int, grounds: Grounds) -> bool:
        """Whether a commit after a version changed any of what something rests on, or may have."""
        return self._backend.altered(since, grounds)

    def __len__(self) -> int:
        """How many quads there are; -1 where the store does not tell without counting."""
        return len(self._backend) if isinstance(self._backend, Sized) else -1

    @property
    def shortcomings(self) -> Sequence[Words]:
        """What the server that keeps the store cannot do; nothing for an embedded one."""
        return self._backend.shortcomings if isinstance(self._backend, Remote) else ()

    @property
    def cache(self) -> Cache:
        """The answers that are kept; none but a service keeps any."""
        served = self._derived.served
        return served.cache if served else Cache()

    @property
    def workers(self) -> Workers | None:
        """The workers that answer callers' own queries, if there are any."""
        served = self._derived.served
        return served.workers if served else None

    def rows(
        self,
        query: str,
        role: Reads = Role.PUBLIC,
        asker: Asker = NOBODY,
        version: int | None = None,
    ) -> Rows:
        """The solutions of a SELECT query of our own; takes and raises what `answer` does."""
        answer = self.answer(query, role, asker=asker, version=version, ours=True)
        return Rows.from_json(answer.body, answer.version)

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
        return self._derived.index(role, wait=wait)

    def index_file(self, role: Reads) -> Path:
        """The file of a role's index, for another process to read; raises as `index` does."""
        return self.index(role).path

    def forget_index(self, role: Reads, index: Index | None = None) -> None:
        """Let a role's index be built again, because it is damaged.

        Args:
            role: whose.
            index: which was found damaged; another that came in its place is kept.
        """
        self._derived.forget_index(role, index)

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
        if self._derived.served is not None:
            self._derived.served.expect(queries, accept)

    def construct(self, query: str, role: Reads = Role.PUBLIC, asker: Asker = NOBODY) -> Graph:
        """The triples of a CONSTRUCT or DESCRIBE query of our own; raises as `answer` does."""
        return as_graph(self.answer(query, role, asker=asker).body)

    def read(self, graphs: Iterable[URIRef]) -> Graph:
        """The merged content of some graphs."""
        return as_graph(self._backend.triples(_names(graphs)))

    def reader(self, scope: Scope) -> Reader:
        """Some of the graphs, as one that triples are looked up in."""
        return Stored(self._backend, scope)

    def graphs_with(self, nodes: Iterable[Node]) -> frozenset[URIRef]:
        """The graphs that have one of some nodes at either end of a triple; one may be UNNAMED."""
        return frozenset(map(URIRef, self._backend.graphs_with(list(nodes))))

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
        self._derived.expect(change)
        version = self._backend.apply(change, base)
        self._derived.follow(change, self.keep_versions, self.forgetting)
        return version

    def rebuild(self) -> None:
        """Make what readers read anew from the record."""
        self._derived.rebuild()

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
        self._derived.close()
        if self.aside is not None:
            assert self._folder is not None
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
