"""The WSGI server that serves the application: waitress, which runs in one process of threads."""

import math
import os
import signal
import socket
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING, Any, Final, cast

from flask import Flask
from waitress.buffers import ReadOnlyFileBasedBuffer
from waitress.server import create_server
from werkzeug.wsgi import ClosingIterator

from rembug.errors import BadParameter, Ending, with_cause
from rembug.graph import Ended, Place, limited
from rembug.settings import Settings
from rembug.web.bodies import allowance
from rembug.web.receiving import Channel, Lanes

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

_PATIENCE: Final = 60
_GRACE: Final = 5  # seconds that what is judged has still when the service ends
_THREADS: Final = 16  # beside those that run on a worker or wait for one
_CONNECTIONS: Final = 1000
_LONGEST_HEADER: Final = 2**20
_FORWARDED: Final = {"x-forwarded-for", "x-forwarded-proto", "x-forwarded-host"}


def serve(
    app: Flask,
    host: str,
    port: int,
    on_ready: Callable[[str], object],
    largest_body: int = 2**30,
) -> None:
    """Serve an application until SIGTERM or Ctrl-C; what runs then is finished first.

    Args:
        app: the application.
        host: address to listen on.
        port: TCP port; 0 takes a free one.
        on_ready: told the URL once a request has been answered there.
        largest_body: bytes of a request's body beyond which it is not even read to be refused.

    Raises:
        BadParameter: the address cannot be listened on.
    """
    listener = _listen(host, port)
    counted = _Counted(app)
    chosen = cast(Settings, app.extensions["rembug"]["settings"])
    limits = chosen.limits
    server: Any = create_server(
        counted,
        sockets=[listener],
        _dispatcher=Lanes(2 * limits.workers + len(Place) * limits.waiting + _THREADS),
        ident=None,
        channel_request_lookahead=1,  # so that a caller who hangs up is noticed
        channel_timeout=_PATIENCE,
        connection_limit=_CONNECTIONS,
        asyncore_use_poll=True,
        max_request_body_size=largest_body,
        max_request_header_size=_LONGEST_HEADER,
        trusted_proxy=chosen.proxy or None,
        trusted_proxy_headers=_FORWARDED if chosen.proxy else (),
        clear_untrusted_proxy_headers=True,
    )
    server.channel_class, server.adj.allowance = Channel, partial(allowance, app)
    server.again = app.extensions["rembug"]["kept"].again
    url = f"http://{_reachable(host)}:{listener.getsockname()[1]}/"
    ended = threading.Event()
    if threading.current_thread() is threading.main_thread():
        ending = threading.Event()

        def end(_signal: int, _frame: FrameType | None) -> None:
            if ended.is_set():
                return
            if ending.is_set():
                raise SystemExit(0)
            ending.set()
            threading.Thread(target=_finish, args=(listener, server, counted), daemon=True).start()

        signal.signal(signal.SIGTERM, end)
    threading.Thread(target=_announce, args=(url, on_ready), daemon=True).start()
    with suppress(SystemExit):  # it may come just when the server has ended by itself
        server.run()
        ended.set()
    ended.set()


class _Counted:
    """A WSGI application that knows how many requests are under way, and for whom.

    What is read or judged for a caller who has left ends; so does, when the service ends, what is
    not done within a few seconds. Nothing of it was stored.
    """

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._turn = threading.Lock()
        self.under_way = 0
        self.until = math.inf
        """When what is judged still is ended, by the monotonic clock."""

    def _look(self, gone: Callable[[], bool]) -> None:
        if time.monotonic() > self.until:
            raise Ending()
        if gone():
            raise Ended

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        with self._turn:
            self.under_way += 1
        gone = environ.get("waitress.client_disconnected", lambda: False)
        try:
            with limited(math.inf, partial(self._look, gone)):
                answer = self._app(environ, start)
        except BaseException:
            self._ended()
            raise
        if isinstance(answer, ReadOnlyFileBasedBuffer):  # which the server sends without a thread
            self._ended()
            return answer
        return ClosingIterator(answer, self._ended)

    def _ended(self) -> None:
        with self._turn:
            self.under_way -= 1


def _finish(listener: socket.socket, server: Any, counted: _Counted) -> None:
    """Take no more, wait until what runs is answered and sent, then end."""
    listener.shutdown(socket.SHUT_RDWR)
    counted.until = time.monotonic() + _GRACE
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until and (counted.under_way or _unsent(server)):
        time.sleep(0.05)
    os.kill(os.getpid(), signal.SIGTERM)


def _unsent(server: Any) -> bool:
    """Whether a connection still has bytes of an answer to send."""
    channels = list(getattr(server, "active_channels", {}).values())
    return any(channel.total_outbufs_len or channel.requests for channel in channels)


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family)
    except OSError as error:
        raise BadParameter(
            with_cause(
                f"cannot listen on {host}, port {port}; choose another with --host or --port (0 "
                "takes a free one)",
                f"tidak dapat mendengarkan di {host}, porta {port}; pilih yang lain dengan --host "
                "atau --port (0 mengambil porta yang bebas)",
                error,
            )
        ) from error


def _announce(url: str, on_ready: Callable[[str], object]) -> None:
    for _ in range(_PATIENCE * 10):
        try:
            with urllib.request.urlopen(url + "health/ready", timeout=_PATIENCE):  # noqa: S310
                on_ready(url)
                return
        except urllib.error.URLError:
            time.sleep(0.1)


def _reachable(address: str) -> str:
    """What to write into a URL for an address that is listened on."""
    address = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(address, address)  # noqa: S104
    return f"[{address}]" if ":" in address else address
