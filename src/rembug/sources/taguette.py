"""Taguette's project files (`.sqlite3`): Taguette exports no `.qdpx`, so its own file is read.

It counts UTF-8 bytes of a document's text without its tags; here line feeds stand between blocks.
"""

import re
import sqlite3
from array import array
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import datetime
from html.parser import HTMLParser
from itertools import accumulate
from typing import BinaryIO, Final

from rembug.errors import Unreadable, Words, with_cause
from rembug.sources.coded import Code, Coding, Memo, Note, Passage, Project, Reading, Source
from rembug.sources.positions import fit

SUFFIXES: Final = ("sqlite3",)
_TABLES: Final = frozenset({"projects", "documents", "tags", "highlights", "highlight_tags"})
_BLOCKS: Final = frozenset(
    {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "br", "blockquote", "pre"}
)
_COUNTING: Final = "UTF-8 bytes"
_WHO: Final = """
    SELECT COALESCE(CAST(payload AS TEXT), ''), COALESCE(CAST(user_login AS TEXT), '?'),
        COALESCE(CAST(date AS TEXT), '')
    FROM commands WHERE document_id = ? ORDER BY id
"""
_REPEATED: Final = {
    "documents": "SELECT count(*) - count(DISTINCT id) FROM documents",
    "highlights": "SELECT count(*) - count(DISTINCT id) FROM highlights",
}
_HIGHLIGHT: Final = re.compile(r'"highlight_id": ?(\d{1,18})\b')
_LONGEST: Final = 32 * 1024**2  # bytes of a text
_LONGEST_DEFAULT: Final = 100  # characters
_STEPS: Final = 2_000  # times a million instructions of SQLite, which is about a minute


def read(file: str, stream: BinaryIO) -> Project:
    """Read a project file, without writing to it.

    Args:
        file: its name, for messages.
        stream: its content.

    Raises:
        Unreadable: it is no SQLite database, none of Taguette's, holds several projects, or what
            computes instead of what was stored.
    """
    body = stream.read()
    with _opened(file, body) as base:
        _require_tables(file, base)
        projects = base.execute(
            "SELECT id, COALESCE(CAST(name AS TEXT), ''), COALESCE(CAST(description AS TEXT), '') "
            "FROM projects LIMIT 100"
        ).fetchall()
        if len(projects) != 1:
            raise Unreadable(
                file,
                Words(
                    f"holds {len(projects)} projects; export the one that is meant",
                    f"berisi {len(projects)} proyek; ekspor proyek yang dimaksud",
                ),
            )
        number, name, description = projects[0]
        codes = {
            tag: Code(tuple(path_.split(".")), description=told)
            for tag, path_, told in base.execute(
                "SELECT id, COALESCE(CAST(path AS TEXT), '?') AS path, "
                "COALESCE(CAST(description AS TEXT), '') FROM tags WHERE project_id = ? "
                "ORDER BY path",
                (number,),
            )
        }
        coders = [
            login
            for (login,) in base.execute(
                "SELECT DISTINCT COALESCE(CAST(user_login AS TEXT), '?') FROM commands "
                "WHERE project_id = ? ORDER BY 1",
                (number,),
            )
        ]
    notes: list[Note] = []
    private = [Memo("description", description)] if description else []
    sources = _sources(file, body, number, codes, notes)
    return Project(name, "Taguette", list(codes.values()), coders, sources, notes, private)


def _sources(
    file: str, body: bytes, project: int, codes: dict[int, Code], notes: list[Note]
) -> Iterator[Source]:
    with _opened(file, body) as base:
        documents = base.execute(
            "SELECT id, COALESCE(CAST(name AS TEXT), ''), COALESCE(CAST(contents AS TEXT), '') "
            "FROM documents WHERE project_id = ? ORDER BY id",
            (project,),
        )
        for number, name, contents in documents:
            text, offsets = _plain(contents)
            passages, outside = [], []
            # All of a document's at once: to look for each anew costs their square.
            who = {
                int(found[1]): (login, at)
                for payload, login, at in base.execute(_WHO, (number,))
                if (found := _HIGHLIGHT.search(payload))
            }
            for highlight, start, end in base.execute(
                "SELECT id, CAST(start_offset AS INTEGER), CAST(end_offset AS INTEGER) "
                "FROM highlights WHERE document_id = ? ORDER BY start_offset, id",
                (number,),
            ):
                first, last = _place(offsets, start or 0), _place(offsets, end or 0)
                if first is None or last is None or first >= last:
                    outside.append((str(highlight), start, end))
                    continue
                coder, at = who.get(highlight, ("?", ""))
                tags = base.execute(
                    "SELECT tag_id FROM highlight_tags WHERE highlight_id = ? ORDER BY tag_id",
                    (highlight,),
                )
                codings = [Coding(codes[tag], coder, _time(at)) for (tag,) in tags if tag in codes]
                words = text[first:last].rstrip("\n")
                passages.append(Passage(first, first + len(words), "", str(highlight), "", codings))
            if outside:
                notes.append(Note.outside(name, outside))
            spans = [
                (p.start, p.end) for p in passages if p.start is not None and p.end is not None
            ]
            reading = Reading(_COUNTING, fit(text, spans)) if spans else None
            yield Source(name, "text", text, passages, reading, str(number))


@contextmanager
def _opened(file: str, body: bytes) -> Iterator[sqlite3.Connection]:
    """A database of others, read within limits and in memory; its errors become Unreadable."""
    left = _STEPS

    def over() -> bool:
        nonlocal left
        left -= 1
        return left < 0

    try:
        with closing(sqlite3.connect(":memory:")) as base:
            if body:
                base.deserialize(_without_log(body))
            base.execute("PRAGMA temp_store = MEMORY")  # who reads may write to no file
            base.execute("PRAGMA trusted_schema = OFF")
            base.execute("PRAGMA query_only = ON")
            base.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
            base.set_progress_handler(over, 1_000_000)
            yield base
    except (sqlite3.Error, OverflowError, UnicodeDecodeError) as error:
        if left < 0:
            told = Words(
                "takes too long to read; split the project",
                "terlalu lama dibaca; pecah proyeknya",
            )
            raise Unreadable(file, told) from error
        told = with_cause(
            "cannot be read as an SQLite database; export the project from Taguette again",
            "tidak dapat dibaca sebagai basis data SQLite; ekspor ulang proyeknya dari Taguette",
            error,
        )
        raise Unreadable(file, told) from error


def _without_log(body: bytes) -> bytes:
    """A database that does not ask for its write-ahead log, which did not come with it.

    Its header says so in two bytes (SQLite, Database File Format, section 1.3.3).
    """
    return body[:18] + b"\1\1" + body[20:] if body[18:20] == b"\2\2" else body


def _require_tables(file: str, base: sqlite3.Connection) -> None:
    """What is read must be stored: views, virtual tables and generated columns compute.

    So does a default, which stands once in the file and in each row from before its column came.
    """
    # As the engine takes them: what the file says of them itself may be written by hand.
    tables = "SELECT name, type FROM pragma_table_list WHERE schema = 'main'"
    kinds = dict(base.execute(tables).fetchall())
    for table in sorted(_TABLES | {"commands"}):
        if table not in kinds:
            told = Words(
                f"is not a Taguette project: no table {table}",
                f"bukan proyek Taguette: tidak ada tabel {table}",
            )
            raise Unreadable(file, told)
        # 2 and 3 are generated columns (SQLite, PRAGMA table_xinfo).
        (computed,) = base.execute(
            "SELECT count(*) FROM pragma_table_xinfo(?) "
            "WHERE hidden IN (2, 3) OR length(dflt_value) > ?",
            (table, _LONGEST_DEFAULT),
        ).fetchone()
        if kinds[table] != "table" or computed:
            told = Words(
                f"is not a Taguette project: {table} is computed, not stored; export it again",
                f"bukan proyek Taguette: {table} dihitung, bukan disimpan; ekspor lagi",
            )
            raise Unreadable(file, told)
    # Twice the same would make of n rows in two tables what n times n have.
    for table, counting in _REPEATED.items():
        (more,) = base.execute(counting).fetchone()
        if more:
            told = Words(
                f"is not a Taguette project: {table} has {more} rows without an id of their own",
                f"bukan proyek Taguette: {more} baris {table} tidak memiliki id sendiri",
            )
            raise Unreadable(file, told)


def _time(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


class _Text(HTMLParser):
    """The text of a document, and for each code point of it the byte that Taguette counts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.bytes = array("L", [0])  # a list of numbers takes five times as much

    def handle_data(self, data: str) -> None:
        self.text.append(data)
        at = self.bytes[-1]
        if data.isascii():
            self.bytes.extend(range(at + 1, at + 1 + len(data)))
        else:
            self.bytes.extend(accumulate((len(c.encode()) for c in data), initial=at))
            del self.bytes[-1 - len(data)]  # where it begins is there already

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS and self.text and not self.text[-1].endswith("\n"):
            self.text.append("\n")
            self.bytes.append(self.bytes[-1])


def _plain(contents: str) -> tuple[str, Sequence[int]]:
    parser = _Text()
    parser.feed(contents)
    parser.close()
    return "".join(parser.text), parser.bytes


def _place(offsets: Sequence[int], position: int) -> int | None:
    at = bisect_left(offsets, position)
    return at if at < len(offsets) and offsets[at] == position else None
