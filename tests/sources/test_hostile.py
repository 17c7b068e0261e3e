"""Coded projects made to harm: refused in one sentence, or read as far as they make sense."""

import sqlite3
import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rembug import sources
from rembug.errors import Unreadable
from rembug.sources import codings
from rembug.sources import taguette as taguette_files

from .projects import project, qdpx

TAGUETTE = """
CREATE TABLE projects(id, name, description);
CREATE TABLE documents(id, name, contents, project_id);
CREATE TABLE tags(id, path, description, project_id);
CREATE TABLE highlights(id INTEGER PRIMARY KEY, document_id, start_offset, end_offset);
CREATE TABLE highlight_tags(highlight_id, tag_id);
CREATE TABLE commands(id INTEGER PRIMARY KEY, user_login, date, document_id, project_id, payload);
INSERT INTO projects VALUES (1, 'Uji', '');
INSERT INTO documents VALUES (1, 'Dokumen', '<p>Antaraktor jarang bertemu.</p>', 1);
INSERT INTO tags VALUES (1, 'komunikasi', '', 1);
INSERT INTO highlights VALUES (7, 1, 0, 10);
INSERT INTO highlight_tags VALUES (7, 1);
INSERT INTO commands VALUES (1, 'a', '2024-05-01T10:00:00', 1, 1, '{"highlight_id": 7, "x": 1}');
"""
ENDLESS = "WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM c)"
COMPUTED = {
    "an endless view": f"DROP TABLE highlights; CREATE VIEW highlights AS {ENDLESS} "
    "SELECT x AS id, 1 AS document_id, 0 AS start_offset, 3 AS end_offset FROM c WHERE x < 0;",
    "a view of who did what": f"DROP TABLE commands; CREATE VIEW commands AS {ENDLESS} "
    "SELECT x AS id, x AS user_login, 1 AS project_id FROM c;",
    "a column that is generated": "DROP TABLE documents; CREATE TABLE documents(id, name, "
    "project_id, contents AS (hex(zeroblob(100000000))));",
    "a text that stands once for all documents": "CREATE TABLE d(id, name, project_id); "
    f"INSERT INTO d {ENDLESS} SELECT x, '', 1 FROM c LIMIT 2000; DROP TABLE documents; "
    f"ALTER TABLE d ADD COLUMN contents DEFAULT '{'ab ' * 20_000}'; "
    "ALTER TABLE d RENAME TO documents;",
    "a virtual table": "DROP TABLE tags; "
    "CREATE VIRTUAL TABLE tags USING fts5(id, path, description, project_id); "
    "PRAGMA writable_schema = ON; UPDATE sqlite_master SET "
    "sql = replace(sql, 'CREATE VIRTUAL', 'CREATE  VIRTUAL') WHERE name = 'tags';",
}


def taguette(folder: Path, more: str = "") -> Path:
    path = folder / "uji.sqlite3"
    with closing(sqlite3.connect(path)) as base:
        base.executescript(TAGUETTE + more)
    return path


@pytest.mark.parametrize("more", COMPUTED.values(), ids=COMPUTED)
def test_what_a_database_computes_is_not_read(tmp_path: Path, more: str) -> None:
    with pytest.raises(Unreadable, match="is computed, not stored"):
        sources.read(taguette(tmp_path, more), "uji")


@given(st.data())
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_a_damaged_database_is_read_or_told_of(tmp_path: Path, data: st.DataObject) -> None:
    path = tmp_path / "uji.sqlite3"
    path.unlink(missing_ok=True)
    whole = bytearray(taguette(tmp_path).read_bytes())
    at = st.one_of(st.integers(0, 4096), st.integers(0, len(whole) - 1))  # the schema is in front
    for where, what in data.draw(st.lists(st.tuples(at, st.integers(0, 255)), max_size=60)):
        whole[where] = what
    path.write_bytes(whole[: data.draw(st.integers(len(whole) // 2, len(whole)))])
    try:
        assert len(list(sources.coded(path).sources)) <= 1
    except Unreadable as error:
        assert path.name in error.told("en")


def test_a_schema_that_is_no_text_is_told_of(tmp_path: Path) -> None:
    path = taguette(tmp_path)
    path.write_bytes(path.read_bytes().replace(b"CREATE TABLE tags(", b"CREATE TABLE t \xcbg("))
    with pytest.raises(Unreadable, match=r"uji\.sqlite3"):
        sources.coded(path)


TWICE = {
    "highlights": "ALTER TABLE highlights RENAME TO h; CREATE TABLE highlights AS SELECT * FROM h "
    "UNION ALL SELECT * FROM h;",
    "documents": "INSERT INTO documents SELECT * FROM documents;",
    "documents that have no id": "INSERT INTO documents VALUES (NULL, 'x', '<p>x</p>', 1);",
}


@pytest.mark.parametrize("more", TWICE.values(), ids=TWICE)
def test_rows_that_would_multiply_are_refused(tmp_path: Path, more: str) -> None:
    """A thousand rows of one highlight with a thousand tags would be a million codings."""
    with pytest.raises(Unreadable, match="without an id of their own"):
        sources.read(taguette(tmp_path, more), "uji")


def test_a_database_is_read_for_so_many_steps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(taguette_files, "_STEPS", 1)
    many = f"INSERT INTO highlight_tags {ENDLESS} SELECT x, 1 FROM c LIMIT 400000;"
    path = taguette(tmp_path, many + MANY_HIGHLIGHTS)
    with path.open("rb") as stream, pytest.raises(Unreadable, match="takes too long to read"):
        list(taguette_files.read(path.name, stream).sources)


MANY_HIGHLIGHTS = f"INSERT INTO highlights {ENDLESS} SELECT x + 10, 1, 0, 3 FROM c LIMIT 40;"


def test_a_text_takes_memory_in_proportion_to_it(tmp_path: Path) -> None:
    size = 400_000
    long = f"UPDATE documents SET contents = '<p>' || hex(zeroblob({size // 2})) || 'é</p>';"
    path = taguette(tmp_path, long)
    with path.open("rb") as stream:
        project_ = taguette_files.read(path.name, stream)
    tracemalloc.start()
    try:
        (source,) = project_.sources
        taken = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert source.text is not None
    assert len(source.text) == size + 2
    assert taken < 40 * size


def test_who_coded_is_told_by_the_last_command(tmp_path: Path) -> None:
    later = (
        "INSERT INTO commands VALUES (2, 'b', 'no date', 1, 1, '{\"highlight_id\": 7, \"x\": 2}');"
    )
    (source,) = sources.coded(taguette(tmp_path, later)).sources
    (passage,) = source.passages
    assert [(coding.coder, coding.at) for coding in passage.codings] == [("b", None)]


def test_values_of_other_types_than_taguettes_are_told_or_read(tmp_path: Path) -> None:
    wrong = (
        "UPDATE highlights SET start_offset = 'x', end_offset = x'00'; UPDATE tags SET path = 5;"
    )
    (source,) = sources.coded(taguette(tmp_path, wrong)).sources
    assert not source.passages


def test_codes_nested_out_of_all_measure_are_refused(tmp_path: Path) -> None:
    deep = "".join(f'<Code guid="D{n}" name="k{n}">' for n in range(5000)) + "</Code>" * 5000
    path = qdpx(tmp_path / "x.qdpx", project(codes=f"<CodeBook><Codes>{deep}</Codes></CodeBook>"))
    with pytest.raises(Unreadable, match="nested more than 100 deep"):
        sources.read(path, "uji")


def test_passages_that_quote_a_text_over_and_over_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file of 700 KB may have 8 000 passages of nearly all of a text: 160 MB of quotations."""
    monkeypatch.setattr(codings, "_MOST_QUOTED", 25)
    assert sources.read(taguette(tmp_path), "uji").restricted
    (tmp_path / "uji.sqlite3").unlink()
    with pytest.raises(Unreadable, match="overlap so much") as told:
        sources.read(taguette(tmp_path, "INSERT INTO highlights VALUES (8, 1, 1, 20);"), "uji")
    assert "tumpang tindih" in told.value.told("id")
