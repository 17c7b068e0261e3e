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
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal, TextIO

from rdflib import DCTERMS, RDF, RDFS, SKOS, Graph
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
)
from rembug.privacy.names import addressed, is_a_word, persons
from rembug.privacy.plain import Plain, plain
from rembug.privacy.readable import KINDS_OF_PERSONS, Said, said
from rembug.privacy.traces import Kind, of_iri, of_number, of_slug, traces
from rembug.sources import Place
from rembug.sources.cells import guarded, records, unguarded
from rembug.sources.names import PSEUDONYM
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
# What coders are called whom Rembug gave a name, and those of its drafts of codebooks.
_PSEUDONYM: Final = re.compile(rf"{PSEUDONYM.pattern}|(?:Coder|Pengode) [A-Z]")
_NAMES_OF: Final = frozenset({"name", "known name", "address"})
_CALLED: Final = frozenset({RDFS.label, SKOS.prefLabel, SKOS.altLabel})
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
_NAMING: Final = (CG.realName, CG.contact, SKOS.prefLabel, DCTERMS.title)
_PIECE: Final = re.compile(r"\w+")
_WORD_OF_NAME: Final = re.compile(r"[^\W_]+")
_BETWEEN_WORDS: Final = re.compile(r"[-_.+~]")
_GAP: Final = 3  # characters between two words of a name
_SHORTEST: Final = 4  # letters of a known name that is looked for by itself


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

    def apply(self, public: Graph, sightings: Iterable[Sighting]) -> None:
        """Mask in public statements what is to be masked.

        In text other words stand in its place. A statement that has it in a number, an IRI or a
        value of another datatype, in which none can, goes.

        Raises:
            Unreviewed: something is not decided yet; nothing is masked.
        """
        sightings = tuple(sightings)
        if undecided := tuple(s for s in sightings if self.of(s) is None):
            raise Unreviewed(undecided, describe(undecided), digest(undecided))
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
    labels = {s.text for s in found if s.triple[1] in _CALLED and s.text == str(s.triple[2])}
    familiar = _familiar(texts, graph.reader(Scope(restricted=False)))
    familiar |= _familiar(texts - labels, Whole(public))
    cited = _cited(graph.read([terms.ONTOLOGY_GRAPH])) if texts - familiar else frozenset()
    return tuple(
        s
        for s in found
        if s.kind not in _NAMES_OF
        or not (s.text in familiar or cited.issuperset(_PIECE.findall(s.text)))
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
    known = _known(restricted)
    found = {
        Sighting(kind, text, it.triple, places.get(it.triple[0]), within)
        for it in said(public)
        for kind, text in _seen(it, known)
        if not _PSEUDONYM.fullmatch(text)
        for within in ("" if it.part == "text" else it.text,)
    }
    return tuple(sorted(found, key=lambda s: (s.where, s.text, s.kind, str(s.triple[1]))))


def _familiar(names: Collection[str], known: Reader) -> frozenset[str]:
    """Those of some names that agencies, groups, places or programs have."""
    labels = [RdfLiteral(name, lang=lang) for name in names for lang in ("id", "en", None)]
    called = [t for t in known.matching(OBJECT, labels) if t[PREDICATE] in _CALLED]
    kinds = known.matching(SUBJECT, {t[SUBJECT] for t in called}, RDF.type)
    no_persons = {subject for subject, _, kind in kinds if kind in _NO_PERSONS}
    return frozenset(str(t[OBJECT]) for t in called if t[SUBJECT] in no_persons)


def _cited(schema: Graph) -> frozenset[str]:
    """The words of the references that the ontology gives."""
    references = (o for p in (DCTERMS.source, DCTERMS.bibliographicCitation) for o in schema[:p:])
    return frozenset(
        word for _, o in references for word in _PIECE.findall(str(o)) if word[0].isupper()
    )


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
            reason = Words(
                f"the decision is keep (biarkan), mask (samarkan) or empty, not “{word}”",
                "keputusan diisi biarkan (keep), samarkan (mask), atau dikosongkan, bukan "
                f"“{word}”",
            )
            raise Unreadable(path.name, reason, line, 1)
        if word:
            decisions[row["kind"], unguarded(row["text"])] = _DECISIONS[word]
    return Review(decisions)


class Known:
    """Names that are looked for in a text, found by the first word of each.

    They are compared as they are read (`plain`), whatever is between their words. A real name
    counts in any case; a word of one by itself with a capital, unless it stands in an IRI; a name
    of another kind, such as the title of an interview, as it is written.
    """

    def __init__(
        self, real: Iterable[str], parts: Iterable[str] = (), others: Iterable[str] = ()
    ) -> None:
        """With real names, words of such, and names of other kinds."""
        self._by_word: dict[str, dict[tuple[str, ...], str]] = {}
        for kind, names in (("other", others), ("part", parts), ("real", real)):
            for name in names:
                words = tuple(w.casefold() for w in _WORD_OF_NAME.findall(plain(name).text))
                if not words:
                    continue
                a_word = kind == "real" and len(words) == 1 and is_a_word(words[0])
                told = name if kind == "other" else "part" if a_word else kind
                self._by_word.setdefault(words[0], {})[words] = told
        for first, found in self._by_word.items():
            self._by_word[first] = dict(sorted(found.items(), key=lambda it: -len(it[0])))

    def seen(self, text: str) -> Iterator[str]:
        """Those that stand in a text as words of their own, the longest where several begin."""
        read = plain(text)
        yield from (read.original(*span) for span in self.within(read))

    def within(self, read: Plain, *, iri: bool = False) -> Iterator[tuple[int, int]]:
        """From and to which character of what is read they stand."""
        if not self._by_word:
            return
        words = [(m.start(), m.end(), m[0].casefold()) for m in _WORD_OF_NAME.finditer(read.text)]
        at = 0
        while at < len(words):
            for name, told in self._by_word.get(words[at][2], {}).items():
                end = at + len(name)
                if not _stands(name, words, at):
                    continue
                span = words[at][0], words[end - 1][1]
                if _counts(told, read.text[slice(*span)], iri=iri):
                    yield span
                    at = end - 1
                    break
            at += 1


def _stands(name: Sequence[str], words: Sequence[tuple[int, int, str]], at: int) -> bool:
    """Whether a name is the words from one on, with little between them."""
    if at + len(name) > len(words):
        return False
    for step, word in enumerate(name):
        start, _, there = words[at + step]
        if there != word or (step and start - words[at + step - 1][1] > _GAP):
            return False
    return True


def _counts(told: str, written: str, *, iri: bool) -> bool:
    """Whether a name of a kind counts in the case in which it is written."""
    match told:
        case "real":
            return True
        case "part":
            return not is_a_word(written) if iri else written[:1].isupper()
        case other:
            return not iri and written in other


def _known(restricted: Graph) -> Known:
    """The names that the restricted part says, and the longer words of real names."""
    whole = {p: {str(o).strip() for o in restricted.objects(None, p)} for p in _NAMING}
    real = {n for p in (CG.realName, CG.contact) for n in whole[p] if not _PSEUDONYM.fullmatch(n)}
    words = {w for n in real & whole[CG.realName] for w in n.split() if w[:1].isupper()}
    others = {n for names in whole.values() for n in names if not _PSEUDONYM.fullmatch(n)} - real
    return Known(*(filter(_is_long, names) for names in (real, words, others)))


def _is_long(name: str) -> bool:
    return len(name) >= _SHORTEST and any(map(str.isalpha, name))


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
