"""What looks like a person is found before it is public, and a curator keeps or masks it."""

import io
import tomllib
from importlib.resources import files
from pathlib import Path
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdflib import RDF, RDFS, SKOS, Graph, Literal, URIRef

from rembug import terms, web
from rembug.changes import submissions, updates
from rembug.changes.ontology import ensure_ontology
from rembug.errors import Unreadable, Unreviewed, Words
from rembug.graph import UNNAMED, Change, KnowledgeGraph, Role
from rembug.privacy.scan import Review, describe, look, read_review, scan, write_review
from rembug.privacy.traces import INDONESIAN, Kind
from rembug.sources import Submission
from rembug.sources.model import digest
from rembug.terms import CG

THING = URIRef("https://w3id.org/rembug/id/s/place/x")
NOTHING = Words("", "")


def said(text: str, language: str = "id") -> Graph:
    graph = Graph()
    graph.add((THING, RDFS.label, Literal(text, lang=language)))
    return graph


@pytest.mark.parametrize(
    ("text", "kind", "found"),
    [
        ("menurut Pak Fulan Polan, pasar sepi", "name", "Pak Fulan Polan"),
        ("kata Ibu Fulanah dan lain-lain", "name", "Ibu Fulanah"),
        ("ditulis Fulan Polan, S.E. tahun itu", "name", "Fulan Polan, S.E."),
        ("Nama saya Wening dari desa", "name", "Wening"),
        ("Saya, Wening, tidak tahu", "name", "Wening"),
        ("“Hujan,” Wening mengeluh", "name", "Wening"),
        ("Rumah Suparti dipakai rapat", "name", "Suparti"),
        ("Village Head Suparti kept it", "name", "Suparti"),
        ("Pak Kepala Dinas Suparti hadir", "name", "Pak Kepala Dinas Suparti"),
        ("Pamannya, Wening, punya truk", "name", "Wening"),
        ("Bendahara II: Wening", "name", "Wening"),
        ("hubungi 0812-0000-0000 segera", "phone", "0812-0000-0000"),
        ("telepon (0351) 000000", "phone", "(0351) 000000"),
        ("surel fulan@contoh.example saja", "e-mail", "fulan@contoh.example"),
        ("NIK 0000.0000.0000.0000 tercatat", "identity number", "0000.0000.0000.0000"),
        ("di Jl. Contoh Raya No. 0, dekat pasar", "address", "Jl. Contoh Raya No. 0"),
        ("warga RT 00/RW 00 setempat", "address", "RT 00/RW 00"),
    ],
)
def test_what_looks_like_a_person_is_found(text: str, kind: str, found: str) -> None:
    assert [(s.kind, s.text) for s in scan(said(text), Graph())] == [(kind, found)]


@pytest.mark.parametrize(
    "text",
    [
        "Bupati Contoh",
        "Bupati dan Camat Panekan hadir",
        "Ibu Bupati membuka pameran",
        "ibu-ibu PKK dan Pak Camat",
        "Dinas Koperasi dan Usaha Mikro, pada 2018 sampai 2023",
        "naik dari 5 menjadi 52 sentra, 940 persen",
        "Sentra Batik Sambung Roso",
        "jalan rusak dan gang sempit",
        "Toko Sinar Jaya menjual malam",
        "Himpunan Pengusaha Muda Indonesia membuka gerai",
        "Kami, Dinas Perindustrian, menolak",
    ],
)
def test_offices_and_numbers_are_no_persons(text: str) -> None:
    assert scan(said(text), Graph()) == ()


def labelled(name: str) -> list[list[str]]:
    lines = Path(__file__).with_name(name).read_text(encoding="utf-8").splitlines()
    return [line.split("\t") for line in lines if not line.startswith("#")]


SENTENCES = labelled("sentences.tsv")
HELD_OUT = SENTENCES[2::3]
BUILT_FROM = [row for number, row in enumerate(SENTENCES) if number % 3 != 2]
MORE = labelled("more.tsv")


@pytest.mark.parametrize(
    "rows", [BUILT_FROM, HELD_OUT, MORE], ids=["built from", "held out", "more"]
)
def test_of_100_sentences_with_a_person_95_are_found_and_of_100_without_at_most_5(
    rows: list[list[str]],
) -> None:
    """Of made-up sentences in both languages; sentences without one are made to tempt."""
    found = {text: bool(scan(said(text, language), Graph())) for _, language, text in rows}
    missed = [text for kind, _, text in rows if kind != "-" and not found[text]]
    false = [text for kind, _, text in rows if kind == "-" and found[text]]
    with_one = sum(kind != "-" for kind, _, _ in rows)
    assert len(missed) <= 0.05 * with_one, missed
    assert len(false) <= 0.05 * (len(rows) - with_one), false


NAMING = {
    "<mailto:fulan@contoh.example>": "e-mail",
    "<MAILTO:fulan@contoh.example>": "e-mail",
    "<tel:+62-812-5555-0147>": "phone",
    "<urn:nik:3520990101550003>": "identity number",
    "<https://wa.me/6281255550147>": "handle",
    "<https://data.example/warga/3520990101550003>": "identity number",
    "<https://instagram.com/fulan.polan>": "handle",
    "3520990101550003": "identity number",
    "6281255550147": "phone",
    "81255550147": "phone",
    "3520990101550003.0": "identity number",
    "81234567890.0": "phone",
    "8.1234567890E10": "phone",
    "12345678.5": None,
    "1250000000": None,
    "8125000000": None,
    "52": None,
    '"Pak Fulan Polan"^^xsd:token': "name",
    '"Pak Fulan Polan"^^<http://e/own>': "name",
    '"mailto:fulan@contoh.example"^^xsd:anyURI': "e-mail",
    '"<b>Pak</b> Fulan Polan"^^rdf:HTML': "name",
    '"<i>Bu&#32;Fulanah</i>"^^rdf:XMLLiteral': "name",
    '"{\\"ketua\\": \\"Pak Fulan\\"}"^^rdf:JSON': "name",
    "<https://www.wikidata.org/entity/Q12345678>": None,
    "<https://doi.org/10.1093/jopart/mum032>": None,
    '"2021-08-17"^^xsd:date': None,
}


@pytest.mark.parametrize(("value", "kind"), NAMING.items())
@pytest.mark.parametrize("place", ["object", "subject"])
def test_iris_numbers_and_values_of_other_datatypes_are_read_too(
    value: str, kind: str | None, place: str
) -> None:
    """What is masked there goes, since no words can stand in its place."""
    if place == "subject" and not value.startswith("<"):
        return
    told = f"<{THING}> <{RDFS.seeAlso}> {value} ." if place == "object" else f"{value} a <e:T> ."
    public = Graph().parse(
        data="@prefix xsd: <http://www.w3.org/2001/XMLSchema#> . "
        f"@prefix rdf: <{RDF}> . {told} <{THING}> a <e:T> .",
        format="turtle",
    )
    found = scan(public, Graph())
    assert {s.kind for s in found} == ({kind} if kind else set())
    assert all(s.text in s.context for s in found)
    Review({(s.kind, s.text): "mask" for s in found}).apply(public, found)
    assert len(public) == (1 if kind else 2)


@pytest.mark.parametrize(
    ("iri", "found"),
    [
        (f"{terms.ID}s/informant/bu-sulastri", ["Bu Sulastri"]),
        ("https://field.example/informants#pak_wiyono", ["Pak Wiyono"]),
        (f"{terms.ID}s/informant/p1", []),
        (f"{terms.ID}s/informant/ketua-kelompok", []),
        (f"{terms.ID}s/coder/3f2a", []),
    ],
)
def test_the_iri_of_an_informant_names_nobody(iri: str, found: list[str]) -> None:
    public = Graph()
    public.add((URIRef(iri), RDF.type, CG.Informant))
    assert [s.text for s in scan(public, Graph())] == found


def test_names_that_the_restricted_part_knows_are_found_anywhere() -> None:
    closed = Graph()
    closed.add((THING, CG.realName, Literal("Fulan bin Polan")))
    found = scan(said("ketika Polan datang; polan bukan dia"), closed)
    assert [(s.kind, s.text) for s in found] == [("known name", "Polan")]


@pytest.mark.parametrize(
    "written",
    [
        '"kata zubaedah rahasiaone begitu"',
        '"ZUBAEDAH RAHASIAONE"',
        '"RAHASIAONE bilang"',
        '"Zubae\u200bdah  Rahasiaone"',
        "<https://example.org/Zubaedah%20Rahasiaone>",
        "<https://example.org/zubaedah-rahasiaone>",
        "<https://example.org/a?by=Zubaedah+Rahasiaone>",
        f"<{terms.ID}sec/actor/zubaedah-rahasiaone>",
        f"<{terms.ID}sec/actor/rahasiaone_2>",
    ],
)
def test_a_real_name_is_found_however_it_is_written_and_shown_as_it_is(written: str) -> None:
    closed = Graph()
    closed.add((THING, CG.realName, Literal("Zubaedah Rahasiaone")))
    told = f"<{THING}> <{RDFS.seeAlso}> {written} ."
    found = [s for s in scan(Graph().parse(data=told), closed) if s.kind == "known name"]
    assert len(found) == 1
    assert found[0].text in written


def test_a_word_that_is_a_name_as_well_is_none_in_small_letters() -> None:
    closed = Graph()
    closed.add((THING, CG.realName, Literal("Lestari")))
    closed.add((THING, SKOS.prefLabel, Literal("Wawancara satu")))
    assert scan(said("usaha yang lestari, dalam wawancara satu"), closed) == ()
    assert [s.text for s in scan(said("dalam Wawancara satu"), closed)] == ["Wawancara satu"]


@pytest.mark.parametrize(
    ("text", "kind", "shown"),
    [
        ("hubungi ０８１２３４５６７８９０ ya", "phone", "０８１２３４５６７８９０"),
        ("hubungi ٠٨١٢٣٤٥٦٧٨٩٠ ya", "phone", "٠٨١٢٣٤٥٦٧٨٩٠"),
        ("di 0812\u200b3456\u200b7890 ya", "phone", "0812\u200b3456\u200b7890"),
        ("di 0812·3456·7890 ya", "phone", "0812·3456·7890"),
        ("di 0812 · 3456 · 7890 ya", "phone", "0812 · 3456 · 7890"),
        ("di 0812–3456–7890 ya", "phone", "0812–3456–7890"),
        ("ke sulastri&#64;example.com ya", "e-mail", "sulastri&#64;example.com"),
        ("ke sulastri&commat;example.com ya", "e-mail", "sulastri&commat;example.com"),
        ("ke sulastri﹫example.com ya", "e-mail", "sulastri﹫example.com"),
        ("ke sulastri (at) example dot com", "e-mail", "sulastri (at) example dot com"),
        ("ke sulastri[at]example[dot]co[dot]id", "e-mail", "sulastri[at]example[dot]co[dot]id"),
        ("ke sulastri at example dot com", "e-mail", "sulastri at example dot com"),
        ("kata P\u00adak Ful\u200dan kemarin", "name", "P\u00adak Ful\u200dan"),
    ],
)
def test_other_letters_hide_nothing_and_what_is_shown_and_masked_is_as_written(
    text: str, kind: str, shown: str
) -> None:
    public = said(text)
    found = scan(public, Graph())
    assert [(s.kind, s.text) for s in found] == [(kind, shown)]
    Review({(kind, shown): "mask"}).apply(public, found)
    assert [str(o) for o in public.objects()] == [text.replace(shown, "[disamarkan]")]


@pytest.mark.parametrize(
    ("iri", "found"),
    [
        (f"{terms.ID}fz/finding/081234567890", "081234567890"),
        (f"{terms.ID}fz/finding/hp-0812-3456-7890", "0812-3456-7890"),
        (f"{terms.ID}fz/actor/3520990101550003", "3520990101550003"),
        (f"{terms.ID}fz/finding/wawancara-bu-sulastri", "bu-sulastri"),
        (f"{terms.ID}bu-sulastri/study/bu-sulastri", "bu-sulastri"),
        (f"{terms.ID}fz/informant/bu-sulastri", "Bu Sulastri"),
        (f"{terms.ID}fz/finding/ibu-rumah-tangga", None),
        (f"{terms.ID}fz/finding/peran-ibu-pkk-dan-pak-lurah", None),
        (f"{terms.ID}fz/finding/2018-05-17", None),
        (f"{terms.ID}fz/paragraph/a081234567890f", None),
        (f"{terms.ID}fz/paragraph/9981234567890123", None),
    ],
)
@pytest.mark.parametrize("place", ["object", "subject"])
def test_iris_of_ours_are_read_wherever_they_are(iri: str, found: str | None, place: str) -> None:
    public, node = Graph(), URIRef(iri)
    public.add((THING, RDFS.seeAlso, node) if place == "object" else (node, RDFS.seeAlso, THING))
    assert {s.text for s in scan(public, Graph())} >= ({found} if found else set())
    assert bool(scan(public, Graph())) == bool(found)


def test_each_is_kept_or_masked_wherever_it_is() -> None:
    public = said("Pak Fulan dan Bu Fulanah") + said("Pak Fulan", "en")
    found = scan(public, Graph())
    decided = Review({("name", "Pak Fulan"): "mask", ("name", "Bu Fulanah"): "keep"})
    before = set(public)
    with pytest.raises(Unreviewed, match="Bu Fulanah"):
        Review({("name", "Pak Fulan"): "mask"}).apply(public, found)
    assert set(public) == before
    decided.apply(public, found)
    assert {str(o) for o in public.objects()} == {"[disamarkan] dan Bu Fulanah", "[masked]"}


@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), max_size=4))
@settings(deadline=None)
def test_a_table_of_decisions_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    public = Graph()
    for text in texts:
        public += said(f"=Pak Fulan, {text}, Bu Fulanah")
    found = scan(public, Graph())
    keys = {(s.kind, s.text) for s in found}
    decided = Review({key: "keep" if len(key[1]) % 2 else "mask" for key in keys})
    path = tmp_path_factory.mktemp("review") / "names.csv"
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        assert write_review(found, decided, stream) == len(keys)
    assert read_review(path) == decided


def test_a_decision_that_is_none_is_refused_with_its_line(tmp_path: Path) -> None:
    stream = io.StringIO()
    write_review(scan(said("Pak Fulan"), Graph()), Review(), stream)
    path = tmp_path / "names.csv"
    path.write_text(stream.getvalue().replace("\n,name", "\nperhaps,name"), encoding="utf-8")
    with pytest.raises(Unreadable, match=r"names.csv:2:1: the decision is keep \(biarkan\)"):
        read_review(path)


def test_what_the_graph_calls_an_agency_a_group_or_a_place_is_no_person(
    kg: KnowledgeGraph,
) -> None:
    for name in ("Sri Lestari", "Dusun Krajan"):
        group, part = URIRef(f"https://w3id.org/rembug/id/s/actor/{name[:3]}"), Graph()
        part.add((group, RDF.type, CG.JointBusinessGroup))
        part.add((group, RDFS.label, Literal(name, lang="id")))
        assert [s.text for s in look(kg, part, Graph(), {"s"})] == [name]
        own = terms.submission_graph("s", name[:3])
        kg.commit(Change({own: part}), kg.version)
    later = said("Kain dibeli dari Sri Lestari di Dusun Krajan")
    assert look(kg, later, Graph(), {"s"}) == ()
    assert [s.text for s in look(kg, said("Kata Sri Wahyuni"), Graph(), {"s"})] == ["Sri Wahyuni"]


def test_a_real_name_that_the_store_holds_is_found_in_a_later_file(kg: KnowledgeGraph) -> None:
    closed = Graph()
    closed.add((THING, CG.realName, Literal("Zzyx Qwyr")))
    own = terms.submission_graph("s", "one")
    kg.commit(Change({terms.restricted(own): closed}), kg.version)
    assert [s.text for s in look(kg, said("ketika Qwyr datang"), Graph(), {"s"})] == ["Qwyr"]
    assert look(kg, said("ketika Qwyr datang"), Graph(), {"other"}) == ()


@pytest.mark.parametrize("graph", ["urn:x:notes", str(UNNAMED), f"{terms.GRAPH}notes"])
def test_graphs_of_no_study_are_looked_at_once_there_is_a_study(
    kg: KnowledgeGraph, graph: str
) -> None:
    told = f'<urn:x:a> <{RDFS.comment}> "%s, informan P4" .\n'
    iri = URIRef(graph)
    updates.put(kg, {iri: (told % "Pak Sulastri").encode()}, whole=True, file="x")
    closed = Graph()
    closed.add((THING, CG.realName, Literal("Zzyx Qwyr")))
    own = terms.submission_graph("s", "one")
    kg.commit(Change({own: said("apa"), terms.restricted(own): closed}), kg.version)
    for name in ("Pak Sutrisno", "zzyx qwyr"):
        with pytest.raises(Unreviewed) as refused:
            updates.put(kg, {iri: (told % name).encode()}, whole=True, file="x")
        assert name in str(refused.value)


def test_the_name_of_a_new_graph_is_looked_at(kg: KnowledgeGraph) -> None:
    told = f'<{terms.thing("fz", "place", "x")}> <{RDFS.comment}> "apa" .\n'.encode()
    iri = terms.submission_graph("fz", "wawancara-bu-sulastri-081234567890")
    with pytest.raises(Unreviewed) as refused:
        updates.put(kg, {iri: told}, whole=True, file="x")
    assert {s.text for s in refused.value.sightings} == {"bu-sulastri", "081234567890"}
    reviewed = refused.value.digest
    updates.put(kg, {iri: told}, whole=True, file="x", reviewed=reviewed)
    updates.put(kg, {iri: told.replace(b"apa", b"itu")}, whole=True, file="x")


def test_what_rembug_called_a_coder_is_no_sighting() -> None:
    coder, public, closed = terms.thing("s", "coder", "3f2a"), Graph(), Graph()
    public.add((coder, RDFS.label, Literal("Pengode 3f2a", lang="id")))
    closed.add((coder, SKOS.prefLabel, Literal("Pengode 3f2a")))
    assert scan(public, closed) == ()
    closed.add((coder, CG.realName, Literal("Coder db96")))  # in a file that Rembug wrote
    public.add((coder, RDFS.label, Literal("Coder db96", lang="en")))
    public.add((terms.thing("s", "code", "c"), RDFS.label, Literal("Coder 3f2a9b", lang="en")))
    closed.add((coder, CG.realName, Literal("Coder")))  # as a tool calls its only user
    closed.add((coder, CG.realName, Literal("Coder Sulastri")))
    assert scan(public, closed) == ()
    public.add((coder, RDFS.label, Literal("Pengode Sulastri", lang="id")))
    assert {s.text for s in scan(public, closed)} == {"Sulastri"}


def test_what_is_masked_is_masked_as_words_of_their_own() -> None:
    public = said("Menurut Bu Sari, kata Sari sarinya Sari.")
    found = scan(public, Graph())
    Review({(s.kind, s.text): "mask" for s in found}).apply(public, found)
    assert "sarinya" in str(next(public.objects()))
    assert "Sari" not in str(next(public.objects()))


def test_nothing_is_stored_until_it_is_decided(kg: KnowledgeGraph) -> None:
    public = Graph()
    study = URIRef("https://w3id.org/rembug/id/s/study/s")
    public.add((study, URIRef(str(RDFS.comment)), Literal("Bersama Pak Fulan", lang="id")))
    public.parse(
        data=f'<{study}> a <{CG.Study}> ; <{RDFS.label}> "s"@id, "s"@en .', format="turtle"
    )
    submission = Submission("s", "s-1", "s.ttl", digest(b"s"), public)
    ensure_ontology(kg)
    before = kg.version
    with pytest.raises(Unreviewed):
        submissions.submit(kg, [submission], review=Review())
    assert kg.version == before
    decided = Review({("name", "Pak Fulan"): "mask"})
    submissions.submit(kg, [submission], review=decided)
    everything = kg.construct("CONSTRUCT WHERE { ?s ?p ?o }", Role.PUBLIC)
    assert "Bersama [disamarkan]" in {str(o) for o in everything.objects(study)}
    assert not any("Fulan" in str(o) for o in everything.objects())


def test_what_was_found_is_described_in_the_readers_language() -> None:
    many = "; ".join(f"telepon 0812-0000-00{number}" for number in range(10, 32))
    told = describe(scan(said(many), Graph()))
    assert f"{THING}: phone “0812-0000-0010” in “" in told.en and "and 2 more" in told.en
    assert f"{THING}: nomor telepon “0812-0000-0010” dalam “" in told.id
    assert "dan 2 lagi" in told.id and "phone" not in told.id
    assert told.id in Unreviewed([object()], told, "").told("id")


def test_the_pages_call_each_kind_of_trace_as_commands_do() -> None:
    pages = tomllib.loads(files(web).joinpath("translations.toml").read_text(encoding="utf-8"))
    assert set(INDONESIAN) == set(get_args(Kind))
    assert {kind: words["id"] for kind, words in pages["sighting"].items()} == INDONESIAN


def test_one_place_is_told_in_the_singular() -> None:
    assert "looks like a person in 1 place." in str(Unreviewed([object()], NOTHING, ""))
    assert "looks like a person in 2 places." in str(Unreviewed([object(), object()], NOTHING, ""))
