"""What was slow to answer is worked out again after each commit, before somebody asks for it.

Of our own questions alone: whoever could have theirs remembered would have the machine work for
them. One at a time, and no more than half of the time; a newer commit ends what is under way.
"""

import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterable
from time import monotonic
from typing import Final, NamedTuple

from rembug.errors import RembugError
from rembug.graph.model import Asker, Role
from rembug.graph.workers.process import Ended

SLOW: Final = 0.3
"""Seconds from which an answer is worth working out before it is asked for."""
_MOST: Final = 128  # questions
_TIMES: Final = 20  # versions that one is worked out for without being asked again
_QUIET: Final = 1.0  # seconds after a commit without another
_NAME: Final = "ahead"
_logger: Final = logging.getLogger("rembug.ahead")


class Question(NamedTuple):
    """A query of ours, for whom, and the media type for each kind of result."""

    query: str
    role: Role
    accept: tuple[tuple[str, str], ...]


class Ahead:
    """The slow questions, and a thread that asks them when there is a new version."""

    def __init__(self, ask: Callable[[Question, Asker], object]) -> None:
        """Know of none yet.

        Args:
            ask: works out an answer of the newest version, and keeps it.
        """
        self._ask = ask
        self._left: OrderedDict[Question, int] = OrderedDict()
        self._turn = threading.Lock()
        self._changed = threading.Event()
        self._closed = False
        self._thread: threading.Thread | None = None

    def asked(self, question: Question, asker: Asker, seconds: float) -> None:
        """Somebody got an answer, or none in time, after so many seconds."""
        if asker.name == _NAME:
            return
        with self._turn:
            if seconds >= SLOW or self._left.get(question):
                self._left[question] = _TIMES
                self._left.move_to_end(question)
            if len(self._left) > _MOST:
                self._left.popitem(last=False)

    def expect(self, questions: Iterable[Question]) -> None:
        """Try some once; those that turn out slow are worked out from then on."""
        with self._turn:
            for question in questions:
                self._left.setdefault(question, 0)
        self.wake()

    def wake(self) -> None:
        """There is a new version."""
        with self._turn:
            if self._thread is None and self._left and not self._closed:
                self._thread = threading.Thread(target=self._run, daemon=True)
                self._thread.start()
        self._changed.set()

    def close(self) -> None:
        """Ask no more; what is under way is ended."""
        self._closed = True
        self._changed.set()
        if self._thread is not None:
            self._thread.join()

    def _run(self) -> None:
        while self._changed.wait() and not self._closed:
            self._changed.clear()
            if self._changed.wait(_QUIET):
                continue
            with self._turn:
                due = list(reversed(self._left))
            for question in due:
                begun = monotonic()
                if not self._work_out(question) or self._changed.wait(monotonic() - begun):
                    break

    def _work_out(self, question: Question) -> bool:
        """Ask one; returns whether to go on."""
        begun, failed = monotonic(), False
        try:
            self._ask(question, Asker(_NAME, self._changed.is_set))
        except Ended:
            return False
        except (
            RembugError,
            OSError,
        ) as error:  # whoever asks is told; it is not tried in vain each time
            _logger.warning("a question is not worked out ahead: %s", error)
            failed = True
        slow = monotonic() - begun >= SLOW
        with self._turn:
            left = self._left.pop(question, 0)
            left = _TIMES if slow and not left else left - 1
            if left > 0 and not failed:
                self._left[question] = left
                self._left.move_to_end(question, last=False)
        return True
