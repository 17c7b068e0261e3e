"""A table of others, read as a mapping says that came with it (`sources.csvw`)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from rembug.errors import Unreadable, Words
from rembug.graph import spilling_graph
from rembug.sources import apart
from rembug.sources.coded import Note
from rembug.sources.model import (
    Place,
    Places,
    Row,
    Submission,
    digest,
    digest_of,
    name_for,
)


@dataclass(frozen=True)
class Mapped:
    """A table as its mapping has it.

    Attributes:
        sha256: of the file.
        mapping: name and digest of the mapping.
        notes: what is told of columns that are left out.
        rows: gives the number of each row that has content, with what it says, as often as it is
            asked for.
    """

    sha256: str
    mapping: tuple[str, str]
    notes: list[Note]
    rows: Callable[[], Iterator[Row]]


def mapped(path: Path, mapping: Path, study: str) -> Mapped:
    """Open a table, as `csvw.read` does.

    Raises:
        Unreadable: the mapping or the table is not what it should be; names row and column. Of a
            row when it is asked for.
    """
    notes, rows = apart.mapped(path, mapping, study)
    return Mapped(digest_of(path), (mapping.name, digest_of(mapping)), notes, rows)


def submission(path: Path, mapping: Path, study: str) -> Submission:
    """The whole of a table; arguments and errors are those of `mapped`."""
    table = mapped(path, mapping, study)
    public = spilling_graph()
    places = Places()
    for number, triples in table.rows():
        for triple in triples:
            places.note(triple[0], Place(path.name, number))
            public.add(triple)
    if not public:
        raise nothing_in(path)
    told = digest(f"{table.sha256} {table.mapping[1]}".encode())
    name = name_for(path.name, told, study, "table")
    restricted, notes = spilling_graph(), table.notes
    return Submission(
        *(study, name, path.name, table.sha256, public, restricted, places, notes, table.mapping)
    )


def nothing_in(path: Path) -> Unreadable:
    """What is told of a table without a row that says anything."""
    told = Words(
        "has no row with content below its heading row",
        "tidak memiliki baris berisi di bawah baris judul",
    )
    return Unreadable(path.name, told)
