"""What a source file becomes: a Submission, with the places that its triples come from."""

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Self

from rdflib import BNode, Graph, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.graph import spilling_graph
from rembug.sources.coded import Note

# Words of files' names that name nobody.
_TELLING: Final = re.compile(
    r"stud(?:y|i)|findings?|temuan|actors?|aktor|programs?|polic(?:y|ies)|kebijakan|ties?|hubungan|"
    r"indi[ck]ators?|interviews?|wawancara|observ(?:ation|ations|asi)|documents?|dokumen|codebook|"
    r"cod(?:e|es|ed|ing)|kode|buku|project|proyek|data|tab(?:le|el)|evidence|bukti|statements|notes|"
    r"catatan|places|tempat|informan(?:t|ts)?|members|anggota|reviews?|tinjauan|assessments|"
    r"penilaian|links|tautan|participations?|keikutsertaan|growth|pertumbuhan|(?:19|20)\d\d"
)
_ENDING: Final = 8  # hexadecimal digits of a submission's name

Row = tuple[int, list[tuple[URIRef, URIRef, Node]]]
"""The number of a table's row, and what it says."""


@dataclass(frozen=True)
class Place:
    """Where in a source file something stands.

    Attributes:
        file: the file's name; with its path in the folder that was given, if one was.
        line: counted from 1.
        column: counted from 1.
        pointer: how formats without lines name the place, such as a GUID; of a table the column.
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
        self._heads: dict[str, Mapping[str, str]] = {}
        self._mentions: dict[Node, Place] = {}
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

    def mention(self, node: Node, place: Place) -> None:
        """Say where a node is named that something else may describe."""
        self._mentions.setdefault(node, place)

    def mentioned(self, node: Node) -> Place | None:
        """Where a node is named."""
        return self._mentions.get(node)

    def head(self, file: str, columns: Mapping[str, str]) -> None:
        """Say how a table calls the columns that say a property."""
        self._heads[file] = columns

    def cell(self, place: Place, path: str) -> Place:
        """The place in a row where a property is said; the row's, where it has no such column."""
        columns = self._heads.get(place.file, {})
        told = [columns.get(part.removeprefix("^")) for part in path.split(" | ")]
        return replace(place, pointer=told[0]) if len(told) == 1 and told[0] else place

    def rename(self, file: str, shown: str) -> None:
        """Call a file by another name."""
        if file in self._heads:
            self._heads[shown] = self._heads.pop(file)
        for node, place in self._mentions.items():
            if place.file == file:
                self._mentions[node] = replace(place, file=shown)
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
        if isinstance(some, Places):
            places._heads |= some._heads
            places._mentions = some._mentions | places._mentions
        for node, place in some.items():
            places.note(node, place)
    return places


@dataclass(frozen=True)
class Submission:
    """A file's content on its way into the graph.

    Attributes:
        study: slug of the study that it belongs to.
        name: slug of the submission, from what the file is and its content: the same file always
            gives the same submission, and what the file is called does not get into it.
        file: the file's name, without its folder, which is nobody's business.
        sha256: of the file's bytes, in hexadecimal.
        public: triples for the submission's own graph; what must not be there is moved away when
            the submission is judged.
        restricted: triples for the restricted part of it.
        places: for each subject, where it is first said something of.
        notes: what was repaired or could not be kept.
        mapping: the file that says what it means, and the SHA-256 of that; None without one.
        keyed: makes the digests that stand for its own in public, where part of it is restricted;
            None where everybody may have its own.
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
    keyed: Callable[..., str] | None = None

    @property
    def title(self) -> str:
        """What its file is called in public: its name's words with the kind of file."""
        return f"{self.name.rpartition('-')[0]}{_kind_of_file(self.file)}"

    def called(self, name: str) -> Self:
        """The same under a name that somebody chose.

        Raises:
            BadParameter: the name is no slug.
        """
        terms.require_slug("submission", name)
        return self._renamed(f"{name}-{self.name.rpartition('-')[2]}")

    def concealing(self, keyed: Callable[..., str]) -> Self:
        """The same with public digests that nobody makes without a store's secret.

        With them go the names of what were blank nodes, which have the submission's in them.
        """
        if self.keyed is not None:
            return self
        stem, _, ending = self.name.rpartition("-")
        return replace(self, keyed=keyed)._renamed(f"{stem}-{concealed(ending, keyed)}")

    def public_digest(self, sha256: str) -> str:
        """What stands for the digest of a file of it where everybody reads."""
        return sha256 if self.keyed is None else self.keyed("file", sha256)

    def _renamed(self, name: str) -> Self:
        before = str(terms.thing(self.study, "node", f"{self.name}-"))
        after = str(terms.thing(self.study, "node", f"{name}-"))

        def now(node: Node) -> Node:
            told = isinstance(node, URIRef) and node.startswith(before)
            return URIRef(after + str(node).removeprefix(before)) if told else node

        for part in (self.public, self.restricted):
            for s, p, o in [t for t in part if now(t[0]) != t[0] or now(t[2]) != t[2]]:
                part.remove((s, p, o))
                part.add((now(s), p, now(o)))
        if isinstance(self.places, Places):
            for node in [node for node in self.places if now(node) != node]:
                self.places[now(node)] = self.places.pop(node)
        return replace(self, name=name)


def name_for(file: str, sha256: str, study: str, kind: str) -> str:
    """The slug of the submission that a file makes.

    What a file is called may name a person: of its words only those are taken that name nobody,
    with a year and the words of the study's name.

    Args:
        file: its name.
        sha256: of what it says, in hexadecimal.
        study: slug of its study.
        kind: what it is called where no word of its name tells.
    """
    return f"{naming_nobody(Path(file).stem, study) or kind}-{sha256[:_ENDING]}"


def naming_nobody(text: str, study: str) -> str:
    """Those words of a text, as a slug, that name nobody: such as what it is of, and a year."""
    words = dict.fromkeys(terms.slug(text).split("-"))
    told = [word for word in words if _TELLING.fullmatch(word) or word in study.split("-")]
    years = [word for word in told if word.isdigit()]
    return "-".join(word for word in told if word not in years[1:])  # several may be a telephone's


def concealed(ending: str, keyed: Callable[..., str]) -> str:
    """The ending of the name of a submission that conceals its digest."""
    return keyed("submission", ending)[:_ENDING]


def _kind_of_file(file: str) -> str:
    suffix = Path(file).suffix.lower()
    return suffix if re.fullmatch(r"\.[a-z0-9]{1,8}", suffix) else ""


def digest(body: bytes) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(body).hexdigest()


def digest_of(path: Path) -> str:
    """The same of a file, read in pieces."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
