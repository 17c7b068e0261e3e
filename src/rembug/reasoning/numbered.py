"""All that follows from many statements, with numbers in the place of terms.

The same rules and the same answers as in `closure`, which follows a change and looks terms up in a
store; here everything is at hand, as lines of N-Triples, and a term is compared once, when it gets
its number (semi-naive evaluation: each conclusion has something new in it). What no rule speaks of
is not kept.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from rdflib import RDF, Graph, Variable
from rdflib.term import Node

from rembug.graph import Triple, Whole, as_triples, lines_of, spilling_graph, term_of
from rembug.reasoning.closure import is_named
from rembug.reasoning.rules import Atom, Rule, derive, terms_of

Line = bytes
"""A statement as the engine writes it in N-Triples, without its end: subject, predicate, object."""

_END: Final = b" ."
_ANY: Final = -1

_Fact = tuple[int, int, int]
_Found = dict[int, dict[int, set[int]]]


class _Asking(NamedTuple):
    """An atom of a rule: what binds it, what is looked up then, and what follows.

    A variable is written as a negative number: the complement of its place in what is bound.
    """

    atom: _Fact
    rest: tuple[_Fact, ...]
    head: _Fact
    variables: int


class Closure:
    """Statements, and all that follows from them."""

    def __init__(self, rules: Iterable[Rule], mute: Iterable[Node]) -> None:
        """With no statements yet.

        Args:
            rules: by which it follows.
            mute: what nothing is concluded about.
        """
        self._numbers: dict[bytes, int] = {}
        self._terms: list[bytes] = []
        self._by_subject: _Found = {}
        self._by_object: _Found = {}
        self._asking: dict[tuple[int, int], list[_Asking]] = {}
        self._type = self._number(term_of(RDF.type))
        self._mute = {self._number(term_of(node)) for node in mute}
        self._spoken_of: set[bytes] = set()
        for rule in rules:
            self._take(rule)

    def add(self, lines: Iterable[Line]) -> list[Line]:
        """State more; returns what follows now and neither did before nor is stated."""
        fresh = []
        for line in lines:
            subject, _, rest = line.removesuffix(_END).partition(b" ")
            predicate, _, value = rest.partition(b" ")
            if predicate in self._spoken_of:
                fact = self._number(subject), self._number(predicate), self._number(value)
                if self._keep(fact):
                    fresh.append(fact)
        found = list(self._grow(fresh))
        return [b" ".join(map(self._terms.__getitem__, fact)) + _END for fact in found]

    def _grow(self, fresh: list[_Fact]) -> Iterator[_Fact]:
        while fresh:
            fact = fresh.pop()
            _, predicate, value = fact
            kind = predicate, value if predicate == self._type else _ANY
            for asking in self._asking.get(kind, ()):
                bound = [_ANY] * asking.variables
                if not _match(asking.atom, fact, bound):
                    continue
                # A list: what is concluded from what is walked over is added to it.
                heads = [_filled(asking.head, bound) for _ in self._solutions(asking.rest, bound)]
                for head in heads:
                    if self._can_be(head[0]) and self._keep(head):
                        fresh.append(head)
                        yield head

    def _can_be(self, subject: int) -> bool:
        return subject not in self._mute and not self._terms[subject].startswith(b'"')

    def _solutions(self, atoms: tuple[_Fact, ...], bound: list[int]) -> Iterator[None]:
        """Bind variables by each way that some atoms hold together."""
        if not atoms:
            yield
            return
        atom, rest = atoms[0], atoms[1:]
        subject, predicate, value = _filled(atom, bound)
        if subject != _ANY:
            there = self._by_subject.get(predicate, {}).get(subject, ())
            facts = [(subject, predicate, v) for v in there if value in (_ANY, v)]
        else:
            there = self._by_object.get(predicate, {}).get(value, ())
            facts = [(s, predicate, value) for s in there]
        before = bound.copy()
        for fact in facts:
            if _match(atom, fact, bound):
                yield from self._solutions(rest, bound)
            bound[:] = before

    def _keep(self, fact: _Fact) -> bool:
        """Add a fact; returns whether it is new."""
        subject, predicate, value = fact
        values = self._by_subject.setdefault(predicate, {}).setdefault(subject, set())
        if value in values:
            return False
        values.add(value)
        self._by_object.setdefault(predicate, {}).setdefault(value, set()).add(subject)
        return True

    def _take(self, rule: Rule) -> None:
        places: dict[Node, int] = {}

        def numbered(term: Node) -> int:
            if isinstance(term, Variable):
                return ~places.setdefault(term, len(places))
            return self._number(term_of(term))

        def atom(told: Atom) -> _Fact:
            self._spoken_of.add(term_of(told[1]))
            return numbered(told[0]), self._number(term_of(told[1])), numbered(told[2])

        head, body = atom(rule.head), [atom(told) for told in rule.body]
        for one in body:
            kind = one[1], one[2] if one[1] == self._type else _ANY
            rest = _in_order(one, [other for other in body if other is not one])
            self._asking.setdefault(kind, []).append(_Asking(one, rest, head, len(places)))

    def _number(self, term: bytes) -> int:
        number = self._numbers.setdefault(term, len(self._terms))
        if number == len(self._terms):
            self._terms.append(term)
        return number


def entail(schema: Graph, data: Graph) -> Graph:
    """What follows from data and is not said in it: about individuals that have an IRI.

    Args:
        schema: the ontology.
        data: statements about individuals.
    """
    found = spilling_graph()
    for triple in entailed(Closure(derive(schema), terms_of(schema)), Whole(schema, data)):
        if is_named(triple):
            found.add(triple)
    return found


def entailed(closure: Closure, said: Iterable[Triple]) -> Graph:
    """All that follows from statements and is not among them."""
    found = spilling_graph()
    for triple in as_triples(b"\n".join(closure.add(lines_of(said)))):
        found.add(triple)
    return found


def _in_order(first: _Fact, atoms: list[_Fact]) -> tuple[_Fact, ...]:
    """Atoms, each after one that shares a variable with it; first those that bring nothing in."""
    bound, ordered = {term for term in (first[0], first[2]) if term < 0}, []
    while atoms:
        joined = [a for a in atoms if a[0] in bound or a[2] in bound]
        best = min(joined, key=lambda a: sum(t < 0 and t not in bound for t in (a[0], a[2])))
        atoms.remove(best)
        bound |= {best[0], best[2]}
        ordered.append(best)
    return tuple(ordered)


def _match(atom: _Fact, fact: _Fact, bound: list[int]) -> bool:
    """Bind the variables of an atom so that it is a fact; returns whether that can be."""
    for term, value in ((atom[0], fact[0]), (atom[2], fact[2])):
        if term >= 0:
            if term != value:
                return False
        elif bound[~term] == _ANY:
            bound[~term] = value
        elif bound[~term] != value:
            return False
    return True


def _filled(atom: _Fact, bound: list[int]) -> _Fact:
    """An atom with what its variables are bound to; _ANY where they are not."""
    subject, predicate, value = atom
    return (
        subject if subject >= 0 else bound[~subject],
        predicate,
        value if value >= 0 else bound[~value],
    )
