"""Findings stated in the notes of a coding tool."""

from pathlib import Path

import pytest
from rdflib import RDF, RDFS, Literal

from rembug import sources, terms
from rembug.changes import studies, submissions
from rembug.errors import Unreadable
from rembug.graph import KnowledgeGraph
from rembug.terms import CG, RATING, SCHEME

from .projects import project, qdpx, selection, source

NOTE = """Temuan: Antaraktor jarang bertemu.
Finding: The actors seldom meet.
Tentang: collaboration/batik
Aspek: dialog tatap muka
Penilaian: lemah
"""
FINDING = terms.thing("uji", "finding", "antaraktor-jarang-bertemu")


def brought(folder: Path, *notes: str) -> sources.Submission:
    """A project whose passages have these notes."""
    text = "Kami jarang bertemu. Cuaca buruk."
    marks = [
        selection(5 + number, 19, "C2", "U1").replace(
            "</PlainTextSelection>", f"<Description>{note}</Description></PlainTextSelection>"
        )
        for number, note in enumerate(notes)
    ]
    path = qdpx(
        folder / "uji.qdpx", project(source("a.txt", "a.txt", *marks)), {"a.txt": text.encode()}
    )
    return sources.read(path, "uji")


def test_a_note_of_this_form_is_a_finding_that_the_passage_supports(tmp_path: Path) -> None:
    found = brought(tmp_path, NOTE).public
    [evidence] = found.subjects(RDF.type, CG.Evidence)
    assert (evidence, CG.supports, FINDING) in found
    assert (FINDING, RDF.type, CG.Finding) in found
    assert (FINDING, CG.concerns, SCHEME["ansell-gash/face-to-face-dialogue"]) in found
    assert (FINDING, CG.rating, RATING.weak) in found
    assert (FINDING, CG.about, terms.thing("uji", "collaboration", "batik")) in found
    assert set(found.objects(FINDING, RDFS.label)) == {
        Literal("Antaraktor jarang bertemu.", lang="id"),
        Literal("The actors seldom meet.", lang="en"),
    }


def test_several_passages_bear_on_one_finding_each_in_its_way(tmp_path: Path) -> None:
    found = brought(tmp_path, NOTE, NOTE + "Bagian ini: melemahkan\n", NOTE).public
    assert len(set(found.subjects(CG.supports, FINDING))) == 2
    assert len(set(found.subjects(CG.undermines, FINDING))) == 1


def test_other_notes_stay_notes(tmp_path: Path) -> None:
    found = brought(tmp_path, "Temuan: ini hanya catatan.", "Ingat: tanya lagi", "")
    assert not set(found.public.subjects(RDF.type, CG.Finding))
    assert "tanya lagi" in found.restricted.serialize(format="nt")


@pytest.mark.parametrize(
    ("note", "says"),
    [
        (NOTE + "Catatan bebas", "“Catatan bebas” is not a line of a finding"),
        (NOTE + "Bagian ini: entah", "“entah” is none of mendukung"),
        (NOTE.replace("dialog tatap muka", "entah"), "aspek: “entah” is none of"),
        (NOTE.replace("Tentang: collaboration/batik\n", ""), "tentang: is empty"),
    ],
)
def test_a_finding_that_is_not_well_stated_is_refused_with_its_passage(
    tmp_path: Path, note: str, says: str
) -> None:
    with pytest.raises(Unreadable, match=says) as refused:
        brought(tmp_path, note)
    assert str(refused.value).startswith("uji.qdpx:")


def test_what_a_note_states_passes_the_gate(kg: KnowledgeGraph, tmp_path: Path) -> None:
    actor = tmp_path / "actors.csv"
    head, row = "kode,nama (Indonesia),nama (Inggris),jenis aktor", "a,Sentra,Centre,sentra"
    actor.write_text(f"{head}\n{row}\n")
    study = studies.describe("uji", title_en="Test", title_id="Uji")
    stated = brought(tmp_path, NOTE.replace("collaboration/batik", "actor/a"))
    report = submissions.rehearse(kg, [study, sources.read(actor, "uji"), stated])
    assert report.conforms, report
