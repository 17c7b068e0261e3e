"""What the gate noted of a submission, as its page tells it."""

import re
from pathlib import Path

import pytest
from flask import Flask

from rembug import web
from rembug.graph import KnowledgeGraph, Role
from rembug.settings import Settings
from rembug.tokens import Tokens
from rembug.web.noted import noted

from .conftest import BROWSER

F1, F2, THING = (
    "https://w3id.org/rembug/id/contoh/finding/f8",
    "https://w3id.org/rembug/id/contoh/finding/s5",
    "https://w3id.org/rembug/id/contoh/program/pelatihan",
)


def test_each_note_stands_once_with_links_to_what_it_is_of(
    contoh: KnowledgeGraph, tmp_path: Path
) -> None:
    """To researchers, for the study has passages that are restricted."""
    settings = Settings(tokens=str(tmp_path / "tokens.json"))
    token = Tokens(settings.tokens_file).create("kurator", Role.CURATOR)
    client = web.create_app(contoh, settings).test_client()
    bearer = {"Authorization": f"Bearer {token}"}
    listed = client.get("/submissions", headers={"Accept": "application/json"}).json
    path = next(row["submission"] for row in listed if "/contoh/" in row["submission"])
    path = path.replace("https://w3id.org/rembug/graph/", "/submissions/")
    told = client.get(f"{path}?lang=en", headers=bearer | {"Accept": "application/json"}).json
    assert "warning: <" in str(told["notes"])
    page = client.get(f"{path}?lang=en", headers=bearer | {"Accept": BROWSER}).text
    assert page.count("This finding has no evidence yet") == 1
    assert "warning: " not in page
    assert 'href="/page/id/contoh/finding/f8?lang=en"' in page
    public = client.get(f"{path}?lang=en", headers={"Accept": BROWSER}).text
    assert "no evidence yet" not in public and "finding/f8" not in public


def test_a_value_of_an_indicator_is_called_by_what_it_counts_where_and_when(
    app: Flask,
) -> None:
    value = "https://w3id.org/rembug/id/contoh/indicator-observation/usaha-utara"
    with app.test_request_context("/?lang=en"):
        app.preprocess_request()
        [[[(text, _), to]]] = [one.things for one in noted([f"warning: <{value}> Whence?"])]
    assert re.fullmatch(r"[^:/]+ · [^:/]+ · 20\d\d", text)
    assert to.startswith("/page/id/contoh/")


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
