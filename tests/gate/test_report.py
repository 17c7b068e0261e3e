"""The verdict: what it names, how it reads, what it becomes as RDF and as JSON."""

import json
from dataclasses import replace

import pytest
from rdflib import RDF, SH, Graph, URIRef

from rembug import gate, terms
from rembug.errors import Refused
from rembug.gate.prepared import Prepared
from rembug.sources import Place

BROKEN = """
@prefix cg: <https://w3id.org/rembug/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://w3id.org/rembug/id/s/study/s> a cg:Study ; rdfs:label "Studi"@id, "Study"@en .
<https://w3id.org/rembug/id/s/actor/a> a cg:CraftCentre ; rdfs:label "Sentra"@id ;
    cg:inStudy <https://w3id.org/rembug/id/s/study/s> .
"""
ACTOR = URIRef("https://w3id.org/rembug/id/s/actor/a")


@pytest.fixture(scope="module")
def report(schema: Graph) -> gate.Report:
    places = {ACTOR: Place("actors.ttl", 5)}
    return gate.check(Graph().parse(data=BROKEN, format="turtle"), Graph(), schema, places)


def test_a_result_names_node_path_place_and_both_messages(report: gate.Report) -> None:
    [result] = [r for r in report.results if r.severity is gate.Severity.VIOLATION]
    assert result.focus_node == str(ACTOR)
    assert result.path == "http://www.w3.org/2000/01/rdf-schema#label"
    assert str(result.place) == "actors.ttl:5"
    assert set(result.messages) == {"id", "en"}


def test_the_text_can_be_in_one_language_or_in_both(report: gate.Report) -> None:
    assert "English" in report.text("en")
    assert "Inggris" not in report.text("en")
    assert "Inggris" in report.text("id")
    assert "Inggris" in str(report)
    assert "English" in str(report)


def test_a_refusal_is_told_in_the_language_of_who_reads_it(report: gate.Report) -> None:
    told = Refused(report).told("id")
    assert told.startswith("ditolak, tidak ada yang disimpan: belum memenuhi syarat (")
    assert "pelanggaran: id/" in told
    for english in ("conform", "violation", "warning", "English"):
        assert english not in told
    assert "does not conform (" in str(Refused(report))


def test_worst_comes_first_and_the_order_is_always_the_same(
    report: gate.Report, schema: Graph
) -> None:
    assert [r.severity for r in report.results] == sorted(
        (r.severity for r in report.results), reverse=True
    )
    places = {ACTOR: Place("actors.ttl", 5)}
    again = gate.check(Graph().parse(data=BROKEN, format="turtle"), Graph(), schema, places)
    assert report == again


def test_as_rdf_it_is_a_shacl_report(report: gate.Report) -> None:
    graph = report.graph()
    [top] = graph.subjects(RDF.type, SH.ValidationReport)
    assert graph.value(top, SH.conforms).toPython() is False
    assert (None, SH.focusNode, ACTOR) in graph


def test_paths_are_written_as_shapes_write_them() -> None:
    def result(path: str) -> gate.Result:
        told = {"en": "wrong", "id": "salah"}
        return gate.Result(
            gate.Severity.WARNING, "http://e/a", path, None, told, "x:s", "x:c", None
        )

    paths = ("http://e/p", "^http://e/p", "http://e/p | ^http://e/q")
    graph = gate.Report.of(map(result, paths)).graph()
    again = Graph().parse(data=graph.serialize(format="turtle"), format="turtle")
    found = set(again.objects(None, SH.resultPath))
    assert URIRef("http://e/p") in found
    assert len(found) == 3
    [members] = again.objects(None, SH.alternativePath)
    assert len(list(again.items(members))) == 2


def test_in_a_file_no_path_is_told_that_nobody_wrote(report: gate.Report) -> None:
    """Who fills in a table is told what is wrong, and not which property points at the thing."""
    [result] = [r for r in report.results if r.severity is gate.Severity.VIOLATION]
    inverse = replace(result, path=f"^{terms.CG.supports} | ^{terms.CG.undermines}")
    assert "^" not in inverse.head("en")
    assert "^cg:supports" in replace(inverse, place=None).head("en")


def test_a_long_value_is_shown_by_its_beginning(report: gate.Report) -> None:
    [result] = [r for r in report.results if r.severity is gate.Severity.VIOLATION]
    assert len(replace(result, value="x" * 1_000_000).text()) < 1_000
    assert "[short]" in replace(result, value="short").head()


def test_no_letter_of_a_file_is_obeyed_by_the_terminal_that_shows_it() -> None:
    said = {"en": "“\x1b[2J\u202ecba” is no name", "id": "“\x1b[2J\u202ecba” bukan nama"}
    result = gate.Result(gate.Severity.VIOLATION, "http://e/a\x07", None, None, said, "", "", None)
    text = gate.Report.of([result]).text()
    assert "“\\x1b[2J\\u202ecba” is no name" in text
    assert not {"\x1b", "\x07", "\u202e"} & set(text)


def test_as_json_it_is_plain_values(report: gate.Report) -> None:
    found = json.loads(json.dumps(report.to_json()))
    assert found["conforms"] is False
    assert found["results"][0]["place"] == "actors.ttl:5"


def test_restricted_statements_complete_the_picture_and_are_not_held_against_the_public(
    schema: Graph,
) -> None:
    label = Graph()
    label.parse(data=f'<{ACTOR}> <http://www.w3.org/2000/01/rdf-schema#label> "Centre"@en .')
    public = Graph().parse(data=BROKEN, format="turtle")
    assert gate.check(public, label, schema).conforms


@pytest.mark.parametrize(
    "query",
    [
        "SELECT ?o { $this ?p ?o } ORDER BY ?o",
        "SELECT ?p (COUNT(*) AS ?n) { $this ?p ?o } GROUP BY ?p ORDER BY ?p",
        "ASK { $this a cg:CraftCentre FILTER NOT EXISTS { $this cg:locatedIn ?x } }",
    ],
)
def test_a_query_translated_once_answers_as_rdflib_does_for_every_binding(query: str) -> None:
    plain = Graph().parse(data=BROKEN, format="turtle")
    prepared = Graph(store=Prepared())
    prepared += plain
    for node in set(plain.subjects()):
        known = {"this": node}
        names = {"cg": str(terms.CG)}
        expected = plain.query(query, initBindings=known, initNs=names)
        found = prepared.query(query, initBindings=known, initNs=names)
        assert list(found) == list(expected)


def test_every_result_speaks_both_languages(schema: Graph) -> None:
    unknown = BROKEN.replace("cg:CraftCentre", "cg:Craftcentre")
    report = gate.check(Graph().parse(data=unknown, format="turtle"), Graph(), schema)
    assert {r.shape.rpartition("#")[2] for r in report.results} >= {"KnownClass"}
    for result in report.results:
        assert set(result.messages) == {"id", "en"}
        assert not any("{" in message for message in result.messages.values())


def many(shape: str, path: str, messages: list[str], focus: str = "http://e/a{}") -> gate.Report:
    return gate.Report.of(
        gate.Result(
            gate.Severity.WARNING, focus.format(n), path, str(n), {"en": told, "id": f"({told})"},
            shape, shape, Place("t.csv", n + 2),
        )
        for n, told in enumerate(messages)
    )  # fmt: skip


def test_a_message_of_many_places_is_told_once_with_ten_of_them() -> None:
    report = many("x:s", "http://e/p", ["wrong"] * 13)
    lines = report.text("en").splitlines()
    assert lines[0] == "conforms (13 warnings)"
    assert lines[1] == "t.csv:2: warning: http://e/a0 http://e/p [0]"
    assert lines[10:] == [
        "t.csv:11: warning: http://e/a9 http://e/p [9]",
        "  … and 3 more",
        "    wrong",
    ]
    assert "  … dan 3 lagi\n    (wrong)" in report.text("id")
    found = report.to_json()["results"]
    assert isinstance(found, list)
    assert len(found) == 13
    assert len(set(report.graph().subjects(RDF.type, SH.ValidationResult))) == 13
    assert "more" not in many("x:s", "http://e/p", ["one", "other"]).text("en")


def test_of_values_that_clash_the_pairs_are_told_together() -> None:
    clash = str(terms.SHAPES.Consistent)
    told = [f"here are {n} and {n + 1}" for n in range(5)]
    lines = many(clash, "http://e/p", told, focus="http://e/a").text("en").splitlines()
    assert len(lines) == 7
    assert lines[-1] == "    here are 0 and 1"


def test_a_message_calls_a_concept_by_its_label(schema: Graph) -> None:
    text = """
    @prefix cg: <https://w3id.org/rembug/ontology#> .
    <https://w3id.org/rembug/id/s/review-finding/r> a cg:ReviewFinding ;
        cg:reviewConfidence <https://w3id.org/rembug/scheme/confidence/high> .
    <https://w3id.org/rembug/id/s/assessment/a> a cg:ComponentAssessment ;
        cg:assesses <https://w3id.org/rembug/id/s/review-finding/r> ;
        cg:levelOfConcern <https://w3id.org/rembug/scheme/concern/serious> .
    """
    report = gate.check(Graph().parse(data=text, format="turtle"), Graph(), schema)
    [result] = [r for r in report.results if r.shape.endswith("ReviewConfidenceHeight")]
    assert "The confidence “high”" in result.messages["en"]
    assert "Keyakinan “tinggi”" in result.messages["id"]
    assert not any("concern:" in told for told in result.messages.values())
