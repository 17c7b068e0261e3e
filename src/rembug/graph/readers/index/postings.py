"""Postings: for each term of a field, the things that have it, as sets in a SQLite file.

A field is a facet of a list (`findings/rating`), the lists themselves (`kind`), or words. The set
is cut into chunks of 65 536 things, so that a change writes 8 KiB a term at most however many
things there are.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from pyroaring import BitMap

from rembug import names
from rembug.graph.readers.index import words
from rembug.graph.readers.index.cards import Card

Posting = tuple[str, str]
"""A field and a term in it."""

LABEL: Final = "label"
LABEL_STEM: Final = "label~"
WORD: Final = "word"
WORD_STEM: Final = "word~"
SOUND: Final = "sound"
"""What a name is looked up by when it may be written otherwise (`names.keys`)."""
SYNTHETIC: Final = "synthetic"
"""The facet that things have from their study; who does not say so is real."""

TABLES: Final = """
CREATE TABLE thing (id INTEGER PRIMARY KEY, iri TEXT NOT NULL UNIQUE, labels TEXT NOT NULL,
                    facts TEXT NOT NULL, texts TEXT NOT NULL);
CREATE TABLE posting (id INTEGER PRIMARY KEY, field TEXT NOT NULL, term TEXT NOT NULL,
                      chunk INTEGER NOT NULL, size INTEGER NOT NULL, things BLOB NOT NULL);
CREATE UNIQUE INDEX of_term ON posting (field, term, chunk, size);
CREATE INDEX of_value ON posting (term, field);
CREATE TABLE value (field TEXT, term TEXT, size INTEGER NOT NULL,
                    PRIMARY KEY (field, term)) WITHOUT ROWID;
CREATE INDEX of_size ON value (field, size DESC, term);
CREATE TABLE place (kind TEXT, sort TEXT, key TEXT, thing INTEGER,
                    PRIMARY KEY (kind, sort, key)) WITHOUT ROWID;
CREATE TABLE gram (gram TEXT, word TEXT, PRIMARY KEY (gram, word)) WITHOUT ROWID;
CREATE TABLE made (version INTEGER NOT NULL);
"""
ORDER: Final = "CREATE INDEX place_of ON place (thing, kind, sort, key)"
"""What comes when the first cards are written, which is faster than with each of them."""
_FACET: Final = "/"  # in the fields of facets
_CHUNK: Final = 16
_MOST: Final = 999_999_999
_LONGEST_NAME: Final = 120  # characters; what is longer is a sentence


def postings(card: Card) -> set[Posting]:
    """What a thing is found by."""
    if not card.kinds:
        return set()
    found: set[Posting] = {("kind", kind) for kind in card.kinds} | {("group", card.kinds[0])}
    for facet, values in card.facets.items():
        if facet != SYNTHETIC:
            found |= {(f"{kind}/{facet}", value) for kind in card.kinds for value in values}
    for texts, fields in (
        (card.labels, ((LABEL, LABEL_STEM), (WORD, WORD_STEM))),
        (card.texts, ((WORD, WORD_STEM),)),
    ):
        for text, language in texts:
            for word in set(words.words(text)):
                stems = words.stems(word, language)
                for field, of_stems in fields:
                    found.add((field, word))
                    found.update((of_stems, stem) for stem in stems)
    for text, _ in card.labels:
        if len(text) <= _LONGEST_NAME:
            found.update((SOUND, key.sound) for key in names.keys(text))
    return found


def places(card: Card) -> dict[tuple[str, str], str]:
    """For each list and order of it, where a thing comes."""
    found: dict[tuple[str, str], str] = {}
    if not card.kinds:
        return found
    for language in words.LANGUAGES:
        name = f"{words.key(card.label(language)[0])} {card.iri}"
        for kind in card.kinds:
            found[kind, f"name.{language}"] = name
            for order in card.orders:
                found[kind, f"{order}.{language}"] = f"{_before(card, order)} {name}"
    return found


def _before(card: Card, order: str) -> str:
    """The year that a thing has in an order, or its number with the highest first."""
    if order == "year":
        return min(card.facets.get("year", ("9999",)))
    return f"{_MOST - card.numbers.get(order, 0):09d}"


def grams(word: str) -> set[str]:
    """The threes of letters of a word, its ends included."""
    padded = f"  {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


@dataclass(frozen=True)
class Moved:
    """A thing whose card has changed; one without kinds stands for none."""

    thing: int
    old: Card
    new: Card


class Changes:
    """Things that come to postings and leave them, written together."""

    def __init__(self, connection: sqlite3.Connection, *, anew: bool = False) -> None:
        """Gather none yet; `anew` where there is no posting either."""
        self._connection, self._anew = connection, anew
        self._added: dict[Posting, list[int]] = {}
        self._removed: dict[Posting, list[int]] = {}

    def move(self, thing: int, old: set[Posting], new: set[Posting]) -> None:
        """Take a thing out of the postings that it had, and into those that it has now."""
        for posting in new - old:
            self._added.setdefault(posting, []).append(thing)
        for posting in old - new:
            self._removed.setdefault(posting, []).append(thing)

    def write(self, moved: Sequence[Moved]) -> None:
        """Write what was gathered, for things whose cards are written already."""
        self._flush()
        self._tell_the_made_up(moved)
        self._flush()
        self._anew = False

    def _tell_the_made_up(self, moved: Sequence[Moved]) -> None:
        """Let things be made up as their studies are."""
        said: dict[str, bool] = {}
        told = BitMap(one.thing for one in moved)
        for one in moved:
            self._tell(one, said)
            if one.old.facets.get(SYNTHETIC) != one.new.facets.get(SYNTHETIC):
                for thing, card in self._members(one.new.iri, told):
                    self._tell(Moved(thing, card, card), said)

    def _tell(self, one: Moved, said: dict[str, bool]) -> None:
        for kind in one.old.kinds:
            self._removed.setdefault((f"{kind}/{SYNTHETIC}", "true"), []).append(one.thing)
        if any(self._says(study, said) for study in one.new.studies):
            for kind in one.new.kinds:
                self._added.setdefault((f"{kind}/{SYNTHETIC}", "true"), []).append(one.thing)

    def _members(self, study: str, told: BitMap) -> Iterator[tuple[int, Card]]:
        """The things of a study but for some."""
        blobs = self._connection.execute(
            "SELECT things FROM posting WHERE term = ? AND field LIKE '%/study'", (study,)
        )
        every = BitMap.union(BitMap(), *(BitMap.deserialize(blob) for (blob,) in blobs))
        for thing in every - told:
            iri, facts = self._connection.execute(
                "SELECT iri, facts FROM thing WHERE id = ?", (thing,)
            ).fetchone()
            yield thing, Card.read(iri, "[]", facts)

    def _says(self, study: str, said: dict[str, bool]) -> bool:
        """Whether a study says that it is made up."""
        if study not in said:
            row = self._connection.execute(
                "SELECT facts FROM thing WHERE iri = ?", (study,)
            ).fetchone()
            card = Card.read(study, "[]", row[0]) if row else Card(study)
            said[study] = "true" in card.facets.get(SYNTHETIC, ())
        return said[study]

    def _flush(self) -> None:
        came: list[str] = []
        went: list[str] = []
        sizes: list[tuple[str, str, int]] = []
        for posting, was, is_ in self._first() if self._anew else self._changed():
            if posting[0] == WORD and bool(was) != bool(is_):
                (came if is_ else went).append(posting[1])
            if _FACET in posting[0] and was != is_:
                sizes.append((*posting, is_))
        self._connection.executemany("REPLACE INTO value VALUES (?, ?, ?)", sizes)
        gone = ((field, term) for field, term, size in sizes if not size)
        self._connection.executemany("DELETE FROM value WHERE field = ? AND term = ?", gone)
        self._connection.executemany("INSERT INTO gram VALUES (?, ?)", sorted(_pairs(came)))
        self._connection.executemany("DELETE FROM gram WHERE gram = ? AND word = ?", _pairs(went))
        self._added, self._removed = {}, {}

    def _first(self) -> Iterator[tuple[Posting, int, int]]:
        """Write what comes where there is nothing; gives what `_changed` does."""
        rows: list[tuple[str, str, int, int, bytes]] = []
        for posting, added in sorted(self._added.items()):
            things = BitMap(added)
            for chunk in (chunks := _chunks(things)):
                piece = things if len(chunks) == 1 else things & _span(chunk)
                if piece:
                    rows.append((*posting, chunk, len(piece), _blob(piece)))
            yield posting, 0, len(things)
        self._connection.executemany(
            "INSERT INTO posting (field, term, chunk, size, things) VALUES (?, ?, ?, ?, ?)", rows
        )

    def _changed(self) -> Iterator[tuple[Posting, int, int]]:
        """Write what comes and goes; gives each posting, how many things it had and has."""
        for posting in sorted(self._added.keys() | self._removed.keys()):
            added, removed = self._added.get(posting, ()), self._removed.get(posting, ())
            yield posting, *self._write(posting, added, removed)

    def _write(
        self, posting: Posting, added: Iterable[int], removed: Iterable[int]
    ) -> tuple[int, int]:
        """Returns how many things had the term before, and how many have it now."""
        add, remove = BitMap(added), BitMap(removed)
        rows = self._rows(posting)
        had = has = sum(size for _, size in rows.values())
        for chunk in _chunks(add | remove):
            span = _span(chunk)
            row, size = rows.get(chunk, (None, 0))
            things = (self._things(row) - remove | add) & span if row else add & span
            has += len(things) - size
            if row is None and things:
                self._connection.execute(
                    "INSERT INTO posting (field, term, chunk, size, things) VALUES (?, ?, ?, ?, ?)",
                    (*posting, chunk, len(things), _blob(things)),
                )
            elif things:
                self._connection.execute(
                    "UPDATE posting SET size = ?, things = ? WHERE id = ?",
                    (len(things), _blob(things), row),
                )
            elif row is not None:
                self._connection.execute("DELETE FROM posting WHERE id = ?", (row,))
        return had, has

    def _rows(self, posting: Posting) -> dict[int, tuple[int, int]]:
        """Of each chunk of a posting that there is, the row and how many things are in it."""
        rows = self._connection.execute(
            "SELECT id, chunk, size FROM posting WHERE field = ? AND term = ?", posting
        )
        return {chunk: (row, size) for row, chunk, size in rows}

    def _things(self, row: int) -> BitMap:
        (blob,) = self._connection.execute(
            "SELECT things FROM posting WHERE id = ?", (row,)
        ).fetchone()
        return BitMap.deserialize(blob)


def _pairs(new: Iterable[str]) -> Iterator[tuple[str, str]]:
    return ((gram, word) for word in new for gram in grams(word))


def _chunks(things: BitMap) -> range:
    """The chunks that some things are in, and any between them."""
    return range(things.min() >> _CHUNK, (things.max() >> _CHUNK) + 1) if things else range(0)


def _span(chunk: int) -> BitMap:
    """All things that may be in a chunk."""
    return BitMap(range(chunk << _CHUNK, (chunk + 1) << _CHUNK))


def _blob(things: BitMap) -> bytes:
    things.run_optimize()
    return things.serialize()
