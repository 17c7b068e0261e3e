"""What a full disk leaves of a change, as a person is told."""

from typing import Final

from rembug.errors import StoreFull, Words

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
        Words(
            f"the store could not be written, and is as it was: {error}; make room on its disk, "
            "and try again",
            f"data tidak dapat ditulis, dan tetap seperti semula: {error}; kosongkan ruang di "
            "disknya, lalu coba lagi",
        )
    )


def unmade(error: OSError) -> StoreFull:
    """It is written down, and not made."""
    return StoreFull(
        Words(
            f"a change is written down and not made yet: {error}; make room on the store's disk, "
            "and the next change or start finishes it",
            f"ada perubahan yang sudah dicatat tetapi belum selesai: {error}; kosongkan ruang di "
            "disk data, lalu perubahan berikutnya atau pembukaan kembali menyelesaikannya",
        )
    )
