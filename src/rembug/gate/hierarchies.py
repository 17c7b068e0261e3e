"""Nothing is above itself: no concept (a cycle of skos:broader, SKOS §8.6.8), no place.

An axiom cannot say it of a property that is transitive too (OWL 2 Syntax §11.2).
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rdflib import SKOS, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.gate.report import Result
from rembug.gate.statements import result
from rembug.graph import OBJECT, SUBJECT, Reader, Remembering, Triple
from rembug.sources import Place
from rembug.terms import CG, SHAPES

# A predicate that leads up, and its inverse if it has one.
_UPWARDS: Final[Mapping[URIRef, URIRef | None]] = {SKOS.broader: SKOS.narrower, CG.within: None}


def cycles(
    statements: Iterable[Triple], facts: Reader, places: Mapping[Node, Place]
) -> Iterator[Result]:
    """What is above itself, among what statements put under something.

    Args:
        statements: those that come.
        facts: all there will be, those among them.
        places: where in its file each subject stands.
    """
    begun: dict[URIRef, set[Node]] = {up: set() for up in _UPWARDS}
    for subject, predicate, value in statements:
        for up, down in _UPWARDS.items():
            if predicate == up:
                begun[up].add(subject)
            elif predicate == down:
                begun[up].add(value)
    for up, nodes in begun.items():
        steps = above(nodes, up, _UPWARDS[up], Remembering(facts))
        for node in nodes.intersection(round_ := circling(steps)) or round_:
            name = terms.short(str(up))
            higher = min(steps[node], key=str)
            yield result(
                (node, up, higher),
                SHAPES.Hierarchy,
                {
                    "en": f"By {name} this is above itself, through {terms.short(str(higher))}; "
                    "remove one of the steps.",
                    "id": f"Dengan {name} hal ini berada di atas dirinya sendiri, melalui "
                    f"{terms.short(str(higher))}; cabut salah satu langkahnya.",
                },
                places,
            )


def above(
    nodes: Iterable[Node], up: URIRef, down: URIRef | None, facts: Reader
) -> dict[Node, set[Node]]:
    """What is right above some nodes, and above those, all the way up."""
    found: dict[Node, set[Node]] = {}
    fresh = set(nodes)
    while fresh:
        found.update((node, set()) for node in fresh)
        for triple in facts.matching(SUBJECT, fresh, up):
            found[triple[SUBJECT]].add(triple[OBJECT])
        if down is not None:
            for triple in facts.matching(OBJECT, fresh, down):
                found[triple[OBJECT]].add(triple[SUBJECT])
        fresh = {higher for node in fresh for higher in found[node]} - found.keys()
    return found


def circling(steps: Mapping[Node, set[Node]]) -> set[Node]:
    """The nodes of circles, and those between two.

    They are left when whatever has nothing above it is taken away, then what is below nothing.
    """
    left = {node: set(higher) for node, higher in steps.items()}
    for turned in (False, True):
        edges: dict[Node, set[Node]] = {node: set() for node in left}
        for node, higher in left.items():
            for one in higher & left.keys():
                edges[node if turned else one].add(one if turned else node)
        # edges: from what is taken away to what it was in the way of
        counts = dict.fromkeys(left, 0)
        for ends in edges.values():
            for end in ends:
                counts[end] += 1
        waiting = [node for node, count in counts.items() if not count]
        while waiting:
            node = waiting.pop()
            del left[node]
            for end in edges[node]:
                counts[end] -= 1
                if not counts[end]:
                    waiting.append(end)
    return set(left)
