"""Rows of another dataset's table against the actors and places of a study."""

import heapq
import math
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz, process

from rembug import settings, terms
from rembug.catalogue import read
from rembug.errors import BadParameter, Words
from rembug.graph import KnowledgeGraph
from rembug.linking.resemblance import Resemblance, likest, name, without_place
from rembug.linking.tables import content, in_full, minted, official
from rembug.names import PLACES, is_generic, keys

_THINGS: Final = read(settings.queries_dir() / "links" / "things.rq")
THRESHOLD: Final = 0.72
_MOST: Final = 3
_CANDIDATES: Final = 20
_SHORTEST, _NEAR = 4, 75  # letters of a word that may be misspelt; how like
_ENOUGH: Final = 100  # things, after which a word that more have brings no others in
_POSTINGS: Final = 1000  # words looked through for one that may be misspelt
_LIKELY: Final = 60  # words that share most threes of letters with a misspelt one
_NARROW: Final = frozenset(("district", "village"))  # what a place's bare name usually is
_SAME_NAME: Final = "same name | nama sama"


@dataclass(frozen=True)
class Row:
    """A row of another dataset: a name, perhaps a place, a code and an IRI of its own."""

    key: str
    name: str
    place: str = ""
    code: str = ""
    iri: str = ""

    @property
    def order(self) -> tuple[object, ...]:
        """Where it stands among others: by its key, or by its name where the key says nothing."""
        return natural(self.name if minted(self.key) else self.key), natural(self.key)


@dataclass(frozen=True)
class Table:
    """What was read of a table.

    Attributes:
        rows: those that have a name.
        left_out: what is to be told of the others.
    """

    rows: tuple[Row, ...]
    left_out: tuple[Words, ...] = ()


@dataclass(frozen=True)
class Thing:
    """One of ours: its names in all languages, its kind, its codes and the places around it."""

    iri: str
    label: str
    names: frozenset[str]
    kind: str
    codes: frozenset[str]
    around: frozenset[str]


@dataclass(frozen=True)
class Proposal:
    """A row and a thing that may be the same, for a person to decide.

    Attributes:
        row: the other dataset's row.
        thing: IRI of ours.
        label: its label in Indonesian.
        relation: `exactMatch` where an official code or the whole name agrees, else `closeMatch`.
        score: from 0 to 1.
        reason: why, in English and Indonesian.
        method: how the score was reached.
    """

    row: Row
    thing: str
    label: str
    relation: str
    score: float
    reason: str
    method: str


def natural(key: str) -> list[tuple[bool, int, str]]:
    """Sorts keys as people count: 2 comes before 10."""
    parts = re.split(r"([0-9]+)", key)
    plain = (part.lstrip("0") if at % 2 else part for at, part in enumerate(parts))
    # A number by its length first, as some are too long to be counted with.
    ordered = [(at % 2 == 0, len(p) if at % 2 else 0, p) for at, p in enumerate(plain)]
    return [*ordered, (True, 0, key)]


def read_table(path: Path) -> Table:
    """Read the rows of a table, as `rembug.linking.tables` reads it; raises what that raises."""
    found = content(path)
    rows = []
    for one in found.records:
        told = {role: one.cells.get(at, "") for role, at in found.roles.items()}
        place = told.get("place", "")
        if place:
            place = in_full(found.titles[found.roles["place"]], place)
        rows.append(Row(one.key, one.name, place, told.get("code", ""), told.get("iri", "")))
    return Table(tuple(rows), tuple(found.left_out()))


def propose(
    graph: KnowledgeGraph,
    rows: Iterable[Row],
    study: str = "",
    decided: Collection[tuple[str, str]] = (),
    dataset: str = "",
) -> list[Proposal]:
    """Match rows with the actors and places of a study, or of all, and with the regions in those.

    Args:
        graph: where they are.
        rows: of the other dataset.
        study: slug; empty for all.
        decided: keys of rows with IRIs of things that somebody has decided on; not proposed again.
        dataset: slug of the dataset that the rows are of, which is not matched with itself.

    Returns:
        At most a few proposals for each row, best first, in the order of the rows' keys; rows that
        resemble nothing have none. A name that fits several things equally is proposed for each,
        and the reason says so.
    """
    lookup = lookup_of(graph, study, dataset)
    return [
        proposal
        for row in sorted(rows, key=lambda row: row.order)
        for proposal in lookup.proposals(row)
        if (row.key, proposal.thing) not in decided
    ]


def lookup_of(graph: KnowledgeGraph, study: str = "", dataset: str = "") -> "Lookup":
    """What rows of a dataset are matched with; raises BadParameter where there is nothing."""
    own = terms.ID + f"{dataset}/"
    things = _things(graph, study)
    found = Lookup([one for one in things if not dataset or not one.iri.startswith(own)])
    if not found.things:
        raise BadParameter(
            Words(
                "there is no actor or place to link to; does the study exist?",
                "tidak ada aktor atau tempat untuk ditautkan; apakah studinya ada?",
            )
        )
    return found


class Lookup:
    """Things by the words of their names as they sound, so that few are compared with each row."""

    def __init__(self, things: list[Thing]) -> None:
        self.things = things
        self._by_sound: dict[str, set[int]] = defaultdict(set)
        self._words: dict[str, str] = {}
        self._by_code: dict[str, list[Thing]] = defaultdict(list)
        for at, thing in enumerate(things):
            for code in thing.codes:
                self._by_code[code].append(thing)
            for text in thing.names:
                for key in keys(text):
                    self._by_sound[key.sound].add(at)
                    if key.word:
                        self._words[key.word] = key.sound
        self._by_gram: dict[str, list[str]] = defaultdict(list)
        for word in self._words:
            for gram in _grams(word):
                self._by_gram[gram].append(word)
        self._near = cache(self._misspelt)

    def proposals(self, row: Row) -> list[Proposal]:
        """What a row may be, best first."""
        if coded := self.coded(row):
            return coded
        scored = [self._scored(row, self.things[at]) for at in self._candidates(row.name)]
        best = sorted((s for s in scored if s[0] >= THRESHOLD), key=lambda s: (-s[0], s[2].iri))
        best = best[:_MOST]
        ties = sum(round(s[0], 3) == round(best[0][0], 3) for s in best) if best else 0
        alike = f"; {ties} things fit equally | {ties} hal sama cocoknya" if ties > 1 else ""
        return [
            Proposal(
                row,
                thing.iri,
                thing.label,
                "exactMatch" if _SAME_NAME in reason and ties == 1 else "closeMatch",
                round(score, 3),
                reason + alike,
                "name and place (rapidfuzz)",
            )
            for score, reason, thing in best
        ]

    def coded(self, row: Row) -> list[Proposal]:
        """What has the official code of a row."""
        reason = f"same official code {row.code} | kode resmi sama {row.code}"
        return [
            Proposal(row, t.iri, t.label, "exactMatch", 1.0, reason, "official code")
            for t in self._by_code.get(official(row.code), ())
        ]

    def _candidates(self, text: str) -> list[int]:
        """The things that share most with a name, the rarer what they share the more it counts."""
        telling: list[set[int]] = []
        common: list[set[int]] = []
        for key in dict.fromkeys(keys(text)):
            sounds = [key.sound] if key.sound in self._by_sound else self._near(key.word)
            for sound in sounds:
                things = self._by_sound[sound]
                (common if is_generic(key.word) else telling).append(things)
        weights: dict[int, float] = {}
        # Rare words bring things in; what many have only weighs those that are there, so that a row
        # costs what its names share and not what there is.
        for things in sorted(telling, key=len):
            worth = 1 / (1 + math.log(len(things)))
            brings = len(weights) < _ENOUGH
            for at in things if brings else weights.keys() & things:
                weights[at] = weights.get(at, 0.0) + worth
        if not weights and common:
            weights = dict.fromkeys(set.intersection(*common), 0.0)
        elif len(weights) > _CANDIDATES:
            for things in common:
                worth = 1 / (1 + math.log(len(things)))
                for at in weights.keys() & things:
                    weights[at] += worth
        ranked = ((-weight, at) for at, weight in weights.items())
        return [at for _, at in heapq.nsmallest(_CANDIDATES, ranked)]

    def _misspelt(self, word: str) -> tuple[str, ...]:
        """The sounds of the words that one is likely to be a misspelling of.

        A word that it is near to shares most of its threes of letters, the rarest among them; those
        that half of all words have are not looked through.
        """
        if len(word) < _SHORTEST:
            return ()
        shared: Counter[str] = Counter()
        left = _POSTINGS
        for words in sorted((self._by_gram.get(gram, []) for gram in _grams(word)), key=len):
            shared.update(words)
            if (left := left - len(words)) < 0:
                break
        ranked = ((-count, other) for other, count in shared.items())
        likely = [other for _, other in heapq.nsmallest(_LIKELY, ranked)]
        found = process.extract(word, likely, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=_MOST)
        return tuple(dict.fromkeys(self._words[near] for near, _, _ in found))

    def _scored(self, row: Row, thing: Thing) -> tuple[float, str, Thing]:
        sought = name(row.name)
        if sought.kind and thing.kind != "actor" and sought.kind != thing.kind:
            return 0.0, "", thing
        kinds = {name(text).kind for text in thing.names}
        if thing.kind == "actor" and sought.kind in PLACES and sought.kind not in kinds:
            return 0.0, "", thing  # “Kec. Magetan” is no office in Magetan
        found = without_place(sought, thing.names, thing.around, likest(sought, thing.names))
        score, reasons = found.score, [_SAME_NAME if found.score == 1 else _reason(found)]
        if found.features["other_kind"]:
            reasons.append("other kind | jenis lain")
        match _same_place(row.place, thing.around):
            case True:
                score = min(1.0, score + 0.05)
                reasons.append("same place | tempat sama")
            case False:
                score -= 0.15
                reasons.append("other place | tempat lain")
        return max(0.0, score), "; ".join(reasons), thing


def _same_place(written: str, around: Collection[str]) -> bool | None:
    """Whether a row is in a place that a thing is in; None where that cannot be told.

    A district says nothing against a thing of which the regency alone is known.
    """
    if not written:
        return None
    place, others = name(written), [name(other) for other in around]
    if any(place.core == other.core and place.kind in (None, other.kind) for other in others):
        return True
    level = {place.kind} if place.kind else _NARROW
    return False if any(other.kind in level for other in others) else None


def _grams(word: str) -> set[str]:
    """The threes of letters of a word, its ends included."""
    padded = f"  {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _reason(found: Resemblance) -> str:
    if "place" in found.features:
        return "name without its place | nama tanpa tempatnya"
    if found.features["sound"] > found.features["telling"]:
        return "similar sound | bunyi mirip"
    return "similar name | nama mirip"


def _things(graph: KnowledgeGraph, study: str) -> list[Thing]:
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    kinds: dict[str, str] = {}
    codes, around = defaultdict(set), defaultdict(set)
    for row in graph.rows(_THINGS.bind({"study": study})):
        iri = str(row["thing"])
        labels[iri][str(row["language"])] = str(row["name"])
        if kinds.get(iri, "place") in ("place", "actor"):
            kinds[iri] = str(row["kind"])
        if "code" in row:
            codes[iri].add(str(row["code"]))
        if "around" in row:
            around[iri].add(str(row["around"]))
    return [
        Thing(
            iri,
            names.get("id") or next(iter(names.values())),
            frozenset(names.values()),
            kinds[iri],
            frozenset(codes[iri]),
            frozenset(around[iri]),
        )
        for iri, names in sorted(labels.items())
    ]
