"""Bearer tokens: who may do what over HTTP. Kept as hashes, in a file that its owner alone reads.

A token has 256 random bits, so that a plain SHA-256 of it can be kept: there is nothing to guess.
"""

import hashlib
import hmac
import json
import os
import secrets
import tempfile
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rembug.errors import BadParameter, StoreUnreachable, UnknownName
from rembug.graph import Role
from rembug.terms import require_slug

_PREFIX: Final = "rembug_"


@dataclass(frozen=True)
class Token:
    """What is known of a token; the token itself is not.

    Attributes:
        name: what it is called; no two tokens have one name.
        role: what its bearer may do.
        sha256: its hash, hexadecimal.
        created: when it was made, ISO 8601.
    """

    name: str
    role: str
    sha256: str
    created: str


class Tokens:
    """The tokens of a service, read again when their file changes."""

    def __init__(self, file: Path) -> None:
        """Over a file that need not exist yet."""
        self._file = file
        self._read_at: tuple[int, int] | None = None
        self._known: dict[str, Token] = {}
        self._secret = ""

    def create(self, name: str, role: Role) -> str:
        """Make a token; it is told this once.

        Raises:
            BadParameter: the name is taken or no slug, or the role needs no token.
        """
        require_slug("token", name)
        if role is Role.PUBLIC:
            raise BadParameter("the public needs no token; roles with one: researcher to admin")
        known = self.all()
        if name in known:
            raise BadParameter(f"there is a token named {name} already; revoke it first")
        token = _PREFIX + secrets.token_urlsafe(32)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._write({**known, name: Token(name, role.name.lower(), _hash(token), now)})
        return token

    def revoke(self, name: str) -> None:
        """Make a token worthless; raises UnknownName."""
        known = dict(self.all())
        if known.pop(name, None) is None:
            raise UnknownName("token", name, known)
        self._write(known)

    def all(self) -> dict[str, Token]:
        """Every token by name."""
        self._refresh()
        return self._known

    def find(self, token: str) -> Token | None:
        """Whose token it is; takes as long for a wrong one as for a right one."""
        wanted = _hash(token)
        found = None
        for known in self.all().values():
            if hmac.compare_digest(known.sha256, wanted):
                found = known
        return found

    @property
    def secret(self) -> str:
        """What session cookies are signed with: of this store alone, made with the first token."""
        self._refresh()
        return self._secret

    def _refresh(self) -> None:
        try:
            state = self._file.stat()
        except FileNotFoundError:
            self._known, self._secret, self._read_at = {}, self._secret, None
            return
        if (now := (state.st_mtime_ns, state.st_ino)) == self._read_at:
            return
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
            self._known = {entry["name"]: Token(**entry) for entry in content["tokens"]}
            self._secret = content["secret"]
        except (ValueError, KeyError, TypeError) as error:
            raise StoreUnreachable(f"the tokens in {self._file} cannot be read: {error}") from error
        self._read_at = now

    def _write(self, tokens: dict[str, Token]) -> None:
        content = {
            "secret": self.secret or secrets.token_urlsafe(32),
            "tokens": [asdict(token) for token in tokens.values()],
        }
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


def role_of(token: Token) -> Role:
    """What a token's bearer may do."""
    return Role[token.role.upper()]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
