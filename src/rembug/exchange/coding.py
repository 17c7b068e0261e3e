"""A study's coding out again, as a REFI-QDA project that coding tools open."""

import io
import uuid
import zipfile
from collections.abc import Container, Iterable, Mapping
from itertools import groupby
from typing import Final, Literal
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from rdflib import URIRef

from rembug import __version__, settings, terms
from rembug.catalogue import read
from rembug.errors import NothingToWrite, Words
from rembug.graph import KnowledgeGraph, Role, Row
from rembug.terms import CG, OA

_QDE: Final = "urn:QDA-XML:project:1.0"
_CODES: Final = read(settings.queries_dir() / "store" / "codes.rq")
_CODEBOOKS: Final = read(settings.queries_dir() / "store" / "codebooks.rq")
_GROUPS: Final = read(settings.queries_dir() / "store" / "groups.rq")
_LINKS: Final = read(settings.queries_dir() / "store" / "links.rq")
_CODED: Final = read(settings.queries_dir() / "store" / "coded.rq")
# ZIP begins in 1980; the same study gives the same bytes.
_THEN: Final = (1980, 1, 1, 0, 0, 0)
_SOURCES: Final = frozenset({CG.Interview, CG.Observation, CG.Document})


def qdpx(graph: KnowledgeGraph, study: str, role: Role) -> bytes:
    """The texts, codes and codings of a study, as far as a role may read them.

    Args:
        graph: where the study is.
        study: its slug.
        role: who asks; texts are for researchers.

    Returns:
        A `.qdpx` archive. GUIDs are made from IRIs, so that the same thing keeps its own.

    Raises:
        NothingToWrite: the study has no coded text that the role may read.
    """
    values = {"study": study}
    codes = list(graph.rows(_CODES.bind(values), role))
    rows = list(graph.rows(_CODED.bind(values), role))
    if not rows:
        raise NothingToWrite(
            Words(
                f"the study {study} has no coded text that you may read; words are for the "
                "study's researchers, and a study may have none",
                f"studi {study} tidak memiliki teks berkode yang boleh Anda baca; kata-kata "
                "terbuka bagi peneliti studi itu, dan suatu studi bisa saja tidak memilikinya",
            )
        )
    books = list(graph.rows(_CODEBOOKS.bind(values), role))
    names = {
        row["name"].value if "name" in row else row["codebook"].value.rpartition("/")[2]
        for row in books
    }
    name = names.pop() if len(names) == 1 else study
    groups = list(graph.rows(_GROUPS.bind(values), role))
    links = list(graph.rows(_LINKS.bind(values), role))
    root = Element("Project", {"xmlns": _QDE, "name": name, "origin": f"Rembug {__version__}"})
    users = SubElement(root, "Users")
    for coder, name in sorted({(r["coder"].value, _name(r)) for r in rows if "coder" in r}):
        SubElement(users, "User", {"guid": _guid(coder), "name": name})
    _codebook(SubElement(SubElement(root, "CodeBook"), "Codes"), codes)
    there = {row[part].value for row in rows for part in ("source", "evidence") if part in row}
    there |= {row["code"].value for row in codes}
    there |= {row["item"].value for row in books if "item" in row}
    values_of: dict[str, list[Row]] = {}
    for row in groups:
        if "variable" in row:
            values_of.setdefault(row["group"].value, []).append(row)
    if values_of:
        variables = SubElement(root, "Variables")
        for variable in sorted({r["variable"].value for of in values_of.values() for r in of}):
            told = {"guid": _guid(variable), "name": variable, "typeOfVariable": "Text"}
            SubElement(variables, "Variable", told)
    _groups(root, "Case", groups, there, values_of)
    texts: dict[str, str] = {}
    sources = SubElement(root, "Sources")
    for source, members in groupby(rows, key=lambda row: row["source"].value):
        _values(_source(sources, source, list(members), texts), values_of.get(source, ()))
    _memos(root, books)
    _links(root, links, there)
    _groups(root, "Set", groups, there, values_of)
    indent(root)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
        archive.writestr(zipfile.ZipInfo("project.qde", _THEN), body)
        for name, text in texts.items():
            archive.writestr(zipfile.ZipInfo(f"sources/{name}", _THEN), text.encode())
    return out.getvalue()


def _codebook(parent: Element, codes: Iterable[Row], broader: str = "") -> None:
    rows = list(codes)
    there = {row["code"].value for row in rows}
    for row in rows:
        above = row["broader"].value if "broader" in row else ""
        if (above if above in there else "") != broader:
            continue
        told = {"guid": _guid(row["code"].value), "name": row["name"].value, "isCodable": "true"}
        element = SubElement(parent, "Code", told)
        if "definition" in row:
            SubElement(element, "Description").text = row["definition"].value
        _codebook(element, rows, row["code"].value)


def _groups(
    root: Element,
    tag: Literal["Case", "Set"],
    rows: Iterable[Row],
    there: Container[str],
    values_of: Mapping[str, Iterable[Row]],
) -> None:
    """Groups: as sets those that hold codes and sources, as cases those with anything more."""
    parent = Element(f"{tag}s")
    members = (row for row in rows if "member" in row and row["member"].value in there)
    for group, found in groupby(members, key=lambda row: row["group"].value):
        some = list(found)
        kinds = {URIRef(row["kind"].value) for row in some}
        if (group in values_of or CG.Evidence in kinds) != (tag == "Case"):
            continue
        element = SubElement(parent, tag, {"guid": _guid(group), "name": some[0]["name"].value})
        if "note" in some[0]:
            SubElement(element, "Description").text = some[0]["note"].value
        _members(element, "CodeRef" if tag == "Case" else "MemberCode", some, {CG.Code})
        _values(element, values_of.get(group, ()))
        _members(element, "SourceRef" if tag == "Case" else "MemberSource", some, _SOURCES)
        _members(element, "SelectionRef", some, {CG.Evidence})
        _members(element, "MemberNote", some, {OA.TextualBody})
    if len(parent):
        root.append(parent)


def _members(element: Element, tag: str, rows: Iterable[Row], kinds: Container[URIRef]) -> None:
    for row in rows:
        if URIRef(row["kind"].value) in kinds:
            SubElement(element, tag, {"targetGUID": _guid(row["member"].value)})


def _values(element: Element, rows: Iterable[Row]) -> None:
    for row in rows:
        value = SubElement(element, "VariableValue")
        SubElement(value, "VariableRef", {"targetGUID": _guid(row["variable"].value)})
        SubElement(value, "TextValue").text = row["value"].value


def _memos(root: Element, books: Iterable[Row]) -> None:
    memos = {
        row["memo"].value: row["item" if "item" in row else "memo"].value
        for row in books
        if "memo" in row
    }
    if memos:
        parent = SubElement(root, "Notes")
        for memo, item in sorted(memos.items()):
            title, _, text = memo.partition(": ")
            note = SubElement(parent, "Note", {"guid": _guid(item), "name": title})
            SubElement(note, "PlainTextContent").text = text


def _links(root: Element, rows: Iterable[Row], there: Container[str]) -> None:
    drawn = [row for row in rows if row["origin"].value in there and row["target"].value in there]
    if not drawn:
        return
    parent = SubElement(root, "Links")
    for row in drawn:
        said = {part: row[part].value for part in ("name", "direction") if part in row}
        origin, target = row["origin"].value, row["target"].value
        guid = _guid(" ".join((origin, target, *said.values())))
        ends = {"originGUID": _guid(origin), "targetGUID": _guid(target)}
        SubElement(parent, "Link", {"guid": guid, **said, **ends})


def _source(parent: Element, iri: str, rows: list[Row], texts: dict[str, str]) -> Element:
    guid = _guid(iri)
    name = rows[0]["name"].value if "name" in rows[0] else iri.rpartition("/")[2]
    texts[f"{guid}.txt"] = rows[0]["content"].value
    told = {"guid": guid, "name": name, "plainTextPath": f"internal://{guid}.txt"}
    element = SubElement(parent, "TextSource", told)
    if "sourceNote" in rows[0]:
        SubElement(element, "Description").text = rows[0]["sourceNote"].value
    passages = (row for row in rows if "evidence" in row)
    for evidence, members in groupby(passages, key=lambda row: row["evidence"].value):
        codings = list(members)
        start, end = (int(codings[0][edge].value) for edge in ("start", "end"))
        words = texts[f"{guid}.txt"][start:end]
        selection = SubElement(
            element,
            "PlainTextSelection",
            {
                "guid": _guid(evidence),
                "name": words[:80],
                "startPosition": str(start),
                "endPosition": str(end),
            },
        )
        if "note" in codings[0]:
            SubElement(selection, "Description").text = codings[0]["note"].value
        for row in (row for row in codings if "code" in row):
            coding = {"guid": _guid(f"{evidence} {row['code']} {row['coder']}")}
            coding["creatingUser"] = _guid(row["coder"].value)
            if "time" in row:
                coding["creationDateTime"] = row["time"].value
            made = SubElement(selection, "Coding", coding)
            SubElement(made, "CodeRef", {"targetGUID": _guid(row["code"].value)})
    return element


def _name(row: Row) -> str:
    if "coderName" in row:
        return row["coderName"].value
    return row["coder"].value.removeprefix(terms.ID).rpartition("/")[2]


def _guid(iri: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, iri)).upper()
