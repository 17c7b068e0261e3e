"""Files of others, read in a process of its own: some end the process that reads them, or rob it.

A worker sees no file but the one that it is given, has limits of time and memory, and nobody minds
when it dies. It ends with who waits for it: the service, or the caller (`deadline.limited`).
"""

import atexit
import errno
import os
import threading
from typing import Any, BinaryIO, Final

from rembug.errors import StoreFull, TooLong, Unreadable, Words, with_cause
from rembug.graph.deadline import within_time
from rembug.graph.workers.process import Crashed, Worker

_SECONDS: Final = 60  # for any file; and a second more for each
_BYTES_A_SECOND: Final = 500_000  # of it, where nothing else is said
_MEMORY: Final = 2048  # MiB
_LARGEST: Final = 1024  # MiB that what is read may take on the disk; or else
_GROWN: Final = 4  # times as much as the file


class _Readers:
    """Processes that read; one is kept for the next file."""

    def __init__(self) -> None:
        self._idle: list[Worker] = []
        self._turn = threading.Lock()
        atexit.register(self._end)

    def run(
        self, request: dict[str, object], files: list[BinaryIO], seconds: float
    ) -> dict[str, Any]:
        """Have a file read; a failure is told as the worker tells one."""
        with self._turn:
            worker = self._idle.pop() if self._idle else None
        worker = worker or Worker()
        try:
            reply = worker.run(request, files, seconds, _is_over, lambda: True)
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
