"""Whatever a caller asks with, and whatever the labels say: an answer, and none of it is markup."""

import json
from collections.abc import Iterator
from html.parser import HTMLParser

import pytest
from defusedxml import ElementTree
from flask import Flask
from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from rembug import terms, web
from rembug.graph import KnowledgeGraph
from rembug.settings import Settings
from tests import hostile
from tests.web.conftest import BROWSER

LISTS = ("studies", "actors", "programs", "policies", "findings", "evidence")
THINGS = (
    *("id/contoh/study/contoh", "id/contoh/program/pelatihan", "id/contoh/policy/wajib-bambu"),
    *("id/contoh/actor/dinas-a", "id/contoh/finding/f2", "id/contoh/evidence/e1"),
    *("id/contoh/place/desa-a", "id/contoh/indicator/jumlah-sentra", "id/contoh/interview/w1"),
    *("id/contoh/informant/p1", "id/contoh/tie/b-a", "id/contoh/collaboration/bambu"),
    *("scheme/ansell-gash/outcomes", "scheme/ansell-gash", "scheme/rating/weak", "ontology"),
    *("graph/contoh/hostile", "id/contoh/none"),
)
PATHS = (
    *("/", "/map", "/network", "/network.svg", "/network.gexf", "/network.net", "/network.dl"),
    *("/qca", "/compare", "/compare/elements.csv", "/compare/unknown.xlsx"),
    "/compare/questions?about=contoh/program/pelatihan",
    *("/map?study=contoh", "/network?study=contoh", "/network.svg?study=contoh"),
    *("/search", "/search?q=script", "/search.json?q=script", "/suggest.json?q=long"),
    *("/links", "/dataset", "/.well-known/void", "/sparql", "/queries", "/openapi.json"),
    *("/submissions", "/submissions/contoh/hostile", "/submissions/state/findings", "/agreement"),
    *(f"/trail.svg?thing={terms.ID}contoh/{one}" for one in ("finding/f1", "evidence/e1")),
    *("/queries/element-ratings.svg", "/queries/weak-communication.svg", "/queries?term=Finding"),
    *("/trail.svg", "/submissions/template/findings.csv", "/submissions/template/ties.xlsx"),
    *("/account", "/page", "/robots.txt", "/sitemap.xml", "/sitemap/findings.xml", "/data"),
    *(f"/{name}" for name in LISTS),
    *(f"/{name}?format={ending}" for name in LISTS[:2] for ending in ("csv", "json", "xlsx")),
    *(f"/page/{thing}" for thing in THINGS),
    *(f"/page/{THINGS[1]}.{ending}" for ending in ("ttl", "jsonld", "rdf", "nt")),
)
NAMES = (
    *("study", "about", "iri", "lang", "synthetic", "after", "page", "q", "sort", "format", "more"),
    *("framework", "kind", "dataset", "thing", "query", "version", "place", "aspect", "year"),
    *("program", "example", "default-graph-uri", "unheard-of"),
)
VALUES = (
    *("", "xx", "maybe", "-1", "0", "99999999999999999999", "1e9", "NaN", "true", "contoh"),
    *("%FF", "%00", "%C3%28", "%ED%A0%80", "%0A", "%0D%0AX-Odd:%201", "a%20b", "../../etc/passwd"),
    *("%3Cscript%3Ebroken%3C/script%3E", "%22%3E%3Cb%3E", "javascript:alert(1)", "{{7*7}}", "%25s"),
    *("http://", "urn:x:%3Cb%3E", "https://w3id.org/rembug/id/contoh/study/contoh", "[]", "*"),
    *("'%20OR%201=1", "%D8%B4%D8%B1%D9%83%D8%A9", "a" * 3000),
)


class _Elements(HTMLParser):
    """What a page would run: its scripts, its handlers and where its links lead."""

    def __init__(self) -> None:
        super().__init__()
        self.faults: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        ours = given.get("src", "").startswith("/static/")
        if tag == "script" and not ours and given.get("type") != "application/ld+json":
            self.faults.append(f"a script: {given}")
        if tag in ("iframe", "object", "embed", "base") or "style" in given:
            self.faults.append(f"{tag} {given}")
        for name, value in given.items():
            leads = name in ("href", "src", "action", "formaction", "xlink:href", "content")
            led = leads and value.strip().lower().startswith(("javascript:", "data:"))
            if name.startswith("on") or led:
                self.faults.append(f"{tag} {name}={value[:80]}")
        if tag == "img" and given.get("src") == "x":
            self.faults.append("an image of a label")


def check(response: TestResponse) -> None:
    """An answer below 500, in which no text of the data has become markup."""
    assert response.status_code < 500, response.text[:300]
    assert "X-Odd" not in response.headers
    body = response.data
    match response.mimetype:
        case "text/html":
            page = _Elements()
            page.feed(response.text)
            assert not page.faults, page.faults
            assert "49{%" not in response.text
        case "image/svg+xml" | "application/gexf+xml" | "application/graphml+xml":
            tags = {
                element.tag.rpartition("}")[2] for element in ElementTree.fromstring(body).iter()
            }
            assert not tags & {"script", "foreignObject", "image"}, tags
        case "application/xml" | "text/xml":
            ElementTree.fromstring(body)
        case "application/json" | "application/ld+json" | "application/problem+json":
            json.loads(body)


@pytest.fixture(scope="session")
def odd() -> Iterator[Flask]:
    """A service over the study in which every text is hostile."""
    with KnowledgeGraph.in_memory() as graph:
        hostile.fill(graph)
        yield web.create_app(graph, Settings())


@pytest.mark.parametrize("path", PATHS)
def test_no_label_becomes_markup(odd: Flask, path: str) -> None:
    for accept in (BROWSER, "*/*"):
        check(odd.test_client().get(path, headers={"Accept": accept}))


@with_settings(max_examples=120, deadline=None)
@given(
    path=st.sampled_from(PATHS),
    chosen=st.lists(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(VALUES)), min_size=1, max_size=3
    ),
)
def test_no_parameter_breaks_a_page(odd: Flask, path: str, chosen: list[tuple[str, str]]) -> None:
    query = "&".join(f"{name}={value}" for name, value in chosen)
    url = f"{path}{'&' if '?' in path else '?'}{query}"
    check(odd.test_client().get(url, headers={"Accept": BROWSER}))


@pytest.mark.parametrize("text", hostile.TEXTS[:3])
def test_the_check_sees_what_is_not_escaped(text: str) -> None:
    page = _Elements()
    page.feed(f'<p title="{text}">{text}</p>')
    assert page.faults
