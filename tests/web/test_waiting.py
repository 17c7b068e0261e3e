"""Who waits, and who is kept from waiting: real connections to a running service."""

import http.client
import socket
import threading
from collections import Counter
from collections.abc import Iterator
from urllib.parse import quote, urlsplit

import pytest

from rembug.graph import Role
from rembug.tokens import Tokens

from ..service import Service, serving

SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?q ?d . ?e ?r ?f . FILTER(?a != ?f) }"
MANY = 200
PAGE = "/page?iri=http://e/1"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("waiting")
    with serving(folder, "--empty", "--query-timeout", "4") as running:
        lines = "".join(f"<http://e/{n}> <http://e/p> {n} .\n" for n in range(3000))
        assert running.ask("PUT", "/graph/s/one", lines, Content_Type="text/turtle")[0] == 201
        yield running


class Crowd:
    """Callers from one address who each send a slow query, and what they are told."""

    def __init__(self, service: Service, address: str, number: int) -> None:
        self.told: Counter[tuple[int, bool]] = Counter()
        self._threads = [
            threading.Thread(target=self._ask, args=(service, address, n)) for n in range(number)
        ]

    def __enter__(self) -> "Crowd":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        for thread in self._threads:
            thread.join(120)

    def _ask(self, service: Service, address: str, number: int) -> None:
        line = http.client.HTTPConnection(
            urlsplit(service.url).netloc, timeout=120, source_address=(address, 0)
        )
        line.request("GET", "/sparql?query=" + quote(f"{SLOW} # {number}"))
        response = line.getresponse()
        response.read()
        self.told[response.status, response.getheader("Retry-After") is not None] += 1
        line.close()


def test_two_hundred_slow_queries_of_one_caller_stop_nothing_else(service: Service) -> None:
    with Crowd(service, "127.0.0.1", MANY) as crowd:
        for number in range(3):
            # Of the same address, as from an office: probes and pages.
            stranger = Service(service.url)
            for path in ("/health/live", "/health/ready", "/", f"{PAGE}&n={number}"):
                assert stranger.ask("GET", path)[0] == 200, path
            # Somebody else's query, which nobody asked before.
            assert service.ask("GET", "/sparql?query=" + quote(f"ASK {{}} # {number}"))[0] == 200
    assert set(crowd.told) <= {(429, True), (503, True)}
    assert crowd.told[429, True] > MANY // 2  # at once, and not when their time is over
    assert crowd.told.total() == MANY


def test_callers_of_many_addresses_leave_probes_and_pages_their_places(service: Service) -> None:
    crowds = [Crowd(service, f"127.0.1.{n}", 10) for n in range(1, 11)]
    for crowd in crowds:
        crowd.__enter__()
    stranger = Service(service.url)
    for path in ("/health/live", "/health/ready", "/", PAGE, "/metrics"):
        assert stranger.ask("GET", path)[0] == 200, path
    for crowd in crowds:
        crowd.__exit__()
        assert set(crowd.told) <= {(429, True), (503, True)}


HEAD = "{method} {path} HTTP/1.1\r\nHost: x\r\n{more}\r\n"
TURTLE = "Content-Type: text/turtle\r\n"


def begun(service: Service, path: str, more: str, body: bytes = b"", method: str = "PUT") -> bytes:
    """What is answered to a request of whose body no more is sent."""
    where = urlsplit(service.url)
    with socket.create_connection((where.hostname, where.port), timeout=30) as line:
        line.sendall(HEAD.format(method=method, path=path, more=more).encode() + body)
        found = b""
        while chunk := line.recv(65536):
            found += chunk
        return found


@pytest.mark.parametrize("path", ["/graph/s/x", "/data?graph=http://e/g", "/submissions"])
def test_who_may_not_write_is_told_before_the_body_is_read(service: Service, path: str) -> None:
    reading = Tokens(service.folder / "store/tokens.json").create(
        f"reads-{abs(hash(path))}", Role.RESEARCHER
    )
    size = "Content-Length: 300000000\r\n"
    method = "POST" if path == "/submissions" else "PUT"
    for who, status in (("", 401), (f"Authorization: Bearer {reading}\r\n", 403)):
        for more in (size, size + "Expect: 100-continue\r\n"):
            answer = begun(service, path, TURTLE + who + more, method=method)
            assert answer.startswith(b"HTTP/1.1 %d " % status), answer
            assert b"application/problem+json" in answer
            assert b"Connection: close" in answer


def test_a_body_in_chunks_is_read_no_further_than_its_sender_may_bring_it(service: Service) -> None:
    chunk = b"%x\r\n%b\r\n" % (2**20, b" " * 2**20)
    more = TURTLE + "Transfer-Encoding: chunked\r\n"
    answer = begun(service, "/graph/s/x", more, chunk * 5)
    assert answer.startswith(b"HTTP/1.1 401 "), answer
    answer = begun(service, "/sparql", more, chunk * 5, "POST")
    assert answer.startswith(b"HTTP/1.1 413 "), answer


def test_what_is_refused_is_no_second_request(service: Service) -> None:
    hidden = b"GET /health/live HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = begun(service, "/graph/s/x", TURTLE + "Content-Length: 300000000\r\n", hidden * 9)
    assert answer.count(b"HTTP/1.1") == 1


def test_who_may_write_sends_as_much_as_uploads_may_have(service: Service) -> None:
    lines = b"".join(b"<http://e/%d> <http://e/p> <http://e/o> .\n" % n for n in range(200))
    body = lines + b"#" + b" " * 5 * 2**20 + b"\n"
    headers = {"Content_Type": "application/n-triples", "Expect": "100-continue"}
    status = service.ask("PUT", "/graph/s/allowed?", body, **headers)[0]
    assert status in (201, 422)  # read, and judged
