"""Where the engine of a reading store has its files, and which of them the next start may use.

Beside the engine's folder `layout.json` says how the store is laid out and which folder that is. It
is written when what is there is whole: without it, all that is there is removed and made anew.
"""

import json
import logging
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final
from uuid import uuid4

import pyoxigraph as ox

from rembug.errors import StoreUnreachable, with_cause
from rembug.graph.folders import ENGINE

_LAYOUT: Final = 1
_ABOUT: Final = "layout.json"
_ROOM: Final = 16 * 2**20  # bytes beside what is made anew
_logger: Final = logging.getLogger("rembug.readers")


class Files:
    """The files of one reading store; none, of one in memory."""

    def __init__(self, folder: Path | None, *, strict: bool) -> None:
        """Look at nothing yet.

        Args:
            folder: its own, which need not exist; None for one in memory.
            strict: whether its default graph is not the merge.
        """
        self.folder = folder
        self._about: Mapping[str, object] = {
            "layout": _LAYOUT,
            "default": "unnamed" if strict else "merge",
        }
        self._engine = folder / ENGINE if folder else None

    def opened(self) -> ox.Store:
        """The engine over them; over none, if they are not there, damaged, or of another layout.

        Raises:
            StoreUnreachable: the folder cannot be written.
        """
        if self.folder is None:
            return ox.Store()
        try:
            self.folder.mkdir(parents=True, mode=0o700, exist_ok=True)
            try:
                about = json.loads((self.folder / _ABOUT).read_text("utf-8"))
                engine = self.folder / about.pop("engine", ENGINE)
                if about == self._about and engine.parent == self.folder:
                    self._clear_but(engine)
                    self._engine = engine
                    return ox.Store(str(engine))
                _logger.warning("the reading store %s is of another layout", self.folder.name)
            except FileNotFoundError:  # it is new, or was not made to its end
                pass
            except (OSError, ValueError, RuntimeError, AttributeError, TypeError) as error:
                _logger.warning("the reading store %s is damaged: %s", self.folder.name, error)
            return self.emptied()
        except OSError as error:
            raise StoreUnreachable(
                with_cause(
                    f"{self.folder} cannot be written",
                    f"{self.folder} tidak dapat ditulisi",
                    error,
                )
            ) from error

    def emptied(self) -> ox.Store:
        """An engine without anything in it, and all that was there is gone."""
        if self.folder is None:
            return ox.Store()
        self._clear_but(None)
        self._engine = self.folder / ENGINE
        return ox.Store(str(self._engine))

    def beside(self) -> Path:
        """Where an engine can be made while the one that is there is read."""
        assert self.folder is not None
        return self.folder / f"{ENGINE}-{uuid4().hex[:8]}"

    def have_room(self) -> bool:
        """Whether there is room on the disk to make the engine anew."""
        if self._engine is None:
            return False
        try:
            size = sum(path.stat().st_size for path in self._engine.iterdir())
            return shutil.disk_usage(self._engine).free > 2 * size + _ROOM
        except FileNotFoundError:  # it is being made anew
            return False

    def disown(self) -> None:
        """Let the next start use none of them."""
        if self.folder is not None:
            (self.folder / _ABOUT).unlink(missing_ok=True)

    def declare(self, engine: Path) -> None:
        """Let the next start use an engine."""
        assert self.folder is not None
        draft = self.folder / f"{_ABOUT}.draft"
        draft.write_text(json.dumps({**self._about, "engine": engine.name}), "utf-8")
        draft.replace(self.folder / _ABOUT)

    def replace(self, engine: Path) -> None:
        """Remove the engine in whose place another is read; whoever looks at it still goes on."""
        before, self._engine = self._engine, engine
        assert before is not None
        shutil.rmtree(before, ignore_errors=True)

    def _clear_but(self, engine: Path | None) -> None:
        """Remove all that is there but an engine, when nobody reads any of it."""
        assert self.folder is not None
        for left in self.folder.iterdir():
            if left.is_dir() and left != engine:
                shutil.rmtree(left)
            elif engine is None or (left != engine and left.name != _ABOUT):
                left.unlink()
