"""Which literals mean something, and whether a datatype has their value (XSD 1.1 Part 2 §3).

rdflib keeps what it cannot read as it is, and takes some of what is no value for one, so the
lexical spaces are written down here.
"""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Final

from rdflib import OWL, RDF, RDFS, XSD, Literal, URIRef

_ZONE: Final = r"(Z|[+-]((0\d|1[0-3]):[0-5]\d|14:00))?"
_YEAR: Final = r"-?([1-9]\d{3,8}|0\d{3})"  # longer ones the engine does not compare (§5.4)
_MONTH: Final = r"(0[1-9]|1[0-2])"
_DAY: Final = r"(0[1-9]|[12]\d|3[01])"
_TIME: Final = r"(([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?|24:00:00(\.0+)?)"
_DECIMAL: Final = r"[+-]?(\d+(\.\d*)?|\.\d+)"
_FLOAT: Final = rf"{_DECIMAL}([eE][+-]?\d+)?|[+-]?INF|NaN"
_DAYS: Final = r"(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
_NAME_START: Final = (  # XML 1.1 §2.3
    r"A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d"
    r"\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_NAME_REST: Final = _NAME_START + r".0-9\u00b7\u0300-\u036f\u203f-\u2040-"
_LEXICAL: Final[Mapping[URIRef, str]] = {
    XSD.boolean: "true|false|1|0",
    XSD.decimal: _DECIMAL,
    XSD.float: _FLOAT,
    XSD.double: _FLOAT,
    XSD.date: f"{_YEAR}-{_MONTH}-{_DAY}{_ZONE}",
    XSD.dateTime: f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE}",
    XSD.dateTimeStamp: f"{_YEAR}-{_MONTH}-{_DAY}T{_TIME}{_ZONE[:-1]}",
    XSD.time: _TIME + _ZONE,
    XSD.gYear: _YEAR + _ZONE,
    XSD.gYearMonth: f"{_YEAR}-{_MONTH}{_ZONE}",
    XSD.gMonth: f"--{_MONTH}{_ZONE}",
    XSD.gDay: f"---{_DAY}{_ZONE}",
    XSD.gMonthDay: f"--{_MONTH}-{_DAY}{_ZONE}",
    XSD.duration: rf"-?P(?=.)(\d+Y)?(\d+M)?{_DAYS}",
    XSD.dayTimeDuration: rf"-?P(?=.){_DAYS}",
    XSD.yearMonthDuration: r"-?P(?=.)(\d+Y)?(\d+M)?",
    XSD.hexBinary: "([0-9a-fA-F]{2})*",
    XSD.base64Binary: r"([A-Za-z0-9+/]\s?)*(=\s?){0,2}",
    XSD.language: "[a-zA-Z]{1,8}(-[a-zA-Z0-9]{1,8})*",
    XSD.normalizedString: r"[^\t\n\r]*",
    XSD.token: r"([^\s]+( [^\s]+)*)?",
    XSD.Name: f"[:{_NAME_START}][:{_NAME_REST}]*",
    XSD.NCName: f"[{_NAME_START}][{_NAME_REST}]*",
    XSD.NMTOKEN: f"[:{_NAME_REST}]+",
    OWL.real: "(?!)",  # nothing is written as one (OWL 2 Syntax §4.1)
    OWL.rational: r"[+-]?\d+ */ *0*[1-9]\d*",
    RDF.langString: "(?!)",  # a text has its language by a tag, never by the name of this datatype
}
INTEGERS: Final[Mapping[URIRef, tuple[int | None, int | None]]] = {
    XSD.integer: (None, None),
    XSD.nonNegativeInteger: (0, None),
    XSD.positiveInteger: (1, None),
    XSD.nonPositiveInteger: (None, 0),
    XSD.negativeInteger: (None, -1),
    XSD.long: (-(2**63), 2**63 - 1),
    XSD.int: (-(2**31), 2**31 - 1),
    XSD.short: (-(2**15), 2**15 - 1),
    XSD.byte: (-(2**7), 2**7 - 1),
    XSD.unsignedLong: (0, 2**64 - 1),
    XSD.unsignedInt: (0, 2**32 - 1),
    XSD.unsignedShort: (0, 2**16 - 1),
    XSD.unsignedByte: (0, 2**8 - 1),
}
"""The integers between two bounds."""
# Of which more is taken than these: their values are among those of the others.
_WITHIN: Final[Mapping[URIRef, URIRef]] = {
    XSD.normalizedString: XSD.string,
    XSD.token: XSD.string,
    XSD.language: XSD.string,
    XSD.Name: XSD.string,
    XSD.NCName: XSD.string,
    XSD.NMTOKEN: XSD.string,
    XSD.dateTimeStamp: XSD.dateTime,
    XSD.dayTimeDuration: XSD.duration,
    XSD.yearMonthDuration: XSD.duration,
}
_DAYS_TOLD: Final = re.compile(r"-?(\d{4,})-(\d\d)-(\d\d)")
_WITH_DAYS: Final = frozenset({XSD.date, XSD.dateTime, XSD.dateTimeStamp})
_PATTERNS: Final = {kind: re.compile(pattern) for kind, pattern in _LEXICAL.items()}
_WHOLE: Final = re.compile(r"[+-]?\d+")
_MOST_DIGITS: Final = 4_000  # Python turns no longer text into a number
_ANYTHING: Final = frozenset({RDFS.Literal, RDFS.Resource})
_OF_ANY_TEXT: Final = frozenset({XSD.string, XSD.anyURI})

EXAMPLES: Final[Mapping[URIRef, str]] = {
    XSD.boolean: "true",
    XSD.date: "2021-05-31",
    XSD.dateTime: "2021-05-31T09:00:00Z",
    XSD.decimal: "12.5",
    XSD.gYear: "2021",
    XSD.gYearMonth: "2021-05",
    XSD.integer: "12",
}
"""A literal of some datatypes, to show how one is written."""


def datatype_of(literal: Literal) -> URIRef:
    """The datatype of a literal, also of one that is written without (RDF 1.1 Concepts §3.3)."""
    if literal.language:
        return RDF.langString
    return literal.datatype or XSD.string


def is_ill_typed(literal: Literal) -> bool:
    """Whether a literal has no value, since its datatype has none that is written so.

    What is of an unknown datatype may mean anything, and is not ill-typed.
    """
    if literal.language:
        return False
    text, kind = str(literal), datatype_of(literal)
    if kind in INTEGERS:
        return not _WHOLE.fullmatch(text) or not _between(text, *INTEGERS[kind])
    if (pattern := _PATTERNS.get(kind)) is None:
        return False
    return not pattern.fullmatch(text) or (kind in _WITH_DAYS and not _is_day(text))


def has_value(datatype: URIRef, literal: Literal) -> bool:
    """Whether the value of a literal is one of a datatype's.

    Of a datatype that is unknown nothing is told: what is written as one is of that one alone, and
    what is asked to be one may be.
    """
    kind = datatype_of(literal)
    if datatype in _ANYTHING or kind == datatype or not is_known(datatype):
        return True
    if not is_known(kind):
        return False
    if datatype == XSD.decimal or datatype in INTEGERS:
        return (kind == XSD.decimal or kind in INTEGERS) and _is_number(datatype, str(literal))
    return datatype in _above(kind)


def is_known(kind: URIRef) -> bool:
    """Whether a datatype is one whose values are known here."""
    return kind in _LEXICAL or kind in INTEGERS or kind in _OF_ANY_TEXT


def _is_number(datatype: URIRef, text: str) -> bool:
    if datatype == XSD.decimal or not re.fullmatch(_DECIMAL, text) or len(text) > _MOST_DIGITS:
        return True
    number = Decimal(text)
    if number != number.to_integral_value():
        return False
    return _between(str(int(number)), *INTEGERS[datatype])


def _between(text: str, least: int | None, most: int | None) -> bool:
    if len(text) > _MOST_DIGITS:
        return most is None if not text.startswith("-") else least is None
    number = int(text)
    return (least is None or number >= least) and (most is None or number <= most)


def _is_day(text: str) -> bool:
    """Whether the month of a date has that day; the calendar repeats every 400 years."""
    found = _DAYS_TOLD.match(text)
    assert found is not None
    try:
        date(int(found[1][-4:]) % 400 + 400, int(found[2]), int(found[3]))
    except ValueError:
        return False
    return True


def _above(kind: URIRef) -> frozenset[URIRef]:
    found = {kind}
    while (kind := _WITHIN.get(kind, kind)) not in found:
        found.add(kind)
    return frozenset(found)
