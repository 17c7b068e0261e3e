"""One request to a SPARQL server that can be given up: within a time, a size, and while it is read.

SPARQL 1.1 Protocol §2.1.2, a query by POST with URL-encoded parameters.
"""

import base64
import http.client
import time
import urllib.request
from collections.abc import Callable, Mapping
from contextlib import closing
from multiprocessing.connection import wait
from typing import BinaryIO, Final
from urllib.parse import urlencode, urlsplit

from rembug.errors import TooLarge, TooLong, Words
from rembug.graph.workers.process import TICK, Ended
from rembug.settings import Endpoint

_PIECE: Final = 65_536
_CONNECT: Final = 10  # seconds


class Failed(Exception):
    """The server did not answer as it should.

    Attributes:
        refused: whether it answered, and that it does not do this; else it may be gone.
    """

    def __init__(self, message: str, *, refused: bool = False) -> None:
        super().__init__(message)
        self.refused = refused


class Exchange:
    """Where queries go, and how to say who asks."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint
        self._parts = parts = urlsplit(endpoint.query)
        self._target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        self.software = ""
        """What the server says it is."""

    def ask(
        self,
        fields: Mapping[str, str],
        accept: str,
        seconds: float,
        gone: Callable[[], bool],
        *,
        largest: int,
        into: BinaryIO,
    ) -> None:
        """Send parameters, and have the answer; the connection ends when nobody waits any more.

        Args:
            fields: the parameters of the request.
            accept: the media type that is wanted.
            seconds: how long the answer may take.
            gone: whether whoever waits for it is.
            largest: bytes of an answer at most.
            into: where the answer is written.

        Raises:
            Failed: it does not answer, or not with the whole of what was asked for.
            TooLong, TooLarge: our limits.
            Ended: the caller is gone.
        """
        until = time.monotonic() + seconds
        sent = urlencode(fields).encode()
        authorization = self._basic()
        for attempt in range(2):
            with closing(self._connection()) as connection:
                try:
                    headers = {
                        "Content-Type": "application/x-www-form-urlencoded",
                        "Accept": accept,
                        **({"Authorization": authorization} if authorization else {}),
                    }
                    connection.request("POST", self._target, sent, headers)
                    self._wait(connection, until, seconds, gone)
                    answer = connection.getresponse()
                    challenge = answer.headers.get("WWW-Authenticate", "")
                    if answer.status == 401 and not attempt and "digest" in challenge.lower():
                        authorization = self._digest(challenge)
                        continue
                    self._body(connection, answer, until, seconds, gone, largest, into)
                    return
                except (OSError, http.client.HTTPException) as error:
                    raise Failed(f"{self._endpoint.query}: {error}") from error
        raise Failed(f"{self._endpoint.query} does not know who asks", refused=True)

    def _body(
        self,
        connection: http.client.HTTPConnection,
        answer: http.client.HTTPResponse,
        until: float,
        seconds: float,
        gone: Callable[[], bool],
        largest: int,
        into: BinaryIO,
    ) -> None:
        self.software = answer.headers.get("Server", "")
        if answer.status != 200 or answer.headers.get("X-SQL-State"):  # Virtuoso, when time is over
            words = " ".join(answer.read(300).decode(errors="replace").split())
            told = f"{self._endpoint.query} answered {answer.status}: {words}"
            raise Failed(told, refused=answer.status < 500)
        size = 0
        while True:
            if connection.sock is not None and not answer.isclosed():
                connection.sock.settimeout(max(until - time.monotonic(), 0.001))
            try:
                piece = answer.read1(_PIECE)
            except TimeoutError:
                raise _late(seconds) from None
            if not piece:
                break
            size += len(piece)
            if size > largest:
                raise TooLarge(
                    Words(
                        "the result is too large; ask for less at a time (LIMIT and OFFSET)",
                        "hasilnya terlalu besar; minta lebih sedikit sekaligus (LIMIT dan OFFSET)",
                    )
                )
            into.write(piece)
            if gone():
                raise Ended
            if time.monotonic() > until:
                raise _late(seconds)
        if answer.length:  # bytes that were announced and did not come
            raise Failed(f"{self._endpoint.query} ended in the middle of its answer")

    def _wait(
        self,
        connection: http.client.HTTPConnection,
        until: float,
        seconds: float,
        gone: Callable[[], bool],
    ) -> None:
        """Until the answer begins."""
        while not wait([connection.sock], TICK):
            if gone():
                raise Ended
            if time.monotonic() > until:
                raise _late(seconds)

    def _connection(self) -> http.client.HTTPConnection:
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=_CONNECT)
        return http.client.HTTPConnection(host, port, timeout=_CONNECT)

    def _basic(self) -> str:
        if not self._endpoint.user or self._endpoint.auth == "digest":
            return ""
        told = f"{self._endpoint.user}:{self._endpoint.password}".encode()
        return f"Basic {base64.b64encode(told).decode()}"

    def _digest(self, challenge: str) -> str:
        """The answer to a challenge (RFC 7616), which urllib works out."""
        passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
        url = self._endpoint.query
        passwords.add_password(None, url, self._endpoint.user, self._endpoint.password)
        handler = urllib.request.AbstractDigestAuthHandler(passwords)
        told = challenge.split(" ", 1)[1]
        parsed = urllib.request.parse_keqv_list(urllib.request.parse_http_list(told))
        request = urllib.request.Request(url, method="POST")  # noqa: S310  http or https
        return f"Digest {handler.get_authorization(request, parsed)}"


def _late(seconds: float) -> TooLong:
    return TooLong(
        Words(
            f"it was ended after {seconds:g} seconds; ask for less at a time (LIMIT, more "
            "selective "
            "patterns), or ask the operator for a longer --query-timeout",
            f"dihentikan setelah {seconds:g} detik; minta lebih sedikit sekaligus (LIMIT, pola "
            "yang "
            "lebih khusus), atau minta pengelola memperpanjang --query-timeout",
        )
    )
