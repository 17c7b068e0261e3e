"""What a source file becomes: a Submission, with the places that its triples come from."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from rdflib import Graph
from rdflib.term import Node

from rembug import terms
from rembug.sources.coded import Note


@dataclass(frozen=True)
class Place:
    """Where in a source file something stands.

    Attributes:
        file: the file's name, without its folder.
        line: counted from 1.
        column: counted from 1.
        pointer: how formats without lines name the place, such as a GUID.
    """

    file: str
    line: int | None = None
    column: int | None = None
    pointer: str | None = None

    def __str__(self) -> str:
        return ":".join(
            str(part)
            for part in (self.file, self.line, self.column, self.pointer)
            if part is not None
        )


@dataclass(frozen=True)
class Submission:
    """A file's content on its way into the graph.

    Attributes:
        study: slug of the study that it belongs to.
        name: slug of the submission, from the file's name and content: the same file always gives
            the same submission.
        file: the file's name, without its folder, which is nobody's business.
        sha256: of the file's bytes, in hexadecimal.
        public: triples for the submission's own graph.
        restricted: triples for the restricted part of it.
        places: for each subject, where it is first said something of.
        notes: what was repaired or could not be kept.
        mapping: the file that says what it means, and the SHA-256 of that; None without one.
    """

    study: str
    name: str
    file: str
    sha256: str
    public: Graph
    restricted: Graph = field(default_factory=Graph)
    places: Mapping[Node, Place] = field(default_factory=dict)
    notes: Sequence[Note] = ()
    mapping: tuple[str, str] | None = None


def name_for(file: str, sha256: str) -> str:
    """The slug of the submission that a file makes."""
    return f"{terms.slug(Path(file).stem) or 'file'}-{sha256[:8]}"


def digest(body: bytes) -> str:
    """SHA-256 of a file's bytes, in hexadecimal."""
    return hashlib.sha256(body).hexdigest()
