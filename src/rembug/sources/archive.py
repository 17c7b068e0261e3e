"""A `.qdpx` archive, looked through before anything in it is unpacked."""

import re
import zipfile
from pathlib import PurePosixPath
from typing import IO, Final

from rembug.errors import Unreadable, Words, with_cause

_LARGEST: Final = 2 * 1024**3  # bytes of everything in an archive, unpacked
_MOST: Final = 100_000  # files in an archive
_RATIO: Final = 200  # unpacked to packed; text packs to a tenth


class Archive:
    """A ZIP file of which nothing is extracted.

    Attributes:
        name: of the file, without its folder.
        project: the entry with the project in QDA-XML.
    """

    def __init__(self, name: str, stream: IO[bytes]) -> None:
        """Look through an archive; raises Unreadable if it holds what could do harm."""
        self.name = name
        try:
            self._zip = zipfile.ZipFile(stream)
        except (zipfile.BadZipFile, OSError, ValueError) as error:
            raise Unreadable(
                name,
                with_cause(
                    "cannot be read as an archive, as a .qdpx is; export the project again",
                    "tidak dapat dibaca sebagai arsip seperti .qdpx; ekspor ulang proyeknya",
                    error,
                ),
            ) from error
        entries = [entry for entry in self._zip.infolist() if not entry.is_dir()]
        if len(entries) > _MOST:
            raise Unreadable(
                name,
                Words(
                    f"has {len(entries)} files in it; {_MOST} are the most",
                    f"berisi {len(entries)} berkas; paling banyak {_MOST}",
                ),
            )
        for entry in entries:
            self._require_harmless(entry)
        if (total := sum(entry.file_size for entry in entries)) > _LARGEST:
            raise Unreadable(
                name,
                Words(
                    f"unpacks to {total} bytes; {_LARGEST} are the most",
                    f"isinya {total} bita; paling besar {_LARGEST}",
                ),
            )
        self._entries = {_key(entry.filename): entry for entry in entries}
        projects = [e for e in entries if e.filename.lower().endswith(".qde")]
        if not projects:
            raise Unreadable(
                name,
                Words(
                    "has no project file (project.qde) in it",
                    "tidak berisi berkas proyek (project.qde)",
                ),
            )
        if len(projects) > 1:
            names = ", ".join(entry.filename for entry in projects)
            raise Unreadable(
                name,
                Words(
                    f"has several project files ({names}); keep one",
                    f"berisi beberapa berkas proyek ({names}); sisakan satu",
                ),
            )
        self.project = projects[0]

    def open(self, entry: zipfile.ZipInfo) -> IO[bytes]:
        """The content of an entry, to be read in pieces."""
        return self._zip.open(entry)

    def find(self, reference: str) -> zipfile.ZipInfo | None:
        """The file that `internal://name` means, or a bare name, in whatever folder it lies."""
        return self._entries.get(_key(re.sub(r"^\w+:/*", "", reference)))

    def _require_harmless(self, entry: zipfile.ZipInfo) -> None:
        name = entry.filename.replace("\\", "/")
        if name.startswith("/") or ".." in name.split("/") or re.match(r"[A-Za-z]:", name):
            raise Unreadable(
                self.name,
                Words(
                    f"has a file that would lie outside it: {entry.filename}",
                    f"berisi berkas yang akan berada di luarnya: {entry.filename}",
                ),
            )
        if entry.flag_bits & 1:
            raise Unreadable(
                self.name,
                Words(
                    "is encrypted; export it without a password",
                    "terenkripsi; ekspor tanpa kata sandi",
                ),
            )
        if entry.file_size > 1024**2 and entry.file_size > _RATIO * max(entry.compress_size, 1):
            raise Unreadable(
                self.name,
                Words(
                    f"has a file that unpacks to {entry.file_size} bytes from "
                    f"{entry.compress_size}: "
                    f"{entry.filename}; this is not a coded project",
                    f"berisi berkas yang mengembang dari {entry.compress_size} menjadi "
                    f"{entry.file_size} bita: {entry.filename}; ini bukan proyek berkode",
                ),
            )


def _key(name: str) -> str:
    return PurePosixPath(name.replace("\\", "/")).name.lower()
