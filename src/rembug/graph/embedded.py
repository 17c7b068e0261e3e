"""The embedded store: Oxigraph on disk, one writer, readers on snapshots of their own."""

import logging
import os
import re
import shutil
import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final, Self

import pyoxigraph as ox
from rdflib import URIRef
from rdflib.term import Node

from rembug import terms
from rembug.errors import Conflict, QuerySyntaxError, StoreFull, StoreUnreachable
from rembug.graph import pending
from rembug.graph.model import Answer, Change, Content, Dataset, Scope
from rembug.graph.reader import PREDICATE, SUBJECT, Triple
from rembug.graph.syntax import n_triples, to_engine, to_rdflib

VERSIONS: Final = "versions"
"""The folder beside the engine's where the store is kept as it was at each commit."""
PENDING: Final = "pending"
"""The folder beside it where a large change is written down while it is made."""

_VERSION: Final = ox.NamedNode(terms.CG.storeVersion)
_PROVENANCE: Final = ox.NamedNode(terms.PROVENANCE)
_WITHOUT_VERSION: Final = (
    f"DELETE WHERE {{ GRAPH {_PROVENANCE} {{ {_PROVENANCE} {_VERSION} ?version }} }}"
)
_logger: Final = logging.getLogger("rembug.store")
_POSITION: Final = re.compile(r"(?:error )?at (\d+):(\d+): ?(.*)", re.DOTALL)


class Embedded:
    """A Backend over an Oxigraph store, on disk or in memory."""

    def __init__(self, folder: Path | None, versions: Path | None = None) -> None:
        """Open or create a store.

        Args:
            folder: where the engine keeps its files; None for a store in memory.
            versions: where the store as it was at each commit is kept, by hard links; None to keep
                none.

        Raises:
            StoreUnreachable: the folder holds something else or cannot be written.
        """
        try:
            self._store = ox.Store(str(folder)) if folder else ox.Store()
        except OSError as error:
            raise StoreUnreachable(f"the store in {folder} cannot be opened: {error}") from error
        self._versions, self._folder = versions, folder
        forget = None
        if folder is not None and self._pending.exists():
            forget = self._finish()
        if folder is not None:
            shutil.rmtree(self._past, ignore_errors=True)
        self._begin()
        if forget is not None:
            self._keep(self._version, forget=forget)

    @classmethod
    def past(cls, folder: Path) -> Self:
        """The store as it was at a commit, from where it is kept; nothing can be written to it.

        Raises:
            StoreUnreachable: the folder holds no store.
        """
        past = cls.__new__(cls)
        try:
            past._store = ox.Store.read_only(str(folder))
        except OSError as error:
            raise StoreUnreachable(f"the version in {folder} cannot be read: {error}") from error
        past._versions = past._folder = None
        past._begin()
        return past

    def _begin(self) -> None:
        self._writing = threading.Lock()
        self._before: ox.Store | None = None
        self._version = self._stored_version()
        self._graphs = self._stored_graphs()

    @property
    def _read(self) -> ox.Store:
        """What everybody reads: the store, or what it was before a change that is being made."""
        return self._before or self._store

    def version(self) -> int:
        """The number of the newest commit."""
        return self._version

    def graphs(self) -> frozenset[str]:
        """The IRIs of all named graphs."""
        return self._graphs

    def answer(self, query: str, dataset: Dataset, accept: Mapping[str, str]) -> Answer:
        """Answer a query; raises QuerySyntaxError with the engine's line and column."""
        try:
            result = self._read.query(
                query,
                use_default_graph_as_union=dataset.default is None,
                default_graph=_graph_names(dataset.default),
                named_graphs=_named_nodes(dataset.named),
            )
        except SyntaxError as error:
            raise syntax_error(error.msg, error.lineno, error.offset) from error
        match result:
            case ox.QueryBoolean():
                media_type = accept["boolean"]
                body = _written(result, media_type)
                return Answer.of("boolean", media_type, body, self._version)
            case ox.QuerySolutions():
                media_type = accept["solutions"]
                body = _written(result, media_type)
                return Answer.of("solutions", media_type, body, self._version)
            case ox.QueryTriples():
                media_type = accept["triples"]
                rdf = ox.RdfFormat.from_media_type(media_type)
                body = ox.serialize(result, format=rdf, prefixes=_prefixes_for(rdf)) or b""
                return Answer.of("triples", media_type, body, self._version)

    def triples(self, graphs: Sequence[str]) -> bytes:
        """The merged content of some graphs, in N-Triples; unknown graphs are empty."""
        return b"".join(
            self._read.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=_graph_name(graph)) or b""
            for graph in graphs
            if graph in self._graphs or not graph
        )

    def matching(
        self, place: int, nodes: Sequence[Node], predicate: URIRef | None, scope: Scope
    ) -> Iterator[Triple]:
        """The triples of some graphs that have one of some nodes at a place."""
        graph: Any = None
        if scope.only is not None and len(scope.only) == 1:
            (only,) = scope.only
            graph = _graph_name(only)
        fixed = ox.NamedNode(predicate) if predicate is not None else None
        for node in nodes:
            pattern: list[Any] = [None, fixed, None]
            pattern[place] = to_engine(node)
            if not _can_stand(pattern[place], place):
                continue
            for quad in self._read.quads_for_pattern(pattern[0], pattern[1], pattern[2], graph):
                name = quad.graph_name
                if (name.value if isinstance(name, ox.NamedNode) else "") in scope:
                    yield (
                        to_rdflib(quad.subject),
                        URIRef(quad.predicate.value),
                        to_rdflib(quad.object),
                    )

    def holding(self, triples: Collection[Triple], scope: Scope) -> set[Triple]:
        """Those of some triples that some of the graphs hold."""
        found = set()
        for triple in triples:
            parts: list[Any] = [to_engine(term) for term in triple]
            if not all(_can_stand(part, place) for place, part in enumerate(parts)):
                continue
            for quad in self._read.quads_for_pattern(parts[0], parts[1], parts[2], None):
                name = quad.graph_name
                if (name.value if isinstance(name, ox.NamedNode) else "") in scope:
                    found.add(triple)
                    break
        return found

    def apply(self, change: Change, base: int | None) -> int:
        """Make a change as one update, which the engine runs as one transaction.

        Raises:
            Conflict: the version is not `base`.
            StoreFull: the disk has no room; the store is as it was.
        """
        with self._writing:
            if base is not None and base != self._version:
                raise Conflict(
                    f"the store went from version {base} to {self._version} while this commit "
                    "was made; run it again"
                )
            number = self._version + 1
            if self._before is not None:
                raise StoreFull(
                    "the store holds a large change that is not made yet; make room on its disk "
                    "and open it again, which finishes it"
                )
            try:
                if self._folder is not None and pending.is_large(change):
                    return self._in_pieces(change, number)
                self._store.update(_as_update(change, number))
                self._store.flush()
            except OSError as error:
                raise StoreFull(
                    f"the store could not be written, and is as it was: {error}; make room on its "
                    "disk and start the service again"
                ) from error
            self._tell(number, forget=change.forget)
            return number

    def _in_pieces(self, change: Change, number: int) -> int:
        """Make a large change; until all of it is there, everybody reads what was before.

        Raises:
            StoreFull: the disk has no room for the rest, which comes in when the store is opened.
            OSError: it could not be written down; the store is as it was.
        """
        pending.write_down(change, number, self._pending)
        shutil.rmtree(self._past, ignore_errors=True)
        self._store.backup(str(self._past))
        self._before = ox.Store.read_only(str(self._past))
        try:
            self._finish()
        except OSError as error:
            raise StoreFull(
                f"the change is written down and not made yet: {error}; make room on the store's "
                "disk and open it again, which finishes it"
            ) from error
        self._tell(number, forget=change.forget)
        self._before = None
        shutil.rmtree(self._past, ignore_errors=True)
        return number

    def _finish(self) -> bool:
        """Make what is written down; returns whether the versions before it are forgotten."""
        number, forget = pending.version_of(self._pending)
        pending.make(self._store, self._pending)
        self._store.update(f"{_WITHOUT_VERSION} ; INSERT DATA {{ {_told(number)} }}")
        self._store.flush()
        shutil.rmtree(self._pending)
        return forget

    @property
    def _pending(self) -> Path:
        assert self._folder is not None
        return self._folder.with_name(PENDING)

    @property
    def _past(self) -> Path:
        assert self._folder is not None
        return self._folder.with_name("before")

    def _tell(self, number: int, *, forget: bool) -> None:
        """Let a version that is in the store be the newest."""
        self._graphs = self._stored_graphs()
        self._version = number
        self._keep(number, forget=forget)

    def _keep(self, version: int, *, forget: bool) -> None:
        """Keep the store as it is now, to be asked later; its commit is done whatever comes."""
        if self._versions is None:
            return
        try:
            if forget:
                shutil.rmtree(self._versions, ignore_errors=True)
            self._versions.mkdir(mode=0o700, exist_ok=True)
            shutil.rmtree(self._versions / str(version), ignore_errors=True)
            self._store.backup(str(self._versions / str(version)))
        except OSError as error:
            _logger.warning("version %d is not kept to be asked later: %s", version, error)

    def snapshot(self, folder: Path, *, wait: bool) -> tuple[int, Path, frozenset[str]] | None:
        """Copy the store into a folder that does not exist yet, by hard links: within milliseconds.

        Args:
            folder: where to, on the same disk.
            wait: whether to wait for a commit that is being made; if not, None is returned then.

        Returns:
            The version of the copy, the folder and the graphs in it.
        """
        if not self._writing.acquire(blocking=wait):
            return None
        try:
            shutil.rmtree(folder, ignore_errors=True)
            if self._before is None:
                self._store.backup(str(folder))
            else:  # half of a change is in the store
                shutil.copytree(self._past, folder, copy_function=os.link)
            return self._version, folder, self._graphs
        finally:
            self._writing.release()

    def backup(self, folder: Path) -> int:
        """Copy the store into a folder of a new folder; returns the version of the copy.

        Raises:
            StoreUnreachable: the folder is there already, or cannot be written.
        """
        if folder.parent.exists():
            raise StoreUnreachable(f"{folder.parent} is there already; name a folder that is not")
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            made = self.snapshot(folder, wait=True)
        except OSError as error:
            shutil.rmtree(folder, ignore_errors=True)
            raise StoreUnreachable(f"the copy in {folder} cannot be made: {error}") from error
        assert made is not None
        return made[0]

    def __len__(self) -> int:
        return len(self._read)

    def close(self) -> None:
        """Flush and let go of the engine, and so of its lock."""
        del self._store

    def _stored_version(self) -> int:
        found = self._store.quads_for_pattern(_PROVENANCE, _VERSION, None, _PROVENANCE)
        return max(
            (int(q.object.value) for q in found if isinstance(q.object, ox.Literal)), default=0
        )

    def _stored_graphs(self) -> frozenset[str]:
        return frozenset(graph.value for graph in self._store.named_graphs())


def _as_update(change: Change, version: int) -> str:
    gone = [*change.drop, *change.replace]
    statements = [f"DROP SILENT {f'GRAPH <{graph}>' if graph else 'DEFAULT'}" for graph in gone]
    statements += [
        f"CREATE SILENT GRAPH <{graph}>"
        for graph, content in change.replace.items()
        if graph and not content
    ]
    if removed := [_block(graph, content) for graph, content in change.remove.items()]:
        statements.append("DELETE DATA {\n" + "\n".join(removed) + "\n}")
    statements.append(_WITHOUT_VERSION)
    blocks = [
        _block(graph, content)
        for graph, content in (*change.replace.items(), *change.append.items())
    ]
    blocks.append(_told(version))
    statements.append("INSERT DATA {\n" + "\n".join(blocks) + "\n}")
    return " ;\n".join(statements)


def _told(version: int) -> str:
    return f"GRAPH {_PROVENANCE} {{ {_PROVENANCE} {_VERSION} {version} }}"


def _block(graph: str, content: Content) -> str:
    return f"GRAPH <{graph}> {{\n{n_triples(content)}}}" if graph else n_triples(content)


def _can_stand(term: object, place: int) -> bool:
    """Whether a term can be at a place of a triple (RDF 1.1 Concepts §3.1); None never can."""
    kinds: Any = {SUBJECT: (ox.NamedNode, ox.BlankNode), PREDICATE: ox.NamedNode}
    return term is not None if place not in kinds else isinstance(term, kinds[place])


def _graph_name(graph: str) -> ox.NamedNode | ox.DefaultGraph:
    return ox.NamedNode(graph) if graph else ox.DefaultGraph()


def _graph_names(
    graphs: frozenset[str] | None,
) -> list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] | None:
    if graphs is None:
        return None
    return [_graph_name(graph) for graph in sorted(graphs)]


def _named_nodes(graphs: frozenset[str] | None) -> list[ox.NamedNode | ox.BlankNode] | None:
    return None if graphs is None else [ox.NamedNode(graph) for graph in sorted(graphs)]


def _written(result: ox.QueryBoolean | ox.QuerySolutions, media_type: str) -> bytes:
    return result.serialize(format=ox.QueryResultsFormat.from_media_type(media_type)) or b""


def _prefixes_for(rdf: ox.RdfFormat | None) -> dict[str, str] | None:
    return terms.PREFIXES if rdf in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None


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
