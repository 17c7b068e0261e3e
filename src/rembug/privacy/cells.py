"""Small cells: where few informants have a position and an actor, both together tell who it is.

Then the position is for researchers alone. How many make a cell large enough the study says
(`cg:smallestCell`); 1 is a study's word that it wants positions public.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import chain, product
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

    Cells are looked at whose informants, or whose study's smallest cell, it alters; so a position
    that was public moves when others leave its cell. An informant is of the study that is stated
    (`cg:inStudy`), whatever their IRI. Then the versions from before are
    forgotten, as when a consent is narrowed. What is restricted does not come back by itself.

    Args:
        graph: what is changed.
        change: to graphs of data.

    Raises:
        Forbidden: a position would move that is in a graph that has no restricted part.
    """
    parts = (change.replace, change.append, change.remove)
    written = {*change.drop, *(iri for part in parts for iri in part)} - terms.KEPT_BY_REMBUG
    before = {iri: _stored(graph, iri, _TELLING) for iri in written}
    after = {iri: _after(change, iri, before[iri], _TELLING) for iri in written}
    altered = {t for iri in written for t in before[iri] ^ after[iri]}
    who = {s for s, _, _ in altered} | _changing_study(graph, change)
    if not who:
        return change
    kept = frozenset(map(str, terms.KEPT_BY_REMBUG))
    known = kept.union(map(str, written))
    elsewhere = graph.reader(Scope(without=known))
    asking = {s for s, p, _ in altered if p == CG.smallestCell}
    anywhere = graph.reader(Scope(without=kept))
    who |= {s for s, _, _ in anywhere.matching(OBJECT, asking, CG.inStudy)}
    here, now = set().union(*before.values(), *after.values()), set().union(*after.values())
    actors, stored = _mates(elsewhere, who, here)
    facts = now | stored
    if not (informants := {s for s, p, _ in facts if p == CG.position}):
        return change
    studies = set(elsewhere.matching(SUBJECT, informants, CG.inStudy))
    studies |= _stated(graph, change, written, informants)
    belongs = _belonging(informants, studies)
    facts |= set(elsewhere.matching(SUBJECT, {*chain(*belongs.values())}, CG.smallestCell))
    small = _small(facts, belongs, actors)
    whole, append, remove = dict(change.replace), dict(change.append), dict(change.remove)
    moved = False
    public = (graph.graphs(Role.PUBLIC) | {UNNAMED}) - terms.KEPT_BY_REMBUG - written
    # Asked of all at once: mostly none but what is written has any.
    beside = graph.reader(Scope(without=known, restricted=False)).holding(small)
    for iri in chain(written, public if beside else ()):
        if terms.is_restricted(iri):
            continue
        held = small & after[iri] if iri in written else _of(graph, iri).holding(beside)
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


def _changing_study(graph: KnowledgeGraph, change: Change) -> set[Node]:
    """What of things that are stored a change may put into another study, or into none.

    What comes in whole is told of by itself; the cost is that of what is written.
    """
    named = {s for part in (change.append, change.remove) for c in part.values()
             for s, _, _ in _told(c, (CG.inStudy,))}  # fmt: skip
    for iri in {*change.replace, *change.drop} - terms.KEPT_BY_REMBUG:
        named |= {s for s, _, _ in _stored(graph, iri, (CG.inStudy,))}
    return named


def _stated(
    graph: KnowledgeGraph, change: Change, written: Collection[URIRef], informants: Collection[Node]
) -> set[Triple]:
    """The studies of some informants, as the graphs that are written state them after a change.

    Those that only gain are asked together, so that many graphs are not each asked for everybody.
    """
    left = {iri for iri in written if iri not in change.drop and iri not in change.replace}
    losing = {iri for iri in left if _told(change.remove.get(iri, b""), (CG.inStudy,))}
    gaining = graph.reader(Scope(only=frozenset(map(str, left - losing))))
    found = set(gaining.matching(SUBJECT, informants, CG.inStudy))
    for iri in written:
        stored = _of(graph, iri).matching(SUBJECT, informants, CG.inStudy) if iri in losing else ()
        after = _after(change, iri, set(stored), (CG.inStudy,))
        found |= {triple for triple in after if triple[SUBJECT] in informants}
    return found


def _mates(
    reader: Reader, who: Collection[Node], here: set[Triple]
) -> tuple[set[Node], set[Triple]]:
    """The actors of some informants, and what is stored of all who speak for those."""
    speaking = {t for t in here if t[1] == CG.speaksFor}
    actors = {a for s, _, a in speaking if s in who}
    actors |= {a for _, _, a in reader.matching(SUBJECT, who, CG.speaksFor)}
    found = set(reader.matching(OBJECT, actors, CG.speaksFor))
    mates = {*who, *(s for s, _, a in found | speaking if a in actors)}
    return actors, found | set(reader.matching(SUBJECT, mates, CG.position))


def _belonging(informants: Iterable[Node], studies: Iterable[Triple]) -> dict[Node, set[Node]]:
    """The studies of some informants: as is stated, else the one that their IRI is in."""
    found: dict[Node, set[Node]] = defaultdict(set)
    for informant, _, study in studies:
        found[informant].add(study)
    for informant in informants:
        if not found[informant] and (slug := terms.study_of(str(informant))) is not None:
            found[informant].add(terms.study(slug))
    return found


def _small(
    facts: Iterable[Triple], belongs: Mapping[Node, Collection[Node]], among: Collection[Node]
) -> set[Triple]:
    """The positions in cells that are smaller than their study's smallest.

    Args:
        facts: all that is told of who speaks for the actors.
        belongs: the studies of each informant.
        among: the actors that are looked at.
    """
    told: dict[Node, dict[Node, set[Node]]] = {p: defaultdict(set) for p in _TELLING}
    for subject, predicate, value in facts:
        told[predicate][subject].add(value)
    smallest: dict[Node | None, int] = {
        study: max(
            (int(v.value) for v in values if isinstance(v, Literal) and isinstance(v.value, int)),
            default=SMALLEST,
        )
        for study, values in told[CG.smallestCell].items()
    }
    cells: dict[tuple[Node | None, Node, Node | None], set[Node]] = defaultdict(set)
    for informant, positions in told[CG.position].items():
        speaks = told[CG.speaksFor].get(informant, set())
        actors: set[Node | None] = {actor for actor in speaks if actor in among}
        of: Collection[Node | None] = belongs.get(informant) or (None,)
        for cell in product(of, positions, actors if speaks else (None,)):
            cells[cell].add(informant)
    return {
        (informant, CG.position, position)
        for (study, position, _), informants in cells.items()
        if len(informants) < smallest.get(study, SMALLEST)
        for informant in informants
    }


def _of(graph: KnowledgeGraph, iri: URIRef) -> Reader:
    return graph.reader(Scope(only=frozenset({str(iri)})))


def _stored(graph: KnowledgeGraph, iri: URIRef, predicates: Sequence[URIRef]) -> set[Triple]:
    """What a graph says by some predicates."""
    reader = _of(graph, iri)
    return {triple for p in predicates for triple in reader.matching(PREDICATE, [p])}


def _after(
    change: Change, iri: URIRef, before: set[Triple], predicates: Sequence[URIRef]
) -> set[Triple]:
    """What a graph tells after a change, of what it told before."""
    gone = iri in change.drop or iri in change.replace
    kept = set() if gone else before - _told(change.remove.get(iri, b""), predicates)
    come = (part.get(iri, b"") for part in (change.replace, change.append))
    return kept.union(*(_told(content, predicates) for content in come))


def _told(content: Content, predicates: Sequence[URIRef]) -> set[Triple]:
    if not isinstance(content, Graph):
        lines = n_triples(content).split("\n")
        told = [line for line in lines if any(str(p) in line for p in predicates)]
        content = graph_of("\n".join((*told, "")).encode())
    return {triple for p in predicates for triple in content.triples((None, p, None))}


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
