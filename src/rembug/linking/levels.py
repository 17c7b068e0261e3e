"""Tables about regions that do not say of which kind: “Barat”, one of eighteen districts."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from rembug.linking.heads import in_full
from rembug.linking.model import Row, Thing
from rembug.linking.resemblance import name
from rembug.names import PLACES, fold

_FEWEST: Final = 5  # rows that make a table about regions
_MOST: Final = 0.75  # of the rows are called as regions of the kind
_LOOKED_AT: Final = 1000  # rows


def of_one_kind(rows: Sequence[Row], things: Iterable[Thing]) -> Sequence[Row]:
    """Rows with the kind of region that most of them are called as, where they say none.

    Args:
        rows: of a table.
        things: what they are linked to, the official regions among them.

    Returns:
        The rows as they are, unless most are names of regions of one kind, and of no other as many.
    """
    kinds: dict[str, set[str]] = defaultdict(set)
    for thing in things:
        for kind, _, rest in (text.partition(" ") for text in thing.names):
            if rest and name(kind).kind in PLACES:
                kinds[fold(rest)].add(kind)
    some = [row for row in rows[:_LOOKED_AT] if not row.agent] if kinds else []
    counts = Counter(kind for row in some for kind in kinds.get(fold(row.name), ()))
    first, second = [*counts.most_common(2), ("", 0), ("", 0)][:2]
    if first[1] < max(_FEWEST, _MOST * len(some)) or first[1] == second[1]:
        return rows
    return [
        row if row.agent or in_full(first[0], row.name) == row.name else replace(row, kind=first[0])
        for row in rows
    ]
