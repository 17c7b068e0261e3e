"""Drawings as files that a browser shows, in a real browser."""

from collections.abc import Callable

import pytest

from rembug.web.assets import fonts


@pytest.mark.parametrize(
    "path", ["/map?study=contoh", "/network?study=contoh", "/page/id/contoh/program/pelatihan?"]
)
def test_a_drawing_is_shown_as_png(
    chromium,  # type: ignore[no-untyped-def]
    hostile_site: str,
    missing: Callable[[str], None],
    path: str,
) -> None:
    if not fonts():
        missing("the letters of pictures (the build brings them from npm)")
    chromium.screen(390)
    chromium.open(f"{hostile_site}{path}&lang=id")
    address = chromium.read("document.querySelector('.formats a[href*=\".png\"]').href")
    chromium.open(address)
    assert chromium.read("document.images[0].naturalWidth") > 390
    chromium.complaints()  # of how a browser styles a page of a picture alone, which we forbid
