"""The index of each reader of a graph: brought to the newest version when somebody looks.

What little has changed is followed at once, by whoever looks. What takes long is done in a thread
of its own, over a copy of the store, and is begun with the commit: who looks meanwhile looks in
what there is, and who commits waits a little, so that they find what they wrote.
"""

import logging
import tempfile
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import monotonic
from typing import Final

from rembug.errors import Preparing, StoreFull
from rembug.graph.passing import passing_folder
from rembug.graph.readers.index import Index, Unusable, remove
from rembug.graph.readers.index.cards import Value
from rembug.graph.readers.kinds import CONFINED, READERS
from rembug.graph.readers.read import Read

PATIENCE: Final = 5.0
"""Seconds from when an index is begun that pages wait for the first, and writers for what they
wrote; small ones are made by then."""
_LITTLE: Final = 5_000  # quads whose things are looked at again while somebody waits

_logger: Final = logging.getLogger("rembug.index")


class _Abandoned(Exception):
    """An index that is being made is not to be kept."""


@dataclass
class _Kept:
    """The index of one reader.

    Attributes:
        turn: held by whoever looks at the rest, or changes it.
        index: what there is; it may be of an earlier version.
        version: of the graph, that it shows.
        counted: up to which version it is known how much it lacks; -1 for none.
        lacks: how many quads came or went from its version to that one.
        maker: makes it, or what it lacks.
        begun: when that began.
        apart: whether that is another file, so that this one can follow what is little.
        made: tells of the end of that.
        forgotten: how many times it was not to be kept.
        error: what ended the last that was made.
    """

    turn: threading.Lock = field(default_factory=threading.Lock)
    index: Index | None = None
    version: int = -1
    counted: int = -1
    lacks: int = 0
    maker: threading.Thread | None = None
    begun: float = 0
    apart: bool = True
    made: threading.Event = field(default_factory=threading.Event)
    forgotten: int = 0
    error: Exception | None = None


_Make = Callable[[Callable[[], bool]], tuple[Index, int] | None]


class Indexes:
    """An index for each reader, in a folder; without one they are gone with this process."""

    def __init__(self, folder: Path | None, patience: float | None = None) -> None:
        """Open none yet.

        Args:
            folder: its own, which need not exist.
            patience: seconds that whoever looks waits where there is none yet; None for as long as
                it takes to have the newest.
        """
        self._folder, self._patience = folder, patience
        for left in folder.glob(f"{CONFINED}*") if folder else ():  # nobody may ask for them again
            remove(left)
        self._passing: tempfile.TemporaryDirectory[str] | None = None
        self._kept: dict[str, _Kept] = {}
        self._turn = threading.Lock()

    def at(self, reader: str, version: int) -> Index | None:
        """The index of a reader, if it is at that version already."""
        kept = self._kept.get(reader)
        return kept.index if kept is not None and kept.version == version else None

    def of(self, read: Read, below: Read | None = None, *, wait: bool = False) -> Index:
        """The index of a reader, at the newest version; or before it, while that takes long.

        Args:
            read: what the reader reads.
            below: a part of that, whose index it can be made from.
            wait: for the newest version, however long that takes.

        Raises:
            Preparing: there is none yet.
            StoreFull: the disk has no room for one; for a newer one, if that is waited for.
            Unusable: it could not be made.
        """
        kept, patience = self._of(read.name), None if wait else self._patience
        while True:
            with kept.turn:
                if kept.index is None and kept.maker is None:
                    self._open(read.name, kept)
                try:
                    if kept.index is not None and (
                        kept.version == read.version()
                        or (kept.apart and self._followed(read, kept))
                    ):
                        return kept.index
                except StoreFull as full:
                    if wait or kept.index is None:
                        raise
                    _logger.error("%s", full)
                    return kept.index
                if kept.maker is None:
                    self._make(read, below, kept, anew=False)
                if kept.index is not None and patience is not None:
                    return kept.index
                made, until = kept.made, kept.begun + (patience or 0)
            if not made.wait(None if patience is None else max(0, until - monotonic())):
                raise Preparing
            with kept.turn:
                error, kept.error = kept.error, None
                if isinstance(error, StoreFull) and kept.index is not None and not wait:
                    return kept.index
            if error is not None:
                raise error

    def begin(self, read: Read, below: Read | None = None) -> Callable[[], object] | None:
        """Begin to bring a reader's index to the newest version, if there is one and that is much.

        It costs what was committed since this was asked last, however long nobody has looked.

        Args:
            read: what the reader reads.
            below: as `of` takes it.

        Returns:
            Waits for it, for as long as whoever looks waits for the first; None where there is
            nothing to wait for.
        """
        kept, patience = self._of(read.name), self._patience
        with kept.turn:
            if patience is None or kept.index is None or kept.version == read.version():
                return None
            if kept.maker is None:
                if self._lacks_little(read, kept):
                    return None
                self._make(read, below, kept, anew=False)
            made, until = kept.made, kept.begun + patience
        return lambda: made.wait(max(0, until - monotonic()))

    def _lacks_little(self, read: Read, kept: _Kept) -> bool:
        if kept.counted < kept.version:
            kept.counted, kept.lacks = kept.version, 0
        newest, changed = read.version(), read.changed(kept.counted)
        if changed is None:
            return False
        kept.counted, kept.lacks = newest, kept.lacks + changed
        return kept.lacks <= _LITTLE

    def renew(self, read: Read, below: Read | None = None) -> None:
        """Make a reader's index anew, and wait for it; what there is is looked at meanwhile."""
        kept = self._of(read.name)
        while True:
            with kept.turn:
                if kept.maker is None:
                    self._make(read, below, kept, anew=True)
                    made = kept.made
                    break
                before = kept.made
            before.wait()
        made.wait()
        self.of(read, below, wait=True)

    def follow(self, read: Read) -> None:
        """Bring the index of a reader to the newest version, if there is one and that is little.

        Raises:
            StoreFull: the disk has no room.
        """
        kept = self._of(read.name)
        with kept.turn:
            if kept.index is None and kept.maker is None:
                self._open(read.name, kept)
            if kept.apart and kept.version != read.version():
                self._followed(read, kept)

    def purge(self, read: Read) -> None:
        """Let a reader's index follow a commit that forgets, and keep nothing of what was before.

        It follows in a file that is written anew if what came is known, and else is removed.
        """
        kept = self._of(read.name)
        while maker := self._purged(read, kept):
            maker.join()

    def _purged(self, read: Read, kept: _Kept) -> threading.Thread | None:
        """Begin to do that; what is to end before is returned, and nothing is done yet.

        Whoever looks meanwhile waits as for one that is made.
        """
        with kept.turn:
            if kept.index is not None and kept.version == read.version():
                return None  # none follows such a commit otherwise, or it was built since
            kept.forgotten += 1
            if kept.maker is not None:
                return kept.maker
            if kept.index is None:
                self._open(read.name, kept)
            index, version = kept.index, kept.version
            kept.index, kept.version = None, -1

            def make(_: Callable[[], bool]) -> tuple[Index, int] | None:
                made = None
                try:
                    with read.copied() as copy:
                        touched = read.touched(version, forgetting=True)
                        if index is not None and touched is not None:
                            made = index.purged(copy.source, touched, copy.version), copy.version
                except (OSError, StoreFull, Unusable) as error:
                    _logger.warning("%s; it is built again", error)
                finally:
                    if made is None:
                        if index is not None:
                            index.close()
                        remove(self._path(read.name))
                return made

            self._begin(read.name, kept, make, apart=True)
            made = kept.made
        made.wait()
        return None

    def forget(self, *readers: str, but: Collection[str] = ()) -> None:
        """Remove readers' indexes, or all but some; they are made again when somebody looks."""
        for reader in readers or {*self._kept, *READERS}.difference(but):
            kept = self._of(reader)
            while maker := self._forgotten(reader, kept):
                maker.join()

    def _forgotten(self, reader: str, kept: _Kept) -> threading.Thread | None:
        """Remove an index; what makes it now is to end, and is returned, and it is there still."""
        with kept.turn:
            kept.forgotten += 1
            if kept.maker is None:
                if kept.index is not None:
                    kept.index.close()
                kept.index, kept.version = None, -1
                remove(self._path(reader))
            return kept.maker

    def damaged(self, reader: str, index: Index) -> None:
        """Let a reader's index be made again, unless it is another by now."""
        kept = self._of(reader)
        with kept.turn:
            if kept.index is index:
                index.close()
                kept.index, kept.version = None, -1
                if kept.maker is None:
                    remove(self._path(reader))

    def close(self) -> None:
        """Let go of the files."""
        with self._turn:  # a start that is broken off still makes some
            every = list(self._kept.values())
        for kept in every:
            with kept.turn:
                kept.forgotten += 1
                maker = kept.maker
            if maker is not None:
                maker.join()
            if kept.index is not None:
                kept.index.close()
        if self._passing is not None:
            self._passing.cleanup()

    def _of(self, reader: str) -> _Kept:
        with self._turn:
            return self._kept.setdefault(reader, _Kept())

    def _open(self, reader: str, kept: _Kept) -> None:
        """Take up what an earlier process left."""
        path = self._path(reader)
        try:
            index = Index.open(path)
            with index.reading() as reading:
                kept.index, kept.version = index, reading.version
        except Unusable as error:
            if path.exists():
                _logger.warning("%s; it is built again", error)

    def _followed(self, read: Read, kept: _Kept) -> bool:
        """Whether an index shows now what it lacked, since that was little."""
        changed = read.changed(kept.version)
        if kept.index is None or changed is None or changed > _LITTLE:
            return False
        with read.standing() as copy:
            touched = read.touched(kept.version)
            if touched is None or copy.version < kept.version:
                return False
            try:
                kept.index.update(copy.source, touched, copy.version)
            except Unusable as error:
                _logger.warning("%s; it is built again", error)
                kept.index.close()
                kept.index, kept.version = None, -1
                return False
            kept.version = copy.version
            return kept.version == read.version()

    def _make(self, read: Read, below: Read | None, kept: _Kept, *, anew: bool) -> None:
        """Begin to make an index, or what it lacks; whoever calls has its turn."""
        index, version = (None, -1) if anew else (kept.index, kept.version)
        make = partial(self._made, read, below, (index, version))
        self._begin(read.name, kept, make, apart=index is None)

    def _begin(self, reader: str, kept: _Kept, make: _Make, *, apart: bool) -> None:
        """Begin to make an index in a thread; `make` is told whether that is in vain by now."""
        kept.made, forgotten = threading.Event(), kept.forgotten
        kept.begun, kept.apart = monotonic(), apart

        def work() -> None:
            made: tuple[Index, int] | None = None
            error: Exception | None = None
            try:
                made = make(lambda: kept.forgotten > forgotten)
            except _Abandoned:
                pass
            except Exception as wrong:  # told to whoever waits, and in the log
                full = StoreFull.of(wrong) if isinstance(wrong, OSError) else None
                error = full or wrong
                trace = None if isinstance(error, StoreFull) else wrong
                _logger.error("no index of %s is made: %s", reader, error, exc_info=trace)
            with kept.turn:
                if made is not None and kept.forgotten == forgotten:
                    if kept.index not in (None, made[0]):
                        kept.index.close()
                    kept.index, kept.version = made
                elif made is not None:
                    made[0].close()
                kept.maker, kept.apart, kept.error = None, True, error
                kept.made.set()

        kept.maker = threading.Thread(target=work, name=f"index of {reader}", daemon=True)
        kept.maker.start()

    def _made(
        self,
        read: Read,
        below: Read | None,
        known: tuple[Index | None, int],
        abandoned: Callable[[], bool],
    ) -> tuple[Index, int]:
        path = self._path(read.name)
        with read.copied() as copy:

            def source(query: str) -> Iterable[Mapping[str, Value]]:
                if abandoned():
                    raise _Abandoned
                return copy.source(query)

            index, version = known
            if index is not None and version <= copy.version:
                touched = read.touched(version)
                if touched is not None:
                    with suppress(Unusable):
                        index.update(source, touched, copy.version)
                        return index, copy.version
            part = self.at(below.name, copy.version) if below is not None else None
            if below is not None and part is not None:
                try:
                    rest = copy.beyond(below.may_hold)
                    return Index.build(path, source, copy.version, (part, rest)), copy.version
                except Unusable as error:
                    _logger.warning("%s; %s is built without it", error, path.name)
            return Index.build(path, source, copy.version), copy.version

    def _path(self, reader: str) -> Path:
        if self._folder is None:
            with self._turn:
                if self._passing is None:
                    self._passing = passing_folder()
            return Path(self._passing.name) / f"{reader}.sqlite"
        if self._folder.is_file():  # by whatever mistake
            self._folder.unlink()
        self._folder.mkdir(mode=0o700, exist_ok=True)
        return self._folder / f"{reader}.sqlite"
