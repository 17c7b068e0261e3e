"""What runaway queries do to everybody else's: latency with them and without, in the same run.

The same data, the same normal query and the same runaways against Rembug and against the engine's
own server. Prints the median and the 95th percentile in milliseconds and the ratio; a figure says
something only beside the others of its run.
"""

import contextlib
import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

THINGS, QUERIES, RUNAWAYS = 20_000, 60, 4
FIND = 'SELECT ?s {{ ?s <http://e/p> ?n . ?s <http://e/q> "value {}" }}'
RUNAWAY = "SELECT (COUNT(*) AS ?n) {{ ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . FILTER(?c != {}) }}"
DATA = "".join(
    f'<http://e/{n}> <http://e/p> {n} ; <http://e/q> "value {n}" .\n' for n in range(THINGS)
).encode()


class Client:
    """Asks one service over connections of its own."""

    def __init__(self, port: int, query: str, token: str = "") -> None:
        self.port, self.path, self.token = port, query, token

    def send(self, method: str, path: str, body: bytes, media_type: str) -> int:
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = {"Content-Type": media_type, "Accept": "*/*"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        line.request(method, path, body, headers)
        response = line.getresponse()
        response.read()
        line.close()
        return response.status

    def ask(self, query: str) -> int:
        return self.send("POST", self.path, query.encode(), "application/sparql-query")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


@contextmanager
def rembug(folder: Path) -> Iterator[Client]:
    command = Path(sys.executable).with_name("rembug")
    store, port = str(folder / "store"), free_port()
    environment = {**os.environ, "REMBUG_STORE": store}
    (folder / "store").mkdir(parents=True)
    token = subprocess.run(
        [command, "token", "create", "--role", "admin", "--name", "benchmark"],
        env=environment, capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip
    arguments = ["serve", "--empty", "--quiet", "--port", str(port), "--query-timeout", "10"]
    with running([command, *arguments], port, environment):
        client = Client(port, "/sparql", token)
        assert client.send("PUT", "/graph/b/one", DATA, "text/turtle") == 201
        yield Client(port, "/sparql")


@contextmanager
def oxigraph(folder: Path) -> Iterator[Client]:
    command, port = Path(sys.executable).with_name("oxigraph"), free_port()
    arguments = ["serve", "--location", str(folder / "store"), "--bind", f"127.0.0.1:{port}"]
    with running([command, *arguments], port, {**os.environ}):
        client = Client(port, "/query")
        assert client.send("PUT", "/store?default", DATA, "text/turtle") in (201, 204)
        yield client


@contextmanager
def running(command: list[str | Path], port: int, environment: dict[str, str]) -> Iterator[None]:
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            for _ in range(200):
                try:
                    socket.create_connection(("127.0.0.1", port)).close()
                    break
                except OSError:
                    time.sleep(0.1)
            yield
        finally:
            process.kill()


def latencies(client: Client, first: int) -> list[float]:
    """Milliseconds of normal queries, each with a text of its own."""
    found = []
    for number in range(first, first + QUERIES):
        begun = time.perf_counter()
        assert client.ask(FIND.format(number)) == 200
        found.append((time.perf_counter() - begun) * 1000)
    return sorted(found)


def measure(client: Client) -> tuple[list[float], list[float]]:
    """Without runaways, and with."""
    latencies(client, 0)
    alone = latencies(client, 1000)
    stop = threading.Event()

    def run_away(number: int) -> None:
        # Those that still run when the service is ended lose their connection.
        with contextlib.suppress(OSError, http.client.HTTPException):
            while not stop.is_set():
                client.ask(RUNAWAY.format(number))

    threads = [threading.Thread(target=run_away, args=(n,), daemon=True) for n in range(RUNAWAYS)]
    for thread in threads:
        thread.start()
    time.sleep(3)
    beside = latencies(client, 2000)
    stop.set()
    return alone, beside


def main() -> None:
    print(f"{os.cpu_count()} processors, {2 * THINGS} triples, {RUNAWAYS} runaways at a time")
    for service in (rembug, oxigraph):
        with tempfile.TemporaryDirectory() as folder, service(Path(folder)) as client:
            alone, beside = measure(client)
        line = f"{service.__name__:9}"
        for name, find in (
            ("median", statistics.median),
            ("95 %", lambda x: x[int(0.95 * len(x))]),
        ):
            without, with_ = find(alone), find(beside)
            line += (
                f"  {name} {without:.1f} ms alone, {with_:.1f} ms beside: {with_ / without:.1f}x"
            )
        print(line)


if __name__ == "__main__":
    main()
