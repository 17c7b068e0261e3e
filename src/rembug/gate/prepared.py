"""rdflib's store in memory, which translates a query once however often it is asked.

pySHACL asks a SPARQL-based constraint once for each focus node, with the node as a binding; rdflib
parses and translates the text each time, in ten milliseconds and more. A store that answers
queries itself is rdflib's own place for doing better (`Graph.query`, `use_store_provided`).
"""

import threading
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final

from rdflib import Graph, URIRef
from rdflib.plugins.sparql.evaluate import evalQuery
from rdflib.plugins.sparql.processor import SPARQLResult
from rdflib.plugins.sparql.sparql import Query
from rdflib.plugins.stores.memory import Memory
from rdflib.term import Identifier

from rembug.graph import within_time
from rembug.graph.workers import grammar

# rdflib keeps the bindings in hand in the expressions of the translated query (`Expr.eval`), which
# all threads share: two that evaluate it at once read each other's.
_TURN: Final = threading.RLock()


class Prepared(Memory):
    """A store whose graphs answer SPARQL from translated queries, within the time of a change.

    One call of pySHACL can take longer than a change may: the time is looked at whenever it reads.
    """

    def triples(self, *asked: Any, **context: Any) -> Any:
        """As rdflib's own store does; raises TooLong when the time is over."""
        within_time()
        return super().triples(*asked, **context)

    def query(
        self,
        query: Query | str,
        initNs: Mapping[str, Any],
        initBindings: Mapping[str, Identifier],
        queryGraph: str,
        **_: Any,
    ) -> SPARQLResult:
        """Answer a query over one graph, as rdflib's own processor would."""
        if isinstance(query, str):
            query = _translated(query, tuple(sorted((k, str(v)) for k, v in initNs.items())))
        graph = Graph(store=self, identifier=queryGraph)
        with _TURN:
            result = SPARQLResult(evalQuery(graph, query, initBindings))
            if result.type == "SELECT":
                len(result)  # solutions are found as they are read; here, while it is our turn
            return result


@lru_cache(maxsize=512)
def _translated(text: str, namespaces: tuple[tuple[str, str], ...]) -> Query:
    return grammar.prepared(text, {prefix: URIRef(iri) for prefix, iri in namespaces})
