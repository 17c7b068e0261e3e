"""Graphs that are written by name: the Graph Store Protocol and SPARQL Update, through the gate."""

from collections.abc import Mapping
from dataclasses import replace

from rdflib import URIRef

from rembug import gate, terms
from rembug.changes.commits import Commit, in_turn, through_the_gate
from rembug.changes.earlier import Earlier, decided
from rembug.changes.edits import touched
from rembug.changes.endings import ending
from rembug.changes.protection import protected, sightings
from rembug.changes.provenance import commit_record, graph_record
from rembug.changes.verdicts import NOT_DATA
from rembug.errors import Forbidden, Unreviewed, Words
from rembug.graph import UNNAMED, Asker, Change, KnowledgeGraph, Named, Role, n_triples
from rembug.privacy.scan import describe, digest


def put(
    graph: KnowledgeGraph,
    contents: Mapping[URIRef, bytes],
    *,
    whole: bool,
    file: str,
    reviewed: str = "",
    earlier: Earlier | None = None,
    agent: str = "",
) -> Commit:
    """Write graphs by name, as the Graph Store Protocol does; each is a submission of that graph.

    Args:
        graph: where to.
        contents: N-Triples by graph; UNNAMED for the store's unnamed graph.
        whole: whether they replace what a graph holds (PUT), its restricted part with it, or come
            in addition (POST).
        file: what provenance calls the content.
        reviewed: digest of what looks like persons and may become public.
        earlier: what becomes of earlier versions that tell what is taken (`earlier.decided`).
        agent: who writes.

    Raises:
        Refused: the result would not conform to the shapes; carries the report.
        Unreviewed: what looks like persons would become public; carries its digest.
        Forbidden: a graph is one that Rembug itself keeps.
    """

    def once() -> Commit:
        base = graph.version
        change = Change(append=dict(contents))
        if whole:
            parts = set(map(terms.restricted, contents)) & graph.graphs(Role.ADMIN)
            change = Change(replace=dict.fromkeys(parts, b"") | dict(contents))
        return write(
            graph, change, base, file=file, reviewed=reviewed, earlier=earlier, agent=agent
        )

    return in_turn(graph, once)


def drop(
    graph: KnowledgeGraph, iri: URIRef, *, earlier: Earlier | None = None, agent: str = ""
) -> Commit:
    """Take a graph away, as the Graph Store Protocol's DELETE does; raises as `put` does.

    What was moved into its restricted part goes along, as it does when a submission is reverted.
    """

    def once() -> Commit:
        base = graph.version
        parts = frozenset({iri, terms.restricted(iri)}) & graph.graphs(Role.ADMIN)
        change = Change(replace={iri: b""}) if iri == UNNAMED else Change(drop=parts | {iri})
        return write(graph, change, base, file="DELETE", earlier=earlier, agent=agent)

    return in_turn(graph, once)


def update(
    graph: KnowledgeGraph,
    text: str,
    named: Named | None = None,
    *,
    asker: Asker,
    base: str | None = None,
    reviewed: str = "",
    earlier: Earlier | None = None,
    agent: str = "",
) -> Commit:
    """Make a SPARQL Update, if its result conforms to the shapes.

    It is tried on a copy first, and what it changed there is judged and committed. A statement that
    is deleted without a graph goes from every graph of data that makes it; one that is inserted
    without a graph comes into the unnamed one, if no graph makes it. What Rembug keeps itself (the
    ontology, the provenance, the entailments) no update matches; CLEAR ALL leaves it too.

    Args:
        graph: what it changes.
        text: SPARQL 1.1 Update.
        named: the default and named graphs that the request names beside it.
        asker: who waits for it.
        base: what relative IRIs are resolved against.
        reviewed: digest of what looks like persons and may become public.
        earlier: what becomes of earlier versions that tell what is taken (`earlier.decided`).
        agent: who writes.

    Raises:
        Refused: the result would not conform to the shapes; carries the report.
        Forbidden: it writes to a graph that Rembug itself keeps, or calls another endpoint.
        QuerySyntaxError: the text is not SPARQL Update.
    """

    def once() -> Commit:
        tried = graph.service.tried(text, named, asker, base)
        change = tried.change
        kept = {iri for iri in touched(change) & NOT_DATA if not change.replace.get(iri)}
        kept -= change.append.keys() | change.remove.keys()
        change = Change(
            {iri: c for iri, c in change.replace.items() if iri not in kept},
            change.append,
            change.drop - kept,
            change.remove,
        )
        done = write(
            graph,
            change,
            tried.version,
            file="SPARQL Update",
            reviewed=reviewed,
            earlier=earlier,
            agent=agent,
        )
        if not touched(change):
            return replace(done, why=graph.service.unchanged(text, named, asker, base))
        return replace(done, inserted=tried.inserted, deleted=tried.deleted, unnamed=tried.unnamed)

    return in_turn(graph, once)


def write(
    graph: KnowledgeGraph,
    change: Change,
    base: int,
    *,
    file: str,
    reviewed: str = "",
    earlier: Earlier | None = None,
    agent: str = "",
) -> Commit:
    """Commit a change that is made already, through the gate.

    Args:
        graph: what it changes.
        change: its contents are N-Triples.
        base: the version that it was made against.
        file: what provenance calls its content.
        reviewed: digest of what looks like persons and may become public.
        earlier: what becomes of earlier versions that tell what is taken (`earlier.decided`).
        agent: who writes.

    Raises:
        Refused: the result would not conform to the shapes; carries the report.
        Unreviewed: what looks like persons would become public; carries its digest.
        Forbidden: a graph is one that Rembug itself keeps.
        Conflict: the store has a newer version.
    """
    given = {iri for part in (change.replace, change.append) for iri in part if part[iri]}
    if own := sorted((touched(change) & NOT_DATA) | set(filter(terms.is_reserved, given))):
        raise Forbidden(
            Words(
                f"Rembug itself keeps the graph <{own[0]}>; write to another",
                f"graf <{own[0]}> dikelola Rembug sendiri; tulis ke graf lain",
            )
        )
    if not touched(change):
        return Commit(base, (), (), (), gate.Report(conforms=True, results=()))
    change = protected(graph, change)
    found = sightings(graph, change)
    if found and digest(found) != reviewed:
        raise Unreviewed(found, describe(found), digest(found))
    change = decided(graph, change, earlier)
    record = commit_record(base + 1, agent)
    written = (*change.replace, *change.append, *change.remove)
    for iri in dict.fromkeys(written):
        content = "".join(
            n_triples(part[iri]) for part in (change.replace, change.append) if iri in part
        ).encode()
        record += graph_record(iri or terms.UNNAMED, file, content, base + 1)
    for iri in change.drop:
        record += graph_record(iri, file, None, base + 1)
    change, ended = ending(graph, change)
    version, report = through_the_gate(graph, base, change, record)
    whole = tuple(dict.fromkeys(written))
    return Commit(version, whole, tuple(change.drop), (), report, ended=ended)
