"""Every shape has something that satisfies it and something that breaks it, in both languages."""

import re
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, SH, Graph, URIRef

from rembug import gate, settings, terms
from rembug.gate import Report, Severity
from rembug.sources import Place
from rembug.terms import CG, SHAPES

HERE = Path(__file__).parent
# Shapes that say what must not stand in the data at all: to conform is to have nothing of it.
NOT_IN_DATA = {"KeptByRembug", "Derived", "NoWords"}
BAD = terms.thing("x", "bad", "")


@cache
def shapes() -> Graph:
    return gate.shapes("*.ttl") + gate.shapes("public/*.ttl")


def names() -> list[str]:
    """The shapes that have targets; those that others refer to are tested through them."""
    graph = shapes()
    targets = (SH.targetClass, SH.targetSubjectsOf, SH.target)
    found = {s for target in targets for s in graph.subjects(target)}
    return sorted(str(s).removeprefix(SHAPES) for s in found)


@pytest.fixture(scope="session")
def good() -> Graph:
    graph = Graph()
    for file in settings.data_dir().rglob("*.ttl"):
        graph.parse(file)
    return graph.parse(HERE / "conforming.ttl")


@pytest.fixture(scope="session")
def everything(good: Graph, schema: Graph) -> Graph:
    return good + schema + Graph().parse(HERE / "restricted.ttl")


@pytest.fixture(scope="session")
def verdict(schema: Graph) -> dict[str, set[str]]:
    """For each bad thing, the shapes that it breaks."""
    bad = Graph().parse(HERE / "violating.ttl")
    broken = defaultdict(set)
    for result in gate.check(bad, Graph(), schema).results:
        broken[result.focus_node.removeprefix(BAD)].add(result.shape.removeprefix(SHAPES))
    return broken


@pytest.fixture(scope="session")
def conforming(good: Graph, schema: Graph) -> Report:
    words = Graph().parse(HERE / "restricted.ttl")
    return gate.check(good, words, schema)


@pytest.mark.parametrize("name", names())
def test_a_shape_is_broken_by_its_bad_example(name: str, verdict: dict[str, set[str]]) -> None:
    assert name in verdict[name]


def test_whatever_is_broken_is_said_in_both_languages(schema: Graph) -> None:
    bad = Graph().parse(HERE / "violating.ttl")
    results = gate.check(bad, Graph(), schema).results
    assert {r.shape for r in results if set(r.messages) != {"id", "en"}} == set()
    assert all(r.messages["id"] != r.messages["en"] for r in results)


def test_there_is_a_bad_example_for_every_shape_and_for_nothing_else() -> None:
    bad = Graph().parse(HERE / "violating.ttl")
    things = {str(s) for s in bad.subjects() if "/bad/" in str(s)}
    assert {thing.removeprefix(BAD) for thing in things} == set(names())


def test_the_shipped_and_the_example_studies_conform(conforming: Report) -> None:
    assert conforming.conforms, conforming.text("en")


@pytest.mark.parametrize("name", names())
def test_a_shape_is_satisfied_by_something(
    name: str, everything: Graph, conforming: Report
) -> None:
    """Something good is looked at by the shape, so that its silence means something."""
    graph, shape = shapes(), SHAPES[name]
    classes = set(graph.objects(shape, SH.targetClass))
    for known in list(classes):
        classes |= set(everything.transitive_subjects(RDFS.subClassOf, known))
    looked_at = {s for c in classes for s in everything.subjects(RDF.type, c)}
    for predicate in graph.objects(shape, SH.targetSubjectsOf):
        looked_at |= set(everything.subjects(predicate))
    complained = {URIRef(r.focus_node) for r in conforming.results if r.shape == str(shape)}
    if name in NOT_IN_DATA or (shape, SH.target, None) in graph:
        assert not complained
    else:
        assert looked_at - complained


def test_every_name_and_message_is_in_both_languages() -> None:
    graph = shapes()
    for predicate in (SH.name, SH.message):
        for subject in set(graph.subjects(predicate)):
            tongues = {text.language for text in graph.objects(subject, predicate)}
            assert tongues == {"id", "en"}, list(graph.objects(subject, predicate))
    for name in names():
        assert (SHAPES[name], SH.name, None) in graph, name


def test_the_shapes_use_no_term_that_the_ontology_lacks(schema: Graph) -> None:
    used = {
        node
        for triple in shapes()
        for node in triple
        if isinstance(node, URIRef) and node.startswith(terms.CG)
    }
    assert {term for term in used if (term, RDFS.isDefinedBy, None) not in schema} == set()


def test_what_a_shape_asks_of_a_class_the_ontology_says_of_it(schema: Graph) -> None:
    given, rules = URIRef("https://schema.org/domainIncludes"), shapes()
    asked = {
        (kind, path)
        for shape, kind in rules.subject_objects(SH.targetClass)
        for part in rules.objects(shape, SH.property)
        for path in rules.objects(part, SH.path)
        if str(path).startswith(CG)
    }
    assert (CG.ReviewFinding, CG.stance) in asked
    for kind, path in asked:
        said = set(schema.objects(path, given))
        related = {
            *schema.transitive_objects(kind, RDFS.subClassOf),
            *schema.transitive_subjects(RDFS.subClassOf, kind),
        }
        assert not said or said & related, f"{path} is not said of {kind}"


def test_the_three_severities_are_told_apart(conforming: Report, schema: Graph) -> None:
    bad = gate.check(Graph().parse(HERE / "violating.ttl"), Graph(), schema)
    assert {r.severity for r in bad.results} == set(Severity)
    assert not bad.conforms


# What each of these says is wrong in one way, which its shape tells.
REFUSED = {
    "an effect that is not there": ("InfluenceClaim", "a cg:InfluenceClaim ; cg:effect x:nowhere"),
    "a participation in another study's program": (
        "InOneStudy", "a cg:Participation ; cg:inStudy x:study ; cg:participationIn x:strange"),
    "a finding about another study's thing": (
        "InOneStudy", "a cg:Finding ; cg:inStudy x:study ; cg:about x:strange"),
    "advice on another study's finding": (
        "InOneStudy", "a cg:Recommendation ; cg:inStudy x:study ; cg:addresses x:strange"),
    "a tie to another study's actor": (
        "InOneStudy", "a cg:Tie ; cg:inStudy x:study ; cg:tieTo x:strange"),
    "a coding by another study's coder": (
        "CodingInOneStudy", "a cg:Coding ; cg:codingOf x:passage ; cg:codedBy x:strange"),
    "a district in a village": ("PlaceLevels", "a cg:District ; cg:within x:village"),
    "a village in two districts": (
        "PlaceLevels",
        "a cg:Village ; cg:within x:one, x:two . x:one a cg:District . x:two a cg:District",
    ),
    "a village in a village": ("PlaceLevels", "a cg:Village ; cg:within x:village"),
    "a code with two names": ("OnePreferredLabel", 'a cg:Code ; skos:prefLabel "a"@en, "b"@en'),
    "a code that is related to what is broader": (
        "RelatedIsNotBroader", "a cg:Code ; skos:related x:above ; skos:broader x:above"),
    "a code that matches in two ways": (
        "ExactIsNotBroader", "a cg:Code ; skos:exactMatch x:above ; skos:relatedMatch x:above"),
    "a data set of two structures": (
        "OneStructure", "a qb:DataSet ; qb:structure cg:indicatorStructure, x:above"),
    "evidence of an informant who withdrew": ("Consented", "a cg:Evidence ; cg:givenBy x:withdrew"),
}  # fmt: skip


def test_what_cannot_be_said_is_refused_for_its_own_reason(schema: Graph) -> None:
    """One graph for all of them: the verdict on each is on it alone."""
    text = """
        @prefix cg: <https://w3id.org/rembug/ontology#> .
        @prefix qb: <http://purl.org/linked-data/cube#> .
        @prefix skos: <http://www.w3.org/2004/02/skos/core#> .
        @prefix x: <https://w3id.org/rembug/id/x/bad/> .
        x:passage a cg:Evidence ; cg:inStudy x:study . x:village a cg:Village .
        x:strange a cg:Program ; cg:inStudy x:otherStudy .
        x:withdrew a cg:Informant ; cg:consent <https://w3id.org/rembug/scheme/consent/withdrawn> .
    """
    for number, (_, said) in enumerate(REFUSED.values()):
        text += f"x:n{number} {said} .\n"
    broken = defaultdict(set)
    for result in gate.check(Graph().parse(data=text), Graph(), schema).results:
        broken[result.focus_node.removeprefix(BAD)].add(result.shape.removeprefix(SHAPES))
    missed = {
        fault: shape
        for number, (fault, (shape, _)) in enumerate(REFUSED.items())
        if shape not in broken[f"n{number}"]
    }
    assert missed == {}


def test_a_wrong_concept_is_told_once_where_it_stands_with_the_nearest(schema: Graph) -> None:
    """The same for a concept that is not there, and for one of another scheme."""
    graph = Graph().parse(
        data="""
        @prefix cg: <https://w3id.org/rembug/ontology#> .
        @prefix scheme: <https://w3id.org/rembug/scheme/> .
        @prefix x: <https://w3id.org/rembug/id/x/bad/> .
        x:p a cg:Participation ; cg:role scheme:role\\/traner .
        x:q a cg:Participation ; cg:role scheme:rating\\/weak .
        x:r a cg:Finding ; cg:concerns scheme:deseve\\/trust .
    """
    )
    places = {
        URIRef(f"{BAD}{name}"): Place("roles.ttl", line) for name, line in (("p", 5), ("q", 6))
    }
    trust = [
        r.messages["en"]
        for r in gate.check(graph, Graph(), schema).results
        if r.path == str(terms.CG.concerns)
    ]
    assert ["nearest: deseve:trust-among-participants." in text for text in trust] == [True]
    told = [
        r
        for r in gate.check(graph, Graph(), schema, places).results
        if r.path == str(terms.CG.role)
    ]
    assert [str(r.place) for r in told] == ["roles.ttl:5", "roles.ttl:6"]
    traner, weak = (r.messages for r in told)
    assert "nearest: role:trainer" in traner["en"] and "terdekat: role:trainer" in traner["id"]
    assert "not in the scheme role" in weak["en"] and "nearest" not in weak["en"]


def test_a_term_that_there_is_not_is_told_with_the_nearest_and_by_its_short_name(
    schema: Graph,
) -> None:
    graph = Graph().parse(
        data="""
        @prefix cg: <https://w3id.org/rembug/ontology#> .
        @prefix x: <https://w3id.org/rembug/id/x/bad/> .
        x:p a cg:Programme ; cg:leadBy x:a .
    """
    )
    told = {r.messages["en"] for r in gate.check(graph, Graph(), schema).results}
    assert any("no class cg:Programme; " in text and "Nearest: cg:Program" in text for text in told)
    assert any("no property cg:leadBy; " in text and "cg:ledBy" in text for text in told)


def test_no_message_is_cut_from_a_template() -> None:
    """Each says what is wrong here and what to do."""
    messages = [str(m) for m in shapes().objects(None, SH.message)]
    assert not [m for m in messages if re.search(r"“[^”]+” (needs:|harus memenuhi)", m)]
    assert all(len(m) < 260 for m in messages)


@pytest.mark.parametrize(
    ("stated", "unit", "accepted"),
    [
        ("14", "visits", True),  # 120 to 137 is 14.17 per cent
        ("14.2", "visits", True),
        ("14.17", "visits", True),
        ("14.1", "visits", False),
        ("14.2", "visitors", False),
        ("15", "visits", False),
        ("13", "visits", False),
    ],
)
def test_growth_agrees_as_far_as_its_source_states_it(
    stated: str, unit: str, accepted: bool, schema: Graph
) -> None:
    data = """
        @prefix cg: <https://w3id.org/rembug/ontology#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        @prefix x: <https://w3id.org/rembug/id/x/bad/> .
        x:one a cg:IndicatorObservation ; cg:indicator x:i ; cg:refArea x:p ;
            cg:refPeriod "2020"^^xsd:gYear ; cg:value 120 ; cg:unit x:visits .
        x:two a cg:IndicatorObservation ; cg:indicator x:i ; cg:refArea x:p ;
            cg:refPeriod "2021"^^xsd:gYear ; cg:value 137 ; cg:unit x:UNIT .
        x:growth a cg:GrowthStatement ; cg:baseObservation x:one ; cg:finalObservation x:two ;
            cg:statedPercent "STATED"^^xsd:decimal .
    """
    graph = Graph().parse(data=data.replace("UNIT", unit).replace("STATED", stated))
    results = gate.check(graph, Graph(), schema).results
    broken = {r.shape for r in results if r.focus_node == f"{BAD}growth"}
    assert (str(SHAPES.StatedGrowth) not in broken) == accepted


def test_two_numbers_for_one_place_and_time_are_both_right_in_units_that_differ(
    schema: Graph,
) -> None:
    data = """
        @prefix cg: <https://w3id.org/rembug/ontology#> .
        @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
        @prefix x: <https://w3id.org/rembug/id/x/bad/> .
    """
    for name, value, unit in (("one", 3, "x:rupiah"), ("two", 4, "x:dollar"), ("three", 4, "")):
        data += f"""x:{name} a cg:IndicatorObservation ; cg:indicator x:i ; cg:refArea x:p ;
            cg:refPeriod "2020"^^xsd:gYear ; cg:value {value} {unit and f"; cg:unit {unit}"} .
        """
    results = gate.check(Graph().parse(data=data), Graph(), schema).results
    pairs = {(r.focus_node, r.value) for r in results if r.shape == f"{SHAPES}OneValue"}
    assert pairs == {(f"{BAD}one", f"{BAD}three"), (f"{BAD}three", f"{BAD}one")}


def test_a_review_may_rest_on_every_kind_of_finding(schema: Graph) -> None:
    """A challenge is a finding by the ontology, whether its file says so or not."""
    prefixes = f"@prefix cg: <{CG}> . @prefix x: <{BAD}> . "
    told = "x:review a cg:ReviewFinding ; cg:agreeing x:one ; cg:disagreeing x:gone . "
    data = Graph().parse(data=prefixes + told + "x:one a cg:Challenge .", format="turtle")
    results = gate.check(data, Graph(), schema).results
    missed = [r.value for r in results if r.shape == f"{SHAPES}ReviewSources"]
    assert missed == [f"{BAD}gone"]
