"""What a hostile or unlucky caller sends, over HTTP to a service of its own.

Whatever it is: a clear answer, and the next caller notices nothing.
"""

import contextlib
import gzip
import http.client
import json
import os
import re
import signal
import socket
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode, urlsplit

import brotli
import pytest
from prometheus_client.parser import text_string_to_metric_families
from rdflib import SH, Graph, Literal

from rembug import terms

from ..service import Service, serving

TTL, QUERY = "text/turtle", "application/sparql-query"
FORM = "application/x-www-form-urlencoded"
JSON = "application/sparql-results+json"
RUNAWAY = "SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?c != {}) }}"
DEEP = 10_000


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    options = ("--empty", "--query-timeout", "3", "--query-memory", "300", "--largest-result", "8")
    folder = tmp_path_factory.mktemp("hostile")
    with serving(folder, *options, "--largest-upload", "8", "--workers", "4") as running:
        lines = "".join(f"<http://e/{n}> <http://e/p> {n} .\n" for n in range(3000))
        assert running.ask("PUT", "/graph/s/one", lines, Content_Type=TTL)[0] == 201
        yield running


@pytest.fixture(autouse=True)
def unharmed(service: Service) -> Iterator[None]:
    """After each of these the service is the same process, and answers."""
    assert service.process
    yield
    assert service.process.poll() is None
    status, _, body = service.select("SELECT (COUNT(*) AS ?n) { ?s <http://e/p> ?o }", JSON)
    assert (status, b'"3000"' in body) == (200, True), body


def problem(answer: tuple[int, dict[str, str], bytes]) -> int:
    """The status of an answer that says what is wrong."""
    status, headers, body = answer
    assert headers["Content-Type"] == "application/problem+json", body[:300]
    told = json.loads(body)
    assert (told["status"], bool(told["detail"])) == (status, True)
    assert len(body) < 5000
    return status


NESTED = {
    "parentheses": "SELECT * { FILTER(" + "(" * DEEP + "1" + ")" * DEEP + ") }",
    "groups": "SELECT * " + "{" * DEEP + "}" * DEEP,
    "negations": "SELECT * { FILTER(" + "!" * DEEP + "1) }",
    "minuses": "SELECT * { FILTER(" + "- " * DEEP + "1) }",
    "unions": "SELECT * { " + "{ ?s ?p ?o } UNION " * DEEP + "{} }",
    "optionals": "SELECT * { " + "OPTIONAL { ?s ?p ?o " * DEEP + "}" * DEEP + " }",
    "paths": "SELECT * { ?s " + "(" * DEEP + "<http://e/p>" + ")*" * DEEP + " ?o }",
    "a long path": "SELECT * { ?s " + "/".join(["<http://e/p>"] * DEEP) + " ?o }",
    "lists": "SELECT * { ?s ?p " + "(" * DEEP + ")" * DEEP + " }",
    "blank nodes": "SELECT * { " + "[ ?p " * DEEP + "1" + " ]" * DEEP + " }",
    "subqueries": "SELECT * { " + "{ SELECT * { " * DEEP + "}" * 2 * DEEP + " }",
    "exists": "SELECT * { " + "FILTER EXISTS { " * DEEP + "}" * DEEP + " }",
    "additions": "SELECT (" + "1+" * DEEP + "1 AS ?n) {}",
    "or": "SELECT * { FILTER(" + "?x || " * DEEP + "true) }",
    "functions": "SELECT (" + "STR(" * DEEP + "1" + ")" * DEEP + " AS ?n) {}",
    "FROM": "SELECT * " + " ".join(f"FROM <http://e/{n}>" for n in range(DEEP)) + " {}",
    "SERVICE": "SELECT * { " + "SERVICE <http://127.0.0.1:9/> { " * 2000 + "}" * 2001,
}


@pytest.mark.parametrize("query", NESTED.values(), ids=NESTED)
def test_deep_and_long_queries(service: Service, query: str) -> None:
    answer = service.select(query, JSON)
    if answer[0] != 200:
        assert problem(answer) in (400, 403, 503, 507)
    else:
        json.loads(answer[2])


def test_a_query_of_a_megabyte(service: Service) -> None:
    values = " ".join(f'"{n:0>90}"' for n in range(10_000))
    status, _, body = service.select(
        f"SELECT (COUNT(*) AS ?n) {{ VALUES ?x {{ {values} }} }}", JSON
    )
    assert (status, b'"10000"' in body) == (200, True)
    for garbage in ("?" * 2**20, "SELECT " * 150_000, "{" * 2**20, "#" * 2**20, "\x00" * 2**20):
        assert problem(service.select(garbage, JSON)) == 400
    assert problem(service.select("#" * (5 * 2**20), JSON)) == 413
    assert problem(service.ask("GET", "/sparql?query=" + "a" * 300_000)) in (400, 414, 431)


@pytest.mark.parametrize(
    "garbage",
    ["SELECT", "SELEC * {}", "SELECT * { ?s ?p }", "ASK { \\u00 }", '"', "\ufeff", "😀", "\x00"],
)
def test_what_is_no_query(service: Service, garbage: str) -> None:
    assert problem(service.select(garbage, JSON)) == 400
    assert problem(service.ask("GET", "/sparql?query=" + quote(garbage), Accept=JSON)) == 400


@pytest.mark.parametrize(
    ("method", "path", "body", "media_type"),
    [
        ("GET", "/sparql?query=%FF%FE", None, ""),
        ("POST", "/sparql", b"query=%FF", FORM),
        ("POST", "/sparql", b"query=\xff", FORM),
        ("POST", "/sparql", b"ASK { \xff }", QUERY),
        ("POST", "/update", b"\xff", "application/sparql-update"),
        ("PUT", "/graph/s/x", b'<a:a> <a:b> "\xff" .', TTL),
        ("GET", "/data?graph=%FF", None, ""),
        ("GET", "/data?graph=not%20an%20iri%3E", None, ""),
        ("GET", "/data?graph=http%3A%2F%2Fe%2F%3E%7D%20DROP%20ALL", None, ""),
    ],
)
def test_invalid_utf_8_and_iris(
    service: Service, method: str, path: str, body: bytes | None, media_type: str
) -> None:
    headers = {"Content_Type": media_type} if media_type else {}
    assert problem(service.ask(method, path, body, Accept=JSON, **headers)) == 400


def test_a_path_that_is_not_utf_8_is_no_page(service: Service) -> None:
    for path in ("/page/id/%FF", "/id/%FF%FE", "/graph/%FF", "/queries/%FF"):
        assert service.ask("GET", path, Accept="*/*")[0] in (303, 400, 404)


PLAIN = b"ASK {}"
BOMB = b" " * (64 * 2**20)
ENCODED = {
    "gzip": (gzip.compress(PLAIN), "gzip", 200),
    "two members": (gzip.compress(b"ASK") + gzip.compress(b" {}"), "gzip", 200),
    "brotli": (brotli.compress(PLAIN), "br", 200),
    "deflate": (zlib.compress(PLAIN), "deflate", 200),
    "identity": (PLAIN, "identity", 200),
    "truncated gzip": (gzip.compress(PLAIN * 100)[:-9], "gzip", 400),
    "truncated brotli": (brotli.compress(PLAIN * 100)[:-3], "br", 400),
    "no gzip": (PLAIN, "gzip", 400),
    "no brotli": (PLAIN, "br", 400),
    "empty gzip": (b"", "gzip", 400),
    "unknown": (PLAIN, "zstd", 415),
    "twice": (gzip.compress(gzip.compress(PLAIN)), "gzip, gzip", 415),
    "a gzip bomb": (gzip.compress(BOMB), "gzip", 413),
    "a brotli bomb": (brotli.compress(BOMB, quality=1), "br", 413),
}


@pytest.mark.parametrize(("body", "encoding", "status"), ENCODED.values(), ids=ENCODED)
def test_encoded_bodies(service: Service, body: bytes, encoding: str, status: int) -> None:
    headers = {"Content_Type": QUERY, "Content_Encoding": encoding, "Accept": JSON}
    answer = service.ask("POST", "/sparql", body, **headers)
    if status == 200:
        assert (answer[0], b"true" in answer[2]) == (200, True), answer
    else:
        assert problem(answer) == status


def test_an_upload_that_is_too_large_or_unpacks_to_too_much(service: Service) -> None:
    lines = b"<http://e/s> <http://e/p> <http://e/o> .\n" * 220_000
    headers = {"Content_Type": "application/n-triples"}
    assert problem(service.ask("PUT", "/graph/s/large", lines, **headers)) == 413
    packed = gzip.compress(lines)
    answer = service.ask("PUT", "/graph/s/large", packed, Content_Encoding="gzip", **headers)
    assert problem(answer) == 413
    assert service.ask("GET", "/graph/s/large", Accept=TTL)[0] == 404


@pytest.mark.parametrize(
    "accept",
    [
        JSON,
        "application/sparql-results+xml",
        "text/csv;q=0.9, text/tab-separated-values",
        "application/json",
        "*/*",
        "a" * 10_000,
        "text/turtle;q=2;;,,",
        "application/sparql-results+json;q=0",
    ],
)
def test_any_accept_header(service: Service, accept: str) -> None:
    assert service.select("SELECT * { ?s ?p ?o } LIMIT 1", accept)[0] in (200, 406)


INJECTED = "x%0D%0ASet-Cookie:%20evil=1%0D%0A%0D%0A<script>"


@pytest.mark.parametrize(
    "path",
    [
        f"/id/s/actor/{INJECTED}",
        f"/graph/{INJECTED}",
        f"/data?graph=http://e/{INJECTED}",
        f"/?lang={INJECTED}",
        f"/sparql?query=ASK%7B%7D&format={INJECTED}",
        f"/queries/{INJECTED}",
        f"/account?lang=id&next={INJECTED}",
        f"//evil.example/{INJECTED}",
        "/id//evil.example",
        "/\\evil.example",
    ],
)
@pytest.mark.parametrize("accept", ["text/html", TTL])
def test_header_injection(service: Service, path: str, accept: str) -> None:
    status, headers, _ = service.ask("GET", path, Accept=accept)
    assert "evil" not in headers.get("Set-Cookie", "")
    assert status < 500
    location = urlsplit(headers.get("Location", ""))
    assert location.netloc in ("", urlsplit(service.url).netloc)


def raw(service: Service, request: bytes) -> bytes:
    """Send bytes and read until the other end hangs up, or half a second is over."""
    where = urlsplit(service.url)
    with socket.create_connection((where.hostname, where.port), timeout=5) as line:
        line.sendall(request)
        line.settimeout(0.5)
        found = b""
        try:
            while chunk := line.recv(65536):
                found += chunk
        except TimeoutError:
            pass
        return found


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: a\nSet-Cookie: evil=1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-Request-Id: <script>\r\n\r\n",
        b"GET /id/s HTTP/1.1\r\nHost: x\r\nX-Forwarded-Host: evil.example\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nASK{}",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n"
        b"Content-Length: 4\r\n\r\n0\r\n\r\nGET /data HTTP/1.1\r\n\r\n",
        b"NONSENSE\r\n\r\n",
        b"\x16\x03\x01\x00\xa5\x01\x00",
        b"GET / HTTP/1.1\r\n" + b"X-A: b\r\n" * 200_000 + b"\r\n",
    ],
)
def test_requests_that_are_not_http(service: Service, request_: bytes) -> None:
    try:
        answer = raw(service, request_)
    except (ConnectionError, TimeoutError):
        return
    assert b"evil" not in answer.partition(b"\r\n\r\n")[0]


def test_chunked_bodies_are_read(service: Service) -> None:
    line = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=10)
    headers = {"Content-Type": QUERY, "Transfer-Encoding": "chunked", "Accept": JSON}
    line.request("POST", "/sparql", iter([b"ASK ", b"{}"]), headers, encode_chunked=True)
    assert b"true" in line.getresponse().read()
    line.close()


def test_slow_clients_keep_nobody_waiting(service: Service) -> None:
    where = urlsplit(service.url)
    slow = [socket.create_connection((where.hostname, where.port)) for _ in range(200)]
    for line in slow[:100]:
        line.sendall(b"GET / HT")
    for line in slow[100:]:
        line.sendall(b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\nASK")
    for _ in range(10):
        assert service.select("ASK {}", JSON)[0] == 200
    for line in slow:
        line.close()


def metrics(service: Service) -> dict[str, float]:
    text = service.ask("GET", "/metrics")[2].decode()
    return {
        sample.name + "".join(sorted(f"/{value}" for value in sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_a_runaway_query_ends_and_says_when_to_come_again(service: Service) -> None:
    before = metrics(service)
    answer = service.select(RUNAWAY.format(1), JSON)
    assert problem(answer) == 503
    assert int(answer[1]["Retry-After"]) > 0
    assert metrics(service)["rembug_workers_killed_total"] > before["rembug_workers_killed_total"]


def test_a_query_that_needs_too_much_memory_ends(service: Service) -> None:
    query = "SELECT (GROUP_CONCAT(CONCAT(STR(?a), STR(?d))) AS ?x) { ?a ?b ?c . ?d ?e ?f }"
    assert problem(service.select(query, JSON)) in (503, 507)
    doubled = '"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"'
    binds = f"BIND({doubled} AS ?v0) "
    binds += " ".join(f"BIND(CONCAT(?v{n}, ?v{n}) AS ?v{n + 1})" for n in range(26))
    asked = service.select(f"SELECT (STRLEN(?v26) AS ?n) {{ {binds} }}", JSON)
    assert problem(asked) in (503, 507)  # on a slow machine its time ends first


def test_a_result_is_whole_or_an_error(service: Service) -> None:
    everything = "SELECT * { ?a <http://e/p> ?c . ?d <http://e/p> ?f FILTER(?f < 30) }"
    assert problem(service.select(everything, JSON)) == 413
    status, headers, body = service.select(everything + " LIMIT 20000", JSON)
    assert (status, len(body)) == (200, int(headers["Content-Length"]))
    assert len(json.loads(body)["results"]["bindings"]) == 20_000


def test_who_hangs_up_leaves_no_query_behind(service: Service) -> None:
    where = urlsplit(service.url)
    for number in range(3):
        while metrics(service)["rembug_workers_busy"]:  # what is worked out ahead of the commit
            time.sleep(0.05)
        before = metrics(service).get("rembug_queries_total/Ended", 0)
        line = socket.create_connection((where.hostname, where.port))
        query = urlencode({"query": RUNAWAY.format(100 + number)})
        if number:  # it follows on another, which the same thread answered
            line.sendall(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n\r\n")
            assert line.recv(4096).startswith(b"HTTP/1.1 200 ")
        line.sendall(f"GET /sparql?{query} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        while not metrics(service)["rembug_workers_busy"]:
            time.sleep(0.05)
        line.close()
        # Ended because its caller left, and not by its time limit, which counts as TooLong.
        while metrics(service)["rembug_workers_busy"]:
            time.sleep(0.05)
        assert metrics(service)["rembug_queries_total/Ended"] == before + 1


def test_one_callers_many_queries_wait_or_are_turned_away(service: Service) -> None:
    outcomes: list[int] = []

    def ask(number: int) -> None:
        own = Service(service.url)
        outcomes.append(own.select(RUNAWAY.format(number), JSON)[0])

    threads = [threading.Thread(target=ask, args=(1000 + n,)) for n in range(24)]
    for thread in threads:
        thread.start()
    time.sleep(0.3)
    assert service.select("ASK {}", JSON)[0] == 200  # somebody else's, while they run
    assert len(outcomes) < 24
    for thread in threads:
        thread.join(60)
    assert set(outcomes) <= {429, 503}
    assert len(outcomes) == 24


SECRET = "kata rahasia seorang informan"
CLOSED = terms.restricted(terms.submission_graph("s", "hush"))


def test_no_door_leads_to_a_restricted_graph(service: Service) -> None:
    text = f'<http://e/hush> <http://www.w3.org/2000/01/rdf-schema#label> "{SECRET}" .'
    path = "/" + CLOSED.removeprefix(terms.BASE)
    assert service.ask("PUT", path, text, Content_Type=TTL)[0] == 201
    public = Service(service.url)
    iri = quote(CLOSED, safe="")
    queries = [
        f"SELECT * FROM <{CLOSED}> {{ ?s ?p ?o }}",
        f"SELECT * FROM NAMED <{CLOSED}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        f"SELECT * {{ GRAPH <{CLOSED}> {{ ?s ?p ?o }} }}",
        "SELECT * { ?s (!<http://e/none>)* ?o }",
        "DESCRIBE <http://e/hush>",
        "CONSTRUCT { ?s ?p ?o } { { SELECT * { ?s ?p ?o } } }",
        "SELECT ?g { GRAPH ?g {} }",
        'SELECT * { ?s ?p ?o FILTER (CONTAINS(STR(?o), "rahasia")) }',
        "SELECT * \\u0046ROM <" + CLOSED + "> { ?s ?p ?o }",
    ]
    paths = [f"/sparql?query={quote(query)}" for query in queries]
    paths += [f"/sparql?query={quote(queries[3])}&{name}={iri}" for name in (
        "default-graph-uri", "named-graph-uri"
    )]  # fmt: skip
    paths += [
        *(path, f"/page{path}", f"/page{path}.ttl", f"/data?graph={iri}", "/data", "/"),
        *("/page/http://e/hush", "/search?q=rahasia", "/.well-known/void", "/dataset", "/studies"),
        *("/findings", "/evidence", "/actors", "/queries", "/sparql", "/metrics", "/account"),
    ]
    for asked in paths:
        for accept in ("*/*", "text/html", TTL, JSON, "application/n-quads"):
            status, _, body = public.ask("GET", asked, Accept=accept)
            assert SECRET.encode() not in body, asked
            # What the caller's own query names may come back, as it would if there were no such
            # graph.
            rest = re.sub(rb"(?:/?graph/|graph:)s/hush/restricted", b"", body)
            assert b"hush/restricted" not in rest or status == 404, asked
    assert public.ask("GET", f"/data?graph={iri}")[0] == 404
    assert SECRET in service.ask("GET", f"/data?graph={iri}", Accept=TTL)[2].decode()
    assert service.ask("DELETE", path)[0] == 204


def test_no_query_and_no_update_calls_another_host(service: Service) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.2)
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/"
        texts = [
            f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ SERVICE SILENT <{url}> {{ ?s ?p ?o }} }}",
            f"SELECT * {{ BIND(<{url}> AS ?e) SERVICE ?e {{ ?s ?p ?o }} }}",
            f"SELECT * {{ VALUES ?e {{ <{url}> }} SERVICE SILENT ?e {{ ?s ?p ?o }} }}",
            f"BASE <{url}> SELECT * {{ \\u0053ERVICE <> {{ ?s ?p ?o }} }}",
            f"PREFIX a: <{url}> SELECT * {{ {{ SELECT * {{ SERVICE a: {{ ?s ?p ?o }} }} }} }}",
            f"SELECT * {{ FILTER EXISTS {{ SERVICE <{url}> {{ ?s ?p ?o }} }} }}",
        ]
        for text in texts:
            assert service.select(text, JSON)[0] in (400, 403), text
        for text in (
            f"LOAD <{url}>",
            f"LOAD SILENT <{url}> INTO GRAPH <http://e/x>",
            "LOAD <file:///etc/passwd>",
            f"INSERT {{ ?s ?p ?o }} WHERE {{ SERVICE <{url}> {{ ?s ?p ?o }} }}",
        ):
            assert service.change(text)[0] in (400, 403), text
        xml = f'<!DOCTYPE r [<!ENTITY x SYSTEM "{url}">]><r>&x;</r>'
        context = f'{{"@context": "{url}", "a": 1}}'
        for body, media_type in ((xml, "application/rdf+xml"), (context, "application/ld+json")):
            assert service.ask("PUT", "/graph/s/x", body, Content_Type=media_type)[0] == 400
        with pytest.raises(TimeoutError):
            listener.accept()


def test_an_update_that_would_not_conform_changes_nothing(service: Service) -> None:
    version = service.change("DELETE DATA { <http://e/none> <http://e/p> 1 }")[1]["Rembug-Version"]
    program = f"<{terms.thing('s', 'program', 'x')}> a <{terms.CG.Program}>"
    text = f"INSERT DATA {{ GRAPH <{terms.GRAPH['s/two']}> {{ {program} }} }}"
    answer = service.change(text)
    assert problem((answer[0], answer[1], answer[2][:0] + shortened(answer[2]))) == 422
    report = json.loads(answer[2])["report"]
    assert {"id", "en"} <= set(report["results"][0]["messages"])
    assert service.ask("GET", "/graph/s/two", Accept=TTL)[0] == 404
    again = service.change("DELETE DATA { <http://e/none> <http://e/p> 1 }")[1]["Rembug-Version"]
    assert again == version
    put = service.ask("PUT", "/graph/s/two", f"{program} .", Content_Type=TTL, Accept=TTL)
    assert (put[0], put[1]["Content-Type"]) == (422, TTL)
    shacl = Graph().parse(data=put[2], format="turtle")
    assert (None, SH.conforms, Literal(False)) in shacl
    assert len(set(shacl.objects(None, SH.result))) == len(report["results"])


def test_an_earlier_version_is_asked_as_it_was(service: Service) -> None:
    def answered(version: str) -> tuple[int, bytes]:
        query = "ASK { <a:then> <a:p> 1 }"
        found = service.ask("GET", f"/sparql?query={quote(query)}&format=json{version}")
        return found[0], found[2]

    put = service.ask("PUT", "/graph/s/then", "<a:then> <a:p> 1 .", Content_Type=TTL)
    then = int(put[1]["Rembug-Version"])
    service.ask("DELETE", "/graph/s/then")
    assert b"false" in answered("")[1]
    for _ in range(2):
        assert b"true" in answered(f"&version={then}")[1]
    assert answered(f"&version={then + 1}")[1] == answered("")[1]
    assert answered("&version=1000000")[0] == 404
    assert answered("&version=-1")[0] == 400


def test_what_looks_like_a_person_is_public_only_when_somebody_said_so(service: Service) -> None:
    label = "<http://www.w3.org/2000/01/rdf-schema#label>"
    ways = (
        ("PUT", "/graph/s/person", f'<a:a> {label} "kata Pak Fulan" .', TTL),
        ("POST", "/update", f"""INSERT DATA {{ GRAPH <https://w3id.org/rembug/graph/s/person> {{
            <a:b> {label} "kata Bu Fulanah" }} }}""", "application/sparql-update"),
    )  # fmt: skip
    for method, path, body, media_type in ways:
        status, _, answer = service.ask(method, path, body, Content_Type=media_type)
        assert status == 422
        told = json.loads(answer)
        assert "Fulan" in told["detail"]
        headers = {"Content_Type": media_type, "Rembug_Reviewed": told["reviewed"]}
        assert service.ask(method, path, body, **headers)[0] in (201, 204)
        assert service.ask(method, path, body, Content_Type=media_type)[0] == 204  # it is there


def shortened(body: bytes) -> bytes:
    told = json.loads(body)
    return json.dumps({"status": told["status"], "detail": told["detail"][:100]}).encode()


def test_an_update_runs_away_no_further_than_a_query(service: Service) -> None:
    text = "INSERT { ?a ?b ?f } WHERE { GRAPH ?x { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i } }"
    assert problem(service.change(text)) in (503, 507)
    assert problem(
        service.change("INSERT DATA { " + "[ <a:p> " * DEEP + "1" + "]" * DEEP + "}")
    ) == (400)


def test_writers_take_turns_and_readers_see_whole_commits(service: Service) -> None:
    statuses: list[int] = []
    sizes: set[int] = set()
    stop = threading.Event()

    def write(name: str) -> None:
        own = Service(service.url, token=service.token)
        for size in (10, 20, 30):
            lines = "".join(f"<http://w/{name}{n}> <http://w/p> {n} .\n" for n in range(size))
            status = own.ask("PUT", f"/graph/w/{name}", lines, Content_Type=TTL)[0]
            statuses.append(status)

    def read() -> None:
        own = Service(service.url)
        while not stop.is_set():
            query = "SELECT (COUNT(*) AS ?n) { ?s <http://w/p> ?o }"
            body = own.select(query, JSON)[2]
            sizes.add(int(json.loads(body)["results"]["bindings"][0]["n"]["value"]))

    reader = threading.Thread(target=read)
    reader.start()
    writers = [threading.Thread(target=write, args=(f"g{n}",)) for n in range(6)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    stop.set()
    reader.join(10)
    assert sorted(set(statuses)) == [201, 204]
    assert len(statuses) == 18
    assert all(size % 10 == 0 for size in sizes)
    for number in range(6):
        assert service.ask("DELETE", f"/graph/w/g{number}")[0] == 204


def test_the_log_says_what_was_asked_and_the_audit_who_wrote(service: Service) -> None:
    service.ask("GET", "/queries", X_Request_Id="mine-1")
    service.ask("PUT", "/graph/s/audit", "<a:a> <a:b> 1 .", Content_Type=TTL, X_Request_Id="mine-2")
    service.ask("DELETE", "/graph/s/audit", X_Request_Id="mine-3")
    time.sleep(0.2)
    log = [json.loads(line) for line in (service.folder / "log").read_text().splitlines()]
    mine = {
        line["request"]: line for line in log if str(line.get("request", "")).startswith("mine")
    }
    assert mine["mine-1"]["status"] == 200
    assert mine["mine-2"]["caller"] == "tests"
    audit = (service.folder / "store" / "audit.jsonl").read_text().splitlines()
    entries = [json.loads(line) for line in audit if "mine-" in line]
    assert [(entry["action"], entry["outcome"]) for entry in entries[-2:]] == [
        ("PUT", "done"),
        ("DELETE", "done"),
    ]
    assert service.token not in (service.folder / "log").read_text()


def test_the_metrics_count(service: Service) -> None:
    found = metrics(service)
    assert found["rembug_queries_total/answered"] > 0
    assert found["rembug_quads"] > 3000
    assert any(re.match("rembug_request_seconds_bucket/.*sparql", name) for name in found)
    assert service.ask("GET", "/health/ready")[0] == 200


def test_sigterm_lets_what_runs_finish(tmp_path: Path) -> None:
    with serving(tmp_path, "--empty", "--query-timeout", "2") as service:
        lines = "".join(f"<http://e/{n}> <http://e/p> {n} .\n" for n in range(300))
        service.ask("PUT", "/graph/s/one", lines, Content_Type=TTL)
        found: list[int] = []

        def ask() -> None:
            found.append(Service(service.url).select(RUNAWAY.format(1), JSON)[0])

        thread = threading.Thread(target=ask)
        thread.start()
        time.sleep(0.5)
        assert service.process
        service.process.send_signal(signal.SIGTERM)
        thread.join(20)
        assert found == [503]  # ended by its limit, and told so, not cut off
        assert service.process.wait(20) == 0


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux ends them")
def test_what_works_for_a_service_ends_with_it(magetan_copy: Path) -> None:
    """What runs, what is stopped and waits for its turn, what is idle: none waits for its limit."""
    endless = "SELECT (COUNT(*) AS ?n%d) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    options = ("--quiet", "--workers", "4", "--query-timeout", "300")
    with serving(magetan_copy.parent, *options) as service:
        assert service.process

        def ask(number: int) -> None:
            with contextlib.suppress(OSError, http.client.HTTPException):
                service.select(endless % number, JSON)

        callers = [threading.Thread(target=ask, args=(number,)) for number in range(4)]
        for caller in callers:
            caller.start()
        time.sleep(3)  # some of them count as slow now
        tasks = Path(f"/proc/{service.process.pid}/task")
        workers = {
            pid for task in tasks.iterdir() for pid in (task / "children").read_text().split()
        }
        assert len(workers) >= 2
        service.process.kill()
        service.process.wait()
        for _ in range(100):
            if not (left := {pid for pid in workers if alive(pid)}):
                break
            time.sleep(0.1)
        assert not left
        for caller in callers:
            caller.join()


def alive(pid: str) -> bool:
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def test_killed_in_the_middle_of_commits_nothing_is_lost_or_half_written(tmp_path: Path) -> None:
    """SIGKILL at a moment of its own each time; what was acknowledged is there, and whole."""
    acknowledged = 0
    for round_ in range(4):
        with serving(tmp_path, "--empty", "--quiet") as service:
            query = "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s <http://k/p> ?o } } GROUP BY ?g"
            rows = json.loads(service.select(query, JSON)[2])["results"]["bindings"]
            sizes = {row["g"]["value"].rpartition("/")[2]: int(row["n"]["value"]) for row in rows}
            assert len(sizes) in (acknowledged, acknowledged + 1)
            assert all(size == 50 * (1 + int(name) % 40) for name, size in sizes.items())
            acknowledged = len(sizes)
            assert service.process
            # After the third that is acknowledged, while the next is under way.
            kill = threading.Timer(0.01 * round_, os.kill, (service.process.pid, 9))
            last = acknowledged + 3
            with contextlib.suppress(OSError, http.client.HTTPException):
                while True:
                    if acknowledged == last:
                        kill.start()
                    lines = "".join(
                        f"<http://k/{n}> <http://k/p> {n} .\n"
                        for n in range(50 * (1 + acknowledged % 40))
                    )
                    path = f"/graph/k/{acknowledged}"
                    assert service.ask("PUT", path, lines, Content_Type=TTL)[0] == 201
                    acknowledged += 1
    assert acknowledged >= 4 * 3
