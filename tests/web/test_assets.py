"""What pages load comes from this host, is kept by browsers for good, and may be missing."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from rembug.web import assets


def test_a_file_is_kept_for_good_at_the_address_that_tells_its_content(
    browser: FlaskClient,
) -> None:
    (address,) = re.findall(r'rel="stylesheet" href="([^"]*)"', browser.get("/queries").text)
    kept = browser.get(address).headers["Cache-Control"]
    assert "immutable" in kept
    assert f"max-age={assets.FOR_GOOD}" in kept
    for other in (address.partition("?")[0], address[:-1], address + "&v=1"):
        assert "immutable" not in browser.get(other).headers["Cache-Control"]


def test_the_address_changes_with_the_content(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    (tmp_path / "some.css").write_text("a {}")
    before = assets.asset("some.css")
    (tmp_path / "some.css").write_text("b {}")
    assert assets.asset("some.css") != before


def test_a_missing_file_has_no_address(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(assets, "FOLDER", tmp_path)
    assert assets.asset("built/some.js") == ""


def test_a_page_allows_nothing_but_this_host(browser: FlaskClient) -> None:
    policy = browser.get("/queries").headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert "http" not in policy
