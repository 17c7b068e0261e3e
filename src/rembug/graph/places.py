"""Who may have a worker, and who waits: places for quick queries and for slow ones.

Nobody knows before whether a query is slow. One that turns out so moves to a slow place, of which
there are half as many as workers, and its text goes there at once when it comes again.
"""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

from rembug.errors import Overloaded, TooMany
from rembug.graph.model import Asker
from rembug.graph.process import SLOW, TICK, Ended
from rembug.settings import Limits

_REMEMBERED: Final = 1000  # texts known to be slow


class Places:
    """As many places as workers; one caller may have so many of those for quick queries."""

    def __init__(self, limits: Limits) -> None:
        """With all places free."""
        self.limits = limits
        self._condition = threading.Condition()
        self._running: Counter[str] = Counter()
        self._slow: Counter[str] = Counter()
        self._waiting = 0
        self._known_slow: OrderedDict[bytes, None] = OrderedDict()
        self._most_slow = max(1, limits.workers // 2)

    @property
    def busy(self) -> int:
        """Places that are taken now."""
        return self._running.total() + self._slow.total()

    @property
    def waiting(self) -> int:
        """Requests that wait for a place now."""
        return self._waiting

    @contextmanager
    def turn(self, asker: Asker, key: bytes) -> Iterator[Callable[[], None]]:
        """Wait for a place; gives what to call when the request turns out slow."""
        known = key in self._known_slow
        self._wait_for_place(asker, known)
        place = self._slow if known else self._running

        def slow() -> None:
            nonlocal place
            if key:
                self._known_slow[key] = None
                self._known_slow.move_to_end(key)
                while len(self._known_slow) > _REMEMBERED:
                    self._known_slow.popitem(last=False)
            if place is self._slow:
                return
            with self._condition:
                if not self._place_for_slow():
                    raise Overloaded(
                        "it is slow, and as many slow queries run as may; try again later"
                    )
                self._running[asker.name] -= 1
                self._slow[asker.name] += 1
                place = self._slow
                self._condition.notify_all()

        begun = time.monotonic()
        try:
            yield slow
        finally:
            if time.monotonic() - begun < SLOW:
                self._known_slow.pop(key, None)
            with self._condition:
                place[asker.name] -= 1
                if not place[asker.name]:
                    del place[asker.name]
                self._condition.notify_all()

    def _wait_for_place(self, asker: Asker, slow: bool) -> None:
        until = time.monotonic() + self.limits.seconds
        with self._condition:
            if not self._has_place(asker, slow):
                if self._waiting >= self.limits.waiting:
                    raise TooMany(f"{self._waiting} queries are waiting already; try again later")
                self._waiting += 1
                try:
                    while not self._has_place(asker, slow):
                        if asker.gone():
                            raise Ended
                        if time.monotonic() >= until:
                            raise TooMany(
                                "no worker became free in time: one caller may have "
                                f"{self.limits.per_caller} queries at a time; try again later"
                            )
                        self._condition.wait(TICK)
                finally:
                    self._waiting -= 1
            (self._slow if slow else self._running)[asker.name] += 1

    def _has_place(self, asker: Asker, slow: bool) -> bool:
        if self.busy >= self.limits.workers:
            return False
        if slow:
            return self._place_for_slow()
        return not asker.name or self._running[asker.name] < self.limits.per_caller

    def _place_for_slow(self) -> bool:
        return self._slow.total() < self._most_slow
