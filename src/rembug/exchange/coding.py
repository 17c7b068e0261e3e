"""A study's coding out again, as a REFI-QDA project that coding tools open."""

import io
import uuid
import zipfile
from collections.abc import Iterable
from itertools import groupby
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from rembug import __version__, settings, terms
from rembug.catalogue import read
from rembug.errors import UnknownName
from rembug.graph import KnowledgeGraph, Role, Row

_QDE: Final = "urn:QDA-XML:project:1.0"
_CODES: Final = read(settings.queries_dir() / "store" / "codes.rq")
_CODED: Final = read(settings.queries_dir() / "store" / "coded.rq")
# ZIP begins in 1980; the same study gives the same bytes.
_THEN: Final = (1980, 1, 1, 0, 0, 0)


def qdpx(graph: KnowledgeGraph, study: str, role: Role) -> bytes:
    """The texts, codes and codings of a study, as far as a role may read them.

    Args:
        graph: where the study is.
        study: its slug.
        role: who asks; texts are for researchers.

    Returns:
        A `.qdpx` archive. GUIDs are made from IRIs, so that the same thing keeps its own.

    Raises:
        UnknownName: the study has no coded text that the role may read.
    """
    values = {"study": study}
    codes = list(graph.rows(_CODES.bind(values), role))
    rows = list(graph.rows(_CODED.bind(values), role))
    if not rows:
        raise UnknownName("coded text for this role in the study", study, ())
    root = Element("Project", {"xmlns": _QDE, "name": study, "origin": f"Rembug {__version__}"})
    users = SubElement(root, "Users")
    for coder, name in sorted({(r["coder"].value, _name(r)) for r in rows if "coder" in r}):
        SubElement(users, "User", {"guid": _guid(coder), "name": name})
    _codebook(SubElement(SubElement(root, "CodeBook"), "Codes"), codes)
    texts: dict[str, str] = {}
    sources = SubElement(root, "Sources")
    for source, members in groupby(rows, key=lambda row: row["source"].value):
        _source(sources, source, list(members), texts)
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


def _source(parent: Element, iri: str, rows: list[Row], texts: dict[str, str]) -> None:
    guid = _guid(iri)
    name = rows[0]["name"].value if "name" in rows[0] else iri.rpartition("/")[2]
    texts[f"{guid}.txt"] = rows[0]["content"].value
    told = {"guid": guid, "name": name, "plainTextPath": f"internal://{guid}.txt"}
    element = SubElement(parent, "TextSource", told)
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


def _name(row: Row) -> str:
    if "coderName" in row:
        return row["coderName"].value
    return row["coder"].value.removeprefix(terms.ID).rpartition("/")[2]


def _guid(iri: str) -> str:
    return str(uuid.uuid5(uuid.NAMESPACE_URL, iri)).upper()
