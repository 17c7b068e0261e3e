"""Numbers, dates and choices as people write them in a cell, in Indonesian and in English."""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Final

from rdflib import XSD, Literal

from rembug.errors import Unreadable

_MONTHS: Final = {
    name: number
    for names in (
        "januari februari maret april mei juni juli agustus september oktober november desember",
        "january february march april may june july august september october november december",
        "jan feb mar apr mei jun jul agu sep okt nov des",
        "jan feb mar apr may jun jul aug sep oct nov dec",
    )
    for number, name in enumerate(names.split(), 1)
}
_POINTS: Final = re.compile(r"-?\d{1,3}(?:\.\d{3})+(?:,\d+)?")  # 1.250,5
_COMMAS: Final = re.compile(r"-?\d{1,3}(?:,\d{3})+(?:\.\d+)?")  # 1,250.5
_PLAIN: Final = re.compile(r"-?\d+(?:[.,]\d+)?")


# A spreadsheet runs a cell that begins like this as a formula (OWASP, CSV Injection).
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "'")


def guarded(text: str) -> str:
    """A cell that a spreadsheet takes for text, whatever it begins with."""
    return "'" + text if text.startswith(_DANGEROUS) else text


def unguarded(cell: str) -> str:
    """The text of a cell that `guarded` wrote."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_DANGEROUS) else cell


def records(path: Path, columns: Iterable[str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of a table that Rembug wrote and a person filled in: the line, and cells by column.

    Raises:
        Unreadable: it is not UTF-8, or lacks one of the columns.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise Unreadable(path.name, f"cannot be read as UTF-8: {error}") from error
    head = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count))
    if missing := [c for c in columns if c not in (table.fieldnames or ())]:
        raise Unreadable(path.name, f"lacks the column {', '.join(missing)}", 1)
    for row in table:
        yield table.line_num, {name: row[name] or "" for name in row if name is not None}


def number(text: str, language: str) -> Literal:
    """A number; where a mark could be either, the table's language decides.

    Raises:
        ValueError: it is none; says what one is like.
    """
    written = text.replace("\u00a0", "").replace(" ", "")
    points, commas = bool(_POINTS.fullmatch(written)), bool(_COMMAS.fullmatch(written))
    if points and (language == "id" or "," in written or written.count(".") > 1):
        plain = written.replace(".", "").replace(",", ".")
    elif commas and (language == "en" or "." in written or written.count(",") > 1):
        plain = written.replace(",", "")
    elif _PLAIN.fullmatch(written):
        plain = written.replace(",", ".")
    else:
        raise ValueError(f"“{text}” is no number; write one like 1.250,5 or 1250.5")
    value = Decimal(plain)
    return Literal(int(value)) if "." not in plain else Literal(value)


def day(text: str) -> Literal:
    """A year, a month or a day: 2021, Agustus 2021, 17 Agustus 2021, 17/08/2021, 2021-08-17.

    Raises:
        ValueError: it is none; says what one is like.
    """
    words = text.strip().replace(",", " ").casefold().split()
    numbers = [word for word in words if word.isdigit()]
    months = [_MONTHS[word.rstrip(".")] for word in words if word.rstrip(".") in _MONTHS]
    try:
        if len(months) == 1 and len(words) == len(numbers) + 1:
            month = months[0]
            if len(numbers) == 1 and len(numbers[0]) == 4:
                return Literal(f"{numbers[0]}-{month:02}", datatype=XSD.gYearMonth)
            if len(numbers) == 2:
                first, year = sorted(numbers, key=len)
                return _date(int(year), month, int(first))
        joined = "".join(words)
        if re.fullmatch(r"\d{4}", joined):
            return Literal(joined, datatype=XSD.gYear)
        if re.fullmatch(r"\d{4}-\d{2}", joined):
            date.fromisoformat(joined + "-01")
            return Literal(joined, datatype=XSD.gYearMonth)
        if re.fullmatch(r"\d{4}-\d{2}-\d{2}", joined):
            return Literal(date.fromisoformat(joined).isoformat(), datatype=XSD.date)
        if found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", joined):
            return _date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        pass
    raise ValueError(f"“{text}” is no date; write one like 2021, Agustus 2021 or 17 Agustus 2021")


def _date(year: int, month: int, number: int) -> Literal:
    return Literal(date(year, month, number).isoformat(), datatype=XSD.date)
