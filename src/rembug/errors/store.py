"""What is wrong with the store: no room, another owner, no answer, or none yet."""

import errno
import os
from typing import Final

from rembug.errors.causes import with_cause
from rembug.errors.root import RembugError, Words

_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class StoreFull(RembugError):
    """Something that the disk had no room for; the store is as it was."""

    exit_code = 3
    http_status = 507

    @classmethod
    def of(cls, error: OSError) -> "StoreFull | None":
        """The same, if an error of the system or of the engine says that a disk is full."""
        if error.errno not in _FULL and not any(os.strerror(code) in str(error) for code in _FULL):
            return None
        return cls(
            with_cause(
                "the disk is full, and nothing was changed: make room on the disk of the store "
                "(and of temporary files), and start the service again if it goes on to say this",
                "penyimpanan penuh, dan tidak ada yang berubah: kosongkan ruang di disk tempat "
                "data (dan berkas sementara), lalu jalankan ulang layanan bila ini terulang",
                str(error),
            )
        )


class StoreInUse(RembugError):
    """The embedded store has another owner, which does not take requests."""

    exit_code = 3
    http_status = 503

    def __init__(self, path: str, pid: int | None, command: str | None) -> None:
        who = f"process {pid} ({command})" if pid else "another process"
        whose = f"proses {pid} ({command})" if pid else "proses lain"
        super().__init__(
            Words(
                f"the store {path} is in use by {who}; end that process first, or name another "
                "store with --store",
                f"penyimpanan {path} sedang dipakai oleh {whose}; hentikan dahulu proses itu, "
                "atau sebutkan penyimpanan lain dengan --store",
            )
        )
        self.pid = pid


class StoreUnreachable(RembugError):
    """The store cannot be opened, or does not answer."""

    exit_code = 3
    http_status = 503


class Preparing(StoreUnreachable):
    """What lists, search or a reader's queries need is being made."""

    retry_after = 10

    def __init__(self) -> None:
        super().__init__(
            Words(
                "lists and search are being prepared; ask again in a minute",
                "daftar dan pencarian sedang disiapkan; coba lagi sebentar",
            )
        )


class Ending(RembugError):
    """What was not done when the service ended."""

    http_status = 503
    retry_after = 30

    def __init__(self) -> None:
        super().__init__(
            Words(
                "the service is ending, and nothing of this was stored; send it again later",
                "layanan sedang berhenti, dan tidak ada yang disimpan; kirim lagi nanti",
            )
        )
