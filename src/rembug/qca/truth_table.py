"""The truth table of calibrated cases, and the files that programs for QCA read."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

from rembug.errors import BadParameter, Words
from rembug.qca.calibrated import Calibrated
from rembug.sources.cells import guarded

Outcome = Literal["1", "0", "C", "?"]

_HALF: Final = 0.5


@dataclass(frozen=True)
class Line:
    """A row of the truth table: a combination of conditions, and what the cases say of it.

    Attributes:
        configuration: 1 or 0 for each condition.
        outcome: `1` it leads to the outcome, `0` it does not, `C` its cases contradict one another,
            `?` no case has it: a remainder.
        cases: those that are more in it than out.
        inclusion: how far it is a subset of the outcome; None where no case is in it at all.
        pri: the proportional reduction in inconsistency; None where it is not defined.
    """

    configuration: Sequence[int]
    outcome: Outcome
    cases: Sequence[str]
    inclusion: float | None
    pri: float | None


@dataclass(frozen=True)
class TruthTable:
    """All combinations of the conditions; those with the most cases first, remainders last."""

    conditions: Sequence[str]
    outcome: str
    lines: Sequence[Line]

    def csv(self) -> str:
        """The table with the columns and signs of R's QCA: OUT, n, incl, PRI, cases."""
        rows = (
            [
                *line.configuration,
                line.outcome,
                len(line.cases),
                *("" if v is None else f"{v:.3f}" for v in (line.inclusion, line.pri)),
                ",".join(line.cases),
            ]
            for line in self.lines
        )
        return _csv([*self.conditions, "OUT", "n", "incl", "PRI", "cases"], rows)


def truth_table(calibrated: Calibrated) -> TruthTable:
    """Make the truth table of cases (Ragin 2008, ch. 7; for crisp sets Ragin 1987).

    Raises:
        BadParameter: no case is known on everything, or all have the same outcome.
    """
    setup, cases = calibrated.setup, calibrated.cases
    name = setup.outcome.name
    if not cases:
        raise BadParameter(
            Words(
                "no case has a rating on all conditions and the outcome; "
                + _missing(calibrated, "without one"),
                "tidak ada kasus yang bernilai pada semua syarat dan hasil; "
                + _missing(calibrated, "tanpa nilai"),
            )
        )
    inside = sum(one[name] > _HALF for one in cases.values())
    if inside in (0, len(cases)):
        cases_en = f"{'all' if inside else 'none'} of the {len(cases)} cases are"
        cases_id = f"{'semua' if inside else 'tidak satu pun'} dari {len(cases)} kasus"
        if len(cases) == 1:
            cases_en = f"the only case is{'' if inside else ' not'}"
            cases_id = f"satu-satunya kasus{'' if inside else ' tidak'}"
        raise BadParameter(
            Words(
                f"{name} is constant: {cases_en} "
                "in it, and nothing can account for it; choose other cases or move its anchors",
                f"{name} sama pada semua: {cases_id} "
                "termasuk, sehingga tidak ada yang dapat menjelaskannya; pilih "
                "kasus lain atau geser nilainya",
            )
        )
    conditions = [factor.name for factor in setup.conditions]
    lines = [
        _line(configuration, conditions, name, cases, setup.inclusion)
        for configuration in product((1, 0), repeat=len(conditions))
    ]
    return TruthTable(conditions, name, sorted(lines, key=lambda line: -len(line.cases)))


def cases_csv(calibrated: Calibrated) -> str:
    """The memberships of the cases that are in the table: the data that R's QCA and pyqca read."""
    names = [factor.name for factor in calibrated.setup.factors]
    rows = (
        [case, *(f"{known[name]:.6g}" for name in names)]
        for case, known in calibrated.cases.items()
    )
    return _csv(["case", *names], rows)


def left_out_csv(calibrated: Calibrated) -> str:
    """What is not known of the cases that are not in the table."""
    rows = ([one.case, one.factor, one.findings] for one in calibrated.left_out)
    return _csv(["case", "missing", "findings_without_rating"], rows)


def _line(
    configuration: Sequence[int],
    conditions: Sequence[str],
    outcome: str,
    cases: Mapping[str, Mapping[str, float]],
    cut: float,
) -> Line:
    within = {
        case: min(
            known[name] if there else 1 - known[name]
            for name, there in zip(conditions, configuration, strict=True)
        )
        for case, known in cases.items()
    }
    total = sum(within.values())
    shared = sum(min(x, cases[case][outcome]) for case, x in within.items())
    both = sum(min(x, cases[case][outcome], 1 - cases[case][outcome]) for case, x in within.items())
    own = [case for case, x in within.items() if x > _HALF]
    inclusion = shared / total if total else None
    pri = (shared - both) / (total - both) if total - both > 1e-12 else None
    ways = {cases[case][outcome] > _HALF for case in own}
    sign: Outcome = "?"
    if own and inclusion is not None:
        sign = "C" if len(ways) > 1 else "1" if inclusion >= cut else "0"
    return Line(configuration, sign, own, inclusion, pri)


def _missing(calibrated: Calibrated, word: str) -> str:
    known = [f"{one.case} {word}: {one.factor}" for one in calibrated.left_out[:5]]
    return ", ".join(known) + (", …" if len(calibrated.left_out) > len(known) else "")


def _csv(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(head)
    writer.writerows([guarded(str(cell)) for cell in row] for row in rows)
    return out.getvalue()
