"""RDF that a caller sent, of whatever syntax: each quad with the line that it ends on."""

import io
import mmap
import os
import re
from codecs import BOM_UTF8
from typing import Any, BinaryIO, Final
from xml.parsers.expat import ErrorString, ExpatError, ParserCreate

import pyoxigraph as ox

HOSTILE_ENTITY: Final = re.compile(
    rb"<!ENTITY\s+(?:%\s*)?[^\s>]+\s+(?:SYSTEM|PUBLIC|\"[^\"]*[&%]|'[^']*[&%])", re.IGNORECASE
)

_QUADS_AT_ONCE: Final = 5000

_DEEPEST: Final = 1000  # things without names within each other; a list counts as one

_GENERATED: Final = re.compile("[0-9a-f]{20,32}")  # labels of nodes that were written without one

_REST: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#rest"


class Lines(io.RawIOBase):
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


def parse(request: dict[str, Any], output: BinaryIO, upload: BinaryIO) -> object:
    """Read RDF of whatever syntax; write a line for each quad: where it ends, and it in N-Quads.

    Args:
        request: its `media_type`, and the `base` of its relative IRIs.
        output: where to.
        upload: what was sent.

    Raises:
        SyntaxError: it is not of that syntax; with the line and, where it is known, the column.
        RecursionError: too many things are within each other; with the line.
    """
    rdf = ox.RdfFormat.from_media_type(request["media_type"])
    if rdf == ox.RdfFormat.RDF_XML:
        _refuse_hostile_entities(upload)
        _refuse_broken_xml(upload)
    begun = upload.tell()
    if upload.read(len(BOM_UTF8)) != BOM_UTF8:  # editors on Windows put it before any text
        upload.seek(begun)
    lines = Lines(upload)
    try:
        _parse_lines(lines, rdf, request["base"], output)
    except SyntaxError as error:
        if "stack size" in error.msg:
            raise _too_deep(lines.number) from error
        error.lineno = error.lineno or lines.number
        raise
    output.flush()
    return {}


def _parse_lines(lines: Lines, rdf: Any, base: str | None, output: BinaryIO) -> None:
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
