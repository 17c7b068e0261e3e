"""Tables of findings, actors, programs, ties and indicators, as people fill them in."""

import csv
import io
import zipfile
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from rdflib import RDF, RDFS, XSD, Literal, URIRef

from rembug import sources, terms
from rembug.changes import studies, submissions
from rembug.errors import Faulty, Unreadable
from rembug.graph import KnowledgeGraph
from rembug.sources import cells, columns, numbers, tables, templates, vocabulary
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
    assert (F1, CG.concerns, terms.SCHEME["ansell-gash/face-to-face-dialogue"]) in graph
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


def test_what_rembug_says_of_a_table_itself_is_no_warning(
    tmp_path: Path, kg: KnowledgeGraph
) -> None:
    submissions.submit(kg, [studies.describe("uji", title_en="Test", title_id="Uji")])
    found = read(tmp_path, ACTORS.replace("dinas-x", "Dinas-X"))
    assert found.notes  # with which its file is told of in the restricted part
    for report in (submissions.rehearse(kg, [found]), submissions.submit(kg, [found]).report):
        assert not [r for r in report.results if "/file/" in r.focus_node]
    assert not [r for r in submissions.check(kg).results if "/file/" in r.focus_node]


@pytest.mark.parametrize(
    ("said", "rating"), [("kuat", "good"), ("Sangat Kuat", "very-good"), ("strong", "good")]
)
def test_how_strong_a_tie_is_may_be_said_in_other_words(
    tmp_path: Path, said: str, rating: str
) -> None:
    ties = f"code,from,to,kind of tie,strength\nt1,a,b,communicates with,{said}\n"
    graph = read(tmp_path, ties).public
    assert list(graph.objects(None, CG.strength)) == [terms.RATING[rating]]


def test_choices_stand_by_what_they_are_worth_or_else_by_their_names_in_the_language() -> None:
    known = vocabulary.labels()
    for language in ("id", "en"):
        ratings = [c.rpartition("/")[2] for c in vocabulary.concepts(("rating",), language)]
        assert ratings == ["very-weak", "weak", "fair", "good", "very-good", "not-assessed"]
        names = [known[c][language].casefold() for c in vocabulary.concepts(("sector",), language)]
        assert names == sorted(names)


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
    told = [r.prompt for r in sheet.data_validations.dataValidation if "(;)" in (r.prompt or "")]
    many = [c for c in columns.TABLES[name].columns if c.many]
    assert len(told) == len(many)  # says what is between several values
    assert all(len(prompt) <= 255 for prompt in told)


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
    sheet.merge_cells("A2:B2")
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
    "a column twice": (FINDINGS.replace("sikap", "aspek"), "twice"),
    "an empty cell": (changed("They trust.", ""), ":3: .*Inggris.*is empty"),
    "an unknown concept": (changed(" Lemah", "lemah sekali kali"), ":2: penilaian: .*lemah sekali"),
    "an unknown kind": (changed("tantangan", "gagasan"), ":2: jenis temuan: .*gagasan"),
    "a formula": (changed("actor/sentra-y;dialog", "=A1;dialog"), ":2: tentang: .*formula"),
    "a command": (changed("mendukung", "@SUM(1)"), ":3: sikap: .*formula"),
    "no code": (changed("f1;", "F 1;"), ":2: kode: .*f-1"),
    "a code twice": (changed("f2;", "f1;"), ":3: kode: .*already"),
    "no reference": (changed("actor/sentra-y;dialog", "Sentra Y;dialog"), ":2: tentang"),
    "in no known encoding": (FINDINGS.encode().replace(b"jarang", b"\x81\xffjarang"), "UTF-8"),
    "a quote that does not end": (FINDINGS + '"f3', "never closed"),
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
    ("1\u202f250,5", "id"): Decimal("1250.5"),
    ("Rp 1.500.000", "id"): 1500000,
    ("Rp1.500.000,-", "id"): 1500000,
    ("IDR 1,500,000", "en"): 1500000,
    ("12 %", "id"): 12,
    ("12,5%", "id"): Decimal("12.5"),
    ("0.250", "id"): Decimal("0.25"),
    ("1,1250", "id"): Decimal("1.125"),
    ("(1.234)", "id"): -1234,
    ("(Rp 1.234,50)", "id"): Decimal("-1234.5"),
    ("1.234,50-", "id"): Decimal("-1234.5"),
    ("\u22123,5", "id"): Decimal("-3.5"),
    ("1234567890" * 4, "id"): int("1234567890" * 4),
}


@pytest.mark.parametrize(("written", "value"), NUMBERS.items(), ids=map(str, NUMBERS))
def test_numbers_are_read_as_people_write_them(
    written: tuple[str, str], value: int | Decimal
) -> None:
    assert numbers.number(*written).toPython() == value


@pytest.mark.parametrize("text", ["", "banyak", "1.2.3", "1,2,3", "9 40", "1e5", "½", "1.25,5.5"])
def test_what_is_no_number_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="not a number"):
        numbers.number(text, "id")


@given(st.integers(-(10**12), 10**12), st.sampled_from(["id", "en"]))
def test_any_whole_number_written_with_marks_is_read_back(value: int, language: str) -> None:
    written = f"{value:,}"
    if language == "id":
        written = written.replace(",", ".")
    assert int(numbers.number(written, language)) == value


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
    "17 Agt 2021": ("2021-08-17", XSD.date),
    "Agust. 2021": ("2021-08", XSD.gYearMonth),
    "Nop 2021": ("2021-11", XSD.gYearMonth),
    "2 Nopember 2021": ("2021-11-02", XSD.date),
    "Pebruari 2021": ("2021-02", XSD.gYearMonth),
    "Sept 2021": ("2021-09", XSD.gYearMonth),
    "17/08/21": ("2021-08-17", XSD.date),
    "17-Aug-2021": ("2021-08-17", XSD.date),
    "17/Agustus/2021": ("2021-08-17", XSD.date),
    "Selasa, 17 Agustus 2021": ("2021-08-17", XSD.date),
    "2021-08-17 00:00:00": ("2021-08-17", XSD.date),
    "2021-08-17T00:00:00Z": ("2021-08-17", XSD.date),
    "Des-21": ("2021-12", XSD.gYearMonth),
    "Agt '98": ("1998-08", XSD.gYearMonth),
    "17-08-98": ("1998-08-17", XSD.date),
    "Triwulan II 2023": ("2023-34", terms.EDTF),
    "TW-4 2023": ("2023-36", terms.EDTF),
    "2018-2023": ("2018/2023", terms.EDTF),
    "2018 s.d. 2023": ("2018/2023", terms.EDTF),
}


@pytest.mark.parametrize(("text", "found"), DAYS.items(), ids=DAYS)
def test_dates_are_read_as_people_write_them(text: str, found: tuple[str, object]) -> None:
    literal = cells.day(text)
    assert (str(literal), literal.datatype) == found
    assert cells.day(str(literal)) == literal


@pytest.mark.parametrize(
    "text",
    [
        "",
        "31 Februari 2021",
        "kemarin",
        "08/17/2021",
        "21",
        "2021-13",
        "Jan 22",
        "2021-08-17 10:30",
    ],
)
def test_what_is_no_date_is_told(text: str) -> None:
    with pytest.raises(ValueError, match="not a date"):
        cells.day(text)


def test_numbers_for_days_and_ratings_are_told_what_to_write(tmp_path: Path) -> None:
    with pytest.raises(cells.NotRead, match="that is 2023-01-01: write the date") as told:
        cells.day("44927")
    assert "artinya 2023-01-01" in told.value.words.id
    with pytest.raises(Unreadable, match=r"“4” is a number.* write the word: .*lemah") as refused:
        read(tmp_path, "\n".join([FAULTS.splitlines()[0], KEPERCYAAN.replace("lemah", "4")]))
    assert "“4” berupa angka" in refused.value.told("id")


@pytest.mark.parametrize("text", ["Tw IV", "Triwulan ke-2", "semester pertama"])
def test_a_part_of_a_year_without_the_year_is_told_what_it_lacks(text: str) -> None:
    with pytest.raises(ValueError, match=f"“{text}” lacks its year; write it like {text} 2021"):
        cells.day(text)
    assert cells.day(f"{text} 2021").datatype == terms.EDTF


def test_a_table_of_too_many_rows_is_refused_with_the_row(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "_LARGEST", 1)
    with pytest.raises(Unreadable, match="more than 1 rows; split it"):
        read(tmp_path, FINDINGS)


def test_a_table_of_too_many_columns_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="more than 1000 columns"):
        read(tmp_path, ",".join(["kode"] * 20_000) + "\n")


def test_what_stands_below_a_table_is_no_row_of_it(tmp_path: Path) -> None:
    head, row = FINDINGS.splitlines()[:2]
    feet = ["Jumlah;;;5", ";;", "Sumber: Dinas;;", "Kepala Dinas;;"]
    submission = read(tmp_path, "\n".join([head, row, *feet]) + "\n")
    assert len(submission.places) == 1
    assert any("3, 5, 6: a total or a note" in note.en for note in submission.notes)
    with pytest.raises(Unreadable, match="is empty; it is required"):
        read(tmp_path, "\n".join([head, row, ";Sumber Rejeki"]) + "\n")


FAULTS = """\
kode,pernyataan (Indonesia),pernyataan (Inggris),tentang,aspek,penilaian,sikap
f1,,Meetings are rare,program/x,dialog tatap muka,bagus sekali,
f2,Rapat jarang,,program/x,bukan aspek,lemah,mendukun
"""


def test_all_faults_of_a_table_are_told_at_once_in_both_languages(tmp_path: Path) -> None:
    with pytest.raises(Faulty) as refused:
        read(tmp_path, FAULTS)
    assert [(fault.line, fault.why.en.split(":")[0]) for fault in refused.value.faults] == [
        (2, "pernyataan (Indonesia)"),
        (2, "penilaian"),
        (3, "pernyataan (Inggris)"),
        (3, "aspek"),
        (3, "sikap"),
    ]
    assert "t.csv:3: sikap: “mendukun” is none of the names here; nearest are mendukung" in str(
        refused.value
    )
    assert "t.csv:3: pernyataan (Inggris): kosong" in refused.value.told("id")


def test_the_head_that_fits_best_is_taken_and_what_differs_is_told(tmp_path: Path) -> None:
    text = ACTORS.replace("kind of actor", "kind of actors").replace("code,", "code,code,")
    with pytest.raises(Faulty) as refused:
        read(tmp_path, text)
    told = str(refused.value)
    assert "has the column “code” twice (again in B)" in told
    assert (
        "“kind of actors” (E), which such a table does not have; is “kind of actor” meant?" in told
    )


KEPERCYAAN = "f1,Apa.,What.,program/x,kepercyaan,lemah,mendukung\n"


def test_a_misspelt_word_is_told_with_the_names_that_have_it(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        read(tmp_path, "\n".join([FAULTS.splitlines()[0], KEPERCYAAN]))
    for name in ("tingkat kepercayaan awal", "saling percaya"):
        assert name in refused.value.told("id").partition("terdekat")[2]
    with pytest.raises(Unreadable) as refused:  # each word of a cell has its say, in turn
        two = KEPERCYAAN.replace("kepercyaan", "kepercyaan dan komitmen")
        read(tmp_path, "\n".join([FAULTS.splitlines()[0], two]))
    nearest = refused.value.told("id").partition("terdekat")[2].split(",")
    assert "kepercayaan" in nearest[0] and "komitmen" in nearest[1]


def test_a_kind_is_told_with_the_nearest_that_the_ontology_has(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match="nearest are Government agency"):
        read(tmp_path, ACTORS.replace("Craft Centre", "Goverment agencies"))


def test_one_fault_in_many_rows_is_told_once_with_the_rows(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"t.csv:2: kind of actor: .*\(also in row 3\)"):
        read(tmp_path, ACTORS.replace("Craft Centre", "x y").replace("agency\n", "x y\n"))


def workbook(sheets: dict[str, list[list[object]]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for line in lines:
            sheet.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def lines_of(text: str, between: str) -> list[list[object]]:
    return [list(line.split(between)) for line in text.splitlines()]


def test_of_several_sheets_the_one_with_a_table_is_read(tmp_path: Path) -> None:
    actors = lines_of(ACTORS, ",")
    found = read(tmp_path, workbook({"Catatan": [["Dari Bu X"]], "Aktor": actors}), "t.xlsx")
    assert set(found.public) == set(read(tmp_path, ACTORS).public)
    assert any("the sheet “Aktor” was read; left out: Catatan" in note.en for note in found.notes)
    two = workbook({"2022": actors, "2023": actors})
    with pytest.raises(Unreadable, match=r"several sheets with a table \(2022, 2023\)"):
        read(tmp_path, two, "t.xlsx")


def test_a_title_of_merged_cells_above_the_head_is_passed_over(tmp_path: Path) -> None:
    lines = [["DAFTAR AKTOR"], [], *lines_of(ACTORS, ",")]
    book = load_workbook(io.BytesIO(workbook({"Aktor": lines})))
    book.worksheets[0].merge_cells("A1:D1")
    out = io.BytesIO()
    book.save(out)
    found = read(tmp_path, out.getvalue(), "t.xlsx")
    assert set(found.public) == set(read(tmp_path, ACTORS).public)
    assert any("the headings are in row 3" in note.en for note in found.notes)


def test_a_column_of_ones_own_is_left_out_and_told(tmp_path: Path) -> None:
    lines = [f"{line},{'Notes of mine' if not n else 'ask again'}" for n, line in
             enumerate(ACTORS.splitlines())]  # fmt: skip
    found = read(tmp_path, "\n".join(lines) + "\n")
    assert set(found.public) == set(read(tmp_path, ACTORS).public)
    assert any("left out" in n.en and "“Notes of mine”" in n.en for n in found.notes)


def test_cells_merged_down_a_column_say_the_same_in_each_row(tmp_path: Path) -> None:
    head = ["code", "name (Indonesian)", "name (English)", "kind of actor", "located in"]
    said = [["a", "A", "A", "agency", "place/x"], ["b", "B", "B", "agency", "place/x"]]
    said += [["c", "C", "C", "cooperative", "place/y"]]
    merged = [[*row] for row in said]
    merged[1][3] = merged[1][4] = ""
    book = load_workbook(io.BytesIO(workbook({"Aktor": [head, *merged]})))
    for cells_ in ("D2:D3", "E2:E3"):
        book.worksheets[0].merge_cells(cells_)
    out = io.BytesIO()
    book.save(out)
    found = read(tmp_path, out.getvalue(), "t.xlsx")
    plain = read(tmp_path, workbook({"Aktor": [head, *said]}), "t.xlsx")
    assert set(found.public) == set(plain.public)
    assert any("merged cells (D2:D3, E2:E3)" in note.en for note in found.notes)


@settings(deadline=None, max_examples=60)
@given(data=st.data())
def test_a_table_with_the_dirt_of_spreadsheets_says_what_the_clean_one_says(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    draw = data.draw
    folder = tmp_path_factory.mktemp("dirt")
    words = st.text("abcéñü “”;,", min_size=1, max_size=8).map(str.strip).filter(terms.slug)
    head = ["kode", "nama (Indonesia)", "nama (Inggris)", "jenis aktor"]
    rows = [
        [f"a{n}", draw(words), draw(words), draw(st.sampled_from(["dinas", "KUBE", "usaha"]))]
        for n in range(draw(st.integers(1, 4)))
    ]
    clean = read(folder, written([head, *rows], ","), "clean.csv")
    upper = draw(st.sampled_from([str, str.upper, str.title, lambda name: f" {name} *"]))
    dirty = [[upper(name) for name in head], *([*row] for row in rows)]
    for row in dirty[1:]:
        row[3] = draw(st.sampled_from([str, str.upper, str.lower, lambda text: f" {text} "]))(
            row[3]
        )
    blank = draw(st.integers(0, 4))
    for row in dirty:
        row.insert(blank, "")
    if draw(st.booleans()):
        dirty[:0] = [["DAFTAR AKTOR", "", ""], []]
    dirty.insert(draw(st.integers(0, len(dirty))), ["", "", ""])
    if draw(st.booleans()):
        body, name = workbook({"Lembar1": [list(row) for row in dirty]}), "t.xlsx"
    else:
        text = written(dirty, draw(st.sampled_from([",", ";", "\t"])))
        encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]))
        body, name = text.encode(encoding), "t.csv"
    assert set(read(folder, body, name).public) == set(clean.public)


def written(rows: list[list[str]], between: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=between).writerows(rows)
    return out.getvalue()


def rezipped(body: bytes, name: str, content: bytes) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(body)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for entry in old.infolist():
            new.writestr(entry.filename, content if entry.filename == name else old.read(entry))
    return out.getvalue()


SHEET = "xl/worksheets/sheet1.xml"
ENTITY = b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a %s>]>'
HOSTILE = {
    "an entity bomb": ENTITY % b'"aaaa"' + b"<worksheet>&a;</worksheet>",
    "an external entity": ENTITY % b'SYSTEM "file:///etc/passwd"' + b"<worksheet>&a;</worksheet>",
    "a great sheet": b"<worksheet>" + b" " * 5_000_000 + b"</worksheet>",
    "no XML": b"\0\1",
    "a cell beyond the last column": b'<worksheet xmlns="http://schemas.openxmlformats.org/'
    b'spreadsheetml/2006/main"><sheetData><row r="1048577"><c r="ZZZZ1048577"><v>1</v></c></row>'
    b"</sheetData></worksheet>",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_a_hostile_workbook_is_refused_in_one_sentence(tmp_path: Path, content: bytes) -> None:
    body = rezipped(workbook({"Aktor": lines_of(ACTORS, ",")}), SHEET, content)
    with pytest.raises(Unreadable) as refused:
        read(tmp_path, body, "t.xlsx")
    assert "\n" not in str(refused.value)


def test_a_row_without_a_value_is_left_out_and_said(tmp_path: Path) -> None:
    head = "kode,indikator,tempat,masa,nilai,satuan,himpunan data\n"
    found = read(
        tmp_path, head + "n1,i,p,2018,Rp 5.000,unit/u,cube/d\nn2,i,p,2019,n/a,unit/u,cube/d\n"
    )
    assert {str(place) for place in found.places.values()} == {"t.csv:2"}
    assert [note.en for note in found.notes] == [
        "t.csv:2: nilai: “Rp 5.000” was read as 5000; its unit is in a column of its own",
        "t.csv:3: nilai: without a value; the row was left out",
    ]


@pytest.mark.parametrize(
    ("cell", "klass"),
    [
        ("Instansi pemerintah", CG.GovernmentAgency),
        ("GOVERNMENT AGENCY", CG.GovernmentAgency),
        ("Kelompok usaha bersama (KUBE)", CG.JointBusinessGroup),
        ("kelompok usaha bersama", CG.JointBusinessGroup),
        ("kube", CG.JointBusinessGroup),
        ("Perguruan tinggi negeri", CG.PublicUniversity),
        ("universitas swasta", CG.PrivateUniversity),
        ("Bank BUMN", CG.StateBank),
        ("private bank", CG.PrivateBank),
        ("asosiasi", CG.BusinessAssociation),
        ("LSM", CG.NonGovernmentalOrganisation),
        ("lembaga swadaya masyarakat", CG.NonGovernmentalOrganisation),
        ("public media", CG.PublicMedia),
        ("media swasta", CG.PrivateMedia),
    ],
)
def test_whatever_the_ontology_calls_a_class_is_accepted(
    tmp_path: Path, cell: str, klass: URIRef
) -> None:
    graph = read(tmp_path, ACTORS.replace("agency\n", f"{cell}\n")).public
    assert (terms.thing("uji", "actor", "dinas-x"), RDF.type, klass) in graph


@pytest.mark.parametrize(
    ("cell", "both"),
    [
        ("universitas", ("perguruan tinggi negeri", "perguruan tinggi swasta")),
        ("bank", ("bank milik negara atau daerah", "bank swasta")),
        ("media", ("media milik pemerintah", "media swasta atau komunitas")),
    ],
)
def test_a_kind_that_can_be_formal_or_not_is_told_with_both(
    tmp_path: Path, cell: str, both: tuple[str, str]
) -> None:
    with pytest.raises(Unreadable) as refused:
        head = "kode,nama (Indonesia),nama (Inggris),jenis aktor\n"
        read(tmp_path, f"{head}a,A,A,{cell}\n")
    for one in both:
        assert one in refused.value.told("id").partition("yang terdekat")[2]


def test_a_message_names_what_fits_and_no_collection(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        read(tmp_path, changed(" Lemah", "entah apa"))
    assert "lemah" in str(refused.value)
    assert "urutan penilaian" not in str(refused.value)


def test_reviews_and_what_is_thought_of_them_come_as_tables(tmp_path: Path) -> None:
    elsewhere = URIRef("https://w3id.org/rembug/id/lain/finding/f9")
    text = (
        "kode,pernyataan tinjauan (Indonesia),pernyataan tinjauan (Inggris),membahas aspek,sikap,"
        "sejalan dengan,keyakinan\n"
        f"t1,Percaya.,They trust.,membangun kepercayaan,mendukung,f1; {elsewhere},rendah\n"
    )
    public = read(tmp_path, text).public
    review = terms.thing("uji", "review-finding", "t1")
    assert (review, RDF.type, CG.ReviewFinding) in public
    assert set(public.objects(review, CG.agreeing)) == {
        terms.thing("uji", "finding", "f1"),
        elsewhere,
    }
    assert (review, CG.reviewConfidence, terms.SCHEME["confidence/low"]) in public
    text = (
        "code,assesses,component,concern,reason (Indonesian),reason (English),assessor role\n"
        "a1,t1,coherence,serious,Alasan.,A reason.,reviewer\n"
    )
    public = read(tmp_path, text).public
    said = terms.thing("uji", "assessment", "a1")
    assert (said, CG.assesses, review) in public
    assert (said, CG.levelOfConcern, terms.SCHEME["concern/serious"]) in public
    assert (said, CG.assessorRole, Literal("reviewer")) in public
    assert set(public.objects(said, CG.reason)) == {
        Literal("Alasan.", lang="id"),
        Literal("A reason.", lang="en"),
    }


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Rp 2,5 juta", 2_500_000),
        ("1,2 miliar", 1_200_000_000),
        ("Rp1.250 ribu", 1_250_000),
        ("5 orang", 5),
        ("12 sentra", 12),
        ("1.250 pelaku usaha", 1250),
        ("3 (tiga)", None),
        ("lebih dari 5", None),
        ("5 atau lebih", None),
        ("2 juta ribu", None),
        ("Rp 1,2 M", 1_200_000_000),
        ("Rp1,5T", 1_500_000_000_000),
        ("IDR 1.5 M", 1_500_000_000),
        ("Rp 2,5 juta/bulan", 2_500_000),
        ("Rp 5.000 per orang", 5000),
        ("12 kg", 12),
        ("1,2 M", None),  # metres?
        ("1,5 T", None),
        ("50 k", None),
        ("5 bn", None),
        ("Rp 50 k", None),
        ("Rp 2 mln", None),
        ("3 jutaan", None),
        ("2,5 jt-an", None),
        ("2 ratus", None),
        ("Rp 3 xyz", None),
    ],
)
def test_a_number_may_have_a_word_after_it(text: str, value: int | None) -> None:
    if value is None:
        with pytest.raises(cells.NotRead):
            numbers.number(text, "id")
    else:
        assert numbers.number(text, "id").toPython() == value
        assert not numbers.is_bare(text)


HEAD = "kode,indikator,tempat,masa,nilai,satuan,himpunan data\n"


@pytest.mark.parametrize(
    ("values", "told"),
    [
        (["1,400", "3.200"], "nilai: “1,400” may be thousands or decimals; write 1400"),
        (["1,400", "850"], "nilai: “1,400” may be thousands"),
        (["1,400", "12,5"], None),
        (["1,400"], "“1,400” was read as 1.400; others may"),
        (["154.800", "12.5"], "“154.800” was read as 154800; others may"),
        (["(1.234)", "7"], "“(1.234)” was read as -1234"),
    ],
)
def test_decimals_that_may_be_thousands_are_refused_or_told(
    tmp_path: Path, values: list[str], told: str | None
) -> None:
    rows = "".join(f'n{n},i,p,2018,"{value}",unit/u,cube/d\n' for n, value in enumerate(values))
    if told and "may be" in told:
        with pytest.raises(Unreadable, match=told) as refused:
            read(tmp_path, HEAD + rows)
        assert refused.value.line == 2
    else:
        notes = [note.en for note in read(tmp_path, HEAD + rows).notes if "read as" in note.en]
        assert len(notes) == bool(told)
        assert all((told or "") in note for note in notes)


def test_m_is_miliar_where_the_unit_is_money(tmp_path: Path) -> None:
    for unit in ("rupiah", "unit/rupiah", "Rupiah (IDR)"):
        assert numbers.number("1,2 M", "id", unit).toPython() == 1_200_000_000
    graph = read(tmp_path, HEAD + 'n1,i,p,2018,"1,2 M",unit/rupiah,cube/d\n').public
    assert [v.toPython() for v in graph.objects(None, CG.value)] == [1_200_000_000]
    with pytest.raises(Unreadable, match=r"“m” in “1,2 M”.*write the number out"):
        read(tmp_path, HEAD + 'n1,i,p,2018,"1,2 M",unit/orang,cube/d\n')
    with pytest.raises(cells.NotRead, match="so does its unit"):
        numbers.number("1,2 miliar", "id", "miliar rupiah")


@pytest.mark.parametrize(
    ("text", "time"),
    [("Semester I 2022", "2022-40"), ("semester 2 tahun 2021", "2021-41"), ("2022.0", "2022")],
)
def test_half_a_year_and_a_year_that_a_program_wrote_are_times(text: str, time: str) -> None:
    assert str(cells.day(text)) == time


def test_what_stands_below_no_heading_is_told(tmp_path: Path) -> None:
    text = ACTORS.replace("agency\n", "agency,lebih,\n").replace("Craft Centre", "Craft Centre,,x")
    found = read(tmp_path, text)
    assert [note.en for note in found.notes] == [
        "t.csv:2: the column E has no heading; what stands in it was left out",
        "t.csv:3: the column F has no heading; what stands in it was left out",
    ]
    assert read(tmp_path, ACTORS.replace("agency", "agency,,,")).notes == ()


def test_a_second_table_below_the_first_is_told(tmp_path: Path) -> None:
    text = f"{ACTORS}\ncode,name (Indonesian),name (English),start\np,Latihan,Training,2021\n"
    with pytest.raises(Unreadable, match=r"t\.csv:5: is the head of another table") as refused:
        read(tmp_path, text)
    assert not isinstance(refused.value, Faulty)  # its rows are not read as those of the first


def test_an_error_of_a_spreadsheet_is_no_name(tmp_path: Path) -> None:
    with pytest.raises(Unreadable) as refused:
        read(tmp_path, ACTORS.replace("Dinas X", "#REF!"))
    assert str(refused.value) == (
        "t.csv:2: name (Indonesian): “#REF!” is an error of the spreadsheet; mend the formula, or "
        "write the value"
    )


def test_a_quotation_mark_that_is_never_closed_is_told_where_it_is(tmp_path: Path) -> None:
    text = ACTORS.replace("Dinas X", '"Dinas X') + "a,A,A,agency\n" * 20
    with pytest.raises(Unreadable, match=r"t\.csv:2: has a quotation mark that is never closed"):
        read(tmp_path, text)


def test_a_month_with_a_short_year_is_read_and_told(tmp_path: Path) -> None:
    head = "code,name (Indonesian),name (English),start"
    found = read(tmp_path, f"{head}\np,Latihan,Training,Des-21\n")
    assert [note.en for note in found.notes] == ["t.csv:2: start: “Des-21” was read as 2021-12"]
