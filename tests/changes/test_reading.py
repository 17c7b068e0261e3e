"""All that is wrong with tables is told at once: faults of cells, and what the shapes have."""

from pathlib import Path

import pytest

from rembug.changes import studies, submissions
from rembug.changes.reading import read_files
from rembug.errors import Faulty, RembugError, UnreadableFiles, faults_of
from rembug.graph import KnowledgeGraph

HEAD = "kode,nama (Indonesia),nama (Inggris),dipimpin oleh,mulai,selesai"
PROGRAMS = f"""{HEAD}
p1,Satu,One,tidak-ada,2022,2021
p2,,Two,,2022,2021
p3,Tiga,Three,,besok,2021
"""
FINDINGS = """kode,pernyataan (Indonesia),pernyataan (Inggris),tentang,aspek,penilaian
f1,Rendah,Low,program/p2,saling percaya,lemah
f2,Tinggi,High,program/p77,saling percaya,sekali
"""


@pytest.fixture
def coba(kg: KnowledgeGraph) -> KnowledgeGraph:
    """A store with the ontology and an empty study `coba`."""
    study = studies.describe("coba", title_en="Try", title_id="Coba", start="2020", end="2022")
    submissions.submit(kg, [study])
    return kg


def told(graph: KnowledgeGraph, folder: Path, **files: str) -> RembugError:
    """Why files cannot be read."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    with pytest.raises(RembugError) as refused:
        read_files(graph, [folder], "coba")
    return refused.value


def cells(error: RembugError) -> list[tuple[str, int | None, str]]:
    return [(f.name, f.line, f.why.id.split(":")[0].split(" [")[0]) for f in faults_of(error)]


def test_what_the_shapes_have_is_told_with_the_faults_of_the_cells(
    coba: KnowledgeGraph, tmp_path: Path
) -> None:
    error = told(coba, tmp_path / "in", programs=PROGRAMS)
    assert isinstance(error, Faulty)
    assert cells(error) == [
        ("programs.csv", 2, "selesai"),
        ("programs.csv", 2, "dipimpin oleh"),
        ("programs.csv", 3, "nama (Indonesia)"),
        ("programs.csv", 3, "selesai"),
        ("programs.csv", 4, "mulai"),
    ]
    assert "mendahului waktu mulai (2022)" in error.told("id")
    assert "is before the start (2022)" in error.told("en")


def test_of_several_files_each_is_told_with_all_that_is_wrong(
    coba: KnowledgeGraph, tmp_path: Path
) -> None:
    error = told(coba, tmp_path / "in", programs=PROGRAMS, findings=FINDINGS)
    assert isinstance(error, UnreadableFiles)
    found = cells(error)
    assert [cell for cell in found if cell[0] == "findings.csv"] == [
        ("findings.csv", 3, "penilaian"),
        ("findings.csv", 3, "tentang"),
    ]
    assert len(found) == 7


def test_what_comes_of_a_faulty_cell_alone_is_not_told_again(
    coba: KnowledgeGraph, tmp_path: Path
) -> None:
    without = FINDINGS.replace("f1,Rendah,Low,program/p2,saling percaya", "f1,,Low,,percayaan")
    whole = without.replace("program/p77,saling percaya,sekali", "coba,saling percaya,sekali")
    columns = {cell[2] for cell in cells(told(coba, tmp_path / "in", findings=whole))}
    assert columns == {"pernyataan (Indonesia)", "tentang", "aspek", "penilaian"}
    error = told(coba, tmp_path / "in", findings=FINDINGS.replace("aspek", "aspk"))
    assert not [c for c in cells(error) if c[2] == "aspek"]  # the head lacks it, which is told


def test_a_file_that_says_nothing_leaves_the_others_unjudged(
    coba: KnowledgeGraph, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "actors.ttl").write_text("<a> <b> .")
    found = str(told(coba, tmp_path / "in", programs=PROGRAMS))
    assert "actors.ttl:1" in found
    assert "is empty" in found
    assert "is before the start" not in found  # nor that its leader, who is in that file, is none


def test_a_verdict_names_the_column_of_the_row(coba: KnowledgeGraph, tmp_path: Path) -> None:
    file = tmp_path / "programs.csv"
    file.write_text(f"{HEAD}\np1,Satu,One,,2022,2021\n")
    report = submissions.rehearse(coba, read_files(coba, [file], "coba").submissions)
    assert "programs.csv:2:selesai: violation" in report.text("en")
    table = tmp_path / "bukti.csv"  # which has no column for the part of a source
    head = "kode,isi bukti (Indonesia),isi bukti (Inggris),dalam sumber"
    table.write_text(f"{head}\ne1,B,E,document/d\n")
    report = submissions.rehearse(coba, read_files(coba, [table], "coba").submissions)
    assert "bukti.csv:2:dalam sumber: warning" in report.text("en")


def test_faults_of_a_file_in_a_folder_are_told_with_its_path(
    coba: KnowledgeGraph, tmp_path: Path
) -> None:
    folder = tmp_path / "in" / "tables"
    folder.mkdir(parents=True)
    (folder / "programs.csv").write_text(PROGRAMS)
    assert {cell[0] for cell in cells(told(coba, tmp_path / "in"))} == {"tables/programs.csv"}


def test_of_two_rows_with_one_code_only_that_is_told(coba: KnowledgeGraph, tmp_path: Path) -> None:
    actors = """kode,nama (Indonesia),nama (Inggris),jenis aktor
a1,Dinas,Office,dinas
a1,Sentra,Centre,sentra
"""
    (tmp_path / "actors.csv").write_text(actors)
    with pytest.raises(RembugError) as refused:
        read_files(coba, [tmp_path / "actors.csv"], "coba")
    assert str(refused.value) == "actors.csv:3: kode: “a1” is in actors.csv:2 already"
