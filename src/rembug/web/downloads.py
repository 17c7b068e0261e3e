"""A list as a file: CSV, XLSX or JSON of all its rows, in the page's language."""

import csv
import io
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple, Protocol

from flask import Response, g

from rembug.sources.cells import guarded
from rembug.web.negotiation import TABLES
from rembug.web.words import translate

JSON: Final = "application/json"
CSV, XLSX = TABLES
# What a worksheet takes: a cell's characters, and none that XML 1.0 has no way to write.
_LONGEST: Final = 32_000
_NO_XML: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))


class Cell(NamedTuple):
    """One of the values that a column says of a thing.

    Attributes:
        text: what people read.
        language: of the text, where it is another than the page's.
        iri: of the value, if it has one.
        link: where the value is shown.
    """

    text: str
    language: str = ""
    iri: str = ""
    link: str = ""


class Thing(Protocol):
    """A row of a list."""

    @property
    def iri(self) -> str:
        """Its own IRI."""

    @property
    def title(self) -> tuple[str, str]:
        """Its name and the name's language."""

    @property
    def cells(self) -> Mapping[str, Sequence[Cell]]:
        """What each column says."""

    @property
    def synthetic(self) -> bool:
        """Whether it is made up."""


class Column(NamedTuple):
    """A column of a list: its name, what people call it, and whether it holds numbers."""

    name: str
    head: str
    number: bool


def written(
    media_type: str, kind: str, version: int, columns: Sequence[Column], rows: Iterable[Thing]
) -> Response:
    """A list as a file that a browser saves under the list's name."""
    if media_type == JSON:
        body, ending = _json(version, columns, rows), "json"
    elif media_type == CSV:
        body, ending = _csv(columns, rows), "csv"
    else:
        body, ending = _xlsx(columns, rows), "xlsx"
    charset = "; charset=utf-8" if media_type == CSV else ""
    response = Response(body, content_type=media_type + charset)
    response.headers["Content-Disposition"] = f'attachment; filename="{kind}.{ending}"'
    response.headers["Rembug-Version"] = str(version)
    response.content_language.add(g.lang)
    return response


def _json(version: int, columns: Sequence[Column], rows: Iterable[Thing]) -> bytes:
    items = [
        {
            "iri": row.iri,
            "name": row.title[0],
            "language": row.title[1],
            "synthetic": row.synthetic,
            **{column.name: _found(row, column) for column in columns},
        }
        for row in rows
    ]
    document = {"version": version, "total": len(items), "items": items}
    return json.dumps(document, ensure_ascii=False).encode()


def _found(row: Thing, column: Column) -> object:
    cells = row.cells[column.name]
    if column.number:
        return int(cells[0].text)
    return [{"iri": cell.iri, "name": cell.text} if cell.iri else cell.text for cell in cells]


def _csv(columns: Sequence[Column], rows: Iterable[Thing]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_head(columns))
    writer.writerows([guarded(cell) for cell in line] for line in _lines(columns, rows))
    return out.getvalue().encode()


def _xlsx(columns: Sequence[Column], rows: Iterable[Thing]) -> bytes:
    from openpyxl import Workbook  # slow to load, and rarely needed
    from openpyxl.cell import WriteOnlyCell

    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(_head(columns))
    numbers = [False, *(column.number for column in columns), False, False]

    def cell(text: str) -> object:
        """A text that a worksheet takes, and never for a formula."""
        fit = text.translate(_NO_XML)[:_LONGEST]
        if not fit.startswith("="):
            return fit
        one = WriteOnlyCell(sheet)
        one.value, one.data_type = fit, "s"
        return one

    for line in _lines(columns, rows):
        cells = zip(line, numbers, strict=True)
        sheet.append([int(text) if number else cell(text) for text, number in cells])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _head(columns: Sequence[Column]) -> list[str]:
    ends = translate("list.name"), translate("list.iri"), translate("thing.synthetic")
    return [ends[0], *(column.head for column in columns), ends[2], ends[1]]


def _lines(columns: Sequence[Column], rows: Iterable[Thing]) -> Iterator[list[str]]:
    for row in rows:
        found = (row.cells[column.name] for column in columns)
        cells = ["; ".join(cell.text for cell in several) for several in found]
        yield [row.title[0], *cells, translate(f"value.{str(row.synthetic).lower()}"), row.iri]
