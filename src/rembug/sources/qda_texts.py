"""The text that a source of a REFI-QDA project has: inside the project, beside it, or as Word's."""

import zipfile
from typing import Final
from xml.etree.ElementTree import Element

from rembug.errors import Unreadable, Words
from rembug.sources import word
from rembug.sources.archive import Archive
from rembug.sources.coded import Note

_LARGEST: Final = 64 * 1024**2


def read(file: str, element: Element, archive: Archive | None, told: list[Note]) -> str | None:
    """The text of a source, a transcript or a note, as it was written.

    Args:
        file: the project's name, for messages.
        element: of QDA-XML, with `plainTextPath`, `richTextPath` or a PlainTextContent in it.
        archive: where the files of the project lie; None where there are none.
        told: grows by what a researcher should know.

    Returns:
        The text; None where it did not come with the project.

    Raises:
        Unreadable: it is too large, or a Word document that cannot be read.
    """
    inside = next((e for e in element if e.tag.rpartition("}")[2] == "PlainTextContent"), None)
    if inside is not None:
        return inside.text or ""
    name = element.get("name", "") or element.get("guid", "").lower()
    if entry := _found(archive, element.get("plainTextPath", "")):
        return _plain(file, *entry, name, told)
    if entry := _found(archive, element.get("richTextPath", "")):
        return _rich(file, *entry, name, told)
    told.append(Note.without_text(name))
    return None


def _found(archive: Archive | None, reference: str) -> tuple[Archive, zipfile.ZipInfo] | None:
    entry = archive.find(reference) if archive and reference else None
    return (archive, entry) if archive and entry else None


def _plain(file: str, archive: Archive, entry: zipfile.ZipInfo, name: str, told: list[Note]) -> str:
    if entry.file_size > _LARGEST:
        raise Unreadable(
            file,
            Words(
                f"{name} has {entry.file_size} bytes of text; that is too much",
                f"{name} memiliki teks {entry.file_size} bita; itu terlalu banyak",
            ),
        )
    with archive.open(entry) as stream:
        body = stream.read(_LARGEST + 1)
    encoding = "utf-16" if body[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8"
    try:
        return body.decode(encoding)
    except UnicodeDecodeError:
        told.append(Note.decoded(name))
        return body.decode("cp1252", "replace")


def _rich(file: str, archive: Archive, entry: zipfile.ZipInfo, name: str, told: list[Note]) -> str:
    with archive.open(entry) as stream:
        try:
            text = word.words(stream, _LARGEST)
        except word.NoDocument as error:
            raise Unreadable(f"{file}: {name}", error.words) from error
    told.append(Note.rich(name))
    return text
