"""What a program asks to have matched: the queries of a batch (Reconciliation Service API 0.2 §4).

A bad query is an error of its own: the others of its batch are answered.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rembug.errors import BadParameter, TooLarge, Words, with_cause

BATCH: Final = 1000
"""Queries that one request may bring."""
_LONGEST: Final = 1000  # characters of a name
_MOST_TYPES, _MOST_PROPERTIES, _MOST_VALUES = 20, 20, 20
_GREATEST: Final = 1e300
_LIMIT, _MOST_CANDIDATES = 10, 50
_KNOWN: Final = frozenset({"query", "type", "limit", "properties", "type_strict"})

Value = str | float | bool
"""A value that a program has: text, a number, yes or no; another thing is a `Reference`."""


@dataclass(frozen=True)
class Reference:
    """A value that was matched with a thing before."""

    iri: str


@dataclass(frozen=True)
class Property:
    """A property with the values that the thing sought may have of it."""

    iri: str
    values: tuple[Value | Reference, ...]


@dataclass(frozen=True)
class Question:
    """One thing that is sought.

    Attributes:
        text: its name; empty if it is sought by properties alone.
        types: identifiers of the classes that it may be of; none for any.
        strict: `any` of the types, `all` of them, or `should` where others come, too, but after.
        limit: how many candidates are wanted.
        properties: what else is known of it.
    """

    text: str
    types: tuple[str, ...] = ()
    strict: str = "any"
    limit: int = _LIMIT
    properties: tuple[Property, ...] = ()


def read_batch(text: str) -> Mapping[str, object]:
    """The queries of a batch by their keys, each still to be read.

    Raises:
        BadParameter: it is no JSON object.
        TooLarge: there are too many of them.
    """
    document = _parsed(text, "queries")
    if not isinstance(document, dict):
        raise BadParameter(
            Words(
                'queries is a JSON object such as {"q0": {"query": "Batik Ayu"}}, not '
                f"{type(document).__name__}",
                'queries berupa objek JSON seperti {"q0": {"query": "Batik Ayu"}}, bukan '
                f"{type(document).__name__}",
            )
        )
    if len(document) > BATCH:
        raise TooLarge(
            Words(
                f"a batch has at most {BATCH} queries, not {len(document)}",
                f"satu kelompok memuat paling banyak {BATCH} kueri, bukan {len(document)}",
            )
        )
    if not _is_text(list(document)):
        raise _no_text("queries")
    return document


def read_json(text: str, what: str) -> object:
    """What a parameter says in JSON; raises BadParameter with the line and column."""
    document = _parsed(text, what)
    if not _is_text(document):
        raise _no_text(what)
    return document


def _is_text(document: object) -> bool:
    """Whether all texts are such: half a pair of surrogates is none."""
    try:
        json.dumps(document, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        return False
    return True


def _no_text(what: str) -> BadParameter:
    return BadParameter(
        Words(
            f"{what} has half a character (a lone surrogate)",
            f"{what} memuat setengah karakter (surrogate tanpa pasangan)",
        )
    )


def _parsed(text: str, what: str) -> object:
    try:
        document: object = json.loads(text)
        return document
    except json.JSONDecodeError as error:
        line, column = error.lineno, error.colno
        raise BadParameter(
            with_cause(
                f"{what} is not JSON, at line {line}, column {column}",
                f"{what} bukan JSON yang benar, di baris {line}, kolom {column}",
                error.msg,
            )
        ) from error
    except (RecursionError, ValueError) as error:  # ValueError: a number of too many digits
        raise BadParameter(
            with_cause(
                f"{what} cannot be read as JSON",
                f"{what} tidak dapat dibaca sebagai JSON",
                error,
            )
        ) from error


def read_question(value: object) -> Question:
    """One query of a batch.

    Raises:
        BadParameter: it does not fit the schema of the API; says what and where.
    """
    if not isinstance(value, dict):
        raise BadParameter(Words("a query is a JSON object", "kueri berupa objek JSON"))
    if not _is_text(value):
        raise _no_text("query")
    if unknown := sorted(set(value) - _KNOWN):
        raise BadParameter(
            Words(
                f"a query has no {unknown[0]!r}; it has {', '.join(sorted(_KNOWN))}",
                f"kueri tidak memiliki {unknown[0]!r}; isinya {', '.join(sorted(_KNOWN))}",
            )
        )
    text = value.get("query", "")
    if not isinstance(text, str):
        raise BadParameter(Words("query is a text", "query berupa teks"))
    text = text.strip()
    if len(text) > _LONGEST:
        raise BadParameter(
            Words(
                f"query has at most {_LONGEST} characters, not {len(text)}",
                f"query paling panjang {_LONGEST} karakter, bukan {len(text)}",
            )
        )
    properties = tuple(map(_property, _list(value, "properties", _MOST_PROPERTIES)))
    if not text and not properties:
        raise BadParameter(
            Words(
                "a query has a query that is not empty, or properties",
                "kueri memerlukan query yang tidak kosong, atau properties",
            )
        )
    strict = value.get("type_strict", "any")
    if strict not in ("any", "all", "should"):
        raise BadParameter(
            Words("type_strict is any, all or should", "type_strict diisi any, all, atau should")
        )
    types = value.get("type", [])
    types = [types] if isinstance(types, str) else types
    if not isinstance(types, list) or not all(isinstance(one, str) for one in types):
        raise BadParameter(
            Words(
                "type is the identifier of a type, or a list of them",
                "type berupa pengenal jenis, atau daftar pengenal",
            )
        )
    if len(types) > _MOST_TYPES:
        raise BadParameter(
            Words(
                f"type has at most {_MOST_TYPES} identifiers",
                f"type memuat paling banyak {_MOST_TYPES} pengenal",
            )
        )
    return Question(text, tuple(filter(None, types)), strict, _limit(value), properties)


def _limit(value: Mapping[str, object]) -> int:
    limit = value.get("limit", _LIMIT)
    number = isinstance(limit, int | float) and not isinstance(limit, bool)
    if not number or limit != limit or limit < 1 or limit % 1:  # type: ignore[operator]
        raise BadParameter(
            Words(
                "limit is a whole number of at least 1",
                "limit berupa bilangan bulat, paling kecil 1",
            )
        )
    return int(min(limit, _MOST_CANDIDATES))  # type: ignore[call-overload]


def _list(value: Mapping[str, object], key: str, most: int) -> list[object]:
    found = value.get(key, [])
    if not isinstance(found, list):
        raise BadParameter(Words(f"{key} is a list", f"{key} berupa daftar"))
    if len(found) > most:
        raise BadParameter(
            Words(f"{key} has at most {most} entries", f"{key} memuat paling banyak {most} isian")
        )
    return found


def _property(value: object) -> Property:
    if not isinstance(value, dict) or not isinstance(value.get("pid"), str) or "v" not in value:
        raise BadParameter(
            Words(
                "a property has a pid, which is a text, and a v",
                "properti memiliki pid berupa teks, dan v",
            )
        )
    given = value["v"]
    values = given if isinstance(given, list) else [given]
    if len(values) > _MOST_VALUES:
        raise BadParameter(
            Words(
                f"v has at most {_MOST_VALUES} values",
                f"v memuat paling banyak {_MOST_VALUES} nilai",
            )
        )
    return Property(value["pid"], tuple(map(_value, values)))


def _value(value: object) -> Value | Reference:
    if isinstance(value, dict) and isinstance(value.get("id"), str):
        return Reference(value["id"])
    if isinstance(value, str) and len(value) <= _LONGEST:
        return value.strip()
    if isinstance(value, bool | int | float) and -_GREATEST < value < _GREATEST:
        return value
    raise BadParameter(
        Words(
            "v is a text, a number, true or false, or an object with an id",
            "v berupa teks, bilangan, true atau false, atau objek yang memiliki id",
        )
    )
