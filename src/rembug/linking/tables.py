"""Other people's tables as they are: a column of names somewhere, titles above, sums below.

What offices publish is made to be looked at: the title of the table stands above its head, the row
below it numbers the columns, sums and the source stand under the last row. None of these is a row
of the table; what is left out is told.
"""

import re
from array import array
from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Final

from rembug.errors import Unreadable, Words, why
from rembug.linking.numbering import Numbers
from rembug.linking.resemblance import name
from rembug.names import PLACES
from rembug.sources import apart
from rembug.sources.cells import NOTHING
from rembug.sources.sheets import Sheet

_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": (
        *("name", "nama", "nama usaha", "nama umkm", "nama ikm", "nama perusahaan"),
        *("nama kelompok", "nama koperasi", "nama sentra", "nama dinas", "nama instansi"),
        *("nama lembaga", "nama organisasi", "nama merek", "merek", "label"),
        *("nama kecamatan", "nama desa", "nama kelurahan", "nama kabupaten", "nama wilayah"),
    ),
    "place": (
        *("place", "tempat", "kecamatan", "kec", "desa", "kelurahan", "desa kelurahan"),
        *(
            "kelurahan desa",
            "desa kel",
            "kel desa",
            "kabupaten",
            "kabupaten kota",
            "alamat",
            "lokasi",
            "wilayah",
        ),
    ),
    "key": ("key", "id", "nib", "nomor induk berusaha"),
    "number": ("no", "nomor", "no urut", "nomor urut"),
    "code": (
        *("code", "kode", "kode wilayah", "kemendagri code", "bps code", "kode kecamatan"),
        *("kode desa", "kode kemendagri", "kode bps"),
    ),
    "iri": ("iri", "uri", "url"),
}
"""The titles of columns that have a role, without marks, those that say it best first."""
_ABOVE: Final = 20  # rows that may stand above the head
_IN_BRACKETS: Final = re.compile(r"\([^()]{0,200}\)")
_NARROWEST: Final = ("desa", "kelurahan", "kecamatan", "kec", "kabupaten")
_SUMS: Final = re.compile(r"(?:grand |sub)?(?:total|jumlah)(?: (?:total|seluruhnya|keseluruhan))?")
_NOTE: Final = re.compile(r"(?:sumber|source|keterangan|catatan|ket|note)\s*[:.].*", re.DOTALL)
_MINTED: Final = re.compile(r"[0-9a-f]{16}(?:-\d+)?", re.ASCII)
_FIGURE: Final = re.compile(r"(?!(?:19|20)\d\d$)\d[\d.,]*", re.ASCII)
"""A cell that is a number and no year, which may be a title."""
_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?e\+?\d+", re.IGNORECASE | re.ASCII)
"""A long number as a spreadsheet shows it: its last digits are lost."""
_WIDER: Final[Mapping[str, frozenset[str]]] = {
    "village": frozenset({"district", "regency"}),
    "district": frozenset({"regency"}),
}
"""The kinds of places that are around those of a kind."""
_UNDOTTED: Final = re.compile(r"\d{6}", re.ASCII)

Role = str


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


@dataclass(frozen=True)
class Content:
    """What a table has.

    Attributes:
        titles: of the columns, as they are written.
        roles: the columns that have a role (name, place, key, number, code, iri), by their places.
        records: the rows; those of a CSV file are read when they are gone through.
        nameless: the lines of rows that have no name.
        sums: the lines of sums and notes below the rows.
        around: the lines of places around those that the table is about: sums, too.
        unheaded: the lines of cells that stand below no title, and in no record.
        notes: how the file had to be read.
    """

    titles: Sequence[str]
    roles: Mapping[Role, int]
    records: Collection[Record]
    nameless: Sequence[int]
    sums: Sequence[int]
    around: Sequence[int] = ()
    unheaded: Sequence[int] = ()
    notes: Sequence[Words] = ()

    def left_out(self) -> list[Words]:
        """What is to be told of how it was read, and of rows that are not there."""
        told = (
            (self.nameless, "rows without a name", "baris tanpa nama, yaitu baris"),
            (self.sums, "rows of sums and notes", "baris jumlah dan keterangan, yaitu baris"),
            (
                *(self.around, "rows of a place around the others, which count them again"),
                "wilayah yang mencakup baris lain, sehingga terhitung dua kali, yaitu baris",
            ),
            (self.unheaded, "cells below no title", "sel tanpa judul kolom, yaitu pada baris"),
        )
        return [*self.notes] + [
            Words(f"left out: {en} (line {_some(lines)})", f"tidak diambil: {id_} {_some(lines)}")
            for lines, en, id_ in told
            if lines
        ]


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
    roles, titles, _ = _headed(path, sheets)
    found = _Counted(path, sheets, roles)
    records = found if path.suffix.lower() == ".csv" else tuple(found)
    how = [Words(*note) for note in notes]
    told_of = (found.nameless, found.sums, found.around, found.unheaded)
    return Content(titles, roles, records, *told_of, how)


def minted(key: str) -> bool:
    """Whether a key was made of a row's content, and says nothing to a person."""
    return _MINTED.fullmatch(key) is not None


class _Counted(Collection[Record]):
    """The rows of a table with their keys, gone through once to know what keys they have.

    A row without a key is known by its name, place and code, so that it is the same in a later
    edition, wherever it stands there. A column that counts the rows gives no keys.
    """

    def __init__(self, path: Path, sheets: Sequence[Sheet], roles: Mapping[Role, int]) -> None:
        """Go through the rows; of each eight bytes are kept.

        Raises:
            Unreadable: two rows have one key, or a key is a number that was rounded.
        """
        self._path, self._sheets, self._roles = path, sheets, roles
        self.nameless: list[int] = []
        self.sums: list[int] = []
        self.around: list[int] = []
        self.unheaded: list[int] = []
        self._numbered = False
        self._several: frozenset[int] = frozenset()
        numbers, hashes, keyed = Numbers(), array("q"), False
        for line, name_, cells in self._named(note=True):
            own = cells.get(roles.get("key", -1), "")
            if _ROUNDED.fullmatch(own):
                raise Unreadable(path.name, _rounded(own), line)
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
            key = own or blake2b(text.encode(), digest_size=8).hexdigest()
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
        own = cells.get(self._roles.get("number" if self._numbered else "key", -1), "")
        if own and own.casefold() not in NOTHING:
            return own, ""
        known = (self._roles[role] for role in ("place", "code") if role in self._roles)
        told = [name_, *(cells.get(at, "") for at in known)]
        return "", "\n".join(" ".join(part.split()).casefold() for part in told)

    def _named(self, *, note: bool = False) -> Iterator[tuple[int, str, dict[int, str]]]:
        """The line, name and cells of each row that has a name; the lines of others are noted."""
        roles, titles, rows = _headed(self._path, self._sheets)
        about = name(_kind_of(titles[roles["name"]])).kind if roles else None
        wider = _WIDER.get(about or "", frozenset())
        for line, row in rows:
            cells = {at: text for at, cell in enumerate(row) if (text := cell.strip())}
            if not cells:
                continue
            text = cells.get(roles["name"], "")
            if _is_below(cells, text):
                left = self.sums
            elif not text or text.casefold() in NOTHING:
                left = self.nameless
            elif wider and name(text).kind in wider:
                left = self.around
            else:
                if note and any(at >= len(titles) or not titles[at] for at in cells):
                    self.unheaded.append(line)
                yield line, in_full(titles[roles["name"]], text), cells
                continue
            if note:
                left.append(line)


def in_full(title: str, text: str) -> str:
    """A name with the kind of place that its column's title says, if it says none itself."""
    kind = titled(title).removeprefix("nama ").strip()
    if name(kind).kind not in PLACES or " " in kind or name(text).kind is not None:
        return text
    return f"{kind.capitalize()} {text}"


def titled(text: str) -> str:
    """A column's title without marks, brackets and capitals: “NO.” and “no” are the same."""
    return " ".join(re.findall(r"[^\W_]+", _IN_BRACKETS.sub(" ", text).casefold()))


def role_of(title: str) -> Role | None:
    """What a column of that title tells of its rows: name, place, key, code, iri, or nothing."""
    return next((role for role, names in _COLUMNS.items() if titled(title) in names), None)


def official(code: str) -> str:
    """An official code as it is kept: of a district the points are often left out."""
    return f"{code[:2]}.{code[2:4]}.{code[4:]}" if _UNDOTTED.fullmatch(code) else code


def _headed(
    path: Path, sheets: Sequence[Sheet]
) -> tuple[Mapping[Role, int], list[str], Iterator[tuple[int, list[str]]]]:
    """The first sheet that has a column of names: the places of roles, the titles, the rows below.

    The head is the first row, or one below the titles of the table, which has two cells or more;
    a row of titles below it parts what they have in common.

    Raises:
        Unreadable: no sheet has one.
    """
    empty, first_row = None, list[str]()
    for sheet in sheets:
        rows = sheet.rows()
        for _, row in islice(rows, _ABOVE):
            titles = [cell.strip() for cell in row]
            filled = [title for title in titles if title]
            first_row = first_row or filled
            head = _roles(titles)
            if "name" in head and (len(filled) > 1 or len(filled) == len(titles)):
                titles, below = _below(titles, rows)
                first = next(below, None)
                if first is not None:
                    return _roles(titles), titles, chain([first], below)
                empty = empty or (_roles(titles), titles)  # such as how to fill in the next sheet
                break
    if empty is not None:
        return *empty, iter(())
    seen = ", ".join(first_row)[:200]
    if any(_FIGURE.fullmatch(cell) for cell in first_row):
        told = Words(
            f"begins with data, not with the titles of its columns ({seen}); put a row of titles "
            "above, one of them name or nama",
            f"diawali data, bukan judul kolom ({seen}); tambahkan baris judul di atasnya, salah "
            "satunya nama atau name",
        )
    else:
        told = Words(
            f"has no column of names; call it name or nama (there are: {seen})",
            f"tidak memiliki kolom nama; beri judul nama atau name (yang ada: {seen})",
        )
    raise Unreadable(path.name, told, 1)


def _roles(titles: Sequence[str]) -> dict[Role, int]:
    plain = [titled(title) for title in titles]
    head = {
        role: next(plain.index(name) for name in names if name in plain)
        for role, names in _COLUMNS.items()
        if not set(names).isdisjoint(plain)
    }
    if "name" not in head and "place" in head:  # a table about places: the narrowest
        narrow = (titles.index(t) for kind in _NARROWEST for t in titles if _kind_of(t) == kind)
        head["name"] = next(narrow, head["place"])
        places = (at for at, title in enumerate(titles) if role_of(title) == "place")
        head["place"] = next((at for at in places if at != head["name"]), head["name"])
        if head["place"] == head["name"]:
            del head["place"]
    return head


def _kind_of(title: str) -> str:
    return titled(title).removeprefix("nama ").partition(" ")[0]


def _below(
    titles: list[str], rows: Iterator[tuple[int, list[str]]]
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    """The titles of a head of one row or two, and the rows below it.

    What numbers the columns, (1), (2), (3), is none of them.
    """
    first = next(rows, None)
    if first is not None and _parts(titles, first[1]):
        titles, first = _parted(titles, first[1]), next(rows, None)
    if first is not None:
        filled = [cell.strip().strip("()") for cell in first[1] if cell.strip()]
        if len(filled) > 1 and filled == [str(n) for n in range(1, len(filled) + 1)]:
            return titles, rows
    return titles, rows if first is None else chain([first], rows)


def _parts(titles: Sequence[str], row: Sequence[str]) -> bool:
    """Whether a row below a head has titles itself: under some that stand over several columns."""
    told = {at for at, cell in enumerate(row) if cell.strip()}
    wide = {at - 1 for at in told if 0 < at < len(titles) and not titles[at]}
    others = {at for at in told if at < len(titles) and titles[at]} - wide
    numbers = any(cell.strip().isdigit() for cell in row)
    return len(told) > 1 and bool(wide) and not others and not numbers


def _parted(titles: Sequence[str], row: Sequence[str]) -> list[str]:
    """The titles of a head of two rows: a place alone, others with what stands above them."""
    found, above = [], ""
    for at, title in enumerate(titles):
        part = row[at].strip() if at < len(row) else ""
        above = title or (above if part else "")
        found.append(part if part and role_of(part) else f"{above} {part}".strip())
    return found


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
