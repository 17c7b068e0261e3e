"""What may be read of what may not: counts say no less than everybody may know."""

import re
from pathlib import Path

import pytest

from rembug import settings
from rembug.catalogue import Catalogue
from rembug.changes import submissions
from rembug.graph import KnowledgeGraph, Role
from rembug.privacy.cells import SMALLEST

CATALOGUE = Catalogue.load(settings.queries_dir())
CASES = Path(__file__).parent / "kasus.ttl"
MORE = """@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix cg: <https://w3id.org/rembug/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix criteria: <https://w3id.org/rembug/scheme/criteria/> .
@prefix rating: <https://w3id.org/rembug/scheme/rating/> .
@prefix access: <https://w3id.org/rembug/scheme/access/> .
@prefix study: <https://w3id.org/rembug/id/kasus/study/> .
@prefix program: <https://w3id.org/rembug/id/kasus/program/> .
@prefix observation: <https://w3id.org/rembug/id/kasus/observation/> .
@prefix document: <https://w3id.org/rembug/id/kasus/document/> .
@prefix evidence: <https://w3id.org/rembug/id/kasus/evidence/> .
@prefix finding: <https://w3id.org/rembug/id/kasus/finding/> .
@prefix interview: <https://w3id.org/rembug/id/kasus/interview/> .
@prefix code: <https://w3id.org/rembug/id/kasus/code/> .
@prefix coding: <https://w3id.org/rembug/id/kasus/coding/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

observation:o1 a cg:Observation ; cg:inStudy study:kasus ; cg:accessLevel access:restricted ;
    rdfs:label "Pengamatan"@id, "Observation"@en .
document:d1 a cg:Document ; cg:inStudy study:kasus ; rdfs:label "Notulen"@id, "Minutes"@en .
evidence:e8 a cg:Evidence ; cg:inStudy study:kasus ; rdfs:label "Rapat berkala"@id, "Regular meetings"@en ;
    cg:inSource observation:o1 ; cg:accessLevel access:public ; cg:supports finding:u1, finding:u2 .
evidence:e9 a cg:Evidence ; cg:inStudy study:kasus ; rdfs:label "Notulen rapat"@id, "Minutes of meetings"@en ;
    cg:inSource document:d1 ; cg:accessLevel access:public ; cg:supports finding:u1 .
finding:u1 a cg:Finding ; cg:inStudy study:kasus ; rdfs:label "Forumnya rutin."@id, "The forum is regular."@en ;
    cg:about program:a ; cg:concerns criteria:formally-organised ; cg:rating rating:good .
finding:u2 a cg:Finding ; cg:inStudy study:kasus ; rdfs:label "Forumnya tertutup."@id, "The forum is closed."@en ;
    cg:about program:b ; cg:concerns criteria:formally-organised .

interview:one a cg:Interview ; cg:inStudy study:kasus ; rdfs:label "Siang"@id, "Noon"@en ; cg:date "2022"^^xsd:gYear ;
    cg:interviewee <https://w3id.org/rembug/id/kasus/informant/p1> .
interview:two a cg:Interview ; cg:inStudy study:kasus ; rdfs:label "Pagi"@id, "Morning"@en ; cg:date "2022"^^xsd:gYear ;
    cg:interviewee <https://w3id.org/rembug/id/kasus/informant/p2> .
evidence:one a cg:Evidence ; cg:inStudy study:kasus ; rdfs:label "Jarak"@id, "Distance"@en ; cg:inSource interview:one .
evidence:two a cg:Evidence ; cg:inStudy study:kasus ; rdfs:label "Jauh"@id, "Far"@en ; cg:inSource interview:two .
<https://w3id.org/rembug/id/kasus/codebook/b> a cg:Codebook, skos:ConceptScheme ; cg:inStudy study:kasus .
code:far a cg:Code, skos:Concept ; skos:prefLabel "jarak"@id ; cg:inCodebook <https://w3id.org/rembug/id/kasus/codebook/b> .
<https://w3id.org/rembug/id/kasus/coder/a> a cg:Coder ; cg:inStudy study:kasus .
coding:one a cg:Coding ; cg:codingOf evidence:one ; cg:assigns code:far ; cg:codedBy <https://w3id.org/rembug/id/kasus/coder/a> .
coding:two a cg:Coding ; cg:codingOf evidence:two ; cg:assigns code:far ; cg:codedBy <https://w3id.org/rembug/id/kasus/coder/a> .
"""  # noqa: E501


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> KnowledgeGraph:
    folder = tmp_path_factory.mktemp("unseen")
    (folder / "more.ttl").write_text(MORE, encoding="utf-8")
    graph = KnowledgeGraph.own(str(folder / "store"))
    submissions.add(graph, [CASES, folder / "more.ttl"], "kasus")
    return graph


def answer(graph: KnowledgeGraph, name: str, role: Role, *columns: str) -> set[tuple[str, ...]]:
    rows = graph.rows(CATALOGUE[name].bind({"study": "kasus"}), role)
    return {tuple(row[c].value.rpartition("/")[2] for c in columns) for row in rows}


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.RESEARCHER])
def test_a_source_that_may_not_be_seen_is_a_source(graph: KnowledgeGraph, role: Role) -> None:
    found = answer(graph, "findings-by-number-of-sources", role, "finding", "sources", "evidence")
    told = {row for row in found if row[0] in ("u1", "u2")}
    assert told == {("u2", "1", "1")}  # u1 rests on two, of which the public sees one


@pytest.mark.parametrize("role", [Role.PUBLIC, Role.RESEARCHER])
def test_a_passage_is_told_whose_source_may_not_be_seen(graph: KnowledgeGraph, role: Role) -> None:
    found = answer(graph, "evidence-of-a-finding", role, "finding", "item", "bearing")
    assert {row for row in found if row[0] == "u1"} == {
        ("u1", "e8", "supports"),
        ("u1", "e9", "supports"),
    }


def test_a_code_is_new_in_one_of_the_interviews_of_a_day(graph: KnowledgeGraph) -> None:
    found = answer(graph, "saturation", Role.RESEARCHER, "interview", "codes", "newCodes")
    assert {row for row in found if row[0] in ("one", "two")} == {
        ("one", "1", "1"),
        ("two", "1", "0"),
    }


def test_a_criterion_is_read_by_the_rating_where_no_stance_is_told(graph: KnowledgeGraph) -> None:
    found = answer(graph, "criteria-met", Role.PUBLIC, "case", "criterion", "status")
    assert {row for row in found if row[1] == "formally-organised" and row[0] in "ab"} == {
        ("a", "formally-organised", "met"),
        ("b", "formally-organised", "unstated"),
    }


def test_a_study_that_says_nothing_has_one_smallest_cell_in_all_questions() -> None:
    """The same as the positions that are public go by."""
    said = {
        name: set(re.findall(r"COALESCE\(\?(?:cell|smallest), (\d+)\)", CATALOGUE[name].text))
        for name in ("informant-positions", "who-says-what", "review-findings")
    }
    assert said["informant-positions"] == said["who-says-what"] == {str(SMALLEST)}
    assert str(SMALLEST) in said["review-findings"]


def test_no_cell_of_a_study_that_says_nothing_has_fewer_informants(graph: KnowledgeGraph) -> None:
    asked = CATALOGUE["who-says-what"]
    assert not answer(graph, "who-says-what", Role.RESEARCHER, "aspect")
    smaller = asked.bind({"study": "kasus"}).replace(f"COALESCE(?cell, {SMALLEST})", "1")
    assert graph.rows(smaller, Role.RESEARCHER).rows  # there are cells of one
