"""SPARQL 1.1 Protocol, query operation, as other people's clients use it."""

import json
from urllib.parse import quote

import pytest
import SPARQLWrapper as sparqlwrapper
from flask.testing import FlaskClient
from rdflib import Graph, URIRef
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from SPARQLWrapper import CSV, JSON, POST, POSTDIRECTLY, TURTLE, XML, SPARQLWrapper

from rembug import web
from rembug.graph import Change, KnowledgeGraph
from rembug.settings import Settings
from rembug.terms import restricted, submission_graph

from .conftest import Running

INSTUDY = "https://w3id.org/rembug/ontology#inStudy"
PROGRAM = "https://w3id.org/rembug/ontology#Program"
COUNT = f"SELECT (COUNT(DISTINCT ?p) AS ?n) WHERE {{ ?p a <{PROGRAM}> }}"
FORM = "application/x-www-form-urlencoded"
DIRECT = "application/sparql-query"
SD = "http://www.w3.org/ns/sparql-service-description#"


def count(body: bytes) -> int:
    return int(json.loads(body)["results"]["bindings"][0]["n"]["value"])


def test_the_three_ways_of_sending_a_query_answer_alike(server) -> None:  # type: ignore[no-untyped-def]
    by_get = server.ask("GET", f"/sparql?query={quote(COUNT)}")
    by_form = server.ask("POST", "/sparql", f"query={quote(COUNT)}".encode(), Content_Type=FORM)
    direct = server.ask("POST", "/sparql", COUNT.encode(), Content_Type=DIRECT)
    assert by_get[0] == by_form[0] == direct[0] == 200
    assert by_get[2] == by_form[2] == direct[2]
    assert count(by_get[2]) > 0


def test_head_has_the_headers_of_get_and_no_body(server) -> None:  # type: ignore[no-untyped-def]
    path = f"/sparql?query={quote(COUNT)}"
    status, headers, body = server.ask("HEAD", path)
    assert (status, body) == (200, b"")
    assert headers["Content-Length"] == str(len(server.ask("GET", path)[2]))


@pytest.mark.parametrize("method", ["GET", POST])
@pytest.mark.parametrize("form", [JSON, XML, CSV])
def test_sparqlwrapper_reads_every_format(server, method: str, form: str) -> None:  # type: ignore[no-untyped-def]
    wrapper = SPARQLWrapper(server.url + "sparql")
    wrapper.setQuery(COUNT)
    wrapper.setMethod(method)
    wrapper.setReturnFormat(form)
    found = wrapper.query().convert()
    if form == JSON:
        assert int(found["results"]["bindings"][0]["n"]["value"]) > 0
    elif form == XML:
        assert "<binding name=" in found.toxml()
    else:
        assert found.decode().split()[0] == "n"


def test_sparqlwrapper_posts_directly_and_constructs(server) -> None:  # type: ignore[no-untyped-def]
    wrapper = SPARQLWrapper(server.url + "sparql")
    wrapper.setQuery(f"CONSTRUCT {{ ?p a <{PROGRAM}> }} WHERE {{ ?p a <{PROGRAM}> }}")
    wrapper.setMethod(POST)
    wrapper.setRequestMethod(POSTDIRECTLY)
    wrapper.setReturnFormat(TURTLE)
    assert len(Graph().parse(data=wrapper.query().convert(), format="turtle")) > 0


def test_rdflib_reads_the_endpoint_as_a_graph(server) -> None:  # type: ignore[no-untyped-def]
    graph = Graph(SPARQLStore(server.url + "sparql"))
    programs = set(graph.subjects(predicate=None, object=URIRef(PROGRAM)))
    assert URIRef("https://w3id.org/rembug/id/contoh/program/pelatihan") in programs


def test_the_named_dataset_stands_in_place_of_from(client: FlaskClient, contoh) -> None:  # type: ignore[no-untyped-def]
    ontology = "https://w3id.org/rembug/graph/ontology"
    query = f"SELECT (COUNT(*) AS ?n) FROM <{ontology}> WHERE {{ ?s a <{PROGRAM}> }}"
    assert count(client.get("/sparql", query_string={"query": query}).data) == 0
    submission = next(str(g) for g in contoh.graphs(0) if "/contoh/" in g and "contoh-" in g)
    given = {"query": query, "default-graph-uri": submission}
    assert count(client.get("/sparql", query_string=given).data) > 0
    assert count(client.post("/sparql", data=given).data) > 0
    direct = client.post(
        f"/sparql?default-graph-uri={quote(submission)}", data=query, content_type=DIRECT
    )
    assert count(direct.data) > 0


def test_named_graphs_are_reached_by_graph_alone(client: FlaskClient) -> None:
    ontology = "https://w3id.org/rembug/graph/ontology"
    for pattern, some in (("?s ?p ?o", False), ("GRAPH ?g { ?s ?p ?o }", True)):
        given = {
            "query": f"SELECT (COUNT(*) AS ?n) WHERE {{ {pattern} }}",
            "named-graph-uri": ontology,
        }
        assert (count(client.get("/sparql", query_string=given).data) > 0) is some


def test_nobody_reads_a_restricted_graph_over_http(kg: KnowledgeGraph) -> None:
    closed = restricted(submission_graph("s", "x"))
    secret = Graph().parse(data='<http://e/s> <http://e/p> "kata informan" .', format="turtle")
    kg.commit(Change(replace={closed: secret}))
    client = web.create_app(kg, Settings()).test_client()
    for parameters in (
        {"query": 'SELECT * WHERE { ?s ?p "kata informan" }'},
        {"query": "SELECT * WHERE { GRAPH ?g { <http://e/s> ?p ?o } }"},
        {"query": f"SELECT * FROM <{closed}> WHERE {{ ?s ?p ?o }}"},
        {"query": "SELECT * WHERE { ?s ?p ?o }", "default-graph-uri": str(closed)},
        {"query": "SELECT * WHERE { GRAPH ?g { ?s ?p ?o } }", "named-graph-uri": str(closed)},
    ):
        response = client.get("/sparql", query_string=parameters)
        assert response.status_code == 200
        assert b"kata informan" not in response.data
    path = str(closed).removeprefix("https://w3id.org/rembug")
    for url in (f"/page{path}", f"/page{path}.ttl", "/page/graph/s/x.nt"):
        response = client.get(url)
        assert response.status_code == 404
        assert b"kata informan" not in response.data


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [("SELECT * WHERE { ?s ?p }", 1, 24), ("SELECT *\nWHERE { ?s ?p }", 2, 15)],
)
def test_a_syntax_error_is_a_problem_with_its_place(
    client: FlaskClient, query: str, line: int, column: int
) -> None:
    response = client.get("/sparql", query_string={"query": query})
    assert response.status_code == 400
    assert response.content_type == "application/problem+json"
    problem = response.json
    assert problem["status"] == 400
    assert problem["line"] == line
    # The engine points at the first character that it cannot read, or at the one after it.
    assert column <= problem["column"] <= column + 1


def test_a_browser_gets_its_syntax_error_on_a_page(browser: FlaskClient) -> None:
    response = browser.get("/sparql?query=SELEC&lang=id")
    assert (response.status_code, response.mimetype) == (400, "text/html")
    assert "Kueri tidak terbaca pada baris 1, kolom" in response.text


@pytest.mark.parametrize(
    ("kwargs", "status"),
    [
        ({"data": "SELECT", "content_type": "text/plain"}, 415),
        ({"data": {}, "content_type": FORM}, 400),
        ({"data": {"update": "DROP ALL"}}, 400),
        ({"data": "DROP ALL", "content_type": DIRECT}, 400),
        ({"data": b"\xff\xfe", "content_type": DIRECT}, 400),
        ({"data": {"query": ["ASK {}", "ASK {}"]}}, 400),
        ({"data": b"#" * 4_300_000, "content_type": DIRECT}, 413),
    ],
)
def test_a_bad_request_says_why(
    client: FlaskClient, kwargs: dict[str, object], status: int
) -> None:
    response = client.post("/sparql", **kwargs)
    assert response.status_code == status
    assert response.json["status"] == status
    assert response.json["detail"]


def test_nothing_but_reading_is_allowed(client: FlaskClient) -> None:
    for method in ("PUT", "DELETE", "PATCH"):
        response = client.open("/sparql", method=method)
        assert response.status_code == 405
        assert "GET" in response.headers["Allow"]
    assert client.post("/update", data={"update": "DROP ALL"}).status_code == 401


def test_another_endpoint_is_not_called(client: FlaskClient) -> None:
    query = "SELECT * WHERE { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }"
    assert client.get("/sparql", query_string={"query": query}).status_code == 403


def test_without_a_query_programs_get_the_service_description(client: FlaskClient) -> None:
    response = client.get("/sparql", headers={"Accept": "text/turtle"})
    graph = Graph().parse(data=response.data, format="turtle")
    endpoints = set(map(str, graph.objects(predicate=URIRef(SD + "endpoint"))))
    assert endpoints == {"http://localhost/sparql", "http://localhost/update"}
    names = {str(name) for name in graph.objects(predicate=URIRef(SD + "name"))}
    assert "https://w3id.org/rembug/graph/ontology" in names


def test_without_a_query_a_browser_gets_the_form(browser: FlaskClient) -> None:
    page = browser.get("/sparql?lang=en").text
    assert "<textarea" in page
    assert "/sparql?lang=en&amp;example=programs-lacking-sustainability-evidence" in page
    example = browser.get("/sparql?example=programs-lacking-sustainability-evidence").text
    assert "cg:Program" in example


def test_a_browser_sees_yes_or_no_rows_and_triples(browser: FlaskClient) -> None:
    def shown(query: str) -> str:
        return browser.get("/sparql", query_string={"query": query, "lang": "en"}).text

    assert '<p class="verdict">yes</p>' in shown("ASK {}")
    assert "/page/ontology?lang=en#Program" in shown(f"SELECT (<{PROGRAM}> AS ?c) {{}}")
    assert "a cg:Program" in shown(f"CONSTRUCT {{ <http://e/x> a <{PROGRAM}> }} WHERE {{}}")


def test_a_page_calls_things_by_their_names_where_a_query_asks_for_none(
    browser: FlaskClient, client: FlaskClient
) -> None:
    asked = f"SELECT ?p ?n {{ ?p a <{PROGRAM}> ; <{INSTUDY}> ?study BIND(STRLEN(STR(?p)) AS ?n) }}"
    for lang, name in (("en", "Training"), ("id", "Pelatihan")):
        page = browser.get("/sparql", query_string={"query": asked, "lang": lang}).text
        assert f"<bdi>{name}</bdi></a>" in page
        assert "pLabel" not in page
    data = client.get("/sparql", query_string={"query": asked, "format": "csv"}).text
    assert data.startswith("p,n\r\n")  # the answer itself is as it was asked for


def test_the_same_query_over_the_same_version_is_not_sent_twice(kg: KnowledgeGraph) -> None:
    client = web.create_app(kg, Settings()).test_client()
    url = f"/sparql?query={quote(COUNT)}"
    tag = client.get(url).headers["ETag"]
    again = client.get(url, headers={"If-None-Match": tag})
    assert (again.status_code, again.data) == (304, b"")
    csv = client.get(url, headers={"If-None-Match": tag, "Accept": "text/csv"})
    assert csv.status_code == 200
    new = Graph().parse(data=f"<http://e/p> a <{PROGRAM}> .", format="turtle")
    kg.commit(Change(replace={submission_graph("s", "x"): new}))
    changed = client.get(url, headers={"If-None-Match": tag})
    assert (changed.status_code, count(changed.data)) == (200, 1)


def test_what_changes_by_itself_has_no_etag(client: FlaskClient) -> None:
    response = client.get("/sparql", query_string={"query": "SELECT (NOW() AS ?now) {}"})
    assert "ETag" not in response.headers


def test_a_page_elsewhere_may_ask_but_carries_no_session(client: FlaskClient) -> None:
    preflight = client.options(
        "/sparql",
        headers={
            "Origin": "https://notebook.example",
            "Access-Control-Request-Method": "POST",
            "Access-Control-Request-Headers": "authorization, content-type",
        },
    )
    assert preflight.status_code == 200
    assert {"GET", "POST", "HEAD", "OPTIONS"} <= set(
        preflight.headers["Access-Control-Allow-Methods"].split(", ")
    )
    assert "Authorization" in preflight.headers["Access-Control-Allow-Headers"]
    answer = client.get("/sparql", query_string={"query": "ASK {}"})
    for headers in (preflight.headers, answer.headers):
        assert headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in headers


@pytest.mark.parametrize("encoding", ["br", "gzip", "gzip;q=0.5, br;q=0.1", "identity", "br;q=0"])
def test_an_answer_is_compressed_as_far_as_the_caller_reads_it(
    client: FlaskClient, encoding: str
) -> None:
    import gzip

    import brotli

    query = {"query": "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o LIMIT 300"}
    plain = client.get("/sparql", query_string=query)
    packed = client.get("/sparql", query_string=query, headers={"Accept-Encoding": encoding})
    found = packed.headers.get("Content-Encoding")
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[found]
    assert unpack(packed.data) == plain.data
    assert found == {"br": "br", "gzip": "gzip", "gzip;q=0.5, br;q=0.1": "gzip"}.get(encoding)
    assert "Accept-Encoding" in packed.headers["Vary"]
    assert (packed.headers["ETag"] == plain.headers["ETag"]) is (found is None)
    again = {"Accept-Encoding": encoding, "If-None-Match": packed.headers["ETag"]}
    assert client.get("/sparql", query_string=query, headers=again).status_code == 304


SELECT, CONSTRUCT, ASK = "SELECT * { ?s ?p ?o } LIMIT 3", "CONSTRUCT WHERE { ?s a ?o }", "ASK {}"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        *((form, text) for text in (SELECT, ASK) for form in ("JSON", "XML", "CSV", "TSV")),
        *((form, CONSTRUCT) for form in ("N3", "TURTLE", "RDFXML", "RDF", "JSONLD", "XML")),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_every_return_type_of_sparqlwrapper_works(
    server: Running, form: str, text: str, method: str
) -> None:
    wrapper = SPARQLWrapper(server.url + "sparql", returnFormat=getattr(sparqlwrapper, form))
    wrapper.setMethod(method)
    wrapper.setQuery(text)
    found = wrapper.queryAndConvert()
    assert found is not None
    if form in ("TURTLE", "N3"):
        assert len(Graph().parse(data=found, format="turtle"))
    elif text == CONSTRUCT and form != "JSONLD":
        assert len(found)


@pytest.mark.parametrize(
    ("path", "accept", "status", "media_type"),
    [
        ("/sparql?query=ASK{}", "APPLICATION/Sparql-Results+JSON", 200, "sparql-results+json"),
        ("/sparql?query=", "application/sparql-results+json", 400, "problem+json"),
        ("/sparql?query=%20", "application/sparql-results+json", 400, "problem+json"),
        ("/data?graph=", "text/turtle", 400, "problem+json"),
        ("/data?graph=relative", "text/turtle", 400, "problem+json"),
        ("/graph/ontology", "*/*", 200, "text/turtle"),
        ("/graph/ontology", "", 200, "text/turtle"),
        ("/graph/nowhere/at-all", "*/*", 404, "problem+json"),
        ("/graph/nowhere/at-all", "text/html", 404, "text/html"),
        ("/page//queries", "text/html", 404, "text/html"),
    ],
)
def test_what_clients_send_is_read_as_the_protocols_mean_it(
    client: FlaskClient, path: str, accept: str, status: int, media_type: str
) -> None:
    answer = client.get(path, headers={"Accept": accept} if accept else {})
    assert answer.status_code == status
    assert media_type in answer.content_type
