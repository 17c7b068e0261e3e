"""How waitress takes requests in: what may not be brought is not read, and probes wait for nobody.

Waitress reads a request whole before it gives it to a thread. Here its headers decide first whether
the body is taken; one that is not reaches neither memory nor disk.

Waitress reads all connections in one thread and answers in others. Who asks many small things sends
the next at once, and each step from thread to thread costs as much as such a thing itself. So a
thread that has answered reads on for a moment, and no other looks at its connection meanwhile.
"""

import select
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any, Final, cast

from waitress.channel import ClientDisconnected, HTTPChannel
from waitress.parser import HTTPRequestParser, ParsingError
from waitress.task import ThreadedTaskDispatcher, WSGITask
from werkzeug.sansio.utils import host_is_trusted

from rembug.web.bodies import UNREAD
from rembug.web.kept import SENT, Sent

Allowance = Callable[[str, Mapping[str, str]], int]
"""How many bytes a request may bring, by its path and headers."""

_LINGER: Final = 30  # seconds
_MOMENT: Final = 0.01  # seconds that a thread waits for the next request on its connection
_KNOWN: Final = 16 * 1024  # bytes of a request that may be known by them
_PACKET: Final = 64 * 1024  # bytes of a body that go out together with the headers
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
        task.go_to_a_thread(waits=lane is None)
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
        """Read the headers, and decide by them.

        Raises:
            ParsingError: it does not say of which host it asks (RFC 9112 §3.2), or where its body
                ends in two ways, of which proxies may believe the other (§6.1).
        """
        super().parse_header(header_plus)
        host = self.headers.get("HOST")
        if not host_is_trusted(host) and (host is not None or self.version == "1.1"):
            raise ParsingError(
                "One Host header is needed, with a name and perhaps a port. / "
                "Perlu satu header Host, berisi nama dan bila perlu port."
            )
        if self.chunked and "CONTENT_LENGTH" in self.headers:
            raise ParsingError(
                "Send Content-Length or Transfer-Encoding, not both. / "
                "Kirim Content-Length atau Transfer-Encoding, jangan keduanya."
            )
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


class _Task(WSGITask):
    """A request and its answer; one that is whole goes out with its headers."""

    def write(self, data: bytes) -> None:
        """Send a part of the body; the first one after the headers."""
        size = len(data)
        if self.wrote_header or not size or size != self.content_length or size > _PACKET:
            super().write(data)
        elif self.complete and self.has_body:
            head = self.build_response_header()
            self.channel.write_soon(head + data)
            self.wrote_header, self.content_bytes_written = True, size
            if (told := (self.environ or {}).get(SENT)) and not self.close_on_finish:
                cast(Channel, self.channel).know(self.request, told, head)
        else:
            super().write(data)


class _Server:
    """The server as a connection sees it, which wakes the reading thread only where it must."""

    def __init__(self, server: Any, channel: "Channel") -> None:
        self._server, self._channel = server, channel

    def __getattr__(self, name: str) -> Any:
        return getattr(self._server, name)

    def pull_trigger(self) -> None:
        """Have the reading thread look at the connection, if there is something to do for it."""
        channel = self._channel
        if channel.total_outbufs_len or channel.will_close or not channel.away:
            self._server.pull_trigger()

    def add_task(self, channel: "Channel") -> None:
        """Have a request answered: by another thread, unless this one is at it."""
        if not channel.is_here():
            self._server.add_task(channel)


class Channel(HTTPChannel):
    """A connection. One with a body that was not taken lingers when it is closed.

    What still comes is thrown away for a while: closing with bytes unread would reset the
    connection, and the other end would not read why (RFC 9112 §9.6).
    """

    away = False
    """Whether a thread has it, or it waits for one: nobody else reads from it."""

    _came = b""  # with one read, if that began a request
    _thread: int | None = None
    _waits = False  # whether that thread may wait for the next request
    _lingers = False
    _until = 0.0

    parser_class = _Request
    task_class = _Task

    def __init__(self, server: Any, *args: Any, **more: Any) -> None:
        super().__init__(cast(Any, _Server(server, self)), *args, **more)
        self._shared = server

    def go_to_a_thread(self, *, waits: bool) -> None:
        """Be answered by a thread, which may wait for a moment then."""
        self.away, self._waits = True, waits

    def is_here(self) -> bool:
        """Whether the thread that asks answers it."""
        return self._thread == threading.get_ident()

    def service(self) -> None:
        """Answer what has come, and what comes soon; then leave it to who reads all others."""
        self._thread = threading.get_ident()
        try:
            while True:
                super().service()
                if not self.requests and self._may_wait():
                    self._wait()
                if not self.requests:
                    break
                if not self._waits or self._shared.task_dispatcher.queue:  # others come first
                    self._thread = None
                    self._shared.add_task(self)
                    return
        except BaseException:
            self.will_close = True
            self._leave()
            raise
        self._leave()

    def _leave(self) -> None:
        self._thread, self.away = None, False
        with suppress(OSError):  # the service ends, and nobody reads any more
            self._shared.pull_trigger()

    def _may_wait(self) -> bool:
        """Whether the next request may come soon, and nobody else needs this thread."""
        ends = self.will_close or self.close_when_flushed or self._lingers or not self.connected
        busy = self.total_outbufs_len or self._shared.task_dispatcher.queue
        return self._waits and not ends and not busy

    def _wait(self) -> None:
        """Read until a request is whole, or the moment is over."""
        assert self.socket is not None
        coming, until = select.poll(), time.monotonic() + _MOMENT
        with suppress(ValueError):  # it was closed meanwhile
            coming.register(self.socket, select.POLLIN)
        while not self.requests and self._may_wait():
            if not coming.poll(max(0, until - time.monotonic()) * 1000):
                return
            if not (data := self._heard(self.adj.recv_bytes)):
                return  # who reads all others finds the end of it, and closes it
            self.last_activity = time.time()
            self.received(data)
            if self.request is None:  # it was answered at once, or is whole
                until = time.monotonic() + _MOMENT

    def _heard(self, most: int, how: int = 0) -> bytes | None:
        """What has come; None where nothing has, no bytes where the other end is gone."""
        assert self.socket is not None
        try:
            return self.socket.recv(most, how)
        except BlockingIOError:
            return None
        except OSError:
            return b""

    def check_client_disconnected(self) -> bool:  # type: ignore[override]
        """Whether the other end is gone."""
        if self.connected and self._heard(1, socket.MSG_PEEK) == b"":
            self.connected = False
        return not self.connected

    def received(self, data: bytes) -> bool:
        """Take some bytes."""
        if self._lingers:
            return True
        if self.will_close or self.close_when_flushed:
            return False
        fresh = self.request is None and not self.requests
        if fresh and self.is_here() and (answer := self._shared.again((self.addr[0], data))):
            with suppress(ClientDisconnected):
                self.write_soon(answer)
            return True
        self._came = data if fresh and len(data) <= _KNOWN else b""
        taken: bool = super().received(data)
        self._lingers = any(getattr(request, "refused", False) for request in self.requests)
        return taken

    def know(self, request: Any, told: Callable[[Sent, bytes], object], head: bytes) -> None:
        """Tell the bytes of a request that came alone, with one read; and its answer's head."""
        size = request.header_bytes_received + request.body_bytes_received
        if self._came and size == len(self._came):
            told((self.addr[0], self._came), head)

    def _flush_some(self, do_close: bool = True) -> bool:
        """Send what is to be sent.

        Waitress takes no lock where no request is under way, since nobody writes then. Here what
        is known by its bytes is answered without one, and would be sent by two threads at once.
        """
        with self.outbuf_lock:
            sent: bool = super()._flush_some(do_close)  # type: ignore[misc]
        return sent

    def readable(self) -> bool:
        """Whether to look for more bytes."""
        return not self.away and bool(self._until or super().readable())

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
