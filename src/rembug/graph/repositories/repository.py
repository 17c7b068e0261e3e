"""A repository on a SPARQL server that holds what a reading store holds: fed, asked and tried.

A graph in it says how far it is: `version` n, or what it is being fed from. A commit's difference
is one update request, so that it is there whole or not at all; where the server does not make
requests whole, or one would be too long, the version goes first and comes back last.
"""

import io
import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO, Final
from uuid import uuid4

import pyoxigraph as ox

from rembug import terms
from rembug.errors import BadParameter, StoreUnreachable, Words, with_cause
from rembug.graph.model import RESULTS_JSON
from rembug.graph.reader import batches
from rembug.graph.readers.store import ReadingStore
from rembug.graph.record.patch import Patch
from rembug.graph.record.quads import in_graph
from rembug.graph.record.server import LONGEST, LONGEST_WHOLE, Server, chunks, lasting
from rembug.graph.repositories.exchange import Exchange, Failed
from rembug.graph.repositories.trial import Case, read, tried

_STATE: Final = f"{terms.LOG_GRAPH}/reader"
_MERGED: Final = f"{terms.LOG_GRAPH}/merged"
_LOG: Final = terms.LOG
_TRIAL: Final = "trial"
_EMPTY: Final = "empty"
_AT_ONCE: Final = 20_000  # quads
_SECONDS: Final = 10  # for a question of the trial
_LARGEST: Final = 64 * 1024 * 1024  # bytes of an answer in it
_BACK: Final = 10  # seconds in which a server that ended may be started again
# Graphs that a server has before anybody wrote to it.
_OF_THE_SERVER: Final = (
    "http://www.openlinksw.com/",
    "http://www.w3.org/ns/ldp#",
    "http://www.w3.org/2002/07/owl#",
    "http://localuriqaserver/",
    "urn:activitystreams-owl:",
    "urn:core:",
    _STATE,
)
_TRIPLES: Final = "application/n-triples"


class Gone(Exception):
    """The server ended."""


class Repository:
    """A repository on a server: what it shows, how it is fed and asked."""

    def __init__(self, server: Server) -> None:
        """Look at it.

        Raises:
            BadParameter: it holds what no Rembug put there.
            StoreUnreachable: it does not answer, or takes no updates.
        """
        self.server = server
        self.whole = server.whole
        self.exchange = Exchange(server.endpoint)
        known = self.state()
        if not known and (strange := [g for g in self._graphs() if not _is_the_servers(g)]):
            raise BadParameter(
                Words(
                    f"the repository {server.endpoint.query} holds graphs that are not Rembug's "
                    f"(<{strange[0]}>); a reader needs one that is empty",
                    f"repositori {server.endpoint.query} memuat graf yang bukan milik Rembug "
                    f"(<{strange[0]}>); pembaca memerlukan repositori yang kosong",
                )
            )
        layout = known.get("layout") or self._layout()
        self._merged: str | None = _MERGED if layout == "graph" else None
        if "layout" not in known:
            self._tell(layout=layout)

    @property
    def merged(self) -> str | None:
        """The graph that holds the merge; None where it is the server's default graph."""
        return self._merged

    @property
    def is_fed(self) -> bool:
        """Whether it holds what a store fed it with."""
        return self.state().get("identity", _EMPTY) not in (_TRIAL, _EMPTY)

    def state(self) -> dict[str, str]:
        """What the repository says of itself."""
        query = f"SELECT ?p ?o {{ GRAPH <{_STATE}> {{ <{_STATE}> ?p ?o }} }}"
        return {row["p"].removeprefix(_LOG): row["o"] for row in self.server.select(query)}

    def ask(
        self,
        query: str,
        seconds: float,
        gone: Callable[[], bool],
        *,
        largest: int,
        into: BinaryIO,
    ) -> None:
        """Write down the server's answer, unread: Results JSON, or N-Triples for a CONSTRUCT.

        Raises:
            Failed, TooLong, TooLarge, Ended.
        """
        fields = {"query": query}
        if self._merged:  # which makes it the default graph, Protocol §2.1.4
            fields["default-graph-uri"] = self._merged
        accept = _TRIPLES if read(query).form == "CONSTRUCT" else RESULTS_JSON
        self.exchange.ask(fields, accept, seconds, gone, largest=largest, into=into)

    def answer_of_trial(self, query: str) -> bytes:
        """What it answers to a case.

        Raises:
            StoreUnreachable, TooLong: nothing.
            Gone: and it does not come back either.
        """
        try:
            answer = io.BytesIO()
            self.ask(query, _SECONDS, lambda: False, largest=_LARGEST, into=answer)
            return answer.getvalue()
        except Failed as error:
            if not error.refused and not self._comes_back():
                raise Gone(str(error)) from error
            raise StoreUnreachable(
                with_cause(
                    "the server did not answer as it should",
                    "server tidak menjawab sebagaimana mestinya",
                    error,
                )
            ) from error

    def _comes_back(self) -> bool:
        """Whether it answers, if need be after whoever looks after it has started it again."""
        until = time.monotonic() + _BACK
        while time.monotonic() < until:
            try:
                self.state()
                return True
            except StoreUnreachable:
                time.sleep(0.5)
        return False

    def ended_at(self, tag: str) -> set[str]:
        """The cases of a trial at which the server ended before."""
        state, ended = self.state(), set()
        if told := state.get("ended"):
            known, names = json.loads(told)
            ended = set(names) if known == tag else set()
        if told := state.get("asking"):
            known, name = json.loads(told)
            ended |= {name} if known == tag else set()
        self._tell(ended=json.dumps([tag, sorted(ended)]))
        self.server.update(_unsaid("asking"))
        return ended

    def begin_case(self, tag: str, name: str) -> None:
        """Write down which case is asked next, in case that the server ends at it."""
        self._tell(asking=json.dumps([tag, name]))

    def fill(
        self, version: int, graphs: Iterable[str], quads: Iterator[ox.Quad], identity: str
    ) -> None:
        """Replace what it holds; raises StoreUnreachable, and it says no version then."""
        token = uuid4().hex
        self._begin(token, "", identity)
        for graph in self._graphs():
            if not _is_the_servers(graph):
                self.server.update(f"DROP SILENT GRAPH <{graph}>")
        if self._merged is None:
            self.server.update("DROP SILENT DEFAULT")
        for graph in sorted(graphs):
            self.server.update(f"CREATE SILENT GRAPH <{graph}>")
        longest = LONGEST_WHOLE // 4 if self.whole else LONGEST
        for operation in self._operations("INSERT", quads, longest):
            self.server.update(f"{operation} {_where('feeding', token)}")
        self._end(token, version)

    def follow(self, patch: Patch, since: int, *, shows: bool, alone: bool = True) -> None:
        """Make a commit's difference.

        Args:
            patch: what the reader sees of the commit.
            since: the version that it is made to.
            shows: whether the repository says that version; not where feeding it was cut short.
            alone: whether nobody else feeds it. DROP takes no condition, so that of several who
                feed it none drops a graph; one that is gone stays there empty.

        Raises:
            StoreUnreachable: the server did not take it, or somebody else feeds it.
        """
        longest = LONGEST_WHOLE // 4 if self.whole else LONGEST
        operations = [
            *(f"CREATE SILENT GRAPH <{graph}>" for graph in sorted(patch.created)),
            *self._operations("DELETE", patch.removed(), longest),
            *self._operations("INSERT", patch.added(), longest),
        ]
        drops = [f"DROP SILENT GRAPH <{graph}>" for graph in sorted(patch.dropped) if alone]
        if self.whole and shows and sum(map(len, operations)) < LONGEST_WHOLE:
            where = _where("version", str(since))
            guarded = [o if o.startswith("CREATE") else f"{o} {where}" for o in operations]
            self.server.update(
                *guarded, *drops, _moved("version", str(since), "version", str(patch.version))
            )
            return
        token = uuid4().hex
        self._begin(token, str(since))
        for operation in operations:
            guard = "" if operation.startswith("CREATE") else _where("feeding", token)
            self.server.update(f"{operation} {guard}")
        for operation in drops:
            self.server.update(operation)
        self._end(token, patch.version)

    def keep_trial(self, tag: str, differing: Mapping[str, str]) -> None:
        """Write what a trial found beside what is held, for the next start."""
        self._tell(trial=json.dumps({"tag": tag, "differing": differing}))
        self.server.update(_unsaid("asking"))

    def kept_trial(self) -> tuple[str, dict[str, str]] | None:
        """What an earlier trial found, and of what."""
        try:
            told = json.loads(self.state()["trial"])
            return told["tag"], told["differing"]
        except (KeyError, ValueError, TypeError):
            return None

    def _graphs(self) -> list[str]:
        return [r["g"] for r in self.server.select("SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }")]

    def _layout(self) -> str:
        """Whether its default graph is a graph of its own, which no named one shows in."""
        default, named = (f"<{_STATE}/{uuid4().hex}>" for _ in range(2))
        try:
            self.server.update(f"INSERT DATA {{ {default} {default} {default} }}")
        except StoreUnreachable:
            return "graph"
        self.server.update(f"INSERT DATA {{ GRAPH {named} {{ {named} {named} {named} }} }}")
        alone = not self.server.select(f"SELECT ?p {{ {named} ?p ?o }}")
        alone &= not self.server.select(f"SELECT ?p {{ GRAPH ?g {{ {default} ?p ?o }} }}")
        alone &= len(self.server.select(f"SELECT ?p {{ {default} ?p ?o }}")) == 1
        self.server.update(f"DELETE DATA {{ {default} {default} {default} }}")
        self.server.update(f"DROP SILENT GRAPH {named}")
        return "default" if alone else "graph"

    def _operations(self, word: str, quads: Iterable[ox.Quad], longest: int) -> Iterator[str]:
        """Templates, each for one graph, that a condition can be put behind."""
        for some in batches(quads, _AT_ONCE):
            parts: dict[str, list[ox.Triple]] = {}
            for quad in some:
                parts.setdefault(in_graph(quad) or self._merged or "", []).append(quad.triple)
            for graph, triples in parts.items():
                text = (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()
                for chunk in chunks(lasting(text).split("\n"), longest):
                    inside = f"GRAPH <{graph}> {{\n{chunk}\n}}" if graph else chunk
                    yield f"{word} {{ {inside} }}"

    def _tell(self, **values: str) -> None:
        """Say something in the place of what was said before; in one request, so all or nothing."""
        said = " . ".join(_said(name, value) for name, value in values.items())
        self.server.update(
            *map(_unsaid, values), f"INSERT DATA {{ GRAPH <{_STATE}> {{ {said} }} }}"
        )

    def _begin(self, token: str, since: str, identity: str = "") -> None:
        """Say no version, and who feeds: whoever fed before is kept from going on."""
        self.server.update(_unsaid("version"))
        self._tell(feeding=token, before=since, **({"identity": identity} if identity else {}))

    def _end(self, token: str, version: int) -> None:
        self.server.update(_moved("feeding", token, "version", str(version)))
        if self.state().get("version") != str(version):
            raise StoreUnreachable(
                Words(
                    "another process feeds the same repository",
                    "proses lain mengisi repositori yang sama",
                )
            )
        self.server.update(_unsaid("before"))


def find_differing(
    repository: Repository,
    store: ReadingStore,
    cases: Sequence[Case],
    tag: str,
) -> dict[str, str]:
    """Fill a repository with what cases are asked of, and ask them; nothing of it stays.

    Args:
        repository: which.
        store: what it is filled with.
        cases: what it is asked.
        tag: of the server and the cases; a case at which the same ended before is not asked.

    Returns:
        By the name of a case that is answered otherwise, how.

    Raises:
        StoreUnreachable: it cannot be filled, or ended at a case.
    """
    version, graphs, quads = store.everything()
    ended = repository.ended_at(tag)
    repository.fill(version, graphs, quads, _TRIAL)
    last = ""

    def begin(name: str) -> None:
        nonlocal last
        last = name
        repository.begin_case(tag, name)

    try:
        found = tried([c for c in cases if c.name not in ended], repository.answer_of_trial, begin)
    except Gone as error:
        raise StoreUnreachable(
            with_cause(
                f"the server ended when it was asked “{last}”; start it again and repeat this: "
                "that question is left out then, and never asked of it",
                f"server berhenti saat ditanya “{last}”; jalankan lagi lalu ulangi: pertanyaan "
                "itu akan dilewati dan tidak diajukan lagi kepadanya",
                error,
            )
        ) from error
    repository.fill(0, (), iter(()), _EMPTY)
    return found | dict.fromkeys(ended, "the server ended when it was asked")


def _is_the_servers(graph: str) -> bool:
    return graph.startswith(_OF_THE_SERVER)


def _said(name: str, value: str) -> str:
    return f"<{_STATE}> <{_LOG[name]}> {ox.Literal(value)}"


def _unsaid(name: str) -> str:
    pattern = f"GRAPH <{_STATE}> {{ <{_STATE}> <{_LOG[name]}> ?o }}"
    return f"DELETE {{ {pattern} }} WHERE {{ {pattern} }}"


def _where(name: str, value: str) -> str:
    """Holds while the repository says so."""
    return f"WHERE {{ GRAPH <{_STATE}> {{ {_said(name, value)} }} }}"


def _moved(name: str, value: str, other: str, then: str) -> str:
    return (
        f"DELETE {{ GRAPH <{_STATE}> {{ {_said(name, value)} }} }} "
        f"INSERT {{ GRAPH <{_STATE}> {{ {_said(other, then)} }} }} {_where(name, value)}"
    )
