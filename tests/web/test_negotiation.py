"""What a caller reads decides what we write (RFC 9110 §12)."""

import pytest
from flask.testing import FlaskClient
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from rembug.web.negotiation import HTML, RDF, RESULTS, choose, quality

SELECT = "SELECT ?s WHERE { ?s a <https://w3id.org/rembug/ontology#Program> } LIMIT 1"
CONSTRUCT = "CONSTRUCT { ?s a ?c } WHERE { ?s a ?c } LIMIT 1"
OFFERS = (HTML, *RDF.values(), *RESULTS.values())


def accept(text: str) -> MIMEAccept:
    return parse_accept_header(text, MIMEAccept)


@pytest.mark.parametrize(
    ("query", "header", "media_type"),
    [
        (SELECT, "", "application/sparql-results+json"),
        (SELECT, "*/*", "application/sparql-results+json"),
        (SELECT, "application/json", "application/sparql-results+json"),
        (SELECT, "text/csv;q=0.4, application/sparql-results+xml;q=0.6", RESULTS["xml"]),
        (SELECT, "text/csv;q=0.6, application/sparql-results+xml;q=0.4", "text/csv"),
        (SELECT, "text/*", "text/csv"),
        (SELECT, "application/sparql-results+json;q=0, */*", RESULTS["xml"]),
        (CONSTRUCT, "*/*", "text/turtle"),
        (CONSTRUCT, "application/rdf+xml, text/turtle;q=0.9", "application/rdf+xml"),
        (CONSTRUCT, "text/turtle;q=0.1, application/n-triples;q=0.2", "application/n-triples"),
        (CONSTRUCT, "application/n-quads", "application/n-quads"),
        ("ASK {}", "text/turtle, application/sparql-results+xml;q=0.1", RESULTS["xml"]),
        ("ASK {}", "text/csv", "text/csv"),
        (SELECT, "text/html, */*;q=0.8", "text/html"),
        (SELECT, "text/html;q=0.5, text/csv", "text/csv"),
    ],
)
def test_the_accept_header_decides(
    client: FlaskClient, query: str, header: str, media_type: str
) -> None:
    response = client.get("/sparql", query_string={"query": query}, headers={"Accept": header})
    assert response.status_code == 200
    assert response.mimetype == media_type
    assert "Accept" in response.vary


@pytest.mark.parametrize(
    ("query", "header"),
    [
        (SELECT, "image/png"),
        (SELECT, "text/turtle"),
        (CONSTRUCT, "text/csv"),
        ("ASK {}", "text/turtle"),
    ],
)
def test_what_the_caller_cannot_read_is_406(client: FlaskClient, query: str, header: str) -> None:
    response = client.get("/sparql", query_string={"query": query}, headers={"Accept": header})
    assert response.status_code == 406
    assert response.mimetype == "application/problem+json"


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("json", RESULTS["json"]),
        ("csv", "text/csv"),
        ("tsv", "text/tab-separated-values"),
        ("xml", RESULTS["xml"]),
        ("html", "text/html"),
    ],
)
def test_the_format_parameter_goes_before_accept(
    client: FlaskClient, name: str, media_type: str
) -> None:
    given = {"query": SELECT, "format": name}
    response = client.get("/sparql", query_string=given, headers={"Accept": "text/csv"})
    assert response.mimetype == media_type


def test_json_and_xml_mean_rdf_for_triples(client: FlaskClient) -> None:
    for name, media_type in (("json", "application/ld+json"), ("xml", "application/rdf+xml")):
        response = client.get("/sparql", query_string={"query": CONSTRUCT, "format": name})
        assert response.mimetype == media_type


def test_an_unknown_format_is_named(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": SELECT, "format": "exe"})
    assert response.status_code == 400
    assert "exe" in response.json["detail"]


ranges = st.sampled_from(["*/*", "text/*", "application/*", *OFFERS])
headers = st.lists(st.tuples(ranges, st.integers(0, 10)), min_size=1, max_size=6)


@given(headers)
def test_no_offer_is_liked_better_than_the_chosen_one(given_ranges: list[tuple[str, int]]) -> None:
    header = accept(", ".join(f"{name};q={q / 10}" for name, q in given_ranges))
    best = choose(header, OFFERS)
    qualities = [quality(header, offer) for offer in OFFERS]
    assert (best is None) == (max(qualities) == 0)
    if best:
        assert quality(header, best) == max(qualities)


def test_the_most_specific_range_counts() -> None:
    header = accept("text/turtle;q=0.1, text/*;q=0.5, */*;q=0.9")
    assert quality(header, "text/turtle") == 0.1
    assert quality(header, "text/csv") == 0.5
    assert quality(header, "application/rdf+xml") == 0.9
