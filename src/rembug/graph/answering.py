"""Queries that the engine answers in this process: over which dataset, and in which format."""

import re
from collections.abc import Mapping
from typing import Final

import pyoxigraph as ox

from rembug import terms
from rembug.errors import QuerySyntaxError
from rembug.graph.model import Answer, Dataset
from rembug.graph.workers.worker import over

_POSITION: Final = re.compile(r"(?:error )?at (\d+):(\d+): ?(.*)", re.DOTALL)


def answered(
    store: ox.Store, query: str, dataset: Dataset, accept: Mapping[str, str], version: int
) -> Answer:
    """Answer a query.

    Args:
        store: what it is answered from.
        query: SPARQL 1.1, any form.
        dataset: what is read of the store.
        accept: the media type for each kind of result.
        version: of the store.

    Raises:
        QuerySyntaxError: the text is not SPARQL; says line and column.
    """
    given = [None if part is None else sorted(part) for part in (dataset.default, dataset.named)]
    try:
        asked, graphs = over(store, *given)
        result = asked.query(query, **graphs)
    except SyntaxError as error:
        raise syntax_error(error.msg, error.lineno, error.offset) from error
    match result:
        case ox.QueryBoolean():
            media_type = accept["boolean"]
            return Answer.of("boolean", media_type, _written(result, media_type), version)
        case ox.QuerySolutions():
            media_type = accept["solutions"]
            return Answer.of("solutions", media_type, _written(result, media_type), version)
        case ox.QueryTriples():
            media_type = accept["triples"]
            rdf = ox.RdfFormat.from_media_type(media_type)
            assert rdf is not None
            prefixes = terms.PREFIXES if rdf in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
            body = ox.serialize(result, format=rdf, prefixes=prefixes) or b""
            return Answer.of("triples", media_type, body, version)


def _written(result: ox.QueryBoolean | ox.QuerySolutions, media_type: str) -> bytes:
    return result.serialize(format=ox.QueryResultsFormat.from_media_type(media_type)) or b""


def syntax_error(
    message: str, line: int | None = None, column: int | None = None
) -> QuerySyntaxError:
    """The engine's complaint about a text, with the place in it where it stopped."""
    found = _POSITION.search(message)
    if not found:
        return QuerySyntaxError(message, line, column)
    return QuerySyntaxError(_readable(found[3]), int(found[1]), int(found[2]))


def _readable(expectations: str) -> str:
    """The engine's list of what it expected, without the ranges of characters in it."""
    words = expectations.removeprefix("expected one of ").removeprefix("expected ")
    kept = re.sub(r"\[[^\[\]]*\][,|\s]*", "", words).strip(" ,|\n")
    return f"expected {kept}" if kept else "this is not expected here"
