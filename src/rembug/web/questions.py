"""Which of the ready questions a text asks for."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from flask import g

from rembug.catalogue import Query
from rembug.graph.readers.index import words
from rembug.web.context import catalogue
from rembug.web.negotiation import LANGUAGES
from rembug.web.words import name

_LONGEST: Final = 200
_VARIABLE: Final = re.compile(r"\?(\w+)")


def matching(text: str) -> list[Query]:
    """The ready questions that say more than half of the words of a text, the likeliest first.

    A word may be half typed, in another form, or in the other language. A question comes first that
    says most of them; of those, one that says them in its title, then in its description, then in
    what its columns, parameters and tags are called.

    Args:
        text: as somebody typed it.
    """
    asked = list(dict.fromkeys(words.words(text[:_LONGEST])))
    ranked: list[tuple[int, int, Query]] = []
    for query in catalogue().values():
        told = [_words(part) for part in _told(query)]
        places = [
            min((at for at, said in enumerate(told) if _says(said, word)), default=None)
            for word in asked
        ]
        found = [place for place in places if place is not None]
        if 2 * len(found) > len(asked):
            ranked.append((-len(found), sum(found), query))
    return [query for *_, query in sorted(ranked, key=lambda one: one[:2])]


def _told(query: Query) -> Iterator[str]:
    """What is said of a question, what tells most of it first."""
    other = [language for language in LANGUAGES if language != g.lang]
    yield query.title[g.lang]
    yield " ".join(query.title[language] for language in other)
    yield query.description[g.lang]
    yield " ".join(query.description[language] for language in other)
    names = [query.name, *query.tags, *(name("tag", tag) for tag in query.tags)]
    names += [label for parameter in query.parameters for label in parameter.label.values()]
    yield " ".join((*names, *(name("column", variable) for variable in _columns(query))))


def _columns(query: Query) -> Sequence[str]:
    """The variables that a question answers with."""
    head = query.text.partition("SELECT")[2].partition("WHERE")[0]
    return _VARIABLE.findall(head)


@lru_cache(maxsize=1024)
def _words(text: str) -> tuple[frozenset[str], frozenset[str]]:
    """The words of a text, and their stems."""
    said = frozenset(words.words(text))
    return said, frozenset(stem for word in said for stem in words.stems(word, ""))


def _says(said: tuple[frozenset[str], frozenset[str]], word: str) -> bool:
    """Whether a word is among some: itself, another form of it, or what it begins."""
    own, stems = said
    if word in own or not stems.isdisjoint(words.stems(word, "")):
        return True
    return len(word) > 1 and any(one.startswith(word) for one in own)
