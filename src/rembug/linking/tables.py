"""Other people's tables as they are: a column of names somewhere, titles above, sums below.

What offices publish is made to be looked at: the title of the table stands above its head, the row
below it numbers the columns, sums and the source stand under the last row. None of these is a row
of the table; what is left out is told. What a place says that stands once, above the rows that
lie in it, each of them says (`layout`).
"""

import re
from array import array
from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from itertools import pairwise
from pathlib import Path
from typing import Final

from rembug.errors import Unreadable, Words, why
from rembug.linking.figures import ROUNDED, Column
from rembug.linking.heads import Role, headed, in_full, is_around, titled
from rembug.linking.layout import Layout, Survey, is_heading
from rembug.linking.numbering import Numbers
from rembug.privacy.traces import traces
from rembug.sources import apart
from rembug.sources.cells import NOTHING
from rembug.sources.sheets import Sheet

_SUMS: Final = re.compile(r"(?:grand |sub)?(?:total|jumlah)(?: (?:total|seluruhnya|keseluruhan))?")
_NOTE: Final = re.compile(
    r"(?:sumber|source|keterangan|catatan|ket|note)s?(?:\s*/\s*\w+)?\s*[:.].*|\*{1,3}\s*\)?\s*\w.*",
    re.DOTALL,
)
_KEPT: Final = re.compile(r'="([^"]*)"')
_MINTED: Final = re.compile(r"[0-9a-f]{16}(?:-\d+)?", re.ASCII)
_UNDOTTED: Final = re.compile(r"\d{6}", re.ASCII)


@dataclass(frozen=True)
class Record:
    """A row of a table that has a name.

    Attributes:
        line: where it is in the file.
        key: its own, or one made of its content (`minted`).
        name: with the kind of place that its column says.
        cells: those that are not empty, by the place of their columns.
    """

    line: int
    key: str
    name: str
    cells: Mapping[int, str]


@dataclass
class Lines:
    """The lines of rows that are not taken, or not as others are.

    Attributes:
        nameless: of rows that have no name.
        sums: of sums and notes below the rows.
        around: of places around those that the table is about: sums, too.
        headings: of places above the rows that lie in them.
        summed: of rows whose figures are the sums of all others.
        doubtful: of rows whose figures are so, which may be an accident: they are taken.
        unheaded: of cells that stand below no title, and in no record.
    """

    nameless: list[int] = field(default_factory=list)
    sums: list[int] = field(default_factory=list)
    around: list[int] = field(default_factory=list)
    headings: list[int] = field(default_factory=list)
    summed: list[int] = field(default_factory=list)
    doubtful: list[int] = field(default_factory=list)
    unheaded: list[int] = field(default_factory=list)

    def told(self) -> Iterator[Words]:
        """What is to be told of them."""
        for lines, en, id_ in (
            (self.nameless, "rows without a name", "baris tanpa nama, yaitu baris"),
            (self.sums, "rows of sums and notes", "baris jumlah dan keterangan, yaitu baris"),
            (
                *(self.around, "rows of a place around the others, which count them again"),
                "wilayah yang mencakup baris lain, sehingga terhitung dua kali, yaitu baris",
            ),
            (
                *(self.headings, "rows that say where those below them are"),
                "baris yang menyebutkan wilayah baris di bawahnya, yaitu baris",
            ),
            (
                *(self.summed, "rows whose figures are the sums of all others"),
                "baris yang angkanya sama dengan jumlah semua baris lain, yaitu baris",
            ),
            (self.unheaded, "cells below no title", "sel tanpa judul kolom, yaitu pada baris"),
        ):
            if lines:
                some = _some(lines)
                yield Words(f"left out: {en} (line {some})", f"tidak diambil: {id_} {some}")
        if self.doubtful:
            some = _some(self.doubtful)
            yield Words(
                f"line {some}: its figures are the sums of all others; if it is their sum, take it "
                "out of the table, which counts everything twice",
                f"baris {some}: angkanya sama dengan jumlah semua baris lain; bila memang baris "
                "jumlah, hapus dari tabel karena semuanya terhitung dua kali",
            )


@dataclass(frozen=True)
class Content:
    """What a table has.

    Attributes:
        titles: of the columns, as they are written.
        roles: the columns that have a role (name, place, key, number, code, iri), by their places.
        records: the rows; those of a CSV file are read when they are gone through.
        columns: what the cells of each column are, by its place.
        lines: those that are not there, or not as others are.
        notes: how the file had to be read.
    """

    titles: Sequence[str]
    roles: Mapping[Role, int]
    records: Collection[Record]
    columns: Mapping[int, Column]
    lines: Lines
    notes: Sequence[Words] = ()

    def left_out(self) -> list[Words]:
        """What is to be told of how it was read, and of rows that are not there."""
        return [*self.notes, *self.lines.told()]


def content(path: Path) -> Content:
    """Read a table that somebody else made: CSV or XLSX as spreadsheets write them, or JSON.

    A formula in a workbook stands for the value that was saved with it.

    Args:
        path: a column of names is needed, called name or nama; in a table about places the names
            are the places. Columns called place, key, code and iri help.

    Raises:
        Unreadable: it is no such table, has no column of names, or two rows with one key.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        told = Words(f"cannot be read: {why(error).en}", f"tidak dapat dibaca: {why(error).id}")
        raise Unreadable(path.name, told) from error
    sheets, notes = apart.sheets(path.name, body, computed=True)
    head = headed(path, sheets)
    found = _Counted(path, sheets)
    records = found if path.suffix.lower() == ".csv" else tuple(found)
    how = [note.words for note in notes]
    if others := [s.name for s in sheets if s.name != head.sheet and any(_filled(s))]:
        names = ", ".join(others)[:200]
        how.append(
            Words(
                f"read from the sheet “{head.sheet}”; not from {names}: save each as a file of its "
                "own to bring it in",
                f"dibaca dari lembar “{head.sheet}”, bukan dari {names}; simpan masing-masing "
                "sebagai berkas tersendiri untuk memasukkannya",
            )
        )
    if found.carried:
        names = ", ".join(found.carried)
        how.append(
            Words(
                f"what stands once above several rows was read for each of them: {names}",
                "isian yang ditulis sekali untuk beberapa baris dibaca untuk masing-masing baris: "
                f"{names}",
            )
        )
    return Content(found.titles, found.roles, records, found.columns, found.lines, how)


def _filled(sheet: Sheet) -> Iterator[bool]:
    """For each row of a sheet, whether it has several cells, as rows of tables have."""
    return (sum(map(bool, cells)) > 1 for _, cells in sheet.rows())


def minted(key: str) -> bool:
    """Whether a key was made of a row's content, and says nothing to a person."""
    return _MINTED.fullmatch(key) is not None


class _Counted(Collection[Record]):
    """The rows of a table with their keys, gone through once to know what keys they have.

    A row without a key is known by its name, place and code, so that it is the same in a later
    edition, wherever it stands there. A column that counts the rows gives no keys.
    """

    def __init__(self, path: Path, sheets: Sequence[Sheet]) -> None:
        """Go through the rows; of each eight bytes are kept.

        They are gone through again where some of them say something of others.

        Raises:
            Unreadable: two rows have one key, or a key is a number that was rounded.
        """
        self._path, self._sheets = path, sheets
        head = headed(path, sheets)
        self.titles, self.roles = head.titles, dict(head.roles)
        self._layout = Layout()
        self._count()
        layout = self._survey.layout()
        self.columns = self._survey.columns
        if layout:
            self._layout = layout
            missing = max(layout.titles, default=-1) - len(self.titles)
            self.titles += [""] * missing + [*layout.titles.values()]
            self.roles |= dict.fromkeys(("place",) if layout.titles else (), len(self.titles) - 1)
            self._count()
        self.lines.doubtful += layout.doubtful
        self.carried = [self.titles[at] or f"#{at + 1}" for at in layout.spans]

    def _count(self) -> None:
        roles = self.roles
        self.lines = Lines()
        self._numbered = False
        self._several: frozenset[int] = frozenset()
        numbers, hashes, keyed = Numbers(), array("q"), False
        for line, name_, cells in self._named(note=True):
            own = cells.get(roles.get("key", -1), "")
            if ROUNDED.fullmatch(own):
                raise Unreadable(self._path.name, _rounded(own), line)
            keyed = keyed or bool(own)
            if not keyed:
                numbers.take(cells.get(roles.get("number", -1), ""))
            hashes.append(hash(self._key(name_, cells)))
        self._size = len(hashes)
        if not keyed and numbers.are_keys():
            self._numbered = True
            return
        self._several = frozenset(a for a, b in pairwise(sorted(hashes)) if a == b)
        if keyed and self._several:
            deque(self, maxlen=0)

    def __len__(self) -> int:
        return self._size

    def __contains__(self, row: object) -> bool:
        return any(row == other for other in self)

    def __iter__(self) -> Iterator[Record]:
        """The rows, read anew; raises Unreadable where two have one key."""
        alike: Counter[str] = Counter()
        for line, name_, cells in self._named():
            own, text = self._key(name_, cells)
            key = own or _made_key(text)
            if hash((own, text)) in self._several:
                alike[key] += 1
                if own and alike[key] > 1:
                    en = f"two rows have the key “{key}”; each needs its own key"
                    id_ = f"dua baris memiliki kunci “{key}”; setiap baris memerlukan kunci sendiri"
                    raise Unreadable(self._path.name, Words(en, id_), line)
                key += f"-{alike[key]}" if alike[key] > 1 else ""
            yield Record(line, key, name_, cells)

    def _key(self, name_: str, cells: Mapping[int, str]) -> tuple[str, str]:
        """A row's own key; of one without it, what the row is known by."""
        own = cells.get(self.roles.get("number" if self._numbered else "key", -1), "")
        if own and own.casefold() not in NOTHING:
            return own, ""
        known = (self.roles[role] for role in ("place", "code") if role in self.roles)
        told = [name_, *(cells.get(at, "") for at in known)]
        return "", "\n".join(" ".join(part.split()).casefold() for part in told)

    def _named(self, *, note: bool = False) -> Iterator[tuple[int, str, dict[int, str]]]:
        """The line, name and cells of each row that has a name; the lines of others are noted."""
        head = headed(self._path, self._sheets)
        at, title, titles = self.roles["name"], self.titles[self.roles["name"]], head.titles
        aside = {at, self.roles.get("number", -1)}
        survey = Survey(titles, head.roles, head.merged)
        lines = self.lines
        for line, row in head.below:
            cells = {at: text for at, cell in enumerate(row) if (text := _plain(cell))}
            if not cells:
                continue
            text = cells.get(at, "")
            if _is_below(cells, text):
                left = lines.sums
                survey.summed = survey.summed or len(cells) > 1
            elif not text or text.casefold() in NOTHING:
                left = lines.nameless
            elif is_around(title, text):
                counted = bool(cells.keys() - aside)
                survey.summed = survey.summed or counted
                left = lines.around if counted else lines.headings
                survey.heading(line, text, counted=counted)
            elif is_heading(title, text, len(cells.keys() - aside)):
                left = lines.headings
                survey.heading(line, text, counted=False)
            elif line in self._layout.sums:
                left = lines.summed
            else:
                if note:
                    survey.take(line, cells)
                    if any(at >= len(titles) or not titles[at] for at in cells):
                        lines.unheaded.append(line)
                yield line, in_full(title, text), self._layout.filled(line, cells)
                continue
            if note:
                left.append(line)
        if note:
            self._survey = survey


def _made_key(text: str) -> str:
    """A key of what a row is known by; never one with what looks like a person's number in it."""
    key = blake2b(text.encode(), digest_size=8).hexdigest()
    key = f"f{key[1:]}" if key.isdigit() else key
    while any(traces(key)):
        key = blake2b(key.encode(), digest_size=8).hexdigest()
    return key


def _plain(cell: str) -> str:
    """What a cell says; `="0812"` is how digits are kept from becoming a number in CSV."""
    text = cell.strip()
    kept = _KEPT.fullmatch(text)
    return kept[1].strip() if kept else text


def official(code: str) -> str:
    """An official code as it is kept: of a district the points are often left out."""
    return f"{code[:2]}.{code[2:4]}.{code[4:]}" if _UNDOTTED.fullmatch(code) else code


def _is_below(cells: Mapping[int, str], text: str) -> bool:
    """Whether a row is a sum of those above it, or says where a table is from."""
    if text:
        sums = _SUMS.fullmatch(titled(text)) is not None and len(cells) > 1
    else:  # over the columns before the figures
        sums = any(_SUMS.fullmatch(titled(cell)) for cell in cells.values())
    [first, *others] = cells.values()
    return sums or (not others and _NOTE.fullmatch(first.casefold()) is not None)


def _rounded(key: str) -> Words:
    return Words(
        f"the key “{key}” is a number that a spreadsheet has rounded, so that its last digits are "
        "lost; set the column to text where the whole numbers are, and save the table again",
        f"kunci “{key}” adalah bilangan yang dibulatkan lembar sebar sehingga angka terakhirnya "
        "hilang; jadikan kolomnya teks di tempat bilangan utuhnya ada, lalu simpan tabel lagi",
    )


def _some(lines: Sequence[int]) -> str:
    return ", ".join(map(str, lines[:20])) + ("…" if lines[20:] else "")
