"""The rows of CSV and XLSX files as spreadsheets write them, whatever the rows say."""

import codecs
import csv
import io
import re
import zipfile
from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from itertools import islice
from math import isfinite
from pathlib import Path
from typing import Any, Final, cast

from rembug.errors import RembugError, Unreadable, Words, why, with_cause
from rembug.sources.cells import no_csv
from rembug.sources.coded import Note
from rembug.sources.numbers import unmistakable

SUFFIXES: Final = ("csv", "xlsx")
_LARGEST: Final = 256 * 1024**2  # bytes of everything in a workbook, unpacked
_RATIO: Final = 200  # unpacked to packed; a sheet of text packs to a tenth
_BROADEST: Final = 1000  # columns
_PIECE: Final = 1 << 20  # bytes that are decoded at a time
_LOOKED_AT: Final = 10_000  # characters, for what stands between columns
_MERGED: Final = re.compile(rb'<(?:\w+:)?mergeCell\s[^<>]*?ref="([A-Z0-9:]{1,40})"')
_QUOTED: Final = re.compile('"[^"]*"')
_PAGES: Final = ("<!doctype html", "<html", "<table")  # portals export those under .xls, too
_ZEROS: Final = re.compile("0{2,}")  # the form of a number that shows zeros at its beginning
_HINT: Final = re.compile(r"\ufeff?sep=([;,\t|])\r?\n")  # Excel's own, on the first line


@dataclass(frozen=True)
class Sheet:
    """A sheet of a workbook, or the only one that a CSV file is.

    Attributes:
        name: empty for CSV.
        rows: begins with the first: each row's number in the file and its cells.
        merged: ranges of merged cells, such as A2:A3.
    """

    name: str
    rows: Callable[[], Iterator[tuple[int, list[str]]]]
    merged: Sequence[str] = ()


def read(path: Path, body: bytes) -> tuple[list[Sheet], list[Note]]:
    """The sheets of a file, and what was repaired to read them.

    Which mark stands between the columns of a CSV file, its content decides: it is given as a sheet
    for each, the likeliest first.

    Args:
        path: whose ending says whether it is XLSX or CSV.
        body: the file's content.

    Raises:
        Unreadable: it is no such file, or holds what could do harm; also when rows are asked for.
    """
    if path.suffix.lower() == ".xlsx":
        return _workbook(path.name, body, computed=False), []
    return _text(path.name, body)


def values(path: Path, body: bytes) -> tuple[list[Sheet], list[Note]]:
    """The same, a formula of a workbook being the value that was saved with it; or JSON."""
    if path.suffix.lower() == ".json":
        from rembug.sources import json_tables  # here: it makes sheets

        return [json_tables.sheet(path.name, body)], []
    if path.suffix.lower() == ".xlsx":
        return _workbook(path.name, body, computed=True), []
    return _text(path.name, body)


def _text(file: str, body: bytes) -> tuple[list[Sheet], list[Note]]:
    encoding, notes = _encoded(file, body)
    begins = "".join(islice(_pieces(body, encoding), 1))
    if begins.lstrip().casefold().startswith(_PAGES):
        raise Unreadable(
            file,
            Words(
                "is a web page (HTML), not a table; open it in a spreadsheet and save it as XLSX",
                "adalah halaman web (HTML), bukan tabel; buka dengan aplikasi lembar kerja lalu "
                "simpan sebagai XLSX",
            ),
        )
    return [Sheet("", partial(_csv, file, body, encoding, m)) for m in _marks(begins)], notes


def decoded(file: str, body: bytes) -> tuple[str, list[Note]]:
    """Text in UTF-8, UTF-16, or in what Excel writes without being asked: Windows-1252.

    Guessing by frequency fails on texts as short as a table's; what is not UTF-8 and was written in
    Latin letters in Indonesia is Windows-1252.
    """
    encoding, notes = _encoded(file, body)
    return body.decode(encoding), notes


def records(path: Path, columns: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table that Rembug wrote and a person filled in: the line, and cells by column.

    Raises:
        Unreadable: it is no text or no CSV, or lacks one of the columns; says the line.
    """
    try:
        text, _ = decoded(path.name, path.read_bytes())
    except OSError as error:
        told = Words(f"cannot be read: {why(error).en}", f"tidak dapat dibaca: {why(error).id}")
        raise Unreadable(path.name, told) from error
    text = text.removeprefix("\ufeff")
    head = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count))
    try:
        if missing := [c for c in columns if c not in (table.fieldnames or ())]:
            raise Unreadable(
                path.name,
                Words(
                    f"lacks the column {', '.join(missing)}",
                    f"tidak memiliki kolom {', '.join(missing)}",
                ),
                1,
            )
        for row in table:
            yield table.line_num, {name: row[name] or "" for name in row if name is not None}
    except csv.Error as error:
        raise Unreadable(path.name, no_csv(error), table.reader.line_num) from error


def _encoded(file: str, body: bytes) -> tuple[str, list[Note]]:
    """The encoding of a text, which is read through for that, some of it at a time."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        encoding = "utf-16"
    elif body[1:2] == b"\0" and body[3:4] == b"\0":
        encoding = "utf-16-le"
    elif body[:1] == b"\0" and body[2:3] == b"\0":
        encoding = "utf-16-be"
    else:
        encoding = "utf-8-sig"
    try:
        deque(_pieces(body, encoding), maxlen=0)
        return encoding, []
    except UnicodeDecodeError as error:
        try:
            deque(_pieces(body, "cp1252"), maxlen=0)
        except UnicodeDecodeError:
            told = Words(
                "is neither UTF-8 nor UTF-16 nor Windows-1252; save it as CSV UTF-8",
                "bukan UTF-8, UTF-16, atau Windows-1252; simpan sebagai CSV UTF-8",
            )
            raise Unreadable(file, told) from error
        if b"\0" in body:
            told = Words(
                "is not text; save the table as CSV UTF-8 or XLSX",
                "bukan teks; simpan tabel sebagai CSV UTF-8 atau XLSX",
            )
            raise Unreadable(file, told) from error
        return "cp1252", [
            Note(
                f"{file}: is not UTF-8 and was read as Windows-1252; check letters with accents",
                f"{file}: bukan UTF-8 dan dibaca sebagai Windows-1252; periksa huruf beraksen",
            )
        ]


def _pieces(body: bytes, encoding: str) -> Iterator[str]:
    view = memoryview(body)
    pieces = (bytes(view[at : at + _PIECE]) for at in range(0, len(body), _PIECE))
    return codecs.iterdecode(pieces, encoding)


def _marks(text: str) -> str:
    """What may stand between columns: first what most lines have, and as often; not in figures."""
    if hint := _HINT.match(text):
        return hint[1]
    lines = _QUOTED.sub("", text[:_LOOKED_AT]).splitlines()

    def regular(mark: str) -> tuple[int, int]:
        counts = Counter(number for line in lines if (number := line.count(mark)))
        return max(((many, number) for number, many in counts.items()), default=(0, 0))

    return "".join(sorted("|,;\t", key=regular)[::-1])


def _csv(file: str, body: bytes, encoding: str, mark: str) -> Iterator[tuple[int, list[str]]]:
    text = io.TextIOWrapper(io.BytesIO(body), encoding, newline="")
    hint = _HINT.match("".join(islice(_pieces(body, encoding), 1)))
    reader = csv.reader(text, delimiter=mark, strict=True)
    last = 0
    try:
        for number, row in enumerate(reader):
            _require_narrow(file, row, reader.line_num)
            if number or not hint:
                yield reader.line_num, row
            last = reader.line_num
    except csv.Error as error:
        # A mark that is never closed ends at the last line, and begins after the last whole row.
        at = last + 1 if "unexpected end" in str(error) else reader.line_num
        raise Unreadable(file, no_csv(error), at) from error


def _workbook(file: str, body: bytes, *, computed: bool) -> list[Sheet]:
    from openpyxl import load_workbook  # slow to load, and rarely needed

    try:
        _require_harmless(file, body)
        book = load_workbook(io.BytesIO(body), read_only=True, data_only=computed)
        point = "," if computed else "."
        padded = any(map(_ZEROS.fullmatch, cast(Any, book)._number_formats))
        return [
            Sheet(
                str(sheet.title),
                lambda sheet=sheet: _rows(file, sheet, point, padded=padded),  # type: ignore[misc]
                _merged(body, str(cast(Any, sheet)._worksheet_path)),
            )
            for sheet in book.worksheets
        ]
    except RembugError:
        raise
    except Exception as error:  # whatever a file that is none makes the library raise
        raise _no_workbook(file, error) from error


def _rows(file: str, sheet: object, point: str, *, padded: bool) -> Iterator[tuple[int, list[str]]]:
    """The rows of a sheet; where some numbers are `padded`, each cell's form is looked at.

    The `point` before decimals is that of the tables that the sheet is read as: which one a person
    would write there, a number of a workbook does not say.
    """
    try:
        rows = sheet.iter_rows(values_only=not padded)  # type: ignore[attr-defined]
        text_of = _padded if padded else _written
        for number, row in enumerate(rows, 1):
            _require_narrow(file, row, number)
            yield number, [text_of(cell, point) for cell in row]
    except RembugError:
        raise
    except Exception as error:  # likewise: entities, cells beyond the last row, broken XML
        raise _no_workbook(file, error) from error


def _require_narrow(file: str, row: Sequence[object], number: int) -> None:
    """Raise Unreadable where a row has more columns than anybody fills in."""
    if len(row) > _BROADEST:
        told = Words(
            f"has more than {_BROADEST} columns; such a table has twenty at most",
            f"memiliki lebih dari {_BROADEST} kolom; tabel seperti ini paling banyak dua puluh",
        )
        raise Unreadable(file, told, number)


def _no_workbook(file: str, error: Exception) -> Unreadable:
    told = with_cause(
        "cannot be read as an XLSX workbook; open it and save it again",
        "tidak dapat dibaca sebagai buku kerja XLSX; buka lalu simpan ulang",
        error,
    )
    return Unreadable(file, told)


def _require_harmless(file: str, body: bytes) -> None:
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        entries = archive.infolist()
    total = sum(entry.file_size for entry in entries)
    bombs = any(
        entry.file_size > 1024**2 and entry.file_size > _RATIO * max(entry.compress_size, 1)
        for entry in entries
    )
    if total > _LARGEST or bombs:
        told = Words(
            f"unpacks from {len(body)} to {total} bytes, which no table does; copy its rows into "
            "a new workbook, or split it",
            f"mengembang dari {len(body)} menjadi {total} bita, tidak seperti tabel; salin "
            "barisnya ke buku kerja baru, atau pecah",
        )
        raise Unreadable(file, told)


def _merged(body: bytes, path: str) -> list[str]:
    found: list[str] = []
    with (
        zipfile.ZipFile(io.BytesIO(body)) as archive,
        archive.open(path.removeprefix("/")) as sheet,
    ):
        before = b""
        while chunk := sheet.read(1 << 20):
            window = before + chunk
            last = 0
            for match in _MERGED.finditer(window):
                found.append(match[1].decode())
                last = match.end()
            before = window[max(last, len(window) - 100) :]
    return found


def _padded(cell: Any, point: str) -> str:
    """A cell as it is shown, where its form fills it up with zeros: 00123."""
    text = _written(cell.value, point)
    if text.isdigit() and isinstance(cell.value, int | float):
        form = _ZEROS.fullmatch(cell.number_format)
        return text.zfill(len(form[0]) if form else 0)
    return text


def _written(cell: object, point: str) -> str:
    """A cell as a person would write it."""
    if cell is None:
        return ""
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat())[:10]
    if isinstance(cell, float) and isfinite(cell):
        if cell.is_integer():
            return str(int(cell))
        return unmistakable(format(Decimal(repr(cell)), "f").replace(".", point))
    return str(cell)
