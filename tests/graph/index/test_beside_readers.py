"""The index beside a reading store: what it shows, to whom, and that it follows each commit."""

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, Graph, Literal

from rembug import terms
from rembug.errors import StoreFull, Words
from rembug.graph import Change, DefaultGraph, KnowledgeGraph, Role
from rembug.graph.readers.index import Index, Listing
from rembug.terms import CG

OPEN = terms.submission_graph("s", "one")
CLOSED = terms.restricted(OPEN)


def stating(*names: str) -> Graph:
    graph = Graph()
    for name in names:
        thing = terms.thing("s", "finding", terms.slug(name))
        graph.add((thing, RDF.type, CG.Finding))
        graph.add((thing, RDFS.label, Literal(name, lang="id")))
    return graph


def names(graph: KnowledgeGraph, role: Role = Role.PUBLIC) -> set[str]:
    with graph.index(role).reading() as reading:
        assert reading.version == graph.version
        return {card.label("id")[0] for card in reading.listed(Listing("findings")).cards}


@pytest.fixture
def owned(tmp_path: Path) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        yield graph


def test_it_follows_each_commit_by_what_the_commit_touched(
    owned: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    owned.commit(Change(replace={OPEN: stating("Satu", "Dua")}))
    assert names(owned) == {"Satu", "Dua"}
    monkeypatch.delattr(Index, "build")  # from here on it can only follow
    owned.commit(Change(append={OPEN: stating("Tiga")}))
    assert names(owned) == {"Satu", "Dua", "Tiga"}
    owned.commit(Change(replace={OPEN: stating("Empat")}))
    owned.commit(Change(append={terms.submission_graph("s", "two"): stating("Empat", "Lima")}))
    assert names(owned) == {"Empat", "Lima"}
    owned.commit(Change(drop=frozenset({OPEN})))
    assert names(owned) == {"Empat", "Lima"}


def test_the_public_index_holds_nothing_restricted(owned: KnowledgeGraph, tmp_path: Path) -> None:
    owned.commit(Change(replace={OPEN: stating("Terbuka"), CLOSED: stating("Tertutup")}))
    assert names(owned) == {"Terbuka"}
    assert names(owned, Role.RESEARCHER) == {"Terbuka", "Tertutup"}
    files = {
        name: b"".join(f.read_bytes() for f in (tmp_path / "store" / "index").glob(f"{name}*"))
        for name in ("public", "all")
    }
    assert b"Tertutup" in files["all"]
    assert b"ertutup" not in files["public"]


def test_one_made_from_the_public_s_says_what_one_made_by_itself_says(
    owned: KnowledgeGraph, tmp_path: Path
) -> None:
    """Findings of the public that restricted evidence bears on included, and new names of them."""
    finding, item = terms.thing("s", "finding", "satu"), terms.thing("s", "evidence", "x")
    closed = stating("Tertutup")
    closed.add((item, RDF.type, CG.Evidence))
    closed.add((item, CG.supports, finding))
    closed.add((finding, RDFS.label, Literal("Nama lain", lang="en")))
    owned.commit(Change(replace={OPEN: stating("Satu", "Dua"), CLOSED: closed}))
    alone = everything(owned.index(Role.RESEARCHER))
    assert names(owned) == {"Satu", "Dua"}
    owned.forget_index(Role.RESEARCHER)
    assert everything(owned.index(Role.RESEARCHER)) == alone
    with owned.index(Role.RESEARCHER).reading() as reading:
        [card] = reading.cards_by_iri([finding])
    assert card.numbers == {"items": 1}
    assert card.facets["support"] == ("some", "unseen")
    # One that is damaged is not copied.
    (tmp_path / "store" / "index" / "public.sqlite").write_bytes(b"SQLite format 3\0 and no more")
    owned.forget_index(Role.RESEARCHER)
    assert everything(owned.index(Role.RESEARCHER)) == alone


def everything(index: Index) -> list[set[tuple[object, ...]]]:
    """What an index has, whatever numbers its things have."""
    with closing(sqlite3.connect(index.path)) as file:
        return [
            set(file.execute(f"SELECT {columns} FROM {table}"))
            for table, columns in (
                ("thing", "iri, labels, facts, texts"),
                ("posting", "field, term, size"),
                ("place", "kind, sort, key"),
                ("gram", "gram, word"),
                ("made", "version"),
            )
        ]


def test_what_is_forgotten_leaves_no_file_that_says_it(
    owned: KnowledgeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owned.commit(Change(replace={OPEN: stating("Satu"), CLOSED: stating("Rahasia", "Tetap")}))
    assert names(owned) == {"Satu"}
    assert names(owned, Role.RESEARCHER) == {"Satu", "Rahasia", "Tetap"}
    owned.commit(Change(append={CLOSED: stating("Nanti")}))
    monkeypatch.delattr(Index, "build")  # it costs what is withdrawn, not what is stored
    for left in ({"Satu", "Tetap", "Nanti"}, {"Satu", "Tetap"}):
        owned.commit(Change(replace={CLOSED: stating(*left - {"Satu"})}, forget=True))
        told = list((tmp_path / "store" / "index").iterdir())
        assert told
        for file in told:
            assert b"ahasia" not in file.read_bytes(), file
        assert names(owned, Role.RESEARCHER) == left
        assert names(owned) == {"Satu"}


def test_what_is_forgotten_is_gone_where_no_index_can_follow_it(
    owned: KnowledgeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    owned.commit(Change(replace={CLOSED: stating("Rahasia", "Tetap")}))
    assert names(owned, Role.RESEARCHER) == {"Rahasia", "Tetap"}

    def full(index: Index, *_: object) -> None:
        assert index.path.exists()
        raise StoreFull(Words("no room", "penuh"))

    with monkeypatch.context() as patch:
        patch.setattr(Index, "purged", full)
        owned.commit(Change(replace={CLOSED: stating("Tetap")}, forget=True))
    assert not list((tmp_path / "store" / "index").iterdir())
    assert names(owned, Role.RESEARCHER) == {"Tetap"}


def test_a_start_goes_on_with_what_is_there_or_makes_it_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = tmp_path / "store"
    with KnowledgeGraph.own(str(store)) as graph:
        graph.commit(Change(replace={OPEN: stating("Satu")}))
        assert names(graph) == {"Satu"}
        graph.commit(Change(append={OPEN: stating("Dua")}))
    with monkeypatch.context() as patch, KnowledgeGraph.own(str(store)) as graph:
        patch.delattr(Index, "build")
        assert names(graph) == {"Satu", "Dua"}
    shutil.rmtree(store / "index")
    with KnowledgeGraph.own(str(store)) as graph:
        assert names(graph) == {"Satu", "Dua"}
        graph.rebuild()
        assert names(graph) == {"Satu", "Dua"}


def test_strict_default_graphs_change_nothing_in_it(tmp_path: Path) -> None:
    with KnowledgeGraph.own(str(tmp_path / "store"), DefaultGraph.STRICT) as graph:
        graph.commit(Change(replace={OPEN: stating("Satu")}))
        assert names(graph) == {"Satu"}
