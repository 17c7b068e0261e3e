"""Rows of another dataset's table against the actors and places of a study."""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz, process

from rembug import settings
from rembug.catalogue import read
from rembug.errors import BadParameter, Unreadable, Words
from rembug.graph import KnowledgeGraph
from rembug.linking.resemblance import Resemblance, likest, name
from rembug.names import PLACES, is_generic, keys
from rembug.sources.sheets import Sheet
from rembug.sources.sheets import read as read_sheets

_THINGS: Final = read(settings.queries_dir() / "links" / "things.rq")
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("name", "nama", "nama usaha", "nama umkm", "nama kecamatan", "nama desa", "label"),
    "place": ("place", "tempat", "kecamatan", "kabupaten", "desa", "alamat", "lokasi", "wilayah"),
    "key": ("key", "id", "no", "nomor", "nib"),
    "code": ("code", "kode", "kode wilayah", "kode_wilayah", "kemendagri_code", "bps_code"),
    "iri": ("iri", "uri", "url"),
}
THRESHOLD: Final = 0.72
_MOST: Final = 3
_CANDIDATES: Final = 20
_SHORTEST, _NEAR = 4, 75  # letters of a word that may be misspelt; how like
_LIKELY: Final = 60  # words that share most threes of letters with a misspelt one
_SAME_NAME: Final = "same name | nama sama"


@dataclass(frozen=True)
class Row:
    """A row of another dataset: a name, perhaps a place, a code and an IRI of its own."""

    key: str
    name: str
    place: str = ""
    code: str = ""
    iri: str = ""


@dataclass(frozen=True)
class Table:
    """What was read of a table.

    Attributes:
        rows: those that have a name.
        nameless: the lines of those that have none.
    """

    rows: tuple[Row, ...]
    nameless: tuple[int, ...] = ()


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


def read_table(path: Path) -> Table:
    """Read the rows of a table, CSV or XLSX as spreadsheets write them.

    A row without a name is left out, and told of.

    Args:
        path: a column of names is needed, called name or nama; place, key, code and iri help.

    Raises:
        Unreadable: it is no such table, has no column of names, or two rows with one key.
    """
    try:
        body = path.read_bytes()
    except OSError as error:
        told = Words(f"cannot be read: {error.strerror}", f"tidak dapat dibaca: {error.strerror}")
        raise Unreadable(path.name, told) from error
    sheets, _ = read_sheets(path, body)
    head, titles, found = headed(path, sheets)
    rows: dict[str, Row] = {}
    nameless = []
    for line, cells in found:
        values = {role: cells[at].strip() for role, at in head.items() if at < len(cells)}
        if not any(cell.strip() for cell in cells):
            continue
        if not values.get("name"):
            nameless.append(line)
            continue
        key = values.get("key") or str(len(rows) + len(nameless) + 1)
        if key in rows:
            raise Unreadable(
                path.name,
                Words(
                    f"two rows have the key “{key}”; each needs its own key",
                    f"dua baris memiliki kunci “{key}”; setiap baris memerlukan kunci sendiri",
                ),
                line,
            )
        full = in_full(titles[head["name"]], values["name"])
        rows[key] = Row(**{**values, "key": key, "name": full})
    return Table(tuple(rows.values()), tuple(nameless))


def in_full(title: str, text: str) -> str:
    """A name with the kind of place that its column's title says, if it says none itself."""
    kind = title.strip()
    if name(kind).kind not in PLACES or name(text).kind is not None:
        return text
    return f"{kind.capitalize()} {text}"


def headed(
    path: Path, sheets: Sequence[Sheet]
) -> tuple[Mapping[str, int], list[str], Iterator[tuple[int, list[str]]]]:
    """The first sheet that has a column of names.

    Returns:
        Where each role stands (name, place, key, code, iri), the titles as they are written, and
        the rows below with their lines. In a table about places the names are the places.

    Raises:
        Unreadable: none has one.
    """
    heads = []
    for sheet in sheets:
        rows = sheet.rows()
        _, first = next(rows, (0, []))
        titles = [title.strip().casefold() for title in first]
        heads.append(", ".join(title for title in titles if title))
        head = {
            role: next(titles.index(name) for name in names if name in titles)
            for role, names in _COLUMNS.items()
            if not set(names).isdisjoint(titles)
        }
        if "name" not in head and "place" in head:  # a table about places
            head = {**{r: at for r, at in head.items() if r != "place"}, "name": head["place"]}
        if "name" in head:
            return head, first, rows
    shown = (heads[0] if heads else "")[:200]
    told = Words(
        f"has no column of names; call it name or nama (there are: {shown})",
        f"tidak memiliki kolom nama; beri judul nama atau name (yang ada: {shown})",
    )
    raise Unreadable(path.name, told, 1)


def propose(
    graph: KnowledgeGraph,
    rows: Iterable[Row],
    study: str = "",
    decided: Collection[tuple[str, str]] = (),
) -> list[Proposal]:
    """Match rows with the actors and places of a study, or of all.

    Args:
        graph: where they are.
        rows: of the other dataset.
        study: slug; empty for all.
        decided: keys of rows with IRIs of things that somebody has decided on; not proposed again.

    Returns:
        At most a few proposals for each row, best first, in the order of the rows' keys; rows that
        resemble nothing have none. A name that fits several things equally is proposed for each,
        and the reason says so.
    """
    lookup = Lookup(_things(graph, study))
    if not lookup.things:
        raise BadParameter(
            Words(
                "there is no actor or place to link to; does the study exist?",
                "tidak ada aktor atau tempat untuk ditautkan; apakah studinya ada?",
            )
        )
    return [
        proposal
        for row in sorted(rows, key=lambda row: row.key)
        for proposal in lookup.proposals(row)
        if (row.key, proposal.thing) not in decided
    ]


class Lookup:
    """Things by the words of their names as they sound, so that few are compared with each row."""

    def __init__(self, things: list[Thing]) -> None:
        self.things = things
        self._by_sound: dict[str, set[int]] = defaultdict(set)
        self._words: dict[str, str] = {}
        for at, thing in enumerate(things):
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
        if coded := [t for t in self.things if row.code and row.code in t.codes]:
            reason = f"same official code {row.code} | kode resmi sama {row.code}"
            return [
                Proposal(row, t.iri, t.label, "exactMatch", 1.0, reason, "official code")
                for t in coded
            ]
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

    def _candidates(self, text: str) -> list[int]:
        """The things that share most with a name, the rarer what they share the more it counts."""
        weights: dict[int, float] = defaultdict(float)
        common: list[set[int]] = []
        for key in dict.fromkeys(keys(text)):
            sounds = [key.sound] if key.sound in self._by_sound else self._near(key.word)
            for sound in sounds:
                things = self._by_sound[sound]
                if is_generic(key.word):
                    common.append(things)
                    continue
                for at in things:
                    weights[at] += 1 / (1 + math.log(len(things)))
        if not weights and common:
            weights = dict.fromkeys(set.intersection(*common), 0.0)
        elif len(weights) > _CANDIDATES:
            for things in common:
                for at in weights.keys() & things:
                    weights[at] += 1 / (1 + math.log(len(things)))
        return heapq.nsmallest(_CANDIDATES, weights, key=lambda at: (-weights[at], at))

    def _misspelt(self, word: str) -> tuple[str, ...]:
        """The sounds of the words that one is likely to be a misspelling of."""
        if len(word) < _SHORTEST:
            return ()
        shared = Counter(other for gram in _grams(word) for other in self._by_gram.get(gram, ()))
        likely = heapq.nsmallest(_LIKELY, shared, key=lambda other: (-shared[other], other))
        found = process.extract(word, likely, scorer=fuzz.ratio, score_cutoff=_NEAR, limit=_MOST)
        return tuple(dict.fromkeys(self._words[near] for near, _, _ in found))

    def _scored(self, row: Row, thing: Thing) -> tuple[float, str, Thing]:
        sought = name(row.name)
        if sought.kind and thing.kind != "actor" and sought.kind != thing.kind:
            return 0.0, "", thing
        kinds = {name(text).kind for text in thing.names}
        if thing.kind == "actor" and sought.kind in PLACES and sought.kind not in kinds:
            return 0.0, "", thing  # “Kec. Magetan” is no office in Magetan
        found = likest(sought, thing.names)
        score, reasons = found.score, [_SAME_NAME if found.score == 1 else _reason(found)]
        if found.features["other_kind"]:
            reasons.append("other kind | jenis lain")
        if row.place and thing.around:
            place = name(row.place).core
            if any(place == name(other).core for other in thing.around):
                score = min(1.0, score + 0.05)
                reasons.append("same place | tempat sama")
            else:
                score -= 0.15
                reasons.append("other place | tempat lain")
        return max(0.0, score), "; ".join(reasons), thing


def _grams(word: str) -> set[str]:
    """The threes of letters of a word, its ends included."""
    padded = f"  {word} "
    return {padded[at : at + 3] for at in range(len(padded) - 2)}


def _reason(found: Resemblance) -> str:
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
