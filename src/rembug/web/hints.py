"""What helps somebody whose query is wrong or finds nothing: where, and what is likely meant."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from flask import g

from rembug import terms
from rembug.errors import QuerySyntaxError, UnknownName
from rembug.web.context import page_part
from rembug.web.words import curie

# Comments, strings and numbers are stepped over (SPARQL 1.1 §19.8).
_TOKEN: Final = re.compile(
    r"""\#[^\n\r]*
      | PREFIX\s+(?P<prefix>[\w.-]*):\s*<(?P<namespace>[^\x00-\x20<>"{}|^`\\]*)>
      | BASE\s*<[^\x00-\x20<>"{}|^`\\]*>
      | <(?P<iri>[^\x00-\x20<>"{}|^`\\]*)>
      | "(?:[^"\\\n\r]|\\.)*+"? | '(?:[^'\\\n\r]|\\.)*+'?
      | [?$]\w+ | @[\w-]+
      | (?:(?<![\w.-])(?P<name>[A-Za-z][\w.-]*+))?:(?P<local>[\w%](?:[\w.%-]|\\[/.])*)?""",
    re.VERBOSE | re.IGNORECASE,
)
_MOST: Final = 20  # names that are looked up


@dataclass(frozen=True)
class Unknown:
    """A name of ours that nothing has, with the nearest that something has; all written short."""

    name: str
    nearest: list[str]


@dataclass(frozen=True)
class Faulty:
    """A query that cannot be parsed: its lines, which of them is wrong, from which column, why."""

    lines: list[str]
    line: int
    column: int
    reason: str


def faulty(query: str, error: QuerySyntaxError) -> Faulty | None:
    """Where in a query an error is; None where the engine does not say."""
    lines = query.splitlines()
    if error.line is None or not 1 <= error.line <= len(lines):
        return None
    return Faulty(lines, error.line, max(1, error.column or 1), getattr(error.why, g.lang))


def unknown(query: str) -> list[Unknown]:
    """The names of ours in a query that nothing in the graph has."""
    return [
        Unknown(curie(iri), _nearest(iri))
        for iri in _names(query)
        if not (found := page_part("exists", thing=iri)).late and not len(found)
    ]


def unused(query: str) -> list[str]:
    """The terms of ours in a query that the ontology has and no data uses, written short."""
    return [
        curie(iri)
        for iri in _names(query)
        if len(page_part("exists", thing=iri))
        and not (found := page_part("used", term=iri)).late
        and not len(found)
    ]


def named(query: str) -> list[str]:
    """The IRIs of ours that a query names, each once and in full."""
    found: dict[str, None] = {}
    for iri in _iris(query):
        if iri.startswith(terms.BASE) and iri not in terms.PREFIXES.values():
            found[iri] = None
    return list(found)


def in_words(query: str, part: str) -> list[str]:
    """What people call the things of ours that a part of a query names, in the page's language."""
    prologue = "\n".join(found[0] for found in _TOKEN.finditer(query) if found["namespace"])
    rows = (row for iri in _names(f"{prologue}\n{part}") for row in page_part("label", thing=iri))
    return [str(row["label"]) for row in rows if "label" in row]


def _names(query: str) -> list[str]:
    """As many of them as are looked up."""
    return named(query)[:_MOST]


def _iris(query: str) -> Iterator[str]:
    prefixes: dict[str, str] = {}
    for token in _TOKEN.finditer(query):
        if token["namespace"] is not None:
            prefixes[token["prefix"]] = token["namespace"]
        elif token["iri"] is not None:
            yield token["iri"]
        elif token["local"] is not None and (token["name"] or "") in prefixes:
            local = re.sub(r"\\(.)", r"\1", token["local"].rstrip("."))
            yield prefixes[token["name"] or ""] + local


def _nearest(iri: str) -> list[str]:
    """The nearest names there are beside an IRI: terms of the ontology, concepts, or things."""
    if iri.startswith(terms.CG):
        known = [str(row["term"]) for row in page_part("ontology-terms")]
    elif iri.startswith(terms.SCHEME):
        known = [str(row["concept"]) for row in page_part("concept-names")]
    else:
        known = [str(row["thing"]) for row in page_part("siblings", folder=iri.rpartition("/")[0])]
    return UnknownName("term", curie(iri), {curie(one) for one in known}).nearest
