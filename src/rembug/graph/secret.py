"""A store's secret: what tells digests of what is not public from digests that anybody can make."""

import hmac
import os
import secrets
from contextlib import suppress
from pathlib import Path
from typing import Final

from rembug.graph.folders import KEY

_BYTES: Final = 32


class Secret:
    """The key of one store, made when it is first needed; in memory for a store without a folder.

    Its owner alone may read the file. A backup has it too, so that what was told apart before is
    told apart in the same way after.
    """

    def __init__(self, folder: Path | None) -> None:
        """With the store's folder."""
        self._folder = folder
        self._key = b""

    def digest(self, *parts: str) -> str:
        """HMAC-SHA256 of some texts, hexadecimal: who has not the key cannot try a guess."""
        told = "\n".join(f"{len(part)} {part}" for part in parts)
        return hmac.new(self._known(), told.encode(), "sha256").hexdigest()

    def copy(self, folder: Path) -> None:
        """Write it into a folder beside a copy of the store."""
        _write(folder / KEY, self._known())

    def _known(self) -> bytes:
        if not self._key:
            self._key = secrets.token_bytes(_BYTES)
            if self._folder is not None:
                file = self._folder / KEY
                with suppress(FileExistsError):  # of two at once the first counts
                    _write(file, self._key)
                self._key = bytes.fromhex(file.read_text(encoding="ascii"))
        return self._key


def _write(file: Path, key: bytes) -> None:
    """Put a key into a file that is not there yet, whole or not at all.

    Raises:
        FileExistsError: it is.
    """
    aside = file.with_name(f"{file.name}.{secrets.token_hex(8)}")
    with os.fdopen(os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
        out.write(key.hex())
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(aside, file)
    finally:
        aside.unlink()
