"""rdflib's SPARQL grammar, used by one thread at a time.

Its parser keeps state in objects that all threads share: two that use it first at once break it for
good (`TypeError: Param.postParse2()`). So every text that rdflib parses is parsed here.
"""

import threading
from collections.abc import Mapping
from typing import Final

from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.algebra import translateQuery, translateUpdate
from rdflib.plugins.sparql.parser import parseQuery, parseUpdate
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.plugins.sparql.sparql import Query, Update

_TURN: Final = threading.Lock()


def parsed_query(text: str) -> CompValue:
    """The second part of a parsed query: its form, with what it says of datasets and patterns."""
    with _TURN:
        form: CompValue = parseQuery(text)[1]
        return form


def parsed_update(text: str) -> CompValue:
    """A parsed update."""
    with _TURN:
        return parseUpdate(text)


def query(text: str) -> Query:
    """The algebra of a query; raises as rdflib's parser does."""
    with _TURN:
        return translateQuery(parseQuery(text))


def update(text: str) -> Update:
    """The algebra of an update; raises as rdflib's parser does."""
    with _TURN:
        return translateUpdate(parseUpdate(text))


def prepared(text: str, namespaces: Mapping[str, str]) -> Query:
    """A query that is ready to be evaluated, with prefixes that it need not declare."""
    with _TURN:
        return prepareQuery(text, initNs=dict(namespaces))
