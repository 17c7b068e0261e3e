"""The graphs of what follows from the data, kept true at the cost of each change.

What follows from public statements is public. What follows only with restricted ones is in a graph
that is restricted itself; it is concluded on top of the public one, so that nothing is in both.

Provenance says by which rules they are complete (`cg:entailedBy`). Where it does not say so, or the
change alters the axioms, everything is concluded anew. So it is while the data speaks of things
without names: what follows about those is concluded with, but not kept.
"""

from collections.abc import Iterable, Iterator, Mapping
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
    Triple,
    Whole,
    as_kept,
    as_triples,
    batches,
    graph_of,
    lines_of,
    spilling_graph,
)
from rembug.terms import CG

_INFERRED: Final = Scope(only=frozenset({str(terms.INFERRED)}))
_RESTRICTED: Final = Scope(only=frozenset({str(terms.INFERRED_RESTRICTED)}))
_ONTOLOGY: Final = Scope(only=frozenset({str(terms.ONTOLOGY_GRAPH)}))
_PROVENANCE: Final = Scope(only=frozenset({str(terms.PROVENANCE)}))
_LAYERS: Final = "2"  # what is in which graph; another number has everything concluded anew


@dataclass(frozen=True)
class Inferences:
    """What a change does to what is kept as inferred, and to what provenance says of that.

    Attributes:
        gone: graphs with the triples that go.
        come: graphs with the triples that come.
        axioms: those that it was concluded by.
        rules: what they come to.
    """

    gone: Mapping[URIRef, Graph]
    come: Mapping[URIRef, Graph]
    axioms: Graph
    rules: reasoning.Rules


def inferences(
    graph: KnowledgeGraph, found: Edits, ontology: Content | None = None, *, anew: bool = False
) -> Inferences:
    """What a change does to what is kept as inferred.

    Args:
        graph: what is changed.
        found: what the change does to the data and the ontology.
        ontology: the new one, if the change replaces it.
        anew: whether to conclude everything anew in any case.
    """
    said = graph.reader(_ONTOLOGY) if ontology is None else Whole(graph_of(ontology))
    axioms = _axioms(said)
    rules = reasoning.derive(axioms)
    mute = reasoning.terms_of(axioms)
    by, now = reasoning.Rules(rules, mute), f"{reasoning.digest(rules, mute)}-{_LAYERS}"
    told = graph.reader(_PROVENANCE).matching(SUBJECT, [terms.PROVENANCE], CG.entailedBy)
    marked = {str(value) for _, _, value in told}
    added = (*found.public.added, *found.whole.added)
    if not anew and marked == {now} and all(map(reasoning.is_named, added)):
        public = _changed(by, graph.reader(_INFERRED), found.public)
        restricted = _changed(by, graph.reader(_RESTRICTED), _on_top(graph, found.whole, *public))
        return _inferences(public, restricted, (Graph(), Graph()), axioms, by)
    schema = graph.read([terms.ONTOLOGY_GRAPH]) if ontology is None else as_kept(ontology)
    closure = reasoning.Closure(rules, mute)
    public = _anew(graph, terms.INFERRED, closure.add(_said(graph, found.public, Role.PUBLIC)))
    whole = _said(graph, found.whole, Role.RESEARCHER)
    restricted = _anew(graph, terms.INFERRED_RESTRICTED, closure.add(whole))
    ontology_lines = set(lines_of(schema))
    nameless = (line for line in whole if b"_:" in line and line not in ontology_lines)
    named = all(map(reasoning.is_named, as_triples(b"\n".join(nameless))))
    marks = {now} if named else set()
    changed = _marks(marked - marks), _marks(marks - marked)
    return _inferences(public, restricted, changed, axioms, by)


def contradictions(
    graph: KnowledgeGraph, found: Edits, follows: Inferences
) -> Iterator[reasoning.Contradiction]:
    """What a change makes so that it cannot be, if all could be before.

    Args:
        graph: what is changed.
        found: what the change does.
        follows: what it does to what is inferred.
    """
    kept = (
        Edited(graph.reader(scope), follows.gone[iri], Whole(follows.come[iri]))
        for iri, scope in ((terms.INFERRED, _INFERRED), (terms.INFERRED_RESTRICTED, _RESTRICTED))
    )
    facts = Merged(found.whole.after, *kept)
    come = (follows.come[iri] for iri in (terms.INFERRED, terms.INFERRED_RESTRICTED))
    new, by = chain(found.whole.added, *come), reasoning.Prohibitions(follows.axioms)
    yield from reasoning.broken(by, new, facts, follows.rules)


def contradictions_in(ontology: Graph, *data: Graph) -> Iterator[reasoning.Contradiction]:
    """What cannot be of what graphs say together with an ontology."""
    said, axioms = Whole(ontology, *data), _axioms(Whole(ontology))
    rules, mute = reasoning.derive(axioms), reasoning.terms_of(axioms)
    inferred = reasoning.entailed(reasoning.Closure(rules, mute), said)
    new, facts = chain(said, inferred), Merged(said, Whole(inferred))
    by = reasoning.Prohibitions(axioms)
    yield from reasoning.broken(by, new, facts, reasoning.Rules(rules, mute))


_Change = tuple[Graph, Graph]
"""What goes from a graph, and what comes into it."""


def _inferences(
    public: _Change, restricted: _Change, marks: _Change, axioms: Graph, by: reasoning.Rules
) -> Inferences:
    graphs = (terms.INFERRED, terms.INFERRED_RESTRICTED, terms.PROVENANCE)
    gone, come = zip(public, restricted, marks, strict=True)
    return Inferences(
        dict(zip(graphs, gone, strict=True)), dict(zip(graphs, come, strict=True)), axioms, by
    )


def _changed(by: reasoning.Rules, kept: Reader, edit: Edit) -> _Change:
    return reasoning.changed(by, edit.before, kept, edit.removed, edit.added)


def _on_top(graph: KnowledgeGraph, whole: Edit, gone: Graph, come: Graph) -> Edit:
    """What a change does to all that is said together with what follows from the public part of it.

    Args:
        graph: what is changed.
        whole: what the change does to all that is said.
        gone: what no longer follows from the public part.
        come: what follows from it now.
    """
    inferred, removed, added = graph.reader(_INFERRED), spilling_graph(), spilling_graph()
    _put(removed, whole.removed, Edited(inferred, gone, Whole(come)))
    _put(removed, gone, whole.after)
    _put(added, whole.added, inferred)
    _put(added, come, whole.before)
    return Edit(Merged(whole.before, inferred), removed, Whole(added))


def _put(graph: Graph, triples: Iterable[Triple], elsewhere: Reader) -> None:
    """Add triples that are not elsewhere."""
    for some in batches(triples, AT_ONCE):
        for triple in set(some) - elsewhere.holding(some):
            graph.add(triple)


def _axioms(ontology: Reader) -> Graph:
    """The axioms, which are the ontology's alone: data speak of individuals.

    What looks like one in a graph of no study is somebody's vocabulary, kept to be read.
    """
    axioms = Graph()
    for predicate in reasoning.AXIOMS | reasoning.FORBIDDING:
        for triple in ontology.matching(PREDICATE, [predicate]):
            axioms.add(triple)
    kinds = reasoning.KINDS | reasoning.TERMS | reasoning.FORBIDDING_KINDS
    for triple in ontology.matching(OBJECT, kinds, RDF.type):
        axioms.add(triple)
    return axioms


def _said(graph: KnowledgeGraph, edit: Edit, role: Role) -> set[bytes]:
    """All that a role can read and somebody states, as it will be, in lines of N-Triples."""
    said: set[bytes] = set()
    scope = Scope(without=NOT_SAID)
    for iri in graph.graphs(role) | {UNNAMED}:
        if str(iri) in scope:
            said.update(graph.triples(URIRef(iri)).splitlines())
    said.difference_update(lines_of(edit.removed))
    said.update(lines_of(edit.added))
    return said


def _anew(graph: KnowledgeGraph, iri: URIRef, found: Iterable[bytes]) -> _Change:
    """How what is inferred now, in lines of N-Triples, differs from what a graph keeps."""
    kept, now = set(graph.triples(iri).splitlines()), set(found)
    gone, come = spilling_graph(), spilling_graph()
    for triple in as_triples(b"\n".join(kept - now)):
        gone.add(triple)
    for triple in as_triples(b"\n".join(now - kept)):
        if reasoning.is_named(triple):
            come.add(triple)
    return gone, come


def _marks(digests: set[str]) -> Graph:
    marks = Graph()
    for digest in digests:
        marks.add((terms.PROVENANCE, CG.entailedBy, Literal(digest)))
    return marks
