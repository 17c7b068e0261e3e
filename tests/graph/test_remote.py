"""The same store on somebody else's SPARQL server: the engine's own, and Virtuoso."""

import contextlib
import re
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rdflib import URIRef

from rembug import settings, terms
from rembug.catalogue import Catalogue
from rembug.changes import submissions, updates
from rembug.errors import Conflict, Refused, StoreUnreachable
from rembug.graph import UNNAMED, Change, KnowledgeGraph, Role
from rembug.graph.record.log import Log
from rembug.graph.record.server import Server
from rembug.settings import Endpoint, Limits

from .. import servers

G = URIRef("https://w3id.org/rembug/graph/s/one")
PROGRAMS = {"oxigraph": "oxigraph", "virtuoso": "virtuoso-t"}


def things(*names: str) -> bytes:
    return b"".join(f'<http://e/{name}> <http://e/p> "é {name}" .\n'.encode() for name in names)


def lines(body: bytes) -> list[bytes]:
    """What it says, whatever the order and the time at which it was committed."""
    return sorted(re.sub(rb"20\d\d-\d\d-\d\dT[\d:]+Z", b"then", body).splitlines())


@pytest.fixture(params=PROGRAMS)
def server(
    request: pytest.FixtureRequest, tmp_path: Path, missing: Callable[[str], None]
) -> Iterator[Endpoint]:
    if servers.program(PROGRAMS[request.param]) is None:
        missing(PROGRAMS[request.param])
    with getattr(servers, request.param)(tmp_path / "server") as endpoint:
        yield endpoint


def test_what_is_committed_is_there_for_another_process(server: Endpoint, tmp_path: Path) -> None:
    one, two = (servers.beside(server, tmp_path / name) for name in ("one", "two"))
    with KnowledgeGraph.own(one) as here, KnowledgeGraph.own(two) as there:
        blank = b'_:a <http://e/p> _:b .\n_:b <http://e/q> "x"@en .\n'
        assert here.commit(Change(replace={G: things("a", "b"), UNNAMED: blank}), 0) == 1
        there._backend._checked = 0.0  # type: ignore[attr-defined]  # a moment later
        assert there.version == 1
        assert lines(there.triples(G)) == lines(here.triples(G))
        assert len(there.read([UNNAMED])) == 2
        assert there.commit(Change(append={G: things("c")}, remove={G: things("a")}), 1) == 2
        with pytest.raises(Conflict):
            here.commit(Change(drop=frozenset({G})), 1)
        assert here.version == 2
        for graph in (here, there):
            assert lines(graph.triples(G)) == lines(things("b", "c"))
        assert here.commit(Change(drop=frozenset({G})), 2) == 3
    with KnowledgeGraph.own(two) as there:
        assert (there.version, G in there.graphs(Role.ADMIN)) == (3, False)
    # A replica is disposable: a new one is the same.
    with KnowledgeGraph.own(servers.beside(server, tmp_path / "three")) as third:
        assert third.version == 3
        assert len(third.read([UNNAMED])) == 2


def test_what_others_ask_the_server_is_what_we_have(server: Endpoint, tmp_path: Path) -> None:
    with KnowledgeGraph.own(servers.beside(server, tmp_path / "one")) as graph:
        many = b"".join(things(str(number)) for number in range(2000))
        graph.commit(Change(replace={G: many}))
        graph.commit(Change(replace={G: many + things("more")}))
        found = Server(server).select(f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{G}> {{ ?s ?p ?o }} }}")
        assert found == [{"n": "2001"}]
        query = f'SELECT ?s {{ GRAPH <{G}> {{ ?s ?p "é more" }} }}'
        assert Server(server).select(query) == [{"s": "http://e/more"}]


def test_the_study_is_the_same_as_in_an_embedded_store(
    server: Endpoint, tmp_path: Path, magetan: KnowledgeGraph
) -> None:
    catalogue = Catalogue.load(settings.queries_dir())
    with KnowledgeGraph.own(servers.beside(server, tmp_path / "one"), limits=Limits()) as graph:
        submissions.fill(graph)
        for name in catalogue:
            text = catalogue[name].bind({})
            accept = {"boolean": "text/csv", "solutions": "text/csv", "triples": "text/turtle"}
            answers = [lines(g.answer(text, accept=accept).body) for g in (graph, magetan)]
            assert answers[0] == answers[1], name
        assert set(graph.read([terms.INFERRED])) == set(magetan.read([terms.INFERRED]))
        version = graph.version
        wrong = tmp_path / "wrong.ttl"
        wrong.write_text(f"<{terms.thing('magetan', 'program', 'x')}> a <{terms.CG.Program}> .")
        with pytest.raises(Refused):
            submissions.add(graph, [wrong], "magetan")
        assert graph.version == version
        updates.update(
            graph,
            "INSERT DATA { GRAPH <http://e/g> { <http://e/s> <http://e/p> [] } }",
            asker=_nobody(),
        )
        assert graph.version == version + 1
    with KnowledgeGraph.own(servers.beside(server, tmp_path / "two")) as another:
        assert another.version == version + 1
        assert len(another.read([URIRef("http://e/g")])) == 1


def _nobody():  # type: ignore[no-untyped-def]
    from rembug.graph import Asker

    return Asker()


def test_writers_at_the_same_time_lose_nothing(server: Endpoint, tmp_path: Path) -> None:
    """Each takes its turn; what was refused as a conflict is tried again."""
    made: list[str] = []

    def write(name: str) -> None:
        with KnowledgeGraph.own(servers.beside(server, tmp_path / name)) as graph:
            for number in range(4):
                while True:
                    try:
                        graph.commit(Change(append={G: things(f"{name}{number}")}), graph.version)
                        break
                    except Conflict:
                        continue
                made.append(f"{name}{number}")

    threads = [threading.Thread(target=write, args=(name,)) for name in ("a", "b", "c")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(made) == 12
    with KnowledgeGraph.own(servers.beside(server, tmp_path / "last")) as graph:
        assert graph.version == 12
        assert lines(graph.triples(G)) == lines(things(*made))


def test_a_commit_cut_short_after_it_was_decided_is_shown_by_the_next(
    server: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("rembug.graph.record.remote._PATIENCE", 0.3)
    place = servers.beside(server, tmp_path / "one")
    with KnowledgeGraph.own(place) as graph:
        graph.commit(Change(replace={G: things("a")}))
    Log(Server(server)).propose(2, Change(replace={G: things("b", "c")}))  # and then it is gone
    count = f"SELECT (COUNT(*) AS ?n) {{ GRAPH <{G}> {{ ?s ?p ?o }} }}"
    with KnowledgeGraph.own(place) as graph:
        assert (graph.version, lines(graph.triples(G))) == (2, lines(things("b", "c")))
        assert graph.commit(Change(append={G: things("d")}), 2) == 3
        assert Server(server).select(count) == [{"n": "3"}]


def test_a_claim_that_was_left_behind_stands_in_nobodys_way(
    server: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with KnowledgeGraph.own(servers.beside(server, tmp_path / "one")) as graph:
        graph.commit(Change(replace={G: things("a")}))
        entry, claim = f"{terms.LOG_GRAPH}/2", f"{terms.LOG_GRAPH}/2/gone"
        Server(server).update(
            f"INSERT DATA {{ GRAPH <{terms.LOG_GRAPH}> {{ "
            f"<{entry}> <{terms.LOG.claim}> <{claim}> . "
            f"<{claim}> <{terms.LOG.time}> 10 }} }}"
        )
        with pytest.raises(Conflict):
            graph.commit(Change(append={G: things("b")}))
        assert graph.commit(Change(append={G: things("b")})) == 2


def test_a_server_that_is_not_there_is_named(tmp_path: Path) -> None:
    nowhere = Endpoint("http://127.0.0.1:9/query", "http://127.0.0.1:9/update")
    with pytest.raises(StoreUnreachable, match=r"127\.0\.0\.1:9"):
        KnowledgeGraph.own(servers.beside(nowhere, tmp_path / "one"))
    with KnowledgeGraph.open(str(tmp_path / "one")):
        pass  # the folder is free again


def test_when_the_server_goes_reading_goes_on_and_writing_is_refused(tmp_path: Path) -> None:
    place = tmp_path / "one"
    with servers.oxigraph(tmp_path / "server") as endpoint:
        graph = KnowledgeGraph.own(servers.beside(endpoint, place), limits=Limits())
        graph.commit(Change(replace={G: things("a")}))
    with graph:
        graph._backend._checked = 0.0  # type: ignore[attr-defined]  # a moment later
        assert graph.version == 1
        assert 'é a"'.encode() in graph.answer("SELECT ?o { ?s <http://e/p> ?o }").body
        assert graph.triples(G) == things("a")
        with pytest.raises(StoreUnreachable):
            graph.commit(Change(replace={G: things("b")}))
        assert graph.triples(G) == things("a")


def test_a_replica_of_another_log_is_put_aside(tmp_path: Path) -> None:
    place = tmp_path / "replica"
    with servers.oxigraph(tmp_path / "a") as endpoint:
        for folder in (place, tmp_path / "other"):
            with KnowledgeGraph.own(servers.beside(endpoint, folder)) as graph:
                graph.commit(Change(replace={G: things("a")}))
    with servers.oxigraph(tmp_path / "b") as endpoint:
        with KnowledgeGraph.own(servers.beside(endpoint, tmp_path / "another")) as graph:
            graph.commit(Change(replace={G: things("b")}))
        with KnowledgeGraph.own(servers.beside(endpoint, place)) as graph:
            assert graph.triples(G) == things("b")
    (aside,) = place.glob("oxigraph.before-*[0-9]")
    assert (aside / "CURRENT").exists()


def test_a_replica_of_a_server_that_was_emptied_is_kept(tmp_path: Path) -> None:
    """It may be the last copy; who opens it as a store of its own has all of it."""
    place = tmp_path / "replica"
    with (
        servers.oxigraph(tmp_path / "a") as endpoint,
        KnowledgeGraph.own(servers.beside(endpoint, place)) as graph,
    ):
        graph.commit(Change(replace={G: things("a")}))
    with servers.oxigraph(tmp_path / "b") as endpoint:
        for _ in range(2):
            with pytest.raises(StoreUnreachable, match="may be the last copy"):
                KnowledgeGraph.own(servers.beside(endpoint, place))
    with KnowledgeGraph.open(str(place)) as graph:
        assert (graph.version, graph.triples(G)) == (1, things("a"))


def test_a_decision_that_arrives_late_decides_nothing(
    server: Endpoint, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its sender was held up for so long that another took its claim back and went on."""
    place, other = (servers.beside(server, tmp_path / name) for name in ("one", "two"))
    update = Server.update
    late: list[str] = []

    def held_up(self: Server, *operations: str) -> None:
        if f"<{terms.LOG.decided}>" in operations[0] and not late:
            late.append(operations[0])
            with KnowledgeGraph.own(other) as graph:
                for _ in range(2):  # the first takes the claim back
                    with contextlib.suppress(Conflict):
                        graph.commit(Change(replace={G: things("b")}))
                assert graph.version == 1
        update(self, *operations)

    monkeypatch.setattr("rembug.graph.record.log._PATIENCE", -1)
    monkeypatch.setattr(Server, "update", held_up)
    with KnowledgeGraph.own(place) as graph:
        with pytest.raises(Conflict):
            graph.commit(Change(replace={G: things("a")}))
        assert graph.commit(Change(append={G: things("c")})) == 2
    assert late
    for name in ("three", "four"):
        with KnowledgeGraph.own(servers.beside(server, tmp_path / name)) as graph:
            assert lines(graph.triples(G)) == lines(things("b", "c"))


def test_an_entry_that_was_decided_twice_is_refused(server: Endpoint, tmp_path: Path) -> None:
    with KnowledgeGraph.own(servers.beside(server, tmp_path / "one")) as graph:
        graph.commit(Change(replace={G: things("a")}))
    Server(server).update(
        f"INSERT DATA {{ GRAPH <{terms.LOG_GRAPH}> {{ <{terms.LOG_GRAPH}/1> "
        f"<{terms.LOG.decided}> <http://e/another> }} }}"
    )
    with pytest.raises(StoreUnreachable, match=r"entry 1 .* decided 2 times"):
        KnowledgeGraph.own(servers.beside(server, tmp_path / "two"))


def test_what_a_server_cannot_do_is_said(tmp_path: Path, missing: Callable[[str], None]) -> None:
    with servers.oxigraph(tmp_path / "oxigraph") as endpoint:
        assert Server(endpoint).shortcomings == ()
    if servers.program("virtuoso-t") is None:
        missing("virtuoso-t")
    with servers.virtuoso(tmp_path / "virtuoso") as endpoint:
        (told,) = Server(endpoint).shortcomings
        assert "does not make an update of several operations whole" in told.en


def test_a_damaged_entry_is_not_taken_for_another(server: Endpoint, tmp_path: Path) -> None:
    with KnowledgeGraph.own(servers.beside(server, tmp_path / "one")) as graph:
        graph.commit(Change(replace={G: things("a")}))
    Server(server).update(
        f"DELETE WHERE {{ GRAPH <{terms.LOG_GRAPH}> {{ ?part <{terms.LOG.content}> ?content }} }}"
    )
    with pytest.raises(StoreUnreachable, match="entry 1"):
        KnowledgeGraph.own(servers.beside(server, tmp_path / "two"))


def test_readers_see_whole_commits(tmp_path: Path) -> None:
    with servers.oxigraph(tmp_path / "server") as endpoint:

        def write() -> None:
            with KnowledgeGraph.own(servers.beside(endpoint, tmp_path / "writer")) as graph:
                for number in range(1, 8):
                    names = [f"{number}-{n}" for n in range(100 * number)]
                    graph.commit(Change(replace={G: things(*names)}))

        with KnowledgeGraph.own(servers.beside(endpoint, tmp_path / "reader")) as graph:
            writer = threading.Thread(target=write)
            writer.start()
            while writer.is_alive():
                _ = graph.version
                assert len(graph.triples(G).splitlines()) % 100 == 0
            writer.join()
