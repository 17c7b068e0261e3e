"""Sessions: who is signed in on the pages, as the server knows it.

A browser holds a random id, and a file that its owner alone reads has the hash of it. A session
ends when its bearer signs out, when its token is revoked, and after twelve hours.
"""

import secrets
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from rembug.tokens.files import OwnedJson
from rembug.tokens.known import Token, Tokens, hashed

LASTS: Final = 12 * 60 * 60
"""Seconds."""

_MOST: Final = 1000  # that are kept; the oldest go


class _Session(NamedTuple):
    token: str  # the hash of the one that was signed in with
    ends: float  # seconds since 1970


class Sessions:
    """The sessions of a service, in a file beside its tokens."""

    def __init__(self, file: Path, tokens: Tokens) -> None:
        """Over a file that need not exist yet."""
        self._kept: OwnedJson[dict[str, _Session]] = OwnedJson(file, _parsed, dict)
        self._tokens = tokens
        self._turn = threading.Lock()

    def begin(self, token: Token) -> str:
        """Sign in by a token; returns the id, which is told this once."""
        name = secrets.token_urlsafe(32)
        with self._turn:
            known = self._going_on()
            by_age = sorted(known, key=lambda key: known[key].ends)
            for oldest in by_age[: max(0, len(known) - _MOST + 1)]:
                del known[oldest]
            self._write({**known, hashed(name): _Session(token.sha256, time.time() + LASTS)})
        return name

    def find(self, name: str) -> Token | None:
        """Whose session has an id; None where it has ended or its token is revoked."""
        found = self._kept.read().get(hashed(name))
        if found is None or found.ends <= time.time():
            return None
        return self._tokens.of(found.token)

    def end(self, name: str) -> None:
        """Sign out; nothing where there is no such session."""
        with self._turn:
            known = self._going_on()
            if known.pop(hashed(name), None) is not None:
                self._write(known)

    def _going_on(self) -> dict[str, _Session]:
        now = time.time()
        return {key: found for key, found in self._kept.read().items() if found.ends > now}

    def _write(self, sessions: Mapping[str, _Session]) -> None:
        self._kept.write({key: found._asdict() for key, found in sessions.items()})


def _parsed(content: Any) -> dict[str, _Session]:
    return {str(key): _Session(**found) for key, found in content.items()}
