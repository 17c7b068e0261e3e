"""Why something failed, as the system or a library tells it; in both languages where known."""

import errno
import socket
import subprocess
import zipfile
from typing import Final

from rembug.errors.root import Words

_WHY: Final = {
    errno.ENOENT: Words("it is not there", "tidak ada"),
    errno.ENOTDIR: Words("the place it should be in is not a folder", "tempatnya bukan folder"),
    errno.EISDIR: Words("it is a folder, not a file", "itu folder, bukan berkas"),
    errno.EEXIST: Words("it exists already", "sudah ada"),
    errno.EACCES: Words("you have no permission for it", "Anda tidak memiliki izin"),
    errno.EPERM: Words("you have no permission for it", "Anda tidak memiliki izin"),
    errno.EROFS: Words("nothing can be written there", "tempat itu tidak dapat ditulisi"),
    errno.ENAMETOOLONG: Words("its name is too long", "namanya terlalu panjang"),
    errno.ELOOP: Words("its links lead in a circle", "tautan berkasnya berputar"),
}
# What is no answer to a question for a file that somebody named.
_ALSO: Final = {
    errno.ENOSPC: Words("the disk is full", "disknya penuh"),
    errno.EDQUOT: Words("the disk quota is used up", "jatah disk sudah habis"),
    errno.EFBIG: Words("the file would be too large", "berkasnya akan terlalu besar"),
    errno.EIO: Words("the disk does not read or write", "disknya gagal membaca atau menulis"),
    errno.EMFILE: Words("too many files are open", "terlalu banyak berkas yang terbuka"),
    errno.ENFILE: Words("too many files are open", "terlalu banyak berkas yang terbuka"),
    errno.EADDRINUSE: Words("the port is in use", "portanya sedang dipakai"),
    errno.EADDRNOTAVAIL: Words(
        "this machine does not have that address", "mesin ini tidak memiliki alamat itu"
    ),
    errno.ECONNREFUSED: Words("nothing answers there", "tidak ada yang menjawab di sana"),
    errno.ECONNRESET: Words("the other side hung up", "pihak sana memutus sambungan"),
    errno.EPIPE: Words("the other side hung up", "pihak sana memutus sambungan"),
    errno.EHOSTUNREACH: Words("no way leads there", "tidak ada jalur ke sana"),
    errno.ENETUNREACH: Words("no way leads there", "tidak ada jalur ke sana"),
    errno.ETIMEDOUT: Words("no answer came in time", "jawabannya tidak datang tepat waktu"),
}


def named(error: OSError) -> bool:
    """Whether an error of the system is one of a file that somebody named."""
    return error.errno in _WHY


def why(error: OSError) -> Words:
    """Why the system did not open a file, in both languages."""
    if found := _known(error):
        return found
    return with_cause("it cannot be opened", "tidak dapat dibuka", error.strerror or error)


def with_cause(en: str, id: str, cause: object) -> Words:
    """What a person can do, and behind it why: in words, or as a library says it, in English."""
    if found := _known(cause):
        return Words(f"{en} ({found.en})", f"{id} ({found.id})")
    told = " ".join(str(cause).split())[:200]
    if not told:
        return Words(en, id)
    return Words(f"{en} (technically: {told})", f"{id} (keterangan teknis: {told})")


def _known(cause: object) -> Words | None:
    match cause:
        case UnicodeDecodeError():
            at, form = cause.start + 1, cause.encoding.upper()
            return Words(f"byte {at} is not {form}", f"bita ke-{at} bukan {form}")
        case socket.gaierror():
            return Words("no machine has that name", "tidak ada mesin dengan nama itu")
        case subprocess.TimeoutExpired():
            return Words(
                f"it took longer than {cause.timeout:g} seconds",
                f"lebih dari {cause.timeout:g} detik",
            )
        case TimeoutError():
            return _ALSO[errno.ETIMEDOUT]
        case OSError() if cause.errno is not None:
            return (_WHY | _ALSO).get(cause.errno)
        case zipfile.BadZipFile() if "not a zip" in str(cause):
            return Words("it is no ZIP archive", "itu bukan arsip ZIP")
        case EOFError():
            return Words("it is cut short", "isinya terpotong")
        case _:
            return None
