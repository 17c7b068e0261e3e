"""Many rows looked up among many things: the same as one by one, and none lost in the crowd."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from rembug.linking import Row
from rembug.linking.columns import Columns, compared, likely
from rembug.linking.lookup import Lookup
from rembug.linking.misspelt import Known
from rembug.linking.model import Thing
from rembug.linking.resemblance import compare
from rembug.names import Name

WORDS = ["batik", "sekar", "sekararum", "arum", "jati", "UD", "Dinas", "KUBE", "Toko", "Kec.", "7"]
NAMES = st.lists(st.sampled_from(WORDS) | st.text("abijeu", max_size=6), max_size=4).map(" ".join)


def thing(name: str, *around: str, kind: str = "actor", iri: str = "") -> Thing:
    return Thing(iri or name, name, frozenset((name,)), kind, frozenset(), frozenset(around))


def first(things: Sequence[Thing], name: str, place: str = "") -> str:
    """What a row is taken for first."""
    found = Lookup(things).proposals(Row("1", name, place))
    return found[0].thing if found else ""


@given(st.lists(st.tuples(NAMES, NAMES), min_size=1, max_size=8))
@hypothesis_settings(deadline=None, max_examples=150)
def test_names_compared_by_columns_are_as_like_as_one_by_one(pairs: list[tuple[str, str]]) -> None:
    mine, its = (Columns([Name.of(pair[at]) for pair in pairs]) for at in (0, 1))
    places = np.arange(len(pairs))
    found = compared(mine, places, its, places)
    most = likely(mine, places, its, places)
    for at, (one, other) in enumerate(pairs):
        told = compare(Name.of(one), Name.of(other))
        assert found.scores[at] == pytest.approx(told.score, abs=1.5e-4)  # rounded to four digits
        assert found.other_kind[at] == told.features["other_kind"]
        if len(set(one.split())) == len(one.split()):
            assert told.score <= max(most[at], 1.0 if told.score == 1 else 0) + 0.02


def test_a_word_said_twice_makes_no_name_a_part_of_another() -> None:
    lookup = Lookup([thing("Sentra Batik Mekar Jaya Mekar"), thing("CV Bina Usaha Bina")])
    for name in ("Sentra Batik Mekar Jaya Utomo", "UD Bina Usaha Nusa"):
        assert all(found.score < 0.9 for found in lookup.proposals(Row("1", name)))


def test_the_same_name_with_another_number_is_another() -> None:
    lookup = Lookup([thing("Batik Sekar Arum 1")])
    (found,) = lookup.proposals(Row("1", "Batik Sekar Arum 2"))
    assert found.score < 0.8
    assert "other number | nomor lain" in found.reason
    (same,) = lookup.proposals(Row("1", "Batik Sekar Aroem 01"))
    assert same.score > 0.9
    assert "number" not in same.reason


@given(st.lists(NAMES, min_size=1, max_size=12), st.lists(NAMES, min_size=1, max_size=12))
@hypothesis_settings(deadline=None, max_examples=60)
def test_rows_looked_up_together_are_proposed_what_each_is_alone(
    names: list[str], rows: list[str]
) -> None:
    lookup = Lookup([thing(name, "Kec. Jati", iri=str(at)) for at, name in enumerate(names)])
    asked = [Row(str(at), name, "Jati" if at % 2 else "") for at, name in enumerate(rows)]
    assert list(lookup.found(asked)) == [lookup.proposals(row) for row in asked]


@pytest.mark.parametrize(
    ("known", "written"),
    [
        ("sidomukti", "sidomukt"),
        ("sidomukti", "sidomuukti"),
        ("sidomukti", "sidomuksi"),
        ("sidomukti", "sidomutki"),
        ("sambungroso", "sombungraso"),
    ],
)
def test_a_misspelt_word_is_taken_for_the_one_that_is_meant(known: str, written: str) -> None:
    words = Known(["lestari", known, "pangestu"])
    assert [its.tolist() for its in words.near([written])] == [[0], [1]]


def test_a_word_that_is_like_none_is_taken_for_none() -> None:
    assert [len(some) for some in Known(["lestari", "ab"]).near(["wxyz", "ba", "", "lantera"])] == [
        0,
        0,
    ]


CROWD = [thing(f"UD Rejeki {n}", f"Kec. {n}", iri=f"{n:04}") for n in range(1200)]


@pytest.mark.parametrize("place", ["Kec. Parang", "Parang"])
def test_among_many_of_one_name_the_place_decides(place: str) -> None:
    many = [thing("Toko Rejeki", f"Kec. {n}", iri=str(n)) for n in range(1200)]
    things = [*many, thing("Toko Rejeki", "Kec. Parang", iri="it")]
    assert first(things, "TOKO REDJEKI", place) == "it"


@pytest.mark.parametrize("name", ["Rejeki Sidomukti", "Sidomukti, Rejeki", "UD Rejeki Sidomokti"])
def test_a_word_that_many_have_counts_with_another_that_many_have(name: str) -> None:
    others = [thing(f"UD Sidomukti {n}", iri=f"s{n}") for n in range(1200)]
    assert first([*CROWD, *others, thing("UD Rejeki Sidomukti", iri="it")], name) == "it"


def test_a_name_of_one_word_that_many_have_is_found_by_itself() -> None:
    assert first([*CROWD, thing("UD Rejeki", iri="it")], "UD. Rejeki") == "it"


def test_a_name_of_words_that_half_of_all_have_is_found() -> None:
    things = [
        *CROWD,
        thing("Dinas Koperasi", iri="it"),
        thing("Dinas Koperasi dan UMKM X", iri="x"),
    ]
    assert first(things, "DINAS KOPERASI") == "it"


def test_a_row_that_says_nothing_is_proposed_nothing() -> None:
    lookup = Lookup([thing("UD Rejeki")])
    assert list(lookup.found([Row("1", ""), Row("2", "---"), Row("3", "批发")])) == [[], [], []]
    assert list(lookup.found([])) == []
    assert Lookup([]).proposals(Row("1", "UD Rejeki", "Parang")) == []


def test_the_same_name_comes_before_one_that_is_like_it_in_its_place_and_elsewhere() -> None:
    here = [thing(name, "Kec. Jati") for name in ("CV Bina Usaha", "UD Batik Bina Usaha")]
    [best, other, *_] = Lookup(here).proposals(Row("1", "UD Batik Bina Usaha", "Kec. Jati"))
    assert (best.thing, best.relation, best.score) == ("UD Batik Bina Usaha", "exactMatch", 1)
    assert other.score < 1
    there = [thing("Mebel Sari Rasa Tulus", "Kec. Jati"), thing("Mebel Sari Rasa Mulyo", "Kec. X")]
    assert first(there, "Mebel Sari Rasa Mulyo", "Kec. Jati") == "Mebel Sari Rasa Mulyo"
