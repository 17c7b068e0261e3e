"""A cell names a thing by its code or by what it is called, in the store or in a file beside it."""

import re
from pathlib import Path

import pytest
from rdflib import QB, RDF, RDFS, SKOS, Graph, Literal, URIRef

from rembug import terms
from rembug.changes import studies, submissions
from rembug.errors import Faulty, Refused, Unreadable
from rembug.graph import KnowledgeGraph
from rembug.sources import Names, folders, read
from rembug.sources.names import Name
from rembug.terms import CG

COUNTS = """kode,indikator,tempat,masa,nilai,satuan,himpunan data
n1,Jumlah sentra,Kabupaten Magetan,2018,5,sentra,Angka
n2,Jumlah  Sentra,kabupaten magetan,2023,52,sentra,Angka
"""
ACTORS = """kode,nama (Indonesia),nama (Inggris),jenis aktor
dinas-x,Dinas Koperasi,Cooperatives Office,dinas
"""
PROGRAMS = """kode,nama (Indonesia),nama (Inggris),dipimpin oleh
latih,Pelatihan,Training,Dinas Koperasi
"""


def thing(kind: str, name: str) -> URIRef:
    return terms.thing("uji", kind, name)


NAMED = (
    Name(thing("indicator", "centres"), CG.Indicator, "Jumlah sentra"),
    Name(thing("place", "magetan"), CG.Place, "Kabupaten Magetan"),
    Name(thing("unit", "centre"), CG.unit, "sentra"),
    Name(thing("dataset", "counts"), QB.DataSet, "Angka"),
    Name(thing("actor", "sentra"), CG.Actor, "Sentra"),
)


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    return folder


def test_what_a_cell_calls_by_its_label_is_found_and_said(tmp_path: Path) -> None:
    file = write(tmp_path, t=COUNTS) / "t.csv"
    found = read(file, "uji", names=Names(lambda _: NAMED))
    first = thing("indicator-observation", "n1")
    assert set(found.public.predicate_objects(first)) >= {
        (CG.indicator, thing("indicator", "centres")),
        (CG.refArea, thing("place", "magetan")),
        (CG.unit, thing("unit", "centre")),  # and not the actor of that name
        (QB.dataSet, thing("dataset", "counts")),
    }
    told = [note.id for note in found.notes]
    assert any("satuan: “sentra” adalah unit/centre" in note for note in told)
    assert any(note.startswith("t.csv:2, 3: tempat: ") or "t.csv:2:" in note for note in told)


def test_all_that_nothing_is_called_is_told_at_once_with_what_there_is(tmp_path: Path) -> None:
    file = write(tmp_path, t=COUNTS) / "t.csv"
    with pytest.raises(Faulty) as refused:
        read(file, "uji", names=Names(lambda _: [Name(thing("place", "m"), CG.Place, "Magetan")]))
    english, indonesian = refused.value.told("en"), refused.value.told("id")
    assert english.count("nothing here is called") == 6  # each spelling, with its row
    assert "there is Magetan (place/m)" in english
    assert "tidak ada yang bernama “Jumlah sentra” di sini" in indonesian
    assert "“buat yang belum ada”" in indonesian


def test_what_is_nearest_is_called_as_its_reader_calls_it(tmp_path: Path) -> None:
    file = write(tmp_path, t=COUNTS) / "t.csv"
    place = thing("place", "m")
    called = [
        Name(place, CG.Place, name, lang) for name, lang in (("Market", "en"), ("Pasar", "id"))
    ]
    with pytest.raises(Faulty) as refused:
        read(file, "uji", names=Names(lambda _: called))
    assert "there is Market (place/m)" in refused.value.told("en")
    assert "yang ada: Pasar (place/m)" in refused.value.told("id")


@pytest.mark.parametrize(
    ("said", "near"),
    [
        ("program pemberdayan", "Program pemberdayaan UMKM batik yang telah dibentuk"),
        ("programs empower", "Program pemberdayaan UMKM batik yang telah dibentuk"),
        ("Bupatti", "Bupati Magetan"),
    ],
)
def test_a_part_of_a_long_name_in_either_language_is_near_it(said: str, near: str) -> None:
    program, regent = thing("program", "p"), thing("actor", "regent")
    known = [
        Name(program, CG.Program, "Programs formed to empower batik SMEs", "en"),
        Name(program, CG.Program, "Program pemberdayaan UMKM batik yang telah dibentuk", "id"),
        Name(regent, CG.Actor, "Bupati Magetan"),
        Name(thing("place", "x"), CG.Place, "Kecamatan Plaosan"),
    ]
    found = Names(lambda _: known).near("uji", ("program", "actor", "place"), said)
    assert found.id.partition(" (")[0] == near


def test_a_unit_that_is_not_there_is_named_too(tmp_path: Path) -> None:
    """The gate asks for none, so that a code of nothing would go in unseen."""
    file = write(tmp_path, t=COUNTS) / "t.csv"
    known = [name for name in NAMED if name.klass != CG.unit]
    with pytest.raises(Unreadable, match=r"satuan: nothing here is called “sentra”.*in row 3"):
        read(file, "uji", names=Names(lambda _: known))


def test_a_name_that_several_have_is_refused_with_their_codes(tmp_path: Path) -> None:
    twins = [Name(thing("place", slug), CG.Place, "Kabupaten Magetan") for slug in ("a", "b")]
    file = write(tmp_path, t=COUNTS) / "t.csv"
    with pytest.raises(Unreadable, match="several; write one of place/a, place/b"):
        read(file, "uji", names=Names(lambda _: [n for n in NAMED if n.klass != CG.Place] + twins))


def test_what_is_missing_is_made_where_the_row_says_so(tmp_path: Path) -> None:
    text = COUNTS.replace("data\n", "data,buat yang belum ada\n").replace("Angka\n", "Angka,ya\n")
    file = write(tmp_path, t=text) / "t.csv"
    with pytest.raises(Unreadable, match="names in Indonesian and in English"):
        read(file, "uji")
    for name in ("Jumlah sentra", "Jumlah  Sentra"):
        text = text.replace(name, "Jumlah sentra | Number of centres")
    for name in ("Kabupaten Magetan", "kabupaten magetan"):
        text = text.replace(name, "Kabupaten Magetan | Magetan Regency")
    text = text.replace(",sentra,", ",sentra | centres,").replace("Angka,", "Angka | Figures,")
    found = read(write(tmp_path, t=text) / "t.csv", "uji")
    made = thing("indicator", "jumlah-sentra")
    assert (made, RDF.type, CG.Indicator) in found.public
    assert (made, RDFS.label, Literal("Number of centres", lang="en")) in found.public
    assert (thing("unit", "sentra"), SKOS.prefLabel, Literal("centres", lang="en")) in found.public
    assert any("indicator/jumlah-sentra" in note.en for note in found.notes)


def test_a_pair_of_names_counts_for_the_whole_table(tmp_path: Path) -> None:
    head, *rows = COUNTS.splitlines()
    made = "n0,Jumlah sentra | Number of centres,Kabupaten Magetan | Magetan Regency,2017,4,"
    made += "sentra | centres,Angka | Figures,ya"
    text = "\n".join([f"{head},buat yang belum ada", *(f"{row}," for row in rows), made, ""])
    found = read(write(tmp_path, t=text) / "t.csv", "uji").public
    last = thing("indicator-observation", "n2")
    assert (last, CG.indicator, thing("indicator", "jumlah-sentra")) in found
    assert (last, CG.unit, thing("unit", "sentra")) in found


def test_what_is_made_conforms_and_is_found_by_the_next_table(
    tmp_path: Path, kg: KnowledgeGraph
) -> None:
    submissions.submit(kg, [studies.describe("uji", title_en="Test", title_id="Uji")])
    head = "kode,indikator,tempat,masa,nilai,satuan,himpunan data"
    made = (
        "n1,Jumlah sentra | Number of centres,Magetan | Magetan,2018,5,sentra | centres,"
        "Angka | Figures,ya"
    )
    found = "n2,Number of centres,magetan,2023,52,Sentra,Figures"
    write(tmp_path, first=f"{head},buat yang belum ada\n{made}\n", second=f"{head}\n{found}\n")
    submissions.add(kg, [tmp_path / "first.csv"], "uji")
    submissions.add(kg, [tmp_path / "second.csv"], "uji")
    asked = f"""
        SELECT (COUNT(*) AS ?n) WHERE {{
          ?observation <{CG.indicator}> <{thing("indicator", "jumlah-sentra")}> ;
            <{CG.unit}> <{thing("unit", "sentra")}>
        }}"""
    [count] = kg.rows(asked).rows
    assert count["n"].value == "2"


def test_tables_of_a_folder_name_each_others_things(tmp_path: Path) -> None:
    write(tmp_path, a_programs=PROGRAMS, b_actors=ACTORS)  # in either order
    found = folders.read_all([tmp_path], "uji").submissions
    assert (thing("program", "latih"), CG.ledBy, thing("actor", "dinas-x")) in found[0].public


def test_what_one_table_makes_the_tables_beside_it_name(tmp_path: Path) -> None:
    head = "kode,indikator,tempat,masa,nilai,satuan,himpunan data"
    made = "n1,Jumlah sentra | Number of centres,Magetan | Magetan,2018,5,sentra | centres,"
    made += "Angka | Figures,ya"
    found = "n2,Number of centres,magetan,2023,52,Sentra,Figures"
    write(tmp_path, b=f"{head},buat yang belum ada\n{made}\n", a=f"{head}\n{found}\n")
    first = folders.read_all([tmp_path / "a.csv", tmp_path / "b.csv"], "uji").submissions[0].public
    observation = thing("indicator-observation", "n2")
    assert first.value(observation, CG.indicator) == thing("indicator", "jumlah-sentra")
    assert first.value(observation, CG.unit) == thing("unit", "sentra")


def test_a_code_comes_before_a_label(tmp_path: Path) -> None:
    file = write(tmp_path, t=PROGRAMS.replace(",Dinas Koperasi", ",dinas-koperasi")) / "t.csv"
    named = [
        Name(thing("actor", "dinas-koperasi"), CG.Actor, "Yang Satu"),
        Name(thing("actor", "lain"), CG.Actor, "Dinas Koperasi"),
    ]
    found = read(file, "uji", names=Names(lambda _: named)).public
    assert (thing("program", "latih"), CG.ledBy, thing("actor", "dinas-koperasi")) in found
    found = read(file, "uji", names=Names(lambda _: named[1:])).public
    assert (thing("program", "latih"), CG.ledBy, thing("actor", "lain")) in found
    found = read(file, "uji").public  # it may come later, and the gate sees whether it does
    assert (thing("program", "latih"), CG.ledBy, thing("actor", "dinas-koperasi")) in found


EVIDENCE = """kode,isi bukti (Indonesia),isi bukti (Inggris),dalam sumber,mendukung
B1,Kami jarang bertemu.,We seldom meet.,D1,{}
"""


@pytest.mark.parametrize(
    "several", ["f1; f2", '"f1, f2"', "f1 | f2", '"f1\nf2"', '"f1\r\nf2"', "F1;F2", '"F1, f2"']
)
def test_several_codes_stand_between_any_usual_separator(tmp_path: Path, several: str) -> None:
    file = write(tmp_path, t=EVIDENCE.format(several)) / "t.csv"
    found = read(file, "uji")
    supported = found.public.objects(thing("evidence", "b1"), CG.supports)
    assert set(supported) == {thing("finding", "f1"), thing("finding", "f2")}
    assert any("“B1” disimpan sebagai b1" in note.id for note in found.notes)
    assert any("“D1” was read as d1" in note.en for note in found.notes)


def test_codes_in_capitals_are_told_once_for_each_column(tmp_path: Path) -> None:
    head = "kode;nama (Indonesia);nama (Inggris);jenis aktor"
    rows = (f"P{number};Sentra {number};Centre {number};sentra" for number in range(1, 31))
    file = write(tmp_path, t="\n".join([head, *rows])) / "t.csv"
    assert [tuple(note.words) for note in read(file, "uji").notes] == [
        (
            "t.csv:2, 3, 4, 5, 6, 7, 8, 9, …: kode: “P1” is kept as p1, and 29 other codes in "
            "capitals likewise",
            "t.csv:2, 3, 4, 5, 6, 7, 8, 9, …: kode: “P1” disimpan sebagai p1, begitu pula 29 kode "
            "berhuruf besar lainnya",
        )
    ]


def test_a_separator_that_is_not_known_is_told(tmp_path: Path) -> None:
    with pytest.raises(Unreadable, match=r"“f1 f2”.*separate several with ;"):
        read(write(tmp_path, t=EVIDENCE.format("f1 f2")) / "t.csv", "uji")
    text = EVIDENCE.format("f1").replace("D1", '"d1, d2"')
    with pytest.raises(Unreadable, match="this column has only one value"):
        read(write(tmp_path, t=text) / "t.csv", "uji")


def test_evidence_and_findings_are_named_by_what_they_say(
    tmp_path: Path, magetan: KnowledgeGraph
) -> None:
    head = "kode,pernyataan (Indonesia),pernyataan (Inggris),jenis temuan,tentang,aspek"
    row = "r1,Satukan rencana.,Join the plans.,rekomendasi,program/empowerment,aspect/communication"
    agencies = "Tiga dinas disebut sebagai aktor formal."
    beside = EVIDENCE.format("").replace("D1", "interviews").replace(
        "Kami jarang bertemu.", '"Jarang, kata kami."')  # fmt: skip

    def given(supported: str, addresses: str = "") -> Path:
        text = f'{head},didukung oleh,menjawab\n{row},"{supported}",{addresses}\n'
        return write(tmp_path / "new", findings=text)

    (tmp_path / "new").mkdir()
    write(tmp_path / "new", evidence=beside)
    folder = given(f"{agencies}; jarang, kata kami")
    names = studies.names(magetan)
    found = folders.read_all([folder], "magetan", names=names).submissions[1].public
    recommended = terms.thing("magetan", "finding", "r1")
    assert set(found.subjects(CG.supports, recommended)) == {
        terms.thing("magetan", "evidence", "formal-actors"),
        terms.thing("magetan", "evidence", "b1"),
    }
    near = r"findings.csv:2: didukung oleh: .*formal\. \(evidence/formal-actors\)"
    with pytest.raises(Unreadable) as told:
        folders.read_all([given("Tiga dinas sebagai aktor")], "magetan", names=names)
    assert re.search(near, told.value.told("id")) and "seperti" not in told.value.told("id")
    with pytest.raises(Refused, match=r"findings.csv:2:didukung oleh: .*evidence/b99"):
        submissions.add(magetan, [given("b99")], "magetan")


def test_names_between_commas_are_found_where_no_name_has_them_all(tmp_path: Path) -> None:
    text = PROGRAMS.replace("Dinas Koperasi", '"Dinas Koperasi, Sentra"')
    found = folders.read_all([write(tmp_path, a=ACTORS, b=text.replace("latih", "P1"))], "uji",
                             names=Names(lambda _: NAMED)).submissions  # fmt: skip
    led = found[1].public.objects(thing("program", "p1"), CG.ledBy)
    assert set(led) == {thing("actor", "dinas-x"), thing("actor", "sentra")}


def test_a_code_of_another_kind_is_told_with_the_kind(tmp_path: Path, kg: KnowledgeGraph) -> None:
    submissions.submit(kg, [studies.describe("uji", title_en="Test", title_id="Uji")])
    sources = (
        "kode,nama (Indonesia),nama (Inggris),jenis sumber\n"
        "d1,Laporan,A report,dokumen\nd2,Laporan dua,Another,dokumen\n"
    )
    evidence = EVIDENCE.format("").replace("B1", "d2")
    counts = COUNTS.replace("himpunan data", "himpunan data,dinyatakan dalam").replace(
        "Angka", "Angka,{}"
    )

    def told(code: str) -> None:
        given = write(tmp_path / "new", t=counts.replace("{}", code))
        names = studies.names(kg)
        for name in NAMED:
            graph = Graph()
            graph.add((name.thing, RDF.type, name.klass))
            graph.add((name.thing, RDFS.label, Literal(name.label, lang="id")))
            names.learn(graph)
        folders.read_all([given], "uji", names=names)

    (tmp_path / "new").mkdir()
    told("d1")  # may be told by a file after this one
    (tmp_path / "old").mkdir()
    write(tmp_path / "old", s=sources, e=evidence)
    submissions.add(kg, [tmp_path / "old"], "uji")
    for code in ("d1", "source/d1"):
        with pytest.raises(Unreadable, match=r"“Source” \(source/d1\).*“Evidence” is wanted"):
            told(code)
    told("d2")  # there is evidence of that code too
    told("evidence/d1")
