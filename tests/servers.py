"""SPARQL servers of others, started for a test on this machine."""

import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

from rembug.settings import Endpoint, Location

VIRTUOSO = """
[Database]
DatabaseFile = virtuoso.db
ErrorLogFile = virtuoso.log
LockFile = virtuoso.lck
TransactionFile = virtuoso.trx
xa_persistent_file = virtuoso.pxa
[TempDatabase]
DatabaseFile = temp.db
TransactionFile = temp.trx
[Parameters]
ServerPort = 127.0.0.1:{sql}
NumberOfBuffers = 4000
MaxDirtyBuffers = 2000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 8
[SPARQL]
ResultSetMaxRows = 10000
"""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as found:
        return int(found.getsockname()[1])


def program(name: str) -> str | None:
    """Where a server's program is, if it is installed."""
    beside = Path(sys.executable).with_name(name)
    return str(beside) if beside.exists() else shutil.which(name)


@contextmanager
def oxigraph(folder: Path) -> Iterator[Endpoint]:
    folder.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{(port := free_port())}"
    command = [str(program("oxigraph")), "serve", "--location", str(folder)]
    with _running([*command, "--bind", f"127.0.0.1:{port}"], folder, f"{url}/query"):
        yield Endpoint(f"{url}/query", f"{url}/update")


@contextmanager
def virtuoso(folder: Path) -> Iterator[Endpoint]:
    folder.mkdir(parents=True, exist_ok=True)
    port = free_port()
    settings = VIRTUOSO.format(sql=free_port(), http=port)
    (folder / "virtuoso.ini").write_text(settings, encoding="ascii")
    url = f"http://127.0.0.1:{port}"
    command = [str(program("virtuoso-t")), "-f", "-c", "virtuoso.ini"]
    with _running(command, folder, f"{url}/sparql"):
        yield Endpoint(f"{url}/sparql", f"{url}/sparql-auth", "dba", "dba", "digest")


@contextmanager
def _running(command: list[str], folder: Path, url: str) -> Iterator[None]:
    with subprocess.Popen(
        command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        try:
            for _ in range(300):
                try:
                    urllib.request.urlopen(f"{url}?query=ASK%7B%7D", timeout=10).close()
                    break
                except (URLError, OSError):
                    time.sleep(0.1)
            yield
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()


def beside(endpoint: Endpoint, folder: Path) -> Location:
    """A store on a server, with its replica in a folder."""
    return Location(folder, endpoint)
