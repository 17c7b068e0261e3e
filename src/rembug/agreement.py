"""How far coders agree, code by code: Krippendorff's alpha and Cohen's kappa, by NLTK.

A unit is a passage of a source that several coders worked on; each of them either gave it the code
or did not (Krippendorff, Content Analysis, 4th ed. 2019, ch. 12; Cohen 1960).
"""

from collections import defaultdict
from dataclasses import dataclass
from itertools import combinations
from statistics import mean
from typing import Final

from rembug import settings
from rembug.catalogue import read
from rembug.graph import KnowledgeGraph, Reads

_CODINGS: Final = read(settings.queries_dir() / "store" / "codings.rq")


@dataclass(frozen=True)
class Agreement:
    """How far the coders of a code agree on it.

    Attributes:
        code: IRI of the code.
        name: what it is called.
        coders: how many worked on the sources.
        passages: how many units there are.
        given: how many of those at least one coder gave the code.
        alpha: Krippendorff's, nominal; None where nobody or everybody gave it every time.
        kappa: Cohen's, the mean of all pairs of coders; None where it is defined for none.
    """

    code: str
    name: str
    coders: int
    passages: int
    given: int
    alpha: float | None
    kappa: float | None


def agreement(graph: KnowledgeGraph, study: str, role: Reads) -> list[Agreement]:
    """How far the coders of a study agree, worst first; nothing where no source has two coders.

    Args:
        graph: where the study is.
        study: its slug.
        role: who asks; passages that it may not read do not count.
    """
    rows = list(graph.rows(_CODINGS.bind({"study": study}), role))
    coders: dict[str, set[str]] = defaultdict(set)
    passages: dict[str, str] = {}
    gave: dict[str, set[tuple[str, str]]] = defaultdict(set)
    names: dict[str, str] = {}
    for row in rows:
        source, passage, code, coder = (
            row[variable].value for variable in ("source", "passage", "code", "coder")
        )
        coders[source].add(coder)
        passages[passage] = source
        gave[code].add((coder, passage))
        names.setdefault(code, row["name"].value)
    units = {p: coders[s] for p, s in passages.items() if len(coders[s]) > 1}
    found = [_of(code, names[code], units, gave[code]) for code in names] if units else []
    return sorted(found, key=lambda a: (a.alpha is None, a.alpha or 0.0, a.name))


def _of(code: str, name: str, units: dict[str, set[str]], gave: set[tuple[str, str]]) -> Agreement:
    from nltk.metrics.agreement import AnnotationTask  # slow to load, and rarely needed

    said = [
        (coder, passage, (coder, passage) in gave)
        for passage, coders in units.items()
        for coder in sorted(coders)
    ]
    given = {passage for _, passage, yes in said if yes}
    everyone = sorted({coder for coder, _, _ in said})
    varies = len({yes for _, _, yes in said}) > 1
    alpha = AnnotationTask(data=said).alpha() if varies else None
    kappas = [
        kappa for pair in combinations(everyone, 2) if (kappa := _kappa(said, pair)) is not None
    ]
    return Agreement(
        code, name, len(everyone), len(units), len(given), alpha, mean(kappas) if kappas else None
    )


def _kappa(said: list[tuple[str, str, bool]], pair: tuple[str, str]) -> float | None:
    """Of two coders, on what both worked on; None where chance alone would agree throughout."""
    of = [{p: yes for c, p, yes in said if c == coder} for coder in pair]
    both = sorted(of[0].keys() & of[1].keys())
    shares = [sum(answers[p] for p in both) / len(both) for answers in of] if both else []
    if not both or shares[0] == shares[1] in (0, 1):
        return None
    from nltk.metrics.agreement import AnnotationTask

    data = [(c, p, answers[p]) for c, answers in zip(pair, of, strict=True) for p in both]
    return float(AnnotationTask(data=data).kappa_pairwise(*pair))
