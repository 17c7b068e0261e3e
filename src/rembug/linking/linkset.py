"""Accepted links as a graph of its own, described in VoID."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from rdflib import DCTERMS, RDF, RDFS, SKOS, VOID, XSD, Graph, Literal, URIRef

from rembug import terms
from rembug.linking.review import Decision
from rembug.terms import CG

_RELATIONS: Final = {"exactMatch": SKOS.exactMatch, "closeMatch": SKOS.closeMatch}
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
        relation `noMatch`; and the linkset's VoID description (VoID §5).
    """
    graph = Graph()
    if before is not None:
        graph += before
    other, whole = terms.thing(dataset, "dataset", dataset), terms.links_graph(dataset)
    known = Graph() if described is None else described
    if (other, RDF.type, None) not in known:
        graph.add((other, RDF.type, CG.LinkedDataset))
        graph.add((other, RDFS.label, Literal(dataset)))
    for decision in decisions:
        p = decision.proposal
        thing = URIRef(p.thing)
        record = URIRef(p.row.iri) if p.row.iri else terms.record(dataset, p.row.key)
        if (record, RDF.type, None) not in known:
            graph.add((record, RDF.type, CG.Record))
            graph.add((record, RDFS.label, Literal(p.row.name)))
            graph.add((record, CG.recordKey, Literal(p.row.key)))
            graph.add((record, CG.inDataset, other))
        for relation in _RELATIONS.values():
            graph.remove((thing, relation, record))
            graph.remove((record, relation, thing))
        if decision.accepted:
            graph.add((thing, _RELATIONS[p.relation], record))
            graph.add((record, _RELATIONS[p.relation], thing))
        link = terms.thing(dataset, "link", f"{p.row.key}-{terms.slug(p.thing[len(terms.ID) :])}")
        graph.remove((link, None, None))
        graph.add((link, RDF.type, CG.Link))
        graph.add((link, CG.linkSource, thing))
        graph.add((link, CG.linkTarget, record))
        graph.add((link, CG.linkRelation, Literal(p.relation if decision.accepted else NO_MATCH)))
        graph.add((link, CG.confidence, Literal(Decimal(str(p.score)))))
        graph.add((link, CG.linkMethod, Literal(p.method)))
        graph.add((link, CG.matchReason, Literal(p.reason)))
        graph.add((link, DCTERMS.date, Literal(on.isoformat(), datatype=XSD.date)))
        for who in decision.reviewers or filter(None, [reviewer]):
            graph.add((link, DCTERMS.creator, Literal(who)))
    graph.remove((whole, None, None))
    graph.add((whole, RDF.type, VOID.Linkset))
    graph.add((whole, VOID.subjectsTarget, URIRef(terms.BASE)))
    graph.add((whole, VOID.objectsTarget, other))
    for relation in _RELATIONS.values():
        graph.add((whole, VOID.linkPredicate, relation))
    accepted = sum(1 for _ in graph.subjects(RDF.type, CG.Link)) - sum(
        1 for _ in graph.subjects(CG.linkRelation, Literal(NO_MATCH))
    )
    graph.add((whole, VOID.triples, Literal(accepted)))
    return graph


def decided(links: Graph) -> set[tuple[str, str]]:
    """The pairs that a linkset, with its records, has a decision on: a record's key, a thing."""
    return {
        (str(links.value(record, CG.recordKey)), str(links.value(link, CG.linkSource)))
        for link, record in links.subject_objects(CG.linkTarget)
    }
