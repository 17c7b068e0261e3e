"""Files that their owner alone reads."""

import json
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Generic, TypeVar

from rembug.errors import StoreUnreachable, with_cause

T = TypeVar("T")


class OwnedJson(Generic[T]):
    """A JSON file, read again when it changes, and replaced in one step."""

    def __init__(self, file: Path, parse: Callable[[Any], T], empty: Callable[[], T]) -> None:
        """Over a file that need not exist yet.

        Args:
            file: where.
            parse: makes of the JSON what `read` gives; raises ValueError, KeyError or TypeError
                where it is not of that form.
            empty: makes what `read` gives where there is no file.
        """
        self._file, self._parse, self._empty = file, parse, empty
        self._known: tuple[tuple[int, int], T] | None = None

    def read(self) -> T:
        """What it says now; raises StoreUnreachable where that cannot be read."""
        try:
            state = self._file.stat()
        except FileNotFoundError:
            return self._empty()
        now, known = (state.st_mtime_ns, state.st_ino), self._known
        if known is not None and known[0] == now:
            return known[1]
        try:
            found = self._parse(json.loads(self._file.read_text(encoding="utf-8")))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreUnreachable(
                with_cause(
                    f"{self._file} cannot be read", f"{self._file} tidak dapat dibaca", error
                )
            ) from error
        self._known = now, found
        return found

    def write(self, content: object) -> None:
        """Put something else in its place."""
        self._file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        # Beside the file, so that the exchange is one step; readable by the owner alone from the
        # start, as a temporary file is.
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=self._file.parent, delete=False
        ) as new:
            json.dump(content, new, indent=1)
            new.flush()
            os.fsync(new.fileno())
        Path(new.name).replace(self._file)
