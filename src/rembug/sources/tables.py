"""Tables of findings, actors, programs, ties and indicators: CSV and XLSX, in either language.

Which sheet it is, below which title, which table and its language: the head that fits best tells.
What is wrong is told all at once, each with its row and column.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Final

from openpyxl.utils import get_column_letter, range_boundaries
from rdflib import RDF, Graph, URIRef
from rdflib import Literal as Text
from rdflib.term import Node

from rembug import terms
from rembug.errors import Faulty, Unreadable, Words
from rembug.graph import spilling_graph
from rembug.sources import cells, sheets
from rembug.sources.cells import NotRead
from rembug.sources.coded import Note
from rembug.sources.columns import (
    KEY,
    TABLES,
    Column,
    Table,
    classes,
    concepts,
    labels,
    other_names,
)
from rembug.sources.model import Place, Places, Submission, digest, name_for
from rembug.sources.sheets import SUFFIXES, Sheet
from rembug.terms import CG

__all__ = ["SUFFIXES", "rows", "say", "submission"]

_LARGEST: Final = 200_000  # rows; a study has hundreds
_MOST_FAULTS: Final = 100  # told at once; who has more has another table
_TITLES: Final = 20  # rows above a head, and the head
_NEAR: Final = 0.75  # of a name's letters, for it to be meant
_BETWEEN: Final = re.compile(r"[;\n]")
_FORMULA: Final = re.compile(r"[=@]|[+-](?![\d.,]+$)")
_CHOICES: Final = frozenset(
    {"pilihan", "choices"}
)  # the sheet of a template with what may be chosen


def submission(path: Path, study: str) -> Submission:
    """Read a table.

    Args:
        path: CSV (comma, semicolon or tab between columns; UTF-8, UTF-16 or Windows-1252) or XLSX.
        study: slug of the study.

    Raises:
        Unreadable: it is no such table; Faulty, which has them all, where it has several faults.
    """
    body = path.read_bytes()
    sha256 = digest(body)
    found, notes = sheets.read(path, body)
    sheet, head = _head(path.name, found, notes)
    reading = _Reading(
        path.name, study, head.language, head.table, head.columns, spilling_graph(), Places()
    )
    reading.faults.extend(head.faults)
    for number, row in sheet.rows():
        if number <= head.row or not any(cell.strip() for cell in row):
            continue
        if len(reading.places) >= _LARGEST:
            told = Words(
                f"has more than {_LARGEST} rows; split it",
                f"memiliki lebih dari {_LARGEST} baris; pecah menjadi beberapa berkas",
            )
            raise Unreadable(path.name, told, number)
        reading.row(Place(path.name, number), row)
        if len(reading.wrong) + len(reading.faults) >= _MOST_FAULTS:
            break
    reading.require_faultless()
    if not reading.places:
        told = Words("has no row below its head", "tidak memiliki baris di bawah kepalanya")
        raise Unreadable(path.name, told)
    name = name_for(path.name, sha256)
    notes.extend(reading.notes())
    return Submission(
        study,
        name,
        path.name,
        sha256,
        reading.graph,
        spilling_graph(),
        reading.places,
        tuple(notes),
    )


def rows(path: Path, body: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table, each with its number in the file: of a workbook's first sheet.

    Args:
        path: whose ending says whether it is XLSX or CSV.
        body: the file's content.

    Raises:
        Unreadable: it is no such table.
    """
    (first, *_), _ = sheets.read(path, body)
    _require_unmerged(path.name, first, 1)
    return first.rows()


def say(
    place: Place,
    study: str,
    table: Table,
    columns: Mapping[int, Column],
    row: list[str],
    graph: Graph,
    places: Places,
) -> None:
    """Add what a row of a table says that stands somewhere else, in a note for one.

    Raises:
        Unreadable: a cell is not what its column asks for.
    """
    lacking = [c for c in table.columns if c.required and c not in columns.values()]
    columns = {**columns, **dict(enumerate(lacking, len(row)))}
    reading = _Reading(str(place), study, "id", table, columns, graph, places)
    reading.row(place, row)
    reading.require_faultless()


@dataclass(frozen=True)
class _Head:
    """A row that names the columns of a table.

    Attributes:
        row: its number in the file.
        table: which table it begins.
        language: of its names.
        columns: by place.
        faults: what differs from the head of such a table.
        fit: how many of the names are such a table's, and how many such a table lacks.
    """

    row: int
    table: Table
    language: str
    columns: Mapping[int, Column]
    faults: Sequence[Unreadable]
    fit: tuple[float, int]


def _head(file: str, found: Sequence[Sheet], notes: list[Note]) -> tuple[Sheet, _Head]:
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
            "lacks the columns of every table; `rembug template NAME` writes the head of one "
            f"({', '.join(TABLES)})",
            "tidak memiliki kolom tabel mana pun; `rembug template NAMA` menulis kepalanya "
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
                f"{file}: lembar “{sheet.name}” dibaca; dilewatkan: {', '.join(others)}",
            )
        )
    if any(any(map(str.strip, row)) for _, row in islice(sheet.rows(), head.row - 1)):
        notes.append(
            Note(
                f"{file}: the head is in row {head.row}; what stands above it was left out",
                f"{file}: kepala tabel ada di baris {head.row}; yang di atasnya dilewatkan",
            )
        )
    _require_unmerged(file, sheet, head.row)
    return sheet, head


def _require_unmerged(file: str, sheet: Sheet, first: int) -> None:
    """Merged cells above the head are a title; below they leave cells without a value."""
    if wrong := [cells_ for cells_ in sheet.merged if (range_boundaries(cells_)[3] or 0) >= first]:
        told = ", ".join(wrong[:8]) + (", …" if len(wrong) > 8 else "")
        raise Unreadable(
            file,
            Words(
                f"has merged cells ({told}); take them apart and fill each",
                f"memiliki sel gabungan ({told}); pisahkan lalu isi masing-masing",
            ),
        )


def _as_head(file: str, number: int, row: Sequence[str]) -> _Head | None:
    """A row as the head of the table that it fits best; None where it fits none."""
    names = [terms.slug(name) for name in row]
    best: _Head | None = None
    for kind in TABLES:
        for language in ("id", "en"):
            head = _fitted(file, number, row, names, kind, language)
            if best is None or head.fit > best.fit:
                best = head
    return best if best is not None and len(best.columns) >= 2 else None


def _fitted(
    file: str, number: int, row: Sequence[str], names: Sequence[str], kind: str, language: str
) -> _Head:
    table = TABLES[kind]
    own = {terms.slug(c.called(language)): c for c in table.columns}
    called = {terms.slug(c.called(lang)): c for lang in ("id", "en") for c in table.columns}
    columns: dict[int, Column] = {}
    faults: list[Unreadable] = []
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
        elif column is not None:
            columns[place] = column
        else:
            free = [n for n in own if own[n] not in columns.values() and n not in names]
            meant = [own[n] for n in get_close_matches(name, free, 3, _NEAR)]
            near += bool(meant)
            lacking -= set(meant[:1])
            like = " / ".join(f"“{c.called(language)}”" for c in meant)
            fault(
                f"has a column “{shown}” ({letter}), which such a table does not have; "
                + (f"is {like} meant?" if meant else "take it out, or read it with a mapping"),
                f"memiliki kolom “{shown}” ({letter}) yang tidak ada dalam tabel seperti ini; "
                + (f"maksudnya {like}?" if meant else "hapus, atau baca dengan pemetaan"),
            )
    if lacking:
        told = ", ".join(c.called(language) for c in table.columns if c in lacking)
        fault(
            f"lacks {told}; `rembug template {kind}` writes the head of such a table",
            f"tidak memiliki {told}; `rembug template {kind}` menulis kepala tabel ini",
        )
    fit = len(columns) + near / 2 + sum(name in own for name in names) / 100
    return _Head(number, table, language, columns, faults, (fit, -len(lacking)))


class _Reading:
    """Rows on their way into a graph, and what is wrong with them.

    Attributes:
        file: its name, for messages.
        graph: where the triples go.
        places: of the rows' things.
        faults: of the file.
        wrong: of its cells, by column and reason: where they stand.
    """

    def __init__(
        self,
        file: str,
        study: str,
        language: str,
        table: Table,
        columns: Mapping[int, Column],
        graph: Graph,
        places: Places,
    ) -> None:
        self.file, self.study, self.language = file, study, language
        self.table, self.columns = table, columns
        self.graph, self.places = graph, places
        self.faults: list[Unreadable] = []
        self.wrong: dict[tuple[str, Words], list[Place]] = {}
        self._repaired: dict[tuple[str, Words], list[Place]] = {}

    def row(self, place: Place, row: Sequence[str]) -> None:
        """Read a row; what is wrong with it is kept, and the next may follow."""
        values = {
            column: row[index].strip() if index < len(row) else ""
            for index, column in self.columns.items()
        }
        for column, text in values.items():
            if text.casefold() in cells.NOTHING and column is not KEY:
                values[column] = ""
                if column.kind == "number":  # to have no number is to say nothing
                    self._repair(place, column, "without a value; the row was left out",
                                 "tanpa nilai; barisnya dilewatkan")  # fmt: skip
                    return
        for column, text in values.items():
            if column.required and not text:
                self._fault(place, column, "is empty; every row needs it",
                            "kosong; setiap baris memerlukannya")  # fmt: skip
        thing = self._thing_of(place, values.get(KEY, ""))
        self.graph.add((thing, RDF.type, self.table.klass))
        self.graph.add((thing, CG.inStudy, terms.study(self.study)))
        for column, text in values.items():
            if column is KEY or not text:
                continue
            if column.kind not in ("label", "number") and _FORMULA.match(text):
                self._fault(place, column, f"“{text}” looks like a formula; write its value",
                            f"“{text}” tampak seperti rumus; tulis nilainya")  # fmt: skip
                continue
            for part in map(str.strip, _BETWEEN.split(text) if column.many else [text]):
                if part:
                    self._cell(place, thing, column, part)

    def require_faultless(self) -> None:
        """Raise Unreadable with what is wrong, all of it."""
        faults = list(self.faults)
        for (column, reason), where in self.wrong.items():
            lines = [str(place.line) for place in where[1:9] if place.line is not None]
            more = ", …" if len(where) > 9 else ""
            en = f" (also in rows {', '.join(lines)}{more})" if lines else ""
            id_ = f" (juga di baris {', '.join(lines)}{more})" if lines else ""
            told = Words(f"{column}: {reason.en}{en}", f"{column}: {reason.id}{id_}")
            first = where[0]
            faults.append(
                Unreadable(str(first), told)
                if first.pointer
                else Unreadable(first.file, told, first.line)
            )
        if len(faults) == 1:
            raise faults[0]
        if faults:
            raise Faulty(self.file, faults)

    def notes(self) -> Iterator[Note]:
        """What was repaired."""
        for (column, what), where in self._repaired.items():
            lines = ", ".join(str(place.line) for place in where[:8])
            lines += ", …" if len(where) > 8 else ""
            yield Note(
                f"{self.file}:{lines}: {column}: {what.en}",
                f"{self.file}:{lines}: {column}: {what.id}",
            )

    def _fault(self, place: Place, column: Column, en: str, id_: str) -> None:
        key = column.called(self.language), Words(en, id_)
        self.wrong.setdefault(key, []).append(place)

    def _repair(self, place: Place, column: Column, en: str, id_: str) -> None:
        key = column.called(self.language), Words(en, id_)
        self._repaired.setdefault(key, []).append(place)

    def _thing_of(self, place: Place, key: str) -> URIRef:
        """The thing that a row is about; where its key is no key, one that nobody will see."""
        slug = terms.slug(key)
        thing = terms.thing(self.study, self.table.kind, slug or f"row-{place.line}")
        if key and key != slug:
            like = slug or "f1"
            self._fault(place, KEY, f"“{key}” is to be like “{like}”",
                        f"“{key}” seharusnya seperti “{like}”")  # fmt: skip
        elif key and thing in self.places:
            self._fault(place, KEY, f"“{key}” stands in {self.places[thing]} already",
                        f"“{key}” sudah ada di {self.places[thing]}")  # fmt: skip
        self.places.note(thing, place)
        return thing

    def _cell(self, place: Place, thing: URIRef, column: Column, text: str) -> None:
        try:
            if column.kind == "class":
                klass = _class(self.table, column, text, self.language)
                self.graph.remove((thing, RDF.type, self.table.klass))
                self.graph.add((thing, RDF.type, klass))
                return
            value = self._value(place, column, text)
        except NotRead as error:
            self._fault(place, column, *error.words)
            return
        assert column.predicate is not None
        if column.inverse and isinstance(value, URIRef):
            self.graph.add((value, column.predicate, thing))
        else:
            self.graph.add((thing, column.predicate, value))

    def _value(self, place: Place, column: Column, text: str) -> Node:
        match column.kind:
            case "label":
                assert isinstance(column.choices, tuple)
                return Text(cells.unguarded(text), lang=column.choices[0])
            case "date":
                day = cells.day(text)
                if cells.is_short(text):
                    self._repair(place, column, f"“{text}” was read as {day}",
                                 f"“{text}” dibaca sebagai {day}")  # fmt: skip
                return day
            case "number":
                number = cells.number(text, self.language)
                if cells.unsigned(text) != text.strip():
                    self._repair(
                        place,
                        column,
                        f"“{text}” was read as {number}; its unit is in a column of its own",
                        f"“{text}” dibaca sebagai {number}; satuannya ada di kolom tersendiri",
                    )
                return number
            case "concept":
                return _concept(column, text, self.language)
            case _:
                return self._thing(column, text)

    def _thing(self, column: Column, text: str) -> URIRef:
        if text.startswith(("http://", "https://")):
            return URIRef(text)
        kind, slash, name = text.partition("/")
        if not slash and column.choices:
            assert isinstance(column.choices, tuple)
            kind, name = column.choices[0], text
        if not name or name != terms.slug(name):
            like = f"{kind}/{terms.slug(name) or 'x'}" if name else "program/pelatihan"
            raise NotRead(
                f"“{text}” is no code; write the kind and the code of a thing, like {like}",
                f"“{text}” bukan kode; tulis jenis dan kode sesuatu, seperti {like}",
            )
        return terms.thing(self.study, kind, name)


def _class(table: Table, column: Column, text: str, language: str) -> URIRef:
    assert isinstance(column.choices, Mapping)
    known = {terms.slug(name): klass for name, klass in column.choices.items()}
    wanted = terms.slug(text)
    if (klass := known.get(wanted) or classes(table.klass).get(wanted)) is None:
        names = list(column.choices)[0 if language == "id" else 1 :: 2]
        raise _none_of(text, names)
    return klass


def _concept(column: Column, text: str, language: str) -> URIRef:
    """A concept by its label in either language, or as scheme/concept."""
    assert isinstance(column.choices, tuple)
    among, known, wanted = concepts(column.choices), labels(), terms.slug(text)
    named = [c for c in among if c.removeprefix(terms.SCHEME) == text]
    found = (
        named
        or [c for c in among if wanted in map(terms.slug, known[c].values())]
        or sorted(other_names().get(wanted, frozenset()) & set(among))
    )
    if not found:
        raise _none_of(text, [known[c].get(language) or known[c]["id"] for c in among])
    if len(found) > 1:
        names = ", ".join(c.removeprefix(terms.SCHEME) for c in found)
        raise NotRead(
            f"“{text}” is the name of several; write one of {names}",
            f"“{text}” adalah nama beberapa konsep; tulis salah satu dari {names}",
        )
    return found[0]


def _none_of(text: str, names: Sequence[str]) -> NotRead:
    """A cell that is none of the names that its column takes, with those that are nearest."""
    by_slug = {terms.slug(name): name for name in names}
    near = get_close_matches(terms.slug(text)[:200], by_slug, 3, 0.6)
    some = [by_slug[n] for n in near] or list(names[:8])
    between = "; " if any("," in name for name in some) else ", "
    told = between.join(some) + (f"{between}…" if len(some) < len(names) else "")
    if near:
        return NotRead(
            f"“{text}” is none of the names here; nearest are {told}",
            f"“{text}” bukan nama yang dikenal di sini; yang terdekat {told}",
        )
    return NotRead(f"“{text}” is none of {told}", f"“{text}” bukan salah satu dari {told}")
