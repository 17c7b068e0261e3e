"""Places with coordinates are on a map, on their own pages and on those of studies."""

import math
import re
from itertools import combinations
from urllib.parse import unquote

import pytest
from defusedxml import ElementTree
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef

from rembug import terms, web
from rembug.graph import Change, KnowledgeGraph, Rows, Term
from rembug.settings import Settings
from rembug.web.places import WIDTH, drawn
from tests.web.conftest import Page

SVG = "{http://www.w3.org/2000/svg}"
GEO = "http://www.w3.org/2003/01/geo/wgs84_pos#"
WHERE = {"kabupaten-contoh": (-7.65, 111.33), "kecamatan-utara": (-7.55, 111.35)}
DEGREES = st.tuples(st.floats(-90, 90), st.floats(-180, 180))


def _rows(*where: tuple[float, float]) -> Rows:
    rows = [
        {
            "place": Term("uri", str(terms.thing("s", "place", str(number)))),
            "placeLabel": Term("literal", f"Place {number}"),
            "lat": Term("literal", str(latitude)),
            "long": Term("literal", str(longitude)),
        }
        for number, (latitude, longitude) in enumerate(where)
    ]
    return Rows(("place", "placeLabel", "lat", "long"), rows)


@pytest.fixture
def mapped(example: KnowledgeGraph) -> FlaskClient:
    stated = Graph()
    for name, (latitude, longitude) in WHERE.items():
        place = terms.thing("contoh", "place", name)
        stated.add((place, URIRef(GEO + "lat"), Literal(latitude)))
        stated.add((place, URIRef(GEO + "long"), Literal(longitude)))
    example.commit(Change(replace={terms.submission_graph("contoh", "more"): stated}))
    return Page(web.create_app(example, Settings()))


@pytest.mark.parametrize(
    "path", ["study/contoh", "place/kabupaten-contoh", "place/kecamatan-utara"]
)
def test_the_places_that_are_known_are_on_a_map_and_in_a_list(
    mapped: FlaskClient, path: str
) -> None:
    page = mapped.get(f"/page/id/contoh/{path}?lang=id").text
    told = page[page.index('class="places"') :].partition("</section>")[0]
    assert told.count("<circle") == 2
    assert re.findall(r"<bdi>(.*?)</bdi>", told) == ["Kabupaten Contoh", "Kecamatan Utara"]
    assert "7,65° LS, 111,33° BT" in told
    by_itself = mapped.get(f"/places.svg?thing=contoh/{path}&lang=id")
    assert by_itself.mimetype == "image/svg+xml"
    assert f"thing=https://w3id.org/rembug/id/contoh/{path}" in unquote(told)
    texts = [text.itertext() for text in ElementTree.fromstring(by_itself.text).iter(f"{SVG}text")]
    assert {"1  Kabupaten Contoh", "2  Kecamatan Utara"} <= {"".join(text) for text in texts}


@pytest.mark.parametrize("path", ["study/contoh", "place/kabupaten-contoh"])
def test_there_is_no_map_where_no_coordinates_are_stated(browser: FlaskClient, path: str) -> None:
    assert 'class="places"' not in browser.get(f"/page/id/contoh/{path}?lang=id").text
    assert browser.get(f"/places.svg?thing=contoh/{path}").status_code == 404


def test_north_is_above_and_east_is_right() -> None:
    found = drawn(_rows((-7.65, 111.33), (-7.55, 111.45)))
    assert found is not None
    south, north = found.spots
    assert north.y < south.y
    assert north.x > south.x


@given(st.lists(DEGREES, min_size=2, max_size=60))
def test_all_places_are_on_the_map_and_the_bar_is_as_long_as_it_says(
    where: list[tuple[float, float]],
) -> None:
    found = drawn(_rows(*where))
    if len(set(where)) < 2:
        assert found is None
        return
    assert found is not None
    for spot in found.spots:
        assert 0 <= spot.x <= WIDTH
        assert 0 <= spot.y <= found.height
        assert 12 <= spot.beside[0] <= WIDTH - 12
        assert 12 <= spot.beside[1] <= found.height - 12
    assert 0 < found.bar <= WIDTH / 2
    assert f"{found.kilometres:e}"[0] in "125"


def test_numbers_of_places_close_together_stand_beside_each_other() -> None:
    close = [(-7.58 - n / 10_000, 111.35 + n / 20_000) for n in range(8)]
    found = drawn(_rows(*close, close[0], (-7.75, 111.28)))
    assert found is not None
    assert found.spots[-1].beside == (found.spots[-1].x, found.spots[-1].y)
    for one, other in combinations(found.spots, 2):
        assert math.dist(one.beside, other.beside) >= 24  # two circles


def test_one_place_alone_is_no_map() -> None:
    assert drawn(_rows((-7.65, 111.33))) is None
