"""Whether a record is still what somebody decided on: a dataset may come in anew with other rows.

A record of a table without a column of keys is called by its row, and an edition with other rows
gives the same IRI to something else. A decision is on a name in a place, not on an IRI.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from rdflib import DCTERMS, PROV, RDF, RDFS, SKOS, VOID, XSD, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.linking.heads import in_full, role_of
from rembug.linking.linkset import NO_MATCH, accepted
from rembug.linking.model import Proposal
from rembug.linking.review import Decision
from rembug.terms import CG

_OFFICIAL: Final = (CG.homeAffairsCode, CG.statisticsCode)


@dataclass(frozen=True)
class Said:
    """What tells a record from others: its names, the places it is in, its official codes."""

    names: frozenset[str]
    places: frozenset[str] = frozenset()
    codes: frozenset[str] = frozenset()

    def same(self, other: "Said") -> bool:
        """Whether both may be of one record: by an official code, else by name and place.

        Capitals and marks do not count, nor does a place that one of them does not tell.
        """
        if self.codes & other.codes:
            return True
        elsewhere = self.places and other.places and self.places.isdisjoint(other.places)
        return not self.names.isdisjoint(other.names) and not elsewhere


class Ended(NamedTuple):
    """A record whose links end: its key, the name that was linked, the name that is there now."""

    key: str
    was: str
    now: str


class Retired(NamedTuple):
    """A linkset without links to records that are others now, and those records."""

    links: Graph
    records: list[Ended]


class Standing:
    """The records of a dataset as they are now, to compare decisions with."""

    def __init__(self, content: Graph, dataset: str) -> None:
        """Take a dataset's graph; where it has not come in, every decision stands."""
        self._content, self._dataset = content, dataset
        self._places = {
            column: str(title)
            for column, title in content.subject_objects(RDFS.label)
            if role_of(str(title)) == "place" and (column, RDF.type, RDF.Property) in content
        }

    def __call__(self, proposal: Proposal) -> bool:
        """Whether a record is what was proposed."""
        row = proposal.row
        record = URIRef(row.iri) if row.iri else terms.record(self._dataset, row.key)
        if (record, RDF.type, None) not in self._content:
            return len(self._content) == 0
        told = Said(_plain([row.name]), _plain([row.place]), frozenset(filter(None, [row.code])))
        return told.same(self.said(record))

    def said(self, record: URIRef) -> Said:
        """What is said of a record."""
        places = [
            in_full(title, str(text))
            for column, title in self._places.items()
            for text in self._content.objects(record, column)
        ]
        codes = frozenset(str(c) for p in _OFFICIAL for c in self._content.objects(record, p))
        names = map(str, self._content.objects(record, RDFS.label))
        return Said(_plain(names), _plain(places), codes)

    def part(self, decisions: Iterable[Decision]) -> tuple[list[Decision], list[Decision]]:
        """Decisions that stand, and those whose records are others now.

        To take a link back stands also where its record is gone.
        """
        stand: list[Decision] = []
        changed: list[Decision] = []
        for decision in decisions:
            gone = not decision.accepted and not self._has(decision.proposal)
            (stand if gone or self(decision.proposal) else changed).append(decision)
        return stand, changed

    def _has(self, proposal: Proposal) -> bool:
        row = proposal.row
        record = URIRef(row.iri) if row.iri else terms.record(self._dataset, row.key)
        return (record, RDF.type, None) in self._content


def retired(links: Graph, dataset: str, before: Graph, now: Graph, at: datetime) -> Retired:
    """End the links to records of a dataset that are others in its new edition.

    What was decided stays as it was said, with when it ended (`prov:invalidatedAtTime`) and why; it
    links nothing, and the pair is proposed again. The name of a record that is gone stays with the
    link, so that another that comes in its place later is known to be another.

    Args:
        links: the linkset until now.
        dataset: slug of the dataset.
        before: the dataset until now; empty where it had not come in.
        now: its new edition.
        at: when that comes in.
    """
    graph = Graph()
    records: dict[URIRef, Ended] = {}
    graph += links
    was, is_ = Standing(before, dataset), Standing(now, dataset)
    for link, record in links.subject_objects(CG.linkTarget):
        if (link, PROV.invalidatedAtTime, None) in links or not isinstance(record, URIRef):
            continue
        source = before if (record, RDF.type, None) in before else links
        label = source.value(record, RDFS.label) or links.value(link, DCTERMS.title)
        if label is None:
            continue
        if (record, RDF.type, None) not in now:
            graph.set((link, DCTERMS.title, label))
            continue
        told = was.said(record) if source is before else Said(_plain([str(label)]))
        if told.same(is_.said(record)):
            continue
        name = str(now.value(record, RDFS.label))
        records[record] = Ended(str(now.value(record, CG.recordKey)), str(label), name)
        _end(graph, link, record, (str(label), name), at)
    if records:
        graph.set((terms.links_graph(dataset), VOID.triples, Literal(accepted(graph))))
    return Retired(graph, sorted(records.values()))


def _end(graph: Graph, link: Node, record: URIRef, names: tuple[str, str], at: datetime) -> None:
    source, relation = graph.value(link, CG.linkSource), graph.value(link, CG.linkRelation)
    for property_ in (SKOS.exactMatch, SKOS.closeMatch):
        graph.remove((source, property_, record))
        graph.remove((record, property_, source))
    was, now = (" ".join(re.split(r"[;|\s]+", name)) for name in names)
    en = f"was {relation} with {was}, the record is now {now}"
    id_ = f"dahulu {relation} dengan {was}, kini baris data itu {now}"
    why = graph.value(link, CG.matchReason)
    graph.set((link, CG.matchReason, Literal((f"{why}; " if why else "") + f"{en} | {id_}")))
    graph.set((link, CG.linkRelation, Literal(NO_MATCH)))
    graph.add((link, PROV.invalidatedAtTime, Literal(at.isoformat(), datatype=XSD.dateTime)))


def _plain(texts: Iterable[str]) -> frozenset[str]:
    folded = (" ".join(re.findall(r"[^\W_]+", text.casefold())) for text in texts)
    return frozenset(filter(None, folded))
