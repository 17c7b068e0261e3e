"""Which graphs a caller may read, and the dataset that a query gets: role and FROM to a Dataset.

What a caller may not read is not in the store that answers them, so that no query reaches it. FROM
is applied here, since the engine does not merge the graphs that it names.
"""

import enum
from typing import Final
from urllib.parse import unquote

from rembug import terms
from rembug.errors import Forbidden, QuerySyntaxError, Words, with_cause
from rembug.graph.model import Confined, Dataset, Named, Reads, Role
from rembug.graph.workers import grammar, using_clauses
from rembug.graph.workers.engine_dataset import may_name_graphs

OWN: Final = frozenset(map(str, terms.KEPT_BY_REMBUG))


class DefaultGraph(enum.Enum):
    """What a query's default graph is when the caller names none."""

    UNION = "union"
    """The union of all the graphs that the caller may read."""
    STRICT = "strict"
    """The store's own unnamed graph; GRAPH reaches what was stored, and what Rembug records of it
    only where a request names those graphs."""


def require_others(update: str) -> None:
    """Raise Forbidden where an update names a graph that Rembug keeps, which it neither sees nor
    changes."""
    if own := sorted(using_clauses.graphs_named(update) & OWN):
        raise Forbidden(
            Words(
                f"Rembug itself keeps the graph <{own[0]}>, and no update sees or changes it; name "
                "another",
                f"graf <{own[0]}> dikelola Rembug sendiri, tidak terlihat dan tidak dapat diubah "
                "oleh pembaruan; sebutkan graf lain",
            )
        )


def may_read(graph: str, role: Reads) -> bool:
    """Whether somebody may read a graph.

    All from researcher up, else all but the restricted. Who is confined to some studies reads those
    studies' restricted graphs, and not what follows from restricted statements: that may follow
    from another study's.
    """
    if not terms.is_restricted(graph):
        return True
    if isinstance(role, Confined):
        study = terms.submission_of(graph)
        return study is not None and unquote(study) in role.studies
    return role >= Role.RESEARCHER


def readable(graphs: frozenset[str], role: Reads) -> frozenset[str]:
    """The graphs that somebody may read."""
    return frozenset(graph for graph in graphs if may_read(graph, role))


def shown(graphs: frozenset[str], default_graph: DefaultGraph) -> frozenset[str]:
    """The named graphs, of those that somebody may read, that they find without naming them."""
    return graphs - OWN if default_graph is DefaultGraph.STRICT else graphs


def dataset(
    graphs: frozenset[str], default_graph: DefaultGraph, protocol: Named | None = None
) -> Dataset:
    """The dataset that a caller's request is answered over, before any FROM of the query.

    Args:
        graphs: the IRIs of the named graphs of the caller's reading store.
        default_graph: what to take where the request names no graph.
        protocol: the default and the named graphs that the request itself names, which override
            the query's (SPARQL 1.1 Protocol §2.1.4).
    """
    if protocol is not None:
        return Dataset(protocol[0] & graphs, protocol[1] & graphs)
    if default_graph is DefaultGraph.STRICT:
        return Dataset(frozenset({""}), shown(graphs, default_graph))
    return Dataset(None, None)


def narrowed(query: str, given: Dataset, allowed: frozenset[str]) -> Dataset:
    """The dataset that a query's own FROM and FROM NAMED make, as far as the caller may read.

    Args:
        query: the SPARQL text.
        given: the dataset if the query names no graph.
        allowed: the graphs that the caller may read.

    Raises:
        QuerySyntaxError: the query may name graphs and cannot be parsed.
    """
    if not may_name_graphs(query):
        return given
    try:
        clauses = grammar.parsed_query(query).datasetClause
        if not clauses:
            return given
        resolved = grammar.query(query).algebra  # IRIs, with BASE and PREFIX applied
    except RecursionError as error:
        raise QuerySyntaxError(
            Words("it is nested too deeply to be read", "bersarang terlalu dalam untuk dibaca")
        ) from error
    except Exception as error:  # pyparsing and rdflib raise kinds of many families
        line, column = getattr(error, "lineno", None), getattr(error, "column", None)
        told = with_cause("it cannot be read", "tidak dapat dibaca", error)
        raise QuerySyntaxError(told, line, column) from error
    clauses = resolved.datasetClause or clauses
    default = frozenset(str(clause.default) for clause in clauses if clause.default)
    named = frozenset(str(clause.named) for clause in clauses if clause.named)
    return Dataset(default & allowed, named & allowed)
