"""What the index says of a thing, as the queries in `queries/index/` find it in a reader's store.

A card depends on the quads that have its thing at either end, and on nothing else (but for what
`owners.rq` adds), so that whoever changes quads knows which cards to make anew. Names of other
things are not in it: they are looked up in the index, where they change with their own card.
"""

import json
import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Final, NamedTuple, Protocol

from rembug.graph.reader import batches
from rembug.graph.readers.index import words
from rembug.settings import queries_dir

LONGEST_TEXT: Final = 50_000
"""Characters of one text that can be found; whole it is on the thing's page."""
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
_UNBOUND: Final = "VALUES ?thing { UNDEF }"
_LACKING: Final = "programs-lacking-sustainability-evidence"
_OF_STUDIES: Final = "VALUES ?study { UNDEF }"
_PROGRAMS: Final = 100  # that are asked about together
_json: Final = json.JSONEncoder(ensure_ascii=False).encode


class Value(Protocol):
    """An RDF term of a solution."""

    @property
    def value(self) -> str:
        """An IRI, or a literal's lexical form."""


Source = Callable[[str], Iterable[Mapping[str, Value]]]
"""Answers a SELECT query over what a reader may read: the default graph is its merge."""


class Touched(NamedTuple):
    """What quads that came or went, in any graph, speak of: IRIs."""

    subjects: Set[str]
    objects: Set[str]


Text = tuple[str, str]
"""A text and its language tag, which may be empty."""


@dataclass(frozen=True)
class Card:
    """A thing, as lists and search know it.

    Attributes:
        iri: its own.
        kinds: the lists that it is in; under the first one it is found.
        orders: what its lists can be sorted by, besides names: numbers, or `year`.
        labels: its names; of those in one language the first is shown.
        facets: the values of each facet, IRIs or plain texts.
        numbers: what it can be sorted by.
        texts: what else is written of it.
    """

    iri: str
    kinds: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    labels: tuple[Text, ...] = ()
    facets: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    texts: tuple[Text, ...] = ()

    @property
    def studies(self) -> tuple[str, ...]:
        """The studies that it belongs to; a study belongs to itself."""
        return self.facets.get("study", (self.iri,))

    def label(self, language: str) -> Text:
        """Its name in a language, or else without one, or else in another; or its IRI's end."""
        return name_in(self.labels, language) or (re.split("[/#]", self.iri.rstrip("/#"))[-1], "")

    def written(self) -> tuple[str, str, str]:
        """Its names, its facts and its texts, each in JSON."""
        facts = [self.kinds, self.orders, self.facets, self.numbers]
        return _json(self.labels), _json(facts), _json(self.texts)

    @classmethod
    def read(cls, iri: str, labels: str, facts: str, texts: str = "[]") -> "Card":
        """A card as it was written."""
        kinds, orders, facets, numbers = json.loads(facts)
        return cls(
            iri,
            tuple(kinds),
            tuple(orders),
            names_of(labels),
            {name: tuple(values) for name, values in facets.items()},
            numbers,
            tuple((text, tag) for text, tag in json.loads(texts)),
        )


@lru_cache(maxsize=1 << 14)
def names_of(labels: str) -> tuple[Text, ...]:
    """The names that a card has, as they were written; those of pages come again and again."""
    return tuple((text, tag) for text, tag in json.loads(labels))


def name_in(labels: Sequence[Text], language: str) -> Text | None:
    """Of some names the first in a language, or else without one, or else in another."""
    for wanted in (language, ""):
        for label in labels:
            if label[1].lower().partition("-")[0] == wanted:
                return label
    return labels[0] if labels else None


def cards(source: Source, things: Collection[str], *, every: bool = False) -> dict[str, Card]:
    """The cards of those of some things that have one.

    Args:
        source: the reader's store.
        things: which, in their order.
        every: whether to ask of all that have one, as they are most of those.
    """
    iris = [thing for thing in things if _IRI.fullmatch(thing)]
    if not iris:
        return {}
    kinds, labels, texts, facets, numbers = (
        _found(source, _query(name) if every else _bound(name, iris))
        for name in ("kinds", "labels", "texts", "facets", "numbers")
    )
    lacking = _lacking(source, [iri for iri in iris if _is_program(kinds.get(iri, ()))])
    made = {}
    for iri in iris:
        ranked = sorted((int(row["rank"].value), row["kind"].value) for row in kinds.get(iri, ()))
        names = sorted(
            (int(row["rank"].value), _language(row["label"]), row["label"].value)
            for row in labels.get(iri, ())
            if not words.blank(row["label"].value)
        )
        if not ranked and not names:
            continue
        values: dict[str, set[str]] = {}
        for row in facets.get(iri, ()):
            values.setdefault(row["facet"].value, set()).add(row["value"].value)
        if iri in lacking:
            values["sustainability"] = {lacking[iri]}
        made[iri] = Card(
            iri,
            tuple(dict.fromkeys(kind for _, kind in ranked)),
            tuple(sorted({o for row in kinds.get(iri, ()) for o in row["orders"].value.split()})),
            tuple(dict.fromkeys((text, tag) for _, tag, text in names)),
            {name: tuple(sorted(values[name])) for name in sorted(values)},
            {
                row["name"].value: int(row["number"].value)
                for row in sorted(numbers.get(iri, ()), key=lambda row: row["name"].value)
            },
            tuple(
                sorted(
                    {
                        (row["text"].value[:LONGEST_TEXT], _language(row["text"]))
                        for row in texts.get(iri, ())
                    }
                )
            ),
        )
    return made


def all_things(source: Source) -> set[str]:
    """The IRIs of what has a card."""
    return {row["thing"].value for row in source(_query("things"))}


def owners(source: Source, things: Collection[str], described: Collection[str]) -> set[str]:
    """The things whose cards say something of what some others are.

    Args:
        source: the reader's store.
        things: the others.
        described: those of them of which something else is said now: a concept is far more often
            spoken of than described, and then touches all findings that concern it.
    """
    found = set()
    for name, some in (("owners", things), ("concerned", described)):
        if iris := [thing for thing in some if _IRI.fullmatch(thing)]:
            found |= {row["owner"].value for row in source(_bound(name, iris))}
    return found


@cache
def digest() -> int:
    """Tells an index made by these queries from one made by others."""
    paths = [*sorted(_folder().glob("*.rq")), _folder().with_name(f"{_LACKING}.rq")]
    texts = "".join(path.read_text("utf-8") for path in paths)
    return int.from_bytes(blake2b(texts.encode(), digest_size=2).digest())


def _found(source: Source, query: str) -> dict[str, list[Mapping[str, Value]]]:
    """The solutions of a query, by the thing that each is of."""
    found: dict[str, list[Mapping[str, Value]]] = {}
    for row in source(query):
        if "thing" in row:  # an aggregate over nothing is a row without one
            found.setdefault(row["thing"].value, []).append(row)
    return found


def _lacking(source: Source, programs: Collection[str]) -> dict[str, str]:
    """What the ready question says of those of some programs that lack evidence.

    It is the question's own text, asked of programs in the place of studies, so that a list and a
    page say what the question says.
    """
    found: dict[str, str] = {}
    for some in batches(programs, _PROGRAMS):  # the cost of many grows with their square
        text = _query(f"../{_LACKING}").replace(
            _OF_STUDIES, f"VALUES ?program {{ {_listed(some)} }}"
        )
        found |= {row["program"].value: row["status"].value for row in source(text)}
    return found


def _is_program(kinds: Iterable[Mapping[str, Value]]) -> bool:
    return any(row["kind"].value == "programs" for row in kinds)


def _language(literal: Value) -> str:
    return getattr(literal, "language", None) or ""


def _bound(name: str, iris: Collection[str]) -> str:
    return _query(name).replace(_UNBOUND, f"VALUES ?thing {{ {_listed(iris)} }}")


def _listed(iris: Collection[str]) -> str:
    return " ".join(f"<{iri}>" for iri in iris)


@cache
def _query(name: str) -> str:
    return (_folder() / f"{name}.rq").read_text("utf-8")


def _folder() -> Path:
    return queries_dir() / "index"
