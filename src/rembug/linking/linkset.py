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


def linkset(decisions: Iterable[Decision], dataset: str, on: date) -> Graph:
    """The graph of the links to another dataset (`graph/links/{dataset}`).

    Args:
        decisions: what a person accepted.
        dataset: slug of the other dataset.
        on: the date of the decisions.

    Returns:
        For every decision the record, the SKOS relation in both directions and a `cg:Link` with
        confidence, method, reason and date; and the linkset's VoID description (VoID §5).
    """
    graph = Graph()
    other, whole = terms.thing(dataset, "dataset", dataset), terms.links_graph(dataset)
    graph.add((other, RDF.type, CG.LinkedDataset))
    graph.add((other, RDFS.label, Literal(dataset)))
    count = 0
    for decision in decisions:
        p = decision.proposal
        thing, relation = URIRef(p.thing), _RELATIONS[p.relation]
        record = URIRef(p.row.iri) if p.row.iri else terms.record(dataset, p.row.key)
        graph.add((record, RDF.type, CG.Record))
        graph.add((record, RDFS.label, Literal(p.row.name)))
        graph.add((record, CG.recordKey, Literal(p.row.key)))
        graph.add((record, CG.inDataset, other))
        graph.add((thing, relation, record))
        graph.add((record, relation, thing))
        link = terms.thing(dataset, "link", f"{p.row.key}-{terms.slug(p.thing[len(terms.ID) :])}")
        graph.add((link, RDF.type, CG.Link))
        graph.add((link, CG.linkSource, thing))
        graph.add((link, CG.linkTarget, record))
        graph.add((link, CG.linkRelation, Literal(p.relation)))
        graph.add((link, CG.confidence, Literal(Decimal(str(p.score)))))
        graph.add((link, CG.linkMethod, Literal(p.method)))
        graph.add((link, CG.matchReason, Literal(p.reason)))
        graph.add((link, DCTERMS.date, Literal(on.isoformat(), datatype=XSD.date)))
        count += 1
    graph.add((whole, RDF.type, VOID.Linkset))
    graph.add((whole, VOID.subjectsTarget, URIRef(terms.BASE)))
    graph.add((whole, VOID.objectsTarget, other))
    for relation in _RELATIONS.values():
        graph.add((whole, VOID.linkPredicate, relation))
    graph.add((whole, VOID.triples, Literal(count)))
    return graph
