"""What a change does to what somebody may read, triple by triple.

A triple goes only if no graph holds it any more, and comes only if none held it.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from rdflib import Graph, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.gate import Edit, put_right
from rembug.graph import (
    Change,
    Content,
    KnowledgeGraph,
    Role,
    Scope,
    Triple,
    Whole,
    as_kept,
    as_triples,
    batches,
    graph_of,
    spilling_graph,
)

NOT_SAID: Final = frozenset(map(str, terms.KEPT_BY_REMBUG - {terms.ONTOLOGY_GRAPH}))
"""Graphs that nobody states anything in."""
AT_ONCE: Final = 10_000
"""Triples that are looked up together."""


@dataclass(frozen=True)
class Edits:
    """What a change does.

    Attributes:
        whole: to all there is.
        public: to what everyone can read.
        change: itself as the store will have it: its numbers and times, languages and letters.
        repaired: statements that were put right for that, each with what is kept of it.
    """

    whole: Edit
    public: Edit
    change: Change
    repaired: Sequence[tuple[Triple, Triple]] = ()


def edits(graph: KnowledgeGraph, change: Change, subjects: Collection[Node] = ()) -> Edits:
    """What a change does to what there is.

    Args:
        graph: what is changed.
        change: to graphs of data and of the ontology.
        subjects: nodes whose verdict is asked for in any case.
    """
    repaired: list[tuple[Triple, Triple]] = []
    change = _kept(change)
    come, more = (_put_right(part, repaired) for part in (change.replace, change.append))
    change = replace(change, replace=come, append=more)
    open_ = _coming(change, restricted=False)
    whole = _edit(graph, change, Role.ADMIN, [open_, _coming(change, restricted=True)])
    public = _edit(graph, change, Role.PUBLIC, [open_])
    return Edits(replace(whole, subjects=subjects), public, change, repaired)


def touched(change: Change) -> set[URIRef]:
    """The graphs that a change is to."""
    parts = (change.replace, change.append, change.remove, change.drop)
    return {iri for part in parts for iri in part}


def _kept(change: Change) -> Change:
    """The same change, its numbers and times as the store will have them."""
    parts = (change.replace, change.append, change.remove)
    come, more, gone = ({iri: as_kept(c) for iri, c in part.items()} for part in parts)
    return replace(change, replace=come, append=more, remove=gone)


def _put_right(
    contents: Mapping[URIRef, Content], repaired: list[tuple[Triple, Triple]]
) -> dict[URIRef, Content]:
    """Contents, with what comes into studies put right; what was changed is added to a list."""
    right = dict(contents)
    for iri, content in contents.items():
        if not isinstance(content, Graph) or not terms.is_of_a_study(iri):
            continue
        pairs = [(t, to) for t in content if (to := put_right(t)) is not t]
        if pairs:
            right[iri] = mended = spilling_graph()
            for triple in content:  # whose graph it is, it stays as it was given
                mended.add(put_right(triple))
            repaired += pairs
    return right


def _coming(change: Change, *, restricted: bool) -> Graph:
    """What comes into the graphs that are restricted, or those that are not, as one graph."""
    parts = [
        content
        for part in (change.replace, change.append)
        for iri, content in part.items()
        if terms.is_restricted(iri) is restricted and str(iri) not in NOT_SAID
    ]
    if len(parts) == 1 and isinstance(parts[0], Graph):
        return parts[0]
    coming = spilling_graph()
    for content in parts:
        for triple in graph_of(content):
            coming.add(triple)
    return coming


def _edit(graph: KnowledgeGraph, change: Change, role: Role, coming: Sequence[Graph]) -> Edit:
    seen = Scope(without=NOT_SAID, restricted=role >= Role.RESEARCHER)
    written = {iri for iri in touched(change) if str(iri) in seen}
    before, there = graph.reader(seen), spilling_graph()
    for some in batches(Whole(*coming), AT_ONCE):
        for triple in before.holding(some):
            there.add(triple)
    removed = spilling_graph()
    others = Scope(without=seen.without | set(map(str, written)), restricted=seen.restricted)
    elsewhere, after = graph.reader(others), Whole(*coming)
    for iri in written:
        for some in batches(_leaving(graph, change, iri), AT_ONCE):
            stays = elsewhere.holding(some) | after.holding(some)
            for other in written - {iri}:
                stays |= _left(graph, change, other, some)
            for triple in set(some) - stays:
                removed.add(triple)
    return Edit(before, removed, Whole(*coming, without=there))


def _leaving(graph: KnowledgeGraph, change: Change, iri: URIRef) -> Iterator[Triple]:
    """What a graph loses, unless it comes again."""
    if iri in change.replace or iri in change.drop:
        yield from as_triples(graph.triples(iri))
        return
    held = graph.reader(Scope(only=frozenset({str(iri)})))
    for some in batches(_given(change, iri), AT_ONCE):
        yield from held.holding(some)


def _left(
    graph: KnowledgeGraph, change: Change, iri: URIRef, some: Collection[Triple]
) -> set[Triple]:
    """Which of some triples a graph still has of what it had."""
    if iri in change.replace or iri in change.drop:
        return set()
    held = graph.reader(Scope(only=frozenset({str(iri)})))
    gone = Whole(_given(change, iri))
    return {triple for triple in held.holding(some) if triple not in gone}


def _given(change: Change, iri: URIRef) -> Graph:
    content = change.remove.get(iri)
    return content if isinstance(content, Graph) else Graph()
