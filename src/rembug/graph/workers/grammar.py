"""rdflib's SPARQL grammar, used by one thread at a time.

Its parser keeps state in objects that all threads share: two that use it first at once break it for
good (`TypeError: Param.postParse2()`). So every text that rdflib parses is parsed here.

What a caller wrote is given to it so that it ends comments and strings where the engine does, and
hides nothing that the engine runs: rdflib resolves \\uXXXX before it parses, whatever they make,
takes a carriage return for no end of a comment (SPARQL 1.1 §19.2, §19.4), and searches for each
call from the beginning of the text, where a `#` in an IRI or a string hides the rest of its line.
"""

import re
import threading
from collections.abc import Mapping
from typing import Final

from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.algebra import translateQuery, translateUpdate
from rdflib.plugins.sparql.parser import parseQuery, parseUpdate
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import Query, Update

from rembug.graph.workers.using_clauses import TOKEN

_TURN: Final = threading.Lock()
_ESCAPE: Final = re.compile(r"\\(?:\\|u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8}))")
_PART: Final = re.compile(r"[^\x00-\x20\x7f\ud800-\udfff<>\"'{}|^`\\#]")
_OTHER: Final = "\N{REPLACEMENT CHARACTER}"  # for a character that is within a string all the same


def parsed_query(text: str) -> CompValue:
    """The second part of a parsed query: its form, with what it says of datasets and patterns."""
    with _TURN:
        form: CompValue = parseQuery(_as_run(text))[1]
        return form


def parsed_update(text: str) -> CompValue:
    """A parsed update."""
    with _TURN:
        return parseUpdate(_as_run(text))


def query(text: str) -> Query:
    """The algebra of a query; raises as rdflib's parser does."""
    with _TURN:
        return translateQuery(parseQuery(_as_run(text)))


def update(text: str) -> Update:
    """The algebra of an update; raises as rdflib's parser does."""
    with _TURN:
        return translateUpdate(parseUpdate(_as_run(text)))


def prepared(text: str, namespaces: Mapping[str, str]) -> Query:
    """A query that is ready to be evaluated, with prefixes that it need not declare."""
    with _TURN:
        return prepareQuery(text, initNs=dict(namespaces))


def _as_run(text: str) -> str:
    """A caller's text, in which no escape makes what ends a string, an IRI or a comment.

    Each call begins a line.
    """
    return TOKEN.sub(_calling, _ESCAPE.sub(_resolved, text.replace("\r", "\n")))


def _calling(token: re.Match[str]) -> str:
    return f"\n{token[0]}" if (token["word"] or "").upper() == "SERVICE" else token[0]


def _resolved(escape: re.Match[str]) -> str:
    code = int(escape[1] or escape[2] or "0", 16)
    made = chr(code) if code < 0x110000 else _OTHER
    return made if _PART.fullmatch(made) else _OTHER
