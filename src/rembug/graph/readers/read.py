"""What a reader reads, as whoever makes an index of it has it."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from rembug.graph.readers.index import Source, Touched


class Copied(Protocol):
    """What a reader reads, which stays as it is."""

    @property
    def version(self) -> int:
        """Which version it shows."""

    @property
    def source(self) -> Source:
        """Answers queries over it."""

    def beyond(self, known: Callable[[str], bool]) -> Touched:
        """What the quads of its named graphs speak of, but for those that are known."""


class Read(Protocol):
    """What a reader reads, as it changes."""

    @property
    def name(self) -> str:
        """Tells it from what others read."""

    def version(self) -> int:
        """The version that it shows now."""

    def may_hold(self, graph: str) -> bool:
        """Whether the reader may read a graph."""

    def standing(self) -> AbstractContextManager[Copied]:
        """It itself, which stays as it is meanwhile."""

    def copied(self) -> AbstractContextManager[Copied]:
        """A copy of it."""

    def changed(self, since: int) -> int | None:
        """How many quads came or went after a version; None where that is not known, or where
        what was before is to be forgotten."""

    def touched(self, since: int, *, forgetting: bool = False) -> Touched | None:
        """What those speak of; None as above, but for what is to be forgotten if so asked."""
