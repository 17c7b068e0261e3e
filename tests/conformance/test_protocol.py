"""SPARQL 1.1 Protocol, Graph Store HTTP Protocol and Service Description, as the W3C tests them.

The suites for these have no files: their cases are described, and written out here under the names
that the manifests give them.
"""

import http.client
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import pytest
from rdflib import RDF, Dataset, Graph, URIRef
from rdflib.compare import isomorphic

from ..service import Service, serving

FORM = "application/x-www-form-urlencoded"
QUERY, UPDATE = "application/sparql-query", "application/sparql-update"
RESULTS = {
    "application/sparql-results+xml",
    "application/sparql-results+json",
    "text/csv",
    "text/tab-separated-values",
}
RDF_TYPES = {"application/rdf+xml", "text/turtle", "application/n-triples", "application/ld+json"}
SD = "http://www.w3.org/ns/sparql-service-description#"
DATA = "http://kasei.us/2009/09/sparql/data/data{}.rdf"
G = [DATA.format(number) for number in range(4)]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Three graphs of a triple each, and nothing in the default graph."""
    folder = tmp_path_factory.mktemp("protocol")
    with serving(folder, "--empty", "--default-graph", "strict") as running:
        reset(running)
        yield running


def reset(service: Service) -> None:
    blocks = " ".join(f"GRAPH <{g}> {{ <{g}> a <http://e/T{n}> }}" for n, g in enumerate(G) if n)
    assert service.change(f"DROP ALL ; INSERT DATA {{ {blocks} }}")[0] == 204


def get(service: Service, query: str, *more: tuple[str, str], **headers: str):  # type: ignore[no-untyped-def]
    return service.ask("GET", "/sparql?" + urlencode([("query", query), *more]), **headers)


def form(service: Service, path: str, *fields: tuple[str, str], **headers: str):  # type: ignore[no-untyped-def]
    return service.ask("POST", path, urlencode(fields), Content_Type=FORM, **headers)


def yes(answer: tuple[int, dict[str, str], bytes]) -> bool:
    status, headers, body = answer
    assert status == 200, body
    assert headers["Content-Type"].partition(";")[0] in RESULTS
    return bool(json.loads(body)["boolean"])


IN_DEFAULT = "ASK { ?s a <http://e/T1> . ?x a <http://e/T2> }"
IN_NAMED = f"ASK {{ GRAPH <{G[1]}> {{ ?s a <http://e/T1> }} GRAPH <{G[2]}> {{ ?x ?p ?o }} }}"
ONLY_TWO = (
    "ASK { GRAPH ?g { ?s a <http://e/T2> } FILTER NOT EXISTS { GRAPH "
    f"<{G[1]}> {{ ?s ?p ?o }} }} }}"
)


def test_query_get(service: Service) -> None:
    assert yes(get(service, "ASK {}"))


def test_query_post_form(service: Service) -> None:
    assert yes(form(service, "/sparql", ("query", "ASK {}")))


def test_query_post_direct(service: Service) -> None:
    assert yes(service.select("ASK {}", "*/*"))


@pytest.mark.parametrize("ask", ["get", "post", "direct"])
def test_query_dataset_default_graphs(service: Service, ask: str) -> None:
    graphs = [("default-graph-uri", G[1]), ("default-graph-uri", G[2])]
    assert yes(sent(service, ask, IN_DEFAULT, graphs))
    assert not yes(sent(service, ask, IN_DEFAULT, graphs[:1]))
    assert not yes(sent(service, ask, "ASK { GRAPH ?g { ?s ?p ?o } }", graphs))


@pytest.mark.parametrize("ask", ["get", "post", "direct"])
def test_query_dataset_named_graphs(service: Service, ask: str) -> None:
    graphs = [("named-graph-uri", G[1]), ("named-graph-uri", G[2])]
    assert yes(sent(service, ask, IN_NAMED, graphs))
    assert not yes(sent(service, ask, "ASK { ?s ?p ?o }", graphs))
    assert yes(sent(service, ask, ONLY_TWO, graphs[1:]))


def test_query_dataset_full(service: Service) -> None:
    graphs = [("default-graph-uri", G[3]), ("named-graph-uri", G[1]), ("named-graph-uri", G[2])]
    query = "ASK { ?s a <http://e/T3> . GRAPH ?g { ?x a <http://e/T1> } }"
    assert yes(sent(service, "get", query, graphs))


def test_query_multiple_dataset(service: Service) -> None:
    """What the request names stands in place of what the query names."""
    query = f"ASK FROM <{G[3]}> {{ ?s a <http://e/T1> FILTER NOT EXISTS {{ ?x a <http://e/T3> }} }}"
    assert yes(sent(service, "get", query, [("default-graph-uri", G[1])]))


def sent(service: Service, ask: str, query: str, more: list[tuple[str, str]]):  # type: ignore[no-untyped-def]
    if ask == "get":
        return get(service, query, *more)
    if ask == "post":
        return form(service, "/sparql", ("query", query), *more)
    return service.ask("POST", "/sparql?" + urlencode(more), query, Content_Type=QUERY)


@pytest.mark.parametrize(
    ("query", "types"),
    [
        ("SELECT (1 AS ?value) {}", RESULTS),
        ("ASK {}", {"application/sparql-results+xml", "application/sparql-results+json"}),
        ("DESCRIBE <http://example.org/>", RDF_TYPES),
        ("CONSTRUCT { <s> <p> 1 } WHERE {}", RDF_TYPES),
    ],
    ids=["select", "ask", "describe", "construct"],
)
def test_query_content_type(service: Service, query: str, types: set[str]) -> None:
    status, headers, _ = get(service, query)
    assert status == 200
    assert headers["Content-Type"].partition(";")[0] in types
    for wanted in types:
        assert get(service, query, Accept=wanted)[1]["Content-Type"].partition(";")[0] == wanted


# The update suite's four: a WHERE over what the request names.
CLEAR = (
    "DROP ALL ; INSERT DATA { GRAPH <http://e/1> { <a> <b> 1 } GRAPH <http://e/2> { <c> <d> 2 } }"
)
COPY = "INSERT { GRAPH <http://e/x> { ?s ?p ?o } } WHERE { ?s ?p ?o }"
COPY_NAMED = "INSERT { GRAPH <http://e/x> { ?s ?p ?o } } WHERE { GRAPH ?g { ?s ?p ?o } }"


@pytest.mark.parametrize("direct", [True, False], ids=["direct", "form"])
@pytest.mark.parametrize(
    ("update", "named", "found"),
    [
        (COPY, [("using-graph-uri", "http://e/1")], {"1"}),
        (COPY, [("using-graph-uri", "http://e/1"), ("using-graph-uri", "http://e/2")], {"1", "2"}),
        (COPY_NAMED, [("using-named-graph-uri", "http://e/2")], {"2"}),
        (
            "INSERT { GRAPH <http://e/x> { ?s ?p ?o } } WHERE { { ?s ?p ?o } UNION "
            "{ GRAPH ?g { ?s ?p ?o } } }",
            [("using-graph-uri", "http://e/1"), ("using-named-graph-uri", "http://e/2")],
            {"1", "2"},
        ),
    ],
    ids=["default_graph", "default_graphs", "named_graphs", "full"],
)
def test_update_dataset(
    service: Service, update: str, named: list[tuple[str, str]], found: set[str], direct: bool
) -> None:
    assert service.change(CLEAR)[0] == 204
    if direct:
        path = "/update?" + urlencode(named)
        assert service.ask("POST", path, update, Content_Type=UPDATE)[0] == 204
    else:
        assert form(service, "/update", ("update", update), *named)[0] == 204
    query = "SELECT ?o { GRAPH <http://e/x> { ?s ?p ?o } }"
    rows = json.loads(get(service, query)[2])["results"]["bindings"]
    assert {row["o"]["value"] for row in rows} == found
    reset(service)


def test_update_post_form(service: Service) -> None:
    assert form(service, "/update", ("update", "CLEAR SILENT GRAPH <http://e/none>"))[0] == 204


def test_update_post_direct(service: Service) -> None:
    assert service.change("CLEAR SILENT GRAPH <http://e/none>")[0] == 204


def test_update_base_uri(service: Service) -> None:
    """Relative IRIs are resolved against the endpoint, which a service may choose (§2.2.4)."""
    assert service.change("CLEAR SILENT DEFAULT ; INSERT DATA { <relative> a <Thing> }")[0] == 204
    query = f"ASK {{ <{service.url}relative> a <{service.url}Thing> }}"
    assert yes(get(service, query))
    reset(service)


UTF_16, UTF_16_UPDATE = "ASK {}".encode("utf-16"), "CLEAR NAMED".encode("utf-16")
CONFLICT = urlencode(
    {
        "using-named-graph-uri": "http://example/people",
        "update": "INSERT { ?s a <x> } USING <http://example/addresses> WHERE { ?s ?p ?o }",
    }
).encode()
ONE, TWO = "query=ASK%7B%7D", "update=CLEAR%20NAMED&update=CLEAR%20DEFAULT"
BAD = {
    "bad_query_method": ("PUT", f"/sparql?{ONE}", b"", "", 405),
    "bad_multiple_queries": ("GET", f"/sparql?{ONE}&{ONE}", None, "", 400),
    "bad_query_wrong_media_type": ("POST", "/sparql", b"ASK {}", "text/plain", 415),
    "bad_query_missing_form_type": ("POST", "/sparql", ONE.encode(), "", 415),
    "bad_query_missing_direct_type": ("POST", "/sparql", b"ASK {}", "", 415),
    "bad_query_non_utf8": ("POST", "/sparql", UTF_16, f"{QUERY}; charset=UTF-16", 415),
    "a query that says it is UTF-8": ("POST", "/sparql", UTF_16, QUERY, 400),
    "bad_query_syntax": ("GET", "/sparql?query=ASK%20%7B", None, "", 400),
    "bad_update_get": ("GET", "/update?update=CLEAR%20ALL", None, "", 405),
    "bad_multiple_updates": ("POST", "/update", TWO.encode(), FORM, 400),
    "bad_update_wrong_media_type": ("POST", "/update", b"CLEAR NAMED", "text/plain", 415),
    "bad_update_missing_form_type": ("POST", "/update", b"update=CLEAR%20NAMED", "", 415),
    "bad_update_non_utf8": ("POST", "/update", UTF_16_UPDATE, f"{UPDATE}; charset=UTF-16", 415),
    "bad_update_syntax": ("POST", "/update", b"CLEAR XYZ", UPDATE, 400),
    "bad_update_dataset_conflict": ("POST", "/update", CONFLICT, FORM, 400),
    "an update sent to be queried": ("POST", "/sparql", b"CLEAR ALL", UPDATE, 415),
    "a query sent to be updated": ("POST", "/update", b"ASK {}", QUERY, 415),
    "a form without a query": ("POST", "/sparql", b"q=1", FORM, 400),
}


@pytest.mark.parametrize(("method", "path", "body", "media_type", "status"), BAD.values(), ids=BAD)
def test_what_is_not_the_protocol_is_told(
    service: Service,
    method: str,
    path: str,
    body: bytes | None,
    media_type: str,
    status: int,
) -> None:
    named = {"Content_Type": media_type} if media_type else {}
    found, told, answer = service.ask(method, path, body, **named)
    assert found == status, answer
    assert told["Content-Type"] == "application/problem+json"
    assert json.loads(answer)["detail"]


def test_service_description(service: Service) -> None:
    """returns-rdf, has-endpoint-triple, conforms-to-schema."""
    status, headers, body = service.ask("GET", "/sparql", Accept="text/turtle, */*;q=0.1")
    assert status == 200
    assert headers["Content-Type"].startswith("text/turtle")
    graph = Graph().parse(data=body, format="turtle")
    endpoint = URIRef(service.url + "sparql")
    assert (endpoint, URIRef(SD + "endpoint"), endpoint) in graph
    assert (endpoint, RDF.type, URIRef(SD + "Service")) in graph
    assert (None, URIRef(SD + "feature"), URIRef(SD + "UnionDefaultGraph")) not in graph
    known = {
        *("endpoint", "supportedLanguage", "feature", "resultFormat", "inputFormat"),
        *("defaultDataset", "defaultGraph", "namedGraph", "name"),
    }
    assert {p.removeprefix(SD) for p in graph.predicates() if p != RDF.type} <= known
    names = {str(name) for name in graph.objects(None, URIRef(SD + "name"))}
    assert set(G[1:]) <= names


# Graph Store HTTP Protocol: the dialogue that the working group wrote down, in its order; of
# centres rather than persons, since a person's name in a graph of ours waits for a review.
CENTRE = """@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix v: <http://www.w3.org/2006/vcard/ns#> .
<http://e/centre/1> a foaf:Organization ; foaf:businessCard [ a v:VCard ; v:fn "{}" ] ."""
TTL = "text/turtle"


@pytest.fixture(params=["direct", "indirect"])
def at(service: Service, request: pytest.FixtureRequest) -> Callable[[int], str]:
    """Where a graph is, by its own URL or by the store's."""
    if request.param == "direct":
        return lambda number: f"/graph/centre/{number}.ttl"
    return lambda number: f"/data?graph={quote(f'http://e/centre/{number}.ttl', safe='')}"


def same(body: bytes, turtle: str) -> bool:
    return isomorphic(
        Graph().parse(data=body, format="turtle"), Graph().parse(data=turtle, format="turtle")
    )


def test_graph_store(service: Service, at: Callable[[int], str]) -> None:
    def read(path: str) -> bytes:
        status, headers, body = service.ask("GET", path, Accept="text/turtle; charset=utf-8")
        assert status == 200, body
        assert headers["Content-Type"].startswith(TTL)
        return body

    first, second = CENTRE.format("Sentra A"), CENTRE.format("Sentra B")
    assert service.ask("PUT", at(1), first, Content_Type=TTL)[0] == 201  # initial state
    assert same(read(at(1)), first)
    assert service.ask("PUT", at(1), second, Content_Type=TTL)[0] in (200, 204)  # already there
    assert same(read(at(1)), second)
    assert service.ask("PUT", at(1), second, Content_Type="application/rdf+xml")[0] == 400
    assert same(read(at(1)), second)
    assert service.ask("PUT", at(2), "", Content_Type=TTL)[0] in (200, 201, 204)  # empty graph
    assert same(read(at(2)), "")
    assert service.ask("DELETE", at(2))[0] in (200, 204)
    assert service.ask("GET", at(2))[0] == 404
    assert service.ask("DELETE", at(2))[0] == 404
    more = '<http://e/centre/1> <http://xmlns.com/foaf/0.1/name> "Sentra B" .'
    assert service.ask("POST", at(1), more, Content_Type=TTL)[0] in (200, 204)
    assert same(read(at(1)), second + more)
    parts = multipart(
        {"lastName.ttl": (more, TTL), "x.nt": ("<a:a> <b:b> <c:c> .\n", "text/plain")}
    )
    assert service.ask("POST", at(1), parts[0], Content_Type=parts[1])[0] in (200, 204)
    assert same(read(at(1)), second + more + "<a:a> <b:b> <c:c> .")
    status, headers, body = service.ask("HEAD", at(1), Accept=TTL)
    assert (status, body) == (200, b"")
    assert headers["Content-Type"].startswith(TTL)
    assert service.ask("HEAD", at(2))[0] == 404
    assert service.ask("PUT", at(1), second, Content_Type="text/html")[0] == 415
    assert service.ask("PUT", at(1), b"\xff\xfe", Content_Type=TTL)[0] == 400
    assert service.ask("DELETE", at(1))[0] in (200, 204)


def multipart(files: dict[str, tuple[str, str]]) -> tuple[str, str]:
    lines = [
        f'--x\r\nContent-Disposition: form-data; name="graph"; filename="{name}"\r\n'
        f"Content-Type: {media_type}\r\n\r\n{text}\r\n"
        for name, (text, media_type) in files.items()
    ]
    return "".join(lines) + "--x--\r\n", "multipart/form-data; boundary=x"


def test_graph_store_default_graph(service: Service) -> None:
    service.change("CLEAR SILENT DEFAULT")
    text = CENTRE.format("Sentra C")
    assert service.ask("PUT", "/data?default", text, Content_Type=TTL)[0] == 201
    assert same(service.ask("GET", "/data?default", Accept=TTL)[2], text)
    assert service.ask("PUT", "/data?default", text, Content_Type=TTL)[0] == 204
    assert service.ask("DELETE", "/data?default")[0] == 204
    assert same(service.ask("GET", "/data?default", Accept=TTL)[2], "")
    reset(service)


def test_graph_store_new_graph(service: Service) -> None:
    """A POST to the store makes a graph and says where it is (§5.5)."""
    text = CENTRE.format("Sentra C")
    status, headers, _ = service.ask("POST", "/data", text, Content_Type=TTL)
    assert status == 201
    made = headers["Location"]
    path = urlsplit(made).path
    assert same(service.ask("GET", path, Accept=TTL)[2], text)
    assert service.ask("POST", path, "", Content_Type=TTL)[0] == 204  # nothing to an existing one
    assert same(service.ask("GET", path, Accept=TTL)[2], text)
    assert service.ask("DELETE", path)[0] == 204


def test_a_dataset_goes_in_and_comes_out_whole(service: Service) -> None:
    text = "<http://e/s> <http://e/p> 1 . <http://e/g> { <http://e/s> <http://e/p> 2 }"
    assert service.ask("PUT", "/data", text, Content_Type="application/trig")[0] in (201, 204)
    body = service.ask("GET", "/data", Accept="application/n-quads")[2]
    assert b'"2"^^<http://www.w3.org/2001/XMLSchema#integer> <http://e/g> .' in body
    assert b'"1"^^<http://www.w3.org/2001/XMLSchema#integer> .' in body
    assert b"rembug/graph/" not in body  # what Rembug records of it is asked for by name
    trig = service.ask("GET", "/data", Accept="application/trig")[2]
    assert Dataset().parse(data=trig, format="trig")
    named = "/data?graph=" + quote("http://e/g", safe="")
    assert service.ask("PUT", named, text, Content_Type="application/trig")[0] == 415
    assert service.ask("GET", "/data?graph=a&graph=b")[0] == 400
    assert service.ask("DELETE", "/data")[0] == 400
    reset(service)


def test_the_two_ways_of_naming_a_graph_are_one(service: Service) -> None:
    iri = "https://w3id.org/rembug/graph/centre/é x"
    path = "/graph/centre/%C3%A9%20x"
    assert service.ask("PUT", path, "<a> <b> <c> .", Content_Type=TTL)[0] == 201
    indirect = "/data?graph=" + quote("https://w3id.org/rembug/graph/centre/%C3%A9%20x", safe="")
    assert service.ask("GET", indirect)[0] == 200, iri
    assert service.ask("DELETE", path)[0] == 204


def test_a_connection_is_kept_for_the_next_request(service: Service) -> None:
    line = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=20)
    for _ in range(3):
        line.request("GET", "/sparql?query=ASK%7B%7D")
        assert line.getresponse().read()
    line.close()


def test_no_token_no_writing(service: Service, tmp_path: Path) -> None:
    nobody = Service(service.url)
    for method, path in (("PUT", "/data?default"), ("DELETE", "/data?default"), ("POST", "/data")):
        status, headers, _ = nobody.ask(method, path, "", Content_Type=TTL)
        assert (status, headers["Www-Authenticate"]) == (401, 'Bearer realm="Rembug"')
    assert nobody.change("DROP ALL")[0] == 401
