"""Taguette's project files (`.sqlite3`): Taguette exports no `.qdpx`, so its own file is read.

It counts UTF-8 bytes of a document's text without its tags; here line feeds stand between blocks.
"""

import sqlite3
from bisect import bisect_left
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

from rembug.errors import Unreadable
from rembug.sources.coded import Code, Coding, Note, Passage, Project, Reading, Source
from rembug.sources.positions import fit

SUFFIXES: Final = ("sqlite3",)
_TABLES: Final = frozenset({"projects", "documents", "tags", "highlights", "highlight_tags"})
_BLOCKS: Final = frozenset(
    {"p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "tr", "br", "blockquote", "pre"}
)
_COUNTING: Final = "UTF-8 bytes"
_WHO: Final = """
    SELECT user_login, date FROM commands
    WHERE document_id = ? AND payload LIKE ? ORDER BY id DESC LIMIT 1
"""


def read(path: Path) -> Project:
    """Read a project file, without writing to it.

    Raises:
        Unreadable: it is no SQLite database, none of Taguette's, or holds several projects.
    """
    with _opened(path) as base:
        tables = {name for (name,) in base.execute("SELECT name FROM sqlite_master")}
        if lacking := sorted(_TABLES - tables):
            raise Unreadable(path.name, f"is no Taguette project: no table {lacking[0]}")
        projects = base.execute("SELECT id, name, description FROM projects").fetchall()
        if len(projects) != 1:
            raise Unreadable(
                path.name, f"holds {len(projects)} projects; export the one that is meant"
            )
        number, name, description = projects[0]
        codes = {
            tag: Code(tuple(path_.split(".")), description=told)
            for tag, path_, told in base.execute(
                "SELECT id, path, description FROM tags WHERE project_id = ? ORDER BY path",
                (number,),
            )
        }
        coders = [
            login
            for (login,) in base.execute(
                "SELECT DISTINCT user_login FROM commands WHERE project_id = ? ORDER BY 1",
                (number,),
            )
        ]
    notes: list[Note] = []
    private = {"description": description} if description else {}
    sources = _sources(path, number, codes, notes)
    return Project(name, "Taguette", list(codes.values()), coders, sources, notes, private)


def _sources(
    path: Path, project: int, codes: dict[int, Code], notes: list[Note]
) -> Iterator[Source]:
    with _opened(path) as base:
        documents = base.execute(
            "SELECT id, name, contents FROM documents WHERE project_id = ? ORDER BY id", (project,)
        )
        for number, name, contents in documents:
            text, offsets = _plain(contents)
            passages = []
            for highlight, start, end in base.execute(
                "SELECT id, start_offset, end_offset FROM highlights WHERE document_id = ? "
                "ORDER BY start_offset, id",
                (number,),
            ):
                first, last = _place(offsets, start), _place(offsets, end)
                if first is None or last is None or first >= last:
                    notes.append(Note.outside(name, str(highlight), start, end))
                    continue
                who = base.execute(_WHO, (number, f'%"highlight_id": {highlight},%')).fetchone()
                coder, at = (who[0], datetime.fromisoformat(who[1])) if who else ("?", None)
                tags = base.execute(
                    "SELECT tag_id FROM highlight_tags WHERE highlight_id = ? ORDER BY tag_id",
                    (highlight,),
                )
                codings = [Coding(codes[tag], coder, at) for (tag,) in tags if tag in codes]
                words = text[first:last].rstrip("\n")
                passages.append(Passage(first, first + len(words), "", str(highlight), "", codings))
            spans = [
                (p.start, p.end) for p in passages if p.start is not None and p.end is not None
            ]
            reading = Reading(_COUNTING, fit(text, spans)) if spans else None
            yield Source(name, "text", text, passages, reading, str(number))


def _opened(path: Path) -> closing[sqlite3.Connection]:
    try:
        base = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        base.execute("PRAGMA trusted_schema = OFF")
        base.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error as error:
        raise Unreadable(path.name, f"is no SQLite database: {error}") from error
    return closing(base)


class _Text(HTMLParser):
    """The text of a document, and for each code point of it the byte that Taguette counts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.text: list[str] = []
        self.bytes: list[int] = [0]

    def handle_data(self, data: str) -> None:
        for character in data:
            self.text.append(character)
            self.bytes.append(self.bytes[-1] + len(character.encode()))

    def handle_endtag(self, tag: str) -> None:
        if tag in _BLOCKS and self.text and self.text[-1] != "\n":
            self.text.append("\n")
            self.bytes.append(self.bytes[-1])


def _plain(contents: str) -> tuple[str, list[int]]:
    parser = _Text()
    parser.feed(contents)
    parser.close()
    return "".join(parser.text), parser.bytes


def _place(offsets: list[int], position: int) -> int | None:
    at = bisect_left(offsets, position)
    return at if at < len(offsets) and offsets[at] == position else None
