"""Review findings: what is refused, what is asked about, what is counted, when to look again."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from rembug import settings, terms, web
from rembug.catalogue import Catalogue
from rembug.changes import submissions, verdicts, withdrawals
from rembug.errors import Refused
from rembug.gate import Severity
from rembug.graph import KnowledgeGraph, Role
from rembug.settings import Settings

HEAD = """
@prefix cg: <https://w3id.org/rembug/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix scheme: <https://w3id.org/rembug/scheme/> .
@prefix t: <https://w3id.org/rembug/id/tinjauan/> .
@prefix one: <https://w3id.org/rembug/id/contoh/finding/> .
@prefix other: <https://w3id.org/rembug/id/pembanding/finding/> .
@prefix s: <https://w3id.org/rembug/id/tinjauan/study/> .
@prefix r: <https://w3id.org/rembug/id/tinjauan/review-finding/> .
@prefix a: <https://w3id.org/rembug/id/tinjauan/assessment/> .
s:tinjauan a cg:Study ; cg:synthetic true ;
    rdfs:label "Tinjauan (rekaan)"@id, "Review (made up)"@en .
"""
REVIEW = """
r:trust a cg:ReviewFinding ; cg:inStudy s:tinjauan ;
    rdfs:label "Di kedua tempat aktor saling percaya."@id, "In both places actors trust."@en ;
    cg:onAspect <https://w3id.org/rembug/scheme/ansell-gash/trust-building> ;
    cg:stance <https://w3id.org/rembug/scheme/stance/supports> ; cg:agreeing one:f2, %s .
"""
CONFIDENCE = """
r:trust cg:reviewConfidence <https://w3id.org/rembug/scheme/confidence/%s> .
"""
COMPONENTS = ("methodological-limitations", "coherence", "adequacy", "relevance")
PART = """
a:{0} a cg:ComponentAssessment ; cg:inStudy s:tinjauan ; cg:assesses r:trust ;
    cg:component <https://w3id.org/rembug/scheme/cerqual/{0}> ;
    cg:levelOfConcern <https://w3id.org/rembug/scheme/concern/{1}> ;
    cg:reason "Alasan."@id, "A reason."@en ; cg:assessorRole "peninjau" .
"""
CONTRARY = """
@prefix c: <https://w3id.org/rembug/id/contoh/finding/> .
@prefix cg: <https://w3id.org/rembug/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
c:new a cg:Finding ; cg:inStudy <https://w3id.org/rembug/id/contoh/study/contoh> ;
    rdfs:label "Kepercayaan hilang."@id, "Trust is gone."@en ;
    cg:about <https://w3id.org/rembug/id/contoh/collaboration/bambu> ;
    cg:concerns <https://w3id.org/rembug/scheme/ansell-gash/trust-building> ;
    cg:stance <https://w3id.org/rembug/scheme/stance/undermines> .
"""
CLOSED = """
r:capital a cg:ReviewFinding ; cg:inStudy s:tinjauan ;
    rdfs:label "Modal tidak merata."@id, "Capital is uneven."@en ;
    cg:onAspect <https://w3id.org/rembug/scheme/deseve/access-to-resources> ;
    cg:stance <https://w3id.org/rembug/scheme/stance/mixed> ; cg:agreeing one:f4, other:f3 .
"""
OTHER = "other:f1"


@pytest.fixture(scope="module")
def store(
    ontology_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KnowledgeGraph]:
    """The two example studies, and a review of them."""

    folder = tmp_path_factory.mktemp("reviews")
    shutil.copytree(ontology_store, folder / "store")
    with KnowledgeGraph.own(str(folder / "store")) as graph:
        for file in sorted((settings.data_dir() / "examples").glob("*.ttl")):
            submissions.add(graph, [file], file.stem)
        yield graph


def add(graph: KnowledgeGraph, folder: Path, text: str) -> None:
    file = folder / "review.ttl"
    file.write_text(text, encoding="utf-8")
    submissions.add(graph, [file], "tinjauan")


def rows(graph: KnowledgeGraph, query: str, **values: str) -> list[dict[str, str]]:
    text = Catalogue.load(settings.queries_dir())[query].bind({"lang": "en", **values})
    return [
        {name: str(term) for name, term in row.items()} for row in graph.rows(text, Role.PUBLIC)
    ]


def test_what_lacks_its_parts_or_rests_on_one_study_is_refused(
    store: KnowledgeGraph, tmp_path: Path
) -> None:
    before = store.version
    parts = "".join(PART.format(name, "minor") for name in COMPONENTS[:3])
    one = PART.format("coherence", "minor")
    twice = one + one.replace("a:coherence", "a:again")
    for text, told in (
        (REVIEW % "one:f3", "findings of one study only"),
        (REVIEW % OTHER + CONFIDENCE % "low", "assess all four components"),
        (REVIEW % OTHER + CONFIDENCE % "low" + parts, "without an assessment of relevance"),
        (REVIEW % OTHER + twice, "been assessed in"),
    ):
        with pytest.raises(Refused, match=told):
            add(store, tmp_path, HEAD + text)
    assert store.version == before


def test_a_review_is_counted_and_marked_when_what_it_rests_on_changes(
    store: KnowledgeGraph, tmp_path: Path
) -> None:
    parts = "".join(PART.format(name, "moderate") for name in COMPONENTS)
    add(store, tmp_path, HEAD + REVIEW % OTHER + CONFIDENCE % "high" + parts)
    asked = verdicts.check_whole(store).results
    assert any(
        r.severity is Severity.WARNING and r.shape.endswith("ReviewConfidenceHeight") for r in asked
    )

    (found,) = rows(store, "review-findings")
    assert (found["agreeing"], found["disagreeing"], found["studies"]) == ("2", "0", "2")
    assert (found["confidenceLabel"], found["look"]) == ("high", "false")
    assert len(rows(store, "review-findings", study="pembanding")) == 1
    assert rows(store, "review-findings", study="tinjauan") == [found]
    told = rows(store, "review-assessments")
    assert [(row["concernLabel"], row["reason"]) for row in told] == [("moderate", "A reason.")] * 4
    iri = "https://w3id.org/rembug/id/tinjauan/review-finding/trust"
    derived = f"ASK {{ <{iri}> <http://www.w3.org/ns/prov#wasDerivedFrom> ?finding }}"
    assert b"true" in store.answer(derived).body

    contrary = tmp_path / "contrary.ttl"
    contrary.write_text(CONTRARY, encoding="utf-8")
    commit = submissions.add(store, [contrary], "contoh")
    (found,) = rows(store, "review-findings")
    assert (found["opposite"], found["unnamed"], found["look"]) == ("1", "1", "true")
    submissions.revert(store, *commit.added)
    (found,) = rows(store, "review-findings")
    assert (found["opposite"], found["look"]) == ("0", "false")

    theirs = [iri for iri in store.graphs(Role.PUBLIC) if "/graph/pembanding/" in iri]
    submissions.revert(store, *theirs)
    (found,) = rows(store, "review-findings")
    assert (found["gone"], found["studies"], found["look"]) == ("1", "1", "true")

    # One of those who gave evidence for what is left withdraws; the other's evidence stays.
    assert (found["withdrawn"], found["bare"]) == ("false", "0")
    withdrawals.withdraw(store, "contoh", "P1")
    (found,) = rows(store, "review-findings")
    assert (found["withdrawn"], found["bare"], found["look"]) == ("true", "0", "true")


def test_evidence_that_is_closed_to_a_reader_is_no_reason_to_look_again(
    ontology_store: Path, tmp_path: Path
) -> None:
    shutil.copytree(ontology_store, tmp_path / "store")
    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        for file in sorted((settings.data_dir() / "examples").glob("*.ttl")):
            submissions.add(graph, [file], file.stem)
        parts = "".join(PART.format(name, "minor") for name in COMPONENTS)
        why = 'r:trust cg:reason "Sebab."@id, "The explanation."@en .'
        add(graph, tmp_path, HEAD + REVIEW % OTHER + CONFIDENCE % "high" + why + parts + CLOSED)
        told = {row["reviewLabel"]: row for row in rows(graph, "review-findings")}
        assert told["Capital is uneven."]["bare"] == "2"
        assert told["Capital is uneven."]["look"] == "false"
        (one,) = rows(
            graph, "review-findings", review=told["In both places actors trust."]["review"]
        )
        assert one == told["In both places actors trust."]

        browser = web.create_app(graph, Settings()).test_client()
        browser.environ_base["HTTP_ACCEPT"] = "text/html"
        page = browser.get("/page/id/tinjauan/review-finding/trust?lang=en").text
        before = page[: page.index('id="facts"')]
        assert "Confidence: high" in before and "The explanation." in before
        assert before.count("A reason.") == 4 and "needs another look" not in before
        assert "/page/id/contoh/finding/f2" in before and "/page/id/pembanding/finding/f1" in before
        assert "review-finding/trust" in browser.get("/search?q=places+trust&lang=en").text
        assert "review-finding/trust" in browser.get("/reviews?confidence=high&lang=en").text
        withdrawals.withdraw(graph, "contoh", "P1")
        page = browser.get("/page/id/tinjauan/review-finding/trust?lang=id").text
        assert "perlu ditinjau lagi" in page and "menarik persetujuannya" in page


def test_no_withdrawal_is_refused_for_what_a_review_then_rests_on(
    ontology_store: Path, tmp_path: Path
) -> None:
    shutil.copytree(ontology_store, tmp_path / "store")
    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        for file in sorted((settings.data_dir() / "examples").glob("*.ttl")):
            submissions.add(graph, [file], file.stem)
        alone = REVIEW.replace("r:trust", "r:alone").replace("one:f2, %s", "one:f9")
        beside = alone.replace("r:alone", "r:beside").replace("one:f9", "one:f9, other:f1")
        disagreed = alone.replace("one:f9", "one:f9 ; cg:disagreeing other:f1")
        add(graph, tmp_path, HEAD + beside + disagreed)
        _, gone = withdrawals.withdraw(graph, "contoh", "P1")
        assert terms.thing("contoh", "finding", "f9") in gone.things
        for found in rows(graph, "review-findings"):
            assert (found["gone"], found["look"]) == ("1", "true")
