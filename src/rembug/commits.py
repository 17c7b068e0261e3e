"""What a commit is, and what a store would be with it: what the gate and the reasoner look at."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from rdflib import Graph, URIRef

from rembug import terms
from rembug.errors import Conflict
from rembug.gate import Report
from rembug.graph import (
    UNNAMED,
    Change,
    Content,
    KnowledgeGraph,
    Role,
    as_graph,
)

NOT_DATA: Final = frozenset({terms.ONTOLOGY_GRAPH, terms.INFERRED, terms.PROVENANCE})
_ATTEMPTS: Final = 5

Parts = tuple[Graph, Graph]
"""The public and the restricted triples of a submission."""


@dataclass(frozen=True)
class Commit:
    """What one commit did.

    Attributes:
        version: the number of the store's version that it made, or found when nothing changed.
        added: graphs that came in; empty when everything was there already.
        removed: graphs that were taken back.
        unchanged: graphs that were there already.
        report: the gate's verdict; its warnings are kept here.
    """

    version: int
    added: tuple[URIRef, ...]
    removed: tuple[URIRef, ...]
    unchanged: tuple[URIRef, ...]
    report: Report


@dataclass(frozen=True)
class State:
    """What the gate and the reasoner see of a store: its data in two parts, and the ontology."""

    public: Graph
    restricted: Graph
    schema: Graph


def state_of(
    graph: KnowledgeGraph,
    arriving: Mapping[URIRef, Parts] | None = None,
    leaving: frozenset[URIRef] = frozenset(),
) -> State:
    """The store as it is, or as it would be with some graphs come and others gone."""
    arriving = arriving or {}
    replaced = {part for iri in arriving for part in (iri, terms.restricted(iri))}
    kept = graph.graphs(Role.ADMIN) - NOT_DATA - leaving - replaced
    closed = {iri for iri in kept if terms.is_restricted(iri)}
    public, restricted = graph.read(kept - closed), graph.read(closed)
    for new_public, new_restricted in arriving.values():
        public += new_public
        restricted += new_restricted
    return State(public, restricted, graph.read([terms.ONTOLOGY_GRAPH]))


def state_with(graph: KnowledgeGraph, change: Change) -> State:
    """The store as it would be with a change of N-Triples made."""
    written = touched(change)
    kept = (graph.graphs(Role.ADMIN) | {UNNAMED}) - NOT_DATA - written
    closed = {iri for iri in kept if terms.is_restricted(iri)}
    public, restricted = graph.read(kept - closed), graph.read(closed)
    for iri in written - change.drop:
        before = change.replace[iri] if iri in change.replace else graph.triples(iri)
        lines = _lines(before) - _lines(change.remove.get(iri, b""))
        lines |= _lines(change.append.get(iri, b""))
        part = restricted if terms.is_restricted(iri) else public
        as_graph(b"".join(lines), into=part)
    return State(public, restricted, graph.read([terms.ONTOLOGY_GRAPH]))


def touched(change: Change) -> set[URIRef]:
    parts = (change.replace, change.append, change.remove, change.drop)
    return {iri for part in parts for iri in part}


def n_triples(content: Content) -> bytes:
    if isinstance(content, bytes):
        return content
    return content.serialize(format="nt", encoding="utf-8")


def _lines(content: Content) -> set[bytes]:
    return set(n_triples(content).splitlines(keepends=True))


def retried(attempt: Callable[[], Commit]) -> Commit:
    for _ in range(_ATTEMPTS - 1):
        try:
            return attempt()
        except Conflict:
            continue
    return attempt()
