"""Names can be read, and languages and letters have one spelling."""

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdflib import OWL, RDFS, SKOS, Graph, Literal, URIRef

from rembug import sources, terms
from rembug.changes import studies, submissions, updates
from rembug.errors import Refused
from rembug.gate import Severity
from rembug.gate.texts import about_names, notes, put_right
from rembug.graph import KnowledgeGraph, Role, Triple
from rembug.sources import Place
from rembug.terms import CG

THING = URIRef("https://w3id.org/rembug/id/lain/program/p")
HEAD = "".join(f"@prefix {p}: <{n}> .\n" for p, n in terms.PREFIXES.items()) + (
    "@prefix program: <https://w3id.org/rembug/id/lain/program/> .\n"
    "@prefix study: <https://w3id.org/rembug/id/lain/study/> .\n"
)


@pytest.fixture
def lain(kg: KnowledgeGraph) -> KnowledgeGraph:
    """A store with the ontology and an empty study `lain`."""
    study = studies.describe("lain", title_en="Other", title_id="Lain", start="2020", end="2022")
    submissions.submit(kg, [study])
    return kg


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("", "nothing in it"),
        ("kode " * 2001, "10005 characters"),
        (" \u00a0\u200b", "nothing in it"),
        ("\u202e\u202c", "nothing in it"),
        ("\u3164\u2800", "nothing in it"),
        ("\u0301", "nothing in it"),
        ("a\ufffeb", "U\\+FFFE"),
        ("a\ufdd0", "U\\+FDD0"),
        ("a\U0001ffff", "U\\+1FFFF"),
        ("www.example.org", "is an address"),
        ("a\x00b", "U\\+0000"),
        ("a\x1b[31m", "U\\+001B"),
        ("a\x85b", "U\\+0085"),
        ("ab\u202egnp.", "direction"),
        ("\u2067ab\u202c", "direction"),
        ("\u202a\u2066ab\u202c", "direction"),
        ("https://example.org/a", "is an address"),
        ("urn:isbn:123", "is an address"),
    ],
)
def test_a_name_that_cannot_be_read_is_told_why(name: str, reason: str) -> None:
    places = {THING: Place("a.ttl", 3)}
    [found] = about_names([(THING, RDFS.label, Literal(name, lang="en"))], places)
    assert found.severity is Severity.VIOLATION and found.place == Place("a.ttl", 3)
    assert set(found.messages) == {"id", "en"}
    with pytest.raises(AssertionError, match=reason):
        raise AssertionError(found.messages["en"])


@pytest.mark.parametrize(
    "name",
    [
        "Batik",
        "two\nlines",
        "\u2067שלום\u2069 (Shalom)",
        "\u202ba\u2066b\u2069c\u202c",
        "ꦧꦠꦶꦏ꧀",
        "👩\u200d🌾",
        "see https://example.org/a",
        "Catatan: harga",
    ],
)
def test_a_name_in_any_script_is_let_in(name: str) -> None:
    assert not list(about_names([(THING, SKOS.prefLabel, Literal(name, lang="id"))], {}))


@pytest.mark.parametrize(
    ("triple", "reason"),
    [
        ((THING, RDFS.label, URIRef("http://e/name")), "is no text"),
        ((THING, RDFS.comment, Literal("a\x1b[31m", lang="en")), "U\\+001B"),
        ((THING, SKOS.definition, Literal("ab\u202egnp.", lang="en")), "direction"),
        ((THING + "\u202e", CG.inStudy, THING), "IRI"),
        ((THING, CG.ledBy, THING + "\u2067x"), "IRI"),
    ],
)
def test_nothing_hidden_is_in_texts_and_iris(triple: Triple, reason: str) -> None:
    [found] = about_names([triple], {})
    assert re.search(reason, found.messages["en"])


@given(opened=st.text("\u202a\u202e\u2066\u2068a"))
def test_what_is_closed_in_turn_is_closed(opened: str) -> None:
    ends = {"\u202a": "\u202c", "\u202e": "\u202c", "\u2066": "\u2069", "\u2068": "\u2069"}
    closed = "a" + opened + "".join(ends.get(letter, "") for letter in reversed(opened))
    assert not list(about_names([(THING, RDFS.label, Literal(closed))], {}))


@given(text=st.text(), tag=st.sampled_from(["id", "id-ID", "en-gb", "en-x-old", "ind", "jv", None]))
def test_putting_right_is_done_once_and_changes_no_word(text: str, tag: str | None) -> None:
    before = (THING, RDFS.label, Literal(text, lang=tag))
    after = put_right(before)
    assert put_right(after) == after
    kept = after[2]
    assert isinstance(kept, Literal)
    unseen = re.sub(
        "[\u00ad\u180e\u200b-\u200d\u2060-\u2064\u206a-\u206f\ufeff\ufff9-\ufffb]", "", text
    )
    seen = re.sub("[\u200c\u200d]", "", str(kept))
    assert unicodedata.normalize("NFC", unseen) == unicodedata.normalize("NFC", seen)
    wanted = {"id-ID": "id", "en-gb": "en", "en-x-old": "en", "ind": "id"}.get(tag or "", tag)
    assert kept.language == wanted


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("\ufeffBatik", "Batik"),
        ("Ba\u00adtik tu\u200blis", "Batik tulis"),
        ("Ba\u200dtik \u200c", "Batik "),
        ("\u0915\u094d\u200d\u0937", "\u0915\u094d\u200d\u0937"),
        ("\u0645\u06cc\u200c\u062e", "\u0645\u06cc\u200c\u062e"),
        ("👩\u200d🌾", "👩\u200d🌾"),
    ],
)
def test_what_nobody_sees_goes_from_names_but_for_joiners_that_scripts_need(
    written: str, kept: str
) -> None:
    before = (THING, RDFS.label, Literal(written, lang="id"))
    after = put_right(before)
    assert after == (THING, RDFS.label, Literal(kept, lang="id"))
    if written != kept:
        [said] = notes([(before, after)], {})
        assert "nobody sees" in said.messages["en"] and "U+" in said.messages["id"]
    quoted = (THING, RDFS.comment, Literal(written, lang="id"))
    assert put_right(quoted) == quoted


@pytest.mark.parametrize("slug", ["a#frag", "ü%C3%BC", "%c3%bc-é", "ü", "a%20b", "%C3%BC", "ü%20"])
def test_an_iri_that_no_address_leads_to_is_refused(slug: str) -> None:
    thing = terms.ID[f"lain/program/{slug}"]
    names = [(thing, RDFS.label, Literal(name, lang="id")) for name in ("satu", "dua")]
    found = list(about_names(names, {}))
    assert len(found) == (slug in ("a#frag", "ü%C3%BC", "%c3%bc-é"))


def test_words_that_are_quoted_keep_their_letters() -> None:
    quoted = (THING, terms.OA.exact, Literal("cafe\u0301", lang="id"))
    assert put_right(quoted) is quoted
    told = (THING, RDFS.comment, Literal("cafe\u0301", lang="id"))
    assert put_right(told) == (THING, RDFS.comment, Literal("caf\u00e9", lang="id"))


def test_a_regional_tag_is_shortened_and_said_whichever_way_it_comes(
    lain: KnowledgeGraph, tmp_path: Path
) -> None:
    file = tmp_path / "programs.ttl"
    label = 'rdfs:label "dua"@id-ID, "cafe\u0301"@en-GB'
    file.write_text(HEAD + f"program:p a cg:Program ; cg:inStudy study:lain ; {label} .\n")
    rehearsed = submissions.rehearse(lain, [sources.read(file, "lain")])
    commit = submissions.add(lain, [file], "lain")
    for report in (rehearsed, commit.report):
        told = [r for r in report.results if r.shape == str(terms.SHAPES.Texts)]
        assert {r.value for r in told} == {"dua", "cafe\u0301"}
        assert all(str(r.place).startswith("programs.ttl:") for r in told)
        assert "@id-id is kept as @id" in str(report)
    held = lain.read(commit.added)
    assert set(held.objects(THING, RDFS.label)) == {
        Literal("dua", lang="id"),
        Literal("café", lang="en"),
    }
    other = f'<{THING}> <{SKOS.altLabel}> "three"@en-US .'.encode()
    graph = terms.submission_graph("lain", "more")
    updates.put(lain, {graph: other}, whole=False, file="POST")
    assert (THING, SKOS.altLabel, Literal("three", lang="en")) in lain.read([graph])


def test_two_regional_labels_of_one_language_are_one_too_many(
    lain: KnowledgeGraph, tmp_path: Path
) -> None:
    file = tmp_path / "programs.ttl"
    label = 'rdfs:label "dua"@id, "colour"@en-GB, "color"@en-US'
    file.write_text(HEAD + f"program:p a cg:Program ; cg:inStudy study:lain ; {label} .\n")
    with pytest.raises(Refused, match="one label for each language"):
        submissions.add(lain, [file], "lain")


def test_a_description_has_only_characters_in_it() -> None:
    def found(text: str) -> list[object]:
        return list(about_names([(THING, RDFS.comment, Literal(text, lang="en"))], {}))

    assert len(found("a\uffff")) == 1
    assert not found("") and not found("see www.example.org\x0c\ufffd")


@pytest.mark.parametrize(
    ("kind", "name"),
    [("Program", "finding"), ("Actor", "program"), ("Evidence", "interview"),
     ("Interview", "observation")],
)  # fmt: skip
def test_an_iri_whose_kind_contradicts_the_class_is_refused(
    lain: KnowledgeGraph, tmp_path: Path, kind: str, name: str
) -> None:
    file = tmp_path / "things.ttl"
    thing = terms.thing("lain", name, "p")
    label = 'rdfs:label "A"@id, "A"@en'
    file.write_text(HEAD + f"<{thing}> a cg:{kind} ; cg:inStudy study:lain ; {label} .\n")
    with pytest.raises(Refused, match=rf"things.ttl:\d+: (?s:.*)By its IRI \(…/{name}/…\)"):
        submissions.add(lain, [file], "lain")


def test_what_nothing_connects_with_the_study_is_warned_of(
    lain: KnowledgeGraph, tmp_path: Path
) -> None:
    file = tmp_path / "things.ttl"
    label = 'rdfs:label "A"@id, "A"@en'
    file.write_text(
        HEAD + f"program:p a cg:Program ; cg:inStudy study:lain ; {label} ;\n"
        "    rdfs:seeAlso <http://e/near>, [ rdfs:comment 'nested' ] .\n"
        "<http://e/near> rdfs:comment 'led to' .\n"
        "<http://e/far> rdfs:comment 'alone' ; rdfs:seeAlso <http://e/near> .\n"
    )
    report = submissions.add(lain, [file], "lain").report
    [warning] = [r for r in report.results if r.shape == str(terms.SHAPES.Connected)]
    assert warning.severity is Severity.WARNING
    assert warning.focus_node == "http://e/far" and warning.place is not None


def test_every_word_of_the_gate_is_in_both_languages(lain: KnowledgeGraph) -> None:
    wrong = Graph()
    wrong.add((THING, OWL.sameAs, CG.Program))
    wrong.add((THING, RDFS.label, Literal("")))
    graph = terms.submission_graph("lain", "wrong")
    with pytest.raises(Refused) as caught:
        updates.put(lain, {graph: wrong.serialize(format="nt").encode()}, whole=True, file="PUT")
    results = caught.value.report.to_json()["results"]
    assert len(results) > 2
    assert all(set(result["messages"]) == {"id", "en"} for result in results)
    assert lain.graphs(Role.ADMIN) - {graph} == lain.graphs(Role.ADMIN)
