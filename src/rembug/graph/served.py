"""How a service answers its callers: by what is kept, by a server that is trusted, by workers."""

from collections.abc import Callable, Iterable, Mapping
from functools import partial
from time import monotonic
from typing import BinaryIO

from rdflib import URIRef

from rembug.errors import BadParameter, Overloaded, TooLong, TooMany, TooMuchMemory, Words
from rembug.graph.history import History
from rembug.graph.model import (
    NOBODY,
    Answer,
    Asker,
    Change,
    Dataset,
    Named,
    Reads,
    Request,
    Role,
    Tried,
)
from rembug.graph.readers import access
from rembug.graph.readers.access import DefaultGraph
from rembug.graph.readers.ahead import Ahead, Question
from rembug.graph.readers.cache import Cache, changes_by_itself
from rembug.graph.readers.kinds import name_of, reads_of
from rembug.graph.readers.store import ReadingStore
from rembug.graph.repositories.remote_reader import RemoteReader
from rembug.graph.repositories.repository import Repository
from rembug.graph.repositories.trial import Trial
from rembug.graph.syntax import by_graph
from rembug.graph.workers.pool import Workers


class Served:
    """The workers of a service and what goes with them; all that its callers ask comes here."""

    def __init__(
        self,
        workers: Workers,
        default_graph: DefaultGraph,
        current: Callable[[Reads], ReadingStore],
        history: Callable[[], History],
        version: Callable[[], int],
        identity: Callable[[], str],
        *,
        alone: bool,
    ) -> None:
        """Answer for a store.

        Args:
            workers: that do what callers ask.
            default_graph: what callers read when they name no graph.
            current: what a role reads, at the newest version that can be shown.
            history: the versions that are kept; raises UnknownName where none is.
            version: the newest.
            identity: tells this store from every other.
            alone: whether no other process feeds the same repositories.
        """
        self.workers, self.cache = workers, Cache()
        self._default_graph, self._strict = default_graph, default_graph is DefaultGraph.STRICT
        self._current, self._history, self._version = current, history, version
        self._identity, self._alone = identity, alone
        self._ahead = Ahead(self._ask_ahead)
        self._remote: dict[str, RemoteReader] = {}

    def answer(self, request: Request) -> Answer:
        """An answer that is kept, or is worked out now; raises as `KnowledgeGraph.answer`."""
        if request.version is None:
            return self._answered(request)
        self._history().require(request.version)
        try:
            return self._answered(request)
        finally:  # what was under way while its version was forgotten is nobody's any more
            self._history().require(request.version)

    def _answered(self, request: Request) -> Answer:
        if changes_by_itself(request.query):
            return self._worked_out(request)
        store, accept = name_of(request.role), tuple(request.accept.items())
        asked, begun = (request.query, store, accept, request.protocol, request.base), monotonic()
        at = self._version() if request.version is None else request.version
        with self.cache.turn((at, asked), request.asker, self.workers.behind) as kept:
            cleared = self.cache.cleared
            try:
                if kept is not None:
                    return kept
                answer = self._worked_out(request)
            finally:
                if request.ours and request.version is None and isinstance(request.role, Role):
                    question = Question(request.query, reads_of(store), accept)
                    self._ahead.asked(question, request.asker, monotonic() - begun)
            self.cache.put((answer.version, asked), answer, cleared)
            return answer

    def _worked_out(self, request: Request) -> Answer:
        """An answer by the repository that is trusted with the query, or by the workers."""
        past = None
        if request.version is not None:
            past = self._history().of(request.version, request.role)
        store, asker, accept = self._current(request.role), request.asker, request.accept
        if past is None and request.protocol is None and store.name in self._remote:
            remote = self._remote[store.name]
            answer = remote.answer(request.query, accept, store.version(), asker)
            if answer is not None:
                return answer
        return self.workers.answer(
            store,
            request.query,
            partial(self._dataset, protocol=request.protocol),
            accept,
            asker,
            request.base,
            past,
            narrows=request.protocol is None,
        )

    def _dataset(self, graphs: frozenset[str], protocol: Named | None) -> Dataset:
        return access.dataset(graphs, self._default_graph, protocol)

    def dumped(self, role: Reads, media_type: str, asker: Asker) -> Answer:
        """Everything that a role finds in the store, as a dataset; as `KnowledgeGraph.dumped`."""
        store = self._current(role)
        if self._strict or store.nothing_unnamed():
            rest = frozenset({""} if self._strict else ())
            return self.workers.dumped(
                store,
                lambda graphs: access.shown(graphs, self._default_graph) | rest,
                media_type,
                asker,
            )
        # The merge that it has for a default graph does not tell what is in the unnamed one.
        return self.workers.dumped(
            None,
            lambda graphs: access.shown(access.readable(graphs, role), self._default_graph) | {""},
            media_type,
            asker,
        )

    def unnamed(self, media_type: str, asker: Asker) -> Answer:
        """What the graph without a name holds."""
        store = self._current(Role.PUBLIC) if self._strict else None
        return self.workers.dumped(store, lambda _: frozenset({""}), media_type, asker)

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
        aside = None if self._strict else access.OWN
        if aside:
            access.require_others(update)
        version, found = self.workers.updated(update, named, asker, base, aside)
        contents = {
            part: {URIRef(graph): text.encode() for graph, text in found[part].items()}
            for part in ("replace", "append", "remove")
        }
        drop = frozenset(map(URIRef, found["drop"]))
        change = Change(contents["replace"], contents["append"], drop, contents["remove"])
        return Tried(version, change, found["inserted"], found["deleted"], found["unnamed"])

    def unchanged(
        self,
        update: str,
        named: Named | None = None,
        asker: Asker = NOBODY,
        base: str | None = None,
    ) -> tuple[str, ...]:
        """Why an update that was tried changes nothing, as `workers.unchanged` names the reasons.

        `late` where to find out takes more than the service allows.
        """
        aside = None if self._strict else access.OWN
        try:
            _, reasons = self.workers.updated(update, named, asker, base, aside, why=True)
        except (TooLong, TooMuchMemory, TooMany, Overloaded):
            return ("late",)
        return tuple(reasons)

    def parsed(
        self, upload: BinaryIO, media_type: str, base: str, name: str, asker: Asker = NOBODY
    ) -> Mapping[URIRef, bytes]:
        """The graphs of RDF that a caller uploaded, each in N-Triples; UNNAMED for the default one.

        Raises:
            Unreadable: it is not of that syntax; says line and column.
            TooLong, TooMuchMemory, TooLarge, TooMany, Overloaded: a limit of the service.
        """
        return by_graph(self.workers.parsed(upload, media_type, base, name, asker))

    def read_from(self, reader: str, repository: Repository, trial: Trial) -> RemoteReader:
        """Let a repository on a server answer what it is trusted with, kept at our version.

        Args:
            reader: `public` or `all`, whose reading store it is fed from.
            repository: where.
            trial: what it is trusted with.

        Raises:
            BadParameter: the default graph is strict, or the server cannot be fed as it must be.
        """
        if self._strict:
            raise BadParameter(
                Words(
                    "--reader works only with --default-graph union",
                    "--reader hanya berlaku bersama --default-graph union",
                )
            )
        role = reads_of(reader)
        self._remote[reader] = RemoteReader(
            reader,
            repository,
            trial,
            lambda: self._current(role),
            self._identity,
            self.workers.limits,
            alone=self._alone,
            spool=self.workers.spool,
        )
        return self._remote[reader]

    def expect(self, queries: Iterable[str], accept: Mapping[str, str]) -> None:
        """Work our own queries ahead that the public will ask, where they are slow."""
        kinds = tuple(accept.items())
        self._ahead.expect(Question(query, Role.PUBLIC, kinds) for query in queries)

    def _ask_ahead(self, question: Question, asker: Asker) -> None:
        accept = dict(question.accept)
        self.answer(
            Request(question.query, question.role, accept, None, asker, None, None, ours=True)
        )

    def forget(self) -> None:
        """Let go of every answer and snapshot of the versions until now."""
        self.cache.clear()
        self.workers.renew()

    def wake(self) -> None:
        """Tell that there may be a newer version to show."""
        for remote in self._remote.values():
            remote.wake()
        self._ahead.wake()

    def rebuild(self) -> None:
        """Read the stores that were made anew."""
        for remote in self._remote.values():
            remote.rebuild()
        self.workers.renew()

    def close(self) -> None:
        """End the workers, and what feeds repositories."""
        self._ahead.close()
        for remote in self._remote.values():
            remote.close()
        self.workers.close()
