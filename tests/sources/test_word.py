"""Texts that come as a Word document alone: their words are read, their passages found in them."""

import io
from pathlib import Path

import pytest
from rdflib import RDF

from rembug import sources
from rembug.errors import Unreadable
from rembug.sources import word
from rembug.terms import CG, OA
from tests.sources.projects import project, qdpx, selection, zip_of

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"


def document(body: str, head: str = "") -> bytes:
    xml = f'{head}<w:document xmlns:w="{W}" xmlns:mc="{MC}"><w:body>{body}</w:body></w:document>'
    return zip_of({"word/document.xml": xml.encode()})


def paragraph(*runs: str, properties: str = "") -> str:
    return f"<w:p>{properties}{''.join(f'<w:r>{run}</w:r>' for run in runs)}</w:p>"


def text(body: str) -> str:
    return word.words(io.BytesIO(document(body)), 100_000)


def test_paragraphs_runs_tabs_and_breaks() -> None:
    stops = '<w:pPr><w:tabs><w:tab w:val="left" w:pos="720"/></w:tabs></w:pPr>'
    body = paragraph("<w:t>Kami </w:t>", "<w:t>jarang</w:t>") + paragraph(
        "<w:t>bertemu</w:t><w:tab/><w:t>di sini</w:t><w:br/><w:t>“ya”</w:t>", properties=stops
    )
    assert text(body) == "Kami jarang\nbertemu\tdi sini\n“ya”"


def test_what_was_deleted_is_no_text_and_a_box_stands_once() -> None:
    deleted = "<w:del><w:r><w:delText>tidak </w:delText></w:r></w:del>"
    box = "".join(
        f"<mc:{way}>{paragraph(f'<w:t>{way}</w:t>')}</mc:{way}>" for way in ("Choice", "Fallback")
    )
    body = f"<w:p>{deleted}<w:r><w:t>datang</w:t></w:r></w:p>"
    assert text(body) == "datang"
    assert "Fallback" not in text(f"<mc:AlternateContent>{box}</mc:AlternateContent>")


def test_passages_of_rich_text_are_found(tmp_path: Path) -> None:
    rich = '<TextSource guid="T1" name="wawancara" richTextPath="internal://w.docx">{}</TextSource>'
    xml = project(rich.format(selection(5, 11)))
    body = document(paragraph("<w:t>Kami jarang bertemu.</w:t>"))
    found = sources.read(qdpx(tmp_path / "p.qdpx", xml, {"w.docx": body}), "uji")
    [quoted] = set(found.restricted.objects(None, OA.exact))
    assert str(quoted) == "jarang"
    assert any("Word" in note.id for note in found.notes)
    assert len(set(found.public.subjects(RDF.type, CG.Coding))) == 1


BROKEN = {
    "no archive": b"no archive",
    "no document": zip_of({"other.xml": b"<a/>"}),
    "not well-formed": zip_of({"word/document.xml": b"<w:document>"}),
    "entities": document("&x;", head='<!DOCTYPE a [<!ENTITY x "y">]>'),
}


@pytest.mark.parametrize("body", BROKEN.values(), ids=list(BROKEN))
def test_what_is_no_document_is_refused_with_its_source(tmp_path: Path, body: bytes) -> None:
    rich = '<TextSource guid="T1" name="w" richTextPath="internal://w.docx"/>'
    with pytest.raises(Unreadable, match=r"p\.qdpx: w.*document"):
        sources.read(qdpx(tmp_path / "p.qdpx", project(rich), {"w.docx": body}), "uji")


def test_a_document_that_unpacks_to_too_much_is_refused() -> None:
    body = document(paragraph("<w:t>" + "a" * 200_000 + "</w:t>"))
    with pytest.raises(word.NoDocument, match="too much"):
        word.words(io.BytesIO(body), 100_000)
