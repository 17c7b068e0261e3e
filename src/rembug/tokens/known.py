"""Bearer tokens: who may do what over HTTP. Kept as hashes, in a file that its owner alone reads.

A token has 256 random bits, so that a plain SHA-256 of it can be kept: there is nothing to guess.
Who reads the file can neither send a token nor make a session of what stands there.
"""

import hashlib
import hmac
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rembug.errors import BadParameter, UnknownName, Words
from rembug.graph import Role
from rembug.terms import require_slug
from rembug.tokens.files import OwnedJson

_PREFIX: Final = "rembug_"


@dataclass(frozen=True)
class Token:
    """What is known of a token; the token itself is not.

    Attributes:
        name: what it is called; no two tokens have one name.
        role: what its bearer may do.
        sha256: its hash, hexadecimal.
        created: when it was made, ISO 8601.
        studies: the slugs of those whose restricted graphs it reads and which it writes; none for
            all.
    """

    name: str
    role: str
    sha256: str
    created: str
    studies: tuple[str, ...] = ()


class Tokens:
    """The tokens of a service, read again when their file changes."""

    def __init__(self, file: Path) -> None:
        """Over a file that need not exist yet."""
        self._kept: OwnedJson[dict[str, Token]] = OwnedJson(file, _parsed, dict)

    def create(self, name: str, role: Role, studies: Iterable[str] = ()) -> str:
        """Make a token; it is told this once.

        Args:
            name: what it is called.
            role: what its bearer may do.
            studies: the slugs of those that it is good for; none for all.

        Raises:
            BadParameter: the name is taken or no slug, a study's is none, the role needs no token,
                or is one that is good for all studies.
        """
        require_slug("token", name)
        for study in (chosen := tuple(sorted(set(studies)))):
            require_slug("study", study)
        if chosen and role is Role.ADMIN:
            raise BadParameter(
                Words(
                    "an admin's token is for all studies: leave --study out, or choose curator",
                    "token admin berlaku untuk semua studi: hilangkan --study, atau pilih curator",
                )
            )
        if role is Role.PUBLIC:
            raise BadParameter(
                Words(
                    "the public needs no token; roles with one: researcher to admin",
                    "umum tidak memerlukan token; peran yang memerlukannya: researcher sampai "
                    "admin",
                )
            )
        known = self.all()
        if name in known:
            raise BadParameter(
                Words(
                    f"there is a token named {name} already; revoke it first",
                    f"sudah ada token bernama {name}; cabut dahulu",
                )
            )
        token = _PREFIX + secrets.token_urlsafe(32)
        now = datetime.now(UTC).isoformat(timespec="seconds")
        self._write({**known, name: Token(name, role.name.lower(), hashed(token), now, chosen)})
        return token

    def revoke(self, name: str) -> None:
        """Make a token worthless; raises UnknownName."""
        known = dict(self.all())
        if known.pop(name, None) is None:
            raise UnknownName("token", name, known)
        self._write(known)

    def all(self) -> Mapping[str, Token]:
        """Every token by name."""
        return self._kept.read()

    def find(self, token: str) -> Token | None:
        """Whose token it is; takes as long for a wrong one as for a right one."""
        return self.of(hashed(token))

    def of(self, sha256: str) -> Token | None:
        """The token of a hash, if it has not been revoked."""
        found = None
        for known in self.all().values():
            if hmac.compare_digest(known.sha256, sha256):
                found = known
        return found

    def _write(self, tokens: Mapping[str, Token]) -> None:
        self._kept.write({"tokens": [asdict(token) for token in tokens.values()]})


def role_of(token: Token) -> Role:
    """What a token's bearer may do."""
    return Role[token.role.upper()]


def hashed(secret: str) -> str:
    """The SHA-256 of something random that is told once, hexadecimal."""
    return hashlib.sha256(secret.encode()).hexdigest()


def _parsed(content: Any) -> dict[str, Token]:
    found = (
        Token(**{**entry, "studies": tuple(entry.get("studies", ()))})
        for entry in content["tokens"]
    )
    return {token.name: token for token in found}
