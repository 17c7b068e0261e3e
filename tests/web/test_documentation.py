"""The ontology's documentation is made from the ontology, the shapes and the catalogue."""

import html
import re

import pytest
from flask.testing import FlaskClient
from rdflib import DCTERMS, OWL, RDF, RDFS, SKOS, Graph, Namespace

from rembug import settings, terms

VANN = Namespace("http://purl.org/vocab/vann/")


def part(page: str, term: str) -> str:
    """What is said of one term."""
    return page.split(f'<section id="{term}">')[1].split("</section>")[0]


@pytest.mark.parametrize("lang", ["id", "en"])
def test_every_term_has_its_place_and_definition(
    browser: FlaskClient, schema: Graph, lang: str
) -> None:
    page = browser.get(f"/page/ontology?lang={lang}").text
    declared = {
        term
        for kind in (OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty)
        for term in schema.subjects(RDF.type, kind)
        if (term, RDFS.isDefinedBy, None) in schema
    }
    assert declared
    for term in declared:
        shown = html.unescape(part(page, str(term).rpartition("#")[2]))
        (definition,) = (
            text for text in schema.objects(term, SKOS.definition) if text.language == lang
        )
        assert f"<p>{definition}</p>" in shown


def test_every_link_within_the_page_leads_somewhere(browser: FlaskClient) -> None:
    page = browser.get("/page/ontology?lang=en").text
    assert set(re.findall(r'href="#([^"]*)"', page)) <= set(re.findall(r'id="([^"]*)"', page))


def test_a_class_shows_what_the_shapes_ask_questions_data_and_a_drawing(
    browser: FlaskClient,
) -> None:
    finding = part(browser.get("/page/ontology?lang=en").text, "Finding")
    asked = finding.split("as the shapes ask")[1].split("</li>")[0]
    assert 'href="#concerns"' in asked
    assert 'href="#rating"' not in asked
    using = re.search(r'href="(/queries\?[^"]*term=Finding[^"]*)"[^>]*>(\d+)<', finding)
    assert using
    listed = browser.get(html.unescape(using[1]))
    assert listed.text.count('<li><a href="/queries/') == int(using[2])
    assert "/queries/evidence-of-a-finding" in listed.text
    assert re.search(r"In the data: <a [^>]*>\d+</a>", finding)
    assert "<svg" in finding
    recommendation = part(browser.get("/page/ontology?lang=en").text, "Recommendation")
    assert 'href="#Finding"' in recommendation


def test_restricted_things_are_no_examples(browser: FlaskClient) -> None:
    coder = part(browser.get("/page/ontology?lang=en").text, "realName")
    assert "such as" not in coder


def test_the_ontology_says_who_made_it_when_and_how_to_cite_it(client: FlaskClient) -> None:
    told = Graph().parse(data=client.get("/page/ontology.ttl").data, format="turtle")
    for said in (
        *(DCTERMS.creator, DCTERMS.created, DCTERMS.modified, DCTERMS.license),
        *(DCTERMS.bibliographicCitation, DCTERMS.publisher, OWL.versionIRI),
    ):
        assert told.value(terms.ONTOLOGY, said), said
    assert str(told.value(terms.ONTOLOGY, VANN.preferredNamespaceUri)) == str(terms.CG)
    assert str(told.value(terms.ONTOLOGY, VANN.preferredNamespacePrefix)) == "cg"


@pytest.mark.parametrize(
    ("lang", "title"),
    [
        ("en", "The ontology, for researchers who code interviews"),
        ("id", "Ontologi, bagi peneliti yang mengode wawancara"),
    ],
)
def test_the_guide_is_a_page_in_both_languages(browser: FlaskClient, lang: str, title: str) -> None:
    page = browser.get(f"/ontology/guide?lang={lang}").text
    assert f"<h1>{title}</h1>" in page
    assert "<table>" in page
    assert '.md"' not in page  # a link to a file that the service does not show
    assert "/ontology/guide" in browser.get(f"/page/ontology?lang={lang}").text


def test_both_guides_speak_of_the_same_terms_and_of_no_other(schema: Graph) -> None:
    files = [settings.docs_dir() / f"ontology-guide{ending}.md" for ending in ("", ".id")]
    english, indonesian = (
        set(re.findall(r"`cg:(\w+)`", file.read_text(encoding="utf-8"))) for file in files
    )
    assert english == indonesian
    for name in english:
        assert (terms.CG[name], RDFS.isDefinedBy, None) in schema
