"""What follows is what OWL 2 RL says, no less and no more."""

from collections.abc import Callable

import owlrl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as with_settings
from hypothesis import strategies as st
from rdflib import OWL, RDF, RDFS, SKOS, BNode, Graph, Namespace, URIRef
from rdflib.term import Node

from rembug import reasoning, settings, terms
from rembug.graph import Whole

Say = Callable[[str], Graph]
Triple = tuple[Node, Node, Node]
EX = Namespace("https://example.org/")
CG = terms.CG

CLASSES = (
    *("GovernmentAgency", "Village", "CraftCentre", "Finding", "Evidence", "Interview"),
    *("Observation", "Program", "Participation", "Coding"),
)
PROPERTIES = (
    *("participant", "participationIn", "ledBy", "within", "locatedIn", "supports", "undermines"),
    *("qualifies", "supportedBy", "givenBy", "speaksFor", "inSource", "codingOf", "assigns"),
    *("takesPartIn", "hasActor", "underPolicy", "inStudy"),
)
# Few things, so that chains, cycles and double roles come about.
THINGS = st.sampled_from([EX[name] for name in "abcde"])
TYPED = st.tuples(THINGS, st.just(RDF.type), st.sampled_from([CG[c] for c in CLASSES]))
RELATED = st.tuples(THINGS, st.sampled_from([CG[p] for p in PROPERTIES]), THINGS)
STATEMENTS = st.lists(st.one_of(TYPED, RELATED, RELATED), min_size=1, max_size=20)


def graph_of(triples: list[Triple]) -> Graph:
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    return graph


@pytest.fixture(scope="module")
def logic(ontology: Graph) -> Graph:
    """The axioms alone, in a form that owlrl takes: it knows no inverse without a name."""
    told = set(ontology.subjects(RDF.type, OWL.AnnotationProperty))
    told |= {RDFS.label, RDFS.isDefinedBy, RDFS.seeAlso, OWL.imports, OWL.versionIRI}
    axioms = Graph()
    concepts = set(ontology.subjects(RDF.type, SKOS.Concept))
    for subject, predicate, value in ontology:
        about_concept = subject in concepts or subject in terms.SCHEME or subject in terms.RATING
        if predicate not in told and not about_concept:
            axioms.add((subject, predicate, value))
    # Two values of a property that has one are refused, and not taken for one thing.
    for characteristic in (OWL.FunctionalProperty, OWL.InverseFunctionalProperty):
        axioms.remove((None, RDF.type, characteristic))
    for group in set(axioms.subjects(RDF.type, OWL.AllDisjointClasses)):
        axioms.remove((group, None, None))
    unnamed = [(b, p) for b, p in axioms.subject_objects(OWL.inverseOf) if isinstance(b, BNode)]
    for number, (blank, inverted) in enumerate(unnamed):
        name = EX[f"inverse-{number}"]
        axioms.remove((blank, None, None))
        axioms.add((name, OWL.inverseOf, inverted))
        for link in list(axioms.subjects(RDF.first, blank)):
            axioms.set((link, RDF.first, name))
    return axioms


def of_interest(graph: Graph) -> set[Triple]:
    """Statements about our things in our words."""
    return {
        (s, p, o)
        for s, p, o in graph
        if s in EX and ((p in CG and o in EX) or (p == RDF.type and o in CG))
    }


@with_settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(triples=STATEMENTS)
def test_the_rules_agree_with_owlrl(ontology: Graph, logic: Graph, triples: list[Triple]) -> None:
    data = graph_of(triples)
    oracle = logic + data
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(oracle)
    expected = of_interest(oracle) - of_interest(data)
    assert of_interest(reasoning.entail(ontology, data)) == expected


@with_settings(max_examples=15, deadline=None)
@given(triples=STATEMENTS)
def test_what_follows_is_new_and_about_things_that_were_told(
    ontology: Graph, triples: list[Triple]
) -> None:
    data = graph_of(triples)
    inferred = reasoning.entail(ontology, data)
    concepts = {s for s in ontology.subjects() if s in terms.SCHEME}  # individuals too
    told = set(data.subjects()) | set(data.objects()) | concepts
    for subject, predicate, value in inferred:
        assert (subject, predicate, value) not in data
        assert subject in told
        assert isinstance(subject, URIRef) and not isinstance(value, BNode)
        assert predicate == RDF.type or value in told
        assert value != OWL.Thing and predicate != OWL.sameAs


@with_settings(max_examples=15, deadline=None)
@given(triples=STATEMENTS)
def test_nothing_more_follows_from_what_follows(ontology: Graph, triples: list[Triple]) -> None:
    data = graph_of(triples)
    assert len(reasoning.entail(ontology, data + reasoning.entail(ontology, data))) == 0


@with_settings(max_examples=15, deadline=None)
@given(triples=STATEMENTS, more=STATEMENTS)
def test_more_statements_take_nothing_back(
    ontology: Graph, triples: list[Triple], more: list[Triple]
) -> None:
    less, all_of_it = graph_of(triples), graph_of(triples + more)
    kept = set(all_of_it) | set(reasoning.entail(ontology, all_of_it))
    assert set(reasoning.entail(ontology, less)) <= kept


@with_settings(max_examples=30, deadline=None)
@given(kept=STATEMENTS, gone=STATEMENTS, come=STATEMENTS)
def test_a_change_does_to_what_follows_what_concluding_it_anew_would(
    ontology: Graph, kept: list[Triple], gone: list[Triple], come: list[Triple]
) -> None:
    before, after = graph_of(kept + gone), graph_of(kept + come)
    rules = reasoning.Rules(reasoning.derive(ontology), reasoning.terms_of(ontology))
    held = reasoning.entail(ontology, before)
    lost, new = reasoning.changed(
        rules,
        Whole(ontology, before),
        Whole(held),
        graph_of(list(set(before) - set(after))),
        Whole(graph_of(list(set(after) - set(before)))),
    )
    assert set(lost) <= set(held) and not set(new) & set(held)
    assert set(held) - set(lost) | set(new) == set(reasoning.entail(ontology, after))


@pytest.mark.parametrize(
    ("told", "follows"),
    [
        (
            ":m cg:participant :a ; cg:participationIn :c .",
            ":a cg:takesPartIn :c . :c cg:hasActor :a .",
        ),
        (":p cg:ledBy :a .", ":p cg:hasActor :a . :a cg:takesPartIn :p ."),
        (":a cg:locatedIn :v . :v cg:within :d . :d cg:within :r .", ":a cg:locatedIn :r ."),
        (":p cg:underPolicy :k .", ":k cg:carriedOutBy :p ."),
        (
            ":e cg:supports :f ; cg:givenBy :i ; cg:inSource :w . :i cg:speaksFor :a .",
            ":e cg:speaksFor :a . :f cg:voicedBy :a ; cg:restsOn :w ; cg:hasEvidence :e .",
        ),
        (":e cg:undermines :f ; cg:speaksFor :a .", ":f cg:disputedBy :a . :e cito:disputes :f ."),
        (":k cg:codingOf :e ; cg:assigns :c .", ":e cg:codedWith :c ."),
        (":c cg:inCodebook :b .", ":c skos:inScheme :b ."),
        (":a a cg:Village .", ":a a cg:Actor, cg:Place, schema:Place, prov:Agent ."),
        (":x skos:closeMatch :y .", ":y skos:closeMatch :x ."),
        (":v cg:within :d . :d cg:within :r .", ":v cg:within :r ."),
        (":x cg:influences :y .", ":x a cg:FrameworkElement . :y a cg:FrameworkElement ."),
        (
            ":f a cg:Finding ; cg:voicedBy :a, :b . :a a cg:Village . :b a cg:Enterprise .",
            ":f a cg:TriangulatedFinding .",
        ),
        (
            ":f a cg:Finding ; cg:restsOn :a, :b . :a a cg:Document . :b a cg:Interview .",
            ":f a cg:TriangulatedFinding .",
        ),
        (
            ":f a cg:Finding . :e a cg:Evidence ; cg:qualifies :f .",
            ":f a cg:ContestedFinding .",
        ),
    ],
)
def test_what_the_vocabulary_promises_follows(
    ontology: Graph, say: Say, told: str, follows: str
) -> None:
    inferred = reasoning.entail(ontology, say(told))
    assert set(say(follows)) <= set(inferred)


def test_members_of_an_intersection_are_members_of_every_part(say: Say) -> None:
    schema = say(":both a owl:Class ; owl:intersectionOf ( :one :other :third ) .")
    inferred = reasoning.entail(schema, say(":x a :both . :y a :one, :other ."))
    assert set(inferred) == set(say(":x a :one, :other, :third ."))


@pytest.mark.parametrize(
    ("told", "never"),
    [
        # Undermining is not voicing, and one kind of voice or source is no triangulation.
        (":e cg:undermines :f ; cg:speaksFor :a .", ":f cg:voicedBy :a ."),
        (
            ":f a cg:Finding ; cg:voicedBy :a, :b . :a a cg:Village . :b a cg:PublicOffice .",
            ":f a cg:TriangulatedFinding .",
        ),
        (
            ":f a cg:Finding ; cg:restsOn :a, :b . :a a cg:Interview . :b a cg:Interview .",
            ":f a cg:TriangulatedFinding .",
        ),
        # What was never examined is not contested, nor is a tie a finding.
        (":f a cg:Finding . :e a cg:Evidence ; cg:supports :f .", ":f a cg:ContestedFinding ."),
        (":t a cg:Tie . :e a cg:Evidence ; cg:qualifies :t .", ":t a cg:Finding ."),
        # Using a property gives no type: the shapes must see that it is missing.
        (":e cg:supports :f ; cg:inSource :w .", ":e a cg:Evidence . :w a cg:Source ."),
        # Neither is transitive.
        (":x cg:precedesInCycle :y . :y cg:precedesInCycle :z .", ":x cg:precedesInCycle :z ."),
        (":x cg:influences :y . :y cg:influences :z .", ":x cg:influences :z ."),
    ],
)
def test_what_must_not_follow_does_not(ontology: Graph, say: Say, told: str, never: str) -> None:
    inferred = reasoning.entail(ontology, say(told))
    assert not set(say(never)) & set(inferred)


def test_the_derived_terms_are_never_asserted_in_what_ships(ontology: Graph) -> None:
    derived = {CG.voicedBy, CG.disputedBy, CG.restsOn, CG.codedWith}
    classes = {CG.TriangulatedFinding, CG.ContestedFinding}
    for file in settings.data_dir().rglob("*.ttl"):
        graph = Graph().parse(file)
        assert not derived & set(graph.predicates()), file
        assert not classes & set(graph.objects(None, RDF.type)), file


def test_a_label_is_not_copied_from_the_ontology(ontology: Graph, say: Say) -> None:
    inferred = reasoning.entail(ontology, say(":a a cg:Village ; rdfs:label 'Desa A'@id ."))
    assert set(inferred.predicates(EX.a)) == {RDF.type}
    assert RDFS.label not in set(inferred.predicates())
