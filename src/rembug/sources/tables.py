"""Tables of findings, actors, programs, ties and indicators: CSV and XLSX, in either language.

Which table it is, and its language, the first row tells.
"""

import csv
import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from rdflib import RDF, Graph, URIRef
from rdflib import Literal as Text
from rdflib.term import Node

from rembug import terms
from rembug.errors import Unreadable
from rembug.graph import spilling_graph
from rembug.sources import cells
from rembug.sources.columns import KEY, TABLES, Column, Table, concepts, labels
from rembug.sources.model import Place, Places, Submission, digest, name_for
from rembug.terms import CG

SUFFIXES: Final = ("csv", "xlsx")
_LARGEST: Final = 200_000  # rows; a study has hundreds
_BETWEEN: Final = re.compile(r"[;\n]")
_FORMULA: Final = re.compile(r"[=@]|[+-](?![\d.,]+$)")


def submission(path: Path, study: str) -> Submission:
    """Read a table.

    Args:
        path: CSV in UTF-8 (comma, semicolon or tab between columns) or XLSX (its first sheet).
        study: slug of the study.

    Raises:
        Unreadable: it is no such table; names row and column.
    """
    body = path.read_bytes()
    sha256 = digest(body)
    below = rows(path, body)
    head = next(below, None)
    if head is None:
        raise Unreadable(path.name, "is empty; `rembug template findings` writes one to fill in")
    table, language, columns = _recognised(path.name, head[1])
    public = spilling_graph()
    places = Places()
    for number, cells_ in below:
        if number > _LARGEST:
            raise Unreadable(path.name, f"has more than {_LARGEST} rows; split it", number)
        if any(cells_):
            here = _Here(Place(path.name, number), study, language)
            _row(here, table, columns, cells_, public, places)
    if not places:
        raise Unreadable(path.name, "has no row below its head")
    return Submission(
        study, name_for(path.name, sha256), path.name, sha256, public, spilling_graph(), places
    )


def rows(path: Path, body: bytes) -> Iterator[tuple[int, list[str]]]:
    """The rows of a table, each with its number in the file.

    Args:
        path: whose ending says whether it is XLSX (its first sheet) or CSV.
        body: the file's content.

    Raises:
        Unreadable: it is no such table.
    """
    return _xlsx(path.name, body) if path.suffix.lower() == ".xlsx" else _csv(path.name, body)


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
    _row(_Here(place, study, "id"), table, columns, row, graph, places)


@dataclass(frozen=True)
class _Here:
    """Where in which file a cell is being read."""

    place: Place
    study: str
    language: str

    def wrong(self, column: Column, reason: str) -> Unreadable:
        told = f"{column.called(self.language)}: {reason}"
        if self.place.pointer:
            return Unreadable(str(self.place), told)
        return Unreadable(self.place.file, told, self.place.line)


def _row(
    here: _Here,
    table: Table,
    columns: Mapping[int, Column],
    row: list[str],
    graph: Graph,
    places: Places,
) -> None:
    values = {
        column: row[index].strip() if index < len(row) else "" for index, column in columns.items()
    }
    for column in table.columns:
        if column.required and not values.get(column):
            raise here.wrong(column, "is empty; every row needs it")
    for column, text in values.items():
        if column.kind != "label" and column.kind != "number" and _FORMULA.match(text):
            raise here.wrong(column, f"“{text}” looks like a formula; write its value")
    key = values[KEY]
    if key != terms.slug(key):
        raise here.wrong(KEY, f"“{key}” is to be like “{terms.slug(key) or 'f1'}”")
    thing = terms.thing(here.study, table.kind, key)
    if thing in places:
        raise here.wrong(KEY, f"“{key}” stands in {places[thing]} already")
    places[thing] = here.place
    graph.add((thing, RDF.type, table.klass))
    graph.add((thing, CG.inStudy, terms.study(here.study)))
    for column, text in values.items():
        if text and column.kind != "key":
            for part in map(str.strip, _BETWEEN.split(text) if column.many else [text]):
                if part:
                    _say(here, graph, thing, table, column, part)


def _say(here: _Here, graph: Graph, thing: URIRef, table: Table, column: Column, text: str) -> None:
    if column.kind == "class":
        graph.remove((thing, RDF.type, table.klass))
        graph.add((thing, RDF.type, _class(here, column, text)))
        return
    assert column.predicate is not None
    value = _value(here, column, text)
    if column.inverse and isinstance(value, URIRef):
        graph.add((value, column.predicate, thing))
    else:
        graph.add((thing, column.predicate, value))


def _value(here: _Here, column: Column, text: str) -> Node:
    try:
        match column.kind:
            case "label":
                assert isinstance(column.choices, tuple)
                return Text(cells.unguarded(text), lang=column.choices[0])
            case "date":
                return cells.day(text)
            case "number":
                return cells.number(text, here.language)
            case "concept":
                return _concept(column, text)
            case _:
                return _thing(here, column, text)
    except ValueError as error:
        raise here.wrong(column, str(error)) from error


def _thing(here: _Here, column: Column, text: str) -> URIRef:
    if text.startswith(("http://", "https://")):
        return URIRef(text)
    kind, slash, name = text.partition("/")
    if not slash and column.choices:
        assert isinstance(column.choices, tuple)
        kind, name = column.choices[0], text
    if not name or name != terms.slug(name):
        raise ValueError(
            f"“{text}” is to be like program/pelatihan: the kind and the code of a thing"
        )
    return terms.thing(here.study, kind, name)


def _class(here: _Here, column: Column, text: str) -> URIRef:
    assert isinstance(column.choices, Mapping)
    known = {name.casefold(): klass for name, klass in column.choices.items()}
    if text.casefold() not in known:
        raise here.wrong(column, f"“{text}” is none of {', '.join(column.choices)}")
    return known[text.casefold()]


def _concept(column: Column, text: str) -> URIRef:
    """A concept by its label in either language, or as scheme/concept."""
    assert isinstance(column.choices, tuple)
    among, known, wanted = concepts(column.choices), labels(), terms.slug(text)
    found = [c for c in among if wanted in map(terms.slug, known[c].values())]
    named = [c for c in among if c.removeprefix(terms.SCHEME) == text]
    if len(named or found) != 1:
        several = "; it is the name of several: " + ", ".join(
            c.removeprefix(terms.SCHEME) for c in found
        )
        first = [known[c]["id"] for c in among[:4]]
        raise ValueError(
            f"“{text}” is none of {', '.join(first)}, …" if not found else f"“{text}”{several}"
        )
    return (named or found)[0]


def _recognised(file: str, head: Iterable[str]) -> tuple[Table, str, Mapping[int, Column]]:
    """Which table a first row begins, in which language, and the column at each place."""
    names = [name.strip().casefold() for name in head]
    best: tuple[int, Table, str] | None = None
    for table in TABLES.values():
        for language in ("id", "en"):
            known = {column.called(language).casefold() for column in table.columns}
            score = len(known & set(names))
            if best is None or score > best[0]:
                best = score, table, language
    assert best is not None
    score, table, language = best
    called = {c.called(lang).casefold(): c for lang in ("id", "en") for c in table.columns}
    columns = {place: called[name] for place, name in enumerate(names) if name in called}
    lacking = [c for c in table.columns if c.required and c not in columns.values()]
    if score < 2 or lacking:
        told = ", ".join(column.called(language) for column in lacking) or "the columns"
        raise Unreadable(
            file,
            f"lacks {told}; `rembug template NAME` writes the head of a table "
            f"({', '.join(TABLES)})",
            1,
        )
    for place, name in enumerate(names):
        if name and place not in columns:
            raise Unreadable(file, f"has a column “{name}”, which such a table does not have", 1)
        if names.count(name) > 1 and name:
            raise Unreadable(file, f"has the column “{name}” twice", 1)
    return table, language, columns


def _csv(file: str, body: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        text = body.decode("utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unreadable(file, "is not UTF-8; save it as CSV UTF-8") from error
    head = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text), delimiter=max(",;\t", key=head.count), strict=True)
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise Unreadable(file, f"is not CSV: {error}", reader.line_num) from error


def _xlsx(file: str, body: bytes) -> Iterator[tuple[int, list[str]]]:
    try:
        _require_no_merged_cells(file, body)
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=False)
        sheet = book.worksheets[0]
        for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
            yield number, [_written(cell) for cell in row]
    except (zipfile.BadZipFile, InvalidFileException, KeyError, ParseError, IndexError) as error:
        raise Unreadable(file, f"is no XLSX workbook: {error}") from error


def _require_no_merged_cells(file: str, body: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        if sum(entry.file_size for entry in archive.infolist()) > 512 * 1024**2:
            raise Unreadable(file, "unpacks to more than 512 MiB; split it")
        with archive.open("xl/worksheets/sheet1.xml") as sheet:
            before = b""
            while chunk := sheet.read(1 << 20):
                if b"<mergeCell " in before + chunk:
                    raise Unreadable(file, "has merged cells; take them apart and fill each")
                before = chunk[-20:]


def _written(cell: object) -> str:
    """A cell as a person would write it."""
    if cell is None:
        return ""
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat())[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell).replace("\r\n", "\n")
