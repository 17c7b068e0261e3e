"""What a source file becomes: a Submission, with the places that its triples come from."""

import hashlib
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.graph import spilling_graph
from rembug.sources.coded import Note


@dataclass(frozen=True)
class Place:
    """Where in a source file something stands.

    Attributes:
        file: the file's name; with its path in the folder that was given, if one was.
        line: counted from 1.
        column: counted from 1.
        pointer: how formats without lines name the place, such as a GUID.
    """

    file: str
    line: int | None = None
    column: int | None = None
    pointer: str | None = None

    def __str__(self) -> str:
        return ":".join(
            str(part)
            for part in (self.file, self.line, self.column, self.pointer)
            if part is not None
        )


class Places(MutableMapping[Node, Place]):
    """Where things stand; in SQLite, which puts them on disk when they are many."""

    def __init__(self) -> None:
        """Begin with none."""
        self._table = sqlite3.connect("", check_same_thread=False)
        columns = "node TEXT PRIMARY KEY, file TEXT, line INTEGER, col INTEGER, pointer TEXT"
        self._table.execute(f"CREATE TABLE place ({columns}) WITHOUT ROWID")

    def __getitem__(self, node: Node) -> Place:
        told = "SELECT file, line, col, pointer FROM place WHERE node = ?"
        if (row := self._table.execute(told, (_key(node),)).fetchone()) is None:
            raise KeyError(node)
        return Place(*row)

    def __setitem__(self, node: Node, place: Place) -> None:
        self._table.execute("REPLACE INTO place VALUES (?, ?, ?, ?, ?)", _row(node, place))

    def setdefault(self, node: Node, default: Place) -> Place:
        """The place of a node; the given one, if it had none."""
        self.note(node, default)
        return self[node]

    def note(self, node: Node, place: Place) -> None:
        """Say where a node stands, unless that is said."""
        told = "INSERT OR IGNORE INTO place VALUES (?, ?, ?, ?, ?)"
        self._table.execute(told, _row(node, place))

    def rename(self, file: str, shown: str) -> None:
        """Call a file by another name."""
        self._table.execute("UPDATE place SET file = ? WHERE file = ?", (shown, file))

    def __delitem__(self, node: Node) -> None:
        if not self._table.execute("DELETE FROM place WHERE node = ?", (_key(node),)).rowcount:
            raise KeyError(node)

    def __iter__(self) -> Iterator[Node]:
        for (key,) in self._table.execute("SELECT node FROM place"):
            yield BNode(key[2:]) if key.startswith("_:") else URIRef(key)

    def __len__(self) -> int:
        return int(self._table.execute("SELECT count(*) FROM place").fetchone()[0])


def _row(node: Node, place: Place) -> tuple[object, ...]:
    return _key(node), place.file, place.line, place.column, place.pointer


def _key(node: Node) -> str:
    return f"_:{node}" if isinstance(node, BNode) else str(node)


def together(submissions: Iterable["Submission"]) -> Mapping[Node, Place]:
    """Where things stand in the files of several submissions."""
    first, *others = [submission.places for submission in submissions] or [Places()]
    if not others:
        return first
    places = Places()
    for some in (first, *others):
        for node, place in some.items():
            places.note(node, place)
    return places


@dataclass(frozen=True)
class Submission:
    """A file's content on its way into the graph.

    Attributes:
        study: slug of the study that it belongs to.
        name: slug of the submission, from the file's name and content: the same file always gives
            the same submission.
        file: the file's name, without its folder, which is nobody's business.
        sha256: of the file's bytes, in hexadecimal.
        public: triples for the submission's own graph; what must not be there is moved away when
            the submission is judged.
        restricted: triples for the restricted part of it.
        places: for each subject, where it is first said something of.
        notes: what was repaired or could not be kept.
        mapping: the file that says what it means, and the SHA-256 of that; None without one.
    """

    study: str
    name: str
    file: str
    sha256: str
    public: Graph
    restricted: Graph = field(default_factory=spilling_graph)
    places: Mapping[Node, Place] = field(default_factory=Places)
    notes: Sequence[Note] = ()
    mapping: tuple[str, str] | None = None


def name_for(file: str, sha256: str) -> str:
    """The slug of the submission that a file makes."""
    return f"{terms.slug(Path(file).stem) or 'file'}-{sha256[:8]}"


def digest(body: bytes) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(body).hexdigest()
