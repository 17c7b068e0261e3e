"""QDA-XML as elements: names without namespace, GUIDs in one case, errors told with their line."""

import io
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import IO, Any, Final, cast
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from rembug.errors import Unreadable, Words, with_cause

NAMESPACES: Final = ("urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0")

Opened = Callable[[], IO[bytes]]
"""Opens the XML of a project anew; it is read twice."""


@contextmanager
def events(file: str, opened: Opened) -> Iterator[Iterator[tuple[str, Element]]]:
    """The starts and ends of elements of a file, in order, without document types or entities.

    Raises:
        Unreadable: it is not well-formed (line and column), declares what QDA-XML has no use for,
            or is damaged.
    """
    with opened() as stream:
        body = stream if stream.seekable() else io.BufferedReader(cast(Any, stream))
        try:
            yield iterparse(body, events=("start", "end"), forbid_dtd=True)
        except ParseError as error:
            line, column = error.position
            raise Unreadable(
                file,
                with_cause(
                    "is not well-formed XML; export it again",
                    "bukan XML yang benar; ekspor lagi",
                    error.msg,
                ),
                line,
                column + 1,
            ) from error
        except DefusedXmlException as error:
            raise Unreadable(
                file,
                Words(
                    "declares a document type or entities, which QDA-XML has no use for",
                    "menyatakan tipe dokumen atau entitas, yang tidak dipakai QDA-XML",
                ),
            ) from error
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            told = with_cause("is damaged; export it again", "rusak; ekspor lagi", error)
            raise Unreadable(file, told) from error


def tag(element: Element) -> str:
    """An element's name without its namespace."""
    return element.tag.rpartition("}")[2]


def namespace(element: Element) -> str:
    """The namespace of an element's name; "" without one."""
    return element.tag.partition("}")[0].removeprefix("{")


def children(element: Element, name: str) -> list[Element]:
    """The children of that name."""
    return [child for child in element if tag(child) == name]


def text(element: Element, name: str) -> str:
    """What stands in the first child of that name; "" without one."""
    found = next((child for child in element if tag(child) == name), None)
    return (found.text or "").strip() if found is not None else ""


def guid(element: Element) -> str:
    """An element's GUID in lower case: tools write one GUID in both."""
    return element.get("guid", "").lower()


def target(element: Element) -> str:
    """The GUID of what a reference refers to."""
    return element.get("targetGUID", "").lower()


def name(element: Element) -> str:
    """What an element is called; where nothing is said, its GUID."""
    return element.get("name", "") or guid(element)


def number(element: Element, attribute: str) -> int:
    """An attribute as a whole number; -1 where it is none."""
    try:
        return int(element.get(attribute, ""))
    except ValueError:
        return -1


def time(element: Element, attribute: str) -> datetime | None:
    """An attribute as a time (xsd:dateTime); None where it is none."""
    try:
        return datetime.fromisoformat(element.get(attribute, ""))
    except ValueError:
        return None
