"""What of a statement names somebody to whoever reads it: text, the digits of a number, an IRI.

An IRI names somebody by its scheme (RFC 6068 `mailto:`, RFC 3966 `tel:`), by what stands in it, or,
where it is of a person (an informant, a coder, an interview), by the words of its last part.
"""

import html
import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple
from urllib.parse import unquote

from rdflib import RDF, XSD, Graph, URIRef
from rdflib import Literal as RdfLiteral
from rdflib.term import Node

from rembug import terms
from rembug.graph import Triple
from rembug.terms import CG

Part = Literal["text", "words", "number", "address"]
"""Text as somebody wrote it; words of another form; the digits of a number; an IRI."""

PLAIN: Final = frozenset({None, XSD.string, RDF.langString})
"""Datatypes of text in which some words can be put in place of others."""

_MARKED_UP: Final = frozenset({RDF.HTML, RDF.XMLLiteral})
_NUMBERS: Final = frozenset(
    XSD[name]
    for name in (
        *("integer", "decimal", "long", "int", "unsignedLong", "unsignedInt", "double", "float"),
        *("nonNegativeInteger", "positiveInteger", "nonPositiveInteger", "negativeInteger"),
    )
)
_NO_TEXT: Final = frozenset(
    (
        *(XSD[name] for name in ("boolean", "short", "byte", "unsignedShort", "unsignedByte")),
        *(XSD[name] for name in ("date", "dateTime", "dateTimeStamp", "time", "gYear", "gMonth")),
        *(XSD[name] for name in ("gDay", "gYearMonth", "gMonthDay", "duration")),
        *(XSD[name] for name in ("dayTimeDuration", "yearMonthDuration", "hexBinary")),
        *(XSD.base64Binary, terms.EDTF),
    )
)
_TAG: Final = re.compile(r"<[^<>]*>")
_OF_PERSONS: Final = frozenset({CG.Informant, CG.Interview, CG.Coder})
_KINDS_OF_PERSONS: Final = frozenset({"informant", "interview", "coder"})
_OURS: Final = (terms.BASE, "urn:uuid:", "http://www.w3.org/", "http://purl.org/")
_WORDS: Final = re.compile(r"[^\W\d_]+|\d+")


class Said(NamedTuple):
    """Something that a statement says, in which a person may be named."""

    part: Part
    text: str
    triple: Triple


def said(public: Graph) -> Iterator[Said]:
    """What some statements say to whoever reads them; at the cost of reading them."""
    persons = {s for kind in _OF_PERSONS for s in public.subjects(RDF.type, kind)}
    for triple in public:
        subject, predicate, value = triple
        if isinstance(value, RdfLiteral):
            if value.datatype in PLAIN:
                yield Said("text", str(value), triple)
            elif value.datatype in _MARKED_UP:
                yield Said("words", html.unescape(_TAG.sub(" ", value)), triple)
            elif value.datatype in _NUMBERS:
                yield Said("number", str(value), triple)
            elif value.datatype not in _NO_TEXT:
                yield Said("words", str(value), triple)
        elif (
            predicate != RDF.type and isinstance(value, URIRef) and not str(value).startswith(_OURS)
        ):
            yield Said("address", str(value), triple)
        if isinstance(subject, URIRef):
            if not str(subject).startswith(_OURS):
                yield Said("address", str(subject), triple)
            if _is_of_a_person(subject, persons):
                yield Said("words", _worded(subject), triple)


def _is_of_a_person(node: URIRef, persons: set[Node]) -> bool:
    return node in persons or terms.kind_of(node) in _KINDS_OF_PERSONS


def _worded(iri: str) -> str:
    """The last part of an IRI as a name is written: “bu-sulastri” as “Bu Sulastri”."""
    last = unquote(re.split(r"[/#:]", iri)[-1])
    return " ".join(word.capitalize() for word in _WORDS.findall(last))
