"""Columns that name a property themselves: what no table has a column of its own for.

A heading is the property as Turtle has it, with what its values are: `skos:note@id` for text in
Indonesian, `schema:foundingDate^^xsd:gYear` for a literal of a datatype, `dcterms:source (IRI)` for
something that has an IRI, and `skos:note` alone for plain text. A thing with several values has
several columns of one heading.
"""

import re
from typing import Final

from rdflib import XSD, Literal, URIRef

from rembug import terms
from rembug.sources.columns import Column

_HEADING: Final = re.compile(
    r"(?:<(?P<iri>[^<>\s]+)>|(?P<prefix>[a-z]+):(?P<name>[\w.-]+))"
    r"(?:@(?P<lang>[A-Za-z]+(?:-[A-Za-z0-9]+)*)|\^\^(?P<type>\S+)|(?P<thing> \(IRI\)))?"
)


def heading(predicate: URIRef, value: Literal | URIRef) -> str:
    """The heading of a column that has a value."""
    told = _written(predicate)
    if isinstance(value, URIRef):
        return f"{told} (IRI)"
    if value.language:
        return f"{told}@{value.language}"
    if value.datatype is None or value.datatype == XSD.string:
        return told
    return f"{told}^^{_written(value.datatype)}"


def column(text: str) -> Column | None:
    """The column that a heading names; None where it names no property."""
    found = _HEADING.fullmatch(text)
    if found is None or (predicate := _read(found["iri"], found["prefix"], found["name"])) is None:
        return None
    if found["lang"]:
        return Column(text, text, "label", predicate, choices=(found["lang"].lower(),))
    if found["type"]:
        datatype = _HEADING.fullmatch(found["type"])
        told = datatype and _read(datatype["iri"], datatype["prefix"], datatype["name"])
        return Column(text, text, "literal", predicate, choices=(str(told),)) if told else None
    return Column(text, text, "iri" if found["thing"] else "text", predicate)


def _written(iri: URIRef) -> str:
    short = terms.short(iri)
    prefix, colon, name = short.partition(":")
    plain = colon and prefix in terms.PREFIXES and _HEADING.fullmatch(short)
    return short if plain and name else f"<{iri}>"


def _read(iri: str | None, prefix: str | None, name: str | None) -> URIRef | None:
    if iri is not None:
        return URIRef(iri)
    namespace = terms.PREFIXES.get(prefix or "")
    return URIRef(f"{namespace}{name}") if namespace else None
