"""Rows of another dataset's table against the actors and places of a study."""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rapidfuzz import fuzz, process

from rembug import settings
from rembug.catalogue import read
from rembug.errors import BadParameter, Unreadable
from rembug.graph import KnowledgeGraph
from rembug.names import core, fold, told_kind

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


@dataclass(frozen=True)
class Row:
    """A row of another dataset: a name, perhaps a place, a code and an IRI of its own."""

    key: str
    name: str
    place: str = ""
    code: str = ""
    iri: str = ""


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


def read_table(path: Path) -> list[Row]:
    """Read the rows of a CSV table.

    Args:
        path: UTF-8, with or without byte order mark; comma, semicolon or tab between columns. A
            column of names is needed, called name or nama; place, key, code and iri help.

    Raises:
        Unreadable: not CSV in UTF-8, or no column of names, or a row without a name.
    """
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise Unreadable(path.name, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise Unreadable(path.name, "is not UTF-8; save it as CSV UTF-8") from error
    head = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text), delimiter=max(",;\t", key=head.count))
    found = {str(name).strip().casefold(): str(name) for name in table.fieldnames or ()}
    columns = {
        role: next((found[name] for name in names if name in found), None)
        for role, names in _COLUMNS.items()
    }
    if columns["name"] is None:
        raise Unreadable(path.name, f"has no column of names; call it name or nama ({head!r})", 1)
    rows: list[Row] = []
    for line in table:
        values = {
            role: (line.get(column) or "").strip() if column else ""
            for role, column in columns.items()
        }
        if not any(values.values()):
            continue
        if not values["name"]:
            raise Unreadable(path.name, "the row has no name", table.line_num)
        rows.append(Row(**{**values, "key": values["key"] or str(len(rows) + 1)}))
    if len({row.key for row in rows}) < len(rows):
        raise Unreadable(path.name, "two rows have the same key; each needs its own")
    return rows


def propose(graph: KnowledgeGraph, rows: Iterable[Row], study: str = "") -> list[Proposal]:
    """Match rows with the actors and places of a study, or of all.

    Returns:
        At most a few proposals for each row, best first, in the order of the rows' keys; rows that
        resemble nothing have none. A name that fits several things equally is proposed for each,
        and the reason says so.
    """
    things = _things(graph, study)
    if not things:
        raise BadParameter("there is no actor or place to link to; does the study exist?")
    names = [(thing, fold(name)) for thing in things for name in sorted(thing.names)]
    cores = [core(name) for _, name in names]
    proposals = []
    for row in sorted(rows, key=lambda row: row.key):
        proposals += _for_row(row, things, names, cores)
    return proposals


def _for_row(
    row: Row, things: list[Thing], names: list[tuple[Thing, str]], cores: list[str]
) -> list[Proposal]:
    if coded := [t for t in things if row.code and row.code in t.codes]:
        return [
            Proposal(row, t.iri, t.label, "exactMatch", 1.0, f"same official code {row.code} | "
                     f"kode resmi sama {row.code}", "official code")
            for t in coded
        ]  # fmt: skip
    folded = fold(row.name)
    telling, kind = core(folded), told_kind(folded)
    best: dict[str, tuple[float, str, Thing]] = {}
    for similarity, index in _nearest(telling, cores):
        thing, name = names[index]
        whole = _likeness(folded, name)
        score = 0.75 * similarity + 0.25 * whole
        reasons = ["same name | nama sama" if folded == name else "similar name | nama mirip"]
        if row.place and thing.around:
            place = core(fold(row.place))
            if any(place == core(fold(other)) for other in thing.around):
                score = min(1.0, score + 0.05)
                reasons.append("same place | tempat sama")
            else:
                score -= 0.15
                reasons.append("other place | tempat lain")
        if kind and thing.kind != "actor" and kind != thing.kind:
            continue
        if score > best.get(thing.iri, (0.0, "", thing))[0]:
            best[thing.iri] = (score, "; ".join(reasons), thing)
    found = sorted(best.values(), key=lambda x: (-x[0], x[2].iri))
    found = [x for x in found if x[0] >= THRESHOLD][:_MOST]
    ties = sum(round(x[0], 3) == round(found[0][0], 3) for x in found) if found else 0
    return [
        Proposal(
            row,
            thing.iri,
            thing.label,
            "exactMatch" if "same name" in reason and ties == 1 else "closeMatch",
            round(score, 3),
            reason
            + (f"; {ties} things fit equally | {ties} hal sama cocoknya" if ties > 1 else ""),
            "name and place (rapidfuzz)",
        )
        for score, reason, thing in found
    ]


def _nearest(name: str, others: list[str]) -> list[tuple[float, int]]:
    """The likeliest of many names with their index, whatever the order of words or the spaces."""
    found: dict[int, float] = {}
    for scorer in (fuzz.ratio, fuzz.token_sort_ratio):
        for _, score, index in process.extract(
            name, others, scorer=scorer, score_cutoff=60, limit=30
        ):
            found[index] = max(found.get(index, 0.0), score / 100)
    return [(score, index) for index, score in sorted(found.items())]


def _likeness(one: str, other: str) -> float:
    return max(fuzz.ratio(one, other), fuzz.token_sort_ratio(one, other)) / 100


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
