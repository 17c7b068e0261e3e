"""The graph of what follows from the public data, kept true at the cost of each change.

Provenance says by which rules it is complete (`cg:entailedBy`). Where it does not say so, or the
change alters the axioms, everything is concluded anew. So it is while the data speaks of things
without names: what follows about those is concluded with, but not kept.
"""

from dataclasses import dataclass
from typing import Final

from rdflib import RDF, Graph, Literal, URIRef

from rembug import reasoning, terms
from rembug.edits import AT_ONCE, NOT_SAID
from rembug.gate import Edit
from rembug.graph import (
    OBJECT,
    PREDICATE,
    SUBJECT,
    UNNAMED,
    Content,
    KnowledgeGraph,
    Reader,
    Role,
    Scope,
    Whole,
    as_kept,
    as_triples,
    batches,
    growing,
)
from rembug.terms import CG

_INFERRED: Final = Scope(only=frozenset({str(terms.INFERRED)}))
_PROVENANCE: Final = Scope(only=frozenset({str(terms.PROVENANCE)}))


@dataclass(frozen=True)
class Inferences:
    """What a change does to what is kept as inferred.

    Attributes:
        gone: what goes from the inferred graph.
        come: what comes into it.
        marks: what goes from the provenance graph and what comes into it, to say by which rules it
            is complete.
    """

    gone: Graph
    come: Graph
    marks: tuple[Graph, Graph]


def inferences(
    graph: KnowledgeGraph, edit: Edit, ontology: Content | None = None, *, anew: bool = False
) -> Inferences:
    """What a change does to what is kept as inferred.

    Args:
        graph: what is changed.
        edit: what the change does to the public data and the ontology.
        ontology: the new one, if the change replaces it.
        anew: whether to conclude everything anew in any case.
    """
    axioms = _axioms(edit.after)
    rules = reasoning.derive(axioms)
    mute = reasoning.terms_of(axioms)
    by, now = reasoning.Rules(rules, mute), reasoning.digest(rules, mute)
    told = graph.reader(_PROVENANCE).matching(SUBJECT, [terms.PROVENANCE], CG.entailedBy)
    marked = {str(value) for _, _, value in told}
    if not anew and marked == {now} and all(map(reasoning.is_named, edit.added)):
        kept = graph.reader(_INFERRED)
        gone, come = reasoning.changed(by, edit.before, kept, edit.removed, edit.added)
        return Inferences(gone, come, (Graph(), Graph()))
    said = _said(graph, edit)
    gone, come = _anew(graph, reasoning.entailed(by, Whole(said)))
    schema = graph.read([terms.ONTOLOGY_GRAPH]) if ontology is None else as_kept(ontology)
    named = all(reasoning.is_named(triple) or triple in schema for triple in said)
    marks = {now} if named else set()
    return Inferences(gone, come, (_marks(marked - marks), _marks(marks - marked)))


def _axioms(data: Reader) -> Graph:
    axioms = Graph()
    for predicate in reasoning.AXIOMS:
        for triple in data.matching(PREDICATE, [predicate]):
            axioms.add(triple)
    for triple in data.matching(OBJECT, reasoning.KINDS | reasoning.TERMS, RDF.type):
        axioms.add(triple)
    return axioms


def _said(graph: KnowledgeGraph, edit: Edit) -> Graph:
    """All that everyone can read and somebody states, as it will be."""
    said = growing()
    scope = Scope(without=NOT_SAID, restricted=False)
    for iri in graph.graphs(Role.PUBLIC) | {UNNAMED}:
        if str(iri) in scope:
            for triple in as_triples(graph.triples(URIRef(iri))):
                said.add(triple)
    for triple in edit.removed:
        said.remove(triple)
    for triple in edit.added:
        said.add(triple)
    return said


def _anew(graph: KnowledgeGraph, found: Graph) -> tuple[Graph, Graph]:
    """How what is inferred now differs from what is kept."""
    gone, come = growing(), growing()
    for triple in as_triples(graph.triples(terms.INFERRED)):
        if triple not in found:
            gone.add(triple)
    kept = graph.reader(_INFERRED)
    for some in batches(found, AT_ONCE):
        for triple in set(some) - kept.holding(some):
            if reasoning.is_named(triple):
                come.add(triple)
    return gone, come


def _marks(digests: set[str]) -> Graph:
    marks = Graph()
    for digest in digests:
        marks.add((terms.PROVENANCE, CG.entailedBy, Literal(digest)))
    return marks
