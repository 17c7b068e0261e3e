"""Many pairs of names compared at once: what `resemblance.compare` says of each, by columns.

Letters are counted before they are compared. How many letters two names share says how like they
can be at most, in whatever order they stand, and costs two bit operations (a letter that is there
once, twice, … sets a bit for each); what is left is compared by `rapidfuzz`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from rembug.linking.resemblance import (
    BY_SOUND,
    JOINED,
    OTHER_KIND,
    OTHER_NUMBER,
    PART,
    PART_UNTOLD,
    TELLING,
    distinct,
)
from rembug.names import KINDS, Name, numbers_in

Places = NDArray[np.int64]
"""Where in some columns the names of pairs are."""
Numbers = NDArray[np.float64]
Flags = NDArray[np.bool_]
Texts = NDArray[np.object_]

NO_KIND: Final = 0
KIND: Final = {kind: at for at, kind in enumerate(KINDS, 1)}
"""The kinds that names tell, by number; 0 stands for none."""
_LEVELS: Final = 4  # times that a letter is counted
_OTHERS: Final = 26  # where what is no letter from a to z is counted
_AT_ONCE: Final = 1 << 16


def _letters() -> NDArray[np.uint8]:
    found = np.full(256, _OTHERS, np.uint8)
    for at in range(26):
        found[ord("a") + at] = at
    return found


_LETTER: Final = _letters()


class Bags:
    """The letters of texts, their order apart."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.lengths = np.fromiter(map(len, texts), np.int32, len(texts))
        self._bits = np.zeros((2, len(texts)), np.uint64)
        for begin in range(0, len(texts), _AT_ONCE):
            some = slice(begin, begin + _AT_ONCE)
            self._bits[:, some] = self._counted(texts[some], self.lengths[some])
        counted = np.bitwise_count(self._bits).sum(axis=0, dtype=np.int32)
        self._more = self.lengths - counted

    def _counted(self, texts: Sequence[str], lengths: NDArray[np.int32]) -> NDArray[np.uint64]:
        """A bit for each letter that is there, one for each that is there twice, and so on."""
        letters = _LETTER[np.frombuffer("".join(texts).encode("ascii", "replace"), np.uint8)]
        at = np.repeat(np.arange(len(texts)) * 32, lengths) + letters
        counts = np.bincount(at, minlength=len(texts) * 32).reshape(-1, 32)
        bits = np.zeros((2, len(texts)), np.uint64)
        for level in range(_LEVELS):
            half = (counts > level).astype(np.uint64) << np.arange(32, dtype=np.uint64)
            shift = np.uint64(32 * (level % 2))
            bits[level // 2] |= half.sum(axis=1, dtype=np.uint64) << shift
        return bits

    def at_most(self, ours: Places, others: "Bags", theirs: Places) -> Numbers:
        """How like texts can be at most: twice the letters that two share, of all that they have.

        That holds for the normalised indel similarity, whatever the order of words.
        """
        shared = np.minimum(self._more[ours], others._more[theirs])
        for mine, other in zip(self._bits, others._bits, strict=True):
            shared = shared + np.bitwise_count(mine[ours] & other[theirs])
        total = self.lengths[ours] + others.lengths[theirs]
        return np.asarray(2 * shared / np.maximum(total, 1), np.float64)


class Columns:
    """Names in the forms that they are compared in, a column for each form."""

    def __init__(self, names: Sequence[Name]) -> None:
        """Take names; those that are compared with others are others' columns."""
        self.whole, self.whole_sorted = _form([name.folded for name in names])
        self.core, self.core_sorted = _form([name.core for name in names])
        self.sound, self.sound_sorted = _form([name.sound for name in names])
        self.joined = _texts([name.sound.replace(" ", "") for name in names])
        self.kinds = np.fromiter((KIND.get(name.kind or "", 0) for name in names), np.int8)
        self.distinct = np.fromiter((distinct(name.core) for name in names), np.int32, len(names))
        self.untold = np.fromiter((name.untold for name in names), np.bool_, len(names))
        numbers = (numbers_in(name.folded) for name in names)
        self.numbers = np.fromiter((hash(some) if some else 0 for some in numbers), np.int64)
        self.whole_bag, self.core_bag = (
            Bags([n.folded for n in names]),
            Bags([n.core for n in names]),
        )
        self.sound_bag = Bags([*self.joined])

    def __len__(self) -> int:
        return len(self.whole)


@dataclass(frozen=True)
class Likeness:
    """How like the names of pairs are, as `resemblance.Resemblance` has it for one.

    Attributes:
        scores: from 0 to 1.
        other_kind: whether both say a kind, and not the same.
        by_sound: whether they sound more alike than they are written.
    """

    scores: Numbers
    other_kind: Flags
    by_sound: Flags


def likely(one: Columns, ours: Places, other: Columns, theirs: Places) -> Numbers:
    """What the score of pairs is at most."""
    core = one.core_bag.at_most(ours, other.core_bag, theirs)
    sound = one.sound_bag.at_most(ours, other.sound_bag, theirs)
    best = np.maximum(core, sound)
    whole = one.whole_bag.at_most(ours, other.whole_bag, theirs)
    part = _part_at_most(
        core, _letters_of(one, ours, other, theirs), *_lengths(one, ours, other, theirs)
    )
    untold = np.where(one.untold[ours] | other.untold[theirs], sum(PART_UNTOLD), 0.0)
    return np.asarray(np.maximum(np.maximum(TELLING * best + (1 - TELLING) * whole, part), untold))


def _part_at_most(
    core: Numbers, total: NDArray[np.int32], shorter: NDArray[np.int32], longer: NDArray[np.int32]
) -> Numbers:
    """How far one can be a part of the other: then it shares all its letters with it."""
    shared = core * total / 2
    return 2 * shared / np.maximum(shared + shorter, 1) * (PART[0] + PART[1] * shorter / longer)


def compared(
    one: Columns, ours: Places, other: Columns, theirs: Places, worth: float = 0.0
) -> Likeness:
    """How like the names of pairs are.

    Args:
        one: names.
        ours: for each pair, which of those.
        other: other names.
        theirs: for each pair, which of those.
        worth: from which score on it must be told exactly; below it may be told as less.
    """
    whole = _likeness(one.whole, one.whole_sorted, ours, other.whole, other.whole_sorted, theirs)
    core = _likeness(one.core, one.core_sorted, ours, other.core, other.core_sorted, theirs)
    sound = _likeness(one.sound, one.sound_sorted, ours, other.sound, other.sound_sorted, theirs)
    joined = _ratio(one.joined[ours], other.joined[theirs])
    best = np.maximum(np.maximum(core, BY_SOUND * sound), JOINED * joined)
    scores = TELLING * best + (1 - TELLING) * whole
    shorter, longer = _lengths(one, ours, other, theirs)
    factor = PART[0] + PART[1] * shorter / longer
    untold = one.untold[ours] | other.untold[theirs]
    factor[untold] = 0.0
    some = np.flatnonzero(factor > np.maximum(scores, worth))
    letters = one.core_bag.at_most(ours[some], other.core_bag, theirs[some])
    total = _letters_of(one, ours[some], other, theirs[some])
    most = _part_at_most(letters, total, shorter[some], longer[some])
    some = some[most > np.maximum(scores[some], worth)]
    if some.size:
        part = _ratio(one.core[ours[some]], other.core[theirs[some]], fuzz.token_set_ratio)
        scores[some] = np.maximum(scores[some], part * factor[some])
    mine, its = one.kinds[ours], other.kinds[theirs]
    same = np.equal(one.whole[ours], other.whole[theirs]).astype(bool)
    differ = (mine != NO_KIND) & (its != NO_KIND) & (mine != its) & ~same
    scores[differ] *= OTHER_KIND
    if (some := np.flatnonzero(untold)).size:
        parts = _untold_parts(one.whole[ours[some]], other.whole[theirs[some]])
        scores[some] = np.maximum(scores[some], parts)
    mine_number, its_number = one.numbers[ours], other.numbers[theirs]
    scores[(mine_number != 0) & (its_number != 0) & (mine_number != its_number)] *= OTHER_NUMBER
    scores[same] = 1.0
    return Likeness(np.round(scores, 4), differ, np.maximum(sound, joined) > core)


def _untold_parts(one: Texts, other: Texts) -> Numbers:
    """How far whole names are parts of others, where one has no telling word."""
    mine, its = (np.fromiter(map(distinct, texts), np.int32) for texts in (one, other))
    factor = PART_UNTOLD[0] + PART_UNTOLD[1] * np.minimum(mine, its) / np.maximum(
        np.maximum(mine, its), 1
    )
    return np.asarray(_ratio(one, other, fuzz.token_set_ratio) * factor, np.float64)


def _letters_of(one: Columns, ours: Places, other: Columns, theirs: Places) -> NDArray[np.int32]:
    """How many letters both have."""
    return np.asarray(one.core_bag.lengths[ours] + other.core_bag.lengths[theirs], np.int32)


def _lengths(
    one: Columns, ours: Places, other: Columns, theirs: Places
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """How long the different words of the shorter are, and of the longer."""
    mine, its = one.distinct[ours], other.distinct[theirs]
    return np.minimum(mine, its), np.maximum(np.maximum(mine, its), 1)


def _form(texts: Sequence[str]) -> tuple[Texts, Texts]:
    """Texts, and the same with their words sorted; those that are sorted are the same object."""
    plain = _texts(texts)
    ordered = plain.copy()
    for at, text in enumerate(texts):
        if " " in text and (changed := " ".join(sorted(text.split()))) != text:
            ordered[at] = changed
    return plain, ordered


def _texts(texts: Sequence[str]) -> Texts:
    found = np.empty(len(texts), object)
    found[:] = texts
    return found


def _likeness(
    one: Texts, one_sorted: Texts, ours: Places, other: Texts, other_sorted: Texts, theirs: Places
) -> Numbers:
    """Of letters, in their order or in that of the sorted words."""
    mine, its = one[ours], other[theirs]
    scores = _ratio(mine, its)
    mine_sorted, its_sorted = one_sorted[ours], other_sorted[theirs]
    moved = np.flatnonzero(_differs(mine, mine_sorted) | _differs(its, its_sorted))
    if moved.size:
        again = _ratio(mine_sorted[moved], its_sorted[moved])
        scores[moved] = np.maximum(scores[moved], again)
    return scores


def _differs(one: Texts, other: Texts) -> Flags:
    return np.not_equal(one, other).astype(bool)


def _ratio(one: Texts, other: Texts, scorer: Callable[..., Any] = fuzz.ratio) -> Numbers:
    if not len(one):
        return np.zeros(0)
    found = process.cpdist(one, other, scorer=scorer, dtype=np.float64)
    return np.asarray(found / 100, np.float64)
