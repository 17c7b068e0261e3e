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

Part = Literal["text", "words", "number", "address", "slug"]
"""Text as somebody wrote it; words of another form; the digits of a number; an IRI; one of ours."""

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
KINDS_OF_PERSONS: Final = frozenset({"informant", "interview", "coder"})
"""As IRIs of things say them."""
_OURS: Final = (terms.BASE, "urn:uuid:", "http://www.w3.org/", "http://purl.org/")
_TERMS: Final = tuple(map(str, (terms.ONTOLOGY, terms.SCHEME, terms.SHAPES, terms.GENID)))
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
        elif predicate != RDF.type and isinstance(value, URIRef):
            yield from _of_node(value, triple, persons)
        if isinstance(subject, URIRef):
            yield from _of_node(subject, triple, persons)


def _of_node(node: URIRef, triple: Triple, persons: set[Node]) -> Iterator[Said]:
    iri = str(node)
    if not iri.startswith(_OURS):
        yield Said("address", iri, triple)
    elif iri.startswith(terms.BASE) and not iri.startswith(_TERMS):
        yield Said("slug", iri, triple)
    if _is_of_a_person(node, persons):
        yield Said("words", _worded(node), triple)


def _is_of_a_person(node: URIRef, persons: set[Node]) -> bool:
    return node in persons or terms.kind_of(node) in KINDS_OF_PERSONS


def _worded(iri: str) -> str:
    """The last part of an IRI as a name is written: “bu-sulastri” as “Bu Sulastri”."""
    last = unquote(re.split(r"[/#:]", iri)[-1])
    return " ".join(word.capitalize() for word in _WORDS.findall(last))
