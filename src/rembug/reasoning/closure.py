"""What follows from statements by rules, and what a change to the statements does to it.

What comes is concluded from by semi-naive evaluation: each conclusion has something new in it. What
goes takes along all that was concluded with it; what can still be concluded otherwise comes back
(delete and rederive: A. Gupta, I. S. Mumick, V. S. Subrahmanian, Maintaining Views Incrementally,
SIGMOD 1993). So a change costs what hangs on it, whatever else there is.
"""

from collections.abc import Collection, Iterable
from itertools import chain
from typing import Final

from rdflib import RDF, BNode, Graph, Literal, URIRef, Variable
from rdflib.term import Node

from rembug.graph import (
    OBJECT,
    SUBJECT,
    Edited,
    Merged,
    Reader,
    Remembering,
    Triple,
    Whole,
    batches,
    spilling_graph,
    within_time,
)
from rembug.reasoning.rules import Atom, Rule

_AT_ONCE: Final = 10_000  # triples that are concluded from together

_Kind = tuple[URIRef, Node | None]
"""A predicate, and the class if it is rdf:type."""


class Rules:
    """Rules, by what they ask for and by what they conclude."""

    def __init__(self, rules: Iterable[Rule], mute: frozenset[Node] = frozenset()) -> None:
        """Rules that conclude nothing about some things.

        Args:
            rules: all of them.
            mute: what nothing is concluded about, such as the classes themselves.
        """
        self._mute = mute
        self._asking: dict[_Kind, list[tuple[Rule, Atom]]] = {}
        self._giving: dict[_Kind, list[Rule]] = {}
        for rule in sorted(rules, key=repr):
            self._giving.setdefault(_kind(rule.head), []).append(rule)
            for atom in rule.body:
                self._asking.setdefault(_kind(atom), []).append((rule, atom))

    def following(self, triples: Iterable[Triple], facts: Reader) -> set[Triple]:
        """What follows from facts in one step with one of some triples, which are facts too."""
        return {
            triple
            for kind, some in _by_kind(triples).items()
            for rule, atom in self._asking.get(kind, ())
            for triple in _instances(rule, atom, some, facts)
            if triple[SUBJECT] not in self._mute
        }

    def founded(self, triples: Iterable[Triple], facts: Reader) -> set[Triple]:
        """Those of some triples that follow from facts in one step."""
        return {
            triple
            for kind, some in _by_kind(triples).items()
            for rule in self._giving.get(kind, ())
            for triple in _instances(rule, rule.head, some, facts)
            if triple[SUBJECT] not in self._mute
        }


def is_named(triple: Triple) -> bool:
    """Whether a statement is about nothing without a name."""
    return not (isinstance(triple[SUBJECT], BNode) or isinstance(triple[OBJECT], BNode))


def changed(
    rules: Rules, said: Reader, inferred: Reader, removed: Graph, added: Whole
) -> tuple[Graph, Graph]:
    """What a change to statements does to what follows from them.

    Args:
        rules: by which it follows.
        said: the statements as they are.
        inferred: all that follows from them and is not among them.
        removed: statements that go.
        added: statements that come, and are not among those that are.

    Returns:
        What is no longer to be held as inferred, and what is now.
    """
    after = Edited(said, removed, added)
    lost = _lost(rules, removed, Merged(said, inferred), after, inferred)
    left = Merged(after, Edited(inferred, lost, Whole()))
    come = spilling_graph()
    back = spilling_graph()
    for some in batches(chain(removed, lost), _AT_ONCE):
        unsaid = set(some) - after.holding(some)
        for triple in rules.founded(unsaid, Remembering(left)):
            come.add(triple)
            back.add(triple)
    _grow(rules, chain(added, back), left, come)
    gone, new = spilling_graph(), spilling_graph()
    for triple in lost:
        if triple not in come:
            gone.add(triple)
    for some in batches(added, _AT_ONCE):  # said now, and so no longer only inferred
        for triple in inferred.holding(some):
            gone.add(triple)
    for triple in come:
        if triple not in lost:
            new.add(triple)
    return gone, new


def grown(rules: Rules, seeds: Iterable[Triple], facts: Reader) -> Graph:
    """All that follows from facts with some of them, and is not among them."""
    come = spilling_graph()
    _grow(rules, seeds, facts, come)
    return come


def _lost(rules: Rules, removed: Graph, facts: Reader, after: Reader, inferred: Reader) -> Graph:
    """The inferred triples that were concluded with something that goes, some step of the way."""
    lost = spilling_graph()
    for some in batches(removed, _AT_ONCE):
        fresh: Collection[Triple] = some
        while fresh:
            found = rules.following(fresh, Remembering(facts))
            found = inferred.holding(found) - after.holding(found)
            fresh = [triple for triple in found if triple not in lost]
            for triple in fresh:
                lost.add(triple)
    return lost


def _grow(rules: Rules, seeds: Iterable[Triple], facts: Reader, come: Graph) -> None:
    """Add all that follows from facts with some of them, and from what is added, as far as new."""
    everything = Merged(facts, Whole(come))
    for some in batches(seeds, _AT_ONCE):
        fresh: Collection[Triple] = some
        while fresh:
            within_time()
            found = rules.following(fresh, Remembering(everything))
            fresh = found - everything.holding(found)
            for triple in fresh:
                come.add(triple)


def _instances(rule: Rule, atom: Atom, triples: Iterable[Triple], facts: Reader) -> set[Triple]:
    """The heads of a rule whose one atom is any of some triples and whose others are facts."""
    rest = [other for other in rule.body if other != atom]
    names = list(dict.fromkeys(term for term in (atom[0], atom[2]) if isinstance(term, Variable)))
    bound = {values for triple in triples if (values := _values(atom, triple, names)) is not None}
    while rest and bound:
        other = min(rest, key=lambda asked: _effort(asked, names))
        rest.remove(other)
        names, bound = _joined(other, names, bound, facts, _terms(rule.head, *rest))
    at: dict[Node, int] = {name: place for place, name in enumerate(names)}
    subject, predicate, value = rule.head
    heads = {
        (
            values[at[subject]] if subject in at else subject,
            predicate,
            values[at[value]] if value in at else value,
        )
        for values in bound
    }
    return {head for head in heads if not isinstance(head[SUBJECT], Literal)}


def _joined(
    atom: Atom,
    names: list[Variable],
    bound: set[tuple[Node, ...]],
    facts: Reader,
    wanted: set[Node],
) -> tuple[list[Variable], set[tuple[Node, ...]]]:
    """What variables stand for, joined with what an atom matches; those that are wanted later."""
    place = SUBJECT if atom[SUBJECT] in names else OBJECT
    at = [*map(str, names)].index(str(atom[place]))
    known: dict[Node, list[Triple]] = {}
    for triple in facts.matching(place, {values[at] for values in bound}, atom[1]):
        known.setdefault(triple[place], []).append(triple)
    free = [term for term in (atom[0], atom[2]) if isinstance(term, Variable) and term not in names]
    kept = [name for name in (*names, *free) if name in wanted]
    found = set()
    for values in bound:
        now: dict[Node, Node] = dict(zip(names, values, strict=True))
        for triple in known.get(values[at], ()):
            more = _values(atom, triple, free)
            if more is not None and all(
                now.get(term, value) == value
                for term, value in ((atom[0], triple[0]), (atom[2], triple[2]))
            ):
                whole = now | dict(zip(free, more, strict=True))
                found.add(tuple(whole[name] for name in kept))
    return kept, found


def _values(atom: Atom, triple: Triple, names: list[Variable]) -> tuple[Node, ...] | None:
    """What some variables of an atom stand for in a triple; None if it does not match."""
    told: dict[Node, Node] = {}
    for term, value in ((atom[0], triple[0]), (atom[2], triple[2])):
        if told.setdefault(term, value if isinstance(term, Variable) else term) != value:
            return None
    return tuple(told[name] for name in names)


def _effort(atom: Atom, names: list[Variable]) -> tuple[int, int]:
    """What is asked first: what all is known of, and of what brings something in, classes."""
    unknown = sum(isinstance(t, Variable) and t not in names for t in (atom[0], atom[2]))
    joined = atom[0] in names or atom[2] in names
    return (0 if joined else 9) + unknown, atom[1] != RDF.type


def _terms(*atoms: Atom) -> set[Node]:
    return {term for atom in atoms for term in atom}


def _kind(atom: Triple | Atom) -> _Kind:
    predicate = URIRef(str(atom[1]))
    return (predicate, atom[2]) if predicate == RDF.type else (predicate, None)


def _by_kind(triples: Iterable[Triple]) -> dict[_Kind, list[Triple]]:
    found: dict[_Kind, list[Triple]] = {}
    for triple in triples:
        found.setdefault(_kind(triple), []).append(triple)
    return found
