"""The audit log: a line of JSON for each write, each read of what is restricted, each refusal.

Its owner alone reads it. It says who, when, what and what became of it, and no word of a query or
a file: what an informant said must not outlive its withdrawal here.
"""

import fcntl
import json
import logging
import os
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

NAME: Final = "audit.jsonl"
"""The file's name, beside that of the tokens."""

_logger: Final = logging.getLogger("rembug.audit")


class Audit:
    """Appends to the log; commands and a service may do so at once."""

    def __init__(self, file: Path, days: int = 0) -> None:
        """Over a file that need not exist yet; lines older than so many days go, with 0 none."""
        self._file, self._days, self._swept = file, days, ""

    def note(self, line: Mapping[str, object]) -> None:
        """Write a line, with the time; an error is logged, since what it tells of has happened."""
        now = datetime.now(UTC)
        told = {"time": now.isoformat(timespec="milliseconds"), **line}
        try:
            self._file.touch(mode=0o600)
            with self._file.open("r+", encoding="utf-8") as log:
                fcntl.flock(log, fcntl.LOCK_EX)
                if self._days and self._swept != (today := now.date().isoformat()):
                    _sweep(log.fileno(), self._file, now - timedelta(days=self._days))
                    self._swept = today
                log.seek(0, os.SEEK_END)
                log.write(json.dumps(told, ensure_ascii=False) + "\n")
        except OSError as failure:
            _logger.error("the audit log %s cannot be written: %s", self._file, failure)


def _sweep(log: int, file: Path, before: datetime) -> None:
    """Take the oldest lines away, in place, since others may wait for the file with it open."""
    first = before.isoformat(timespec="milliseconds")
    lines = file.read_bytes().splitlines(keepends=True)
    old = 0
    while old < len(lines) and _time(lines[old]) < first:
        old += 1
    if old:
        kept = b"".join(lines[old:])
        os.pwrite(log, kept, 0)
        os.ftruncate(log, len(kept))


def _time(line: bytes) -> str:
    try:
        return str(json.loads(line)["time"])
    except (ValueError, KeyError, TypeError):
        return ""  # one that was cut short goes with those around it
