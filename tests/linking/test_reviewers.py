"""Several people's decisions on one set of proposals, told the scores or not."""

import csv
import shutil
from collections.abc import Iterable
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from rdflib import DCTERMS, SKOS, URIRef

from rembug import linking, terms
from rembug.cli import rembug
from rembug.errors import Unreadable
from rembug.graph import KnowledgeGraph
from rembug.linking import Decision, Proposal, Row
from rembug.linking.sssom import sssom

ROSO = str(terms.thing("magetan", "actor", "sambung-roso"))
RAHAYU = str(terms.thing("magetan", "actor", "mukti-rahayu"))


def proposal(key: str, thing: str = ROSO, relation: str = "closeMatch") -> Proposal:
    return Proposal(Row(key, f"n{key}"), thing, "l", relation, 0.8, "r", "m")


def made(*words: str) -> list[Decision]:
    """Decisions on rows 1, 2, …: y accepted, n rejected, - none."""
    known = enumerate(words, 1)
    return [Decision(proposal(str(key)), word == "y") for key, word in known if word != "-"]


def test_what_all_who_decided_agree_on_is_decided_and_the_rest_stays_open() -> None:
    joint = linking.together(
        {"officer": made("y", "y", "n", "-"), "other": made("y", "n", "n", "y")}
    )
    assert [(d.proposal.row.key, d.accepted, d.reviewers) for d in joint.decisions] == [
        ("1", True, ("officer", "other")),
        ("3", False, ("officer", "other")),
        ("4", True, ("other",)),
    ]
    [disputed] = joint.disputed
    assert {who: one.accepted for who, one in disputed.items()} == {"officer": True, "other": False}
    assert joint.shared == 3


def test_alpha_is_that_of_the_worked_example() -> None:
    # Krippendorff 2011, Computing Krippendorff's Alpha-Reliability, A: binary, two observers.
    first, second = (
        ["0", "1", "0", "0", "0", "0", "0", "0", "1", "0"],
        ["1", "1", "1", "0", "0", "1", "0", "0", "0", "0"],
    )
    reviews = {
        who: made(*("y" if one == "1" else "n" for one in signs))
        for who, signs in (("a", first), ("b", second))
    }
    assert linking.together(reviews).alpha == pytest.approx(0.095, abs=0.0005)


def test_where_nothing_differs_chance_says_nothing() -> None:
    assert linking.together({"a": made("y", "y"), "b": made("y", "y")}).alpha is None
    assert linking.together({"a": made("y", "n"), "b": made("-", "-", "y")}).alpha is None
    assert linking.together({}).decisions == []


def test_one_record_cannot_become_exactly_two_things_by_two_people() -> None:
    one, other = (Decision(proposal("1", thing, "exactMatch")) for thing in (ROSO, RAHAYU))
    joint = linking.together({"a": [one], "b": [other]})
    assert joint.decisions == [] and len(joint.disputed) == 2


def test_the_less_certain_relation_holds() -> None:
    sure, less = Decision(proposal("1", relation="exactMatch")), Decision(proposal("1"))
    [found] = linking.together({"a": [sure], "b": [less]}).decisions
    assert found.proposal.relation == "closeMatch"


@given(st.lists(st.lists(st.sampled_from("yn-"), min_size=4, max_size=4), min_size=1, max_size=4))
def test_each_pair_is_decided_or_disputed_once(tables: list[list[str]]) -> None:
    reviews = {f"r{n}": made(*signs) for n, signs in enumerate(tables)}
    joint = linking.together(reviews)
    decided = [d.proposal.row.key for d in joint.decisions]
    disputed = [next(iter(one.values())).proposal.row.key for one in joint.disputed]
    everything = {d.proposal.row.key for decisions in reviews.values() for d in decisions}
    assert sorted([*decided, *disputed]) == sorted(everything)
    assert joint.alpha is None or joint.alpha <= 1


def filled(blind: Path, name: str, words: Iterable[str]) -> str:
    """A blind table with decisions in its order, as a reviewer saves it."""
    rows = list(csv.DictReader(blind.open(encoding="utf-8-sig", newline="")))
    path = blind.with_name(f"{name}.csv")
    with path.open("w", encoding="utf-8", newline="") as stream:
        table = csv.DictWriter(stream, list(rows[0]))
        table.writeheader()
        for row, word in zip(rows, words, strict=True):
            table.writerow({**row, "decision": word})
    return str(path)


def test_reviewers_who_are_not_told_the_scores_publish_what_they_agree_on(
    magetan_store: Path, tmp_path: Path
) -> None:
    store = str(shutil.copytree(magetan_store, tmp_path / "store"))
    (tmp_path / "smes.csv").write_text("key,nama\n7,Batik Sambung Roso\n8,Mukti Rahaju\n")
    proposals, blind = str(tmp_path / "proposals.csv"), tmp_path / "blind.csv"

    def link(*args: str) -> str:
        done = CliRunner().invoke(rembug, ["link", *args, "--dataset", "d", "--store", store])
        assert done.exit_code == 0, done.output
        return done.output

    link(str(tmp_path / "smes.csv"), "--out", proposals, "--blind", str(blind))
    rows = list(csv.DictReader(blind.open(encoding="utf-8-sig", newline="")))
    assert [row["key"] for row in rows] == ["7", "8"]
    assert all(not row[hidden] for row in rows for hidden in ("score", "relation", "reason"))
    officer = filled(blind, "officer", ["accept", "terima"])
    researcher = filled(blind, "researcher", ["ya", "tolak"])
    said = link(officer, researcher, proposals, "--accept")
    assert "disputed: 8 Mukti Rahaju" in said and "officer accept, researcher reject" in said
    assert "2 reviewers, 2 pairs in common, 1 disputed" in said
    with KnowledgeGraph.own(store) as graph:
        links = graph.read([terms.links_graph("d")])
        text = sssom(links, "d", links, "https://creativecommons.org/licenses/by/4.0/")
    assert {str(who) for who in links.objects(None, DCTERMS.creator)} == {"officer", "researcher"}
    record = terms.record("d", "7")
    assert {URIRef(ROSO)} == {
        *links.objects(record, SKOS.exactMatch), *links.objects(record, SKOS.closeMatch),
    }  # fmt: skip
    assert "officer|researcher" in text
    again = link(str(tmp_path / "smes.csv"), "--out", proposals)
    assert "1 proposal for 1 of 2 rows" in again  # what is disputed stays open


def test_one_reviewer_is_named_by_role(magetan_store: Path, tmp_path: Path) -> None:
    store = str(shutil.copytree(magetan_store, tmp_path / "store"))
    (tmp_path / "smes.csv").write_text("key,nama\n7,Batik Sambung Roso\n")
    proposals = tmp_path / "proposals.csv"
    words = ["link", "--dataset", "d", "--store", store]
    CliRunner().invoke(rembug, [*words, str(tmp_path / "smes.csv"), "--out", str(proposals)])
    decided = filled(proposals, "decided", ["accept"])
    two = CliRunner().invoke(
        rembug, [*words, decided, str(proposals), "--accept", "--reviewer", "officer"]
    )
    assert getattr(two.exception, "exit_code", 0) == 2, two.output
    done = CliRunner().invoke(rembug, [*words, decided, "--accept", "--reviewer", "officer"])
    assert done.exit_code == 0, done.output
    with KnowledgeGraph.own(store) as graph:
        links = graph.read([terms.links_graph("d")])
    assert [str(who) for who in links.objects(None, DCTERMS.creator)] == ["officer"]


def test_a_blind_table_alone_says_what_is_missing(tmp_path: Path) -> None:
    path = tmp_path / "blind.csv"
    with path.open("w", newline="") as stream:
        linking.write_blind([proposal("1")], stream)
    with pytest.raises(Unreadable, match="has no score") as caught:
        linking.read_review(Path(filled(path, "a", ["accept"])))
    assert "tidak memiliki skor" in caught.value.told("id")


def test_several_tables_without_accept_are_wrong_usage(tmp_path: Path) -> None:
    tables = [tmp_path / "a.csv", tmp_path / "b.csv"]
    for table in tables:
        table.write_text("nama\n")
    done = CliRunner().invoke(rembug, ["link", *map(str, tables), "--dataset", "d"])
    assert getattr(done.exception, "exit_code", 0) == 2, done.output
    assert "--accept" in str(done.exception)
