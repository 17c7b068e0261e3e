"""Tables and coded projects are decoded in a process apart, and come as if they were not."""

import csv
import io
import json
import math
import sqlite3
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import asdict, replace
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
import yaml
from openpyxl import Workbook

from rembug import graph, sources
from rembug.errors import Unreadable
from rembug.graph.workers import reading
from rembug.linking.tables import content
from rembug.sources import apart, json_tables, sheets, taguette
from tests.sources.projects import project, qdpx, selection, source, zip_of
from tests.sources.test_hostile import taguette as taguette_of
from tests.sources.test_word import document, paragraph

RICH = '<TextSource guid="T2" name="wawancara" richTextPath="internal://w.docx">{}</TextSource>'
PDF = (
    '<PDFSource guid="T3" name="laporan"><VariableValue><VariableRef targetGUID="V1"/>'
    '<TextValue>2020</TextValue></VariableValue><PDFSelection guid="P1" page="2" firstX="1" '
    'firstY="2" secondX="3" secondY="4"><Representation><PlainTextContent>Dinas</PlainTextContent>'
    '</Representation><NoteRef targetGUID="N1"/><Coding guid="K9">'
    '<CodeRef targetGUID="C3"/></Coding>'
    "</PDFSelection></PDFSource>"
)
REST = (
    '<Variables><Variable guid="V1" name="tahun"/></Variables><Notes><Note guid="N1" name="memo">'
    "<PlainTextContent>Pikiran.</PlainTextContent></Note></Notes><Cases><Case guid='G1' "
    "name='kasus'><SourceRef targetGUID='T1'/><VariableValue><VariableRef targetGUID='V1'/>"
    "<TextValue>1</TextValue></VariableValue></Case></Cases><Links><Link guid='L1' name='sebab' "
    "originGUID='C2' targetGUID='C3'/></Links><Description>Tentang proyek.</Description>"
)
PLAIN = "Kami jarang bertemu 😀.\r\nDinas datang."
NOT_A_ROW = 'x;"broken'


def csv_of(rows: int, last: str = "") -> bytes:
    lines = [f"n{n};Kecamatan “{n}”;;" for n in range(rows)]
    return ("nama;kecamatan;;\r\n" + "\r\n".join([*lines, last])).encode()


def xlsx_of(rows: int) -> bytes:
    book, out = Workbook(), io.BytesIO()
    for title in ("Petunjuk", "Data"):
        sheet = book.create_sheet(title)
        sheet.append(["nama", "tahun", "jumlah", None])
        for n in range(rows):
            sheet.append([f"n{n}\r\nbaris", 2020.0 + n, f"=A{n}", None, None, "" if n else "x"])
        sheet.merge_cells("A1:B1")
    book.save(out)
    return out.getvalue()


TABLES = {
    "few.csv": csv_of(3),
    "many.csv": csv_of(700),
    "windows.csv": csv_of(3).decode().encode("cp1252"),
    "empty.csv": b"",
    "binary.csv": bytes(range(256)),
    "cut.csv": csv_of(3, NOT_A_ROW),
    "cut-late.csv": csv_of(700, NOT_A_ROW),
    "broad.csv": ",".join("x" * 1001).encode(),
    "few.xlsx": xlsx_of(2),
    "many.xlsx": xlsx_of(500),
    "no.xlsx": b"PK\x03\x04 nothing",
    "cut.xlsx": xlsx_of(500)[:-300],
    "bomb.xlsx": zip_of({"xl/worksheets/sheet1.xml": b" " * 2_000_000}),
    "few.json": json.dumps(
        [{"nama": "a", "b": {"c": 1.5}}, {"nama": "b\ud800", "d": None}]
    ).encode(),
    "many.json": json.dumps({"x": [{"nama": f"n{n}"} for n in range(500)]}).encode(),
    "no.json": b'{"nama": [',
    "deep.json": b"[" * 100_000,
}


def told(error: Unreadable) -> tuple[object, ...]:
    return error.told("en"), error.told("id"), error.name, error.line, error.column


def said(read: Callable[[], Any]) -> object:
    """What a reader gives: of each sheet its rows as far as they can be read, and the fault."""
    try:
        found, notes = read()
    except Unreadable as error:
        return told(error)
    every = []
    for sheet in found:
        rows: list[object] = []
        try:
            rows.extend(sheet.rows())
        except Unreadable as error:
            rows = [*rows, told(error)]
        every.append((sheet.name, list(sheet.merged), rows))
    return every, notes


@pytest.mark.parametrize(("name", "body"), TABLES.items(), ids=TABLES)
@pytest.mark.parametrize("computed", [False, True])
def test_a_table_is_the_same_byte_for_byte(name: str, body: bytes, computed: bool) -> None:
    if name.endswith(".json") and not computed:
        return
    here = sheets.values if computed else sheets.read
    assert said(lambda: apart.sheets(name, body, computed=computed)) == said(
        lambda: here(Path(name), body)
    )


def test_rows_are_given_as_often_as_they_are_asked_for_and_at_the_same_time() -> None:
    (first, *_), _ = apart.sheets("many.csv", TABLES["many.csv"])
    one, other = first.rows(), first.rows()
    assert list(islice(one, 300)) == list(islice(other, 300))
    assert list(one) == list(other)
    assert len(list(first.rows())) == 701


def test_who_stops_before_a_fault_does_not_meet_it() -> None:
    (first, *_), _ = apart.sheets("cut-late.csv", TABLES["cut-late.csv"])
    assert len(list(islice(first.rows(), 500))) == 500
    with pytest.raises(Unreadable, match=r"cut-late\.csv:702"):
        list(first.rows())


def projects(folder: Path) -> Iterator[Path]:
    passages = selection(5, 11), selection(12, 19, user="U2"), selection(900, 901)
    plain = source("dokumen", "w.txt", *passages)
    files = {"w.txt": PLAIN.encode("utf-16"), "w.docx": document(paragraph("<w:t>Kami</w:t>"))}
    xml = project(plain, RICH.format(selection(0, 4)), PDF, rest=REST)
    yield qdpx(folder / "whole.qdpx", xml, files)
    yield qdpx(folder / "twice.qdpx", project(plain, plain), files)
    yield qdpx(folder / "no-word.qdpx", xml, {"w.docx": b"PK"})
    for name, body in {
        "alone.qde": xml.encode(),
        "cut.qde": xml[:-60].encode(),
        "entities.qde": b"<!DOCTYPE x [<!ENTITY a 'b'>]>" + xml.encode(),
        "empty.qdc": project(codes="<CodeBook/>").encode(),
        "no.qdpx": b"nothing",
        "no.sqlite3": b"nothing at all" * 100,
        "void.sqlite3": b"",
    }.items():
        (folder / name).write_bytes(body)
        yield folder / name
    logged = taguette_of(folder).rename(folder / "logged.sqlite3")
    with closing(sqlite3.connect(logged)) as base:
        base.execute("PRAGMA journal_mode = WAL")
    yield logged
    yield taguette_of(folder)


def whole(read: Callable[[], Any]) -> object:
    """All that a project has, the notes as they are before and after its sources."""
    try:
        found = read()
        before = list(found.notes)
        every = [asdict(each) for each in found.sources]
        return asdict(replace(found, sources=iter(()))) | {"sources": every, "before": before}
    except Unreadable as error:
        return told(error)


def plainly(found: object) -> object:
    return json.loads(json.dumps(found, default=str))


def mapping_of(more: dict[str, Any]) -> dict[str, Any]:
    name = {"name": "nama", "propertyUrl": "rdfs:label", **more}
    columns = [name, {"name": "kecamatan", "suppressOutput": True}]
    return {"tableSchema": {"aboutUrl": "actor/{nama}", "columns": columns}}


def written(file: Path, document: object) -> Path:
    file.write_text(json.dumps(document), encoding="utf-8")
    return file


def test_a_coded_project_is_the_same_byte_for_byte(tmp_path: Path) -> None:
    for path in projects(tmp_path):
        read = apart.CODED[path.suffix[1:]]
        with path.open("rb") as stream:
            here = whole(lambda: read(path.name, stream))  # noqa: B023  called at once
        assert plainly(whole(lambda: apart.project(path))) == plainly(here), path.name  # noqa: B023
        if path.name == "whole.qdpx":
            assert isinstance(here, dict)
            assert all(here[of] for of in here if of != "before"), here  # all is compared


def test_nothing_is_decoded_in_the_process_of_the_service(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, *_, last = projects(tmp_path)
    xlsx, table = tmp_path / "t.xlsx", tmp_path / "t.csv"
    xlsx.write_bytes(xlsx_of(300))
    table.write_bytes(csv_of(300))
    series = tmp_path / "t.json"
    series.write_bytes(TABLES["many.json"])

    def here(*_: object, **__: object) -> None:
        raise AssertionError("decoded here")

    monkeypatch.setattr(zipfile.ZipFile, "__init__", here)
    monkeypatch.setattr(csv, "reader", here)
    monkeypatch.setattr(json_tables, "sheet", here)
    monkeypatch.setattr(taguette, "_opened", here)
    monkeypatch.setattr(yaml, "compose", here)
    monkeypatch.setitem(sys.modules, "rembug.sources.csvw", None)
    book, mapping = tmp_path / "book.yaml", written(tmp_path / "m.json", mapping_of({}))
    book.write_text("codes: {Coke::diet: aspect/trust}\n", encoding="utf-8")
    assert sources.read(first, "uji", book).public
    assert sources.read(table, "uji", mapping=mapping).public
    for path in (first, last):
        assert sources.read(path, "uji").public
    for path in (xlsx, table, series):
        assert len(content(path).records) == (500 if path == series else 300)


def test_a_pattern_of_a_mapping_that_never_ends_is_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "_SECONDS", 2)
    table = tmp_path / "t.csv"
    table.write_text("nama;kecamatan\n" + "a" * 60 + "!;x\n", encoding="utf-8")
    datatype = {"base": "string", "format": "(a+)+$"}
    mapping = written(tmp_path / "m.json", mapping_of({"datatype": datatype}))
    with pytest.raises(Unreadable, match=r"t\.csv: takes too long to read"):
        sources.read(table, "uji", mapping=mapping)


def test_what_takes_more_than_it_may_is_told_of_and_the_next_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reading, "_LARGEST", 0)
    monkeypatch.setattr(reading, "_GROWN", 0)
    with pytest.raises(Unreadable, match=r"few\.csv: unpacks to more than 0 MiB"):
        apart.sheets("few.csv", TABLES["few.csv"])
    monkeypatch.undo()
    monkeypatch.setattr(reading, "_MEMORY", 8)
    with pytest.raises(Unreadable, match=r"big\.json: takes more than 8 MiB to read"):
        apart.sheets("big.json", json.dumps([{"nama": "x" * 8_000_000}]).encode(), computed=True)
    monkeypatch.undo()
    assert apart.sheets("few.csv", TABLES["few.csv"])[0]


def test_what_nobody_waits_for_any_more_is_not_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    killed: list[object] = []
    kill = reading.Worker.kill
    monkeypatch.setattr(reading.Worker, "kill", lambda self: (killed.append(self), kill(self)))

    def look() -> None:
        raise graph.Ended

    (first, *_), _ = apart.sheets("long.csv", csv_of(300_000))
    with graph.limited(math.inf, look), pytest.raises(graph.Ended):
        list(first.rows())
    assert len(killed) == 1
