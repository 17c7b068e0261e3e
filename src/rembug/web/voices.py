"""Which actors of a study speak of which elements of a framework."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from rembug import terms
from rembug.web import choices
from rembug.web.context import page_part
from rembug.web.links import link


@dataclass(frozen=True)
class Cell:
    """What an actor says of an element: on how many findings, `voiced`, `disputed` or `both`."""

    findings: int
    way: str
    link: str


@dataclass(frozen=True)
class Matrix:
    """Which actors speak of which elements; a cell for each pair, None where nothing is said."""

    elements: Sequence[tuple[str, str]]
    rows: Sequence[tuple[str, str, Sequence[Cell | None]]]
    late: bool


def matrix(framework: str, known: Sequence[tuple[str, str]], study: str) -> Matrix:
    """Who speaks of what, as far as the caller may read.

    Args:
        framework: the name of its scheme.
        known: its elements in order, each with its name.
        study: the IRI of the study.
    """
    rows = page_part("actor-elements", study=study, framework=framework)
    said: dict[tuple[str, str], dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    names: dict[str, str] = {}
    for row in rows:
        actor = str(row["actor"])
        names[actor] = str(row.get("actorLabel") or actor.rpartition("/")[2])
        way = "voiced" if str(row["way"]) == str(terms.CG.voicedBy) else "disputed"
        said[actor, str(row["element"])][way].add(str(row["finding"]))
    spoken = {element for _, element in said}
    elements = [(iri, label) for iri, label in known if iri in spoken]

    def cell(actor: str, element: str) -> Cell | None:
        ways = said.get((actor, element))
        if not ways:
            return None
        chosen = {"study": study, "voice": actor, "aspect": element, "advice": "false"}
        return Cell(
            findings=len(set().union(*ways.values())),
            way="both" if len(ways) > 1 else next(iter(ways)),
            link=link("/findings", **{key: choices.short(key, v) for key, v in chosen.items()}),
        )

    found = [(a, name, [cell(a, e) for e, _ in elements]) for a, name in names.items()]
    return Matrix(elements, found, rows.late)
