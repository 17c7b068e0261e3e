"""REFI-QDA projects (`.qdpx`) and codebooks (`.qdc`), as the standard says and as tools write them.

QDA-XML 1.0. Tools deviate in names of files, in upper and lower case, in the order of sections and
in what they leave out; what can be understood is, and what is repaired or cannot be kept is said.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

from rembug.errors import Unreadable, Words
from rembug.sources import positions, qda_texts
from rembug.sources.archive import Archive
from rembug.sources.coded import (
    Code,
    Coding,
    Group,
    Link,
    Note,
    Passage,
    Project,
    Reading,
    Source,
)

SUFFIXES: Final = ("qdpx", "qde", "qdc")
_NAMESPACES: Final = ("urn:QDA-XML:project:1.0", "urn:QDA-XML:codebook:1.0")
_SOURCES: Final[Mapping[str, Any]] = {
    "TextSource": "text",
    "PDFSource": "pdf",
    "PictureSource": "picture",
    "AudioSource": "audio",
    "VideoSource": "video",
}
_SELECTION: Final = re.compile(r"(PlainText|PDF|Picture|Audio|Video)Selection")
_MEMBERS: Final = frozenset(
    {"SourceRef", "SelectionRef", "CodeRef", "MemberCode", "MemberSource", "MemberNote"}
)
_UNKNOWN: Final = "?"
_DEEPEST: Final = 100  # of elements; a code's name is its whole path, so depth costs its square


@dataclass
class _Known:
    """What is read of a project before its sources are."""

    name: str = ""
    origin: str = ""
    users: dict[str, str] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    notes: dict[str, str] = field(default_factory=dict)
    memos: dict[str, str] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    groups: list[Element] = field(default_factory=list)
    drawings: list[Group] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    told: list[Note] = field(default_factory=list)
    namespace: str = ""


def read(path: Path) -> Project:
    """Read a project or a codebook.

    Args:
        path: a `.qdpx` archive, a `.qde` project that was taken out of one, or a `.qdc` codebook.

    Raises:
        Unreadable: it is no archive or no XML of that kind, holds what could do harm, or says what
            cannot be (codes inside themselves, one GUID for two things).
    """
    if path.suffix.lower() in (".qde", ".qdc"):
        return _project(path.name, lambda: path.open("rb"), None)
    archive = Archive(path)
    return _project(path.name, lambda: archive.open(archive.project), archive)


def _project(file: str, opened: Any, archive: Archive | None) -> Project:
    known = _first_pass(file, opened, archive)
    if not known.codes and not known.counts["source"]:
        raise Unreadable(
            file,
            Words(
                "is an empty project: no codes and no sources",
                "proyeknya kosong: tidak ada kode dan tidak ada sumber",
            ),
        )
    project = Project(
        name=known.name or Path(file).stem,
        origin=known.origin,
        codes=list(known.codes.values()),
        coders=sorted(set(known.users.values())),
        sources=iter(()),
        notes=known.told,
        private=known.notes,
        groups=[*(_group(element, known) for element in known.groups), *known.drawings],
        links=known.links,
    )
    if archive is None and not known.counts["source"]:
        return project
    sources = _second_pass(file, opened, archive, known)
    return Project(**{**project.__dict__, "sources": sources})


def _first_pass(file: str, opened: Any, archive: Archive | None) -> _Known:
    """Everything but the sources: sections come in any order, so codes are read before them."""
    known = _Known()
    stack: list[tuple[str, str]] = []
    paths: dict[str, tuple[str, ...]] = {}
    with _parsing(file, opened) as events:
        for event, element in events:
            tag = _tag(element)
            if event == "start":
                if not stack:
                    _require_root(file, element, known)
                if len(stack) >= _DEEPEST:
                    told = Words(
                        f"is nested more than {_DEEPEST} deep, as no project is; bring the codes "
                        "nearer to the top and export it again",
                        f"bersarang lebih dari {_DEEPEST} tingkat, tidak seperti proyek mana pun; "
                        "naikkan tingkat kodenya lalu ekspor lagi",
                    )
                    raise Unreadable(file, told)
                if tag == "Code":
                    around = [name for kind, name in stack if kind == "Code"]
                    guid = _guid(element)
                    if guid in paths:
                        raise Unreadable(
                            file,
                            Words(
                                f"two codes have the GUID {guid}", f"dua kode memiliki GUID {guid}"
                            ),
                        )
                    paths[guid] = (*around, element.get("name", "") or _UNKNOWN)
                stack.append((tag, element.get("name", "")))
                continue
            stack.pop()
            parents = [kind for kind, _ in stack]
            if (tag == "Code" and "CodeBook" in parents) or (tag == "Code" and "Codes" in parents):
                guid = _guid(element)
                known.codes[guid] = Code(
                    paths[guid],
                    element.get("isCodable", "true").lower() != "false",
                    _child(element, "Description"),
                    element.get("color", ""),
                    guid,
                )
            elif tag == "User":
                known.users[_guid(element)] = element.get("name", "") or _guid(element)
            elif tag == "Note" and "Notes" in parents[-1:]:
                there = element.get("plainTextPath") or _child(element, "PlainTextContent")
                text = (qda_texts.read(file, element, archive, known.told) or "") if there else ""
                known.memos[_guid(element)] = text.strip()
                known.notes[element.get("name", "") or _guid(element)] = text.strip()
            elif tag in _SOURCES:
                known.counts["source"] += 1
                element.clear()
            elif tag == "Variable":
                known.variables[_guid(element)] = element.get("name", "") or _UNKNOWN
            elif tag in ("Case", "Set"):
                known.groups.append(element)
            elif tag == "Link":
                ends = [element.get(end, "").lower() for end in ("originGUID", "targetGUID")]
                known.links.append(Link(element.get("name", ""), *ends))
            elif tag == "Graph":
                _drawing(element, known)
            elif _SELECTION.fullmatch(tag):
                element.clear()
    # A code is read at its end, so that those inside come before it; people know the other order.
    known.codes = {guid: known.codes[guid] for guid in paths if guid in known.codes}
    return known


def _group(element: Element, known: _Known) -> Group:
    members = [_target(child) for child in element if _tag(child) in _MEMBERS]
    name = element.get("name", "") or _guid(element)
    return Group(name, members, _values(element, known), _child(element, "Description"))


def _drawing(element: Element, known: _Known) -> None:
    """A drawing: what stands in it is a group, and its lines are links."""
    name = element.get("name", "") or _guid(element)
    vertices = {_guid(v): v.get("representedGUID", "").lower() for v in _all(element, "Vertex")}
    for edge in _all(element, "Edge"):
        ends = [vertices.get(edge.get(e, "").lower()) for e in ("sourceVertex", "targetVertex")]
        if ends[0] and ends[1]:
            known.links.append(Link(edge.get("name", "") or name, ends[0], ends[1]))
    known.drawings.append(Group(name, [*filter(None, vertices.values())]))
    known.told.append(Note.drawing(name, [*vertices.values()].count("")))


def _values(element: Element, known: _Known) -> list[tuple[str, str]]:
    values = []
    for value in _all(element, "VariableValue"):
        parts = {_tag(part): part for part in value}
        variable = _target(parts.pop("VariableRef", element))
        told = next((part.text or "" for part in parts.values()), "")
        values.append((known.variables.get(variable, variable), told.strip()))
    return values


def _told(element: Element, known: _Known, *, inside: bool = False) -> str:
    """What is written about something: its description, and the memos it refers to.

    Args:
        element: of the thing.
        known: what was read before.
        inside: whether memos on parts of it count.
    """
    references = element.iter() if inside else element
    memos = [known.memos.get(_target(ref), "") for ref in references if _tag(ref) == "NoteRef"]
    return "\n".join(dict.fromkeys(filter(None, (_child(element, "Description"), *memos))))


def _target(element: Element) -> str:
    return element.get("targetGUID", "").lower()


def _second_pass(
    file: str, opened: Any, archive: Archive | None, known: _Known
) -> Iterator[Source]:
    """The sources, one after the other."""
    depth = 0
    seen: set[str] = set()
    with _parsing(file, opened) as events:
        for event, element in events:
            if _tag(element) in _SOURCES:
                depth += 1 if event == "start" else -1
                if event == "end":
                    guid = _guid(element)
                    if guid in seen:
                        raise Unreadable(
                            file,
                            Words(
                                f"two sources have the GUID {guid}",
                                f"dua sumber memiliki GUID {guid}",
                            ),
                        )
                    seen.add(guid)
                    yield from _sources(file, element, archive, known)
                    element.clear()
            elif event == "end" and not depth and _tag(element) != "Project":
                element.clear()


def _sources(
    file: str, element: Element, archive: Archive | None, known: _Known
) -> Iterator[Source]:
    """A source, and the texts that stand for it: a PDF's words, a recording's transcripts."""
    kind = _SOURCES[_tag(element)]
    guid = _guid(element)
    name = element.get("name", "") or guid
    raw = qda_texts.read(file, element, archive, known.told) if kind == "text" else None
    selections = [child for child in element if _SELECTION.fullmatch(_tag(child))]
    if kind == "text":
        spans = [(_number(s, "startPosition"), _number(s, "endPosition")) for s in selections]
        passages, reading = _of_text(raw, selections, spans, known, name)
    else:
        passages, reading = [_elsewhere(s, _locator(s), known, name) for s in selections], None
    if whole := list(_codings(element, known, name)):
        length = len(positions.plain(raw)) if raw else None
        first = 0 if length else None
        passages.append(Passage(first, length, "" if length else "whole", guid, "", whole))
    text = None if raw is None else positions.plain(raw)
    note, values = _told(element, known), _values(element, known)
    yield Source(name, kind, text, passages, reading, guid, note, values)
    for inner in _all(element, "Representation"):
        told = inner.get("name", "") or f"{name} (text)"
        yield from _sources(file, _renamed(inner, "TextSource", told), archive, known)
    for inner in _all(element, "Transcript"):
        yield _transcript(file, inner, archive, known, f"{name} (transcript)")


def _of_text(
    raw: str | None,
    selections: list[Element],
    spans: list[positions.Span],
    known: _Known,
    name: str,
) -> tuple[list[Passage], Reading | None]:
    """The passages of a text, and how their positions were counted."""
    reading = None
    places: list[positions.Span | None] = [None] * len(selections)
    if raw is not None and selections:
        places, reading = positions.read(raw, spans, [s.get("name", "") for s in selections])
    passages = []
    for selection, place, (start, end) in zip(selections, places, spans, strict=True):
        if raw is None:
            passages.append(_elsewhere(selection, f"char={start},{end}", known, name))
        elif place is None:
            edges = selection.get("startPosition", start), selection.get("endPosition", end)
            known.told.append(Note.outside(name, _guid(selection), *edges))
        else:
            told, codings = _told(selection, known, inside=True), _codings(selection, known, name)
            passages.append(Passage(*place, "", _guid(selection), told, list(codings)))
    return passages, reading


def _elsewhere(selection: Element, locator: str, known: _Known, name: str) -> Passage:
    """A passage of what is no text, or of a text that is not there."""
    told, codings = _told(selection, known, inside=True), _codings(selection, known, name)
    return Passage(None, None, locator, _guid(selection), told, list(codings))


def _transcript(
    file: str, element: Element, archive: Archive | None, known: _Known, name: str
) -> Source:
    """A transcript as a text; what was selected in it lies between two points of time."""
    name = element.get("name", "") or name
    raw = qda_texts.read(file, element, archive, known.told)
    points = {_guid(point): point for point in _all(element, "SyncPoint")}
    placed, spans, timed = [], [], []
    for selection in _all(element, "TranscriptSelection"):
        ends = [points.get(selection.get(e, "").lower()) for e in ("fromSyncPoint", "toSyncPoint")]
        at = [-1 if point is None else _number(point, "position") for point in ends]
        if raw is not None and min(at) >= 0:
            placed.append(selection)
            spans.append((at[0], at[1]))
            continue
        times = [-1 if point is None else _number(point, "timeStamp") for point in ends]
        where = f"t={times[0] / 1000:g},{times[1] / 1000:g}" if min(times) >= 0 else "whole"
        timed.append(_elsewhere(selection, where, known, name))
    passages, reading = _of_text(raw, placed, spans, known, name)
    text = None if raw is None else positions.plain(raw)
    note = _told(element, known)
    return Source(name, "text", text, [*passages, *timed], reading, _guid(element), note)


def _renamed(element: Element, tag: str, name: str) -> Element:
    element.tag = tag
    element.set("name", name)
    return element


def _all(element: Element, tag: str) -> list[Element]:
    return [child for child in element if _tag(child) == tag]


def _codings(element: Element, known: _Known, name: str) -> Iterator[Coding]:
    for coding in (child for child in element if _tag(child) == "Coding"):
        for reference in (child for child in coding if _tag(child) == "CodeRef"):
            guid = reference.get("targetGUID", "").lower()
            if guid not in known.codes:
                known.told.append(Note.unknown_code(name, guid))
                continue
            user = (coding.get("creatingUser") or element.get("creatingUser") or "").lower()
            coder = known.users.get(user, user or _UNKNOWN)
            yield Coding(known.codes[guid], coder, _time(coding.get("creationDateTime")))


def _locator(selection: Element) -> str:
    """A media fragment (W3C Media Fragments URI 1.0): a rectangle, a page, or a time in seconds."""
    found = dict(selection.attrib)
    page = f"page={found['page']}&" if "page" in found else ""
    if {"firstX", "firstY", "secondX", "secondY"} <= found.keys():
        x, y = int(found["firstX"]), int(found["firstY"])
        width, height = int(found["secondX"]) - x, int(found["secondY"]) - y
        return f"{page}xywh={x},{y},{width},{height}"
    if {"begin", "end"} <= found.keys():
        begin, end = int(found["begin"]) / 1000, int(found["end"]) / 1000
        return f"t={begin:g},{end:g}"
    return page.rstrip("&") or "whole"


@contextmanager
def _parsing(file: str, opened: Any) -> Iterator[Iterator[tuple[str, Element]]]:
    """The events of an XML file, its errors told with their line."""
    with opened() as stream:
        body = stream if stream.seekable() else io.BufferedReader(cast(Any, stream))
        try:
            yield iterparse(body, events=("start", "end"), forbid_dtd=True)
        except ParseError as error:
            line, column = error.position
            raise Unreadable(
                file,
                Words(f"is not well-formed XML: {error.msg}", f"bukan XML yang benar: {error.msg}"),
                line,
                column + 1,
            ) from (error)
        except DefusedXmlException as error:
            raise Unreadable(
                file,
                Words(
                    "declares a document type or entities, which QDA-XML has no use for",
                    "menyatakan tipe dokumen atau entitas, yang tidak dipakai QDA-XML",
                ),
            ) from error
        except (zipfile.BadZipFile, EOFError, OSError) as error:
            raise Unreadable(file, Words(f"is damaged: {error}", f"rusak: {error}")) from error


def _require_root(file: str, element: Element, known: _Known) -> None:
    tag = _tag(element)
    if tag not in ("Project", "CodeBook"):
        raise Unreadable(
            file,
            Words(
                f"is no REFI-QDA file: it begins with “{tag}”",
                f"bukan berkas REFI-QDA: awalnya “{tag}”",
            ),
        )
    known.name, known.origin = element.get("name", ""), element.get("origin", "")
    namespace = element.tag.partition("}")[0].removeprefix("{")
    if namespace not in _NAMESPACES:
        known.told.append(Note.namespace(namespace))


def _tag(element: Element) -> str:
    return element.tag.rpartition("}")[2]


def _guid(element: Element) -> str:
    return element.get("guid", "").lower()


def _child(element: Element, tag: str) -> str:
    found = next((child for child in element if _tag(child) == tag), None)
    return (found.text or "").strip() if found is not None else ""


def _number(element: Element, name: str) -> int:
    try:
        return int(element.get(name, ""))
    except ValueError:
        return -1


def _time(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
