"""Reading an index: lists and their facets, at one version of it."""

import json
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property, lru_cache
from typing import Final

from pyroaring import BitMap

from rembug.graph.readers.index import words
from rembug.graph.readers.index.cards import Card, Text, name_in, names_of
from rembug.graph.readers.index.listing import Chosen, Listed, Listing, Tally
from rembug.graph.readers.index.postings import SYNTHETIC
from rembug.graph.readers.index.remembered import Remembered
from rembug.graph.readers.index.search import Found, Group, Hit, Search

__all__ = ["Chosen", "Found", "Group", "Hit", "Listed", "Listing", "Reading", "Tally"]

_FEW: Final = 5000
_HANDFUL: Final = 200  # of so few, each is looked at; of more, each value's set
_SOON: Final = 50  # things that a page begins with
_LONGEST: Final = 5000


class Reading:
    """One version of an index, for as long as it is read."""

    def __init__(self, connection: sqlite3.Connection, remembered: Remembered) -> None:
        self._connection, self._remembered = connection, remembered
        self._sets: dict[tuple[str, str], BitMap] = {}
        self._texts: dict[tuple[str, str], BitMap] = {}
        self._last: tuple[BitMap, Sequence[Card]] | None = None
        self._search = Search(connection, self.posting)

    @cached_property
    def version(self) -> int:
        """The version of the graph that it shows."""
        (found,) = self._connection.execute("SELECT version FROM made").fetchone()
        return int(found)

    def copy(self, into: sqlite3.Connection) -> None:
        """Write all of it into another file, in place of what is there."""
        self._connection.backup(into)

    @cached_property
    def kinds(self) -> list[str]:
        """The kinds under which things are found."""
        rows = self._connection.execute("SELECT DISTINCT term FROM posting WHERE field = 'group'")
        return [kind for (kind,) in rows]

    def listed(
        self,
        listing: Listing,
        sort: str = "name",
        language: str = "id",
        after: str = "",
        limit: int = 50,
    ) -> Listed:
        """A page of a list.

        Args:
            listing: which, and what narrows it.
            sort: `name`, or one of the orders of its cards; numbers come with the highest first.
            language: of the names that it is sorted by.
            after: the `following` of the page before.
            limit: how many things a page has.
        """
        selected = self.selected(listing)
        found: list[tuple[str, int]] = []
        for place, thing in self._places(selected, listing, f"{sort}.{language}", _cursor(after)):
            found.append((place, thing))
            if len(found) > limit:
                break
        total = self.count(listing)
        shown = self.cards_of([thing for _, thing in found[:limit]])
        return Listed(shown, total, found[limit - 1][0] if len(found) > limit else None)

    def facets(self, listing: Listing, names: Iterable[str], most: int = 12) -> Mapping[str, Tally]:
        """How many things each value of some facets would leave, all other choices kept.

        Args:
            listing: which list, and what narrows it.
            names: the facets.
            most: values of each at most; those that are chosen are always among them.
        """
        return {name: self._tally(listing, name, most) for name in names}

    def labels(self, iris: Iterable[str], language: str) -> dict[str, Text]:
        """The names of things in a language, or else as they have one; of those that have any."""
        known, asked = self._remembered.names(self.version, language), set(iris)
        told = {iri: known[iri] for iri in asked if iri in known}
        if unknown := asked.difference(told):
            rows = self._connection.execute(
                "SELECT iri, labels FROM thing WHERE iri IN (SELECT value FROM json_each(?))",
                (json.dumps(list(unknown)),),
            )
            found = {iri: name_in(names_of(labels), language) for iri, labels in rows}
            read = {iri: found.get(iri) for iri in unknown}
            self._remembered.tell(known, read)
            told |= read
        return {iri: name for iri, name in told.items() if name is not None}

    def synthetic(self, iris: Iterable[str]) -> set[str]:
        """Those of some studies that are made up."""
        made_up = self.posting(f"studies/{SYNTHETIC}", "true")
        rows = self._connection.execute(
            "SELECT iri, id FROM thing WHERE iri IN (SELECT value FROM json_each(?))",
            (json.dumps(list(iris)),),
        )
        return {iri for iri, thing in rows if thing in made_up}

    @cached_property
    def mixed(self) -> bool:
        """Whether there are both real studies and made-up ones."""
        return (
            0 < len(self.posting(f"studies/{SYNTHETIC}", "true")) < self.count(Listing("studies"))
        )

    def count(self, listing: Listing) -> int:
        """How many things a list has."""
        selected = self.selected(listing)
        return self._size("kind", listing.kind) if selected is None else len(selected)

    def found(
        self,
        text: str,
        language: str = "id",
        kinds: Collection[str] = (),
        chosen: Chosen | None = None,
        limit: int = 5,
    ) -> Found:
        """What a text finds, by kind.

        Args:
            text: any text; all that counts of it are its words.
            language: of the names that are shown.
            kinds: those to look among; none for all.
            chosen: what narrows it.
            limit: how many hits of each kind come with their card.
        """
        within = None
        for facet, values in (chosen or {}).items():
            some = BitMap()
            for kind in kinds or self.kinds:
                some |= self._having(kind, facet, values)
            within = some if within is None else within & some
        return self._search.found(text, language, kinds or self.kinds, within, limit, self.cards_of)

    def suggested(
        self,
        text: str,
        kind: str = "",
        language: str = "id",
        limit: int = 8,
        within: BitMap | None = None,
    ) -> Sequence[Card]:
        """Things whose name begins with a text; and then those where a word of it does.

        Args:
            text: what was typed until now.
            kind: one to look among; empty for all.
            language: of the names.
            limit: how many.
            within: those to look among; None for all.
        """
        begun = words.key(text)
        first: list[tuple[str, int]] = []
        for one in [kind] if kind else self.kinds:
            rows = self._connection.execute(
                "SELECT key, thing FROM place WHERE kind = ? AND sort = ? AND key >= ? AND key < ? "
                "ORDER BY key LIMIT ?",
                (one, f"name.{language}", begun, begun + "\U0010ffff", limit),
            )
            first += [row for row in rows if begun and (within is None or row[1] in within)]
        first.sort(key=lambda row: (len(row[0]), row[0]))
        found = {thing: None for _, thing in first}
        if begun and len(found) < limit:
            begin = self._search.begun(text, kind, limit, language, within)
            found.update((thing, None) for thing in begin)
        return self.cards_of(list(found)[:limit])

    def named(self, names: Iterable[str], kinds: Collection[str]) -> dict[str, set[str]]:
        """The things that have some names, letter for letter but for case and accents.

        Args:
            names: each as `words.key` writes it.
            kinds: the lists to look in.

        Returns:
            The IRIs of the things by name, in either language that they are shown in.
        """
        found: dict[str, set[str]] = {}
        sorts = [(kind, f"name.{tag}") for kind in kinds for tag in words.LANGUAGES]
        for name in names:
            for kind, sort in sorts:  # a key is a name and, after it, an IRI
                rows = self._connection.execute(
                    "SELECT key FROM place WHERE kind = ? AND sort = ? AND key >= ? AND key < ?",
                    (kind, sort, f"{name} http", f"{name} httq"),
                )
                found.setdefault(name, set()).update(key[len(name) + 1 :] for (key,) in rows)
        return {name: iris for name, iris in found.items() if iris}

    def resembling(
        self, text: str, within: BitMap | None = None, limit: int = 40
    ) -> Mapping[int, Sequence[str]]:
        """The likeliest things that a name may stand for that is written otherwise, with names.

        Only those `within` some are looked at, if those are given.
        """
        things = self._search.resembling(text, within, limit)
        rows = self._connection.execute(
            "SELECT id, labels FROM thing WHERE id IN (SELECT value FROM json_each(?))",
            (json.dumps(things),),
        )
        return {thing: _texts(labels) for thing, labels in rows}

    def of_kinds(self, kinds: Iterable[str]) -> BitMap:
        """The things of some kinds."""
        return BitMap.union(BitMap(), *(self.posting("kind", kind) for kind in kinds))

    def having(self, facet: str, value: str) -> BitMap:
        """The things of any kind that have a value of a facet."""
        sets = (self.posting(f"{kind}/{facet}", value) for kind in self.kinds)
        return BitMap.union(BitMap(), *sets)

    def values(self, facet: str) -> list[str]:
        """The values that a facet has in any list."""
        rows = self._connection.execute(
            "SELECT DISTINCT term FROM value WHERE field IN (SELECT value FROM json_each(?)) "
            "ORDER BY term",
            (json.dumps([f"{kind}/{facet}" for kind in self.kinds]),),
        )
        return [value for (value,) in rows]

    def cards_by_iri(
        self, iris: Iterable[str], within: BitMap | None = None, texts: bool = False
    ) -> list[Card]:
        """The cards of those of some things that have one, and are among some others if given."""
        rows = self._connection.execute(
            "SELECT id FROM thing WHERE iri IN (SELECT value FROM json_each(?)) ORDER BY iri",
            (json.dumps(list(iris)),),
        )
        found = [thing for (thing,) in rows]
        some = [thing for thing in found if within is None or thing in within]
        return self.cards_of(some, texts)

    def selected(self, listing: Listing) -> BitMap | None:
        """The things of a list; None for all of them."""
        sets = [
            self._having(listing.kind, facet, values)
            for facet, values in listing.chosen.items()
            if values
        ]
        if listing.text.strip():
            sets.append(self._worded(listing.kind, listing.text))
        return BitMap.intersection(*sets) if sets else None

    def posting(self, field: str, term: str) -> BitMap:
        """The things that have a term in a field."""
        if (field, term) not in self._sets:
            rows = self._connection.execute(
                "SELECT things FROM posting WHERE field = ? AND term = ?", (field, term)
            )
            self._sets[field, term] = BitMap.union(
                BitMap(), *(BitMap.deserialize(blob) for (blob,) in rows)
            )
        return self._sets[field, term]

    def cards_of(self, things: Sequence[int], texts: bool = False) -> list[Card]:
        """The cards of some things, in their order, with what is written of them if asked."""
        rows = self._connection.execute(
            "SELECT id, iri, labels, facts, CASE WHEN ? THEN texts ELSE '[]' END FROM thing "
            "WHERE id IN (SELECT value FROM json_each(?))",
            (texts, json.dumps(list(things))),
        )
        known = {row[0]: Card.read(*row[1:]) for row in rows}
        return [known[thing] for thing in things]

    def _worded(self, kind: str, text: str) -> BitMap:
        """The things of a list that have the words of a text."""
        if (kind, text) not in self._texts:
            self._texts[kind, text] = self._search.things(text, self.posting("kind", kind))
        return self._texts[kind, text]

    def _having(self, kind: str, facet: str, values: Collection[str]) -> BitMap:
        """The things of a list that have any of some values of a facet."""
        if facet == SYNTHETIC:
            return self._synthetic(kind, values)
        return BitMap.union(BitMap(), *(self.posting(f"{kind}/{facet}", v) for v in values))

    def _synthetic(self, kind: str, values: Collection[str]) -> BitMap:
        """Made up is what belongs to a study that says so of itself; all else is real."""
        made_up = self.posting(f"{kind}/{SYNTHETIC}", "true")
        found = made_up if "true" in values else BitMap()
        return found | self.posting("kind", kind) - made_up if "false" in values else found

    def _tally(self, listing: Listing, name: str, most: int) -> Tally:
        others = {facet: v for facet, v in listing.chosen.items() if facet != name}
        base = self.selected(Listing(listing.kind, others, listing.text))
        chosen = listing.chosen.get(name, ())
        if name == SYNTHETIC:
            sets = {value: self._synthetic(listing.kind, (value,)) for value in ("false", "true")}
            counts = {v: len(s if base is None else s & base) for v, s in sets.items()}
        elif base is not None and len(base) <= _HANDFUL:
            counts = Counter(v for card in self._handful(base) for v in card.facets.get(name, ()))
        elif base is None:
            return self._whole(f"{listing.kind}/{name}", chosen, most)
        else:
            field = f"{listing.kind}/{name}"
            valued = self._remembered.valued(self._connection, self.version, field)
            counted = valued.counted(base)
            first = {value: counted.of(value) for value in chosen}
            return _ranked(first, counted.most(most + len(first)), counted.number, most)
        counts = {v: n for v, n in counts.items() if n} | {v: counts.get(v, 0) for v in chosen}
        ranked = sorted(counts.items(), key=lambda item: (item[0] not in chosen, -item[1], item[0]))
        shown = max(most, len(chosen))
        return Tally(ranked[:shown], max(0, len(ranked) - shown))

    def _whole(self, field: str, chosen: Collection[str], most: int) -> Tally:
        """The values of a facet that nothing else narrows, at the cost of those that are shown."""
        (number,) = self._connection.execute(
            "SELECT COUNT(*) FROM value WHERE field = ?", (field,)
        ).fetchone()
        first = {value: len(self.posting(field, value)) for value in chosen}
        rows = self._connection.execute(
            "SELECT term, size FROM value WHERE field = ? ORDER BY size DESC, term LIMIT ?",
            (field, most + len(first)),
        )
        return _ranked(first, rows, number, most)

    def _handful(self, things: BitMap) -> Sequence[Card]:
        """The cards of a few things, read once for all facets."""
        if self._last is None or self._last[0] != things:
            self._last = things, self.cards_of(list(things))
        return self._last[1]

    def _places(
        self, selected: BitMap | None, listing: Listing, sort: str, after: str
    ) -> Iterator[tuple[str, int]]:
        """Where the things of a list come in an order, from a place on."""
        # Of what is dense in a list the first few come soon; of what is not, they are looked up.
        some = _FEW if selected is None else len(selected)
        if some < _FEW and some**2 <= _SOON * self._size("kind", listing.kind):
            yield from self._connection.execute(
                "SELECT key, thing FROM place WHERE thing IN (SELECT value FROM json_each(?)) "
                "AND kind = ? AND sort = ? AND key > ? ORDER BY key",
                (json.dumps(list(selected or ())), listing.kind, sort, after),
            )
            return
        for key, thing in self._connection.execute(
            "SELECT key, thing FROM place WHERE kind = ? AND sort = ? AND key > ? ORDER BY key",
            (listing.kind, sort, after),
        ):
            if selected is None or thing in selected:
                yield key, thing

    def _size(self, field: str, term: str) -> int:
        (found,) = self._connection.execute(
            "SELECT COALESCE(SUM(size), 0) FROM posting WHERE field = ? AND term = ?", (field, term)
        ).fetchone()
        return int(found)


def _ranked(
    first: Mapping[str, int], others: Iterable[tuple[str, int]], number: int, most: int
) -> Tally:
    """The values of a facet as they are shown.

    Args:
        first: how many things those have that are chosen.
        others: those that most things have, in their order; some may be chosen.
        number: how many values there are that something has.
        most: how many are shown at most, but for those that are chosen.
    """
    here = sum(1 for size in first.values() if size)
    ranked = sorted(first.items(), key=lambda item: (-item[1], item[0]))
    ranked += [row for row in others if row[0] not in first]
    shown = ranked[: max(most, len(first))]
    return Tally(shown, number + len(first) - here - len(shown))


@lru_cache(maxsize=1 << 15)
def _texts(labels: str) -> tuple[str, ...]:
    """The names in what a card wrote of its labels, remembered."""
    return tuple(text for text, _ in json.loads(labels))


def _cursor(after: str) -> str:
    """A place in a list; the name in it may be as it was written."""
    name, _, iri = after[:_LONGEST].rpartition(" ")
    return f"{' '.join(words.fold_all(name).split())} {iri}" if name else iri
