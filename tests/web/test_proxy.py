"""The configuration of nginx that ships, before a service: who is believed, who is held off."""

import http.client
import json
import resource
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ..service import Service, serving

CONFIGURATION = Path(__file__).parents[2] / "deploy/nginx.conf"
MAIN = """
daemon off;
user {user};
worker_processes 1;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
worker_rlimit_nofile 8192;
events {{ worker_connections 4096; }}
http {{
    access_log off;
    client_body_temp_path {folder}/bodies;
    proxy_temp_path {folder}/answers;
    fastcgi_temp_path {folder}/f;
    uwsgi_temp_path {folder}/u;
    scgi_temp_path {folder}/s;
    include {folder}/rembug.conf;
}}
"""


@dataclass
class Front:
    """A proxy that runs, and the service behind it."""

    port: int
    service: Service

    def connect(self, address: str = "127.0.0.1") -> http.client.HTTPSConnection:
        context = ssl.create_default_context()
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        return http.client.HTTPSConnection(
            "127.0.0.1", self.port, timeout=60, context=context, source_address=(address, 0)
        )

    def ask(
        self, method: str, path: str, address: str = "127.0.0.1", **headers: str
    ) -> tuple[int, http.client.HTTPMessage, bytes]:
        line = self.connect(address)
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        line.request(method, path, headers=named)
        response = line.getresponse()
        answer = response.status, response.headers, response.read()
        line.close()
        return answer


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    if not (nginx := shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")):
        pytest.skip("nginx is not installed (apt-get install nginx-light)")
    folder, port = tmp_path_factory.mktemp("proxy"), free_port()
    key, certificate = folder / "key.pem", folder / "certificate.pem"
    made = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"]
    subprocess.run(
        [*made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True
    )
    (folder / "rembug.toml").write_text('proxy = "127.0.0.1"\n')
    with serving(folder, "--empty") as service:
        ours = service.url.rstrip("/").rpartition("//")[2]
        text = CONFIGURATION.read_text()
        for shipped, here in {
            "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
            "server 127.0.0.1:8000": f"server {ours}",
            "/etc/ssl/rembug.pem": str(certificate),
            "/etc/ssl/private/rembug.key": str(key),
        }.items():
            assert text.count(shipped) == 1
            text = text.replace(shipped, here)
        (folder / "rembug.conf").write_text(text)
        user = Path(folder).owner()
        (folder / "nginx.conf").write_text(MAIN.format(folder=folder, user=user))
        command = [nginx, "-c", str(folder / "nginx.conf"), "-e", str(folder / "error.log")]
        with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as proxy:
            try:
                for _ in range(600):
                    assert proxy.poll() is None, proxy.stderr and proxy.stderr.read()
                    try:
                        socket.create_connection(("127.0.0.1", port)).close()
                        break
                    except OSError:
                        time.sleep(0.05)
                yield Front(port, service)
            finally:
                proxy.terminate()
                proxy.wait(20)


def addresses(front: Front) -> list[str]:
    """Who was refused, as the audit log has it."""
    lines = (front.service.folder / "store/audit.jsonl").read_text().splitlines()
    found = map(json.loads, lines)
    return [line["address"] for line in found if line["action"] == "refused"]


def test_callers_have_their_own_addresses_and_not_those_that_they_write(front: Front) -> None:
    wrong = {"Authorization": "Bearer nobody"}
    assert front.ask("GET", "/findings", "127.0.0.7", **wrong)[0] == 401
    assert addresses(front)[-1] == "127.0.0.7"
    assert front.ask("GET", "/findings", "127.0.0.8", X_Forwarded_For="10.1.2.3", **wrong)[0] == 401
    assert addresses(front)[-1] == "127.0.0.8"
    # Straight to the service, from an address that is not the proxy's.
    line = http.client.HTTPConnection(
        front.service.url.rstrip("/").rpartition("//")[2], source_address=("127.0.0.9", 0)
    )
    line.request("GET", "/findings", headers={"X-Forwarded-For": "10.1.2.3", **wrong})
    assert line.getresponse().status == 401
    line.close()
    assert addresses(front)[-1] == "127.0.0.9"


def test_probes_are_for_this_machine_alone(front: Front) -> None:
    for path in ("/health/live", "/health/ready", "/metrics"):
        assert front.ask("GET", path)[0] == 200
        assert front.ask("GET", path, "127.0.0.7")[0] == 403


def test_pages_and_answers_come_through(front: Front) -> None:
    status, headers, body = front.ask("GET", "/?lang=en", Accept="text/html")
    assert (status, b"Rembug" in body) == (200, True)
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert front.ask("GET", "/sparql?query=ASK%7B%7D")[0] == 200
    assert "__Host-rembug" in front.ask("GET", "/account", Accept="text/html")[1]["Set-Cookie"]


def test_a_body_that_may_not_be_brought_is_refused_before_it_is_sent(front: Front) -> None:
    line = front.connect()
    line.putrequest("PUT", "/graph/s/x")
    line.putheader("Content-Type", "text/turtle")
    line.putheader("Content-Length", "200000000")
    line.endheaders(b"<a:a> ")
    assert line.getresponse().status == 401
    line.close()


def test_idle_and_slow_connections_of_one_address_are_bounded(front: Front) -> None:
    lines = [front.connect("127.0.0.5") for _ in range(70)]
    for line in lines:  # each has begun a body, and sends no more of it
        line.putrequest("POST", "/sparql")
        line.putheader("Content-Type", "application/sparql-query")
        line.putheader("Content-Length", "1000")
        line.endheaders(b"ASK ")
    assert front.ask("GET", "/sparql?query=ASK%7B%7D", "127.0.0.5")[0] == 429
    assert front.ask("GET", "/", "127.0.0.6")[0] == 200  # somebody else is answered
    for line in lines:
        line.close()


def test_a_thousand_idle_connections_shut_nobody_out(front: Front) -> None:
    """They stay with the proxy: some say nothing at all, some began a request."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    idle: list[socket.socket | http.client.HTTPSConnection] = []
    try:
        for number in range(1020):
            address = f"127.0.1.{number // 60 + 1}"
            if number % 20:
                idle.append(
                    socket.create_connection(("127.0.0.1", front.port), source_address=(address, 0))
                )
            else:
                line = front.connect(address)
                line.connect()
                line.sock.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n")  # and no end of it
                idle.append(line)
        assert held(front) < 50
        assert front.ask("GET", "/sparql?query=ASK%7B%7D", "127.0.0.6")[0] == 200
        assert front.ask("GET", "/?lang=en", "127.0.0.6", Accept="text/html")[0] == 200
    finally:
        for line in idle:
            line.close()


def held(front: Front) -> int:
    """How many connections the service holds."""
    assert front.service.process
    files = Path(f"/proc/{front.service.process.pid}/fd")
    links = [str(file.readlink()) for file in files.iterdir() if file.is_symlink()]
    return sum(link.startswith("socket:") for link in links)
