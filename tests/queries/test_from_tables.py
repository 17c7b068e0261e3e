# ruff: noqa: E501
"""A whole study from spreadsheets, as a researcher without RDF brings it in, and what is answered."""

from collections.abc import Iterator

import pytest

from rembug import settings
from rembug.catalogue import Catalogue
from rembug.changes import studies, submissions
from rembug.graph import KnowledgeGraph, Role

CATALOGUE = Catalogue.load(settings.queries_dir())
TABLES = {
    "aktor": """kode,nama (Indonesia),nama (Inggris),jenis aktor
dinas,Dinas,Agency,dinas
sentra,Sentra,Centre,sentra""",
    "informan": """kode,nama samaran,mewakili,kedudukan,persetujuan
p1,P1,dinas,staf instansi,parafrasa
p2,P2,Sentra,perajin,parafrasa
p3,P3,sentra,perajin,agregat saja""",
    "kebijakan": """kode,nama (Indonesia),nama (Inggris),diterbitkan oleh,mengikat
wajib,Wajib batik,Batik duty,Dinas,actor/sentra""",
    "program": """kode,nama (Indonesia),nama (Inggris),dipimpin oleh,kebijakan
a,Program A,Program A,dinas,wajib
b,Program B,Program B,dinas,
c,Program C,Program C,dinas,""",
    "keikutsertaan": """kode,aktor,ikut serta dalam,peran,mulai
k1,dinas,program/a,fasilitator; penyandang dana,2020
k2,Sentra,Program A,,""",
    "angka": """kode,indikator,tempat,masa,nilai,satuan,himpunan data,buat yang belum ada
awal,Jumlah usaha | Businesses,Kota | Town,2018,120,usaha | businesses,Angka | Figures,ya
akhir,Jumlah usaha | Businesses,Kota | Town,2020,137,usaha | businesses,Angka | Figures,ya""",
    "pertumbuhan": """kode,pengamatan awal,pengamatan akhir,persentase yang dinyatakan
g1,awal,akhir,14""",
    "sumber": """kode,nama (Indonesia),nama (Inggris),jenis sumber,tanggal,yang diwawancarai,mengamati
w1,Wawancara 1,Interview 1,wawancara,Mei 2022,p1,
w2,Wawancara 2,Interview 2,wawancara,2022-06,p2,
w3,Wawancara 3,Interview 3,wawancara,2022,p3,
o1,Pengamatan,Observation,observasi,17 Juni 2022,,sentra
d1,Notulen,Minutes,dokumen,2021,,""",
    "bukti": """kode,isi bukti (Indonesia),isi bukti (Inggris),dalam sumber,diberikan oleh,mendukung,melemahkan,akses
e1,Dananya tetap,Funds are steady,w1,p1,s1,,publik
e2,Dananya habis,Funds ran out,Wawancara 2,p2,,s1,publik
e3,Masih berjalan,It still runs,o1,,s2,,publik
e4,Pasarnya ada,There is a market,w3,p3,s2; s3,,""",
    "temuan": """kode,pernyataan (Indonesia),pernyataan (Inggris),jenis temuan,tentang,aspek,sikap
s1,Dana A tetap.,A has funds.,temuan,program/a,sustainability/financial,mendukung
s2,B berlanjut.,B lasts.,temuan,Program B,sustainability/institutional,mendukung
s3,Pasar C ada.,C has a market.,temuan,program/c,sustainability/market,mendukung""",
}


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    folder = tmp_path_factory.mktemp("tables")
    for name, text in TABLES.items():
        (folder / f"{name}.csv").write_bytes(text.replace("\n", "\r\n").encode("cp1252"))
    with KnowledgeGraph.own(str(tmp_path_factory.mktemp("store"))) as graph:
        about = {"title_en": "From tables", "title_id": "Dari tabel"}
        submissions.submit(graph, [studies.describe("tabel", known=(), **about)])
        submissions.add(graph, sorted(folder.iterdir()), "tabel")
        yield graph


def answer(graph: KnowledgeGraph, name: str, role: Role, *columns: str) -> set[tuple[str, ...]]:
    rows = graph.rows(CATALOGUE[name].bind({"study": "tabel"}), role)
    return {
        tuple(row[c].value.rpartition("/")[2] if c in row else "" for c in columns) for row in rows
    }


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        # What P3 said is not public one by one: to everybody it is as if e4 were not there.
        (Role.PUBLIC, {("a", "contested"), ("c", "none")}),
        (Role.RESEARCHER, {("a", "contested")}),
    ],
)
def test_what_lacks_evidence_of_sustainability(
    graph: KnowledgeGraph, role: Role, expected: set[tuple[str, ...]]
) -> None:
    name = "programs-lacking-sustainability-evidence"
    assert answer(graph, name, role, "program", "status") == expected


@pytest.mark.parametrize(
    ("role", "expected"),
    [
        (Role.PUBLIC, {("s1", "1"), ("s2", "1"), ("s3", "0")}),
        (Role.RESEARCHER, {("s1", "1"), ("s3", "1")}),
    ],
)
def test_what_rests_on_one_source(
    graph: KnowledgeGraph, role: Role, expected: set[tuple[str, ...]]
) -> None:
    name = "findings-by-number-of-sources"
    assert answer(graph, name, role, "finding", "sources") == expected


def test_what_two_kinds_of_source_support_is_triangulated(graph: KnowledgeGraph) -> None:
    name = "triangulated-findings"
    assert answer(graph, name, Role.RESEARCHER, "finding") == {("s2",)}
    assert answer(graph, name, Role.PUBLIC, "finding") == set()


def test_who_takes_part_in_what_in_which_role(graph: KnowledgeGraph) -> None:
    found = answer(graph, "actors-and-roles", Role.PUBLIC, "actor", "arrangement", "roleLabel")
    assert {row for row in found if row[1] == "a"} == {
        ("dinas", "a", "fasilitator"),
        ("dinas", "a", "penyandang dana"),
        ("sentra", "a", ""),
    }
    columns = ("from", "to", "state")
    expected = {("dinas", "sentra", "unstated")}
    assert answer(graph, "weak-communication", Role.PUBLIC, *columns) == expected


def test_growth_is_stated_beside_its_two_figures(graph: KnowledgeGraph) -> None:
    columns = ("base", "final", "statedPercent", "agrees")
    assert answer(graph, "indicator-growth", Role.PUBLIC, *columns) == {
        ("120", "137", "14", "true")
    }
