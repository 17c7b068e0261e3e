"""What one kind of reader reads: a store that holds what they may, and nothing else.

So a query is asked as it stands, with no graphs listed, and nothing restricted can be in its
answer. The store is derived from the record by the patches of its commits, says which version it
shows, and can be removed at any time: the next start makes it anew.
"""

import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import pyoxigraph as ox

from rembug.errors import Preparing, StoreFull, with_cause
from rembug.graph.answering import answered
from rembug.graph.folders import ENGINE
from rembug.graph.model import Answer, Dataset, Reads
from rembug.graph.readers.access import DefaultGraph
from rembug.graph.readers.copied import Copied, touched
from rembug.graph.readers.files import Files
from rembug.graph.readers.filling import fill
from rembug.graph.readers.index.cards import Touched
from rembug.graph.readers.kinds import name_of
from rembug.graph.readers.view import View, at_once
from rembug.graph.record.embedded import Embedded
from rembug.graph.record.patch import Patch
from rembug.graph.record.quads import in_graph, stored_version

_PATIENCE: Final = 2  # seconds
_HELD: Final = 500_000  # quads of a patch
_logger: Final = logging.getLogger("rembug.readers")


class ReadingStore:
    """The store of one kind of reader."""

    def __init__(
        self,
        reads: Reads,
        folder: Path | None,
        record: Embedded,
        default_graph: DefaultGraph,
        below: Callable[[], "ReadingStore | None"] = lambda: None,
    ) -> None:
        """Open it as it is; what cannot be used is put away.

        Args:
            reads: one of those who read it.
            folder: its own; None for one in memory.
            record: what it is derived from.
            default_graph: the merge, or strictly the record's unnamed graph.
            below: tells of a store with a part of what this one has, which it can begin from.

        Raises:
            StoreUnreachable: the folder cannot be written.
        """
        self.name, self._record, self._below = name_of(reads), record, below
        self._view = View(reads, default_graph)
        self._files = Files(folder, strict=self._view.strict)
        self._owes = False
        self._stuck = False  # as an engine is for good that a full disk stopped
        self._torn = False  # as one is that shows a part of a version
        self._turn, self._making = threading.RLock(), threading.RLock()
        self._store = self._files.opened()
        if not self._is_whole():
            del self._store
            self._store = self._files.emptied()
            self._tell()

    def version(self) -> int:
        """The version of the record that it shows."""
        return self._version

    @property
    def graphs(self) -> frozenset[str]:
        """The IRIs of its named graphs."""
        return self._graphs

    @property
    def owes(self) -> bool:
        """Whether its files still have what is to be forgotten."""
        return self._owes

    def may_hold(self, graph: str) -> bool:
        """Whether its reader may read a graph."""
        return self._view.has(graph)

    def nothing_unnamed(self) -> bool:
        """Whether the record has nothing in the graph without a name."""
        return not self._record.has_unnamed()

    def catch_up(self, *, wait: bool = True) -> None:
        """Show the record's newest version.

        Args:
            wait: for a commit that is being made; else what was shown before goes on to be.

        Raises:
            StoreFull: the disk has no room for it, and it was to be waited for; or what was shown
                before is not whole, or is to be forgotten.
        """
        owing = wait and self._owes  # a page waits for none of that
        due = self._version != self._record.version() or owing or self._stuck_with_room()
        try:
            if due and not self._followed(wait=wait):
                self._make_anew(needed=True, wait=wait)
        except StoreFull:
            # Of what is to be forgotten nothing is shown any more.
            if wait or self._torn or not self._version or self.changed(self._version) is None:
                raise

    def _followed(self, *, wait: bool) -> bool:
        """Apply what was committed since; returns whether that is all that is to be done.

        Args:
            wait: for a commit that is being made; without, there may be nothing to do now.
        """
        # What a patch takes from the merge is looked up in the record, which must not change then.
        with self._record.at_rest(wait=wait or not self._version) as rests:
            # Whoever follows a commit has the record at rest, too, and its turn here for as long
            # as that takes: who waits for no commit waits for neither.
            return not rests or self._newer_applied()

    def _newer_applied(self) -> bool:
        """As `_followed`, while nobody commits."""
        with self._turn:
            if self._stuck_with_room():
                return False
            if self._version != self._record.version():
                if not self._version:
                    return False
                try:
                    for patch in list(self._record.patches(self._version)):
                        self._apply(patch)
                except (KeyError, FileNotFoundError):
                    # Something of it may be what is to be forgotten.
                    _logger.warning(
                        "the reading store %s is made anew: what came since is not known", self.name
                    )
                    self._show_nothing()
                    return False
                except OSError as error:
                    self._stuck = True
                    raise self._unwritten(error) from error
            return not self._owes

    def _stuck_with_room(self) -> bool:
        """Whether a full disk stopped the engine, and there is room by now to make it anew."""
        return self._stuck and self._files.have_room()

    def make_anew(self) -> None:
        """Make it anew from the record; raises as `catch_up` does."""
        self._make_anew(needed=False, wait=True)

    def _make_anew(self, *, needed: bool, wait: bool) -> None:
        """Make it anew beside what is there, which is read, and follows commits, meanwhile.

        Args:
            needed: whether there is nothing to do where somebody has done it by now.
            wait: for whoever does it now.
        """
        patience = 0 if self._version else _PATIENCE
        if not self._making.acquire(timeout=-1 if wait else patience):
            if self._version:
                return
            raise Preparing
        try:
            while not (needed and self._followed(wait=True)):
                self._take(*self._made())
                needed = True
        except OSError as error:
            raise self._unwritten(error) from error
        finally:
            self._making.release()

    def _unwritten(self, error: OSError) -> StoreFull:
        return StoreFull(
            with_cause(
                f"the reading store {self.name} could not be written; make room on its disk; until "
                "then the version before is read",
                f"penyimpanan baca {self.name} tidak dapat ditulis; kosongkan ruang di disknya; "
                "sementara itu versi sebelumnya yang dibaca",
                error,
            )
        )

    def answer(self, query: str, dataset: Dataset, accept: Mapping[str, str]) -> Answer:
        """Answer a query, in this process; raises QuerySyntaxError with the line and column."""
        with self._turn:
            return answered(self._store, query, dataset, accept, self._version)

    @contextmanager
    def standing(self) -> Iterator[Copied]:
        """It itself, which shows the same version for as long as it is looked at.

        Raises:
            Preparing: much is being written to it.
        """
        if not self._turn.acquire(timeout=_PATIENCE):
            raise Preparing
        try:
            yield Copied(self._version, self._graphs, self._store, self._view.strict)
        finally:
            self._turn.release()

    @contextmanager
    def copied(self) -> Iterator[Copied]:
        """A copy of it, which is gone afterwards; of one in memory it itself."""
        if self._files.folder is None:
            with self.standing() as itself:
                yield itself
            return
        with TemporaryDirectory(dir=self._files.folder) as folder:
            version, graphs = self.snapshot(path := Path(folder) / ENGINE)
            yield Copied(version, graphs, ox.Store.read_only(str(path)), self._view.strict)

    def changed(self, since: int) -> int | None:
        """How many quads came or went after a version, and for others as well.

        None where that is not known, or where what was before is to be forgotten.
        """
        try:
            patches = list(self._record.patches(since)) if since <= self._version else None
        except KeyError:
            return None
        if patches is None or any(patch.forget for patch in patches):
            return None
        return sum(patch.size for patch in patches)

    def touched(self, since: int, *, forgetting: bool = False) -> Touched | None:
        """What the quads speak of that came or went after a version.

        None where that is not known, or where what was before is to be forgotten, unless that is
        what is asked for.
        """
        subjects, objects = set[str](), set[str]()
        try:
            for patch in self._record.patches(since):
                if patch.forget and not forgetting:
                    return None
                quads = chain(patch.removed(), patch.added())
                found = touched(quad for quad in quads if self.may_hold(in_graph(quad)))
                subjects |= found.subjects
                objects |= found.objects
        except KeyError:
            return None
        return Touched(subjects, objects)

    def everything(self) -> tuple[int, frozenset[str], Iterator[ox.Quad]]:
        """Its version, its named graphs, and all its quads as they are now, whatever comes."""
        with self._turn:
            quads = self._store.quads_for_pattern(None, None, None, None)
            return self._version, self._graphs, quads

    def differences(self, since: int) -> list[Patch] | None:
        """What its reader sees of the commits after a version, up to the one that it shows.

        None where that is not known, where what was before is to be forgotten, or where it is too
        much to hold in memory.
        """
        with self._record.at_rest(), self._turn:
            if self._version != self._record.version():
                return None
            try:
                patches = list(self._record.patches(since))
                if any(p.forget or p.size > _HELD for p in patches):
                    return None
                return [self._view.of(patch, self._record.engine) for patch in patches]
            except KeyError:
                return None

    def snapshot(self, folder: Path) -> tuple[int, frozenset[str]]:
        """Copy it into a folder, by hard links; returns the version of the copy and its graphs."""
        with self._turn:
            shutil.rmtree(folder, ignore_errors=True)
            try:
                self._store.backup(str(folder))
            except OSError as error:
                self._stuck = StoreFull.of(error) is not None
                raise
            return self._version, self._graphs

    def past(self, folder: Path, back: Patch, record: ox.Store) -> None:
        """Copy it into a folder as it was at an earlier version.

        Args:
            folder: does not exist yet.
            back: what leads from its version to the earlier one.
            record: as it was then.
        """
        self.snapshot(folder)
        store = ox.Store(str(folder))
        self._view.apply(back, store, record)
        store.flush()

    def close(self) -> None:
        """Let go of the engine's files."""
        del self._store

    def __len__(self) -> int:
        return len(self._store)

    def _is_whole(self) -> bool:
        """Whether it can be read and copied: the engine misses some lost files only then."""
        try:
            self._tell()
            if self._files.folder is not None:
                with TemporaryDirectory(dir=self._files.folder) as folder:
                    self._store.backup(str(Path(folder) / ENGINE))
        except (OSError, RuntimeError) as error:
            if isinstance(error, OSError) and StoreFull.of(error):
                self._stuck = True
                return True  # nothing of it is missing, and a full disk can be read
            # Who keeps the error keeps what it was raised in, and so the engine's lock.
            _logger.warning("the reading store %s is damaged: %s", self.name, str(error))
            return False
        return True

    def _tell(self) -> None:
        self._version = stored_version(self._store)
        self._graphs = frozenset(graph.value for graph in self._store.named_graphs())

    def _apply(self, patch: Patch) -> None:
        if patch.forget:  # it is read no longer, and is in the files until they are made anew
            self._owes = True
            self._files.disown()
        self._torn = not at_once(patch)
        self._view.apply(patch, self._store, self._record.engine)
        self._torn = False
        if patch.created or patch.dropped:
            self._graphs = (self._graphs | self._view.readable(patch.created)) - patch.dropped
        self._version = patch.version

    def _made(self) -> tuple[Path | None, ox.Store]:
        """It made anew from the record as it is now, and the folder of that."""
        if self._files.folder is None:
            with self._record.at_rest():
                fill(store := ox.Store(), self._record, self._view, frozenset(), None)
            return None, store
        engine = self._files.beside()
        try:
            with TemporaryDirectory(dir=self._files.folder) as aside:
                with self._record.at_rest():
                    version, _ = self._record.snapshot(path := Path(aside) / ENGINE)
                    known = self._begun(engine, version)
                store = ox.Store(str(engine))
                fill(store, Embedded.past(path), self._view, known, Path(aside))
            return engine, store
        except BaseException:
            shutil.rmtree(engine, ignore_errors=True)
            raise

    def _begun(self, engine: Path, version: int) -> frozenset[str]:
        """Begin with a copy of the one below it; returns the graphs that are in it."""
        below = self._below()
        if below is None or below.version() != version or below.owes:
            return frozenset()
        _, graphs = below.snapshot(engine)
        return graphs | {""} if below.may_hold("") else graphs

    def _take(self, engine: Path | None, store: ox.Store) -> None:
        """Show what was made anew, once it has what came meanwhile: no reader goes back."""
        with self._record.at_rest(), self._turn:
            try:
                patches = list(self._record.patches(stored_version(store)))
                for patch in patches:
                    self._view.apply(patch, store, self._record.engine)
            except (KeyError, FileNotFoundError):  # it is made once more
                if engine is not None:
                    shutil.rmtree(engine, ignore_errors=True)
                return
            owes = any(patch.forget for patch in patches)
            if engine is not None and not owes:
                self._files.declare(engine)
            self._store, self._owes, self._stuck, self._torn = store, owes, False, False
            self._tell()
            if engine is not None:
                self._files.replace(engine)

    def _show_nothing(self) -> None:
        self._version, self._graphs, self._store = 0, frozenset(), ox.Store()
