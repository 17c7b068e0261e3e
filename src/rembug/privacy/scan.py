"""What looks like a person in text that would become public, for a curator to keep or to mask.

It is a net with wide and with narrow meshes: names by what they are and by what is around them
(`names`), numbers, addresses and accounts by their form (`traces`), and the names that the
restricted part knows. It finds neither all names nor only names, which is why a person decides.
"""

import csv
import hashlib
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Final, Literal, TextIO

from rdflib import DCTERMS, RDF, Graph
from rdflib import Literal as RdfLiteral
from rdflib.term import Node

from rembug import terms
from rembug.errors import Unreadable, Unreviewed, Words
from rembug.graph import (
    OBJECT,
    PREDICATE,
    SUBJECT,
    KnowledgeGraph,
    Reader,
    Role,
    Scope,
    Triple,
    Whole,
    within_time,
)
from rembug.privacy.known import PSEUDONYMS, Known, known_of
from rembug.privacy.names import addressed, persons
from rembug.privacy.owners import owners
from rembug.privacy.places import CALLED, regional, situated
from rembug.privacy.plain import plain
from rembug.privacy.readable import KINDS_OF_PERSONS, Said, said
from rembug.privacy.traces import INDONESIAN, Kind, of_iri, of_number, of_slug, traces
from rembug.sources import Place
from rembug.sources.cells import guarded, unguarded
from rembug.sources.sheets import records
from rembug.terms import CG

Decision = Literal["keep", "mask"]

COLUMNS: Final = ("decision", "kind", "text", "where", "context")
_DECISIONS: Final[Mapping[str, Decision]] = {
    **dict.fromkeys(("keep", "biarkan"), "keep"),
    **dict.fromkeys(("mask", "samarkan"), "mask"),
}
_MASKS: Final = {"id": "[disamarkan]", "en": "[masked]"}
_CONTEXT: Final = 40  # characters around what was found

_WORD: Final = r"[A-Z][a-z'’]++"  # as a name begins
_DEGREES: Final = re.compile(
    rf"{_WORD}(?:\s+{_WORD}){{0,3}},\s*"
    r"(?:S\.?\s?(?:E|H|T|Sos|Pd|IP|Kom|TP|Si|Sn|Ag|Kep|Farm|Ak|STP|Pi|Ked)|"
    r"M\.?\s?(?:Si|M|Pd|AP|H|E|T|Kom|Sc|Ag|Kes|IP)|A\.?\s?Md|Ph\.?D|MBA|MPA|Lc)\b\.?"
)
_NAMES_OF: Final = frozenset({"name", "known name", "address"})
_NO_PERSONS: Final = frozenset(
    CG[kind]
    for kind in (
        *("GovernmentAgency", "PublicOffice", "Village", "JointBusinessGroup", "CraftCentre"),
        *("Cooperative", "TargetGroup", "Place", "Regency", "District", "Province"),
        *("PublicUniversity", "PrivateUniversity", "StateBank", "PrivateBank"),
        *("BusinessAssociation", "NonGovernmentalOrganisation", "PublicMedia", "PrivateMedia"),
        *("Collaboration", "Policy", "Program"),
    )
)
_PIECE: Final = re.compile(r"\w+")
_ONTOLOGY: Final = Scope(only=frozenset({str(terms.ONTOLOGY_GRAPH)}))
_BETWEEN_WORDS: Final = re.compile(r"[-_.+~]")


@dataclass(frozen=True)
class Sighting:
    """Something that looks like a person.

    Attributes:
        kind: what it looks like.
        text: itself.
        triple: the statement that has it.
        within: the text that it stands in, if not in the statement's own.
        place: where the subject stands in its file, if it came from one.
    """

    kind: Kind
    text: str
    triple: Triple
    place: Place | None = None
    within: str = ""

    @property
    def where(self) -> str:
        """The place in the file, or the subject."""
        return str(self.place or self.triple[0])

    @property
    def context(self) -> str:
        """What it with the words around it says."""
        whole = self.within or str(self.triple[2])
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

    @cached_property
    def _masked(self) -> frozenset[str]:
        return frozenset(t for (_, t), decision in self.decisions.items() if decision == "mask")

    def masking(self, said: Iterable[Sequence[Triple]]) -> Iterator[Sequence[Triple]]:
        """Those of what is said, some statements each, that have the letters of something masked.

        Whether it is there as it was found, `look` tells; this is quick.
        """
        if not self._masked:
            return
        read = [(some, "\n".join({str(t) for one in some for t in one})) for some in said]
        whole = "\n".join(text for _, text in read)
        there = [masked for masked in self._masked if masked in whole]
        for some, text in read:
            if any(masked in text for masked in there):
                yield some

    def apply(self, public: Graph, sightings: Iterable[Sighting]) -> None:
        """Mask in public statements what is to be masked.

        In text other words stand in its place. A statement that has it in a number, an IRI or a
        value of another datatype, in which none can, goes.

        Raises:
            Unreviewed: something is not decided yet; nothing is masked.
        """
        sightings = tuple(sightings)
        if undecided := tuple(s for s in sightings if self.of(s) is None):
            raise Unreviewed(undecided, describe(undecided), digest(undecided), sightings)
        masked: dict[Triple, str] = {}
        # The longest first: “Bu Sari” has “Sari” in it.
        for sighting in sorted(sightings, key=lambda s: -len(s.text)):
            if self.of(sighting) != "mask":
                continue
            value = sighting.triple[2]
            if sighting.within or not isinstance(value, RdfLiteral):
                public.remove(sighting.triple)
                continue
            mask = _MASKS.get(value.language or "id", _MASKS["en"])
            text = masked.get(sighting.triple, str(value))
            alone = rf"(?<!\w){re.escape(sighting.text)}(?!\w)"
            masked[sighting.triple] = re.sub(alone, mask, text)
        for triple, text in masked.items():
            if triple in public:
                public.remove(triple)
                value = triple[2]
                assert isinstance(value, RdfLiteral)
                public.add((triple[0], triple[1], RdfLiteral(text, lang=value.language)))


TRUSTED: Final = Review(trusts=True)
"""For what a person wrote for the public to read: nothing in it is asked about."""


def look(
    graph: KnowledgeGraph,
    public: Graph,
    restricted: Graph,
    studies: Collection[str] | None,
    places: Mapping[Node, Place] | None = None,
) -> tuple[Sighting, ...]:
    """Look for persons in what would become public of some studies, knowing what is stored.

    Real names that the store holds of these studies are looked for too. What agencies, groups,
    places and programs are called, and the authors whom the ontology cites, are no persons.

    Args:
        graph: what it would come into.
        public: as in `scan`.
        restricted: as in `scan`.
        studies: slugs of the studies; None for all, of what belongs to none.
        places: as in `scan`.
    """
    closed = {g for g in graph.graphs(Role.ADMIN) if terms.is_restricted(g)}
    mine = frozenset(str(g) for g in closed if studies is None or terms.submission_of(g) in studies)
    known = Graph() + restricted
    if mine:
        for triple in graph.reader(Scope(only=mine)).matching(PREDICATE, [CG.realName]):
            known.add(triple)
    found = scan(public, known, places)
    if not found:
        return found
    texts = {s.text for s in found if s.kind in _NAMES_OF}
    labels = {s.text for s in found if s.triple[1] in CALLED and s.text == str(s.triple[2])}
    open_ = graph.reader(Scope(restricted=False))
    familiar = _familiar(texts, open_)
    familiar |= _familiar(texts - labels, Whole(public))
    placed = situated(public) | regional(public, labels & texts - familiar, open_)
    cited = _cited(graph.reader(_ONTOLOGY)) if texts - familiar else frozenset()
    return tuple(
        s
        for s in found
        if (
            s.kind not in _NAMES_OF
            or not (s.text in familiar or cited.issuperset(_PIECE.findall(s.text)))
        )
        and (s.kind != "name" or (s.triple[SUBJECT], s.text.casefold()) not in placed)
    )


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
    known = known_of(restricted)
    seen: dict[tuple[str, str], tuple[tuple[Kind, str], ...]] = {}  # columns say much again

    def looked_at(it: Said) -> tuple[tuple[Kind, str], ...]:
        if (told := seen.get((it.part, it.text))) is None:
            within_time()
            told = seen[it.part, it.text] = tuple(_seen(it, known))
        return told

    named = set(owners(public))
    found = {
        Sighting(kind, text, it.triple, places.get(it.triple[0]), within)
        for it in said(public)
        for kind, text in (
            _all_of(it, looked_at(it))
            if it.part == "text" and it.triple in named
            else looked_at(it)
        )
        if not PSEUDONYMS.fullmatch(text)
        for within in ("" if it.part == "text" else it.text,)
    }
    return tuple(sorted(found, key=lambda s: (s.where, s.text, s.kind, str(s.triple[1]))))


def _all_of(it: Said, seen: Iterable[tuple[Kind, str]]) -> Iterator[tuple[Kind, str]]:
    """What is seen in a cell that is a person's name as a whole."""
    yield "name", it.text.strip()
    yield from (one for one in seen if one[0] != "name")


def _familiar(names: Collection[str], known: Reader) -> frozenset[str]:
    """Those of some names that agencies, groups, places or programs have."""
    labels = [RdfLiteral(name, lang=lang) for name in names for lang in ("id", "en", None)]
    called = [t for t in known.matching(OBJECT, labels) if t[PREDICATE] in CALLED]
    kinds = known.matching(SUBJECT, {t[SUBJECT] for t in called}, RDF.type)
    no_persons = {subject for subject, _, kind in kinds if kind in _NO_PERSONS}
    return frozenset(str(t[OBJECT]) for t in called if t[SUBJECT] in no_persons)


def _cited(schema: Reader) -> frozenset[str]:
    """The words of the references that the ontology gives."""
    references = schema.matching(PREDICATE, [DCTERMS.source, DCTERMS.bibliographicCitation])
    return frozenset(
        word for _, _, o in references for word in _PIECE.findall(str(o)) if word[0].isupper()
    )


def digest(sightings: Iterable[Sighting]) -> str:
    """What tells some sightings from others: 16 hexadecimal digits, whatever their order."""
    told = "\n".join(sorted({f"{s.kind} {s.text}" for s in sightings}))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def describe(sightings: Iterable[Sighting], most: int = 20) -> Words:
    """For a person: a line for each, and one for what a row says in two columns."""
    lines = [
        Words(
            f"    {s.where}: {s.kind} “{s.text}” in “{s.context}”",
            f"    {s.where}: {INDONESIAN[s.kind]} “{s.text}” dalam “{s.context}”",
        )
        for s in sightings
    ]
    lines = list(dict.fromkeys(lines))
    if (more := len(lines) - most) > 0:
        lines[most:] = [Words(f"    … and {more} more", f"    … dan {more} lagi")]
    return Words("\n".join(line.en for line in lines), "\n".join(line.id for line in lines))


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
            reason = Words(
                f"the decision is keep (biarkan), mask (samarkan) or empty, not “{word}”",
                "keputusan diisi biarkan (keep), samarkan (mask), atau dikosongkan, bukan "
                f"“{word}”",
            )
            raise Unreadable(path.name, reason, line, 1)
        if word:
            decisions[row["kind"], unguarded(row["text"])] = _DECISIONS[word]
    return Review(decisions)


@lru_cache(maxsize=4096)
def _of_iri(iri: str) -> tuple[tuple[Kind, str], ...]:
    """As `of_iri`; each subject comes with all that is said of it."""
    return tuple(of_iri(iri))


@lru_cache(maxsize=4096)
def _of_slug(iri: str) -> tuple[tuple[Kind, str], ...]:
    """What looks like a person in the last parts of an IRI of ours."""
    found: list[tuple[Kind, str]] = []
    for part in iri.removeprefix(terms.BASE).split("/"):
        read = plain(part, iri=True)
        words = _BETWEEN_WORDS.sub(" ", read.text)
        found += ((kind, read.original(start, end)) for kind, start, end in of_slug(words))
        if terms.kind_of(iri) not in KINDS_OF_PERSONS:  # of which the words are read as a name
            found += (("name", read.original(*span)) for span in addressed(words))
    return tuple(found)


def _seen(it: Said, known: Known) -> Iterator[tuple[Kind, str]]:
    """What looks like a person in something that is said."""
    match it.part:
        case "number":
            yield from of_number(it.text)
        case "address" | "slug":
            yield from _of_iri(it.text) if it.part == "address" else _of_slug(it.text)
            read = plain(it.text, iri=True)
            yield from (("known name", read.original(*s)) for s in known.within(read, iri=True))
        case _:
            yield from _seen_in(it.text, known)


def _seen_in(written: str, known: Known) -> Iterator[tuple[Kind, str]]:
    """What looks like a person in a text, without what is a part of something that does."""
    read = plain(written)
    text = read.text
    found: list[tuple[int, int, Kind]] = [(start, end, kind) for kind, start, end in traces(text)]
    found += ((m.start(), m.end(), "name") for m in _DEGREES.finditer(text))
    found += ((start, end, "name") for start, end in persons(text))
    until = -1
    for start, end, kind in sorted(found, key=lambda span: (span[0], -span[1])):
        if end > until:
            yield kind, read.original(start, end).strip()
            until = end
    for span in known.within(read):
        yield "known name", read.original(*span)
