"""The server itself: it says when it answers, and ends when it is told."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPConnection
from pathlib import Path

import pytest

from rembug import web
from rembug.errors import BadParameter

SERVE = """
import sys
import time
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
    paths = ["/", "/findings", "/sparql?query=ASK%7B%7D", "/queries/indicators.csv"] * 6
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda path: server.ask("GET", path)[0], paths))
    assert found == [200] * len(paths)


def test_the_answer_does_not_name_the_server_software(server) -> None:  # type: ignore[no-untyped-def]
    assert "waitress" not in server.ask("GET", "/health/live")[1].get("Server", "")


def test_requests_on_one_connection_are_answered_in_order_however_they_come(server) -> None:  # type: ignore[no-untyped-def]
    def request(number: int) -> bytes:
        body = f"SELECT ({number} AS ?n) {{}}".encode()
        head = (
            "POST /sparql HTTP/1.1\r\nHost: x\r\nAccept: text/csv\r\nContent-Length: {}\r\n{}\r\n"
        )
        more = "Content-Type: application/sparql-query\r\n"
        return head.format(len(body), more).encode() + body

    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        answers = line.makefile("rb")

        def number() -> int:
            size = 0
            while (head := answers.readline()) != b"\r\n":
                name, _, value = head.partition(b":")
                size = int(value) if name.lower() == b"content-length" else size
            return int(answers.read(size).split()[1])

        line.sendall(b"".join(map(request, range(5))))  # all at once
        assert [number() for _ in range(5)] == list(range(5))
        for part in (request(5)[:9], request(5)[9:150], request(5)[150:] + request(6)[:20]):
            time.sleep(0.03)  # longer than a thread waits for the rest
            line.sendall(part)
        assert number() == 5
        line.sendall(request(6)[20:])
        assert number() == 6
        for known in range(3):  # the same bytes, which are known in the end
            line.sendall(request(7) * 2)
            assert [number(), number()] == [7, 7], known
        line.sendall(request(8)[:-3])
        line.shutdown(socket.SHUT_WR)
        assert answers.read() == b""


def test_each_answer_is_that_of_its_question_on_many_connections(server) -> None:  # type: ignore[no-untyped-def]
    """Known questions, asked again so soon that the reading thread looks at the connection, too."""
    paths = [f"/sparql?query=SELECT+({number}+AS+%3Fn)+%7B%7D" for number in range(20)]
    for path in paths:
        assert server.ask("GET", path, Accept="text/csv")[0] == 200
    wrong: list[object] = []

    def ask_all(first: int) -> None:
        line = HTTPConnection("127.0.0.1", server.port, timeout=30)
        for turn in range(first, first + 150):
            line.request("GET", paths[turn % 20], headers={"Accept": "text/csv"})
            answer = line.getresponse()
            if answer.read().split() != [b"n", b"%d" % (turn % 20)] or answer.status != 200:
                wrong.append((turn, answer.status))
            time.sleep(0.009 if turn % 3 else 0)
        line.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask_all, range(8)))
    assert not wrong


@pytest.mark.parametrize(
    "head",
    [
        "GET / HTTP/1.1\r\n",
        "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n",
        "GET / HTTP/1.1\r\nHost: a b\r\n",
        "POST /sparql HTTP/1.1\r\nHost: a\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n",
    ],
)
def test_a_request_that_proxies_may_read_in_two_ways_is_refused(server, head: str) -> None:  # type: ignore[no-untyped-def]
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as line:
        line.sendall(f"{head}\r\n0\r\n\r\nGET /health/live HTTP/1.1\r\nHost: a\r\n\r\n".encode())
        said = line.makefile("rb").read()
    assert said.startswith(b"HTTP/1.1 400 ") and said.count(b"HTTP/1.1") == 1


def test_a_thread_that_waits_keeps_nobody_else_waiting(server) -> None:  # type: ignore[no-untyped-def]
    lines = [socket.create_connection(("127.0.0.1", server.port), timeout=30) for _ in range(300)]
    try:
        for line in lines:
            line.sendall(b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n")
            line.sendall(b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nAcc")  # and no more
        assert server.ask("GET", "/sparql?query=ASK%7B%7D")[0] == 200
    finally:
        for line in lines:
            line.close()
