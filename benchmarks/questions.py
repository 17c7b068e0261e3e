"""Ready questions: Rembug beside others, on the same data and machine.

    python benchmarks/questions.py [--studies N] [--interviews N] [--runs N] [--store FOLDER]
        [--without virtuoso,rdflib]

Made-up studies go through the gate, or a store is taken that was filled before. Then, in turns:

- every ready question about one study and over everything, as text that no cache knows, from Rembug
  and from the Oxigraph server over the same quads; about one study also from Debian's Virtuoso and
  from rdflib, where they are installed, answer in time, and answer the same;
- the same over everything, asked of Rembug once it had time after a commit to work them out ahead.

Prints ratios of medians (below 1 Rembug takes less), and the most memory of every process.
"""

import argparse
import http.client
import json
import multiprocessing
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path
from urllib.parse import urlencode

import pyoxigraph as ox
import rdflib
from load import REMBUG, family, peak
from rdflib import XSD
from runaways import free_port

from rembug import settings, simulate
from rembug.catalogue import Catalogue, Query
from rembug.graph import KnowledgeGraph, Role

STUDY = "simulasi-0001"
JSON = "application/sparql-results+json"
NUMBERS = {"integer", "decimal", "float", "double", "int", "long", "nonNegativeInteger"}
LATE, WAIT = 10.0, 300.0  # seconds that rdflib has, and servers
CATALOGUE = Catalogue.load(settings.queries_dir())
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
DirsAllowed = .
NumberOfBuffers = 85000
MaxDirtyBuffers = 65000
[HTTPServer]
ServerPort = 127.0.0.1:{http}
ServerThreads = 8
[SPARQL]
ResultSetMaxRows = 1000000
"""

Ask = Callable[[str], bytes]
"""Sends a SPARQL text, which is made another one each time; returns the answer in JSON."""


class Server:
    """A service that answers over HTTP, on one connection a thread."""

    def __init__(self, name: str, port: int, path: str, pid: int, token: str = "") -> None:
        self.name, self.port, self.path, self.pid, self.token = name, port, path, pid, token
        self._mine, self._asked = threading.local(), 0

    def ask(self, query: str) -> bytes:
        """Have a text answered that nobody sent before."""
        self._asked += 1
        body = urlencode({"query": f"{query}\n# {threading.get_ident()} {self._asked}"})
        form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": JSON}
        return self.send("POST", self.path, body.encode(), form)

    def again(self, query: str) -> bytes:
        """Have a text answered as it stands, sent by POST."""
        form = {"Content-Type": "application/x-www-form-urlencoded", "Accept": JSON}
        return self.send("POST", self.path, urlencode({"query": query}).encode(), form)

    def got(self, query: str) -> bytes:
        """The same by GET."""
        path = f"{self.path}?{urlencode({'query': query})}"
        return self.send("GET", path, None, {"Accept": JSON})

    def page(self, path: str) -> bytes:
        """A page as a browser gets it."""
        return self.send("GET", path, None, {"Accept": "text/html"})

    def commit(self) -> None:
        """Make a version more."""
        self._asked += 1
        line = f'<http://e/{self._asked}> <http://e/p> "{self._asked}" .\n'.encode()
        token = {"Authorization": f"Bearer {self.token}", "Content-Type": "text/turtle"}
        self.send("PUT", "/graph/b/one", line, token)

    def send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> bytes:
        if not hasattr(self._mine, "line"):
            self._mine.line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=WAIT)
        for again in (True, False):
            try:
                self._mine.line.request(method, path, body, headers)
                response = self._mine.line.getresponse()
                content: bytes = response.read()
                break
            except (http.client.HTTPException, OSError) as error:
                self._mine.line.close()  # the next request opens it again
                if not again or isinstance(error, TimeoutError):
                    raise
        if response.status >= 300:
            raise OSError(f"{self.name}, {path}: {response.status} {content[:300]!r}")
        return content

    def spent(self) -> float:
        """Seconds of processor time that its processes have taken."""
        told = (file for pid in family(self.pid) for file in Path(f"/proc/{pid}/task").glob("*"))
        return sum(int((task / "schedstat").read_text().split()[0]) for task in told) / 1e9

    def memory(self) -> str:
        """The most memory of each of its processes, in MB."""
        return f"{self.name} " + " + ".join(str(peak(pid)) for pid in family(self.pid))


@contextmanager
def started(
    name: str, command: Sequence[str | Path], where: Path, port: int, path: str
) -> Iterator[Server]:
    """A server, once it answers."""
    with subprocess.Popen(
        list(map(str, command)), cwd=where, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as process:
        server = Server(name, port, path, process.pid)
        try:
            for _ in range(1200):
                try:
                    server.ask("ASK {}")
                    break
                except (OSError, http.client.HTTPException):
                    time.sleep(0.1)
            else:
                sys.exit(f"{name} did not start")
            yield server
        finally:
            process.terminate()
            process.wait(60)


@contextmanager
def rembug(name: str, store: Path) -> Iterator[Server]:
    """Rembug over a store, with a token to commit."""
    token = ["token", "create", "--role", "admin", "--name", f"benchmark-{time.time_ns()}"]
    command = [*REMBUG, *token, "--store", str(store)]
    told = subprocess.run(command, capture_output=True, text=True, check=True)
    with served(store, name) as server:
        server.token = told.stdout.strip()
        yield server


@contextmanager
def served(store: Path, name: str = "Rembug") -> Iterator[Server]:
    """Rembug over a store."""
    port = free_port()
    at = ("--port", str(port), "--store", str(store))
    serve = [*REMBUG, "serve", "--empty", "--quiet", *at]
    with started(name, serve, store.parent, port, "/sparql") as server:
        yield server


@contextmanager
def oxigraph(folder: Path) -> Iterator[Server]:
    """The engine's own server over the public's quads."""
    port = free_port()
    program = str(Path(sys.executable).with_name("oxigraph"))
    at = ("--location", str(folder), "--bind", f"127.0.0.1:{port}")
    serve = [program, "serve-read-only", *at]
    with started("Oxigraph", serve, folder.parent, port, "/query") as server:
        yield server


@contextmanager
def virtuoso(merged: Path, folder: Path) -> Iterator[Server]:
    """Debian's Virtuoso over the merge of what the public may read."""
    folder.mkdir()
    port, sql = free_port(), free_port()
    (folder / "virtuoso.ini").write_text(VIRTUOSO.format(sql=sql, http=port), encoding="ascii")
    shutil.copy(merged, folder / "merged.nt")
    serve = ["virtuoso-t", "-f", "-c", "virtuoso.ini"]
    with started("Virtuoso", serve, folder, port, "/sparql") as server:
        # Its threads wait for each other's locks for ever in a load of a million that it logs.
        load = "DB.DBA.TTLP(file_open('merged.nt'), '', 'urn:x:merged', 512); checkpoint;"
        load = f"log_enable(2, 1); {load}"
        isql = ["isql-vt", f"127.0.0.1:{sql}", "dba", "dba", f"exec={load}"]
        subprocess.run(isql, check=True, capture_output=True)
        yield server


class Rdflib:
    """rdflib over the merge, in a process that is ended when an answer is late."""

    def __init__(self, merged: Path) -> None:
        self._merged = merged
        self._start()

    def ask(self, query: str) -> bytes:
        self._line.send(query)
        if not self._line.poll(LATE):
            self._process.kill()
            self._start()
            raise TimeoutError
        try:
            body: bytes = self._line.recv()
        except EOFError as error:  # the question ended it
            self._start()
            raise OSError("rdflib failed on a question") from error
        return body

    def _start(self) -> None:
        self._line, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.Process(
            target=answer, args=(self._merged, theirs), daemon=True
        )
        self._process.start()
        self._line.recv()


def answer(merged: Path, line: Connection) -> None:
    """Answer what comes along a line, over a graph in a file."""
    graph = rdflib.Graph().parse(merged)
    line.send(None)
    while True:
        line.send(graph.query(line.recv()).serialize(format="json"))


def cells(body: bytes) -> list[tuple[str, ...]]:
    """The rows of an answer in any order; numbers by value and rounded, lists in a cell sorted.

    What a blank node is called is each engine's own.
    """

    def cell(term: Mapping[str, str]) -> str:
        if term["type"] == "bnode":
            return "_:"
        if term.get("datatype", "").removeprefix(str(XSD)) in NUMBERS:
            return f"{float(term['value']):.6g}"
        return "\n".join(sorted(term["value"].splitlines()))

    found = json.loads(body)
    names = found["head"]["vars"]
    rows = found["results"]["bindings"]
    return sorted(tuple(cell(r[n]) if n in r else "" for n in names) for r in rows)


def paired(asks: Sequence[Callable[[], object]], runs: int) -> list[float]:
    """The median seconds of each, asked in turns."""
    times: list[list[float]] = [[] for _ in asks]
    for _ in range(runs):
        for ask, found in zip(asks, times, strict=True):
            begun = time.perf_counter()
            ask()
            found.append(time.perf_counter() - begun)
    return [statistics.median(found) for found in times]


def beside(ours: Ask, theirs: Ask, text: str, runs: int) -> str:
    """A peer on a question: the ratio, or that it is late, refuses or answers otherwise."""
    try:
        same = cells(ours(text)) == cells(theirs(text))
    except TimeoutError:
        return "late"
    except (OSError, ValueError, KeyError):
        return "refused"
    if not same:
        return "other answer"
    mine, other = paired([partial(ours, text), partial(theirs, text)], runs)
    return f"{mine / other:.2f}"


def ask_questions(ours: Server, peer: Server, others: Mapping[str, Ask], runs: int) -> None:
    """Every question about one study and over everything; and once worked out ahead."""
    one, more, whole = list[float](), list[float](), list[float]()
    known, spent = dict[str, float](), 0.0
    heads = ["question", "one study", "ms more", "everything", *others]
    print("| " + " | ".join(heads) + " |")
    print("| --- " * len(heads) + "|")
    for query in CATALOGUE.values():
        study, everything = bound(query, STUDY), bound(query, "")
        assert cells(ours.ask(study)) == cells(peer.ask(study)), query.name
        mine, theirs = paired([partial(ours.ask, study), partial(peer.ask, study)], runs)
        one.append(mine / theirs)
        more.append((mine - theirs) * 1000)
        asks = [partial(ours.ask, everything), partial(peer.ask, everything)]
        mine, known[query.name] = paired(asks, max(1, runs // 2))
        spent += mine
        whole.append(mine / known[query.name])
        row = [f"{one[-1]:.2f}", f"{more[-1]:.1f}", f"{whole[-1]:.2f}"]
        row += [beside(ours.ask, ask, study, runs) for ask in others.values()]
        print(f"| {query.name} | " + " | ".join(row) + " |", flush=True)
    middle = statistics.median
    print(
        f"medians: one study {middle(one):.2f} times, {middle(more):.1f} ms more; everything "
        f"{middle(whole):.2f} times"
    )
    for name in known:  # from now on they are known to be asked
        ours.page(f"/queries/{name}.json?lang=id")
    ours.commit()
    time.sleep(5 + 3 * spent)
    ready = [
        paired([partial(ours.page, f"/queries/{name}.json?lang=id")], 1)[0] / theirs
        for name, theirs in known.items()
    ]
    print(f"worked out ahead, everything: {middle(ready):.2f} times, at most {max(ready):.2f}")


def bound(query: Query, study: str) -> str:
    """A question's text, about a study or over everything."""
    takes = {parameter.name for parameter in query.parameters}
    values = {"lang": "id", "study": study}
    return query.bind({name: value for name, value in values.items() if name in takes})


def filled(folder: Path, studies: int, interviews: int) -> Path:
    """A store of made-up studies."""
    list(simulate.write(folder / f"studies-{studies}", studies, interviews, 1))
    store = folder / f"store-{studies}"
    command: list[str | Path] = [*REMBUG, "add", folder / f"studies-{studies}", "--store", store]
    subprocess.run(command, check=True, capture_output=True)
    return store


def copied(store: Path, folder: Path) -> Path:
    """Copy what the public reads, for a peer; returns where it lies in the store."""
    with KnowledgeGraph.own(str(store)) as graph:
        print(f"{len(graph)} quads")
        graph.rows("SELECT * {}", Role.PUBLIC)
    shutil.copytree(reading := engine(store), folder, ignore=shutil.ignore_patterns("LOCK"))
    return reading


def engine(store: Path) -> Path:
    """Where what the public reads lies in a store."""
    readers = store / "readers" / "public"
    told = json.loads((readers / "layout.json").read_text("utf-8"))
    return readers / str(told.get("engine", "oxigraph"))


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--studies", type=int, default=4)
    options.add_argument("--interviews", type=int, default=20)
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--store", type=Path)
    options.add_argument("--without", default="")
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="rembug-") as name, ExitStack() as stack:
        folder = Path(name)
        store = given.store or filled(folder, given.studies, given.interviews)
        reading = copied(store, folder / "peer")
        ox.Store.read_only(str(reading)).dump(
            str(folder / "merged.nt"), format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()
        )
        ours = stack.enter_context(rembug("Rembug", store))
        peer = stack.enter_context(oxigraph(folder / "peer"))
        servers, others = [ours, peer], dict[str, Ask]()
        if shutil.which("virtuoso-t") and "virtuoso" not in given.without:
            servers.append(stack.enter_context(virtuoso(folder / "merged.nt", folder / "virtuoso")))
            others["Virtuoso"] = servers[-1].ask
        if "rdflib" not in given.without:
            others["rdflib"] = Rdflib(folder / "merged.nt").ask
        ask_questions(ours, peer, others, given.runs)
        print("memory in MB: " + "; ".join(s.memory() for s in servers))


if __name__ == "__main__":
    main()
