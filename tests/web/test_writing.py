"""What is told to who writes over HTTP: why nothing changed, where it went, that a disk is full."""

import errno
import resource
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from rembug import terms, web
from rembug.errors import store
from rembug.graph import KnowledgeGraph, Limits, Role
from rembug.settings import Settings
from rembug.tokens import Tokens

PLAIN = {"Content-Type": "application/sparql-update"}
ACTOR = f"<{terms.ID}magetan/actor/tourism-office>"
INSERT = "INSERT DATA { <http://e/a> <http://e/p> 1 }"


@pytest.fixture
def client(magetan_copy: Path, tmp_path: Path) -> Iterator[FlaskClient]:
    with KnowledgeGraph.own(str(magetan_copy), limits=Limits(workers=1)) as graph:
        chosen = Settings(tokens=str(tmp_path / "tokens.json"))
        token = Tokens(chosen.tokens_file).create("pengelola", Role.ADMIN)
        asking = web.create_app(graph, chosen).test_client()
        asking.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        yield asking


def test_an_update_says_why_nothing_changed_and_where_the_rest_went(client: FlaskClient) -> None:
    kept = f"DELETE WHERE {{ {ACTOR} a <{terms.CG}FormalActor> }}"
    named = f"INSERT DATA {{ GRAPH <{terms.GRAPH}any/x> {{ <http://e/a> <http://e/p> 2 }} }}"
    for update, language, told in (
        (INSERT, "en", "GET /data?default"),
        (INSERT, "id", "Tidak ada yang berubah. Yang dimasukkan memang sudah ada."),
        (kept, "en", "Nothing changed. What it asks to change stands only in graphs that Rembug"),
        (named, "en", ""),
    ):
        answer = client.post("/update", data=update, headers={**PLAIN, "Accept-Language": language})
        assert answer.status_code == 204, answer.text
        assert told in answer.headers.get("Rembug-Note", "")
        assert ("Rembug-Note" in answer.headers) == bool(told)


def test_a_full_disk_is_507_and_reads_go_on(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    # A limit on the size of files stands for a full disk: the engine meets the same failed write.
    monkeypatch.setattr(store, "_FULL", (*store._FULL, errno.EFBIG))
    read = "/sparql?query=ASK{?s+?p+?o}"
    assert client.get(read).status_code == 200
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most[1]))
    try:
        turtle = {"Content-Type": "text/turtle"}
        answers = [
            client.post("/update", data=INSERT, headers=PLAIN),
            client.put("/graph/any/x", data="<http://e/a> <http://e/p> 1 .", headers=turtle),
        ]
        reading = client.get(read)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
        signal.signal(signal.SIGXFSZ, ignored)
    for answer in answers:
        assert answer.status_code == 507, answer.text
        assert answer.json is not None
        assert "make room" in answer.json["detail"]
    assert reading.status_code == 200, reading.text
    done = client.post("/update", data=INSERT, headers=PLAIN)
    assert done.status_code == 204, done.text
