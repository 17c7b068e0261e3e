"""Clients over real stores: Flask's own for answers, a running server for the protocol."""

import http.client
import threading
from dataclasses import dataclass, field

import pytest
from flask import Flask
from flask.testing import FlaskClient

from rembug import web
from rembug.graph import KnowledgeGraph
from rembug.settings import Settings

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8"


class Page(FlaskClient):
    """Asks as a browser does."""

    def open(self, *args, **kwargs):  # type: ignore[no-untyped-def]
        kwargs["headers"] = {"Accept": BROWSER, **kwargs.get("headers", {})}
        return super().open(*args, **kwargs)


@pytest.fixture(scope="session")
def app(contoh: KnowledgeGraph) -> Flask:
    return web.create_app(contoh, Settings())


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Asks as a program does, which names what it reads."""
    return app.test_client()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    return Page(app)


@pytest.fixture
def magetan_browser(magetan: KnowledgeGraph) -> FlaskClient:
    return Page(web.create_app(magetan, Settings()))


@dataclass
class Running:
    """A server that answers, and how to ask it as curl does."""

    url: str
    port: int = field(init=False)

    def __post_init__(self) -> None:
        self.port = int(self.url.rstrip("/").rpartition(":")[2])

    def ask(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection.request(method, path, body, named)
        response = connection.getresponse()
        answer = response.status, dict(response.getheaders()), response.read()
        connection.close()
        return answer


@pytest.fixture(scope="session")
def server(app: Flask) -> Running:
    return start(app)


def start(app: Flask) -> Running:
    ready: list[str] = []
    answered = threading.Event()

    def told(url: str) -> None:
        ready.append(url)
        answered.set()

    threading.Thread(target=web.serve, args=(app, "127.0.0.1", 0, told), daemon=True).start()
    assert answered.wait(30), "the server did not answer"
    return Running(ready[0])
