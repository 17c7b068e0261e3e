"""What is known at a glance, of one study or of all: what findings say, what they rest on."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import g

from rembug import terms
from rembug.graph.readers.index import Card, Listing, Reading, Text
from rembug.terms import CG
from rembug.web import choices
from rembug.web.links import link

_SUPPORT: Final = ("some", "several", "triangulated", "contested")
_STATES: Final = {"supports": "for", "undermines": "against", "mixed": "contested"}
"""How a finding of each stance speaks, as `maps.SIGNS` tells it."""


@dataclass(frozen=True)
class Count:
    """A number, and the list that has as many things."""

    name: str
    number: int
    link: str


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
        support: how many rest on what.
        foremost: those that rest on the most evidence; recommendations are not among them.
    """

    findings: Count
    stances: Sequence[Count]
    support: Sequence[Count]
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
        narrowed = {key: [value] for key, value in more.items()}
        short = {key: choices.short(key, value) for key, value in more.items()}
        number = index.count(Listing("findings", {**chosen, **narrowed}))
        return Count(name, number, link("/findings", study=study, **short))

    stances = [
        counted(state, stance=str(terms.SCHEME[f"stance/{slug}"]))
        for slug, state in _STATES.items()
    ]
    listed = index.listed(Listing("findings", chosen), "items", g.lang, limit=2 * foremost)
    found = [card for card in listed.cards if str(CG.Recommendation) not in _kinds(card)]
    shown = [(card, card.studies[0]) for card in found[:foremost]]
    named = {} if study else index.labels({of for _, of in shown}, g.lang)
    return Glance(
        findings=counted("findings"),
        stances=[count for count in stances if count.number],
        support=[counted(value, support=value) for value in _SUPPORT],
        foremost=[
            Said(card, _state(card), "contested" in card.facets.get("support", ()), named.get(of))
            for card, of in shown
        ],
    )


def _kinds(card: Card) -> Sequence[str]:
    return card.facets.get("kind", ())


def _state(card: Card) -> str:
    for stance in card.facets.get("stance", ()):
        return _STATES.get(stance.rpartition("/")[2], "noted")
    return "noted"
