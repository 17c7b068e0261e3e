"""How far each case is in each set, from the ratings of its findings."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean
from typing import Final

from rembug import settings, terms
from rembug.catalogue import read
from rembug.errors import BadParameter, UnknownName, Words
from rembug.graph import KnowledgeGraph, Reads
from rembug.qca.setup import Setup

_THINGS: Final = read(settings.queries_dir() / "store" / "qca-things.rq")
_RATINGS: Final = read(settings.queries_dir() / "store" / "qca-ratings.rq")
_OFFERED: Final = read(settings.queries_dir() / "store" / "qca-cases.rq")
_CONCEPTS: Final = read(settings.queries_dir() / "store" / "concepts.rq")
_CASES: Final = frozenset({str(terms.CG.Program), str(terms.CG.Collaboration)})


@dataclass(frozen=True)
class LeftOut:
    """Why a case is not in the table: what of it is not known.

    Attributes:
        case: short name of the case.
        factor: name of the condition or outcome.
        findings: how many findings there are on it; none of them has a rating.
    """

    case: str
    factor: str
    findings: int


@dataclass(frozen=True)
class Calibrated:
    """The cases of which all is known, each with its membership in each set, and the others.

    Attributes:
        setup: what was declared.
        cases: memberships by short name of the case, then by name of the factor.
        left_out: what is not known of the others.
    """

    setup: Setup
    cases: Mapping[str, Mapping[str, float]]
    left_out: Sequence[LeftOut]


def calibrate(graph: KnowledgeGraph, setup: Setup, role: Reads) -> Calibrated:
    """Work out memberships from the mean rating of a case's findings on each element.

    A case is left out where a rating is missing: no knowledge is no membership of 0 (Ragin 2008).

    Args:
        graph: where the findings are.
        setup: the cases and how they are calibrated.
        role: who asks; findings that it may not read do not count.

    Raises:
        UnknownName: there is no such case or element.
        BadParameter: a case is exactly between in and out, and belongs to no row.
    """
    _require(graph, setup, role)
    elements = [factor.element for factor in setup.factors]
    asked = {"cases": " ".join(setup.cases), "elements": " ".join(elements)}
    findings: dict[tuple[str, str], set[str]] = defaultdict(set)
    ratings: dict[tuple[str, str], dict[str, float]] = defaultdict(dict)
    for row in graph.rows(_RATINGS.bind(asked), role):
        pair, finding = (str(row["cases"]), str(row["elements"])), str(row["finding"])
        findings[pair].add(finding)
        if "value" in row:
            ratings[pair][finding] = float(str(row["value"]))
    known, left_out = {}, []
    for case in setup.cases:
        short = case.removeprefix(terms.ID)
        memberships = {}
        for factor in setup.factors:
            rated = ratings[case, factor.element]
            if not rated:
                left_out.append(LeftOut(short, factor.name, len(findings[case, factor.element])))
                continue
            rating = fmean(rated.values())
            memberships[factor.name] = membership = factor.membership(rating)
            if membership == 0.5:
                raise BadParameter(
                    Words(
                        f"{short} is neither in nor out of {factor.name} with a rating of "
                        f"{rating:.3g}, and belongs to no row; move the middle anchor",
                        f"{short} tidak termasuk dan tidak pula di luar {factor.name} dengan nilai "
                        f"{rating:.3g}, sehingga tidak masuk baris mana pun; geser nilai tengahnya",
                    )
                )
        if len(memberships) == len(setup.factors):
            known[short] = memberships
    return Calibrated(setup, known, left_out)


def _require(graph: KnowledgeGraph, setup: Setup, role: Reads) -> None:
    """See that all cases and elements are there."""
    elements = [factor.element for factor in setup.factors]
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in graph.rows(_THINGS.bind({"things": " ".join([*setup.cases, *elements])}), role):
        kinds[str(row["things"])].add(str(row["kind"]))
    for case in setup.cases:
        if not kinds[case] & _CASES:
            slug = terms.study_of(case)
            rows = graph.rows(_OFFERED.bind({"study": slug}), role) if slug else ()
            names = [str(row["case"]).removeprefix(terms.ID) for row in rows]
            raise UnknownName("program or collaboration", case.removeprefix(terms.ID), names)
    for element in elements:
        if str(terms.CG.Aspect) not in kinds[element]:
            concepts = (str(row["concept"]) for row in graph.rows(_CONCEPTS.text, role))
            names = [concept.removeprefix(terms.SCHEME) for concept in concepts]
            raise UnknownName("element", element.removeprefix(terms.SCHEME), names)
