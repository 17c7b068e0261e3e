"""Rows of another dataset's table looked up among things, many at once.

A row is compared with the things that have a word of its name as it sounds, the rarest first, and
no more of them than some: what many have brings things in together with another word of the row or
with its place. So a row costs about the same however many things there are.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from rembug.linking.columns import KIND, NO_KIND, Columns, Flags, Likeness, compared, likely
from rembug.linking.misspelt import Indices, Known, Postings, distinct, ranges
from rembug.linking.model import Proposal, Row, Thing
from rembug.linking.places import Around, Told
from rembug.linking.resemblance import OTHER_KIND, SURE, TELLING, WITH_PLACE
from rembug.linking.tables import official
from rembug.names import PLACES, Name, fold, is_generic, keys_of, numbers_in

THRESHOLD: Final = 0.72
_MOST: Final = 3  # proposals for a row
_CANDIDATES: Final = 8  # things compared letter by letter with a row
_ENOUGH: Final = 100  # things, after which a word that more have brings no others in
_FREQUENT: Final = 1000  # things that a word may have to bring them in by itself
_ROWS: Final = 2000  # looked up at once
_SHARED: Final = 0.5  # least part of their letters that names have in common which are proposed
_HERE, _ELSEWHERE = 0.05, 0.1  # what the same place is worth, and another one, which may be wrong
_NAMED_ELSEWHERE: Final = 0.05  # the same, of just the same name
_SIMILAR: Final = 0.98  # what a name that is not the same comes to at most by its place
_SLACK: Final = 0.02  # the letters of joined words may be less like than those of the words


class _Pairs(NamedTuple):
    """Rows with things, and how like their names are."""

    rows: Indices
    things: Indices
    scores: NDArray[np.float64]
    ranks: NDArray[np.float64]
    same_name: Flags
    other_kind: Flags
    by_sound: Flags
    without_place: Flags
    here: NDArray[np.int8]

    def at(self, places: Indices) -> "_Pairs":
        """Some of the pairs, in some order."""
        columns: list[Any] = [column[places] for column in self]
        return _Pairs(*columns)


class Lookup:
    """Things by the words of their names as they sound, so that few are compared with each row."""

    def __init__(self, things: Sequence[Thing]) -> None:
        """Take things; their order decides between those that fit equally."""
        self.things = things
        self._by_code: dict[str, list[Thing]] = defaultdict(list)
        self._sounds: dict[str, int] = {}
        names: list[Name] = []
        words: set[int] = set()
        generic: set[int] = set()
        keys: list[int] = []
        owners: list[int] = []
        for at, thing in enumerate(things):
            for code in thing.codes:
                self._by_code[code].append(thing)
            for text in sorted(thing.names):
                names.append(one := Name.of(text))
                for key in keys_of(one.folded):
                    number = self._sounds.setdefault(key.sound, len(self._sounds))
                    keys.append(number)
                    owners.append(at)
                    if key.word:
                        (generic if is_generic(key.word) else words).add(number)
        self._counts = np.fromiter((len(thing.names) for thing in things), np.int64, len(things))
        self._begins = np.cumsum(self._counts) - self._counts
        self._names = Columns(names)
        self._kinds = np.array([KIND.get(thing.kind, NO_KIND) for thing in things], np.int64)
        self._is_actor = np.array([thing.kind == "actor" for thing in things], bool)
        told = np.left_shift(1, self._names.kinds.astype(np.int64)) & ~1
        self._told = np.bitwise_or.reduceat(told, self._begins) if len(things) else self._begins
        self._around = Around([thing.around for thing in things])
        self._sizes = np.zeros(len(self._sounds), np.int64)
        self._postings = self._posted(keys, owners, generic)
        listed, sounds = sorted(words), list(self._sounds)
        self._words = np.array(listed, np.int64)
        self._known = Known([sounds[number] for number in listed])
        self._common: dict[tuple[int, ...], Indices] = {}

    def proposals(self, row: Row) -> list[Proposal]:
        """What a row may be, best first."""
        return next(self.found([row]))

    def found(self, rows: Sequence[Row]) -> Iterator[list[Proposal]]:
        """What each row may be, best first, looked up when it is asked for, many at once."""
        for begin in range(0, len(rows), _ROWS):
            some = rows[begin : begin + _ROWS]
            found = [self.coded(row) for row in some]
            named = [at for at, coded in enumerate(found) if not coded]
            for at, proposals in zip(named, self._named([some[at] for at in named]), strict=True):
                found[at] = proposals
            yield from found

    def coded(self, row: Row) -> list[Proposal]:
        """What has the official code of a row."""
        reason = f"same official code {row.code} | kode resmi sama {row.code}"
        return [
            Proposal(row, t.iri, t.label, "exactMatch", 1.0, reason, "official code")
            for t in self._by_code.get(official(row.code), ())
        ]

    def candidates(self, rows: Sequence[Row]) -> tuple[Indices, Indices]:
        """The rows and things that are compared letter by letter: the places of both, in pairs."""
        names = [Name.of(row.in_full) for row in rows]
        return self._candidates(rows, names, Columns(names))

    def scored(self, rows: Sequence[Row], mine: Indices, its: Indices) -> NDArray[np.float64]:
        """The scores of pairs of rows and things, told by the places of both."""
        names = [Name.of(row.in_full) for row in rows]
        return self._pairs(rows, names, Columns(names), mine, its).scores

    def _named(self, rows: Sequence[Row]) -> list[list[Proposal]]:
        names = [Name.of(row.in_full) for row in rows]
        columns = Columns(names)
        pairs = self._pairs(rows, names, columns, *self._candidates(rows, names, columns))
        worth = np.flatnonzero(pairs.scores >= THRESHOLD)
        order = np.lexsort((pairs.things[worth], -pairs.ranks[worth], pairs.rows[worth]))
        pairs = pairs.at(worth[order])
        begins = np.searchsorted(pairs.rows, np.arange(len(rows) + 1))
        ends = np.minimum(begins[:-1] + _MOST, begins[1:])
        return [
            self._proposals(row, pairs, range(begin, end))
            for row, begin, end in zip(rows, begins[:-1].tolist(), ends.tolist(), strict=True)
        ]

    def _proposals(self, row: Row, pairs: _Pairs, best: range) -> list[Proposal]:
        scores = [round(float(pairs.scores[at]), 3) for at in best]
        ties = scores.count(max(scores, default=0))
        alike = f"; {ties} things fit equally | {ties} hal sama cocoknya" if ties > 1 else ""
        if row.kind:
            alike += f"; {row.kind}, as other rows | {row.kind}, seperti baris lain"
        if row.agent:
            alike += "; publisher of the dataset | penerbit himpunan data"
        told = []
        for at, score in zip(best, scores, strict=True):
            thing, reason = self.things[pairs.things[at]], _reason(pairs, at)
            if _other_number(row, thing) and not pairs.same_name[at]:
                reason += "; other number | nomor lain"
            relation = "exactMatch" if pairs.same_name[at] and ties == 1 else "closeMatch"
            method = "name and place (rapidfuzz)"
            told.append(
                Proposal(row, thing.iri, thing.label, relation, score, reason + alike, method)
            )
        return told

    def _posted(self, keys: list[int], owners: list[int], generic: set[int]) -> Postings:
        """The things that have a word; and those that have another beside one that many have."""
        size = max(1, len(self.things))
        pairs = distinct(np.array(keys, np.int64) * size + np.array(owners, np.int64))
        key, owner = pairs // size, pairs % size
        self._sizes = np.bincount(key, minlength=len(self._sounds))
        self._often = self._sizes > _FREQUENT
        self._often[list(generic)] = False
        telling = ~np.isin(key, list(generic))
        together = self._beside(key[telling], owner[telling], *self._around.places(), size)
        numbers = np.concatenate((_together(key, key), together[0]))
        return Postings(numbers, np.concatenate((owner, together[1])))

    def _beside(
        self, keys: Indices, owners: Indices, located: Indices, places: Indices, size: int
    ) -> tuple[NDArray[np.uint64], Indices]:
        """Each word that many have with each other one, and each place, of the same owner.

        A word that is alone stands with nothing; that has a number, too.
        """
        behind = len(self._sounds)
        alone = np.flatnonzero(np.bincount(owners, minlength=size) == 1)
        others = np.concatenate((keys, places + behind + 1, np.full(len(alone), behind)))
        theirs = np.concatenate((owners, located, alone))
        order = np.argsort(theirs, kind="stable")
        others, theirs = others[order], theirs[order]
        often = self._often[keys]
        keys, owners = keys[often], owners[often]
        begins = np.searchsorted(theirs, owners)
        counts = np.searchsorted(theirs, owners, side="right") - begins
        first, second = np.repeat(keys, counts), others[ranges(begins, counts)]
        differ = first != second
        return _together(first, second)[differ], np.repeat(owners, counts)[differ]

    def _candidates(
        self, rows: Sequence[Row], names: Sequence[Name], columns: Columns
    ) -> tuple[Indices, Indices]:
        mine, keys, common = self._keys(names)
        told = self._around.told([row.place for row in rows])
        located = np.flatnonzero(told.places >= 0)
        beside, theirs = self._beside(keys, mine, located, told.places[located], len(rows))
        owners = np.append(mine, theirs)
        begins, sizes = self._postings.found(np.append(_together(keys, keys), beside))
        counts = np.minimum(sizes, _FREQUENT)
        # The rarest words of each row bring things in, until those are enough.
        order = np.lexsort((sizes, owners))
        owners, begins, counts = owners[order], begins[order], counts[order]
        before = np.cumsum(counts) - counts
        before -= before[np.searchsorted(owners, owners)]
        some = before < _ENOUGH
        owners, begins, counts = owners[some], begins[some], counts[some]
        mine, its = np.repeat(owners, counts), self._postings.values(begins, counts)
        found = set(mine.tolist())
        for row, words in common.items():
            if row not in found:
                things = self._having_all(words)
                mine, its = np.append(mine, np.full(len(things), row)), np.append(its, things)
        pairs = distinct(mine * max(1, len(self.things)) + its)
        return self._likeliest(columns, told, *np.divmod(pairs, max(1, len(self.things))))

    def _keys(self, names: Sequence[Name]) -> tuple[Indices, Indices, dict[int, tuple[int, ...]]]:
        """The rows that have telling words, with those words; and the common ones of each row.

        A word that nothing has stands for those that it may be a misspelling of.
        """
        mine: list[int] = []
        keys: list[int] = []
        common: dict[int, tuple[int, ...]] = {}
        unknown: dict[str, list[int]] = defaultdict(list)
        for at, name in enumerate(names):
            for key in dict.fromkeys(keys_of(name.folded)):
                number = self._sounds.get(key.sound)
                if number is None:
                    if key.word:
                        unknown[key.sound].append(at)
                elif key.word and is_generic(key.word):
                    common[at] = (*common.get(at, ()), number)
                else:
                    mine.append(at)
                    keys.append(number)
        sounds = list(unknown)
        for word, near in zip(*self._known.near(sounds), strict=True):
            rows = unknown[sounds[word]]
            mine += rows
            keys += [int(self._words[near])] * len(rows)
        pairs = dict.fromkeys(zip(mine, keys, strict=True))
        told = np.array(list(pairs), np.int64).reshape(-1, 2)
        return told[:, 0], told[:, 1], common

    def _having_all(self, words: tuple[int, ...]) -> Indices:
        """Of the things that have all of some common words, those with the shortest names."""
        if (found := self._common.get(words)) is None:
            keys = np.array(words, np.int64)
            begins, sizes = self._postings.found(_together(keys, keys))
            things, *others = (
                self._postings.values(begins[[at]], sizes[[at]]) for at in range(len(words))
            )
            for some in others:
                things = np.intersect1d(things, some)
            lengths = self._names.whole_bag.lengths[self._begins[things]]
            found = things[np.argsort(lengths, kind="stable")[:_CANDIDATES]]
            self._common[words] = found
        return found

    def _likeliest(
        self, columns: Columns, told: Told, mine: Indices, its: Indices
    ) -> tuple[Indices, Indices]:
        """Of the pairs of each row those that have most letters in common, and the place."""
        pair, name = self._with_names(its)
        telling = columns.sound_bag.at_most(mine[pair], self._names.sound_bag, name)
        some = np.flatnonzero(telling >= _SHARED)
        pair, name, telling = pair[some], name[some], telling[some]
        whole = columns.whole_bag.at_most(mine[pair], self._names.whole_bag, name)
        here = self._around.here(told, mine[pair], its[pair])
        shared = TELLING * telling + (1 - TELLING) * whole + _worth(here, np.zeros(1, np.bool_))
        order = np.lexsort((its[pair], -shared, mine[pair]))
        mine, its = mine[pair[order]], its[pair[order]]
        rank = np.arange(len(mine)) - np.searchsorted(mine, mine)
        size = max(1, len(self.things))
        return np.divmod(distinct((mine * size + its)[rank < _CANDIDATES]), size)

    def _with_names(self, things: Indices) -> tuple[Indices, Indices]:
        """The places of all names of things: which of the things has it, and which name it is."""
        counts = self._counts[things]
        return np.repeat(np.arange(len(things)), counts), ranges(self._begins[things], counts)

    def _pairs(
        self,
        rows: Sequence[Row],
        names: Sequence[Name],
        columns: Columns,
        mine: Indices,
        its: Indices,
    ) -> _Pairs:
        """How like rows are to things."""
        found = self._likest(columns, mine, its)
        scores, other_kind, by_sound = found.scores, found.other_kind, found.by_sound
        same_name = scores == 1
        without = np.zeros(len(mine), bool)
        again, rest, at = self._without_place(names, mine, its, scores)
        if len(again):
            placed = self._likest(Columns(rest), at, its[again])
            worth = np.round(WITH_PLACE * placed.scores, 4)
            more = worth > scores[again]
            better = again[more]
            scores[better], without[better] = worth[more], True
            other_kind[better], by_sound[better] = placed.other_kind[more], placed.by_sound[more]
        here = self._around.here(self._around.told([row.place for row in rows]), mine, its)
        ranks = scores + _worth(here, same_name)
        scores = np.clip(ranks, 0.0, np.where(same_name, 1.0, np.maximum(scores, _SIMILAR)))
        scores[self._are_others(columns.kinds.astype(np.int64)[mine], its)] = 0.0
        agents = np.fromiter((row.agent for row in rows), np.bool_, len(rows))
        scores[agents[mine] & ~self._is_actor[its]] = 0.0  # who published it is no place
        return _Pairs(mine, its, scores, ranks, same_name, other_kind, by_sound, without, here)

    def _likest(self, columns: Columns, mine: Indices, its: Indices) -> Likeness:
        """As `resemblance.likest`: how like names are to things, by the name that is likest."""
        scores = np.zeros(len(mine))
        other, by_sound = np.zeros(len(mine), bool), np.zeros(len(mine), bool)
        pair, name = self._with_names(its)
        worth = THRESHOLD - _HERE - _SLACK
        some = np.flatnonzero(likely(columns, mine[pair], self._names, name) >= worth)
        pair, name = pair[some], name[some]
        found = compared(columns, mine[pair], self._names, name, worth)
        order = np.lexsort((-found.scores, pair))
        order = order[np.diff(pair, prepend=-1) > 0]  # the best of each
        pair = pair[order]
        scores[pair], other[pair] = found.scores[order], found.other_kind[order]
        by_sound[pair] = found.by_sound[order]
        # What any of its names says of its kind holds for a thing.
        kinds, told = columns.kinds.astype(np.int64)[mine], self._told[its]
        differ = (kinds != NO_KIND) & (told != 0) & (told >> kinds & 1 == 0) & ~other
        scores[differ] = np.round(scores[differ] * OTHER_KIND, 4)
        return Likeness(scores, other | differ, by_sound)

    def _without_place(
        self, names: Sequence[Name], mine: Indices, its: Indices, scores: NDArray[np.float64]
    ) -> tuple[Indices, list[Name], Indices]:
        """Names of rows without the places that things are in, for pairs that are not sure.

        Returns:
            Which pairs, the names, and which of those each of the pairs has.
        """
        placed = [not self._around.all_words.isdisjoint(n.folded.split()) for n in names]
        some = np.flatnonzero(np.array(placed, bool)[mine] & (scores < SURE))
        rest: dict[str, int] = {}
        pairs, at = [], []
        around = self._around.of[its[some]].tolist()
        for pair, row, place in zip(some.tolist(), mine[some].tolist(), around, strict=True):
            words = names[row].folded.split()
            left = " ".join(word for word in words if word not in self._around.words[place])
            if left and left != names[row].folded:
                pairs.append(pair)
                at.append(rest.setdefault(left, len(rest)))
        return np.array(pairs, np.int64), [*map(Name.of, rest)], np.array(at, np.int64)

    def _are_others(self, kinds: Indices, things: Indices) -> Flags:
        """Whether names of some kinds cannot be those of things.

        “Kec. Magetan” is no office in Magetan, and no regency.
        """
        place = np.isin(kinds, [KIND[kind] for kind in PLACES])
        actor = self._is_actor[things]
        untold = self._told[things] >> kinds & 1 == 0
        other = (kinds != NO_KIND) & (kinds != self._kinds[things])
        found: Flags = np.where(actor, place & untold, other)
        return found


def _together(first: Indices, second: Indices) -> NDArray[np.uint64]:
    """A number for each two words; of a word with itself, for the word."""
    return (first << 32 | second).astype(np.uint64)


def _worth(here: NDArray[np.int8], same_name: Flags) -> NDArray[np.float64]:
    """What it is worth that rows are where things are, or elsewhere, which may be wrong."""
    elsewhere = np.where(same_name, _NAMED_ELSEWHERE, _ELSEWHERE)
    return np.where(here == 1, _HERE, np.where(here == -1, -elsewhere, 0.0))


def _other_number(row: Row, thing: Thing) -> bool:
    """Whether a row's name has a number, and each of the thing's names another."""
    mine = numbers_in(fold(row.name))
    its = [numbers_in(fold(name)) for name in thing.names]
    return bool(mine) and all(its) and mine not in its


def _reason(pairs: _Pairs, at: int) -> str:
    """Why a pair has its score, in English and Indonesian."""
    if pairs.same_name[at]:
        reasons = ["same name | nama sama"]
    elif pairs.without_place[at]:
        reasons = ["name without its place | nama tanpa tempatnya"]
    elif pairs.by_sound[at]:
        reasons = ["similar sound | bunyi mirip"]
    else:
        reasons = ["similar name | nama mirip"]
    if pairs.other_kind[at]:
        reasons.append("other kind | jenis lain")
    if pairs.here[at]:
        same = pairs.here[at] > 0
        reasons.append("same place | tempat sama" if same else "other place | tempat lain")
    return "; ".join(reasons)
