"""HermiT accepts what can be and refuses what cannot."""

import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from rdflib import DCTERMS, XSD, Graph, Literal, URIRef

from rembug import reasoning, settings, terms
from rembug.errors import RembugError

Say = Callable[[str], Graph]
EX = "https://example.org/"

# One world for all that HermiT is asked to classify: it starts a Java each time.
WORLD = """
    :dinas a cg:GovernmentAgency . :sentra a cg:CraftCentre . :desa a cg:Village .
    :other a cg:Actor, [ a owl:Class ; owl:complementOf cg:FormalActor ] .
    :p1 a cg:Informant ; cg:speaksFor :dinas . :p2 a cg:Informant ; cg:speaksFor :sentra .
    :w a cg:Interview . :w2 a cg:Interview . :o a cg:Observation .

    :two-voices a cg:Finding . :one-voice a cg:Finding .
    :e1 a cg:Evidence ; cg:supports :two-voices, :one-voice ; cg:givenBy :p1 .
    :e2 a cg:Evidence ; cg:supports :two-voices ; cg:givenBy :p2 .

    :two-sources a cg:Finding . :one-kind-of-source a cg:Finding .
    :e3 a cg:Evidence ; cg:supports :two-sources, :one-kind-of-source ; cg:inSource :w .
    :e4 a cg:Evidence ; cg:supports :two-sources ; cg:inSource :o .
    :e5 a cg:Evidence ; cg:supports :one-kind-of-source ; cg:inSource :w2 .

    :artisans a cg:Finding,
        [ a owl:Restriction ; owl:onProperty cg:voicedBy ; owl:allValuesFrom cg:InformalActor ] .
    :d a cg:Document . :e10 a cg:Evidence ; cg:supports :artisans ; cg:inSource :w .
    :e11 a cg:Evidence ; cg:supports :artisans ; cg:inSource :d .

    :disputed a cg:Finding . :qualified a cg:Finding . :agreed a cg:Finding .
    :e6 a cg:Evidence ; cg:supports :disputed, :agreed .
    :e7 a cg:Evidence ; cg:undermines :disputed .
    :e8 a cg:Evidence ; cg:qualifies :qualified .

    :tie a cg:Tie . :e9 a cg:Evidence ; cg:supports :tie ; cg:givenBy :p1 .
"""


@pytest.fixture(scope="module")
def classified(ontology: Graph, say: Say) -> dict[str, set[str]]:
    """The classes of ours that HermiT finds for each thing in the world above."""
    verdict = reasoning.check(ontology + say(WORLD))
    assert verdict.sound, str(verdict)
    return {
        name.removeprefix(EX): {kind.removeprefix(str(terms.CG)) for kind in kinds}
        for name, kinds in verdict.types.items()
    }


Classes = dict[str, set[str]]


def test_an_agency_is_a_formal_actor(classified: Classes) -> None:
    assert {"FormalActor", "Actor"} <= classified["dinas"]
    assert "InformalActor" not in classified["dinas"]


def test_a_village_is_an_actor_and_a_place(classified: Classes) -> None:
    assert {"FormalActor", "Actor", "Place"} <= classified["desa"]


def test_an_actor_that_is_not_formal_is_informal(classified: Classes) -> None:
    assert "InformalActor" in classified["other"]


def test_a_finding_voiced_by_formal_and_informal_actors_is_triangulated(
    classified: Classes,
) -> None:
    assert "TriangulatedFinding" in classified["two-voices"]
    assert "TriangulatedFinding" not in classified["one-voice"]


def test_a_finding_from_two_kinds_of_source_is_triangulated(classified: Classes) -> None:
    assert "TriangulatedFinding" in classified["two-sources"]
    assert "TriangulatedFinding" not in classified["one-kind-of-source"]


def test_two_kinds_of_source_triangulate_though_only_informal_actors_voice_it(
    classified: Classes,
) -> None:
    assert "TriangulatedFinding" in classified["artisans"]


def test_a_finding_both_supported_and_undermined_or_qualified_is_contested(
    classified: Classes,
) -> None:
    assert "ContestedFinding" in classified["disputed"]
    assert "ContestedFinding" in classified["qualified"]
    assert "ContestedFinding" not in classified["agreed"]


def test_evidence_for_a_tie_does_not_make_the_tie_a_finding(classified: Classes) -> None:
    assert "Finding" not in classified["tie"]


@pytest.mark.parametrize(
    "impossible",
    [
        ":a a cg:GovernmentAgency, cg:CraftCentre .",
        ":a a cg:Evidence, cg:Finding .",
        ":a a cg:Interview, cg:Document .",
        ":a a cg:Policy, cg:Program .",
        ":a a cg:Rating, cg:Stance .",
        ":a a cg:CraftCentre, cg:Place .",
        ":a a cg:Village, cg:District .",
        ":a cg:paragraph 'first' .",
        ":a cg:synthetic 'yes' .",
    ],
)
def test_what_cannot_be_is_inconsistent(ontology: Graph, say: Say, impossible: str) -> None:
    verdict = reasoning.check(ontology + say(impossible))
    assert not verdict.consistent and not verdict.sound
    assert str(verdict).startswith("inconsistent")


def test_an_individual_in_disjoint_classes_is_named(ontology: Graph, say: Say) -> None:
    verdict = reasoning.check(ontology + say(":odd a cg:PublicOffice, cg:Cooperative ."))
    assert any(EX + "odd" in suspect for suspect in verdict.suspects)
    assert EX + "odd" in str(verdict)


def test_all_that_ships_is_consistent(ontology: Graph) -> None:
    everything = ontology + Graph()
    for file in settings.data_dir().rglob("*.ttl"):
        everything.parse(file)
    assert len(everything) > len(ontology)
    verdict = reasoning.check(everything)
    assert verdict.sound, str(verdict)


def test_dates_that_owl_does_not_know_do_not_stop_the_check(ontology: Graph, say: Say) -> None:
    dated = say(
        ":s a cg:Study ; cg:startDate '2018'^^xsd:gYear ; cg:endDate '2023-05'^^xsd:gYearMonth ."
        ":w a cg:Interview ; cg:date '2022-05-01'^^xsd:date ."
    )
    assert reasoning.check(ontology + dated).sound


def test_neither_strange_literals_nor_axioms_of_others_stop_or_mislead_the_check(
    ontology: Graph, say: Say
) -> None:
    texts = {
        "string": ["", "\u0001", "\ufffe", "a\nb"],
        "token": ["a b"],
        "language": ["id-ID"],
        "NCName": ["x", "x y"],
        "anyURI": ["%%", "a b"],
        "decimal": ["1.", ".5", "+1", "9" * 500, "1e3"],
        "double": ["INF", "-INF", "+INF", "NaN", "1e400"],
        "float": ["1e39", ".5e-50"],
        "unsignedByte": ["256", "-0", "+1"],
        "dateTime": ["10000-01-01T00:00:00Z", "2000-01-01T24:00:00", "-0001-01-01T00:00:00"],
        "hexBinary": ["0aF"],
        "base64Binary": ["A A="],
        "duration": ["P1Y"],
        "boolean": ["yes", "1"],
        "made-up": ["x"],
    }
    data = Graph()
    for name, some in texts.items():
        for text in some:
            value = Literal(text, datatype=XSD[name] if name in dir(XSD) else URIRef(EX + name))
            data.add((URIRef(EX + "a"), terms.CG.anything, value))
            data.add((URIRef(EX + "a"), DCTERMS.extent, value))
    properties = say("cg:anything a owl:DatatypeProperty .")
    theirs = say(":A a owl:Class ; owl:disjointWith :A . :a a :A ; :q [ a owl:Restriction ] .")
    assert reasoning.check(ontology + properties, data + theirs).sound


@pytest.mark.parametrize("statement", [":a a cg:Village .", ":a a cg:Policy, cg:Program ."])
def test_a_check_leaves_nothing_behind(
    ontology: Graph, say: Say, statement: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    reasoning.check(ontology + say(statement))
    assert list(tmp_path.iterdir()) == []


def test_two_checks_know_nothing_of_each_other(ontology: Graph, say: Say) -> None:
    assert not reasoning.check(ontology + say(":a a cg:Policy, cg:Program .")).consistent
    verdict = reasoning.check(ontology + say(":b a cg:Village ."))
    assert verdict.sound
    assert EX + "a" not in verdict.types


def test_what_hermit_does_not_understand_is_an_error_that_says_why(
    ontology: Graph, say: Say
) -> None:
    # A transitive property may not be irreflexive (OWL 2 Syntax §11).
    with pytest.raises(RembugError, match="HermiT could not reason"):
        reasoning.check(ontology + say("cg:within a owl:IrreflexiveProperty ."))


def test_a_reasoner_that_takes_too_long_is_an_error(
    ontology: Graph, monkeypatch: pytest.MonkeyPatch
) -> None:
    def never(command: list[str], **_: object) -> None:
        raise subprocess.TimeoutExpired(command, 600)

    monkeypatch.setattr(subprocess, "run", never)
    with pytest.raises(RembugError, match="longer than 600 seconds"):
        reasoning.check(ontology)
