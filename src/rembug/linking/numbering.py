"""A column that numbers the rows of a table, or gives them their keys."""

import re
from array import array
from typing import Final

_COUNT: Final = re.compile(r"\d{1,9}", re.ASCII)


class Numbers:
    """The cells of a column that may count the rows, or give them their keys."""

    def __init__(self) -> None:
        self._hashes = array("q")
        self._all = self._rise = True
        self._first = self._last = -1

    def take(self, number: str) -> None:
        """Look at the next."""
        self._all = self._all and bool(number)
        if not self._all:
            return
        self._hashes.append(hash(number))
        plain = number.strip(". ")
        counted = int(plain) if _COUNT.fullmatch(plain) else -1
        self._rise = self._rise and counted > self._last
        self._first = counted if self._first < 0 else self._first
        self._last = counted

    def are_keys(self) -> bool:
        """Whether all are there and different, and do not count rows, some of them left out."""
        size = len(self._hashes)
        if not (self._all and size):
            return False
        counts = self._rise and self._last - self._first < 2 * size
        return not counts and len(set(self._hashes)) == size
