"""Tables as offices publish them: with titles above, numbers of columns, sums and sources below."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook
from rdflib import RDFS, Literal

from rembug import linking, terms
from rembug.errors import Unreadable
from rembug.linking import Row, datasets
from rembug.linking.datasets import Description
from rembug.linking.heads import role_of
from rembug.linking.tables import content, official
from rembug.privacy.traces import traces

ABOUT = Description("ikm", "Data IKM", "Dinas")

PUBLISHED = (
    "DATA IKM KABUPATEN CONTOH TAHUN 2024;;;\r\n"
    ";;;\r\n"
    "NO.;NAMA USAHA *);KECAMATAN;JML TENAGA KERJA (orang)\r\n"
    "(1);(2);(3);(4)\r\n"
    "1;UD. Satu;Plaosan;4\r\n"
    "2;;Plaosan;5\r\n"
    "3;CV. Dua;Kec. Panekan;6\r\n"
    ";JUMLAH;;15\r\n"
    "Sumber: Dinas contoh;;;\r\n"
)


def written(folder: Path, text: str, encoding: str = "utf-8") -> Path:
    (folder / "ikm.csv").write_bytes(text.encode(encoding))
    return folder / "ikm.csv"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
def test_titles_above_and_sums_below_are_no_rows(tmp_path: Path, encoding: str) -> None:
    found = linking.read_table(written(tmp_path, PUBLISHED, encoding))
    assert [(row.name, row.place) for row in found.rows] == [
        ("UD. Satu", "Kecamatan Plaosan"),
        ("CV. Dua", "Kec. Panekan"),
    ]
    assert [words.en for words in found.left_out] == [
        "left out: rows without a name (line 6)",
        "left out: rows of sums and notes (line 8, 9)",
    ]


@pytest.mark.parametrize("title", ["No", "Omzet"])
def test_a_row_without_a_key_is_the_same_wherever_it_stands(tmp_path: Path, title: str) -> None:
    """A column that counts the rows gives no keys: the next edition counts others."""

    def keys(*rows: str) -> dict[str, str]:
        told = (f"{number};{row}" for number, row in enumerate(rows, 1))
        text = "\n".join([f"{title};Nama;Kecamatan", *told])
        return {one.name: one.key for one in linking.read_table(written(tmp_path, text)).rows}

    first = keys("UD Satu;Plaosan", "UD Dua;Panekan")
    later = keys("UD Nol;Plaosan", "UD  DUA;panekan", "UD Satu;Plaosan", "UD Dua;Parang")
    assert later["UD Satu"] == first["UD Satu"]
    assert later["UD  DUA"] == first["UD Dua"]
    assert later["UD Dua"] != first["UD Dua"]  # in another place, another
    assert len(set(later.values())) == 4
    [digits] = keys("UD Sumber 1792;Plaosan").values()  # of which the digest has no letter
    assert digits == "f765565495481211"  # a number of 16 digits is taken for a person's
    [called] = keys("UD Sumber 2740;Plaosan").values()  # whose digest has 0879567763 in it
    assert not any(traces(called))


def test_rows_that_are_alike_have_keys_of_their_own_and_numbers_that_do_not_count_are_keys(
    tmp_path: Path,
) -> None:
    alike = linking.read_table(written(tmp_path, "Nama\nUD Satu\nUD Satu\n")).rows
    assert alike[1].key == f"{alike[0].key}-2"
    given = linking.read_table(written(tmp_path, "No;Nama\nA-7;UD Satu\nA-3;UD Dua\n")).rows
    assert [row.key for row in given] == ["A-7", "A-3"]
    partly = linking.read_table(written(tmp_path, "NIB;Nama\n912;UD Satu\n-;UD Dua\n")).rows
    assert partly[0].key == "912"
    assert len(partly[1].key) == 16


def workbook(folder: Path, *sheets: list[list[object]]) -> Path:
    book = Workbook()
    book.remove(book.active)
    for rows in sheets:
        sheet = book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(folder / "t.xlsx")
    return folder / "t.xlsx"


def test_a_head_of_two_rows_is_read_as_one(tmp_path: Path) -> None:
    """As a merged cell over two columns leaves it: the second title is empty."""
    file = workbook(
        tmp_path,
        [
            ["DATA UMKM BINAAN (CONTOH BUATAN)"],
            ["NO", "NAMA USAHA", "ALAMAT", None, "TENAGA KERJA", None, "NIB"],
            [None, None, "DESA/KEL", "KECAMATAN", "L", "P"],
            [1, 2, 3, 4, 5, 6, 7],
            [1, "UD. Satu", "Sidomukti", "Plaosan", 2, 5, "912"],
        ],
    )
    found = content(file)
    assert found.titles[2:6] == ["DESA/KEL", "KECAMATAN", "TENAGA KERJA L", "TENAGA KERJA P"]
    assert [(row.key, row.name) for row in found.records] == [("912", "UD. Satu")]
    assert linking.read_table(file).rows[0].place == "Kecamatan Plaosan"


def test_a_first_row_below_a_head_is_no_second_head(tmp_path: Path) -> None:
    table = "Nama,Kecamatan,,Usaha\nUD Satu,Plaosan,x,Batik\n,Panekan,y,Batik\n"
    found = content(written(tmp_path, table))
    assert [row.name for row in found.records] == ["UD Satu"]
    assert found.titles == ["Nama", "Kecamatan", "", "Usaha"]


def test_a_sheet_that_says_how_to_fill_in_the_next_is_no_table(tmp_path: Path) -> None:
    told: list[list[object]] = [["Petunjuk"], ["Nama", "diisi lengkap"]]
    file = workbook(tmp_path, told, [["Nama", "Kecamatan"], ["UD. Satu", "Plaosan"]])
    assert [row.name for row in content(file).records] == ["UD. Satu"]


def test_a_table_about_places_is_about_the_narrowest(tmp_path: Path) -> None:
    table = "Kecamatan|Desa|UMKM\nPlaosan|Sidomukti|10\nPlaosan|Dadi|20\nParang|-|1\n"
    rows = linking.read_table(written(tmp_path, table)).rows
    assert [(row.name, row.place) for row in rows] == [
        ("Desa Sidomukti", "Kecamatan Plaosan"),
        ("Desa Dadi", "Kecamatan Plaosan"),
    ]


def test_a_sum_is_not_counted_with_what_it_sums(tmp_path: Path) -> None:
    table = "Kecamatan,UMKM\nBarat,3\nBendo,4\nJumlah,7\n"
    found = datasets.dataset(written(tmp_path, table), ABOUT)
    assert found.records == 2
    assert (None, RDFS.label, Literal("Kecamatan Barat")) in found.graph


def test_a_table_that_is_too_long_is_refused_before_anything_is_made_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(datasets, "_MOST", 2)
    file = written(tmp_path, "nama\na\nb\nc\n")
    with pytest.raises(Unreadable, match="has 3 rows; a dataset has 2 at most"):
        datasets.dataset(file, ABOUT)
    assert len(linking.read_table(file).rows) == 3  # to link it, it need not be brought in


def test_a_business_that_is_called_like_a_sum_stays(tmp_path: Path) -> None:
    table = "nama,kecamatan\nTotal Batik,Plaosan\nJumlah Jaya,Panekan\n"
    assert len(linking.read_table(written(tmp_path, table)).rows) == 2


def test_a_formula_stands_for_the_value_that_was_saved_with_it(tmp_path: Path) -> None:
    book = Workbook()
    for row in (["Nama", "Jumlah"], ["Batik A", "=1+1"], ["=A2", 3]):
        book.active.append(row)
    book.save(tmp_path / "t.xlsx")  # by a program that works nothing out, so no value is saved
    found = content(tmp_path / "t.xlsx")
    assert [row.cells for row in found.records] == [{0: "Batik A"}]
    assert list(found.lines.nameless) == [3]


@pytest.mark.parametrize(
    ("title", "role"),
    [
        ("NO.", "number"),
        ("NIB", "key"),
        ("Nama Usaha (sesuai NIB)", "name"),
        ("DESA/KELURAHAN", "place"),
        ("Kode_Wilayah", "code"),
        ("Omzet", None),
        ("NAMA/MEREK USAHA", "name"),
        ("nama usaha / produk", "name"),
        ("NAMA PEMILIK / USAHA", "name"),
        ("NAMA PEMILIK", None),
        ("kecamatan_usaha", "place"),
        ("Kecamatan/District", "place"),
    ],
)
def test_a_title_is_read_without_marks_and_brackets(title: str, role: str | None) -> None:
    assert role_of(title) == role


def test_json_of_a_portal_is_a_table_with_a_column_for_each_year(tmp_path: Path) -> None:
    rows = [
        {"name": "Barat", "values": [{"year": 2022, "value": 5861}, {"year": 2023, "value": 1.5}]},
        {
            "name": "Bendo",
            "years": {"min": 2022},  # no figure of the district
            "unit": {"min": 1},
            "values": [{"year": 2022, "value": None}],
        },
    ]
    file = tmp_path / "133.json"
    for said in (rows, {"title": "UMKM", "tags": ["x"], "data": rows}):
        file.write_text(json.dumps(said))
        found = content(file)
        assert found.titles == ["name", "value 2022", "value 2023", "unit min"]
        assert [one.name for one in found.records] == ["Barat", "Bendo"]
        assert found.records[0].cells == {0: "Barat", 1: "5861", 2: "1,5"}


@pytest.mark.parametrize(
    ("said", "place", "why"),
    [
        ('[{"nama": "A"},\n {"n": ' + "7" * 6000 + "}]", "t.json:2", "6000 digits"),
        ("[" * 100_000 + "]" * 100_000, "t.json", "too many deep"),
    ],
)
def test_json_that_is_too_long_or_too_deep_says_what_and_where(
    tmp_path: Path, said: str, place: str, why: str
) -> None:
    (tmp_path / "t.json").write_text(said)
    with pytest.raises(Unreadable, match=why) as refused:
        content(tmp_path / "t.json")
    assert str(refused.value).startswith(f"{place}: ")
    assert "set_int_max" not in str(refused.value)


@pytest.mark.parametrize("said", ["{", "[" * 100_000, "[1, 2]", "{}", "[]", '[{"a": 1}]'])
def test_json_that_is_no_table_says_why(tmp_path: Path, said: str) -> None:
    (tmp_path / "x.json").write_text(said)
    with pytest.raises(Unreadable):
        content(tmp_path / "x.json")


def test_the_points_of_a_districts_code_may_be_left_out() -> None:
    assert official("352012") == "35.20.12"
    assert official("3520010") == "3520010"  # of Statistics Indonesia


def test_the_records_of_a_dataset_are_rows_to_be_linked(tmp_path: Path) -> None:
    table = "no;nama usaha;kecamatan;kode\n1;UD. Satu;Plaosan;352001\n"
    found = datasets.dataset(written(tmp_path, table), ABOUT)
    [row] = datasets.rows(found.graph, "ikm")
    iri = str(terms.record("ikm", row.key))
    assert row == Row(row.key, "UD. Satu", "Kecamatan Plaosan", "352001", iri)


def test_a_place_around_those_that_a_table_is_about_is_not_counted_with_them(
    tmp_path: Path,
) -> None:
    table = "Kecamatan,UMKM\nBarat,3\nKota Barat,1\nBendo,4\nKABUPATEN MAGETAN,8\n"
    found = content(written(tmp_path, table))
    assert [record.name for record in found.records] == [
        *("Kecamatan Barat", "Kecamatan Kota Barat", "Kecamatan Bendo"),
    ]
    assert [told.en for told in found.left_out()] == [
        "left out: rows of a place around the others, which count them again (line 5)"
    ]
    villages = "Desa,UMKM\nKecamatan Poncol,7\nGonggang,3\nSombo,4\n"
    assert content(written(tmp_path, villages)).lines.around == [2]
    several = "Nama,UMKM\nKabupaten Magetan,3\nKecamatan Barat,4\n"
    assert len(content(written(tmp_path, several)).records) == 2


def test_cells_that_stand_below_no_title_are_told(tmp_path: Path) -> None:
    found = content(written(tmp_path, "Nama;Jumlah\nBatik A;3;lebih\nBatik B;4;\n"))
    assert [told.id for told in found.left_out()] == [
        "tidak diambil: sel tanpa judul kolom, yaitu pada baris 2"
    ]


@pytest.mark.parametrize("key", ["9,12E+12", "9.12e12", "1,20201E+12"])
def test_a_key_that_a_spreadsheet_has_rounded_is_no_key(tmp_path: Path, key: str) -> None:
    file = written(tmp_path, f"NIB;Nama\n{key};Batik A\n")
    with pytest.raises(Unreadable, match="rounded") as refused:
        content(file)
    assert refused.value.line == 2


@pytest.mark.parametrize(
    ("head", "name"),
    [
        ("Nama,Nama Usaha,Kecamatan", "Nama Usaha"),
        ("No,Nama Pemilik,Nama Pangkalan Binaan", "Nama Pangkalan Binaan"),
        ("No,Nama Pemilik,Nama/Merek Usaha,Kecamatan", "Nama/Merek Usaha"),
        ("Kecamatan/District,2020,2021*", "Kecamatan/District"),
    ],
)
def test_what_names_a_row_is_its_business_before_its_owner_or_place(
    tmp_path: Path, head: str, name: str
) -> None:
    found = content(written(tmp_path, f"{head}\na,b,c,d\n"))
    assert found.titles[found.roles["name"]] == name


def test_a_table_of_owners_is_no_table_of_places(tmp_path: Path) -> None:
    file = written(tmp_path, "NO,NAMA PEMILIK,ALAMAT,KECAMATAN\n1,Orang Contoh,x,Plaosan\n")
    with pytest.raises(Unreadable, match="names persons alone \\(NAMA PEMILIK\\)") as refused:
        content(file)
    assert "tambahkan kolom nama" in refused.value.told("id")


def test_the_sheet_of_businesses_is_taken_and_others_are_told(tmp_path: Path) -> None:
    sums: list[list[object]] = [["NO", "KECAMATAN", "UMKM"], [1, "PLAOSAN", 5]]
    file = workbook(tmp_path, sums, [["NO", "NAMA USAHA"], [1, "UD. Satu"]], [["Catatan"]])
    found = content(file)
    assert [row.name for row in found.records] == ["UD. Satu"]
    [told] = found.left_out()
    assert told.en.startswith("read from the sheet “Sheet1”; not from Sheet:")


def test_places_are_counted_and_summed_in_their_lists(tmp_path: Path) -> None:
    table = (
        '"Kecamatan\nSubdistrict";2022*\n010. Poncol;1\n020 Parang;2\nKabupaten Magetan;3\n'
        "*) Angka sementara;\nSumber/Source: Dinas contoh;\n"
    )
    found = content(written(tmp_path, table))
    assert [row.name for row in found.records] == ["Kecamatan Poncol", "Kecamatan Parang"]
    assert (found.lines.around, found.lines.sums) == ([5], [6, 7])
    villages = "No;Desa/Kelurahan;UMKM\n;Kec. Parang;\n1;Desa Mategal;3\n2;Sayutan;4\n"
    rows = content(written(tmp_path, villages)).records
    assert [row.name for row in rows] == ["Desa Mategal", "Sayutan"]  # or a kelurahan


def test_digits_that_were_kept_from_becoming_a_number_are_text(tmp_path: Path) -> None:
    kept = content(written(tmp_path, 'Nama;HP\nUD Satu;="0812"\n'))
    assert [dict(row.cells) for row in kept.records] == [{0: "UD Satu", 1: "0812"}]


def figures(folder: Path, text: str) -> tuple[list[object], list[str]]:
    """The figures of a table's second column as a dataset has them, and what was told."""
    found = datasets.dataset(written(folder, text), ABOUT)
    title = text.split("\n")[0].split(";")[1]
    column = found.graph.value(None, RDFS.label, Literal(title))
    records = sorted(found.graph.subject_objects(column), key=lambda said: int_of(found, said[0]))
    return [value.toPython() for _, value in records], [told.en for told in found.left_out]


def int_of(found: datasets.Imported, record: object) -> int:
    """Where a record called “N…” stands."""
    return int(str(found.graph.value(record, RDFS.label)).rpartition(" ")[2])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("cells", "values"),
    [
        (["1.400", "3.200"], [1400, 3200]),
        (["1,400", "850"], [1400, 850]),
        (["1,400", "12.5"], [1400, Decimal("12.5")]),
        (["1,400", "1,250,000"], [1400, 1250000]),
        (["1,400", "12,5", "3.200"], [Decimal("1.4"), Decimal("12.5"), 3200]),
        (["1.400", "12.5"], [Decimal("1.4"), Decimal("12.5")]),
        (["0.250", "0.5", "1.250"], [Decimal("0.25"), Decimal("0.5"), Decimal("1.25")]),
        (["1 250", "(1.234)", "1.234,50-"], [1250, -1234, Decimal("-1234.5")]),
        (["Rp 1.500.000", "12 %", "n/a", "7"], [1500000, 12, 7]),
    ],
)  # fmt: skip
def test_what_a_mark_parts_the_other_numbers_of_the_column_tell(
    tmp_path: Path, cells: list[str], values: list[object]
) -> None:
    rows = "".join(f"Batik {n};{cell}\n" for n, cell in enumerate(cells))
    found, told = figures(tmp_path, f"Nama;UMKM\n{rows}")
    assert found == values
    unusual = (cells[0] in ("1,400", "1.400") and values[0] != 1400) or cells[0] == "1,400"
    assert unusual == any(f"“{cells[0]}” (line 2) was read as" in one for one in told)


@pytest.mark.parametrize(
    "cells", [["1,400", "3.200"], ["1,400", "3,200"], ["12,5", "12.5", "1.400"]]
)
def test_a_mark_of_which_nobody_can_tell_what_it_parts_is_refused(
    tmp_path: Path, cells: list[str]
) -> None:
    rows = "".join(f"Batik {n};{cell}\n" for n, cell in enumerate(cells))
    with pytest.raises(Unreadable, match=r"column “UMKM”: “1.400”.* thousands or decimals") as no:
        datasets.dataset(written(tmp_path, f"Nama;UMKM\n{rows}"), ABOUT)
    assert no.value.line == 2 + [cell.replace(",", ".") for cell in cells].index("1.400")


@pytest.mark.parametrize(
    ("title", "counts"),
    [
        ("Tahun 2023", True),
        ("Jumlah UMKM Tahun 2023", True),
        ("Omzet per tahun", True),
        ("UMKM ber-NIB", True),
        ("Jumlah RT", True),
        ("Tahun", False),
        ("Tahun Berdiri", False),
        ("Thn. Berdiri", False),
        ("RT/RW", False),
    ],
)
def test_a_title_that_has_a_year_or_a_code_in_it_may_be_of_figures(
    tmp_path: Path, title: str, counts: bool
) -> None:
    found, _ = figures(tmp_path, f"Nama;{title}\nBatik 1;2019\nBatik 2;n/a\nBatik 3;850\n")
    assert found == ([2019, 850] if counts else ["2019", "850"])


def test_what_other_columns_tell_decides_where_its_own_do_not(tmp_path: Path) -> None:
    rows = "Batik 1;1,400;12.5\nBatik 2;3,200;7.25\n"
    assert figures(tmp_path, f"Nama;UMKM;Rata\n{rows}")[0] == [1400, 3200]


def test_rows_without_a_figure_are_told_of(tmp_path: Path) -> None:
    rows = "Batik 1;5\nBatik 2;n/a\nBatik 3;belum ada\nBatik 4;6\n"
    found, [told] = figures(tmp_path, f"Nama;2023\n{rows}")
    assert found == [5, "belum ada", 6]
    assert told.startswith("column “2023”: no figure in line 3, 4, “belum ada”; sums over it lack")


@pytest.mark.parametrize(
    ("title", "cells", "lines"),
    [
        ("NIB", ["0220104231234", "220104231235"], "3"),
        ("KBLI", ["13134", "1134", "13121"], "3"),
        ("No. HP", ["081234567890", "81234567891"], "3"),
        ("Sandi", ["001", "2", "013"], "3"),
        ("Sandi", ["1", "2", "13"], ""),
        ("NPWP", ["9,12E+14", "012345678901234"], "2"),
    ],
)
def test_zeros_of_codes_stay_and_those_that_are_lost_are_told_of(
    tmp_path: Path, title: str, cells: list[str], lines: str
) -> None:
    rows = "".join(f"Batik {n};{cell}\n" for n, cell in enumerate(cells))
    text = f"Nama;{title}\n{rows}"
    if title == "NIB":  # which is the key, too
        found = datasets.dataset(written(tmp_path, text), ABOUT)
        assert (terms.record("ikm", cells[0]), None, None) in found.graph
        told = [one.en for one in found.left_out]
    else:
        values, told = figures(tmp_path, text)
        assert values == (cells if lines else [1, 2, 13])
    assert any(f" line {lines} " in one for one in told) == bool(lines)


def test_zeros_that_a_workbook_shows_are_there(tmp_path: Path) -> None:
    book = Workbook()
    for row in (
        ["Nama", "Sandi", "Bagian"],
        *(["Batik A", 7, 1.125], ["Batik B", 12, 0.5], ["Batik C", 3, "1.400"]),
    ):
        book.active.append(row)
    for cell in book.active["B"][1:]:
        cell.number_format = "0000"
    book.save(tmp_path / "t.xlsx")
    found = datasets.dataset(tmp_path / "t.xlsx", ABOUT).graph
    sandi, bagian = (terms.thing("ikm", "column", name) for name in ("sandi", "bagian"))
    assert {str(code) for code in found.objects(None, sandi)} == {"0007", "0012", "0003"}
    parts = {part.toPython() for part in found.objects(None, bagian)}
    assert parts == {Decimal("1.125"), Decimal("0.5"), 1400}


@pytest.mark.parametrize(
    ("rows", "summed", "doubtful"),
    [
        (["Barat;300;4", "Bendo;400;6", "Magetan;700;10"], [4], []),
        (["Magetan;700;10", "Barat;300;4", "Bendo;400;6"], [2], []),
        (["Barat;3", "Bendo;4", "Magetan;7"], [], [4]),  # an accident, it may be
        (["Barat;300;4", "Bendo;400;6", "Magetan;700;9"], [], []),
        (["Barat;10,5;4", "Bendo;20,25;6", "Magetan;30,75;10"], [4], []),
    ],
)
def test_a_sum_is_known_by_its_figures_where_no_word_says_it(
    tmp_path: Path, rows: list[str], summed: list[int], doubtful: list[int]
) -> None:
    found = content(written(tmp_path, "\n".join(["Nama;UMKM;Sentra", *rows])))
    assert (found.lines.summed, found.lines.doubtful) == (summed, doubtful)
    assert len(found.records) == len(rows) - len(summed)
    assert any("sums of all others" in told.en for told in found.left_out()) == bool(
        summed or doubtful
    )


VILLAGES = [("Mategal", "Parang"), ("Sayutan", "Parang"), ("Gonggang", "Poncol")]


@pytest.mark.parametrize(
    "table",
    [
        "No;Desa;UMKM|;Kec. Parang;|1;Desa Mategal;3|2;Sayutan;4|;Kec. Poncol;|3;Gonggang;9",
        "No;Desa;UMKM|I;Kec. Parang;7|1;Desa Mategal;3|2;Sayutan;4|II;Kec. Poncol;9|3;Gonggang;9",
        "Desa/Kel;UMKM|Desa Mategal;3|Sayutan;4|Kec. Parang;7|Gonggang;9|Kec. Poncol;9",
        "Kecamatan;Desa/Kelurahan;UMKM|Parang;Desa Mategal;3|;Sayutan;4|Poncol;Gonggang;9",
        "Nama;UMKM;KUBE|Kec. Parang;;|Desa Mategal;3;1|Sayutan;4;2|Kec. Poncol;;|Gonggang;9;1",
    ],
)
def test_a_district_that_stands_once_is_that_of_all_villages_in_it(
    tmp_path: Path, table: str
) -> None:
    file = written(tmp_path, table.replace("|", "\n"))
    rows = linking.read_table(file).rows
    found = [(row.name.removeprefix("Desa "), row.place.rpartition(" ")[2]) for row in rows]
    assert found == VILLAGES
    graph = datasets.dataset(file, ABOUT).graph
    again = datasets.rows(graph, "ikm")
    assert {(row.name, row.place) for row in again} == {(row.name, row.place) for row in rows}


def test_a_merged_cell_says_the_same_of_each_of_its_rows(tmp_path: Path) -> None:
    book = Workbook()
    for row in (
        ["Nama Usaha", "Kecamatan", "Omzet"],
        *(["UD. Satu", "Plaosan", 10], ["UD. Dua"], ["UD. Tiga", "Panekan", 5]),
    ):
        book.active.append(row)
    book.active.merge_cells("B2:B3")
    book.active.merge_cells("C2:C3")  # a figure of both, which neither has
    book.save(tmp_path / "t.xlsx")
    found = content(tmp_path / "t.xlsx")
    assert [row.cells.get(1) for row in found.records] == ["Plaosan", "Plaosan", "Panekan"]
    assert [row.cells.get(2) for row in found.records] == ["10", None, "5"]
    assert "read for each of them: Kecamatan" in found.left_out()[0].en


def test_places_that_are_missing_are_not_made_up(tmp_path: Path) -> None:
    for places in ("Plaosan,Panekan,,Barat", "Plaosan,,Plaosan,", ",Plaosan,,"):
        rows = "".join(f"UD {n};{place}\n" for n, place in enumerate(places.split(",")))
        found = linking.read_table(written(tmp_path, f"Nama;Kecamatan\n{rows}")).rows
        assert [row.place.removeprefix("Kecamatan ") for row in found] == places.split(",")
