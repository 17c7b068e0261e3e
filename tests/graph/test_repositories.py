"""A reader's store on somebody else's server: what it holds, and what it is asked."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from rembug import terms
from rembug.errors import BadParameter, TooLarge
from rembug.graph import (
    UNNAMED,
    Case,
    Change,
    DefaultGraph,
    KnowledgeGraph,
    Limits,
    Repository,
    Role,
    Server,
    Trial,
)
from rembug.graph.repositories.remote_reader import RemoteReader
from rembug.settings import Endpoint

from .. import servers

OPEN, OTHER = terms.submission_graph("s", "one"), terms.submission_graph("s", "two")
CLOSED = terms.restricted(OPEN)
SAID = "SELECT ?o { ?s <http://e/p> ?o }"
COUNT = "SELECT (COUNT(*) AS ?n) { ?s <http://e/p> ?o }"
GRAPHS = "SELECT ?g ?o { GRAPH ?g { ?s <http://e/p> ?o } }"
CASES = [
    Case(text, text, b"") for text in (SAID, COUNT, f"CONSTRUCT WHERE {{ ?s ?p ?o }} # {SAID}")
]
TRUSTED = Trial(CASES, {})
PROGRAMS = {"oxigraph": "oxigraph", "virtuoso": "virtuoso-t"}


def said(*words: str) -> bytes:
    return "".join(f'<http://e/a> <http://e/p> "é {word}" .\n' for word in words).encode()


@pytest.fixture(params=PROGRAMS)
def kind(request: pytest.FixtureRequest, missing: Callable[[str], None]) -> str:
    if servers.program(PROGRAMS[request.param]) is None:
        missing(PROGRAMS[request.param])
    return str(request.param)


@pytest.fixture
def endpoint(kind: str, tmp_path: Path) -> Iterator[Endpoint]:
    with getattr(servers, kind)(tmp_path / "server") as found:
        yield found


def shows(reader: RemoteReader, version: int) -> None:
    """Wait until the repository shows a version."""
    until = time.monotonic() + 60
    while reader.version != version:
        assert time.monotonic() < until, f"it shows {reader.version}, not {version}"
        reader.wake()
        time.sleep(0.02)


def found(graph: KnowledgeGraph, query: str = SAID, role: Role = Role.PUBLIC) -> list[str]:
    return sorted(str(row[name]) for row in graph.rows(query, role) for name in row)


def held(endpoint: Endpoint) -> list[tuple[str, ...]]:
    """What lies in a repository in named graphs of ours, whoever asks for it."""
    rows = Server(endpoint).select("SELECT ?g ?s ?o { GRAPH ?g { ?s <http://e/p> ?o } }")
    return sorted((row["g"], row["o"]) for row in rows)


def test_each_commit_comes_into_the_repository_and_is_answered_from_it(
    endpoint: Endpoint, tmp_path: Path
) -> None:
    with KnowledgeGraph.own(str(tmp_path / "store"), limits=Limits()) as graph:
        graph.commit(Change(replace={OPEN: said("one", "both"), CLOSED: said("secret")}))
        reader = graph.service.read_from("public", Repository(Server(endpoint)), TRUSTED)
        shows(reader, 1)
        assert found(graph) == ["é both", "é one"]
        assert reader.answered == 1
        graph.commit(Change(replace={OTHER: said("both", "two")}, append={UNNAMED: said("bare")}))
        assert found(graph) == ["é bare", "é both", "é one", "é two"]  # whoever answers
        shows(reader, 2)
        assert found(graph, COUNT) == ["4"]
        graph.commit(Change(drop=frozenset({OPEN})))
        shows(reader, 3)
        before = reader.answered
        assert found(graph, COUNT) == ["3"]
        assert found(graph, SAID + " LIMIT 10") == ["é bare", "é both", "é two"]
        assert reader.answered == before + 1  # LIMIT was not tried, so that we answer
        body = graph.answer(SAID, accept={"solutions": "text/csv"}).body
        assert sorted(body.split()) == sorted("o é bare é both é two".encode().split())


def test_a_restricted_term_is_nowhere_in_the_publics_repository(kind: str, tmp_path: Path) -> None:
    secret = "nobody but researchers reads this"
    line = f'<http://e/hidden> <http://e/p> "{secret}" .\n'.encode()
    with ExitStack() as running:
        start = getattr(servers, kind)
        public, everything = (
            running.enter_context(start(tmp_path / name)) for name in ("public", "all")
        )
        graph = running.enter_context(KnowledgeGraph.own(str(tmp_path / "s"), limits=Limits()))
        graph.commit(Change(replace={OPEN: said("open"), CLOSED: line}))
        readers = [
            graph.service.read_from("public", Repository(Server(public)), TRUSTED),
            graph.service.read_from("all", Repository(Server(everything)), TRUSTED),
        ]
        for version in (1, 2, 3):
            for reader in readers:
                shows(reader, version)
            assert secret in {term for row in held(everything) for term in row}
            graph.commit(Change(append={CLOSED: line.replace(b"hidden", b"%d" % version)}))
        graph.rebuild()
        shows(readers[0], 4)
        assert found(graph, role=Role.RESEARCHER).count(secret) == 4
        assert found(graph) == ["é open"]
        everywhere = "SELECT ?g ?s ?o { GRAPH ?g { ?s ?p ?o } }"
        terms_there = [v for row in Server(public).select(everywhere) for v in row.values()]
        terms_there += [
            v for r in Server(public).select("SELECT * { ?s ?p ?o }") for v in r.values()
        ]
        assert "é open" in terms_there
        assert not [term for term in terms_there if secret in term or "hidden" in term]
        assert str(CLOSED) not in terms_there
    assert not holding(tmp_path / "public", secret.encode())
    assert holding(tmp_path / "all", secret.encode())


def holding(folder: Path, words: bytes) -> list[Path]:
    """The files below a folder that hold some bytes."""
    return [f for f in folder.rglob("*") if f.is_file() and words in f.read_bytes()]


def test_datasets_that_callers_name_keep_their_meaning(endpoint: Endpoint, tmp_path: Path) -> None:
    with KnowledgeGraph.own(str(tmp_path / "store"), limits=Limits()) as graph:
        graph.commit(Change(replace={OPEN: said("one", "both"), OTHER: said("both")}))
        shows(graph.service.read_from("public", Repository(Server(endpoint)), TRUSTED), 1)
        named = frozenset({str(OTHER)}), frozenset({str(OPEN)})
        assert graph.answer(COUNT, protocol=named).body.count(b'"1"') == 1
        assert graph.answer(GRAPHS, protocol=named).body.count(b'"g":') == 2
        both = COUNT.replace("{", f"FROM <{OPEN}> FROM <{OTHER}> {{", 1)
        assert found(graph, both) == ["2"]
        assert found(graph, GRAPHS) == sorted(
            [str(OPEN), "é one", str(OPEN), "é both", str(OTHER), "é both"]
        )


FEED_UNTIL_KILLED = """
import sys
from rembug import terms
from rembug.graph import Change, KnowledgeGraph, Limits, Repository, Server, Trial
from rembug.graph.repositories import repository
from rembug.settings import Endpoint

repository.LONGEST_WHOLE = repository.LONGEST = int(sys.argv[2])
endpoint = Endpoint(*sys.argv[3:])
one = terms.submission_graph("s", "one")
with KnowledgeGraph.own(sys.argv[1], limits=Limits(workers=2)) as graph:
    def commit():
        lines = [f'<http://e/{n}> <http://e/p> "{graph.version}" .' for n in range(300)]
        graph.commit(Change(replace={one: "\\n".join(lines).encode()}))
    commit()
    reader = graph.service.read_from("public", Repository(Server(endpoint)), Trial([], {}))
    while True:
        commit()
        print(graph.version, flush=True)
"""


@pytest.mark.parametrize("longest", [4_000_000, 4_000], ids=["at once", "in pieces"])
@pytest.mark.parametrize("commits", [1, 4])
def test_feeding_that_was_cut_short_is_found_and_done(
    endpoint: Endpoint, tmp_path: Path, commits: int, longest: int
) -> None:
    told = (endpoint.query, endpoint.update, endpoint.user, endpoint.password, endpoint.auth)
    arguments = [sys.executable, "-c", FEED_UNTIL_KILLED, str(tmp_path / "s"), str(longest), *told]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        for _ in range(commits):
            writer.stdout.readline()
        time.sleep(0.05 * commits)
        writer.kill()
    with KnowledgeGraph.own(str(tmp_path / "s"), limits=Limits()) as graph:
        reader = graph.service.read_from("public", Repository(Server(endpoint)), TRUSTED)
        every = "SELECT ?s ?o { ?s <http://e/p> ?o }"
        shows(reader, graph.version)
        for number in range(100):  # a moment later at most it is the server that answers
            answer = found(graph, f"{every} # {number}")
            assert answer.count(str(graph.version - 1)) == 300
            if reader.answered:
                break
            time.sleep(0.1)
        assert reader.answered
        assert found(graph, COUNT) == ["300"]


def test_feeding_goes_on_from_where_it_was_and_another_store_begins_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    filled: list[int] = []
    fill = Repository.fill

    def noted(self: Repository, version: int, *rest: object) -> None:
        filled.append(version)
        fill(self, version, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(Repository, "fill", noted)
    with servers.oxigraph(tmp_path / "server") as endpoint:
        for store, word, version in (("a", "x", 1), ("a", "y", 2), ("b", "z", 1)):
            with KnowledgeGraph.own(str(tmp_path / store), limits=Limits()) as graph:
                graph.commit(Change(append={OPEN: said(word)}))
                reader = graph.service.read_from("public", Repository(Server(endpoint)), TRUSTED)
                shows(reader, version)
        assert filled == [1, 1]
        assert {word for _, word in held(endpoint)} == {"é z"}


def test_what_others_keep_in_a_repository_is_not_touched(tmp_path: Path) -> None:
    with servers.oxigraph(tmp_path / "server") as endpoint:
        Server(endpoint).update("INSERT DATA { GRAPH <http://e/theirs> { <http://e/a> a 1 } }")
        with pytest.raises(BadParameter, match="http://e/theirs"):
            Repository(Server(endpoint))
        assert (
            len(Server(endpoint).select("SELECT * { GRAPH <http://e/theirs> { ?s ?p ?o } }")) == 1
        )


def test_when_the_server_goes_away_the_embedded_store_answers(tmp_path: Path) -> None:
    with ExitStack() as running:
        graph = running.enter_context(KnowledgeGraph.own(str(tmp_path / "s"), limits=Limits()))
        with servers.oxigraph(tmp_path / "server") as endpoint:
            graph.commit(Change(replace={OPEN: said("one")}))
            reader = graph.service.read_from("public", Repository(Server(endpoint)), TRUSTED)
            shows(reader, 1)
        assert found(graph) == ["é one"]
        graph.commit(Change(append={OPEN: said("two")}))
        assert found(graph) == ["é one", "é two"]
        assert reader.answered == 0


def test_limits_hold_for_what_a_server_answers(tmp_path: Path) -> None:
    with (
        servers.oxigraph(tmp_path / "server") as endpoint,
        KnowledgeGraph.own(str(tmp_path / "s"), limits=Limits(result=1)) as graph,
    ):
        long = [f"{number} {'x' * 1000}" for number in range(1500)]
        graph.commit(Change(replace={OPEN: said(*long)}))
        shows(graph.service.read_from("public", Repository(Server(endpoint)), TRUSTED), 1)
        assert found(graph, COUNT) == ["1500"]
        with pytest.raises(TooLarge):
            graph.answer(SAID)


def test_what_cannot_be_is_said(tmp_path: Path) -> None:
    with servers.oxigraph(tmp_path / "server") as endpoint:
        place = Repository(Server(endpoint))
        with (
            KnowledgeGraph.own(str(tmp_path / "s"), DefaultGraph.STRICT, Limits()) as graph,
            pytest.raises(BadParameter, match="--default-graph union"),
        ):
            graph.service.read_from("public", place, TRUSTED)
        shared = servers.beside(replace(endpoint), tmp_path / "replica")
        place.whole = False
        with (
            KnowledgeGraph.own(shared, limits=Limits()) as graph,
            pytest.raises(BadParameter, match="several services"),
        ):
            graph.service.read_from("public", place, TRUSTED)
