"""The landing page, and the accepted links."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import Any, Final

from flask import Blueprint, Response, g, request

from rembug.changes.provenance import commit_iri
from rembug.graph.readers.index import Card, Listing, Reading, Text
from rembug.web import choices
from rembug.web.context import (
    LATE,
    catalogue,
    graph,
    left_out,
    looked,
    page_part,
    page_rows,
)
from rembug.web.glance import LACKING, PICKED_BY, Count, brought, glance, whose
from rembug.web.links import link
from rembug.web.lists import LISTS
from rembug.web.responses import page
from rembug.web.states import SIGNS
from rembug.web.tables import table, told_apart

blueprint = Blueprint("pages", __name__)

_SHOWN: Final = 5  # programs that lack it
_QUESTION: Final = "programs-lacking-sustainability-evidence"
_STUDIES: Final = 6  # that are named; the others are in the list
_WEIGHED: Final = 200  # by how much they found
_LATELY: Final = 5  # commits whose submissions are shown
_FOREMOST: Final = 5  # findings that are shown themselves
_START: Final = (
    "program-profile",
    "actors-and-roles",
    "element-ratings",
    "indicator-growth",
    "weak-communication",
    "silent-elements",
)


@dataclass(frozen=True)
class Study:
    """A study to choose: its name, where and when it was, and how much it found."""

    card: Card
    where: Sequence[Text]
    when: Sequence[str]
    counts: Sequence[Count]


@blueprint.get("/")
def landing() -> Response:
    """What is in here, how good the evidence is, where to start."""
    question, starts = catalogue()[_QUESTION], [catalogue()[name] for name in _START]
    seen = looked(_seen)
    if seen is None:
        changes = page_part("lately", commit=_commits(graph().version))
        known: dict[str, Any] = {"changes": changes, "glance": None, "late_parts": [LATE]}
    else:
        studies = seen["studies"]
        changes = (
            page_part("study-changes", study=studies[0].card.iri)
            if len(studies) == 1
            else page_part("lately", commit=_commits(seen["newest"]))
        )
        known = {**seen, "changes": changes, "signs": SIGNS, "late_parts": [changes]}
    known["brought"] = brought(changes)
    return page("landing.html", question=question, starts=starts, **known)


def _seen(index: Reading) -> dict[str, Any]:
    """What the landing page tells of the index."""
    real = left_out(index, chosen=False)
    chosen = {"synthetic": ["false"]} if real else {}
    counts = [
        Count(name, index.count(Listing(name, chosen)), link(f"/{name}"))
        for name in LISTS
        if name != "findings"
    ]
    seen = glance(index, chosen, _FOREMOST)
    counts[-2:-2] = [seen.findings, seen.advice]
    known = index.listed(Listing("studies", chosen), language=PICKED_BY, limit=_WEIGHED)
    studies = [_study(index, card) for card in _fullest(index, known.cards)[:_STUDIES]]
    lacking = [Listing("programs", {**chosen, "sustainability": [way]}) for way in LACKING]
    listed = (index.listed(one, language=PICKED_BY, limit=_SHOWN).cards for one in lacking)
    foremost = list(islice(chain.from_iterable(listed), _SHOWN))
    return {
        "counts": counts,
        "glance": seen,
        "numbers": {count.name: count.number for count in counts},
        "studies": studies,
        "others": known.total - len(studies),
        "made_up": index.count(Listing("studies", {"synthetic": ["true"]})),
        "newest": index.version,
        "real": real,
        "gaps": sum(count.number for count in seen.gaps),
        "lacking": foremost,
        "whose": whose(index, foremost),
    }


def _fullest(index: Reading, cards: Sequence[Card]) -> Sequence[Card]:
    """Studies in which most was found first; those alike stay in their order."""

    def findings(card: Card) -> int:
        return index.count(Listing("findings", {"study": [card.iri]}))

    return sorted(cards, key=findings, reverse=True)


def _commits(newest: int) -> str:
    """The last few commits, as a query takes them."""
    return " ".join(
        str(commit_iri(number)) for number in range(newest, max(0, newest - _LATELY), -1)
    )


def _study(index: Reading, card: Card) -> Study:
    """A study with the numbers of what is in it."""
    slug = choices.short("study", card.iri)
    named = index.labels(card.facets.get("place", ()), g.lang)

    def count(name: str, **more: str) -> Count:
        narrowed = {"study": [card.iri], **{key: [value] for key, value in more.items()}}
        number = index.count(Listing(name, narrowed))
        return Count(name, number, link(f"/{name}", study=slug, **more))

    counts = [count("findings", advice="false"), count("programs")]
    if (reviews := count("reviews")).number:
        counts = [*(one for one in counts if one.number), reviews]
    when = sorted({*card.facets.get("year", ()), *card.facets.get("end", ())})
    return Study(card, list(named.values())[:2], [*when[:1], *when[1:][-1:]], counts)


@blueprint.get("/links")
def links() -> Response:
    """The accepted links, by dataset or by a thing at either end."""
    chosen = {k: request.args.get(k, "") for k in ("dataset", "thing")}
    return page(
        "links.html",
        datasets=told_apart(page_rows("linked-datasets"), "dataset"),
        table=table(
            told_apart(
                page_rows("links", dataset=chosen["dataset"], thing=chosen["thing"]), "within"
            ),
            shares=("confidence",),
        ),
        chosen=chosen,
    )
