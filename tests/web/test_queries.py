"""The catalogue over HTTP: every question as a page and as data, parameters checked."""

import csv
import io
import json
import re
from collections import Counter

import pytest
from defusedxml import ElementTree
from flask.testing import FlaskClient
from rdflib import Graph

from rembug import settings, terms, web
from rembug.catalogue import Catalogue, Chart
from rembug.graph import Answer, Change, KnowledgeGraph, Rows, Term
from rembug.settings import Settings
from rembug.web.charts import chart
from rembug.web.tables import view

SVG = "{http://www.w3.org/2000/svg}"
QUESTION = "programs-lacking-sustainability-evidence"
CATALOGUE = Catalogue.load(settings.queries_dir())


@pytest.mark.parametrize("name", CATALOGUE)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_question_has_a_page_in_both_languages(
    browser: FlaskClient, name: str, lang: str
) -> None:
    response = browser.get(f"/queries/{name}?lang={lang}")
    assert response.status_code == 200
    query = CATALOGUE[name]
    title = re.search(r"<h1>(.*?)</h1>", response.text)
    assert title
    assert title[1].replace("&#39;", "'").replace("&amp;", "&") == query.title[lang]


def test_page_and_data_hold_the_same_answer(browser: FlaskClient, client: FlaskClient) -> None:
    found = client.get(f"/queries/{QUESTION}.json?lang=en").json["results"]["bindings"]
    rows = list(csv.DictReader(io.StringIO(client.get(f"/queries/{QUESTION}.csv?lang=en").text)))
    page = browser.get(f"/queries/{QUESTION}?lang=en").text
    labels = [row["programLabel"]["value"] for row in found]
    assert labels
    assert [row["programLabel"] for row in rows] == labels
    for row in found:
        local = row["program"]["value"].removeprefix("https://w3id.org/rembug")
        assert f'<a href="/page{local}?lang=en"><bdi>{row["programLabel"]["value"]}<' in page


def test_the_shipped_study_answers_the_first_question(magetan_browser: FlaskClient) -> None:
    found = magetan_browser.get(f"/queries/{QUESTION}.json").json["results"]["bindings"]
    assert [row["status"]["value"] for row in found] == ["against"]


@pytest.mark.parametrize(
    ("ending", "media_type"),
    [
        ("json", "application/sparql-results+json"),
        ("xml", "application/sparql-results+xml"),
        ("csv", "text/csv"),
        ("tsv", "text/tab-separated-values"),
    ],
)
def test_an_ending_names_the_format(client: FlaskClient, ending: str, media_type: str) -> None:
    assert client.get(f"/queries/{QUESTION}.{ending}").mimetype == media_type
    by_header = client.get(f"/queries/{QUESTION}", headers={"Accept": media_type})
    assert by_header.mimetype == media_type


def test_a_table_cannot_be_written_as_turtle(client: FlaskClient) -> None:
    assert client.get(f"/queries/{QUESTION}.ttl").status_code == 406


def test_parameters_narrow_the_answer(client: FlaskClient) -> None:
    def studies(**given: str) -> int:
        answer = client.get(f"/queries/{QUESTION}.json", query_string=given)
        return len(answer.json["results"]["bindings"])

    assert 0 < studies(study="contoh") < studies()
    assert studies(study="") == studies()


def test_labels_come_in_the_language_asked_for(client: FlaskClient) -> None:
    def labels(**headers: str) -> set[str]:
        answer = client.get(f"/queries/{QUESTION}.json", headers=headers).json
        return {row["programLabel"]["value"] for row in answer["results"]["bindings"]}

    assert "Pelatihan" in labels()
    assert "Training" in labels(**{"Accept-Language": "en-GB,en;q=0.9"})


@pytest.mark.parametrize(
    ("parameters", "word"),
    [("study=not%20a%20slug", "study"), ("lang=jv", "lang"), ("study=a%22%20%7D%20DROP", "study")],
)
def test_a_bad_value_is_400_and_says_which(client: FlaskClient, parameters: str, word: str) -> None:
    response = client.get(f"/queries/{QUESTION}.json?{parameters}")
    assert response.status_code == 400
    assert word in response.json["detail"]


def test_an_unknown_parameter_is_told_with_its_neighbours(browser: FlaskClient) -> None:
    response = browser.get(f"/queries/{QUESTION}?studi=contoh&lang=en")
    assert response.status_code == 404
    assert "study" in response.text


def test_an_unknown_question_is_404_with_the_nearest(browser: FlaskClient) -> None:
    response = browser.get("/queries/programs-lacking-sustainability-evidense?lang=en")
    assert response.status_code == 404
    assert f'href="/queries/{QUESTION}?lang=en"' in response.text


def test_tags_choose_questions(browser: FlaskClient) -> None:
    page = browser.get("/queries?tag=sustainability&lang=en").text
    assert CATALOGUE[QUESTION].title["en"] in page
    assert CATALOGUE["indicators"].title["en"] not in page


def test_forms_offer_the_concepts_of_the_graph(browser: FlaskClient) -> None:
    page = browser.get("/queries/element-ratings?lang=en").text
    for scheme in ("ansell-gash", "deseve", "aspect"):
        assert f'<option value="{scheme}">' in page
    assert '<option value="contoh">' in page


BAR = re.compile(r'<rect width="([\d.]+)%" height="14" rx="2" class="series')
VALUE = re.compile(r"</svg><b>([\d.]+)</b>")


def test_a_bar_is_as_long_as_its_number(browser: FlaskClient) -> None:
    page = browser.get("/queries/connected-actors?lang=en&study=contoh").text
    lengths, values = (list(map(float, found.findall(page))) for found in (BAR, VALUE))
    assert len(lengths) == len(values) > 1
    for length, value in zip(lengths, values, strict=True):
        assert length == pytest.approx(100 * value / max(values), abs=0.1)


def test_a_rating_is_drawn_on_its_scale_from_1_to_5(browser: FlaskClient) -> None:
    page = browser.get("/queries/element-ratings?lang=en&study=contoh").text
    lengths, values = (list(map(float, found.findall(page))) for found in (BAR, VALUE))
    assert len(lengths) == len(values) > 1
    for length, value in zip(lengths, values, strict=True):
        assert length == pytest.approx(100 * (value - 1) / 4, abs=0.2)


def test_a_line_joins_the_values_of_one_indicator_in_one_place(client: FlaskClient) -> None:
    """Values of several places in one year are no trend."""
    page = client.get("/queries/indicators?study=contoh", headers={"Accept": "text/html"}).text
    found = client.get("/queries/indicators.json?study=contoh").json["results"]["bindings"]
    courses = Counter((row["indicator"]["value"], row["place"]["value"]) for row in found)
    assert min(courses.values()) == 1 < max(courses.values())
    points = [len(line.split()) for line in re.findall(r'<polyline points="([^"]*)"', page)]
    assert sorted(points) == sorted(courses.values())


def test_values_that_no_line_can_join_are_bars() -> None:
    rows = [
        {
            "x": Term("literal", "2022"),
            "y": Term("literal", str(n)),
            "place": Term("literal", place),
        }
        for n, place in enumerate(("Utara", "Selatan", "Timur"))
    ]
    drawing = chart(Chart("line", "x", "y", "place"), Rows(("x", "y", "place"), rows))
    assert drawing and drawing.kind == "bar" and not drawing.paths
    assert [mark.text for mark in drawing.marks] == [
        "Utara · 2022",
        "Selatan · 2022",
        "Timur · 2022",
    ]


def test_what_is_not_stated_is_not_drawn_as_a_tie(browser: FlaskClient) -> None:
    page = browser.get("/queries/weak-communication?lang=en&study=contoh").text
    drawn = re.findall(r'<polyline [^>]*class="([^"]*)"[^>]*><title>([^<]*)', page)
    assert drawn
    states = set()
    for classes, title in drawn:
        states.add(state := classes.split()[-1])
        said = {"unstated": "not stated", "absent": "absent", "weak": "weak"}[state]
        assert title.endswith(f": {said}")
    assert "unstated" in states
    assert "dotted: nobody said" in page


def test_a_drawing_names_itself_and_carries_no_style(browser: FlaskClient) -> None:
    page = browser.get("/queries/weak-communication?lang=en").text
    assert 'role="img" aria-label="Chart: ' in page
    assert "style=" not in page


def test_described_triples_are_rdf(client: FlaskClient) -> None:
    query = "DESCRIBE <https://w3id.org/rembug/id/contoh/program/pelatihan>"
    response = client.get("/sparql", query_string={"query": query, "format": "jsonld"})
    assert len(Graph().parse(data=response.data, format="json-ld")) > 3


@pytest.mark.parametrize(
    ("path", "nearest"),
    [
        ("/queries/programs-lacking-sustainability-evidence.csv?study=conto", "contoh"),
        ("/queries/recommendations.csv?element=ansell-gash/trust-bilding", "trust-building"),
        ("/queries/programs-lacking-impact-evidence?study=magetn&lang=id", "magetn"),
    ],
)
def test_what_is_not_there_is_said_and_never_looks_like_nothing_lacking(
    client: FlaskClient, path: str, nearest: str
) -> None:
    answer = client.get(path)
    assert answer.status_code == 404
    assert nearest in answer.text


def test_the_questions_are_data_for_who_asks_for_data(client: FlaskClient) -> None:
    found = client.get("/queries", headers={"Accept": "application/json"})
    assert found.mimetype == "application/json"
    told = {one["name"]: one for one in found.json}
    assert told["element-ratings"]["title"].keys() == {"en", "id"}
    assert "study" in {p["name"] for p in told["element-ratings"]["parameters"]}
    narrowed = client.get("/queries?tag=links", headers={"Accept": "application/json"}).json
    assert 0 < len(narrowed) < len(told)


def test_a_chart_has_an_address_of_its_own(client: FlaskClient) -> None:
    asked = "study=contoh&lang=en"
    answer = client.get(f"/queries/element-ratings.svg?{asked}")
    assert answer.mimetype == "image/svg+xml"
    texts = [text.text for text in ElementTree.fromstring(answer.text).iter(f"{SVG}text")]
    assert " ".join(texts).startswith(CATALOGUE["element-ratings"].title["en"])
    rows = list(
        csv.DictReader(io.StringIO(client.get(f"/queries/element-ratings.csv?{asked}").text))
    )
    for row in (row for row in rows if row["meanRating"]):
        assert row["elementLabel"] in texts
        assert f"{float(row['meanRating']):.4g}" in texts
    assert any("made-up" in str(text).lower() for text in texts)  # wherever it is shown
    assert client.get("/queries/triangulated-findings.svg").status_code == 404  # nothing to draw


def test_dates_are_written_as_people_write_them(browser: FlaskClient) -> None:
    page = browser.get("/queries/saturation?study=contoh&lang=id").text
    table = page[page.index("<tbody") :].partition("</tbody>")[0]
    assert "1 Mei 2022" in table
    assert "2022-05-01" not in table


@pytest.mark.parametrize("name", [n for n, query in CATALOGUE.items() if query.chart.x])
def test_every_chart_is_drawn_without_a_style_sheet(browser: FlaskClient, name: str) -> None:
    page = browser.get(f"/queries/{name}?study=contoh&lang=id")
    answer = browser.get(f"/queries/{name}.svg?study=contoh&lang=id")
    assert (answer.status_code == 200) is ('<figure class="chart"' in page.text)
    if answer.status_code == 200:
        tree = ElementTree.fromstring(answer.text)
        for drawn in (*tree.iter(f"{SVG}polyline"), *tree.iter(f"{SVG}line")):
            assert drawn.get("stroke")
        assert not list(tree.iter(f"{SVG}style"))


def test_an_embedded_chart_stays_and_says_when_it_has_changed(example: KnowledgeGraph) -> None:
    client = web.create_app(example, Settings()).test_client()
    url = f"/queries/element-ratings.svg?study=contoh&lang=en&version={example.version}"
    before = client.get(url).text
    more, finding = Graph(), terms.thing("contoh", "finding", "f1")
    more.add((finding, terms.CG.concerns, terms.SCHEME["ansell-gash/outcomes"]))
    example.commit(Change(replace={terms.submission_graph("contoh", "more"): more}))
    after = client.get(url).text
    assert after.count("<rect") == before.count("<rect")
    assert "changed since" in after
    assert "changed since" not in before
    framed = client.get("/queries/element-ratings/embed?study=contoh&lang=en").text
    assert "Made-up studies are in it" in framed


def test_things_of_one_name_are_told_apart_by_their_studies_in_an_answer() -> None:
    actors = [("one", "x", "Agency"), ("other", "y", "Agency"), ("one", "z", "Centre")]
    rows = [
        {
            "actor": {"type": "uri", "value": str(terms.thing(study, "actor", name))},
            "actorLabel": {"type": "literal", "value": label},
        }
        for study, name, label in actors
    ]
    told = {"head": {"vars": ["actor", "actorLabel"]}, "results": {"bindings": rows}}
    body = json.dumps(told).encode()
    shown = view(Answer.of("solutions", "application/json", body, 1)).table
    assert shown is not None
    labels = [str(row["actorLabel"]) for row in shown.rows]
    assert labels == ["Agency (one)", "Agency (other)", "Centre"]


def test_two_datasets_of_one_name_are_told_apart_in_an_answer() -> None:
    rows = [
        {
            "dataset": {"type": "uri", "value": f"{terms.BASE}dataset/{name}"},
            "datasetLabel": {"type": "literal", "value": "Usaha kecil"},
        }
        for name in ("a", "b")
    ]
    body = {"head": {"vars": ["dataset", "datasetLabel"]}, "results": {"bindings": rows}}
    shown = view(Answer.of("solutions", "application/json", json.dumps(body).encode(), 1)).table
    assert shown is not None
    names = [str(row["datasetLabel"]) for row in shown.rows]
    assert len(set(names)) == 2
    assert all(name.startswith("Usaha kecil (") for name in names)


def test_a_study_that_all_rows_are_of_is_said_once_and_is_no_column(
    browser: FlaskClient, magetan_browser: FlaskClient
) -> None:
    one = magetan_browser.get("/queries/element-ratings?lang=en").text
    assert re.search(r"All of the study <a [^>]*><bdi>Collaboration to empower batik SMEs", one)
    heads = re.findall(r'role="columnheader"[^>]*>([^<]*)<', one)
    assert "element" in heads and "study" not in heads
    several = browser.get("/queries/element-ratings?synthetic=true&lang=en").text
    heads = re.findall(r'role="columnheader"[^>]*>([^<]*)<', several)
    assert ("study" in heads) is ("All of the study" not in several)
