"""What a rule reads of a graph, as a walk: states that nodes are in, and steps from one to another.

A walk starts at the focus node in state START. Each step says: from a node in this state, read the
triples that have it here and that predicate; what stands at the other places of them is in those
states. Followed forward it finds all that a verdict on the focus node can depend on; followed
backward from a triple that changed it finds every focus node whose verdict can depend on it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from rdflib import RDF, URIRef
from rdflib.paths import (
    AlternativePath,
    InvPath,
    MulPath,
    NegatedPath,
    Path,
    SequencePath,
)
from rdflib.term import Node

from rembug.graph import OBJECT, SUBJECT

START: Final = 0


class Underivable(Exception):
    """What a shape reads cannot be told from its text; says why."""


@dataclass(frozen=True)
class Step:
    """From the nodes in one state to others.

    Attributes:
        source: the state of the node that it starts from.
        at: the place of that node in the triples that are read.
        predicate: of those triples; None for any.
        to: the states of what stands at other places of them.
        value: the object without which a triple makes no difference; None if any makes one.
        kind: the same for a class, those below it included.
    """

    source: int
    at: int
    predicate: URIRef | None
    to: Mapping[int, int]
    value: Node | None = None
    kind: Node | None = None


@dataclass
class Steps:
    """A walk that is being built.

    Attributes:
        steps: as far as they are known.
        same: pairs of states, a node in the first of which is in the second too.
    """

    steps: list[Step] = field(default_factory=list)
    same: list[tuple[int, int]] = field(default_factory=list)
    _states: int = START

    def state(self) -> int:
        """A new state."""
        self._states += 1
        return self._states

    def read(self, source: int, predicate: URIRef | None, at: int = SUBJECT) -> None:
        """Read triples, and go nowhere from them."""
        self.steps.append(Step(source, at, predicate, {}))

    def belong(self, source: int, kind: Node) -> None:
        """Read whether something is an instance of a class."""
        self.steps.append(Step(source, SUBJECT, RDF.type, {}, kind=kind))

    def follow(self, source: int, path: Path | URIRef, *, back: bool = False) -> int:
        """Go along a property path (SPARQL 1.1 Query §9); returns the state at its end.

        Args:
            source: the state at its beginning.
            path: a predicate, or a path of rdflib's.
            back: whether it is gone from its end to its beginning.
        """
        match path:
            case URIRef():
                end = self.state()
                at, other = (OBJECT, SUBJECT) if back else (SUBJECT, OBJECT)
                self.steps.append(Step(source, at, path, {other: end}))
                return end
            case InvPath():
                return self.follow(source, path.arg, back=not back)
            case SequencePath():
                for part in reversed(path.args) if back else path.args:
                    source = self.follow(source, part, back=back)
                return source
            case AlternativePath():
                return self.merged([self.follow(source, part, back=back) for part in path.args])
            case MulPath():
                end = self.state()
                if path.zero:
                    self.same.append((source, end))
                first = self.follow(source, path.path, back=back)
                self.same.append((first, end))
                if path.more:
                    self.same.append((self.follow(end, path.path, back=back), end))
                return end
            case NegatedPath():  # both ways, whatever the predicate: more than it reads
                ends = self.state()
                self.steps.append(Step(source, SUBJECT, None, {OBJECT: ends}))
                self.steps.append(Step(source, OBJECT, None, {SUBJECT: ends}))
                return ends
            case _:
                raise Underivable(f"a path of another kind: {path}")

    def merged(self, states: list[int]) -> int:
        """One state for what is in any of some."""
        if len(states) == 1:
            return states[0]
        one = self.state()
        self.same += [(state, one) for state in states]
        return one
