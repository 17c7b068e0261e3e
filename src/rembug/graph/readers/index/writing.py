"""Cards written into an index: all at first, and then those that a commit may have changed."""

import json
import sqlite3
from collections.abc import Iterable, Set
from typing import Final

from rembug.graph.reader import batches
from rembug.graph.readers.index import cards
from rembug.graph.readers.index.cards import Card, Source
from rembug.graph.readers.index.postings import Changes, Moved, places, postings

BATCH: Final = 1000
"""Things that are asked for together where there may be any number of them."""
_TOGETHER: Final = 100_000  # things that are in memory together


def fill(connection: sqlite3.Connection, source: Source) -> None:
    """Write the card of every thing, where there is none of any yet."""
    things, number = sorted(cards.all_things(source)), 0
    changes, moved = Changes(connection, anew=True), list[Moved]()
    # To ask for all of them at once takes half the time, as long as memory has room for that.
    at_once = len(things) <= _TOGETHER
    for some in batches(things, _TOGETHER if at_once else BATCH):
        rows: list[tuple[int | str, ...]] = []
        places_: list[tuple[str, str, str, int]] = []
        for iri, card in cards.cards(source, some, every=at_once).items():
            number += 1
            rows.append((number, iri, *card.written()))
            places_ += ((kind, sort, key, number) for (kind, sort), key in places(card).items())
            changes.move(number, set(), postings(card))
            moved.append(Moved(number, Card(iri), card))
        connection.executemany("INSERT INTO thing VALUES (?, ?, ?, ?, ?)", rows)
        connection.executemany("INSERT INTO place VALUES (?, ?, ?, ?)", sorted(places_))
        if len(moved) >= _TOGETHER:
            changes.write(moved)
            moved = []
    changes.write(moved)


def update(
    connection: sqlite3.Connection, source: Source, things: Set[str], of: Set[str] | None = None
) -> None:
    """Make the cards of some things anew; `of` are all that may have one, where they are known."""
    changes, moved = Changes(connection), list[Moved]()
    at_once = of is not None and len(of) <= _TOGETHER and 2 * len(things) > len(of)
    for some in batches(sorted(things), _TOGETHER if at_once else BATCH):
        made, old = cards.cards(source, some, every=at_once), _known(connection, some)
        moved += filter(
            None,
            (_put(connection, changes, iri, old.get(iri), made.get(iri)) for iri in some),
        )
        if len(moved) >= _TOGETHER:
            changes.write(moved)
            moved = []
    changes.write(moved)


def _known(connection: sqlite3.Connection, things: Iterable[str]) -> dict[str, tuple[int, Card]]:
    """The cards that there are of some things, by IRI."""
    rows = connection.execute(
        "SELECT iri, id, labels, facts, texts FROM thing "
        "WHERE iri IN (SELECT value FROM json_each(?))",
        (json.dumps(list(things)),),
    )
    return {iri: (thing, Card.read(iri, *card)) for iri, thing, *card in rows}


def _put(
    connection: sqlite3.Connection,
    changes: Changes,
    iri: str,
    known: tuple[int, Card] | None,
    card: Card | None,
) -> Moved | None:
    """Let a thing have a card, or none; returns what has changed."""
    thing, old = known or (None, None)
    if old == card:
        return None
    if card is None:
        connection.execute("DELETE FROM thing WHERE id = ?", (thing,))
    elif thing is None:
        row = (iri, *card.written())
        thing = connection.execute(
            "INSERT INTO thing (iri, labels, facts, texts) VALUES (?, ?, ?, ?)", row
        ).lastrowid
    else:
        connection.execute(
            "UPDATE thing SET labels = ?, facts = ?, texts = ? WHERE id = ?",
            (*card.written(), thing),
        )
    assert thing is not None
    moved = Moved(thing, old or Card(iri), card or Card(iri))
    changes.move(thing, postings(moved.old), postings(moved.new))
    was, is_ = places(moved.old), places(moved.new)
    if was != is_:
        if was:
            connection.execute("DELETE FROM place WHERE thing = ?", (thing,))
        connection.executemany(
            "INSERT INTO place VALUES (?, ?, ?, ?)",
            ((kind, sort, key, thing) for (kind, sort), key in is_.items()),
        )
    return moved
