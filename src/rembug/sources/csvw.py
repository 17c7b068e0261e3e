"""Any table, by a mapping that says what its columns mean: CSV on the Web (W3C, 2015).

The mapping is a metadata document as the standard has it (`aboutUrl`, `propertyUrl`, `valueUrl`,
`datatype`, `lang`, `null`, `separator`, virtual columns), so that other tools read it too. Stricter
than the standard: a column says what property it is or is suppressed, and nothing is fetched. It is
read in a process apart (`sources.apart`): a mapping's patterns may be anything.
"""

import json
import re
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache, cached_property, lru_cache
from pathlib import Path
from typing import Any, Final
from urllib.parse import urljoin

from csvw.metadata import Column, Table, URITemplate
from rdflib import XSD, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.errors import Unreadable, Words, with_cause
from rembug.sources import heads, sheets
from rembug.sources.coded import Note
from rembug.sources.model import Row

_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")
_PLAIN: Final = frozenset({"string", "any", "anyAtomicType", "html", "xml", "json"})
_DATATYPES: Final = {"number": "double", "binary": "base64Binary", "datetime": "dateTime"}
_LINKS: Final = ("aboutUrl", "propertyUrl", "valueUrl")
_VARIABLE: Final = re.compile(r"\{[+#./;?&]?([^{}]*)\}")


def read(
    file: str, body: bytes, mapping: str, said: bytes, study: str
) -> tuple[list[Note], Iterator[Row]]:
    """Open a table to be read as its mapping says.

    Relative URLs that templates give are those of things in the study, `actor/x` for one; prefixes
    such as `cg:` stand for what they do everywhere in Rembug.

    Args:
        file: the table's name: CSV or XLSX (its first sheet), the names or titles of its columns in
            the first row.
        body: its content.
        mapping: the mapping's name.
        said: its content: CSVW metadata of one table, in JSON.
        study: slug of the study.

    Returns:
        What is told of columns that are left out, and the rows.

    Raises:
        Unreadable: the mapping or the table is not what it should be; names row and column. Of a
            row when it is asked for.
    """
    table = _table(mapping, said)
    (first, *_), _ = sheets.read(Path(file), body)
    heads.require_unmerged(file, first, 1)
    rows = first.rows()
    head = next(rows, None)
    if head is None:
        raise Unreadable(file, Words("is empty", "kosong"))
    reading = _Reading(file, mapping, study, table, head[1])
    return reading.left_out(), (
        (number, list(reading.triples(number, cells)))
        for number, cells in rows
        if any(cell.strip() for cell in cells)
    )


def _table(mapping: str, said: bytes) -> Table:
    try:
        document = json.loads(said)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", None)
        raise Unreadable(mapping, with_cause("is not JSON", "bukan JSON", error), line) from error
    if isinstance(document, dict) and isinstance(document.get("tables"), list):
        if len(document["tables"]) != 1:
            raise Unreadable(
                mapping,
                Words(
                    "describes several tables; one mapping is for one",
                    "menjelaskan beberapa tabel; satu pemetaan untuk satu tabel",
                ),
            )
        (document,) = document["tables"]
    if not isinstance(document, dict) or not isinstance(document.get("tableSchema"), dict):
        raise Unreadable(
            mapping,
            Words(
                "has no tableSchema written out; CSV on the Web says what goes there",
                "tidak memiliki tableSchema; lihat CSV on the Web untuk isinya",
            ),
        )
    # What may be elsewhere is not fetched, and how the file is written is found out from it.
    left = ("dialect", "transformations", "@context")
    kept = {name: value for name, value in document.items() if name not in left}
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return Table.fromvalue({"url": "table.csv", **kept})
        except Exception as error:  # whatever a description makes the library raise
            raise Unreadable(
                mapping,
                with_cause(
                    "is not a description of a table", "bukan keterangan sebuah tabel", error
                ),
            ) from error


@dataclass(frozen=True)
class _Reading:
    """A table's columns, found in a file.

    Attributes:
        file: the file's name.
        mapping: the mapping's.
        study: slug of the study.
        table: what the mapping says.
        head: the first row.
    """

    file: str
    mapping: str
    study: str
    table: Table
    head: list[str]

    def __post_init__(self) -> None:
        for column in self.table.tableSchema.columns:
            if not column.suppressOutput and column.inherit("propertyUrl") is None:
                raise Unreadable(
                    self.mapping,
                    Words(
                        f"the column “{column.header}” has no propertyUrl; add it, or "
                        "suppressOutput",
                        f"kolom “{column.header}” tidak memiliki propertyUrl; tambahkan, atau "
                        "suppressOutput",
                    ),
                )
            if not column.suppressOutput and column.inherit("aboutUrl") is None:
                raise Unreadable(
                    self.mapping,
                    Words(
                        f"the column “{column.header}” has no aboutUrl, nor has its table: what is "
                        "its value said of?",
                        f"kolom “{column.header}” tidak memiliki aboutUrl, begitu pula tabelnya: "
                        "nilainya tentang apa?",
                    ),
                )
            for link in _LINKS:
                self._check_template(column, link)
        lacking = [c.header for c in self._own if c.required and c not in self._places.values()]
        if lacking:
            raise Unreadable(
                self.file,
                Words(
                    f"lacks the column {', '.join(lacking)}",
                    f"tidak memiliki kolom {', '.join(lacking)}",
                ),
                1,
            )
        known = self._places
        for place, name in enumerate(self.head):
            if name.strip() and place not in known:
                raise Unreadable(
                    self.file,
                    Words(
                        f"has a column “{name}” that {self.mapping} does not know; add it there, "
                        "with "
                        "suppressOutput if it is to be left out",
                        f"memiliki kolom “{name}” yang tidak dikenal {self.mapping}; tambahkan di "
                        "sana, dengan suppressOutput bila tidak perlu dibaca",
                    ),
                    1,
                )

    @cached_property
    def _own(self) -> list[Column]:
        return [column for column in self.table.tableSchema.columns if not column.virtual]

    @cached_property
    def _places(self) -> dict[int, Column]:
        """Which column stands where, by its name or one of its titles."""
        found = {}
        for place, name in enumerate(self.head):
            for column in self._own:
                if column.has_title(name.strip()):
                    found[place] = column
        return found

    def _check_template(self, column: Column, link: str) -> None:
        template = column.inherit(link)
        if template is None:
            return
        known = {c.name for c in self._own} | {"_row", "_sourceRow", "_name"}
        for name in sorted(_variables(template.uri) - known):
            raise Unreadable(
                self.mapping,
                Words(
                    f"{link} of “{column.header}” names {{{name}}}, and no column is named so",
                    f"{link} dari “{column.header}” menyebut {{{name}}}, padahal tidak ada kolom "
                    "itu",
                ),
            )

    def left_out(self) -> list[Note]:
        """What is told of columns that the mapping leaves out; the file says more than its graph.

        A column whose value another's template takes is not left out.
        """
        columns = self.table.tableSchema.columns
        links = [c.inherit(link) for c in columns if not c.suppressOutput for link in _LINKS]
        used = {name for uri in links if uri is not None for name in _variables(uri.uri)}
        return [
            Note(
                f"{self.file}: the column “{column.header}” is left out, as {self.mapping} says",
                f"{self.file}: kolom “{column.header}” dilewati, sesuai {self.mapping}",
            )
            for column in self._places.values()
            if column.suppressOutput and column.name not in used
        ]

    def triples(self, number: int, cells: list[str]) -> Iterator[tuple[URIRef, URIRef, Node]]:
        """What a row says."""
        values, texts = {}, {}
        for place, column in self._places.items():
            text = cells[place].strip() if place < len(cells) else ""
            try:
                values[column.header] = column.read(text)
            except ValueError as error:
                told = with_cause(
                    f"“{text}” is not what its mapping says",
                    f"“{text}” tidak sesuai dengan pemetaannya",
                    error,
                )
                if not text:
                    told = Words(
                        "is empty, and its mapping requires a value",
                        "kosong, padahal pemetaannya mewajibkan nilai",
                    )
                raise self._wrong(number, column, *told) from error
            if values[column.header] is not None:
                texts[column.name] = text
        for column in self.table.tableSchema.columns:
            if column.suppressOutput:
                continue
            value = values.get(column.header)
            if not column.virtual and value in (None, "", []):
                continue
            context = {**texts, "_row": number - 1, "_sourceRow": number, "_name": column.name}
            subject = self._expanded(number, column, "aboutUrl", context)
            predicate = self._expanded(number, column, "propertyUrl", context)
            assert subject is not None
            assert predicate is not None
            for node in self._nodes(number, column, value, context):
                yield subject, predicate, node

    def _nodes(
        self, number: int, column: Column, value: Any, context: Mapping[str, Any]
    ) -> Iterator[Node]:
        several = value if isinstance(value, list) else [value]
        template = column.inherit("valueUrl")
        for one in several:
            if template is not None:
                # Of a list each part stands for the cell in its turn.
                own = {**context, column.name: str(one)} if isinstance(value, list) else context
                if (node := self._expanded(number, column, "valueUrl", own)) is not None:
                    yield node
            elif one is not None:
                yield _literal(column, one)

    def _expanded(
        self, number: int, column: Column, link: str, context: Mapping[str, Any]
    ) -> URIRef | None:
        """A template with a row's values in it; None where one it needs is empty."""
        template = column.inherit(link)
        names = _variables(template.uri)
        lacking = names - context.keys()
        if link == "valueUrl" and lacking:
            return None
        given = tuple((name, context[name]) for name in names - lacking)
        here = f"{terms.ID}{self.study}/"
        iri = _expanded(template.uri, given, here)
        if lacking or iri == here or not _IRI.fullmatch(iri):
            raise self._wrong(
                number,
                column,
                f"{link} gives “{iri}”, which names nothing",
                f"{link} menghasilkan “{iri}”, yang tidak menyebut apa pun",
            )
        return URIRef(iri)

    def _wrong(self, number: int, column: Column, en: str, id_: str) -> Unreadable:
        told = Words(f"{column.header}: {en}", f"{column.header}: {id_}")
        return Unreadable(self.file, told, number)


@cache
def _variables(template: str) -> frozenset[str]:
    """The names in a URI template (RFC 6570)."""
    found = (part for group in _VARIABLE.findall(template) for part in group.split(","))
    return frozenset(re.sub(r"(?::\d+|\*)$", "", name) for name in found)


@lru_cache(1000)  # the columns of a row are about one thing, and many templates have no variable
def _expanded(template: str, given: tuple[tuple[str, Any], ...], here: str) -> str:
    """What a template gives with some values, in full."""
    iri: str = URITemplate(template).expand(dict(given))
    prefix, colon, rest = iri.partition(":")
    if colon and prefix in terms.PREFIXES and not rest.startswith("//"):
        return terms.PREFIXES[prefix] + rest
    return urljoin(here, iri)


def _language(column: Column) -> str | None:
    """Of a column's text, or of its table's; the library lets this one not be inherited."""
    schema = column._parent
    around = (column, schema, getattr(schema, "_parent", None))
    found = (getattr(part, "lang", None) for part in around)
    return next((language for language in found if language not in (None, "und")), None)


def _literal(column: Column, value: object) -> Literal:
    datatype = column.inherit("datatype")
    base = datatype.base if datatype is not None else "string"
    if base in _PLAIN:
        return Literal(str(value), lang=_language(column))
    match value:
        case bool():
            text = str(value).lower()
        case datetime() if base == "date":
            text = value.date().isoformat()
        case datetime() | date():
            text = value.isoformat()
        case Decimal():
            text = format(value, "f")
        case _:
            text = str(value)
    return Literal(text, datatype=XSD[_DATATYPES.get(base, base)], normalize=False)
