"""Studies side by side, what is not known, and what could be asked about it."""

import csv
import html
import io
import re

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from rdflib import RDF, RDFS, SKOS, Graph, Literal, URIRef

from rembug import terms, web
from rembug.graph import Change, KnowledgeGraph
from rembug.settings import Settings
from rembug.terms import CG
from rembug.web.states import SIGNS
from tests.web.conftest import Page

from .test_maps import framework

BOTH = "study=contoh&study=pembanding&framework=ansell-gash"
AG = f"{terms.SCHEME}ansell-gash/"
ROW = re.compile(r'<th scope="row"[^>]*><a href="[^"]*">([^<]*)</a></th>(.*?)</tr>', re.S)
CELL = re.compile(r'<td [^>]*class="sign ([a-z]+)".*?<a href="([^"]*)"[^>]*>(.*?)</a></td>', re.S)


def table(page: str, heading: str) -> dict[str, list[tuple[str, str, str]]]:
    """The rows of the table under a heading: state, link and text of each cell."""
    part = page.partition(f'<h2 id="{heading}">')[2].partition("</section>")[0]
    return {name: CELL.findall(rest) for name, rest in ROW.findall(part)}


def records(client: FlaskClient, path: str) -> list[dict[str, str]]:
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "text/csv"
    return list(csv.DictReader(io.StringIO(answer.text)))


@pytest.fixture(scope="module")
def both(app: object) -> str:
    return str(app.test_client().get(f"/compare?{BOTH}&lang=en").text)  # type: ignore[attr-defined]


def test_each_study_has_its_state_its_findings_and_its_rating_for_each_element(both: str) -> None:
    rows = table(both, "elements")
    dialogue = rows["face-to-face dialogue"]
    assert [state for state, _, _ in dialogue] == ["contested", "for"]
    assert "· <strong>2</strong> · 4.5/5" in dialogue[1][2]  # good and very good
    assert [state for state, _, _ in rows["trust building"]] == ["for", "silent"]


def test_an_element_is_indented_under_its_own_and_under_no_other(both: str, schema: Graph) -> None:
    named_only = 0
    for rows in re.findall(r"<tbody.*?</tbody>", both, re.S):
        above: list[str] = []
        for row in rows.split("<tr")[1:]:
            depth, path = re.findall(r'depth-(\d)"><a href="/page/([^"?]+)', row)[0]
            iri, own = terms.BASE + path, 'class="sign' in row
            broader = [str(one) for one in schema.objects(URIRef(iri), SKOS.broader)]
            assert above[int(depth) - 1 : int(depth)] == broader if int(depth) else not broader
            above[int(depth) :] = [iri]
            named_only += not own
    assert named_only  # of elements that have findings some are below one that has none
    assert "Elements without findings in these studies" in both


def test_a_cell_leads_to_the_findings_that_it_counts(both: str, client: FlaskClient) -> None:
    for cells in table(both, "elements").values():
        for state, link, text in cells:
            number = re.search(r"<strong>(\d+)</strong>", text)
            assert bool(number) == (state not in ("silent", "unasked"))
            if number:
                found = client.get(html.unescape(link), headers={"Accept": "application/json"})
                assert found.json["total"] == int(number[1])


def test_what_lies_behind_an_element_is_told_by_context_and_down_to_passages(
    both: str, client: FlaskClient
) -> None:
    part = both.partition('<h3 id="differences">')[2].partition("</section>")[0]
    links = re.findall(r'<li><a href="([^"]*)"[^>]*>([^<]*)</a>(.*?)</li>', part)
    differing = [name for _, name, rest in links if "they differ" in rest]
    assert "face-to-face dialogue" in differing and "trust building" not in differing
    assert [name for _, name, _ in links][: len(differing)] == differing
    page = client.get(
        next(html.unescape(link) for link, name, _ in links if name == "face-to-face dialogue")
    ).text
    row = r'<td role="cell">([^<]*)</td>.*?<bdi>([^<]*)</bdi>.*?((?:<td[^>]*>\d+</td>)+)'
    rows = re.findall(row, page)
    counts = {(by, value): re.findall(r">(\d+)<", cells) for by, value, cells in rows}
    sides = re.findall(r'columnheader">([^<]*)</th>', page)[2:]
    of = counts["region", "Comparison Regency"]
    assert dict(zip(sides, of, strict=True))["for"] == "2"
    assert counts["collaboration", "Weaving collaboration"] == of
    weaving = "Weaving (other than of gunny and other sacks)"
    assert counts["economic sector", weaving] == counts["region", "Comparison Regency"]
    assert page.index("The actors seldom meet face to face.") < page.index("The actors often meet.")
    assert "The report lists twelve meetings" in page  # down to the evidence


def test_a_framework_that_a_study_does_not_use_was_not_asked(client: FlaskClient) -> None:
    page = client.get("/compare?study=contoh&study=pembanding&framework=provan-kenis&lang=en").text
    states = {state for cells in table(page, "elements").values() for state, _, _ in cells}
    assert states == {"unasked"}


def test_what_is_not_known_leads_to_questions_from_the_definition(
    both: str, client: FlaskClient
) -> None:
    _, link, text = table(both, "unknown")["trust building"][0]
    assert text.startswith("what to ask")
    asked = client.get(html.unescape(link)).text
    anchor = link.partition("#")[2]
    assert anchor == "trust-building"
    part = html.unescape(asked.partition(f'id="{anchor}"')[2].partition("</section>")[0])
    definition = {
        row["language"]: row["definition"] for row in definitions(client, AG + "trust-building")
    }
    for language in ("id", "en"):
        assert f'<ul lang="{language}">' in part
        assert definition[language] in part


def definitions(client: FlaskClient, element: str) -> list[dict[str, str]]:
    query = f"""SELECT (LANG(?d) AS ?language) (STR(?d) AS ?definition)
        {{ <{element}> <http://www.w3.org/2004/02/skos/core#definition> ?d }}"""
    answer = client.get("/sparql", query_string={"query": query}, headers={"Accept": "text/csv"})
    return list(csv.DictReader(io.StringIO(answer.text)))


def test_what_is_known_of_no_program_is_folded_and_every_program_leads_to_its_questions(
    both: str, client: FlaskClient
) -> None:
    part = both.partition('<h2 id="unknown">')[2].partition("</section>")[0]
    links = re.findall(r'href="(/compare/questions[^"#]*)"', part.partition("<details>")[0])
    programs = {r["program"] for r in records(client, f"/compare/unknown.csv?{BOTH}")}
    assert len(set(links)) == len(programs)
    assert all(client.get(html.unescape(link)).status_code == 200 for link in links)
    elements = re.findall(r'scope="row"', part.partition("<details>")[2])
    assert f"of any of these programs: {len(elements)}<" in part


def test_the_files_say_what_the_page_says(both: str, client: FlaskClient) -> None:
    rows = records(client, f"/compare/elements.csv?{BOTH}&lang=en")
    shown = table(both, "elements")
    assert len(rows) == 2 * len(shown)
    for place, study in enumerate(("contoh", "pembanding")):
        told = {r["elementLabel"]: r for r in rows if r["study"] == str(terms.study(study))}
        for element, cells in shown.items():
            assert told[element]["state"] == cells[place][0]
            assert (told[element]["meanRating"] != "") == ("/5" in cells[place][2])
    unknown = records(client, f"/compare/unknown.csv?{BOTH}&lang=en")
    empty = [c for cells in table(both, "unknown").values() for c in cells if c[0] == "silent"]
    assert len(unknown) == len(empty) > 0
    assert all(row["questions_id"] and row["questions_en"] for row in unknown)
    assert {row["region"] for row in unknown} > {"Comparison Regency"}
    book = client.get(f"/compare/unknown.xlsx?{BOTH}&lang=en")
    sheet = load_workbook(io.BytesIO(book.data), read_only=True).worksheets[0]
    lines = list(sheet.iter_rows(values_only=True))
    assert len(lines) == len(unknown) + 1
    last = dict(zip(lines[0], lines[-1], strict=True))
    assert (last["state (code)"], last["state"]) == ("silent", "nothing said")


def test_what_is_withheld_is_never_called_unknown(client: FlaskClient) -> None:
    deseve = BOTH.replace("ansell-gash", "deseve")
    rows = records(client, f"/compare/elements.csv?{deseve}&lang=en")
    assert {row["state"] for row in rows} <= set(SIGNS)
    withheld = [row for row in rows if row["findings"] != "0" and row["withEvidence"] == "0"]
    assert withheld and {row["state"] for row in withheld} == {"withheld"}


def test_a_cell_says_how_many_of_its_findings_are_without_open_evidence(kg: KnowledgeGraph) -> None:
    stated = Graph()
    stated.add((terms.study("s"), RDF.type, CG.Study))
    stated.add((terms.study("s"), RDFS.label, Literal("Studi", lang="en")))
    for number in range(2):
        finding = terms.thing("s", "finding", f"f{number}")
        stated.add((finding, RDF.type, CG.Finding))
        stated.add((finding, CG.inStudy, terms.study("s")))
        stated.add((finding, CG.concerns, terms.SCHEME["ansell-gash/face-to-face-dialogue"]))
    stated.add((terms.thing("s", "evidence", "e"), CG.supports, terms.thing("s", "finding", "f0")))
    kg.commit(Change(replace={terms.submission_graph("s", "x"): stated}))
    client = web.create_app(kg, Settings()).test_client()
    page = client.get("/compare?lang=en", headers={"Accept": "text/html"}).text
    table = page[page.index('class="matrix"') : page.index("</table>")]
    assert table.count("of these without open evidence: 1") == 1


def test_another_framework_is_compared_by_its_data_alone(kg: KnowledgeGraph) -> None:
    kg.commit(
        Change(replace={terms.submission_graph("s", "f"): framework("lain", "awal", "akhir")})
    )
    client = web.create_app(kg, Settings()).test_client()
    page = client.get("/compare?framework=lain", headers={"Accept": "text/html"})
    assert page.status_code == 200
    assert "Belum ada studi untuk dibandingkan." in page.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/compare?study=nowhere", 404),
        ("/compare?study=contoh/program/pelatihan", 404),
        ("/compare?framework=nowhere", 400),
        ("/compare?" + "&".join(f"study=s{n}" for n in range(13)), 400),
        ("/compare/nothing.csv", 404),
        ("/compare/elements.pdf", 404),
        ("/compare/element", 404),
        ("/compare/element?element=ansell-gash/none", 404),
        ("/compare/element?element=rating/good", 404),
        ("/compare/element?element=ansell-gash/outcomes&study=none", 404),
        ("/compare/questions", 404),
        ("/compare/questions?about=contoh/program/none", 404),
        ("/compare/questions?about=%3Cx%3E", 400),
    ],
)
def test_what_is_not_there_is_told(client: FlaskClient, path: str, status: int) -> None:
    answer = client.get(path)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


def test_a_review_is_no_column_and_its_findings_are_counted_on_the_home_page(
    example: KnowledgeGraph,
) -> None:
    review, finding = terms.study("tinjauan"), terms.thing("tinjauan", "review", "r1")
    told = Graph()
    told.add((review, RDF.type, terms.CG.Study))
    told.add((review, RDFS.label, Literal("Tinjauan atas studi", "id")))
    told.add((finding, RDF.type, terms.CG.ReviewFinding))
    told.add((finding, RDFS.label, Literal("Temuan tinjauan", "id")))
    told.add((finding, terms.CG.inStudy, review))
    example.commit(Change(replace={terms.submission_graph("tinjauan", "satu"): told}))
    browser = Page(web.create_app(example, Settings()))
    compared = browser.get("/compare?lang=id&study=contoh&study=tinjauan").text
    assert "Tinjauan atas studi" not in compared and 'href="/reviews?lang=id"' in compared
    home = browser.get("/?lang=id&synthetic=true").text
    card = home[home.index("Tinjauan atas studi") :].partition("</li>")[0]
    assert "<strong>1</strong></a> temuan tinjauan" in card and "<strong>0</strong>" not in card
