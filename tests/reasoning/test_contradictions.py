"""What cannot be is found, said in words, and nothing else is."""

from collections.abc import Callable, Collection, Iterable

import pytest
from rdflib import OWL, RDF, RDFS, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import reasoning, settings
from rembug.changes.inferences import contradictions_in
from rembug.graph import Reader, Triple, Whole
from rembug.reasoning.datatypes import has_value, is_ill_typed

Say = Callable[[str], Graph]


@pytest.mark.parametrize(
    ("impossible", "rule"),
    [
        (":a a cg:Policy, cg:Program .", "cax-dw"),
        (":a a cg:GovernmentAgency, cg:CraftCentre .", "cax-dw"),
        (":a a cg:Village, cg:District .", "cax-dw"),
        (":a a cg:Interview, prov:Entity .", "cax-dw"),
        (":a a cg:Policy . :b a cg:Program . :c owl:sameAs :a, :b .", "cax-dw"),
        (":a a owl:Nothing .", "cls-nothing2"),
        (":a owl:differentFrom :a .", "eq-diff1"),
        (":a owl:sameAs :b . :c owl:sameAs :b ; owl:differentFrom :a .", "eq-diff1"),
        (":a cg:paragraph 'first' .", "prp-rng"),
        (":a cg:paragraph 1.5 .", "prp-rng"),
        (":a cg:value '1.5'^^xsd:double .", "prp-rng"),
        (":a cg:paragraph :b .", "prp-data"),
        (":a cg:inStudy 'magetan' .", "prp-object"),
        (":a cg:startDate '20x1'^^xsd:gYear .", "dt-not-type"),
        (":a rdfs:comment '2023-02-29'^^xsd:date .", "dt-not-type"),
    ],
)
def test_what_the_ontology_lets_nothing_be_is_found(
    ontology: Graph, say: Say, impossible: str, rule: str
) -> None:
    [found] = contradictions_in(ontology, say(impossible))
    assert found.rule == rule
    assert set(found.messages) == {"id", "en"}


# Axioms that the ontology does not have today.
@pytest.mark.parametrize(
    ("axiom", "impossible", "rule"),
    [
        (":p owl:propertyDisjointWith :q .", ":a :p :b ; :q :b .", "prp-pdw"),
        (
            "[] a owl:AllDisjointProperties ; owl:members ( :p :q :r ) .",
            ":a :r :b ; :q :b .",
            "prp-pdw",
        ),
        (":q rdfs:subPropertyOf :p . :p a owl:IrreflexiveProperty .", ":a :q :a .", "prp-irp"),
        (":p a owl:AsymmetricProperty .", ":a :p :b . :b :p :a .", "prp-asyp"),
        (":p a owl:FunctionalProperty .", ":a :p 1, 2 .", "prp-fp"),
        (
            ":p a owl:FunctionalProperty .",
            ":a :p :b, :c .",
            "prp-fp",
        ),
        (":p a owl:InverseFunctionalProperty .", ":b :p :a . :c :p :a .", "prp-ifp"),
        (":A owl:complementOf :B . :C rdfs:subClassOf :B .", ":a a :A, :C .", "cax-dw"),
    ],
)
def test_each_kind_of_axiom_forbids(say: Say, axiom: str, impossible: str, rule: str) -> None:
    found = list(contradictions_in(say(axiom), say(impossible)))
    assert {it.rule for it in found} == {rule}


@pytest.mark.parametrize(
    ("axiom", "joined", "rule"),
    [
        (":p a owl:FunctionalProperty .", ":a :p 1 . :b :p 2 .", "prp-fp"),
        (":p a owl:InverseFunctionalProperty .", ":c :p :a . :d :p :b .", "prp-ifp"),
        (":p a owl:IrreflexiveProperty .", ":a :p :b .", "prp-irp"),
        (":p a owl:AsymmetricProperty .", ":a :p :c . :c :p :b .", "prp-asyp"),
        (":p owl:propertyDisjointWith :q .", ":a :p :c . :b :q :c .", "prp-pdw"),
        (":A owl:disjointWith :B .", ":a a :A . :b a :B .", "cax-dw"),
        ("", ":a owl:differentFrom :b .", "eq-diff1"),
        # What follows only by what is the same: c is above itself.
        (
            ":p a owl:TransitiveProperty ; rdfs:subPropertyOf :q . :q a owl:IrreflexiveProperty .",
            ":c :p :a . :b :p :c .",
            "prp-irp",
        ),
        (
            "[] a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :A ; "
            "rdfs:subClassOf :B . :B owl:disjointWith :C .",
            ":c a :C ; :p :a . :b a :A .",
            "cax-dw",
        ),
    ],
)
def test_things_that_are_the_same_contradict_together(
    say: Say, axiom: str, joined: str, rule: str
) -> None:
    schema = say(axiom)
    assert not list(contradictions_in(schema, say(joined))) or rule == "eq-diff1"
    for same in (":a owl:sameAs :b .", ":b owl:sameAs :x . :x owl:sameAs :y . :a owl:sameAs :y ."):
        found = list(contradictions_in(schema, say(joined), say(same)))
        assert rule in {it.rule for it in found}
        [told] = [it for it in found if it.rule == rule][:1]
        assert not told.alike or "https://example.org/a and" in told.messages["en"]


def test_a_new_statement_is_held_against_what_is_the_same_already(say: Say) -> None:
    axioms = say(":A owl:disjointWith :B . :p rdfs:domain :A . :p a owl:ObjectProperty .")
    rules = reasoning.Rules(reasoning.derive(axioms))
    by = reasoning.Prohibitions(axioms)
    facts = say(":a owl:sameAs :b ; :p :c . :b :q :c .") + say(":a a :A .")
    new = say(":b a :B .")
    [found] = reasoning.broken(by, new, Whole(facts, new), rules)
    assert found.rule == "cax-dw" and len(found.alike) == 2


class Counting:
    """Another graph, with the number of nodes that it was asked for."""

    def __init__(self, graph: Reader) -> None:
        self._graph, self.asked = graph, 0
        self.holding = graph.holding

    def matching(
        self, place: int, nodes: Collection[Node], predicate: URIRef | None = None
    ) -> Iterable[Triple]:
        self.asked += len(nodes)
        return self._graph.matching(place, nodes, predicate)


def test_what_else_is_the_same_is_not_looked_at(say: Say) -> None:
    axioms = say(":A owl:disjointWith :B . :p a owl:FunctionalProperty .")
    rules = reasoning.Rules(reasoning.derive(axioms))
    by, asked = reasoning.Prohibitions(axioms), []
    for others in (1, 200):
        pairs = " ".join(f":x{n} owl:sameAs :y{n} ; :q 1 . :y{n} :q 1 ." for n in range(others))
        facts = say(f"{pairs} :a a :A ; owl:sameAs :b . :c :p :b .")
        new = say(":b a :B . :c :p :a .")
        counting = Counting(Whole(facts, new))
        [found] = reasoning.broken(by, new, counting, rules)
        assert found.rule == "cax-dw"  # and :c has one value, whatever it is called
        asked.append(counting.asked)
    assert asked[0] == asked[1]


def test_what_is_the_same_and_can_be_is_let_in(say: Say) -> None:
    axioms = say(":p a owl:FunctionalProperty . :q a owl:FunctionalProperty .")
    told = say(":a owl:sameAs :b . :c :q :a, :b . :a :p 1 . :b :p '01'^^xsd:integer, 1 .")
    assert not list(contradictions_in(axioms, told))


def test_one_value_in_two_spellings_is_one(say: Say) -> None:
    told = ":p a owl:FunctionalProperty . :a :p 1, '01'^^xsd:integer ; :q :b ."
    assert not list(contradictions_in(say(told)))


@pytest.mark.parametrize(
    "impossible",
    [
        ":a cg:startDate 'P1Y'^^xsd:duration .",
        ":a cg:startDate 'soon'^^:dt .",
        ":a cg:pseudonym 'A'^^:dt .",
        ":a cg:pseudonym '1'^^owl:real .",
        ":a cg:value '1/2'^^owl:rational .",
        ":a cg:pseudonym 'not a name'^^xsd:NCName .",
        ":a cg:pseudonym 'https://example.org/'^^xsd:anyURI .",
        ":a a 'Program' .",
        ":a owl:sameAs 'a' .",
    ],
)
def test_a_literal_is_of_a_datatype_that_its_property_takes(
    ontology: Graph, say: Say, impossible: str
) -> None:
    [found] = contradictions_in(ontology, say(impossible))
    assert found.rule in {"prp-rng", "dt-not-type", "prp-object"}


def test_the_axiom_is_said_in_words_about_the_lowest_classes(ontology: Graph, say: Say) -> None:
    [found] = contradictions_in(ontology, say(":x a cg:Program, cg:Policy ."))
    assert found.messages["en"].startswith("Policy and Program have nothing in common")
    assert found.messages["id"].startswith("Kebijakan dan Program tidak punya anggota bersama")
    assert "https://example.org/x cannot be both" in found.messages["en"]


def test_what_ships_contradicts_nothing(ontology: Graph) -> None:
    data = Graph()
    for file in settings.data_dir().rglob("*.ttl"):
        data.parse(file)
    assert not list(contradictions_in(ontology, data))


def test_the_ontology_forbids_by_nothing_else_than_what_is_looked_for(ontology: Graph) -> None:
    """An axiom of another kind would be HermiT's to find, and nobody's at the gate."""
    owl = "http://www.w3.org/2002/07/owl#"
    known = reasoning.AXIOMS | reasoning.FORBIDDING
    harmless = {f"{owl}{name}" for name in ("imports", "versionIRI", "versionInfo")}
    used = {str(p) for p in set(ontology.predicates()) if str(p).startswith(owl)}
    assert used - harmless <= {str(term) for term in known}
    for one in ontology.subjects(RDF.type, URIRef(owl + "AllDisjointClasses")):
        for members in ontology.objects(one, URIRef(owl + "members")):
            assert all(isinstance(member, URIRef) for member in ontology.items(members))


@pytest.mark.parametrize(
    ("text", "kind", "ill"),
    [
        ("2021", XSD.gYear, False),
        ("20x1", XSD.gYear, True),
        ("21", XSD.gYear, True),
        ("12021", XSD.gYear, False),
        ("99999999999999-01-01", XSD.date, True),
        ("2021-13", XSD.gYearMonth, True),
        ("2024-02-29", XSD.date, False),
        ("2023-02-29", XSD.date, True),
        ("2023-2-1", XSD.date, True),
        ("2023-02-01T24:00:00Z", XSD.dateTime, False),
        ("2023-02-01T25:00:00Z", XSD.dateTime, True),
        ("1e3", XSD.decimal, True),
        ("1e3", XSD.double, False),
        ("+7", XSD.integer, False),
        ("7.0", XSD.integer, True),
        ("-1", XSD.nonNegativeInteger, True),
        ("256", XSD.unsignedByte, True),
        ("9" * 5_000, XSD.integer, False),
        ("yes", XSD.boolean, True),
        ("P1Y2M", XSD.duration, False),
        ("P", XSD.duration, True),
        ("x", XSD.NCName, False),
        ("a b", XSD.NCName, True),
        ("a b", XSD.token, False),
        ("1/2", OWL.rational, False),
        ("1/0", OWL.rational, True),
        ("1", OWL.real, True),
        ("anything", URIRef("https://example.org/my-datatype"), False),
    ],
)
def test_a_literal_is_ill_typed_when_its_datatype_has_no_value_written_so(
    text: str, kind: URIRef, ill: bool
) -> None:
    assert is_ill_typed(Literal(text, datatype=kind, normalize=False)) is ill


def test_a_datatype_has_the_values_of_those_within_it(say: Say) -> None:
    def fits(text: str, kind: URIRef, datatype: URIRef) -> bool:
        return has_value(datatype, Literal(text, datatype=kind, normalize=False))

    assert fits("5", XSD.int, XSD.decimal) and fits("5.0", XSD.decimal, XSD.integer)
    assert not fits("5.5", XSD.decimal, XSD.integer) and not fits("-1", XSD.int, XSD.unsignedInt)
    assert not fits("5", XSD.double, XSD.decimal) and not fits("5", XSD.string, XSD.integer)
    assert fits("a", XSD.token, XSD.string) and fits("5", XSD.string, RDFS.Literal)
    assert not has_value(XSD.string, Literal("a", lang="en"))
