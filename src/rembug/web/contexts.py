"""Where a statement holds: the contexts of the findings on each side of it, counted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rembug import terms
from rembug.graph import Row
from rembug.web.context import page_part


@dataclass(frozen=True)
class Context:
    """One region, collaboration, program or kind of actors, and the findings in it by side."""

    iri: str
    label: str
    findings: Mapping[str, int]


@dataclass(frozen=True)
class Contexts:
    """The contexts of some findings.

    Attributes:
        sides: those that occur, in their order.
        dimensions: what contexts differ in, such as `region`, with the contexts of each.
        late: whether they were not worked out in time.
    """

    sides: Sequence[str]
    dimensions: Mapping[str, Sequence[Context]]
    late: bool


def contexts(sides: Mapping[str, str], order: Sequence[str]) -> Contexts:
    """The contexts of findings, as far as the caller may read.

    Args:
        sides: of each finding, by its IRI, such as `for`.
        order: all the sides there may be.
    """
    if not sides:
        return Contexts((), {}, late=False)
    rows = page_part("finding-contexts", finding=" ".join(sides))
    found: dict[str, dict[str, tuple[Row, set[str]]]] = {}
    for row in rows:
        dimension = str(row["dimension"]).partition(" ")[2]
        _, inside = found.setdefault(dimension, {}).setdefault(str(row["value"]), (row, set()))
        inside.add(str(row["finding"]))
    return Contexts(
        [side for side in order if side in sides.values()],
        {
            dimension: [
                Context(
                    iri,
                    str(row.get("valueLabel", terms.curie(iri))),
                    {side: sum(sides[one] == side for one in inside) for side in order},
                )
                for iri, (row, inside) in values.items()
            ]
            for dimension, values in found.items()
        },
        rows.late,
    )
