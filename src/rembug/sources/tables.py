"""Tables of findings, actors, programs, ties and indicators: CSV and XLSX, in either language.

Which sheet it is, below which title, which table and its language: the head that fits best tells.
What is wrong is told all at once, each with its row and column.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rdflib import Graph

from rembug.errors import Unreadable, Words
from rembug.graph import spilling_graph
from rembug.sources import apart, heads
from rembug.sources.coded import Note
from rembug.sources.columns import Column, Table
from rembug.sources.model import Place, Places, Submission, digest, name_for
from rembug.sources.names import Names
from rembug.sources.rows import Rows
from rembug.sources.sheets import SUFFIXES
from rembug.terms import CG

__all__ = ["SUFFIXES", "Draft", "read", "say"]

_LARGEST: Final = 200_000  # rows; a study has hundreds
_FOOT: Final = re.compile(
    r"(?:(?:grand |sub ?)?(?:jumlah|total)(?: total| seluruhnya| keseluruhan)?|rata-rata|average)"
    r"\s*[:.]?\Z|(?:sumber|keterangan|catatan|source|notes?)(?: data)?\s*(?::|\Z)",
    re.IGNORECASE,
)  # alone in its cell, or before a colon: a business may be called Sumber Rejeki
_MOST_FAULTS: Final = 100  # told at once; who has more has another table


class Draft:
    """A table that is read, but for the things that its cells name by what they are called.

    Attributes:
        graph: what it says so far, labels among it.
        places: of its rows' things.
    """

    def __init__(
        self, file: str, sha256: str, reading: Rows, notes: list[Note], *, whole: bool
    ) -> None:
        self._file, self._sha256, self._reading, self._notes = file, sha256, reading, notes
        self._whole = whole
        self.graph, self.places = reading.graph, reading.places

    def make(self, names: Names) -> None:
        """Make what its rows ask for, so that the names know it for the files beside it too."""
        self._reading.make(names)

    def submission(self, names: Names) -> Submission:
        """The whole of it.

        Args:
            names: of what is in the store and in the files beside it.

        Raises:
            Unreadable: a cell is not what its column asks for; Faulty, which has them all, where
                several are.
        """
        self._reading.resolve(names)
        self._reading.require_faultless()
        if not self.places:
            told = Words(
                "has no row below its headings", "tidak memiliki baris di bawah judul kolomnya"
            )
            raise Unreadable(self._file, told)
        return self._so_far()

    @property
    def gaps(self) -> Mapping[int | None, set[str]]:
        """The properties that its rows lack, by their line; None stands for every row."""
        return self._reading.gaps()

    def partial(self) -> Submission | None:
        """What could be read of it; None where rows were passed over, which others may name."""
        return self._so_far() if self._whole and self.places else None

    def _so_far(self) -> Submission:
        return Submission(
            self._reading.study,
            name_for(self._file, self._sha256, self._reading.study, self._reading.table.kind),
            self._file,
            self._sha256,
            self.graph,
            spilling_graph(),
            self.places,
            (*self._notes, *self._reading.notes()),
        )


def read(path: Path, study: str) -> Draft:
    """Read a table.

    Args:
        path: CSV (comma, semicolon or tab between columns; UTF-8, UTF-16 or Windows-1252) or XLSX.
        study: slug of the study.

    Raises:
        Unreadable: it is no such table. What is wrong in its rows is told by the draft, all at
            once.
    """
    body = path.read_bytes()
    found, notes = apart.sheets(path.name, body)
    sheet, head = heads.head(path.name, found, notes)
    reading = Rows(
        path.name, study, head.language, head.table, head.columns, spilling_graph(), Places()
    )
    # Which part of a source it is no table says; what is missed of it is missed beside the source.
    source = head.called.get(str(CG.inSource))
    beside = {str(CG.selector): source} if source else {}
    reading.places.head(path.name, {**beside, **head.called})
    reading.faults.extend(head.faults)
    below, feet = False, list[str]()  # whether an empty row or a foot was seen, and which feet
    whole = True
    unheaded: dict[int, list[int]] = {}
    for number, row in sheet.rows():
        if number <= head.row:
            continue
        if not any(cell.strip() for cell in row):
            below = bool(reading.places)
            continue
        if _is_foot(row, head.columns, below=below):
            below = True
            feet.append(str(number))
            continue
        if len(reading.places) >= _LARGEST:
            told = Words(
                f"has more than {_LARGEST} rows; split it",
                f"memiliki lebih dari {_LARGEST} baris; pecah menjadi beberapa berkas",
            )
            raise Unreadable(path.name, told, number)
        if heads.is_another(row):
            told = Words(
                "is the head of another table; put that into a file of its own",
                "adalah baris judul tabel lain; pindahkan tabel itu ke berkas tersendiri",
            )
            reading.faults.append(Unreadable(path.name, told, number))
            whole = False
            break
        for index, cell in enumerate(row):
            if cell.strip() and index not in head.headed:
                unheaded.setdefault(index, []).append(number)
        reading.row(Place(path.name, number), row)
        if len(reading.wrong) + len(reading.faults) >= _MOST_FAULTS:
            whole = False
            break
    notes.extend(heads.without_heading(path.name, unheaded))
    if feet:
        some = ", ".join(feet[:8]) + (", …" if len(feet) > 8 else "")
        notes.append(
            Note(
                f"{path.name}:{some}: a total or a note, and no row of the table; it was left out",
                f"{path.name}:{some}: jumlah atau catatan, bukan baris tabel; dilewatkan",
            )
        )
    return Draft(path.name, digest(body), reading, notes, whole=whole)


def _is_foot(row: list[str], columns: Mapping[int, Column], *, below: bool) -> bool:
    """Whether what stands below a table is no row of it: its total, its source, a signature.

    Args:
        row: its cells.
        columns: of the table, by their index.
        below: whether the table has ended, by an empty row or by a foot.
    """
    filled = [cell.strip() for cell in row if cell.strip()]
    whole = all(
        index < len(row) and row[index].strip() for index, c in columns.items() if c.required
    )
    return not whole and (bool(_FOOT.match(filled[0])) or (below and len(filled) == 1))


def say(
    place: Place,
    study: str,
    table: Table,
    columns: Mapping[int, Column],
    row: list[str],
    graph: Graph,
    places: Places,
) -> None:
    """Add what a row of a table says that stands somewhere else, in a note for one.

    Raises:
        Unreadable: a cell is not what its column asks for.
    """
    lacking = [c for c in table.columns if c.required and c not in columns.values()]
    columns = {**columns, **dict(enumerate(lacking, len(row)))}
    reading = Rows(str(place), study, "id", table, columns, graph, places)
    reading.row(place, row)
    reading.resolve(Names())
    reading.require_faultless()
