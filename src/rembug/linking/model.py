"""What is linked: rows of other people's tables, our things, and pairs that may be the same."""

import re
from dataclasses import dataclass

from rembug.linking.tables import minted


@dataclass(frozen=True, slots=True)
class Row:
    """A row of another dataset: a name, perhaps a place, a code and an IRI of its own.

    Attributes:
        kind: of region, that its table is about and the name does not say.
        agent: whether it is who published the dataset, and no row of it.
    """

    key: str
    name: str
    place: str = ""
    code: str = ""
    iri: str = ""
    kind: str = ""
    agent: bool = False

    @property
    def in_full(self) -> str:
        """Its name with the kind."""
        return f"{self.kind} {self.name}".strip()

    @property
    def order(self) -> tuple[object, ...]:
        """Where it stands among others: by its key, or by its name where the key says nothing."""
        return natural(self.name if minted(self.key) else self.key), natural(self.key)


@dataclass(frozen=True, slots=True)
class Thing:
    """One of ours: its names in all languages, its kind, its codes and the places around it."""

    iri: str
    label: str
    names: frozenset[str]
    kind: str
    codes: frozenset[str]
    around: frozenset[str]


@dataclass(frozen=True, slots=True)
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
