"""Every number is a link to the rows that it counts; made-up studies are not among them."""

import csv
import html
import json
import re
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from rdflib import RDF, RDFS, Graph, Literal, URIRef

from rembug import settings, terms, web
from rembug.catalogue import Catalogue
from rembug.changes import submissions
from rembug.graph import Change, KnowledgeGraph, Role
from rembug.graph.readers.index import Listing
from rembug.settings import Settings
from rembug.terms import CG

CATALOGUE = Catalogue.load(settings.queries_dir())
STUDIES = [
    name for name, query in CATALOGUE.items() if any(p.type == "study" for p in query.parameters)
]
NUMBER = re.compile(r'<a href="([^"]*)"[^>]*>\s*<strong>(\d+)</strong>')
PAGES = (
    "/?",
    "/page/id/magetan/study/magetan?",
    "/page/id/contoh/study/contoh?",
    "/map?",
    "/map?study=contoh&",
    "/map?study=contoh&framework=deseve&",
    "/map?about=contoh/program/pelatihan&",
    "/map?study=contoh&study=pembanding&",
    "/compare?study=contoh&study=pembanding&",
    "/page/scheme/ansell-gash/face-to-face-dialogue?",
    "/?synthetic=true&",
    "/map?about=contoh/program/pelatihan&about=contoh/program/kredit&",
)
BROWSER = {"Accept": "text/html"}


@pytest.fixture(scope="module")
def mixed(
    magetan_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KnowledgeGraph]:
    """The shipped study beside the two that are made up."""
    folder = shutil.copytree(magetan_store, tmp_path_factory.mktemp("mixed") / "store")
    with KnowledgeGraph.own(str(folder)) as graph:
        for file in sorted((settings.data_dir() / "examples").glob("*.t*")):
            submissions.add(graph, [file], file.stem)
        yield graph


@pytest.fixture(scope="module")
def visitor(mixed: KnowledgeGraph) -> FlaskClient:
    return web.create_app(mixed, Settings()).test_client()


def numbers(page: str) -> list[tuple[str, int]]:
    return [(html.unescape(link), int(number)) for link, number in NUMBER.findall(page)]


def counted(page: str) -> int:
    found = re.search(r'<p class="count"><strong>(\d+)</strong>', page)
    assert found
    return int(found[1])


def test_every_number_is_that_of_the_rows_it_leads_to(visitor: FlaskClient) -> None:
    seen = 0
    for path in PAGES:
        for link, number in numbers(visitor.get(f"{path}lang=en", headers=BROWSER).text):
            page = visitor.get(link, headers=BROWSER).text
            rows = page.count("<tr") - 1 if "<tbody" in page else 0
            assert (counted(page), rows) == (number, number), link
            seen += 1
    assert seen > 20


def test_the_parts_of_a_number_are_the_whole(visitor: FlaskClient) -> None:
    """Of nine findings three speak for, five against, and one says neither."""
    for path in ("/", "/page/id/magetan/study/magetan", "/page/id/contoh/study/contoh"):
        page = visitor.get(f"{path}?lang=en", headers=BROWSER).text
        (whole, *parts) = [
            number
            for link, number in numbers(page.partition('class="glance"')[2].partition("</dd>")[0])
            if "advice=true" not in link
        ]
        assert sum(parts) == whole > 0, path
    shown = visitor.get("/findings?advice=false&stance=none&lang=en", headers=BROWSER).text
    assert "only describe" in shown
    assert 'data-label="stance"><span>none' not in shown
    file = visitor.get("/findings?advice=false&stance=none&format=csv").text
    assert "none" not in file


def test_choices_that_leave_nothing_only_together_are_told(visitor: FlaskClient) -> None:
    """The one study makes no recommendation, and no study makes one on the element."""
    element = "https://w3id.org/rembug/scheme/deseve/hub-and-spokes"
    path = f"/queries/recommendations?lang=en&study=magetan&element={element}"
    (found,) = numbers(visitor.get(path, headers=BROWSER).text.partition('class="empty"')[2])
    link, number = found
    assert "element=" not in link and "study=" not in link
    assert counted(visitor.get(link, headers=BROWSER).text) == number > 0


def test_made_up_studies_are_left_out_until_somebody_wants_them(visitor: FlaskClient) -> None:
    def page(path: str) -> str:
        return visitor.get(path, headers=BROWSER).text

    for path in ("/programs", "/findings", "/queries/indicators", "/"):
        assert "/id/contoh/" not in page(path), path
    for path in (
        "/programs?synthetic=true",
        "/programs?study=contoh",
        "/queries/indicators?synthetic=true",
    ):
        shown = page(path)
        assert "/id/contoh/" in shown, path
        assert '<span class="tag">rekaan</span>' in shown, path


def written(results: Any) -> list[str]:
    """The rows of SPARQL results, which stand in any order, as the variables of each do."""
    return sorted(json.dumps(row, sort_keys=True) for row in results["results"]["bindings"])


@pytest.mark.parametrize("name", STUDIES)
def test_a_question_without_the_made_up_is_that_of_the_real_study(
    visitor: FlaskClient, mixed: KnowledgeGraph, name: str
) -> None:
    """Here there is one real study."""
    path = f"/queries/{name}.json?lang=en"
    study = next(p.name for p in CATALOGUE[name].parameters if p.type == "study")

    def rows(more: str) -> list[str]:
        return written(visitor.get(path + more).json)

    of_the_study = rows(f"&{study}=magetan")
    assert rows("&synthetic=false") == of_the_study
    # The same where there are several, which cannot be named one by one.
    found = mixed.answer(CATALOGUE[name].bind({"lang": "en"}, real=True)).body
    assert written(json.loads(found)) == of_the_study


def test_what_a_finding_rests_on_follows_what_is_stated(mixed: KnowledgeGraph) -> None:
    ask = (
        "PREFIX cg: <https://w3id.org/rembug/ontology#> "
        "SELECT DISTINCT ?finding {{ ?finding a cg:Finding {} }}"
    )
    rests = "?item cg:supports|cg:undermines|cg:qualifies ?finding"
    wanted = {
        "none": f"FILTER NOT EXISTS {{ {rests} }}",
        "some": f"FILTER EXISTS {{ {rests} }}",
        "several": f"FILTER EXISTS {{ {rests} ; cg:inSource ?one . "
        f"{rests.replace('?item', '?other')} ; cg:inSource ?two FILTER(?one != ?two) }}",
        "contested": "; a cg:ContestedFinding",
        "triangulated": "; a cg:TriangulatedFinding",
    }
    with mixed.index(Role.PUBLIC).reading() as index:
        for value, pattern in wanted.items():
            found = index.count(Listing("findings", {"support": [value]}))
            assert found == len(mixed.rows(ask.format(pattern))), value


def test_a_finding_is_counted_anew_when_its_evidence_moves_to_another_source(
    kg: KnowledgeGraph,
) -> None:
    """The finding itself is not touched by that."""

    def thing(name: str) -> URIRef:
        return terms.thing("s", "x", name)

    def several() -> int:
        with kg.index(Role.PUBLIC).reading() as index:
            return index.count(Listing("findings", {"support": ["several"]}))

    stated = Graph()
    stated.add((thing("f"), RDF.type, CG.Finding))
    for item in ("one", "two"):
        stated.add((thing(item), RDF.type, CG.Evidence))
        stated.add((thing(item), CG.supports, thing("f")))
    one, same, other = Graph(), Graph(), Graph()
    one.add((thing("one"), CG.inSource, thing("a")))
    same.add((thing("two"), CG.inSource, thing("a")))
    other.add((thing("two"), CG.inSource, thing("b")))
    stated_in, first, second = (terms.submission_graph("s", name) for name in ("0", "1", "2"))
    kg.commit(Change(replace={stated_in: stated, first: one, second: same}))
    assert several() == 0
    kg.commit(Change(replace={second: other}))
    assert several() == 1


def test_sources_that_are_not_open_are_counted_as_such_and_not_as_none(kg: KnowledgeGraph) -> None:
    """Evidence that everybody may read, of two interviews that not everybody may."""
    study, finding = terms.study("s"), terms.thing("s", "finding", "f")
    open_, closed = Graph(), Graph()
    open_.add((study, RDF.type, CG.Study))
    for label in (Literal("Studi", "id"), Literal("Study", "en")):
        open_.add((study, RDFS.label, label))
        open_.add((finding, RDFS.label, label))
    open_.add((finding, RDF.type, CG.Finding))
    open_.add((finding, CG.inStudy, study))
    for name in ("one", "two"):
        item = terms.thing("s", "evidence", name)
        open_.add((item, RDF.type, CG.Evidence))
        open_.add((item, CG.inStudy, study))
        open_.add((item, RDFS.label, Literal(name, "id")))
        open_.add((item, CG.supports, finding))
        closed.add((item, CG.inSource, terms.thing("s", "interview", name)))
    stated = terms.submission_graph("s", "wawancara")
    kg.commit(Change(replace={stated: open_, terms.restricted(stated): closed}))
    browser = web.create_app(kg, Settings()).test_client()

    def page(path: str) -> str:
        return browser.get(f"{path}?lang=id", headers=BROWSER).text

    for path in ("/", "/page/id/s/study/s"):
        assert "bersandar pada sumber yang tidak terbuka untuk umum" in page(path), path
        assert "lebih dari satu sumber" not in page(path), path
    evidence = page("/page/id/s/evidence/one")
    assert "Sumbernya tidak terbuka untuk umum" in evidence
    assert "sumbernya" not in evidence.partition("Belum dinyatakan")[2][:200]
    told = page("/page/id/s/finding/f")
    assert "Sumbernya tidak terbuka untuk umum" in told
    assert "letaknya menunjukkan" not in told
    with kg.index(Role.CURATOR).reading() as index:
        assert index.count(Listing("findings", {"support": ["several"]})) == 1
        assert index.count(Listing("findings", {"support": ["unseen"]})) == 0


def test_advice_is_no_finding_about_an_element_and_counted_by_itself(
    example: KnowledgeGraph,
) -> None:
    element = terms.SCHEME["ansell-gash/face-to-face-dialogue"]
    more = Graph()
    more.add((terms.thing("contoh", "finding", "r1"), CG.concerns, element))
    example.commit(Change(replace={terms.submission_graph("contoh", "saran"): more}))
    browser = web.create_app(example, Settings()).test_client()

    def rows(path: str) -> list[dict[str, str]]:
        text = browser.get(f"{path}&study=contoh&lang=id").text
        return [row for row in csv.DictReader(text.splitlines()) if row["element"] == str(element)]

    rated = rows("/queries/element-ratings.csv?")[0]["findings"]
    assert rows("/compare/elements.csv?framework=ansell-gash")[0]["findings"] == rated
    assert rows("/queries/compare-studies.csv?")[0]["findings"] == rated

    every = Listing("findings", {"study": [str(terms.study("contoh"))]})
    with example.index(Role.PUBLIC).reading() as index:
        advice = index.count(Listing("findings", {**every.chosen, "advice": ["true"]}))
        findings = index.count(Listing("findings", {**every.chosen, "advice": ["false"]}))
        assert findings + advice == index.count(every)
    page = browser.get("/page/id/contoh/study/contoh?lang=id", headers=BROWSER).text
    told = [number for link, number in numbers(page) if link.startswith("/findings")]
    assert told[0] == findings and advice in told
    assert findings + advice not in told


@pytest.mark.parametrize("path", ["/compare", "/map", "/network", "/qca", "/studies"])
def test_a_page_that_leaves_made_up_studies_out_says_so_and_offers_them(
    visitor: FlaskClient, path: str
) -> None:
    def offered(page: str) -> set[str]:
        slug = r'(?:value|href)="(?:[^"?]*/)?(magetan|contoh|pembanding)[/"?]'
        return set(re.findall(slug, page[page.index("<main") :]))

    page = visitor.get(f"{path}?lang=en", headers=BROWSER).text
    assert offered(page) <= {"magetan"}  # whose one program is no choice for an analysis
    (link,) = re.findall(r'Made-up studies are left out\. <a href="([^"]*)"', page)
    page = visitor.get(html.unescape(link), headers=BROWSER).text
    assert offered(page) == {"magetan", "contoh", "pembanding"}
    assert "Made-up studies are left out" not in page
    if path != "/studies":
        assert visitor.get(f"{path}?synthetic=perhaps", headers=BROWSER).status_code == 400


def test_what_follows_from_made_up_studies_shown_keeps_them(visitor: FlaskClient) -> None:
    page = visitor.get("/map?synthetic=true&lang=en", headers=BROWSER).text
    drawing = re.search(r'href="(/map\.svg[^"]*)"', page)
    assert drawing and "made up" in visitor.get(html.unescape(drawing[1])).text
    for path in ("/compare", "/map", "/qca"):
        page = visitor.get(f"{path}?synthetic=true", headers=BROWSER).text
        assert '<input type="hidden" name="synthetic" value="true">' in page
    chosen = visitor.get("/qca/chosen?synthetic=true&crisp=3").location
    assert chosen is not None and "synthetic=true" in chosen
