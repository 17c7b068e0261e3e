"""Answers that are given again: the same bytes, only while they are true, only to the public."""

import http.client
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote, urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pytest import MonkeyPatch

from rembug import terms, web
from rembug.errors import TooLong, Words
from rembug.graph import Change, KnowledgeGraph, Role
from rembug.graph.readers.stores import Readers
from rembug.settings import Limits, Settings

from .conftest import start

HERE = terms.submission_graph("magetan", "kept")
CLOSED = terms.restricted(HERE)
LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
COUNT = "/sparql?query=SELECT (COUNT(*) AS ?n) { ?s ?p 'kept' }"
READING = (
    "/", "/?lang=en", "/findings", "/findings?study=contoh", "/search?q=batik", "/queries",
    "/queries/element-ratings", "/queries/element-ratings.csv", "/page/study/contoh",
    "/study/contoh.ttl", "/dataset", "/.well-known/void", "/sparql", COUNT,
)  # fmt: skip


@pytest.fixture
def served(magetan_copy: Path, tmp_path: Path) -> Iterator[Flask]:
    """An application over a store with workers, as `serve` has them."""
    with KnowledgeGraph.own(str(magetan_copy), limits=Limits()) as graph:
        graph.prepare()  # a page that came before its index is not kept
        yield web.create_app(graph, Settings(tokens=str(tmp_path / "tokens.json")))


def asked(served: Flask, client: FlaskClient, url: str, **headers: str) -> tuple[bytes, bool]:
    """The body, and whether the framework was left out of it."""
    entered: list[bool] = []
    served.before_request_funcs.setdefault(None, []).append(lambda: entered.append(True))
    try:
        return client.get(url, headers=headers).data, not entered
    finally:
        served.before_request_funcs[None].pop()


@pytest.mark.parametrize("url", READING)
@pytest.mark.parametrize("accept", ["text/html", "text/turtle, application/json;q=0.5, */*;q=0.1"])
def test_an_answer_that_is_given_again_is_the_same(app: Flask, url: str, accept: str) -> None:
    client = app.test_client()
    headers = {"Accept": accept, "Accept-Encoding": "gzip", "Host": "kept.example"}
    first, again = (client.get(url, headers=headers) for _ in range(2))
    del first.headers["X-Request-Id"]
    assert again.headers.pop("X-Request-Id")
    assert (first.status, first.data) == (again.status, again.data)
    assert sorted(first.headers) == sorted(again.headers)


def test_it_is_given_without_the_framework_and_counted(served: Flask) -> None:
    client = served.test_client()
    assert [asked(served, client, "/findings")[1] for _ in range(2)] == [False, True]
    metrics = client.get("/metrics").text
    assert 'rembug_requests_total{room="lists",status="200"} 2.0' in metrics


def test_who_wrote_reads_what_they_wrote(served: Flask) -> None:
    graph: KnowledgeGraph = served.extensions["rembug"]["graph"]
    for written in range(3):
        for reader in (served.test_client(), served.test_client()):
            body, _ = asked(served, reader, COUNT, Accept="text/csv")
            assert body.split() == [b"n", str(written).encode()]
        line = f"<https://example.org/{written}> <{LABEL}> 'kept' .".replace("'", '"')
        graph.commit(Change(append={HERE: line.encode() + b"\n"}))


@pytest.mark.parametrize("form", ["/embed", ".svg", ".xlsx"])
def test_a_page_of_an_earlier_version_is_nobodys_while_that_is_forgotten_and_after(
    served: Flask, monkeypatch: MonkeyPatch, form: str
) -> None:
    graph: KnowledgeGraph = served.extensions["rembug"]["graph"]
    client, show = served.test_client(use_cookies=False), Readers.catch_up
    name = "connected-actors" if form == ".svg" else "element-ratings"
    url = f"/queries/{name}{form}?study=magetan&version={graph.version}"
    found = list[int]()

    def asked_meanwhile(readers: Readers) -> None:
        found.append(client.get(url).status_code)
        show(readers)
        found.append(client.get(url).status_code)

    graph.commit(Change(append={HERE: b"<urn:x> <urn:x> <urn:x> .\n"}))
    assert [client.get(url).status_code for _ in range(2)] == [200, 200]
    monkeypatch.setattr(Readers, "catch_up", asked_meanwhile)
    graph.commit(Change(append={HERE: b"<urn:x> <urn:x> <urn:y> .\n"}, forget=True))
    assert [*found, client.get(url).status_code] == [404] * 3


@pytest.mark.parametrize("function", ["NOW()", "RAND()", "UUID()", "STRUUID()", "NOW #\n()"])
def test_what_changes_by_itself_is_worked_out_each_time(served: Flask, function: str) -> None:
    url = "/sparql?" + urlencode({"query": f"SELECT ({function} AS ?x) {{}}"})
    bodies = [asked(served, served.test_client(), url, Accept="text/csv")[0] for _ in range(2)]
    assert bodies[0] != bodies[1]


def test_a_researchers_answer_is_nobody_elses(served: Flask) -> None:
    token = served.extensions["rembug"]["tokens"].create("peneliti", Role.RESEARCHER)
    graph: KnowledgeGraph = served.extensions["rembug"]["graph"]
    graph.commit(Change(append={CLOSED: f'<urn:x> <{LABEL}> "kept" .\n'.encode()}))
    client, bearer = served.test_client(), f"Bearer {token}"
    for _ in range(2):
        public, _ = asked(served, client, COUNT, Accept="text/csv")
        closed, again = asked(served, client, COUNT, Accept="text/csv", Authorization=bearer)
        assert (public.split()[1], closed.split()[1], again) == (b"0", b"1", False)
    assert asked(served, client, "/", Authorization="Bearer wrong")[0] != client.get("/").data


def test_a_page_with_a_late_part_is_not_kept(served: Flask, monkeypatch: MonkeyPatch) -> None:
    def late(*_: object) -> None:
        raise TooLong(Words("late", "terlambat"))

    with monkeypatch.context() as slow:
        slow.setattr(KnowledgeGraph, "rows", late)
        body, _ = asked(served, served.test_client(), "/?lang=en")
        assert b"not answered in time" in body
    body, again = asked(served, served.test_client(), "/?lang=en")
    assert not again
    assert b"not answered in time" not in body


def test_a_query_that_is_posted_again_is_answered_again(
    served: Flask, monkeypatch: MonkeyPatch
) -> None:
    client, text = served.test_client(use_cookies=False), "application/sparql-query"
    form = "application/x-www-form-urlencoded"

    def post(body: str, media_type: str = form, accept: str = "text/csv") -> tuple[int, bytes]:
        found = client.post(
            "/sparql", data=body, content_type=media_type, headers={"Accept": accept}
        )
        return found.status_code, found.data

    def late(*_: object, **__: object) -> None:
        raise TooLong(Words("late", "terlambat"))

    first, direct = post("query=ASK{}"), post("ASK{}", text)
    assert {first[0], direct[0]} == {200}
    monkeypatch.setattr(KnowledgeGraph, "answer", late)
    assert (post("query=ASK{}"), post("ASK{}", text)) == (first, direct)
    for other in (
        post("query=ASK{ }"),
        post("query=ASK{}", accept="application/json"),
        post("query=ASK{}&format=json"),
        post("ASK{ }", text),
    ):
        assert other[0] == 503
    assert post("query=ASK{}", text)[0] == 503  # the same body, and another query
    monkeypatch.undo()
    served.extensions["rembug"]["graph"].commit(
        Change(append={HERE: b"<urn:x> <urn:x> <urn:x> .\n"})
    )
    monkeypatch.setattr(KnowledgeGraph, "answer", late)
    assert post("query=ASK{}")[0] == 503


def test_a_server_answers_again_by_the_bytes_of_a_request(served: Flask) -> None:
    graph: KnowledgeGraph = served.extensions["rembug"]["graph"]
    kept = served.extensions["rembug"]["kept"]
    known = list[bool]()
    by_bytes = kept.again

    def again(sent: tuple[str, bytes]) -> bytes | None:
        found: bytes | None = by_bytes(sent)
        known.append(found is not None)
        return found

    kept.again = again
    line = http.client.HTTPConnection("127.0.0.1", start(served).port)

    def told(**headers: str) -> tuple[int, list[tuple[str, str]], bytes, str]:
        line.request("GET", quote(COUNT, safe="/?="), headers={"Accept": "text/csv", **headers})
        response = line.getresponse()
        names = [(name, value) for name, value in response.getheaders() if name != "Date"]
        (name,) = (value for key, value in names if key == "X-Request-Id")
        names.remove(("X-Request-Id", name))
        return response.status, sorted(names), response.read(), name

    answers = [told() for _ in range(4)]
    assert all(answer[:3] == answers[0][:3] for answer in answers)
    assert len({answer[3] for answer in answers}) == 4
    assert known[-1]
    assert told(X_Request_Id="mine")[2] == answers[0][2]
    assert told(Range="none")[:3] == answers[0][:3]
    assert not known[-1]  # other bytes
    graph.commit(Change(append={HERE: f'<urn:x> <{LABEL}> "kept" .\n'.encode()}))
    assert told()[2].split() == [b"n", b"1"]
    assert not known[-1]
    assert [told()[2].split()[1] for _ in range(3)] == [b"1"] * 3
    assert known[-1]
    assert [told(Authorization="Bearer wrong")[0] for _ in range(3)] == [401] * 3
    assert not known[-1]  # who sends a token is somebody
