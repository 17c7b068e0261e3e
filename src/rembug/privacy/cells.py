"""Small cells: where few informants have a position and an actor, both together tell who it is.

Then the position is for researchers alone. How many make a cell large enough the study says
(`cg:smallestCell`); 1 is a study's word that it wants positions public.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import product
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.graph import (
    OBJECT,
    PREDICATE,
    SUBJECT,
    UNNAMED,
    Change,
    Content,
    KnowledgeGraph,
    Reader,
    Role,
    Scope,
    Triple,
    graph_of,
    n_triples,
)
from rembug.privacy import put, restricted_part
from rembug.terms import CG

SMALLEST: Final = 3
"""The fewest informants of one position and actor whose position is public, if no study says."""

_TELLING: Final = (CG.position, CG.speaksFor, CG.smallestCell)


def suppressing(graph: KnowledgeGraph, change: Change) -> Change:
    """A change, with the positions that would be public in small cells in the restricted parts.

    Cells of the studies are looked at whose informants or whose smallest cell it alters; so a
    position that was public moves when others leave its cell. Then the versions from before are
    forgotten, as when a consent is narrowed. What is restricted does not come back by itself.

    Args:
        graph: what is changed.
        change: to graphs of data.

    Raises:
        Forbidden: a position would move that is in a graph that has no restricted part.
    """
    parts = (change.replace, change.append, change.remove)
    written = {*change.drop, *(iri for part in parts for iri in part)} - terms.KEPT_BY_REMBUG
    before = {iri: _stored(graph, Scope(only=frozenset({str(iri)}))) for iri in written}
    after = {iri: _after(change, iri, before[iri]) for iri in written}
    altered = {t for iri in written for t in before[iri] ^ after[iri]}
    if not altered:
        return change
    elsewhere = Scope(without=frozenset(map(str, written | terms.KEPT_BY_REMBUG)))
    here = set().union(*before.values(), *after.values())
    studies = {terms.study_of(str(s)) for s, _, _ in altered}
    actors: set[Node] | None = None
    if any(p == CG.smallestCell for _, p, _ in altered):
        stored = _stored(graph, elsewhere)
    else:
        actors, stored = _mates(graph.reader(elsewhere), altered, here, studies)
    small = _small(stored.union(*after.values()), studies, actors)
    whole, append, remove = dict(change.replace), dict(change.append), dict(change.remove)
    moved = False
    public = (graph.graphs(Role.PUBLIC) | {UNNAMED} | written) - terms.KEPT_BY_REMBUG
    for iri in public if small else ():
        if terms.is_restricted(iri):
            continue
        if iri in written:
            held = small & after[iri]
        else:
            held = graph.reader(Scope(only=frozenset({str(iri)}))).holding(small)
        if not held:
            continue
        closed = restricted_part(iri)
        for part in (whole, append):
            if iri in part:
                part[iri] = _without(part[iri], held)
        if was := held & before.get(iri, held):
            moved = True  # though it may come in anew with what replaces the graph
            if iri not in whole:
                put(remove, iri, _graph(was))
        put(whole if closed in whole else append, closed, _graph(held))
    return replace(
        change, replace=whole, append=append, remove=remove, forget=change.forget or moved
    )


def _mates(
    reader: Reader, altered: set[Triple], here: set[Triple], studies: Collection[str | None]
) -> tuple[set[Node], set[Triple]]:
    """The actors of some informants, and what is stored of all who speak for those."""
    who = {s for s, _, _ in altered}
    speaking = {t for t in here if t[1] == CG.speaksFor}
    actors = {a for s, _, a in speaking if s in who}
    actors |= {a for _, _, a in reader.matching(SUBJECT, who, CG.speaksFor)}
    found = set(reader.matching(OBJECT, actors, CG.speaksFor))
    mates = who | {s for s, _, a in found | speaking if a in actors}
    found |= set(reader.matching(SUBJECT, mates, CG.position))
    settings = {terms.study(study) for study in studies if study is not None}
    return actors, found | set(reader.matching(SUBJECT, settings, CG.smallestCell))


def _small(
    facts: Iterable[Triple], studies: set[str | None], among: Collection[Node] | None
) -> set[Triple]:
    """The positions in cells that are smaller than their study's smallest.

    Args:
        facts: all that is told of who speaks for the actors.
        studies: slugs of those that are looked at.
        among: the actors that are looked at; None for all.
    """
    told: dict[Node, dict[Node, set[Node]]] = {p: defaultdict(set) for p in _TELLING}
    for subject, predicate, value in facts:
        told[predicate][subject].add(value)
    smallest = {
        terms.study_of(str(study)): max(
            (int(v.value) for v in values if isinstance(v, Literal) and isinstance(v.value, int)),
            default=SMALLEST,
        )
        for study, values in told[CG.smallestCell].items()
    }
    cells: dict[tuple[str | None, Node, Node | None], set[Node]] = defaultdict(set)
    for informant, positions in told[CG.position].items():
        study = terms.study_of(str(informant))
        actors: set[Node | None] = {*told[CG.speaksFor].get(informant, ())} or {None}
        if among is not None:
            actors = {actor for actor in actors if actor is None or actor in among}
        for position, actor in product(positions, actors) if study in studies else ():
            cells[study, position, actor].add(informant)
    return {
        (informant, CG.position, position)
        for (study, position, _), informants in cells.items()
        if len(informants) < smallest.get(study, SMALLEST)
        for informant in informants
    }


def _stored(graph: KnowledgeGraph, scope: Scope) -> set[Triple]:
    reader = graph.reader(scope)
    return {triple for p in _TELLING for triple in reader.matching(PREDICATE, [p])}


def _after(change: Change, iri: URIRef, before: set[Triple]) -> set[Triple]:
    """What a graph tells after a change, of what it told before."""
    gone = iri in change.drop or iri in change.replace
    kept = set() if gone else before - _told(change.remove.get(iri, b""))
    return kept | _told(change.replace.get(iri, b"")) | _told(change.append.get(iri, b""))


def _told(content: Content) -> set[Triple]:
    if not isinstance(content, Graph):
        text = n_triples(content)
        if not any(str(p) in text for p in _TELLING):
            return set()
        content = graph_of(text.encode())
    return {triple for p in _TELLING for triple in content.triples((None, p, None))}


def _without(content: Content, triples: Iterable[Triple]) -> Content:
    left = graph_of(content)
    for triple in triples:
        left.remove(triple)
    return left


def _graph(triples: Iterable[Triple]) -> Graph:
    made = Graph()
    for triple in triples:
        made.add(triple)
    return made
