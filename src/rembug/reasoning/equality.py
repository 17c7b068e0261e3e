"""Things that are said to be the same (`owl:sameAs`), taken for one.

What is said of one is true of the other (OWL 2 Profiles §4.3, eq-rep-s and eq-rep-o). None of that
is kept as inferred, since a list would then have one thing twice: it is concluded where it matters
what cannot be, and let go. It costs what is said of things that are the same as another of which
new statements speak, however many others are the same, and nothing where none are.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain
from typing import Final

from rdflib import OWL, RDF, BNode, Literal, URIRef
from rdflib.term import Node

from rembug.graph import (
    OBJECT,
    PREDICATE,
    SUBJECT,
    Merged,
    Reader,
    Triple,
    Whole,
    batches,
    spilling_graph,
)
from rembug.reasoning.closure import Rules, grown

_AT_ONCE: Final = 10_000  # new statements that are looked at together


class Same:
    """Which things are the same by what is said, each group with one of them for all.

    A group is looked up when one of its things is asked about. Those of which one alone has
    something said of it are left out: nothing is concluded from them.
    """

    def __init__(self, facts: Reader) -> None:
        """The things that are the same by some facts."""
        self._facts = facts
        self._none = not any(True for _ in facts.matching(PREDICATE, [OWL.sameAs]))
        self._one: dict[Node, Node] = {}
        self._members: dict[Node, Collection[Node]] = {}

    def __bool__(self) -> bool:
        """Whether anything is said to be the same as anything."""
        return not self._none

    def among(self, nodes: Iterable[Node]) -> Iterator[Node]:
        """Those that stand for the groups of some things, looked up all at once."""
        nodes = {node for node in nodes if not isinstance(node, Literal)}
        if not self._none:
            self._look_up({node for node in nodes if node not in self._one})
        ones = {self._one.get(node, node) for node in nodes}
        return (one for one in ones if one in self._members)

    def members(self, node: Node) -> Collection[Node]:
        """All that is the same as a thing, itself included."""
        return self._members.get(self._of(node), (node,))

    def renamed(self, triple: Triple) -> Triple:
        """A statement about the one that stands for a group."""
        subject, predicate, value = triple
        # Of a class nothing is the same: those of the ontology are each their own.
        return self._of(subject), predicate, value if predicate == RDF.type else self._of(value)

    def _of(self, node: Node) -> Node:
        if self._none or isinstance(node, Literal):
            return node
        if node not in self._one:
            self._look_up({node})
        return self._one[node]

    def _look_up(self, nodes: set[Node]) -> None:
        """Learn the groups of some things of which nothing is known yet."""
        beside: dict[Node, set[Node]] = {node: set() for node in nodes}
        waiting = nodes
        while waiting:
            ends = set[Node]()
            for place in (SUBJECT, OBJECT):
                for one, _, other in self._facts.matching(place, waiting, OWL.sameAs):
                    if one != other and not isinstance(other, Literal):
                        beside.setdefault(one, set()).add(other)
                        beside.setdefault(other, set()).add(one)
                        ends |= {one, other}
            waiting = ends - nodes
            nodes = nodes | ends
        for node in beside:
            if node not in self._one:
                self._learn(_reached(node, beside))

    def _learn(self, group: Collection[Node]) -> None:
        one = min(group, key=lambda node: (isinstance(node, BNode), str(node)))
        if sum(map(self._is_spoken_of, group)) > 1:
            self._members[one] = sorted(group, key=str)
            self._one.update(dict.fromkeys(group, one))
        else:
            self._one.update((node, node) for node in group)

    def _is_spoken_of(self, node: Node) -> bool:
        """Whether anything is said of a thing but that it is another."""
        return any(
            triple[PREDICATE] != OWL.sameAs
            for place in (SUBJECT, OBJECT)
            for triple in self._facts.matching(place, [node])
        )


def _reached(node: Node, beside: Mapping[Node, Collection[Node]]) -> set[Node]:
    group, waiting = {node}, [node]
    while waiting:
        fresh = set(beside[waiting.pop()]) - group
        group |= fresh
        waiting += fresh
    return group


class United:
    """Another graph, in which things that are the same are one."""

    def __init__(self, reader: Reader, same: Same) -> None:
        self._reader, self._same = reader, same

    def matching(
        self, place: int, nodes: Collection[Node], predicate: URIRef | None = None
    ) -> Iterator[Triple]:
        """As a Reader does."""
        asked = {member for node in nodes for member in self._same.members(node)}
        for triple in self._reader.matching(place, asked, predicate):
            yield self._same.renamed(triple)

    def holding(self, triples: Collection[Triple]) -> set[Triple]:
        """As a Reader does."""
        spelt: Mapping[Triple, set[Triple]] = {
            triple: {
                (subject, triple[PREDICATE], value)
                for subject in self._same.members(triple[SUBJECT])
                for value in self._same.members(triple[OBJECT])
            }
            for triple in triples
        }
        held = self._reader.holding(set().union(*spelt.values()))
        return {triple for triple, ways in spelt.items() if not held.isdisjoint(ways)}


def united(
    same: Same, new: Iterable[Triple], facts: Reader, rules: Rules
) -> Iterator[tuple[Collection[Triple], Reader]]:
    """Statements with things that are the same as one, and with all that follows by that.

    Args:
        same: which are.
        new: some of the statements.
        facts: all of them, with what follows from them without regard to what is the same.
        rules: by which it follows.

    Yields:
        Some new statements at a time, and at last those about things that are the same as another
        of which they speak, with what follows; each with all there are as far as is known by then.
    """
    one, touched = United(facts, same), set[Node]()
    for some in batches(new, _AT_ONCE):
        touched |= set(same.among(triple[place] for triple in some for place in (SUBJECT, OBJECT)))
        yield [same.renamed(triple) for triple in some], one
    nodes = [node for group in touched for node in same.members(group)]
    told = spilling_graph()
    for place in (SUBJECT, OBJECT):
        for triple in facts.matching(place, nodes):
            if triple[PREDICATE] != OWL.sameAs:
                told.add(same.renamed(triple))
    follows = grown(rules, told, one)
    everything = Merged(one, Whole(follows))
    for some in batches(chain(told, follows), _AT_ONCE):
        yield some, everything
