"""Answers that need not be worked out again until the data change."""

import re
import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from time import monotonic
from typing import Final

from rembug.errors import TooLong, Words
from rembug.graph.model import Answer, Asker, Kind
from rembug.graph.workers.engine_dataset import may_stand_in
from rembug.graph.workers.process import TICK, Ended

_MEGABYTE: Final = 1024 * 1024
_LARGEST: Final = 8 * _MEGABYTE
_CHANGES_BY_ITSELF: Final = re.compile(
    r"(?<![?$\w])(?:now|rand|uuid|struuid)\b|service|\\u", re.IGNORECASE
)

_PARTS: Final = ("now", "rand", "uuid", "service", "\\u")  # one of which stands in each of them

Queued = Callable[[Asker], AbstractContextManager[None]]


def changes_by_itself(query: str) -> bool:
    """Whether a query may be answered otherwise over the same data; other endpoints are asked so.

    What may be spelt in escapes is taken to be so.
    """
    return may_stand_in(_PARTS, query) and _CHANGES_BY_ITSELF.search(query) is not None


class Cache:
    """The answers used last, in memory, up to a number of bytes; large ones are not kept."""

    def __init__(self, capacity: int = 64 * _MEGABYTE) -> None:
        """With room for so many bytes."""
        self._capacity = capacity
        self._kept: OrderedDict[Hashable, tuple[Kind, str, bytes, int | None]] = OrderedDict()
        self._bytes = 0
        self._turn = threading.Lock()
        self._made = threading.Condition(self._turn)
        self._making: set[Hashable] = set()
        self.hits = self.misses = 0
        self.cleared = 0
        """How many times it was emptied, for `put`."""

    def get(self, key: Hashable) -> Answer | None:
        """An answer that was kept under a key."""
        with self._turn:
            if (found := self._kept.get(key)) is None:
                self.misses += 1
                return None
            self._kept.move_to_end(key)
            self.hits += 1
        return Answer.of(*found)

    @contextmanager
    def turn(
        self, key: Hashable, asker: Asker, queued: Queued = lambda _: nullcontext()
    ) -> Iterator[Answer | None]:
        """What is kept under a key, once nobody is making it; else whoever asks makes it.

        Args:
            key: what is asked.
            asker: who asks it.
            queued: counts who waits for another's answer, which holds a thread as any wait does.

        Raises:
            Ended: the caller is gone.
            TooMany: so many wait already, as `queued` says.
            TooLong: somebody makes it for longer than the caller waits.
        """
        until = monotonic() + (asker.seconds or float("inf"))
        with self._turn:
            first = key not in self._making
            if not first:
                with queued(asker):
                    self._await(key, asker, until)
            if first:
                self._making.add(key)
        try:
            yield self.get(key)
        finally:
            if first:
                with self._turn:
                    self._making.discard(key)
                    self._made.notify_all()

    def _await(self, key: Hashable, asker: Asker, until: float) -> None:
        while key in self._making:
            if asker.gone():
                raise Ended
            if monotonic() >= until:
                raise TooLong(
                    Words(
                        f"it was not worked out within {asker.seconds:g} seconds",
                        f"belum selesai dihitung dalam {asker.seconds:g} detik",
                    )
                )
            self._made.wait(TICK)

    def clear(self) -> None:
        """Keep nothing."""
        with self._turn:
            self._kept.clear()
            self._bytes = 0
            self.cleared += 1

    def put(self, key: Hashable, answer: Answer, cleared: int | None = None) -> None:
        """Keep an answer, unless it is large.

        Args:
            key: what it is asked for by.
            answer: which.
            cleared: `cleared` when it was begun; if the cache was emptied since, the answer may
                say what is to be forgotten, and is not kept.
        """
        if answer.size > _LARGEST:
            return
        body = answer.body
        answer.content.seek(0)
        with self._turn:
            if cleared not in (None, self.cleared):
                return
            if key not in self._kept:
                self._kept[key] = (answer.kind, answer.media_type, body, answer.version)
                self._bytes += len(body)
            while self._bytes > self._capacity:
                self._bytes -= len(self._kept.popitem(last=False)[1][2])
