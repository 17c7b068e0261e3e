"""Where things are: the places around each, beside the place that a row tells."""

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rembug.linking.columns import KIND, NO_KIND
from rembug.linking.misspelt import Indices, ranges
from rembug.linking.resemblance import name

_NARROW: Final = (KIND["district"], KIND["village"])
"""The kinds of what a place's bare name usually is."""
_UNKNOWN, _UNTOLD = -1, -2


class Told(NamedTuple):
    """The places that rows tell: by their telling words and their kinds."""

    places: Indices
    kinds: Indices


class Around:
    """The places around each of some things."""

    def __init__(self, around: Sequence[Collection[str]]) -> None:
        """Take the names of places around each thing."""
        self._numbers: dict[str, int] = {}
        sets: dict[frozenset[str], int] = {}
        self.of: Indices = np.fromiter(
            (sets.setdefault(frozenset(some), len(sets)) for some in around), np.int64, len(around)
        )
        """Which of the sets of places is around each thing."""
        self.words: list[frozenset[str]] = []
        """The words of the names of each of those sets."""
        counts, places, kinds = [], [], []
        for some in sets:
            told = [name(text) for text in sorted(some)]
            counts.append(len(told))
            places += [self._numbers.setdefault(one.core, len(self._numbers)) for one in told]
            kinds += [KIND.get(one.kind or "", NO_KIND) for one in told]
            self.words.append(frozenset(word for one in told for word in one.folded.split()))
        self._counts = np.array(counts, np.int64)
        self._begins = np.cumsum(self._counts) - self._counts
        self._places, self._kinds = np.array(places, np.int64), np.array(kinds, np.int64)
        self.all_words = frozenset[str]().union(*self.words)

    def places(self) -> tuple[Indices, Indices]:
        """Things, and the places around them by number, from 0 on."""
        counts = self._counts[self.of]
        found = self._places[ranges(self._begins[self.of], counts)]
        return np.repeat(np.arange(len(self.of)), counts), found

    def __len__(self) -> int:
        """How many places there are."""
        return len(self._numbers)

    def told(self, texts: Sequence[str]) -> Told:
        """The places that rows tell, of which some are not around any thing."""
        known = [name(text) if text else None for text in texts]
        places = [self._numbers.get(n.core, _UNKNOWN) if n else _UNTOLD for n in known]
        kinds = [KIND.get(n.kind or "", NO_KIND) if n else NO_KIND for n in known]
        return Told(np.array(places, np.int64), np.array(kinds, np.int64))

    def here(self, told: Told, rows: Indices, things: Indices) -> NDArray[np.int8]:
        """For each pair: 1 if the row is where the thing is, -1 if it is not, 0 if nobody says.

        A district says nothing against a thing of which the regency alone is known.
        """
        found = np.zeros(len(rows), np.int8)
        some = np.flatnonzero(told.places[rows] != _UNTOLD)
        around = self.of[things[some]]
        counts = self._counts[around]
        at = ranges(self._begins[around], counts)
        pair = np.repeat(some, counts)
        place, kind = told.places[rows[pair]], told.kinds[rows[pair]]
        other = self._kinds[at]
        level = np.where(kind == NO_KIND, np.isin(other, _NARROW), kind == other)
        found[pair[level]] = -1
        same = (place == self._places[at]) & ((kind == NO_KIND) | (kind == other))
        found[pair[same]] = 1
        return found
