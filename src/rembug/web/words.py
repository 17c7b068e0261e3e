"""The texts of pages in the caller's language, and values as people write them."""

import re
import tomllib
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal, InvalidOperation
from functools import cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_percent
from flask import g

from rembug import terms
from rembug.graph import (
    Term,
)

_NO_XML: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF))


_DAY: Final = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_LARGE: Final = 10_000
_STATED: Final = 4  # digits behind the point that people write
_CLOCK: Final = ZoneInfo("Asia/Jakarta")


@cache
def strings() -> Mapping[str, Mapping[str, str]]:
    """Every string of the pages, by key and language."""
    file = Path(__file__).with_name("translations.toml")
    sections = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        f"{section}.{key}": text for section, keys in sections.items() for key, text in keys.items()
    }


def translate(key: str, **values: object) -> str:
    """A string of the pages in the caller's language, with values in its {places}."""
    text = strings()[key][g.lang]
    return text.format(**values) if values else text


def name(kind: str, of: str) -> str:
    """The name of something outside the graph, such as a column; its own text when it has none."""
    found = strings().get(f"{kind}.{of}")
    if found:
        return found[g.lang]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", of).lower() if kind == "column" else of


def shown(term: Term) -> str:
    """A literal as people write it in the page's language."""
    datatype = (term.datatype or "").removeprefix("http://www.w3.org/2001/XMLSchema#")
    match datatype:
        case "boolean":
            return translate(f"value.{term.value}")
        case "decimal" | "double" | "float" | "integer":
            return _figure(term.value)
        case "dateTime" | "date" | "gYearMonth":
            return moment(term.value)
        case _:
            return term.value


def _figure(text: str) -> str:
    """A number in groups from five digits on, so that no year is; rounded where it has more than
    four digits behind the point, which a longitude such as 111.42 has not."""
    try:
        value = Decimal(text)
    except InvalidOperation:
        return text  # INF and NaN are none
    if not value.is_finite():
        return text
    if abs(value) < 10 and len(f"{value:f}".partition(".")[2].rstrip("0")) > _STATED:
        return number(f"{value:.4g}")
    value = round(value, _STATED).normalize() if abs(value) < _LARGE else value
    whole = value == value.to_integral_value()
    return number(f"{value:.0f}" if whole else f"{value:f}")


def percent(term: Term) -> str:
    """A part of 1 as per cent; with a digit more where it would be called none or all.

    What is no number stays as it is.
    """
    try:
        value = Decimal(term.value)
    except InvalidOperation:
        return term.value
    if not value.is_finite():
        return term.value
    plain = Decimal("0.01") <= value <= Decimal("0.99") or value in (0, 1)
    return str(format_percent(value, "#,##0%" if plain else "#,##0.##%", locale=g.lang))


def moment(text: str, month: str = "MMMM") -> str:
    """A date, a month or a point of time as people write it, the last by the clock of Jakarta.

    Args:
        text: of XML Schema; any other stays as it is.
        month: how a month is written, in the letters of CLDR.
    """
    try:
        if re.fullmatch(r"\d{4}-\d\d", text, re.ASCII):
            when = datetime.strptime(text, "%Y-%m")
            return str(format_datetime(when, f"{month} y", locale=g.lang))
        when = datetime.fromisoformat(text)
    except ValueError:
        return text  # such as a year beyond those of the calendar
    day = f"d {month} y"
    if "T" in text:
        day += ", HH.mm" if g.lang == "id" else ", HH:mm"
        if when.tzinfo is not None:
            when, day = when.astimezone(_CLOCK), f"{day} 'WIB'"
    return str(format_datetime(when, day, locale=g.lang))


def word(term: Term) -> str | None:
    """The name of a word that a query answers with, such as “unstated”; a date as people write it;
    of a text in both languages, English before Indonesian with a bar between them, its own half."""
    if term.kind != "literal" or term.language or term.datatype:
        return None
    if _DAY.fullmatch(term.value):
        return moment(term.value)
    if " | " in term.value:  # as links say why they were found
        side = 0 if g.lang == "en" else -1
        return "; ".join(part.split(" | ")[side] for part in term.value.split("; "))
    return name("value", term.value)


def is_code(term: Term) -> bool:
    """Whether a term is a word that queries answer with, which has a name in each language."""
    plain = term.kind == "literal" and not term.language and not term.datatype
    return plain and (" | " in term.value or f"value.{term.value}" in strings())


def xml(text: str) -> str:
    """A text without the characters that no XML document can have (XML 1.0 §2.2)."""
    return text.translate(_NO_XML)


def tally(count: int) -> str:
    """How many there are, as people write it."""
    return _figure(str(count))


def number(text: str) -> str:
    """A number as people write it in the page's language; from five digits on in groups."""
    whole, dot, part = text.partition(".")
    if whole.lstrip("-").isdecimal() and len(whole.lstrip("-")) > 4:
        whole = f"{int(whole):,}"
    written = whole + dot + part
    return written.translate(str.maketrans(",.", ".,")) if g.lang == "id" else written


def curie(iri: object) -> str:
    """A short form of an IRI, for people."""
    return terms.curie(str(iri))
