"""A study's website in a real browser: from a folder, and from a plain web server."""

import threading
from collections.abc import Callable, Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from rembug import web
from rembug.graph import KnowledgeGraph
from rembug.settings import Settings
from rembug.web import assets
from rembug.web.publishing import publish

TOLD = "document.querySelector('output').innerText"
ROWS = "document.querySelectorAll('#answer tbody tr').length"


class Quiet(SimpleHTTPRequestHandler):
    """A plain web server of files, such as `python3 -m http.server`."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def folder(
    contoh: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], None]
) -> Path:
    if not assets.asset("built/oxigraph.wasm"):
        missing("Oxigraph for browsers, which the build takes from npm (make setup)")
    folder = tmp_path_factory.mktemp("published") / "site"
    publish(web.create_app(contoh, Settings()), contoh, "pembanding", folder, lambda _: None)
    return folder


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_the_data_is_asked_in_the_browser(chromium, served: str) -> None:  # type: ignore[no-untyped-def]
    chromium.open(f"{served}/en/sparql.html")
    chromium.wait_for(f"{TOLD}.includes('ready to be asked')")
    assert chromium.read("document.querySelector('[data-stop]').offsetParent === null")
    chromium.read("document.querySelector('form').requestSubmit()")
    chromium.wait_for(f"{ROWS} == 3")
    assert "The actors often meet." in chromium.read("document.querySelector('#answer').innerText")
    chromium.read("document.querySelector('textarea').value = 'SELECT nothing'")
    chromium.read("document.querySelector('form').requestSubmit()")
    chromium.wait_for(f"{TOLD}.includes('could not be answered')")


def test_a_ready_question_is_answered_as_by_the_service(  # type: ignore[no-untyped-def]
    chromium, served: str, contoh: KnowledgeGraph
) -> None:
    question = "element-ratings"
    asked = web.create_app(contoh, Settings()).test_client()
    answer = asked.get(f"/queries/{question}.csv?study=pembanding&lang=en").text
    chromium.open(f"{served}/en/sparql.html")
    chromium.wait_for(f"{TOLD}.includes('ready to be asked')")
    title = "How each element of a framework is rated"
    chromium.read(f"""(s => {{
        s.value = [...s.options].find(o => o.text.startsWith({title!r})).value;
        s.dispatchEvent(new Event('change'));
        s.form.requestSubmit();
    }})(document.querySelector('select'))""")
    rows = len(answer.splitlines()) - 1
    assert rows
    chromium.wait_for(f"{ROWS} == {rows}")


def test_opened_from_a_folder_it_says_that_it_needs_a_server(chromium, folder: Path) -> None:  # type: ignore[no-untyped-def]
    chromium.open(f"{(folder / 'id' / 'sparql.html').as_uri()}")
    assert chromium.read("document.querySelector('form').hidden")
    assert "memerlukan server web" in chromium.read("document.querySelector('#unserved').innerText")
