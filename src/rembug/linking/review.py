"""Proposals go out as a CSV table, and come back with a person's decisions."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, TextIO

from rembug.errors import Unreadable
from rembug.linking.match import Proposal, Row
from rembug.sources.cells import guarded, records, unguarded

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
    """What a person decided of a proposal."""

    proposal: Proposal
    accepted: bool = True


def write_proposals(proposals: Iterable[Proposal], stream: TextIO) -> int:
    """Write proposals for review, with an empty column `decision`; returns how many."""
    table = csv.writer(stream, lineterminator="\r\n")
    table.writerow(COLUMNS)
    count = 0
    for count, p in enumerate(proposals, 1):  # noqa: B007
        cells = [p.row.key, p.row.name, p.row.place, p.row.iri, p.thing, p.label, p.relation]
        table.writerow([*map(guarded, cells), p.score, p.reason, p.method, ""])
    return count


def read_review(path: Path) -> list[Decision]:
    """Read a reviewed table: the rows whose decision is accept (terima) or reject (tolak).

    Those without a decision, or with unsure (ragu), stay open: they are proposed again.

    Raises:
        Unreadable: a column is missing, a decision, relation or score is not one, or one row is
            accepted as exactly two things; says line and column.
    """
    decisions: list[Decision] = []
    exact: dict[str, str] = {}
    for line, row in records(path, COLUMNS):
        word = row["decision"].strip().casefold()
        if word not in _ACCEPT | _REJECT | _OPEN:
            reason = (
                "the decision is accept (terima), reject (tolak), unsure (ragu) or empty, "
                f"not “{word}”"
            )
            raise Unreadable(path.name, reason, line, COLUMNS.index("decision") + 1)
        if word in _OPEN:
            continue
        proposal = _proposal(path, line, {k: unguarded(v) for k, v in row.items()})
        if word in _ACCEPT and proposal.relation == "exactMatch":
            other = exact.setdefault(proposal.row.key, proposal.thing)
            if other != proposal.thing:
                reason = f"the record {proposal.row.key} is accepted as exactly two things"
                raise Unreadable(path.name, reason, line)
        decisions.append(Decision(proposal, word in _ACCEPT))
    return decisions


def _proposal(path: Path, line: int, cells: dict[str, str]) -> Proposal:
    if cells["relation"] not in _RELATIONS:
        raise Unreadable(path.name, f"the relation is one of {', '.join(_RELATIONS)}", line)
    try:
        score = float(cells["score"].replace(",", "."))
    except ValueError as error:
        raise Unreadable(path.name, f"the score {cells['score']!r} is no number", line) from error
    if not 0 <= score <= 1:
        raise Unreadable(path.name, f"the score {score} is not between 0 and 1", line)
    row = Row(cells["key"], cells["name"], cells["place"], iri=cells["iri"])
    return Proposal(
        row, cells["thing"], cells["label"], cells["relation"], score, cells["reason"],
        cells["method"],
    )  # fmt: skip
