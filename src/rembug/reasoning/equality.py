"""Things that are said to be the same (`owl:sameAs`), taken for one.

What is said of one is true of the other (OWL 2 Profiles §4.3, eq-rep-s and eq-rep-o). None of that
is kept as inferred, since a list would then have one thing twice: it is concluded where it matters
what cannot be, and let go. It costs what is said of things that are the same as another of which
something is said, and nothing where there are none.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from itertools import chain

from rdflib import OWL, BNode, Literal, URIRef
from rdflib.term import Node

from rembug.graph import OBJECT, PREDICATE, SUBJECT, Merged, Reader, Triple, Whole, spilling_graph
from rembug.reasoning.closure import Rules, grown


class Same:
    """Which things are the same by what is said, each group with one of them for all."""

    def __init__(self, groups: Iterable[Collection[Node]] = ()) -> None:
        """Groups that have no member in common."""
        self._members: dict[Node, Collection[Node]] = {}
        self._one: dict[Node, Node] = {}
        for group in groups:
            one = min(group, key=lambda node: (isinstance(node, BNode), str(node)))
            self._members[one] = sorted(group, key=str)
            self._one.update(dict.fromkeys(group, one))

    def __iter__(self) -> Iterator[Node]:
        """All that is the same as something else."""
        return iter(self._one)

    def members(self, node: Node) -> Collection[Node]:
        """All that is the same as a thing, itself included."""
        return self._members.get(self._one.get(node, node), (node,))

    def renamed(self, triple: Triple) -> Triple:
        """A statement about the one that stands for a group."""
        subject, predicate, value = triple
        return self._one.get(subject, subject), predicate, self._one.get(value, value)


def same(facts: Reader) -> Same:
    """The things that are said to be the same, of which more than one has something said of it."""
    above: dict[Node, Node] = {}

    def first(node: Node) -> Node:
        while (up := above.setdefault(node, node)) != node:
            node = above[node] = above[up]
        return node

    for one, _, other in facts.matching(PREDICATE, [OWL.sameAs]):
        if one != other and not isinstance(other, Literal):
            above[first(one)] = first(other)
    groups: dict[Node, set[Node]] = {}
    for node in list(above):
        groups.setdefault(first(node), set()).add(node)
    spoken_of = {
        triple[place]
        for place in (SUBJECT, OBJECT)
        for triple in (facts.matching(place, above) if above else ())
        if triple[PREDICATE] != OWL.sameAs
    }
    return Same(group for group in groups.values() if len(group & spoken_of) > 1)


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
) -> tuple[Iterable[Triple], Reader]:
    """Statements with things that are the same as one, and with all that follows by that.

    Args:
        same: which are.
        new: some of the statements.
        facts: all of them, with what follows from them without regard to what is the same.
        rules: by which it follows.

    Returns:
        The new statements, those about things that are the same as another, and what follows; and
        all there are.
    """
    told, one = spilling_graph(), United(facts, same)
    nodes = list(same)
    for place in (SUBJECT, OBJECT):
        for triple in facts.matching(place, nodes):
            if triple[PREDICATE] != OWL.sameAs:
                told.add(same.renamed(triple))
    follows = grown(rules, told, one)
    seen = (same.renamed(triple) for triple in new)
    return chain(seen, told, follows), Merged(one, Whole(follows))
