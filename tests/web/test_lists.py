"""Lists with facets: what narrows, what turns the page, and that nothing is lost between pages."""

import re

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, RDFS, Graph, Literal

from rembug import terms, web
from rembug.graph import Change, KnowledgeGraph
from rembug.settings import Settings
from rembug.terms import CG
from rembug.web.lists import LISTS, PAGE


def entries(page: str, kind: str) -> list[str]:
    return re.findall(rf'<td><a href="/page/id/[^/"]+/{kind}/([^?"]+)', page)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_list_has_a_page_in_both_languages(
    browser: FlaskClient, name: str, lang: str
) -> None:
    response = browser.get(f"/{name}?lang={lang}")
    assert response.status_code == 200
    assert "<tbody>" in response.text


def test_a_list_holds_what_a_query_finds(browser: FlaskClient, contoh: KnowledgeGraph) -> None:
    rows = contoh.rows(f"SELECT DISTINCT ?p {{ ?p a <{CG.Program}> }}")
    wanted = {row["p"].value.rpartition("/")[2] for row in rows}
    assert set(entries(browser.get("/programs").text, "program")) == wanted


def test_a_facet_narrows_and_can_be_taken_away(browser: FlaskClient) -> None:
    everything = entries(browser.get("/findings").text, "finding")
    page = browser.get("/findings?rating=rating/weak&study=contoh").text
    weak = entries(page, "finding")
    assert 0 < len(weak) < len(everything)
    assert 'href="/findings?study=contoh"' in page
    assert 'href="/findings?rating=rating%2Fweak"' in page


def test_a_facet_counts_what_choosing_it_gives(browser: FlaskClient) -> None:
    page = browser.get("/findings?study=contoh").text
    found = re.findall(
        r'href="(/findings\?study=contoh&amp;(?:rating|stance|aspect)=[^"]*)"[^>]*>[^<]*</a> '
        r'<span class="muted">(\d+)</span>',
        page,
    )
    assert len(found) > 5
    for link, number in found:
        narrowed = browser.get(link.replace("&amp;", "&")).text
        assert len(set(entries(narrowed, "finding"))) == int(number), link


def test_an_unknown_facet_is_told(browser: FlaskClient) -> None:
    assert browser.get("/programs?ratng=weak").status_code == 404


def test_pages_follow_each_other_without_gap_or_overlap(kg: KnowledgeGraph) -> None:
    many = Graph()
    study = terms.study("s")
    many.add((study, RDF.type, CG.Study))
    for number in range(2 * PAGE + 7):
        thing = terms.thing("s", "program", f"p{number}")
        many.add((thing, RDF.type, CG.Program))
        many.add((thing, CG.inStudy, study))
        # Few names for many things: the order must not rest on the name alone.
        many.add((thing, RDFS.label, Literal(f"Program {number % 3}", lang="id")))
    kg.commit(Change(replace={terms.submission_graph("s", "x"): many}))
    client = web.create_app(kg, Settings()).test_client()
    seen: list[str] = []
    link = "/programs"
    pages = 0
    while link:
        page = client.get(link, headers={"Accept": "text/html"}).text
        seen += entries(page, "program")
        following = re.search(r'href="([^"]*)" rel="next"', page)
        link = following[1].replace("&amp;", "&") if following else ""
        pages += 1
    assert pages == 3
    assert len(seen) == len(set(seen)) == 2 * PAGE + 7
