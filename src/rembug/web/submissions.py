"""/submissions: what came in, and the way for more to come in, for people and for programs."""

import io
import json
from collections.abc import Mapping
from contextlib import ExitStack
from copy import copy
from typing import BinaryIO, Final, cast
from urllib.parse import unquote

from flask import Blueprint, Response, current_app, g, redirect, request

from rembug import terms
from rembug.changes import submissions
from rembug.changes.earlier import Earlier, takes
from rembug.changes.staging import Staged, Staging
from rembug.errors import (
    BadParameter,
    EarlierVersions,
    Refused,
    RembugError,
    UnknownName,
    Unreviewed,
    Words,
)
from rembug.graph import Change, Role, Row
from rembug.privacy.scan import Decision, Review, describe, digest
from rembug.sources import SUFFIXES, templates
from rembug.sources.columns import TABLES
from rembug.web import uploads
from rembug.web.callers import caller, form_key, note, require
from rembug.web.context import graph, page_rows
from rembug.web.downloads import CSV, XLSX
from rembug.web.links import link, submission
from rembug.web.negotiation import HTML, pick
from rembug.web.noted import noted
from rembug.web.responses import page
from rembug.web.writing import earlier, reviewed

blueprint = Blueprint("submissions", __name__)

MOST_AT_ONCE: Final = 50
"""How many submissions are taken back together at most."""

_JSON: Final = "application/json"
_DECISIONS: Final[Mapping[str, Decision]] = {"keep": "keep", "mask": "mask"}


def staging() -> Staging:
    """What is staged in the running application."""
    return cast(Staging, current_app.extensions["rembug"]["staging"])


@blueprint.get("/submissions")
def listing() -> Response:
    """What came in, the newest first; and the form for a curator."""
    rows = page_rows("submissions")
    if pick(request, (HTML, _JSON)) == _JSON:
        return _json([{name: str(term) for name, term in row.items()} for row in rows])
    return page(
        "submissions.html",
        rows=rows,
        taken=_taken_back(),
        withdrawn=page_rows("withdrawals"),
        studies=[
            (terms.study_of(str(row["study"])) or "", str(row["studyLabel"]))
            for row in page_rows("study-names")
        ],
        endings=",".join(f".{suffix}" for suffix in SUFFIXES),
        tables=list(TABLES),
        forms=[name for name, table in TABLES.items() if not table.across],
        may=caller().role >= Role.CURATOR,
        graphs=str(terms.GRAPH),
        key=form_key(),
    )


def _taken_back() -> list[Row]:
    """Of the submissions that `taken` names, those that are taken back."""
    found: list[Row] = []
    for name in request.args.getlist("taken")[:MOST_AT_ONCE]:
        rows = page_rows("submissions", submission=terms.GRAPH + name).rows
        if rows and str(rows[0].get("status", "")) == "reverted":
            found.append(rows[0])
    return found


@blueprint.get("/submissions/<study>/<name>")
def one(study: str, name: str) -> Response:
    """One submission: where it came from, and what the gate noted of it."""
    iri = terms.submission_graph(study, name)
    rows = page_rows("submissions", submission=str(iri))
    if not rows.rows:
        raise UnknownName("submission", f"{study}/{name}", ())
    notes = [str(row["note"]) for row in page_rows("submission-notes", submission=str(iri))]
    if pick(request, (HTML, _JSON)) == _JSON:
        told = {key: str(term) for key, term in rows.rows[0].items()}
        return _json({**told, "notes": notes})
    return page(
        "submission.html",
        row=rows.rows[0],
        notes=noted(notes),
        iri=str(iri),
        tells=graph().has_earlier and takes(graph(), Change(drop=frozenset({iri}))),
        may=caller().role >= Role.CURATOR,
        key=form_key(),
    )


@blueprint.get("/submissions/template/<name>.<any(csv, xlsx):ending>")
def template(name: str, ending: str) -> Response:
    """A table to fill in; the workbook has the choices of each cell and says what it takes."""
    if name not in TABLES:
        raise UnknownName("table", name, TABLES)
    if ending == "xlsx":
        body, media_type = templates.workbook(name, g.lang), XLSX
    else:
        line = ",".join(templates.template(name, g.lang)) + "\r\n"
        body, media_type = line.encode("utf-8-sig"), CSV
    response = Response(body, content_type=media_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.{ending}"'
    return response


@blueprint.post("/submissions")
def receive() -> Response:
    """Take files in: from a page to be looked at first, from a program to be stored at once."""
    page_form = caller().by_session
    require(Role.CURATOR, form=page_form, studies=[])
    study = request.form.get("study", "").strip()
    who = require(Role.CURATOR, form=page_form, studies=[study])
    if not study:
        raise BadParameter(
            Words(
                "name the study that the files belong to: the field “study”",
                "sebutkan studi tempat berkas ini: isian “studi”",
            )
        )
    files = [(f.filename or "", f.stream) for f in request.files.getlist("file") if f.filename]
    book = request.files.get("codebook")
    codebook = (
        (book.filename or "", cast(BinaryIO, book.stream)) if book and book.filename else None
    )
    staged = staging().stage(
        [(name, cast(BinaryIO, stream)) for name, stream in files],
        study,
        who.name,
        codebook,
        name=terms.slug(request.form.get("name", "") or unquote(request.headers.get("Slug", ""))),
        wait=not page_form,
    )
    if page_form:
        return to(f"/submissions/staged/{staged.id}")
    try:
        return _stored_at_once(staged)
    finally:
        staging().drop(staged)


@blueprint.get("/submissions/staged/<id_>")
def preview(id_: str) -> Response:
    """What is in an upload, and what the gate says of it; then what became of it."""
    staged = copy(staging().of(id_, caller().name))  # as it is now; it goes on meanwhile
    return page("staged.html", staged=staged, key=form_key(), **uploads.shown(staged))


@blueprint.post("/submissions/staged/<id_>")
def decide(id_: str) -> Response:
    """Store an upload, or let it go."""
    who = require(Role.CURATOR, form=True, studies=[])
    staged = staging().of(id_, who.name)
    require(Role.CURATOR, form=True, studies=[staged.study])
    if "drop" in request.form:
        staging().drop(staged)
        return to("/submissions")
    if "again" in request.form:
        return to(f"/submissions/staged/{_again(staged, who.name).id}")
    decisions: dict[tuple[str, str], Decision] = {
        (sighting.kind, sighting.text): decision
        for number, sighting in enumerate(staged.undecided)
        if (decision := _DECISIONS.get(request.form.get(f"decision-{number}", "")))
    }
    if len(decisions) < len(staged.undecided):
        raise BadParameter(
            Words(
                "decide for each place that looks like a person: keep it or mask it",
                "putuskan untuk setiap tempat yang tampak seperti orang: biarkan atau samarkan",
            )
        )
    note("submit", staged.study, None, graph().version)
    staging().store(staged, decisions, earlier=_decided(staged, decisions))
    return to(f"/submissions/staged/{id_}")


def _decided(staged: Staged, decisions: Mapping[tuple[str, str], Decision]) -> Earlier:
    """What becomes of earlier versions; raises EarlierVersions before anything has begun."""
    found = earlier()
    if staged.narrows and found == "ask":
        raise EarlierVersions(narrowed=True)
    undecided = staged.repeats and found == "ask"
    if undecided and submissions.masks(graph(), staged.found, Review(decisions)):
        raise EarlierVersions(narrowed=False, masked=True)
    return found


def _again(staged: Staged, who: str) -> Staged:
    """The same files once more, those that were mended on the page as they are there."""
    with ExitStack() as opened:
        files: list[tuple[str, BinaryIO]] = [
            (path.name, io.BytesIO(request.form[f"text-{number}"].encode()))
            if f"text-{number}" in request.form
            else (path.name, opened.enter_context(path.open("rb")))
            for number, path in enumerate(staged.files)
        ]
        book = staged.codebook
        codebook = (book.name, opened.enter_context(book.open("rb"))) if book else None
        renewed = staging().stage(
            files, staged.study, who, codebook, form=staged.form, name=staged.name
        )
    staging().drop(staged)
    return renewed


def _stored_at_once(staged: Staged) -> Response:
    if staged.error is not None:
        note("submit", staged.study, staged.error, graph().version)
        raise staged.error
    assert staged.report is not None
    if request.args.get("dry-run", "") in ("1", "true"):
        found = {"sightings": uploads.sightings(staged), "reviewed": digest(staged.sightings)}
        return _json({"report": staged.report.to_json(), **uploads.told(staged), **found})
    error: RembugError | None = None
    if not staged.report.conforms:
        error = Refused(staged.report)
    elif staged.sightings and digest(staged.sightings) != reviewed():
        described = describe(staged.sightings)
        error = Unreviewed(staged.sightings, described, digest(staged.sightings))
    if error is not None:
        note("submit", staged.study, error, graph().version)
        raise error
    kept: dict[tuple[str, str], Decision] = {(s.kind, s.text): "keep" for s in staged.sightings}
    staging().store(staged, kept, earlier=_decided(staged, kept), wait=True)
    if staged.error is not None:
        note("submit", staged.study, staged.error, graph().version)
        raise staged.error
    commit = staged.commit
    assert commit is not None
    note("submit", staged.study, None, commit.version)
    told = {
        "version": commit.version,
        "added": list(commit.added),
        "unchanged": list(commit.unchanged),
        "report": commit.report.to_json(),
    }
    response = _json(told)
    response.status_code = 201 if commit.added else 200
    if commit.added:
        response.location = submission(commit.added[0])
        response.autocorrect_location_header = True
    return response


def _json(told: object) -> Response:
    return Response(json.dumps(told, ensure_ascii=False), content_type=_JSON)


def to(path: str, **parameters: object) -> Response:
    """Send a browser on to another page."""
    response = Response(status=303)
    response.location = redirect(link(path, **parameters)).location
    return response
