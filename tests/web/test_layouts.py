"""Each kind of thing has a page that answers what its readers ask first."""

import re
from pathlib import Path

import pytest
from defusedxml import ElementTree
from flask import Flask
from flask.testing import FlaskClient
from rdflib import Graph, Literal

from rembug import settings, terms, web
from rembug.changes import submissions
from rembug.graph import Change, KnowledgeGraph, Rows, Term
from rembug.graph.workers import engine_dataset
from rembug.settings import Settings
from rembug.terms import CG
from rembug.web.trail import trail
from tests.web.conftest import Page

SVG = "{http://www.w3.org/2000/svg}"


def test_a_program_says_first_whether_it_lasts_and_what_is_not_stated(
    magetan_browser: FlaskClient,
) -> None:
    page = magetan_browser.get("/page/id/magetan/program/empowerment?lang=en").text
    lasts = page.index("Does it last?")
    assert lasts < page.index("Not stated") < page.index('id="trace"') < page.index('id="facts"')
    assert page.count("evidence only to the contrary") == 2
    unstated = re.search(r'<dd class="unstated">(.*?)</dd>', page)
    assert unstated
    assert "who leads it" in unstated[1]
    assert "whom it serves" not in unstated[1]
    assert "does not mean that there is none" in unstated[1]


@pytest.mark.parametrize(
    ("program", "answers"),
    [
        ("pelatihan", ["the evidence is divided", "there is evidence that it does"]),
        ("kredit", ["there is evidence that it does", "evidence only to the contrary"]),
        ("rumah-bersama", ["no evidence so far", "there is evidence that it does"]),
    ],
)
def test_the_verdicts_of_a_program_are_those_of_the_questions(
    browser: FlaskClient, program: str, answers: list[str]
) -> None:
    page = browser.get(f"/page/id/contoh/program/{program}?lang=en").text
    assert re.findall(r"</b> ([^<]*)</strong></a></li>", page) == answers


def test_an_actor_says_each_part_once_with_its_roles_and_ties(browser: FlaskClient) -> None:
    page = browser.get("/page/id/contoh/actor/dinas-a?lang=en").text
    parts = page[page.index('<dl class="facts parts">') : page.index('id="facts"')]
    assert parts.count("Bamboo craft collaboration") == 1
    assert "funder; initiator" in parts
    assert re.search(r"Ties to</dt>\s*<dd>.*?Centre B.*?communicates with, weak", parts, re.DOTALL)
    assert "Agency A" not in parts


def test_no_actor_is_said_to_have_no_ties_where_none_are_stated(
    magetan_browser: FlaskClient,
) -> None:
    page = magetan_browser.get("/page/id/magetan/actor/regent?lang=en").text
    assert "ties with other actors" in page
    assert "does not mean that there is none" in page


def test_evidence_shows_where_its_passage_stands_and_why_its_words_do_not(
    magetan_browser: FlaskClient,
) -> None:
    page = magetan_browser.get("/page/id/magetan/evidence/shortcomings?lang=en").text
    assert "The copy at hand states no licence" in page
    assert page.count('class="here"') == 1
    assert "6 sentences; sentence 3 is meant" in page
    assert "Seen through both frameworks" not in page[page.index('class="told"') :]


def test_words_show_in_their_context_to_those_who_may_read_them(example: KnowledgeGraph) -> None:
    place = terms.thing("contoh", "selector", "e1")
    words = Graph()
    for name, text in (("prefix", "sebelum "), ("exact", "kata inti"), ("suffix", " sesudah")):
        words.add((place, terms.OA[name], Literal(text)))
    closed = terms.restricted(terms.submission_graph("contoh", "words"))
    example.commit(Change(replace={closed: words}))
    app = web.create_app(example, Settings())
    path = "/page/id/contoh/evidence/e1?lang=en"
    assert "kata inti" not in Page(app).get(path).text
    assert "not open to everybody" in Page(app).get(path).text


def test_a_trail_has_a_line_for_each_bearing_and_each_source(client: FlaskClient) -> None:
    thing = terms.thing("contoh", "finding", "f1")
    drawn = client.get(f"/trail.svg?lang=en&thing={thing}")
    assert drawn.mimetype == "image/svg+xml"
    tree = ElementTree.fromstring(drawn.text)
    lines = [line.get("class") for line in tree.iter(f"{SVG}polyline")]
    assert sorted(filter(None, lines)) == ["stands", "stands", "supports", "undermines"]
    boxes = [box.get("class") for box in tree.iter(f"{SVG}rect")]
    assert sorted(filter(None, boxes)) == ["evidence"] * 2 + ["finding"] + ["source"] * 2
    for box in tree.iter(f"{SVG}rect"):
        right = float(box.get("x", "")) + float(box.get("width", ""))
        assert 0 < right < float(tree.get("width", ""))
    assert (
        client.get(f"/trail.svg?thing={terms.thing('contoh', 'finding', 'f8')}").status_code == 404
    )
    assert client.get("/trail.svg").status_code == 400


def test_no_line_of_a_trail_is_wider_than_its_box(app: Flask) -> None:
    shouted = "DINAS PERINDUSTRIAN DAN PERDAGANGAN KABUPATEN MAGETAN"
    row = {
        "finding": Term("uri", str(terms.thing("s", "finding", "f"))),
        "findingLabel": Term("literal", shouted),
        "ratingLabel": Term("literal", "tidak dapat dinilai dari data yang ada"),
        "stance": Term("uri", f"{terms.SCHEME}stance/undermines"),
        "evidence": Term("uri", str(terms.thing("s", "evidence", "e"))),
        "evidenceLabel": Term("literal", "工業貿易局の職人への支援について" * 3),
        "bearing": Term("uri", str(CG.supports)),
    }
    with app.test_request_context("/?lang=id"):
        app.preprocess_request()
        drawn = trail(Rows(tuple(row), [row]))
    assert drawn is not None
    finding, evidence = drawn.boxes
    assert "".join(finding.lines).replace(" ", "") == shouted.replace(" ", "")
    assert max(map(len, finding.lines)) * 15 * 0.75 < finding.width  # capitals, at their widest
    assert max(map(len, evidence.lines)) * 15 < evidence.width
    assert max(map(len, finding.note)) * 7.6 < finding.width


def test_an_embedded_trail_stays_and_says_when_it_has_changed(example: KnowledgeGraph) -> None:
    client = web.create_app(example, Settings()).test_client()
    version, thing = example.version, terms.thing("contoh", "finding", "f1")
    url = f"/trail.svg?thing={thing}&lang=en&version={version}"
    before = client.get(url).text
    assert f"version {version}." in before
    page = client.get("/page/id/contoh/finding/f1?lang=en", headers={"Accept": "text/html"}).text
    # By its file, also what is not open.
    entries = re.findall(r"came in with <a href=\"([^\"]*)\"><bdi>contoh.ttl</bdi>", page)
    assert entries and not any("restricted" in entry for entry in entries)
    assert "changed since" not in before
    more = Graph()
    more.add((terms.thing("contoh", "evidence", "e2"), terms.CG.undermines, thing))
    example.commit(Change(replace={terms.submission_graph("contoh", "more"): more}))
    after = client.get(url).text
    assert after.count("<polyline") == before.count("<polyline")
    assert "changed since" in after
    assert client.get(f"/trail.svg?thing={thing}").text.count("<polyline") > before.count(
        "<polyline"
    )


def test_each_fact_names_its_submission_where_there_are_several(
    example: KnowledgeGraph, tmp_path: Path
) -> None:
    thing = terms.thing("contoh", "program", "kredit")
    page = Page(web.create_app(example, Settings()))
    assert 'class="from"' not in page.get("/page/id/contoh/program/kredit").text
    (tmp_path / "findings.ttl").write_text(
        f"<{thing}> <{terms.CG.ledBy}> <{terms.thing('contoh', 'actor', 'dinas-a')}> ;"
        f" <{terms.CG.inStudy}> <{terms.study('contoh')}> ."
    )
    submissions.add(example, [tmp_path / "findings.ttl"], "contoh")
    told = re.findall(
        r'class="from"><a [^>]*><bdi>([^<]*)', page.get("/page/id/contoh/program/kredit").text
    )
    assert set(told) == {"contoh.ttl", "findings.ttl"}


def test_an_indicator_shows_its_figures_and_whether_the_growth_agrees(
    magetan_browser: FlaskClient,
) -> None:
    page = magetan_browser.get("/page/id/magetan/indicator/batik-centres?lang=id").text
    assert "sumber menyatakan 940 persen; dihitung dari angkanya 940 persen" in page
    assert re.search(r"52 sentra</td>", page)
    assert 'href="/page/id/magetan/place/magetan?lang=id"' in page


def test_an_element_lists_what_findings_say_and_counts_them(browser: FlaskClient) -> None:
    page = browser.get("/page/scheme/ansell-gash/face-to-face-dialogue?lang=en").text
    on = page[page.index('id="on"') :]
    assert "The actors seldom meet face to face." in on
    listed = re.search(r'href="(/findings\?[^"]*)" rel="nofollow"><strong>(\d+)</strong>', on)
    assert listed
    found = browser.get(listed[1].replace("&amp;", "&")).text
    assert f'<p class="count"><strong>{listed[2]}</strong>' in found


def test_no_query_of_a_page_is_parsed_twice() -> None:
    """A text that may name graphs goes through a parser that takes a second for a long query."""
    for file in (settings.queries_dir() / "pages").glob("*.rq"):
        assert not engine_dataset.may_name_graphs(file.read_text()), file.name


def test_a_study_draws_what_began_among_its_figures(browser: FlaskClient) -> None:
    page = browser.get("/page/id/contoh/study/contoh?lang=en").text
    course = page.partition('id="course"')[2].partition("</section>")[0]
    assert course.count('class="moment"') == 1
    assert re.search(r'<ol class="begun"><li>2020: <a href="[^"]*/program/pelatihan', course)
    undated = course.partition("When these began is not stated:")[2]
    assert "/policy/wajib-bambu" in undated
    value = browser.get("/page/id/contoh/indicator-observation/usaha-selatan?lang=en").text
    assert "<h1><bdi>Number of micro and small businesses · South District · 2022</bdi>" in value
    assert "/program/pelatihan" not in undated


def test_a_study_shows_its_findings_and_which_of_them_are_contested(browser: FlaskClient) -> None:
    page = browser.get("/page/id/contoh/study/contoh?lang=en").text
    said = page.partition('id="said"')[2].partition("</section>")[0]
    shown = re.findall(r'<a href="(/page/id/contoh/finding/[^"?]*)[^"]*">.*?</li>', said)
    assert 5 <= len(shown) <= 8
    listed = browser.get("/findings?study=contoh&support=contested&lang=en").text
    contested = {iri for iri in shown if f'href="{iri}?' in listed}
    assert contested
    for row in said.split("</li>")[:-1]:
        is_contested = any(f'"{iri}?' in row for iri in contested)
        assert ("◆ contested" in row) is is_contested


def test_who_leads_a_program_is_not_said_to_be_missing_from_it(browser: FlaskClient) -> None:
    page = browser.get("/page/id/contoh/program/pameran?lang=en").text
    unstated = re.search(r'<dd class="unstated">(.*?)</dd>', page)
    assert unstated
    assert "who else takes part" in unstated[1]
    assert "who takes part" not in unstated[1]
