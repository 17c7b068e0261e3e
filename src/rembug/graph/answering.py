"""Queries that the engine answers in this process: over which dataset, and in which format."""

from collections.abc import Mapping

import pyoxigraph as ox

from rembug import terms
from rembug.graph.model import Answer, Dataset
from rembug.graph.query_faults import explained
from rembug.graph.workers.engine_dataset import over


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
        raise explained(query, error.msg, error.lineno, error.offset) from error
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
