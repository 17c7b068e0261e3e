"""While the index is made, pages show what needs none, and say what is left out."""

import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from rdflib import URIRef

from rembug.errors import Preparing, StoreFull, Words
from rembug.graph import Change, KnowledgeGraph
from rembug.graph.readers.index import Index
from rembug.graph.readers.store import ReadingStore
from rembug.settings import Settings
from rembug.web import create_app
from rembug.web.words import strings

LATE = strings()["page.late"]
ABOUT = "about=contoh/program/pelatihan"


def preparing(*_: object, **__: object) -> None:
    raise Preparing


@pytest.fixture
def none_yet(monkeypatch: pytest.MonkeyPatch) -> None:
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
    questions = re.findall(r'href="(/compare/questions[^"#]*)"', told.text)
    assert questions  # about each program, which the graph knows
    told = client.get("/network?lang=en", headers={"Accept": "text/html"})
    assert (told.status_code, "<svg" in told.text) == (200, True)
    for path in ("/map.svg", "/network.svg", "/network.gexf", "/compare/elements.csv"):
        assert client.get(path).status_code == 200, path


def test_what_to_ask_is_told_alike_with_an_index_and_without(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = ("/compare/unknown.csv?lang=en", "/compare/unknown.csv", f"/compare/questions?{ABOUT}")
    with_one = [client.get(path) for path in paths]
    monkeypatch.setattr(KnowledgeGraph, "index", preparing)
    for path, known in zip(paths, with_one, strict=True):
        told = client.get(path, headers={"X-Request-Id": "1", "If-None-Match": '"x"'})
        assert (told.status_code, known.status_code) == (200, 200), path
        if path.startswith("/compare/unknown.csv"):
            assert told.text == known.text
            assert told.text.count("\n") > 10
        assert "pelatihan" in told.text


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
    with monkeypatch.context() as cut:
        cut.setattr(KnowledgeGraph, "index", preparing)
        assert LATE["en"] in client.get("/?lang=en", headers={"Accept": "text/html"}).text
    assert LATE["en"] not in client.get("/?lang=en", headers={"Accept": "text/html"}).text


@pytest.mark.parametrize(
    ("path", "of"),
    [
        *(("/findings", Index), ("/", Index), ("/map", Index), ("/search?q=e", Index)),
        *((path, ReadingStore) for path in ("/page?iri=http://e/a", "/queries/element-ratings")),
    ],
)
def test_a_page_of_an_earlier_version_says_so_until_there_is_room_for_the_newest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str, of: type[Index | ReadingStore]
) -> None:
    """Whether its index lags or the reading store itself."""
    line = b'<http://e/a> <http://www.w3.org/2000/01/rdf-schema#label> "e" .\n'
    with KnowledgeGraph.own(str(tmp_path)) as graph:
        graph.commit(Change(replace={URIRef("http://e/g"): line}))
        client = create_app(graph, Settings()).test_client()

        def told() -> dict[str, str]:
            asked = {lang: f"{path}{'&' if '?' in path else '?'}lang={lang}" for lang in LATE}
            return {
                lang: client.get(one, headers={"Accept": "text/html"}).text
                for lang, one in asked.items()
            }

        def full(*_: object) -> None:
            raise StoreFull(Words("no room", "penuh"))

        assert 'class="warning earlier"' not in told()["en"]
        shown = graph.version
        with monkeypatch.context() as cut:
            if of is Index:
                cut.setattr(Index, "update", full)
            else:  # as while it is made anew
                cut.setattr(ReadingStore, "catch_up", lambda *_, **__: None)
            graph.commit(Change(append={URIRef("http://e/g"): line.replace(b"/a>", b"/b>")}))
            values = {"shown": shown, "newest": graph.version}
            pages = told()
            for lang, sentence in strings()["page.earlier"].items():
                assert sentence.format(**values) in pages[lang]
        assert 'class="warning earlier"' not in told()["en"]  # nor was the page kept
