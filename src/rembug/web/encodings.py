"""Content-Encoding, both ways: gzip and brotli (RFC 9110 §8.4, §12.5.3)."""

import tempfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import Any, BinaryIO, Final, cast

import brotli  # type: ignore[import-untyped]
from flask import Response, request
from werkzeug.datastructures import Accept
from werkzeug.http import parse_accept_header
from werkzeug.wsgi import wrap_file

from rembug.errors import BadParameter, TooLarge, Unsupported, Words, with_cause

SMALLEST: Final = 1024
"""Bytes of a body that is worth it."""
_CHUNK: Final = 64 * 1024
_TEXTUAL: Final = ("text/", "application/", "image/svg")
# Good enough at a tenth of the time of the best.
_BROTLI_QUALITY, _GZIP_LEVEL = 5, 6


def decode_request(largest: int) -> None:
    """Put the decoded body of a request in the place of an encoded one.

    Args:
        largest: bytes that the decoded body may have.

    Raises:
        BadParameter: it is cut short or broken.
        TooLarge: it unpacks to more than it may.
    """
    names = [
        name.strip().lower()
        for name in request.headers.get("Content-Encoding", "").split(",")
        if name.strip() and name.strip().lower() != "identity"
    ]
    if not names:
        return
    if len(names) > 1 or names[0] not in _DECODERS:
        known = ", ".join(dict.fromkeys(_DECODERS))
        told = ", ".join(names)
        raise Unsupported(
            Words(
                f"the body is encoded as {told}; known are {known}",
                f"isinya dikodekan sebagai {told}; yang dikenal: {known}",
            )
        )
    body = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  lives as long as the request
    decode, ended = _DECODERS[names[0]]()
    stream = request.environ["wsgi.input"]
    left = request.content_length
    try:
        while chunk := stream.read(_CHUNK if left is None else min(_CHUNK, left)):
            left = None if left is None else left - len(chunk)
            for plain in decode(chunk):
                body.write(plain)
                if body.tell() > largest:
                    raise TooLarge(
                        Words(
                            f"the body unpacks to more than {largest // 2**20} MiB; send it in "
                            "parts",
                            f"isinya mengembang melebihi {largest // 2**20} MiB; kirim bertahap",
                        )
                    )
    except (zlib.error, brotli.error) as error:
        raise BadParameter(
            with_cause(f"the body is not {names[0]}", f"isinya bukan {names[0]}", error)
        ) from error
    if not ended():
        raise BadParameter(
            Words(
                f"the body in {names[0]} is cut short; send it again, whole",
                f"isi dalam {names[0]} terpotong; kirim lagi seutuhnya",
            )
        )
    request.environ["wsgi.input"] = body
    request.environ["CONTENT_LENGTH"] = str(body.tell())
    request.environ.pop("HTTP_CONTENT_ENCODING", None)
    body.seek(0)


def encode_response(response: Response) -> Response:
    """Compress what is worth it, as far as the caller reads it; the ETag tells the forms apart."""
    if (
        response.status_code not in (200, 201)
        or response.content_encoding
        or not (response.mimetype or "").startswith(_TEXTUAL)
    ):
        return response
    response.vary.add("Accept-Encoding")
    size = response.content_length or response.calculate_content_length()
    if size is not None and size < SMALLEST:
        return response
    best = chosen(request.headers.get("Accept-Encoding", ""))
    if best is None:
        return response
    etag = response.get_etag()[0]
    if response.is_streamed or response.direct_passthrough:
        chunks = cast("Iterable[bytes]", response.response)
        file = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  the server closes it
        for part in _compressed(chunks, *_ENCODERS[best]()):
            file.write(part)
        # From a file, as it came: no thread waits until a slow caller has read it all.
        response.content_length = file.tell()
        file.seek(0)
        response.response = wrap_file(request.environ, file)
        response.direct_passthrough = True
    else:
        response.set_data(packed(response.get_data(), best))
    response.content_encoding = best
    if etag:
        response.set_etag(encoded_tag(etag, best))
    return response


def packed(body: bytes, name: str) -> bytes:
    """A body in an encoding."""
    compress, finish = _ENCODERS[name]()
    return compress(body) + finish()


def encoded_tag(etag: str, name: str) -> str:
    """The ETag of a body in an encoding, by that of the body."""
    return f"{etag}-{name}"


def plain_etags() -> set[str]:
    """The ETags of If-None-Match, without what tells encodings apart; `*` where any will do."""
    if request.if_none_match.star_tag:
        return {"*"}
    endings = tuple(f"-{name}" for name in _ENCODERS)
    return {
        tag.rpartition("-")[0] if tag.endswith(endings) else tag
        for tag in request.if_none_match.as_set()
    }


def chosen(header: str) -> str | None:
    """The encoding that an Accept-Encoding header likes best; None for the body as it is."""
    return (_best if len(header) > _SHORT else _remembered)(header) if header else None


def _best(header: str) -> str | None:
    accepted = parse_accept_header(header, Accept)
    qualities = {name: accepted.quality(name) for name in _ENCODERS}
    best = max(qualities, key=lambda name: qualities[name])
    return best if qualities[best] > 0 else None


# Programs send the same few headers.
_remembered: Final = lru_cache(maxsize=256)(_best)
_SHORT: Final = 300


def _compressed(
    chunks: Iterable[bytes], compress: Callable[[bytes], bytes], finish: Callable[[], bytes]
) -> Iterator[bytes]:
    try:
        for chunk in chunks:
            if made := compress(chunk):
                yield made
        yield finish()
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()


Decode = Callable[[bytes], Iterator[bytes]]
"""Encoded bytes to decoded ones, in pieces of a bounded size."""


def _inflater(window: int) -> Callable[[], tuple[Decode, Callable[[], bool]]]:
    def make() -> tuple[Decode, Callable[[], bool]]:
        machine = zlib.decompressobj(window)

        def decode(data: bytes) -> Iterator[bytes]:
            nonlocal machine
            while data:
                if machine.eof:  # gzip allows several members one after the other
                    machine = zlib.decompressobj(window)
                yield machine.decompress(data, _CHUNK)
                data = machine.unconsumed_tail or machine.unused_data

        return decode, lambda: machine.eof

    return make


def _unbrotli() -> tuple[Decode, Callable[[], bool]]:
    machine: Any = brotli.Decompressor()

    def decode(data: bytes) -> Iterator[bytes]:
        yield machine.process(data, output_buffer_limit=_CHUNK)
        while not machine.can_accept_more_data():
            yield machine.process(b"", output_buffer_limit=_CHUNK)

    return decode, lambda: bool(machine.is_finished())


def _gzip() -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
    machine = zlib.compressobj(_GZIP_LEVEL, zlib.DEFLATED, 31)
    return machine.compress, machine.flush


def _brotli() -> tuple[Callable[[bytes], bytes], Callable[[], bytes]]:
    machine: Any = brotli.Compressor(quality=_BROTLI_QUALITY)
    return machine.process, machine.finish


_DECODERS: Final = {
    "gzip": _inflater(31),
    "x-gzip": _inflater(31),
    "deflate": _inflater(15),
    "br": _unbrotli,
}
_ENCODERS: Final = {"br": _brotli, "gzip": _gzip}
