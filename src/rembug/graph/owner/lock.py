"""Who owns the embedded store: a lock on `owner.lock` in its folder."""

import fcntl
import json
import logging
import os
import sys
from pathlib import Path
from typing import Final

from rembug.errors import StoreInUse, StoreUnreachable, with_cause
from rembug.graph.folders import LOCK

_logger: Final = logging.getLogger("rembug.socket")


def _close_to_others(folder: Path) -> None:
    """Let the owner alone into a folder that was made by other means, such as a volume."""
    if folder.stat().st_mode & 0o077:
        try:
            folder.chmod(0o700)
        except PermissionError:
            _logger.warning("others may enter %s: let its owner run chmod 700 on it", folder)


class Ownership:
    """The right to open a store's files, held until `release` or the end of the process."""

    def __init__(self, folder: Path) -> None:
        """Take the store, or say who has it.

        Raises:
            StoreInUse: another process owns it.
            StoreUnreachable: the folder cannot be made or written.
        """
        self._folder = folder
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            _close_to_others(folder)
            self._lock = (folder / LOCK).open("a+", encoding="utf-8")
        except OSError as error:
            raise StoreUnreachable(
                with_cause(
                    f"the store {folder} cannot be used",
                    f"penyimpanan {folder} tidak dapat dipakai",
                    error,
                )
            ) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            self._lock.seek(0)
            owner = _owner(self._lock.read())
            self._lock.close()
            raise StoreInUse(str(folder), *owner) from error
        self._lock.truncate(0)
        command = " ".join([Path(sys.argv[0]).name, *sys.argv[1:2]])
        self._lock.write(json.dumps({"pid": os.getpid(), "command": command}))
        self._lock.flush()

    def release(self) -> None:
        """Give the store back."""
        self._lock.truncate(0)
        self._lock.close()


def _owner(note: str) -> tuple[int | None, str | None]:
    try:
        found = json.loads(note)
    except json.JSONDecodeError:
        return None, None
    return found["pid"], found["command"]
