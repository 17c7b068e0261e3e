"""REFI-QDA projects (`.qdpx`) and codebooks (`.qdc`), as the standard says and as tools write them.

QDA-XML 1.0. Tools deviate in names of files, in upper and lower case, in the order of sections and
in what they leave out; what can be understood is, and what is repaired or cannot be kept is said.
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final

from rembug.errors import Unreadable, Words
from rembug.sources import qda_definitions, qda_sources, qda_xml
from rembug.sources.archive import Archive
from rembug.sources.coded import Project, Source

SUFFIXES: Final = ("qdpx", "qde", "qdc")


def read(file: str, stream: BinaryIO) -> Project:
    """Read a project or a codebook.

    Args:
        file: its name: a `.qdpx` archive, a `.qde` project that was taken out of one, or a `.qdc`
            codebook.
        stream: its content, a file that stays open until the sources are read.

    Raises:
        Unreadable: it is no archive or no XML of that kind, holds what could do harm, or says what
            cannot be (codes inside themselves, one GUID for two things).
    """
    if file.lower().endswith((".qde", ".qdc")):
        return _project(file, lambda: _again(stream), None)
    archive = Archive(file, stream)
    return _project(file, lambda: archive.open(archive.project), archive)


def _again(stream: BinaryIO) -> BinaryIO:
    """The same file from its beginning, which may be closed by itself."""
    stream.seek(0)
    return os.fdopen(os.dup(stream.fileno()), "rb")


def _project(file: str, opened: qda_xml.Opened, archive: Archive | None) -> Project:
    """A project whose sources are read when they are asked for: there may be hundreds of texts."""
    known = qda_definitions.read(file, opened, archive)
    if not known.codes and not known.sources:
        raise Unreadable(
            file,
            Words(
                "is an empty project: no codes and no sources",
                "proyeknya kosong: tidak ada kode dan tidak ada sumber",
            ),
        )
    nothing: Iterator[Source] = iter(())
    return Project(
        name=known.name or Path(file).stem,
        origin=known.origin,
        codes=list(known.codes.values()),
        coders=sorted(set(known.users.values())),
        sources=qda_sources.read(file, opened, archive, known) if known.sources else nothing,
        notes=known.told,
        private=list(known.memos.values()),
        groups=known.groups,
        links=known.links,
    )
