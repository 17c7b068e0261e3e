"""/update: SPARQL 1.1 Protocol, update operation (§2.2)."""

from collections.abc import Callable, Iterator

from flask import Blueprint, Response, g, request

from rembug.changes import updates
from rembug.changes.commits import Commit
from rembug.changes.earlier import CHOICES, Earlier
from rembug.errors import BadParameter, RembugError, Words
from rembug.graph import Role
from rembug.web import protocol
from rembug.web.callers import asker, note, require
from rembug.web.context import graph
from rembug.web.negotiation import names_a_language
from rembug.web.words import strings

blueprint = Blueprint("writing", __name__)


@blueprint.post("/update")
def update() -> Response:
    """Make an update, if its result conforms to the shapes; say how many statements came and went.

    Where it changed nothing, a header says why in words; likewise of what it brought into the
    unnamed graph.
    """
    who = require(Role.ADMIN)
    text = protocol.text("update", "application/sparql-update")
    if text is None:
        raise BadParameter(Words("the update is empty", "pembaruannya kosong"))
    named = protocol.graphs("using-graph-uri", "using-named-graph-uri")
    commit = audited(
        "update",
        "/update",
        lambda: updates.update(
            graph(),
            text,
            named,
            asker=asker(),
            base=request.base_url,
            reviewed=reviewed(),
            earlier=earlier(),
            agent=who.name,
        ),
    )
    response = done(Response(status=204), commit)
    response.headers["Rembug-Inserted"] = str(commit.inserted)
    response.headers["Rembug-Deleted"] = str(commit.deleted)
    if told := list(_told(commit)):
        lang = g.lang if names_a_language(request) else "en"
        response.headers["Rembug-Note"] = " ".join(strings()[f"update.{one}"][lang] for one in told)
    return response


def _told(commit: Commit) -> Iterator[str]:
    """What the caller of an update may not expect: why nothing changed, and what came where."""
    if not commit.added and not commit.removed:
        yield "nothing"
        yield from commit.why
    elif commit.unnamed:
        yield "unnamed"


def reviewed() -> str:
    """The digest of what looks like persons and was found to be fit for the public."""
    return request.headers.get("Rembug-Reviewed", "")


def earlier() -> Earlier:
    """What the caller decided of versions that go on to tell what is taken back or narrowed.

    Raises:
        BadParameter: the header is neither forget nor keep.
    """
    told = request.form.get("earlier") or request.headers.get("Rembug-Earlier") or "ask"
    if told not in (*CHOICES, "ask"):
        raise BadParameter(
            Words(
                f"Rembug-Earlier is forget or keep, not “{told}”",
                f"Rembug-Earlier berisi forget atau keep, bukan “{told}”",
            )
        )
    return told


def audited(action: str, target: str, write: Callable[[], Commit]) -> Commit:
    """Write, and note in the audit log who did and what became of it."""
    try:
        commit = write()
    except RembugError as error:
        note(action, target, error, graph().version)
        raise
    note(action, target, None, commit.version)
    return commit


def done(response: Response, commit: Commit) -> Response:
    """An answer that says which version a write made."""
    response.headers["Rembug-Version"] = str(commit.version)
    if commit.ended:  # records of a dataset that are others now
        response.headers["Rembug-Links-Ended"] = str(len(commit.ended))
    del response.headers["Content-Type"]  # there is no content
    return response
