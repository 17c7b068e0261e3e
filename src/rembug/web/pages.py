"""The landing page, and the accepted links."""

from typing import Final

from flask import Blueprint, Response, g, request

from rembug.web.callers import reader, role
from rembug.web.context import catalogue, graph, in_time, page, page_part, page_rows
from rembug.web.lists import LISTS
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


@blueprint.get("/")
def landing() -> Response:
    """What is in here, how good the evidence is, where to start."""
    question = catalogue()[_QUESTION]
    counted = page_part("counts")
    counts = {str(row["class"]): str(row["things"]) for row in counted}
    text = question.bind({"lang": g.lang})
    return page(
        "landing.html",
        counts={name: counts.get(str(listing.of), "0") for name, listing in LISTS.items()},
        counted=counted,
        quality=page_part("evidence-quality"),
        studies=page_part("study-names"),
        shown=_STUDIES,
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
        table=table(page_rows("links", **chosen)),
        chosen=chosen,
    )
