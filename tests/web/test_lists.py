"""Lists with facets: what narrows, what turns the page, and that nothing is lost between pages."""

import csv
import gzip
import html
import io
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from openpyxl import load_workbook
from rdflib import RDF, RDFS, Graph, Literal

from rembug import terms, web
from rembug.graph import Change, KnowledgeGraph, Role
from rembug.settings import Settings
from rembug.terms import CG
from rembug.web.lists import LISTS, PAGE


def entries(page: str, kind: str) -> list[str]:
    return re.findall(rf'<td role="cell"><a href="/page/id/[^/"]+/{kind}/([^?"]+)', page)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_list_has_a_page_in_both_languages(
    browser: FlaskClient, name: str, lang: str
) -> None:
    response = browser.get(f"/{name}?lang={lang}")
    assert response.status_code == 200
    assert ("<tbody" in response.text) == (name != "reviews")  # nobody reviewed the example


def test_a_list_holds_what_a_query_finds(browser: FlaskClient, contoh: KnowledgeGraph) -> None:
    rows = contoh.rows(f"SELECT DISTINCT ?p {{ ?p a <{CG.Program}> }}")
    wanted = {row["p"].value.rpartition("/")[2] for row in rows}
    assert set(entries(browser.get("/programs").text, "program")) == wanted


def links(page: str) -> list[str]:
    return [html.unescape(link) for link in re.findall(r'href="([^"]*)"', page)]


def counted(page: str) -> list[tuple[str, str]]:
    """The links of facets' values that are not chosen, and how many things they leave."""
    found = re.findall(
        r'<a href="([^"]*)" rel="nofollow"><bdi[^>]*>[^<]*</bdi></a> '
        r'<span class="muted">(\d+)</span>',
        page,
    )
    return [(html.unescape(link), number) for link, number in found]


def total(page: str) -> int:
    found = re.search(r'<p class="count"><strong>(\d+)</strong>', page)
    assert found
    return int(found[1])


def test_a_facet_narrows_and_can_be_taken_away(browser: FlaskClient) -> None:
    everything = entries(browser.get("/findings").text, "finding")
    page = browser.get("/findings?rating=rating/weak&study=contoh").text
    weak = entries(page, "finding")
    assert 0 < len(weak) < len(everything)
    assert "/findings?study=contoh" in links(page)
    assert "/findings?rating=rating%2Fweak" in links(page)


def test_values_of_a_facet_add_up_and_facets_cut_down(browser: FlaskClient) -> None:
    def of(query: str) -> set[str]:
        return set(entries(browser.get(f"/findings?{query}").text, "finding"))

    weak, good = of("rating=weak"), of("rating=good")
    assert weak and good
    assert of("rating=weak&rating=good") == weak | good
    assert of("rating=weak&rating=good&stance=supports") == (weak | good) & of("stance=supports")


@pytest.mark.parametrize(
    "narrowed",
    ["study=contoh", "study=contoh&rating=weak", "q=pameran", "synthetic=true&stance=supports"],
)
def test_a_facet_counts_what_choosing_it_gives(browser: FlaskClient, narrowed: str) -> None:
    page = browser.get(f"/findings?{narrowed}").text
    facets = {pair.partition("=")[0] for pair in narrowed.split("&")}
    chosen = {link: int(number) for link, number in counted(page)}
    assert len(chosen) > 3
    for link, number in chosen.items():
        added = link.rpartition("&")[2].partition("=")[0]
        leaves = total(browser.get(link).text)
        assert leaves == (number + total(page) if added in facets else number), link


def test_old_addresses_go_on_to_work(browser: FlaskClient) -> None:
    page = browser.get("/findings").text
    for query in (
        "kind=https%3A%2F%2Fw3id.org%2Frembug%2Fontology%23Challenge",
        "rating=rating%2Fweak",
        "aspect=aspect%2Fimpact",
        "study=https%3A%2F%2Fw3id.org%2Frembug%2Fid%2Fcontoh%2Fstudy%2Fcontoh",
    ):
        assert 0 < total(browser.get(f"/findings?{query}").text) < total(page), query
    first = browser.get("/programs?lang=id").text
    after = quote("Katalog https://w3id.org/rembug/id/contoh/program/katalog")
    rest = entries(browser.get(f"/programs?lang=id&after={after}").text, "program")
    names = entries(first, "program")
    assert rest == names[names.index("katalog") + 1 :]


def test_what_is_chosen_is_shown_and_each_can_be_taken_away(browser: FlaskClient) -> None:
    page = browser.get("/findings?lang=en&rating=weak&rating=good&q=pameran").text
    chips = page[page.index('<ul class="chips"') :]
    chips = chips[: chips.index("</ul>")]
    assert {
        "/findings?lang=en&rating=weak&rating=good",
        "/findings?lang=en&rating=rating%2Fgood&q=pameran",
        "/findings?lang=en&rating=rating%2Fweak&q=pameran",
        "/findings?lang=en",
    } == set(links(chips))
    assert ">weak</bdi>" in chips
    assert ">good</bdi>" in chips  # by its name, though nothing has it


@pytest.mark.parametrize(
    "query",
    [
        "rating=%3Cscript%3E",
        "year=x",
        "synthetic=maybe",
        "study=a%20b",
        "sort=nothing",
        "rating=" + "a" * 5000,
        "&".join(f"rating=r{number}" for number in range(51)),
    ],
)
@pytest.mark.parametrize("name", ["programs", "findings"])
def test_a_value_that_cannot_be_is_told(browser: FlaskClient, name: str, query: str) -> None:
    assert browser.get(f"/{name}?{query}").status_code in (400, 404)


@pytest.mark.parametrize(("order", "column"), [("items", "items"), ("findings", "findings")])
def test_numbers_order_a_list_with_the_highest_first(
    client: FlaskClient, order: str, column: str
) -> None:
    name = {"items": "findings", "findings": "programs"}[order]
    items = client.get(f"/{name}?sort={order}&format=json").json["items"]
    numbers = [item[column] for item in items]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > 0


def test_a_list_goes_out_as_it_is_chosen(client: FlaskClient) -> None:
    query = "/findings?rating=weak&study=contoh&lang=en&format="
    data = client.get(query + "json").json
    names = [item["name"] for item in data["items"]]
    assert data["total"] == len(names) == total(client.get(query + "html").text)
    assert all(item["synthetic"] for item in data["items"])
    rows = list(csv.reader(io.StringIO(client.get(query + "csv").text)))
    assert [row[0] for row in rows] == ["name", *names]
    book = load_workbook(io.BytesIO(client.get(query + "xlsx").data))
    assert [row[0].value for row in book.active.iter_rows()] == ["name", *names]


def test_no_cell_of_a_file_is_a_formula(kg: KnowledgeGraph) -> None:
    thing = terms.thing("s", "program", "p")
    one = Graph()
    one.add((thing, RDF.type, CG.Program))
    one.add((thing, RDFS.label, Literal('=HYPERLINK("http://evil/","x")\x0b', lang="id")))
    kg.commit(Change(replace={terms.submission_graph("s", "x"): one}))
    client = web.create_app(kg, Settings()).test_client()
    assert "'=HYPERLINK" in client.get("/programs?format=csv").text
    cell = load_workbook(io.BytesIO(client.get("/programs?format=xlsx").data)).active["A2"]
    assert cell.data_type == "s"


def test_what_is_made_up_is_marked(browser: FlaskClient, magetan_browser: FlaskClient) -> None:
    for name in LISTS:
        shown = browser.get(f"/{name}?lang=id").text
        assert ("rekaan</span>" in shown) == (name != "reviews")
        assert "rekaan</span>" not in magetan_browser.get(f"/{name}?lang=id").text


def test_a_damaged_index_is_made_again(kg: KnowledgeGraph, tmp_path: Path) -> None:
    client = web.create_app(kg, Settings()).test_client()
    assert client.get("/programs").status_code == 200
    file = tmp_path / "store" / "index" / "public.sqlite"
    kg.index(Role.PUBLIC).close()
    file.write_bytes(b"nothing" * 9999)
    assert client.get("/programs?lang=en").status_code == 503
    assert client.get("/programs?lang=en").status_code == 200


def test_a_page_of_a_long_list_is_small(kg: KnowledgeGraph) -> None:
    many = Graph()
    for number in range(PAGE):
        thing = terms.thing("s", "finding", f"f{number}")
        many.add((thing, RDF.type, CG.Finding))
        many.add((thing, RDFS.label, Literal(f"{number} " + "kata " * 2000, lang="id")))
        many.add((thing, CG.concerns, terms.thing("s", "aspect", "x" * 2000 + str(number))))
    kg.commit(Change(replace={terms.submission_graph("s", "x"): many}))
    client = web.create_app(kg, Settings()).test_client()
    for query in ("", "?more=aspect"):
        page = client.get(f"/findings{query}", headers={"Accept": "text/html"})
        assert len(gzip.compress(page.data)) < 30_000


def test_an_empty_list_says_why_it_is_empty(kg: KnowledgeGraph) -> None:
    client = web.create_app(kg, Settings()).test_client()
    for query, said in (("", "Nothing of this kind has come in yet"), ("&q=x", "Remove one")):
        page = client.get(f"/findings?lang=en{query}", headers={"Accept": "text/html"}).text
        assert said in page
        assert ("Remove one" in page) == bool(query)


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
