"""What the rows of an office's table say by where they stand.

A district stands once, in a merged cell or in a row of its own, above the villages in it; a row
that is called only “Magetan” is the sum of all others, which its figures say.
"""

import re
from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import prod
from typing import Final

from rembug.linking.figures import Column
from rembug.linking.heads import Role, is_of_places, rank, role_of
from rembug.linking.resemblance import name

_MERGED: Final = re.compile(r"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})", re.ASCII)
_SUMMED: Final = 5000  # rows of a table whose sum is looked for
_RATES: Final = re.compile(r"%|\b(?:persen\w*|percent\w*|rata|average|rasio|laju|indeks|growth)\b")
_SURE: Final = 100  # a sum times how many rows it is of, from which on it is no accident
_TITLES: Final = {"regency": "Kabupaten/Kota", "district": "Kecamatan", "village": "Desa"}
_KEYS: Final = ("number", "key", "code", "place")
"""Roles of columns that sums leave empty."""


@dataclass(frozen=True)
class Span:
    """Lines from one to another, in which a cell stands for all."""

    first: int
    last: int
    text: str


@dataclass(frozen=True)
class Layout:
    """What rows say by where they stand.

    Attributes:
        spans: by column, in the order of their lines, cells that hold for the empty ones below.
        titles: of columns that the table has not got itself, by their places.
        sums: lines of rows that are the sum of all others.
        doubtful: lines of rows that may be.
    """

    spans: Mapping[int, Sequence[Span]] = field(default_factory=dict)
    titles: Mapping[int, str] = field(default_factory=dict)
    sums: Collection[int] = ()
    doubtful: Collection[int] = ()

    def __bool__(self) -> bool:
        return bool(self.spans or self.sums)

    def filled(self, line: int, cells: dict[int, str]) -> dict[int, str]:
        """The cells of a row, with those that others stand for; in the order of columns."""
        if not self.spans:
            return cells
        more = {at: s.text for at, some in self.spans.items() if (s := _around(some, line))}
        return dict(sorted({**more, **cells}.items())) if more.keys() - cells.keys() else cells


def _around(spans: Sequence[Span], line: int) -> Span | None:
    at = bisect_right(spans, line, key=lambda span: span.first) - 1
    return spans[at] if at >= 0 and line <= spans[at].last else None


class Survey:
    """The rows of a table, looked at one by one for what their places say."""

    def __init__(
        self, titles: Sequence[str], roles: Mapping[Role, int], merged: Sequence[str]
    ) -> None:
        """Look at no row yet.

        Args:
            titles: of the columns.
            roles: of those that have one.
            merged: ranges of merged cells, such as A2:A5.
        """
        self.columns: dict[int, Column] = {}
        """Those that have cells, but for the names."""
        self._looked_at = {
            at: Column(title) for at, title in enumerate(titles) if title and at != roles["name"]
        }
        self.summed = False
        """Whether a row says that it is the sum of others, so that none is looked for."""
        self._titles, self._roles = titles, roles
        self._merged = dict(_downward(merged))
        self._spans: dict[int, list[Span]] = {}
        self._place = _Once() if "place" in roles else None
        self._headings: list[tuple[int, str, bool]] = []
        self._rows: list[tuple[int, dict[int, str]]] | None = []
        self._first = self._last = 0
        self._width = len(titles)

    def take(self, line: int, cells: dict[int, str]) -> None:
        """Look at a row of the table, by its line and cells."""
        self._first, self._last = self._first or line, line
        self._width = max(self._width, next(reversed(cells)) + 1)
        if self._merged:
            self._merge(line, cells)
        if self._place and not self._place.take(line, cells.get(self._roles["place"], "")):
            self._place = None
        for at, text in cells.items():
            if column := self._looked_at.get(at):
                column.take(text, line)
                self.columns.setdefault(at, column)
        if self._rows is not None:
            self._rows.append((line, cells))
            if len(self._rows) > _SUMMED:
                self._rows = None

    def heading(self, line: int, text: str, *, counted: bool) -> None:
        """Look at a row that names a place around others, and has figures or not."""
        self._headings.append((line, text, counted))

    def layout(self) -> Layout:
        """What all rows together say."""
        spans = {at: sorted(some, key=lambda one: one.first) for at, some in self._spans.items()}
        titles = dict[int, str]()
        at = self._roles.get("place", -1)
        if self._place and at not in spans and (down := self._place.spans(self._last)):
            spans[at] = down
        if above := self._above():
            if at < 0:
                at = self._width
                titles = {at: _TITLES[name(above[0].text).kind or ""]}
            spans.setdefault(at, above)
        sums, doubtful = self._sums()
        return Layout(spans, titles, sums, doubtful)

    def _merge(self, line: int, cells: Mapping[int, str]) -> None:
        """Note what a merged cell says for those below it; a figure is not of each of them."""
        for at, last in self._merged.get(line, ()):
            named = at in (self._roles.get("name"), self._roles.get("key"))
            if (text := cells.get(at)) and not named and not re.fullmatch(r"[\d.,]+", text):
                self._spans.setdefault(at, []).append(Span(line, last, text))

    def _above(self) -> list[Span]:
        """The places that stand in rows of their own, above the rows that lie in them or below."""
        ranks = [rank(name(text).kind or "") for _, text, _ in self._headings]
        some = [one for one, own in zip(self._headings, ranks, strict=True) if own == min(ranks)]
        total = len(some) == 1 and some[0][2] and name(some[0][1]).kind == "regency"
        if not some or not self._last or total:
            return []
        lines = [line for line, _, _ in some]
        leads = lines[0] < self._first or not any(counted for _, _, counted in some)
        if leads:
            ends = [line - 1 for line in [*lines[1:], self._last + 1]]
            return [Span(line, end, text) for (line, text, _), end in zip(some, ends, strict=True)]
        if lines[-1] > self._last:
            begins = [self._first, *(line + 1 for line in lines[:-1])]
            return [Span(a, line, text) for (line, text, _), a in zip(some, begins, strict=True)]
        return []

    def _sums(self) -> tuple[list[int], list[int]]:
        """The first or the last row, if its figures are the sums of all others; or it may be."""
        if self.summed or not self._rows or len(self._rows) < 3:
            return [], []
        keys = {self._roles.get(role) for role in _KEYS}
        counted = [
            {line: _decimal(column, cells.get(at, "")) for line, cells in self._rows}
            for at, column in self.columns.items()
            if column.numbers and not column.of_codes and at not in keys
            if not _RATES.search(column.title.casefold())
        ]
        for line, cells in (self._rows[-1], self._rows[0]):
            others = [own for own, _ in self._rows if own != line]
            agreeing = list[Decimal | None]()
            for figures in counted:
                value = figures[line]
                if value and sum(1 for own in others if figures[own]) > 1:
                    rest = sum((figures[own] or Decimal(0) for own in others), Decimal(0))
                    agreeing.append(value if abs(rest - value) <= _slack(value, others) else None)
            if not agreeing or None in agreeing:
                continue
            worth = prod(abs(value) for value in agreeing if value is not None) * len(others)
            sure = worth >= _SURE or self._lacks(cells, others)
            return ([line], []) if sure else ([], [line])
        return [], []

    def _lacks(self, cells: Mapping[int, str], others: Sequence[int]) -> bool:
        """Whether a row lacks what all others have: a number, a key, a code or a place."""
        assert self._rows is not None
        keys = {self._roles[role] for role in _KEYS if role in self._roles} - cells.keys()
        rest = [own for line, own in self._rows if line in set(others)]
        return any(all(at in own for own in rest) for at in keys)


class _Once:
    """A column in which a place stands once, above the empty cells of all that lie in it."""

    def __init__(self) -> None:
        self._seen: dict[str, int] = {}
        self._followed = set[str]()
        self._text = ""

    def take(self, line: int, text: str) -> bool:
        """Look at the next cell, and tell whether it may be such a column.

        It is not where one comes again, so that each is written where it holds, nor where the
        first is empty.
        """
        if not text:
            self._followed.add(self._text)
            return bool(self._text)
        if text in self._seen:
            return False
        self._seen[text] = line
        self._text = text
        return True

    def spans(self, last: int) -> list[Span]:
        """The places, each with the lines that it holds for; none if they are not so written."""
        if 2 * len(self._followed) < len(self._seen) or len(self._seen) < 2:
            return []
        ends = [line - 1 for line in [*self._seen.values(), last + 1][1:]]
        return [Span(at, end, t) for (t, at), end in zip(self._seen.items(), ends, strict=True)]


def is_heading(title: str, text: str, others: int) -> bool:
    """Whether a row of a table that is not about places is one of them, above what lies in it.

    Args:
        title: of the column of names.
        text: of the row's name.
        others: how many other cells the row has, but for one that counts it.
    """
    by_name = role_of(title) == "name" and not is_of_places(title)
    return by_name and not others and name(text).kind == "district"


def _downward(merged: Sequence[str]) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """By their first line, the merged cells of several lines: the column and the last line."""
    found: dict[int, list[tuple[int, int]]] = {}
    for text in merged:
        if (told := _MERGED.fullmatch(text)) and int(told[2]) < int(told[4]):
            found.setdefault(int(told[2]), []).append((_number(told[1]), int(told[4])))
    yield from found.items()


def _number(letters: str) -> int:
    """The place of a column from 0 on: A is 0."""
    found = 0
    for letter in letters:
        found = 26 * found + ord(letter) - ord("A") + 1
    return found - 1


def _decimal(column: Column, text: str) -> Decimal | None:
    value = column.value(text, column.language(()) or "id").toPython() if text else None
    return Decimal(value) if isinstance(value, int | Decimal) else None


def _slack(value: Decimal, others: Sequence[int]) -> Decimal:
    """By how much a sum may differ from what was rounded before it was summed."""
    exponent = value.as_tuple().exponent
    places = -exponent if isinstance(exponent, int) else 0
    return Decimal(len(others)).scaleb(-places) / 2 if places > 0 else Decimal(0)
