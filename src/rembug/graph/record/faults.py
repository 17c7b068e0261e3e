"""What can be wrong with the record on its disk, as a person is told."""

from pathlib import Path
from typing import Final

from rembug.errors import BadParameter, Conflict, StoreFull, StoreUnreachable, Words, with_cause

OWING: Final = Words(
    "what was withdrawn can be read by nobody, but the store's files still have it, since its disk "
    "has no room to rewrite them; make room there, and the next change or start finishes it. "
    "Until then nothing else is stored",
    "yang ditarik tidak dapat dibaca siapa pun, tetapi masih ada di berkas data, karena disknya "
    "tidak cukup untuk menulis ulang; kosongkan ruang di sana, lalu perubahan berikutnya atau "
    "pembukaan kembali menyelesaikannya. Sampai saat itu tidak ada lagi yang disimpan",
)


def unwritten(error: OSError) -> StoreFull:
    """Nothing of it is there."""
    return StoreFull(
        with_cause(
            "the store could not be written, and is as it was; make room on its disk, and try "
            "again",
            "data tidak dapat ditulis, dan tetap seperti semula; kosongkan ruang di disknya, lalu "
            "coba lagi",
            error,
        )
    )


def unmade(error: OSError) -> StoreFull:
    """It is written down, and not made."""
    return StoreFull(
        with_cause(
            "a change is written down and not made yet; make room on the store's disk, and the "
            "next change or start finishes it",
            "ada perubahan yang sudah dicatat tetapi belum selesai; kosongkan ruang di disk data, "
            "lalu perubahan berikutnya atau pembukaan kembali menyelesaikannya",
            error,
        )
    )


def unopened(folder: Path | None, error: OSError) -> StoreUnreachable:
    """The engine does not open its files."""
    return StoreUnreachable(
        with_cause(
            f"the store in {folder} cannot be opened",
            f"penyimpanan di {folder} tidak dapat dibuka",
            error,
        )
    )


def damaged(folder: Path | None, error: RuntimeError) -> StoreUnreachable:
    """The engine finds its files damaged."""
    return StoreUnreachable(
        with_cause(
            f"the store in {folder} cannot be opened, since its files are damaged; "
            f"restore a backup",
            f"penyimpanan di {folder} tidak dapat dibuka karena berkasnya rusak; pulihkan cadangan",
            error,
        )
    )


def patches_lost(version: int, first: KeyError) -> StoreUnreachable:
    """The patches that would finish it are not there."""
    return StoreUnreachable(
        Words(
            f"the store is at version {version} and its log begins after version "
            f"{first}; restore a backup",
            f"penyimpanan ada pada versi {version}, sedangkan catatannya baru mulai "
            f"setelah versi {first}; pulihkan cadangan",
        )
    )


def unread(folder: Path, error: OSError) -> StoreUnreachable:
    """An earlier version cannot be read."""
    return StoreUnreachable(
        with_cause(
            f"the version in {folder} cannot be read",
            f"versi di {folder} tidak dapat dibaca",
            error,
        )
    )


def overtaken(base: int, version: int) -> Conflict:
    """Somebody else committed meanwhile."""
    return Conflict(
        Words(
            f"the store went from version {base} to {version} while this commit was made; run it "
            "again",
            f"versi data berubah dari {base} ke {version} saat perubahan ini dibuat; jalankan lagi",
        )
    )


def taken(folder: Path) -> BadParameter:
    """A folder for a copy is there already."""
    return BadParameter(
        Words(
            f"{folder} exists already; name a folder that does not",
            f"{folder} sudah ada; sebutkan folder yang belum ada",
        )
    )


def uncopied(folder: Path, error: OSError) -> StoreUnreachable:
    """A copy cannot be made."""
    return StoreUnreachable(
        with_cause(
            f"the copy in {folder} cannot be made",
            f"salinan di {folder} tidak dapat dibuat",
            error,
        )
    )
