"""Terms stand where they mean something, and lists are lists; in data of studies."""

import pytest
from rdflib import Graph, URIRef

from rembug import terms
from rembug.gate import check_statements
from rembug.graph import Whole
from rembug.sources import Place
from rembug.terms import SHAPES

PROGRAM = terms.thing("lain", "program", "p")
OURS, THEIRS = terms.submission_graph("lain", "a"), URIRef("https://example.org/graph")
HEAD = "".join(f"@prefix {p}: <{n}> .\n" for p, n in terms.PREFIXES.items()) + (
    f"@prefix : <{PROGRAM}/> .\n@prefix ag: <{terms.SCHEME}ansell-gash/> .\n"
)


def refused(schema: Graph, turtle: str, graph: URIRef = OURS) -> list[str]:
    """What is wrong with what is said of a program, by the names of shapes."""
    said = Graph().parse(data=f"{HEAD}<{PROGRAM}> {turtle} .", format="turtle")
    places = dict.fromkeys(said.subjects(), Place("a.ttl", 1))
    report = check_statements({graph: said}, Whole(schema), Whole(schema, said), places)
    found = [r for r in report.results if r.severity.name == "VIOLATION"]
    assert all(set(r.messages) == {"id", "en"} and r.place for r in found)
    return [r.shape.removeprefix(str(SHAPES)) for r in found]


@pytest.mark.parametrize(
    "said",
    [
        "cg:Program :q",
        "skos:Concept :q",
        "ag:trust-building :q",
        ":about :q",
        "<https://w3id.org/rembug/shapes#Program> 1",
        "a cg:ledBy",
        "a skos:broader",
        "a ag:trust-building",
        "a :Kind",
    ],
)
def test_what_is_no_property_or_no_class_does_not_stand_for_one(schema: Graph, said: str) -> None:
    assert refused(schema, said) == ["Vocabulary"]


@pytest.mark.parametrize(
    "said",
    [
        "a cg:Enterprise ; cg:concerns ag:trust-building",
        "a cg:Program ; cg:pseudonym 'P1'",
        "a cg:Finding ; cg:addresses :q",
        "a cg:Challenge ; cg:cause :q",
        "a cg:District ; cg:ledBy :q",
        "a cg:Document ; cg:interviewee :q",
        "a cg:CraftCentre ; cg:value 3",
    ],
)
def test_a_property_stands_at_a_thing_that_the_ontology_says_it_of(
    schema: Graph, said: str
) -> None:
    assert refused(schema, said) == ["Vocabulary"]


@pytest.mark.parametrize(
    "said",
    [
        "a cg:Village ; cg:locatedIn :q ; cg:within :q",  # an actor and a place
        "a cg:Recommendation ; cg:concerns ag:trust-building ; cg:addresses :q",
        "a <http://e/Kind> ; cg:ledBy :q",
        "a cg:Program, <http://e/Kind>, skos:Concept",
        "cg:ledBy :q ; dcterms:extent 1",
        "<http://e/p> 1",
        "<http://e/about> cg:Program, cg:ledBy ; rdfs:seeAlso cg:Program",
        "rdf:predicate cg:ledBy ; rdf:object cg:Program",
    ],
)
def test_terms_in_their_places_are_let_in(schema: Graph, said: str) -> None:
    assert refused(schema, said) == []


BROKEN = [
    "rdfs:seeAlso :l . :l rdf:first 1, 2 ; rdf:rest ()",
    "rdfs:seeAlso :l . :l rdf:first 1 ; rdf:rest (), (2)",
    "rdfs:seeAlso :l . :l rdf:first 1",
    "rdfs:seeAlso :l . :l rdf:rest ()",
    "rdfs:seeAlso :l . :l rdf:first 1 ; rdf:rest :m",
    "rdfs:seeAlso :l . :l rdf:first 1 ; rdf:rest 'end'",
    "rdfs:seeAlso :l . :l rdf:first 1 ; rdf:rest :l",
    "rdfs:seeAlso :l . :l rdf:first 1 ; rdf:rest :m . :m rdf:first 2 ; rdf:rest :l",
]


@pytest.mark.parametrize("said", BROKEN)
def test_a_list_that_is_none_is_refused(schema: Graph, said: str) -> None:
    assert refused(schema, said) == ["Lists"]
    assert "Lists" not in refused(schema, said, THEIRS)


def test_a_list_is_let_in(schema: Graph) -> None:
    assert refused(schema, "rdfs:seeAlso ( 1 ( 2 ) () :a )") == []
