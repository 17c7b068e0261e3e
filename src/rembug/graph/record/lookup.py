"""Looking triples up in an engine by the terms in them, in some of its graphs."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

import pyoxigraph as ox
from rdflib import URIRef
from rdflib.term import Node

from rembug.graph.model import Scope
from rembug.graph.reader import OBJECT, PREDICATE, SUBJECT, Triple
from rembug.graph.record.quads import graph_name, in_graph
from rembug.graph.syntax import to_engine, to_rdflib


def matching(
    store: ox.Store, place: int, nodes: Sequence[Node], predicate: URIRef | None, scope: Scope
) -> Iterator[Triple]:
    """The triples of some graphs that have one of some nodes at a place, as `Backend` has them."""
    graph: Any = None
    if scope.only is not None and len(scope.only) == 1:
        (only,) = scope.only
        graph = graph_name(only)
    fixed = ox.NamedNode(predicate) if predicate is not None else None
    for node in nodes:
        pattern: list[Any] = [None, fixed, None]
        pattern[place] = to_engine(node)
        if not _can_stand(pattern[place], place):
            continue
        for quad in store.quads_for_pattern(pattern[0], pattern[1], pattern[2], graph):
            if in_graph(quad) in scope:
                yield (
                    to_rdflib(quad.subject),
                    URIRef(quad.predicate.value),
                    to_rdflib(quad.object),
                )


def holding(store: ox.Store, triples: Collection[Triple], scope: Scope) -> set[Triple]:
    """Those of some triples that some of the graphs hold."""
    found: set[Triple] = set()
    there: dict[Node, bool] = {}
    for triple in triples:
        if triple[SUBJECT] not in there:
            there[triple[SUBJECT]] = _speaks_of(store, triple[SUBJECT])
        if not there[triple[SUBJECT]]:
            continue
        parts: list[Any] = [to_engine(term) for term in triple]
        if not all(_can_stand(part, place) for place, part in enumerate(parts)):
            continue
        for quad in store.quads_for_pattern(parts[0], parts[1], parts[2], None):
            if in_graph(quad) in scope:
                found.add(triple)
                break
    return found


def graphs_with(store: ox.Store, nodes: Iterable[Node]) -> frozenset[str]:
    """The graphs that have one of some nodes at either end of a triple."""
    found = set[str]()
    for node in nodes:
        term: Any = to_engine(node)
        if _can_stand(term, SUBJECT):
            found.update(map(in_graph, store.quads_for_pattern(term, None, None, None)))
        if _can_stand(term, OBJECT):
            found.update(map(in_graph, store.quads_for_pattern(None, None, term, None)))
    return frozenset(found)


def _speaks_of(store: ox.Store, subject: Node) -> bool:
    node: Any = to_engine(subject)
    quads = store.quads_for_pattern
    return _can_stand(node, SUBJECT) and any(True for _ in quads(node, None, None, None))


def _can_stand(term: object, place: int) -> bool:
    """Whether a term can be at a place of a triple (RDF 1.1 Concepts §3.1); None never can."""
    kinds: Any = {SUBJECT: (ox.NamedNode, ox.BlankNode), PREDICATE: ox.NamedNode}
    return term is not None if place not in kinds else isinstance(term, kinds[place])
