"""The sets of a facet's values, once they were counted: for whoever reads that version next."""

import sqlite3
import threading
from collections.abc import Sequence
from typing import Final

from pyroaring import BitMap

Valued = Sequence[tuple[str, BitMap]]
"""The values of a facet with the things that have each; a value may come in several pieces."""

_MOST: Final = 50_000  # sets; one of few things takes some 300 bytes


class Remembered:
    """The sets of facets' values at one version of an index, which nobody changes.

    A list that is narrowed has every value of its facets counted anew. With hundreds of studies
    that is thousands of sets, and to read them takes longer than to count.
    """

    def __init__(self) -> None:
        self._version, self._sets = -1, dict[str, Valued]()
        self._turn = threading.Lock()

    def valued(self, connection: sqlite3.Connection, version: int, field: str) -> Valued:
        """The values of a facet.

        Args:
            connection: to the index, in a transaction.
            version: that the transaction sees.
            field: the list and the facet.
        """
        known = self._of(version)
        if field not in known:
            rows = connection.execute("SELECT term, things FROM posting WHERE field = ?", (field,))
            found = [(term, BitMap.deserialize(blob)) for term, blob in rows]
            if sum(map(len, known.values())) + len(found) > _MOST:
                return found
            known = {**known, field: found}
            self._keep(version, known)
        return known[field]

    def _of(self, version: int) -> dict[str, Valued]:
        with self._turn:
            return self._sets if version == self._version else {}

    def _keep(self, version: int, known: dict[str, Valued]) -> None:
        with self._turn:
            if version >= self._version:
                self._version, self._sets = version, known
