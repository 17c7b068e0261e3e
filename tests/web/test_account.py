"""Signing in on the pages: to read what a token's role may read, and nothing else."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rembug import terms, web
from rembug.graph import Change, KnowledgeGraph, Role
from rembug.settings import Settings
from rembug.tokens import Tokens, sessions

from .conftest import BROWSER

HTTPS = {"base_url": "https://rembug.example", "headers": {"Accept": BROWSER}}
CLOSED = terms.restricted(terms.submission_graph("s", "one"))
QUERY = {"query": "SELECT ?o { <http://e/s> ?p ?o }", "format": "json"}


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(tokens=str(tmp_path / "tokens.json"))


@pytest.fixture
def app(kg: KnowledgeGraph, settings: Settings) -> Iterator[Flask]:
    kg.commit(Change(replace={CLOSED: b'<http://e/s> <http://e/p> "kata informan" .\n'}))
    yield web.create_app(kg, settings)


@pytest.fixture
def token(settings: Settings) -> str:
    return Tokens(settings.tokens_file).create("peneliti", Role.RESEARCHER)


def key(page: str) -> str:
    found = re.search(r'name="key" value="([^"]+)"', page)
    assert found
    return found[1]


def sign_in(client: FlaskClient, token: str):  # type: ignore[no-untyped-def]
    form = {"key": key(client.get("/account", **HTTPS).text), "token": token}
    return client.post("/account", data=form, **HTTPS)


@pytest.mark.parametrize(
    ("lang", "before", "after"),
    [("en", "Sign in", "Signed in: peneliti"), ("id", "Masuk", "Masuk sebagai peneliti")],
)
def test_each_page_says_who_is_signed_in(
    app: Flask, token: str, lang: str, before: str, after: str
) -> None:
    client = app.test_client()
    assert before in client.get(f"/?lang={lang}", **HTTPS).text
    sign_in(client, token)
    for path in ("/", "/account"):
        page = client.get(f"{path}?lang={lang}", **HTTPS).text
        assert after in page
        assert f">{before}<" not in page


def reads_it(client: FlaskClient) -> bool:
    return b"kata informan" in client.get("/sparql", query_string=QUERY, **HTTPS).data


def test_who_signs_in_reads_what_the_role_may_read_until_they_sign_out(
    app: Flask, token: str
) -> None:
    client = app.test_client()
    assert not reads_it(client)
    response = sign_in(client, token)
    assert response.status_code == 303
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-rembug=")
    for attribute in ("Secure", "HttpOnly", "SameSite=Strict", "Path=/"):
        assert attribute in cookie
    assert token not in cookie
    assert reads_it(client)
    page = client.get("/account?lang=en", **HTTPS)
    assert "peneliti" in page.text
    assert "private" in page.headers["Cache-Control"]
    client.post("/account", data={"key": key(page.text), "out": "1"}, **HTTPS)
    assert not reads_it(client)


def test_a_form_from_elsewhere_signs_nobody_in(app: Flask, token: str) -> None:
    client = app.test_client()
    client.get("/account", **HTTPS)
    for form in ({"token": token}, {"token": token, "key": "guessed"}, {"token": token, "key": ""}):
        assert client.post("/account", data=form, **HTTPS).status_code == 403
    assert not reads_it(client)


def test_a_wrong_token_is_told_and_gets_no_session(app: Flask, token: str) -> None:
    client = app.test_client()
    for wrong in ("", "x", token[:-1], token + "x", "rembug_" + "a" * 43, "é"):
        response = sign_in(client, wrong)
        assert response.status_code == 401
        assert 'role="alert"' in response.text
    assert not reads_it(client)


def test_a_session_ends_with_its_token(app: Flask, token: str, settings: Settings) -> None:
    client = app.test_client()
    sign_in(client, token)
    assert reads_it(client)
    Tokens(settings.tokens_file).revoke("peneliti")
    assert not reads_it(client)


def test_a_cookie_that_was_taken_reads_nothing_after_its_owner_signed_out(
    app: Flask, token: str
) -> None:
    client, thief = app.test_client(), app.test_client()
    sign_in(client, token)
    cookie = client.get_cookie("__Host-rembug", domain="rembug.example")
    assert cookie
    thief.set_cookie("__Host-rembug", cookie.value, domain="rembug.example", secure=True)
    assert reads_it(thief)
    form = {"key": key(client.get("/account", **HTTPS).text), "out": "1"}
    signed_out = client.post("/account", data=form, **HTTPS)
    assert "Max-Age=0" in signed_out.headers["Set-Cookie"]
    assert not reads_it(thief)


def test_a_session_ends_by_itself(app: Flask, token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    client = app.test_client()
    monkeypatch.setattr(sessions, "LASTS", -1)
    sign_in(client, token)
    assert not reads_it(client)


def test_a_session_outlives_the_service_and_not_a_token_of_the_same_name(
    app: Flask, kg: KnowledgeGraph, token: str, settings: Settings
) -> None:
    client = app.test_client()
    sign_in(client, token)
    again = web.create_app(kg, settings).test_client()
    cookie = client.get_cookie("__Host-rembug", domain="rembug.example")
    assert cookie
    again.set_cookie("__Host-rembug", cookie.value, domain="rembug.example", secure=True)
    assert reads_it(again)
    tokens = Tokens(settings.tokens_file)
    tokens.revoke("peneliti")
    tokens.create("peneliti", Role.RESEARCHER)
    assert not reads_it(again)


def test_who_reads_the_files_of_the_service_is_nobody_by_that(
    app: Flask, token: str, settings: Settings
) -> None:
    client = app.test_client()
    sign_in(client, token)
    files = [settings.tokens_file, settings.tokens_file.with_name("sessions.json")]
    cookie = client.get_cookie("__Host-rembug", domain="rembug.example")
    assert cookie
    for file in files:
        assert file.stat().st_mode & 0o077 == 0
        text = file.read_text()
        assert cookie.value not in text
        for word in re.findall(r"[\w-]{16,}", text):  # whatever looks like a key
            thief = app.test_client()
            thief.set_cookie("__Host-rembug", word, domain="rembug.example", secure=True)
            assert not reads_it(thief)
            bearer = {"Authorization": f"Bearer {word}"}
            refused = thief.get("/sparql", query_string=QUERY, headers=bearer)
            assert refused.status_code == 401


def test_who_signs_in_gets_another_id_than_they_came_with(app: Flask, token: str) -> None:
    client = app.test_client()
    client.set_cookie("__Host-rembug", "a" * 43, domain="rembug.example", secure=True)
    sign_in(client, token)
    cookie = client.get_cookie("__Host-rembug", domain="rembug.example")
    assert cookie
    assert cookie.value != "a" * 43
    assert reads_it(client)


def test_a_session_writes_nothing(app: Flask, settings: Settings) -> None:
    admin = Tokens(settings.tokens_file).create("kepala", Role.ADMIN)
    client = app.test_client()
    sign_in(client, admin)
    assert client.post("/update", data={"update": "DROP ALL"}, **HTTPS).status_code == 401
    assert (
        client.put("/graph/s/x", data=b"", content_type="text/turtle", **HTTPS).status_code == 401
    )


def test_a_cookie_that_somebody_made_up_is_nobodys(app: Flask, token: str) -> None:
    client = app.test_client()
    sign_in(client, token)
    cookie = client.get_cookie("__Host-rembug", domain="rembug.example")
    assert cookie
    for value in (cookie.value[:-2] + "xx", "x", "", "é", "." * 500):
        client.set_cookie("__Host-rembug", value, domain="rembug.example", secure=True)
        assert not reads_it(client)


def test_a_bearer_token_goes_before_the_session_and_a_bad_one_is_refused(
    app: Flask, token: str
) -> None:
    client = app.test_client()
    for header in (f"Bearer {token}x", "Bearer", "Basic YTpi", "Bearer \x00", f"bearer{token}"):
        response = client.get("/sparql", query_string=QUERY, headers={"Authorization": header})
        assert response.status_code == 401
        assert response.headers["WWW-Authenticate"] == 'Bearer realm="Rembug"'
    good = {"Authorization": f"bearer {token}"}
    assert b"kata informan" in client.get("/sparql", query_string=QUERY, headers=good).data


def test_the_cache_and_the_etag_tell_readers_apart(app: Flask, token: str) -> None:
    client = app.test_client()
    good = {"Authorization": f"Bearer {token}"}
    private = client.get("/sparql", query_string=QUERY, headers=good)
    public = client.get("/sparql", query_string=QUERY)
    assert private.headers["ETag"] != public.headers["ETag"]
    stale = {"If-None-Match": private.headers["ETag"]}
    assert client.get("/sparql", query_string=QUERY, headers=stale).status_code == 200
    assert {"Authorization", "Cookie"} <= set(public.headers["Vary"].split(", "))


def test_every_page_forbids_what_pages_do_not_need(app: Flask) -> None:
    client = app.test_client()
    for path in ("/", "/account", "/sparql", "/nothing-here", "/static/style.css"):
        headers = client.get(path, **HTTPS).headers
        policy = headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "no-referrer"
        scripts = re.findall(r"<script[^>]*>", client.get(path, **HTTPS).text)
        assert all(' src="/static/' in script for script in scripts)  # of ours, and none inline


def test_tokens_are_kept_as_hashes_for_their_owner_alone(token: str, settings: Settings) -> None:
    file = settings.tokens_file
    assert token not in file.read_text()
    assert file.stat().st_mode & 0o077 == 0
    assert Tokens(file).find(token) is not None
