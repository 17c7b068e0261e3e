"""The words of a Word document (`.docx`), which some tools give for a text in place of plain text.

WordprocessingML, ECMA-376 part 1, section 17: paragraphs, runs, tabs and breaks; what was deleted
while changes were tracked is no text, and a text box stands once.
"""

import zipfile
from typing import IO, Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from rembug.errors import Words, with_cause

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_SIGNS: Final = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "\u2011"}


class NoDocument(ValueError):
    """What is no Word document, or too large a one; `words` say why, in both languages."""

    def __init__(self, words: Words) -> None:
        super().__init__(words.en)
        self.words = words


def words(stream: IO[bytes], largest: int) -> str:
    """The text of a document, a line a paragraph.

    Args:
        stream: the document.
        largest: bytes that its text may have as XML.

    Raises:
        NoDocument: it is none, it is damaged, or larger.
    """
    try:
        with zipfile.ZipFile(stream) as document:
            entry = document.getinfo("word/document.xml")
            if entry.file_size > largest:
                raise NoDocument(
                    Words(
                        f"has {entry.file_size} bytes of text; that is too much",
                        f"memiliki teks {entry.file_size} bita; itu terlalu banyak",
                    )
                )
            with document.open(entry) as body:
                return _text(body)
    except (zipfile.BadZipFile, KeyError, EOFError, OSError, RuntimeError) as error:
        raise NoDocument(
            with_cause(
                "is not a Word document; save it as .docx",
                "bukan dokumen Word; simpan sebagai .docx",
                error,
            )
        ) from error
    except (ParseError, DefusedXmlException) as error:
        raise NoDocument(
            with_cause(
                "is a damaged Word document; open it and save it again",
                "dokumen Word ini rusak; buka lalu simpan ulang",
                error,
            )
        ) from error


def _text(body: IO[bytes]) -> str:
    parts: list[str] = []
    aside = 0
    events: Any = iterparse(body, events=("start", "end"), forbid_dtd=True)
    for event, element in events:
        if element.tag == _FALLBACK:
            aside += 1 if event == "start" else -1
        if event == "start":
            continue
        name = element.tag.removeprefix(_W) if element.tag.startswith(_W) else ""
        if not aside and name == "t":
            parts.append(element.text or "")
        elif not aside and name in _SIGNS and f"{_W}val" not in element.attrib:  # no tab stop
            parts.append(_SIGNS[name])
        elif name == "p":
            if not aside:
                parts.append("\n")
            element.clear()
    return "".join(parts).removesuffix("\n")
