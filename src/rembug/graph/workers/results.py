"""Results as the engine writes them: in the format that is asked for, up to a size."""

import errno
import io
from collections.abc import Mapping
from typing import Any, BinaryIO, Final

import pyoxigraph as ox

_SMALL: Final = 256 * 1024  # bytes of a result that needs no file


class Sink(io.RawIOBase):
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
        """What the reply says of it: the whole of it where it is small, else the size."""
        if self.size <= _SMALL:
            return {"body": bytes(self._held)}
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
    sink = Sink(file, request["largest"], xml=media_type.endswith("xml"))
    if kind == "triples":
        rdf = ox.RdfFormat.from_media_type(media_type)
        prefixes = request["prefixes"] if rdf in (ox.RdfFormat.TURTLE, ox.RdfFormat.TRIG) else None
        ox.serialize(result, sink, format=rdf, prefixes=prefixes)  # type: ignore[arg-type]
    else:
        result.serialize(sink, format=ox.QueryResultsFormat.from_media_type(media_type))
    return {"kind": kind, "media_type": media_type, **sink.result}
