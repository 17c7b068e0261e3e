"""What people type finds what they mean: forms of words, beginnings, misspellings; no syntax."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rembug import terms
from rembug.graph.readers.index import Index, Listing, Piece
from rembug.terms import CG

from .conftest import Readers


def hits(index: Index, text: str, language: str = "id") -> set[str]:
    with index.reading() as reading:
        found = reading.found(text, language, limit=50)
    return {h.card.iri.removeprefix(terms.BASE) for group in found.groups for h in group.hits}


@pytest.mark.parametrize(
    ("text", "thing"),
    [
        ("Pelatihan", "id/contoh/program/pelatihan"),
        ("PELATIHAN", "id/contoh/program/pelatihan"),
        ("pelatihannya", "id/contoh/program/pelatihan"),  # an Indonesian stem
        ("trained", "id/contoh/finding/i2"),  # an English one, “training”
        ("pelat", "id/contoh/program/pelatihan"),  # half typed
        ("bamb kolab", "id/contoh/collaboration/bambu"),
        ("pelatiahn", "id/contoh/program/pelatihan"),  # misspelt
        ("kolabrasi bambo", "id/contoh/collaboration/bambu"),
        ("Dinas B", "id/contoh/actor/dinas-b"),
        ("kepercayaan", "scheme/ansell-gash/trust-building"),
        ("aturan main", "scheme/ansell-gash/clear-ground-rules"),  # called so by researchers
        ("quick wins", "scheme/ansell-gash/small-wins"),
        ("pendanaan", "scheme/sustainability/financial"),
        ("network governance", "scheme/deseve/governance"),
    ],
)
@pytest.mark.parametrize("language", ["id", "en"])
def test_words_are_found_in_either_language(
    example: Index, text: str, thing: str, language: str
) -> None:
    assert thing in hits(example, text, language)


def test_a_name_comes_before_a_mention(example: Index) -> None:
    with example.reading() as reading:
        (group,) = reading.found("percaya", kinds=["findings"]).groups
        first = group.hits[0]
    assert first.card.iri.endswith("/finding/f2")
    assert [piece for piece in first.name if piece.hit] == [Piece("percaya", hit=True)]


def test_the_excerpt_shows_the_words_that_were_looked_for(example: Index) -> None:
    with example.reading() as reading:
        hits = [h for group in reading.found("conflict", "en").groups for h in group.hits]
    assert hits
    for hit in hits:
        assert any(piece.hit for piece in (*hit.name, *hit.excerpt))
        assert sum(len(piece.text) for piece in hit.excerpt) < 250


def test_what_was_taken_for_a_misspelling_is_said(example: Index) -> None:
    with example.reading() as reading:
        assert reading.found("kolabrasi").instead == {"kolabrasi": ["kolaborasi"]}
        assert list(reading.found("qqqqqq bambu").missed) == ["qqqqqq"]


@pytest.mark.parametrize(
    ("text", "has", "instead"),
    [
        ("berkelanjutan", "Keberlanjutan program", ()),  # both to the root, “lanjut”
        ("keberlanjutan", "Program berkelanjutan", ()),
        ("kerjasama", "Kerja sama para pihak", ("kerja sama",)),  # written together
        ("kerja sama", "Kerjasama para pihak", ()),  # and the other way round
        ("sustainble", "Sustainability", ("sustainability",)),  # a letter is missing
        ("susteinability", "Sustainability", ("sustainability",)),
        ("kerjazana", "Kerja sama para pihak", None),
    ],
)
def test_words_are_found_as_they_are_meant(
    tmp_path: Path, readers: Readers, text: str, has: str, instead: tuple[str, ...] | None
) -> None:
    for number, name in enumerate((has, "Kerja keras", "Sama rata", "Pertemuan")):
        readers.state(terms.thing("s", "finding", str(number)), CG.Finding, name)
    with Index.build(tmp_path / "index", readers.rows, 1).reading() as reading:
        found = reading.found(text)
    assert found.total == (instead is not None)
    assert (found.instead or {}).get(text, ()) == (list(instead) if instead else ())
    for group in found.groups:
        for hit in group.hits:
            assert hit.card.label("id")[0] == has
            assert any(piece.hit for piece in hit.name)


def test_both_ways_of_writing_two_words_are_found_at_once(tmp_path: Path, readers: Readers) -> None:
    for number, name in enumerate(("Kerja sama para pihak", "Kerjasama desa", "Sen tra", "Sentra")):
        readers.state(terms.thing("s", "finding", str(number)), CG.Finding, name)
    with Index.build(tmp_path / "index", readers.rows, 1).reading() as reading:
        for text in ("kerjasama", "kerja sama"):
            assert reading.found(text).total == 2
            assert not reading.found(text).instead
            assert len(reading.suggested("kerja sama")) == 2
        assert reading.found("sentra").total == 1


def test_a_list_is_narrowed_by_words_and_facets_at_once(example: Index) -> None:
    weak = {"rating": [str(terms.RATING.weak)]}
    with example.reading() as reading:
        both = reading.listed(Listing("findings", weak, "pameran"))
        assert {card.iri.rpartition("/")[2] for card in both.cards} == {"s2", "s3"}
        assert dict(
            reading.facets(Listing("findings", weak, "pameran"), ["rating"])["rating"].values
        ) == {str(terms.RATING.weak): 2}


def test_suggestions_begin_as_what_was_typed(example: Index) -> None:
    with example.reading() as reading:
        for text, kind in [("pel", ""), ("pel", "programs"), ("PELA", ""), ("bers", "programs")]:
            cards = reading.suggested(text, kind)
            assert cards
            for card in cards:
                words = " ".join(label for label, _ in card.labels).lower().split()
                assert any(word.startswith(text.lower()) for word in words)
        assert not reading.suggested("")


@given(
    st.text(max_size=60)
    | st.sampled_from(['"', "a OR b", "NEAR(a b)", "label:x", "*", "^a", "%", "_"])
)
def test_any_text_is_only_a_text(example: Index, text: str) -> None:
    with example.reading() as reading:
        found = reading.found(text)
        assert found.total >= 0
        reading.suggested(text)
        reading.listed(Listing("findings", text=text), after=text)


HOSTILE = [
    "x" * 10_000,
    "kata " * 2_000,
    "\u202eتعاون الحرفيين\u202c",
    '"; DROP TABLE thing; --',
    "<script>alert(1)</script>",
    "\u200b \u00a0",
    "🙂" * 50,
]


def test_hostile_names_are_kept_and_found_as_they_are(tmp_path: Path, readers: Readers) -> None:
    for number, name in enumerate(HOSTILE):
        readers.state(terms.thing("s", "finding", str(number)), CG.Finding, name)
    index = Index.build(tmp_path / "index", readers.rows, 1)
    with index.reading() as reading:
        listed = reading.listed(Listing("findings"))
        assert listed.total == len(listed.cards) == len(HOSTILE)
        names = {card.iri.rpartition("/")[2]: card.label("id")[0] for card in listed.cards}
        assert names == {str(n): "5" if n == 5 else name for n, name in enumerate(HOSTILE)}
        for text in ("تعاون", "drop", "script"):
            assert reading.found(text).total == 1


def test_a_quotation_is_found_with_its_evidence(tmp_path: Path, readers: Readers) -> None:
    evidence, selector = (terms.thing("s", kind, "x") for kind in ("evidence", "selector"))
    readers.state(evidence, CG.Evidence, "Parafrasa")
    readers.add(evidence, CG.selector, selector)
    index = Index.build(tmp_path / "index", readers.rows, 1)
    exact = ox.Literal("kata-kata informan", language="id")
    readers.add(selector, terms.OA.exact, exact)
    readers.tell(index)
    assert hits(index, "informan") == {"id/s/evidence/x"}
    readers.remove(selector, terms.OA.exact, exact)
    readers.tell(index)
    assert hits(index, "informan") == set()
    assert hits(index, "parafrasa") == {"id/s/evidence/x"}
