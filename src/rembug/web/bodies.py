"""How much a request may bring: of files from those who may write, of a query's text from others.

It is decided by the headers, before anything of the body is read.
"""

from collections.abc import Mapping
from typing import Final, cast

from flask import Flask, current_app, request

from rembug.errors import Forbidden, TooLarge, Unauthorized, Words
from rembug.graph import Role
from rembug.settings import Settings
from rembug.web.callers import PUBLIC, Caller, caller, identified, require
from rembug.web.encodings import decode_request
from rembug.web.protocol import LONGEST

UNREAD: Final = "REMBUG_UNREAD"
"""The header, as the server tells it, of a request whose body was not taken."""

_UPLOADS: Final = ("/data", "/graph/", "/submissions")


def largest(app: Flask, path: str, who: Caller) -> int:
    """How many bytes somebody may send to a path."""
    if who.role < Role.CURATOR or not path.startswith(_UPLOADS):
        return LONGEST
    return cast(Settings, app.extensions["rembug"]["settings"]).largest_upload * 2**20


def allowance(app: Flask, path: str, headers: Mapping[str, str]) -> int:
    """The same for a server that has read the headers alone, as WSGI names them without HTTP_."""
    try:
        who = identified(app, headers.get("AUTHORIZATION"), headers.get("COOKIE"))
    except Unauthorized:
        who = PUBLIC
    return largest(app, path, who)


def take() -> None:
    """Bound what the request under way brings, and unpack it.

    Raises:
        Unauthorized, Forbidden: it brings more than a text, and its caller may not write.
        TooLarge: it brings more than anybody may.
    """
    most = largest(current_app, request.path, caller())
    size = request.content_length
    if f"HTTP_{UNREAD}" in request.environ or (size is not None and size > most):
        _refuse(most)
    request.max_content_length = request.max_form_memory_size = most
    decode_request(most)


def _refuse(most: int) -> None:
    who = caller()
    if request.path.startswith(_UPLOADS) and who.role < Role.CURATOR:
        if who.by_session:
            raise Forbidden(
                Words(
                    f"the token {who.name} may not write, and nothing of this was read",
                    f"token {who.name} tidak boleh menulis, dan isi kiriman ini tidak dibaca",
                )
            )
        require(Role.CURATOR)
    size = most // 2**20
    raise TooLarge(
        Words(
            f"the body is larger than {size} MiB; send it in parts",
            f"kiriman ini lebih besar dari {size} MiB; kirimkan sebagian demi sebagian",
        )
    )
