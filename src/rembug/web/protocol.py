"""What SPARQL 1.1 Protocol requests say: one text, and the graphs beside it (§2.1 and §2.2)."""

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from typing import BinaryIO, Final, cast
from urllib.parse import parse_qs, quote

from flask import g, request

from rembug.errors import BadParameter, TooLarge, Unsupported, Words, with_cause
from rembug.graph import Named

FORM: Final = "application/x-www-form-urlencoded"
LONGEST: Final = 4 * 1024 * 1024
"""Bytes of a query or an update."""


def base() -> str:
    """What relative IRIs of a request are resolved against: its own URL, as an IRI can be."""
    return resolved(request.host_url, request.path)


def resolved(host: str, path: str) -> str:
    """The same, by the URL of a host and a path."""
    return host + quote(path.lstrip("/"), safe="/:@!$&'()*+,;=~")


def text(name: str, direct: str) -> str | None:
    """The query or the update of a request, or None where a GET has none.

    Args:
        name: the field: `query` or `update`.
        direct: the media type of a body that is nothing but the text.

    Raises:
        BadParameter: there is more than one, none where one must be, or it is not UTF-8.
    """
    if request.method == "POST" and request.mimetype == direct:
        _require_utf8()
        return decoded(request.get_data(), name)
    if request.method == "POST" and request.mimetype != FORM:
        raise Unsupported(
            Words(
                f"POST a {name} as {direct}, or as {FORM} with the field “{name}”",
                f"kirim (POST) sebagai {direct}, atau sebagai {FORM} dengan isian “{name}”",
            )
        )
    sent = fields()
    if len(texts := sent.get(name, ())) > 1:
        raise BadParameter(
            Words(
                f"the request has more than one {name}; send them one by one",
                f"permintaan ini memuat lebih dari satu {name}; kirim satu per satu",
            )
        )
    if request.method == "POST" and not texts:
        raise BadParameter(
            Words(f"the form has no field “{name}”", f"formulir tidak memuat isian “{name}”")
        )
    if texts and not texts[0].strip():
        raise BadParameter(Words(f"the {name} is empty", f"{name} kosong"))
    return texts[0] if texts else None


def fields() -> Mapping[str, Sequence[str]]:
    """The parameters of a request: of the form where there is one, else of the URL.

    Raises:
        BadParameter: they are not UTF-8.
    """
    if "fields" not in g:
        g.fields = _fields()
    return cast(Mapping[str, Sequence[str]], g.fields)


def _fields() -> Mapping[str, Sequence[str]]:
    posted = request.method == "POST" and request.mimetype == FORM
    if posted:
        _require_utf8()
    raw = request.get_data(cache=True) if posted else request.query_string
    return parsed(raw, "utf-8" if posted else "ascii")


def parsed(raw: bytes, charset: str) -> Mapping[str, Sequence[str]]:
    """The parameters in a form, or in the query string of a URL.

    Raises:
        BadParameter: they are not UTF-8.
    """
    if not raw:
        return {}
    try:
        return parse_qs(raw.decode(charset), keep_blank_values=True, errors="strict")
    except ValueError as error:  # of which UnicodeDecodeError is a kind
        raise BadParameter(
            with_cause("the parameters are not UTF-8", "parameternya bukan UTF-8", error)
        ) from error


def graphs(default: str, named: str) -> Named | None:
    """The dataset that a request names, by the names of its two parameters."""
    return named_in(fields(), default, named)


def named_in(sent: Mapping[str, Sequence[str]], default: str, named: str) -> Named | None:
    """The dataset that some parameters name."""
    found = frozenset(sent.get(default, ())), frozenset(sent.get(named, ()))
    return found if any(found) else None


def upload(largest: int) -> BinaryIO:
    """The body of a request, in a file; raises TooLarge beyond so many bytes."""
    body = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  the caller closes it
    shutil.copyfileobj(request.stream, body)
    if body.tell() > largest:
        body.close()
        raise TooLarge(
            Words(
                f"the body is larger than {largest // 2**20} MiB; send it in parts",
                f"isinya lebih dari {largest // 2**20} MiB; kirim bertahap",
            )
        )
    body.seek(0)
    return body


def _require_utf8() -> None:
    charset = request.mimetype_params.get("charset", "utf-8")
    if charset.lower() not in ("utf-8", "utf8", "us-ascii"):
        raise Unsupported(
            Words(
                f"the text is in {charset}; send it in UTF-8",
                f"teksnya dalam {charset}; kirim dalam UTF-8",
            )
        )


def decoded(body: bytes, what: str) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise BadParameter(
            with_cause(f"the {what} is not UTF-8", f"teksnya ({what}) bukan UTF-8", error)
        ) from error
