"""Whoever asks a query that is wrong or finds nothing is told where, and what was likely meant."""

import html
import re
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st

from rembug.web.hints import _names

PREFIX = "PREFIX cg: <https://w3id.org/rembug/ontology#>\n"


def asked(browser: FlaskClient, query: str) -> str:
    return html.unescape(browser.get(f"/sparql?lang=en&query={quote(query)}").text)


def test_an_error_is_shown_at_its_place_and_the_query_is_kept(browser: FlaskClient) -> None:
    query = "SELECT * WHERE {\n  ?s ?p\n}"
    answer = browser.get(f"/sparql?lang=en&query={quote(query)}")
    assert answer.status_code == 400
    assert "at line 3, column" in answer.text
    assert re.search(r"<mark>\s+3  ", answer.text)
    assert html.escape("  ?s ?p\n}") in answer.text
    assert 'aria-invalid="true"' in answer.text


def test_a_name_that_nothing_has_is_told_with_the_nearest(browser: FlaskClient) -> None:
    page = asked(browser, PREFIX + "SELECT * { ?p a cg:Progam }")
    assert "Nothing in the graph is named <code>cg:Progam</code>" in page
    assert page.count("<code>cg:Program</code>") == 1
    (link,) = re.findall(r'<a href="([^"]*)"[^>]*><code>cg:Program</code>', page)
    assert "is named" not in html.unescape(browser.get(link).text)
    scheme = "<https://w3id.org/rembug/scheme/ansell-gash/trust-bilding>"
    page = asked(browser, f"SELECT * {{ ?f ?p {scheme} }}")
    assert "trust-building</code>" in page
    assert "is named" not in asked(browser, PREFIX + "SELECT * { ?p a cg:Program }")


def test_a_term_that_no_data_uses_is_told_where_nothing_is_found(
    magetan_browser: FlaskClient, browser: FlaskClient
) -> None:
    query = PREFIX + "SELECT * { ?i a cg:Interview ; cg:date ?day }"
    told = "nothing that you may read uses it: <code>cg:Interview</code>"
    assert told in asked(magetan_browser, query)
    assert told not in asked(browser, query)  # the other study has interviews


def test_a_question_without_an_answer_says_which_choice_leaves_nothing(
    browser: FlaskClient,
) -> None:
    path = "/queries/recommendations?lang=en&element=ansell-gash/trust-building&study=contoh"
    page = browser.get(path).text
    (link, rows) = re.findall(r'Element: <a href="([^"]*)" rel="nofollow"><strong>(\d+)', page)[0]
    there = browser.get(html.unescape(link)).text
    assert f'<p class="count"><strong>{rows}</strong>' in there


@pytest.mark.parametrize(
    ("query", "names"),
    [
        (PREFIX + 'SELECT * { ?a cg:b "cg:c" } # cg:d', ["b"]),
        (
            PREFIX + "SELECT * { ?a cg:b ?cg:x . ?y <https://w3id.org/rembug/ontology#e> 1 }",
            ["b", "e"],
        ),
        ("SELECT * { ?a other:b ?c }", []),
        ("PREFIX : <https://w3id.org/rembug/ontology#>\nSELECT * { ?a :b.}", ["b"]),
    ],
)
def test_only_names_are_looked_up(query: str, names: list[str]) -> None:
    assert [name.rpartition("#")[2] for name in _names(query)][: len(names)] == names


@given(st.text(max_size=300))
def test_any_text_can_be_looked_at(text: str) -> None:
    assert len(_names(PREFIX + text)) <= 20
