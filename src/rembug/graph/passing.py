"""Folders for what is only passing through, which may be what informants said.

A process that is killed removes nothing. So each has one folder among the temporary files, with all
of its others inside, and holds a lock on it, which the kernel takes from the dead: whoever comes
next removes what nobody holds.
"""

import fcntl
import os
import shutil
import tempfile
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

_PREFIX: Final = "rembug-passing-"
_AGAIN: Final = 60  # seconds after which what others left is looked for once more
_TURN: Final = threading.Lock()


class _Own:
    """This process's folder, once it needs one."""

    def __init__(self) -> None:
        self._made: tempfile.TemporaryDirectory[str] | None = None
        self._held = -1
        self._swept = 0.0

    def folder(self) -> Path:
        """Where it is."""
        with _TURN:
            self._sweep()
            while self._made is None or not Path(self._made.name).is_dir():
                self._make()
            return Path(self._made.name)

    def sweep(self) -> None:
        """Remove what the dead left."""
        with _TURN:
            self._sweep()

    def _make(self) -> None:
        made = tempfile.TemporaryDirectory(prefix=_PREFIX, ignore_cleanup_errors=True)
        if self._held >= 0:
            os.close(self._held)
        self._made, self._held = made, os.open(made.name, os.O_RDONLY)
        fcntl.flock(self._held, fcntl.LOCK_EX)  # one who swept may have removed it before

    def _sweep(self) -> None:
        if self._swept and time.monotonic() < self._swept + _AGAIN:
            return
        self._swept = time.monotonic()
        with os.scandir(tempfile.gettempdir()) as entries:
            left = [e.path for e in entries if e.name.startswith(_PREFIX) and _is_ours(e)]
        for path in left:
            with suppress(OSError):  # gone meanwhile, or of somebody who lives
                _remove_unheld(path)


def _is_ours(entry: "os.DirEntry[str]") -> bool:
    with suppress(OSError):
        is_folder = entry.is_dir(follow_symlinks=False)
        return is_folder and entry.stat(follow_symlinks=False).st_uid == os.getuid()
    return False


def _remove_unheld(path: str) -> None:
    opened = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
        shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(opened)


_OWN: Final = _Own()


def passing_folder() -> "tempfile.TemporaryDirectory[str]":
    """A folder that is removed when it is closed, or soon after its process was killed."""
    return tempfile.TemporaryDirectory(dir=_OWN.folder(), ignore_cleanup_errors=True)


def sweep() -> None:
    """Remove what processes left that were killed."""
    _OWN.sweep()
