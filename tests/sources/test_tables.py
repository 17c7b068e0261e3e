"""Tables of findings, actors, programs, ties and indicators, as people fill them in."""

import io
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from rdflib import RDF, RDFS, XSD, Literal

from rembug import sources, terms
from rembug.changes import studies, submissions
from rembug.errors import Unreadable
from rembug.graph import KnowledgeGraph
from rembug.sources import cells, columns, tables, templates
from rembug.terms import CG

FINDINGS = """\
kode;pernyataan (Indonesia);pernyataan (Inggris);jenis temuan;tentang;aspek;penilaian;sikap
f1;Komunikasi jarang.;They seldom talk.;tantangan;actor/sentra-y;dialog tatap muka; Lemah;melemahkan
f2;Saling percaya.;They trust.;;actor/sentra-y; membangun kepercayaan;baik;mendukung
"""
ACTORS = """code,name (Indonesian),name (English),kind of actor
dinas-x,Dinas X,Agency X,agency
sentra-y,Sentra Y,Centre Y,Craft Centre
"""
F1 = terms.thing("uji", "finding", "f1")


def table(tmp_path: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = tmp_path / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def read(tmp_path: Path, text: str | bytes, name: str = "t.csv") -> sources.Submission:
    return sources.read(table(tmp_path, text, name), "uji")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("between", [";", "\t"])
def test_a_table_of_findings(tmp_path: Path, encoding: str, between: str) -> None:
    text = FINDINGS.replace(";", between)
    graph = read(tmp_path, text.encode(encoding)).public
    assert (F1, RDF.type, CG.Challenge) in graph
    assert (F1, CG.concerns, terms.AG["face-to-face-dialogue"]) in graph
    assert (F1, CG.rating, terms.RATING.weak) in graph
    assert (F1, RDFS.label, Literal("They seldom talk.", lang="en")) in graph
    assert (terms.thing("uji", "finding", "f2"), RDF.type, CG.Finding) in graph


def test_what_is_in_a_table_conforms(tmp_path: Path, kg: KnowledgeGraph) -> None:
    submissions.submit(kg, [studies.describe("uji", title_en="Test", title_id="Uji")])
    ties = "code,from,to,kind of tie,strength\nt1,dinas-x,sentra-y,communicates with,weak\n"
    found = [read(tmp_path, text, f"{n}.csv") for n, text in enumerate((ACTORS, FINDINGS, ties))]
    commit = submissions.submit(kg, found)
    assert len(commit.added) == 3
    places = {str(place) for place in found[1].places.values()}
    assert places == {"1.csv:2", "1.csv:3"}


@pytest.mark.parametrize("name", columns.TABLES)
@pytest.mark.parametrize("language", ["id", "en"])
def test_a_template_is_read_as_the_table_that_it_is(
    tmp_path: Path, name: str, language: str
) -> None:
    head = ",".join(templates.template(name, language))
    with pytest.raises(Unreadable, match="no row below its head"):
        read(tmp_path, head + "\n")
    body = templates.workbook(name, language)
    with pytest.raises(Unreadable, match="no row below its head"):
        read(tmp_path, body, "t.xlsx")
    sheet = load_workbook(io.BytesIO(body)).worksheets[0]
    lists = [rule for rule in sheet.data_validations.dataValidation if rule.type == "list"]
    choosing = [c for c in columns.TABLES[name].columns if c.kind in ("class", "concept")]
    assert len(lists) == len(choosing)


def test_a_workbook_says_what_the_same_csv_says(tmp_path: Path) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for line in FINDINGS.splitlines():
        sheet.append(line.split(";"))
    out = io.BytesIO()
    book.save(out)
    assert set(read(tmp_path, out.getvalue(), "t.xlsx").public) == set(
        read(tmp_path, FINDINGS).public
    )
    sheet.merge_cells("A2:A3")
    out = io.BytesIO()
    book.save(out)
    with pytest.raises(Unreadable, match="merged"):
        read(tmp_path, out.getvalue(), "t.xlsx")


def changed(old: str, new: str) -> str:
    assert old in FINDINGS
    return FINDINGS.replace(old, new)


WRONG = {
    "empty": ("", "empty"),
    "no table": ("a,b\n1,2\n", ":1: lacks"),
    "a column is lacking": (changed("aspek;", ""), ":1: lacks aspek"),
    "a column too many": (FINDINGS.replace("sikap", "sikap;warna"), "warna"),
    "a column twice": (FINDINGS.replace("sikap", "aspek"), "twice"),
    "an empty cell": (changed("They trust.", ""), ":3: .*Inggris.*is empty"),
    "an unknown concept": (changed(" Lemah", "lemah sekali kali"), ":2: penilaian: .*lemah sekali"),
    "an unknown kind": (changed("tantangan", "gagasan"), ":2: jenis temuan: .*gagasan"),
    "a formula": (changed("actor/sentra-y;dialog", "=A1;dialog"), ":2: tentang: .*formula"),
    "a command": (changed("mendukung", "@SUM(1)"), ":3: sikap: .*formula"),
    "no code": (changed("f1;", "F 1;"), ":2: kode: .*f-1"),
    "a code twice": (changed("f2;", "f1;"), ":3: kode: .*already"),
    "no reference": (changed("actor/sentra-y;dialog", "Sentra Y;dialog"), ":2: tentang"),
    "not UTF-8": (FINDINGS.encode().replace(b"jarang", b"\xff\xfejarang"), "UTF-8"),
    "a quote that does not end": (FINDINGS + '"f3', "not CSV"),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=WRONG)
def test_what_is_wrong_in_a_table_is_told_with_its_row(
    tmp_path: Path, text: str | bytes, told: str
) -> None:
    with pytest.raises(Unreadable, match=told):
        read(tmp_path, text)


def test_what_is_no_workbook_is_told(tmp_path: Path) -> None:
    for body in (b"PK", b"hello" * 100, b""):
        with pytest.raises(Unreadable):
            read(tmp_path, body, "t.xlsx")


NUMBERS = {
    ("1.250,5", "id"): Decimal("1250.5"),
    ("1.250,5", "en"): Decimal("1250.5"),
    ("1,250.5", "id"): Decimal("1250.5"),
    ("1.250", "id"): 1250,
    ("1.250", "en"): Decimal("1.250"),
    ("1,250", "en"): 1250,
    ("1,250", "id"): Decimal("1.250"),
    ("1.250.000", "en"): 1250000,
    ("52", "id"): 52,
    ("-3,5", "id"): Decimal("-3.5"),
    ("940 000", "id"): 940000,
}


@pytest.mark.parametrize(("written", "value"), NUMBERS.items(), ids=map(str, NUMBERS))
def test_numbers_are_read_as_people_write_them(
    written: tuple[str, str], value: int | Decimal
) -> None:
    assert cells.number(*written).toPython() == value


@pytest.mark.parametrize("text", ["", "banyak", "1.2.3", "1,2,3", "940%", "1e5", "½", "1.25,5.5"])
def test_what_is_no_number_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="no number"):
        cells.number(text, "id")


@given(st.integers(-(10**12), 10**12), st.sampled_from(["id", "en"]))
def test_any_whole_number_written_with_marks_is_read_back(value: int, language: str) -> None:
    written = f"{value:,}"
    if language == "id":
        written = written.replace(",", ".")
    assert int(cells.number(written, language)) == value


DAYS = {
    "17 Agustus 2021": ("2021-08-17", XSD.date),
    "17 agustus 2021": ("2021-08-17", XSD.date),
    "August 17, 2021": ("2021-08-17", XSD.date),
    "17/08/2021": ("2021-08-17", XSD.date),
    "17-8-2021": ("2021-08-17", XSD.date),
    "2021-08-17": ("2021-08-17", XSD.date),
    "Agustus 2021": ("2021-08", XSD.gYearMonth),
    "Des. 2021": ("2021-12", XSD.gYearMonth),
    "2021-08": ("2021-08", XSD.gYearMonth),
    "2021": ("2021", XSD.gYear),
}


@pytest.mark.parametrize(("text", "found"), DAYS.items(), ids=DAYS)
def test_dates_are_read_as_people_write_them(text: str, found: tuple[str, object]) -> None:
    literal = cells.day(text)
    assert (str(literal), literal.datatype) == found


@pytest.mark.parametrize("text", ["", "31 Februari 2021", "kemarin", "08/17/2021", "21", "2021-13"])
def test_what_is_no_date_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="no date"):
        cells.day(text)


def test_a_table_of_too_many_rows_is_refused_with_the_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "_LARGEST", 2)
    with pytest.raises(Unreadable, match="more than 2 rows; split it"):
        read(tmp_path, FINDINGS)
