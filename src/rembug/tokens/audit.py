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

MOST: Final = 1000
"""Lines an hour of what strangers can cause, so that they fill no disk."""

_logger: Final = logging.getLogger("rembug.audit")


class Audit:
    """Appends to the log; commands and a service may do so at once."""

    def __init__(self, file: Path, days: int = 0) -> None:
        """Over a file that need not exist yet; lines older than so many days go, with 0 none."""
        self._file, self._days, self._swept = file, days, ""
        self._hour, self._bounded = "", 0

    def note(self, line: Mapping[str, object], *, bounded: bool = False) -> None:
        """Write a line, with the time; an error is logged, since what it tells of has happened.

        Args:
            line: what it says.
            bounded: whether to write only so many such lines an hour, and how many were left out.
        """
        now = datetime.now(UTC)
        told = {"time": now.isoformat(timespec="milliseconds"), **line}
        if bounded:
            if self._hour != (hour := now.isoformat(timespec="hours")):
                told |= {"left_out_before": left} if (left := self._bounded - MOST) > 0 else {}
                self._hour, self._bounded = hour, 0
            self._bounded += 1
            if self._bounded > MOST:
                return
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
