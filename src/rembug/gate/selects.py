"""What a SELECT query reads of a graph, given the node that one of its variables stands for.

A pattern matters to a node only where the patterns that hold together with it join it to the node:
those of its own group and of the groups around it. So every variable is reached along them from
the given one, and a pattern that they do not reach makes the query underivable, since a triple
anywhere in the graph could then change its answer.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from rdflib import BNode, URIRef, Variable
from rdflib.paths import Path
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Node

from rembug.gate.steps import Step, Steps, Underivable
from rembug.graph import OBJECT, PREDICATE, SUBJECT
from rembug.graph.workers import grammar

_TRANSPARENT = {"Project", "Distinct", "Reduced", "OrderBy", "Extend", "Group", "AggregateJoin"}

Known = Mapping[Variable, int]
"""The states that variables are in."""


def select(steps: Steps, text: str, prefixes: Mapping[str, str], given: Variable, at: int) -> None:
    """Add what a SELECT query reads.

    Args:
        steps: where to.
        text: SPARQL 1.1.
        prefixes: those that the text does not declare itself.
        given: the variable that stands for a node.
        at: the state of that node.

    Raises:
        Underivable: it cannot be told; says why.
    """
    try:
        algebra = grammar.prepared(text, prefixes).algebra
    except Exception as error:  # rdflib raises whatever its parser does
        raise Underivable(f"a query that is not understood: {error}") from error
    _Scope(steps, given).walk(algebra["p"], {given: at})


class _Scope:
    """Groups of a query, from the outermost in."""

    def __init__(self, steps: Steps, given: Variable) -> None:
        self._steps, self._given = steps, given

    def walk(self, group: CompValue, known: Known) -> Known:
        """Add what a group reads; returns the states of the variables that are known after it."""
        patterns: list[tuple[Any, Any, Any]] = []
        unions: list[CompValue] = []
        inner: list[CompValue] = []
        _sort(group, patterns, unions, inner)
        states = dict(known)
        patterns = self._grow(patterns, states)
        own = self._of(states, group)
        for union in unions:
            after = [self.walk(branch, own) for branch in (union["p1"], union["p2"])]
            for name in after[0].keys() & after[1].keys() - states.keys():
                states[name] = self._steps.merged([found[name] for found in after])
        if left := self._grow(patterns, states):
            raise Underivable(f"nothing joins {_written(left[0])} to ${self._given}")
        own = self._of(states, group)
        for part in inner:
            if part.name == "Project":
                names = set(part["PV"])
                self.walk(part["p"], {name: at for name, at in own.items() if name in names})
            else:
                self.walk(part, own)
        return own

    def _of(self, states: Known, group: CompValue) -> Known:
        """Of the variables, those that this group itself binds: only they join what is inside it.

        One that is known from farther out need not be bound here (SPARQL 1.1 Query §18.2.1: groups
        are evaluated from the inside).
        """
        patterns: list[tuple[Any, Any, Any]] = []
        unions: list[CompValue] = []
        _sort(group, patterns, unions, [])
        bound = {term for pattern in patterns for term in pattern if isinstance(term, Variable)}
        bound |= {self._given}
        if unions:
            bound |= states.keys() - {name for name in states if name not in _names(unions)}
        return {name: at for name, at in states.items() if name in bound}

    def _grow(
        self, patterns: Iterable[tuple[Any, Any, Any]], states: dict[Variable, int]
    ) -> list[tuple[Any, Any, Any]]:
        """Reach new variables along patterns until none is left; returns those not reached."""
        waiting, before = list(patterns), -1
        while waiting and len(waiting) != before:
            before = len(waiting)
            waiting = [pattern for pattern in waiting if not self._reach(pattern, states)]
        return waiting

    def _reach(self, pattern: tuple[Any, Any, Any], states: dict[Variable, int]) -> bool:
        here = [place for place in (SUBJECT, OBJECT, PREDICATE) if pattern[place] in states]
        if not here:
            return False
        at, predicate = here[0], pattern[PREDICATE]
        source = states[pattern[at]]
        if isinstance(predicate, Path):
            other = pattern[OBJECT if at == SUBJECT else SUBJECT]
            end = self._steps.follow(source, predicate, back=at == OBJECT)
            if isinstance(other, Variable):
                states.setdefault(other, end)
            return True
        to = {}
        for place, term in enumerate(pattern):
            if place != at and isinstance(term, Variable) and term not in states:
                to[place] = states[term] = self._steps.state()
        constant = predicate if isinstance(predicate, URIRef) else None
        value = None if isinstance(pattern[OBJECT], Variable | BNode) else pattern[OBJECT]
        self._steps.steps.append(Step(source, at, constant, to, value))
        return True


def _sort(
    part: CompValue,
    patterns: list[tuple[Any, Any, Any]],
    unions: list[CompValue],
    inner: list[CompValue],
) -> None:
    """What a group holds: patterns that must match, unions, and groups that may or must not."""
    match part.name:
        case "BGP":
            patterns += part["triples"]
        case "Join":
            _sort(part["p1"], patterns, unions, inner)
            _sort(part["p2"], patterns, unions, inner)
        case "LeftJoin":
            _sort(part["p1"], patterns, unions, inner)
            inner.append(part["p2"])
            inner += _exists(part["expr"])
        case "Filter":
            _sort(part["p"], patterns, unions, inner)
            inner += _exists(part["expr"])
        case "Minus":
            _sort(part["p1"], patterns, unions, inner)
            inner.append(part["p2"])
        case "Union":
            unions.append(part)
        case "ToMultiSet" if part["p"].name == "values":
            pass  # constants
        case "ToMultiSet":
            inner.append(_projected(part["p"]))
        case name if name in _TRANSPARENT:
            inner += _exists(part.get("expr")) if name == "Extend" else []
            _sort(part["p"], patterns, unions, inner)
        case name:
            raise Underivable(f"{name} in a query")


def _projected(part: CompValue) -> CompValue:
    """The projection of a query inside another."""
    while part.name in ("Distinct", "Reduced", "OrderBy"):
        part = part["p"]
    if part.name != "Project":  # LIMIT and OFFSET choose by order
        raise Underivable(f"{part.name} in a query inside another")
    return part


def _exists(expression: Any) -> Iterator[CompValue]:
    """The groups of EXISTS and NOT EXISTS in an expression."""
    if isinstance(expression, CompValue):
        if expression.name in ("Builtin_EXISTS", "Builtin_NOTEXISTS"):
            # rdflib keeps the translated group as an attribute, and the text in the item.
            yield expression.graph
        else:
            yield from chain.from_iterable(map(_exists, expression.values()))
    elif isinstance(expression, list):
        yield from chain.from_iterable(map(_exists, expression))


def _names(part: Any) -> set[Variable]:
    """All variables that are written in a part of a query."""
    if isinstance(part, Variable):
        return {part}
    if isinstance(part, CompValue):
        return set(chain.from_iterable(map(_names, part.values())))
    if isinstance(part, list | tuple | set):
        return set(chain.from_iterable(map(_names, part)))
    return set()


def _written(pattern: tuple[Node, Node, Node]) -> str:
    return " ".join(term.n3() if hasattr(term, "n3") else str(term) for term in pattern)
