"""The index for looking: lists with facets, search and suggestions over what one may read.

It stands beside a reader's store, one SQLite file a reader, and is derived from it: it can be
deleted and built again, and says which version of the graph it shows. A thing is one card in it;
sets of things (postings) answer what has a facet's value, what has a word, and how many.

    index = Index.open(path)                  # Unusable: build it
    index = Index.build(path, source, version)
    index.update(source, touched, version)    # in one transaction
    with index.reading() as reading:          # one version, whatever is written meanwhile
        reading.version, reading.listed(…), reading.facets(…), reading.found(…), …
"""

import errno
import os
import shutil
import sqlite3
from collections.abc import Iterator, Set
from contextlib import closing, contextmanager
from pathlib import Path
from queue import Empty, LifoQueue
from typing import Final, Self

from rembug.errors import StoreFull
from rembug.graph.reader import batches
from rembug.graph.readers.index import cards, writing
from rembug.graph.readers.index.cards import Card, Source, Text, Touched
from rembug.graph.readers.index.postings import ORDER, TABLES
from rembug.graph.readers.index.reading import (
    Chosen,
    Found,
    Group,
    Hit,
    Listed,
    Listing,
    Reading,
    Tally,
)
from rembug.graph.readers.index.remembered import Remembered
from rembug.graph.readers.index.words import Piece

__all__ = [
    "Card",
    "Chosen",
    "Found",
    "Group",
    "Hit",
    "Index",
    "Listed",
    "Listing",
    "Piece",
    "Reading",
    "Source",
    "Tally",
    "Text",
    "Touched",
    "Unusable",
    "remove",
]

_FORM: Final = 5
"""Goes up when the tables or what is written into them change."""
_APPLICATION: Final = 0x52_6D_62_67
_DRAFT: Final = ".draft"
_FILES: Final = ("", "-wal", "-shm")
_IDLE: Final = 16
_FULL: Final = (
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_IOERR_SHMOPEN,  # what a reader shares with others is a file, too
    sqlite3.SQLITE_IOERR_SHMSIZE,
    sqlite3.SQLITE_IOERR_SHMMAP,
    sqlite3.SQLITE_IOERR_WRITE,
)
_CACHE: Final = 128 * 1024  # KiB that a writer has at most, so that it writes no page twice


class Unusable(Exception):
    """An index that is to be built again: there is none, it is of another form, or damaged."""


class Index:
    """One reader's index; any number of threads and processes read it while one writes."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: LifoQueue[sqlite3.Connection] = LifoQueue(_IDLE)
        self._remembered = Remembered()

    @property
    def path(self) -> Path:
        """Its file."""
        return self._path

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open an index that was built before.

        Raises:
            Unusable: it is to be built again; says why.
        """
        index = cls(path)
        with index.reading():
            return index

    @classmethod
    def build(
        cls, path: Path, source: Source, version: int, below: tuple[Self, Touched] | None = None
    ) -> Self:
        """Make an index anew in the place of whatever is there.

        Whoever reads the one that is there goes on to read it.

        Args:
            path: of the file, which its owner alone may read.
            source: the reader's store.
            version: of the graph that the source shows.
            below: the index of a part of the source, at that version, and what the rest speaks of.

        Raises:
            StoreFull: the disk has no room.
            Unusable: the index below is damaged.
        """
        draft = _made_empty(path)
        index = cls(draft)
        if below is None:
            with _usable(draft), index._writing() as connection:
                for statement in TABLES.split(";"):
                    connection.execute(statement)
                writing.fill(connection, source)
                connection.execute(ORDER)
                connection.execute("INSERT INTO made VALUES (?)", (version,))
                connection.execute(f"PRAGMA application_id = {_APPLICATION}")
                connection.execute(f"PRAGMA user_version = {_form()}")
        else:
            part, touched = below
            with part.reading() as reading, _usable(draft), closing(index._connect()) as connection:
                if reading.version != version:
                    raise Unusable(f"{part.path} is of another version")
                reading.copy(connection)
            index.update(source, touched, version, cards.all_things(source))
        _unlink(path)
        draft.replace(path)
        return cls(path)

    def update(
        self, source: Source, touched: Touched, version: int, among: Set[str] | None = None
    ) -> None:
        """Follow a commit; readers see all of it or nothing of it, with its version.

        After a withdrawal use `purged`: what a database deletes can stay in its file.

        Args:
            source: the reader's store after the commit.
            touched: what came or went speaks of.
            version: of the graph after the commit.
            among: all that may have a card, where that is known; None where it is not.

        Raises:
            Unusable: the file is damaged.
        """
        with _usable(self._path), self._writing() as connection:
            things = ends = {*touched.subjects, *touched.objects}
            for some in batches(sorted(ends), writing.BATCH):
                things = things | cards.owners(source, some, touched.subjects & set(some))
            things = things if among is None else things & among
            writing.update(connection, source, things, among)
            connection.execute("UPDATE made SET version = ?", (version,))

    def purged(self, source: Source, touched: Touched, version: int) -> Self:
        """Follow a commit in a file of its own, which has no byte of what the commit took away.

        This one has it until then, and is removed.

        Args:
            source: the reader's store after the commit.
            touched: what came or went speaks of.
            version: of the graph after the commit.

        Raises:
            StoreFull: the disk has no room.
            Unusable: the file is damaged.
        """
        self.update(source, touched, version)
        draft = _made_empty(self._path)
        with _usable(self._path), closing(self._connect()) as connection:
            connection.execute("VACUUM INTO ?", (str(draft),))
        self.close()
        _unlink(self._path)
        draft.replace(self._path)
        return type(self)(self._path)

    @contextmanager
    def reading(self) -> Iterator[Reading]:
        """Read one version of it, in one transaction.

        Raises:
            Unusable: there is none, it is of another form, or damaged.
        """
        with _usable(self._path):
            try:
                connection = self._idle.get_nowait()
            except Empty:
                connection = self._connect()
                connection.execute("PRAGMA query_only = ON")
            try:
                connection.execute("BEGIN")
                (found,) = connection.execute("PRAGMA user_version").fetchone()
                if found != _form():
                    raise Unusable(f"{self._path} is of another form")
                yield Reading(connection, self._remembered)
                connection.execute("COMMIT")
                if self._idle.full():
                    connection.close()
                else:
                    self._idle.put_nowait(connection)
            except BaseException:
                connection.close()
                raise

    def close(self) -> None:
        """Let go of the file."""
        while not self._idle.empty():
            self._idle.get_nowait().close()

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with closing(self._connect()) as connection:
            # A reader reads what was there when it began, a writer writes beside it; what was
            # written last may be lost with the machine's power, and is then made again.
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            connection.execute(f"PRAGMA cache_size = -{_CACHE}")
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def _connect(self) -> sqlite3.Connection:
        if not self._path.is_file():
            raise Unusable(f"{self._path} is not there")
        connection = sqlite3.connect(
            self._path, isolation_level=None, check_same_thread=False, timeout=60
        )
        connection.execute("PRAGMA trusted_schema = OFF")
        return connection


def remove(path: Path) -> None:
    """Remove an index, if there is one; whoever reads it goes on to read it."""
    _unlink(path)
    _unlink(_draft(path))


def _draft(path: Path) -> Path:
    """Where an index is built before it comes to its place."""
    return path.with_name(path.name + _DRAFT)


def _made_empty(path: Path) -> Path:
    """The draft of an index, with nothing in it, for its owner alone."""
    draft = _draft(path)
    _unlink(draft)
    os.close(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    return draft


def _unlink(path: Path) -> None:
    for ending in _FILES:
        file = path.with_name(path.name + ending)
        if file.is_dir():  # by whatever mistake
            shutil.rmtree(file)
        else:
            file.unlink(missing_ok=True)


@contextmanager
def _usable(path: Path) -> Iterator[None]:
    try:
        yield
    except sqlite3.DatabaseError as error:
        lacks_room = getattr(error, "sqlite_errorcode", None) in _FULL
        if lacks_room and (full := StoreFull.of(OSError(errno.ENOSPC, str(error)))):
            raise full from error
        raise Unusable(f"{path} cannot be used: {error}") from error


def _form() -> int:
    return _FORM << 16 | cards.digest()
