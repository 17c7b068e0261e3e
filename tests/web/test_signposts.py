"""Signposting in the header of pages and data, and what assessors find of a running service."""

import json
import re
import threading
from collections.abc import Iterator

import pytest
from click.testing import CliRunner
from flask import Flask, Response
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from rembug import fair, terms, web
from rembug.cli import rembug
from rembug.errors import BadParameter, StoreUnreachable
from rembug.graph import KnowledgeGraph
from rembug.settings import Settings
from rembug.sources.fetching import NotFetched

from .conftest import Running, start

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
LINK = re.compile(r'^<([^<>]+)>; rel="([a-z-]+)"(?:; type="([^"]+)")?$')


def links(response: Response) -> dict[str, list[tuple[str, str | None]]]:
    found: dict[str, list[tuple[str, str | None]]] = {}
    for header in response.headers.getlist("Link"):
        match = LINK.match(header)
        assert match, header
        found.setdefault(match[2], []).append((match[1], match[3]))
    return found


def test_a_studys_page_points_to_all_that_the_profile_asks_for(client: FlaskClient) -> None:
    page = client.get("/page/id/contoh/study/contoh", headers={"Accept": "text/html"})
    found = links(page)
    assert found["cite-as"] == [(str(terms.study("contoh")), None)]
    kinds = {target for target, _ in found["type"]}
    assert kinds == {"https://schema.org/AboutPage", "https://schema.org/Dataset"}
    assert [target for target, _ in found["license"]] == [LICENCE]
    assert len(found["describedby"]) == 4
    for target, kind in [*found["describedby"], *found["item"]]:
        answer = client.get(target)
        assert answer.status_code == 200
        assert answer.mimetype == kind


def test_a_thing_points_to_its_study_and_has_its_licence(client: FlaskClient) -> None:
    page = client.get("/page/id/contoh/program/pelatihan", headers={"Accept": "text/html"})
    found = links(page)
    assert found["cite-as"][0][0] == f"{terms.ID}contoh/program/pelatihan"
    assert found["collection"] == [("http://localhost/page/id/contoh/study/contoh", "text/html")]
    assert [target for target, _ in found["license"]] == [LICENCE]
    assert "item" not in found


def test_data_lead_back_to_the_page(client: FlaskClient) -> None:
    for ending in ("ttl", "jsonld", "rdf", "nt"):
        answer = client.get(f"/page/id/contoh/program/pelatihan.{ending}")
        home = ("http://localhost/page/id/contoh/program/pelatihan", "text/html")
        assert links(answer)["describes"] == [home]


def test_things_with_odd_names_have_headers_that_can_be_sent(client: FlaskClient) -> None:
    for iri in ("https://example.org/é", "http://www.w3.org/2004/02/skos/core#Concept"):
        answer = client.get("/page", query_string={"iri": iri}, headers={"Accept": "text/html"})
        assert answer.status_code in (200, 404)
        for value in answer.headers.getlist("Link"):
            value.encode("ascii")


@pytest.fixture(scope="module")
def served(magetan: KnowledgeGraph) -> Iterator[Running]:
    yield start(web.create_app(magetan, Settings()))


def test_the_shipped_study_lacks_what_its_abstract_does_not_say(served: Running) -> None:
    found = fair.assess(served.url, "magetan")
    lacking = [one.asked.en for one in found if not one.met]
    # It is served to this machine alone here, and the abstract names no author.
    assert lacking == ["an open and safe protocol (https)", "who made it, by an identifier"]
    assert {one.principle[0] for one in found} == set("FAIR")


def test_the_command_says_what_to_do_in_both_languages(served: Running) -> None:
    for language, told in (("en", "such as an ORCID"), ("id", "seperti ORCID")):
        args = ["fair", served.url, "magetan", "--lang", language, "--format", "json"]
        done = CliRunner().invoke(rembug, args)
        assert done.exit_code == 1
        rows = json.loads(done.stdout)
        assert [told in r["what_to_do"] for r in rows if r["met"] == "no"] == [False, True]


def test_where_nothing_answers_the_command_ends_as_with_a_store_out_of_reach() -> None:
    done = CliRunner().invoke(rembug, ["fair", "http://127.0.0.1:9/", "magetan"])
    assert isinstance(done.exception, StoreUnreachable)
    assert "127.0.0.1:9" in str(done.exception) and done.exception.exit_code == 3


def test_a_study_that_is_not_there_meets_nothing_of_its_own(served: Running) -> None:
    met = {one.asked.en for one in fair.assess(served.url, "nowhere") if one.met}
    assert met == set()


def test_a_proxy_that_strips_headers_is_found_out() -> None:
    app = Flask("stripped")

    @app.get("/<path:path>")
    def anything(path: str) -> Response:
        return Response("<html>", content_type="text/html")

    server = make_server("127.0.0.1", 0, app)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        found = fair.assess(f"http://127.0.0.1:{server.server_port}", "magetan")
    finally:
        server.shutdown()
    met = {one.asked.en for one in found if one.met}
    assert met == {"its identifier leads to a page"}


def test_what_is_no_service_is_told() -> None:
    with pytest.raises(NotFetched):
        fair.assess("http://127.0.0.1:9/", "magetan")
    with pytest.raises(BadParameter):
        fair.assess("file:///etc/", "magetan")
    with pytest.raises(BadParameter):
        fair.assess("http://[::1", "magetan")
