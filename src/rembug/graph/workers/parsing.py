"""RDF of others, parsed in a process of its own: some inputs end the process that reads them.

Documents nested a hundred thousand deep overflow the stack of the engine's parser, others take more
memory than there is. A worker has limits of time and memory, and nobody minds when it dies.
"""

import atexit
import tempfile
import threading
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, cast

import pyoxigraph as ox
from rdflib import URIRef

from rembug.errors import TooLong, Unreadable, Words, with_cause
from rembug.graph.rdf_faults import explained
from rembug.graph.syntax import FORMATS, LocatedQuad, to_rdflib
from rembug.graph.workers.process import Crashed, Worker

_SECONDS: Final = 60  # for any file; and a second more for each
_BYTES_A_SECOND: Final = 500_000  # of it
_MEMORY: Final = 2048  # MiB
_AT_ONCE: Final = 5000  # quads
_SYNTAXES: Final = {
    "ttl": "Turtle",
    "trig": "TriG",
    "nt": "N-Triples",
    "nq": "N-Quads",
    "jsonld": "JSON-LD",
    "rdf": "RDF/XML",
}


def parse(path: Path, suffix: str, name: str, base: str | None = None) -> Iterator[LocatedQuad]:
    """Read a file of RDF.

    Args:
        path: of the file; UTF-8.
        suffix: which syntax, a key of FORMATS.
        name: the file's name, for messages.
        base: what relative IRIs are resolved against.

    Raises:
        Unreadable: the content is not of that syntax, with the line and column; or it is too much
            to be read.
    """
    request: dict[str, object] = {
        "job": "parse",
        "media_type": FORMATS[suffix].media_type,
        "base": base,
        "memory": _MEMORY,
    }
    with tempfile.TemporaryFile() as output, path.open("rb") as upload:
        seconds = _SECONDS + path.stat().st_size / _BYTES_A_SECOND
        reply = _PARSERS.run(request, [output, upload], seconds)
        if "error" in reply:
            raise _unreadable(name, reply)
        output.seek(0)
        yield from _located(output)


class _Parsers:
    """Processes that parse; one is kept for the next file."""

    def __init__(self) -> None:
        self._idle: list[Worker] = []
        self._turn = threading.Lock()
        atexit.register(self._end)

    def run(
        self, request: dict[str, object], files: list[BinaryIO], seconds: float
    ) -> dict[str, object]:
        """Have a file parsed; a failure is told as the worker tells one."""
        with self._turn:
            worker = self._idle.pop() if self._idle else None
        worker = worker or Worker()
        try:
            reply = worker.run(request, files, seconds, lambda: False, lambda: True)
        except Crashed as crash:
            worker.kill()
            return {"error": crash.cause}
        except BaseException as error:
            worker.kill()
            if isinstance(error, TooLong):
                return {"error": "time"}
            raise
        with self._turn:
            self._idle.append(worker)
            spare, self._idle = self._idle[1:], self._idle[:1]
        for one in spare:
            one.kill()
        return reply

    def _end(self) -> None:
        for worker in self._idle:
            worker.kill()


_PARSERS: Final = _Parsers()


def _located(output: BinaryIO) -> Iterator[LocatedQuad]:
    while rows := list(islice(output, _AT_ONCE)):
        parts = [row.partition(b" ") for row in rows]
        quads = ox.parse(input=b"".join(part[2] for part in parts), format=ox.RdfFormat.N_QUADS)
        for quad, (line, _, _) in zip(quads, parts, strict=True):
            assert isinstance(quad, ox.Quad)
            graph = quad.graph_name
            yield LocatedQuad(
                to_rdflib(quad.subject),
                URIRef(quad.predicate.value),
                to_rdflib(quad.object),
                None if isinstance(graph, ox.DefaultGraph) else URIRef(graph.value),
                int(line),
            )


def _unreadable(name: str, reply: dict[str, object]) -> Unreadable:
    match reply["error"]:
        case "syntax":
            line, column = cast("list[int | None]", reply["place"])
            syntax = _SYNTAXES.get(name.rpartition(".")[2].lower(), "RDF")
            return Unreadable(name, explained(str(reply["message"]), syntax), line, column)
        case "time":
            return Unreadable(
                name,
                Words(
                    "takes too long to read; split it into smaller files",
                    "terlalu lama dibaca; pecah menjadi berkas yang lebih kecil",
                ),
            )
        case "memory":
            return Unreadable(
                name,
                Words(
                    f"takes more than {_MEMORY} MiB to read; split it",
                    f"memerlukan lebih dari {_MEMORY} MiB untuk dibaca; pecah berkasnya",
                ),
            )
        case "crash" | "RecursionError":
            return Unreadable(
                name,
                Words(
                    "is nested too deeply to be read; give the things in it IRIs or labels, and "
                    "say of each by itself what is said of it",
                    "bersarang terlalu dalam untuk dibaca; beri IRI atau label pada hal-hal di "
                    "dalamnya, dan tuliskan keterangan masing-masing tersendiri",
                ),
                cast("list[int | None]", reply.get("place", [None]))[0],
            )
        case kind:
            return Unreadable(
                name,
                with_cause(
                    "cannot be read; save it again",
                    "tidak dapat dibaca; simpan ulang berkasnya",
                    reply.get("message") or kind,
                ),
            )
