"""The server itself: it says when it answers, and ends when it is told."""

import os
import signal
import socket
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest

from rembug import web
from rembug.errors import BadParameter

SERVE = """
import sys
from rembug import web
from rembug.graph import KnowledgeGraph
from rembug.settings import Settings
with KnowledgeGraph.own(sys.argv[1]) as graph:
    web.serve(web.create_app(graph, Settings()), "127.0.0.1", 0, lambda url: print(url, flush=True))
print("ended", flush=True)
"""


def test_it_answers_once_it_says_so_and_ends_at_sigterm(magetan_copy: Path) -> None:
    command = [sys.executable, "-c", SERVE, str(magetan_copy)]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, text=True, env={**os.environ}
    ) as process:
        assert process.stdout
        url = process.stdout.readline().strip()
        with urllib.request.urlopen(url + "queries") as response:
            assert response.status == 200
        process.send_signal(signal.SIGTERM)
        assert process.stdout.read() == "ended\n"
        assert process.wait(20) == 0


def test_a_taken_port_is_named(app) -> None:  # type: ignore[no-untyped-def]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(BadParameter, match=f"port {port}.*--port"):
            web.serve(app, "127.0.0.1", port, print)


def test_many_callers_are_answered_at_once(server) -> None:  # type: ignore[no-untyped-def]
    from concurrent.futures import ThreadPoolExecutor

    paths = ["/", "/findings", "/sparql?query=ASK%7B%7D", "/queries/indicators.csv"] * 6
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda path: server.ask("GET", path)[0], paths))
    assert found == [200] * len(paths)


def test_the_answer_does_not_name_the_server_software(server) -> None:  # type: ignore[no-untyped-def]
    assert "waitress" not in server.ask("GET", "/health/live")[1].get("Server", "")
