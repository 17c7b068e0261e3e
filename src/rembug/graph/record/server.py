"""A SPARQL 1.1 server, spoken to in the little that every one of them understands alike.

No blank nodes (they get IRIs, RDF 1.1 Concepts §3.5), small requests, ASCII, plain patterns.
"""

import logging
import re
import urllib.error
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import uuid4

from SPARQLWrapper import BASIC, DIGEST, JSON, POST, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import SPARQLWrapperException

from rembug import terms
from rembug.errors import StoreUnreachable, Words, with_cause
from rembug.graph.model import Change, Content
from rembug.graph.syntax import n_triples
from rembug.settings import Endpoint

_SECONDS: Final = 60
LONGEST: Final = 12_000  # characters of a request; Virtuoso's compiler gives up beyond some 100 KB
LONGEST_WHOLE: Final = 4_000_000
_PART: Final = re.compile(r'"(?:[^"\\]|\\.)*+"?|<[^>]*+>?|_:(\S+)')
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]")
_log: Final = logging.getLogger("rembug.server")


class Server:
    """Where queries and updates go, and how to say who asks."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Raises StoreUnreachable: it does not answer, or takes no updates."""
        self.endpoint = endpoint
        self.select(f"SELECT ?s {{ GRAPH <{terms.LOG_GRAPH}> {{ ?s ?p ?o }} }} LIMIT 1")
        self.whole = self._does_updates_whole()

    @property
    def shortcomings(self) -> Sequence[Words]:
        """What it cannot do, for whoever runs it."""
        if self.whole:
            return ()
        return (
            Words(
                f"the server at {self.endpoint.query} does not make an update of several "
                "operations whole or not at all; Rembug's own readers still see whole commits, "
                "while those who ask that server directly may see one half made",
                f"server di {self.endpoint.query} tidak menjalankan pembaruan yang terdiri atas "
                "beberapa operasi secara utuh atau tidak sama sekali; pembaca Rembug tetap "
                "melihat perubahan yang utuh, sedangkan yang bertanya langsung kepada server itu "
                "dapat melihat perubahan yang baru separuh jadi",
            ),
        )

    def select(self, query: str) -> list[dict[str, str]]:
        """The solutions of a SELECT, values alone; raises StoreUnreachable."""
        found = self._ask(self.endpoint.query, query)
        return [
            {name: term["value"] for name, term in row.items()}
            for row in found["results"]["bindings"]
        ]

    def update(self, *operations: str) -> None:
        """Do operations, whole or not at all where the server can; raises StoreUnreachable."""
        text = " ;\n".join(operations)
        self._ask(self.endpoint.update, _BEYOND_ASCII.sub(_escaped, text), reads=False)

    def make(self, change: Change, mark: str) -> None:
        """Make a change to the graphs that the server shows to others, so that again does no harm.

        Args:
            change: what becomes of which graph.
            mark: an operation that says it is done.
        """
        operations = list(_operations(change))
        if self.whole and sum(map(len, operations)) < LONGEST_WHOLE:
            self.update(*operations, mark)
            return
        for operation in operations:
            self.update(operation)
        self.update(mark)

    def _does_updates_whole(self) -> bool:
        """Try it: what came before an operation that fails must not have been done."""
        graph = f"<{terms.LOG_GRAPH}/probe/{uuid4().hex}>"
        probe = f"INSERT DATA {{ GRAPH {graph} {{ {graph} {graph} {graph} }} }}"
        self.update(probe)  # the first that tells whether updates are taken at all
        self.update(f"DROP SILENT GRAPH {graph}")
        self.update(f"CREATE SILENT GRAPH {graph}")
        try:
            self.update(probe, f"CREATE GRAPH {graph}")
        except StoreUnreachable:
            whole = not self.select(f"SELECT ?s {{ GRAPH {graph} {{ ?s ?p ?o }} }}")
        else:
            whole = False  # it makes nothing of the error, so that one cannot tell
        self.update(f"DROP SILENT GRAPH {graph}")
        return whole

    def _ask(self, url: str, text: str, *, reads: bool = True) -> Any:
        wrapper = SPARQLWrapper(url, returnFormat=JSON)
        wrapper.setMethod(POST)
        wrapper.setTimeout(_SECONDS)
        wrapper.setQuery(text)
        if self.endpoint.user:
            wrapper.setHTTPAuth(DIGEST if self.endpoint.auth == "digest" else BASIC)
            wrapper.setCredentials(self.endpoint.user, self.endpoint.password)
        try:
            found = wrapper.query()
            return found.convert() if reads else found.response.read()
        except (SPARQLWrapperException, urllib.error.URLError, OSError, ValueError) as error:
            reason = getattr(error, "reason", None) or error  # of a URLError, which hides it
            raise StoreUnreachable(
                with_cause(
                    f"the server at {url} did not do what it should",
                    f"server di {url} tidak melakukan yang seharusnya",
                    reason,
                )
            ) from error


def _operations(change: Change) -> Iterator[str]:
    for graph in (*change.drop, *change.replace):
        yield f"DROP SILENT GRAPH <{_name(graph)}>"
    yield from _data("DELETE", change.remove)
    yield from _data("INSERT", change.replace)
    yield from _data("INSERT", change.append)


def _data(word: str, contents: Mapping[Any, Content]) -> Iterator[str]:
    for graph, content in contents.items():
        lines = lasting(n_triples(content)).splitlines()
        for chunk in chunks(lines, LONGEST):
            yield f"{word} DATA {{ GRAPH <{_name(graph)}> {{\n{chunk}\n}} }}"


def lasting(triples: str) -> str:
    """N-Triples with IRIs in the place of blank nodes (RDF 1.1 Concepts §3.5)."""
    return _PART.sub(_lasting, triples)


def chunks(lines: Iterable[str], longest: int) -> Iterator[str]:
    """Lines together, up to a length; one that is longer stands alone."""
    held: list[str] = []
    length = 0
    for line in lines:
        if held and length + len(line) > longest:
            yield "\n".join(held)
            held, length = [], 0
        held.append(line)
        length += len(line)
    if held:
        yield "\n".join(held)


def _name(graph: str) -> str:
    """The unnamed graph gets a name: some servers have none, or show the union of all as it."""
    return graph or str(terms.GRAPH.unnamed)


def _lasting(found: re.Match[str]) -> str:
    return f"<{terms.GENID}{found[1]}>" if found[1] else found[0]


def _escaped(found: re.Match[str]) -> str:
    return f"\\U{ord(found[0]):08X}"
