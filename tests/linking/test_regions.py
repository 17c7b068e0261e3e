"""Administrative regions of Indonesia: a dataset of its own, edition by edition."""

import csv
import io
import json
import shutil
import tarfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import DCAT, DCTERMS, RDFS, SKOS, Graph, Literal, URIRef

from rembug import terms, web
from rembug.cli import rembug
from rembug.errors import UnknownName, Unreadable
from rembug.graph import KnowledgeGraph
from rembug.linking import regions
from rembug.settings import Settings
from rembug.terms import CG

REGIONAL = Path(__file__).parents[3] / "shared" / "regional-data"
FIRST, SECOND = date(2025, 1, 1), date(2026, 5, 6)
# Of Magetan and a neighbour; what happens to them in the second edition is made up.
PROVINCES = "code,name\n35,Jawa Timur\n"
REGENCIES = "code,province_code,name\n35.20,35,Kabupaten Magetan\n35.21,35,Kabupaten Ngawi\n"
DISTRICTS = "code,regency_code,name\n35.20.01,35.20,Poncol\n35.20.02,35.20,Parang\n"
VILLAGES = (
    "code,district_code,name\n35.20.01.1005,35.20.01,Alastuwo\n35.20.01.2001,35.20.01,Poncol\n"
)


def packed(folder: Path, version: str = "4.0.1", **changed: str) -> Path:
    """A package as npm packs it, with some of its files changed."""
    files = {
        "package.json": json.dumps({"name": "idn-area-data", "version": version}),
        "data/provinces.csv": PROVINCES,
        "data/regencies.csv": REGENCIES,
        "data/districts.csv": DISTRICTS,
        "data/villages.csv": VILLAGES,
    } | {f"data/{name}.csv": text for name, text in changed.items()}
    path = folder / f"idn-area-data-{version}.tgz"
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            body = text.encode()
            member = tarfile.TarInfo(f"package/{name}")
            member.size = len(body)
            archive.addfile(member, io.BytesIO(body))
    return path


def made(path: Path, issued: date = FIRST, before: Graph | None = None, **how: object) -> Graph:
    found = regions.regions(regions.read(path), "wilayah", path, issued, before=before, **how)  # type: ignore[arg-type]
    return found.graph


def record(code: str) -> URIRef:
    return terms.record("wilayah", code)


def test_regions_are_a_dataset_under_its_own_licence(tmp_path: Path) -> None:
    graph = made(packed(tmp_path), villages=True)
    whole = terms.thing("wilayah", "dataset", "wilayah")
    assert graph.value(whole, DCTERMS.license) == URIRef(regions.LICENCE)
    assert graph.value(whole, DCTERMS.issued) == Literal(FIRST)
    assert graph.value(graph.value(whole, DCAT.distribution), CG.sha256)
    labels = {str(graph.value(record(c), RDFS.label)) for c in ("35", "35.20", "35.20.01")}
    assert labels == {"Provinsi Jawa Timur", "Kabupaten Magetan", "Kecamatan Poncol"}
    assert graph.value(record("35.20.01.1005"), RDFS.label) == Literal("Kelurahan Alastuwo")
    assert graph.value(record("35.20.01.2001"), RDFS.label) == Literal("Desa Poncol")
    assert graph.value(record("35.20.01"), DCTERMS.isPartOf) == record("35.20")
    assert graph.value(record("35.20"), CG.homeAffairsCode) == Literal("35.20")  # text, no number


def test_only_what_is_asked_for_and_what_it_lies_in_is_taken(tmp_path: Path) -> None:
    graph = made(packed(tmp_path), within=["35.20"])
    codes = set(map(str, graph.objects(None, CG.recordKey)))
    assert codes == {"35", "35.20", "35.20.01", "35.20.02"}
    with pytest.raises(UnknownName):
        made(packed(tmp_path), within=["99"])


def test_what_an_edition_no_longer_has_stays_and_is_told(tmp_path: Path) -> None:
    first = made(packed(tmp_path))
    moved = DISTRICTS.replace("35.20.02,35.20,Parang", "35.20.09,35.20,Parang")
    gone = REGENCIES.replace("35.21,35,Kabupaten Ngawi\n", "").replace("Magetan", "Magetan Baru")
    path = packed(tmp_path, "5.0.0", districts=moved, regencies=gone)
    second = made(path, SECOND, first)
    ended = Literal("end=2026-05-06; scheme=W3C-DTF;", datatype=DCTERMS.Period)
    assert second.value(record("35.21"), DCTERMS.valid) == ended
    assert second.value(record("35.21"), DCTERMS.isReplacedBy) is None  # nobody can tell
    assert second.value(record("35.20"), RDFS.label) == Literal("Kabupaten Magetan Baru")
    assert second.value(record("35.20"), SKOS.altLabel) == Literal("Kabupaten Magetan")
    assert second.value(record("35.20.01"), DCTERMS.valid) is None
    third = made(path, date(2027, 1, 1), second)
    assert third.value(record("35.21"), DCTERMS.valid) == ended  # since then, not since now
    assert third.value(record("35.20"), SKOS.altLabel) == Literal("Kabupaten Magetan")


def test_the_one_that_has_its_place_is_told_where_names_say_so(tmp_path: Path) -> None:
    moved = DISTRICTS.replace("35.20.02,35.20,Parang", "35.20.09,35.20,Parang")
    path = packed(tmp_path, "5.0.0", districts=moved)
    second = made(path, SECOND, made(packed(tmp_path), within=["35.20"]))
    assert second.value(record("35.20.02"), DCTERMS.isReplacedBy) == record("35.20.09")
    twice = moved + "35.20.10,35.20,Parang\n"
    path = packed(tmp_path, "5.0.1", districts=twice)
    unsure = made(path, SECOND, made(packed(tmp_path), within=["35.20"]))
    assert unsure.value(record("35.20.02"), DCTERMS.isReplacedBy) is None


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"districts": "code,name\n35.20.1,Poncol\n"}, "not the code of a kecamatan"),
        ({"districts": "code,name\n35.20.01,\n"}, "has no name"),
        ({"districts": "code,name\n35.20.01,A\n35.20.01,B\n"}, "occurs twice"),
        ({"districts": "code,name\n35.99.01,A\n"}, "lies in no region"),
        ({"districts": "kode,nama\n"}, "is not the package"),
        ({"provinces": "code,name\n3.5,Jawa Timur\n"}, "not the code of a provinsi"),
    ],
)
def test_a_package_with_faults_is_told_of(
    tmp_path: Path, changed: dict[str, str], told: str
) -> None:
    with pytest.raises(Unreadable, match=told) as caught:
        regions.read(packed(tmp_path, **changed))
    assert caught.value.told("id") != caught.value.told("en")


def test_what_is_no_package_is_told(tmp_path: Path) -> None:
    for name, body in (("a.tgz", b"nothing"), ("b.tgz", b"\x1f\x8b\x08"), ("c.tgz", b"")):
        (tmp_path / name).write_bytes(body)
        with pytest.raises(Unreadable, match="is not the package"):
            regions.read(tmp_path / name)


def test_a_file_that_is_a_link_in_the_package_is_none(tmp_path: Path) -> None:
    path = tmp_path / "linked.tgz"
    with tarfile.open(packed(tmp_path)) as whole, tarfile.open(path, "w:gz") as archive:
        for member in whole:
            body = whole.extractfile(member)
            if member.name.endswith("provinces.csv"):
                member.type, member.linkname, member.size = tarfile.SYMTYPE, "nowhere.csv", 0
            archive.addfile(member, body)
    with pytest.raises(Unreadable, match="is not the package"):
        regions.read(path)


def test_codes_of_the_other_system_are_read_as_text(tmp_path: Path) -> None:
    file = tmp_path / "codes.csv"
    file.write_text("name,kemendagri_code,bps_code\nPoncol,35.20.01,3520010\n")
    graph = made(packed(tmp_path), codes=regions.read_codes(file))
    assert graph.value(record("35.20.01"), CG.statisticsCode) == Literal("3520010")
    file.write_text("name,kemendagri_code,bps_code\nPoncol,3520.1,x\n")
    with pytest.raises(Unreadable, match="needs kemendagri_code"):
        regions.read_codes(file)


@pytest.fixture(scope="module")
def brought_in(
    magetan_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, Path]]:
    """A store with the shipped study and the regions, by the command."""
    folder = tmp_path_factory.mktemp("regions")
    store = Path(shutil.copytree(magetan_store, folder / "store"))
    yield store, packed(folder)


def test_the_command_brings_them_in_through_the_gate_and_old_codes_still_link(
    brought_in: tuple[Path, Path],
) -> None:
    store, package = brought_in

    def run(path: Path, issued: str, *more: str) -> str:
        args = ["dataset", "regions", str(path), "--issued", issued, "--store", str(store), *more]
        done = CliRunner().invoke(rembug, args)
        assert done.exit_code == 0, done.output
        return done.output

    assert "brought in wilayah: 5 regions under" in run(package, "2025-01-01")
    assert "unchanged" in run(package, "2025-01-01")
    moved = DISTRICTS.replace("35.20.02,35.20,Parang", "35.20.09,35.20,Parang")
    newer = packed(package.parent, "5.0.0", districts=moved)
    assert "35.20.02 is in this edition no more: now 35.20.09" in run(newer, "2026-05-06")
    with KnowledgeGraph.own(str(store)) as graph:
        client = web.create_app(graph, Settings()).test_client()
        for code in ("35.20.02", "35.20.09"):
            asked = {"queries": json.dumps({"q": {"query": code}})}
            answer = client.post("/reconcile/wilayah", data=asked).json
            assert answer["q"]["result"][0]["name"] == "Kecamatan Parang"
            assert answer["q"]["result"][0]["id"].endswith(code)
        assert regions.LICENCE in client.get("/dataset?format=turtle").text


@pytest.mark.skipif(not REGIONAL.is_dir(), reason="needs the shared regional data")
def test_the_districts_of_magetan_have_both_codes(tmp_path: Path) -> None:
    districts = (REGIONAL / "kemendagri_districts_35.20.csv").read_text(encoding="utf-8")
    villages = (REGIONAL / "kemendagri_villages_35.20.csv").read_text(encoding="utf-8")
    path = packed(tmp_path, districts=districts, villages=villages)
    codes = regions.read_codes(REGIONAL / "crosswalk_kemendagri_bps_district.csv")
    graph = made(path, within=["35.20"], villages=True, codes=codes)
    found = {str(r): str(c) for r, c in graph.subject_objects(CG.statisticsCode)}
    assert len(found) == len(list(csv.DictReader(districts.splitlines()))) == 18
    assert (
        len(set(graph.subjects(DCTERMS.isPartOf, None))) == 1 + 18 + len(villages.splitlines()) - 1
    )
