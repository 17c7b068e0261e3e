"""Submissions taken back on pages: one by its own page, several after a look at what goes."""

from collections.abc import Sequence
from urllib.parse import quote, unquote

from flask import Blueprint, Response, request
from rdflib import URIRef

from rembug import terms
from rembug.changes import submissions
from rembug.changes.earlier import takes
from rembug.errors import BadParameter, UnknownName, Words
from rembug.graph import Change, Role, Row, Rows
from rembug.web.callers import caller, form_key, require
from rembug.web.context import graph, page_rows
from rembug.web.glance import brought
from rembug.web.responses import page
from rembug.web.submissions import MOST_AT_ONCE, to
from rembug.web.writing import audited, earlier

blueprint = Blueprint("reverting", __name__)


@blueprint.get("/submissions/revert")
def looked_at() -> Response:
    """What goes if the submissions that `submission` names are taken back together.

    Raises:
        BadParameter: none is named, or very many are.
        UnknownName: one is not there, or was taken back.
    """
    names = _named(request.args.getlist("submission"))
    found = [_found(name) for name in names]
    return page(
        "reverting.html",
        names=names,
        rows=found,
        brought=brought(Rows(("submission",), found)),
        tells=graph().has_earlier
        and takes(graph(), Change(drop=frozenset(_graph(name) for name in names))),
        may=caller().role >= Role.CURATOR,
        key=form_key(),
    )


@blueprint.post("/submissions/revert")
def take_back() -> Response:
    """Take several back together, through the gate; the list says so from then on.

    Raises:
        BadParameter: none is named, or very many are.
        Refused: what would be left is not in order.
    """
    _take_back(names := _named(request.form.getlist("submission")))
    return to("/submissions", taken=names)


@blueprint.post("/submissions/<study>/<name>")
def take_one_back(study: str, name: str) -> Response:
    """Take a submission back, through the gate; its page says so from then on."""
    _take_back([path := f"{quote(study, safe='')}/{quote(name, safe='')}"])
    return to(f"/submissions/{path}")


def _take_back(names: Sequence[str]) -> None:
    studies = {unquote(name.partition("/")[0]) for name in names}
    who = require(Role.CURATOR, form=True, studies=sorted(studies))
    iris = [str(_graph(name)) for name in names]
    audited(
        "revert",
        " ".join(iris),
        lambda: submissions.revert(graph(), *iris, earlier=earlier(), agent=who.name),
    )


def _named(given: Sequence[str]) -> list[str]:
    names = list(dict.fromkeys(given))
    if not 0 < len(names) <= MOST_AT_ONCE:
        raise BadParameter(
            Words(
                f"choose the submissions to take back, {MOST_AT_ONCE} at most",
                f"pilih kiriman yang akan ditarik, paling banyak {MOST_AT_ONCE}",
            )
        )
    return names


def _found(name: str) -> Row:
    rows = page_rows("submissions", submission=str(_graph(name))).rows
    if not rows or str(rows[0].get("status", "")) == "reverted":
        raise UnknownName("submission", name, ())
    return rows[0]


def _graph(name: str) -> URIRef:
    """The graph of a submission, by what stands behind `graph/` in its IRI."""
    return URIRef(terms.GRAPH + name)
