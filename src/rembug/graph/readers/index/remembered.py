"""The values of facets and names, once they were read: for whoever reads that version next."""

import sqlite3
import threading
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Final

from pyroaring import BitMap

from rembug.graph.readers.index.cards import Text

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MOST: Final = 32 * 2**20  # bytes
_TERM: Final = 150  # bytes, about
_NAMES: Final = 20_000  # in a language


class Valued:
    """The things of a list with the values that they have of a facet, as two columns."""

    def __init__(self, connection: sqlite3.Connection, field: str) -> None:
        """Read them.

        Args:
            connection: to the index, in a transaction.
            field: the list and the facet.
        """
        import numpy as np  # here: a service that starts needs none of it

        rows = connection.execute(
            "SELECT term, things FROM posting WHERE field = ? ORDER BY term", (field,)
        )
        self._terms: list[str] = []
        things, terms = [np.empty(0, np.uint32)], list[int]()
        for term, blob in rows:
            if not self._terms or self._terms[-1] != term:  # a large set comes in several pieces
                self._terms.append(term)
            things.append(_array(BitMap.deserialize(blob)))
            terms.append(len(self._terms) - 1)
        sizes = [len(some) for some in things[1:]]
        self._things: NDArray[np.uint32] = np.concatenate(things)
        self._of: NDArray[np.int32] = np.repeat(np.array(terms, np.int32), sizes)

    @property
    def size(self) -> int:
        """How many bytes it takes, about."""
        return self._things.nbytes + self._of.nbytes + _TERM * len(self._terms)

    def counted(self, among: BitMap) -> "Counted":
        """How many of some things have each value."""
        import numpy as np

        there = np.zeros(int(self._things.max(initial=0)) + 1, np.bool_)
        some = _array(among)
        there[some[some < len(there)]] = True
        sizes = np.bincount(self._of[there[self._things]], minlength=len(self._terms))
        return Counted(self._terms, sizes)


class Counted:
    """How many things have each value of a facet."""

    def __init__(self, terms: Sequence[str], sizes: "NDArray[np.int64]") -> None:
        """Of values in their order, each with how many things have it."""
        self._terms, self._sizes = terms, sizes

    @property
    def number(self) -> int:
        """How many values there are that something has."""
        return int((self._sizes > 0).sum())

    def of(self, value: str) -> int:
        """How many things have a value."""
        place = bisect_left(self._terms, value)
        known = place < len(self._terms) and self._terms[place] == value
        return int(self._sizes[place]) if known else 0

    def most(self, number: int) -> list[tuple[str, int]]:
        """So many values that most things have, the most first."""
        places = (-self._sizes).argsort(kind="stable")[:number]
        return [(self._terms[at], int(self._sizes[at])) for at in places if self._sizes[at]]


def _array(things: BitMap) -> "NDArray[np.uint32]":
    import numpy as np

    return np.frombuffer(things.to_array(), np.uint32)


class Remembered:
    """What was read of one version of an index, which nobody changes.

    A list that is narrowed has every value of its facets counted anew. With hundreds of studies
    that is thousands of sets, and to read them takes longer than to count. And pages name the same
    values again and again.
    """

    def __init__(self) -> None:
        self._version = -1
        self._sets: dict[str, Valued] = {}
        self._names: dict[str, dict[str, Text | None]] = {}
        self._turn = threading.Lock()

    def valued(self, connection: sqlite3.Connection, version: int, field: str) -> Valued:
        """The values of a facet.

        Args:
            connection: to the index, in a transaction.
            version: that the transaction sees.
            field: the list and the facet.
        """
        sets, _ = self._of(version)
        if (found := sets.get(field)) is None:
            found = Valued(connection, field)
            with self._turn:
                if sum(one.size for one in sets.values()) + found.size <= _MOST:
                    sets[field] = found
        return found

    def names(self, version: int, language: str) -> dict[str, Text | None]:
        """What things are called in a language, as far as that was read; None for nothing.

        Whoever reads more tells it by `tell`.
        """
        return self._of(version)[1].setdefault(language, {})

    def tell(self, known: dict[str, Text | None], more: Mapping[str, Text | None]) -> None:
        """Add more to what `names` gave, as long as there is room."""
        with self._turn:
            if len(known) + len(more) <= _NAMES:
                known.update(more)

    def _of(self, version: int) -> tuple[dict[str, Valued], dict[str, dict[str, Text | None]]]:
        """What is remembered of a version; of one before the newest nothing is."""
        with self._turn:
            if version < self._version:
                return {}, {}
            if version > self._version:
                self._version, self._sets, self._names = version, {}, {}
            return self._sets, self._names
