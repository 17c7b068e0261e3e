"""What findings say of an element: the states that a map tells apart, from what the reader sees."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rembug import terms
from rembug.graph import Row

SIGNS: Final = {
    "for": "▲",
    "against": "▼",
    "contested": "◆",
    "noted": "●",
    "withheld": "■",
    "silent": "○",
    "unasked": "–",
}
"""The state of an element, and the sign that tells it without colour."""

_FOR, _AGAINST, _MIXED = (
    str(terms.SCHEME[f"stance/{n}"]) for n in ("supports", "undermines", "mixed")
)


@dataclass(frozen=True)
class Finding:
    """A finding on an element: its direction (`for`, `against`, `mixed` or none), its support."""

    iri: str
    direction: str
    rating: float | None
    backed: bool


def read(row: Row) -> Finding:
    """A finding as `queries/pages/element-findings.rq` answers it, with the way it speaks."""
    stance = str(row.get("stance", ""))
    rating = float(str(row["rating"])) if "rating" in row else None
    direction = {_FOR: "for", _AGAINST: "against", _MIXED: "mixed"}.get(stance, "")
    if not direction and rating is not None:
        direction = "for" if rating >= 4 else "against" if rating <= 2 else "mixed"
    pro, con, partly = (int(str(row[v])) for v in ("supporting", "undermining", "qualifying"))
    # What the reader sees may be a part. So evidence against never turns a finding round, as what
    # supports it may be closed: a finding that its evidence speaks against is contested, and is so
    # whatever else there is.
    if partly or (con and (pro or direction)):
        direction = "mixed"
    return Finding(str(row["finding"]), direction, rating, pro + con + partly > 0)


def state(found: Sequence[Finding]) -> str:
    """What some findings together say; nothing where there are none.

    Those without open evidence count once one has some, as what they rest on may be closed: all
    that is stated is open to everybody, and more evidence can only make a state contested.
    """
    if not any(finding.backed for finding in found):
        return "withheld" if found else ""
    ways = {finding.direction for finding in found} - {""}
    if len(ways) > 1 or "mixed" in ways:
        return "contested"
    return next(iter(ways), "noted")
