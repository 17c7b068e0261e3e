"""What each commit took out of the store and put into it, quad by quad: RDF Patch, one file each.

A patch is on disk, whole, before the store is touched. So a commit that was cut short is finished
from it, each reading store is kept by it, and the store as it was is made by taking it back.

A file has the rows of RDF Patch (Apache Jena, RDF Patch, 2022): headers `H`, then `D` for each quad
that goes and `A` for each that comes, gzip-compressed.
"""

import gzip
import json
import logging
import os
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from rembug.graph.passing import passing_folder
from rembug.graph.reader import batches
from rembug.graph.record.quads import MARK, as_update, has_blank, in_graph, is_mark

_logger: Final = logging.getLogger("rembug.graph")

_AT_ONCE: Final = 20_000  # quads
_LOADED: Final = 20_000  # quads of a patch, above which the engine's loader is faster
_LOADED_AT_ONCE: Final = 200_000  # rows; the loader takes a kilobyte of memory for each
_NAME: Final = re.compile(r"(\d{1,15})\.rdfp\.gz")
_NEW: Final = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
_HEADER: Final = b"H patch "
_DAMAGED: Final = (EOFError, zlib.error, gzip.BadGzipFile, IndexError, ValueError, LookupError)
_DELETE: Final = b"D "
_ADD: Final = b"A "

Shown = Callable[[str], tuple[bool, bool]]
"""Of a graph: whether what is in it is shown under its name, and whether in the default graph."""


@dataclass(frozen=True)
class Patch:
    """What one commit does to the quads of a store.

    Attributes:
        version: that it makes.
        created: the named graphs that are there after it and were not before.
        dropped: the named graphs that were there before it and no longer are.
        forget: whether the versions before it are no longer kept.
        size: how many quads go and come.
        blank: whether any of them has a blank node.
        removed: gives the quads that go, each of which was there.
        added: gives the quads that come, none of which was there.
        rows: gives those in N-Quads, a quad a row; None where they are in memory.
    """

    version: int
    created: frozenset[str]
    dropped: frozenset[str]
    forget: bool
    size: int
    blank: bool
    removed: Callable[[], Iterator[ox.Quad]]
    added: Callable[[], Iterator[ox.Quad]]
    rows: Callable[[], Iterator[bytes]] | None = None

    @classmethod
    def of(
        cls,
        version: int,
        removed: Iterable[ox.Quad],
        added: Iterable[ox.Quad],
        created: frozenset[str] = frozenset(),
        dropped: frozenset[str] = frozenset(),
        *,
        forget: bool = False,
    ) -> "Patch":
        """A patch that is held in memory."""
        gone, come = tuple(removed), tuple(added)
        blank = any(map(has_blank, (*gone, *come)))
        size = len(gone) + len(come)
        return cls(
            *(version, created, dropped, forget, size, blank),
            lambda: iter(gone),
            lambda: iter(come),
        )

    def held(self) -> "Patch":
        """The same in memory, whatever becomes of its file."""
        return Patch.of(
            self.version,
            self.removed(),
            self.added(),
            self.created,
            self.dropped,
            forget=self.forget,
        )


class Log:
    """The patches of a store, in a folder; those of the newest versions, without a gap."""

    def __init__(self, folder: Path) -> None:
        """Look into a folder, which need not exist; what was not written to its end is removed."""
        self._folder = folder
        self._versions: set[int] = set()
        self._run: range | None = None
        """The newest of them, as far back as there is no gap; None where that is to be found."""
        if folder.is_dir():
            for file in folder.iterdir():
                if found := _NAME.fullmatch(file.name):
                    self._versions.add(int(found[1]))
                else:
                    file.unlink()

    @property
    def newest(self) -> int:
        """The version that the newest patch makes; 0 where there is none."""
        return self._newest_run()[-1]

    def _newest_run(self) -> range:
        """The versions that the store can be at, from before the oldest patch of the newest run.

        It is kept, so that a question at a version does not cost what there are versions.
        """
        if self._run is None:
            first = newest = max(self._versions, default=0)
            while first in self._versions:
                first -= 1
            self._run = range(first, newest + 1)
        return self._run

    def since(self, version: int) -> list[int]:
        """The versions after one, oldest first; raises KeyError where a patch is missing."""
        wanted = range(version + 1, self.newest + 1)
        if missing := [number for number in wanted if number not in self._versions]:
            raise KeyError(missing[0])
        return list(wanted)

    def first(self, version: int) -> int:
        """The earliest version that the store can be taken back to from a version."""
        if version in (run := self._newest_run()):
            return run[0]
        while version in self._versions:
            version -= 1
        return version

    def write(
        self,
        version: int,
        removed: Iterable[ox.Quad],
        added: Iterable[ox.Quad],
        created: frozenset[str] = frozenset(),
        dropped: frozenset[str] = frozenset(),
        *,
        forget: bool = False,
    ) -> Patch:
        """Write a patch; it counts when this returns.

        Raises:
            OSError: there is no room; nothing is written then.
        """
        self._folder.mkdir(mode=0o700, exist_ok=True)
        draft = self._folder / f"{version}.draft"
        size, blank = 0, False
        try:
            with os.fdopen(os.open(draft, _NEW, 0o600), "wb") as file:
                with gzip.GzipFile(fileobj=file, mode="wb", compresslevel=1, mtime=0) as rows:
                    for letter, quads in ((_DELETE, removed), (_ADD, added)):
                        for some in batches(quads, _AT_ONCE):
                            size += len(some)
                            blank = blank or any(map(has_blank, some))
                            lines = ox.serialize(some, format=ox.RdfFormat.N_QUADS) or b""
                            rows.write(
                                b"".join(
                                    letter + line + b"\n" for line in lines.split(b"\n") if line
                                )
                            )
                    header = {
                        "version": version,
                        "created": sorted(created),
                        "dropped": sorted(dropped),
                        "forget": forget,
                        "size": size,
                        "blank": blank,
                    }
                    rows.write(_HEADER + json.dumps(header).encode() + b"\n")
                file.flush()
                os.fsync(file.fileno())
            draft.rename(self._file(version))
            _sync(self._folder)
        except BaseException:
            with suppress(OSError):
                draft.unlink(missing_ok=True)
            raise
        run = self._newest_run()
        self._versions.add(version)
        self._run = range(run[0], version + 1) if version == run[-1] + 1 else None
        return self._patch(version, created, dropped, forget, size, blank)

    def read(self, version: int) -> Patch:
        """The patch that made a version; raises KeyError where it is not kept, or not whole."""
        if version not in self._versions:
            raise KeyError(version)
        file = self._file(version)
        try:
            told = json.loads(_last_line(file).removeprefix(_HEADER))
            created, dropped = frozenset(told["created"]), frozenset(told["dropped"])
            about = told["forget"], told["size"], told["blank"]
        except _DAMAGED as error:
            _logger.error("the patch %s is damaged, and no version before it can be asked", file)
            self._lose(version)
            raise KeyError(version) from error
        return self._patch(version, created, dropped, *about)

    def discard(self, version: int) -> None:
        """Take back a patch that was written and not made."""
        self._file(version).unlink(missing_ok=True)
        self._lose(version)

    def _lose(self, version: int) -> None:
        self._versions.discard(version)
        self._run = None

    def forget(self, until: int) -> None:
        """Remove the patches that made the versions up to one."""
        for version in sorted(v for v in self._versions if v <= until):
            self.discard(version)

    def _patch(
        self,
        version: int,
        created: frozenset[str],
        dropped: frozenset[str],
        forget: bool,
        size: int,
        blank: bool,
    ) -> Patch:
        file = self._file(version)
        return Patch(
            *(version, created, dropped, forget, size, blank),
            lambda: _quads(file, _DELETE),
            lambda: _quads(file, _ADD),
            lambda: _rows(file, _ADD),
        )

    def _file(self, version: int) -> Path:
        return self._folder / f"{version}.rdfp.gz"


def taken_back(patches: Iterable[Patch], version: int) -> Patch:
    """What leads from the newest of some patches to the version before the oldest.

    Args:
        patches: newest first, without a gap.
        version: the one before the oldest.
    """
    gone: set[ox.Quad] = set()
    come: set[ox.Quad] = set()
    created: set[str] = set()
    dropped: set[str] = set()
    for patch in patches:
        for quad in patch.added():
            come.discard(quad)
            gone.add(quad)
        for quad in patch.removed():
            gone.discard(quad)
            come.add(quad)
        created, dropped = (created - patch.created) | patch.dropped, dropped | patch.created
        dropped -= patch.dropped
    return Patch.of(version, gone, come, frozenset(created), frozenset(dropped))


def apply_at_once(store: ox.Store, patch: Patch) -> None:
    """Make a patch in one transaction; none of its quads has a blank node."""
    store.update(as_update(patch.removed(), patch.added(), patch.created, patch.dropped))


def apply_in_pieces(
    store: ox.Store,
    patch: Patch,
    removed: Iterable[ox.Quad] | None = None,
    shown: Shown = lambda _: (True, False),
) -> None:
    """Make a patch of any size; the version is told when all of it is there.

    It may be made again, from its beginning, when it was cut short.

    Args:
        store: what it is made to.
        patch: what is made.
        removed: what goes in place of the patch's own quads.
        shown: where what comes into a graph is put.
    """
    marks: list[list[ox.Quad]] = [[], []]

    def rest(quads: Iterable[ox.Quad], told: list[ox.Quad]) -> Iterator[ox.Quad]:
        for quad in quads:
            if is_mark(quad):
                told.append(quad)
            else:
                yield quad

    for quad in rest(patch.removed() if removed is None else removed, marks[0]):
        store.remove(quad)
    for graph in patch.created:
        store.add_graph(ox.NamedNode(graph))
    if patch.rows is not None and patch.size > _LOADED and not patch.blank:
        _load(store, patch.rows(), shown, marks[1])
    else:
        for some in batches(rest(as_shown(patch.added(), shown), marks[1]), _AT_ONCE):
            (store.bulk_extend if len(some) == _AT_ONCE else store.extend)(some)
    for graph in patch.dropped:
        store.remove_graph(ox.NamedNode(graph))
    store.update(as_update(marks[0], marks[1]))


def as_shown(quads: Iterable[ox.Quad], shown: Shown) -> Iterator[ox.Quad]:
    """Quads as they are put: under their graph's name, into the default graph, or both."""
    for quad in quads:
        named, merged = shown(in_graph(quad))
        if named:
            yield quad
        if merged:
            yield ox.Quad(*quad.triple)


def _load(store: ox.Store, rows: Iterable[bytes], shown: Shown, marks: list[ox.Quad]) -> None:
    """Let quads come by the engine's loader, which is many times as fast as quads made in Python.

    It gives blank nodes other names: there is to be none.
    """
    with passing_folder() as folder:
        file = Path(folder) / "some.nq"
        for some in batches(_lines(rows, shown, marks), _LOADED_AT_ONCE):
            with file.open("wb") as out:
                out.writelines(some)
            store.bulk_load(path=str(file), format=ox.RdfFormat.N_QUADS)


def _lines(rows: Iterable[bytes], shown: Shown, marks: list[ox.Quad]) -> Iterator[bytes]:
    """Rows of N-Quads as they are put; what says a version is put into `marks`."""
    where: dict[bytes, tuple[bool, bool]] = {}
    for row in rows:
        if MARK in row:
            told = [q for q in ox.parse(row, format=ox.RdfFormat.N_QUADS) if is_mark(q)]
            marks += as_shown(told, shown)
            if told:
                continue
        # The graph is the last term, and an IRI, which has no quote in it; without one the
        # last term is the object, with but two terms before it.
        triple, _, last = row.removesuffix(b" .\n").rpartition(b" ")
        if not (last.startswith(b"<") and b'"' not in last and triple.count(b" ") >= 2):
            triple, last = row.removesuffix(b" .\n"), b""
        if last not in where:
            where[last] = shown(last[1:-1].decode())
        named, merged = where[last]
        if named:
            yield row
        if merged:
            yield triple + b" .\n"


def _quads(file: Path, letter: bytes) -> Iterator[ox.Quad]:
    rows = _rows(file, letter)
    while some := b"".join(islice(rows, _AT_ONCE)):
        for quad in ox.parse(input=some, format=ox.RdfFormat.N_QUADS):
            assert isinstance(quad, ox.Quad)
            yield quad


def _rows(file: Path, letter: bytes) -> Iterator[bytes]:
    with gzip.open(file) as rows:
        yield from (row.removeprefix(letter) for row in rows if row.startswith(letter))


def _last_line(file: Path) -> bytes:
    with gzip.open(file) as rows:
        return deque(rows, maxlen=1).pop()


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
