"""What a change of graphs says of persons, and what of it everybody may read."""

from collections.abc import Collection, Iterable
from dataclasses import replace

from rdflib import RDF, Graph, URIRef

from rembug import privacy, terms
from rembug.changes.verdicts import triples_of
from rembug.graph import (
    SUBJECT,
    UNNAMED,
    Change,
    Content,
    KnowledgeGraph,
    Role,
    Scope,
    Triple,
    graph_of,
)
from rembug.privacy.cells import suppressing
from rembug.privacy.others import require_open
from rembug.privacy.scan import TRUSTED, Review, Sighting, look
from rembug.terms import CG


def sightings(
    graph: KnowledgeGraph, change: Change, review: Review = TRUSTED
) -> tuple[Sighting, ...]:
    """What looks like persons in what a change makes public, and in the names of new graphs.

    In a graph of no study, too, once the store has one; before, nobody's words are in it. Of what
    is public already nothing is asked again; what a review masks is in it, however.
    """
    there = graph.graphs(Role.ADMIN)
    ours, nobodys, closed = Graph(), Graph(), Graph()
    studies: set[str] = set()
    for contents in (change.replace, change.append):
        for iri, content in contents.items():
            study = terms.submission_of(iri)
            if study is not None:
                studies.add(study)
            part = nobodys if study is None else ours
            for triple in triples_of(content):
                (closed if terms.is_restricted(iri) else part).add(triple)
            if content and iri != UNNAMED and terms.unrestricted(iri) not in there:
                part.add((terms.unrestricted(iri), RDF.type, CG.Submission))
    found = _unsaid(graph, look(graph, ours, closed, studies), review)
    return found + of_no_study(graph, nobodys, closed, review)


def of_no_study(
    graph: KnowledgeGraph, public: Graph, closed: Graph, review: Review = TRUSTED
) -> tuple[Sighting, ...]:
    """What looks like persons in what becomes public in a graph of no study.

    Args:
        graph: where it is to come in.
        public: what it is.
        closed: what becomes restricted with it.
        review: what it masks is found in what is public already, too.
    """
    if not public or not any(map(terms.is_of_a_study, graph.graphs(Role.ADMIN))):
        return ()
    return _unsaid(graph, look(graph, public, closed, None), review)


def _unsaid(
    graph: KnowledgeGraph, found: Iterable[Sighting], review: Review
) -> tuple[Sighting, ...]:
    """Those of some sightings that are masked, or in no statement that is public already."""
    found, seen = tuple(found), graph.reader(Scope(restricted=False))
    said = set(seen.matching(SUBJECT, {s.triple[0] for s in found}))
    return tuple(s for s in found if s.triple not in said or review.of(s) == "mask")


def protected(graph: KnowledgeGraph, change: Change) -> Change:
    """A change, with what must not be public in the restricted parts of its graphs.

    What a statement is about decides, and not the name of its graph. What a restricted graph says
    and no public one does stays restricted wherever it is copied or moved to.

    Raises:
        Forbidden: a graph that has no restricted part would say what is restricted, or one of a
            study what another study keeps from the public.
    """
    coming = [
        (part, iri, graph_of(content))
        for part in (change.replace, change.append)
        for iri, content in part.items()
    ]
    held_back, known = privacy.held_back(graph), privacy.silent(graph)
    given = [content for _, _, content in coming]
    closed = privacy.closed(graph, given, known.union(*map(privacy.silent_in, given)))
    parts: dict[int, dict[URIRef, Content]] = {id(change.replace): {}, id(change.append): {}}
    split: list[tuple[URIRef, Graph]] = []
    for part, iri, public in coming:
        kept, held = parts[id(part)], Graph()
        if not terms.is_restricted(iri):
            own = terms.restricted(iri)
            going = {
                *privacy.withheld(public, held, held_back, known, closed),
                *_restricted_so_far(graph, public, own if own in change.replace else None),
            }
            for triple in going:
                held.add(triple)
            public = public - held if held else public
        split += ((iri, public), (terms.restricted(iri), held))
        content = public if held or terms.is_restricted(iri) else part[iri]
        kept[iri] = graph_of(kept[iri]) + public if iri in kept else content
        if held:
            to = privacy.restricted_part(iri)
            kept[to] = graph_of(kept[to]) + held if to in kept else held
    whole, more = parts[id(change.replace)], parts[id(change.append)]
    require_open(graph, split)
    moved = privacy.moving(graph, replace(change, replace=whole, append=more), closed)
    done = suppressing(graph, moved)
    empty = {
        iri for iri, content in done.replace.items() if terms.is_restricted(iri) and not content
    }
    left = {iri: content for iri, content in done.replace.items() if iri not in empty}
    return replace(done, replace=left, drop=done.drop | empty)


def _restricted_so_far(
    graph: KnowledgeGraph, public: Graph, anew: URIRef | None
) -> Collection[Triple]:
    """Those of some statements that restricted graphs alone make.

    Args:
        graph: has the graphs.
        public: statements that are to come into a public graph.
        anew: its restricted part where that is written anew with it, and so no longer counts.
    """
    apart = {iri for iri in graph.graphs(Role.ADMIN) if terms.is_restricted(iri)}
    apart -= {anew, *terms.KEPT_BY_REMBUG}
    if not apart or not public:
        return ()
    found = graph.reader(Scope(only=frozenset(map(str, apart)))).holding(set(public))
    open_ = Scope(without=frozenset(map(str, terms.KEPT_BY_REMBUG)), restricted=False)
    return found - graph.reader(open_).holding(found) if found else found
