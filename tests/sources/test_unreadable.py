"""What is wrong with a file is told in the reader's language; what a library says comes after."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import pytest

from rembug import sources
from rembug.errors import Unreadable


def _workbook() -> bytes:
    """A workbook whose sheet names a file of the machine that reads it."""
    body = io.BytesIO()
    with zipfile.ZipFile(body, "w") as archive:
        archive.writestr("[Content_Types].xml", '<!DOCTYPE a [<!ENTITY b SYSTEM "file:///c">]><a/>')
    return body.getvalue()


WRONG: Final[Mapping[str, tuple[bytes, str, str]]] = {
    "a.ttl": (b"<http://e/a> <http://e/b> .\n", "is where a value", "di tempat nilai"),
    "a.rdf": (b"<a", "before its elements are closed", "sebelum elemennya"),
    "a.jsonld": (b'{"@id": ', "is not written as JSON-LD", "kaidah JSON-LD"),
    "a.nq": (b"<http://e/a> 1 2 3", "each line is one statement", "setiap baris adalah"),
    "a.qdpx": (b"PK\x03\x04 not really", "export the project again", "ekspor ulang"),
    "a.xlsx": (_workbook(), "save it again", "buka lalu simpan ulang"),
    "a.sqlite3": (b"SQLite format 3\0 not really", "from Taguette again", "dari Taguette"),
    "a.csv": (b'program\n"' + b"x" * 140_000, "more than 131 072 characters", "lebih dari 131 072"),
}


@pytest.mark.parametrize("name", WRONG)
def test_a_file_that_cannot_be_read_says_what_to_do_in_both_languages(
    tmp_path: Path, name: str
) -> None:
    body, english, indonesian = WRONG[name]
    file = tmp_path / name
    file.write_bytes(body)
    with pytest.raises(Unreadable) as caught:
        sources.read(file, "lain")
    said = {language: caught.value.told(language).partition(" (") for language in ("en", "id")}
    assert said["en"][0].startswith(name) and english in said["en"][0]
    assert said["id"][0].startswith(name) and indonesian in said["id"][0]
    # What a library says is behind what we say, in both the same, unless we know it in words.
    by_library = said["id"][2].startswith("keterangan teknis: ")
    same = said["en"][2].removeprefix("technically: ") == said["id"][2].removeprefix(
        "keterangan teknis: "
    )
    assert same == (by_library or not said["id"][2])
