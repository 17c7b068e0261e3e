"""Where the actors of a network are drawn, so that no two names overlap."""

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import networkx as nx

ROOM: Final = 62.0
"""Around each actor, in the units of the picture."""
BESIDE: Final = 18.0
"""From the middle of an actor to its name beside it."""
ROW: Final = 32.0
"""From an actor without a tie to the one beneath, where names have one line."""
LINE: Final = 14.0
"""From a line of a name to the next."""
_ROUNDS: Final = 150
_LETTER: Final = 6.6
_COLUMN: Final = 20  # letters in a line of a name


def lines_of(label: str) -> Sequence[str]:
    """A name in lines, as it stands at its actor."""
    short = textwrap.shorten(label, 3 * _COLUMN, placeholder="…")
    return textwrap.wrap(short, _COLUMN) or [label[:_COLUMN]]


def width_of(lines: Sequence[str]) -> float:
    """How wide some lines are."""
    return max(map(len, lines)) * _LETTER


def places(
    graph: "nx.MultiDiGraph[str]", lines: Mapping[str, Sequence[str]]
) -> dict[str, tuple[float, float]]:
    """Where each actor is drawn (Fruchterman and Reingold 1991), from a circle in a fixed order.

    Actors push each other apart and ties pull together; at the end no two names overlap. Actors
    without a tie stand in close rows beneath, their names beside them, so that what is tied is not
    lost among them.
    """
    order = sorted(iri for iri, degree in graph.degree() if degree)
    around = 2 * math.pi / max(1, len(order))
    radius = ROOM * max(1.0, len(order) / math.pi)
    at = [[radius * math.cos(around * i), radius * math.sin(around * i)] for i in range(len(order))]
    number = {iri: i for i, iri in enumerate(order)}
    ties = {(number[a], number[b]) for a, b in graph.edges() if a != b}
    ideal = 2.2 * ROOM
    for step in range(_ROUNDS):
        heat = ROOM * (1 - step / _ROUNDS)
        push = [[-x * 0.8, -y * 1.2] for x, y in at]  # towards the middle
        for i, j, across, down, length in _pairs(at):
            force = ideal * ideal / length / length
            if (i, j) in ties or (j, i) in ties:
                force -= 0.6 * length / ideal
            for one, sign in ((i, 1), (j, -1)):
                push[one][0] += sign * across * force
                push[one][1] += sign * down * force
        for place, (x, y) in zip(at, push, strict=True):
            length = math.hypot(x, y) or 1.0
            place[0] += x / length * min(length, heat)
            place[1] += y / length * min(length, heat)
    wide, high = _COLUMN * _LETTER + 8, 1.25 * ROOM
    for _ in range(_ROUNDS):
        for i, j, across, down, _length in _pairs(at):
            over_x, over_y = wide - abs(across), high - abs(down)
            if over_x > 0 and over_y > 0:
                axis, over = (0, over_x) if over_x < over_y else (1, over_y)
                sign = 1 if (across, down)[axis] >= 0 else -1
                at[i][axis] += sign * over / 2
                at[j][axis] -= sign * over / 2
    left = min((x for x, _ in at), default=0.0) - wide / 2 - 4
    top = min((y for _, y in at), default=0.0) - ROOM / 2
    found = {iri: (at[i][0] - left, at[i][1] - top) for iri, i in number.items()}
    width = max((x for x, _ in found.values()), default=0.0) + wide / 2
    start = max((y for _, y in found.values()), default=-high / 2) + 1.2 * high
    alone = sorted(set(graph) - number.keys())
    room = 3 * BESIDE + max((width_of(lines[iri]) for iri in alone), default=0.0)
    columns = max(2, int(width / room))
    aside = max(0.0, (width - columns * room) / 2) + BESIDE
    apart = ROW + LINE * max((len(lines[iri]) - 1 for iri in alone), default=0)
    for count, iri in enumerate(alone):
        row, column = divmod(count, columns)
        found[iri] = (aside + column * room, start + row * apart)
    return found


def _pairs(at: Sequence[Sequence[float]]) -> list[tuple[int, int, float, float, float]]:
    """Each two of some places, from the second to the first: across, down and the distance."""
    return [
        (i, j, x - at[j][0], y - at[j][1], math.hypot(x - at[j][0], y - at[j][1]) or 1.0)
        for i, (x, y) in enumerate(at)
        for j in range(i)
    ]
