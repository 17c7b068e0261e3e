"""Words that are written otherwise than those that are known: which are they meant for?

Two words that one letter tells apart (left out, put in, another in its place, two exchanged) become
the same when each is without one letter, at the right place (Garbe's symmetric delete). So words
are kept by the numbers that stand for them without each of their letters. A word that is further
from all that are known is looked for by its consonants, since vowels are what is confused most.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

Indices = NDArray[np.int64]

_SHORTEST: Final = 4  # letters of a word that may be misspelt
_LONGEST: Final = 24  # letters that are looked at
_NEAR: Final = 75  # how like, of a hundred
_MOST: Final = 3  # words that one is taken for
_SHARED: Final = 200  # words looked at that are the same without a letter
_BASE: Final = np.uint64(1_099_511_628_211)
_VOWELS: Final = str.maketrans("", "", "aeiou")


def ranges(begins: Indices, counts: Indices) -> Indices:
    """The numbers from each beginning on, as many as are counted there."""
    before = np.cumsum(counts) - counts
    return np.repeat(begins - before, counts) + np.arange(counts.sum())


def distinct(numbers: Indices) -> Indices:
    """Numbers in their order, each once; by sorting, which is faster here than by hashes."""
    ordered = np.sort(numbers)
    return ordered[np.diff(ordered, prepend=-1) > 0]


class Postings:
    """What is kept under numbers, some under the same one."""

    def __init__(self, numbers: NDArray[np.uint64], values: Indices) -> None:
        order = np.lexsort((values, numbers))
        self._values = values[order].astype(np.int32)
        self._numbers, self._begins = np.unique(numbers[order], return_index=True)
        self._counts = np.diff(np.append(self._begins, len(order)))

    def found(self, numbers: NDArray[np.uint64]) -> tuple[Indices, Indices]:
        """Where what is kept under each number begins, and how many that are."""
        if not len(self._numbers):
            return np.zeros(len(numbers), np.int64), np.zeros(len(numbers), np.int64)
        at = np.minimum(np.searchsorted(self._numbers, numbers), len(self._numbers) - 1)
        return self._begins[at], np.where(self._numbers[at] == numbers, self._counts[at], 0)

    def values(self, begins: Indices, counts: Indices) -> Indices:
        """What is kept from each beginning on."""
        return self._values[ranges(begins, counts)].astype(np.int64)


class Known:
    """Words that others may be misspellings of."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = _texts(words)
        self._by_letters = Postings(*_without_a_letter(words))
        self._by_consonants = Postings(*_consonants(words))

    def near(self, words: Sequence[str]) -> tuple[Indices, Indices]:
        """What words may be meant for, the likeliest first.

        Args:
            words: by their sounds, as those that are known.

        Returns:
            For each pair that is near, the place of the word and of the one that is known.
        """
        sought = _texts(words)
        mine, known, likeness = self._like(sought, *self._pairs(self._by_letters, words))
        missed = np.setdiff1d(np.arange(len(words)), mine)
        if len(missed):
            others, more = self._pairs(self._by_consonants, [words[at] for at in missed])
            found = self._like(sought, missed[others], more)
            mine, known = np.append(mine, found[0]), np.append(known, found[1])
            likeness = np.append(likeness, found[2])
        order = np.lexsort((known, -likeness, mine))
        mine, known = mine[order], known[order]
        _, first = np.unique(mine, return_index=True)
        rank = np.arange(len(mine)) - np.repeat(first, np.diff(np.append(first, len(mine))))
        return mine[rank < _MOST], known[rank < _MOST]

    def _pairs(self, postings: Postings, words: Sequence[str]) -> tuple[Indices, Indices]:
        make = _without_a_letter if postings is self._by_letters else _consonants
        numbers, mine = make(words)
        begins, counts = postings.found(numbers)
        counts = np.minimum(counts, _SHARED)
        known = postings.values(begins, counts)
        size = max(1, len(self._words))
        pairs = distinct(np.repeat(mine, counts) * size + known)
        return pairs // size, pairs % size

    def _like(
        self, sought: NDArray[np.object_], mine: Indices, known: Indices
    ) -> tuple[Indices, Indices, NDArray[np.float64]]:
        if not len(mine):
            return mine, known, np.zeros(0)
        likeness = process.cpdist(
            sought[mine], self._words[known], scorer=fuzz.ratio, dtype=np.float64
        )
        near = np.flatnonzero(likeness >= _NEAR)
        return mine[near], known[near], likeness[near]


def _texts(words: Sequence[str]) -> NDArray[np.object_]:
    found = np.empty(len(words), object)
    found[:] = words
    return found


def _without_a_letter(words: Sequence[str]) -> tuple[NDArray[np.uint64], Indices]:
    """Numbers for words as they are and without each of their letters, and whose they are."""
    some = np.array([at for at, word in enumerate(words) if len(word) >= _SHORTEST], np.int64)
    letters = np.array([words[at][:_LONGEST] for at in some], f"U{_LONGEST}")
    codes = letters.view(np.uint32).reshape(len(some), _LONGEST).astype(np.uint64)
    lengths = (codes != 0).sum(axis=1)
    # A word's number is that of its beginning, times a base, plus the next letter; so without a
    # letter it is made of the number of what is before it and those of what is behind.
    numbers = [_number(codes, lengths)]
    whose = [some]
    for at in range(_LONGEST):
        long = lengths > at
        if not long.any():
            break
        rest = np.delete(codes[long], at, axis=1)
        numbers.append(_number(rest, lengths[long] - 1))
        whose.append(some[long])
    return np.concatenate(numbers), np.concatenate(whose)


def _number(codes: NDArray[np.uint64], lengths: Indices) -> NDArray[np.uint64]:
    number = np.zeros(len(codes), np.uint64)
    for at in range(codes.shape[1]):
        there = lengths > at
        if not there.any():
            break
        number = np.where(there, (number + codes[:, at]) * _BASE, number)
    return number


def _consonants(words: Sequence[str]) -> tuple[NDArray[np.uint64], Indices]:
    """Numbers for the consonants of words that have three or more, and whose they are."""
    bare = [word.translate(_VOWELS) for word in words]
    some = np.array([at for at, word in enumerate(bare) if len(word) > 2], np.int64)
    letters = np.array([bare[at][:_LONGEST] for at in some], f"U{_LONGEST}")
    codes = letters.view(np.uint32).reshape(len(some), _LONGEST).astype(np.uint64)
    return _number(codes, (codes != 0).sum(axis=1)), some
