"""The file that declares an analysis: which cases, which elements, and what counts as how much."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, count, pairwise
from typing import Any, Final

from rembug import terms
from rembug.errors import Faulty, Unreadable, Words, with_cause

LOWEST, HIGHEST = 1.0, 5.0
"""The ends of the scale of ratings."""

MOST_CONDITIONS: Final = 8  # 256 rows
_MOST_CASES: Final = 1000
_FEWEST_CONDITIONS: Final = 2
_LONGEST_NAME: Final = 20
_NAME: Final = re.compile(r"[A-Z][A-Z0-9_]{0,19}", re.ASCII)
_TAKEN: Final = frozenset({"OUT", "CASE", "CASES", "N"})
_SHORT: Final = re.compile(r"[\w.%-]{1,200}(?:/[\w.%-]{1,200}){1,4}", re.ASCII)
_FULL: Final = re.compile(r"https?:[^\x00-\x20<>\"{}|^`\\]{1,2000}")
_KEYS: Final = frozenset({"cases", "outcome", "condition", "inclusion"})


@dataclass(frozen=True)
class Factor:
    """A condition or the outcome.

    Attributes:
        name: as the table heads it.
        element: the IRI of the element whose ratings count.
        anchors: one rating: from there on a case is in, below it out (crisp); or three: fully out,
            neither in nor out, fully in (fuzzy, in straight lines between them).
        reason: why it is calibrated so.
    """

    name: str
    element: str
    anchors: tuple[float, ...]
    reason: str

    def membership(self, rating: float) -> float:
        """How far a case with a rating is in the set, from 0 to 1."""
        if len(self.anchors) == 1:
            return float(rating >= self.anchors[0])
        out, between, in_ = self.anchors
        if rating <= between:
            return max(0.0, (rating - out) / (between - out) / 2)
        return min(1.0, 0.5 + (rating - between) / (in_ - between) / 2)


@dataclass(frozen=True)
class Setup:
    """An analysis as its file declares it.

    Attributes:
        cases: IRIs of programs or collaborations.
        conditions: two or more.
        outcome: what they are to account for.
        inclusion: how far a row must be in the outcome to lead to it.
    """

    cases: Sequence[str]
    conditions: Sequence[Factor]
    outcome: Factor
    inclusion: float

    @property
    def factors(self) -> list[Factor]:
        """The conditions and the outcome."""
        return [*self.conditions, self.outcome]


def read(body: bytes, name: str) -> Setup:
    """Read the declaration of an analysis.

    Args:
        body: TOML in UTF-8.
        name: of the file, for what is said of it.

    Raises:
        Unreadable: it is no TOML; Faulty where it declares no analysis, with every fault.
    """
    try:
        told = tomllib.loads(body.decode("utf-8-sig"))
        faults = [Unreadable(name, words) for words in _faults(told)]
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Unreadable(name, with_cause("is not TOML", "bukan TOML", error)) from error
    except (RecursionError, ValueError) as error:  # ValueError: a number of too many digits
        told_of = Words(
            "is nested too deeply, or has a number of too many digits",
            "bersarang terlalu dalam, atau memuat bilangan dengan terlalu banyak angka",
        )
        raise Unreadable(name, told_of) from error
    if faults:
        raise Faulty(name, faults) if len(faults) > 1 else faults[0]
    return Setup(
        cases=[_iri(case, str(terms.ID)) for case in told["cases"]],
        conditions=[_factor(one) for one in told["condition"]],
        outcome=_factor(told["outcome"]),
        inclusion=float(told.get("inclusion", 0.8)),
    )


def written(
    cases: Sequence[str], outcome: str, conditions: Sequence[str], crisp: float, reason: str
) -> str:
    """Write the declaration of an analysis whose factors are all calibrated alike.

    Args:
        cases: as their addresses name them.
        outcome: the element that is to be accounted for.
        conditions: the elements that are to account for it.
        crisp: the rating from which on a case is in.
        reason: why from there on.
    """
    names: list[str] = []
    parts = [f"cases = {json.dumps(cases, ensure_ascii=False)}"]
    for element in (outcome, *conditions):
        names.append(_name(element, names))
        told = {"name": names[-1], "element": element, "crisp": crisp, "reason": reason}
        lines = [f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in told.items()]
        parts.append("\n".join(["[outcome]" if len(names) == 1 else "[[condition]]", *lines]))
    return "\n\n".join(parts) + "\n"


def _name(element: str, taken: Sequence[str]) -> str:
    """What a table is headed by for an element, other than what heads it already."""
    text = re.sub(r"[^A-Z0-9]+", "_", element.rpartition("/")[2].upper()).strip("_0123456789")
    short = text[: _LONGEST_NAME + 1]
    if len(short) > _LONGEST_NAME:
        short = short.rpartition("_")[0] or short[:_LONGEST_NAME]
    short = short.strip("_") or "X"
    numbered = (f"{short[: _LONGEST_NAME - 3]}_{number}" for number in count(2))
    return next(n for n in chain([short], numbered) if n not in _TAKEN and n not in taken)


def _factor(told: Mapping[str, Any]) -> Factor:
    anchors = [told["crisp"]] if "crisp" in told else told["fuzzy"]
    element = _iri(told["element"], str(terms.SCHEME))
    return Factor(told["name"], element, tuple(map(float, anchors)), told["reason"].strip())


def _faults(told: Mapping[str, Any]) -> Iterator[Words]:
    """All that keeps a file from declaring an analysis."""
    for key in sorted(told.keys() - _KEYS):
        yield Words(
            f"{key} is not known here; there are {', '.join(sorted(_KEYS))}",
            f"{key} tidak dikenal di sini; yang ada: {', '.join(sorted(_KEYS))}",
        )
    yield from _faults_of_cases(told.get("cases"))
    inclusion = told.get("inclusion", 0.8)
    if not _is_number(inclusion) or not 0.5 < inclusion <= 1:
        yield Words(
            "inclusion is a number above 0.5 and up to 1",
            "inclusion berupa bilangan di atas 0,5 sampai 1",
        )
    outcome, conditions = told.get("outcome"), told.get("condition", [])
    if not isinstance(outcome, Mapping):
        yield Words(
            "there is no [outcome]: say what the conditions are to account for",
            "[outcome] belum ada: sebutkan hasil yang hendak dijelaskan",
        )
    if not isinstance(conditions, list) or not all(isinstance(c, Mapping) for c in conditions):
        yield Words(
            "conditions are written as [[condition]], each with its own",
            "syarat ditulis sebagai [[condition]], satu per satu",
        )
        return
    if not _FEWEST_CONDITIONS <= len(conditions) <= MOST_CONDITIONS:
        yield Words(
            f"there are {len(conditions)} conditions; a truth table is made of "
            f"{_FEWEST_CONDITIONS} to {MOST_CONDITIONS}, each a [[condition]]",
            f"ada {len(conditions)} syarat; tabel kebenaran dibuat dari "
            f"{_FEWEST_CONDITIONS} sampai {MOST_CONDITIONS}, masing-masing [[condition]]",
        )
    named: list[object] = []
    elements: list[object] = []
    for factor in [*conditions, *([outcome] if isinstance(outcome, Mapping) else [])]:
        yield from _faults_of(factor)
        for key, known in (("name", named), ("element", elements)):
            if (value := factor.get(key)) is not None and value in known:
                yield Words(f"{key} {value!r} occurs twice", f"{key} {value!r} tertulis dua kali")
            known.append(value)


def _faults_of_cases(cases: object) -> Iterator[Words]:
    if not isinstance(cases, list) or not cases:
        yield Words(
            'there is no case: cases = ["STUDY/program/NAME", …] names programs or collaborations',
            'belum ada kasus: cases = ["STUDI/program/NAMA", …] menyebut program atau kolaborasi',
        )
        return
    if len(cases) > _MOST_CASES:
        yield Words(
            f"there are {len(cases)} cases; at most {_MOST_CASES} are compared",
            f"ada {len(cases)} kasus; paling banyak {_MOST_CASES} dapat dibandingkan",
        )
        return
    for place, case in enumerate(cases):
        if not _names(case):
            yield Words(
                f"the case {case!r} is neither an IRI nor STUDY/program/NAME",
                f"kasus {case!r} bukan IRI dan bukan STUDI/program/NAMA",
            )
        elif case in cases[:place]:
            yield Words(f"the case {case!r} occurs twice", f"kasus {case!r} tertulis dua kali")


def _faults_of(factor: Mapping[str, Any]) -> Iterator[Words]:
    name = factor.get("name")
    if not isinstance(name, str) or not _NAME.fullmatch(name) or name in _TAKEN:
        yield Words(
            f"the name {name!r} does not fit: capitals and digits such as TRUST, not "
            + ", ".join(sorted(_TAKEN)),
            f"nama {name!r} tidak cocok: huruf besar dan angka seperti TRUST, bukan "
            + ", ".join(sorted(_TAKEN)),
        )
    if not _names(factor.get("element")):
        yield Words(
            f"{name}: element is missing, written FRAMEWORK/ELEMENT",
            f"{name}: element belum ada, ditulis KERANGKA/UNSUR",
        )
    if not isinstance(factor.get("reason"), str) or not factor["reason"].strip():
        yield Words(
            f"{name}: say the reason of the calibration in reason",
            f"{name}: tuliskan alasan kalibrasi di reason",
        )
    for key in sorted(factor.keys() - {"name", "element", "reason", "crisp", "fuzzy"}):
        yield Words(f"{name}: {key} is not known here", f"{name}: {key} tidak dikenal di sini")
    crisp, fuzzy = factor.get("crisp"), factor.get("fuzzy")
    if (crisp is None) == (fuzzy is None):
        yield Words(
            f"{name}: crisp = 3.5 or fuzzy = [1, 3.5, 5] says which ratings are in, one of the two",
            f"{name}: crisp = 3.5 atau fuzzy = [1, 3.5, 5] menyatakan nilai mana yang termasuk; "
            "pilih salah satu",
        )
    elif crisp is not None and not (_is_number(crisp) and LOWEST < crisp <= HIGHEST):
        yield Words(
            f"{name}: crisp is a rating above {LOWEST:g} and up to {HIGHEST:g}",
            f"{name}: crisp berupa nilai di atas {LOWEST:g} sampai {HIGHEST:g}",
        )
    elif fuzzy is not None and not (
        isinstance(fuzzy, list)
        and len(fuzzy) == 3
        and all(_is_number(one) and LOWEST <= one <= HIGHEST for one in fuzzy)
        and all(one < other for one, other in pairwise(fuzzy))
    ):
        yield Words(
            f"{name}: fuzzy is three rising ratings from {LOWEST:g} to {HIGHEST:g}: fully out, "
            "neither in nor out, fully in",
            f"{name}: fuzzy berupa tiga nilai yang meningkat dari {LOWEST:g} sampai {HIGHEST:g}: "
            "di luar sepenuhnya, di tengah, di dalam sepenuhnya",
        )


def _names(text: object) -> bool:
    return isinstance(text, str) and bool(_SHORT.fullmatch(text) or _FULL.fullmatch(text))


def _iri(text: str, base: str) -> str:
    return text if _FULL.fullmatch(text) else base + text


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
