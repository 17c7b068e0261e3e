"""An answer as a workbook, a citation and a frame: it says what it is, and when it has changed."""

import csv
import html
import io
import re
import shutil
from pathlib import Path

import openpyxl
import pytest
from flask.testing import FlaskClient

from rembug import web
from rembug.changes import submissions
from rembug.graph import KnowledgeGraph, Rows, Term
from rembug.settings import Settings

QUESTION = "programs-lacking-sustainability-evidence"
CHANGE = """
@prefix cg: <https://w3id.org/rembug/ontology#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
<https://w3id.org/rembug/id/magetan/program/training> a cg:Program ;
    cg:inStudy <https://w3id.org/rembug/id/magetan/study/magetan> ;
    rdfs:label "Pelatihan membatik"@id, "Batik training"@en .
"""


def sheets(client: FlaskClient, path: str) -> dict[str, list[list[object]]]:
    book = openpyxl.load_workbook(io.BytesIO(client.get(path).data))
    return {sheet.title: [[cell.value for cell in row] for row in sheet] for sheet in book}


def test_a_workbook_names_its_columns_for_readers_and_says_how_to_cite_it(
    client: FlaskClient,
) -> None:
    found = sheets(client, "/queries/element-ratings.xlsx?lang=en&study=contoh")
    head, first = found["Answer"][:2]
    columns = dict(row[:2] for row in found["Columns"][1:])  # type: ignore[misc]
    assert list(columns) == head
    assert columns["mean rating"] == "meanRating"
    assert (columns["element"], columns["element (IRI)"]) == ("elementLabel", "element")
    assert isinstance(first[head.index("findings")], int)
    about = dict(found["About"])  # type: ignore[arg-type]
    assert "study=contoh" in str(about["Cite or embed this answer"])
    assert "SELECT" in str(about["The query"])
    (indonesian, *_) = sheets(client, "/queries/element-ratings.xlsx?lang=id")["Jawaban"]
    assert {"unsur", "unsur (IRI)", "temuan"} <= set(indonesian)


def test_the_words_of_an_answer_are_in_the_language_of_the_workbook(client: FlaskClient) -> None:
    for language, sheet, said in (("id", "Jawaban", "belum diteliti"), ("en", "Answer", None)):
        found = sheets(client, f"/queries/criteria-met.xlsx?lang={language}&study=contoh")[sheet]
        statuses = {row[found[0].index("status")] for row in found[1:]}
        assert statuses
        assert (said or "not examined") in statuses
    code = found[0].index("status (code)")  # for programs
    assert {row[code] for row in found[1:]} >= {"met", "not examined"}


def test_the_codes_of_a_csv_have_their_words_beside_them_where_a_page_links_to_it(
    browser: FlaskClient,
) -> None:
    page = browser.get("/queries/criteria-met?lang=id&study=contoh").text
    path = re.search(r'href="(/queries/criteria-met\.csv\?[^"]*words=true[^"]*)"', page)
    assert path is not None
    rows = list(csv.DictReader(io.StringIO(browser.get(html.unescape(path[1])).text)))
    assert {"not examined": "belum diteliti"}.items() <= {
        row["status"]: row["statusLabel"] for row in rows
    }.items()
    plain = browser.get("/queries/criteria-met.csv?lang=id&study=contoh").text
    assert plain.splitlines()[0] == ",".join(name for name in rows[0] if name != "statusLabel")


def test_a_workbook_takes_any_text_and_no_formula(browser: FlaskClient) -> None:
    from rembug.web.workbook import workbook

    odd = ["=1+1", "\x00\x0b", "ا" * 40_000, "<script>", "  "]
    rows = Rows(("a",), [{"a": Term("literal", text)} for text in odd])
    with browser.application.test_request_context("/?lang=en"):
        browser.application.preprocess_request()
        book = openpyxl.load_workbook(io.BytesIO(workbook(rows, ("a",), [("=a", "=b")])))
    assert book["Answer"]["A2"].data_type == "s"
    assert book["Answer"]["A2"].value == "=1+1"
    assert len(book["Answer"]["A4"].value) == 32_000


def test_questions_are_found_by_words_of_either_language(browser: FlaskClient) -> None:
    for words in ("sustainability evidence", "bukti keberlanjutan", "SUSTAIN"):
        assert f"/queries/{QUESTION}" in browser.get(f"/queries?lang=en&q={words}").text
    assert f"/queries/{QUESTION}" not in browser.get("/queries?lang=en&q=zebra").text
    assert "&lt;b&gt;" in browser.get("/queries?q=<b>").text


def test_a_form_offers_the_things_that_there_are(browser: FlaskClient) -> None:
    page = browser.get("/queries/program-profile?lang=en").text
    assert re.search(r'<option value="https://w3id.org/rembug/id/contoh/program/', page)


@pytest.fixture
def changing(magetan_store: Path, tmp_path: Path):  # type: ignore[no-untyped-def]
    shutil.copytree(magetan_store, tmp_path / "store")
    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        yield graph, web.create_app(graph, Settings()).test_client()


def test_what_is_cited_and_embedded_stays_and_says_that_it_has_changed(changing, tmp_path) -> None:  # type: ignore[no-untyped-def]
    graph, client = changing
    page = client.get(f"/queries/{QUESTION}?lang=en", headers={"Accept": "text/html"}).text
    (frame,) = re.findall(r'&lt;iframe src="http://[^/]*([^"]*)"', page)
    frame = html.unescape(html.unescape(frame))
    before = client.get(frame)
    assert "frame-ancestors" not in before.headers["Content-Security-Policy"]
    assert "another one now" not in before.text
    assert before.text.count("<tr") == 2
    (tmp_path / "new.ttl").write_text(CHANGE)
    submissions.add(graph, [tmp_path / "new.ttl"], "magetan")
    after = client.get(frame).text
    assert "another one now" in after
    assert after.count("<tr") == 2
    (cited,) = re.findall(r"(/queries/[^ <]*version=\d+)", page.split('class="whole"')[1])
    there = client.get(html.unescape(cited), headers={"Accept": "text/html"}).text
    assert "Batik training" not in there
    assert "Ask again" in there
    assert "Batik training" in client.get(
        f"/queries/{QUESTION}?lang=en", headers={"Accept": "text/html"}
    ).text  # fmt: skip


def test_a_status_is_told_by_a_word_beside_its_colour(magetan_browser: FlaskClient) -> None:
    page = magetan_browser.get(f"/queries/{QUESTION}?lang=en").text
    assert '<span class="status against"><span>evidence only against</span></span>' in page
