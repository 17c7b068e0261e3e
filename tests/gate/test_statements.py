"""Who may say what: data speak of their own study's things, and of nothing that all share."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import OWL, RDF, RDFS, SKOS, Graph, Namespace, URIRef

from rembug import terms
from rembug.changes import studies, submissions, updates
from rembug.errors import Forbidden, Refused
from rembug.gate.hierarchies import cycles
from rembug.graph import KnowledgeGraph, Whole
from rembug.terms import CG

Add = Callable[[str], submissions.Commit]
E = Namespace("http://e/")
HEAD = "".join(f"@prefix {p}: <{n}> .\n" for p, n in terms.PREFIXES.items()) + (
    f"@prefix ag: <{terms.SCHEME}ansell-gash/> .\n@prefix deseve: <{terms.SCHEME}deseve/> .\n"
    "@prefix lain: <https://w3id.org/rembug/id/lain/> .\n"
    "@prefix study: <https://w3id.org/rembug/id/lain/study/> .\n"
    "@prefix scheme: <https://w3id.org/rembug/scheme/> .\n"
    "@prefix magetan: <https://w3id.org/rembug/id/magetan/> .\n"
)


@pytest.fixture(scope="module")
def lain(magetan_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    """The shipped study, and an empty one called `lain`."""
    folder = tmp_path_factory.mktemp("lain") / "store"
    shutil.copytree(magetan_store, folder)
    with KnowledgeGraph.own(str(folder)) as graph:
        study = studies.describe(
            "lain", title_en="Other", title_id="Lain", start="2020", end="2022"
        )
        submissions.submit(graph, [study])
        yield graph


@pytest.fixture
def add(lain: KnowledgeGraph, tmp_path: Path) -> Add:
    """Add Turtle to the study `lain`."""

    def added(turtle: str) -> submissions.Commit:
        file = tmp_path / "lain.ttl"
        file.write_text(HEAD + turtle)
        return submissions.add(lain, [file], "lain")

    return added


def refused(add: Add, turtle: str) -> list[str]:
    """The names of the shapes that keep Turtle out, each with its place and both languages."""
    with pytest.raises(Refused) as caught:
        add(turtle)
    violations = [r for r in caught.value.report.results if r.severity.name == "VIOLATION"]
    for result in violations:
        assert str(result.place).startswith("lain.ttl:")
        assert set(result.messages) == {"id", "en"}
    return [result.shape.removeprefix(str(terms.SHAPES)) for result in violations]


@pytest.mark.parametrize(
    "axiom",
    [
        "cg:Program owl:disjointWith cg:Collaboration .",
        "cg:Cooperative rdfs:subClassOf cg:Enterprise .",
        "lain:Mine rdfs:subClassOf cg:Enterprise .",
        "cg:about rdfs:domain cg:Program .",
        "<http://e/p> owl:inverseOf cg:about .",
        "cg:within a owl:FunctionalProperty .",
        "<http://e/C> a owl:Class .",
        "<http://e/C> a rdfs:Class .",
        "lain:x a [ a owl:Restriction ; owl:onProperty cg:about ; owl:allValuesFrom lain:y ] .",
        "rdfs:comment cg:accessRule access:restricted .",
        "[] owl:sourceIndividual lain:x ; owl:assertionProperty cg:about .",
    ],
)
def test_no_data_say_what_a_class_or_a_property_means(add: Add, axiom: str) -> None:
    told = refused(add, axiom)
    assert told.count("Individuals") >= 1
    assert set(told) <= {"Individuals", "Vocabulary"}  # a thing that is made a class is told too


@pytest.mark.parametrize(
    "said",
    [
        'ag:trust-building skos:prefLabel "something else"@en .',
        'cg:Program rdfs:label "Programme"@en-GB .',
        'skos:broader rdfs:label "wider"@en .',
        "ag:trust-building cg:influences ag:commitment-to-process .",
        'scheme:new a skos:ConceptScheme ; rdfs:label "new"@en .',
        'rating:excellent a cg:Rating ; skos:prefLabel "excellent"@en .',
        'lain:rating\\/best skos:inScheme scheme:rating ; skos:prefLabel "best"@en, "terbaik"@id .',
        'lain:code\\/a skos:narrower ag:trust-building ; skos:prefLabel "a"@en .',
        "lain:code\\/a owl:sameAs ag:trust-building .",
    ],
)
def test_no_data_change_what_all_studies_share(add: Add, said: str) -> None:
    assert "Shared" in refused(add, said)


def test_a_study_may_have_concepts_of_its_own_that_point_to_shared_ones(add: Add) -> None:
    commit = add(
        """lain:codebook\\/b a skos:ConceptScheme ; cg:inStudy study:lain ;
            rdfs:label "Buku"@id, "Book"@en .
        lain:theme\\/a a skos:Concept ; cg:inStudy study:lain ; skos:inScheme lain:codebook\\/b ;
            skos:broader ag:trust-building ; skos:closeMatch deseve:trust-among-participants ;
            skos:prefLabel "percaya"@id, "trust"@en ."""
    )
    assert commit.added


SUB = "<http://www.w3.org/2000/01/rdf-schema#subClassOf>"
STUDYS, LINKS = str(terms.GRAPH["lain/a"]), str(terms.links_graph("d"))
THEIRS = f"<http://e/A> {SUB} <http://e/B> .".encode()


@pytest.mark.parametrize("graph", ["http://e/g", STUDYS, LINKS, ""])
@pytest.mark.parametrize(
    "axiom",
    [
        f"<{CG.Program}> {SUB} <http://e/B> .",
        f"<http://e/A> {SUB} <{CG.Program}> .",
        f"_:a <{RDF.type}> <{OWL.AllDisjointClasses}> ; <{OWL.members}> _:l ."
        f"_:l <{RDF.first}> <{CG.Program}> ; <{RDF.rest}> <{RDF.nil}> .",
    ],
)
def test_an_axiom_about_our_terms_is_refused_wherever_it_is_written(
    lain: KnowledgeGraph, graph: str, axiom: str
) -> None:
    with pytest.raises(Refused, match="said only by the ontology"):
        said = Graph().parse(data=axiom, format="turtle").serialize(format="nt", encoding="utf-8")
        updates.put(lain, {URIRef(graph): said}, whole=True, file="PUT")


def test_somebody_elses_vocabulary_is_kept_in_graphs_of_no_study(lain: KnowledgeGraph) -> None:
    for graph in (STUDYS, LINKS):
        with pytest.raises(Refused, match="said only by the ontology"):
            updates.put(lain, {URIRef(graph): THEIRS}, whole=True, file="PUT")
    for graph in ("http://e/g", ""):
        assert updates.put(lain, {URIRef(graph): THEIRS}, whole=True, file="PUT").added


@pytest.mark.parametrize(
    "said",
    [
        'magetan:finding\\/growth rdfs:comment "no"@en .',
        "magetan:study\\/magetan cg:synthetic true .",
        "<https://w3id.org/rembug/graph/magetan/study> dcterms:creator lain:me .",
        "lain:actor\\/a a cg:Enterprise ; cg:inStudy magetan:study\\/magetan ;"
        ' rdfs:label "A"@id, "A"@en .',
        "<http://e/a> a cg:Enterprise ; cg:inStudy magetan:study\\/magetan ;"
        ' rdfs:label "A"@id, "A"@en .',
        "lain:actor\\/a owl:sameAs magetan:actor\\/regent .",
        "<https://w3id.org/rembug/id/nobody/finding/f> rdfs:seeAlso lain:me .",
        '<https://w3id.org/rembug/id/nobody/record/7> rdfs:comment "a row of nothing"@en .',
        '<https://w3id.org/rembug/id/nobody/dataset/nobody> rdfs:comment "nothing"@en .',
    ],
)
def test_a_study_speaks_for_no_other(add: Add, said: str) -> None:
    assert "OwnThings" in refused(add, said)


def test_a_study_names_no_row_of_another_study_which_has_none(add: Add) -> None:
    with pytest.raises(Forbidden, match="of which the study “magetan” makes nothing public"):
        add('magetan:record\\/7 a cg:Record ; rdfs:label "a study has no rows" .')


def test_a_study_points_to_others_and_describes_what_is_from_elsewhere(add: Add) -> None:
    label = 'rdfs:label "A"@id, "A"@en'
    commit = add(
        f"""lain:actor\\/d a cg:Enterprise ; cg:inStudy study:lain ; {label} ;
            skos:closeMatch magetan:actor\\/regent, <http://e/d> .
        <http://e/d> a cg:Enterprise ; cg:inStudy study:lain ; {label} .
        <https://w3id.org/rembug/id/list/dataset/list> a cg:LinkedDataset ; {label} .
        <https://w3id.org/rembug/id/list/record/7> a cg:Record ; cg:recordKey "7" ;
            cg:inDataset <https://w3id.org/rembug/id/list/dataset/list> ; rdfs:label "A" ."""
    )
    assert commit.added


def test_a_graph_of_no_study_has_no_rows_of_what_nobody_described(lain: KnowledgeGraph) -> None:
    row = '<https://w3id.org/rembug/id/nobody/record/7> <http://e/a> "a" .'
    with pytest.raises(Refused, match="dataset “nobody”, which nobody has described"):
        updates.put(lain, {URIRef("http://e/graph"): row.encode()}, whole=True, file="PUT")


def test_it_is_the_graph_that_counts_whichever_way_it_is_written(lain: KnowledgeGraph) -> None:
    finding = terms.thing("magetan", "finding", "growth")
    said = f'<{finding}> <{RDFS.comment}> "no"@en .'.encode()
    graph = terms.submission_graph("lain", "about-others")
    for iri in (graph, terms.restricted(graph)):
        for whole in (True, False):
            with pytest.raises(Refused, match="is of the study “magetan”"):
                updates.put(lain, {iri: said}, whole=whole, file="PUT")
    own = terms.submission_graph("magetan", "comment")
    assert updates.put(lain, {own: said}, whole=True, file="PUT").added == (own,)


@pytest.mark.parametrize(
    ("said", "shape"),
    [
        ('lain:c\\/a skos:prefLabel "a"@en, "b"@en .', "OnePreferredLabel"),
        ('lain:c\\/a skos:prefLabel "a"@en ; skos:altLabel "a"@en .', "ConceptLabels"),
        ('lain:c\\/a skos:altLabel "a"@en ; skos:hiddenLabel "a"@en .', "OtherLabels"),
        (
            "lain:c\\/a skos:broader lain:c\\/b . lain:c\\/b skos:broader lain:c\\/c ;"
            " skos:related lain:c\\/x . lain:c\\/a skos:related lain:c\\/c .",
            "RelatedIsNotBroader",
        ),
        ("lain:c\\/a skos:exactMatch <http://e/b> ; skos:broadMatch <http://e/b> .",
         "ExactIsNotBroader"),
        ("lain:c\\/a a skos:Concept, skos:ConceptScheme .", "Consistent"),
        ("lain:c\\/a skos:broader lain:c\\/b . lain:c\\/a skos:narrower lain:c\\/b .", "Hierarchy"),
        ("lain:c\\/a skos:broader lain:c\\/a .", "Hierarchy"),
    ],
)  # fmt: skip
def test_what_skos_asks_of_concepts_is_asked(add: Add, said: str, shape: str) -> None:
    assert shape in refused(add, said)


@pytest.mark.parametrize(
    "said",
    [
        "lain:k\\/a a <http://www.daml.org/2001/03/daml+oil#Ontology> .",
        "lain:k\\/a <http://www.daml.org/2001/03/daml+oil#imports> <http://127.0.0.1:9/x.owl> .",
        "lain:r\\/a a <http://www.w3.org/2003/11/swrl#Imp> .",
    ],
)
def test_rules_and_imports_of_other_logics_are_axioms_too(add: Add, said: str) -> None:
    """A reasoner would follow them, and fetch what is imported."""
    assert "Individuals" in refused(add, said)


def test_a_cycle_is_found_whichever_file_closes_it(add: Add) -> None:
    place = "a cg:Place ; cg:inStudy study:lain ; rdfs:label 'A'@id, 'A'@en"
    add(f"lain:place\\/a {place} ; cg:within lain:place\\/b . lain:place\\/b {place} .")
    assert "Hierarchy" in refused(add, "lain:place\\/b cg:within lain:place\\/a .")


@given(edges=st.sets(st.tuples(st.sampled_from("abcdef"), st.sampled_from("abcdef")), max_size=12))
def test_what_is_above_itself_is_found_and_nothing_else(edges: set[tuple[str, str]]) -> None:
    graph = Graph()
    for lower, higher in edges:
        graph.add((E[lower], SKOS.broader, E[higher]))
    found = {r.focus_node for r in cycles(graph, Whole(graph), {})}

    def above(node: URIRef) -> set[URIRef]:
        return {n for up in graph.objects(node, SKOS.broader)
                for n in graph.transitive_objects(up, SKOS.broader)}  # fmt: skip

    circling = {node for node in graph.subjects() if node in above(node)}
    # What lies between two circles is on none, and is told with them: it is part of the knot.
    assert {str(node) for node in circling} <= found
    assert circling or not found


def test_the_shipped_ontology_has_what_skos_asks(lain: KnowledgeGraph) -> None:
    assert submissions.check(lain).conforms


@pytest.mark.parametrize(
    "graph", ["", "http://e/g", str(terms.GRAPH["posted/x"]), str(terms.links_graph("d"))]
)
def test_a_graph_of_no_study_speaks_for_none(lain: KnowledgeGraph, graph: str) -> None:
    program = terms.thing("magetan", "program", "empowerment")
    said = f'<{program}> <{RDFS.comment}> "as others see it"@en .'.encode()
    with pytest.raises(Refused, match="in a graph of “magetan”"):
        updates.put(lain, {URIRef(graph): said}, whole=False, file="POST")
    about = f"<http://e/a> <{RDFS.seeAlso}> <{program}> .".encode()
    assert updates.put(lain, {URIRef(graph): about}, whole=False, file="POST").added


@pytest.mark.parametrize("name", ["store/unnamed", "inferred/x", "staged/a", "ontology/restricted"])
def test_a_name_that_rembug_uses_itself_is_no_graph_of_others(
    lain: KnowledgeGraph, name: str
) -> None:
    with pytest.raises(Forbidden, match="Rembug itself keeps"):
        updates.put(lain, {terms.GRAPH[name]: THEIRS}, whole=True, file="PUT")
