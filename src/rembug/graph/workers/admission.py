"""Who may have a worker, and who waits: places for quick queries and for slow ones.

Nobody knows before whether a query is slow. One that turns out so moves to a slow place, of which
there are half as many as workers, and its text goes there at once when it comes again. Where none
is free it is stopped and waits for one, and its worker's place goes to others meanwhile.

Who waits holds a thread of the service, so that how many may is bounded: for each caller, and for
queries, pages and probes each by themselves.
"""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from rembug.errors import Overloaded, TooMany, Words
from rembug.graph.model import Asker, Place
from rembug.graph.workers.process import SLOW, TICK, Ended
from rembug.settings import Limits

Key = TypeVar("Key", bound=Hashable)

_REMEMBERED: Final = 1000  # texts known to be slow
# Of one caller may wait so many times the queries that they may have at a time. An address may be
# that of an office whose people look at pages, for which nobody waits long.
_EACH: Final = {Place.QUERY: 2, Place.PAGE: 4, Place.PROBE: 4}


class Admission:
    """As many places as workers; one caller may have so many of those for quick queries.

    Pages have one more of either kind, and probes another: where slow queries take the processors,
    a part of a page that is quick else may count as slow.
    """

    def __init__(self, limits: Limits) -> None:
        """With all places free."""
        self.limits = limits
        self._condition = threading.Condition()
        self._running: Counter[str] = Counter()
        self._slow: Counter[str] = Counter()
        self._stopped: Counter[str] = Counter()
        # By name, and whether it is known to be slow.
        self._waiting: dict[Place, Counter[tuple[str, bool]]] = {
            place: Counter() for place in Place
        }
        self._known_slow: OrderedDict[bytes, None] = OrderedDict()
        self._most_slow = max(1, limits.workers // 2)

    @property
    def busy(self) -> int:
        """Places that are taken now."""
        return self._running.total() + self._slow.total()

    @property
    def waiting(self) -> int:
        """Requests that wait for a place now."""
        waiting = sum(names.total() for names in self._waiting.values())
        return waiting + self._stopped.total()

    @contextmanager
    def turn(self, asker: Asker, key: bytes) -> Iterator[Callable[[], bool]]:
        """Wait for a place; gives what says whether the request may go on once it is slow.

        Raises:
            TooMany: too many wait already, or nothing became free in time.
        """
        known = key in self._known_slow
        self._wait_for_place(asker, known)
        place = self._slow if known else self._running
        until = 0.0

        def slow() -> bool:
            nonlocal place, until
            if place is self._slow:
                return True
            with self._condition:
                if key and place is self._running:
                    self._remember(key)
                free = self._place_for_slow(asker)
                if not free and place is self._running:
                    if self._stopped.total() >= self.limits.workers:
                        raise Overloaded(
                            Words(
                                "it is slow, and the queue of slow ones is full; try again later",
                                "kueri ini lambat, dan antrean kueri lambat penuh; coba lagi nanti",
                            )
                        )
                    until = time.monotonic() + self._patience(asker)
                if not free and time.monotonic() >= until:
                    raise Overloaded(
                        Words(
                            "it is slow, and no other slow one ended in time; try again later",
                            "kueri ini lambat, dan belum ada kueri lambat yang selesai; coba lagi "
                            "nanti",
                        )
                    )
                _leave(place, asker.name)
                place = self._slow if free else self._stopped
                place[asker.name] += 1
                self._condition.notify_all()
                return free

        begun = time.monotonic()
        try:
            yield slow
        finally:
            if time.monotonic() - begun < SLOW:
                self._known_slow.pop(key, None)
            with self._condition:
                _leave(place, asker.name)
                self._condition.notify_all()

    @contextmanager
    def behind(self, asker: Asker) -> Iterator[None]:
        """Count who waits for an answer that another has worked out; raises TooMany."""
        with self._condition:
            self._queue(asker, True)
        try:
            yield
        finally:
            with self._condition:
                _leave(self._waiting[asker.place], (asker.name, True))

    def _remember(self, key: bytes) -> None:
        self._known_slow[key] = None
        self._known_slow.move_to_end(key)
        while len(self._known_slow) > _REMEMBERED:
            self._known_slow.popitem(last=False)

    def _wait_for_place(self, asker: Asker, slow: bool) -> None:
        with self._condition:
            if not self._has_place(asker, slow):
                until = time.monotonic() + self._patience(asker)
                self._queue(asker, slow)
                try:
                    while not self._has_place(asker, slow):
                        if asker.gone():
                            raise Ended
                        if time.monotonic() >= until:
                            raise TooMany(
                                Words(
                                    "no worker became free in time: a client may run "
                                    f"{self.limits.per_caller} queries at a time; try again later",
                                    "tidak ada proses yang senggang: satu klien boleh "
                                    "menjalankan "
                                    f"{self.limits.per_caller} kueri sekaligus; coba lagi nanti",
                                )
                            )
                        self._condition.wait(TICK)
                finally:
                    _leave(self._waiting[asker.place], (asker.name, slow))
            (self._slow if slow else self._running)[asker.name] += 1

    def _queue(self, asker: Asker, slow: bool) -> None:
        """Stand in the queue, of which one caller may not take more than a part."""
        waiting = self._waiting[asker.place]
        if waiting.total() >= self.limits.waiting:
            raise TooMany(
                Words(
                    f"{waiting.total()} queries are waiting already; try again later",
                    f"sudah {waiting.total()} kueri menunggu; coba lagi nanti",
                )
            )
        most = _EACH[asker.place] * self.limits.per_caller
        if asker.name and waiting[asker.name, True] + waiting[asker.name, False] >= most:
            raise TooMany(
                Words(
                    f"{most} queries of this client are waiting already; try again later",
                    f"sudah {most} kueri dari klien ini menunggu; coba lagi nanti",
                )
            )
        waiting[asker.name, slow] += 1

    def _patience(self, asker: Asker) -> float:
        return min(self.limits.seconds, asker.seconds or self.limits.seconds)

    def _has_place(self, asker: Asker, slow: bool) -> bool:
        if self.busy >= self.limits.workers + asker.place:
            return False
        if slow:
            return self._place_for_slow(asker)
        mine = self._running[asker.name]
        # Who has fewer goes first, so that nobody's many keep another's one waiting.
        others = (name for name, known in self._waiting[asker.place] if not known)
        return not asker.name or (
            mine < self.limits.per_caller
            and not any(self._running[other] < mine for other in others)
        )

    def _place_for_slow(self, asker: Asker) -> bool:
        return self._slow.total() < self._most_slow + asker.place


def _leave(place: Counter[Key], name: Key) -> None:
    place[name] -= 1
    if not place[name]:
        del place[name]
