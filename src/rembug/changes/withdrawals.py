"""What is removed when an informant withdraws consent."""

from typing import Final

from rdflib import DCTERMS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.changes.commits import Commit, through_the_gate
from rembug.changes.provenance import commit_iri, commit_record
from rembug.changes.verdicts import NOT_DATA
from rembug.errors import UnknownName
from rembug.graph import (
    UNNAMED,
    Change,
    Content,
    KnowledgeGraph,
    Remembering,
    Role,
    Scope,
    Triple,
    looked_up,
)
from rembug.privacy.cells import suppressing
from rembug.privacy.withdrawals import Withdrawal, withdrawn
from rembug.terms import CG

_FILES: Final = ("file", "codebook")


def withdrawal(graph: KnowledgeGraph, study: str, pseudonym: str) -> Withdrawal:
    """What would go if an informant withdrew; raises UnknownName, with the nearest."""
    everything = _everything(graph)
    return withdrawn(everything, _informant(everything, study, pseudonym))


def _everything(graph: KnowledgeGraph) -> Graph:
    return looked_up(Remembering(graph.reader(Scope(without=frozenset(map(str, NOT_DATA))))))


def withdraw(
    graph: KnowledgeGraph, study: str, pseudonym: str, *, agent: str = ""
) -> tuple[Commit, Withdrawal]:
    """Remove an informant, their words, and what rests on those alone, through the gate.

    The record says that consent was withdrawn, and not whose.

    Args:
        graph: where from.
        study: slug of the study.
        pseudonym: as the study calls the informant.
        agent: who does it; empty for the account's own name.

    Raises:
        UnknownName: the study has no such informant.
        Refused: what would be left does not conform; carries the report.
    """
    base = graph.version
    found = withdrawal(graph, study, pseudonym)
    speaking = graph.graphs_with({*found.things, *(s for s, _, _ in found.words)}) - NOT_DATA
    there = graph.graphs(Role.ADMIN)
    speaking |= {terms.restricted(iri) for iri in speaking} & there
    parts = {iri: graph.read([iri]) for iri in speaking}
    kept = {iri: found.without(part) for iri, part in parts.items()}
    reached = {terms.unrestricted(i) for i, part in kept.items() if len(part) < len(parts[i])}
    for iri in map(terms.restricted, reached):
        for triple in _told(kept.get(iri, Graph())):
            kept[iri].remove(triple)
    changed = {iri: part for iri, part in kept.items() if len(part) < len(parts[iri])}
    replace: dict[URIRef, Content] = {iri: p for iri, p in changed.items() if p or iri == UNNAMED}
    record = commit_record(base + 1, agent)
    record.add((commit_iri(base + 1), DCTERMS.description, Literal("consent withdrawn", lang="en")))
    record.add(
        (commit_iri(base + 1), DCTERMS.description, Literal("persetujuan ditarik", lang="id"))
    )
    record.add((commit_iri(base + 1), CG.consentWithdrawnIn, terms.study(study)))
    empty = frozenset(changed.keys() - replace.keys())
    change = suppressing(graph, Change(replace, drop=empty, forget=True))
    version, report = through_the_gate(graph, base, change, record)
    return Commit(version, (), tuple(changed), (), report), found


def _told(restricted: Graph) -> list[Triple]:
    """What a restricted part says of its files, which may be called by who withdraws, and notes."""
    named = (DCTERMS.title, DCTERMS.alternative, SKOS.editorialNote, CG.sha256)
    files = [t for t in restricted if t[1] in named and terms.kind_of(str(t[0])) in _FILES]
    return files + list(restricted.triples((None, CG.gateNote, None)))


def _informant(everything: Graph, study: str, pseudonym: str) -> Node:
    known = {
        str(name): who
        for who in everything.subjects(CG.inStudy, terms.study(study))
        for name in everything.objects(who, CG.pseudonym)
    }
    if pseudonym not in known:
        code = pseudonym.rstrip("/").rpartition("/")[2].casefold()
        meant = [name for name, who in known.items() if str(who).rpartition("/")[2] == code]
        raise UnknownName("informant", pseudonym, known, meant)
    return known[pseudonym]
