"""How long a change may be judged: looked at wherever many of its statements are walked over.

What commits it does not look: once it is being made, a change is made.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Final, TypeVar

from rembug.errors import TooLong, Words
from rembug.graph import reader

_Item = TypeVar("_Item")


@dataclass(frozen=True)
class _Deadline:
    at: float  # by the monotonic clock
    seconds: float


_CURRENT: Final[ContextVar[_Deadline | None]] = ContextVar("deadline", default=None)


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Give what is done here so much time; a limit around it that is over sooner stays.

    Raises:
        TooLong: from `within_time`, when it is over.
    """
    before, mine = _CURRENT.get(), _Deadline(time.monotonic() + seconds, seconds)
    token = _CURRENT.set(mine if before is None or mine.at < before.at else before)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def batches(items: Iterable[_Item], size: int) -> Iterator[tuple[_Item, ...]]:
    """Things, so many at a time; raises TooLong when the time is over."""
    for some in reader.batches(items, size):
        within_time()
        yield some


def within_time() -> None:
    """Raise TooLong if the time is over."""
    limit = _CURRENT.get()
    if limit is not None and time.monotonic() > limit.at:
        raise TooLong(
            Words(
                f"this takes more than {limit.seconds:g} seconds to judge, and nothing was stored; "
                "send it in smaller parts, or have the operator bring it in with rembug add",
                f"ini perlu lebih dari {limit.seconds:g} detik untuk diperiksa, dan tidak ada yang "
                "disimpan; kirim dalam bagian yang lebih kecil, atau minta pengelola memasukkannya "
                "dengan rembug add",
            )
        )
