"""Rembug as its command serves it, and a client that knows nothing of it."""

import http.client
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote, urlsplit

from rembug.graph import Role
from rembug.tokens import Tokens

_SERVE = "import sys; from rembug.cli import main; sys.argv[0] = 'rembug'; main()"


@dataclass
class Service:
    """A SPARQL service: where it takes queries, updates and graphs."""

    url: str
    query: str = "/sparql"
    update: str = "/update"
    store: str = "/data"
    token: str = ""
    loaded: object = None
    held: frozenset[object] | None = frozenset()  # graphs; None where that is not known
    documents: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    folder: Path = Path()
    _line: http.client.HTTPConnection | None = field(default=None, repr=False)

    def ask(
        self, method: str, path: str, body: bytes | str | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Send a request over one connection that is kept, as long as the other end keeps it."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.token:
            named.setdefault("Authorization", f"Bearer {self.token}")
        content = body.encode() if isinstance(body, str) else body
        kept = self._line is not None
        try:
            return self._send(method, path, content, named)
        except (BrokenPipeError, ConnectionResetError, http.client.RemoteDisconnected):
            if not kept:
                raise
            return self._send(method, path, content, named)

    def _send(
        self, method: str, path: str, body: bytes | None, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        if self._line is None:
            self._line = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        try:
            self._line.request(method, path, body, headers)
            response = self._line.getresponse()
            return (
                response.status,
                {name.title(): value for name, value in response.getheaders()},
                response.read(),
            )
        except (OSError, http.client.HTTPException):
            self._line.close()
            self._line = None
            raise

    def select(self, text: str | bytes, accept: str) -> tuple[int, dict[str, str], bytes]:
        """POST a query directly."""
        body = text.encode() if isinstance(text, str) else text
        media = "application/sparql-query"
        return self.ask("POST", self.query, body, Content_Type=media, Accept=accept)

    def change(self, text: str | bytes) -> tuple[int, dict[str, str], bytes]:
        """POST an update directly."""
        body = text.encode() if isinstance(text, str) else text
        self.loaded = self.held = None
        return self.ask("POST", self.update, body, Content_Type="application/sparql-update")

    def graph(self, iri: str) -> str:
        """Where a graph is read and written."""
        return f"{self.store}?graph={quote(iri, safe='')}"


@contextmanager
def serving(folder: Path, *options: str) -> Iterator[Service]:
    """`rembug serve` on a store in a folder, with an administrator's token."""
    store, token = folder / "store", folder / "token"
    store.mkdir(parents=True, exist_ok=True)
    if not token.exists():
        token.write_text(Tokens(store / "tokens.json").create("tests", Role.ADMIN))
    command = [sys.executable, "-c", _SERVE, "serve", "--store", str(store), "--port", "0"]
    with (
        (folder / "log").open("ab") as log,
        subprocess.Popen(
            [*command, *options], stdout=subprocess.PIPE, stderr=log, text=True, cwd=folder
        ) as process,
    ):
        assert process.stdout
        try:
            line = process.stdout.readline()
            assert line.startswith("Rembug: "), (folder / "log").read_text()
            url = line.removeprefix("Rembug: ").strip()
            yield Service(url, token=token.read_text(), process=process, folder=folder)
        finally:
            process.terminate()
            process.wait(70)
