"""Which sheet of a file is a table, in which row it begins, and which table it is."""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import islice, takewhile
from typing import Final

from rembug import terms
from rembug.errors import Unreadable, Words
from rembug.sources import property_columns
from rembug.sources.coded import Note
from rembug.sources.columns import KEY, MAKE, TABLES, Column, Table
from rembug.sources.sheets import Sheet

_TITLES: Final = 20  # rows above a head, and the head
_NEAR: Final = 0.75  # of a name's letters, for it to be meant
_KEYS: Final = frozenset({KEY.id, KEY.en})
_HEADINGS: Final = frozenset(
    terms.slug(name) for table in TABLES.values() for c in table.columns for name in (c.id, c.en)
)
_CHOICES: Final = frozenset(
    {"pilihan", "choices"}
)  # the sheet of a template with what may be chosen


@dataclass(frozen=True)
class Head:
    """A row that names the columns of a table.

    Attributes:
        row: its number in the file.
        table: which table it begins.
        language: of its names.
        columns: by place.
        headed: the places of all that have a heading.
        called: how the file names the columns that say a property, by that.
        faults: what differs from the head of such a table.
        others: columns that such a table does not have.
        fit: how many of the names are such a table's, and how many such a table lacks.
    """

    row: int
    table: Table
    language: str
    columns: Mapping[int, Column]
    headed: Set[int]
    called: Mapping[str, str]
    faults: Sequence[Unreadable]
    others: Sequence[str]
    fit: tuple[float, int]


def head(file: str, found: Sequence[Sheet], notes: list[Note]) -> tuple[Sheet, Head]:
    """The sheet and the row whose names fit a table best; what was passed over is noted."""
    heads, broken, empty = [], [], True
    for sheet in found:
        try:
            for number, row in islice(sheet.rows(), _TITLES):
                empty = empty and not any(map(str.strip, row))
                if (head := _as_head(file, number, row)) is not None:
                    heads.append((sheet, head))
        except Unreadable as error:  # of no matter if another sheet is the table
            broken.append(error)
    if not heads:
        if broken:
            raise broken[0]
        if empty:
            told = Words(
                "is empty; `rembug template findings` writes one to fill in",
                "kosong; `rembug template findings` menulis tabel untuk diisi",
            )
            raise Unreadable(file, told)
        told = Words(
            "lacks the columns of every table; `rembug template NAME` writes the headings of one "
            f"({', '.join(TABLES)})",
            "tidak memiliki kolom tabel mana pun; `rembug template NAMA` menulis baris judulnya "
            f"({', '.join(TABLES)})",
        )
        raise Unreadable(file, told, 1)
    sheet, head = max(heads, key=lambda pair: pair[1].fit)
    others = [s.name for s in found if s is not sheet and s.name and s.name not in _CHOICES]
    whole = {s.name for s, h in heads if s.name != sheet.name and not h.faults}
    if whole and not head.faults:
        names = ", ".join(s.name for s in found if s is sheet or s.name in whole)
        told = Words(
            f"has several sheets with a table ({names}); save each as a file of its own",
            f"memiliki beberapa lembar berisi tabel ({names}); simpan masing-masing sebagai berkas",
        )
        raise Unreadable(file, told)
    if others:
        notes.append(
            Note(
                f"{file}: the sheet “{sheet.name}” was read; left out: {', '.join(others)}",
                f"{file}: lembar “{sheet.name}” dibaca; dilewati: {', '.join(others)}",
            )
        )
    above = takewhile(lambda numbered: numbered[0] < head.row, sheet.rows())
    if any(any(map(str.strip, row)) for _, row in above):
        notes.append(
            Note(
                f"{file}: the headings are in row {head.row}; what is above them was left out",
                f"{file}: judul kolom ada di baris {head.row}; yang di atasnya dilewati",
            )
        )
    if head.others:
        left = ", ".join(head.others)
        notes.append(
            Note(
                f"{file}:{head.row}: left out, since such a table has no such column: {left}; a "
                "mapping can read it",
                f"{file}:{head.row}: dilewati, karena tabel seperti ini tidak memiliki kolom: "
                f"{left}; pemetaan dapat membacanya",
            )
        )
    return _filled(file, sheet, head.row, notes), head


def is_another(row: Sequence[str]) -> bool:
    """Whether a row below a head is the head of another table: each of its cells names a column."""
    filled = [terms.slug(cell) for cell in row if cell.strip()]
    return len(filled) > 2 and filled[0] in _KEYS and all(name in _HEADINGS for name in filled)


def without_heading(file: str, places: Mapping[int, Sequence[int]]) -> Iterator[Note]:
    """What is told of cells that stand below no heading, by their column and its rows."""
    from openpyxl.utils import get_column_letter  # slow to load, and rarely needed

    for place, numbers in sorted(places.items()):
        rows = ", ".join(map(str, numbers[:8])) + (", …" if len(numbers) > 8 else "")
        letter = get_column_letter(place + 1)
        yield Note(
            f"{file}:{rows}: the column {letter} has no heading; what stands in it was left out",
            f"{file}:{rows}: kolom {letter} tidak memiliki judul; isinya dilewati",
        )


def _filled(file: str, sheet: Sheet, first: int, notes: list[Note]) -> Sheet:
    """A sheet in which each row has what a cell says that was merged down a column.

    Raises:
        Unreadable: cells of several columns are merged, which leaves one without a value.
    """
    from openpyxl.utils import range_boundaries  # slow to load, and rarely needed

    down: dict[int, list[tuple[int, int]]] = {}
    across, filled = list[str](), list[str]()
    for name in sheet.merged:
        left, top, right, bottom = (edge or 0 for edge in range_boundaries(name))
        if bottom <= first:
            continue
        if left != right or top <= first:
            across.append(name)
        else:
            down.setdefault(left - 1, []).append((top, bottom))
            filled.append(name)
    if across or not down:
        require_unmerged(file, replace(sheet, merged=across), first)
        return sheet
    told = ", ".join(filled[:8]) + (", …" if len(filled) > 8 else "")
    notes.append(
        Note(
            f"{file}: merged cells ({told}) were taken to say the same in each of their rows",
            f"{file}: sel gabungan ({told}) dianggap berisi hal yang sama di setiap barisnya",
        )
    )

    def rows() -> Iterator[tuple[int, list[str]]]:
        kept: dict[int, str] = {}
        spans = {column: sorted(found)[::-1] for column, found in down.items()}
        for number, row in sheet.rows():
            now = list(row)
            for column, found in spans.items():
                while found and number > found[-1][1]:
                    found.pop()
                if found and found[-1][0] == number:
                    kept[column] = now[column] if column < len(now) else ""
                elif found and found[-1][0] < number:
                    now += [""] * (column + 1 - len(now))
                    now[column] = kept.get(column, "")
            yield number, now

    return replace(sheet, rows=rows)


def require_unmerged(file: str, sheet: Sheet, first: int) -> None:
    """Merged cells above the head are a title; below they leave cells without a value."""
    from openpyxl.utils import range_boundaries  # slow to load, and rarely needed

    if wrong := [cells_ for cells_ in sheet.merged if (range_boundaries(cells_)[3] or 0) >= first]:
        told = ", ".join(wrong[:8]) + (", …" if len(wrong) > 8 else "")
        raise Unreadable(
            file,
            Words(
                f"has merged cells ({told}); take them apart and fill each",
                f"memiliki sel gabungan ({told}); pisahkan lalu isi masing-masing",
            ),
        )


def _as_head(file: str, number: int, row: Sequence[str]) -> Head | None:
    """A row as the head of the table that it fits best; None where it fits none."""
    names = [terms.slug(name) for name in row]
    best: Head | None = None
    for kind in TABLES:
        for language in ("id", "en"):
            head = _fitted(file, number, row, names, kind, language)
            if best is None or head.fit > best.fit:
                best = head
    return best if best is not None and len(best.columns) >= 2 else None


def _longer(name: str, names: Sequence[str]) -> list[str]:
    """Those of some names that have all the words of one, and more."""
    words = set(name.split("-"))
    return [one for one in names if words < set(one.split("-"))][:2]


def _fitted(
    file: str, number: int, row: Sequence[str], names: Sequence[str], kind: str, language: str
) -> Head:
    from openpyxl.utils import get_column_letter  # slow to load, and rarely needed

    table = TABLES[kind]
    own = {terms.slug(c.called(language)): c for c in (*table.columns, MAKE)}
    called = {terms.slug(c.called(lang)): c for lang in ("id", "en") for c in own.values()}
    columns: dict[int, Column] = {}
    faults: list[Unreadable] = []
    others: list[str] = []
    near = 0

    def fault(en: str, id_: str) -> None:
        faults.append(Unreadable(file, Words(en, id_), number))

    lacking = {c for c in table.columns if c.required} - {called[n] for n in names if n in called}
    for place, name in enumerate(names):
        if not name:
            continue
        shown, letter = " ".join(row[place].split()), get_column_letter(place + 1)
        column = called.get(name)
        if column in columns.values():
            fault(
                f"has the column “{shown}” twice (again in {letter}); keep one",
                f"memiliki kolom “{shown}” dua kali (lagi di {letter}); sisakan satu",
            )
        elif column is not None or (column := property_columns.column(shown)) is not None:
            columns[place] = column
        else:
            free = [n for n in own if own[n] not in columns.values() and n not in names]
            like_it = get_close_matches(name, free, 3, _NEAR) or _longer(name, free)
            meant = [own[n] for n in like_it]
            near += bool(meant)
            lacking -= set(meant[:1])
            if not meant:
                others.append(f"“{shown}” ({letter})")
                continue
            like = " / ".join(f"“{c.called(language)}”" for c in meant)
            fault(
                f"has a column “{shown}” ({letter}), which such a table does not have; "
                f"is {like} meant?",
                f"memiliki kolom “{shown}” ({letter}) yang tidak ada dalam tabel seperti ini; "
                f"maksudnya {like}?",
            )
    if lacking:
        told = ", ".join(c.called(language) for c in table.columns if c in lacking)
        fault(
            f"lacks {told}; `rembug template {kind}` writes the headings of such a table",
            f"tidak memiliki {told}; `rembug template {kind}` menulis baris judul tabel ini",
        )
    fit = len(columns) + near / 2 + sum(name in own for name in names) / 100
    headings: dict[str, list[str]] = {}
    for place, column in columns.items():
        headings.setdefault(column.says, []).append(" ".join(row[place].split()))
    heads = {predicate: " / ".join(some) for predicate, some in headings.items()}
    headed = {place for place, name in enumerate(row) if name.strip()}
    best = fit, -len(lacking)
    return Head(number, table, language, columns, headed, heads, faults, others, best)
