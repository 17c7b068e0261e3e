"""The workers of a service: those that wait for a request, what each has open, which are ended."""

import threading
from collections import deque
from collections.abc import Collection
from typing import Final

from rembug.errors import StoreUnreachable, TooLong, Words
from rembug.graph.workers.process import START, Crashed, Job, Reach, Worker
from rembug.graph.workers.snapshots import Snapshot, Snapshots

_CLOSE: Final = Job.of("close")


class Crew:
    """Workers, each for what it may open; one is used by one thread at a time."""

    def __init__(self, most: int) -> None:
        """Without any; `most` is how many may wait for a request."""
        self._most = most
        self.idle: deque[Worker] = deque()
        self._turn = threading.Lock()
        self._closed = False
        self._renewed = 0
        self.started = 0
        self.sealed = True
        """Whether they have no network; elsewhere than on Linux the texts alone are checked."""
        self.confined = True
        """Whether they can open no file but those of their store (Landlock)."""

    def start(self, reach: Reach, ports: Collection[int] | None = None) -> Worker:
        """A new one; see `Worker`."""
        self.started += 1
        renewed = self._renewed
        worker = Worker(reach, ports)
        worker.renewed = renewed
        self.sealed = self.sealed and (worker.sealed or ports is not None)
        self.confined = self.confined and worker.confined
        return worker

    def take(self, reach: Reach, snapshot: Snapshot | None) -> Worker:
        """One that may open what it must; best one that has the snapshot open."""
        with self._turn:
            if self._closed:
                raise StoreUnreachable(Words("the service is ending", "layanan sedang berhenti"))
            for worker in reversed(self.idle):
                if worker.held is not None and worker.held[1] == snapshot:
                    self.idle.remove(worker)
                    return worker
            for worker in reversed(self.idle):
                if worker.reach == reach:
                    self.idle.remove(worker)
                    return worker
        return self.start(reach)

    def give_back(self, worker: Worker, *, keep: bool) -> None:
        """Let one wait for the next request; or end it, and the one that is asked for seldom."""
        with self._turn:
            if keep and not self._closed and worker.renewed == self._renewed:
                self.idle.append(worker)
                if len(self.idle) <= self._most:
                    return
                worker = self.idle.popleft()
        worker.kill()
        _let_go(worker)

    def hold(self, worker: Worker, snapshots: Snapshots, snapshot: Snapshot) -> None:
        """Let one that was taken have a snapshot open; those that wait let go of earlier ones."""
        if worker.held is not None and worker.held[1] == snapshot:
            return
        _let_go(worker)
        worker.held = snapshots, snapshots.keep(snapshot)
        if not snapshot.lasting:
            self._close_stale(snapshots, snapshot)

    def renew(self) -> None:
        """End those that wait, and each that comes back."""
        with self._turn:
            self._renewed += 1
        for worker in self._all():
            self.give_back(worker, keep=False)

    def close(self) -> None:
        """End those that wait, and each that comes back."""
        self._closed = True
        for worker in self._all():
            worker.kill()

    def _all(self) -> list[Worker]:
        with self._turn:
            idle = list(self.idle)
            self.idle.clear()
        return idle

    def _close_stale(self, snapshots: Snapshots, newest: Snapshot) -> None:
        """Idle workers let go of older snapshots, so that those can be removed."""
        with self._turn:
            stale = [
                w
                for w in self.idle
                if w.held and w.held[0] is snapshots and w.held[1].version < newest.version
            ]
            for worker in stale:
                self.idle.remove(worker)
        for worker in stale:
            keep = False
            try:
                worker.run(_CLOSE, (), START, lambda: False, lambda: True)
                keep = True
            except (TooLong, Crashed):
                pass
            _let_go(worker)
            self.give_back(worker, keep=keep)


def _let_go(worker: Worker) -> None:
    if worker.held is not None:
        snapshots, snapshot = worker.held
        snapshots.release(snapshot)
        worker.held = None
