"""The first question, held against a plain computation over random small studies."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, RDFS, SKOS, Graph, Literal, URIRef

from rembug import terms
from rembug.catalogue import Catalogue, Query
from rembug.graph import Change, KnowledgeGraph
from rembug.terms import ASPECT, CG, RATING, STANCE, SUSTAINABILITY

PROGRAMS = [f"program-{n}" for n in range(3)]
SUBJECTS = [*PROGRAMS, "policy"]
ASPECTS = {
    "sustainability": SUSTAINABILITY.sustainability,
    "market": SUSTAINABILITY.market,
    "skills-regeneration": SUSTAINABILITY["skills-regeneration"],
    "impact": ASPECT.impact,
}
READ_AS = {"very-weak": "undermines", "weak": "undermines", "fair": "mixed"} | {
    "good": "supports",
    "very-good": "supports",
    "not-assessed": "mixed",
}


@dataclass(frozen=True)
class Finding:
    """What a finding says; `bearings` are pairs of a relation and the number of an evidence.

    `addressed` findings are those of which advice speaks, which is no evidence.
    """

    kind: str
    about: frozenset[str]
    concerns: frozenset[str]
    stance: str | None
    rating: str | None
    bearings: frozenset[tuple[str, int]]
    addressed: bool = False


findings = st.builds(
    Finding,
    kind=st.sampled_from(["Finding", "Finding", "Challenge", "InfluenceClaim", "Recommendation"]),
    about=st.frozensets(st.sampled_from(SUBJECTS), min_size=1, max_size=2),
    concerns=st.frozensets(st.sampled_from(sorted(ASPECTS)), min_size=1, max_size=3),
    stance=st.sampled_from([None, "supports", "undermines", "mixed"]),
    rating=st.sampled_from([None, *READ_AS]),
    bearings=st.frozensets(
        st.tuples(st.sampled_from(["supports", "undermines", "qualifies"]), st.integers(0, 3)),
        max_size=3,
    ),
    addressed=st.booleans(),
)

Verdict = tuple[str, bool, int, int, int]


def computed(study: list[Finding]) -> dict[str, Verdict]:
    """The verdict on each listed program, from the meaning of stance and evidence alone."""
    listed = {}
    for program in PROGRAMS:
        examining = [
            finding
            for finding in study
            if program in finding.about
            and finding.concerns - {"impact"}
            and finding.kind != "Recommendation"
        ]
        ways: dict[str, set[int]] = {"for": set(), "against": set(), "mixed": set()}
        for finding in examining:
            stance = finding.stance or READ_AS.get(finding.rating or "", "mixed")
            for relation, evidence in finding.bearings:
                if stance == "mixed" or relation == "qualifies":
                    ways["mixed"].add(evidence)
                elif relation == stance:
                    ways["for"].add(evidence)
                else:
                    ways["against"].add(evidence)
        present = {way for way, evidence in ways.items() if evidence}
        if present == {"for"}:
            continue
        status = "none" if not present else "against" if present == {"against"} else "contested"
        counts = (len(ways["for"]), len(ways["against"]), len(ways["mixed"]))
        listed[program] = (status, bool(examining), *counts)
    return listed


def written(study: list[Finding], schema: Graph) -> KnowledgeGraph:
    """The study in a store, in which some things have a label in one language or none."""

    def thing(kind: str, name: object) -> URIRef:
        return terms.thing("acak", kind, str(name))

    data = Graph()
    for name in PROGRAMS:
        data.add((thing("program", name), RDF.type, CG.Program))
        data.add((thing("program", name), CG.inStudy, terms.study("acak")))
    data.add((thing("program", PROGRAMS[0]), RDFS.label, Literal("Program nol", "id")))
    data.add((thing("program", PROGRAMS[0]), RDFS.label, Literal("Program nought", "en")))
    data.add((thing("program", PROGRAMS[1]), RDFS.label, Literal("Program one", "en")))
    data.add((thing("program", "policy"), RDF.type, CG.Policy))
    for number, finding in enumerate(study):
        it = thing("finding", number)
        data.add((it, RDF.type, CG[finding.kind]))
        if number % 2:
            data.add((it, RDFS.label, Literal(f"Finding {number}", "en")))
        for subject in finding.about:
            data.add((it, CG.about, thing("program", subject)))
        for aspect in finding.concerns:
            data.add((it, CG.concerns, ASPECTS[aspect]))
        if finding.stance:
            data.add((it, CG.stance, STANCE[finding.stance]))
        if finding.rating:
            data.add((it, CG.rating, RATING[finding.rating]))
        for relation, evidence in finding.bearings:
            data.add((thing("evidence", evidence), CG[relation], it))
            data.add((thing("evidence", evidence), RDFS.label, Literal("Kutipan", "id")))
        if finding.addressed:
            advice = thing("finding", f"advice-{number}")
            data.add((advice, CG.addresses, it))
            data.add((advice, RDFS.label, Literal("Advice", "en" if number % 2 else "id")))
    graph = KnowledgeGraph.in_memory()
    graph.commit(Change({terms.submission_graph("acak", "data"): data + schema}))
    return graph


@pytest.fixture(scope="module")
def schemes(schema: Graph) -> Graph:
    """Only what the question asks of the ontology: the schemes of aspects, and the ratings."""
    needed = Graph()
    for predicate in (SKOS.inScheme, CG.ratingValue):
        for triple in schema.triples((None, predicate, None)):
            needed.add(triple)
    return needed


@pytest.fixture(scope="module")
def question(catalogue: Catalogue) -> Query:
    return catalogue["programs-lacking-sustainability-evidence"]


@settings(max_examples=60, deadline=None)
@given(study=st.lists(findings, max_size=5))
def test_any_study_gets_the_verdicts_of_a_plain_computation(
    study: list[Finding], question: Query, schemes: Graph
) -> None:
    rows = list(written(study, schemes).rows(question.text))
    columns = ("status", "examined", "supporting", "undermining", "mixed")
    found = {
        str(row["program"]).rsplit("/", 1)[1]: tuple(str(row[name]) for name in columns)
        for row in rows
    }
    expected = {
        program: (status, str(examined).lower(), *map(str, counts))
        for program, (status, examined, *counts) in computed(study).items()
    }
    assert found == expected
    assert len(rows) == len(found)


def test_a_label_in_another_language_serves_where_there_is_none_in_the_one_asked_for(
    question: Query, schemes: Graph
) -> None:
    rows = written([], schemes).rows(question.bind({"lang": "id"}))
    labels = {str(row["program"])[-1]: str(row.get("programLabel", "")) for row in rows}
    assert labels == {"0": "Program nol", "1": "Program one", "2": ""}


def test_a_finding_without_evidence_lists_none(question: Query, schemes: Graph) -> None:
    """Once, its unbound evidence joined every label in the store."""
    silent = Finding(
        "Finding", frozenset({"program-0"}), frozenset({"market"}), "supports", None, frozenset()
    )
    rows = {str(r["program"])[-1]: r for r in written([silent], schemes).rows(question.text)}
    assert str(rows["0"]["evidence"]) == ""
    assert str(rows["0"]["examined"]) == "true"
