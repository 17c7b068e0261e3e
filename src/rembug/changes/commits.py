"""What a commit is, and how a change becomes one: through the gate, in turn."""

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.changes.edits import Edits, edits, touched
from rembug.changes.inferences import Inferences, inferences
from rembug.changes.provenance import of_forgotten
from rembug.changes.verdicts import NOT_DATA, judge
from rembug.errors import Conflict, Refused
from rembug.gate import Report, Result
from rembug.graph import Change, KnowledgeGraph, Role, graph_of, limited, within_time
from rembug.linking.standing import Ended
from rembug.sources import Place
from rembug.terms import CG

_ATTEMPTS: Final = 5
_ALONE: Final = 600  # seconds that a change may be judged
_WAITED_FOR: Final = 60  # while other writers wait

Step = Callable[[str], None]
"""Told, in a few words, what is being done next; a command draws its progress from it."""


Completed = Callable[[Change, Inferences], Change]
"""Makes of a change, and of what follows from it, the one that is committed."""


def as_judged(change: Change, _: Inferences) -> Change:
    """A change as it was judged, which is all of it."""
    return change


@dataclass(frozen=True)
class Commit:
    """What one commit did.

    Attributes:
        version: the number of the store's version that it made, or found when nothing changed.
        added: graphs that came in; empty when everything was there already.
        removed: graphs that were taken back.
        unchanged: graphs that were there already.
        report: the gate's verdict; its warnings are kept here.
        inserted: statements that an update brought, each counted in each graph; else 0.
        deleted: statements that an update took away; else 0.
        unnamed: of those that an update brought, how many into the unnamed graph.
        why: the reasons for which an update changed nothing (`graph.workers.unchanged`).
        ended: records of datasets that are others now, whose links ended.
    """

    version: int
    added: tuple[URIRef, ...]
    removed: tuple[URIRef, ...]
    unchanged: tuple[URIRef, ...]
    report: Report
    inserted: int = 0
    deleted: int = 0
    unnamed: int = 0
    why: tuple[str, ...] = ()
    ended: tuple[Ended, ...] = ()


def through_the_gate(
    graph: KnowledgeGraph,
    base: int,
    change: Change,
    record: Graph,
    places: Mapping[Node, Place] | None = None,
    step: Step = lambda _: None,
    unsaid: Graph | None = None,
    completed: Completed = as_judged,
) -> tuple[int, Report]:
    """Judge what the store would be, and only if it conforms make it so, in one commit.

    Args:
        graph: what is changed.
        base: the version that the change was made against.
        change: to graphs of data.
        record: what provenance says of it; warnings on what comes in whole are kept besides.
        places: where in its file each subject stands, if it comes from files.
        step: told what is being done.
        unsaid: what provenance says of it no more.
        completed: gives what is committed, where only a part of it had to be judged.

    Returns:
        The new version, and what the gate said of the change.

    Raises:
        Refused: the result would not conform to the shapes; carries the report.
        Conflict: the store has a newer version than `base`.
    """
    step("checking against the shapes")
    found = edits(graph, change, places or {})
    verdict = judge(graph, change, places, found)
    report = verdict.report.about(places or {})
    if not report.conforms:
        raise Refused(report)
    gone, come = verdict.mark
    if unsaid is not None:
        gone += unsaid
    change = found.change
    step("reasoning")
    follows = verdict.follows or inferences(graph, found)
    change = completed(_inferring(change, follows), follows)
    step("committing")
    within_time()
    if change.forget:
        gone += of_forgotten(graph, touched(change) - NOT_DATA)
    whole = _and(change, {terms.PROVENANCE: record + come}, {terms.PROVENANCE: gone})
    whole = _and(whole, _noted(graph, record, report, change), {})
    return graph.commit(whole, base), report


def inferring(graph: KnowledgeGraph, change: Change, found: Edits, *, anew: bool = False) -> Change:
    """A change, with what it does to what is kept as inferred.

    Args:
        graph: what is changed.
        change: to graphs of data and of the ontology.
        found: what it does to what somebody may read.
        anew: whether to trust nothing that is kept.
    """
    ontology = change.replace.get(terms.ONTOLOGY_GRAPH)
    return _inferring(change, inferences(graph, found, ontology, anew=anew))


def _inferring(change: Change, found: Inferences) -> Change:
    return _and(change, found.come, found.gone)


def _and(change: Change, come: Mapping[URIRef, Graph], gone: Mapping[URIRef, Graph]) -> Change:
    """A change with some triples more that come and go."""
    append, remove = dict(change.append), dict(change.remove)
    for parts, more in ((append, come), (remove, gone)):
        for iri, triples in more.items():
            if triples:
                there = parts.get(iri)
                parts[iri] = triples if there is None else graph_of(there) + triples
    return replace(change, append=append, remove=remove)


def _noted(
    graph: KnowledgeGraph, record: Graph, report: Report, change: Change
) -> dict[URIRef, Graph]:
    """What the gate said of the subjects of each submission that a record tells of, by its graph.

    A finding is told to lack evidence only where there is none that is restricted either. So where
    anything in a store is, notes are for researchers, else they would tell of what it is about.
    """
    about: dict[Node, list[Result]] = {}
    for result in report.results:
        about.setdefault(URIRef(result.focus_node), []).append(result)
    data = (graph.graphs(Role.ADMIN) | touched(change)) - NOT_DATA
    closed = any(map(terms.is_restricted, data))
    found: dict[URIRef, Graph] = defaultdict(Graph)
    public = (iri for iri in change.replace if (iri, RDF.type, CG.Submission) in record)
    for iri in public if about else ():
        notes = found[terms.restricted(iri) if closed else terms.PROVENANCE]
        subjects = set(graph_of(change.replace[iri]).subjects())
        for result in (result for node in about.keys() & subjects for result in about[node]):
            for language, message in result.messages.items():
                text = f"{result.severity.said(language)}: <{result.focus_node}> {message}"
                notes.add((iri, CG.gateNote, Literal(text, lang=language)))
    return found


def in_turn(graph: KnowledgeGraph, attempt: Callable[[], Commit]) -> Commit:
    """Make a change while others make theirs; where they are faster, while they wait.

    Nobody waits for what is only judged, and for what is, not for long.

    Raises:
        TooLong: it takes longer to judge than a change may.
    """
    try:
        with limited(_ALONE):
            return attempt()
    except Conflict:
        with graph.turn, limited(_WAITED_FOR):
            return retried(attempt)


def retried(attempt: Callable[[], Commit]) -> Commit:
    for _ in range(_ATTEMPTS - 1):
        try:
            return attempt()
        except Conflict:
            continue
    return attempt()
