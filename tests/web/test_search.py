"""Search: what it shows, to whom, and that any text is harmless."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from rdflib import RDF, RDFS, Graph, Literal

from rembug import terms, web
from rembug.changes import submissions
from rembug.graph import Change, KnowledgeGraph, Role
from rembug.settings import Settings, data_dir
from rembug.terms import CG
from rembug.tokens import Tokens

from .test_pages import outline


@pytest.mark.parametrize("lang", ["id", "en"])
def test_hits_are_grouped_and_marked(browser: FlaskClient, lang: str) -> None:
    page = browser.get(f"/search?q=pelatihan&lang={lang}").text
    titles = {"id": "Program", "en": "Programs"}
    assert re.search(rf'<h2 id="group-programs">{titles[lang]} ', page)
    assert re.search(r'<a href="/page/id/contoh/program/pelatihan\?lang', page)
    assert "<mark>Pelatihan</mark>" in page


def test_every_page_has_a_field_to_search_with(browser: FlaskClient) -> None:
    for path in (
        "/",
        "/queries",
        "/findings",
        "/page/id/contoh/program/pelatihan",
        "/nothing-here",
    ):
        page = browser.get(f"{path}?lang=en").text
        assert re.search(r'<form class="find" action="/search"', page), path
        assert 'name="lang" value="en"' in page


def test_the_search_page_is_sound(browser: FlaskClient) -> None:
    for query in ("", "?q=", "?q=pelatihan", "?q=zzzzzz", "?q=kolabrasi", "?q=desa&kind=places"):
        page = outline(browser.get(f"/search{query}").text)
        assert page.tags.count("h1") == 1
        assert len(page.ids) == len(set(page.ids))
        assert {str(field["id"]) for field in page.fields} <= set(page.labels)


def test_more_of_a_kind_is_one_click_away(browser: FlaskClient) -> None:
    page = browser.get("/search?q=dinas&lang=id").text
    assert 'href="/search?lang=id&amp;q=dinas&amp;kind=ties"' in page or "group-ties" in page
    assert browser.get("/search?q=dinas&kind=nothing").status_code == 404


def test_things_of_one_name_are_told_apart_by_their_studies(kg: KnowledgeGraph) -> None:
    for name in ("satu", "dua"):
        one, study, program = Graph(), terms.study(name), terms.thing(name, "program", "p")
        for thing, kind, label in (
            (study, CG.Study, f"Studi {name} (rekaan)"),
            (program, CG.Program, "Pelatihan membatik (rekaan)"),
        ):
            one.add((thing, RDF.type, kind))
            one.add((thing, RDFS.label, Literal(label, lang="id")))
        one.add((program, CG.inStudy, study))
        kg.commit(Change(replace={terms.submission_graph(name, "x"): one}))
    client = web.create_app(kg, Settings()).test_client()
    page = client.get("/search?q=membatik&lang=id", headers={"Accept": "text/html"}).text
    items = client.get("/suggest.json?q=pelatihan+mem&lang=id").json["items"]
    for name in ("satu", "dua"):
        assert page.count(f"Studi {name} (rekaan)") == 1
        assert [i["study"] for i in items].count(f"Studi {name} (rekaan)") == 1


def test_the_same_as_data(client: FlaskClient) -> None:
    data = client.get("/search.json?q=kolabrasi+bambu&lang=id").json
    assert data["instead"] == {"kolabrasi": ["kolaborasi"]}
    (first, *_) = data["groups"]
    assert {"text": "bambu", "hit": True} in first["hits"][0]["name"]
    assert client.get("/search?q=bambu", headers={"Accept": "application/json"}).json["groups"]
    items = client.get("/suggest.json?q=pel&kind=programs&lang=id").json["items"]
    assert [item["name"] for item in items] == ["Pelatihan"]


def test_suggestions_lead_to_pages_and_forgive_a_misspelling(client: FlaskClient) -> None:
    (question, *_) = client.get("/suggest.json?q=bukti+keberlanjutan&lang=id").json["items"]
    assert question["page"] == "/queries/programs-lacking-sustainability-evidence?lang=id"
    items = client.get("/suggest.json?q=pelatihna&lang=en").json["items"]
    program = next(item for item in items if item["kind"] == "programs")
    assert (program["name"], program["group"]) == ("Training", "Programs")
    assert program["synthetic"]
    assert client.get(program["page"], headers={"Accept": "text/html"}).status_code == 200


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("program berkelanjutan", "programs-lacking-sustainability-evidence"),  # another form
        ("triangulated", "triangulated-findings"),  # in the other language than the page's
        ("kappa", "coder-agreement"),  # of a column, or of the description
        ("quotable evidence batik", "quotable-evidence"),  # most of the words
    ],
)
def test_a_question_is_suggested_by_all_that_is_said_of_it(
    client: FlaskClient, text: str, question: str
) -> None:
    items = client.get("/suggest.json", query_string={"q": text, "lang": "id"}).json["items"]
    pages = [item["page"].partition("?")[0] for item in items if item["kind"] == "queries"]
    assert f"/queries/{question}" in pages
    listed = client.get("/queries", query_string={"q": text, "lang": "id"}).text
    assert f'href="/queries/{question}?' in listed


def test_one_word_that_no_question_says_suggests_none(client: FlaskClient) -> None:
    for text in ("zzzz", "zzzz evidence", "", "?"):
        items = client.get("/suggest.json", query_string={"q": text}).json["items"]
        assert not [item for item in items if item["kind"] == "queries"]


@given(st.text(max_size=80))
def test_any_text_can_be_looked_for(app: Flask, text: str) -> None:
    browser = app.test_client()
    for path in ("/search", "/findings"):
        response = browser.get(path, query_string={"q": text, "format": "html"})
        assert response.status_code == 200
        assert "<script" not in response.text.partition("<main")[2]


@pytest.fixture(scope="module")
def with_words(
    example_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[FlaskClient, str]]:
    """A service over the example, a passage of which is restricted; and a researcher's token."""
    folder = tmp_path_factory.mktemp("words") / "store"
    shutil.copytree(example_store, folder)
    token = Tokens(Settings(store=str(folder)).tokens_file).create("r", Role.RESEARCHER)
    with KnowledgeGraph.own(str(folder)) as graph:
        yield web.create_app(graph, Settings(store=str(folder))).test_client(), token


def test_what_is_restricted_is_found_by_those_who_may_read_it_alone(
    with_words: tuple[FlaskClient, str],
) -> None:
    client, token = with_words
    allowed = {"Authorization": f"Bearer {token}"}
    for path in (
        "/search.json?q=Modal+sulit+dan+Dinas",
        "/evidence?q=Modal+sulit+Dinas&format=json",
        "/suggest.json?q=modal+sulit",
    ):
        assert b"evidence/e14" not in client.get(path).data, path
        assert b"evidence/e14" in client.get(path, headers=allowed).data, path


def test_search_follows_what_is_committed(kg: KnowledgeGraph) -> None:
    client = web.create_app(kg, Settings()).test_client()
    assert client.get("/search.json?q=bambu").json["total"] == 0
    submissions.add(kg, [data_dir() / "examples" / "contoh.ttl"], "contoh")
    assert client.get("/search.json?q=bambu").json["total"] > 0
    gone = {graph for graph in kg.graphs(Role.ADMIN) if "/contoh/" in graph}
    kg.commit(Change(drop=frozenset(gone)))
    assert client.get("/search.json?q=bambu").json["total"] == 0


def test_the_number_found_is_that_of_what_is_listed(browser: FlaskClient) -> None:
    page = browser.get("/search?lang=id&q=komunikasi").text
    total = int(re.findall(r"Ditemukan: (\d+)", page)[0])
    groups = re.findall(r'<h2 id="group-[^"]*">[^<]*<span class="muted">(\d+)', page)
    assert 'id="group-queries"' in page
    assert total == sum(map(int, groups))
