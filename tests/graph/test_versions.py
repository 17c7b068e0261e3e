"""The graph as it was at each commit."""

import errno
import threading
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import URIRef

from rembug import terms, web
from rembug.changes import differences, submissions
from rembug.errors import RembugError, StoreFull, UnknownName
from rembug.graph import Change, KnowledgeGraph, Limits, Role
from rembug.graph.readers.stores import Readers
from rembug.graph.record import embedded
from rembug.graph.record.patch import Log
from rembug.graph.workers.process import Worker
from rembug.settings import Settings
from rembug.terms import CG

G = terms.submission_graph("s", "one")
CLOSED = terms.restricted(G)
ALL = "SELECT ?o { ?s <http://e/p> ?o } ORDER BY ?o"


def said(*values: str) -> bytes:
    return b"".join(f'<http://e/s> <http://e/p> "{v}" .\n'.encode() for v in values)


def answers(graph: KnowledgeGraph, version: int | None, role: Role = Role.PUBLIC) -> str:
    accept = {"solutions": "text/csv"}
    return graph.answer(ALL, role, accept, version=version).body.decode().split("\r\n", 1)[1]


@pytest.fixture(params=[None, Limits()], ids=["in process", "by workers"])
def graph(request: pytest.FixtureRequest, tmp_path: Path):  # type: ignore[no-untyped-def]
    with KnowledgeGraph.own(str(tmp_path / "store"), limits=request.param) as graph:
        graph.commit(Change(replace={G: said("a"), CLOSED: said("closed")}))
        graph.commit(Change(append={G: said("b")}))
        graph.commit(Change(drop=frozenset({G})))
        yield graph


def test_each_version_answers_as_it_did(graph: KnowledgeGraph) -> None:
    for _ in range(2):  # the second time from the cache
        assert answers(graph, 1) == "a\r\n"
        assert answers(graph, 2) == "a\r\nb\r\n"
        assert answers(graph, 3) == answers(graph, None) == ""
    assert answers(graph, 2, Role.RESEARCHER) == "a\r\nb\r\nclosed\r\n"
    with graph.at(1) as then:
        assert then.version == 1
        assert then.triples(G) == said("a")
        with pytest.raises((RembugError, RuntimeError)):
            then.commit(Change(drop=frozenset({G})))
    for version in (0, 9):
        with pytest.raises(UnknownName, match="1–3"):
            answers(graph, version)


def test_what_is_forgotten_is_in_no_version(graph: KnowledgeGraph) -> None:
    answers(graph, 2)
    graph.commit(Change(replace={CLOSED: said("left")}, forget=True))
    for version in (1, 2, 3):
        with pytest.raises(UnknownName, match=r": 4$"):
            answers(graph, version)
    assert answers(graph, 4, Role.ADMIN) == "left\r\n"


def test_at_no_moment_of_forgetting_is_an_earlier_version_answered(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither before readers are shown the new version, nor before what was kept is removed."""
    assert answers(graph, 2) == "a\r\nb\r\n"
    show, moments = Readers.catch_up, []

    def asked_meanwhile(readers: Readers) -> None:
        for moment in (lambda: None, lambda: show(readers)):
            moment()
            with pytest.raises(UnknownName):
                answers(graph, 2)
            moments.append(answers(graph, None))

    monkeypatch.setattr(Readers, "catch_up", asked_meanwhile)
    graph.commit(Change(replace={CLOSED: said("left")}, forget=True))
    assert moments == ["", ""]


def test_an_answer_under_way_while_its_version_is_forgotten_is_not_given_nor_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with KnowledgeGraph.own(str(tmp_path / "store"), limits=Limits()) as graph:
        graph.commit(Change(replace={G: said("withdrawn")}))
        graph.commit(Change(replace={CLOSED: said("closed")}))
        run, left = Worker.run, [said("x"), said("y")]

        def forgotten_meanwhile(worker: Worker, *asked: Any) -> Any:
            reply = run(worker, *asked)
            if left:
                graph.commit(Change(replace={G: left.pop()}, forget=True))
            return reply

        monkeypatch.setattr(Worker, "run", forgotten_meanwhile)
        with pytest.raises(UnknownName):
            answers(graph, 1)
        assert answers(graph, None) == "y\r\n"  # true when it was asked for
        assert not vars(graph.cache)["_kept"]
        assert graph.workers is not None
        assert not graph.workers.crew.idle  # they had a forgotten version open
        assert answers(graph, None) == "x\r\n"


def test_what_is_forgotten_is_not_said_to_be_as_it_was(graph: KnowledgeGraph) -> None:
    """A caller who kept a version's ETag is told that it is gone, not that nothing changed."""
    client = web.create_app(graph, Settings()).test_client()
    path = "/sparql?version=1&query=" + quote(ALL)
    before = client.get(path)
    again = {"If-None-Match": before.headers["ETag"]}
    assert (before.status_code, client.get(path, headers=again).status_code) == (200, 304)
    graph.commit(Change(replace={CLOSED: said("left")}, forget=True))
    assert client.get(path, headers=again).status_code == 404


def test_every_door_tells_of_the_version_that_is_asked_for_or_refuses(
    graph: KnowledgeGraph,
) -> None:
    client = web.create_app(graph, Settings()).test_client()
    here, then = "/graph/magetan/then", graph.version
    thing, finding = "/page/id/magetan/finding/then", terms.thing("magetan", "finding", "then")
    name = URIRef("https://w3id.org/rembug" + here)
    graph.commit(Change(replace={name: f'<{finding}> <http://e/p> "then" .'.encode()}))
    with_it = graph.version
    graph.commit(Change(drop={name}))

    def got(path: str, version: int, accept: str = "text/turtle") -> tuple[int, bool]:
        sign = "&" if "?" in path else "?"
        answer = client.get(f"{path}{sign}version={version}", headers={"Accept": accept})
        return answer.status_code, '"then"' in answer.text

    for path in (here, f"/data?graph={quote(name)}"):
        assert got(path, with_it) == (200, True)
        assert got(path, then)[0] == got(path, graph.version)[0] == 404
    assert got(thing + ".ttl", with_it) == (200, True)
    for path in ("/", "/findings", "/map.svg", "/search?q=then", "/network.svg", "/data", thing):
        accept = "text/html" if path == thing else "*/*"
        assert got(path, with_it, accept)[0] == 400, path
    assert got("/", graph.version)[0] == got("/data", graph.version, "*/*")[0] == 200
    assert got("/data?default", with_it)[0] == 400
    assert client.put(f"{here}?version={with_it}").status_code != 204


def test_versions_outlast_the_service(tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    with KnowledgeGraph.own(store) as graph:
        graph.commit(Change(replace={G: said("a")}))
    with KnowledgeGraph.own(store) as graph:
        graph.commit(Change(replace={G: said("b")}))
        assert answers(graph, 1) == "a\r\n"
        # another command asks while the service owns the store
        with KnowledgeGraph.open(store) as other:
            assert answers(other, 1) == "a\r\n"
            assert answers(other, None) == "b\r\n"


@pytest.mark.parametrize("left", [0, 40, -1])
def test_a_patch_that_is_not_whole_is_one_that_is_not_kept(tmp_path: Path, left: int) -> None:
    store = tmp_path / "store"
    with KnowledgeGraph.own(str(store)) as graph:
        for value in "abc":
            graph.commit(Change(replace={G: said(value)}))
    patch = store / "patches" / "2.rdfp.gz"
    patch.write_bytes(patch.read_bytes()[:left])
    with KnowledgeGraph.own(str(store)) as graph:
        assert answers(graph, 2) == "b\r\n"
        for _ in range(2):
            with pytest.raises(UnknownName, match="2–3"):
                answers(graph, 1)
        graph.commit(Change(replace={G: said("d")}))
        assert answers(graph, 3) == "c\r\n"


def test_a_restored_store_has_no_versions_of_another_history(tmp_path: Path) -> None:
    store, copy = str(tmp_path / "store"), tmp_path / "copy"
    with KnowledgeGraph.own(store) as graph:
        graph.commit(Change(replace={G: said("a")}))
        graph.backup(copy)
        graph.commit(Change(replace={G: said("b")}))
    KnowledgeGraph.restore(copy, store)
    with KnowledgeGraph.own(store) as graph:
        with pytest.raises(UnknownName):
            answers(graph, 2)
        graph.commit(Change(replace={G: said("c")}))
        assert answers(graph, 2) == "c\r\n"


def test_a_corrected_file_differs_in_what_was_corrected(kg: KnowledgeGraph, tmp_path: Path) -> None:
    study, actor = terms.study("s"), terms.thing("s", "actor", "a")
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"

    def written(name: str, english: str) -> Path:
        path = tmp_path / name / "actors.ttl"
        path.parent.mkdir()
        path.write_text(
            f'<{study}> a <{CG.Study}> ; {label} "s"@id, "s"@en .\n'
            f"<{actor}> a <{CG.CraftCentre}> ; <{CG.inStudy}> <{study}> ;\n"
            f'    {label} "Sentra"@id, "{english}"@en .\n'
        )
        return path

    first = submissions.add(kg, [written("first", "Center")], "s")
    submissions.revert(kg, first.added[0].removeprefix(terms.GRAPH))
    second = submissions.add(kg, [written("second", "Centre")], "s")
    [found] = differences.between(kg, first.version, second.version, Role.PUBLIC, "s")
    assert found.thing == URIRef(actor)
    assert found.text().splitlines() == [
        "id/s/actor/a  “Centre”",
        '  - rdfs:label "Center"@en',
        '  + rdfs:label "Centre"@en',
    ]
    assert differences.between(kg, second.version, None, Role.PUBLIC) == []


def test_so_many_earlier_versions_are_kept_as_a_setting_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "_SPARE", 2)
    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        graph.keep_versions = 3
        for number in range(10):
            graph.commit(Change(replace={G: said(str(number))}))
        assert answers(graph, 7) == "6\r\n"
        with pytest.raises(UnknownName):
            answers(graph, 2)
    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        assert (graph.version, answers(graph, None)) == (10, "9\r\n")


def test_many_small_commits_take_little_room_each(tmp_path: Path) -> None:
    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        for number in range(60):
            graph.commit(Change(append={G: said(str(number))}))
        assert answers(graph, 1) == "0\r\n"
    patches = list((tmp_path / "store" / "patches").iterdir())
    assert len(patches) == 60
    assert sum(file.stat().st_size for file in patches) < 60 * 600


@pytest.mark.parametrize("asked", ["the record", "what the public read"])
def test_a_commit_meanwhile_is_not_in_an_earlier_version(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch, asked: str
) -> None:
    copy, writers = embedded.Embedded.snapshot, []

    def beside_a_writer(store: embedded.Embedded, folder: Path) -> object:
        if not writers:
            change = Change(append={G: said("late")})
            writers.append(threading.Thread(target=lambda: graph.commit(change)))
            writers[0].start()
            writers[0].join(0.3)
        return copy(store, folder)

    monkeypatch.setattr(embedded.Embedded, "snapshot", beside_a_writer)
    if asked == "the record":
        with graph.at(1) as then:
            assert then.triples(G) == said("a")
    else:
        assert answers(graph, 1) == "a\r\n"
    writers[0].join()
    assert answers(graph, None) == "late\r\n"


def test_a_withdrawal_that_was_cut_short_is_finished_when_the_store_is_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "store"
    with KnowledgeGraph.own(str(folder)) as graph:
        graph.commit(Change(replace={CLOSED: said("withdrawn")}))
        graph.rebuild()
    for cut in ("rewrite", "settle"):
        with monkeypatch.context() as patched, KnowledgeGraph.own(str(folder)) as graph:
            patched.setattr(embedded, cut, _cut_short)
            with pytest.raises(KeyboardInterrupt):
                graph.commit(Change(replace={CLOSED: said("left")}, forget=True))
        assert tells(folder, b"withdrawn")
        with KnowledgeGraph.open(str(folder)) as graph:
            assert b"left" in graph.triples(CLOSED)
        assert not tells(folder, b"withdrawn")
        with KnowledgeGraph.own(str(folder)) as graph:
            graph.commit(Change(replace={CLOSED: said("withdrawn")}))
            graph.rebuild()
    assert tells(folder, b"withdrawn")
    with KnowledgeGraph.open(str(folder)) as graph:  # no reader's store is opened
        graph.commit(Change(replace={CLOSED: said("left")}, forget=True))
    assert not tells(folder, b"withdrawn")
    with KnowledgeGraph.open(str(folder)) as graph:
        graph.commit(Change(replace={CLOSED: said("later")}))
    with KnowledgeGraph.open(str(folder)) as graph:
        assert graph.has_earlier


def test_a_withdrawal_for_which_the_disk_is_too_full_is_finished_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody reads what was withdrawn meanwhile, at no version, and no backup has it."""
    folder, copy = tmp_path / "store", tmp_path / "copy"
    with KnowledgeGraph.own(str(folder)) as graph:
        graph.commit(Change(replace={CLOSED: said("withdrawn")}))
        graph.rebuild()
    with monkeypatch.context() as patched:
        patched.setattr(embedded, "rewrite", _without_room)
        with KnowledgeGraph.own(str(folder)) as graph, pytest.raises(StoreFull, match="make room"):
            graph.commit(Change(replace={CLOSED: said("left")}, forget=True))
        for _ in range(2):
            with KnowledgeGraph.own(str(folder)) as graph:
                assert graph.triples(CLOSED) == said("left")
                assert not graph.has_earlier
                with pytest.raises(UnknownName):
                    graph.answer("ASK {}", Role.RESEARCHER, version=1)
                with pytest.raises(StoreFull, match="make room"):
                    graph.commit(Change(replace={CLOSED: said("more")}))
                with pytest.raises(StoreFull, match="make room"):
                    graph.backup(copy)
    with KnowledgeGraph.own(str(folder)) as graph:
        graph.commit(Change(replace={CLOSED: said("more")}))
        assert graph.triples(CLOSED) == said("more")
        graph.backup(copy)
    assert not tells(folder, b"withdrawn")
    assert not tells(copy, b"withdrawn")


def _without_room(*_: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device")


def _cut_short(*_: object) -> None:
    raise KeyboardInterrupt


def tells(folder: Path, words: bytes) -> bool:
    """Whether a file has some words; patches are compressed, so that any of them counts."""
    return any(words in file.read_bytes() for file in folder.rglob("*") if file.is_file())


@given(st.lists(st.one_of(st.just("write"), st.just("keep"), st.integers(1, 9)), max_size=30))
def test_a_log_knows_its_newest_versions_without_a_gap_whatever_comes_and_goes(
    steps: list[str | int],
) -> None:
    with TemporaryDirectory() as folder:
        log, kept, newest = Log(Path(folder)), set[int](), 0
        for step in steps:
            if step == "write":
                newest += 1
                log.write(newest, (), ())
                kept.add(newest)
            elif step == "keep":
                log.forget(newest - 2)
                kept = {version for version in kept if version > newest - 2}
            else:
                log.discard(int(step))
                kept.discard(int(step))
            for known in (log, Log(Path(folder))):
                assert known.newest == max(kept, default=0)
                for version in range(newest + 2):
                    first = version
                    while first in kept:
                        first -= 1
                    assert known.first(version) == first
