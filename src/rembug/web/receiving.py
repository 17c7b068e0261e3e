"""How waitress takes requests in: what may not be brought is not read, and probes wait for nobody.

Waitress reads a request whole before it gives it to a thread. Here its headers decide first whether
the body is taken; one that is not reaches neither memory nor disk.
"""

import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final

from waitress.channel import HTTPChannel
from waitress.parser import HTTPRequestParser
from waitress.task import ThreadedTaskDispatcher

from rembug.web.bodies import UNREAD

Allowance = Callable[[str, Mapping[str, str]], int]
"""How many bytes a request may bring, by its path and headers."""

_LINGER: Final = 30  # seconds
_PROBES: Final = {"/health/live": 1, "/health/ready": 2, "/metrics": 1}


class Lanes(ThreadedTaskDispatcher):
    """Threads for requests; probes have some of their own, which nothing else can take."""

    def __init__(self, threads: int) -> None:
        super().__init__()
        self.set_thread_count(threads)
        self._probes: dict[str, ThreadedTaskDispatcher] = {}
        for path, number in _PROBES.items():
            self._probes[path] = ThreadedTaskDispatcher()
            self._probes[path].set_thread_count(number)

    def add_task(self, task: Any) -> None:
        """Take a channel whose first request is to be answered."""
        lane = self._probes.get(getattr(task.requests[0], "path", ""))
        if lane is None:
            super().add_task(task)
        else:
            lane.add_task(task)

    def shutdown(self, cancel_pending: bool = True, timeout: int = 5) -> Any:
        """End the threads."""
        for lane in self._probes.values():
            lane.shutdown(cancel_pending, timeout)
        return super().shutdown(cancel_pending, timeout)


class _Request(HTTPRequestParser):
    """A request whose body is taken only as far as its sender may bring it."""

    refused = False

    path: str
    headers: dict[str, str]

    def __init__(self, adj: Any) -> None:
        super().__init__(adj)
        self._allowance: Allowance = adj.allowance
        self._most = 0

    def parse_header(self, header_plus: bytes) -> None:
        """Read the headers, and decide by them."""
        super().parse_header(header_plus)
        if self.body_rcv is not None:
            self._most = self._allowance(self.path, self.headers)
            if self.content_length > self._most:
                self._refuse()

    def received(self, data: bytes) -> int:
        """Take some bytes; returns how many. Of what is refused all, which go nowhere."""
        consumed: int = super().received(data)
        if self.chunked and not self.refused and self.body_bytes_received > self._most:
            self._refuse()
            self.completed = True
        return len(data) if self.refused else consumed

    def _refuse(self) -> None:
        if self.body_rcv is not None:
            self.body_rcv.getbuf().close()
        self.body_rcv, self.expect_continue, self.content_length = None, False, 0
        self.refused = self.connection_close = True
        self.headers |= {UNREAD: "1", "CONNECTION": "close"}


class Channel(HTTPChannel):
    """A connection. One with a body that was not taken lingers when it is closed.

    What still comes is thrown away for a while: closing with bytes unread would reset the
    connection, and the other end would not read why (RFC 9112 §9.6).
    """

    _lingers = False
    _until = 0.0

    parser_class = _Request

    def received(self, data: bytes) -> bool:
        """Take some bytes."""
        if self._lingers:
            return True
        taken: bool = super().received(data)
        self._lingers = any(getattr(request, "refused", False) for request in self.requests)
        return taken

    def readable(self) -> bool:
        """Whether to look for more bytes."""
        return bool(self._until or super().readable())

    def writable(self) -> bool:
        """Whether there is something to send, or to be closed."""
        return bool(self.will_close if self._until else super().writable())

    def handle_read(self) -> None:
        """Read; once it lingers, to throw away."""
        if not self._until:
            super().handle_read()
        elif not self.recv(self.adj.recv_bytes) or time.time() > self._until:
            super().handle_close()

    def handle_close(self) -> None:
        """Close, or linger first."""
        if self._lingers and self.connected and not self._until:
            self._until, self.will_close = time.time() + _LINGER, False
            with suppress(OSError):
                assert self.socket is not None
                self.socket.shutdown(socket.SHUT_WR)
                return
        super().handle_close()
