"""The focus nodes whose verdict a change can alter, and the part of the graph that decides it."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from rdflib import RDF, RDFS, Graph
from rdflib.term import Node

from rembug.gate.prepared import Prepared
from rembug.gate.reads import Reading
from rembug.gate.steps import START, Step, Steps
from rembug.graph import (
    OBJECT,
    PREDICATE,
    SUBJECT,
    Edited,
    Reader,
    Remembering,
    Scratch,
    Triple,
    Whole,
    batches,
)

_FOCUS_NODES: Final = 2_000  # judged at once, on one part of the graph
_CHANGES: Final = 10_000  # triples that are walked back from at once

Pairs = Mapping[Reading, frozenset[Node]]
"""The shapes that have to be asked, each with the focus nodes to ask it of."""


@dataclass(frozen=True)
class Edit:
    """A change to a graph.

    Attributes:
        before: the graph as it is.
        removed: triples of it that go.
        added: triples that come and are not in it.
        subjects: further nodes whose verdict is asked for, whether or not it can have changed.
    """

    before: Reader
    removed: Graph = field(default_factory=Graph)
    added: Whole = field(default_factory=Whole)
    subjects: Collection[Node] = frozenset()

    @property
    def after(self) -> Reader:
        """The graph as it would be."""
        return Edited(self.before, self.removed, self.added)

    @property
    def classes(self) -> bool:
        """Whether it changes which class is below which, which concerns everything."""
        both = (Whole(self.removed), self.added)
        return any(True for part in both for _ in part.matching(PREDICATE, [RDFS.subClassOf]))


def concerned(readings: Iterable[Reading], edit: Edit) -> Iterator[tuple[Pairs, Reader]]:
    """The shapes and focus nodes whose verdict a change can alter, each once, some at a time.

    With them comes the graph as it would be, as far as it is known by then.

    A triple that went was read, if at all, on a walk over the graph as it was, and one that came on
    a walk over the graph as it would be: so each is walked back from in its own.

    Args:
        readings: what the shapes read.
        edit: the change; it does not touch `rdfs:subClassOf`.
    """
    walks = {reading: _Walk(reading.whole) for reading in readings}
    known: dict[Reading, set[Node]] = {reading: set() for reading in walks}
    below = _Below(edit.after)

    def new(found: Callable[[_Walk], set[Node]], graph: Reader) -> tuple[Pairs, Reader]:
        reached = {r: nodes - known[r] for r, walk in walks.items() if (nodes := found(walk))}
        pairs = {r: focus for r, focus in _targeted(reached, graph, below) if focus}
        for reading, focus in pairs.items():
            known[reading] |= focus
        return pairs, graph

    for triples in batches(edit.removed, _CHANGES):
        changed, before = _Changed(triples), _known(edit.before)
        yield new(lambda walk: walk.back(changed, before, below), _known(edit.after))  # noqa: B023
    for triples in batches(edit.added, _CHANGES):
        changed, after = _Changed(triples), _known(edit.after)
        yield new(lambda walk: walk.back(changed, after, below), after)  # noqa: B023
    for nodes in batches(edit.subjects, _CHANGES):
        # What is wholly new was come to by what came.
        there = {triple[SUBJECT] for triple in edit.before.matching(SUBJECT, nodes)}
        if there:
            yield new(lambda _: there, _known(edit.after))  # noqa: B023


def aimed_at(
    readings: Iterable[Reading], nodes: Iterable[Node], graph: Reader
) -> Iterator[tuple[Pairs, Reader]]:
    """The shapes that are for some nodes of a graph, some at a time; with them comes the graph."""
    readings, below = tuple(readings), _Below(graph)
    for some in batches(nodes, _CHANGES):
        known = _known(graph)
        reached = {reading: set(some) for reading in readings}
        yield {r: focus for r, focus in _targeted(reached, known, below) if focus}, known


def parts(pairs: Pairs, graph: Reader) -> Iterator[tuple[Pairs, Graph]]:
    """Some of the pairs at a time, each with the part of the graph that decides their verdict."""
    everyone = dict.fromkeys(node for nodes in pairs.values() for node in nodes)
    for some in batches(everyone, _FOCUS_NODES):
        now = {r: both for r, nodes in pairs.items() if (both := nodes.intersection(some))}
        read = set(graph.matching(PREDICATE, [RDFS.subClassOf]))
        for reading, nodes in now.items():
            _Walk(reading.whole).forth(nodes, graph, read)
        yield now, _graph(read)


def _known(graph: Reader) -> Remembering:
    return Remembering(graph, subjects=True)


def _graph(triples: Iterable[Triple]) -> Graph:
    graph = Graph(store=Prepared())
    for triple in triples:
        graph.add(triple)
    return graph


def _targeted(
    reached: Mapping[Reading, set[Node]], graph: Reader, below: "_Below"
) -> Iterator[tuple[Reading, frozenset[Node]]]:
    """For each shape, those of some nodes that it is for."""
    asked = dict.fromkeys(n for r, nodes in reached.items() if r.target.queries for n in nodes)
    queried: dict[str, set[Node]] = {}
    for some in batches(asked, _FOCUS_NODES):
        read: set[Triple] = set()
        for reading, nodes in reached.items():
            if reading.target.queries:
                _Walk(reading.queries).forth(nodes.intersection(some), graph, read)
        board = Scratch(_graph(read))  # over hundreds of nodes at once rdflib is far slower
        for query in {q for reading in reached for q in reading.target.queries}:
            queried.setdefault(query, set()).update(board.column(query, "this"))
    for reading, nodes in reached.items():
        target, found = reading.target, set(reading.target.nodes.intersection(nodes))
        if target.classes:
            classes = frozenset(k for top in target.classes for k in below.all(top))
            typed = graph.matching(SUBJECT, nodes, RDF.type)
            found |= {subject for subject, _, kind in typed if kind in classes}
        for predicate in target.subjects_of:
            found |= {triple[SUBJECT] for triple in graph.matching(SUBJECT, nodes, predicate)}
        for predicate in target.objects_of:
            found |= {triple[OBJECT] for triple in graph.matching(OBJECT, nodes, predicate)}
        for query in target.queries:
            found |= queried.get(query, set()) & nodes
        yield reading, frozenset(found)


class _Below:
    """The classes below others in a graph."""

    def __init__(self, graph: Reader) -> None:
        self._graph = Graph()
        for triple in graph.matching(PREDICATE, [RDFS.subClassOf]):
            self._graph.add(triple)
        self._known: dict[Node, frozenset[Node]] = {}

    def all(self, kind: Node) -> frozenset[Node]:
        """A class and all below it."""
        if kind not in self._known:
            found = self._graph.transitive_subjects(RDFS.subClassOf, kind)
            self._known[kind] = frozenset(k for k in found if k is not None)
        return self._known[kind]


class _Changed:
    """Triples that go or come, by what steps read of them."""

    def __init__(self, triples: Collection[Triple]) -> None:
        self._all = triples
        self._with: dict[tuple[Node, Node | None], list[Triple]] = {}
        for triple in triples:
            self._with.setdefault((triple[PREDICATE], None), []).append(triple)
            self._with.setdefault((triple[PREDICATE], triple[OBJECT]), []).append(triple)

    def read(self, step: Step, below: _Below) -> Iterator[Triple]:
        """Those of them that a step reads and that make a difference."""
        if step.predicate is None:
            some = self._all
            yield from some if step.value is None else (t for t in some if t[OBJECT] == step.value)
            return
        values = [step.value] if step.kind is None else below.all(step.kind)
        for value in values:
            yield from self._with.get((step.predicate, value), ())


class _Walk:
    """A rule's steps, followed over a graph."""

    def __init__(self, steps: Steps) -> None:
        self._steps = steps.steps
        self._out: dict[int, list[Step]] = {}
        self._into: dict[int, list[tuple[Step, int]]] = {}
        self._same: dict[int, list[int]] = {}
        self._same_back: dict[int, list[int]] = {}
        for step in steps.steps:
            self._out.setdefault(step.source, []).append(step)
            for place, state in step.to.items():
                self._into.setdefault(state, []).append((step, place))
        for one, other in steps.same:
            self._same.setdefault(one, []).append(other)
            self._same_back.setdefault(other, []).append(one)

    def back(self, changed: _Changed, graph: Reader, below: _Below) -> set[Node]:
        """The nodes from which a walk can come to one of some triples."""
        waiting: dict[int, set[Node]] = {}
        for step in self._steps:
            if nodes := {triple[step.at] for triple in changed.read(step, below)}:
                waiting.setdefault(step.source, set()).update(nodes)
        reached: dict[int, set[Node]] = {}
        while waiting:
            state, nodes = waiting.popitem()
            nodes -= reached.setdefault(state, set())
            if not nodes:
                continue
            reached[state] |= nodes
            for earlier in self._same_back.get(state, ()):
                waiting.setdefault(earlier, set()).update(nodes)
            for step, place in self._into.get(state, ()):
                triples = graph.matching(place, nodes, step.predicate)
                sources = {triple[step.at] for triple in triples}
                waiting.setdefault(step.source, set()).update(sources)
        return reached.get(START, set())

    def forth(self, starts: Iterable[Node], graph: Reader, into: set[Triple]) -> None:
        """Add every triple that a walk from some nodes reads."""
        waiting: dict[int, set[Node]] = {START: set(starts)}
        reached: dict[int, set[Node]] = {}
        while waiting:
            state, nodes = waiting.popitem()
            nodes -= reached.setdefault(state, set())
            if not nodes:
                continue
            reached[state] |= nodes
            for later in self._same.get(state, ()):
                waiting.setdefault(later, set()).update(nodes)
            for step in self._out.get(state, ()):
                for triple in graph.matching(step.at, nodes, step.predicate):
                    into.add(triple)
                    for place, later in step.to.items():
                        waiting.setdefault(later, set()).add(triple[place])
