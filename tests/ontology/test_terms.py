"""Every term says what it means, in both languages, and where it comes from."""

import re
from collections.abc import Iterable
from itertools import pairwise
from pathlib import Path

import pytest
from rdflib import DCTERMS, OWL, RDF, RDFS, SH, SKOS, XSD, BNode, Graph, Namespace, URIRef
from rdflib.term import Node

from rembug import settings, terms

KINDS = (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
EDTF = str(terms.EDTF)  # a datatype of the Library of Congress, of which no vocabulary is here
BUILT_IN = (str(RDF), str(RDFS), str(OWL), str(XSD), EDTF)
SCHEMA = "https://schema.org/"
NAMES_TERMS = (
    *(RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range),
    *(OWL.inverseOf, OWL.onProperty, OWL.someValuesFrom, OWL.equivalentClass, OWL.disjointWith),
    *(URIRef(SCHEMA + "domainIncludes"), URIRef(SCHEMA + "rangeIncludes")),
)


def declared(graph: Graph) -> set[Node]:
    return {s for kind in KINDS for s in graph.subjects(RDF.type, kind)}


def own(graph: Graph) -> set[URIRef]:
    return {s for s in graph.subjects(RDF.type) if isinstance(s, URIRef) and s in terms.CG}


def concepts(graph: Graph) -> set[URIRef]:
    wanted = (SKOS.Concept, terms.CG.Proposition, terms.CG.Condition)
    return {s for kind in wanted for s in graph.subjects(RDF.type, kind) if isinstance(s, URIRef)}


def languages(graph: Graph, subject: Node, predicate: URIRef) -> list[str | None]:
    return sorted(getattr(o, "language", None) or "" for o in graph.objects(subject, predicate))


def without(graph: Graph, subjects: Iterable[URIRef], predicate: URIRef) -> list[str]:
    return [s for s in sorted(subjects) if languages(graph, s, predicate) != ["en", "id"]]


def test_every_term_has_a_label_and_a_definition_in_both_languages(ontology: Graph) -> None:
    assert len(own(ontology)) > 150
    assert without(ontology, own(ontology), RDFS.label) == []
    assert without(ontology, own(ontology), SKOS.definition) == []


def test_every_concept_has_a_label_and_a_definition_in_both_languages(ontology: Graph) -> None:
    assert len(concepts(ontology)) > 110
    assert without(ontology, concepts(ontology), SKOS.prefLabel) == []
    assert without(ontology, concepts(ontology), SKOS.definition) == []


@pytest.mark.parametrize("predicate", [DCTERMS.source, RDFS.isDefinedBy])
def test_every_term_and_concept_says_where_it_comes_from(
    ontology: Graph, predicate: URIRef
) -> None:
    named = own(ontology) | concepts(ontology)
    assert [s for s in sorted(named) if (s, predicate, None) not in ontology] == []


def test_every_class_and_property_has_an_example(ontology: Graph) -> None:
    named = {s for s in own(ontology) if s in declared(ontology)}
    assert [s for s in sorted(named) if (s, SKOS.example, None) not in ontology] == []


def test_a_definition_is_one_sentence(ontology: Graph) -> None:
    longer = [
        str(d)
        for s in own(ontology) | concepts(ontology)
        for d in ontology.objects(s, SKOS.definition)
        if not str(d).endswith(".") or re.search(r"\. [A-Z]", str(d))
    ]
    assert longer == []


def test_no_two_concepts_of_a_scheme_share_a_label(ontology: Graph) -> None:
    seen: dict[tuple[Node, str, str | None], Node] = {}
    for concept, scheme in ontology.subject_objects(SKOS.inScheme):
        for label in ontology.objects(concept, SKOS.prefLabel):
            key = (scheme, str(label), getattr(label, "language", None))
            assert seen.setdefault(key, concept) == concept


def test_every_term_that_the_ontology_uses_is_declared(ontology: Graph) -> None:
    used = set(ontology.predicates()) | set(ontology.objects(None, RDF.type))
    for predicate in NAMES_TERMS:
        used |= set(ontology.objects(None, predicate))
    undeclared = {
        u for u in used if isinstance(u, URIRef) and not str(u).startswith(BUILT_IN)
    } - declared(ontology)
    assert undeclared == set()


def test_no_term_is_of_two_kinds(ontology: Graph) -> None:
    kinds = {
        s: sorted(k for k in KINDS if (s, RDF.type, k) in ontology) for s in declared(ontology)
    }
    assert {s: k for s, k in kinds.items() if len(k) > 1} == {}


def test_every_module_and_scheme_is_imported_and_says_its_version(ontology: Graph) -> None:
    headers = set(ontology.subjects(RDF.type, OWL.Ontology))
    imported = set(ontology.objects(terms.ONTOLOGY, OWL.imports))
    frameworks = set(ontology.subjects(RDF.type, terms.CG.Framework))
    assert imported == headers - frameworks - {terms.ONTOLOGY}
    for header in headers:
        assert list(ontology.objects(header, OWL.versionIRI)) == [URIRef(f"{header}/0.1.0")]
        assert languages(ontology, header, DCTERMS.title) == ["en", "id"]
        assert (
            header,
            DCTERMS.license,
            URIRef("https://creativecommons.org/licenses/by/4.0/"),
        ) in ontology


def texts() -> list[Path]:
    root = settings.queries_dir().parent
    folders = (settings.queries_dir(), settings.shapes_dir(), settings.data_dir(), root / "src")
    return [
        file
        for folder in folders
        for file in folder.rglob("*")
        if file.suffix in {".rq", ".ttl", ".trig", ".py", ".html"}
    ]


def test_every_term_of_ours_used_in_data_shapes_queries_and_code_is_declared(
    ontology: Graph,
) -> None:
    known = {str(s).removeprefix(str(terms.CG)) for s in own(ontology)}
    used = {
        name: file.name
        for file in texts()
        for name in re.findall(
            r"(?:(?<![\w-])cg:|\bCG\.|rembug/ontology#)([A-Za-z]\w*)",
            file.read_text(encoding="utf-8"),
        )
    }
    assert used, "nothing was searched"
    assert {name: file for name, file in used.items() if name not in known} == {}


def test_every_concept_used_in_data_and_shapes_exists(ontology: Graph) -> None:
    known = concepts(ontology) | set(ontology.subjects(RDF.type, SKOS.OrderedCollection))
    known |= {s for s in ontology.subjects(RDF.type, SKOS.ConceptScheme) if isinstance(s, URIRef)}
    folders = (settings.data_dir(), settings.shapes_dir())
    used = {
        term
        for folder in folders
        for file in folder.rglob("*.ttl")
        for triple in Graph().parse(file)
        for term in triple
        if isinstance(term, URIRef) and term in terms.SCHEME
    }
    assert used, "nothing was searched"
    assert used - known == set()


def test_what_informants_said_and_who_they_are_is_marked_as_restricted(ontology: Graph) -> None:
    marked = set(ontology.subjects(terms.CG.accessRule, terms.ACCESS.restricted))
    words = {terms.OA.exact, terms.OA.prefix, terms.OA.suffix}
    assert marked == words | {terms.CG.realName, terms.CG.contact, terms.CG.content}


def test_the_ratings_are_numbered_in_order(ontology: Graph) -> None:
    names = ["very-weak", "weak", "fair", "good", "very-good"]
    values = [int(str(ontology.value(terms.RATING[n], terms.CG.ratingValue))) for n in names]
    assert all(a < b for a, b in pairwise(values))
    assert ontology.value(terms.RATING["not-assessed"], terms.CG.ratingValue) is None


def test_a_property_between_things_infers_no_type_of_data(ontology: Graph) -> None:
    """The shapes could not see a missing type that the ontology supplied."""
    for predicate in (RDFS.domain, RDFS.range):
        for prop, kind in ontology.subject_objects(predicate):
            assert not isinstance(kind, BNode)
            assert kind == terms.CG.FrameworkElement or str(kind).startswith(BUILT_IN), prop


def test_the_ontology_speaks_of_every_datatype_that_a_shape_takes(ontology: Graph) -> None:
    shapes = Graph()
    for file in (Path(__file__).parents[2] / "shapes").glob("*.ttl"):
        shapes.parse(file)
    said, lacking = Namespace(terms.PREFIXES["schema"]).rangeIncludes, set()
    for shape, path in shapes.subject_objects(SH.path):
        ways = [w for some in shapes.objects(shape, SH["or"]) for w in shapes.items(some)]
        taken = {d for way in (shape, *ways) for d in shapes.objects(way, SH.datatype)}
        known = set(ontology.objects(path, said))
        if XSD.decimal in known:  # whose values integers are
            known.add(XSD.integer)
        if known:
            lacking |= {(path, datatype) for datatype in taken - known}
    assert lacking == set()
