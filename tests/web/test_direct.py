"""Queries that are answered before the framework is entered: as the framework answers them."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pytest import MonkeyPatch
from werkzeug.test import TestResponse

from rembug import web
from rembug.graph import KnowledgeGraph
from rembug.settings import Limits, Settings
from rembug.web import direct, kept

FORM = "application/x-www-form-urlencoded"
TEXT = "application/sparql-query"
QUERIES = {
    "rows": "SELECT ?s ?o { ?s a ?o } ORDER BY ?s ?o LIMIT 40",
    "yes": "ASK {}",
    "triples": "CONSTRUCT { ?s a ?o } WHERE { SELECT * { ?s a ?o } ORDER BY ?s ?o LIMIT 40 }",
    "relative": "SELECT (STR(<other>) AS ?x) {}",
    "named": "SELECT ?g { GRAPH ?g {} } ORDER BY ?g LIMIT 5",
    "changing": "SELECT (BOUND(?no) AS ?x) (isLiteral(NOW()) AS ?y) {}",
    "long": "SELECT * { ?s ?p ?o } ORDER BY ?s ?p ?o # " + "x" * 3000,
    "faulty": "SELECT ?x {",
    "calling": "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }",
    "empty": " ",
}
HEADERS = (
    {},
    {"Accept": "*/*", "Accept-Encoding": "gzip, br;q=0.5"},
    {"Accept": "text/csv", "Accept-Encoding": "br"},
    {"Accept": "application/json"},
    {"Accept": "text/turtle;q=0.5, application/sparql-results+xml"},
    {"Accept": "image/png"},
    {"Accept": "text/html"},
    {"Accept-Language": "id", "Host": "rembug.example:8080"},
    {"Host": "two words"},
    {"If-None-Match": "*"},
    {"Authorization": "Bearer wrong"},
    {"Cookie": "a=b"},
    {"Content-Encoding": "gzip"},
    {"X-Request-Id": "mine"},
)
MORE = (
    {},
    {"format": "csv"},
    {"format": "nonsense"},
    {"default-graph-uri": "urn:x:none"},
    {"lang": "en"},
    {"version": "0"},
    {"update": "CLEAR ALL"},
)


def seen(response: TestResponse) -> tuple[str, dict[str, str], bytes]:
    """What a caller is told, without what is another each time."""
    told = dict(response.headers)
    if told.pop("X-Request-Id") == "mine":
        told["X-Request-Id"] = "mine"
    return response.status, told, response.data


def ways(query: str, more: dict[str, str], headers: dict[str, str]) -> list[dict[str, Any]]:
    """A query as the protocol lets it be sent, and as it does not."""
    both = urlencode({"query": query, **more})
    rest, post = urlencode(more), {"method": "POST", "headers": headers}
    return [
        {"query_string": both, "headers": headers},
        {"query_string": both, "headers": headers, "method": "HEAD"},
        {**post, "data": both, "content_type": FORM},
        {**post, "data": both, "content_type": FORM, "query_string": "format=xml"},
        {**post, "data": both.encode() + b"%FF", "content_type": FORM},
        {**post, "data": query, "content_type": TEXT, "query_string": rest},
        {**post, "data": query.encode("utf-16"), "content_type": TEXT},
        {**post, "data": query, "content_type": f"{TEXT}; charset=latin-1"},
        {**post, "data": query, "content_type": "text/plain"},
    ]


@pytest.fixture(scope="module")
def served(magetan_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """An application over a store with workers, as `serve` has them."""
    folder = tmp_path_factory.mktemp("direct")
    shutil.copytree(magetan_store, folder / "store")
    with KnowledgeGraph.own(str(folder / "store"), limits=Limits()) as graph:
        yield web.create_app(graph, Settings(tokens=str(folder / "tokens.json")))


@pytest.mark.parametrize("name", QUERIES)
def test_it_says_what_the_framework_would_say(
    served: Flask, monkeypatch: MonkeyPatch, name: str
) -> None:
    client, directly = served.test_client(use_cookies=False), 0
    monkeypatch.setattr(kept, "_PERSONAL", ("REQUEST_METHOD",))  # nothing is given again
    for headers in HEADERS if name == "rows" else HEADERS[:2]:
        for more in MORE if headers == HEADERS[0] else MORE[:1]:
            for way in ways(QUERIES[name], more, headers):
                found, entered = asked(served, client, way)
                with monkeypatch.context() as patch:
                    patch.setattr(direct, "_asked", lambda _: None)
                    assert (found, True) == asked(served, client, way), way
                directly += not entered
    assert (directly > 0) == (name not in ("faulty", "calling", "empty"))


def test_what_is_out_of_the_ordinary_goes_to_the_framework(served: Flask) -> None:
    client = served.test_client(use_cookies=False)
    for headers in HEADERS[5:7], HEADERS[9:13]:
        for one in headers:
            sent = {"headers": one, "query_string": {"query": "ASK { }"}}
            assert asked(served, client, sent)[1], one


def asked(app: Flask, client: FlaskClient, way: dict[str, Any]) -> tuple[object, bool]:
    """What a caller is told, and whether the framework was entered."""
    entered: list[bool] = []
    app.before_request_funcs[None].insert(0, lambda: entered.append(True))
    try:
        return seen(client.open("/sparql", **way)), bool(entered)
    finally:
        app.before_request_funcs[None].pop(0)
