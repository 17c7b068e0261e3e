"""What readers read: for each kind of reader a store that holds what they may, and nothing else.

A reading store has every named graph that its reader may read, and in its default graph the RDF
merge of them all (RDF 1.1 Semantics §4.1): a statement that two graphs make is there once. So a
query is asked as it stands, with no graphs listed, and nothing restricted can be in its answer.

It is derived from the record by the patches of its commits, says which version it shows, and can be
removed at any time: the next start makes it anew.
"""

import json
import logging
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from uuid import uuid4

import pyoxigraph as ox

from rembug.errors import Preparing, StoreFull, StoreUnreachable, Words
from rembug.graph.answering import answered
from rembug.graph.model import Answer, Confined, Dataset, Reads, Role
from rembug.graph.readers.access import DefaultGraph, may_read
from rembug.graph.readers.filling import fill
from rembug.graph.readers.index.cards import Touched
from rembug.graph.record.embedded import AT_ONCE, Embedded
from rembug.graph.record.patch import Patch, apply_in_pieces, as_shown
from rembug.graph.record.quads import as_update, in_graph, marked, stored_version

FOLDER: Final = "readers"
"""The folder beside the engine's where the reading stores are kept."""
PUBLIC: Final = "public"
ALL: Final = "all"
READERS: Final = (PUBLIC, ALL)
CONFINED: Final = "studies-"
"""How the names of stores begin that have the restricted graphs of some studies alone."""

_LAYOUT: Final = 1
_PATIENCE: Final = 2  # seconds
_HELD: Final = 500_000  # quads of a patch
_ROOM: Final = 16 * 2**20  # bytes beside what is made anew
_ABOUT: Final = "layout.json"
_ENGINE: Final = "oxigraph"
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
        self.name, self._reads, self._folder, self._record = name_of(reads), reads, folder, record
        self._strict = default_graph is DefaultGraph.STRICT
        self._below = below
        self._owes, self._engine = False, folder / _ENGINE if folder else None
        self._stuck = False  # as an engine is for good that a full disk stopped
        self._turn, self._making = threading.RLock(), threading.RLock()
        self._store = self._opened()
        if not self._is_whole():
            del self._store
            self._store = self._emptied()
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
        return may_read(graph, self._reads)

    def nothing_unnamed(self) -> bool:
        """Whether the record has nothing in the graph without a name."""
        return not self._record.has_unnamed()

    def catch_up(self, *, wait: bool = True) -> None:
        """Show the record's newest version.

        Args:
            wait: for a commit that is being made; else what was shown before goes on to be.

        Raises:
            StoreFull: the disk has no room for it; or for what is made anew, and that was to be
                waited for.
        """
        owing = wait and self._owes  # a page waits for none of that
        due = self._version != self._record.version() or owing or self._stuck_with_room()
        try:
            if due and not self._followed(wait=wait):
                self._make_anew(needed=True, wait=wait)
        except StoreFull:
            if wait or self._version != self._record.version():
                raise

    def _followed(self, *, wait: bool) -> bool:
        """Apply what was committed since; returns whether that is all that is to be done.

        Args:
            wait: for a commit that is being made; without, there may be nothing to do now.
        """
        # What a patch takes from the merge is looked up in the record, which must not change then.
        with self._record.at_rest(wait=wait or not self._version) as rests, self._turn:
            if not rests:
                return True
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
        if not self._stuck or self._engine is None:
            return False
        try:
            size = sum(path.stat().st_size for path in self._engine.iterdir())
            return shutil.disk_usage(self._engine).free > 2 * size + _ROOM
        except FileNotFoundError:  # it is being made anew
            return False

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
            Words(
                f"the reading store {self.name} could not be written: {error}; make room on its "
                "disk; until then the version before is read",
                f"penyimpanan baca {self.name} tidak dapat ditulis: {error}; kosongkan ruang di "
                "disknya; sementara itu versi sebelumnya yang dibaca",
            )
        )

    def answer(self, query: str, dataset: Dataset, accept: Mapping[str, str]) -> Answer:
        """Answer a query, in this process; raises QuerySyntaxError with the line and column."""
        with self._turn:
            return answered(self._store, query, dataset, accept, self._version)

    @contextmanager
    def standing(self) -> Iterator["Copied"]:
        """It itself, which shows the same version for as long as it is looked at.

        Raises:
            Preparing: much is being written to it.
        """
        if not self._turn.acquire(timeout=_PATIENCE):
            raise Preparing
        try:
            yield Copied(self._version, self._graphs, self._store, self._strict)
        finally:
            self._turn.release()

    @contextmanager
    def copied(self) -> Iterator["Copied"]:
        """A copy of it, which is gone afterwards; of one in memory it itself."""
        if self._folder is None:
            with self.standing() as itself:
                yield itself
            return
        with TemporaryDirectory(dir=self._folder) as folder:
            version, graphs = self.snapshot(path := Path(folder) / _ENGINE)
            yield Copied(version, graphs, ox.Store.read_only(str(path)), self._strict)

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
                for quad in (*patch.removed(), *patch.added()):
                    if self.may_hold(in_graph(quad)):
                        _note(quad, subjects, objects)
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
                return [self._seen(patch) for patch in patches]
            except KeyError:
                return None

    def _seen(self, patch: Patch) -> Patch:
        removed = self._leaving(patch, self._record.engine)
        added = as_shown(patch.added(), self._shown)
        graphs = self._readable(patch.created), self._readable(patch.dropped)
        return Patch.of(patch.version, removed, added, *graphs)

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
        self._change(store, back, record)
        store.flush()

    def close(self) -> None:
        """Let go of the engine's files."""
        del self._store

    def __len__(self) -> int:
        return len(self._store)

    def _opened(self) -> ox.Store:
        """The engine over its files; over none, if they are not there or of another layout."""
        if self._folder is None:
            return ox.Store()
        try:
            self._folder.mkdir(parents=True, mode=0o700, exist_ok=True)
            try:
                about = json.loads((self._folder / _ABOUT).read_text("utf-8"))
                engine = self._folder / about.pop("engine", _ENGINE)
                if about == self._about and engine.parent == self._folder:
                    self._clear_but(engine)
                    self._engine = engine
                    return ox.Store(str(engine))
                _logger.warning("the reading store %s is of another layout", self.name)
            except FileNotFoundError:  # it is new, or was not made to its end
                pass
            except (OSError, ValueError, RuntimeError, AttributeError, TypeError) as error:
                _logger.warning("the reading store %s is damaged: %s", self.name, error)
            return self._emptied()
        except OSError as error:
            raise StoreUnreachable(
                Words(
                    f"{self._folder} cannot be written: {error}",
                    f"{self._folder} tidak dapat ditulisi: {error}",
                )
            ) from error

    @property
    def _about(self) -> Mapping[str, object]:
        return {"layout": _LAYOUT, "default": "unnamed" if self._strict else "merge"}

    def _is_whole(self) -> bool:
        """Whether it can be read and copied: the engine misses some lost files only then."""
        try:
            self._tell()
            if self._folder is not None:
                with TemporaryDirectory(dir=self._folder) as folder:
                    self._store.backup(str(Path(folder) / _ENGINE))
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
            if self._folder is not None:
                (self._folder / _ABOUT).unlink(missing_ok=True)
        self._change(self._store, patch, self._record.engine)
        if patch.created or patch.dropped:
            self._graphs = (self._graphs | self._readable(patch.created)) - patch.dropped
        self._version = patch.version

    def _change(self, store: ox.Store, patch: Patch, record: ox.Store) -> None:
        """Make of a patch what its reader sees; `record` is as it is with the patch."""
        if patch.size <= AT_ONCE and not patch.blank:
            removed = self._leaving(patch, record)
            added = as_shown(patch.added(), self._shown)
            graphs = self._readable(patch.created), self._readable(patch.dropped)
            store.update(as_update(removed, added, *graphs))
            return
        created, dropped = self._readable(patch.created), self._readable(patch.dropped)
        readable = replace(patch, created=created, dropped=dropped)
        apply_in_pieces(store, readable, self._leaving(patch, record), self._shown)

    def _leaving(self, patch: Patch, record: ox.Store) -> Iterator[ox.Quad]:
        """A triple leaves the merge when the last graph that says it does."""
        for quad in patch.removed():
            graph = in_graph(quad)
            if not self.may_hold(graph):
                continue
            subject, predicate, value = quad.triple
            holders = record.quads_for_pattern(subject, predicate, value, None)
            if not any(self._merges(in_graph(other)) for other in holders):
                yield ox.Quad(subject, predicate, value)
            if graph:
                yield quad

    def _shown(self, graph: str) -> tuple[bool, bool]:
        """Whether its reader sees a graph under its name, and whether in the merge."""
        return bool(graph) and self.may_hold(graph), self.may_hold(graph) and self._merges(graph)

    def _merges(self, graph: str) -> bool:
        """Whether the default graph shows a graph."""
        return not graph if self._strict else self.may_hold(graph)

    def _readable(self, graphs: frozenset[str]) -> frozenset[str]:
        return frozenset(filter(self.may_hold, graphs))

    def _made(self) -> tuple[Path | None, ox.Store]:
        """It made anew from the record as it is now, and the folder of that."""
        if self._folder is None:
            with self._record.at_rest():
                self._fill(store := ox.Store(), self._record, frozenset(), None)
            return None, store
        engine = self._folder / f"{_ENGINE}-{uuid4().hex[:8]}"
        try:
            with TemporaryDirectory(dir=self._folder) as aside:
                with self._record.at_rest():
                    version, _ = self._record.snapshot(path := Path(aside) / _ENGINE)
                    known = self._begun(engine, version)
                store = ox.Store(str(engine))
                self._fill(store, Embedded.past(path), known, Path(aside))
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

    def _fill(
        self, store: ox.Store, record: Embedded, known: frozenset[str], folder: Path | None
    ) -> None:
        graphs = self._readable(record.graphs() | {""}) - known
        fill(store, record, graphs, self._shown, folder)
        store.update(as_update((), marked(record.version())))
        store.flush()

    def _take(self, engine: Path | None, store: ox.Store) -> None:
        """Show what was made anew, once it has what came meanwhile: no reader goes back."""
        with self._record.at_rest(), self._turn:
            try:
                patches = list(self._record.patches(stored_version(store)))
                for patch in patches:
                    self._change(store, patch, self._record.engine)
            except (KeyError, FileNotFoundError):  # it is made once more
                if engine is not None:
                    shutil.rmtree(engine, ignore_errors=True)
                return
            owes = any(patch.forget for patch in patches)
            if self._folder is not None and engine is not None and not owes:
                draft = self._folder / f"{_ABOUT}.draft"
                draft.write_text(json.dumps({**self._about, "engine": engine.name}), "utf-8")
                draft.replace(self._folder / _ABOUT)
            before, self._engine = self._engine, engine
            self._store, self._owes, self._stuck = store, owes, False
            self._tell()
            if before is not None:  # whoever looks at it still goes on to
                shutil.rmtree(before, ignore_errors=True)

    def _show_nothing(self) -> None:
        self._version, self._graphs, self._store = 0, frozenset(), ox.Store()

    def _emptied(self) -> ox.Store:
        if self._folder is None:
            return ox.Store()
        self._clear_but(None)
        self._engine = self._folder / _ENGINE
        return ox.Store(str(self._engine))

    def _clear_but(self, engine: Path | None) -> None:
        """Remove all that is there but an engine, when nobody reads any of it."""
        assert self._folder is not None
        for left in self._folder.iterdir():
            if left.is_dir() and left != engine:
                shutil.rmtree(left)
            elif engine is None or (left != engine and left.name != _ABOUT):
                left.unlink()


@dataclass(frozen=True)
class Copied:
    """A reading store that stays as it is.

    Attributes:
        version: which it shows.
        graphs: the IRIs of its named graphs.
        store: the engine over it.
        strict: whether its default graph is not the merge.
    """

    version: int
    graphs: frozenset[str]
    store: ox.Store
    strict: bool

    def source(self, query: str) -> Iterator[Mapping[str, ox.NamedNode | ox.Literal]]:
        """The solutions of a SELECT query of our own over the merge, in this process."""
        found = self.store.query(query, use_default_graph_as_union=self.strict)
        assert isinstance(found, ox.QuerySolutions)
        names = [variable.value for variable in found.variables]
        for solution in found:
            bound = zip(names, solution, strict=True)
            yield {name: term for name, term in bound if term is not None}

    def beyond(self, known: Callable[[str], bool]) -> Touched:
        """What the quads of its named graphs speak of, but for those that are known."""
        subjects, objects = set[str](), set[str]()
        for graph in self.graphs:
            if not known(graph):
                for quad in self.store.quads_for_pattern(None, None, None, ox.NamedNode(graph)):
                    _note(quad, subjects, objects)
        return Touched(subjects, objects)


def name_of(reads: Reads) -> str:
    """The name of the store that somebody reads."""
    if isinstance(reads, Confined):
        studies = "\n".join(sorted(reads.studies)).encode()
        return CONFINED + blake2b(studies, digest_size=8).hexdigest()
    return ALL if reads >= Role.RESEARCHER else PUBLIC


def reads_of(name: str) -> Role:
    """Who reads all that the store of a name has, `public` or `all`."""
    return Role.ADMIN if name == ALL else Role.PUBLIC


def _note(quad: ox.Quad, subjects: set[str], objects: set[str]) -> None:
    """Take down the IRIs at the ends of a quad."""
    for end, found in ((quad.subject, subjects), (quad.object, objects)):
        if isinstance(end, ox.NamedNode):
            found.add(end.value)


class Readers:
    """The reading stores of a record; each is opened when it is first asked for.

    Those of some studies alone are not kept beyond the process: nobody may ask for them again.
    """

    def __init__(self, record: Embedded, folder: Path | None, default_graph: DefaultGraph) -> None:
        """Open none yet."""
        self._record, self._folder, self._default_graph = record, folder, default_graph
        self._stores: dict[str, ReadingStore] = {}
        self._turn = threading.Lock()
        self._turns: dict[str, threading.Lock] = {}
        for left in folder.glob(f"{CONFINED}*") if folder else ():
            shutil.rmtree(left)

    def of(self, role: Reads) -> ReadingStore:
        """What somebody reads; while a commit is being made, at the version before."""
        name = name_of(role)
        with self._turn:
            turn = self._turns.setdefault(name, threading.Lock())
        with turn:  # to make one may take long, and others are read meanwhile
            if name not in self._stores:
                folder = self._folder / name if self._folder else None
                below = self.public if name != PUBLIC else lambda: None
                self._stores[name] = ReadingStore(
                    role, folder, self._record, self._default_graph, below
                )
        store = self._stores[name]
        store.catch_up(wait=False)
        return store

    def catch_up(self) -> None:
        """Let those that are open show the newest version."""
        for store in self._in_order():
            store.catch_up()

    def followed(self) -> list[ReadingStore]:
        """Let those of every reader's that are open follow; returns those that show the newest.

        What they owe they owe still.

        Raises:
            StoreFull: the disk has no room.
        """
        for store in self._in_order():
            store.catch_up(wait=False)
        return self.current()

    def forget(self) -> None:
        """Remove those that are not open: they tell what is not to be kept."""
        for left in self._folder.iterdir() if self._folder and self._folder.exists() else ():
            if left.name not in self._stores:
                shutil.rmtree(left)

    def forgotten(self) -> None:
        """Tell the record that nothing here or beside shows what it is to forget."""
        shown = self._record.version()
        if all(store.version() == shown and not store.owes for store in self._stores.values()):
            self._record.forgotten()

    def require_forgotten(self) -> None:
        """Raise StoreFull where the record still has what was to be forgotten."""
        self._record.require_forgotten()

    def keep(self, versions: int) -> None:
        """Let the record keep so many earlier versions, and what stores that lag behind need."""
        self._record.keep(versions)

    def rebuild(self) -> None:
        """Make all of them anew."""
        for role in (Role.PUBLIC, Role.ADMIN):
            self.of(role)
        for store in self._in_order():
            store.make_anew()

    def current(self) -> list[ReadingStore]:
        """Those of every reader's, open by now, that show the newest version."""
        shown = self._record.version()
        kept = (store for store in self._in_order() if store.name in READERS)
        return [store for store in kept if store.version() == shown]

    def public(self) -> ReadingStore | None:
        """The public's, if it is open."""
        return self._stores.get(PUBLIC)

    def _in_order(self) -> list[ReadingStore]:
        """Those that are open; first the public's, which all others have a copy of."""
        return sorted(self._stores.values(), key=lambda store: store.name != PUBLIC)

    def close(self) -> None:
        """Let go of their files."""
        for store in self._stores.values():
            store.close()
        self._stores.clear()
