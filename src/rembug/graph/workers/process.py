"""A process that answers one request at a time, and can be ended: the end of it that is ours."""

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple, cast

from rembug import terms
from rembug.errors import StoreUnreachable, TooLong, Words
from rembug.graph.workers.snapshots import Snapshot, Snapshots

_BEFORE: Final = struct.Struct(">IId")  # of what a job says, of its text, and its seconds
_LENGTHS: Final = struct.Struct(">II")  # of a reply in JSON, and of a result behind it
_AT_ONCE: Final = 64 * 1024  # bytes of a reply
_SHORT: Final = 200  # bytes of what is said with a result: mostly the same ones
_SCRIPT: Final = Path(__file__).with_name("worker.py")
TICK: Final = 0.1
"""Seconds between looks at whether the caller is still there."""

_TICK: Final = 0, int(TICK * 1_000_000)  # a timeval

SLOW: Final = 1.0
"""Seconds after which a query counts as slow."""

# Of a slow one: a third of a processor beside one that has not worked so long, and yet enough
# beside what else runs on the machine. At 19 a query of 0.4 s took 8.9 s beside two busy processes.
_NICE: Final = 5
_PREFIXES: Final = json.dumps(terms.PREFIXES)
_NEEDS_MEMORY: Final = ("memory allocation of", "bad_alloc", "MemoryError", "Cannot allocate")
_NO_ORDER: Final = "does not correctly implement a total order"  # of Rust's sort, in a panic
# What a worker is told of the environment, which may hold the password of a server.
_ENVIRONMENT: Final = (
    *("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "TZ"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR"),
)
START: Final = 20
"""Seconds that a worker may take to start."""


class Ended(Exception):
    """The caller went away; nobody reads what becomes of this."""


class Crashed(Exception):
    """A worker ended before its time.

    Attributes:
        cause: `memory`, `time` (of the processor), `order` (the engine's sort met values that its
            comparison puts into no one order), `crash` (what it read was too much for the engine),
            or `ended` (somebody else ended it).
    """

    def __init__(self, words: str, code: int) -> None:
        super().__init__(words)
        if code == -signal.SIGKILL or any(sign in words for sign in _NEEDS_MEMORY):
            self.cause = "memory"  # the kernel kills what takes the memory of others
        elif code == -signal.SIGXCPU:
            self.cause = "time"
        elif _NO_ORDER in words:
            self.cause = "order"
        else:
            self.cause = "ended" if code in (-signal.SIGTERM, -signal.SIGINT) else "crash"


class Reach(NamedTuple):
    """What a worker may open of the disk, beside Python and its libraries.

    Attributes:
        folder: a store, or a folder of stores that may be read by the same callers; None for none.
        writable: whether it may change what is there.
    """

    folder: Path | None
    writable: bool = False


NOWHERE: Final = Reach(None)


class Job(NamedTuple):
    """What a worker is to do.

    Attributes:
        said: what it is and how it is done, in JSON: the same bytes for all of which only the text
            is another, so that neither end writes or reads them each time.
        text: the query or the update that a caller wrote.
        update: whether it is an update.
        read_first: whether rdflib reads the text, whose import takes longer than most queries may.
    """

    said: bytes
    text: str | None = None
    update: bool = False
    read_first: bool = False

    @classmethod
    def of(cls, name: str, **said: object) -> "Job":
        """One without a text."""
        return cls(json.dumps({"job": name, **said}).encode())


_PREPARE: Final = Job.of("prepare")


class Worker:
    """One process; used by one thread at a time."""

    def __init__(self, reach: Reach = NOWHERE, ports: Collection[int] | None = None) -> None:
        """Start it; raises StoreUnreachable if it does not come up.

        Args:
            reach: what it may open.
            ports: what it may connect to; None where it has no network at all.
        """
        self.reach = reach
        ours, theirs = socket.socketpair()
        self._line = ours
        self._words = tempfile.TemporaryFile()  # noqa: SIM115  lives as long as the process
        # Two arenas: a thread's own would reserve 64 MiB of the memory that is counted.
        kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environment = {**kept, "MALLOC_ARENA_MAX": "2", "RUST_BACKTRACE": "0"}
        folder = [str(reach.folder)] if reach.folder else []
        may = {
            "reads": folder,
            "writes": folder if reach.writable else [],
            "ports": None if ports is None else sorted(ports),
        }
        # Nothing is written to the pipe: it ends with this process, and the worker with it.
        life, self._life = os.pipe()
        with theirs:
            passed = [theirs.fileno(), life]
            self._process = subprocess.Popen(  # noqa: S603
                [sys.executable, str(_SCRIPT), *map(str, passed), json.dumps(may), _PREFIXES],
                pass_fds=passed,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._words,
                env=environment,
            )
        os.close(life)
        self.held: tuple[Snapshots, Snapshot] | None = None
        """The snapshot that it has open, and whose it is."""
        self.renewed = 0
        """How often its crew had been renewed when it was started."""
        self.spare: BinaryIO | None = None
        """An empty file that it has for a large result: few need one, and each costs a while."""
        # So one call reads, and looks up after a tick.
        self._line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", *_TICK))
        until, ready = time.monotonic() + START, None
        while ready is None and time.monotonic() < until:
            ready = self._reply()
        if ready is None:
            self.kill()
            raise StoreUnreachable(
                Words(
                    "a worker did not start; nothing can be answered",
                    "proses penjawab tidak dapat dimulai; belum ada yang bisa dijawab",
                )
            )
        self._prepared = False
        self.sealed = bool(ready["calls"]) and ports is None
        self.confined = bool(ready["files"])

    def run(
        self,
        job: Job,
        files: Sequence[BinaryIO],
        seconds: float,
        gone: Callable[[], bool],
        slow: Callable[[], bool],
    ) -> dict[str, Any]:
        """Have a job done.

        Args:
            job: which.
            files: a large result's, and the upload's if there is one; none where it has a spare.
            seconds: how long it may take.
            gone: whether the caller is.
            slow: whether it may go on once it counts as slow; until it may, the process is stopped,
                which counts for nothing. It may raise, to end it.

        Returns:
            What it says, with the result as `body` where that is small; where it wrote to its
            spare, that as `file`.

        Raises:
            TooLong: the time is over; the worker must be killed.
            Ended: the caller is gone; the worker must be killed.
            Crashed: the process ended.
        """
        if job.read_first and not self._prepared:
            self._prepared = True
            unsent, self.spare = self.spare, None if files else self.spare
            self.run(_PREPARE, (), START, gone, lambda: True)
            self.spare = unsent if files else self.spare
        if files and files[0] is not self.spare:
            self._written(whole=False)
        text = (job.text or "").encode(errors="surrogatepass")
        begun = time.monotonic()
        with contextlib.suppress(OSError):  # a dead one is found out at the reply
            told = _BEFORE.pack(len(job.said), len(text), seconds) + job.said + text
            sent = socket.send_fds(self._line, [told], [f.fileno() for f in files]) if files else 0
            self._line.sendall(told[sent:])
        reply, nice, paused = None, False, 0.0
        while reply is None:
            spent = time.monotonic() - begun - paused
            if spent >= seconds:
                raise TooLong(
                    Words(
                        f"it was ended after {seconds:g} seconds; ask for less at a time (LIMIT, "
                        "more selective patterns), or ask the operator for a longer "
                        "--query-timeout",
                        f"dihentikan setelah {seconds:g} detik; minta lebih sedikit sekaligus "
                        "(LIMIT, "
                        "pola yang lebih khusus), atau minta pengelola memperpanjang "
                        "--query-timeout",
                    )
                )
            if spent >= SLOW and not nice:
                nice = True
                self._yield_processors()
                paused += self._stopped_until(slow, gone)
            if (reply := self._reply()) is None and gone():
                raise Ended
        if nice and not self._take_processors():
            self.tired = True
        file = None if reply["spare"] else self._written("size" in reply)
        return {"size": len(reply["body"]), **reply, "file": file}

    def _written(self, whole: bool) -> BinaryIO | None:
        """What was the spare; nothing where it does not have the whole of a result."""
        file, self.spare = self.spare, None
        if file is None or whole:
            return file
        file.close()
        return None

    def _stopped_until(self, may: Callable[[], bool], gone: Callable[[], bool]) -> float:
        """Stop the process as long as it may not go on; returns for how many seconds that was."""
        begun = time.monotonic()
        if may():
            return 0
        os.kill(self._process.pid, signal.SIGSTOP)
        while not may():
            if gone():
                raise Ended
            time.sleep(TICK)
        os.kill(self._process.pid, signal.SIGCONT)
        return time.monotonic() - begun

    tired = False
    """Whether its priority cannot be raised again, so that a fresh one should take its place."""

    def kill(self) -> None:
        """End it, whatever it does."""
        self._process.kill()
        self._process.wait()
        self._written(whole=False)
        self._line.close()
        self._words.close()
        os.close(self._life)

    def _reply(self) -> dict[str, Any] | None:
        """What it says within a tick; a small reply comes whole with one read."""
        try:
            found = self._received(self._line.recv(_AT_ONCE), _LENGTHS.size)
            told, size = _LENGTHS.unpack_from(found)
            found = self._received(found, _LENGTHS.size + told + size)
        except BlockingIOError:
            return None
        except (OSError, EOFError):
            code = self._process.wait()
            self._words.seek(0)
            raise Crashed(self._words.read()[-4000:].decode(errors="replace"), code) from None
        end = _LENGTHS.size + told
        said = found[_LENGTHS.size : end]
        reply = _read(said) if told <= _SHORT else json.loads(said)
        return {**reply, "body": found[end:]}

    def _received(self, found: bytes, size: int) -> bytes:
        """What begins so, as far as it goes; raises EOFError where no more comes."""
        if not found:
            raise EOFError
        if len(found) >= size:
            return found
        whole = bytearray(found)
        while len(whole) < size:
            with contextlib.suppress(BlockingIOError):  # it is under way
                if not (more := self._line.recv(size - len(whole))):
                    raise EOFError
                whole += more
        return bytes(whole)

    def _yield_processors(self) -> None:
        """Leave one processor to what is quick, and go behind it on the others.

        A priority alone is not enough: of two that want a processor the kernel lets the one that
        has it go on for some milliseconds, and a quick request changes processes several times.
        """
        self._schedule(_NICE, left=1)

    def _take_processors(self) -> bool:
        """Be one like the others again; False where it may not."""
        return self._schedule(0, left=0)

    def _schedule(self, nice: int, left: int) -> bool:
        """Set the priority and which processors are used; False where a part of it fails."""
        pid = self._process.pid
        try:
            os.setpriority(os.PRIO_PROCESS, pid, nice)
            if hasattr(os, "sched_setaffinity"):  # elsewhere than on Linux nothing is known of them
                ours = sorted(os.sched_getaffinity(0))  # may change as long as this process runs
                os.sched_setaffinity(pid, ours[left:] or ours)
        except OSError:  # it has ended, or the system does not let us
            return False
        return True


@lru_cache(maxsize=64)
def _read(said: bytes) -> Mapping[str, Any]:
    return cast(Mapping[str, Any], json.loads(said))
