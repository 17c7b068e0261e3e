"""A file becomes a Submission: its triples, and the place in the file that each subject has."""

from pathlib import Path

from rembug.errors import Unreadable
from rembug.sources import rdf
from rembug.sources.model import Place, Submission

__all__ = ["Place", "Submission", "read"]


def read(path: Path, study: str) -> Submission:
    """Read a file; its ending decides how.

    Args:
        path: RDF in Turtle, TriG, N-Triples, N-Quads, JSON-LD or RDF/XML.
        study: slug of the study that the file belongs to.

    Raises:
        Unreadable: no such file, an unknown ending, or a content that cannot be parsed.
    """
    suffix = path.suffix.removeprefix(".").lower()
    if suffix not in rdf.SUFFIXES:
        known = ", ".join("." + known for known in rdf.SUFFIXES)
        raise Unreadable(path.name, f"files of this kind cannot be read; known endings: {known}")
    try:
        body = path.read_bytes()
    except OSError as error:
        raise Unreadable(path.name, f"cannot be read: {error.strerror}") from error
    return rdf.submission(body, suffix, path.name, study)
