"""JSON as a table: an array of objects, alone or in an object, as portals give their series out."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from rembug.errors import Unreadable, Words, with_cause
from rembug.sources.numbers import unmistakable
from rembug.sources.sheets import Sheet

_BROADEST: Final = 1000  # columns
_LONGEST: Final = 1000  # digits of a whole number
_BY_YEAR: Final = frozenset(("year", "value"))
_SPAN: Final = frozenset(("min", "max", "total"))


def sheet(file: str, body: bytes) -> Sheet:
    """Read an array of objects as the rows of a sheet, numbered from 1 below their titles.

    What is in an object in an object has both names; values by year (`[{"year": 2022, "value":
    5}]`) have a column each (`value 2022`), and from which to which year they are (`years`) is left
    out, which would be summed up as a figure. Other arrays stay JSON. Fractions are written with a
    comma, as in Indonesian tables.

    Args:
        file: its name, for errors.
        body: in UTF-8.

    Raises:
        Unreadable: it is no JSON, or has no array of objects.
    """
    text = ""

    def whole(digits: str) -> int:
        if len(digits) > _LONGEST:
            told = Words(
                f"has a number of {len(digits)} digits; {_LONGEST} is the most",
                f"memuat bilangan {len(digits)} angka; paling banyak {_LONGEST}",
            )
            raise Unreadable(file, told, text.count("\n", 0, text.find(digits)) + 1)
        return int(digits)

    try:
        text = body.decode("utf-8-sig")
        found = json.loads(text, parse_int=whole, parse_float=_fraction, parse_constant=str)
    except RecursionError as error:
        told = Words(
            "has arrays or objects in one another, too many deep; a table is an array of objects",
            "memuat larik atau objek yang bersarang terlalu dalam; tabel adalah larik objek",
        )
        raise Unreadable(file, told) from error
    except ValueError as error:
        told = with_cause("cannot be read as JSON", "tidak dapat dibaca sebagai JSON", error)
        raise Unreadable(file, told) from error
    arrays = found.values() if isinstance(found, dict) else [found]
    rows = next((one for one in arrays if _is_table(one)), None)
    if rows is None:
        told = Words(
            "has no array of objects, which would be the rows of a table",
            "tidak memuat larik objek, yaitu baris-baris tabel",
        )
        raise Unreadable(file, told)
    cells = [dict(_cells("", row)) for row in rows]
    titles = list(dict.fromkeys(title for row in cells for title in row))
    if len(titles) > _BROADEST:
        told = Words(
            f"has {len(titles)} columns; {_BROADEST} is the most",
            f"memuat {len(titles)} kolom; paling banyak {_BROADEST}",
        )
        raise Unreadable(file, told)

    def numbered() -> Iterator[tuple[int, list[str]]]:
        yield 0, titles
        for number, row in enumerate(cells, 1):
            yield number, [row.get(title, "") for title in titles]

    return Sheet("", numbered)


def _is_table(found: object) -> bool:
    return isinstance(found, list) and bool(found) and all(isinstance(row, dict) for row in found)


def _is_by_year(value: Any) -> bool:
    return _is_table(value) and all(one.keys() == _BY_YEAR for one in value)


def _cells(above: str, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    by_year = any(map(_is_by_year, row.values()))
    for name, value in row.items():
        title = f"{above} {name}".strip()
        if by_year and name == "years" and isinstance(value, dict) and value.keys() <= _SPAN:
            continue
        if isinstance(value, dict) and not above:
            yield from _cells(name, value)
        elif _is_by_year(value):
            for one in value:
                yield f"value {_text(one['year'])}", _text(one["value"])
        else:
            yield title, _text(value)


def _text(value: object) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _fraction(text: str) -> str:
    return text if "e" in text.lower() else unmistakable(text.replace(".", ","))
