"""What a table calls its places, which are often called as persons are."""

import re
from collections.abc import Collection, Iterator
from typing import Final

from rdflib import RDF, RDFS, SKOS, Graph, Literal
from rdflib.term import Node

from rembug import terms
from rembug.graph import OBJECT, PREDICATE, SUBJECT, Reader
from rembug.names import fold
from rembug.privacy.names import addressed
from rembug.terms import CG

CALLED: Final = frozenset({RDFS.label, SKOS.prefLabel, SKOS.altLabel})
_OF_PLACES: Final = frozenset({"prov", "kab", "kota", "kec", "ds", "kel", "dsn"})
"""As `fold` writes the words for provinces, regencies, districts, villages and hamlets."""
_PIECES: Final = re.compile(r"[^\s.,/()]+|[,/()]")
_KINDS_OF_REGION: Final = ("Provinsi", "Kabupaten", "Kota", "Kecamatan", "Desa", "Kelurahan")
_MOST_ROWS: Final = 0.75  # of a table about regions are called as one
_FEWEST: Final = 5  # rows that make a table about regions


def situated(public: Graph) -> frozenset[tuple[Node, str]]:
    """What columns of a table that are called districts, villages or the like say of each row.

    Many districts are called as persons are. A form of address is none of a place's name, so that
    what has one is looked at as everywhere.
    """
    columns = {p for p in set(public.predicates()) if _of_places(str(p))}
    return frozenset(
        (subject, name)
        for column in columns
        for subject, value in public.subject_objects(column)
        if not any(addressed(str(value).casefold()))
        for name in _named_in(str(value).casefold())
    )


def _named_in(cell: str) -> Iterator[str]:
    """What a cell of places names: itself, and each place without its kind (“Kec. Barat”)."""
    yield cell.strip()
    name: list[str] = []
    for word in (*_PIECES.findall(cell), ","):
        if word in ",/()" or fold(word) in _OF_PLACES:
            if name:
                yield " ".join(name)
            name = []
        else:
            name.append(word)


def regional(public: Graph, asked: Collection[str], known: Reader) -> frozenset[tuple[Node, str]]:
    """The rows of a table about regions that are called as one: most are, as official lists have.

    A few rows say nothing: many villages are called as persons are.

    Args:
        public: has the rows.
        asked: names that look like a person's.
        known: has the official regions.
    """
    if not _regions(asked, known):
        return frozenset()
    rows = [
        (row, str(name))
        for row in public.subjects(RDF.type, CG.Record)
        for name in public.objects(row, RDFS.label)
    ]
    regions = _regions({name for _, name in rows}, known)
    found = frozenset((row, name.casefold()) for row, name in rows if name in regions)
    return found if len(found) >= max(_FEWEST, _MOST_ROWS * len(rows)) else frozenset()


def _regions(names: Collection[str], known: Reader) -> frozenset[str]:
    """Those of some names that regions with an official code have, with or without their kind."""
    called: dict[Node, str] = {
        Literal(f"{kind} {name}".strip()): name
        for name in names
        for kind in ("", *_KINDS_OF_REGION)
    }
    found = [t for t in known.matching(OBJECT, list(called)) if t[PREDICATE] in CALLED]
    coded = known.matching(SUBJECT, {t[SUBJECT] for t in found}, CG.homeAffairsCode)
    regions = {subject for subject, _, _ in coded}
    return frozenset(called[label] for s, _, label in found if s in regions)


def _of_places(column: str) -> bool:
    """Whether a column holds names of places alone: “Desa/Kelurahan”, and not “Kepala Desa”."""
    if terms.kind_of(column) != "column":
        return False
    words = set(fold(column.rpartition("/")[2].replace("-", " ")).split()) - {"nama", "name"}
    return bool(words) and words <= _OF_PLACES
