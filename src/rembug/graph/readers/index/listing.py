"""What is asked of the lists of an index, and what comes of it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from rembug.graph.readers.index.cards import Card

Chosen = Mapping[str, Collection[str]]
"""The values that were chosen of each facet: any of them, and one of every facet."""


@dataclass(frozen=True)
class Listing:
    """What somebody wants to see of a list.

    Attributes:
        kind: which list.
        chosen: what narrows it.
        text: words that narrow it, too; any text.
    """

    kind: str
    chosen: Chosen = field(default_factory=dict)
    text: str = ""


@dataclass(frozen=True)
class Listed:
    """A page of a list.

    Attributes:
        cards: in the order that was asked for.
        total: how many there are on all pages.
        following: the `after` of the next page; None on the last one.
    """

    cards: Sequence[Card]
    total: int
    following: str | None


@dataclass(frozen=True)
class Tally:
    """The values of a facet.

    Attributes:
        values: each with how many things a list would have with it chosen; the most first.
        more: how many other values there are.
    """

    values: Sequence[tuple[str, int]]
    more: int
