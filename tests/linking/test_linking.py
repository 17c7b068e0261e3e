"""Rows of another table against the study's actors and places: propose, review, publish."""

import csv
import io
import os
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from openpyxl import Workbook
from rdflib import SKOS, VOID, Graph, Literal, URIRef

from rembug import gate, linking, settings, terms
from rembug.changes import submissions
from rembug.changes.ontology import ensure_ontology
from rembug.errors import Unreadable
from rembug.graph import Change, KnowledgeGraph, Role
from rembug.linking import Row
from rembug.names import core, fold
from rembug.terms import CG

ROSO = str(terms.thing("magetan", "actor", "sambung-roso"))
RAHAYU = str(terms.thing("magetan", "actor", "mukti-rahayu"))
MAGETAN = str(terms.thing("magetan", "place", "magetan"))
REGIONAL = Path(__file__).parents[3] / "shared" / "regional-data"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("KUBE Mukti Rahayu", "Kelompok Usaha Bersama MUKTI  RAHAYU"),
        ("U.D. Batik Ayu", "ud batik ayu"),
        ("CV. Sinar", "cv sinar"),
        ("Kec. Plaosan", "Kecamatan Plaosan"),
        ("Kab. Magetan", "KABUPATEN MAGETAN"),
        ("Dinas Perindustrian dan Perdagangan", "Disperindag"),
    ],
)
def test_ways_of_writing_one_name_fold_to_the_same(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@given(st.text())
def test_folding_twice_is_folding_once(name: str) -> None:
    assert fold(fold(name)) == fold(name)


def test_generic_words_do_not_tell_names_apart() -> None:
    assert core(fold("Sentra Batik Sambung Roso")) == "sambung roso"
    assert core(fold("Sentra Batik")) == "sentra batik"


@pytest.mark.parametrize(
    ("name", "thing"),
    [
        ("Batik Sambung Roso", ROSO),
        ("sentra batik SAMBUNGROSO", ROSO),
        ("Kelompok Usaha Bersama Mukti Rahayu", RAHAYU),
        ("Kabupaten Magetan", MAGETAN),
        ("Disperindag", str(terms.thing("magetan", "actor", "industry-office"))),
    ],
)
def test_a_name_written_otherwise_finds_its_thing(
    magetan: KnowledgeGraph, name: str, thing: str
) -> None:
    [best, *_] = linking.propose(magetan, [Row("1", name)], "magetan")
    assert best.thing == thing
    assert " | " in best.reason


def test_a_name_that_resembles_nothing_is_not_proposed(magetan: KnowledgeGraph) -> None:
    assert linking.propose(magetan, [Row("1", "Toko Bangunan Jaya")], "magetan") == []


def test_an_equal_official_code_decides(magetan: KnowledgeGraph) -> None:
    [found] = linking.propose(magetan, [Row("1", "whatever", code="35.20")], "magetan")
    assert (found.thing, found.relation, found.score) == (MAGETAN, "exactMatch", 1.0)


def test_a_kecamatan_is_never_the_kabupaten_of_the_same_name(magetan: KnowledgeGraph) -> None:
    assert linking.propose(magetan, [Row("1", "Kec. Magetan")], "magetan") == []


_ROWS = st.lists(st.text(max_size=30), min_size=1, max_size=8).map(
    lambda names: [Row(str(i), name or "x") for i, name in enumerate(names)]
)


@given(rows=_ROWS, data=st.data())
@hypothesis_settings(deadline=None, max_examples=30)
def test_the_order_of_rows_changes_nothing_and_scores_are_shares(
    magetan: KnowledgeGraph, rows: list[Row], data: st.DataObject
) -> None:
    proposals = linking.propose(magetan, rows, "magetan")
    shuffled = data.draw(st.permutations(rows))
    assert linking.propose(magetan, shuffled, "magetan") == proposals
    assert all(0 <= p.score <= 1 for p in proposals)


@pytest.fixture(scope="module")
def regional(
    tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], None]
) -> Iterator[tuple[KnowledgeGraph, list[Row]]]:
    """The official districts as places of a study, and the villages table as rows."""
    if not REGIONAL.is_dir():
        missing("the official tables of Magetan")
    text = "".join(
        f"<{terms.thing('m', 'place', row['code'])}> a <{CG.District}> ;"
        f' <{CG.within}> <{MAGETAN}> ; <{CG.homeAffairsCode}> "{row["code"]}" ;'
        f' <http://www.w3.org/2000/01/rdf-schema#label> "Kecamatan {row["name"]}"@id .\n'
        for row in csv.DictReader((REGIONAL / "kemendagri_districts_35.20.csv").open())
    )
    with KnowledgeGraph.own(str(tmp_path_factory.mktemp("regional"))) as graph:
        ensure_ontology(graph)
        study = settings.data_dir() / "magetan" / "study.ttl"
        places = Graph().parse(study) + Graph().parse(data=text, format="turtle")
        graph.commit(Change(replace={terms.submission_graph("magetan", "x"): places}))
        submissions.entail(graph)
        rows = list(linking.read_table(REGIONAL / "crosswalk_kemendagri_bps_district.csv").rows)
        yield graph, rows


def test_the_official_districts_find_themselves_by_code(
    regional: tuple[KnowledgeGraph, list[Row]],
) -> None:
    graph, rows = regional
    found = linking.propose(graph, rows, "magetan")
    assert len(rows) == 18
    assert {(p.row.code, p.thing.rsplit("/", 1)[1]) for p in found} == {
        (row.code, row.code) for row in rows
    }


def test_a_bare_name_of_a_regency_and_a_district_is_said_to_be_ambiguous(
    regional: tuple[KnowledgeGraph, list[Row]],
) -> None:
    graph, _ = regional
    found = linking.propose(graph, [Row("1", "Magetan")], "magetan")
    assert {p.thing.rsplit("/", 1)[1] for p in found} >= {"35.20.06", "magetan"}
    assert {p.relation for p in found} == {"closeMatch"}
    assert all("fit equally" in p.reason for p in found)


_CELL = st.text(st.characters(codec="utf-8", exclude_characters="\r\n\x00"), min_size=1).map(
    str.strip
)


@given(name=_CELL.filter(bool), key=_CELL.filter(bool))
@hypothesis_settings(deadline=None)
def test_what_is_written_for_review_reads_back_and_no_cell_is_a_formula(
    tmp_path_factory: pytest.TempPathFactory, name: str, key: str
) -> None:
    proposal = linking.Proposal(Row(key, name), ROSO, "=1+1", "closeMatch", 0.8, "r", "m")
    out = io.StringIO(newline="")
    linking.write_proposals([proposal], out)
    cells = next(csv.reader(io.StringIO(out.getvalue().split("\r\n", 1)[1], newline="")))
    assert not any(cell.startswith(("=", "+", "-", "@")) for cell in cells)
    file = tmp_path_factory.getbasetemp() / f"review-{os.getpid()}.csv"
    file.write_bytes(out.getvalue().replace("m,\r\n", "m,terima\r\n").encode())
    [decision] = linking.read_review(file)
    assert decision.proposal == proposal


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (("m,\r\n", "m,perhaps\r\n"), r":2:11: .*accept \(terima\)"),
        (("closeMatch", "sameAs"), "relation"),
        (("0.8", "1.8"), "between 0 and 1"),
        (("decision", "verdict"), "lacks the column decision"),
        (("m,accept", "m\r,accept"), ":2: has a carriage return"),
        (("reason", "rea\rson"), ":1: has a carriage return"),
    ],
)
def test_a_review_that_does_not_fit_says_where(
    tmp_path: Path, change: tuple[str, str], says: str
) -> None:
    out = io.StringIO(newline="")
    linking.write_proposals(
        [linking.Proposal(Row("1", "n"), ROSO, "l", "closeMatch", 0.8, "r", "m")], out
    )
    text = out.getvalue()
    if "perhaps" not in change[1]:
        text = text.replace("m,\r\n", "m,accept\r\n")
    (tmp_path / "review.csv").write_bytes(text.replace(*change).encode())
    with pytest.raises(Unreadable, match=says):
        linking.read_review(tmp_path / "review.csv")


def test_one_record_cannot_be_exactly_two_things(tmp_path: Path) -> None:
    out = io.StringIO(newline="")
    linking.write_proposals(
        [
            linking.Proposal(Row("1", "n"), thing, "l", "exactMatch", 0.8, "r", "m")
            for thing in (ROSO, RAHAYU)
        ],
        out,
    )
    (tmp_path / "r.csv").write_bytes(out.getvalue().replace("m,\r\n", "m,ya\r\n").encode())
    with pytest.raises(Unreadable, match="exactly two things"):
        linking.read_review(tmp_path / "r.csv")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a,b\n1,2\n", "name or nama"),
        ("key,nama\n1,a\n1,b\n", "key"),
    ],
)
def test_a_table_that_cannot_be_read_says_why(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "t.csv").write_text(text)
    with pytest.raises(Unreadable, match=says):
        linking.read_table(tmp_path / "t.csv")


def test_semicolons_and_a_byte_order_mark_are_read(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_bytes("\ufeffNama;Kecamatan\nBatik A;Plaosan\n".encode())
    [row] = linking.read_table(tmp_path / "t.csv").rows
    assert (row.name, row.place) == ("Batik A", "Kecamatan Plaosan")


def test_a_row_without_a_name_is_left_out_and_told_of(tmp_path: Path) -> None:
    (tmp_path / "t.csv").write_text("nama,kode\nBatik A,1\n,35\nBatik B,2\n")
    found = linking.read_table(tmp_path / "t.csv")
    assert [row.name for row in found.rows] == ["Batik A", "Batik B"]
    assert [words.en for words in found.left_out] == ["left out: rows without a name (line 3)"]


def test_a_workbook_is_read_as_well(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(["Nama Usaha", "Kecamatan"])
    book.active.append(["Batik A", "Plaosan"])
    book.save(tmp_path / "t.xlsx")
    [row] = linking.read_table(tmp_path / "t.xlsx").rows
    assert (row.name, row.place) == ("Batik A", "Kecamatan Plaosan")


def test_bodies_of_different_kinds_are_told_apart(magetan: KnowledgeGraph) -> None:
    rows = [Row("1", "Dinas Sambung Roso"), Row("2", "Sentra Sambung Roso")]
    found = linking.propose(magetan, rows, "magetan")
    assert [p.thing for p in found if p.row.key == "2"] == [ROSO]
    assert all("other kind" in p.reason for p in found if p.row.key == "1")
    assert all(p.relation == "closeMatch" for p in found if p.row.key == "1")


def test_what_was_decided_stays_and_is_not_proposed_again(magetan: KnowledgeGraph) -> None:
    rows = [Row("7", "Batik Sambung Roso"), Row("8", "Mukti Rahaju")]
    first, second = linking.propose(magetan, rows, "magetan")
    links = linking.linkset(
        [linking.Decision(first), linking.Decision(second, accepted=False)],
        "dinkop",
        date(2026, 1, 2),
        "curator",
    )
    decided = linking.decided(links)
    assert decided == {("7", ROSO), ("8", RAHAYU)}
    assert linking.propose(magetan, rows, "magetan", decided) == []
    assert (URIRef(RAHAYU), None, terms.record("dinkop", "8")) not in links
    # A link that is taken back leaves a record; the other decision stays.
    back = linking.linkset(
        [linking.Decision(first, accepted=False)], "dinkop", date(2026, 2, 3), "curator", links
    )
    assert linking.decided(back) == decided
    assert (URIRef(ROSO), None, terms.record("dinkop", "7")) not in back
    assert set(back.objects(predicate=CG.linkRelation)) == {Literal("noMatch")}
    assert (terms.links_graph("dinkop"), VOID.triples, Literal(0)) in back


def test_accepted_links_are_a_described_linkset_seen_from_both_ends(
    magetan: KnowledgeGraph,
) -> None:
    row = Row("7", "Batik Sambung Roso")
    proposal = linking.Proposal(row, ROSO, "l", "exactMatch", 0.91, "r", "m")
    links = linking.linkset([linking.Decision(proposal)], "dinkop", date(2026, 1, 2))
    record = terms.record("dinkop", "7")
    assert (URIRef(ROSO), SKOS.exactMatch, record) in links
    assert (record, SKOS.exactMatch, URIRef(ROSO)) in links
    assert (terms.links_graph("dinkop"), VOID.triples, Literal(1)) in links
    data = magetan.read(g for g in magetan.graphs(Role.PUBLIC) if "/graph/magetan/" in g)
    report = gate.check(data + links, Graph(), magetan.read([terms.ONTOLOGY_GRAPH]))
    assert report.conforms, str(report)
