"""Findings that researchers state in the notes of their coding tool, in a form of a few lines.

A note is a finding when its lines are names and values as in the table of findings, with the
statement under *Temuan* (Indonesian) and *Finding* (English):

    Temuan: Kepercayaan antaraktor masih lemah.
    Finding: Trust between the actors is still weak.
    Tentang: program/pelatihan
    Aspek: membangun kepercayaan
    Penilaian: lemah
    Bagian ini: mendukung
"""

from dataclasses import dataclass
from typing import Final

from rdflib import Graph, URIRef

from rembug import terms
from rembug.errors import Unreadable, Words
from rembug.sources import tables
from rembug.sources.columns import KEY, TABLES, Column
from rembug.sources.model import Place, Places
from rembug.terms import CG

_LONGEST_NAME: Final = 40  # of a line
_STATEMENTS: Final = {"temuan": "id", "finding": "en"}
_PASSAGE: Final = frozenset({"bagian ini", "this passage"})
_BEARING: Final = {
    **dict.fromkeys(("mendukung", "supports"), CG.supports),
    **dict.fromkeys(("melemahkan", "undermines"), CG.undermines),
    **dict.fromkeys(("membatasi", "qualifies"), CG.qualifies),
}
_WORDS: Final = 8  # of a statement, for a finding's name


@dataclass(frozen=True)
class Memo:
    """A finding as a note states it.

    Attributes:
        values: what the note says, by column.
        bearing: what the passage that has the note does to the finding.
    """

    values: dict[Column, str]
    bearing: URIRef

    def state(self, study: str, place: Place, graph: Graph, places: Places) -> URIRef:
        """Add the finding to a graph, unless it is in it; returns the finding.

        Raises:
            Unreadable: a value is not what its name asks for.
        """
        table = TABLES["findings"]
        finding = terms.thing(study, table.kind, self.values[KEY])
        if finding not in places:
            columns = dict(enumerate(self.values))
            tables.say(place, study, table, columns, [*self.values.values()], graph, places)
        return finding


def read(text: str, place: Place) -> Memo | None:
    """The finding that a note states; None when it is a note like any other.

    Args:
        text: the note.
        place: where it is, for messages.

    Raises:
        Unreadable: it states a finding, and has a line that is none of the form.
    """
    lines = [line for line in text.splitlines() if line.strip()]
    parts = [_named(line) for line in lines]
    named = {part[0].casefold() for part in parts if part}
    if not named >= _STATEMENTS.keys():
        return None
    table = TABLES["findings"]
    known = {c.called(lang).casefold(): c for lang in ("id", "en") for c in table.columns}
    for name, language in _STATEMENTS.items():
        known[name] = next(c for c in table.columns if c.kind == "label" and language in c.choices)
    values: dict[Column, str] = {}
    bearing = CG.supports
    for line, part in zip(lines, parts, strict=True):
        name = part[0].casefold() if part else ""
        if part and name in _PASSAGE:
            if part[1].casefold() not in _BEARING:
                raise _wrong(
                    place,
                    f"“{part[1]}” is none of {', '.join(_BEARING)}",
                    f"“{part[1]}” bukan salah satu dari {', '.join(_BEARING)}",
                )
            bearing = _BEARING[part[1].casefold()]
        elif part and name in known and known[name] not in values:
            values[known[name]] = part[1]
        else:
            names = ", ".join(
                [*_STATEMENTS, *(c.called("id") for c in table.columns), "bagian ini"]
            )
            raise _wrong(
                place,
                f"“{line.strip()}” is not a line of a finding; such lines begin with {names}",
                f"“{line.strip()}” bukan baris sebuah temuan; barisnya dimulai dengan {names}",
            )
    statement = next(v for c, v in values.items() if c.kind == "label" and "id" in c.choices)
    values.setdefault(KEY, "-".join(terms.slug(statement).split("-")[:_WORDS]))
    return Memo(values, bearing)


def _named(line: str) -> tuple[str, str] | None:
    """A line taken apart into its name and its value, if it has both."""
    name, _, value = (part.strip() for part in line.partition(":"))
    return (name, value) if value and 2 <= len(name) <= _LONGEST_NAME else None


def _wrong(place: Place, en: str, id_: str) -> Unreadable:
    told = Words(
        f"the note states a finding, but {en}", f"catatan ini menyatakan temuan, tetapi {id_}"
    )
    return Unreadable(str(place), told)
