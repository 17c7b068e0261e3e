"""What is known at a glance, of one study or of all: what findings say, what they rest on."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from flask import g

from rembug.graph import Rows
from rembug.graph.readers.index import Card, Listing, Reading, Text
from rembug.web import choices
from rembug.web.context import page_part
from rembug.web.links import link

_SUPPORT: Final = ("some", "unseen", "several", "triangulated", "contested")
_BY_SOURCES: Final = ("several", "triangulated")
_STATES: Final = {"supports": "for", "undermines": "against", "mixed": "contested", "none": "noted"}
"""How a finding of each stance, and of none, speaks, as `maps.SIGNS` tells it."""


PICKED_BY: Final = "id"
"""The language that things are ordered by of which a page shows the first few: the same in each."""
LACKING: Final = ("against", "contested", "none")
"""How a program stands that no evidence says to last, in the order of the question."""


@dataclass(frozen=True)
class Count:
    """A number, and the list that has as many things; `least` where there may be more."""

    name: str
    number: int
    link: str
    least: bool = False


@dataclass(frozen=True)
class Said:
    """A finding as a list shows it.

    Attributes:
        card: what the index knows of it.
        state: which way it speaks; one of the keys of `maps.SIGNS`.
        contested: whether its evidence speaks both for and against it.
        study: the name of its study; None where all findings are of one.
    """

    card: Card
    state: str
    contested: bool
    study: Text | None


@dataclass(frozen=True)
class Glance:
    """What some findings say together.

    Attributes:
        findings: how many there are.
        stances: how many speak which way, of the ways that occur.
        support: how many rest on what. Where some rest on a source that the reader may not see
            (`unseen`), what is counted by sources is a least number, and left out where that is 0.
        advice: how many recommendations there are; they are in none of the other numbers.
        gaps: how many programs lack evidence that they last, by what there is of it.
        foremost: those that rest on the most evidence.
    """

    findings: Count
    stances: Sequence[Count]
    support: Sequence[Count]
    advice: Count
    gaps: Sequence[Count]
    foremost: Sequence[Said]


def glance(index: Reading, chosen: Mapping[str, Sequence[str]], foremost: int) -> Glance:
    """What the findings of a list say together.

    Args:
        index: of what the caller may read.
        chosen: what narrows the list: a study, or whether made-up ones are in it.
        foremost: how many findings are shown themselves.
    """
    study = [choices.short("study", iri) for iri in chosen.get("study", ())]

    def counted(name: str, **more: str) -> Count:
        more = {"advice": "false", **more}
        narrowed = {key: [value] for key, value in more.items()}
        short = {key: choices.short(key, value) for key, value in more.items()}
        number = index.count(Listing("findings", {**chosen, **narrowed}))
        return Count(name, number, link("/findings", study=study, **short))

    def lacking(way: str) -> Count:
        found = Listing("programs", {**chosen, "sustainability": [way]})
        return Count(way, index.count(found), link("/programs", study=study, sustainability=way))

    stances = [
        counted(state, stance=choices.value("stance", slug)) for slug, state in _STATES.items()
    ]
    found = Listing("findings", {**chosen, "advice": ["false"]})
    cards = index.listed(found, "items", PICKED_BY, limit=foremost).cards
    shown = [(card, card.studies[0]) for card in cards]
    named = {} if study else index.labels({of for _, of in shown}, g.lang)
    return Glance(
        findings=counted("findings"),
        stances=[count for count in stances if count.number],
        support=_support([counted(value, support=value) for value in _SUPPORT]),
        advice=counted("advice", advice="true"),
        gaps=[lacking(way) for way in LACKING],
        foremost=[
            Said(card, _state(card), "contested" in card.facets.get("support", ()), named.get(of))
            for card, of in shown
        ],
    )


def brought(changes: Rows) -> Mapping[str, Sequence[tuple[str, int]]]:
    """What submissions brought: by the IRI of each, how many things there are of each kind.

    Args:
        changes: rows with a `submission`, of which those that were taken back have nothing.
    """
    named = [str(row["submission"]) for row in changes if "submission" in row]
    found: dict[str, list[tuple[str, int]]] = {}
    for row in page_part("brought", submission=" ".join(named)) if named else ():
        told = str(row["kind"]), int(str(row["things"]))
        found.setdefault(str(row["submission"]), []).append(told)
    return found


def whose(index: Reading, cards: Sequence[Card]) -> Mapping[str, Text]:
    """The names of the studies of those things that a list shows under one name with others."""
    often = Counter(card.label(g.lang)[0].strip() for card in cards)
    of = {
        card.iri: card.studies[0]
        for card in cards
        if card.studies and often[card.label(g.lang)[0].strip()] > 1
    }
    named = index.labels(set(of.values()), g.lang)
    return {iri: named[study] for iri, study in of.items() if study in named}


def _support(counts: Sequence[Count]) -> Sequence[Count]:
    if not any(one.number for one in counts if one.name == "unseen"):
        return [one for one in counts if one.name != "unseen"]
    return [
        replace(one, least=one.name in _BY_SOURCES)
        for one in counts
        if one.number or one.name not in _BY_SOURCES
    ]


def _state(card: Card) -> str:
    for stance in card.facets.get("stance", ()):
        return _STATES.get(stance.rpartition("/")[2], "noted")
    return "noted"
