"""The landing page, and the accepted links."""

from typing import Final

from flask import Blueprint, Response, g, request

from rembug.web.callers import role
from rembug.web.context import catalogue, graph, page, page_rows
from rembug.web.lists import LISTS
from rembug.web.tables import table

blueprint = Blueprint("pages", __name__)

_QUESTION: Final = "programs-lacking-sustainability-evidence"
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
    counts = {str(row["class"]): str(row["things"]) for row in page_rows("counts")}
    return page(
        "landing.html",
        counts={name: counts.get(str(listing.of), "0") for name, listing in LISTS.items()},
        quality=page_rows("evidence-quality").rows[0],
        studies=page_rows("study-names"),
        question=question,
        answer=graph().rows(question.bind({"lang": g.lang}), role()),
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
