"""Coded projects made for tests: `.qdpx` archives with the deviations that tools are known for."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import quoteattr

PROJECT = "urn:QDA-XML:project:1.0"
USERS = '<Users><User guid="U1" name="peneliti satu"/><User guid="U2" name="peneliti dua"/></Users>'
CODES = """<CodeBook><Codes>
<Code guid="C1" name="Proses" isCodable="false">
<Code guid="C2" name="Dialog tatap muka" isCodable="true">
<Description>Bertemu langsung.</Description></Code></Code>
<Code guid="C3" name="Cuaca" isCodable="true"/></Codes></CodeBook>"""


def selection(start: int, end: int, code: str = "C2", user: str = "U1", name: str = "") -> str:
    guid = f"S{start}-{end}-{user}"
    return (
        f'<PlainTextSelection guid="{guid}" name={quoteattr(name)} startPosition="{start}" '
        f'endPosition="{end}" creatingUser="{user}"><Coding guid="K{guid}" creatingUser="{user}" '
        f'creationDateTime="2022-05-01T10:00:00Z"><CodeRef targetGUID="{code}"/></Coding>'
        "</PlainTextSelection>"
    )


def source(name: str, file: str, *selections: str, guid: str = "T1") -> str:
    return (
        f'<TextSource guid="{guid}" name={quoteattr(name)} plainTextPath="internal://{file}">'
        f"{''.join(selections)}</TextSource>"
    )


def project(*sources: str, users: str = USERS, codes: str = CODES, rest: str = "") -> str:
    return (
        f'<?xml version="1.0" encoding="utf-8"?><Project xmlns="{PROJECT}" name="Uji" '
        f'origin="tests">{users}{codes}<Sources>{"".join(sources)}</Sources>{rest}</Project>'
    )


def qdpx(
    path: Path,
    xml: str | bytes,
    files: Mapping[str, bytes] | None = None,
    name: str = "project.qde",
) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, xml)
        for file, body in (files or {}).items():
            archive.writestr(file if "/" in file else f"sources/{file}", body)
    return path


def zip_of(entries: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in entries.items():
            archive.writestr(name, body)
    return out.getvalue()
