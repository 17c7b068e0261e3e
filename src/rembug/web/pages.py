"""The landing page, and the accepted links."""

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, Response, g, request

from rembug.graph.readers.index import Listing
from rembug.web.callers import reader, role
from rembug.web.context import (
    bound,
    catalogue,
    graph,
    in_time,
    left_out,
    link,
    page,
    page_rows,
    reading,
)
from rembug.web.lists import LISTS
from rembug.web.study import SUPPORT
from rembug.web.tables import table

blueprint = Blueprint("pages", __name__)

_QUESTION: Final = "programs-lacking-sustainability-evidence"
_STUDIES: Final = 12  # that are named; the others are in the list
_START: Final = (
    "program-profile",
    "actors-and-roles",
    "element-ratings",
    "indicator-growth",
    "weak-communication",
    "silent-elements",
)


@dataclass(frozen=True)
class Count:
    """A number, and the list that has as many things."""

    name: str
    number: int
    link: str


@blueprint.get("/")
def landing() -> Response:
    """What is in here, how good the evidence is, where to start."""
    question = catalogue()[_QUESTION]
    with reading() as index:
        real = left_out(index, chosen=False)
        chosen = {"synthetic": ["false"]} if real else {}
        counts = [
            Count(name, index.count(Listing(name, chosen)), link(f"/{name}")) for name in LISTS
        ]
        quality = [
            Count(
                value,
                index.count(Listing("findings", {**chosen, "support": [value]})),
                link("/findings", support=value),
            )
            for value in SUPPORT
        ]
        studies = index.listed(Listing("studies", chosen), language=g.lang, limit=_STUDIES)
        made_up = index.count(Listing("studies", {"synthetic": ["true"]}))
    text = bound(question, {"lang": g.lang}, real)
    return page(
        "landing.html",
        counts=counts,
        quality=quality,
        numbers={count.name: count.number for count in counts},
        studies=studies,
        made_up=made_up,
        real=real,
        question=question,
        answer=in_time(lambda: graph().rows(text, role(), reader())),
        starts=[catalogue()[name] for name in _START],
    )


@blueprint.get("/links")
def links() -> Response:
    """The accepted links, by dataset or by a thing at either end."""
    chosen = {k: request.args[k] for k in ("dataset", "thing") if request.args.get(k)}
    return page(
        "links.html",
        datasets=page_rows("linked-datasets"),
        table=table(
            page_rows("links", dataset=chosen.get("dataset", ""), thing=chosen.get("thing", ""))
        ),
        chosen=chosen,
    )
