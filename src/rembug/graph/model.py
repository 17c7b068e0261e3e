"""The values that cross the border of the graph room, and the seam behind which a store stands."""

import enum
import io
import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, Literal, NamedTuple, Protocol

from rdflib import Graph, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.graph.reader import Triple

RESULTS_JSON = "application/sparql-results+json"
N_TRIPLES = "application/n-triples"


class Role(enum.IntEnum):
    """Who asks; each role may do what the one before it may, and more."""

    PUBLIC = 0
    RESEARCHER = 1
    CURATOR = 2
    ADMIN = 3


@dataclass(frozen=True)
class Confined:
    """A role that reads of restricted graphs those of some studies alone.

    Attributes:
        role: researcher or more.
        studies: their slugs; one at least.
    """

    role: Role
    studies: frozenset[str]

    @property
    def name(self) -> str:
        """The role's name."""
        return self.role.name


Reads = Role | Confined
"""Who reads, as far as it decides what is in their store."""


@dataclass(frozen=True)
class Term:
    """An RDF term in a query's result (SPARQL 1.1 Query Results JSON Format, §3.2.2)."""

    kind: Literal["uri", "bnode", "literal"]
    value: str
    language: str | None = None
    datatype: str | None = None

    def __str__(self) -> str:
        return self.value


Row = Mapping[str, Term]


@dataclass(frozen=True)
class Rows:
    """The solutions of a SELECT query; an unbound variable is absent from its row."""

    variables: tuple[str, ...]
    rows: Sequence[Row]
    late: bool = False
    """Whether they are not known, because the answer did not come in time."""
    version: int | None = field(default=None, compare=False)
    """Of the store that they are true of; None where that is not told."""

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    @classmethod
    def from_json(cls, body: bytes, version: int | None = None) -> "Rows":
        """Read SPARQL 1.1 Query Results JSON, true of a version."""
        document = json.loads(body)
        rows = [
            {
                name: Term(term["type"], term["value"], term.get("xml:lang"), term.get("datatype"))
                for name, term in binding.items()
            }
            for binding in document["results"]["bindings"]
        ]
        return cls(tuple(document["head"]["vars"]), rows, version=version)


Kind = Literal["boolean", "solutions", "triples"]
"""What a query's form yields: ASK a boolean, SELECT solutions, CONSTRUCT and DESCRIBE triples."""

Named = tuple[frozenset[str], frozenset[str]]
"""The default and the named graphs that a request names (SPARQL 1.1 Protocol §2.1.4)."""


@dataclass(frozen=True)
class Answer:
    """A query's result, written out.

    Attributes:
        kind: what the query's form yields.
        media_type: the format of the content.
        content: the whole result in UTF-8, a file that stands at its beginning; a large one lies
            on disk.
        size: its length in bytes.
        version: the version of the store that it is true of; None where the store cannot tell.
    """

    kind: Kind
    media_type: str
    content: BinaryIO
    size: int
    version: int | None = None

    @classmethod
    def of(cls, kind: Kind, media_type: str, body: bytes, version: int | None = None) -> "Answer":
        """An answer whose bytes are at hand."""
        return cls(kind, media_type, io.BytesIO(body), len(body), version)

    @property
    def body(self) -> bytes:
        """The whole result, in memory."""
        self.content.seek(0)
        return self.content.read()


class Place(enum.IntEnum):
    """Whose places at the workers a request takes: each has one that those before it cannot take.

    So no number of callers' queries keeps a page waiting, and none of either a probe.
    """

    QUERY = 0
    PAGE = 1
    PROBE = 2


@dataclass(frozen=True)
class Asker:
    """Who sent a request, as the queue of the workers knows them.

    Attributes:
        name: the token's name or the address; one name has a limited number of queries at a time.
        gone: whether they have stopped waiting for the answer.
        seconds: how long they wait for it, where that is less than a query may take.
        place: what for.
    """

    name: str = ""
    gone: Callable[[], bool] = lambda: False
    seconds: float | None = None
    place: Place = Place.QUERY


NOBODY = Asker()


@dataclass(frozen=True)
class Request:
    """What a caller asks; as `KnowledgeGraph.answer` takes it.

    Attributes:
        query: SPARQL 1.1, any form.
        role: who asks.
        accept: the media type for each kind of result.
        protocol: default and named graphs beside the query, if any.
        asker: who waits for the answer.
        base: what relative IRIs are resolved against.
        version: of the graph; None for the newest.
        ours: whether it is a question of our own, worked out ahead where it is slow.
    """

    query: str
    role: Reads
    accept: Mapping[str, str]
    protocol: Named | None
    asker: Asker
    base: str | None
    version: int | None
    ours: bool


@dataclass(frozen=True)
class Dataset:
    """The RDF dataset that a query is answered over (SPARQL 1.1 Query §13).

    Attributes:
        default: graphs whose RDF merge is the default graph ("" is the store's own default graph);
            None for the store's own, in which all of its graphs are merged already.
        named: graphs that GRAPH reaches; None for every graph in the store.
    """

    default: frozenset[str] | None
    named: frozenset[str] | None


Content = Graph | bytes | Path
"""The triples of a graph: as rdflib has them, in N-Triples, or in a file of N-Triples."""

UNNAMED = URIRef("")
"""Stands for the store's unnamed graph where graphs are named."""


@dataclass(frozen=True)
class Change:
    """What one commit does to the store.

    Attributes:
        replace: graphs with their whole new content; one without any stays as an empty graph.
        append: graphs with triples that come in addition.
        drop: graphs that go.
        remove: graphs with triples that go, none of which has a blank node.
        forget: whether the store as it was before is no longer kept.

    UNNAMED stands for the graph without a
    name.
    """

    replace: Mapping[URIRef, Content] = field(default_factory=dict)
    append: Mapping[URIRef, Content] = field(default_factory=dict)
    drop: frozenset[URIRef] = frozenset()
    remove: Mapping[URIRef, Content] = field(default_factory=dict)
    forget: bool = False


class Tried(NamedTuple):
    """What an update would do.

    Attributes:
        version: of the store that it was tried on.
        change: that it would make.
        inserted: statements that would come, each counted in each graph.
        deleted: statements that would go.
        unnamed: of those that would come, how many into the unnamed graph.
    """

    version: int
    change: Change
    inserted: int
    deleted: int
    unnamed: int


@dataclass(frozen=True)
class Scope:
    """Some of a store's graphs, the unnamed one ("") among them.

    Attributes:
        only: these; None for all.
        without: not these.
        restricted: whether restricted ones count.
    """

    only: frozenset[str] | None = None
    without: frozenset[str] = frozenset()
    restricted: bool = True

    def __contains__(self, graph: str) -> bool:
        if graph in self.without or (self.only is not None and graph not in self.only):
            return False
        return self.restricted or not terms.is_restricted(graph)


@dataclass(frozen=True)
class Grounds:
    """What something that was worked out from a store rests on.

    Attributes:
        graphs: all that is said in these.
        within: all that is said, in any other, of things whose IRIs begin so, or that names them.
        predicates: all that is said with these.
    """

    graphs: frozenset[str]
    within: str
    predicates: frozenset[str] = frozenset()


class Backend(Protocol):
    """A store: what an engine on disk, the socket of a running service, or a server can do."""

    def version(self) -> int:
        """The number of the newest commit; 0 when there was none."""

    def graphs(self) -> frozenset[str]:
        """The IRIs of all named graphs."""

    def triples(self, graphs: Sequence[str]) -> bytes:
        """The merged content of some graphs, in N-Triples."""

    def matching(
        self, place: int, nodes: Sequence[Node], predicate: URIRef | None, scope: Scope
    ) -> Iterable[Triple]:
        """The triples of some graphs that have one of some nodes at a place, as a Reader's.

        Each comes as often as there are graphs that hold it.
        """

    def holding(self, triples: Collection[Triple], scope: Scope) -> set[Triple]:
        """Those of some triples that some of the graphs hold."""

    def graphs_with(self, nodes: Sequence[Node]) -> frozenset[str]:
        """The graphs that have one of some nodes at either end of a triple; "" is the unnamed."""

    def exceeds(self, quads: int) -> bool:
        """Whether there are more quads than so many; costs no more than those."""

    def altered(self, since: int, grounds: Grounds) -> bool:
        """Whether a commit after a version changed any of it, or may have: some are not kept.

        It costs what those commits changed.
        """

    def apply(self, change: Change, base: int | None) -> int:
        """Make a change, whole or not at all; raises Conflict unless the version is `base`."""

    def backup(self, folder: Path) -> int:
        """Copy the store into a new folder; returns the version of the copy."""

    def close(self) -> None:
        """Let go of the store."""


class Stored:
    """Some of a store's graphs as a Reader; a triple comes as often as there are graphs with it."""

    def __init__(self, backend: Backend, scope: Scope) -> None:
        self._backend, self._scope = backend, scope

    def matching(
        self, place: int, nodes: Collection[Node], predicate: URIRef | None = None
    ) -> Iterable[Triple]:
        """The triples that have one of some nodes at a place."""
        return self._backend.matching(place, list(nodes), predicate, self._scope)

    def holding(self, triples: Collection[Triple]) -> set[Triple]:
        """Those of some triples that are in it."""
        return self._backend.holding(triples, self._scope)
