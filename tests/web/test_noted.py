"""What the gate noted of a submission, as its page tells it."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rembug.web.noted import noted

from .conftest import BROWSER

F1, F2, THING = (
    "https://w3id.org/rembug/id/contoh/finding/f8",
    "https://w3id.org/rembug/id/contoh/finding/s5",
    "https://w3id.org/rembug/id/contoh/program/pelatihan",
)


def test_each_note_stands_once_with_links_to_what_it_is_of(browser: FlaskClient) -> None:
    listed = browser.get("/submissions", headers={"Accept": "application/json"}).json
    path = next(row["submission"] for row in listed if "/contoh/" in row["submission"])
    path = path.replace("https://w3id.org/rembug/graph/", "/submissions/")
    told = browser.get(f"{path}?lang=en", headers={"Accept": "application/json"}).json
    assert "warning: <" in str(told["notes"])
    page = browser.get(f"{path}?lang=en", headers={"Accept": BROWSER}).text
    assert page.count("This finding has no evidence yet") == 1
    assert "warning: " not in page
    assert 'href="/page/id/contoh/finding/f8?lang=en"' in page


@pytest.mark.parametrize("language", ["id", "en"])
def test_worse_notes_stand_first_whatever_language_their_words_are_in(
    app: Flask, language: str
) -> None:
    with app.test_request_context(f"/?lang={language}"):
        app.preprocess_request()
        found = noted(
            [
                f"catatan: <{THING}> Siapa?",
                f"warning: <{F1}> Tanpa bukti.",
                f"peringatan: <{F2}> Tanpa bukti.",
                "apa saja",
            ]
        )
    assert [one.severity for one in found] == ["warning", "info", ""]
    assert [len(one.things) for one in found] == [2, 1, 0]
    assert found[-1].message == "apa saja"
    assert found[1].things[0][0][0] == {"id": "Pelatihan", "en": "Training"}[language]
