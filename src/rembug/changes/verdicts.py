"""What the gate says of the store as it would be with a change."""

import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from rdflib import Graph, Literal, URIRef
from rdflib.term import Node

from rembug import reasoning, terms
from rembug.changes.edits import NOT_SAID, Edits, edits, touched
from rembug.changes.inferences import Inferences, contradictions, contradictions_in, inferences
from rembug.gate import (
    LIST_PARTS,
    Report,
    Result,
    Severity,
    Statements,
    Underivable,
    check,
    check_all,
    check_edit,
    check_statements,
    digest,
    notes,
)
from rembug.graph import (
    PREDICATE,
    SUBJECT,
    UNNAMED,
    Change,
    Content,
    KnowledgeGraph,
    Role,
    Scope,
    Triple,
    Whole,
    as_graph,
    graph_of,
    spilling_graph,
    triples_to_text,
)
from rembug.sources import Place
from rembug.terms import CG

NOT_DATA: Final = terms.KEPT_BY_REMBUG
# Times as much as comes in: so much is judged sooner than what it concerns is found.
_LITTLE: Final = 4
_NO_CHANGE: Final = Change()
_ONTOLOGY: Final = Scope(only=frozenset({str(terms.ONTOLOGY_GRAPH)}))
_SINCE: Final = {
    "en": " (The store had this before the rules changed; until it is mended, each change is "
    "judged with the whole store.)",
    "id": " (Hal ini sudah ada sebelum aturannya berubah; sampai diperbaiki, setiap perubahan "
    "diperiksa bersama seluruh data.)",
}
_logger: Final = logging.getLogger("rembug.gate")

Parts = tuple[Graph, Graph]
"""The public and the restricted triples of a submission."""


@dataclass(frozen=True)
class Verdict:
    """What the gate says of a change.

    Attributes:
        report: the results, of all that the change can alter at least.
        mark: what has to be changed in the provenance graph besides, for the next verdict to build
            on this one: triples that go, and triples that come.
        follows: what the change does to what is inferred, if that had to be known.
    """

    report: Report
    mark: tuple[Graph, Graph]
    follows: Inferences | None = None


def judge(
    graph: KnowledgeGraph,
    change: Change,
    places: Mapping[Node, Place] | None = None,
    found: Edits | None = None,
) -> Verdict:
    """The gate's verdict on the store as it would be with a change.

    It costs what the change costs, if the store was judged by the same shapes and ontology before
    and what the shapes read is known; else everything is judged, unless the change forgets.

    Args:
        graph: what is changed.
        change: to graphs of data.
        places: where in its file each subject stands; these are judged in any case.
        found: what the change does, if that is known already.
    """
    verdict = _judged_with(graph, change, places or {}, found)
    return replace(verdict, report=verdict.report.in_cells(places or {}))


def _judged_with(
    graph: KnowledgeGraph, change: Change, places: Mapping[Node, Place], found: Edits | None
) -> Verdict:
    found = found or edits(graph, change, places)
    come = _coming(found.change)
    torn = _torn(graph, found)
    told = check_statements(come, graph.reader(_ONTOLOGY), found.whole.after, places, torn)
    told = told.also(notes(found.repaired, places))
    if any(r.shape == str(terms.SHAPES.Individuals) for r in told.results):
        # By axioms that do not belong here nothing is to be judged, nor is anything to follow.
        return Verdict(told, (Graph(), Graph()))
    old, new = judged_by(graph)
    follows = None
    try:
        if old != new and not found.change.forget and _has_data(graph):
            raise Underivable("the shapes or the ontology are not those it was judged by")
        most = _is_most(graph, found.change)
        follows = inferences(graph, found, anew=most)
        report = _judged(graph, found, places, most)
        odd = impossible(contradictions(graph, found, follows), come, places)
        report = report.also(told.results, odd)
    except Underivable as reason:
        _logger.warning("the whole store is validated: %s", reason)
        report = check_whole(graph, found.change, places).also(notes(found.repaired, places))
    # What is to be forgotten does not wait for the whole to be judged; the next change does that.
    if old == new or (found.change.forget and report.conforms):
        return Verdict(report, (Graph(), Graph()), follows)
    if found.change.forget:  # something wrong may have stood there before
        report = check_whole(graph, found.change, places).also(notes(found.repaired, places))
    if not report.conforms and (lasting := _standing(graph, report)) is not report:
        return Verdict(lasting, (Graph(), Graph()), follows)
    return Verdict(report, (mark(old), mark(new)), follows)


def _standing(graph: KnowledgeGraph, report: Report) -> Report:
    """A report in which what a store had before other rules came is a warning, not a violation.

    Else such a store could be mended in one change alone, of all that is wrong with it. What a file
    brings in is a violation still. The same report, where nothing of it stood before.
    """
    had = {_what(r) for r in check_whole(graph).results if r.severity is Severity.VIOLATION}
    told = [r for r in report.results if r.place is None and _what(r) in had]
    if not told:
        return report
    others = [r for r in report.results if r not in told]
    return Report.of(
        [
            *others,
            *(
                replace(
                    r,
                    severity=Severity.WARNING,
                    messages={x: f"{text}{_SINCE.get(x, '')}" for x, text in r.messages.items()},
                )
                for r in told
            ),
        ]
    )


def _what(result: Result) -> tuple[object, ...]:
    return result.focus_node, result.path, result.value, result.shape, result.component


def _coming(change: Change) -> dict[URIRef, Graph]:
    """What comes into each graph of data."""
    come: dict[URIRef, Graph] = {}
    for part in (change.replace, change.append):
        for iri, content in part.items():
            if iri not in NOT_DATA:
                there = come.get(iri)
                come[iri] = graph_of(content) if there is None else there + graph_of(content)
    return come


def _torn(graph: KnowledgeGraph, found: Edits) -> set[Triple]:
    """Parts of lists that go from graphs of studies, and are nowhere else."""
    parts = {t for t in Whole(found.whole.removed) if t[PREDICATE] in LIST_PARTS}
    if not parts:
        return parts
    ours = frozenset(str(iri) for iri in touched(found.change) if terms.is_of_a_study(iri))
    return graph.reader(Scope(only=ours)).holding(parts)


def _judged(
    graph: KnowledgeGraph, found: Edits, places: Mapping[Node, Place], most: bool
) -> Report:
    """The gate's verdict on a change, with all that there is where the change is most of it."""
    if most:
        try:
            whole = Statements(_contents(graph, found.change), found.whole.after)
            public = Statements(
                _contents(graph, found.change, restricted=False), found.public.after
            )
            return check_all(whole, public, places).about(places)
        except Underivable as reason:
            _logger.warning("the change alone is judged: %s", reason)
    return check_edit(found.whole, found.public, places)


def _is_most(graph: KnowledgeGraph, change: Change) -> bool:
    """Whether there is so little beside a change that all is sooner looked at than what it alters.

    What is looked up for a change, triple by triple, costs several times what goes by in a row.
    """
    return not graph.exceeds(_LITTLE * _size(change))


def _size(change: Change) -> int:
    """How many triples a change brings, as far as it brings graphs."""
    parts = (change.replace, change.append)
    return sum(len(c) for part in parts for c in part.values() if isinstance(c, Graph))


def _contents(
    graph: KnowledgeGraph, change: Change, *, restricted: bool = True
) -> Iterator[Content]:
    """What is stated in each graph as it would be with a change."""
    written = touched(change)
    for iri in graph.graphs(Role.ADMIN) | {UNNAMED} | written:
        if str(iri) in NOT_SAID or (terms.is_restricted(iri) and not restricted):
            continue
        if iri not in written:
            yield graph.triples(iri)
        elif _is_whole(change, iri):
            yield from (part[iri] for part in (change.replace, change.append) if iri in part)
        else:
            yield triples_to_text(_after(change, iri, triples_of(graph.triples(iri)))).encode()


def check_whole(
    graph: KnowledgeGraph,
    change: Change = _NO_CHANGE,
    places: Mapping[Node, Place] | None = None,
) -> Report:
    """The gate's verdict on everything in the store, with a change if there is one."""
    public, restricted = with_change(graph, change)
    schema = graph.read([terms.ONTOLOGY_GRAPH])
    facts = Whole(public, restricted, schema)
    kept = (graph.graphs(Role.ADMIN) | {UNNAMED}) - NOT_DATA - touched(change)
    said: dict[URIRef, Iterable[Triple]] = {iri: graph.read([iri]) for iri in kept}
    said |= _coming(change)
    told = check_statements(said, Whole(schema), facts, places)
    odd = impossible(contradictions_in(schema, public, restricted), said, places or {})
    return check(public, restricted, schema, places).also(told.results, odd)


def impossible(
    found: Iterable[reasoning.Contradiction],
    said: Mapping[URIRef, Iterable[Triple]],
    places: Mapping[Node, Place],
) -> Iterator[Result]:
    """What cannot be, as the gate's results.

    A literal that means nothing is kept in a graph of no study: nothing is concluded from it.
    """
    for it in found:
        if (
            it.rule == "dt-not-type"
            and not str(it.about).startswith(str(terms.ID))
            and not any(
                isinstance(triples, Graph) and (it.about, None, None) in triples
                for iri, triples in said.items()
                if terms.is_of_a_study(iri)
            )
        ):
            continue
        about = [node for node in (it.about, it.value, *it.alike) if node is not None]
        yield Result(
            severity=Severity.VIOLATION,
            focus_node=str(it.about),
            path=None if it.path is None else str(it.path),
            value=None if it.value is None else str(it.value),
            messages=it.messages,
            shape=str(terms.SHAPES.Consistent),
            component=str(terms.SHAPES[it.rule]),
            place=next((p for node in about if (p := places.get(node)) is not None), None),
        )


def with_change(graph: KnowledgeGraph, change: Change = _NO_CHANGE) -> Parts:
    """The data of a store as it would be with a change, all of it."""
    written = touched(change)
    kept = (graph.graphs(Role.ADMIN) | {UNNAMED}) - NOT_DATA - written
    closed = {iri for iri in kept if terms.is_restricted(iri)}
    public, restricted = spilling_graph(), spilling_graph()
    for part, graphs in ((public, kept - closed), (restricted, closed)):
        for iri in graphs:
            as_graph(graph.triples(iri), part)
    for iri in written - NOT_DATA:
        part = restricted if terms.is_restricted(iri) else public
        before = set() if _is_whole(change, iri) else triples_of(graph.triples(iri))
        for triple in _after(change, iri, before):
            part.add(triple)
    return public, restricted


def judged_by(graph: KnowledgeGraph) -> tuple[str, str]:
    """The digest of what a store was judged by, and of what it would be judged by now."""

    def told(iri: URIRef, predicate: URIRef) -> str:
        reader = graph.reader(Scope(only=frozenset({str(iri)})))
        return "".join(sorted(str(o) for _, _, o in reader.matching(SUBJECT, [iri], predicate)))

    ontology = told(terms.ONTOLOGY_GRAPH, CG.sha256)
    return told(terms.PROVENANCE, CG.judgedBy), digest(ontology)


def mark(digest: str) -> Graph:
    """What the provenance graph says of a store that was judged by something; nothing for ""."""
    marked = Graph()
    if digest:
        marked.add((terms.PROVENANCE, CG.judgedBy, Literal(digest)))
    return marked


def _has_data(graph: KnowledgeGraph) -> bool:
    return bool(graph.graphs(Role.ADMIN) - NOT_DATA) or bool(graph.triples(UNNAMED))


def _is_whole(change: Change, iri: URIRef) -> bool:
    return iri in change.replace or iri in change.drop


def _after(change: Change, iri: URIRef, before: set[Triple]) -> set[Triple]:
    """What is in a graph after a change, of what was in it before."""
    kept = _of(change.replace, iri) if _is_whole(change, iri) else before - _of(change.remove, iri)
    return kept | _of(change.append, iri)


def _of(contents: Mapping[URIRef, Content], iri: URIRef) -> set[Triple]:
    return triples_of(contents.get(iri, b""))


def triples_of(content: Content) -> set[Triple]:
    """The triples of a graph."""
    return set(graph_of(content))
