"""Findings as nanopublications: what is said, what it rests on, and who published it when.

Four named graphs for each, as the Nanopublication Guidelines (2.0 and before) have it: the head,
the assertion, its provenance, and the publication's own record.
"""

from collections.abc import Iterator
from hashlib import sha256
from typing import Final

from rdflib import DCTERMS, PROV, RDF, RDFS, XSD, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from rembug import __version__, terms
from rembug.changes.provenance import Event, history
from rembug.errors import NothingToWrite, Words
from rembug.graph import KnowledgeGraph, Role, write_graphs
from rembug.terms import CG

NP: Final = Namespace("http://www.nanopub.org/nschema#")
_FINDINGS: Final = (CG.Finding, CG.Opportunity, CG.Challenge, CG.Recommendation)
_BEARING: Final = (CG.supports, CG.undermines, CG.qualifies)


def nanopublications(graph: KnowledgeGraph, study: str) -> str:
    """The public findings of a study, each as a nanopublication.

    Args:
        graph: where the study is.
        study: its slug.

    Returns:
        TriG. A nanopublication's IRI has the digest of its assertion, so that another assertion is
        another nanopublication.

    Raises:
        NothingToWrite: the study has no finding that everyone may read.
    """
    parts = {
        iri: graph.read([iri])
        for iri in graph.graphs(Role.PUBLIC)
        if terms.submission_of(iri) == study
    }
    events = {URIRef(terms.GRAPH + event.submission): event for event in history(graph, study)}
    everything = sum(parts.values(), Graph())
    licences = set(everything.objects(terms.study(study), DCTERMS.license))
    found = [
        _One(study, finding, iri, everything, events.get(iri), licences)
        for iri, part in sorted(parts.items())
        for finding in sorted(
            {f for k in _FINDINGS for f in part.subjects(RDF.type, k) if isinstance(f, URIRef)}
        )
    ]
    if not found:
        raise NothingToWrite(
            Words(
                f"the study {study} has no finding that everybody may read",
                f"studi {study} tidak memiliki temuan yang terbuka untuk umum",
            )
        )
    return write_graphs((part for one in found for part in one.graphs()), "trig").decode()


class _One:
    def __init__(
        self,
        study: str,
        finding: URIRef,
        submission: URIRef,
        data: Graph,
        event: Event | None,
        licences: set[Node],
    ) -> None:
        self._study, self._finding, self._submission = study, finding, submission
        self._data, self._event, self._licences = data, event, licences
        self._said = Graph()
        for triple in data.triples((finding, None, None)):
            self._said.add(triple)
        digest = sha256(_lines(self._said)).hexdigest()[:16]
        self.iri = terms.thing(study, "nanopub", f"{finding.rpartition('/')[2]}-{digest}")

    def graphs(self) -> Iterator[tuple[URIRef, bytes]]:
        """Its four graphs, each under its name in N-Triples."""
        names = ("head", "assertion", "provenance", "pubinfo")
        iris = [URIRef(f"{self.iri}#{name}") for name in names]
        parts = (self._head(*iris), self._said, self._provenance(iris[1]), self._published())
        for iri, part in zip(iris, parts, strict=True):
            yield iri, _lines(part)

    def _head(self, _: URIRef, assertion: URIRef, provenance: URIRef, published: URIRef) -> Graph:
        head = Graph()
        head.add((self.iri, RDF.type, NP.Nanopublication))
        head.add((self.iri, NP.hasAssertion, assertion))
        head.add((self.iri, NP.hasProvenance, provenance))
        head.add((self.iri, NP.hasPublicationInfo, published))
        return head

    def _provenance(self, assertion: URIRef) -> Graph:
        rests = Graph()
        rests.add((assertion, PROV.wasAttributedTo, terms.study(self._study)))
        rests.add((assertion, PROV.wasDerivedFrom, self._submission))
        for predicate in _BEARING:
            for evidence in self._data.subjects(predicate, self._finding):
                rests.add((assertion, PROV.wasDerivedFrom, evidence))
                rests.add((evidence, predicate, self._finding))
                for source in self._data.objects(evidence, CG.inSource):
                    rests.add((evidence, CG.inSource, source))
        return rests

    def _published(self) -> Graph:
        published = Graph()
        if self._event is not None:
            created = Literal(self._event.time, datatype=XSD.dateTime)
            agent = terms.thing("store", "agent", terms.slug(self._event.agent) or "someone")
            published.add((self.iri, DCTERMS.created, created))
            published.add((self.iri, PROV.wasAttributedTo, agent))
            published.add((agent, RDFS.label, Literal(self._event.agent)))
        for licence in self._licences:
            published.add((self.iri, DCTERMS.license, licence))
        published.add((self.iri, CG.rembugVersion, Literal(__version__)))
        return published


def _lines(graph: Graph) -> bytes:
    """In N-Triples, always in the same order."""
    body: bytes = graph.serialize(format="nt", encoding="utf-8")
    return b"".join(sorted(body.splitlines(keepends=True)))
