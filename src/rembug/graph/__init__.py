"""The graph: read it, ask it, commit to it. Everything else in Rembug goes through here.

Behind it stands a Backend: the embedded engine, or the socket of the service that owns it.
"""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final, Self

from rdflib import Graph, URIRef

from rembug.errors import BadParameter, StoreInUse
from rembug.graph import access
from rembug.graph.access import DefaultGraph
from rembug.graph.embedded import Embedded
from rembug.graph.model import (
    N_TRIPLES,
    RESULTS_JSON,
    Answer,
    Backend,
    Change,
    Role,
    Row,
    Rows,
    Term,
)
from rembug.graph.owner import Door, Owned, Ownership
from rembug.graph.scratch import Scratch
from rembug.graph.syntax import FORMATS, LocatedQuad, parse, write_graphs

__all__ = [
    "FORMATS",
    "Answer",
    "Change",
    "DefaultGraph",
    "KnowledgeGraph",
    "LocatedQuad",
    "Role",
    "Row",
    "Rows",
    "Scratch",
    "Term",
    "parse",
    "scratch",
]

_ENGINE: Final = "oxigraph"
_INTERNAL: Final[Mapping[str, str]] = {
    "boolean": RESULTS_JSON,
    "solutions": RESULTS_JSON,
    "triples": N_TRIPLES,
}


class KnowledgeGraph:
    """A store of named graphs with versions; each commit is atomic and makes one version."""

    def __init__(
        self,
        backend: Backend,
        default_graph: DefaultGraph = DefaultGraph.UNION,
        on_close: Callable[[], None] = lambda: None,
    ) -> None:
        self._backend = backend
        self._default_graph = default_graph
        self._on_close = on_close

    @classmethod
    def open(cls, location: str) -> Self:
        """Open a store for a command: as its owner, or through the service that owns it.

        Args:
            location: the store's folder; made if it does not exist.

        Raises:
            StoreInUse: another process owns it and does not take requests.
            StoreUnreachable: the folder cannot be used.
            BadParameter: the location is not a folder.
        """
        folder = _folder(location)
        try:
            return cls._as_owner(folder, Ownership(folder), DefaultGraph.UNION)
        except StoreInUse:
            if (owned := Owned.connect(folder)) is None:
                raise
            return cls(owned)

    @classmethod
    def own(cls, location: str, default_graph: DefaultGraph = DefaultGraph.UNION) -> Self:
        """Open a store for a service: as its owner, who also takes other commands' requests.

        Raises:
            StoreInUse: another process owns it.
            StoreUnreachable: the folder cannot be used.
            BadParameter: the location is not a folder.
        """
        folder = _folder(location)
        graph = cls._as_owner(folder, Ownership(folder), default_graph)
        door = Door(graph._backend, folder)
        release = graph._on_close

        def leave() -> None:
            door.close()
            release()

        graph._on_close = leave
        return graph

    @classmethod
    def in_memory(cls) -> Self:
        """A graph that is gone when the process ends."""
        return cls(Embedded(None))

    @classmethod
    def _as_owner(cls, folder: Path, ownership: Ownership, default_graph: DefaultGraph) -> Self:
        return cls(Embedded(folder / _ENGINE), default_graph, ownership.release)

    @property
    def version(self) -> int:
        """The number of the newest commit; 0 for a graph that never had one."""
        return self._backend.version()

    def graphs(self, role: Role) -> frozenset[URIRef]:
        """The named graphs that a role may read."""
        return frozenset(map(URIRef, access.readable(self._backend.graphs(), role)))

    def answer(
        self,
        query: str,
        role: Role = Role.PUBLIC,
        accept: Mapping[str, str] = _INTERNAL,
        protocol: tuple[frozenset[str], frozenset[str]] | None = None,
    ) -> Answer:
        """Answer a caller's query over the graphs that the caller may read.

        Args:
            query: SPARQL 1.1, any form; FROM and FROM NAMED narrow what is read.
            role: who asks.
            accept: the media type for each kind of result (`boolean`, `solutions`, `triples`).
            protocol: default and named graphs that the request names beside the query, if any.

        Raises:
            QuerySyntaxError: the text is not SPARQL.
            Forbidden: the query calls another endpoint.
        """
        dataset = access.dataset(query, self._backend.graphs, role, self._default_graph, protocol)
        return self._backend.answer(query, dataset, accept)

    def rows(self, query: str, role: Role = Role.PUBLIC) -> Rows:
        """The solutions of a SELECT query over the union of what a role may read."""
        dataset = access.dataset(query, self._backend.graphs, role)
        return Rows.from_json(self._backend.answer(query, dataset, _INTERNAL).body)

    def construct(self, query: str, role: Role = Role.PUBLIC) -> Graph:
        """The triples of a CONSTRUCT or DESCRIBE query over the union of what a role may read."""
        dataset = access.dataset(query, self._backend.graphs, role)
        body = self._backend.answer(query, dataset, _INTERNAL).body
        return Graph().parse(data=body, format="nt")

    def read(self, graphs: Iterable[URIRef]) -> Graph:
        """The merged content of some graphs."""
        return Graph().parse(data=self._backend.triples(_names(graphs)), format="nt")

    def dump(self, graphs: Iterable[URIRef], suffix: str) -> bytes:
        """Some graphs, each under its name, in the syntax of a file ending (`trig` or `nq`)."""
        parts = ((URIRef(name), self._backend.triples([name])) for name in _names(graphs))
        return write_graphs(parts, suffix)

    def commit(self, change: Change, base: int | None = None) -> int:
        """Make a change, whole or not at all.

        Args:
            change: what becomes of which graph.
            base: the version that the change was made against; None for whatever there is.

        Returns:
            The new version.

        Raises:
            Conflict: the version is not `base`.
        """
        return self._backend.apply(change, base)

    def close(self) -> None:
        """Let go of the store."""
        self._backend.close()
        self._on_close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def scratch(graph: Graph) -> Scratch:
    """A working copy of a graph in the engine's memory, for rules that add triples to it."""
    return Scratch(graph)


def _names(graphs: Iterable[URIRef]) -> list[str]:
    """Plain strings: a URIRef never equals a str, and a Backend speaks of graphs in those."""
    return sorted(str(graph) for graph in graphs)


def _folder(location: str) -> Path:
    if "://" in location:
        raise BadParameter(f"--store takes a folder, and {location} is a URL")
    return Path(location)
