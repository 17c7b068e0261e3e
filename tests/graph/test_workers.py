"""No query takes the service down, slows the others, or reaches another host."""

import contextlib
import errno
import http.server
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rdflib import URIRef
from rdflib.compare import isomorphic

from rembug import terms
from rembug.errors import (
    BadParameter,
    EndpointFailed,
    Forbidden,
    NotEvaluated,
    Overloaded,
    QuerySyntaxError,
    RembugError,
    StoreFull,
    TooLarge,
    TooLong,
    TooMany,
    TooMuchMemory,
    Unreadable,
)
from rembug.graph import (
    UNNAMED,
    Asker,
    Change,
    DefaultGraph,
    Ended,
    KnowledgeGraph,
    Limits,
    Place,
    Role,
)
from rembug.graph.workers.admission import Admission
from rembug.graph.workers.process import START, Job, Reach, Worker

COUNT = "SELECT (COUNT(*) AS ?n) { ?s <http://e/p> ?o }"
HUNDRED = " ".join(map(str, range(100)))
DEPTH = 10_000
OPEN = terms.submission_graph("s", "one")


def runaway(number: int) -> str:
    return f"SELECT (COUNT(*) AS ?n{number}) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }}"


def things(count: int) -> bytes:
    return b"".join(b'<http://e/%d> <http://e/p> "v%d" .\n' % (n, n) for n in range(count))


def served(
    folder: Path, default_graph: DefaultGraph = DefaultGraph.UNION, **limits: object
) -> KnowledgeGraph:
    given = Limits(**limits)  # type: ignore[arg-type]
    graph = KnowledgeGraph.own(str(folder), default_graph, given)
    graph.commit(Change(replace={OPEN: things(1000)}))
    return graph


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    folder = tmp_path_factory.mktemp("workers") / "store"
    with served(folder, seconds=4, memory=300, result=1, workers=4) as graph:
        yield graph


def works(graph: KnowledgeGraph) -> bool:
    return b'"1000"' in graph.answer(COUNT + f" # {time.monotonic()}").body


def test_a_query_over_its_time_is_ended_and_the_next_is_answered(graph: KnowledgeGraph) -> None:
    with pytest.raises(TooLong, match="4 seconds"):
        graph.answer(runaway(0))
    assert works(graph)


def test_a_query_over_its_memory_is_ended_and_the_next_is_answered(tmp_path: Path) -> None:
    lists = " ".join(f"VALUES ?v{n} {{ {HUNDRED} }}" for n in range(4))
    with served(tmp_path / "store", seconds=60, memory=300) as graph:
        with pytest.raises(TooMuchMemory, match="300 MiB"):
            graph.answer(f"SELECT * {{ {lists} }} ORDER BY ?v3 ?v0")
        assert works(graph)


def test_a_result_is_whole_or_an_error(graph: KnowledgeGraph) -> None:
    lists = " ".join(f"VALUES ?v{n} {{ {HUNDRED} }}" for n in range(2))
    rows = json.loads(graph.answer(f"SELECT ?v0 {{ {lists} }}").body)["results"]["bindings"]
    assert len(rows) == 100**2
    with pytest.raises(TooLarge, match="1 MiB"):
        graph.answer(f"SELECT * {{ {lists} VALUES ?v3 {{ {HUNDRED} }} }}")
    assert works(graph)


NESTED = {
    "parentheses": "SELECT * { FILTER(" + "(" * DEPTH + "1" + ")" * DEPTH + ") }",
    "groups": "SELECT * " + "{" * DEPTH + "}" * DEPTH,
    "unions": "SELECT * { " + " UNION ".join(["{ ?s ?p ?o }"] * DEPTH) + " }",
    "disjunctions": "SELECT * { FILTER(" + " || ".join(["?s = ?o"] * DEPTH) + ") }",
    "negations": "SELECT * { FILTER(" + "!" * DEPTH + "true) }",
    "selects": "SELECT * { " + "{ SELECT * { " * 2000 + "} }" * 2000 + " }",
    "optionals": "SELECT * { " + "OPTIONAL { " * DEPTH + "}" * DEPTH + " }",
    "lists": "SELECT * { ?s ?p " + "(" * DEPTH + ")" * DEPTH + " }",
    "properties": "SELECT * { " + "[ <http://e/p> " * DEPTH + "1" + " ]" * DEPTH + " }",
    "from": "SELECT * FROM <http://e/g> { FILTER(" + "(" * DEPTH + "1" + ")" * DEPTH + ") }",
}


@pytest.mark.parametrize("query", NESTED.values(), ids=NESTED)
def test_what_is_nested_too_deep_is_told_so(graph: KnowledgeGraph, query: str) -> None:
    with pytest.raises((QuerySyntaxError, TooMuchMemory, TooLong)):
        graph.answer(query)
    assert works(graph)


def test_values_that_the_engine_puts_in_no_order_are_told_and_their_texts_are_ordered(
    graph: KnowledgeGraph,
) -> None:
    day = '"{}-01-01"^^<http://www.w3.org/2001/XMLSchema#date>'
    values = [f'{n} "{n:02}" {day.format(2000 + n)} "s{n}"@en' for n in range(30)]
    query = f"SELECT ?x {{ VALUES ?x {{ {' '.join(values)} }} }} ORDER BY "
    with pytest.raises(NotEvaluated, match=r"order by their text, ORDER BY STR\(\?x\)"):
        graph.answer(query + "?x")
    rows = json.loads(graph.answer(query + "STR(?x)").body)["results"]["bindings"]
    assert len(rows) == 120
    assert works(graph)


def test_a_long_query_that_says_nothing_strange_is_answered(graph: KnowledgeGraph) -> None:
    values = " ".join(f'"value {n}"' for n in range(50_000))
    assert len(values) > 600_000
    answer = graph.answer(f"SELECT (COUNT(*) AS ?n) {{ VALUES ?v {{ {values} }} }}")
    assert b'"50000"' in answer.body


class Endpoint(http.server.BaseHTTPRequestHandler):
    """Counts who calls."""

    calls = 0

    def do_POST(self) -> None:  # the name is the library's
        type(self).calls += 1
        self.rfile.read(int(self.headers["Content-Length"]))
        rows = [{"x": {"type": "literal", "value": "far"}}]
        body = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": rows}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/sparql-results+json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Endpoint)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/sparql"
    server.shutdown()
    server.server_close()


CALLS = {
    "plain": "SELECT * {{ SERVICE <{0}> {{ ?s ?p ?x }} }}",
    "variable": "SELECT * {{ VALUES ?w {{ <{0}> }} SERVICE ?w {{ ?s ?p ?x }} }}",
    "silent": "SELECT * {{ SERVICE SILENT <{0}> {{ ?s ?p ?x }} }}",
    "prefixed": "PREFIX a: <{0}> SELECT * {{ SERVICE a: {{ ?s ?p ?x }} }}",
    "base": "BASE <{0}> SELECT * {{ SERVICE <> {{ ?s ?p ?x }} }}",
    "nested": "SELECT * {{ {{ SELECT * {{ OPTIONAL {{ SERVICE <{0}> {{ ?s ?p ?x }} }} }} }} }}",
    "exists": "ASK {{ FILTER EXISTS {{ SERVICE <{0}> {{ ?s ?p ?x }} }} }}",
    # Which the engine reads as a number, then SERVICE; a parser to the letter of the grammar, not.
    "after a number": "SELECT * {{ ?s ?p 1SERVICE<{0}>{{ ?s ?p ?x }} }}",
    "after a filter": "SELECT * {{ FILTER(true)SERVICE<{0}>{{ ?s ?p ?x }} }}",
    "comment in an IRI": "SELECT * {{ FILTER(1<2)#>'''\nSERVICE<{0}>{{ ?s ?p ?x }}#'''\n}}",
}


@pytest.mark.parametrize("query", CALLS.values(), ids=CALLS)
def test_no_query_calls_another_host(graph: KnowledgeGraph, endpoint: str, query: str) -> None:
    with pytest.raises((Forbidden, QuerySyntaxError)):
        graph.answer(query.format(endpoint))
    assert Endpoint.calls == 0


def test_no_update_loads_from_another_host(graph: KnowledgeGraph, endpoint: str) -> None:
    for update in (f"LOAD <{endpoint}>", f"LOAD SILENT <{endpoint}> INTO GRAPH <http://e/g>"):
        with pytest.raises(Forbidden, match="LOAD"):
            graph.service.tried(update)
    with pytest.raises(Forbidden, match="SERVICE"):
        called = f"SERVICE <{endpoint}> {{ ?s ?p ?x }}"
        graph.service.tried(f"INSERT {{ ?s ?p ?x }} WHERE {{ {called} }}")
    with pytest.raises(RembugError):
        graph.service.tried("LOAD <file:///etc/passwd>")
    assert Endpoint.calls == 0


def test_an_endpoint_on_the_list_may_be_called_and_no_other(tmp_path: Path, endpoint: str) -> None:
    with served(tmp_path / "store", endpoints=frozenset({endpoint})) as graph:
        before = Endpoint.calls
        assert b"far" in graph.answer(CALLS["plain"].format(endpoint)).body
        assert b"far" in graph.answer(CALLS["prefixed"].format(endpoint)).body
        assert Endpoint.calls == before + 2
        for other in (CALLS["plain"].format(endpoint + "2"), CALLS["variable"].format(endpoint)):
            with pytest.raises(Forbidden):
                graph.answer(other)
        hidden = (
            f"SELECT * {{ SERVICE <{endpoint}> {{ ?s ?p ?x }} #\rSERVICE <{endpoint}2> {{}}\n}}"
        )
        for text in (hidden, hidden.replace("\r", "\\u000D")):
            with pytest.raises(Forbidden):
                graph.answer(text)
        both = f"SELECT * {{ SERVICE <{endpoint}> {{}} SERVICE <{endpoint}2> {{ ?s ?p ?x }} }}"
        with pytest.raises(Forbidden):
            graph.answer(both)
        assert Endpoint.calls == before + 2
        Endpoint.calls = 0


def test_reading_a_query_first_is_prepared_before_its_time_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    jobs: list[tuple[object, float]] = []
    run = Worker.run

    def noted(self: Worker, job: Job, files: Any, seconds: float, *more: Any) -> Any:
        jobs.append((json.loads(job.said)["job"], seconds))
        return run(self, job, files, seconds, *more)

    monkeypatch.setattr(Worker, "run", noted)
    with served(tmp_path / "store", seconds=4) as graph:
        graph.answer("SELECT * { ?s ?p ?o } LIMIT 1")
        assert "prepare" not in dict(jobs)
        numbers = " ".join(map(str, range(200)))  # of which the pairs do not fit into a reply
        both = f"VALUES ?x {{ {numbers} }} VALUES ?y {{ {numbers} }}"
        found = graph.answer(f"SELECT ?x ?y FROM <{OPEN}> {{ {both} }}")
        assert len(json.loads(found.body)["results"]["bindings"]) == 200 * 200
        assert dict(jobs)["prepare"] == START
        assert [job for job, _ in jobs[-2:]] == ["query", "prepare"]


class WebPage(http.server.BaseHTTPRequestHandler):
    """What stands in place of an endpoint that is being mended."""

    def do_POST(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(b"<html>")

    do_GET = do_POST


def test_an_endpoint_that_does_not_answer_is_no_fault_of_the_query(tmp_path: Path) -> None:
    server = http.server.HTTPServer(("127.0.0.1", 0), WebPage)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    endpoint = f"http://127.0.0.1:{server.server_address[1]}/sparql"
    query = CALLS["plain"].format(endpoint)
    with served(tmp_path / "store", endpoints=frozenset({endpoint})) as graph:
        with pytest.raises(EndpointFailed, match="text/html"):
            graph.answer(query)
        server.shutdown()
        server.server_close()
        with pytest.raises(EndpointFailed, match="did not answer as it should"):
            graph.answer(query)


def workers_of_this_process() -> list[int]:
    """Their process ids."""
    tasks = Path("/proc/self/task").glob("*/children")
    return [int(pid) for children in tasks for pid in children.read_text().split()]


def test_slow_queries_leave_room_for_the_others(tmp_path: Path) -> None:
    with served(tmp_path / "store", seconds=4, workers=4) as graph:
        outcomes: list[type] = []

        def ask(number: int) -> None:
            try:
                graph.answer(runaway(number), asker=Asker(f"caller {number}"))
            except RembugError as error:
                outcomes.append(type(error))

        threads = [threading.Thread(target=ask, args=(n,)) for n in range(6)]
        for thread in threads:
            thread.start()
        time.sleep(1.5)
        for _ in range(20):  # while half of the workers are taken by what does not end
            assert works(graph)
        ours = os.sched_getaffinity(0)
        kept_to = [os.sched_getaffinity(pid) for pid in workers_of_this_process()]
        assert set(sorted(ours)[1:]) in kept_to or len(ours) == 1  # one is left to what is quick
        for thread in threads:
            thread.join(20)
        assert set(outcomes) <= {Overloaded, TooLong}
        assert len(outcomes) == 6
        assert Overloaded in outcomes
        assert graph.workers is not None
        assert (graph.workers.busy, graph.workers.waiting) == (0, 0)


@pytest.mark.parametrize("place", [Place.PAGE, Place.PROBE])
def test_what_counts_as_slow_beside_slow_queries_goes_on_where_it_is_of_a_page(
    place: Place,
) -> None:
    places = Admission(Limits(workers=4))
    with contextlib.ExitStack() as running:
        slow = [running.enter_context(places.turn(Asker(f"{n}"), b"%d" % n)) for n in range(4)]
        assert [may() for may in slow] == [True, True, False, False]
        who = Asker("pages", seconds=0.1, place=place)
        with places.turn(who, b"a part") as may:
            assert may()
        with places.turn(who, b"a part") as may:  # whose text is known to be slow now
            assert may()
    assert (places.busy, places.waiting) == (0, 0)


@pytest.mark.parametrize("asked", [(1, 2, 3), (1, 1, 1)], ids=["others", "the same"])
def test_a_caller_has_so_many_at_a_time_and_the_queue_is_bounded(
    tmp_path: Path, asked: tuple[int, ...]
) -> None:
    """Who waits for the answer to what another asks waits as well."""
    with served(tmp_path / "store", seconds=3, per_caller=1, waiting=1) as graph:
        me, outcomes = Asker("me"), []

        def ask(number: int) -> None:
            try:
                graph.answer(runaway(number), asker=me)
            except RembugError as error:
                outcomes.append(type(error))

        threads = [threading.Thread(target=ask, args=(n,)) for n in asked]
        for thread in threads:
            thread.start()
            time.sleep(0.15)
        threads[2].join(1)
        assert outcomes == [TooMany]
        assert b"1000" in graph.answer(COUNT, asker=Asker("another")).body
        for thread in threads:
            thread.join(20)


def test_when_the_caller_goes_the_query_ends(graph: KnowledgeGraph) -> None:
    begun = time.monotonic()
    with pytest.raises(Ended):
        graph.answer(runaway(7), asker=Asker("me", gone=lambda: time.monotonic() - begun > 0.3))
    assert works(graph)


def test_a_worker_that_dies_is_replaced(graph: KnowledgeGraph) -> None:
    assert works(graph)
    assert graph.workers is not None
    for worker in graph.workers.crew.idle:
        worker._process.kill()
        worker._process.wait()
    with pytest.raises(RembugError):
        for _ in range(5):  # those that died are found out one by one
            assert works(graph)
    while True:
        try:
            assert works(graph)
            break
        except RembugError:
            continue


def test_a_process_that_holds_many_files_still_hears_its_workers(tmp_path: Path) -> None:
    """`select()` takes no descriptor above 1023; a service with many clients has more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 4096)), hard))
    with contextlib.ExitStack() as held:
        for _ in range(1100):
            held.callback(os.close, os.dup(0))
        with served(tmp_path / "store", workers=1) as graph:
            assert works(graph)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_readers_see_whole_commits_and_old_snapshots_go(tmp_path: Path) -> None:
    store = tmp_path / "store"
    with served(store, workers=2) as graph:
        stop = threading.Event()
        seen: list[int] = []

        def write() -> None:
            for number in range(1, 15):
                graph.commit(Change(replace={OPEN: things(1000 * number)}))
            stop.set()

        writer = threading.Thread(target=write)
        writer.start()
        while not stop.is_set():
            answer = graph.answer(COUNT + f" # {len(seen)}")
            seen.append(int(json.loads(answer.body)["results"]["bindings"][0]["n"]["value"]))
        writer.join()
        assert all(count % 1000 == 0 for count in seen)
        assert seen == sorted(seen)
        assert b'"14000"' in graph.answer(COUNT).body
        assert len(list((store / "snapshots" / "public").iterdir())) <= 2
    assert not (store / "snapshots").exists()


def test_a_repeated_question_costs_nothing_until_the_data_change(tmp_path: Path) -> None:
    with served(tmp_path / "store") as graph:
        assert graph.workers is not None
        for _ in range(3):
            assert b'"1000"' in graph.answer(COUNT).body
        assert (graph.workers.tally.answered, graph.cache.hits) == (1, 2)
        graph.commit(Change(replace={OPEN: things(5)}))
        assert b'"5"' in graph.answer(COUNT).body
        random = "SELECT (RAND() AS ?r) {}"
        assert graph.answer(random).body != graph.answer(random).body


def test_what_a_role_may_not_read_is_not_in_the_cache_for_it(tmp_path: Path) -> None:
    with served(tmp_path / "store") as graph:
        graph.commit(
            Change(replace={terms.restricted(OPEN): b'<http://e/x> <http://e/p> "hush" .\n'})
        )
        query = 'SELECT * { ?s ?p "hush" }'
        assert b"http://e/x" in graph.answer(query, Role.RESEARCHER).body
        assert b"http://e/x" not in graph.answer(query, Role.PUBLIC).body


def test_a_carriage_return_survives_xml(graph: KnowledgeGraph) -> None:
    accept = {"boolean": "", "solutions": "application/sparql-results+xml", "triples": ""}
    body = graph.answer('SELECT ("a\\rb\\r\\n" AS ?x) {}', accept=accept).body
    (literal,) = ElementTree.fromstring(body).iter(
        "{http://www.w3.org/2005/sparql-results#}literal"
    )
    assert literal.text == "a\rb\r\n"


N = "<http://e/n> <http://e/p>"
UPDATES = {
    "insert": f"INSERT DATA {{ {N} 1 GRAPH <http://e/g> {{ {N} 2 }} }}",
    "delete": f'DELETE WHERE {{ GRAPH <{OPEN}> {{ ?s ?p "v5" }} }}',
    "modify": f'WITH <{OPEN}> DELETE {{ ?s ?p "v7" }} INSERT {{ ?s ?p 7 }} WHERE {{ ?s ?p "v7" }}',
    "blank": "INSERT DATA { [] <http://e/p> [ <http://e/q> 1 ] }",
    "create": "CREATE GRAPH <http://e/empty>",
    "clear": f"CLEAR GRAPH <{OPEN}>",
    "drop": f"DROP GRAPH <{OPEN}>",
    "copy": f"COPY <{OPEN}> TO <http://e/copy>",
    "nothing": f"DELETE DATA {{ {N} 1 }}",
    "several": f"CREATE GRAPH <http://e/1> ; INSERT DATA {{ GRAPH <http://e/1> {{ {N} 1 }} }} ; "
    "ADD <http://e/1> TO DEFAULT",
}


@pytest.mark.parametrize("update", UPDATES.values(), ids=UPDATES)
def test_what_an_update_would_change_makes_the_store_what_the_update_would(
    tmp_path: Path, update: str
) -> None:
    import pyoxigraph as ox

    with served(tmp_path / "store", DefaultGraph.STRICT) as graph:
        blank = b'_:a <http://e/p> _:b .\n_:b <http://e/p> "x" .\n'
        graph.commit(Change(replace={UNNAMED: blank}))
        graph.backup(tmp_path / "copy")
        version, change, *_ = graph.service.tried(update)
        assert version == graph.version
        graph.commit(change, version)
        expected = ox.Store(str(tmp_path / "copy" / "oxigraph"))
        expected.update(update)
        names = {name.value for name in expected.named_graphs()} | {""}
        assert graph.graphs(Role.ADMIN) | {UNNAMED} == set(map(URIRef, names))
        for name in names - {str(terms.PROVENANCE)}:
            node = ox.NamedNode(name) if name else ox.DefaultGraph()
            wanted = expected.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=node)
            assert isomorphic(graph.read([URIRef(name)]), _graph(wanted or b""))


def _graph(n_triples: bytes):  # type: ignore[no-untyped-def]
    from rdflib import Graph

    return Graph().parse(data=n_triples, format="nt")


def test_graphs_that_an_update_request_names_are_what_it_reads(tmp_path: Path) -> None:
    with served(tmp_path / "store") as graph:
        named = (frozenset({str(OPEN)}), frozenset[str]())
        text = 'INSERT { GRAPH <http://e/g> { ?s ?p "# WHERE {" } } WHERE { ?s ?p "v1" }'
        elsewhere = (frozenset({"http://e/none"}), frozenset[str]())
        assert not graph.service.tried(text, elsewhere).change.replace
        assert URIRef("http://e/g") in graph.service.tried(text, named).change.replace
        assert graph.service.tried("DELETE WHERE { ?s ?p ?o }", elsewhere).deleted == 0
        assert graph.service.tried("DELETE WHERE { ?s ?p ?o }", named).deleted == 1000
        with pytest.raises(BadParameter, match="USING"):
            graph.service.tried(f"INSERT {{ ?s ?p 1 }} USING <{OPEN}> WHERE {{ ?s ?p ?o }}", named)
        with pytest.raises(BadParameter, match="IRI"):
            graph.service.tried(text, (frozenset({"http://e/> WHERE {} #"}), frozenset()))


def test_with_a_full_disk_what_needs_none_is_answered(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("this system has no /dev/full")
    full = Path("/dev/full").open
    files = "rembug.graph.workers.pool.tempfile.TemporaryFile"
    monkeypatch.setattr(files, lambda **_: full("r+b"))
    assert graph.workers is not None
    graph.workers.renew()  # those that there are have a file already
    large = "SELECT ?s ?p ?o ?a { ?s ?p ?o . ?a ?p 'v1' . VALUES ?x { 1 2 3 4 5 } }"
    assert graph.answer(f"ASK {{ FILTER({time.time()} > 0) }}").kind == "boolean"
    with pytest.raises(StoreFull, match="make room"):
        graph.answer(large)
    assert graph.answer(f"ASK {{ FILTER({time.time()} > 0) }}").kind == "boolean"


def test_an_update_runs_away_no_further_than_a_query(graph: KnowledgeGraph) -> None:
    with pytest.raises((TooLong, TooMuchMemory)):  # whichever comes first on this machine
        graph.service.tried(
            f"WITH <{OPEN}> INSERT {{ ?a ?b 1 }} WHERE {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }}"
        )
    with pytest.raises(QuerySyntaxError):
        deep = "[ <http://e/p> " * DEPTH + "1" + " ]" * DEPTH
        graph.service.tried(f"INSERT DATA {{ {deep} }}")
    assert works(graph)


def parsed(graph: KnowledgeGraph, body: bytes, media_type: str):  # type: ignore[no-untyped-def]
    with tempfile.TemporaryFile() as file:
        file.write(body)
        file.seek(0)
        return graph.service.parsed(file, media_type, "http://e/base/", "the body")


def test_what_is_uploaded_is_read_by_a_worker(graph: KnowledgeGraph) -> None:
    found = parsed(graph, b"<a> <b> 1 . ", "text/turtle")
    assert found[UNNAMED].startswith(b"<http://e/base/a> <http://e/base/b> ")
    with pytest.raises(Unreadable, match=":2:8: "):
        parsed(graph, b"<a> <b> 1 .\n<a> <b>", "text/turtle")


ENTITIES = b"".join(b'<!ENTITY %c "%s">' % (98 + n, (b"&%c;" % (97 + n)) * 30) for n in range(9))
RDF = (
    b'<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b"<rdf:Description><rdf:value>&%s;</rdf:value></rdf:Description></rdf:RDF>"
)
XML, JSON_LD, TURTLE = "application/rdf+xml", "application/ld+json", "text/turtle"
BOMBS = {
    "deep JSON-LD": (b'{"@id":"a","http://e/p":' * DEPTH + b"1" + b"}" * DEPTH, JSON_LD),
    "deep Turtle": (b"<a> <b> " + b"[ <c> " * DEPTH + b"1" + b" ]" * DEPTH + b" .", TURTLE),
    "a billion laughs": (b'<!DOCTYPE r [<!ENTITY a "ha">' + ENTITIES + b"]>" + RDF % b"j", XML),
    "a file": (b'<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + RDF % b"x", XML),
    "invalid UTF-8": (b'<a> <b> "\xff" .', TURTLE),
    "binary": (bytes(range(256)) * 50, "application/n-quads"),
}


@pytest.mark.parametrize(("body", "media_type"), BOMBS.values(), ids=BOMBS)
def test_no_upload_takes_the_service_down(
    graph: KnowledgeGraph, body: bytes, media_type: str
) -> None:
    try:
        found = parsed(graph, body, media_type)
        assert b"root:" not in b"".join(found.values())
    except (Unreadable, TooMuchMemory, TooLong):
        pass
    assert works(graph)


SECRET = "words that an informant said"
CLOSED = terms.restricted(terms.submission_graph("s", "two"))
_WORDS = [
    *("?s", "?p", "?o", "?g", "?x", "{", "}", "(", ")", ".", "=", "1", "*", "|", "/", "+", "#"),
    *("'", '"', "GRAPH", "FROM", "NAMED", "SELECT", "WHERE", "CONSTRUCT", "DESCRIBE", "ASK"),
    *("UNION", "OPTIONAL", "FILTER", "EXISTS", "NOT", "MINUS", "BIND", "AS", "VALUES", "SERVICE"),
    *("ORDER", "BY", "LIMIT", r"\u0046ROM"),
]
_ATOMS = st.sampled_from([*_WORDS, f"<{CLOSED}>", "<http://e/p>", "<http://127.0.0.1:9/>", "\n"])


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    folder = tmp_path_factory.mktemp("guarded") / "store"
    with served(folder, seconds=2) as graph:
        said = f'<http://e/secret> <http://e/p> "{SECRET}" .\n'.encode()
        graph.commit(Change(replace={CLOSED: said, OPEN: things(3)}))
        yield graph


@given(
    st.one_of(
        st.lists(_ATOMS, max_size=25).map(" ".join),
        st.lists(_ATOMS, min_size=1, max_size=8).map(
            lambda atoms: (
                f"SELECT * FROM <{CLOSED}> {{ GRAPH ?g {{ ?s ?p ?o }} {' '.join(atoms)} }}"
            )
        ),
        st.text(max_size=60),
    )
)
@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=300)
def test_whatever_a_query_says_it_returns_nothing_of_a_restricted_graph(
    guarded: KnowledgeGraph, query: str
) -> None:
    try:
        answer = guarded.answer(query, Role.PUBLIC)
    except RembugError:
        return
    assert SECRET.encode() not in answer.body
    assert b"http://e/secret" not in answer.body


def test_a_researcher_reads_what_the_public_does_not(guarded: KnowledgeGraph) -> None:
    query = "SELECT * { ?s ?p ?o }"
    assert SECRET.encode() in guarded.answer(query, Role.RESEARCHER).body
    assert SECRET.encode() not in guarded.answer(query, Role.PUBLIC).body


ESCAPES = """
import ctypes, fcntl, json, os, platform, signal, socket, sys, threading
from rembug.graph.workers.sandbox import seal

own, other, parent, libc = sys.argv[1], sys.argv[2], os.getppid(), ctypes.CDLL(None, use_errno=True)
spool = open(sys.argv[3], "r+b")
tgkill = {"x86_64": 234, "aarch64": 131}.get(platform.machine(), 0)
clone = {"x86_64": 56, "aarch64": 220}.get(platform.machine(), 0)
keyctl = {"x86_64": 250, "aarch64": 219}.get(platform.machine(), 0)
sealed = seal([own], **json.loads(sys.argv[4]))
if not sealed.calls:
    print("unsealed"); sys.exit()

def check(result):
    if result < 0:
        raise OSError(ctypes.get_errno(), "")

calls = {
    "signal": lambda: os.kill(parent, signal.SIGCONT),
    "pidfd": lambda: os.pidfd_open(parent),
    "robbing": lambda: check(libc.syscall(438, 3, 1, 0)),
    "program": lambda: os.execv(sys.executable, [sys.executable, "-c", ""]),
    "program in memory": lambda: os.execve(os.memfd_create("x"), ["x"], {}),
    "memory": lambda: check(libc.process_vm_readv(parent, None, 0, None, 0, 0)),
    "trace": lambda: check(libc.ptrace(16, parent, None, None)),
    "its limits": lambda: check(libc.prlimit(parent, 7, None, None)),
    "its threads": lambda: check(libc.syscall(tgkill, parent, parent, 0)),
    "its priority": lambda: os.setpriority(os.PRIO_PROCESS, parent, 19),
    "its processors": lambda: os.sched_setaffinity(parent, os.sched_getaffinity(0)),
    "signals by files": lambda: fcntl.fcntl(spool, fcntl.F_SETOWN, parent),
    "locks": lambda: fcntl.flock(os.open(own + "/store", os.O_RDONLY), fcntl.LOCK_SH),
    "locks of ranges": lambda: fcntl.lockf(os.open(own + "/store", os.O_RDONLY), fcntl.LOCK_SH),
    "leases": lambda: fcntl.fcntl(os.open(own + "/store", os.O_RDONLY), 1024, 0),
    "rings": lambda: check(libc.syscall(425, 8, ctypes.create_string_buffer(128))),
    "sessions' keys": lambda: check(libc.syscall(keyctl, 0, -3, 1)),
    "shared memory": lambda: check(libc.shmget(0, 4096, 0o1600)),
    "messages": lambda: check(libc.msgget(0, 0o1600)),
    "processes": os.fork,
    "namespaces of a child": lambda: check(libc.syscall(clone, 0x10000000 | 17, 0, 0, 0, 0)),
    "namespaces of a thread": lambda: check(libc.syscall(clone, 0x40010f00, 0, 0, 0, 0)),
    "files in memory": lambda: os.memfd_create("x"),
    "pairs of sockets": lambda: socket.socketpair(socket.AF_UNIX, socket.SOCK_DGRAM),
    "mounts": lambda: check(libc.syscall(467, -100, b"/", 0, 0, 0)),
    "namespaces": lambda: check(libc.unshare(0x10000000)),
    "watching": lambda: check(libc.inotify_add_watch(libc.inotify_init(), b"/etc", 0x100)),
    "rights": lambda: os.chmod(other + "/tokens.json", 0o666),
    "rights of what is open": lambda: os.fchmod(spool.fileno(), 0o666),
    "times": lambda: os.utime(other + "/tokens.json", (1, 1)),
    "marks": lambda: os.setxattr(other + "/tokens.json", "user.x", b""),
    "local socket": lambda: socket.socket(socket.AF_UNIX),
    "packets": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
}
files = {
    "tokens": lambda: open(other + "/tokens.json"),
    "another store": lambda: os.listdir(other),
    "its memory": lambda: open(f"/proc/{parent}/mem", "rb"),
    "its environment": lambda: open(f"/proc/{parent}/environ", "rb"),
    "its files": lambda: os.listdir(f"/proc/{parent}/fd"),
    "accounts": lambda: open("/etc/passwd"),
    "the root": lambda: os.listdir("/proc/self/root/"),
    "up": lambda: open(own + "/../other/tokens.json"),
    "a link": lambda: open(own + "/link"),
    "writing": lambda: open(own + "/store", "w"),
    "making": lambda: open(own + "/new", "w"),
    "renaming": lambda: os.rename(own + "/store", own + "/moved"),
    "linking": lambda: os.link(own + "/store", own + "/linked"),
    "cutting": lambda: os.truncate(own + "/store", 0),
    "removing": lambda: os.remove(own + "/store"),
    "reopening": lambda: open(f"/proc/self/fd/{spool.fileno()}", "r+b"),
}
if "ports" not in sys.argv[4]:
    calls["socket"] = socket.socket
for name, call in {**calls, **(files if sealed.files else {})}.items():
    try:
        call()
        print(name + ":", 0)
    except OSError as error:
        print(name + ":", error.errno)
thread = threading.Thread(target=open(own + "/store").read)
thread.start()
thread.join()
spool.write(b"what was handed over is written")
"""
REFUSED = {errno.EACCES, errno.EPERM, errno.EXDEV}


@pytest.mark.parametrize("may", [{}, {"ports": [443]}], ids=["sealed", "calling"])
def test_a_worker_gets_out_by_no_way(tmp_path: Path, may: dict[str, object]) -> None:
    own, other, spool = tmp_path / "own", tmp_path / "other", tmp_path / "spool"
    for folder in (own, other):
        folder.mkdir()
    (own / "store").write_text("x")
    (other / "tokens.json").write_text("{}")
    (own / "link").symlink_to(other / "tokens.json")
    spool.touch()
    words = [sys.executable, "-c", ESCAPES, *map(str, (own, other, spool)), json.dumps(may)]
    done = subprocess.run(words, capture_output=True, text=True, check=True, timeout=120)
    if done.stdout.startswith("unsealed"):
        pytest.skip("this system has no seccomp filters for this processor")
    told = dict(line.split(": ") for line in done.stdout.splitlines())
    assert len(told) >= 9
    assert {name: code for name, code in told.items() if int(code) not in REFUSED} == {}
    assert spool.read_bytes().startswith(b"what was")


def test_the_second_numbers_of_calls_end_the_process() -> None:
    script = (
        "import ctypes; from rembug.graph.workers.sandbox import seal; "
        "print(seal().calls, flush=True); ctypes.CDLL(None).syscall(0x40000000 + 39)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    if not done.stdout.startswith("True"):
        pytest.skip("this system has no seccomp filters for this processor")
    assert done.returncode == -signal.SIGSYS


def test_a_worker_of_one_reader_opens_no_other_readers_store(tmp_path: Path) -> None:
    with served(tmp_path / "store", seconds=30) as graph:
        for role in (Role.PUBLIC, Role.RESEARCHER):
            graph.answer("ASK {}", role)
        workers = graph.workers
        assert workers is not None
        if not workers.crew.confined:
            pytest.skip("this kernel has no Landlock")
        folder = tmp_path / "store/snapshots"
        worker = Worker(Reach((folder / "public").absolute()))
        try:
            for place in (folder / "public", folder / "all"):
                (snapshot,) = place.iterdir()
                bounds = {"memory": 500, "largest": 2**20}
                where = {"store": str(snapshot), "graphs": [""], **bounds}
                job = Job.of("dump", media_type="application/n-quads", **where)
                with (tmp_path / "answer").open("w+b") as file:
                    told = worker.run(job, [file], 30, lambda: False, lambda: True)
                assert ("error" in told) == (place.name == "all"), told
        finally:
            worker.kill()


CONNECT = """
import socket, sys
from rembug.graph.workers.sandbox import seal

good, bad = int(sys.argv[1]), int(sys.argv[2])
sealed = seal(ports=[good])
if not sealed.ports:
    print("unsealed"); sys.exit()
socket.create_connection(("127.0.0.1", good)).close()
try:
    socket.create_connection(("127.0.0.1", bad))
    print("connected")
except PermissionError:
    print("refused")
"""


def test_a_worker_that_calls_connects_to_the_ports_of_its_endpoints_alone() -> None:
    here = ("127.0.0.1", 0)
    with socket.create_server(here) as good, socket.create_server(here) as bad:
        ports = [str(server.getsockname()[1]) for server in (good, bad)]
        words = [sys.executable, "-c", CONNECT, *ports]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
    if done.stdout.startswith("unsealed"):
        pytest.skip("this kernel has no Landlock for ports")
    assert done.stdout == "refused\n"
