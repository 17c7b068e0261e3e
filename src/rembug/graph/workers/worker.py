"""What runs in a worker: a process that answers one caller's request at a time, and may be killed.

Run as a script, so that it starts in 30 ms: of Rembug it imports nothing before a request names
graphs or other endpoints. It takes requests from a socket: the length of one and the request in
JSON; and with it, unless it has a file from before that is empty still, one or two open files
(where to write a large result, and what was uploaded). It answers with two lengths, that many bytes
of JSON, and the result if that is small; all of it in one piece, which the other end reads as one.
"""

import contextlib
import errno
import fcntl
import io
import json
import mmap
import os
import re
import resource
import signal
import socket
import struct
import sys
from codecs import BOM_UTF8
from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any, BinaryIO, Final
from xml.parsers.expat import ErrorString, ExpatError, ParserCreate

import pyoxigraph as ox

NEEDS_READING: Final = re.compile(r"service|load|(?<![?$\w])from\b|\\u", re.IGNORECASE)
"""What a query or an update that rdflib reads first has in it somewhere."""
HOSTILE_ENTITY: Final = re.compile(
    rb"<!ENTITY\s+(?:%\s*)?[^\s>]+\s+(?:SYSTEM|PUBLIC|\"[^\"]*[&%]|'[^']*[&%])", re.IGNORECASE
)
_MEGABYTE: Final = 1024 * 1024
_SPARE: Final = 5  # seconds of processor time beyond the limit, before the kernel steps in
_LONGEST_MESSAGE: Final = 2000
_QUADS_AT_ONCE: Final = 5000
_DEEPEST: Final = 1000  # things without names within each other; a list counts as one
_GENERATED: Final = re.compile("[0-9a-f]{20,32}")  # labels of nodes that were written without one
_REST: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest"
_SMALL: Final = 256 * 1024  # bytes of a result that needs no file
_FULL: Final = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT))  # the engine says it so too
_LENGTH: Final = struct.Struct(">I")
_LENGTHS: Final = struct.Struct(">II")  # of a reply in JSON, and of a result behind it
_AT_ONCE: Final = 64 * 1024  # bytes of a request


class _Sink(io.RawIOBase):
    """Where a result is written: counts bytes, and writes XML so that carriage returns survive.

    A parser turns a raw carriage return into a line feed (XML 1.0 §2.11), and the engine writes it
    raw. What is written by it is otherwise well-formed, so that none stands in markup.
    """

    def __init__(self, file: BinaryIO, largest: int, *, xml: bool) -> None:
        self._file, self._largest, self._xml = file, largest, xml
        self._held = bytearray()
        self.size = 0

    @property
    def result(self) -> dict[str, object]:
        """What the reply says of it: the size, and the whole of it where it is small."""
        if self.size <= _SMALL:
            return {"size": self.size, "body": bytes(self._held)}
        self.finish()
        return {"size": self.size}

    def finish(self) -> None:
        """Write what is held still, however small the whole is."""
        self._file.write(self._held)
        self._held.clear()
        self._file.flush()

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        written = bytes(data).replace(b"\r", b"&#xD;") if self._xml else data
        self.size += len(written)
        if self.size > self._largest:
            raise OSError(errno.EFBIG, "the result is too large")
        self._held += written
        if self.size > _SMALL and len(self._held) > _SMALL:
            self._file.write(self._held)
            self._held.clear()
        return len(data)


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
                return _parse(request, output, upload)
            case "decode":
                return _decode(request, output, upload)
            case "close":
                self._store = self._path = None
                return {}
            case "prepare":
                from rembug.graph.workers import query_dataset  # noqa: F401  it takes a while

                return {}
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
        text, dataset, accept = request["query"], request["dataset"], request["accept"]
        if NEEDS_READING.search(text):
            from rembug.graph.workers import query_dataset

            try:
                named = [graph.value for graph in store.named_graphs()]
                allowed, endpoints = named if request["narrows"] else None, request["endpoints"]
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


def over(
    store: ox.Store, default: list[str] | None, named: list[str] | None
) -> tuple[ox.Store, dict[str, Any]]:
    """The store to ask, and what to tell it, for the dataset that a query is to be answered over.

    The engine does not merge the graphs of a dataset (oxigraph/oxigraph#1919), so that a statement
    which two of them make counted twice. Several are merged in a store of their own, which costs
    the memory that they take; the merge of all lies in the default graph already.

    Args:
        store: a reading store.
        default: the graphs whose RDF merge is the default graph ("" is the store's own); None for
            the store's own.
        named: the graphs that GRAPH reaches; None for all.
    """
    if default is None or len(default) < 2:
        return store, {"default_graph": _named(default), "named_graphs": _named(named)}
    merged = ox.Store()
    for graph in _named(default):
        quads = store.quads_for_pattern(None, None, None, graph)
        merged.bulk_extend(ox.Quad(*quad.triple) for quad in quads)
    for graph in _named(named or []):
        merged.add_graph(graph)
        merged.bulk_extend(store.quads_for_pattern(None, None, None, graph))
    return merged, {"default_graph": ox.DefaultGraph(), "named_graphs": _named(named)}


def write(
    result: Any, accept: Mapping[str, str], request: Mapping[str, Any], file: BinaryIO
) -> dict[str, Any]:
    """Write a result in the format of its kind; raises OSError with EFBIG where it is too large.

    Args:
        result: a boolean, solutions, or an iterable of triples, as the engine has them.
        accept: the media type for each kind.
        request: `largest`, how many bytes it may have, and `prefixes`.
        file: where to.
    """
    kind = {ox.QueryBoolean: "boolean", ox.QuerySolutions: "solutions"}.get(type(result), "triples")
    media_type = accept[kind]
    sink = _Sink(file, request["largest"], xml=media_type.endswith("xml"))
    if kind == "triples":
        rdf = ox.RdfFormat.from_media_type(media_type)
        prefixes = request["prefixes"] if rdf in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
        ox.serialize(result, sink, format=rdf, prefixes=prefixes)  # type: ignore[arg-type]
    else:
        result.serialize(sink, format=ox.QueryResultsFormat.from_media_type(media_type))
    return {"kind": kind, "media_type": media_type, **sink.result}


def _dump(store: ox.Store, request: dict[str, Any], file: BinaryIO) -> object:
    """Write graphs, each under its name."""
    _limit_memory(request["memory"])
    rdf = ox.RdfFormat.from_media_type(request["media_type"])
    sink = _Sink(file, request["largest"], xml=False)
    quads = (
        quad
        for graph in _named(request["graphs"])
        for quad in store.quads_for_pattern(None, None, None, graph)
    )
    prefixes = request["prefixes"] if rdf in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
    if rdf is not None and not rdf.supports_datasets:
        ox.serialize((quad.triple for quad in quads), sink, format=rdf, prefixes=prefixes)  # type: ignore[arg-type]
    else:
        ox.serialize(quads, sink, format=rdf, prefixes=prefixes)  # type: ignore[arg-type]
    return sink.result


class _Lines(io.RawIOBase):
    """Hands a file to the parser no more than a line a read, so that it is known where a quad ends.

    Never more than was asked for either: the engine's parser ends its process over that.
    """

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._fresh = file, True
        self.number = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        part = self._file.readline(size)
        if part and self._fresh:
            self.number += 1
        self._fresh = part.endswith(b"\n")
        return part


class _Nesting:
    """How deep things without names are within each other, whichever the parser tells first."""

    def __init__(self) -> None:
        self._above: dict[str, int] = {}
        self._below: dict[str, int] = {}

    def meet(self, quad: ox.Quad, line: int) -> None:
        """Take a quad into account; raises RecursionError, with the line, where it is too deep."""
        inner = quad.object
        if not (isinstance(inner, ox.BlankNode) and _GENERATED.fullmatch(inner.value)):
            return
        outer, step = str(quad.subject), quad.predicate.value != _REST
        above = self._above[str(inner)] = self._above.get(outer, 0) + step
        below = self._below.get(str(inner), 0) + step
        self._below[outer] = max(below, self._below.get(outer, 0))
        if max(above, below) > _DEEPEST:
            raise _too_deep(line)


def _parse(request: dict[str, Any], output: BinaryIO, upload: BinaryIO) -> object:
    """Read RDF of whatever syntax; write a line for each quad: where it ends, and it in N-Quads."""
    _limit_memory(request["memory"])
    rdf = ox.RdfFormat.from_media_type(request["media_type"])
    if rdf == ox.RdfFormat.RDF_XML:
        _refuse_hostile_entities(upload)
        _refuse_broken_xml(upload)
    begun = upload.tell()
    if upload.read(len(BOM_UTF8)) != BOM_UTF8:  # editors on Windows put it before any text
        upload.seek(begun)
    lines = _Lines(upload)
    try:
        _parse_lines(lines, rdf, request["base"], output)
    except SyntaxError as error:
        if "stack size" in error.msg:
            raise _too_deep(lines.number) from error
        error.lineno = error.lineno or lines.number
        raise
    output.flush()
    return {}


def _decode(request: dict[str, Any], output: BinaryIO, upload: BinaryIO | None) -> object:
    """Have a file read as a module says, which the service names and no caller does."""
    decode = import_module(request["decoder"]).decode
    _limit_memory(request["memory"])
    sink = _Sink(output, request["largest"], xml=False)
    decode(request, sink, upload)
    sink.finish()
    return {}


def _parse_lines(lines: _Lines, rdf: Any, base: str | None, output: BinaryIO) -> None:
    places, quads = [], []
    nesting = _Nesting() if rdf not in (ox.RdfFormat.N_TRIPLES, ox.RdfFormat.N_QUADS) else None
    for quad in ox.parse(input=lines, format=rdf, base_iri=base):  # type: ignore[arg-type]
        if not isinstance(quad, ox.Quad) or ox.Triple in map(type, quad):
            reason = "it has a triple term of RDF 1.2, which OWL and SHACL do not know yet"
            raise SyntaxError(reason, (None, lines.number, None, None))
        if nesting is not None:
            nesting.meet(quad, lines.number)
        places.append(lines.number)
        quads.append(quad)
        if len(quads) >= _QUADS_AT_ONCE:
            _write_located(places, quads, output)
            places, quads = [], []
    _write_located(places, quads, output)


def _write_located(places: list[int], quads: list[ox.Quad], output: BinaryIO) -> None:
    written = (ox.serialize(quads, format=ox.RdfFormat.N_QUADS) or b"").split(b"\n")
    for place, quad in zip(places, written, strict=False):
        output.write(b"%d %b\n" % (place, quad))


def _refuse_broken_xml(upload: BinaryIO) -> None:
    """Refuse what the engine would take half of, or too long over.

    It ends without a word where a document does, also in the middle, and takes quadratic time over
    elements within each other; two are a thing.
    """
    begun, depth = upload.tell(), 0
    if not upload.read(1):
        return
    upload.seek(begun)
    reader = ParserCreate()

    def opened(_name: str, _attributes: object) -> None:
        nonlocal depth
        if (depth := depth + 1) > 2 * _DEEPEST:
            raise _too_deep(reader.CurrentLineNumber)

    def closed(_name: str) -> None:
        nonlocal depth
        depth -= 1

    reader.StartElementHandler, reader.EndElementHandler = opened, closed
    try:
        reader.ParseFile(upload)
    except ExpatError as error:
        place = (None, error.lineno, error.offset + 1, None)
        raise SyntaxError(ErrorString(error.code), place) from error
    upload.seek(begun)


def _too_deep(line: int) -> RecursionError:
    error = RecursionError(f"more than {_DEEPEST} things are within each other")
    error.line = line  # type: ignore[attr-defined]
    return error


def _refuse_hostile_entities(upload: BinaryIO) -> None:
    """Entities made of entities grow a thousandfold a step; SYSTEM and PUBLIC name files."""
    if os.fstat(upload.fileno()).st_size == 0:
        return
    with mmap.mmap(upload.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if found := HOSTILE_ENTITY.search(content):
            line = content[: found.start()].count(b"\n") + 1
            reason = "it declares entities that expand or fetch others; write them out"
            raise SyntaxError(reason, (None, line, None, None))


def _update(request: dict[str, Any], output: BinaryIO) -> object:
    """Run an update on a copy of the store, and write what it changed as JSON."""
    from rembug.graph.workers import updating

    store = ox.Store(request["store"])
    _limit_memory(request["memory"])
    text = request["update"]
    if NEEDS_READING.search(text) or request["using"]:
        from rembug.graph.workers import query_dataset

        text, calls = query_dataset.read_update(text, request["using"], request["endpoints"])
        if calls and request["sealed"]:
            return {"calls": True}
    changed = updating.changed(store, text, request["base"], request["aside"])
    sink = _Sink(output, request["largest"], xml=False)
    sink.write(json.dumps(changed).encode())
    return sink.result


def _named(graphs: list[str] | None) -> Any:
    if graphs is None:
        return None
    return [ox.NamedNode(graph) if graph else ox.DefaultGraph() for graph in graphs]


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
    used = resource.getrusage(resource.RUSAGE_SELF)
    limit = int(used.ru_utime + used.ru_stime + seconds) + _SPARE
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
        position = [error.lineno, error.offset]
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
        "place": [getattr(error, "line", None), getattr(error, "column", None)],
    }
    if words := getattr(error, "why", getattr(error, "words", None)):  # a RembugError's
        reply["words"] = [told[:_LONGEST_MESSAGE] for told in words]
    return reply


def main() -> None:
    """Serve the socket whose number is the first argument until the other end hangs up.

    The second is that of a pipe which the service alone holds open, for as long as it lives. The
    others are JSON: what the process may keep (the arguments of `sandbox.seal`), and the prefixes.
    """
    line = socket.socket(fileno=int(sys.argv[1]))
    _end_with(int(sys.argv[2]))
    from sandbox import seal  # type: ignore[import-not-found]  # it lies beside this script

    sealed = seal(**json.loads(sys.argv[3]))._asdict()
    # A crash is told by the last words on standard error, and leaves nothing on the disk.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    line.sendall(_framed(sealed, b""))
    worker, prefixes = Worker(), json.loads(sys.argv[4])
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
            request = {**json.loads(_received(line, begun)), "prefixes": prefixes}
            _limit_time(request.get("seconds", 60))
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
    told = json.dumps(reply).encode()
    return _LENGTHS.pack(len(told), len(body)) + told + body


def _close(files: list[Any]) -> None:
    for file in files:
        with contextlib.suppress(OSError):  # what could not be written was told
            file.close()


def _received(line: socket.socket, begun: bytes) -> bytes:
    """A request, of which this much has come with its length before it."""
    while len(begun) < _LENGTH.size:
        begun += _more(line, _LENGTH.size - len(begun))
    (length,) = _LENGTH.unpack(begun[: _LENGTH.size])
    found = bytearray(begun[_LENGTH.size :])
    while len(found) < length:
        found += _more(line, length - len(found))
    return bytes(found)


def _more(line: socket.socket, most: int) -> bytes:
    if part := line.recv(most):
        return part
    raise EOFError("the request is cut short")


if __name__ == "__main__":
    main()
