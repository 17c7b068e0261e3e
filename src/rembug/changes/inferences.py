"""The graph of what follows from the public data, kept true at the cost of each change.

Provenance says by which rules it is complete (`cg:entailedBy`). Where it does not say so, or the
change alters the axioms, everything is concluded anew. So it is while the data speaks of things
without names: what follows about those is concluded with, but not kept.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Final

from rdflib import RDF, Graph, Literal, URIRef

from rembug import reasoning, terms
from rembug.changes.edits import AT_ONCE, NOT_SAID, Edits
from rembug.gate import Edit
from rembug.graph import (
    OBJECT,
    PREDICATE,
    SUBJECT,
    UNNAMED,
    Content,
    Edited,
    KnowledgeGraph,
    Merged,
    Reader,
    Role,
    Scope,
    Whole,
    as_kept,
    as_triples,
    batches,
    spilling_graph,
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
        axioms: those that it was concluded by.
        rules: what they come to.
    """

    gone: Graph
    come: Graph
    marks: tuple[Graph, Graph]
    axioms: Graph
    rules: reasoning.Rules


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
        return Inferences(gone, come, (Graph(), Graph()), axioms, by)
    said = _said(graph, edit)
    gone, come = _anew(graph, reasoning.entailed(by, Whole(said)))
    schema = graph.read([terms.ONTOLOGY_GRAPH]) if ontology is None else as_kept(ontology)
    named = all(reasoning.is_named(triple) or triple in schema for triple in said)
    marks = {now} if named else set()
    changed = _marks(marked - marks), _marks(marks - marked)
    return Inferences(gone, come, changed, axioms, by)


def contradictions(
    graph: KnowledgeGraph, found: Edits, follows: Inferences
) -> Iterator[reasoning.Contradiction]:
    """What a change makes so that it cannot be, if all could be before.

    Restricted statements are concluded from here too, as far as they are about what the change
    speaks of; nothing of it is kept.

    Args:
        graph: what is changed.
        found: what the change does.
        follows: what it does to what is inferred.
    """
    whole = found.whole
    kept = Edited(graph.reader(_INFERRED), follows.gone, Whole(follows.come))
    facts = Merged(whole.after, kept)
    closed = spilling_graph()
    for some in batches(whole.added, AT_ONCE):
        spoken_of = {n for t in some for n in (t[SUBJECT], t[OBJECT]) if isinstance(n, URIRef)}
        said = set(whole.after.matching(SUBJECT, spoken_of))
        for triple in said - found.public.after.holding(said):
            closed.add(triple)
    more = reasoning.following(follows.rules, closed, facts)
    new = chain(whole.added, follows.come, more)
    yield from reasoning.Prohibitions(follows.axioms).broken(new, Merged(facts, Whole(more)))


def contradictions_in(*graphs: Graph) -> Iterator[reasoning.Contradiction]:
    """What cannot be of what graphs say together, the ontology among them."""
    said = Whole(*graphs)
    axioms = _axioms(said)
    rules = reasoning.Rules(reasoning.derive(axioms), reasoning.terms_of(axioms))
    inferred = reasoning.entailed(rules, said)
    facts = Merged(said, Whole(inferred))
    yield from reasoning.Prohibitions(axioms).broken(chain(said, inferred), facts)


def _axioms(data: Reader) -> Graph:
    axioms = Graph()
    for predicate in reasoning.AXIOMS | reasoning.FORBIDDING:
        for triple in data.matching(PREDICATE, [predicate]):
            axioms.add(triple)
    kinds = reasoning.KINDS | reasoning.TERMS | reasoning.FORBIDDING_KINDS
    for triple in data.matching(OBJECT, kinds, RDF.type):
        axioms.add(triple)
    return axioms


def _said(graph: KnowledgeGraph, edit: Edit) -> Graph:
    """All that everyone can read and somebody states, as it will be."""
    said = spilling_graph()
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
    gone, come = spilling_graph(), spilling_graph()
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
