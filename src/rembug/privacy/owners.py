"""What the columns of a table that name persons say of them, whatever the names are."""

import re
from collections.abc import Iterator
from typing import Final

from rdflib import Graph
from rdflib import Literal as RdfLiteral

from rembug import terms
from rembug.graph import Triple

_NAME: Final = re.compile(r"[^\W\d_]{2}")
_BEFORE: Final = frozenset(("nama", "name", "nm"))
_PERSONS: Final = frozenset(
    (
        *("pemilik", "pengusaha", "perajin", "pengrajin", "owner", "ketua", "pimpinan"),
        *("direktur", "penanggung-jawab", "pelaku-usaha", "pengurus", "lengkap"),
    )
)
_OF_ORGANISATIONS: Final = ("-usaha", "-perusahaan", "-umkm", "-ikm", "-kelompok", "-koperasi")


def owners(public: Graph) -> Iterator[Triple]:
    """The statements of columns called owner, chair or the like: each value is a person's name.

    Which names there are, no list knows; what the column is called tells it.
    """
    for column in set(public.predicates()):
        if terms.kind_of(str(column)) == "column" and _of_persons(str(column)):
            for subject, value in public.subject_objects(column):
                if isinstance(value, RdfLiteral) and _NAME.search(value):
                    yield subject, column, value


def _of_persons(column: str) -> bool:
    words = column.rpartition("/")[2].split("-")
    title = "-".join(words[1:] if words[0] in _BEFORE else words)
    shorter = (title.removesuffix(end) for end in _OF_ORGANISATIONS)
    return not _PERSONS.isdisjoint((title, *shorter))
