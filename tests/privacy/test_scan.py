"""What looks like a person is found before it is public, and a curator keeps or masks it."""

import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDFS, Graph, Literal, URIRef

from rembug.changes import submissions
from rembug.errors import Unreadable, Unreviewed
from rembug.graph import KnowledgeGraph, Role
from rembug.privacy.scan import Review, read_review, scan, write_review
from rembug.sources import Submission
from rembug.sources.model import digest
from rembug.terms import CG

THING = URIRef("https://w3id.org/rembug/id/s/place/x")


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
        "Ibu Bupati membuka pameran",
        "ibu-ibu PKK dan Pak Camat",
        "Dinas Koperasi dan Usaha Mikro, pada 2018 sampai 2023",
        "naik dari 5 menjadi 52 sentra, 940 persen",
        "Sentra Batik Sambung Roso",
        "jalan rusak dan gang sempit",
    ],
)
def test_offices_and_numbers_are_no_persons(text: str) -> None:
    assert scan(said(text), Graph()) == ()


def test_names_that_the_restricted_part_knows_are_found_anywhere() -> None:
    closed = Graph()
    closed.add((THING, CG.realName, Literal("Fulan bin Polan")))
    found = scan(said("ketika Polan datang; polan bukan dia"), closed)
    assert [(s.kind, s.text) for s in found] == [("known name", "Polan")]


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


def test_nothing_is_stored_until_it_is_decided(kg: KnowledgeGraph) -> None:
    public = Graph()
    study = URIRef("https://w3id.org/rembug/id/s/study/s")
    public.add((study, URIRef(str(RDFS.comment)), Literal("Bersama Pak Fulan", lang="id")))
    public.parse(
        data=f'<{study}> a <{CG.Study}> ; <{RDFS.label}> "s"@id, "s"@en .', format="turtle"
    )
    submission = Submission("s", "s-1", "s.ttl", digest(b"s"), public)
    submissions.ensure_ontology(kg)
    before = kg.version
    with pytest.raises(Unreviewed):
        submissions.submit(kg, [submission], review=Review())
    assert kg.version == before
    decided = Review({("name", "Pak Fulan"): "mask"})
    submissions.submit(kg, [submission], review=decided)
    everything = kg.construct("CONSTRUCT WHERE { ?s ?p ?o }", Role.PUBLIC)
    assert "Bersama [disamarkan]" in {str(o) for o in everything.objects(study)}
    assert not any("Fulan" in str(o) for o in everything.objects())
