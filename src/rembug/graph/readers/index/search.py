"""Full-text search: which things have the words of a text, the best first, with the words marked.

What a word is taken for is one of six grades, from a word of a name to a likely misspelling. Things
that have the most words of the text are found, and of those come first the ones that have them in
the best grade. A caller's text is only ever compared with words: nothing in it is syntax.
"""

import heapq
import json
import math
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise, product
from typing import Final, Protocol

from pyroaring import BitMap
from rapidfuzz.distance import OSA

from rembug import names
from rembug.graph.readers.index import words
from rembug.graph.readers.index.cards import Card
from rembug.graph.readers.index.postings import LABEL, LABEL_STEM, SOUND, WORD, WORD_STEM, grams
from rembug.graph.readers.index.words import Piece

_MOST_WORDS: Final = 12
_LONGEST: Final = 1000  # characters of a text that is searched for
_EXPANSIONS: Final = 24  # words that one beginning stands for
_CANDIDATES: Final = 60  # things of one grade that are put in order
_NEAR: Final = 60
_HALF: Final = 3  # letters of each of two words that are written together
_LONG_HALF: Final = 4  # where the word itself is known: "perajin" is not "per ajin"
_COMMON: Final = 1000  # things that share a word which tells little of each


class Cards(Protocol):
    """Fetches cards."""

    def __call__(self, things: Sequence[int], texts: bool = False) -> list[Card]:
        """The cards of some things, in their order."""


@dataclass(frozen=True)
class Hit:
    """A thing that was found.

    Attributes:
        card: the thing.
        name: its name, marked; with the language that it is in.
        language: of the name; may be empty.
        excerpt: what else is written of it, around the words; empty if they are in the name.
    """

    card: Card
    name: Sequence[Piece]
    language: str
    excerpt: Sequence[Piece]


@dataclass(frozen=True)
class Group:
    """What was found of a kind: how many, and the best of them."""

    kind: str
    total: int
    hits: Sequence[Hit]


@dataclass(frozen=True)
class Found:
    """What a text found.

    Attributes:
        groups: the kind with the best hit first.
        total: how many things in all.
        instead: for words that nothing has, those that were looked for instead, or a word as two.
        missed: words that nothing was found for.
    """

    groups: Sequence[Group] = ()
    total: int = 0
    instead: Mapping[str, Sequence[str]] | None = None
    missed: Sequence[str] = ()


@dataclass(frozen=True)
class _Sought:
    """A word of the text: the things that have it, grade by grade, and what is marked for it."""

    word: str
    grades: Sequence[BitMap]
    forms: frozenset[str]
    stems: frozenset[str]
    instead: Sequence[str]

    def marks(self, word: str, language: str) -> bool:
        return word in self.forms or not self.stems.isdisjoint(words.stems(word, language))


class Search:
    """Search in one version of an index."""

    def __init__(
        self, connection: sqlite3.Connection, posting: Callable[[str, str], BitMap]
    ) -> None:
        self._connection, self._posting = connection, posting

    def things(self, text: str, within: BitMap) -> BitMap:
        """The things among some that have the most words of a text."""
        grades = self._grades(self._sought(text), within)
        return grades[-1] if grades else BitMap()

    def found(
        self,
        text: str,
        language: str,
        kinds: Collection[str],
        within: BitMap | None,
        limit: int,
        cards: Cards,
    ) -> Found:
        """What a text finds, by kind; as Reading.found."""
        sought = self._sought(text)
        groups = {kind: self._posting("group", kind) for kind in kinds}
        searched = BitMap.union(BitMap(), *groups.values())
        if within is not None:
            searched &= within
        grades = self._grades(sought, searched)
        missed = [one.word for one in sought if not one.grades[-1]]
        instead = {one.word: one.instead for one in sought if one.instead}
        if not grades:
            return Found((), 0, instead, missed)
        found = []
        for kind, members in groups.items():
            if total := grades[-1].intersection_cardinality(members):
                inside = [grade & members for grade in grades]
                best, things = self._best(inside, kind, language, limit)
                hits = [self._hit(card, sought, language) for card in cards(things, texts=True)]
                found.append((best, total, Group(kind, total, hits)))
        found.sort(key=lambda group: (group[0], group[1], group[2].kind))
        return Found([group for *_, group in found], len(grades[-1]), instead, missed)

    def begun(
        self,
        text: str,
        kind: str,
        limit: int,
        language: str = "id",
        within: BitMap | None = None,
    ) -> list[int]:
        """Things that have names with words which begin as those of a text."""
        members = [self._posting("kind", kind)] if kind else []
        members += [] if within is None else [within]
        sets = [
            self._any(LABEL, chain(*(self._begun(LABEL, one) for one in (word, *together))))
            for word, together in _together(_asked(text)).items()
        ]
        if not sets:
            return []
        things = BitMap.intersection(*sets, *members)
        return self._ordered(things, kind, language, limit)

    def resembling(self, text: str, within: BitMap | None, limit: int) -> list[int]:
        """Things whose names may be a name that is written otherwise, the likeliest first.

        Each word of the name counts the more the fewer things have it; what half of all names have
        only orders those that the other words found. A word that nothing has is taken for those
        that it may be a misspelling of.
        """
        weights: dict[int, float] = defaultdict(float)
        common: list[BitMap] = []
        for key in dict.fromkeys(names.keys(text[:_LONGEST])):
            for things in self._sounding(key):
                some = things if within is None else things & within
                if len(some) > _COMMON or (some and names.is_generic(key.word)):
                    common.append(some)
                elif some:
                    worth = 1 / (1 + math.log(len(some)))
                    for thing in some:
                        weights[thing] += worth
        if not weights and common:
            together = _at_least(common)[2:]  # things that have several of the words
            rarest = min(common, key=len)
            return self._shortest(next(filter(None, reversed(together)), rarest), limit)
        if len(weights) > limit:
            for things in common:
                for thing in things & BitMap(weights):
                    weights[thing] += 1 / (1 + math.log(len(things)))
        return heapq.nsmallest(limit, weights, key=lambda thing: (-weights[thing], thing))

    def _sounding(self, key: names.Key) -> list[BitMap]:
        """The things that have a word by its sound; or the words that it may be meant for."""
        if found := self._posting(SOUND, key.sound):
            return [found]
        near = self._near(key.word) if key.word else []
        return [self._posting(SOUND, names.sound(word)) for word in near]

    def _shortest(self, things: BitMap, limit: int) -> list[int]:
        """Those of many things that have the shortest names."""
        rows = self._connection.execute(
            "SELECT id FROM thing WHERE id IN (SELECT value FROM json_each(?)) "
            "ORDER BY length(labels), id LIMIT ?",
            (json.dumps(list(things[:_COMMON])), limit),
        )
        return [thing for (thing,) in rows]

    def _sought(self, text: str) -> list[_Sought]:
        asked = _asked(text)
        together = _together(asked)
        return [self._taken(word, together[word], whole=word != asked[-1]) for word in asked]

    def _taken(self, word: str, together: Sequence[str], *, whole: bool) -> _Sought:
        """What a word is taken for; a last word may be half typed, and any of three letters.

        Also for what it is when written together with the word before it or after it.
        """
        begun = [] if whole and len(word) < 3 else self._begun(WORD, word)
        stems = frozenset(words.stems(word, ""))
        steps = [
            self._any(LABEL, [word]),
            self._any(LABEL, [*begun, *together]) | self._any(LABEL_STEM, stems),
            self._any(WORD, [word]),
            self._any(WORD, [*begun, *together]) | self._any(WORD_STEM, stems),
        ]
        meant = self._apart(word, _LONG_HALF if any(steps) else _HALF)
        if not any(steps):
            meant = meant or [(near,) for near in self._near(word)]
        steps += [self._having(field, meant) for field in (LABEL, WORD)]
        grades = [BitMap.union(*steps[: at + 1]) for at in range(len(steps))]
        shown = begun if len(word) > 2 or not steps[2] else []  # one letter would mark everything
        forms = frozenset((word, *shown, *together, *chain.from_iterable(meant)))
        instead = [] if any(steps[:4]) else [" ".join(one) for one in meant]
        return _Sought(word, grades, forms, stems, instead)

    def _grades(self, sought: Sequence[_Sought], within: BitMap) -> list[BitMap]:
        """Of the things that have the most words: those in each grade or a better one."""
        if not sought:
            return []
        counted = _at_least([one.grades[-1] & within for one in sought])
        most = max((n for n, things in enumerate(counted) if things and n), default=0)
        if not most:
            return []
        return [
            _at_least([one.grades[grade] & within for one in sought])[most]
            for grade in range(len(sought[0].grades))
        ]

    def _best(
        self, grades: Sequence[BitMap], kind: str, language: str, limit: int
    ) -> tuple[int, list[int]]:
        """The best grade that there is, and the first things of a kind."""
        best = next(at for at, grade in enumerate(grades) if grade)
        things: list[int] = []
        seen = BitMap()
        for grade in grades:
            if len(things) >= limit:
                break
            things += self._ordered(grade - seen, kind, language, limit - len(things))
            seen |= grade
        return best, things

    def _ordered(self, things: BitMap, kind: str, language: str, limit: int) -> list[int]:
        """Some of the things, those with short names first."""
        rows = self._connection.execute(
            "SELECT thing FROM place WHERE thing IN (SELECT value FROM json_each(?)) AND sort = ? "
            "AND (kind = ? OR ? = '') GROUP BY thing ORDER BY length(key), key LIMIT ?",
            (json.dumps(list(things[:_CANDIDATES])), f"name.{language}", kind, kind, limit),
        )
        return [thing for (thing,) in rows]

    def _hit(self, card: Card, sought: Sequence[_Sought], language: str) -> Hit:
        name, tag = card.label(language)
        title = words.marked(name, _marker(sought, tag))
        others = sorted(
            (text for text in (*card.texts, *card.labels) if text != (name, tag)),
            key=lambda text: text[1] not in (language, ""),
        )
        for text, its in others:
            excerpt = words.marked(text, _marker(sought, its))
            if any(piece.hit for piece in excerpt):
                return Hit(card, title, tag, excerpt)
        return Hit(card, title, tag, ())

    def _any(self, field: str, terms: Iterable[str]) -> BitMap:
        return BitMap.union(BitMap(), *(self._posting(field, term) for term in terms))

    def _having(self, field: str, meant: Iterable[Sequence[str]]) -> BitMap:
        """The things that have all words of any of some."""
        sets = (BitMap.intersection(*(self._posting(field, w) for w in one)) for one in meant)
        return BitMap.union(BitMap(), *sets)

    def _apart(self, word: str, shortest: int) -> list[tuple[str, ...]]:
        """The two words that some things have, and that one is when written together."""
        halves = ((word[:at], word[at:]) for at in range(shortest, len(word) - shortest + 1))
        return [pair for pair in halves if self._having(WORD, [pair])]

    def _begun(self, field: str, beginning: str) -> list[str]:
        """The words that begin so, the most frequent first."""
        rows = self._connection.execute(
            "SELECT term FROM posting WHERE field = ? AND term >= ? AND term < ? "
            "GROUP BY term ORDER BY SUM(size) DESC, term LIMIT ?",
            (field, beginning, beginning + "\U0010ffff", _EXPANSIONS),
        )
        return [term for (term,) in rows]

    def _near(self, word: str) -> list[str]:
        """The words that one is likely to be a misspelling of, or else a form of."""
        if len(word) < 4:
            return []
        rows = self._connection.execute(
            "SELECT word FROM gram WHERE gram IN (SELECT value FROM json_each(?)) "
            "GROUP BY word ORDER BY COUNT(*) DESC, word LIMIT ?",
            (json.dumps(sorted(grams(word))), _NEAR),
        ).fetchall()
        far = 1 if len(word) < 8 else 2
        forms = {near: frozenset((near,)) for (near,) in rows}
        if found := _nearest({word}, forms, far):
            return found
        stems = {near: words.stems(near, "") for (near,) in rows}
        return _nearest(words.stems(word, ""), stems, far)


def _asked(text: str) -> list[str]:
    return list(dict.fromkeys(words.words(text[:_LONGEST])))[:_MOST_WORDS]


def _together(asked: Sequence[str]) -> dict[str, list[str]]:
    """Each word of a text with what it is when written together with its neighbours."""
    found: dict[str, list[str]] = {word: [] for word in asked}
    for one, other in pairwise(asked):
        found[one].append(one + other)
        found[other].append(one + other)
    return found


def _nearest(ways: Collection[str], among: Mapping[str, Collection[str]], far: int) -> list[str]:
    """Those of some words that are written in a way that differs least from any, if not by more."""
    distances = {
        near: min(OSA.distance(a, b, score_cutoff=far) for a, b in product(ways, others))
        for near, others in among.items()
    }
    least = min(distances.values(), default=far + 1)
    return [near for near, distance in distances.items() if distance == least <= far]


def _at_least(sets: Sequence[BitMap]) -> list[BitMap]:
    """For each number up to that of the sets, the members of at least so many of them."""
    counted = [BitMap.union(BitMap(), *sets), *(BitMap() for _ in sets)]
    for number, members in enumerate(sets, 1):
        for at in range(number, 1, -1):
            counted[at] |= counted[at - 1] & members
        counted[1] |= members
    return counted


def _marker(sought: Sequence[_Sought], language: str) -> Callable[[str], bool]:
    return lambda word: any(one.marks(word, language) for one in sought)
