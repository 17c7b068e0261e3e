"""Tables and coded projects of others, decoded in a process apart.

Archives, workbooks, databases and XML are what a hostile file bites with. A worker, which sees
nothing but the file, makes of them rows, or a project's texts and passages; they come as lines of
JSON, and only here they are held against what there is. What was unreadable is told where it stood
among the lines, so that who stops before does not meet it.
"""

import json
import mimetypes
import mmap
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from io import RawIOBase
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO, Final

from rembug import graph
from rembug.errors import Unreadable, Words, why
from rembug.sources import refi_qda, taguette
from rembug.sources import sheets as decoders
from rembug.sources.coded import (
    Code,
    Coding,
    Group,
    Link,
    Memo,
    Note,
    Passage,
    Project,
    Reading,
    Source,
)
from rembug.sources.sheets import Sheet

CODED: Final[Mapping[str, Callable[[str, BinaryIO], Project]]] = {
    **dict.fromkeys(refi_qda.SUFFIXES, refi_qda.read),
    **dict.fromkeys(taguette.SUFFIXES, taguette.read),
}
"""What reads a coded project, by the ending of its name."""

_AHEAD: Final = 200  # rows of each sheet that come at once, whichever is the table
_END, _MORE = "end", "more"  # after these, where they are all, and where there are others


# What the service does.


def sheets(name: str, body: bytes, *, computed: bool = False) -> tuple[list[Sheet], list[Note]]:
    """The sheets of a file, and what was repaired to read them, as `sheets.read` gives them.

    Args:
        name: of the file; its ending says whether it is CSV, XLSX or JSON.
        body: its content.
        computed: whether a formula of a workbook is the value that was saved with it.

    Raises:
        Unreadable: it is no such file, or holds what could do harm; also when rows are asked for.
    """
    upload = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the sheets
    upload.write(body)
    request = {"what": "sheets", "file": name, "computed": computed}
    lines = _Lines(request, upload)
    at, head = lines.first()
    found = list[Sheet]()
    for number, (title, merged) in enumerate(head["sheets"]):
        rows = _Rows(lines, at, {**request, "sheet": number}, upload)
        found.append(Sheet(title, rows, merged))
        at = lines.after(at)
    return found, [Note(*note) for note in head["notes"]]


def project(path: Path) -> Project:
    """A coded project, as `refi_qda.read` or `taguette.read` gives it; raises Unreadable."""
    try:
        upload = path.open("rb")
    except OSError as error:
        told = Words(f"cannot be read: {why(error).en}", f"tidak dapat dibaca: {why(error).id}")
        raise Unreadable(path.name, told) from error
    with upload:
        lines = _Lines({"what": "project", "file": path.name}, upload)
    at, head = lines.first()
    codes = [Code(**{**code, "path": tuple(code["path"])}) for code in head["codes"]]
    notes = [Note(*note) for note in head["notes"]]
    head |= {
        "codes": codes,
        "notes": notes,
        "private": [Memo(**memo) for memo in head["private"]],
        "groups": [Group(**_paired(group)) for group in head["groups"]],
        "links": [Link(**link) for link in head["links"]],
    }
    return Project(**head, sources=_sources(lines.told(at), codes, notes))


class _Lines:
    """What a worker told of a file; gone through as often as it is asked for."""

    def __init__(self, request: dict[str, object], upload: BinaryIO) -> None:
        with tempfile.TemporaryFile() as output:
            graph.decoded(__name__, request, output, upload)
            self._told = mmap.mmap(output.fileno(), 0, access=mmap.ACCESS_READ)

    def first(self) -> tuple[int, Any]:
        """The first line, and where the second begins; raises Unreadable."""
        return self._line(0)

    def told(self, at: int) -> Iterator[Any]:
        """The lines from somewhere on; raises Unreadable where one tells of that."""
        while at < len(self._told):
            at, told = self._line(at)
            yield told

    def after(self, at: int) -> int:
        """Where what follows a sheet begins."""
        while self._told[at : at + 1] == b"[":
            at = self._told.find(b"\n", at) + 1
        return self._told.find(b"\n", at) + 1

    def _line(self, at: int) -> tuple[int, Any]:
        end = self._told.find(b"\n", at)
        told = json.loads(self._told[at:end])
        if isinstance(told, dict) and "fault" in told:
            name, en, id_, line, column = told["fault"]
            raise Unreadable(name, Words(en, id_), line, column)
        return end + 1, told


@dataclass
class _Rows:
    """The rows of a sheet: the first are there, the others are decoded when they are needed."""

    lines: _Lines
    at: int
    request: dict[str, object]
    upload: BinaryIO
    whole: _Lines | None = None

    def __call__(self) -> Iterator[tuple[int, list[str]]]:
        """The number of each row and its cells; raises Unreadable."""
        count = 0
        for told in self.lines.told(self.at):
            if told == _END:
                return
            if told == _MORE:
                break
            count += 1
            yield _row(*told)
        self.whole = self.whole or _Lines(self.request, self.upload)
        for told in islice(self.whole.told(0), count, None):
            if told == _END:
                return
            yield _row(*told)


def _row(number: int, empty: int, cells: list[str]) -> tuple[int, list[str]]:
    return number, cells + [""] * empty


def _sources(lines: Iterator[Any], codes: list[Code], notes: list[Note]) -> Iterator[Source]:
    for told, since in lines:
        notes.extend(Note(*note) for note in since)
        if told is None:
            return
        passages = [_passage(codes, passage) for passage in told["passages"]]
        reading = Reading(**told["reading"]) if told["reading"] else None
        yield Source(**_paired(told) | {"passages": passages, "reading": reading})


def _passage(codes: list[Code], told: dict[str, Any]) -> Passage:
    given = [
        Coding(codes[code], coder, datetime.fromisoformat(at) if at else None)
        for code, coder, at in told["codings"]
    ]
    return Passage(**told | {"codings": given})


def _paired(told: dict[str, Any]) -> dict[str, Any]:
    """The same, its variables with their values as pairs."""
    return told | {"values": [(variable, value) for variable, value in told["values"]]}


# What a worker does.


def decode(request: Mapping[str, Any], output: RawIOBase, upload: BinaryIO) -> None:
    """Write what a file has, as lines of JSON.

    Args:
        request: `what` it is, `sheets` or `project`; the `file`'s name; of sheets, whether those
            of a workbook are `computed`, and the `sheet` that is asked for; without it the
            first rows of all.
        output: where to.
        upload: the file.
    """
    mimetypes.knownfiles.clear()  # which openpyxl would have read, and no worker may
    decoded = _of_project if request["what"] == "project" else _of_sheets
    try:
        for told in decoded(request, upload):
            output.write(_line_of(told))
    except Unreadable as error:
        output.write(_line_of(_fault(error)))


def _line_of(told: object) -> bytes:
    return json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n"


def _fault(error: Unreadable) -> dict[str, Any]:
    return {"fault": [error.name, *error.why, error.line, error.column]}


def _of_sheets(request: Mapping[str, Any], upload: BinaryIO) -> Iterator[Any]:
    read = decoders.values if request["computed"] else decoders.read
    found, notes = read(Path(request["file"]), upload.read())
    if "sheet" in request:
        yield from map(_told, found[request["sheet"]].rows())
        yield _END
        return
    yield {"notes": notes, "sheets": [[sheet.name, sheet.merged] for sheet in found]}
    for sheet in found:
        rows = sheet.rows()
        try:
            yield from map(_told, islice(rows, _AHEAD))
            yield _END if next(rows, None) is None else _MORE
        except Unreadable as error:  # another sheet may be the table
            yield _fault(error)


def _told(row: tuple[int, list[str]]) -> tuple[int, int, list[str]]:
    number, cells = row
    size = len(cells)
    while size and not cells[size - 1]:  # of a broad sheet there may be a million such rows
        size -= 1
    return number, len(cells) - size, cells[:size]


def _of_project(request: Mapping[str, Any], upload: BinaryIO) -> Iterator[Any]:
    name = request["file"]
    found = CODED[Path(name).suffix.removeprefix(".").lower()](name, upload)
    codes = {id(code): at for at, code in enumerate(found.codes)}
    head = {"name": found.name, "origin": found.origin, "coders": found.coders}
    every = {
        "codes": found.codes,
        "private": found.private,
        "groups": found.groups,
        "links": found.links,
    }
    yield {**head, "notes": found.notes} | {
        of: list(map(_said, each)) for of, each in every.items()
    }
    told = len(found.notes)
    for source in found.sources:
        passages = [_said(p) | {"codings": _codings(codes, p)} for p in source.passages]
        reading = _said(source.reading) if source.reading else None
        yield _said(source) | {"passages": passages, "reading": reading}, found.notes[told:]
        told = len(found.notes)
    yield None, found.notes[told:]


def _said(thing: Any) -> dict[str, Any]:
    """What a thing has, by the names of its fields."""
    return {each.name: getattr(thing, each.name) for each in fields(thing)}


def _codings(codes: Mapping[int, int], passage: Passage) -> list[tuple[int, str, str | None]]:
    return [
        (codes[id(coding.code)], coding.coder, coding.at.isoformat() if coding.at else None)
        for coding in passage.codings
    ]
