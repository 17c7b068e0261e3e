"""What looks like a person in text that would become public, for a curator to keep or to mask.

It is a net with wide and with narrow meshes: names after a form of address or before a degree, the
names that the restricted part knows, and numbers and addresses by their form. It finds neither all
names nor only names, which is why a person decides.
"""

import csv
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Literal, TextIO

from rdflib import DCTERMS, RDF, SKOS, XSD, Graph
from rdflib import Literal as RdfLiteral
from rdflib.term import Node

from rembug.errors import Unreadable, Unreviewed
from rembug.sources import Place
from rembug.sources.cells import guarded, records, unguarded
from rembug.terms import CG

Kind = Literal["name", "known name", "phone", "e-mail", "address", "identity number"]
Decision = Literal["keep", "mask"]

COLUMNS: Final = ("decision", "kind", "text", "where", "context")
_DECISIONS: Final[Mapping[str, Decision]] = {
    **dict.fromkeys(("keep", "biarkan"), "keep"),
    **dict.fromkeys(("mask", "samarkan"), "mask"),
}
_MASKS: Final = {"id": "[disamarkan]", "en": "[masked]"}
_CONTEXT: Final = 40  # characters around what was found

_WORD: Final = r"[A-Z][a-z'’]++"  # as a name begins
# What follows a form of address when it is no name: “Ibu Bupati”, “Pak Kepala Dinas”.
_OFFICES: Final = (
    "Bupati|Camat|Lurah|Kepala|Ketua|Kades|Kadin|Kadus|Wakil|Sekretaris|Menteri|Gubernur|Presiden|"
    "Guru|Dosen|Dinas|Rumah|Kota|Bidan|Pemilik|Pengurus|Anggota|Regent|Head|Mayor"
)
_ADDRESSED: Final = (
    r"\b(?:Bapak|Bpk|Pak|Ibu|Bu|Mbak|Mbah|Saudara|Saudari|Sdr|Sdri|Haji|Hajah|KH|Kyai|Hj|Drs|Dra|"
    rf"Ir|Prof|Dr|Mr|Mrs|Ms)\b\.?\s+(?!(?:{_OFFICES})\b)"
)
_DEGREE: Final = (
    r"(?:S\.?\s?(?:E|H|T|Sos|Pd|IP|Kom|TP|Si|Sn)|M\.?\s?(?:Si|M|Pd|AP|H|E|T|Kom)|Ph\.?D)\b\.?"
)
_STREET: Final = r"\b(?:Jl|Jln|Jalan|Gg|Gang)\b\.?"
_NUMBER: Final = r"(?:,?\s+[Nn]o\.?\s*\d+\w?)?"
_PATTERNS: Final[Sequence[tuple[Kind, re.Pattern[str]]]] = (
    ("e-mail", re.compile(r"(?<![\w.%+-])[\w.%+-]++@[\w-]++(?:\.[\w-]++)++")),
    ("identity number", re.compile(r"(?<!\d)\d{4}(?:[ .]?\d{4}){3}(?!\d)")),
    ("phone", re.compile(r"(?<!\d)(?:\+62|62|0)[ -]?8\d{1,2}[ -]?\d{3,4}[ -]?\d{3,5}(?!\d)")),
    ("phone", re.compile(r"\(0\d{2,3}\)[ -]?\d{5,8}(?!\d)")),
    ("address", re.compile(rf"{_STREET}\s+{_WORD}(?:\s+(?!No\b){_WORD})*{_NUMBER}")),
    ("address", re.compile(r"\bR[TW]\b\.?\s*\d{1,3}(?:\s*/\s*(?:RW\b\.?\s*)?\d{1,3})?")),
    ("name", re.compile(rf"{_ADDRESSED}{_WORD}(?:\s+{_WORD}){{0,3}}")),
    ("name", re.compile(rf"{_WORD}(?:\s+{_WORD}){{0,3}},\s*{_DEGREE}")),
)
_NAMING: Final = (CG.realName, CG.contact, SKOS.prefLabel, DCTERMS.title)
_PIECE: Final = re.compile(r"\w+")
_SHORTEST: Final = 4  # letters of a known name that is looked for by itself


@dataclass(frozen=True)
class Sighting:
    """Something that looks like a person.

    Attributes:
        kind: what it looks like.
        text: itself.
        triple: the statement whose text has it.
        place: where the subject stands in its file, if it came from one.
    """

    kind: Kind
    text: str
    triple: tuple[Node, Node, RdfLiteral]
    place: Place | None = None

    @property
    def where(self) -> str:
        """The place in the file, or the subject."""
        return str(self.place or self.triple[0])

    @property
    def context(self) -> str:
        """What it with the words around it says."""
        whole = str(self.triple[2])
        start = whole.find(self.text)
        before, after = max(0, start - _CONTEXT), start + len(self.text) + _CONTEXT
        return f"{'…' * (before > 0)}{whole[before:after]}{'…' * (after < len(whole))}"


@dataclass(frozen=True)
class Review:
    """What a curator decided of things that look like persons, by kind and text.

    Attributes:
        decisions: whether each stays or is masked, wherever it is.
        trusts: whether all that is not decided stays.
    """

    decisions: Mapping[tuple[str, str], Decision] = field(default_factory=dict)
    trusts: bool = False

    def of(self, sighting: Sighting) -> Decision | None:
        """The decision on one; None if there is none yet."""
        default: Decision | None = "keep" if self.trusts else None
        return self.decisions.get((sighting.kind, sighting.text), default)

    def apply(self, public: Graph, sightings: Iterable[Sighting]) -> None:
        """Mask in public statements what is to be masked.

        Raises:
            Unreviewed: something is not decided yet; nothing is masked.
        """
        sightings = tuple(sightings)
        if undecided := tuple(s for s in sightings if self.of(s) is None):
            raise Unreviewed(undecided, describe(undecided), digest(undecided))
        masked: dict[tuple[Node, Node, RdfLiteral], str] = {}
        for sighting in sightings:
            if self.of(sighting) == "mask":
                text = masked.get(sighting.triple, str(sighting.triple[2]))
                mask = _MASKS.get(sighting.triple[2].language or "id", _MASKS["en"])
                masked[sighting.triple] = text.replace(sighting.text, mask)
        for triple, text in masked.items():
            public.remove(triple)
            public.add((triple[0], triple[1], RdfLiteral(text, lang=triple[2].language)))


def scan(
    public: Graph, restricted: Graph, places: Mapping[Node, Place] | None = None
) -> tuple[Sighting, ...]:
    """Look for persons in what would become public.

    Args:
        public: statements that everyone could read.
        restricted: statements that researchers alone could; names in them are known names.
        places: where in its file each subject stands.

    Returns:
        What was found, each kind and text with every statement that has it; by place.
    """
    places = places or {}
    known = _known(restricted)
    found = {
        Sighting(kind, text, triple, places.get(triple[0]))
        for triple in _texts(public)
        for kind, text in _seen(str(triple[2]), known)
    }
    return tuple(sorted(found, key=lambda s: (s.where, s.text, s.kind, str(s.triple[1]))))


def digest(sightings: Iterable[Sighting]) -> str:
    """What tells some sightings from others: 16 hexadecimal digits, whatever their order."""
    told = "\n".join(sorted({f"{s.kind} {s.text}" for s in sightings}))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def describe(sightings: Iterable[Sighting], most: int = 20) -> str:
    """For a person: a line for each."""
    lines = [f"    {s.where}: {s.kind} “{s.text}” in “{s.context}”" for s in sightings]
    more = [f"    … and {len(lines) - most} more"] if len(lines) > most else []
    return "\n".join([*lines[:most], *more])


def write_review(sightings: Iterable[Sighting], review: Review, stream: TextIO) -> int:
    """Write a table to decide in, with what is decided already; returns its number of rows."""
    table = csv.writer(stream, lineterminator="\r\n")
    table.writerow(COLUMNS)
    rows = {(s.kind, s.text): s for s in reversed(tuple(sightings))}
    for s in sorted(rows.values(), key=lambda s: (s.where, s.text)):
        cells = (s.kind, s.text, s.where, s.context)
        table.writerow([review.of(s) or "", *map(guarded, cells)])
    return len(rows)


def read_review(path: Path) -> Review:
    """Read a table that `write_review` wrote and a person decided in.

    Raises:
        Unreadable: a column is missing, or a decision is neither keep (biarkan) nor mask (samarkan)
            nor empty; says the line.
    """
    decisions: dict[tuple[str, str], Decision] = {}
    for line, row in records(path, COLUMNS[:3]):
        word = row["decision"].strip().casefold()
        if word and word not in _DECISIONS:
            reason = f"the decision is keep (biarkan), mask (samarkan) or empty, not “{word}”"
            raise Unreadable(path.name, reason, line, 1)
        if word:
            decisions[row["kind"], unguarded(row["text"])] = _DECISIONS[word]
    return Review(decisions)


def _texts(public: Graph) -> Iterator[tuple[Node, Node, RdfLiteral]]:
    for subject, predicate, value in public:
        if isinstance(value, RdfLiteral) and value.datatype in (None, XSD.string, RDF.langString):
            yield subject, predicate, value


class Known:
    """Names that are looked for in a text, found by the first word of each."""

    def __init__(self, names: Iterable[str]) -> None:
        """With some names, each of which has a letter."""
        self._by_word: dict[str, list[str]] = {}
        for name in sorted(names, key=lambda name: (-len(name), name)):
            if first := _PIECE.search(name):
                self._by_word.setdefault(first[0], []).append(name)

    def seen(self, text: str) -> Iterator[str]:
        """Those that stand in a text as words of their own, the longest where several begin."""
        until = 0
        for word in _PIECE.finditer(text):
            for name in self._by_word.get(word[0], ()) if word.start() >= until else ():
                start = word.start() - name.index(word[0])
                end = start + len(name)
                alone = not (text[end : end + 1].isalnum() or text[end : end + 1] == "_")
                if start >= until and alone and text.startswith(name, start):
                    yield name
                    until = end
                    break


def _known(restricted: Graph) -> Known:
    """The names that the restricted part says, and the longer words of real names."""
    whole = {str(o) for p in _NAMING for o in restricted.objects(None, p)}
    words = {word for name in restricted.objects(None, CG.realName) for word in str(name).split()}
    names = {name.strip() for name in whole} | {w for w in words if w[:1].isupper()}
    names = {name for name in names if len(name) >= _SHORTEST and re.search(r"[A-Za-z]", name)}
    return Known(names)


def _seen(text: str, known: Known) -> Iterator[tuple[Kind, str]]:
    for kind, pattern in _PATTERNS:
        for match in pattern.finditer(text):
            yield kind, match[0].strip()
    for name in known.seen(text):
        yield "known name", name
