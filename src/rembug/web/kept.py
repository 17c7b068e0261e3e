"""Answers that the public was given already, given again before the framework is entered.

What a reading page or a query answers follows from the request and from the version that readers
are shown; so the same request at the same version has the same answer, byte for byte. The server
asks first by the bytes of a request (`Kept.again`), so that those are not even read.
"""

import io
import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Final

from flask import Response, request
from werkzeug.http import http_date

from rembug.errors import RembugError

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

REQUEST_ID: Final = re.compile(r"[\w.-]{1,64}")
"""What a caller may name a request."""

_MEGABYTE: Final = 1024 * 1024
_LARGEST: Final = _MEGABYTE
_PLACE: Final = "rembug.kept"
SENT: Final = "rembug.sent"
"""Where the environment says whom to tell what was sent in answer, if that is given again."""
_MOST_SENT: Final = 1000  # requests that are known by their bytes
# All that an answer follows from, besides the version. Who sends one of the others may be somebody,
# or asks for less than the whole.
_TELLING: Final = (
    *("wsgi.url_scheme", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO", "QUERY_STRING"),
    *("HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE", "HTTP_ACCEPT_ENCODING"),
)
_PERSONAL: Final = ("HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_IF_NONE_MATCH")
_NONE: Final = -1, -1
_POSTED: Final = 16 * 1024  # bytes of a query that is looked for among those that were answered

Sent = tuple[str, bytes]
"""The address of who sent a request, which proxies are known by, and the bytes of it."""

Version = tuple[int, int]
"""The version that the public is shown, and the newest, beside which a page says that it is not."""

Told = Callable[[str, str, str, str, float], None]
"""Notes an answer: the endpoint, the method, the path, the request's id, the seconds it took."""


class Kept:
    """A WSGI application in front of another, with answers of one version in memory."""

    def __init__(
        self,
        application: "WSGIApplication",
        version: Callable[[], Version],
        told: Told,
        capacity: int = 64 * _MEGABYTE,
    ) -> None:
        """With nothing kept.

        Args:
            application: answers what is not kept, and says through `keep` what may be.
            version: that the public is shown now, and the newest.
            told: is told of each answer that is given from here.
            capacity: bytes of bodies that are kept; those used last.
        """
        self._application, self._version_now, self._told = application, version, told
        self._capacity, self._bytes, self._version = capacity, 0, _NONE
        self._answers: OrderedDict[Hashable, tuple[str, str, list[tuple[str, str]], bytes]] = (
            OrderedDict()
        )
        self._sent: OrderedDict[Sent, tuple[Hashable, bytes, str, str]] = OrderedDict()
        self._turn = threading.Lock()

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        begun, method = time.perf_counter(), environ["REQUEST_METHOD"]
        posted = _posted(environ) if method == "POST" else ()
        if posted is None or any(name in environ for name in _PERSONAL):
            return self._application(environ, start)
        if method not in ("GET", "POST") or (method == "GET" and environ.get("CONTENT_LENGTH")):
            return self._application(environ, start)
        try:
            version = self._version_now()
        except RembugError:  # the application says what is wrong
            return self._application(environ, start)
        key = (*map(environ.get, _TELLING), *posted)
        with self._turn:
            if version != self._version:
                self._answers.clear()
                self._sent.clear()
                self._bytes, self._version = 0, version
            if (found := self._answers.get(key)) is not None:
                self._answers.move_to_end(key)
        if found is None:
            environ[_PLACE] = self, version, key
            return self._application(environ, start)
        endpoint, status, headers, body = found
        if "HTTP_X_REQUEST_ID" not in environ:
            environ[SENT] = partial(self._note, version, key, method, environ["PATH_INFO"])
        name = id_of(environ)
        start(status, [*headers, ("X-Request-Id", name)])
        self._told(endpoint, method, environ["PATH_INFO"], name, time.perf_counter() - begun)
        return (body,)

    def again(self, sent: "Sent") -> bytes | None:
        """The whole response to a request that was answered from here before.

        Args:
            sent: who sent it, and all of its bytes.
        """
        if sent not in self._sent:
            return None
        begun = time.perf_counter()
        try:
            version = self._version_now()
        except RembugError:
            return None
        with self._turn:
            known = self._sent.get(sent) if version == self._version else None
            if known is None or (found := self._answers.get(known[0])) is None:
                return None
            self._answers.move_to_end(known[0])
            self._sent.move_to_end(sent)
        _, head, method, path = known
        name = secrets.token_hex(8)
        self._told(found[0], method, path, name, time.perf_counter() - begun)
        return b"%bDate: %b\r\nX-Request-Id: %b\r\n\r\n%b" % (
            head,
            _date(int(time.time())),
            name.encode(),
            found[-1],
        )

    def _note(
        self, version: Version, key: Hashable, method: str, path: str, sent: "Sent", head: bytes
    ) -> None:
        """Know a request by its bytes from now on.

        Args:
            version: that it was answered at.
            key: of the answer.
            method: of the request.
            path: of the request.
            sent: who sent it, and all of its bytes.
            head: what was sent before the body of the answer.
        """
        lines = head.removesuffix(b"\r\n\r\n").split(b"\r\n")
        lasting = [line for line in lines if not line.startswith((b"Date:", b"X-Request-Id:"))]
        with self._turn:
            if version == self._version:
                whole = b"".join(line + b"\r\n" for line in lasting)
                self._sent[sent] = key, whole, method, path
                if len(self._sent) > _MOST_SENT:
                    self._sent.popitem(last=False)

    def forget(self) -> None:
        """Keep nothing, nor what is being answered now."""
        with self._turn:
            self._answers.clear()
            self._sent.clear()
            self._bytes, self._version = 0, _NONE

    def put(
        self, version: Version, key: Hashable, answer: tuple[str, str, list[tuple[str, str]], bytes]
    ) -> None:
        """Keep an answer, if the version that it is true of is shown still."""
        size = len(answer[-1]) + _POSTED
        with self._turn:
            if version != self._version or key in self._answers or size > _LARGEST:
                return
            self._answers[key] = answer
            self._bytes += size
            while self._bytes > self._capacity:
                self._bytes -= len(self._answers.popitem(last=False)[1][-1]) + _POSTED


@lru_cache(maxsize=1)
def _date(seconds: int) -> bytes:
    return http_date(seconds).encode()


def _posted(environ: "WSGIEnvironment") -> tuple[str, bytes] | None:
    """What a query that was posted follows from besides; None for all else that is posted."""
    size = environ.get("CONTENT_LENGTH") or ""
    if environ["PATH_INFO"] != "/sparql" or "HTTP_CONTENT_ENCODING" in environ:
        return None
    if not size.isdecimal() or not 0 < int(size) <= _POSTED:
        return None
    body = environ["wsgi.input"].read(int(size))
    environ["wsgi.input"] = io.BytesIO(body)
    return (environ.get("CONTENT_TYPE", ""), body) if len(body) == int(size) else None


def keep(response: Response) -> None:
    """Keep the response to a GET under way, if it came by `Kept` and is whole in memory.

    The caller says by this that it follows from the request and the version alone. What is asked
    for at an earlier version does not: that may be forgotten meanwhile.
    """
    if request.method != "GET" or response.status_code != 200 or response.direct_passthrough:
        return
    if "version" in request.args:
        return
    if response.is_streamed or "Set-Cookie" in response.headers:
        return
    headers = [(name, value) for name, value in response.headers if name != "X-Request-Id"]
    put(request.environ, request.endpoint or "none", headers, response.get_data())


def put(
    environ: "WSGIEnvironment", endpoint: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    """Keep what was answered with 200 to a request, if it came by `Kept`.

    Args:
        environ: the request's.
        endpoint: what answered it.
        headers: without the request's id.
        body: as it was sent, encoded or not.
    """
    if (place := environ.get(_PLACE)) is not None:
        kept, version, key = place
        kept.put(version, key, (endpoint, "200 OK", headers, body))


def id_of(environ: "WSGIEnvironment") -> str:
    """The name of a request: its caller's, or a new one."""
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return given if REQUEST_ID.fullmatch(given) else secrets.token_hex(8)
