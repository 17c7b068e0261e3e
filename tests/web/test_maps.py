"""The map of a framework: its elements, what is said of each; another needs a file alone."""

import re
from dataclasses import replace

import pytest
from defusedxml import ElementTree
from flask import Flask, g, render_template
from flask.testing import FlaskClient
from rdflib import RDF, SKOS, Graph, Literal, URIRef

from rembug import terms, web
from rembug.graph import Change, KnowledgeGraph
from rembug.settings import Settings
from rembug.terms import CG, SCHEME
from rembug.web.maps import process_map
from rembug.web.states import SIGNS
from tests.web.conftest import Page

BROWSER = {"Accept": "text/html"}
SVG = "{http://www.w3.org/2000/svg}"
BOX = re.compile(r'<a href="([^"]*)" class="([a-z]+)( frame)?"><rect x="([\d.]+)" y="([\d.]+)"')
ROW = re.compile(r'<a href="[^"]*">([^<]*)</a></td>\s*<td role="cell" class="sign ([a-z]+)">')


def states(page: str) -> dict[str, str]:
    return dict(ROW.findall(page))


def test_each_element_says_in_which_of_its_states_it_is(browser: FlaskClient) -> None:
    found = states(browser.get("/map?study=contoh&lang=en").text)
    assert found["trust building"] == "for"
    assert found["prehistory of cooperation or conflict"] == "against"
    assert found["face-to-face dialogue"] == "contested"
    assert found["outcomes"] == "silent"


def test_what_is_said_of_an_element_fits_its_box_however_many_findings_say_it(app: Flask) -> None:
    with app.test_request_context("/map?lang=id"):
        g.lang = "id"
        found = process_map("ansell-gash", str(terms.study("contoh")))
        many = [
            replace(one, state="contested", findings=44_100, rating="4.62")
            for one in found.elements
        ]
        drawn = replace(found, elements=many)
        svg = ElementTree.fromstring(
            render_template("map.svg", map=drawn, signs=SIGNS, title="x").strip()
        )
    for box in svg.iter(SVG + "g"):
        width = float(box.find(SVG + "rect").get("width"))
        text = box.findall(SVG + "text")[-1]
        assert "44.100" in text.text
        assert float(text.get("textLength", 6.4 * len(text.text))) <= width - 18


def test_two_maps_stand_side_by_side_by_their_address(browser: FlaskClient) -> None:
    things = ("contoh/collaboration/bambu", "contoh/program/pelatihan")
    page = browser.get(f"/map?about={things[0]}&about={things[1]}&lang=en").text
    assert page.count('<figure class="process">') == 2
    ids = re.findall(r' id="([^"]*)"', page)
    assert len(ids) == len(set(ids))
    one, other = (states(browser.get(f"/map?about={thing}&lang=en").text) for thing in things)
    differing = page.partition('id="differing"')[2].partition("</section>")[0]
    assert one["trust building"] != other["trust building"]
    for element in one:
        assert (f">{element}</a>" in differing) is (one[element] != other[element])


def test_what_is_side_by_side_is_chosen_by_a_form(browser: FlaskClient) -> None:
    programs = [f"contoh/program/{name}" for name in ("pelatihan", "pameran")]
    page = browser.get(f"/map?about={programs[0]}&about={programs[1]}&lang=en").text
    for program in programs:
        assert f'<option value="https://w3id.org/rembug/id/{program}" selected>' in page
    assert "Both say the same of every element." in page


def test_the_drawing_and_the_table_say_the_same(browser: FlaskClient) -> None:
    page = browser.get("/map?study=contoh&lang=en").text
    drawn = {state for _, state, _, _, _ in BOX.findall(page)}
    assert drawn >= {"for", "against", "contested", "silent"}
    assert drawn <= set(states(page).values())
    for _, state, *_ in BOX.findall(page):
        assert f'class="sign {state}"><b aria-hidden="true">' in page  # told without colour


def test_the_boxes_are_those_that_the_scheme_states(browser: FlaskClient, schema: Graph) -> None:
    stated = {
        str(scheme): len(
            {e for e in schema.subjects(SKOS.inScheme, scheme) if (e, CG.drawnIn, None) in schema}
        )
        for scheme in schema.subjects(RDF.type, CG.Framework)
    }
    assert any(number > 10 for number in stated.values())
    for scheme, number in stated.items():
        page = browser.get(f"/map?framework={scheme.removeprefix(SCHEME)}").text
        assert len(BOX.findall(page)) == number
    for box in map(str, schema.objects(None, CG.drawnIn)):
        x, y, width, height = map(float, box.split())
        assert x >= 0 and y >= 0 and width > 50 and height > 30


def framework(name: str, *elements: str) -> Graph:
    """A framework as its file says it, each element with a box."""
    graph = Graph()
    scheme = SCHEME[name]
    graph.add((scheme, RDF.type, CG.Framework))
    graph.add((scheme, RDF.type, SKOS.ConceptScheme))
    graph.add((scheme, SKOS.prefLabel, Literal("Kerangka lain", lang="id")))
    for place, element in enumerate(elements):
        iri = URIRef(f"{scheme}/{element}")
        for kind in (CG.FrameworkElement, CG.Aspect, SKOS.Concept):
            graph.add((iri, RDF.type, kind))
        graph.add((iri, SKOS.inScheme, scheme))
        graph.add((iri, SKOS.prefLabel, Literal(element, lang="id")))
        graph.add((iri, CG.drawnIn, Literal(f"{place * 200} 0 180 80")))
    graph.add((URIRef(f"{scheme}/{elements[0]}"), CG.influences, URIRef(f"{scheme}/{elements[1]}")))
    return graph


def test_another_framework_has_a_map_by_its_data_alone(kg: KnowledgeGraph) -> None:
    kg.commit(
        Change(replace={terms.submission_graph("s", "f"): framework("lain", "awal", "akhir")})
    )
    page = (
        web.create_app(kg, Settings())
        .test_client()
        .get("/map?framework=lain&lang=id", headers=BROWSER)
    )
    assert [state for _, state, *_ in BOX.findall(page.text)] == ["unasked", "unasked"]
    assert page.text.count('class="arrow"') == 1


@pytest.mark.parametrize(
    ("evidence", "closed", "state"),
    [
        ((), (), "withheld"),
        ((), (CG.undermines,), "withheld"),
        ((CG.supports,), (), "for"),
        ((CG.undermines,), (), "contested"),
        ((CG.undermines,), (CG.supports,), "contested"),  # it tells nothing of what is closed
        ((CG.qualifies,), (), "contested"),
    ],
)
def test_what_cannot_be_shown_is_told_apart_from_what_is_not_there(
    kg: KnowledgeGraph, evidence: tuple[URIRef, ...], closed: tuple[URIRef, ...], state: str
) -> None:
    study, finding = terms.study("s"), terms.thing("s", "finding", "f")
    one = Graph()
    one.add((study, RDF.type, CG.Study))
    one.add((finding, RDF.type, CG.Finding))
    one.add((finding, CG.inStudy, study))
    one.add((finding, CG.concerns, SCHEME["ansell-gash/outcomes"]))
    one.add((finding, CG.stance, SCHEME["stance/supports"]))
    for bearing in evidence:
        item = terms.thing("s", "evidence", "e")
        one.add((item, RDF.type, CG.Evidence))
        one.add((item, bearing, finding))
    held = Graph()
    for bearing in closed:
        held.add((terms.thing("s", "evidence", "held"), bearing, finding))
    graph = terms.submission_graph("s", "x")
    kg.commit(Change(replace={graph: one, terms.restricted(graph): held}))
    client = web.create_app(kg, Settings()).test_client()
    page = client.get("/map?study=s&lang=en", headers=BROWSER)
    counted = client.get("/page/id/s/study/s?lang=en", headers=BROWSER).text
    assert f"evidence: {len(evidence)}" in counted
    found = states(page.text)
    assert found["outcomes"] == state
    assert found["empowerment"] == "unasked"  # the study does not say that it uses the framework


def test_a_phone_reads_the_same_model_box_below_box(browser: FlaskClient) -> None:
    page = browser.get("/map?study=contoh&lang=en").text
    stack = page[page.index('<ol class="stack">') : page.index("</ol>")]
    drawn = [address for address, *_ in BOX.findall(page)]
    assert sorted(re.findall(r'<a href="([^"]*)"', stack)) == sorted(drawn)
    assert "acts on collaborative process" in stack


def test_an_unknown_framework_is_told(browser: FlaskClient) -> None:
    answer = browser.get("/map?framework=nothing&lang=en")
    assert answer.status_code == 400
    assert "ansell-gash" in answer.text


@pytest.mark.parametrize("named", ["study=nothing", "about=contoh/program/nothing"])
def test_what_is_not_there_has_no_map(browser: FlaskClient, named: str) -> None:
    assert browser.get(f"/map?{named}&lang=en").status_code == 404
    assert browser.get(f"/map.svg?{named}&lang=en").status_code == 404


def test_an_empty_store_says_that_nothing_has_come_in() -> None:
    with KnowledgeGraph.in_memory() as graph:
        visitor = Page(web.create_app(graph, Settings()))
        for path in ("/map", "/compare", "/qca"):
            answer = visitor.get(f"{path}?lang=en")
            assert answer.status_code == 404
            assert "nothing has come in yet" in answer.text


def test_the_matrix_counts_what_each_actor_says_of_each_element(
    browser: FlaskClient, contoh: KnowledgeGraph
) -> None:
    page = browser.get("/map?study=contoh&lang=en").text
    page = page[page.index('<table class="matrix">') :]
    cells = [int(number) for number in re.findall(r"<strong>(\d+)</strong>", page)]
    rows = contoh.rows(
        f"SELECT DISTINCT ?actor ?element ?finding {{ ?finding <{CG.concerns}> ?element . "
        f"?element <{SKOS.inScheme}> <{SCHEME['ansell-gash']}> . "
        f"?finding <{CG.inStudy}> <{terms.study('contoh')}> ; "
        f"<{CG.voicedBy}>|<{CG.disputedBy}> ?actor }}"
    )
    assert sum(cells) == len(rows) > 2
    assert len(cells) == len({(str(row["actor"]), str(row["element"])) for row in rows})


def test_a_map_by_itself_is_a_picture_that_says_what_it_is_of(client: FlaskClient) -> None:
    answer = client.get("/map.svg?study=contoh&lang=en")
    assert answer.mimetype == "image/svg+xml"
    drawn = ElementTree.fromstring(answer.text)
    texts = [text.text or "" for text in drawn.iter("{http://www.w3.org/2000/svg}text")]
    study = "Example study: bamboo crafts (made up)"
    assert texts[0] == f"Collaborative governance (Ansell and Gash) · {study} · made up"
    assert "trust building" in texts
    assert "▲ for · 1 · 4/5" in texts
    assert "href" not in answer.text
    assert client.get("/map.svg?framework=deseve").status_code == 404
