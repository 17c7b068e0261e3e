"""Files of others, read in a process of its own: some end the process that reads them, or rob it.

A worker sees no file but the one that it is given, has limits of time and memory, and nobody minds
when it dies. It ends with who waits for it: the service, or the caller (`deadline.limited`). Each
may take much memory, so that few read at a time, and of one caller's files fewer. Who waits may
hold a thread of the service, so that how many may is bounded as well.
"""

import atexit
import errno
import json
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

from rembug.errors import StoreFull, TooLong, TooMany, Unreadable, Words, with_cause
from rembug.graph.deadline import asker, within_time
from rembug.graph.workers.process import TICK, Crashed, Job, Worker

_SECONDS: Final = 60  # for any file; and a second more for each
_BYTES_A_SECOND: Final = 500_000  # of it, where nothing else is said
_MEMORY: Final = 2048  # MiB
_TOGETHER: Final = 3  # files at a time; so much memory, times as many
_EACH: Final = 2  # of one caller
_WAITING: Final = 32  # files that may wait
_WAITING_EACH: Final = 8  # of one caller
_LARGEST: Final = 1024  # MiB that what is read may take on the disk; or else
_GROWN: Final = 4  # times as much as the file


class Places:
    """Places for files that are read; who has fewer goes first, then who came first."""

    def __init__(
        self, together: int, each: int, waiting: int = _WAITING, waiting_each: int = _WAITING_EACH
    ) -> None:
        """With all of them free.

        Args:
            together: how many there are.
            each: how many of them one caller may have.
            waiting: how many may wait for one.
            waiting_each: of one caller. A command, which has no name, waits in any case.
        """
        self._together, self._each = together, each
        self._most, self._most_each = waiting, waiting_each
        self._condition = threading.Condition()
        self._running: Counter[str] = Counter()
        self._waiting: list[tuple[str]] = []  # each one a thing of its own

    @contextmanager
    def one(self) -> Iterator[None]:
        """Wait for a place.

        Raises:
            TooMany: too many wait already.
            RembugError: of `within_time`, where nobody waits for it any more.
        """
        mine = (name := asker(),)
        with self._condition:
            if name:
                self._require_room(name)
            self._waiting.append(mine)
            try:
                while self._next() is not mine:
                    within_time()
                    self._condition.wait(TICK)
                self._running[name] += 1
            finally:
                self._waiting = [one for one in self._waiting if one is not mine]
                self._condition.notify_all()
        try:
            yield
        finally:
            with self._condition:
                self._running[name] -= 1
                self._running += Counter()  # without those that have none
                self._condition.notify_all()

    def _require_room(self, name: str) -> None:
        here, mine = len(self._waiting), self._waiting.count((name,))
        if here >= self._most or mine >= self._most_each:
            raise TooMany(
                Words(
                    f"{mine} files of this client are waiting to be read, {here} of all; send this "
                    "one when another is answered",
                    f"{mine} berkas dari klien ini sedang menunggu dibaca, semuanya {here}; kirim "
                    "yang ini setelah ada yang selesai",
                )
            )

    def _next(self) -> tuple[str] | None:
        if self._running.total() >= self._together:
            return None
        may = [one for one in self._waiting if self._running[one[0]] < self._each]
        return min(may, key=lambda one: self._running[one[0]], default=None)


class _Readers:
    """Processes that read; one is kept for the next file."""

    def __init__(self) -> None:
        self._idle: list[Worker] = []
        self._turn, self._places = threading.Lock(), Places(_TOGETHER, _EACH)
        atexit.register(self._end)

    def run(
        self, request: dict[str, object], files: list[BinaryIO], seconds: float
    ) -> dict[str, Any]:
        """Have a file read; a failure is told as the worker tells one."""
        with self._places.one():
            return self._read(request, files, seconds)

    def _read(
        self, request: dict[str, object], files: list[BinaryIO], seconds: float
    ) -> dict[str, Any]:
        with self._turn:
            worker = self._idle.pop() if self._idle else None
        worker = worker or Worker()
        try:
            job = Job(json.dumps(request).encode())
            reply = worker.run(job, files, seconds, _is_over, lambda: True)
        except Crashed as crash:
            worker.kill()
            return {"error": crash.cause}
        except BaseException as error:
            worker.kill()
            # That of a change that is judged is told as such.
            if isinstance(error, TooLong):
                within_time()
                return {"error": "time"}
            raise
        with self._turn:
            self._idle.append(worker)
            spare, self._idle = self._idle[1:], self._idle[:1]
        for one in spare:
            one.kill()
        return reply

    def _end(self) -> None:
        for worker in self._idle:
            worker.kill()


_READERS: Final = _Readers()


def _is_over() -> bool:
    within_time()
    return False


def read(
    request: dict[str, object], output: BinaryIO, upload: BinaryIO, pace: int = _BYTES_A_SECOND
) -> dict[str, Any]:
    """Have a worker read a file, from its beginning.

    Args:
        request: what to do, with a `job` that the worker knows.
        output: where it writes what it read; left at its beginning.
        upload: the file.
        pace: bytes of it for which there is a second more.

    Returns:
        What it says; what went wrong has its kind as `error`.

    Raises:
        StoreFull: the disk has no room for what is read.
        RembugError: of `within_time`, where nobody waits for it any more.
    """
    size = upload.seek(0, 2)
    upload.seek(0)
    seconds = _SECONDS + size / pace
    limits = {"memory": _MEMORY, "largest": max(_LARGEST * 2**20, _GROWN * size)}
    reply = _READERS.run({**request, **limits}, [output, upload], seconds)
    if reply.get("error") == "full":
        full = StoreFull.of(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
        raise full or AssertionError(reply)
    output.seek(0)
    return reply


def decoded(
    decoder: str,
    request: dict[str, object],
    output: BinaryIO,
    upload: BinaryIO,
    pace: int = _BYTES_A_SECOND,
) -> None:
    """Have a worker read a file as a module of another room says.

    Args:
        decoder: the module; its `decode` gets the request, a stream to write to and the file.
        request: for it, with the file's name as `file`.
        output: where it writes; left at its beginning.
        upload: the file.
        pace: as in `read`.

    Raises:
        Unreadable: it cannot be read within the limits, or ends the process that reads it.
        StoreFull: as in `read`.
        RembugError: of `within_time`, where nobody waits for it any more.
    """
    reply = read({"job": "decode", "decoder": decoder, **request}, output, upload, pace)
    if "error" in reply:
        raise fault(str(request["file"]), reply)


def fault(name: str, reply: dict[str, Any]) -> Unreadable:
    """What is told of a file of which nothing else is known than the worker's reply."""
    match reply["error"]:
        case "time":
            return Unreadable(
                name,
                Words(
                    "takes too long to read; split it into smaller files",
                    "terlalu lama dibaca; pecah menjadi berkas yang lebih kecil",
                ),
            )
        case "memory":
            return Unreadable(
                name,
                Words(
                    f"takes more than {_MEMORY} MiB to read; split it",
                    f"memerlukan lebih dari {_MEMORY} MiB untuk dibaca; pecah berkasnya",
                ),
            )
        case "size":
            return Unreadable(
                name,
                Words(
                    f"unpacks to more than {_LARGEST} MiB; split it",
                    f"isinya mengembang menjadi lebih dari {_LARGEST} MiB; pecah berkasnya",
                ),
            )
        case kind:
            return Unreadable(
                name,
                with_cause(
                    "cannot be read; save it again",
                    "tidak dapat dibaca; simpan ulang berkasnya",
                    reply.get("message") or kind,
                ),
            )
