"""The landing page, and the accepted links."""

from flask import Blueprint, Response, g

from rembug.graph import Role
from rembug.web.context import catalogue, graph, page, page_rows
from rembug.web.lists import CLASSES

blueprint = Blueprint("pages", __name__)
_QUESTION = "programs-lacking-sustainability-evidence"


@blueprint.get("/")
def landing() -> Response:
    """What is in here, how good the evidence is, where to start."""
    question = catalogue()[_QUESTION]
    return page(
        "landing.html",
        counts={str(r["class"]): r for r in page_rows("counts")},
        classes=CLASSES,
        quality=next(iter(page_rows("quality")), {}),
        question=question,
        answer=graph().rows(question.bind({"lang": g.lang}), Role.PUBLIC),
        queries=list(catalogue().values()),
    )


@blueprint.get("/links")
def links() -> Response:
    """The accepted links to other datasets."""
    query = catalogue()["linked-records"]
    rows = graph().rows(query.bind({"lang": g.lang}), Role.PUBLIC)
    return page("links.html", rows=rows)
