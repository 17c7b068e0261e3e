"""The sources of a QDA-XML project, one after the other: texts, and the passages with codes."""

from collections.abc import Iterator
from xml.etree.ElementTree import Element

from rembug.errors import Unreadable, Words
from rembug.sources import positions, qda_texts, qda_xml
from rembug.sources.archive import Archive
from rembug.sources.coded import Coding, Note, Passage, Reading, Source
from rembug.sources.qda_definitions import SELECTIONS, SOURCES, UNKNOWN, Definitions


def read(
    file: str, opened: qda_xml.Opened, archive: Archive | None, known: Definitions
) -> Iterator[Source]:
    """Read the sources of a project.

    Args:
        file: its name, for messages.
        opened: opens its XML.
        archive: where the texts lie; None where there are none.
        known: what the project defines besides.

    Raises:
        Unreadable: two sources have one GUID, or a text cannot be read.
    """
    depth = 0
    seen: set[str] = set()
    with qda_xml.events(file, opened) as events:
        for event, element in events:
            if qda_xml.tag(element) in SOURCES:
                depth += 1 if event == "start" else -1
                if event == "end":
                    _require_new(file, qda_xml.guid(element), seen)
                    yield from _sources(file, element, archive, known)
                    element.clear()
            elif event == "end" and not depth and qda_xml.tag(element) != "Project":
                element.clear()
    known.told += [Note.unknown_codes(name, guids) for name, guids in known.uncoded.items()]


def _require_new(file: str, guid: str, seen: set[str]) -> None:
    if guid in seen:
        told = Words(f"two sources have the GUID {guid}", f"dua sumber memiliki GUID {guid}")
        raise Unreadable(file, told)
    seen.add(guid)


def _sources(
    file: str, element: Element, archive: Archive | None, known: Definitions
) -> Iterator[Source]:
    """A source, and the texts that stand for it: a PDF's words, a recording's transcripts."""
    kind = SOURCES[qda_xml.tag(element)]
    guid = qda_xml.guid(element)
    name = element.get("name", "") or guid
    raw = qda_texts.read(file, element, archive, known.told) if kind == "text" else None
    text = _kept(raw, known, name)
    selections = [child for child in element if qda_xml.tag(child) in SELECTIONS]
    if kind == "text":
        spans = [
            (qda_xml.number(s, "startPosition"), qda_xml.number(s, "endPosition"))
            for s in selections
        ]
        passages, reading = _of_text(raw, selections, spans, known, name)
    else:
        passages, reading = [_elsewhere(s, _locator(s), known, name) for s in selections], None
    if whole := list(_codings(element, known, name)):
        length = len(text) if text else None
        first = 0 if length else None
        given = qda_xml.children(element, "Coding")
        said = "\n".join(filter(None, (known.written_about(coding) for coding in given)))
        passages.append(Passage(first, length, "" if length else "whole", guid, said, whole))
    note, values = known.written_about(element), known.values(element)
    yield Source(name, kind, text, passages, reading, guid, note, values)
    for inner in qda_xml.children(element, "Representation"):
        told = inner.get("name", "") or f"{name} (text)"
        yield from _sources(file, _renamed(inner, "TextSource", told), archive, known)
    for inner in qda_xml.children(element, "Transcript"):
        yield _transcript(file, inner, archive, known, f"{name} (transcript)")


def _kept(raw: str | None, known: Definitions, name: str) -> str | None:
    """The text that positions count in, having said where it is not as it was written."""
    if raw is None:
        return None
    if "\r" in raw:
        known.told.append(Note.line_ends(name))
    return positions.plain(raw)


def _of_text(
    raw: str | None,
    selections: list[Element],
    spans: list[positions.Span],
    known: Definitions,
    name: str,
) -> tuple[list[Passage], Reading | None]:
    """The passages of a text, and how their positions were counted."""
    reading = None
    places: list[positions.Span | None] = [None] * len(selections)
    if raw is not None and selections:
        places, reading = positions.read(raw, spans, [s.get("name", "") for s in selections])
    passages, outside = [], []
    for selection, place, (start, end) in zip(selections, places, spans, strict=True):
        if raw is None:
            passages.append(_elsewhere(selection, f"char={start},{end}", known, name))
        elif place is None:
            edges = selection.get("startPosition", start), selection.get("endPosition", end)
            outside.append((qda_xml.guid(selection), *edges))
        else:
            told = known.written_about(selection, inside=True)
            codings = list(_codings(selection, known, name))
            passages.append(Passage(*place, "", qda_xml.guid(selection), told, codings))
    if outside:
        known.told.append(Note.outside(name, outside))
    return passages, reading


def _elsewhere(selection: Element, locator: str, known: Definitions, name: str) -> Passage:
    """A passage of what is no text, or of a text that is not there."""
    told, codings = known.written_about(selection, inside=True), _codings(selection, known, name)
    representations = qda_xml.children(selection, "Representation")
    words = "\n".join(filter(None, (qda_xml.text(e, "PlainTextContent") for e in representations)))
    return Passage(None, None, locator, qda_xml.guid(selection), told, list(codings), words)


def _transcript(
    file: str, element: Element, archive: Archive | None, known: Definitions, name: str
) -> Source:
    """A transcript as a text; what was selected in it lies between two points of time."""
    name = element.get("name", "") or name
    raw = qda_texts.read(file, element, archive, known.told)
    points = {qda_xml.guid(point): point for point in qda_xml.children(element, "SyncPoint")}
    placed, spans, timed = [], [], []
    for selection in qda_xml.children(element, "TranscriptSelection"):
        ends = [points.get(selection.get(e, "").lower()) for e in ("fromSyncPoint", "toSyncPoint")]
        at = [-1 if point is None else qda_xml.number(point, "position") for point in ends]
        if raw is not None and min(at) >= 0:
            placed.append(selection)
            spans.append((at[0], at[1]))
            continue
        times = [-1 if point is None else qda_xml.number(point, "timeStamp") for point in ends]
        where = f"t={times[0] / 1000:g},{times[1] / 1000:g}" if min(times) >= 0 else "whole"
        timed.append(_elsewhere(selection, where, known, name))
    passages, reading = _of_text(raw, placed, spans, known, name)
    text = _kept(raw, known, name)
    note = known.written_about(element)
    return Source(name, "text", text, [*passages, *timed], reading, qda_xml.guid(element), note)


def _renamed(element: Element, tag: str, name: str) -> Element:
    element.tag = tag
    element.set("name", name)
    return element


def _codings(element: Element, known: Definitions, name: str) -> Iterator[Coding]:
    for coding in qda_xml.children(element, "Coding"):
        for reference in qda_xml.children(coding, "CodeRef"):
            guid = qda_xml.target(reference)
            if guid not in known.codes:
                known.uncoded[name].append(guid)
                continue
            user = (coding.get("creatingUser") or element.get("creatingUser") or "").lower()
            coder = known.users.get(user, user or UNKNOWN)
            yield Coding(known.codes[guid], coder, qda_xml.time(coding, "creationDateTime"))


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
