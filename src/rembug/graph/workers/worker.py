"""What runs in a worker: a process that answers one caller's request at a time, and may be killed.

Run as a script, so that it starts in 30 ms: of Rembug it imports nothing but modules beside it that
do so, too, before a request names graphs or other endpoints. It takes requests from a socket: two
lengths and the seconds that it has, that many bytes of JSON, and what a caller wrote; and with it,
unless it has a file from before that is empty still, one or two open files (where to write a large
result, and what was uploaded). It answers with two lengths, that many bytes of JSON, and the result
if that is small; all of it in one piece, which the other end reads as one.
"""

import contextlib
import errno
import fcntl
import json
import os
import resource
import signal
import socket
import struct
import sys
import time
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib import import_module
from typing import TYPE_CHECKING, Any, BinaryIO, Final, cast

import pyoxigraph as ox

if TYPE_CHECKING:
    from rembug.graph.workers.engine_dataset import graph_names, needs_reading, over
    from rembug.graph.workers.results import Sink, write
    from rembug.graph.workers.sandbox import seal
    from rembug.graph.workers.uploads import parse
else:  # they lie beside this script
    from engine_dataset import graph_names, needs_reading, over
    from results import Sink, write
    from sandbox import seal
    from uploads import parse

_MEGABYTE: Final = 1024 * 1024
_SPARE: Final = 5  # seconds of processor time beyond the limit, before the kernel steps in
_LONGEST_MESSAGE: Final = 2000
_FULL: Final = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT))  # the engine says it so too
_BEFORE: Final = struct.Struct(">IId")  # of a request in JSON, of its text, and its seconds
_LENGTHS: Final = struct.Struct(">II")  # of a reply in JSON, and of a result behind it
_AT_ONCE: Final = 64 * 1024  # bytes of a request
_SHORT: Final = 4096  # bytes of what is said beside a text: mostly the same ones


class Worker:
    """Holds one snapshot open and answers from it."""

    def __init__(self) -> None:
        self._path: str | None = None
        self._store: ox.Store | None = None

    def do(
        self, request: dict[str, Any], output: Any = None, upload: BinaryIO | None = None
    ) -> Any:
        """Do one job; its reply is what JSON can say, and the `body` of a small result."""
        match request["job"]:
            case "query":
                return self._query(request, output)
            case "dump":
                return _dump(self._open(request["store"]), request, output)
            case "update":
                return _update(request, output)
            case "parse":
                assert upload is not None
                _limit_memory(request["memory"])
                return parse(request, output, upload)
            case "decode":
                return _decode(request, output, upload)
            case "close":
                self._store = self._path = None
                return {"body": b""}
            case "prepare":
                from rembug.graph.workers import query_dataset  # noqa: F401  it takes a while

                return {"body": b""}
            case job:
                raise ValueError(f"unknown job {job!r}")

    def _open(self, path: str) -> ox.Store:
        if self._store is None or path != self._path:
            self._store = None  # lets go of the old one first
            self._store, self._path = ox.Store.read_only(path), path
        return self._store

    def _query(self, request: dict[str, Any], output: BinaryIO) -> object:
        store = self._open(request["store"])
        _limit_memory(request["memory"])
        text, dataset, accept = request["text"], request["dataset"], request["accept"]
        if needs_reading(text):
            from rembug.graph.workers import query_dataset

            try:
                every = [graph.value for graph in store.named_graphs()]
                allowed, endpoints = every if request["narrows"] else None, request["endpoints"]
                dataset, calls = query_dataset.read(text, dataset, allowed, endpoints)
            except query_dataset.QuerySyntaxError:
                if request["sealed"]:
                    ox.Store().query(text, base_iri=request["base"])  # says it better, if it must
                raise
            if calls and request["sealed"]:
                return {"calls": True}
        store, graphs = over(store, dataset["default"], dataset["named"])
        result = store.query(text, base_iri=request["base"], **graphs)
        return write(result, accept, request, output)


def _dump(store: ox.Store, request: dict[str, Any], file: BinaryIO) -> object:
    """Write graphs, each under its name."""
    _limit_memory(request["memory"])
    rdf = ox.RdfFormat.from_media_type(request["media_type"])
    sink = Sink(file, request["largest"], xml=False)
    quads = (
        quad
        for graph in graph_names(request["graphs"])
        for quad in store.quads_for_pattern(None, None, None, graph)
    )
    prefixes = request["prefixes"] if rdf in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
    if rdf is not None and not rdf.supports_datasets:
        ox.serialize((quad.triple for quad in quads), sink, format=rdf, prefixes=prefixes)  # type: ignore[arg-type]
    else:
        ox.serialize(quads, sink, format=rdf, prefixes=prefixes)  # type: ignore[arg-type]
    return sink.result


def _decode(request: dict[str, Any], output: BinaryIO, upload: BinaryIO | None) -> object:
    """Have a file read as a module says, which the service names and no caller does."""
    decode = import_module(request["decoder"]).decode
    _limit_memory(request["memory"])
    sink = Sink(output, request["largest"], xml=False)
    decode(request, sink, upload)
    sink.finish()
    return {}


def _update(request: dict[str, Any], output: BinaryIO) -> object:
    """Run an update on a copy of the store; write as JSON what it changed, or why nothing."""
    from rembug.graph.workers import unchanged, updating

    store = ox.Store(request["store"])
    _limit_memory(request["memory"])
    text = request["text"]
    if needs_reading(text) or request["using"]:
        from rembug.graph.workers import query_dataset

        text, calls = query_dataset.read_update(text, request["using"], request["endpoints"])
        if calls and request["sealed"]:
            return {"calls": True}
    told = unchanged.why if request["why"] else updating.changed
    found = told(store, text, request["base"], request["aside"])
    sink = Sink(output, request["largest"], xml=False)
    sink.write(json.dumps(found).encode())
    return sink.result


def _limit_memory(megabytes: int) -> None:
    """Let this process have so much memory beyond what it has now."""
    if (status := _status()) is not None:  # elsewhere the kernel does not tell
        pages = int(os.pread(status, 64, 0).split()[0])
        limit = pages * resource.getpagesize() + megabytes * _MEGABYTE
        resource.setrlimit(resource.RLIMIT_AS, (limit, resource.RLIM_INFINITY))


@cache
def _status() -> int | None:
    """Where the kernel tells how much memory this process has, kept open."""
    try:
        return os.open("/proc/self/statm", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None


def _limit_time(seconds: float) -> None:
    """Should nobody be there to end this process, the kernel does."""
    _set_limit_of_time(int(time.process_time() + seconds) + _SPARE)


@lru_cache(maxsize=1)
def _set_limit_of_time(limit: int) -> None:
    """Set it, unless it is the one that is set."""
    resource.setrlimit(resource.RLIMIT_CPU, (limit, resource.RLIM_INFINITY))


def _end_with(pipe: int) -> None:
    """Let the kernel end this process, whatever it does, when nobody has a pipe open to write.

    A query that runs would not notice until it is done that the service was killed.
    """
    if sys.platform == "linux":  # elsewhere the limit of time ends it
        fcntl.fcntl(pipe, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(pipe, fcntl.F_SETSIG, signal.SIGKILL)  # which reaches a stopped one too
        fcntl.fcntl(pipe, fcntl.F_SETFL, os.O_ASYNC)


def _failed(error: BaseException) -> dict[str, object]:
    if isinstance(error, SyntaxError):
        position = error.lineno, error.offset
        return {"error": "syntax", "message": error.msg[:_LONGEST_MESSAGE], "place": position}
    if isinstance(error, MemoryError):
        return {"error": "memory"}
    if isinstance(error, OSError) and error.errno == errno.EFBIG:
        return {"error": "size"}
    if any(sign in str(error) for sign in _FULL):
        return {"error": "full"}
    reply: dict[str, object] = {
        "error": type(error).__name__,
        "message": str(error)[:_LONGEST_MESSAGE],
        "place": (getattr(error, "line", None), getattr(error, "column", None)),
    }
    if words := getattr(error, "why", getattr(error, "words", None)):  # a RembugError's
        reply["words"] = tuple(told[:_LONGEST_MESSAGE] for told in words)
    return reply


def main() -> None:
    """Serve the socket whose number is the first argument until the other end hangs up.

    The second is that of a pipe which the service alone holds open, for as long as it lives. The
    others are JSON: what the process may keep (the arguments of `sandbox.seal`), and the prefixes.
    """
    line = socket.socket(fileno=int(sys.argv[1]))
    _end_with(int(sys.argv[2]))
    may = json.loads(sys.argv[3])
    seals = seal(**may)._asdict()
    # A crash is told by the last words on standard error, and leaves nothing on the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    line.sendall(_framed(seals, b""))
    worker, prefixes = Worker(), json.loads(sys.argv[4])
    same = {"prefixes": prefixes, "sealed": seals["calls"] and may["ports"] is None}
    opened: list[Any] = []
    while True:
        begun, files, _, _ = socket.recv_fds(line, _AT_ONCE, 2)
        if not begun:
            return
        if files:
            _close(opened)
            modes = zip(files, ("r+b", "rb"), strict=False)
            opened = [os.fdopen(file, mode) for file, mode in modes]
        body: object = None
        try:
            said, text, seconds = _received(line, begun)
            _limit_time(seconds)
            known = _read(said) if len(said) <= _SHORT else json.loads(said)
            request = {**known, **same, "text": text.decode(errors="surrogatepass")}
            reply = worker.do(request, opened[0] if opened else None, *opened[1:])
            body = reply.pop("body", None)
        except Exception as error:  # noqa: BLE001  the other end is told, whatever it is
            reply = _failed(error)
        finally:
            resource.setrlimit(resource.RLIMIT_AS, (resource.RLIM_INFINITY,) * 2)
        assert body is None or isinstance(body, bytes)
        spare = body is not None and len(opened) == 1  # nothing was written to it
        if not spare:
            _close(opened)
            opened = []
        line.sendall(_framed({**reply, "spare": spare}, body or b""))


def _framed(reply: Mapping[str, object], body: bytes) -> bytes:
    told = _written(tuple(reply.items()))
    return _LENGTHS.pack(len(told), len(body)) + told + body


# What is said is the same for most requests, and so is what is replied beside a result.
@lru_cache(maxsize=64)
def _read(said: bytes) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], json.loads(said))


@lru_cache(maxsize=16)
def _written(reply: tuple[tuple[str, object], ...]) -> bytes:
    return json.dumps(dict(reply)).encode()


def _close(files: list[Any]) -> None:
    for file in files:
        with contextlib.suppress(OSError):  # what could not be written was told
            file.close()


def _received(line: socket.socket, begun: bytes) -> tuple[bytes, bytes, float]:
    """A request: what is said, its text and its seconds. This much has come of it."""
    while len(begun) < _BEFORE.size:
        begun += _more(line, _BEFORE.size - len(begun))
    said, text, seconds = _BEFORE.unpack_from(begun)
    end = _BEFORE.size + said + text
    if len(begun) < end:
        whole = bytearray(begun)
        while len(whole) < end:
            whole += _more(line, end - len(whole))
        begun = bytes(whole)
    middle = _BEFORE.size + said
    return begun[_BEFORE.size : middle], begun[middle:end], seconds


def _more(line: socket.socket, most: int) -> bytes:
    if part := line.recv(most):
        return part
    raise EOFError("the request is cut short")


if __name__ == "__main__":
    main()
