"""What readers read: a store for each kind of reader, always what the record makes of it."""

import errno
import json
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rdflib import URIRef

from rembug import terms
from rembug.errors import StoreFull, StoreUnreachable
from rembug.graph import UNNAMED, Change, DefaultGraph, KnowledgeGraph, Limits, Role
from rembug.graph.readers import files, view
from rembug.graph.readers import store as reading_store
from rembug.graph.record import embedded, loading, patch
from rembug.graph.record.quads import stored_version

OPEN, OTHER = terms.submission_graph("s", "one"), terms.submission_graph("s", "two")
CLOSED = terms.restricted(OPEN)
OUTSIDE = URIRef("http://example.org/graph")
GRAPHS = (OPEN, OTHER, CLOSED, OUTSIDE, UNNAMED)
COUNT = "SELECT (COUNT(*) AS ?n) { ?s <http://e/p> ?o }"

statements = st.sets(
    st.builds(
        "{} <http://e/p> {} .\n".format,
        st.sampled_from(["<http://e/a>", "<http://e/b>", "_:x"]),
        st.sampled_from(
            ['"1"', '"1"@id', '"\\r\\n\\u2028"', "_:x", "_:y", "<http://e/a>"]
            + [f'"{n}"^^<http://www.w3.org/2001/XMLSchema#decimal>' for n in ("1.0", "1.00", "2")]
        ),
    ),
    max_size=4,
).map(lambda lines: "".join(sorted(lines)).encode())
named = statements.filter(lambda text: b"_:" not in text)
contents = st.dictionaries(st.sampled_from(GRAPHS), statements, max_size=3)
changes = st.builds(
    Change,
    replace=contents,
    append=contents,
    drop=st.frozensets(st.sampled_from(GRAPHS[:-1]), max_size=2),
    remove=st.dictionaries(st.sampled_from(GRAPHS), named, max_size=2),
)


def quads(store: ox.Store) -> set[str]:
    return set(map(str, store))


def shown(record: ox.Store, role: Role) -> set[str]:
    """What a reading store holds, worked out from the record by the definition alone."""
    found = set()
    for quad in record:
        name = quad.graph_name
        graph = name.value if isinstance(name, ox.NamedNode) else ""
        if role >= Role.RESEARCHER or not terms.is_restricted(graph):
            found.add(str(ox.Quad(quad.subject, quad.predicate, quad.object)))
            if graph:
                found.add(str(quad))
    return found


def holds_what_it_should(graph: KnowledgeGraph) -> None:
    for role in (Role.PUBLIC, Role.ADMIN):
        reader = graph._derived.current(role)  # type: ignore[union-attr]
        record = graph._backend.engine  # type: ignore[attr-defined]
        assert quads(reader._store) == shown(record, role)
        assert reader.version() == graph.version
        assert {URIRef(g) for g in reader.graphs} == graph.graphs(role)
        assert {g.value for g in reader._store.named_graphs()} == reader.graphs


@hypothesis_settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(told=st.lists(changes, max_size=4), large=st.booleans())
def test_a_reading_store_holds_what_its_reader_may_read_and_the_merge_of_it(
    told: list[Change], large: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "AT_ONCE", 0 if large else 50_000)
    monkeypatch.setattr(view, "AT_ONCE", 0 if large else 50_000)
    monkeypatch.setattr(patch, "_LOADED", 0 if large else 20_000)
    monkeypatch.setattr(loading, "_LINES", 2 if large else 200_000)
    monkeypatch.setattr(loading, "_PIECE", 1 if large else 2**20)
    with TemporaryDirectory() as folder:
        then = {}
        with KnowledgeGraph.own(folder) as graph:
            for change in told:
                graph.commit(change)
                holds_what_it_should(graph)
                then[graph.version] = quads(graph._backend.engine)  # type: ignore[attr-defined]
            for version, before in then.items():
                with graph.at(version) as past:
                    assert quads(past._backend.engine) == before  # type: ignore[attr-defined]
                    holds_what_it_should(past)
                    for role in (Role.PUBLIC, Role.ADMIN):
                        made = graph._derived.history.of(version, role)  # type: ignore[union-attr]
                        record = past._backend.engine  # type: ignore[attr-defined]
                        assert quads(ox.Store.read_only(str(made.path))) == shown(record, role)
        with KnowledgeGraph.own(folder) as graph:
            holds_what_it_should(graph)
            graph.rebuild()
            holds_what_it_should(graph)
            before = said(graph)
            graph.commit(Change(forget=True))  # its files are written anew
            assert said(graph) == before
            holds_what_it_should(graph)


def said(graph: KnowledgeGraph) -> tuple[set[str], frozenset[URIRef]]:
    """All that a record has, but for its version."""
    record = graph._backend.engine  # type: ignore[attr-defined]
    graphs = graph.graphs(Role.ADMIN) - {terms.PROVENANCE}
    return {quad for quad in quads(record) if str(terms.PROVENANCE) not in quad}, graphs


@pytest.fixture(params=[None, Limits()], ids=["in process", "by workers"])
def twice(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[KnowledgeGraph]:
    """A store in which two submissions make the same statement, and a restricted one another."""
    line = b'<http://e/a> <http://e/p> "said" .\n'
    with KnowledgeGraph.own(str(tmp_path), limits=request.param) as graph:
        closed = b'<http://e/a> <http://e/p> "closed" .\n'
        graph.commit(Change(replace={OPEN: line, OTHER: line, CLOSED: closed + line}))
        yield graph


def count(graph: KnowledgeGraph, query: str = COUNT, role: Role = Role.PUBLIC) -> str:
    [row] = graph.rows(query, role)
    return row["n"].value


def test_what_two_graphs_say_counts_once(twice: KnowledgeGraph) -> None:
    assert count(twice) == "1"
    assert count(twice, role=Role.RESEARCHER) == "2"
    sources = f"FROM <{OPEN}> FROM <{OTHER}> FROM <{CLOSED}> FROM NAMED <{OTHER}>"
    for role, number in ((Role.PUBLIC, "1"), (Role.RESEARCHER, "2")):
        assert count(twice, COUNT.replace("{", f"{sources} {{", 1), role) == number
        pattern = "{ { ?s ?p ?o } UNION { GRAPH ?g { ?s ?p ?o } } }"
        both = f"SELECT (COUNT(*) AS ?n) {sources} {pattern}"
        assert count(twice, both, role) == str(int(number) + 1)
    assert count(twice, "SELECT (COUNT(*) AS ?n) { GRAPH ?g { ?s <http://e/p> ?o } }") == "2"


def test_a_statement_stays_until_the_last_graph_that_makes_it_goes(twice: KnowledgeGraph) -> None:
    twice.commit(Change(drop=frozenset({OPEN})))
    assert count(twice) == "1"
    twice.commit(Change(drop=frozenset({OTHER})))
    assert count(twice) == "0"
    assert count(twice, role=Role.RESEARCHER) == "2"


def test_nothing_restricted_lies_in_what_the_public_is_answered_from(tmp_path: Path) -> None:
    secret = "nobody but researchers reads this"
    line = f'<http://e/a> <http://e/p> "{secret}" .\n'.encode()
    with KnowledgeGraph.own(str(tmp_path), limits=Limits()) as graph:
        graph.commit(Change(replace={OPEN: b"", CLOSED: line}))
        assert (count(graph), count(graph, role=Role.RESEARCHER)) == ("0", "1")
        graph.rebuild()
        found = holding(tmp_path, secret.encode())
    assert found
    assert not [path for path in found if "public" in path]


def holding(folder: Path, words: bytes) -> list[str]:
    """The files below a folder that hold some bytes."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return [str(path.relative_to(folder)) for path in files if words in path.read_bytes()]


def test_what_is_forgotten_is_in_no_file(tmp_path: Path) -> None:
    word = "withdrawn-by-an-informant"
    line = f'<http://e/a> <http://e/p> "{word}" .\n'.encode()
    store, copy = tmp_path / "store", tmp_path / "copy"
    with KnowledgeGraph.own(str(store), limits=Limits(workers=2)) as graph:
        graph.commit(Change(replace={OPEN: line, CLOSED: line}))
        graph.commit(Change(append={OPEN: b'<http://e/b> <http://e/p> "stays" .\n'}))
        assert (count(graph), count(graph, role=Role.RESEARCHER)) == ("2", "2")
        assert graph.answer(COUNT, version=1).body
        assert holding(store, word.encode())
        graph.commit(Change(remove={OPEN: line}, drop=frozenset({CLOSED}), forget=True))
        assert (count(graph), count(graph, role=Role.RESEARCHER)) == ("1", "1")
        assert holding(store, word.encode()) == []
        graph.backup(copy)
        assert holding(copy, word.encode()) == []
    with KnowledgeGraph.own(str(store)) as graph:
        assert (graph.version, count(graph)) == (3, "1")
        assert holding(store, word.encode()) == []


HARMS = ["removed", "emptied", "of another layout", "behind", "not JSON", "cut"]


@pytest.mark.parametrize("harm", HARMS)
def test_a_reading_store_that_cannot_be_read_is_made_anew(tmp_path: Path, harm: str) -> None:
    line = b'<http://e/a> <http://e/p> "said" .\n'
    folder, reader = tmp_path / "store", tmp_path / "store" / "readers" / "public"
    with KnowledgeGraph.own(str(folder)) as graph:
        graph.commit(Change(replace={OPEN: line}))
        assert count(graph) == "1"
    shutil.copytree(reader, tmp_path / "old")
    with KnowledgeGraph.own(str(folder)) as graph:
        graph.commit(Change(append={OPEN: line.replace(b"said", b"more")}))
        assert count(graph) == "2"
    [engine] = reader.glob("oxigraph*")
    match harm:
        case "removed":
            shutil.rmtree(reader)
        case "emptied":
            shutil.rmtree(engine)
        case "of another layout":
            (reader / "layout.json").write_text(json.dumps({"layout": 0}))
        case "not JSON":
            (reader / "layout.json").write_text("{")
        case "cut":
            for manifest in engine.glob("MANIFEST-*"):
                manifest.write_bytes(manifest.read_bytes()[:100])
        case "behind":
            shutil.rmtree(reader)
            shutil.copytree(tmp_path / "old", reader)
            shutil.rmtree(folder / "patches")
    with KnowledgeGraph.own(str(folder)) as graph:
        assert count(graph) == "2"
        holds_what_it_should(graph)


def test_whichever_file_of_a_reading_store_is_lost_it_is_made_anew(tmp_path: Path) -> None:
    """Some are missed when the engine opens it, some only at the first reading."""
    whole = tmp_path / "store"
    for number in (1, 2):
        with KnowledgeGraph.own(str(whole)) as graph:
            line = b'<http://e/a> <http://e/p> "said %d" .\n' % number
            graph.commit(Change(append={OPEN: line}))
            assert count(graph) == str(number)
    files = sorted((whole / "readers" / "public").glob("oxigraph*/*.sst"))
    assert files
    for number, file in enumerate(files):
        folder = tmp_path / str(number)
        shutil.copytree(whole, folder)
        (folder / file.relative_to(whole)).unlink()
        with KnowledgeGraph.own(str(folder)) as graph:
            assert count(graph) == "2"
            holds_what_it_should(graph)


def test_a_damaged_record_is_told_of_and_left_as_it_is(tmp_path: Path) -> None:
    """It is what everything else is made from: nothing may be begun in its place."""
    folder = tmp_path / "store"
    with KnowledgeGraph.own(str(folder)) as graph:
        graph.commit(Change(replace={OPEN: b'<http://e/a> <http://e/p> "said" .\n'}))
    for manifest in (folder / "oxigraph").glob("MANIFEST-*"):
        manifest.write_bytes(manifest.read_bytes()[:20])
    before = {file.name for file in (folder / "oxigraph").iterdir()}
    for _ in range(2):
        with pytest.raises(StoreUnreachable, match="damaged; restore a backup"):
            KnowledgeGraph.own(str(folder))
    assert before <= {file.name for file in (folder / "oxigraph").iterdir()}


def test_a_strict_default_graph_is_the_unnamed_one_and_nothing_else(tmp_path: Path) -> None:
    line = b'<http://e/a> <http://e/p> "said" .\n'
    for _ in range(2):  # the second time opened as the other kind in between
        with KnowledgeGraph.own(str(tmp_path), DefaultGraph.STRICT) as graph:
            graph.commit(Change(replace={OPEN: line, UNNAMED: line.replace(b"said", b"bare")}))
            assert {str(row["o"]) for row in graph.rows("SELECT ?o { ?s ?p ?o }")} == {"bare"}
        with KnowledgeGraph.own(str(tmp_path)) as graph:
            found = {str(row["o"]) for row in graph.rows("SELECT ?o { ?s <http://e/p> ?o }")}
            assert found == {"bare", "said"}


COMMIT_UNTIL_KILLED = """
import sys
from rembug import terms
from rembug.graph import Change, KnowledgeGraph, Limits, Role
from rembug.graph.record import embedded

embedded.AT_ONCE = int(sys.argv[2])
one, two = (terms.submission_graph("s", name) for name in ("one", "two"))
with KnowledgeGraph.own(sys.argv[1], limits=Limits(workers=2)) as graph:
    while True:
        line = f'<http://e/a> <http://e/p> "{graph.version}" .\\n'.encode()
        graph.commit(Change(replace={one: line, two: line, terms.restricted(one): line}))
        [row] = graph.rows("SELECT (COUNT(*) AS ?n) { ?s <http://e/p> ?o }")
        print(graph.version, row["n"].value, flush=True)
"""


@pytest.mark.parametrize("at_once", [50_000, 0], ids=["at once", "in pieces"])
@pytest.mark.parametrize("commits", [1, 3, 6])
def test_after_a_kill_every_reader_shows_what_was_acknowledged_and_whole(
    tmp_path: Path, commits: int, at_once: int
) -> None:
    arguments = [sys.executable, "-c", COMMIT_UNTIL_KILLED, str(tmp_path), str(at_once)]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        told = [writer.stdout.readline() for _ in range(commits)]
        time.sleep(0.003 * commits)
        writer.kill()
    assert [line.split()[1] for line in told] == ["1"] * commits
    with KnowledgeGraph.own(str(tmp_path)) as graph:
        assert graph.version >= commits
        assert count(graph) == count(graph, role=Role.RESEARCHER) == "1"
        holds_what_it_should(graph)


def test_a_rebuild_fills_each_store_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that nobody asked for yet."""
    filled: list[ox.Store] = []

    def counted(store: ox.Store, *given: Any) -> None:
        filled.append(store)
        fill(store, *given)

    fill = reading_store.fill
    monkeypatch.setattr(reading_store, "fill", counted)
    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        graph.commit(Change(replace={OPEN: b'<http://e/a> <http://e/p> "x" .\n'}))
        graph.rebuild()
        assert [count(graph, role=role) for role in (Role.PUBLIC, Role.ADMIN)] == ["1", "1"]
    assert len(filled) == 2


@pytest.mark.parametrize("there", [True, False])
def test_a_rebuild_that_a_full_disk_cuts_short_shows_nothing_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, there: bool
) -> None:
    """What was there goes on to be read; where nothing was, no empty store is read in its place."""
    ask = "ASK { <http://e/a> <http://e/p> 'x' }"
    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        line = b'<http://e/a> <http://e/p> "x" .\n'
        graph.commit(Change(replace={URIRef("http://e/g"): line}))

        def full(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        if there:
            assert b"true" in graph.answer(ask).body
        with monkeypatch.context() as cut:
            cut.setattr(reading_store, "fill", full)
            with pytest.raises(StoreFull, match="disk is full"):
                graph.rebuild()
            if there:
                assert b"true" in graph.answer(ask).body
            else:
                with pytest.raises(StoreFull):
                    graph.answer(ask)
        graph.rebuild()
        assert b"true" in graph.answer(ask).body


@pytest.mark.parametrize(
    ("forget", "pieces", "shown"),
    [(False, False, True), (True, False, False), (False, True, False)],
)
def test_what_a_full_disk_keeps_from_readers_is_not_there_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forget: bool, pieces: bool, shown: bool
) -> None:
    """The version before is read, unless it is to be forgotten or may be there in part."""

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        graph.commit(Change(replace={OPEN: b'<http://e/a> <http://e/p> "x" .\n'}))
        assert count(graph) == "1"
        monkeypatch.setattr(view, "AT_ONCE", 0 if pieces else 50_000)
        monkeypatch.setattr(view.View, "apply", full)
        monkeypatch.setattr(files.Files, "have_room", lambda _: False)
        graph.commit(Change(replace={OPEN: b""}, forget=forget))
        if shown:
            assert (count(graph), graph.answer(COUNT).version, graph.version) == ("1", 1, 2)
        else:
            with pytest.raises(StoreFull, match="disk is full"):
                graph.answer(COUNT)


def held(do: Callable[..., None]) -> tuple[Callable[..., None], threading.Event, threading.Event]:
    """What does the same once it may go on, and what tells that it is under way and that it may."""
    under_way, may_go_on = threading.Event(), threading.Event()

    def slow(*arguments: Any) -> None:
        under_way.set()
        assert may_go_on.wait(30)
        do(*arguments)

    return slow, under_way, may_go_on


@pytest.mark.parametrize("of", [Role.PUBLIC, Role.ADMIN])
def test_who_reads_does_not_wait_while_a_store_follows_a_commit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: Role
) -> None:
    """The version before is read, and told, until all of the next is there."""
    line = b'<http://e/a> <http://e/p> "said" .\n'
    with KnowledgeGraph.own(str(tmp_path), limits=Limits(workers=1)) as graph:
        graph.commit(Change(replace={OPEN: line}))
        assert count(graph, role=of) == "1"
        index = graph.index(of, wait=True)
        slow, under_way, may_go_on = held(view.View.apply)
        monkeypatch.setattr(view.View, "apply", slow)
        change = Change(append={OPEN: line.replace(b"said", b"more")})
        writing = threading.Thread(target=graph.commit, args=(change,))
        writing.start()
        assert under_way.wait(30)
        assert graph.index(of) is index
        assert [graph.rows(COUNT, of).version, graph._derived.shown(of), graph.version] == [1, 1, 2]
        may_go_on.set()
        writing.join()
        assert count(graph, role=of) == "2"


def test_what_is_read_goes_on_and_follows_while_it_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    line = b'<http://e/a> <http://e/p> "said" .\n'
    with KnowledgeGraph.own(str(tmp_path), limits=Limits(workers=1)) as graph:
        graph.commit(Change(replace={OPEN: line}))
        assert count(graph) == count(graph, role=Role.RESEARCHER) == "1"
        slow, under_way, may_go_on = held(reading_store.fill)
        monkeypatch.setattr(reading_store, "fill", slow)
        anew = threading.Thread(target=graph.rebuild)
        anew.start()
        assert under_way.wait(30)
        assert count(graph) == "1"
        graph.commit(Change(append={OPEN: line.replace(b"said", b"more")}))
        assert count(graph) == "2"
        shown = []
        store = graph._derived.current(Role.PUBLIC)  # type: ignore[union-attr]
        monkeypatch.setattr(store, "_tell", lambda: shown.append(stored_version(store._store)))
        may_go_on.set()
        anew.join()
        assert shown == [2]  # it had the commit before it was read
        assert count(graph) == "2"
        holds_what_it_should(graph)


@pytest.mark.parametrize("default_graph", DefaultGraph)
def test_a_dump_is_written_from_the_store_of_its_reader(
    tmp_path: Path, default_graph: DefaultGraph
) -> None:
    line = b'<http://e/a> <http://e/p> "said" .\n'
    with KnowledgeGraph.own(str(tmp_path), default_graph, Limits()) as graph:
        graph.commit(Change(replace={OPEN: line, CLOSED: line}))
        assert graph.workers is not None
        told = graph.dumped(Role.PUBLIC, "application/n-quads").body
        opened = [worker.held[1].path for worker in graph.workers.crew.idle if worker.held]
        assert opened
        assert all("public" in path.parts for path in opened)
        assert told.count(b'"said"') == 1
        assert str(OPEN).encode() in told
        assert graph.dumped(Role.RESEARCHER, "application/n-quads").body.count(b'"said"') == 2
        graph.commit(Change(append={UNNAMED: line}))
        assert line in graph.dumped(Role.PUBLIC, "application/n-quads").body.splitlines(True)
        assert graph.unnamed("application/n-triples").body == line


FULL = """
import errno, resource, signal, sys
from rdflib import URIRef
from rembug.errors import store
from rembug.graph import Change, KnowledgeGraph, Limits
store._FULL += (errno.EFBIG,)
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
with KnowledgeGraph.own(sys.argv[1], limits=Limits(workers=1)) as graph:
    def put(number):
        line = b'<http://e/a> <http://e/p> "%d" .\\n' % number
        graph.commit(Change(replace={URIRef("http://e/g"): line}))
    def read():
        found = graph.answer("SELECT ?o { <http://e/a> <http://e/p> ?o }").body
        return [n for n in (1, 2, 3) if b'"%d"' % n in found]
    put(1)
    print(read())
    put(2)
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most[1]))
    print(read())
    resource.setrlimit(resource.RLIMIT_FSIZE, most)
    read()  # finds that the record's engine is stopped as well
    print(read())
    put(3)
    print(read())
"""


def test_what_a_full_disk_stopped_is_read_on_and_works_again_once_there_is_room(
    tmp_path: Path,
) -> None:
    # A limit on the size of files stands for a full disk: the engine meets the same failed write.
    run = [sys.executable, "-c", FULL, str(tmp_path / "store")]
    told = subprocess.run(run, capture_output=True, text=True, check=False, timeout=120)
    assert told.stdout.splitlines() == ["[1]", "[1]", "[2]", "[3]"], told.stderr
