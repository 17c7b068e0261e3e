"""Links to records that are others after a change: they end, whoever makes it and however."""

from datetime import UTC, datetime

from rdflib import RDF, Graph, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.changes.edits import touched
from rembug.graph import OBJECT, SUBJECT, Change, Content, KnowledgeGraph, Scope, graph_of
from rembug.linking.linkset import parted, recount, undescribed
from rembug.linking.standing import Ended, retired
from rembug.terms import CG


def ending(graph: KnowledgeGraph, change: Change) -> tuple[Change, tuple[Ended, ...]]:
    """A change to datasets, with what it does to links to records of theirs.

    Whoever writes a linkset says what becomes of its links. It costs what the linksets of those
    datasets cost, not what the datasets do.

    Args:
        graph: what is changed.
        change: to graphs of data.

    Returns:
        The change, and the records whose links end by it.
    """
    at = datetime.now(UTC)
    ended: list[Ended] = []
    replaced: dict[URIRef, Content] = {}
    written = touched(change)
    for iri in sorted(written):
        slug = terms.dataset_of(iri)
        linkset = terms.links_graph(slug or "")
        part = terms.restricted(linkset)
        if slug is None or not written.isdisjoint((linkset, part)):
            continue
        held = graph.read([part])
        if not (links := graph.read([linkset]) + held):
            continue
        about = {*links.objects(None, CG.linkTarget), terms.thing(slug, "dataset", slug)}
        before = _told(graph, iri, about)
        now = _after(change, iri, before, about)
        told = retired(links, slug, before, now, at)
        kept = undescribed(told.links, now)
        if set(kept) != set(links):
            public, apart = parted(kept, held * kept)
            recount(public)
            replaced[linkset] = public
            if held:
                replaced[part] = apart
        ended += told.records
    if not replaced:
        return change, tuple(ended)
    whole = Change(
        {**change.replace, **replaced}, change.append, change.drop, change.remove, change.forget
    )
    return whole, tuple(ended)


def _told(graph: KnowledgeGraph, iri: URIRef, about: set[Node]) -> Graph:
    """What a dataset's graph says of some of its records, and of its columns."""
    reader = graph.reader(Scope(only=frozenset({str(iri)})))
    told = Graph()
    columns = {s for s, _, _ in reader.matching(OBJECT, [RDF.Property], RDF.type)}
    for triple in reader.matching(SUBJECT, about | columns):
        told.add(triple)
    return told


def _after(change: Change, iri: URIRef, before: Graph, about: set[Node]) -> Graph:
    """The same of what the graph will be."""
    now = Graph()
    if iri not in change.replace and iri not in change.drop:
        now += before
        now -= graph_of(change.remove.get(iri, b""))
    for part in (change.replace, change.append):
        content = graph_of(part.get(iri, b""))
        columns = set(content.subjects(RDF.type, RDF.Property))
        for node in about | columns:
            now += content.triples((node, None, None))
    return now
