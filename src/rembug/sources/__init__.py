"""A file becomes a Submission: its triples, and the place in the file that each subject has."""

from pathlib import Path

from rembug.errors import Missing, Unreadable, Words
from rembug.sources import apart, codings, mapped, rdf, tables
from rembug.sources.apart import codebook as read_codebook
from rembug.sources.codebook import Codebook
from rembug.sources.coded import Note, Project
from rembug.sources.model import Place, Submission, digest_of
from rembug.sources.names import Names

__all__ = [
    "SUFFIXES",
    "Codebook",
    "Names",
    "Note",
    "Place",
    "Submission",
    "coded",
    "read",
    "read_codebook",
]

SUFFIXES = (*rdf.SUFFIXES, *apart.CODED, *tables.SUFFIXES)
"""The endings of files that can be read."""


def read(
    path: Path,
    study: str,
    codebook: Path | None = None,
    mapping: Path | None = None,
    names: Names | None = None,
) -> Submission:
    """Read a file; its ending decides how.

    Args:
        path: RDF in Turtle, TriG, N-Triples, N-Quads, JSON-LD or RDF/XML; a coded project in
            REFI-QDA (`.qdpx`, `.qde`, `.qdc`) or of Taguette (`.sqlite3`); a table (`.csv`,
            `.xlsx`).
        study: slug of the study that the file belongs to.
        codebook: what the codes and sources of a coded project mean.
        mapping: what the columns of a table mean that is none of Rembug's own.
        names: what there is that the cells of a table may name, and what coders are called.

    Raises:
        Unreadable: no such file, an unknown ending, or a content that cannot be parsed.
    """
    names = names or Names()
    found = draft(path, study, codebook, mapping, names)
    return found if isinstance(found, Submission) else found.submission(names)


def draft(
    path: Path, study: str, codebook: Path | None, mapping: Path | None, names: Names
) -> Submission | tables.Draft:
    """Read a file as `read` does; a table's names are left to be found among those of others."""
    suffix = suffix_of(path)
    if suffix in apart.CODED:
        book = read_codebook(codebook) if codebook else Codebook()
        return codings.submission(coded(path), book, path.name, digest_of(path), study, names)
    if mapping is not None:
        if suffix not in tables.SUFFIXES:
            raise Unreadable(
                path.name,
                Words(
                    "is not a table; a mapping goes only with .csv or .xlsx",
                    "bukan tabel, padahal pemetaan hanya untuk tabel: .csv atau .xlsx",
                ),
            )
        return mapped.submission(path, mapping, study)
    if suffix in tables.SUFFIXES:
        return tables.read(path, study)
    return rdf.submission(path, suffix, study)


def coded(path: Path) -> Project:
    """Read a coded project; raises Unreadable."""
    suffix = suffix_of(path)
    if suffix not in apart.CODED:
        raise Unreadable(
            path.name,
            Words(
                "is not a coded project (.qdpx, .qde, .qdc or .sqlite3)",
                "bukan proyek berkode (.qdpx, .qde, .qdc, atau .sqlite3)",
            ),
        )
    return apart.project(path)


def suffix_of(path: Path) -> str:
    """The ending that says how a file is read; raises Unreadable if none does, or it is no file."""
    suffix = path.suffix.removeprefix(".").lower()
    if not (path.is_file() if suffix in SUFFIXES else path.exists()):
        told = Words("cannot be read: No such file", "tidak dapat dibaca: berkas itu tidak ada")
        raise Missing(path.name, told)
    if suffix not in SUFFIXES:
        known = ", ".join("." + known for known in SUFFIXES)
        raise Unreadable(
            path.name,
            Words(
                f"files of this kind cannot be read; known endings: {known}",
                f"berkas jenis ini tidak dapat dibaca; akhiran yang dikenal: {known}",
            ),
        )
    return suffix
