"""Tables of other people's, by a mapping: CSV on the Web."""

import json
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from rdflib import RDF, RDFS, SDO, SKOS, XSD, Literal, URIRef

from rembug import sources, terms
from rembug.changes import studies, submissions
from rembug.errors import Unreadable
from rembug.graph import KnowledgeGraph
from rembug.terms import CG

TABLE = """\
kode;nama usaha;kelompok;anggota sejak;omzet;produk
u1;Usaha Satu;kube-a;17/08/2021;1.250,5;kain | kemeja
u2;Usaha Dua;-;01/02/2020;;kain
"""
COLUMNS: list[dict[str, Any]] = [
    {"name": "kode", "suppressOutput": True},
    {
        "name": "nama",
        "titles": ["nama usaha", "business"],
        "propertyUrl": "rdfs:label",
        "required": True,
    },
    {
        "name": "kelompok",
        "propertyUrl": "cg:serves",
        "valueUrl": "actor/{kelompok}",
        "null": ["", "-"],
    },
    {
        "name": "sejak",
        "titles": "anggota sejak",
        "propertyUrl": "cg:startDate",
        "datatype": {"base": "date", "format": "dd/MM/yyyy"},
    },
    {
        "name": "omzet",
        "propertyUrl": "http://example.org/turnover",
        "datatype": {"base": "decimal", "format": {"decimalChar": ",", "groupChar": "."}},
    },
    {
        "name": "produk",
        "propertyUrl": "skos:note",
        "separator": " | ",
        "lang": "jv",
    },
    {"name": "kind", "virtual": True, "propertyUrl": "rdf:type", "valueUrl": "cg:Enterprise"},
    {"name": "study", "virtual": True, "propertyUrl": "cg:inStudy", "valueUrl": "study/s"},
]


def read(folder: Path, table: str = TABLE, **changes: Any) -> sources.Submission:
    schema = {"aboutUrl": "actor/{kode}", "columns": COLUMNS, **changes}
    described = {"@context": "http://www.w3.org/ns/csvw", "url": "u.csv", "lang": "id"}
    (folder / "m.json").write_text(json.dumps({**described, "tableSchema": schema}))
    (folder / "u.csv").write_text(table)
    return sources.read(folder / "u.csv", "s", None, folder / "m.json")


def changed(name: str, **changes: Any) -> list[dict[str, Any]]:
    return [{**c, **changes} if c["name"] == name else c for c in COLUMNS]


def test_rows_say_what_the_mapping_says(tmp_path: Path) -> None:
    found = read(tmp_path)
    one, two = (terms.thing("s", "actor", name) for name in ("u1", "u2"))
    assert set(found.public) == {
        (one, RDFS.label, Literal("Usaha Satu", lang="id")),
        (one, CG.serves, terms.thing("s", "actor", "kube-a")),
        (one, CG.startDate, Literal("2021-08-17", datatype=XSD.date)),
        (one, URIRef("http://example.org/turnover"), Literal("1250.5", datatype=XSD.decimal)),
        (one, SKOS.note, Literal("kain", lang="jv")),
        (one, SKOS.note, Literal("kemeja", lang="jv")),
        (one, RDF.type, CG.Enterprise),
        (one, CG.inStudy, terms.study("s")),
        (two, RDFS.label, Literal("Usaha Dua", lang="id")),
        (two, CG.startDate, Literal("2020-02-01", datatype=XSD.date)),
        (two, SKOS.note, Literal("kain", lang="jv")),
        (two, RDF.type, CG.Enterprise),
        (two, CG.inStudy, terms.study("s")),
    }
    assert str(found.places[two]) == "u.csv:3"
    assert found.mapping is not None
    assert found.mapping[0] == "m.json"
    assert not found.restricted


def test_columns_stand_in_any_order_and_in_a_workbook_too(tmp_path: Path) -> None:
    expected = set(read(tmp_path).public)
    rows = [line.split(";") for line in TABLE.splitlines()]
    rows[0][1] = "business"
    turned = "\n".join(",".join(f'"{cell}"' for cell in reversed(row)) for row in rows)
    assert set(read(tmp_path, turned).public) == expected
    book = Workbook()
    for row in rows:
        book.active.append(row)  # type: ignore[union-attr]
    book.save(tmp_path / "u.xlsx")
    assert set(sources.read(tmp_path / "u.xlsx", "s", None, tmp_path / "m.json").public) == expected


def test_another_mapping_makes_another_submission(tmp_path: Path) -> None:
    first = read(tmp_path)
    assert read(tmp_path).name == first.name
    assert read(tmp_path, columns=changed("produk", lang="id")).name != first.name


@pytest.mark.parametrize(
    ("table", "says"),
    [
        (TABLE.replace("17/08/2021", "2021"), r"u.csv:2: sejak: “2021”"),
        (TABLE.replace("1.250,5", "banyak"), r"u.csv:2: omzet: “banyak”"),
        (TABLE.replace("Usaha Dua", ""), r"u.csv:3: nama: is empty"),
        (TABLE.replace("u2;", ";"), r"u.csv:3: nama: aboutUrl gives"),
        (TABLE.replace("produk", "lain"), r"has a column “lain” that m.json does not know"),
        (TABLE.replace("nama usaha", "x"), r"u.csv:1: "),
        ("", "is empty"),
        ("kode;nama usaha;kelompok;anggota sejak;omzet;produk\n", "no row"),
    ],
)
def test_what_is_wrong_with_a_table_is_said_with_its_row(
    tmp_path: Path, table: str, says: str
) -> None:
    with pytest.raises(Unreadable, match=says):
        read(tmp_path, table)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"columns": changed("nama", propertyUrl=None)}, "“nama” has no propertyUrl"),
        ({"aboutUrl": None}, "has no aboutUrl"),
        ({"aboutUrl": "actor/{code}"}, "names {code}, and no column is named so"),
        ({"columns": changed("sejak", datatype="day")}, "m.json: is not a description"),
        ({"columns": "many"}, "m.json"),
    ],
)
def test_what_is_wrong_with_a_mapping_is_said(
    tmp_path: Path, changes: dict[str, Any], says: str
) -> None:
    with pytest.raises(Unreadable, match=says):
        read(tmp_path, **changes)


@pytest.mark.parametrize(
    "document",
    [
        "{",
        "[]",
        "{}",
        '{"tableSchema": "http://127.0.0.1:1/schema.json"}',
        '{"tables": [{"url": "http://127.0.0.1:1/a.json"}]}',
        '{"tables": [{"tableSchema": {}}, {"tableSchema": {}}]}',
        "[" * 100_000,
    ],
)
def test_a_document_that_describes_no_table_is_refused_and_nothing_is_fetched(
    tmp_path: Path, document: str
) -> None:
    (tmp_path / "m.json").write_text(document)
    (tmp_path / "u.csv").write_text(TABLE)
    with pytest.raises(Unreadable, match=r"m\.json"):
        sources.read(tmp_path / "u.csv", "s", None, tmp_path / "m.json")


def test_a_mapping_goes_with_a_table(tmp_path: Path) -> None:
    (tmp_path / "m.json").write_text("{}")
    (tmp_path / "a.ttl").write_text("")
    with pytest.raises(Unreadable, match="is not a table"):
        sources.read(tmp_path / "a.ttl", "s", None, tmp_path / "m.json")


def test_the_mapping_of_the_manual_passes_the_gate(kg: KnowledgeGraph, tmp_path: Path) -> None:
    manual = (Path(__file__).parents[2] / "docs" / "mapping.md").read_text(encoding="utf-8")
    for kind, name in (("json", "members.json"), ("csv", "members.csv")):
        text = manual.partition(f"```{kind}\n")[2].partition("```")[0]
        (tmp_path / name).write_text(text, encoding="utf-8")
    study = studies.describe("surakarta", title_en="Test", title_id="Uji")
    found = sources.read(tmp_path / "members.csv", "surakarta", None, tmp_path / "members.json")
    assert submissions.rehearse(kg, [study, found]).conforms
    member = terms.thing("surakarta", "actor", "u1")
    told = Literal("2021-08-17", datatype=XSD.date)
    assert (member, SDO.foundingDate, told) in found.public
    assert (member, RDF.type, CG.Enterprise) in found.public


def test_a_column_that_is_left_out_is_told_and_the_file_is_not_to_be_guessed(
    kg: KnowledgeGraph, tmp_path: Path
) -> None:
    """The digest of a file whose telephone numbers are left out would tell which they are."""
    assert not read(tmp_path).notes  # the keys are in IRIs
    head, *rows = TABLE.splitlines()
    table = "\n".join([f"{head};telepon", *(f"{row};0812" for row in rows)])
    left = read(tmp_path, table, columns=[{"name": "telepon", "suppressOutput": True}, *COLUMNS])
    assert ["telepon" in note.en for note in left.notes] == [True]
    assert left.concealing(kg.secret.digest).public_digest(left.sha256) != left.sha256
