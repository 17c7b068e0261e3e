"""Accepted links as a graph of its own, described in VoID."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from rdflib import DCTERMS, PROV, RDF, RDFS, SKOS, VOID, XSD, Graph, Literal, URIRef

from rembug import terms
from rembug.linking.review import Decision
from rembug.terms import CG

RELATIONS: Final = {"exactMatch": SKOS.exactMatch, "closeMatch": SKOS.closeMatch}
"""The properties that links stand for, by their names."""
_BANDS: Final = (0.8, 0.9, 0.95)
NO_MATCH: Final = "noMatch"
"""The relation of a pair that a person found to be two things, or a link that was taken back."""


def linkset(
    decisions: Iterable[Decision],
    dataset: str,
    on: date,
    reviewer: str = "",
    before: Graph | None = None,
    described: Graph | None = None,
) -> Graph:
    """The graph of the links to another dataset (`graph/links/{dataset}`).

    Args:
        decisions: what a person decided.
        dataset: slug of the other dataset.
        on: the date of the decisions.
        reviewer: who decided, where a decision does not say it; empty if it is not to be said.
        before: the linkset until now, whose other decisions stay.
        described: what is said of the dataset elsewhere and is not to be said again.

    Returns:
        For every decision the record and a `cg:Link` with confidence, method, reason, reviewer and
        date; for those accepted the SKOS relation in both directions, for those rejected the
        relation `noMatch` and that which was proposed; and the linkset's VoID description (VoID
        §5).
    """
    graph = Graph()
    if before is not None:
        graph += before
    other, whole = terms.dataset(dataset), terms.links_graph(dataset)
    known = Graph() if described is None else described
    if (other, RDF.type, None) not in known:
        graph.add((other, RDF.type, CG.LinkedDataset))
        graph.add((other, RDFS.label, Literal(dataset)))
    for decision in decisions:
        p = decision.proposal
        link = _link(graph, dataset, f"{p.row.key}-{terms.slug(p.thing[len(terms.ID) :])}")
        reviewers = set(decision.reviewers or filter(None, [reviewer]))
        relation = p.relation if decision.accepted else NO_MATCH
        if _stands(graph, link, relation, reviewers):
            continue
        thing = URIRef(p.thing)
        record = URIRef(p.row.iri) if p.row.iri else terms.record(dataset, p.row.key)
        if (record, RDF.type, None) not in known:
            graph.add((record, RDF.type, CG.Record))
            graph.add((record, RDFS.label, Literal(p.row.name)))
            graph.add((record, CG.recordKey, Literal(p.row.key)))
            graph.add((record, CG.inDataset, other))
        for property_ in RELATIONS.values():
            graph.remove((thing, property_, record))
            graph.remove((record, property_, thing))
        graph.remove((link, None, None))
        if decision.accepted:
            graph.add((thing, RELATIONS[p.relation], record))
            graph.add((record, RELATIONS[p.relation], thing))
        else:
            graph.add((link, CG.proposedRelation, Literal(p.relation)))
        graph.add((link, RDF.type, CG.Link))
        graph.add((link, CG.linkSource, thing))
        graph.add((link, CG.linkTarget, record))
        graph.add((link, CG.linkRelation, Literal(relation)))
        graph.add((link, CG.confidence, Literal(Decimal(str(p.score)))))
        graph.add((link, CG.linkMethod, Literal(p.method)))
        graph.add((link, CG.matchReason, Literal(p.reason)))
        graph.add((link, DCTERMS.date, Literal(on.isoformat(), datatype=XSD.date)))
        for who in reviewers:
            graph.add((link, DCTERMS.creator, Literal(who)))
    graph.remove((whole, None, None))
    graph.add((whole, RDF.type, VOID.Linkset))
    graph.add((whole, VOID.subjectsTarget, URIRef(terms.BASE)))
    graph.add((whole, VOID.objectsTarget, other))
    for property_ in RELATIONS.values():
        graph.add((whole, VOID.linkPredicate, property_))
    recount(graph)
    return graph


def parted(links: Graph, held: Graph) -> tuple[Graph, Graph]:
    """A linkset as everybody reads it, and the links in it to what is held back, whole.

    A link goes with its thing, since its IRI names that.

    Args:
        links: the linkset.
        held: what is held back of it so far, which need not be in it.
    """
    closed = set(held.subjects(CG.linkSource))
    public, apart = Graph(), Graph() + held
    for triple in links:
        (apart if triple[0] in closed or triple in held else public).add(triple)
    return public, apart


def recount(links: Graph) -> None:
    """Let a linkset say how many of its links hold."""
    for whole in set(links.subjects(RDF.type, VOID.Linkset)):
        links.set((whole, VOID.triples, Literal(accepted(links))))


def accepted(links: Graph) -> int:
    """How many links hold."""
    return sum(1 for _ in links.subjects(RDF.type, CG.Link)) - sum(
        1 for _ in links.subjects(CG.linkRelation, Literal(NO_MATCH))
    )


def _link(graph: Graph, dataset: str, name: str) -> URIRef:
    """The IRI of a link; one that ended as its record became another keeps its own."""
    link, number = terms.thing(dataset, "link", name), 1
    while (link, PROV.invalidatedAtTime, None) in graph:
        number += 1
        link = terms.thing(dataset, "link", f"{name}-{number}")
    return link


def _stands(graph: Graph, link: URIRef, relation: str, reviewers: set[str]) -> bool:
    """Whether just that was decided before, by the same; it keeps its date."""
    return (link, CG.linkRelation, Literal(relation)) in graph and reviewers == {
        str(who) for who in graph.objects(link, DCTERMS.creator)
    }


def undescribed(links: Graph, described: Graph) -> Graph:
    """A linkset without what it says of a dataset and of records that the dataset says itself.

    It says so where links were accepted before the dataset came in.
    """
    own = (RDF.type, RDFS.label, CG.recordKey, CG.inDataset)
    graph = Graph()
    for s, p, o in links:
        if p not in own or (s, RDF.type, None) not in described:
            graph.add((s, p, o))
    return graph


def lost(links: Graph, described: Graph) -> list[str]:
    """The names of records that accepted links lead to and their dataset no longer has."""
    ended = {*links.subjects(CG.linkRelation, Literal(NO_MATCH))}
    names = {
        str(target): str(links.value(link, DCTERMS.title) or str(target).rpartition("/")[2])
        for link, target in links.subject_objects(CG.linkTarget)
        if link not in ended and (target, RDF.type, None) not in described
    }
    return sorted(names.values())


@dataclass(frozen=True)
class Band:
    """How often proposals of some score were accepted by those who decided on them."""

    low: float
    high: float
    decided: int
    accepted: int


def calibration(links: Graph) -> list[Band]:
    """What scores were worth so far: by bands of them, how many of the decided were accepted."""
    decided: Counter[int] = Counter()
    accepted: Counter[int] = Counter()
    for link, score in links.subject_objects(CG.confidence):
        if (link, PROV.invalidatedAtTime, None) in links:
            continue
        band = bisect_right(_BANDS, float(str(score)))
        decided[band] += 1
        accepted[band] += links.value(link, CG.linkRelation) != Literal(NO_MATCH)
    edges = (0.0, *_BANDS, 1.0)
    return [
        Band(edges[band], edges[band + 1], decided[band], accepted[band])
        for band in sorted(decided, reverse=True)
    ]


def decided(links: Graph) -> set[tuple[str, str]]:
    """The pairs that a linkset, with its records, has a decision on: a record's key, a thing."""
    return {
        (
            str(links.value(record, CG.recordKey) or publisher_key(str(record))),
            str(links.value(link, CG.linkSource)),
        )
        for link, record in links.subject_objects(CG.linkTarget)
        if (link, PROV.invalidatedAtTime, None) not in links
    }


def publisher_key(iri: str) -> str:
    """What stands for the key of a record with who published a dataset, which is none."""
    return "publisher-" + iri.rpartition("/")[2]
