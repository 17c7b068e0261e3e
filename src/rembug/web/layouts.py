"""What the page of each kind of thing shows before its technical facts."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

from flask import g

from rembug.catalogue import Chart
from rembug.graph import Role, Row, Rows
from rembug.graph.readers.index import Listing, Reading
from rembug.terms import kind_of, study, study_of
from rembug.web import choices
from rembug.web.callers import caller
from rembug.web.charts import chart
from rembug.web.context import LATE, catalogue, in_time, looked, page_part, solutions
from rembug.web.contexts import contexts
from rembug.web.datasets import described
from rembug.web.glance import PICKED_BY
from rembug.web.links import link
from rembug.web.places import places
from rembug.web.states import SIGNS
from rembug.web.trail import BEARINGS, trail
from rembug.web.words import translate

_EXPECTED: Final[Mapping[str, tuple[tuple[str, ...], ...]]] = {
    "program": (("leader",), ("participants",), ("policy",), ("serves",), ("reaches",)),
    "policy": (("issuer",), ("binds",), ("programs",)),
    "actor": (("takes",), ("outgoing", "incoming")),
    "finding": (("about",), ("concerns",)),
    "review": (("concerns",),),
}
"""What a reader looks for on a page: of each group one part, or it is said to be unstated."""

_QUESTIONS: Final = {
    "sustainability": "programs-lacking-sustainability-evidence",
    "impact": "programs-lacking-impact-evidence",
}
_STATES: Final = {"none": "silent", "against": "against", "contested": "contested", "for": "for"}
_FIGURES: Final = Chart("line", x="year", y="value", label="indicatorLabel placeLabel")
_GROWTH: Final = "indicator-growth"
_BOTH_SIDES: Final = ("agreeing", "disagreeing")
_FEW: Final = 20  # findings on an element


@dataclass(frozen=True)
class Part:
    """Things that are the same to a thing, such as who takes part, each with details once."""

    name: str
    items: Sequence[tuple[Row, Sequence[str]]]


@dataclass(frozen=True)
class Verdict:
    """What evidence there is that a program lasts or works: the state, and the question asked."""

    name: str
    state: str
    status: str
    sign: str
    link: str


def layout(iri: str, kind: str, trace: Rows) -> dict[str, Any]:
    """What `thing.html` shows of a thing, as far as the caller may read.

    Args:
        iri: of the thing.
        kind: what its page is made for, as `queries/pages/heading.rq` tells; empty for none.
        trace: the findings that it is in, and their evidence.
    """
    around = page_part("around", thing=iri)
    parts = _parts(around)
    named = {part.name for part in parts}
    figures = page_part("figures", thing=iri) if kind in ("indicator", "place") else None
    column = page_part("dataset-column", column=iri) if kind_of(iri) == "column" else None
    on, about = _on(iri) if kind == "element" else None, _number_about(iri)
    left = [part for part in (around, figures, column) if part is not None and part.late]
    return {
        "kind": kind,
        "parts": parts,
        "unstated": [] if around.late else _unstated(kind, named),
        # No evidence comes in without its source, so that it is there, and not open.
        "closed": kind == "evidence" and not around.late and "source" not in named,
        "late": left if about is not None else [*left, LATE],
        "verdicts": _verdicts(iri) if kind == "program" else [],
        "trail": trail(trace),
        "bearings": BEARINGS,
        "figures": figures,
        "course": chart(_FIGURES, figures) if figures else None,
        "places": places(iri) if kind == "place" else None,
        "growth": _growth(iri) if kind == "indicator" else [],
        "dataset": described(iri) if kind == "dataset" else None,
        "column": column,
        "stating": _stating(iri) if kind == "evidence" else "",
        "passages": _passages(iri) if kind == "evidence" else [],
        "on": on,
        "about": about,
        "review": _review(iri, parts) if kind == "review" else None,
    }


def _unstated(kind: str, named: Set[str]) -> list[str]:
    """What a reader looks for on a page and does not find; who leads a program takes part in it."""
    missing = [names[0] for names in _EXPECTED.get(kind, ()) if named.isdisjoint(names)]
    if "leader" in named:
        missing = ["others" if name == "participants" else name for name in missing]
    return missing


def _parts(around: Rows) -> list[Part]:
    found: dict[str, dict[str, tuple[Row, list[str]]]] = {}
    for row in around:
        name = str(row["part"]).partition(" ")[2]
        _, details = found.setdefault(name, {}).setdefault(str(row["item"]), (row, []))
        said = [str(row[v]) for v in ("detailLabel", "strengthLabel") if v in row]
        if said:
            details.append(", ".join(said))
    return [Part(name, list(items.values())) for name, items in found.items()]


def _verdicts(program: str) -> list[Verdict]:
    """Whether the evidence says that a program lasts, and that it works."""
    own = study_of(program)
    if own is None:
        return []
    values = {"study": str(study(own)), "lang": g.lang}
    found = []
    for name, question in _QUESTIONS.items():
        text = catalogue()[question].bind(values)
        rows = in_time(lambda text=text: solutions(text))  # type: ignore[misc]
        if rows.late:
            continue
        told = [str(row["status"]) for row in rows if str(row["program"]) == program]
        status = told[0] if told else "for"
        to = link(f"/queries/{question}", study=own)
        found.append(Verdict(name, _STATES[status], status, SIGNS[_STATES[status]], to))
    return found


def _growth(indicator: str) -> list[Row]:
    """What sources state of an indicator's growth, beside what its figures say."""
    own = study_of(indicator)
    if own is None:
        return []
    text = catalogue()[_GROWTH].bind({"study": str(study(own)), "lang": g.lang})
    rows = in_time(lambda: solutions(text))
    return [row for row in rows if str(row["indicator"]) == indicator]


def _review(finding: str, parts: Sequence[Part]) -> dict[str, Any]:
    """What can be counted behind a review finding, and the components of the confidence in it."""
    found = {}
    for name in ("review-findings", "review-assessments"):
        text = catalogue()[name].bind({"review": finding, "lang": g.lang})
        found[name] = in_time(lambda text=text: solutions(text))  # type: ignore[misc]
    summary, components = found.values()
    where = contexts(
        {
            str(item["item"]): part.name
            for part in parts
            if part.name in _BOTH_SIDES
            for item, _ in part.items
        },
        _BOTH_SIDES,
    )
    return {
        "summary": next(iter(summary), None),
        "components": list(components),
        "contexts": where,
        "late": [part for part in (summary, components, where) if part.late],
    }


def _stating(evidence: str) -> str:
    """Where a curator states a finding from a piece of evidence; nothing for others."""
    own = study_of(evidence)
    if own is None or caller().role < Role.CURATOR:
        return ""
    return link("/submissions/state/findings", study=own, **{"supported by": evidence})


def _passages(evidence: str) -> list[dict[str, Any]]:
    """Each text that a piece of evidence points into: its paragraphs, and what is pointed at."""
    texts: dict[str, dict[str, Any]] = {}
    for row in page_part("passages", thing=evidence):
        text = texts.setdefault(
            str(row["text"]),
            {"language": str(row.get("textLanguage", "")), "paragraphs": {}, "at": set()},
        )
        text["paragraphs"][int(str(row["number"]))] = min(60, int(str(row["sentences"])))
        if "sentence" in row:
            first = int(str(row["sentence"]))
            last = int(str(row.get("lastSentence", first)))
            at = int(str(row["paragraph"]))
            text["at"] |= {(at, number) for number in range(first, min(last, first + 60) + 1)}
    return list(texts.values())


def _on(element: str) -> dict[str, Any] | None:
    """What findings say on an element: how many, of which stance and study, and the first."""
    asked = Listing("findings", {"aspect": [element], "advice": ["false"]})
    short = choices.short("aspect", element)

    def found(index: Reading) -> dict[str, Any]:
        real = index.mixed
        chosen = {**asked.chosen, "synthetic": ["false"]} if real else asked.chosen
        narrowed = Listing("findings", chosen)
        listed = index.listed(narrowed, language=PICKED_BY, limit=_FEW)
        return {
            "total": listed.total,
            "cards": listed.cards,
            "link": link("/findings", aspect=short, advice="false"),
            "real": real,
            "made_up": index.count(asked) - listed.total,
            "stances": _tally(index, narrowed, "stance", short),
            "studies": _tally(index, narrowed, "study", short),
            "support": _tally(index, narrowed, "support", short),
        }

    return looked(found)


def _tally(index: Reading, listing: Listing, facet: str, aspect: str) -> list[tuple[Any, int, str]]:
    """The values of a facet with how many findings have each, and where they are listed."""
    values = index.facets(listing, (facet,))[facet].values
    names = index.labels([value for value, _ in values], g.lang)
    return [
        (
            (translate(f"list.{facet}_none"), "")
            if value == choices.WITHOUT.get(facet)
            else names.get(value, (value, "")),
            count,
            link(
                "/findings", aspect=aspect, advice="false", **{facet: choices.short(facet, value)}
            ),
        )
        for value, count in values
    ]


def _number_about(iri: str) -> tuple[int, str] | None:
    """How many findings are about a thing, and their list."""
    number = looked(lambda index: index.count(Listing("findings", {"about": [iri]})))
    to = link("/findings", about=choices.short("about", iri))
    return None if number is None else (number, to)
