"""Which graphs a caller may read, and the dataset that a query gets: role and FROM to a Dataset.

Access is enforced by the dataset that the engine is given, never by looking into the query: the
engine ignores the query's own FROM once it is given a dataset, so FROM is applied here.
"""

import enum
import re
from collections.abc import Callable

from rdflib.plugins.sparql.parser import expandUnicodeEscapes, parseQuery
from rdflib.plugins.sparql.parserutils import CompValue

from rembug import terms
from rembug.errors import Forbidden, QuerySyntaxError
from rembug.graph.model import Dataset, Role


class DefaultGraph(enum.Enum):
    """What a query's default graph is when the caller names none."""

    UNION = "union"
    """The union of all the graphs that the caller may read."""
    STRICT = "strict"
    """The store's own unnamed graph."""


def readable(graphs: frozenset[str], role: Role) -> frozenset[str]:
    """The graphs that a role may read: all from researcher up, else all but the restricted."""
    if role >= Role.RESEARCHER:
        return graphs
    return frozenset(graph for graph in graphs if not terms.is_restricted(graph))


def dataset(
    query: str,
    graphs: Callable[[], frozenset[str]],
    role: Role,
    default_graph: DefaultGraph = DefaultGraph.UNION,
    protocol: tuple[frozenset[str], frozenset[str]] | None = None,
) -> Dataset:
    """The dataset that a caller's query is answered over.

    Args:
        query: the SPARQL text; its FROM and FROM NAMED are honoured as far as the caller may read.
        graphs: gives the IRIs of the store's graphs.
        role: who asks.
        default_graph: what to take where the query names no graph.
        protocol: the default and the named graphs that the request itself names, which override
            the query's (SPARQL 1.1 Protocol §2.1.4).

    Raises:
        QuerySyntaxError: the query names graphs and cannot be parsed.
        Forbidden: the query calls another endpoint with SERVICE.
    """
    everything = graphs()
    allowed = readable(everything, role)
    unlimited = allowed == everything
    prologue = _parsed_when_needed(query)
    if protocol is not None:
        return Dataset(protocol[0] & allowed, protocol[1] & allowed)
    if prologue is not None and (named := _from_clauses(prologue)):
        default, other = named
        return Dataset(default & allowed, other & allowed)
    if default_graph is DefaultGraph.STRICT:
        return Dataset(frozenset({""}), None if unlimited else allowed)
    return Dataset(None, None) if unlimited else Dataset(allowed, allowed)


def _parsed_when_needed(query: str) -> CompValue | None:
    """Parse only what may name a graph or an endpoint; parsing costs tens of milliseconds."""
    if not re.search(r"\b(?:from|service)\b", expandUnicodeEscapes(query), re.IGNORECASE):
        return None
    try:
        parsed = parseQuery(query)
    except Exception as error:  # pyparsing and rdflib raise kinds of many families
        line, column = getattr(error, "lineno", None), getattr(error, "column", None)
        raise QuerySyntaxError(str(error), line, column) from error
    if _has_service(parsed):
        raise Forbidden(
            "the query calls another endpoint with SERVICE; this service answers from its own "
            "graphs alone. Ask the other endpoint yourself and join the results"
        )
    body: CompValue = parsed[1]
    return body


def _from_clauses(query: CompValue) -> tuple[frozenset[str], frozenset[str]] | None:
    clauses = query.datasetClause or []
    if not clauses:
        return None
    default = frozenset(str(clause.default) for clause in clauses if clause.default)
    named = frozenset(str(clause.named) for clause in clauses if clause.named)
    return default, named


def _has_service(node: object) -> bool:
    if isinstance(node, CompValue):
        if node.name == "ServiceGraphPattern":
            return True
        return any(_has_service(value) for value in node.values())
    if isinstance(node, str):
        return False
    try:
        children = iter(node)  # type: ignore[call-overload]
    except TypeError:
        return False
    return any(_has_service(child) for child in children)
