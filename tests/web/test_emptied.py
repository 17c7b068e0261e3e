"""Where a query finds nothing, the parts of its pattern that leave nothing are told."""

import html
import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from rembug.web.emptied import parts

PREFIX = "PREFIX cg: <https://w3id.org/rembug/ontology#>\n"


def texts(query: str) -> list[str]:
    return [part.text for part in parts(query)]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("SELECT * { ?s ?p ?o }", ["?s ?p ?o"]),
        ("SELECT * { ?s a cg:X ; cg:p 1.5 ; cg:q ?o . }", ["a cg:X", "cg:p 1.5", "cg:q ?o"]),
        ("ASK { ?s ?p ?o ; . ?x ?y [ ?z 1 ; ?w 2 ] }", ["?s ?p ?o", "?x ?y [ ?z 1 ; ?w 2 ]"]),
        ("SELECT * { ?s ?p ?o OPTIONAL { ?s ?q ?r } BIND(1 AS ?b) }", ["?s ?p ?o"]),
        ("SELECT * { { ?s ?p ?o } UNION { ?o ?p ?s } }", ["{ ?s ?p ?o } UNION { ?o ?p ?s }"]),
        ("SELECT * { ?s ?p 'a; {' FILTER(?s > 2) }", ["?s ?p 'a; {'", "FILTER(?s > 2)"]),
        (
            "SELECT * { ?s ?p ?o FILTER NOT EXISTS { ?s ?q 1 } ?o ?q 2 }",
            ["?s ?p ?o", "FILTER NOT EXISTS { ?s ?q 1 }", "?o ?q 2"],
        ),
        (
            "CONSTRUCT { ?a ?b ?c } WHERE { ?a ?b ?c MINUS { ?a a 1 } }",
            ["?a ?b ?c", "MINUS { ?a a 1 }"],
        ),
        (
            "SELECT ?s { ?s ?p ?o } GROUP BY ?s HAVING (COUNT(*) > 9)",
            ["?s ?p ?o", "GROUP BY ?s HAVING (COUNT(*) > 9)"],
        ),
        ("DESCRIBE <a:b>", []),
        ("SELECT * { {", []),
        ("", []),
    ],
)  # fmt: skip
def test_a_pattern_is_taken_apart(query: str, found: list[str]) -> None:
    assert texts(query) == found


@given(st.text(alphabet="{}()[];.,?s a:b<>\"'#\n SELECT WHERE FILTER UNION", max_size=200))
def test_any_text_can_be_taken_apart(text: str) -> None:
    for part in parts("SELECT * WHERE {" + text):
        assert (
            part.text in " ".join(("SELECT * WHERE {" + text).split()) or ";" in text or "." in text
        )


def asked(browser: FlaskClient, query: str) -> str:
    return html.unescape(browser.get(f"/sparql?lang=en&query={quote(PREFIX + query)}").text)


def test_the_part_that_leaves_nothing_is_told(browser: FlaskClient) -> None:
    page = asked(browser, "SELECT ?p { ?p a cg:Program ; cg:ledBy ?l . ?l a cg:Policy }")
    assert "without</a> <code>?l a cg:Policy</code>" in page
    assert "<code>a cg:Program</code>" not in page  # without it there is nothing either


def test_a_single_pattern_is_not_said_to_leave_nothing(browser: FlaskClient) -> None:
    assert "Something would be found" not in asked(browser, "SELECT * { ?s cg:about 1 }")


def test_the_link_leads_to_the_rows(browser: FlaskClient) -> None:
    query = "SELECT ?p { ?p a cg:Program FILTER(?p = 1) }"
    (part,) = [part for part in parts(PREFIX + query) if part.text.startswith("FILTER")]
    assert "FILTER" not in part.query
    assert 'class="empty"' not in html.unescape(
        browser.get(f"/sparql?lang=en&query={quote(part.query)}").text
    )


def test_a_ready_question_says_which_of_its_parts_leaves_nothing(
    magetan_browser: FlaskClient,
) -> None:
    page = magetan_browser.get("/queries/triangulated-findings?lang=en").text
    (why,) = re.findall(r'<a href="([^"]*why=true[^"]*)"', page)
    told = html.unescape(magetan_browser.get(html.unescape(why).partition("#")[0]).text)
    assert (
        '<code>a cg:TriangulatedFinding</code> <span class="muted">(Triangulated finding)' in told
    )
    parts_of = dict(re.findall(r'<a href="([^"]*)"[^>]*>without</a> <code>([^<]*)<', told))
    (rest,) = [to for to, part in parts_of.items() if part == "a cg:TriangulatedFinding"]
    assert 'class="empty"' not in magetan_browser.get(rest).text
