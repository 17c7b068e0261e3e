"""Which other endpoints a request calls, and whether it may: SERVICE and LOAD on the parsed text.

Parsing costs milliseconds, so a word that must be there, or an escape that may be a part of it, is
looked for first. What cannot be parsed here and names SERVICE or LOAD goes to the engine all
the same: a worker that has not been allowed a call has no sockets (see `seal`).
"""

import re
from collections.abc import Iterator
from typing import Final

from rdflib import URIRef
from rdflib.plugins.sparql.parser import expandUnicodeEscapes
from rdflib.plugins.sparql.parserutils import CompValue

from rembug.errors import Forbidden, Words
from rembug.graph.workers import grammar
from rembug.graph.workers.engine_dataset import stands_in

_WORDS: Final = re.compile(r"service|load|\\u", re.IGNORECASE)
_WEB: Final = re.compile("https?:|file:", re.IGNORECASE)


def check(text: str, allowed: frozenset[str], *, update: bool = False) -> bool:
    """Whether a query or update calls other endpoints, all of which it may.

    Args:
        text: SPARQL 1.1.
        allowed: the endpoints that may be called, exactly as they are written in a query.
        update: whether the text is an update.

    Raises:
        Forbidden: it calls an endpoint that is not allowed, or one that only its answer tells.
    """
    if not stands_in(_WORDS, text):
        return False
    calls = [_check(each, allowed, update=update) for each in _readings(text)]
    return all(calls)  # one that cannot be read may hide a call of another: no sockets for it


def _readings(text: str) -> tuple[str, ...]:
    """A text as the engine reads it, and as SPARQL 1.1 §19.2 says; a call in either is one.

    The engine resolves \\uXXXX within strings and IRIs alone, and another one might everywhere.
    """
    try:
        return tuple(dict.fromkeys((text, expandUnicodeEscapes(text))))
    except ValueError:  # there is no such character; the engine says so
        return (text,)


def _check(text: str, allowed: frozenset[str], *, update: bool) -> bool:
    tree: object
    try:
        tree = grammar.update(text) if update else grammar.query(text)
    except (Exception, RecursionError):  # noqa: BLE001  the engine says what is wrong with it
        try:
            tree = grammar.parsed_update(text) if update else grammar.parsed_query(text)
        except (Exception, RecursionError):  # noqa: BLE001
            return False
    found = list(_calls(getattr(tree, "algebra", None) or tree))
    for word, target in found:
        _require(word, target, allowed)
    return bool(found)


def _require(word: str, target: object, allowed: frozenset[str]) -> None:
    if isinstance(target, URIRef) and str(target) in allowed:
        return
    where = Words("an endpoint that a variable names", "titik akhir yang disebut variabel")
    if isinstance(target, URIRef):
        where = Words(f"<{target}>", f"<{target}>")
    names = ", ".join(sorted(allowed))
    raise Forbidden(
        Words(
            f"{word} calls {where.en}, and it may call {names or 'none'}; an operator allows "
            "endpoints by the setting `federation`. Otherwise ask the other endpoint yourself and "
            "join the results",
            f"{word} memanggil {where.id}, padahal yang boleh dipanggil: {names or 'tidak ada'}; "
            "pengelola mengizinkan titik akhir lewat setelan `federation`. Atau tanyai titik "
            "akhir itu sendiri lalu gabungkan hasilnya",
        )
    )


def _calls(node: object) -> Iterator[tuple[str, object]]:
    if isinstance(node, CompValue):
        if node.name == "ServiceGraphPattern":
            yield "SERVICE", node.term
        elif node.name == "Load" and not (node.silent and not _WEB.match(node.iri)):
            yield "LOAD", node.iri  # what nobody could fetch fails, in silence if it says so
        for value in node.values():
            yield from _calls(value)
    elif not isinstance(node, str):
        try:
            children = iter(node)  # type: ignore[call-overload]
        except TypeError:
            return
        for child in children:
            yield from _calls(child)
