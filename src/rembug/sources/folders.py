"""Folders of files, and files that say themselves which study they belong to.

A file of RDF belongs to the study that it declares, or else to the one that its things are in. A
table or a coded project says none: it belongs to the study that the files beside it are of.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rembug.errors import (
    Faulty,
    Missing,
    MissingFiles,
    RembugError,
    Unreadable,
    UnreadableFiles,
    Words,
)
from rembug.sources import SUFFIXES, draft, rdf, suffix_of
from rembug.sources.model import Places, Submission
from rembug.sources.names import Names
from rembug.sources.tables import Draft

Gaps = dict[tuple[str, int | None], set[str]]
"""What rows of tables lack, by file and line: the properties of faulty cells, "" for the row's own
name. Without a line it is what every row lacks."""


@dataclass
class Found:
    """What some files and folders hold.

    Attributes:
        submissions: one for each file, in the order of the paths, those of a folder by their names.
        left_out: files of folders that are of no kind that is read.
        faults: why some of them cannot be read.
        partial: what could be read of tables with faults, to be judged for more of them.
        gaps: what the tables of `partial` lack.
    """

    submissions: list[Submission] = field(default_factory=list)
    left_out: list[Path] = field(default_factory=list)
    faults: list[RembugError] = field(default_factory=list)
    partial: list[Submission] = field(default_factory=list)
    gaps: Gaps = field(default_factory=dict)

    def require_readable(self) -> None:
        """Raise what is wrong, if something is; raises as `read_all` does."""
        if len(self.faults) == 1:
            raise self.faults[0]
        if self.faults:
            gone = any(isinstance(fault, Missing) for fault in self.faults)
            raise (MissingFiles if gone else UnreadableFiles)(self.faults)


def read_all(
    paths: Sequence[Path],
    study: str = "",
    codebook: Path | None = None,
    mapping: Path | None = None,
    *,
    names: Names | None = None,
    otherwise: str = "",
) -> Found:
    """Read files, as `read_some` does, or raise.

    Raises:
        Unreadable: a file cannot be read, or says no study, or several; or a folder holds nothing.
        UnreadableFiles: so it is with several, each with its fault.
    """
    found = read_some(paths, study, codebook, mapping, names=names, otherwise=otherwise)
    found.require_readable()
    return found


def read_some(
    paths: Sequence[Path],
    study: str = "",
    codebook: Path | None = None,
    mapping: Path | None = None,
    *,
    names: Names | None = None,
    otherwise: str = "",
) -> Found:
    """Read files, and those that folders and the folders inside them hold, as far as they can be.

    A file of a folder is named with its path in the folder, in places and in faults.

    Args:
        paths: files and folders; hidden files of a folder are none of it.
        study: slug of the study that all of them belong to; empty where they say it themselves.
        codebook: what the codes and sources of coded projects mean.
        mapping: what the columns of tables mean that are none of Rembug's own.
        names: what there is that the cells of tables may name, besides what is in these files.
        otherwise: the study of RDF that says none and has none beside it.
    """
    found = Found()
    faults = found.faults
    files = [file for path in paths for file in _files(path, found.left_out, faults)]
    told = {} if study else _told(files, faults)
    beside: dict[Path, set[str]] = {}
    for path, slugs in told.items():
        beside.setdefault(path.parent, set()).update(slugs)
    names = names or Names()
    drafts: list[tuple[Path, str, Submission | Draft]] = []
    for path, shown in files:
        if not study and path not in told:
            continue  # its fault is told already
        try:
            assumed = otherwise if suffix_of(path) in rdf.SUFFIXES else ""
            of = study or _one(shown, told[path] or beside[path.parent], assumed)
            read = draft(path, of, codebook, mapping, names)
        except Unreadable as fault:
            faults.append(_shown(fault, path, shown))
            continue
        names.learn(read.public if isinstance(read, Submission) else read.graph)
        drafts.append((path, shown, read))
    for _, _, read in drafts:
        if isinstance(read, Draft):
            read.make(names)
    for path, shown, read in drafts:
        try:
            submission = read if isinstance(read, Submission) else read.submission(names)
        except Unreadable as fault:
            faults.append(_shown(fault, path, shown))
            if isinstance(read, Draft) and (partial := read.partial()) is not None:
                found.partial.append(_placed(partial, path, shown))
                found.gaps |= {(shown, line): lacks for line, lacks in read.gaps.items()}
            continue
        found.submissions.append(_placed(submission, path, shown))
    return found


def _placed(submission: Submission, path: Path, shown: str) -> Submission:
    """A submission whose places name its file as it is shown."""
    if shown != path.name and isinstance(submission.places, Places):
        submission.places.rename(path.name, shown)
    return submission


def _files(
    path: Path, left_out: list[Path], faults: list[RembugError]
) -> Iterator[tuple[Path, str]]:
    """The files of a path, each with the name that it is shown under."""
    if not path.is_dir():
        yield path, path.name
        return
    none = True
    for file in sorted(path.rglob("*")):
        inside = file.relative_to(path)
        if not file.is_file() or any(part.startswith(".") for part in inside.parts):
            continue
        if file.suffix.removeprefix(".").lower() in SUFFIXES:
            none = False
            yield file, inside.as_posix()
        else:
            left_out.append(inside)
    if none:
        known = ", ".join("." + suffix for suffix in SUFFIXES)
        faults.append(
            Unreadable(
                str(path),
                Words(
                    f"holds no file that can be read; known endings: {known}",
                    f"tidak berisi berkas yang dapat dibaca; akhiran yang dikenal: {known}",
                ),
            )
        )


def _told(files: Sequence[tuple[Path, str]], faults: list[RembugError]) -> dict[Path, set[str]]:
    """The studies that each file says it belongs to."""
    told: dict[Path, set[str]] = {}
    for path, shown in files:
        try:
            suffix = suffix_of(path)
            told[path] = rdf.studies_told(path, suffix) if suffix in rdf.SUFFIXES else set()
        except Unreadable as fault:
            faults.append(_shown(fault, path, shown))
    return told


def _one(shown: str, told: set[str], otherwise: str) -> str:
    match sorted(told):
        case [one]:
            return one
        case []:
            if otherwise:
                return otherwise
            raise Unreadable(
                shown,
                Words(
                    "does not say which study it belongs to; name the study with --study",
                    "tidak menyebut studinya; sebutkan studinya dengan --study",
                ),
            )
        case several:
            raise Unreadable(
                shown,
                Words(
                    f"speaks of several studies ({', '.join(several)}); name the one that it "
                    "belongs "
                    "to with --study",
                    f"menyebut beberapa studi ({', '.join(several)}); sebutkan yang benar dengan "
                    "--study",
                ),
            )


def _shown(fault: Unreadable, path: Path, shown: str) -> Unreadable:
    """An error that names a file as it is shown."""
    if shown == path.name or not fault.name.startswith(path.name):
        return fault
    if isinstance(fault, Faulty):
        return Faulty(shown, [_shown(each, path, shown) for each in fault.faults])
    name = shown + fault.name.removeprefix(path.name)
    return Unreadable(name, fault.why, fault.line, fault.column)
