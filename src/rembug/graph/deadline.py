"""How long a change may be judged: looked at wherever many of its statements are walked over.

And for how long somebody waits for it: a caller who has left ends what is judged for them.

What commits it does not look: once it is being made, a change is made.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, replace
from typing import Final, TypeVar

from rembug.errors import TooLong, Words
from rembug.graph import reader

_Item = TypeVar("_Item")
_NOW_AND_THEN: Final = 0.1  # seconds; the time is looked at thousands of times in one


@dataclass(frozen=True)
class _Deadline:
    at: float  # by the monotonic clock
    seconds: float
    look: Callable[[], object]


_CURRENT: Final[ContextVar[_Deadline | None]] = ContextVar("deadline", default=None)
_ASKER: Final[ContextVar[str]] = ContextVar("asker", default="")


@contextmanager
def limited(
    seconds: float, look: Callable[[], object] | None = None, asker: str = ""
) -> Iterator[None]:
    """Give what is done here so much time; a limit around it that is over sooner stays.

    Args:
        seconds: how much.
        look: called now and then when the time is looked at; raises where nobody waits any more.
            One around it is called as well.
        asker: for whom it is done; empty for whom the limit around it is.

    Raises:
        TooLong: from `within_time`, when it is over; also whatever `look` raises.
    """
    before, now = _CURRENT.get(), time.monotonic()
    at, last = now + seconds, now

    def looked() -> None:
        nonlocal last
        if before is not None:
            before.look()
        if look is not None and (now := time.monotonic()) > last + _NOW_AND_THEN:
            last = now
            look()

    mine = _Deadline(at, seconds, looked)
    if before is not None and before.at < at:
        mine = replace(before, look=looked)
    token, who = _CURRENT.set(mine), _ASKER.set(asker or _ASKER.get())
    try:
        yield
    finally:
        _CURRENT.reset(token)
        _ASKER.reset(who)


def asked_by(name: str) -> None:
    """Say for whom the rest of what is limited here is done, once that is known."""
    _ASKER.set(name)


def asker() -> str:
    """For whom something is done; empty where there is but one, as in a command."""
    return _ASKER.get()


def batches(items: Iterable[_Item], size: int) -> Iterator[tuple[_Item, ...]]:
    """Things, so many at a time; raises TooLong when the time is over."""
    for some in reader.batches(items, size):
        within_time()
        yield some


def within_time() -> None:
    """Raise TooLong if the time is over, and as `limited` was told if nobody waits."""
    limit = _CURRENT.get()
    if limit is None:
        return
    limit.look()
    if time.monotonic() > limit.at:
        raise TooLong(
            Words(
                f"this takes more than {limit.seconds:g} seconds to judge, and nothing was stored; "
                "send it in smaller parts, or have the operator bring it in with rembug add",
                f"ini perlu lebih dari {limit.seconds:g} detik untuk diperiksa, dan tidak ada yang "
                "disimpan; kirim dalam bagian yang lebih kecil, atau minta pengelola memasukkannya "
                "dengan rembug add",
            )
        )
