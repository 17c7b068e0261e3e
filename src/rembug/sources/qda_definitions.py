"""What a QDA-XML project defines besides its sources: users, codes, groups, notes and links.

Sections come in any order, so that all of these are read before the sources that refer to them.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from xml.etree.ElementTree import Element

from rembug.errors import Unreadable, Words
from rembug.sources import qda_texts, qda_xml
from rembug.sources.archive import Archive
from rembug.sources.coded import Code, Group, Link, Medium, Memo, Note

SOURCES: Final[Mapping[str, Medium]] = {
    "TextSource": "text",
    "PDFSource": "pdf",
    "PictureSource": "picture",
    "AudioSource": "audio",
    "VideoSource": "video",
}
SELECTIONS: Final = frozenset(
    f"{kind}Selection" for kind in ("PlainText", "PDF", "Picture", "Audio", "Video")
)
UNKNOWN: Final = "?"
_MEMBERS: Final = frozenset(
    {"SourceRef", "SelectionRef", "CodeRef", "MemberCode", "MemberSource", "MemberNote"}
)
_DEEPEST: Final = 100  # of elements; a code's name is its whole path, so depth costs its square


@dataclass
class Definitions:
    """What is read of a project before its sources are.

    Attributes:
        name: of the project.
        origin: the tool that wrote it.
        users: coders' names by GUID.
        codes: by GUID, each before those inside it.
        memos: by GUID.
        variables: names of variables by GUID.
        groups: cases and sets, then drawings.
        links: between two things.
        sources: how many there are.
        told: what a researcher should know.
        coded_memos: how many codings there are in each memo, by its GUID.
        uncoded: of codings whose codes do not exist, the GUIDs of these, by the source's name.
    """

    name: str = ""
    origin: str = ""
    users: dict[str, str] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    memos: dict[str, Memo] = field(default_factory=dict)
    variables: dict[str, str] = field(default_factory=dict)
    groups: list[Group] = field(default_factory=list)
    links: list[Link] = field(default_factory=list)
    sources: int = 0
    told: list[Note] = field(default_factory=list)
    coded_memos: Counter[str] = field(default_factory=Counter)
    uncoded: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))

    def values(self, element: Element) -> list[tuple[str, str]]:
        """The variables of a case or a source with their values."""
        found = []
        for value in qda_xml.children(element, "VariableValue"):
            parts = {qda_xml.tag(part): part for part in value}
            variable = qda_xml.target(parts.pop("VariableRef", element))
            told = next((part.text or "" for part in parts.values()), "")
            found.append((self.variables.get(variable, variable), told.strip()))
        return found

    def written_about(
        self, element: Element, *, inside: bool = False, described: bool = True
    ) -> str:
        """What is written about something: its description, and the memos that it refers to.

        Args:
            element: of the thing.
            inside: whether memos on parts of it count.
            described: whether its description does.
        """
        references = element.iter() if inside else element
        targets = [qda_xml.target(e) for e in references if qda_xml.tag(e) == "NoteRef"]
        memos = [self.memos[target].text for target in targets if target in self.memos]
        told = (qda_xml.text(element, "Description") if described else "", *memos)
        return "\n".join(dict.fromkeys(filter(None, told)))


def read(file: str, opened: qda_xml.Opened, archive: Archive | None) -> Definitions:
    """Read everything of a project but its sources.

    Args:
        file: its name, for messages.
        opened: opens its XML.
        archive: where the files of the project lie; None where there are none.

    Raises:
        Unreadable: it is no QDA-XML, is nested too deeply, or has one GUID for two codes.
    """
    known = Definitions()
    paths: dict[str, tuple[str, ...]] = {}
    groups: list[Element] = []
    drawings: list[Element] = []
    links: list[Element] = []
    referring: dict[str, Element] = {}
    around: list[Element] = []
    with qda_xml.events(file, opened) as events:
        for event, element in events:
            if event == "start":
                if not around:
                    _require_root(file, element, known)
                _require_flat(file, around)
                if qda_xml.tag(element) == "Code":
                    _place(file, element, around, paths)
                around.append(element)
                continue
            around.pop()
            match qda_xml.tag(element):
                case "Code" if any(qda_xml.tag(e) in ("CodeBook", "Codes") for e in around):
                    code = _code(element, around[-1], paths)
                    known.codes[code.pointer] = code
                    if any(qda_xml.tag(part) == "NoteRef" for part in element):
                        referring[code.pointer] = element
                case "Coding" if any(qda_xml.tag(e) == "Notes" for e in around):
                    memo = next(e for e in around if qda_xml.tag(e) == "Note")
                    known.coded_memos[qda_xml.guid(memo)] += 1
                case "Project" if about := qda_xml.text(element, "Description"):
                    known.memos[""] = Memo("description", about)
                case "User":
                    known.users[qda_xml.guid(element)] = qda_xml.name(element)
                case "Note" if around and qda_xml.tag(around[-1]) == "Notes":
                    _note(file, element, archive, known)
                case "Variable":
                    known.variables[qda_xml.guid(element)] = element.get("name", "") or UNKNOWN
                case "Case" | "Set":
                    groups.append(element)
                case "Graph":
                    drawings.append(element)
                case "Link":
                    links.append(element)
                case tag if tag in SOURCES:
                    known.sources += 1
                    element.clear()
                case tag if tag in SELECTIONS:
                    element.clear()
    # A code is read at its end, so that those inside come before it; people know the other order.
    known.codes = {guid: known.codes[guid] for guid in paths if guid in known.codes}
    for guid, element in referring.items():
        note = known.written_about(element, described=False)
        known.codes[guid] = replace(known.codes[guid], note=note)
    for guid, codings in known.coded_memos.items():
        if guid in known.memos:
            known.told.append(Note.coded_memo(known.memos[guid].title, codings))
    known.links = [_link(element, known) for element in links]
    # Variables may stand after the cases that have values of them.
    known.groups = [_group(element, known) for element in groups]
    known.groups += [_drawing(element, known) for element in drawings]
    return known


def _require_root(file: str, element: Element, known: Definitions) -> None:
    tag = qda_xml.tag(element)
    if tag not in ("Project", "CodeBook"):
        raise Unreadable(
            file,
            Words(
                f"is not a REFI-QDA file: it begins with “{tag}”",
                f"bukan berkas REFI-QDA: awalnya “{tag}”",
            ),
        )
    known.name, known.origin = element.get("name", ""), element.get("origin", "")
    if (namespace := qda_xml.namespace(element)) not in qda_xml.NAMESPACES:
        known.told.append(Note.namespace(namespace))


def _require_flat(file: str, around: list[Element]) -> None:
    if len(around) >= _DEEPEST:
        raise Unreadable(
            file,
            Words(
                f"is nested more than {_DEEPEST} deep, as no project is; bring the codes "
                "nearer to the top and export it again",
                f"bersarang lebih dari {_DEEPEST} tingkat, tidak seperti proyek mana pun; "
                "naikkan tingkat kodenya lalu ekspor lagi",
            ),
        )


def _place(
    file: str, code: Element, around: list[Element], paths: dict[str, tuple[str, ...]]
) -> None:
    """Note where a code stands among the others."""
    guid = qda_xml.guid(code)
    if guid in paths:
        told = Words(f"two codes have the GUID {guid}", f"dua kode memiliki GUID {guid}")
        raise Unreadable(file, told)
    above = (e.get("name", "") for e in around if qda_xml.tag(e) == "Code")
    paths[guid] = (*above, code.get("name", "") or UNKNOWN)


def _code(element: Element, around: Element, paths: Mapping[str, tuple[str, ...]]) -> Code:
    guid = qda_xml.guid(element)
    return Code(
        paths[guid],
        element.get("isCodable", "true").lower() != "false",
        qda_xml.text(element, "Description"),
        element.get("color", ""),
        guid,
        qda_xml.guid(around) if qda_xml.tag(around) == "Code" else "",
    )


def _note(file: str, element: Element, archive: Archive | None, known: Definitions) -> None:
    there = element.get("plainTextPath") or qda_xml.text(element, "PlainTextContent")
    text = (qda_texts.read(file, element, archive, known.told) or "") if there else ""
    told = filter(None, (qda_xml.text(element, "Description"), text.strip()))
    guid = qda_xml.guid(element)
    known.memos[guid] = Memo(qda_xml.name(element), "\n".join(told), guid)


def _link(element: Element, known: Definitions) -> Link:
    origin, target = (element.get(end, "").lower() for end in ("originGUID", "targetGUID"))
    direction, about = element.get("direction", ""), known.written_about(element)
    return Link(element.get("name", ""), origin, target, direction, about)


def _group(element: Element, known: Definitions) -> Group:
    members = [qda_xml.target(child) for child in element if qda_xml.tag(child) in _MEMBERS]
    values, about = known.values(element), known.written_about(element)
    return Group(qda_xml.name(element), members, values, about, qda_xml.guid(element))


def _drawing(element: Element, known: Definitions) -> Group:
    """A drawing: what stands in it is a group, and its lines are links."""
    name = qda_xml.name(element)
    vertices = {
        qda_xml.guid(vertex): vertex.get("representedGUID", "").lower()
        for vertex in qda_xml.children(element, "Vertex")
    }
    for edge in qda_xml.children(element, "Edge"):
        ends = [vertices.get(edge.get(e, "").lower()) for e in ("sourceVertex", "targetVertex")]
        if ends[0] and ends[1]:
            known.links.append(Link(edge.get("name", "") or name, ends[0], ends[1]))
    known.told.append(Note.drawing(name, [*vertices.values()].count("")))
    return Group(name, [*filter(None, vertices.values())], pointer=qda_xml.guid(element))
