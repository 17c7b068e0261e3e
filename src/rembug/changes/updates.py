"""Graphs that are written by name: the Graph Store Protocol and SPARQL Update, through the gate."""

from collections.abc import Collection, Mapping
from dataclasses import replace

from rdflib import RDF, Graph, URIRef

from rembug import gate, privacy, terms
from rembug.changes.commits import Commit, in_turn, through_the_gate
from rembug.changes.earlier import Earlier, decided
from rembug.changes.edits import touched
from rembug.changes.endings import ending
from rembug.changes.provenance import (
    commit_record,
    graph_record,
)
from rembug.changes.verdicts import NOT_DATA, triples_of
from rembug.errors import Forbidden, Unreviewed, Words
from rembug.graph import (
    SUBJECT,
    UNNAMED,
    Asker,
    Change,
    Content,
    KnowledgeGraph,
    Named,
    Role,
    Scope,
    Triple,
    graph_of,
    n_triples,
)
from rembug.privacy.cells import suppressing
from rembug.privacy.others import require_open
from rembug.privacy.scan import Sighting, describe, digest, look
from rembug.terms import CG


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
        version, change, inserted, deleted = graph.tried(text, named, asker, base)
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
            version,
            file="SPARQL Update",
            reviewed=reviewed,
            earlier=earlier,
            agent=agent,
        )
        return replace(done, inserted=inserted, deleted=deleted)

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
    change = _protected(graph, change)
    found = _sightings(graph, change)
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


def _sightings(graph: KnowledgeGraph, change: Change) -> tuple[Sighting, ...]:
    """What looks like persons in what a change makes public, and in the names of new graphs.

    In a graph of no study, too, once the store has one; before, nobody's words are in it.
    """
    there = graph.graphs(Role.ADMIN)
    ours, nobodys, closed = Graph(), Graph(), Graph()
    studies: set[str] = set()
    for contents in (change.replace, change.append):
        for iri, content in contents.items():
            study = terms.submission_of(iri)
            if study is not None:
                studies.add(study)
            part = nobodys if study is None else ours
            for triple in triples_of(content):
                (closed if terms.is_restricted(iri) else part).add(triple)
            if content and iri != UNNAMED and terms.unrestricted(iri) not in there:
                part.add((terms.unrestricted(iri), RDF.type, CG.Submission))
    found = look(graph, ours, closed, studies)
    if nobodys and any(map(terms.is_of_a_study, there)):
        found += look(graph, nobodys, closed, None)
    seen = graph.reader(Scope(restricted=False))
    said = set(seen.matching(SUBJECT, {s.triple[0] for s in found}))
    return tuple(sighting for sighting in found if sighting.triple not in said)


def _protected(graph: KnowledgeGraph, change: Change) -> Change:
    """A change, with what must not be public in the restricted parts of its graphs.

    What a statement is about decides, and not the name of its graph. What a restricted graph says
    and no public one does stays restricted wherever it is copied or moved to.

    Raises:
        Forbidden: a graph that has no restricted part would say what is restricted, or one of a
            study what another study keeps from the public.
    """
    coming = [
        (part, iri, Graph() + content if isinstance(content, Graph) else graph_of(content))
        for part in (change.replace, change.append)
        for iri, content in part.items()
    ]
    held_back, known = privacy.held_back(graph), privacy.silent(graph)
    given = [content for _, _, content in coming]
    closed = privacy.closed(graph, given, known.union(*map(privacy.silent_in, given)))
    parts: dict[int, dict[URIRef, Content]] = {id(change.replace): {}, id(change.append): {}}
    split: list[tuple[URIRef, Graph]] = []
    for part, iri, public in coming:
        kept, held = parts[id(part)], Graph()
        split += ((iri, public), (terms.restricted(iri), held))
        if not terms.is_restricted(iri):
            privacy.withhold(public, held, held_back, known, closed)
            own = terms.restricted(iri)
            for triple in _restricted_so_far(graph, public, own if own in change.replace else None):
                public.remove(triple)
                held.add(triple)
        content = public if held or terms.is_restricted(iri) else part[iri]
        kept[iri] = graph_of(kept[iri]) + public if iri in kept else content
        if held:
            to = privacy.restricted_part(iri)
            kept[to] = graph_of(kept[to]) + held if to in kept else held
    whole, more = parts[id(change.replace)], parts[id(change.append)]
    require_open(graph, split, [some for iri, some in split if not terms.is_restricted(iri)])
    moved = privacy.moving(graph, replace(change, replace=whole, append=more), closed)
    done = suppressing(graph, moved)
    empty = {
        iri for iri, content in done.replace.items() if terms.is_restricted(iri) and not content
    }
    left = {iri: content for iri, content in done.replace.items() if iri not in empty}
    return replace(done, replace=left, drop=done.drop | empty)


def _restricted_so_far(
    graph: KnowledgeGraph, public: Graph, anew: URIRef | None
) -> Collection[Triple]:
    """Those of some statements that restricted graphs alone make.

    Args:
        graph: has the graphs.
        public: statements that are to come into a public graph.
        anew: its restricted part where that is written anew with it, and so no longer counts.
    """
    apart = {iri for iri in graph.graphs(Role.ADMIN) if terms.is_restricted(iri)}
    apart -= {anew, *terms.KEPT_BY_REMBUG}
    if not apart or not public:
        return ()
    found = graph.reader(Scope(only=frozenset(map(str, apart)))).holding(set(public))
    open_ = Scope(without=frozenset(map(str, terms.KEPT_BY_REMBUG)), restricted=False)
    return found - graph.reader(open_).holding(found) if found else found
