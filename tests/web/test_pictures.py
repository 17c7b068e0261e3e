"""Drawings by their address as PNG, for what takes no SVG."""

import re
import struct

import pytest
from flask.testing import FlaskClient

from rembug import png, terms
from rembug.errors import Unreadable
from rembug.web import assets

_FINDING = terms.thing("contoh", "finding", "f1")
_DRAWN = (
    "/map.png?study=contoh",
    "/network.png?study=contoh",
    "/matrix.png?study=contoh",
    f"/trail.png?thing={_FINDING}",
    "/queries/element-ratings.png?study=contoh",
)


def _size(body: bytes) -> tuple[int, int]:
    assert body.startswith(b"\x89PNG\r\n\x1a\n")
    width, height = struct.unpack(">II", body[16:24])
    return width, height


def _svg(width: int, height: int, inside: str = "") -> str:
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">{inside}</svg>'


@pytest.fixture
def letters(missing) -> None:  # type: ignore[no-untyped-def]
    if not assets.fonts():
        missing("the letters of pictures (the build brings them from npm)")


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize("path", _DRAWN)
def test_a_drawing_is_a_png_twice_as_large_where_its_address_ends_so(
    client: FlaskClient, path: str
) -> None:
    answer = client.get(path)
    assert answer.mimetype == "image/png"
    svg = client.get(path.replace(".png", ".svg")).text
    width, height = re.findall(r'viewBox="\S+ \S+ (\S+) (\S+)"', svg)[0]
    assert _size(answer.data) == pytest.approx((2 * float(width), 2 * float(height)), abs=1)


@pytest.mark.usefixtures("letters")
def test_letters_are_drawn() -> None:
    text = '<text x="5" y="50" font-family="sans-serif" font-size="40">Gotong royong</text>'
    drawn = png.drawn(_svg(300, 80, text), assets.fonts())
    assert drawn != png.drawn(_svg(300, 80), assets.fonts())


@pytest.mark.usefixtures("letters")
def test_a_picture_of_any_size_has_no_more_pixels_than_memory_allows() -> None:
    width, height = _size(png.drawn(_svg(1_000_000, 1_000_000), assets.fonts()))
    assert width * height == pytest.approx(4_000_000, rel=0.01)


@pytest.mark.usefixtures("letters")
def test_a_drawing_reaches_no_file() -> None:
    file = next(iter(assets.fonts())).with_name("LICENSES.txt")
    inside = f'<image href="{file}" width="9" height="9"/><image href="file://{file}"/>'
    assert png.drawn(_svg(9, 9, inside), assets.fonts()) == png.drawn(_svg(9, 9), assets.fonts())


def test_what_is_no_drawing_is_said_to_be_none() -> None:
    with pytest.raises(Unreadable):
        png.drawn("<svg", ())


def test_without_letters_there_is_no_png(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "_FONTS", ("none.ttf",))
    page = client.get("/map?study=contoh&lang=en").text
    assert "/map.svg" in page
    assert ".png" not in page


@pytest.mark.usefixtures("letters")
@pytest.mark.parametrize(
    "path",
    [
        *("/", "/map?study=contoh", "/network?study=contoh", "/page/id/contoh/finding/f1"),
        *("/page/id/contoh/study/contoh", "/queries/element-ratings?study=contoh"),
    ],
)
def test_a_link_to_a_page_is_shown_with_its_picture(browser: FlaskClient, path: str) -> None:
    text = browser.get(path).text
    (address,) = re.findall(r'property="og:image" content="([^"]+)"', text)
    shown = browser.get(address.replace("&amp;", "&").removeprefix("http://localhost"))
    assert shown.mimetype == "image/png"
