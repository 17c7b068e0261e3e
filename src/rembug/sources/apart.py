"""Tables, coded projects, codebooks and mappings of others, decoded in a process apart.

Archives, workbooks, databases, XML, and the patterns of a mapping are what a hostile file bites
with. A worker, which sees nothing but the file, makes of them rows, or a project's texts and
passages; they come as lines of JSON, and only here they are held against what there is. What was
unreadable is told where it stood among the lines, so that who stops before does not meet it.
"""

import json
import mimetypes
import mmap
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from io import RawIOBase
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any, BinaryIO, Final

from rdflib import Literal, URIRef
from rdflib.term import Node

from rembug import graph
from rembug.errors import Unreadable, Words, why
from rembug.sources import refi_qda, taguette
from rembug.sources import sheets as decoders
from rembug.sources.codebook import About, Binding, Codebook, Voice
from rembug.sources.codebook import read as read_codebook
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
from rembug.sources.model import Row, digest_of
from rembug.sources.sheets import Sheet

CODED: Final[Mapping[str, Callable[[str, BinaryIO], Project]]] = {
    **dict.fromkeys(refi_qda.SUFFIXES, refi_qda.read),
    **dict.fromkeys(taguette.SUFFIXES, taguette.read),
}
"""What reads a coded project, by the ending of its name."""

_AHEAD: Final = 200  # rows of each sheet that come at once, whichever is the table
_MAPPED: Final = 20_000  # bytes a second of a table that is read as its mapping says
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


def codebook(path: Path) -> Codebook:
    """A codebook, as `codebook.read` gives it; raises Unreadable."""
    with _opened(path) as upload:
        _, told = _Lines({"what": "codebook", "file": path.name}, upload).first()
    codes = {
        name: Binding(tuple(said["aspects"]), tuple(said["marks"]), said["line"])
        for name, said in told["codes"].items()
    }
    sources = {name: About(**said) for name, said in told["sources"].items()}
    informants = {name: Voice(**said) for name, said in told["informants"].items()}
    made_of = {"codes": codes, "sources": sources, "informants": informants}
    return Codebook(**told | made_of | {"sha256": digest_of(path)})


def mapped(path: Path, mapping: Path, study: str) -> tuple[list[Note], Callable[[], Iterator[Row]]]:
    """A table as its mapping says, as `csvw.read` gives it; its rows as often as is asked."""
    request: dict[str, object] = {"what": "mapped", "file": path.name, "study": study}
    request["mapping"] = mapping.name
    with tempfile.TemporaryFile() as both, _opened(path) as table, _opened(mapping) as said:
        shutil.copyfileobj(table, both)
        request["table"] = both.tell()
        shutil.copyfileobj(said, both)
        lines = _Lines(request, both, pace=_MAPPED)
    at, notes = lines.first()
    return [Note(*note) for note in notes], lambda: map(_mapped, lines.told(at))


def project(path: Path) -> Project:
    """A coded project, as `refi_qda.read` or `taguette.read` gives it; raises Unreadable."""
    with _opened(path) as upload:
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


def _opened(path: Path) -> BinaryIO:
    try:
        return path.open("rb")
    except OSError as error:
        told = Words(f"cannot be read: {why(error).en}", f"tidak dapat dibaca: {why(error).id}")
        raise Unreadable(path.name, told) from error


class _Lines:
    """What a worker told of a file; gone through as often as it is asked for."""

    def __init__(self, request: dict[str, object], upload: BinaryIO, **pace: int) -> None:
        with tempfile.TemporaryFile() as output:
            graph.decoded(__name__, request, output, upload, **pace)
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


def _mapped(row: tuple[int, list[tuple[str, list[tuple[str, list[Any]]]]]]) -> Row:
    number, things = row
    return number, [
        (URIRef(subject), URIRef(predicate), _node(*node))
        for subject, said in things
        for predicate, node in said
    ]


def _node(text: str, *literal: str | None) -> Node:
    if not literal:
        return URIRef(text)
    language, datatype = literal
    kind = URIRef(datatype) if datatype else None
    return Literal(text, lang=language, datatype=kind, normalize=False)


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
        request: `what` it is, `sheets`, `project`, `codebook` or `mapped`; the `file`'s name; of
            sheets, whether those of a workbook are `computed`, and the `sheet` that is asked for;
            without it the first rows of all; of what is mapped, how long the `table` is, behind
            which the mapping is, its name as `mapping`, and the slug of the `study`.
        output: where to.
        upload: the file.
    """
    mimetypes.knownfiles.clear()  # which openpyxl would have read, and no worker may
    try:
        for told in _DECODED[request["what"]](request, upload):
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


def _of_codebook(request: Mapping[str, Any], upload: BinaryIO) -> Iterator[Any]:
    yield asdict(read_codebook(request["file"], upload.read()))


def _of_mapped(request: Mapping[str, Any], upload: BinaryIO) -> Iterator[Any]:
    from rembug.sources import csvw  # here: its library takes 0.2 s

    table, said = upload.read(request["table"]), upload.read()
    notes, rows = csvw.read(request["file"], table, request["mapping"], said, request["study"])
    yield notes
    for number, triples in rows:
        things = groupby(triples, key=itemgetter(0))
        yield number, [(s, [(p, _written(o)) for _, p, o in some]) for s, some in things]


def _written(node: Node) -> tuple[str | None, ...]:
    return (node, node.language, node.datatype) if isinstance(node, Literal) else (str(node),)


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


_DECODED: Final[Mapping[str, Callable[[Mapping[str, Any], BinaryIO], Iterator[Any]]]] = {
    "sheets": _of_sheets,
    "project": _of_project,
    "codebook": _of_codebook,
    "mapped": _of_mapped,
}
