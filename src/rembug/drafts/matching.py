"""What a sentence names: aspects and things by their names, and the words of the scale."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any, Final

from rembug.graph import Rows
from rembug.graph.readers.index import Reading, words

_LONGEST_NAME: Final = 10  # words of a thing's name
_KINDS: Final = ("studies", "programs", "policies", "actors", "collaborations", "places")
_WORD: Final = re.compile(r"[^\W_]+")
_LOW, _HIGH = frozenset({1, 2}), frozenset({4, 5})


@dataclass(frozen=True)
class Match:
    """A part of a sentence, and what it is the name of.

    Attributes:
        text: as the sentence has it.
        iris: what has that name; empty for a word of the scale.
        role: `aspect`, `thing`, `scale` or `there`.
        start: the first of its words.
        end: the word after it.
        places: of the scale, that a word of it leaves possible.
        there: whether a word says that an aspect is there.
    """

    text: str
    iris: tuple[str, ...]
    role: str
    start: int
    end: int
    places: frozenset[int] = frozenset()
    there: bool = True


def tokens(text: str) -> list[str]:
    """The folded words of a sentence; `Match` counts them."""
    return [words.fold(word) for word in _WORD.findall(text)]


def matches(text: str, index: Reading, aspects: Rows, ratings: Rows) -> list[Match]:
    """The names and words that a sentence has, in its order; the longest, none inside another.

    Args:
        text: the sentence.
        index: where things are looked for by name.
        aspects: every aspect with its names (`aspect-names.rq`).
        ratings: the ratings of the scale (`ratings.rq`).
    """
    spans = [found.span() for found in _WORD.finditer(text)]

    def match(start: int, end: int, role: str, iris: Iterable[str] = ()) -> Match:
        part = text[spans[start][0] : spans[end - 1][1]]
        return Match(part, tuple(sorted(iris)), role, start, end)

    found = [match(a, b, "thing", iris) for a, b, iris in _things(text, spans, index)]
    said = tokens(text)
    named: dict[tuple[int, int], set[str]] = {}
    for row in aspects:
        name, tag = row["name"].value, row["name"].language or ""
        for span in _occurrences(said, name, tag):
            named.setdefault(span, set()).add(str(row["aspect"]))
    found += [match(*span, "aspect", iris) for span, iris in named.items()]
    for row in ratings:
        number = round(float(str(row["value"])))
        for start, end in _occurrences(said, str(row["name"])):
            # “weak” leaves “very weak” possible, and “good” “very good”
            places = {2: _LOW, 4: _HIGH}.get(number, frozenset({number}))
            found.append(replace(match(start, end, "scale"), places=places))
    for name, values in lexicon()["scale"].items():
        for start, end in _occurrences(said, name):
            found.append(replace(match(start, end, "scale"), places=frozenset(values)))
    for name, there in lexicon()["there"].items():
        for start, end in _occurrences(said, name):
            found.append(replace(match(start, end, "there"), there=there))
    chosen: list[Match] = []
    for one in sorted(found, key=lambda m: (m.start - m.end, m.role != "thing", m.start)):
        if all(one.end <= other.start or one.start >= other.end for other in chosen):
            chosen.append(one)
    return sorted(chosen, key=lambda m: m.start)


def _things(
    text: str, spans: Sequence[tuple[int, int]], index: Reading
) -> Iterator[tuple[int, int, set[str]]]:
    """The parts of a sentence that are the name of a thing, with what has that name."""
    parts = {
        (start, end): words.key(text[spans[start][0] : spans[end - 1][1]])
        for start in range(len(spans))
        for end in range(start + 1, min(len(spans), start + _LONGEST_NAME) + 1)
    }
    known = index.named(set(parts.values()), _KINDS)
    for (start, end), name in parts.items():
        if name in known:
            yield start, end, known[name]


def _occurrences(tokens: Sequence[str], name: str, language: str = "") -> Iterator[tuple[int, int]]:
    """Where a name stands in a sentence, in any form of its words, articles aside."""
    articles = _listed("articles")
    wanted = [word for word in words.words(name) if word not in articles]
    for start in range(len(tokens)):
        at, met = start, 0
        while at < len(tokens) and met < len(wanted):
            if _same_word(tokens[at], wanted[met], language):
                met += 1
            elif not met or tokens[at] not in articles:
                break
            at += 1
        if wanted and met == len(wanted):
            yield start, at


def _same_word(one: str, other: str, language: str) -> bool:
    return one == other or (
        bool(language) and not words.stems(one, language).isdisjoint(words.stems(other, language))
    )


def beyond(said: Sequence[str], matched: Sequence[Match], known: Iterable[str]) -> list[str]:
    """The words of a sentence that nothing accounts for."""
    free = _listed("articles") | _listed("function") | _listed("negators")
    covered = {at for match in matched for at in range(match.start, match.end)}
    told = {word for text in known for word in words.words(text)}
    stems = {stem for word in told for stem in words.stems(word, "")}
    return [
        word
        for at, word in enumerate(said)
        if at not in covered
        and word not in free
        and word not in told
        and (word.isdigit() or stems.isdisjoint(words.stems(word, "")))
    ]


def denials(said: Sequence[str], matched: Sequence[Match]) -> int:
    """How many words deny something, outside of what was matched."""
    covered = {at for match in matched for at in range(match.start, match.end)}
    negators = _listed("negators")
    return sum(word in negators for at, word in enumerate(said) if at not in covered)


def without_denials(said: Sequence[str]) -> tuple[list[str], int]:
    """The words of a statement without articles and denials, and how many denials there were."""
    articles, negators = _listed("articles"), _listed("negators")
    plain = [word for word in said if word not in articles]
    kept = [word for word in plain if word not in negators]
    return kept, len(plain) - len(kept)


@cache
def _listed(kind: str) -> frozenset[str]:
    return frozenset(lexicon()["words"][kind])


@cache
def lexicon() -> dict[str, dict[str, Any]]:
    """The words of the scale, of denial and of no weight, and the reasons for verdicts."""
    file = Path(__file__).with_name("lexicon.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))
