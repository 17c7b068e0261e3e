"""Proposals go out as a CSV table, and come back with a person's decisions."""

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from rembug.errors import Unreadable, Words
from rembug.linking.model import Proposal, Row
from rembug.sources.cells import guarded, unguarded
from rembug.sources.sheets import records

COLUMNS: Final = (
    "key", "name", "place", "iri", "thing", "label", "relation", "score", "reason", "method",
    "decision",
)  # fmt: skip
_ACCEPT: Final = frozenset({"accept", "terima", "ya", "yes"})
_REJECT: Final = frozenset({"reject", "tolak", "tidak", "no"})
_OPEN: Final = frozenset({"", "unsure", "ragu"})
_RELATIONS: Final = ("exactMatch", "closeMatch")


@dataclass(frozen=True)
class Decision:
    """What a person decided of a proposal, or several did whose names are told."""

    proposal: Proposal
    accepted: bool = True
    reviewers: tuple[str, ...] = ()


def write_proposals(proposals: Iterable[Proposal], stream: TextIO) -> int:
    """Write proposals for review, with an empty column `decision`; returns how many."""
    table = csv.writer(stream, lineterminator="\r\n")
    table.writerow(COLUMNS)
    count = 0
    for count, p in enumerate(proposals, 1):  # noqa: B007
        cells = [p.row.key, p.row.name, p.row.place, p.row.iri, p.thing, p.label, p.relation]
        table.writerow([*map(guarded, cells), p.score, p.reason, p.method, ""])
    return count


def write_blind(proposals: Iterable[Proposal], stream: TextIO) -> int:
    """Write proposals for a reviewer who is not told how likely they are; returns how many.

    What says so (relation, score, reason, method) is empty, and so is the order of the scores.
    """
    table = csv.writer(stream, lineterminator="\r\n")
    table.writerow(COLUMNS)
    ordered = sorted(proposals, key=lambda p: (p.row.order, p.thing))
    for p in ordered:
        cells = [p.row.key, p.row.name, p.row.place, p.row.iri, p.thing, p.label]
        table.writerow([*map(guarded, cells), "", "", "", "", ""])
    return len(ordered)


def read_proposals(path: Path) -> dict[tuple[str, str], Proposal]:
    """The proposals of a table by key and thing, whatever is decided; those of a blind one are not.

    Raises:
        Unreadable: a column is missing, or a relation or score is not one; says the line.
    """
    rows = (
        (line, {k: unguarded(v) for k, v in row.items()}) for line, row in records(path, COLUMNS)
    )
    return {
        (cells["key"], cells["thing"]): _proposal(path, line, cells)
        for line, cells in rows
        if cells["score"]
    }


def write_decisions(
    decisions: Iterable[Decision], stream: TextIO, unsure: Iterable[Proposal] = ()
) -> None:
    """Write proposals with what was decided of each, and those of which somebody is not sure."""
    table = csv.writer(stream, lineterminator="\r\n")
    table.writerow(COLUMNS)
    words = [(d.proposal, "accept" if d.accepted else "reject") for d in decisions]
    for p, word in [*words, *((p, "unsure") for p in unsure)]:
        cells = [p.row.key, p.row.name, p.row.place, p.row.iri, p.thing, p.label, p.relation]
        table.writerow([*map(guarded, cells), p.score, p.reason, p.method, word])


def read_review(
    path: Path, known: Mapping[tuple[str, str], Proposal] | None = None
) -> list[Decision]:
    """Read a reviewed table: the rows whose decision is accept (terima) or reject (tolak).

    Those without a decision, or with unsure (ragu), stay open: they are proposed again.

    Args:
        path: the table.
        known: proposals by key and thing, for a table whose reviewer was not told of them.

    Raises:
        Unreadable: a column is missing, a decision, relation or score is not one, a blind row is
            of no known proposal, or one row is accepted as exactly two things; says line and
            column.
    """
    decisions: list[Decision] = []
    exact: dict[str, str] = {}
    for line, row in records(path, COLUMNS):
        word = row["decision"].strip().casefold()
        if word not in _ACCEPT | _REJECT | _OPEN:
            reason = Words(
                "the decision is accept (terima), reject (tolak), unsure (ragu) or empty, not "
                f"“{word}”",
                "keputusan diisi terima (accept), tolak (reject), ragu (unsure), atau "
                f"dikosongkan, bukan “{word}”",
            )
            raise Unreadable(path.name, reason, line, COLUMNS.index("decision") + 1)
        if word in _OPEN:
            continue
        cells = {k: unguarded(v) for k, v in row.items()}
        if cells["score"] or not cells["thing"]:
            proposal = _proposal(path, line, cells)
        else:
            proposal = _revealed(path, line, cells, known or {})
        if word in _ACCEPT and proposal.relation == "exactMatch":
            other = exact.setdefault(proposal.row.key, proposal.thing)
            if other != proposal.thing:
                reason = Words(
                    f"the record {proposal.row.key} is accepted as exactly two things",
                    f"baris data {proposal.row.key} diterima sebagai dua hal yang persis sama",
                )
                raise Unreadable(path.name, reason, line)
        decisions.append(Decision(proposal, word in _ACCEPT))
    return decisions


def _revealed(
    path: Path, line: int, cells: Mapping[str, str], known: Mapping[tuple[str, str], Proposal]
) -> Proposal:
    """The proposal that a row of a blind table stands for."""
    if (found := known.get((cells["key"], cells["thing"]))) is None:
        told = Words(
            "has no score, and no other table proposes this pair; pass the proposals as well",
            "tidak memiliki skor dan tidak diusulkan tabel lain; sertakan juga tabel usulannya",
        )
        raise Unreadable(path.name, told, line)
    return found


def _proposal(path: Path, line: int, cells: dict[str, str]) -> Proposal:
    if cells["relation"] not in _RELATIONS:
        raise Unreadable(
            path.name,
            Words(
                f"the relation is one of {', '.join(_RELATIONS)}",
                f"hubungan diisi salah satu dari {', '.join(_RELATIONS)}",
            ),
            line,
        )
    try:
        score = float(cells["score"].replace(",", "."))
    except ValueError as error:
        raise Unreadable(
            path.name,
            Words(
                f"the score {cells['score']!r} is not a number",
                f"skor {cells['score']!r} bukan bilangan",
            ),
            line,
        ) from error
    if not 0 <= score <= 1:
        raise Unreadable(
            path.name,
            Words(
                f"the score {score} is not between 0 and 1",
                f"skor {score} tidak terletak antara 0 dan 1",
            ),
            line,
        )
    row = Row(cells["key"], cells["name"], cells["place"], iri=cells["iri"])
    return Proposal(
        row, cells["thing"], cells["label"], cells["relation"], score, cells["reason"],
        cells["method"],
    )  # fmt: skip
