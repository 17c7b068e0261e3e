"""A service that has just started: what it loads, and its gate tried before anybody writes."""

import http.client
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from rembug import gate, terms, web
from rembug.cli import serving as serving_command
from rembug.gate import Report
from rembug.graph import KnowledgeGraph, Role
from rembug.settings import Settings
from rembug.tokens import Tokens
from rembug.web import callers

from ..service import serving

ID, CG = "https://w3id.org/rembug/id/magetan", terms.CG
ACTOR = f"""
<{ID}/actor/new-{{0}}> a <{CG.CraftCentre}> ; <{CG.inStudy}> <{ID}/study/magetan> ;
    <http://www.w3.org/2000/01/rdf-schema#label> "Sentra Baru {{0}}"@id, "New Centre {{0}}"@en .
"""
WITHOUT_A_NAME = f"<{ID}/actor/x> a <{CG.CraftCentre}> ."


def test_the_first_requests_may_all_write_at_once(magetan_copy: Path) -> None:
    with serving(magetan_copy.parent) as service:
        answers: list[int] = []

        def send(method: str, path: str, body: str, media_type: str) -> None:
            line = http.client.HTTPConnection(urlsplit(service.url).netloc, timeout=60)
            headers = {"Authorization": f"Bearer {service.token}", "Content-Type": media_type}
            line.request(method, path, body.encode(), headers)
            answers.append(line.getresponse().status)

        requests = []
        for number in range(4):
            good, bad = ACTOR.format(number), WITHOUT_A_NAME
            update = f"INSERT DATA {{ GRAPH <{terms.GRAPH}magetan/u{number}> {{ {bad} }} }}"
            requests += [
                ("PUT", f"/graph/magetan/g{number}", good, "text/turtle"),
                ("PUT", f"/graph/magetan/b{number}", bad, "text/turtle"),
                ("POST", "/update", update, "application/sparql-update"),
            ]
        threads = [threading.Thread(target=send, args=request) for request in requests]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sorted(answers) == [201] * 4 + [422] * 8
        assert service.ask("GET", "/health/ready")[0] == 200


def test_what_is_slow_to_load_and_rarely_needed_is_loaded_when_it_is_needed() -> None:
    told = "import sys, rembug.cli, rembug.web; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", told], check=True, capture_output=True, text=True
    ).stdout.split()
    assert "rdflib" in loaded
    assert not {"nltk", "networkx", "numpy", "openpyxl", "owlready2", "mcp"}.intersection(loaded)


def test_nothing_is_written_by_a_gate_that_lets_in_what_it_must_refuse(
    magetan_copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gate, "check", lambda *_: Report.of([]))
    callers._try_the_gate.cache_clear()  # as in a process that has not written yet
    with KnowledgeGraph.own(str(magetan_copy)) as graph:
        settings = Settings(tokens=str(tmp_path / "tokens.json"))
        client = web.create_app(graph, settings).test_client()
        token = Tokens(settings.tokens_file).create("kurator", Role.CURATOR)
        before = graph.version
        answer = client.put(
            "/graph/magetan/any",
            data=ACTOR.format(1),
            content_type="text/turtle",
            headers={"Authorization": f"Bearer {token}"},
        )
        assert answer.status_code >= 400
        assert "must refuse" in answer.text
        assert graph.version == before
        assert client.get("/findings").status_code == 200


@pytest.mark.parametrize("ended", [False, True])
def test_a_store_that_is_closed_while_lists_are_prepared_is_no_fault(
    caplog: pytest.LogCaptureFixture, ended: bool
) -> None:
    stopped = threading.Event()

    def prepare() -> None:
        if ended:
            stopped.set()
        raise AttributeError("the store is closed")

    serving_command._prepare(prepare, stopped)
    assert ("not prepared" in caplog.text) is not ended
