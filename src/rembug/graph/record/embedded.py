"""The embedded store: Oxigraph on disk, one writer, readers on snapshots of their own."""

import errno
import logging
import os
import shutil
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import chain, islice
from pathlib import Path
from typing import Final, Self

import pyoxigraph as ox
from rdflib import URIRef
from rdflib.term import Node

from rembug import terms
from rembug.errors import StoreFull
from rembug.graph.folders import BEFORE, FORGETTING
from rembug.graph.model import Change, Grounds, Scope
from rembug.graph.reader import Triple
from rembug.graph.record import faults
from rembug.graph.record.difference import Difference
from rembug.graph.record.lookup import graphs_with, holding, matching
from rembug.graph.record.patch import Log, Patch, apply_at_once, apply_in_pieces, taken_back
from rembug.graph.record.quads import graph_name, is_of, marked, stored_version
from rembug.graph.record.reopening import aside, has_room, reopened
from rembug.graph.record.rewriting import Note, rewrite, settle

AT_ONCE: Final = 50_000
"""Quads of a change that is made in one transaction."""

_logger: Final = logging.getLogger("rembug.graph")
_SPARE: Final = 50  # versions; removing them costs a flush


class Embedded:
    """The record: a Backend over an Oxigraph store, on disk or in memory, with its patches."""

    def __init__(self, folder: Path | None, log: Path | None = None) -> None:
        """Open or create a store, and finish what an earlier process did not.

        Args:
            folder: where the engine keeps its files; None for a store in memory.
            log: where the patches of its commits are kept; None with a store in memory alone.

        Raises:
            StoreUnreachable: the folder holds something else or cannot be written.
        """
        self._folder = folder
        if folder is not None:
            settle(folder)
            shutil.rmtree(self._past, ignore_errors=True)
        try:
            self._store = ox.Store(str(folder)) if folder else ox.Store()
            self._log = Log(log) if log else None
        except OSError as error:
            raise faults.unopened(folder, error) from error
        except RuntimeError as error:  # what the engine finds damaged
            raise faults.damaged(folder, error) from error
        self._begin()
        if self._log is not None:
            self._repeat(self._log)

    @classmethod
    def past(cls, folder: Path) -> Self:
        """The store as it was at a commit, in a folder of its own; nothing can be written to it.

        Raises:
            StoreUnreachable: the folder holds no store.
        """
        past = cls.__new__(cls)
        try:
            past._store = ox.Store.read_only(str(folder))
        except OSError as error:
            raise faults.unread(folder, error) from error
        past._log = past._folder = None
        past._begin()
        return past

    def _begin(self) -> None:
        self._writing = threading.RLock()
        self._before: ox.Store | None = None
        self._noted = Note(None if self._folder is None else self._folder.with_name(FORGETTING))
        self._owes = self._stuck = False
        self._look()

    def _look(self) -> None:
        """Note what the store says of itself."""
        self._recent: Patch | None = None
        self._version = stored_version(self._store)
        self._graphs = frozenset(graph.value for graph in self._store.named_graphs())

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

    @property
    def engine(self) -> ox.Store:
        """The store itself, for those who derive another from it."""
        return self._store

    def triples(self, graphs: Sequence[str]) -> bytes:
        """The merged content of some graphs, in N-Triples; unknown graphs are empty."""
        return b"".join(
            self._read.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph_name(graph)) or b""
            for graph in graphs
            if graph in self._graphs or not graph
        )

    def dump(self, graph: str, file: Path) -> None:
        """Write the content of a graph, which there is, in N-Triples."""
        self._read.dump(str(file), format=ox.RdfFormat.N_TRIPLES, from_graph=graph_name(graph))

    def matching(
        self, place: int, nodes: Sequence[Node], predicate: URIRef | None, scope: Scope
    ) -> Iterator[Triple]:
        """The triples of some graphs that have one of some nodes at a place."""
        if self._has_any_of(scope):
            yield from matching(self._read, place, nodes, predicate, scope)

    def holding(self, triples: Collection[Triple], scope: Scope) -> set[Triple]:
        """Those of some triples that some of the graphs hold."""
        return holding(self._read, triples, scope) if self._has_any_of(scope) else set()

    def graphs_with(self, nodes: Sequence[Node]) -> frozenset[str]:
        """The graphs that have one of some nodes at either end of a triple."""
        return graphs_with(self._read, nodes)

    def _has_any_of(self, scope: Scope) -> bool:
        """Whether there is a graph to look in: in one that is yet to come nothing is looked for."""
        return scope.only is None or any(not g or g in self._graphs for g in scope.only)

    def has_unnamed(self) -> bool:
        """Whether anything is in the graph without a name."""
        unnamed = self._read.quads_for_pattern(None, None, None, ox.DefaultGraph())
        return any(True for _ in unnamed)

    def exceeds(self, quads: int) -> bool:
        """Whether there are more quads than so many; costs no more than those."""
        return any(True for _ in islice(self._read, quads, quads + 1))

    def altered(self, since: int, grounds: Grounds) -> bool:
        """Whether a commit after a version changed any of it, or may have."""
        try:
            return any(
                is_of(quad, grounds)
                for patch in self.patches(since)
                for quad in chain(patch.removed(), patch.added())
            )
        except KeyError:
            return True

    def apply(self, change: Change, base: int | None) -> int:
        """Make a change: written down as a patch first, then made, whole or not at all.

        Raises:
            Conflict: the version is not `base`.
            StoreFull: the disk has no room; the store is as it was.
        """
        with self._writing:
            self._open_again()
            if base is not None and base != self._version:
                raise faults.overtaken(base, self._version)
            self._settle_debt()
            try:
                patch = self._written_down(change)
            except OSError as error:
                raise faults.unwritten(error) from error
            if patch.forget:
                self._noted.write(patch.version)
            self._make(patch)
            if patch.forget:
                self._recent = patch.held() if patch.size <= AT_ONCE else None
                with suppress(StoreFull):  # the commit is made, and `require_forgotten` tells
                    self._forget()
            return patch.version

    @contextmanager
    def at_rest(self, *, wait: bool = True) -> Iterator[bool]:
        """Let nobody commit meanwhile; gives whether that is so, which it is if one waits."""
        got = self._writing.acquire(blocking=wait)
        try:
            yield got
        finally:
            if got:
                self._writing.release()

    def patches(self, since: int) -> Iterator[Patch]:
        """What was committed after a version, oldest first; KeyError where it is not kept."""
        if self._recent is not None and since == self._recent.version - 1:
            yield self._recent
        elif since < self._version:
            if self._log is None or self._log.newest < self._version:
                raise KeyError(since)
            yield from (self._log.read(number) for number in self._log.since(since))

    def first(self) -> int:
        """The earliest version that can be asked for; that of now where no patch is kept."""
        if self._log is None or self._owes:
            return self._version
        return self._log.first(self._version)

    def keep(self, versions: int) -> None:
        """Remove patches, now and then, so that not many more versions than so many are kept."""
        with self._writing:
            if self._log is not None and self.first() < self._version - versions - _SPARE:
                self._store.flush()  # they finish it, should the machine stop
                self._log.forget(self._version - versions)

    def back(self, version: int) -> Patch:
        """What leads from the newest version back to an earlier one.

        Raises:
            KeyError: it is not kept.
        """
        if self._log is None or not max(self.first(), 1) <= version <= self._version:
            raise KeyError(version)
        numbers = reversed(self._log.since(version)) if version < self._version else ()
        return taken_back(map(self._log.read, numbers), version)

    def _written_down(self, change: Change) -> Patch:
        number = self._version + 1
        with Difference(self._store, self._graphs, change) as difference:
            removed = chain(difference.removed(), marked(self._version))
            added = chain(difference.added(), marked(number))
            created = difference.created | ({str(terms.PROVENANCE)} - self._graphs)
            write = partial(Patch.of if self._log is None else self._log.write, number)
            return write(removed, added, created, difference.dropped, forget=change.forget)

    def _make(self, patch: Patch) -> None:
        """Make what is written down; until all of it is there, everybody reads what was before.

        Raises:
            StoreFull: the disk has no room. A small change is not made then; the rest of a large
                one comes in when the store is opened.
        """
        if patch.size <= AT_ONCE and not patch.blank:
            try:
                apply_at_once(self._store, patch)
            except OSError as error:
                self._stuck = True
                if self._log is not None:
                    self._log.discard(patch.version)
                if patch.forget:
                    self.forgotten()
                raise faults.unwritten(error) from error
        else:
            try:
                if self._folder is not None:
                    self._read_what_was_before()
                apply_in_pieces(self._store, patch)
            except OSError as error:
                self._stuck = True
                raise faults.unmade(error) from error
        if patch.created or patch.dropped:
            self._graphs = (self._graphs | patch.created) - patch.dropped
        self._version, self._recent = patch.version, patch
        self._read_what_is()

    def _open_again(self) -> None:
        """Let the engine write again after a full disk ended that; what was written down is made.

        Raises:
            StoreFull: there is no room for it yet; everybody reads what was before.
        """
        if not self._stuck or self._folder is None:
            return
        try:
            if not has_room(self._folder):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            if self._before is None:
                self._before = aside(self._folder, self._past)
            self._store = self._before  # lets go of the files
            self._store = reopened(self._folder)
        except OSError as error:
            raise faults.unwritten(error) from error
        self._look()
        if self._log is not None:
            self._repeat(self._log)
        self._stuck = False
        self._read_what_is()

    def _repeat(self, log: Log) -> None:
        """Make what is written down and not in the store, as after a kill or a loss of power."""
        try:
            newer = log.since(self._version) if log.newest > self._version else ()
            patches = [log.read(number) for number in newer]
        except KeyError as error:
            raise faults.patches_lost(self._version, error) from error
        for patch in patches:
            if patch.forget:
                self._noted.write(patch.version)
            try:
                apply_in_pieces(self._store, patch)
            except OSError as error:
                raise faults.unmade(error) from error
        self._look()
        if log.first(self._version) < self.forgetting:
            with suppress(StoreFull):  # it can be read; nothing earlier, and nothing is written
                self._forget()

    @property
    def forgetting(self) -> int:
        """The version before which nothing is to be kept, until all is gone; 0 for none."""
        return self._noted.version

    def require_forgotten(self) -> None:
        """Raise StoreFull where the files still have what was to be forgotten."""
        if self._owes:
            raise StoreFull(faults.OWING)

    def forgotten(self) -> None:
        """Note that all is gone that was to be forgotten, in what is derived from it as well."""
        if not self._owes and self._folder is not None:
            self._noted.clear()
            if self._recent is not None and self._recent.forget:
                self._recent = None

    def _forget(self) -> None:
        """Keep nothing of earlier versions: no patch, and no byte in the engine's files.

        Raises:
            StoreFull: the disk has no room for it. Until it has, no earlier version can be asked.
        """
        if self._log is None or self._folder is None:
            return
        self._owes = True
        try:
            self._read_what_was_before()
            rewrite(self._folder, self._store)
        except OSError as error:
            self._stuck = True
            self._read_what_is()
            _logger.error("%s (%s)", faults.OWING.en, str(error))
            raise StoreFull(faults.OWING) from error
        assert self._before is not None
        self._store = self._before  # lets go of the files
        settle(self._folder)
        self._store = reopened(self._folder)
        self._log.forget(self._version)
        self._owes = False
        self._read_what_is()

    def _settle_debt(self) -> None:
        """Forget what a full disk left; raises StoreFull while there is no room for it."""
        if self._owes:
            self._forget()
            self.forgotten()

    def _read_what_was_before(self) -> None:
        """Let everybody read a copy, made by hard links, while the store is worked on."""
        shutil.rmtree(self._past, ignore_errors=True)
        self._store.backup(str(self._past))
        self._before = ox.Store.read_only(str(self._past))

    def _read_what_is(self) -> None:
        if self._before is not None:
            self._before = None
            shutil.rmtree(self._past, ignore_errors=True)

    @property
    def _past(self) -> Path:
        assert self._folder is not None
        return self._folder.with_name(BEFORE)

    def snapshot(self, folder: Path) -> tuple[int, frozenset[str]]:
        """Copy the store into a folder that does not exist yet, by hard links: within milliseconds.

        Args:
            folder: where to, on the same disk.

        Returns:
            The version of the copy, and the graphs in it.
        """
        with self._writing:
            try:
                self._open_again()
            except StoreFull:
                if self._before is None:
                    raise
            shutil.rmtree(folder, ignore_errors=True)
            if self._before is None:
                try:
                    self._store.backup(str(folder))
                except OSError:
                    self._stuck = True
                    raise
            else:  # half of a change is in the store
                shutil.copytree(self._past, folder, copy_function=os.link)
            return self._version, self._graphs

    def backup(self, folder: Path) -> int:
        """Copy the store into a folder of a new folder; returns the version of the copy.

        Raises:
            BadParameter: the folder is there already.
            StoreUnreachable: it cannot be written.
            StoreFull: what was withdrawn is still in the files, and would be in the copy.
        """
        if folder.parent.exists():
            raise faults.taken(folder.parent)
        with self._writing:
            self._settle_debt()
        try:
            folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            return self.snapshot(folder)[0]
        except OSError as error:
            shutil.rmtree(folder.parent, ignore_errors=True)
            raise StoreFull.of(error) or faults.uncopied(folder, error) from error

    def __len__(self) -> int:
        return len(self._read)

    def close(self) -> None:
        """Flush and let go of the engine, and so of its lock."""
        del self._store
