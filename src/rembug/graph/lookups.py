"""rdflib's graph over a Reader: each pattern is looked up there, and nothing is read besides."""

from collections.abc import Iterator
from typing import Any

from rdflib import Graph
from rdflib.store import Store

from rembug.graph.reader import OBJECT, PREDICATE, SUBJECT, Reader, Triple


def looked_up(reader: Reader) -> Graph:
    """A graph that reads what is asked for and no more; nothing can be added to it."""
    return Graph(store=_Lookups(reader))


class _Lookups(Store):
    """A store of one graph, which somebody else has."""

    context_aware = False

    def __init__(self, reader: Reader) -> None:
        super().__init__()
        self._reader = reader

    def triples(self, triple_pattern: Any, context: Any = None) -> Iterator[tuple[Triple, Any]]:  # noqa: ARG002
        """The triples that fit a pattern in which something is given, each once."""
        for triple in dict.fromkeys(self._found(*triple_pattern)):
            yield triple, iter(())

    def _found(self, subject: Any, predicate: Any, value: Any) -> Iterator[Triple]:
        if None not in (subject, predicate, value):
            yield from self._reader.holding([(subject, predicate, value)])
        elif subject is not None:
            for triple in self._reader.matching(SUBJECT, [subject], predicate):
                if value in (None, triple[OBJECT]):
                    yield triple
        elif value is not None:
            yield from self._reader.matching(OBJECT, [value], predicate)
        elif predicate is not None:
            yield from self._reader.matching(PREDICATE, [predicate])
        else:
            raise ValueError("all of it is asked for")
