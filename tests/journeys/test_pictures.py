"""Drawings that are taken along as files, in a real browser."""

from pathlib import Path

import pytest

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(
    "path", ["/map?study=contoh", "/network?study=contoh", "/page/id/contoh/program/pelatihan?"]
)
def test_a_drawing_is_taken_along_as_png(
    chromium,  # type: ignore[no-untyped-def]
    hostile_site: str,
    tmp_path: Path,
    path: str,
) -> None:
    where = {"behavior": "allow", "downloadPath": str(tmp_path)}
    chromium.call("Browser.setDownloadBehavior", **where)
    chromium.screen(1280)
    chromium.open(f"{hostile_site}{path}&lang=id")
    chromium.read("document.querySelector('a[data-png] + button').click()")
    (file,) = chromium.until(lambda: list(tmp_path.glob("*.png")))
    assert file.read_bytes().startswith(PNG)
    assert chromium.complaints() == []
