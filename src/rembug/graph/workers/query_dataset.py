"""What a caller's own text asks of graphs and other endpoints, read before the engine runs it."""

from collections.abc import Mapping, Sequence
from typing import Any

from rembug.errors import QuerySyntaxError
from rembug.graph.model import Dataset, Named
from rembug.graph.readers import access
from rembug.graph.workers import federation, using_clauses

__all__ = ["QuerySyntaxError", "read", "read_update"]


def read(
    query: str,
    dataset: Mapping[str, Sequence[str] | None],
    allowed: Sequence[str] | None,
    endpoints: Sequence[str],
) -> tuple[dict[str, Any], bool]:
    """The dataset of a query with its FROM applied, and whether it calls other endpoints.

    Args:
        query: SPARQL 1.1 Query.
        dataset: `default` and `named`, what is read when the query names no graph.
        allowed: the graphs that FROM may name; None where FROM does not count.
        endpoints: what SERVICE may call.

    Raises:
        Forbidden: it calls an endpoint that it may not.
        QuerySyntaxError: it cannot be read.
    """
    calls = federation.check(query, frozenset(endpoints))
    given = Dataset(_set(dataset["default"]), _set(dataset["named"]))
    if allowed is not None:
        given = access.narrowed(query, given, frozenset(allowed))
    return {"default": _list(given.default), "named": _list(given.named)}, calls


def read_update(
    update: str, named: Sequence[Sequence[str]] | None, endpoints: Sequence[str]
) -> tuple[str, bool]:
    """An update over the graphs that the request names, and whether it calls other endpoints.

    Raises:
        Forbidden: it calls an endpoint that it may not.
        BadParameter: it names graphs itself, and so does the request.
    """
    calls = federation.check(update, frozenset(endpoints), update=True)
    graphs: Named | None = (frozenset(named[0]), frozenset(named[1])) if named else None
    return (using_clauses.applied(update, graphs) if graphs else update), calls


def _set(graphs: Sequence[str] | None) -> frozenset[str] | None:
    return None if graphs is None else frozenset(graphs)


def _list(graphs: frozenset[str] | None) -> list[str] | None:
    return None if graphs is None else sorted(graphs)
