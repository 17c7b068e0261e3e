"""RDF of others, parsed in a process of its own.

Documents nested a hundred thousand deep overflow the stack of the engine's parser, others take more
memory than there is.
"""

import tempfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final, cast

import pyoxigraph as ox
from rdflib import URIRef

from rembug.errors import Unreadable, Words
from rembug.graph.rdf_faults import explained
from rembug.graph.syntax import FORMATS, LocatedQuad, to_rdflib
from rembug.graph.workers import reading

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
    }
    with tempfile.TemporaryFile() as output, path.open("rb") as upload:
        reply = reading.read(request, output, upload)
        if "error" in reply:
            raise _unreadable(name, _SYNTAXES[suffix], reply)
        yield from _located(output)


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


def _unreadable(name: str, syntax: str, reply: dict[str, object]) -> Unreadable:
    match reply["error"]:
        case "syntax":
            line, column = cast("list[int | None]", reply["place"])
            return Unreadable(name, explained(str(reply["message"]), syntax), line, column)
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
        case _:
            return reading.fault(name, reply)
