"""While the index is made, pages show what needs none, and say what is left out."""

import pytest
from flask.testing import FlaskClient

from rembug.errors import Preparing
from rembug.graph import KnowledgeGraph
from rembug.web.words import strings

LATE = strings()["page.late"]


@pytest.fixture
def none_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    def preparing(*_: object, **__: object) -> None:
        raise Preparing

    monkeypatch.setattr(KnowledgeGraph, "index", preparing)


def paths(client: FlaskClient, kinds: str) -> list[str]:
    query = (
        "PREFIX cg: <https://w3id.org/rembug/ontology#> SELECT (SAMPLE(?x) AS ?one) { VALUES ?kind "
        f"{{ {kinds} }} ?x a ?kind ; cg:inStudy ?s }} GROUP BY ?kind"
    )
    found = client.get("/sparql", query_string={"query": query}).get_json()["results"]["bindings"]
    return [
        "/page/" + row["one"]["value"].removeprefix("https://w3id.org/rembug/") for row in found
    ]


@pytest.mark.parametrize("lang", ["id", "en"])
@pytest.mark.usefixtures("none_yet")
def test_what_needs_no_index_is_shown_and_what_is_left_out_is_told(
    client: FlaskClient, lang: str
) -> None:
    things = paths(client, "cg:Finding cg:Program cg:Actor cg:Evidence cg:Policy")
    assert len(things) == 5
    for path in (
        "/",
        "/page/id/contoh/study/contoh",
        "/page/scheme/ansell-gash/trust-building",
        *things,
    ):
        told = client.get(path, query_string={"lang": lang}, headers={"Accept": "text/html"})
        assert told.status_code == 200, path
        assert LATE[lang] in told.text, path
        # None of what is not known is told to be 0.
        assert "<strong>0</strong>" not in told.text, path
        assert "made-up" in told.text or "rekaan" in told.text or path == "/"


@pytest.mark.usefixtures("none_yet")
def test_maps_networks_and_comparisons_are_drawn_without_an_index(client: FlaskClient) -> None:
    told = client.get("/map?lang=en", headers={"Accept": "text/html"})
    assert (told.status_code, LATE["en"] in told.text) == (200, True)
    assert "<svg" in told.text
    told = client.get("/compare?lang=en", headers={"Accept": "text/html"})
    assert (told.status_code, LATE["en"] in told.text) == (200, True)
    assert 'class="matrix"' in told.text
    assert strings()["compare.no_programs"]["en"] not in told.text  # that is not known
    told = client.get("/network?lang=en", headers={"Accept": "text/html"})
    assert (told.status_code, "<svg" in told.text) == (200, True)
    for path in ("/map.svg", "/network.svg", "/network.gexf", "/compare/elements.csv"):
        assert client.get(path).status_code == 200, path
    told = client.get("/compare/unknown.csv")  # a file that lacks programs would not say so
    assert told.status_code == 503


@pytest.mark.usefixtures("none_yet")
def test_ready_questions_are_answered_and_lists_say_when_to_ask_again(client: FlaskClient) -> None:
    question = "/queries/programs-lacking-sustainability-evidence"
    assert client.get(question, headers={"Accept": "text/html"}).status_code == 200
    assert client.get(question, headers={"Accept": "text/csv"}).status_code == 200
    for path in ("/findings", "/search?q=batik"):
        told = client.get(path, headers={"Accept": "text/html"})
        assert told.status_code == 503
        assert told.headers["Retry-After"]
        assert "disiapkan" in told.text


def test_what_was_left_out_is_there_as_soon_as_it_can_be(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def preparing(*_: object, **__: object) -> None:
        raise Preparing

    with monkeypatch.context() as cut:
        cut.setattr(KnowledgeGraph, "index", preparing)
        assert LATE["en"] in client.get("/?lang=en", headers={"Accept": "text/html"}).text
    assert LATE["en"] not in client.get("/?lang=en", headers={"Accept": "text/html"}).text
