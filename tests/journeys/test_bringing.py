"""A curator brings a file in with a browser and nothing else."""

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rembug import web
from rembug.changes import submissions
from rembug.graph import KnowledgeGraph, Role
from rembug.settings import Settings
from rembug.tokens import Tokens

from ..web.test_submissions import ACTOR
from .conftest import PATIENCE, Browser


@pytest.fixture
def service(kg: KnowledgeGraph, tmp_path: Path) -> Iterator[tuple[str, str]]:
    """The URL of a service without the last slash, and a curator's token."""
    submissions.fill(kg)
    settings = Settings(tokens=str(tmp_path / "tokens.json"))
    token = Tokens(settings.tokens_file).create("kurator", Role.CURATOR)
    ready: list[str] = []
    answered = threading.Event()

    def told(url: str) -> None:
        ready.append(url.rstrip("/"))
        answered.set()

    app = web.create_app(kg, settings)
    threading.Thread(target=web.serve, args=(app, "127.0.0.1", 0, told), daemon=True).start()
    assert answered.wait(PATIENCE)
    yield ready[0], token


def wait_for(browser: Browser, expression: str) -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        if browser.read(f"document.readyState === 'complete' && !!({expression})"):
            return
        time.sleep(0.1)
    raise AssertionError(browser.read("document.body.innerText"))


def test_sign_in_look_decide_and_store(
    chromium: Browser, service: tuple[str, str], tmp_path: Path
) -> None:
    url, token = service
    file = tmp_path / "actor.ttl"
    file.write_text(ACTOR)
    chromium.screen(1200)
    chromium.open(f"{url}/account?lang=en")
    chromium.read(f"document.querySelector('#token').value = {token!r}")
    chromium.follow("main form button")
    chromium.open(f"{url}/submissions?lang=en")
    root = chromium.call("DOM.getDocument")["root"]["nodeId"]
    found = chromium.call("DOM.querySelector", nodeId=root, selector="#file")["nodeId"]
    chromium.call("DOM.setFileInputFiles", nodeId=found, files=[str(file)])
    chromium.follow(".upload button")
    wait_for(chromium, "document.querySelector('fieldset')")
    assert "Sentra Pak Fulan" in chromium.read("document.querySelector('fieldset').innerText")
    # The browser itself asks for the decision that is missing.
    chromium.read("document.querySelector('button[name=store]').click()")
    assert not chromium.read("document.querySelector('main form').checkValidity()")
    chromium.read("document.querySelector('input[value=mask]').click()")
    chromium.follow("button[name=store]")
    wait_for(chromium, "document.body.innerText.includes('in the graph')")
    chromium.follow("main li a")
    assert "actor.ttl" in chromium.read("document.querySelector('h1').innerText")
