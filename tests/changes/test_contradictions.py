"""What the ontology lets nothing be does not enter; HermiT finds consistent what does."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import OWL, RDF, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import reasoning, terms
from rembug.changes import submissions, updates
from rembug.changes.commits import inferring
from rembug.changes.edits import edits
from rembug.changes.inferences import contradictions, inferences
from rembug.errors import Refused
from rembug.graph import Change, KnowledgeGraph
from rembug.terms import CG
from tests.conftest import EXAMPLES

Triple = tuple[Node, Node, Node]

HEAD = """
@prefix cg: <https://w3id.org/rembug/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix study: <https://w3id.org/rembug/id/contoh/study/> .
@prefix program: <https://w3id.org/rembug/id/contoh/program/> .
"""
PROGRAM = ' cg:inStudy study:contoh ; rdfs:label "A"@id, "A"@en .'
EXAMPLE = Graph()
for file in sorted(EXAMPLES.glob("*.ttl")):
    EXAMPLE.parse(file)
THINGS = sorted({s for s in EXAMPLE.subjects() if isinstance(s, URIRef)})
KINDS = sorted(set(EXAMPLE.objects(None, RDF.type)), key=str)
PROPERTIES = sorted(set(EXAMPLE.predicates()), key=str)
VALUES = [
    Literal("x"),
    Literal("x", lang="id"),
    *(Literal(text, datatype=XSD.integer) for text in ("5", "five")),
    Literal("1.5", datatype=XSD.decimal),
    Literal("1.5", datatype=XSD.double),
    Literal("yes", datatype=XSD.boolean),
    Literal("20x1", datatype=XSD.gYear),
    Literal("P1Y", datatype=XSD.duration),
    Literal("10000-01-01T00:00:00Z", datatype=XSD.dateTime),
    Literal("x y", datatype=XSD.NCName, normalize=False),
    Literal("a b", datatype=XSD.anyURI),
    Literal("1", datatype=OWL.real),
    Literal("x", datatype=URIRef("https://example.org/dt")),
]
FOREIGN_GRAPH = URIRef("https://example.org/graph")
FOREIGN = """
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix : <https://example.org/> .
:A a owl:Class ; owl:disjointWith :A ; rdfs:subClassOf owl:Nothing .
:p a owl:FunctionalProperty, owl:IrreflexiveProperty, owl:TransitiveProperty ; rdfs:range :A .
:a a :A ; :p :a, "x"^^:dt, "one"^^<http://www.w3.org/2001/XMLSchema#integer> .
"""
thing = st.sampled_from(THINGS)
EDITS = st.one_of(
    st.tuples(thing, st.just(RDF.type), st.sampled_from(KINDS)),
    st.tuples(thing, st.sampled_from([OWL.sameAs, OWL.differentFrom]), thing),
    st.tuples(thing, st.sampled_from(PROPERTIES), thing),
    st.tuples(thing, st.sampled_from(PROPERTIES), st.sampled_from(VALUES)),
)


def let_in(graph: KnowledgeGraph, number: int, triple: Triple) -> bool:
    """Commit a statement if it can be; in graphs that everyone may read and that not all may."""
    come = Graph()
    come.add(triple)
    name = terms.submission_graph("contoh", f"edit-{number}")
    change = Change({terms.restricted(name) if number % 3 == 0 else name: come})
    found = edits(graph, change)
    if any(contradictions(graph, found, inferences(graph, found))):
        return False
    graph.commit(inferring(graph, change, found))
    return True


@settings(max_examples=1, deadline=None, suppress_health_check=list(HealthCheck))
@given(triples=st.lists(EDITS, min_size=30, max_size=50))
def test_hermit_finds_consistent_whatever_is_let_in(schema: Graph, triples: list[Triple]) -> None:
    with KnowledgeGraph.in_memory() as graph:
        parts = {terms.ONTOLOGY_GRAPH: schema, terms.submission_graph("contoh", "all"): EXAMPLE}
        graph.commit(inferring(graph, Change(parts), edits(graph, Change(parts))))
        # What somebody else means by their terms is kept beside, and says nothing of ours.
        foreign = Graph().parse(data=FOREIGN, format="turtle")
        graph.commit(inferring(graph, Change({FOREIGN_GRAPH: foreign}), edits(graph, Change())))
        kept = [triple for number, triple in enumerate(triples) if let_in(graph, number, triple)]
        verdict = submissions.consistency(graph)
        assert verdict.consistent, (str(verdict), kept)


@pytest.mark.parametrize(
    ("told", "rule"),
    [
        ("program:p a cg:Program, cg:Policy ;" + PROGRAM, "Policy and Program have nothing"),
        (
            'program:p a cg:Program ; cg:startDate "20x1"^^xsd:gYear ;' + PROGRAM,
            "“20x1” is not a valid xsd:gYear",
        ),
        ("program:kredit a cg:Policy .", "Policy and Program have nothing in common"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place_and_the_axiom_in_words(
    example: KnowledgeGraph, tmp_path: Path, told: str, rule: str
) -> None:
    file = tmp_path / "programs.ttl"
    file.write_text(HEAD + told)
    with pytest.raises(Refused) as caught:
        submissions.add(example, [file], "contoh")
    assert rule in str(caught.value)
    report = caught.value.report
    [found] = [r for r in report.results if r.shape == str(terms.SHAPES.Consistent)]
    assert str(found.place) == "programs.ttl:7"
    assert set(found.messages) == {"id", "en"}


def test_restricted_statements_are_held_against_public_ones(example: KnowledgeGraph) -> None:
    program = terms.thing("contoh", "program", "kredit")
    closed = terms.restricted(terms.submission_graph("contoh", "closed"))
    said = f"<{program}> <{RDF.type}> <{CG.Policy}> .".encode()
    with pytest.raises(Refused, match="nothing in common"):
        updates.put(example, {closed: said}, whole=True, file="PUT")


def test_the_whole_store_is_judged_by_what_cannot_be_too(example: KnowledgeGraph) -> None:
    assert submissions.check(example).conforms
    wrong = Graph()
    wrong.add((terms.thing("contoh", "program", "kredit"), RDF.type, CG.Policy))
    example.commit(Change({terms.submission_graph("contoh", "past-the-gate"): wrong}))
    assert "nothing in common" in str(submissions.check(example))
    assert not reasoning.check(example.read(example.graphs(submissions.Role.ADMIN))).consistent
