"""The store: versions, atomic commits, what is written comes back."""

import gc
import importlib
import subprocess
import sys
import time
from itertools import pairwise
from pathlib import Path
from typing import cast

import pyoxigraph as ox
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rdflib import XSD, Graph, Literal, URIRef

from rembug import terms
from rembug.errors import Conflict, QuerySyntaxError, StoreFull, StoreUnreachable, UnknownName
from rembug.graph import Change, KnowledgeGraph, Role, as_kept
from rembug.graph.record import embedded, patch
from rembug.graph.record.quads import marked
from rembug.graph.spill import SpillingStore

G1, G2 = terms.submission_graph("s", "one"), terms.submission_graph("s", "two")
P = URIRef("http://example.org/p")


def one(text: str, subject: str = "http://example.org/a") -> Graph:
    graph = Graph()
    graph.add((URIRef(subject), P, Literal(text)))
    return graph


def test_a_commit_makes_the_next_version_and_its_triples_are_there(kg: KnowledgeGraph) -> None:
    before = kg.version
    assert kg.commit(Change(replace={G1: one("first")})) == before + 1 == kg.version
    assert set(kg.read([G1])) == set(one("first"))
    assert G1 in kg.graphs(Role.PUBLIC)


def test_replacing_a_graph_forgets_what_it_held_and_appending_keeps_it(kg: KnowledgeGraph) -> None:
    kg.commit(Change(replace={G1: one("first"), G2: one("kept")}))
    kg.commit(Change(replace={G1: one("second")}, append={G2: one("added")}))
    assert {str(o) for o in kg.read([G1]).objects()} == {"second"}
    assert {str(o) for o in kg.read([G2]).objects()} == {"kept", "added"}


def test_a_dropped_graph_is_gone(kg: KnowledgeGraph) -> None:
    kg.commit(Change(replace={G1: one("first")}))
    kg.commit(Change(drop=frozenset({G1})))
    assert G1 not in kg.graphs(Role.ADMIN)
    assert len(kg.read([G1])) == 0


def test_a_commit_against_an_old_version_is_refused_and_changes_nothing(kg: KnowledgeGraph) -> None:
    old = kg.version
    kg.commit(Change(replace={G1: one("first")}))
    with pytest.raises(Conflict, match="run it again"):
        kg.commit(Change(replace={G1: one("late")}), base=old)
    assert {str(o) for o in kg.read([G1]).objects()} == {"first"}


def test_version_and_content_outlive_the_process_that_wrote_them(tmp_path: Path) -> None:
    with KnowledgeGraph.own(str(tmp_path)) as graph:
        graph.commit(Change(replace={G1: one("first")}))
    with KnowledgeGraph.own(str(tmp_path)) as graph:
        assert graph.version == 1
        assert len(graph.read([G1])) == 1


@given(st.text())
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_text_comes_back_as_it_was_committed(text: str) -> None:
    # rdflib cannot read a lone surrogate back from N-Triples, and UTF-8 cannot carry one.
    text = text.encode("utf-8", "ignore").decode()
    with KnowledgeGraph.in_memory() as graph:
        graph.commit(Change(replace={G1: one(text)}))
        [row] = graph.rows("SELECT ?o { ?s ?p ?o . FILTER(?p = <http://example.org/p>) }")
        assert row["o"].value == text


def test_a_syntax_error_says_line_and_column(kg: KnowledgeGraph) -> None:
    with pytest.raises(QuerySyntaxError) as caught:
        kg.rows("SELECT *\nWHERE { ?s ?p }")
    assert (caught.value.line, caught.value.column) == (2, 15)


def test_a_folder_that_cannot_be_a_store_is_said_to_be_none(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(StoreUnreachable, match="cannot be used"):
        KnowledgeGraph.own(str(tmp_path / "file"))


def test_a_graph_that_grows_beyond_memory_is_the_same_graph() -> None:
    small, large = Graph(), Graph(store=SpillingStore(most=100))
    for graph in (small, large):
        for number in range(1_000):
            subject = URIRef(f"http://example.org/{number // 10}")
            graph.add((subject, URIRef("x:p"), Literal(number)))
            graph.add((subject, URIRef("x:q"), Literal("kata", lang="id")))
    assert isinstance(large.store, SpillingStore) and large.store.on_disk
    assert len(large) == len(small) == 1_100
    some = URIRef("http://example.org/7")
    assert set(large.objects(some)) == set(small.objects(some))
    assert (some, None, Literal(75)) in large and (some, None, Literal(5)) not in large
    assert (None, None, some) not in large and (Literal("kata"), None, None) not in large
    large.remove((some, URIRef("x:p"), None))
    assert set(small) - set(large) == set(small.triples((some, URIRef("x:p"), None)))
    before = [triple[0] for triple in large]
    assert sum(one != other for one, other in pairwise(before)) == 99  # a subject's together


def test_many_graphs_are_in_memory_only_as_far_as_they_are_not_much_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    spill = importlib.import_module("rembug.graph.spill")
    monkeypatch.setattr(spill, "_TOGETHER", spill._HELD.triples + 5_000)
    monkeypatch.setattr(spill, "_SHELVES", spill._Shelves())
    monkeypatch.setattr(spill, "_FULL", 10_000)
    graphs = [Graph(store=SpillingStore()) for _ in range(10)]
    for name, graph in enumerate(graphs):
        for number in range(2_000):
            graph.add((URIRef(f"x:{name}"), URIRef("x:p"), Literal(number)))
    moved = [graph for graph in graphs if cast(SpillingStore, graph.store).on_disk]
    assert 7 <= len(moved) < 10
    for name, graph in enumerate(graphs):  # each has its own, and nothing of the others
        assert len(graph) == 2_000
        assert set(graph.subjects()) == {URIRef(f"x:{name}")}
    shelves = {Path(cast(SpillingStore, graph.store)._shelf[0]._folder.name) for graph in moved}
    assert len(shelves) == 2  # another once one is full
    assert all(shelf.exists() for shelf in shelves)
    del graph, graphs, moved
    gc.collect()
    assert not any(shelf.exists() for shelf in shelves)


def test_numbers_and_times_are_compared_as_they_are_kept() -> None:
    given = Graph()
    at = Literal("2024-01-01T00:00:00+00:00", datatype=XSD.dateTime)
    given.add((URIRef("x:s"), URIRef("x:p"), at))
    for content in (given, given.serialize(format="nt", encoding="utf-8")):
        [(_, _, value)] = as_kept(content)
        assert str(value) == "2024-01-01T00:00:00Z"


COMMIT_UNTIL_KILLED = """
import sys
from rdflib import Graph, Literal, URIRef
from rembug import terms
from rembug.graph import Change, KnowledgeGraph
from rembug.graph.record import embedded, patch

if "in pieces" in sys.argv:
    embedded.AT_ONCE, patch._AT_ONCE = 1_000, 200
with KnowledgeGraph.own(sys.argv[1]) as graph:
    print("open", flush=True)
    while True:
        half = Graph()
        for i in range(2000):
            half.add((URIRef(f"http://example.org/{i}"), URIRef("x:p"), Literal(graph.version)))
        one, two = (terms.submission_graph("s", name) for name in ("one", "two"))
        graph.commit(Change(replace={one: half, two: half}))
"""


@pytest.mark.parametrize("how", ["at once", "in pieces"])
@pytest.mark.parametrize("delay", [0.05, 0.2, 0.35, 0.5, 0.65])
def test_a_writer_killed_at_any_moment_leaves_a_whole_version(
    tmp_path: Path, delay: float, how: str
) -> None:
    folder = str(tmp_path / "store")
    with subprocess.Popen(
        [sys.executable, "-c", COMMIT_UNTIL_KILLED, folder, how], stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "open\n"
        time.sleep(delay)
        writer.kill()
    with KnowledgeGraph.own(folder) as graph:
        first, second = (set(graph.read([g])) for g in (G1, G2))
        assert first == second
        if graph.version:
            assert {int(o) for _, _, o in first} == {graph.version - 1}
            assert len(first) == 2000


def test_a_large_change_is_made_in_pieces_and_comes_to_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    empty = URIRef("http://example.org/empty")
    first = Change(replace={G1: one("old") + one("gone"), G2: one("other"), empty: Graph()})
    second = Change(
        replace={G1: one("new")},
        append={terms.INFERRED: one("more")},
        drop=frozenset({empty}),
        remove={G2: one("other")},
    )
    told = []
    for large in (10**6, 0):
        monkeypatch.setattr(embedded, "AT_ONCE", large)
        with KnowledgeGraph.own(str(tmp_path / str(large))) as graph:
            assert (graph.commit(first), graph.commit(second)) == (1, 2)
            names = graph.graphs(Role.ADMIN)
            told.append((names, {name: set(graph.read([name])) for name in names}))
            with graph.at(1) as before:
                assert set(before.read([G1])) == set(one("old") + one("gone"))
    assert told[0] == told[1]


def test_what_the_loader_brings_is_what_quads_would_bring(tmp_path: Path) -> None:
    subject, predicate = ox.NamedNode("http://e/s"), ox.NamedNode(str(P))
    number = ox.NamedNode(str(XSD.integer))
    values = [
        *(ox.NamedNode("http://e/o"), ox.Literal("a <b>"), ox.Literal("a\n<b> .")),
        *(ox.Literal("<http://e/g1>"), ox.Literal('"x" <b>', language="id")),
        *(
            ox.Literal("7", datatype=number),
            ox.Literal("a <b>", datatype=subject),
            ox.Literal(str(terms.CG.storeVersion)),
        ),
    ]
    graphs = [ox.DefaultGraph(), ox.NamedNode("http://e/g1"), ox.NamedNode(str(G1) + "/restricted")]
    quads = [ox.Quad(subject, predicate, value, graph) for value in values for graph in graphs]
    made = patch.Log(tmp_path / "patches").write(1, (), [*quads, *marked(1)])

    def shown(graph: str) -> tuple[bool, bool]:
        return bool(graph), not terms.is_restricted(graph)

    told = []
    for at_least in (10**6, 0):
        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(patch, "_LOADED", at_least)
            store = ox.Store()
            patch.apply_in_pieces(store, made, shown=shown)
            told.append({str(quad) for quad in store})
    assert told[0] == told[1]
    assert len(told[0]) == len(values) * (2 + 1) + 2


def test_nobody_sees_a_large_change_before_all_of_it_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embedded, "AT_ONCE", 0)
    make = embedded.apply_in_pieces
    seen = []

    def watched(store: ox.Store, made: patch.Patch) -> None:
        make(store, made)
        seen.append((graph.version, set(graph.read([G1])), graph.rows("SELECT * { ?s ?p ?o }")))

    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        graph.commit(Change(replace={G1: one("old")}))
        monkeypatch.setattr(embedded, "apply_in_pieces", watched)
        graph.commit(Change(replace={G1: one("new")}))
        [(version, triples, rows)] = seen
        assert (version, triples) == (1, set(one("old")))
        assert "new" not in {row["o"].value for row in rows}
        assert set(graph.read([G1])) == set(one("new"))


@pytest.mark.parametrize("copied", [False, True])
def test_a_change_that_was_cut_short_is_finished_when_the_store_is_opened_or_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, copied: bool
) -> None:
    monkeypatch.setattr(embedded, "AT_ONCE", 0)
    folder = str(tmp_path / "store")
    with KnowledgeGraph.own(folder) as graph:
        graph.commit(Change(replace={G1: one("old")}))

        def full(store: ox.Store, made: patch.Patch) -> None:
            raise OSError("no space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(embedded, "apply_in_pieces", full)
            with pytest.raises(StoreFull, match="written down"):
                graph.commit(Change(replace={G1: one("new")}, forget=True))
            assert (graph.version, set(graph.read([G1]))) == (1, set(one("old")))
            with pytest.raises(StoreFull):
                graph.commit(Change(replace={G1: one("another")}))
        if copied:  # there is room again, and what is to be forgotten is in no copy
            graph.backup(tmp_path / "copy")
    if copied:
        KnowledgeGraph.restore(tmp_path / "copy", folder := str(tmp_path / "restored"))
    with KnowledgeGraph.own(folder) as graph:
        assert (graph.version, set(graph.read([G1]))) == (2, set(one("new")))
        with pytest.raises(UnknownName):  # it was to be forgotten
            graph.at(1)
        assert not {"before", "oxigraph.rewritten"} & {path.name for path in Path(folder).iterdir()}
