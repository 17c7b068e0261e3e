"""/submissions: what came in, and the way for more to come in, for people and for programs."""

import io
import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from copy import copy
from typing import Any, BinaryIO, Final, cast
from urllib.parse import quote, unquote

from flask import Blueprint, Response, current_app, g, redirect, request
from rdflib import RDF, RDFS, SKOS, Literal, URIRef
from rdflib.term import Node

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
    Unreadable,
    Unreviewed,
    Words,
)
from rembug.graph import Change, Role
from rembug.privacy.scan import Decision, describe, digest
from rembug.sources import Submission, templates
from rembug.sources.columns import TABLES
from rembug.sources.sheets import decoded
from rembug.terms import CG
from rembug.web.callers import caller, form_key, note, require
from rembug.web.context import graph, page_rows
from rembug.web.downloads import CSV, XLSX
from rembug.web.links import href, link, submission
from rembug.web.negotiation import HTML, pick
from rembug.web.noted import noted
from rembug.web.responses import page
from rembug.web.words import curie, strings, translate
from rembug.web.writing import audited, earlier, reviewed

blueprint = Blueprint("submissions", __name__)

_JSON: Final = "application/json"
_COUNTED: Final = (CG.Code, CG.Evidence, CG.Coding, CG.Finding, CG.Actor, CG.Program, CG.Tie)
_SHOWN, _FACTS = 40, 12  # things of an upload, and what is said of each
_UNTOLD: Final = frozenset({RDF.type, RDFS.label, CG.inStudy})
_TEXTS: Final = frozenset({".csv", ".ttl", ".trig", ".nt", ".nq"})
_MENDED: Final = 100_000  # bytes of a file that can be mended on the page
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
        studies=[
            (terms.study_of(str(row["study"])) or "", str(row["studyLabel"]))
            for row in page_rows("study-names")
        ],
        tables=list(TABLES),
        forms=[name for name, table in TABLES.items() if not table.across],
        may=caller().role >= Role.CURATOR,
        key=form_key(),
    )


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


@blueprint.post("/submissions/<study>/<name>")
def take_back(study: str, name: str) -> Response:
    """Take a submission back, through the gate; its page says so from then on."""
    who = require(Role.CURATOR, form=True, studies=[study])
    iri = str(terms.submission_graph(study, name))
    audited(
        "revert",
        iri,
        lambda: submissions.revert(graph(), iri, earlier=earlier(), agent=who.name),
    )
    return to(f"/submissions/{quote(study)}/{quote(name)}")


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
    return page("staged.html", staged=staged, key=form_key(), **_shown(staged))


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
    staging().store(staged, decisions, earlier=_decided(staged))
    return to(f"/submissions/staged/{id_}")


def _decided(staged: Staged) -> Earlier:
    """What becomes of earlier versions; raises EarlierVersions before anything has begun."""
    found = earlier()
    if staged.narrows and found == "ask":
        raise EarlierVersions(narrowed=True)
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


def _mendable(staged: Staged) -> list[tuple[int, str, str]]:
    """The texts among some files that went no further: number, name, and what is in them."""
    stuck = staged.phase == "failed" or (staged.report and not staged.report.conforms)
    if not stuck or staged.form:
        return []
    found = []
    for number, path in enumerate(staged.files):
        if path.suffix.lower() in _TEXTS and path.stat().st_size <= _MENDED:
            with suppress(Unreadable):
                found.append((number, path.name, decoded(path.name, path.read_bytes())[0]))
    return found


def _stored_at_once(staged: Staged) -> Response:
    if staged.error is not None:
        note("submit", staged.study, staged.error, graph().version)
        raise staged.error
    assert staged.report is not None
    if request.args.get("dry-run", "") in ("1", "true"):
        found = {"sightings": _sightings(staged), "reviewed": digest(staged.sightings)}
        return _json({"report": staged.report.to_json(), **_told(staged), **found})
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
    staging().store(staged, kept, earlier=_decided(staged), wait=True)
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


def _shown(staged: Staged) -> dict[str, Any]:
    """What a page shows of an upload."""
    commit = staged.commit
    if staged.phase == "checked" and g.lang not in staged.told:
        kinds, things = _contents(staged.found)
        staged.told[g.lang] = {**_told(staged), "counts": kinds, "things": things}
    detail = staged.error.told(g.lang) if staged.error else ""
    nothing: dict[str, Any] = {"notes": [], "mapping": [], "counts": [], "things": []}
    return {
        **staged.told.get(g.lang, nothing),
        "added": [_arrived(iri) for iri in commit.added] if commit else [],
        "study": _study(staged.study),
        "closed": sum(len(set(found.restricted.subjects())) for found in staged.found),
        "mendable": _mendable(staged),
        "detail": detail,
        "detail_lang": "en" if detail == str(staged.error) else g.lang,
    }


def _arrived(iri: str) -> tuple[str, str]:
    """What came in as its file is called, and where it is told of."""
    rows = page_rows("submissions", submission=iri).rows
    return (str(rows[0]["submissionLabel"]) if rows else curie(iri)), submission(iri)


def _study(slug: str) -> tuple[str, str]:
    """What a study is called, and where it is shown."""
    iri = str(terms.study(slug))
    rows = page_rows("label", thing=iri).rows
    return (str(rows[0]["label"]) if rows and "label" in rows[0] else slug), href(iri)


def _told(staged: Staged) -> dict[str, Any]:
    """The notes of an upload, and what its codes are taken to mean."""
    return {
        "notes": [getattr(note, g.lang) for found in staged.found for note in found.notes],
        "mapping": [row for found in staged.found for row in _mapping(found)],
    }


def _mapping(found: Submission) -> list[dict[str, Any]]:
    """Each code with what it maps to."""

    def short(nodes: Iterable[Node]) -> list[str]:
        return sorted(str(node).removeprefix(terms.SCHEME) for node in nodes)

    codes = found.public.subjects(RDF.type, CG.Code)
    return sorted(
        (
            {
                "code": str(found.public.value(code, SKOS.prefLabel) or code),
                "mapsTo": short(found.public.objects(code, CG.mapsTo)),
                "marks": short(found.public.objects(code, CG.marks)),
                "codings": sum(1 for _ in found.public.subjects(CG.assigns, code)),
            }
            for code in codes
        ),
        key=lambda row: str(row["code"]),
    )


def _contents(
    found: Sequence[Submission],
) -> tuple[list[tuple[str, int]], list[tuple[str, str, list[tuple[str, str]]]]]:
    """How many things of each kind some submissions describe, and what they say of the first."""
    graphs = [graph for each in found for graph in (each.public, each.restricted)]
    names: dict[Node, str] = {
        thing: str(label)
        for graph in graphs
        for thing, label in graph.subject_objects(RDFS.label)
        if _here(label)
    }
    kinds = Counter(
        kind
        for each in found
        for thing, kind in each.public.subject_objects(RDF.type)
        if str(kind).startswith(CG) and str(thing).startswith(terms.ID)
    )
    counts = [
        (_kind(kind, names), number)
        for kind, number in sorted(kinds.items(), key=lambda kn: (_place(kn[0]), str(kn[0])))
    ]
    things: list[tuple[str, str, list[tuple[str, str]]]] = []
    for each in found:
        described = {s for s in each.public.subjects() if str(s).startswith(terms.ID)}
        for thing in sorted(described, key=str)[: _SHOWN - len(things)]:
            said = sorted(each.public.predicate_objects(thing), key=lambda po: [*map(str, po)])
            labels = [str(o) for p, o in said if p == RDFS.label and _here(o)]
            told = [
                (_called(p, names), _called(o, names))
                for p, o in said
                if p not in _UNTOLD and _here(o)
            ]
            kind = next((_called(o, names) for p, o in said if p == RDF.type), "")
            title = labels[0] if labels else curie(thing)
            things.append((title, kind, told[:_FACTS]))
    return counts, things


def _place(kind: Node) -> int:
    """Those that readers look for first."""
    return _COUNTED.index(kind) if kind in _COUNTED else len(_COUNTED)


def _kind(kind: Node, names: dict[Node, str]) -> str:
    """What several things of a class are called, or else what one is."""
    key = f"kind.{str(kind).rpartition('#')[2]}"
    return translate(key) if key in strings() else _called(kind, names)


def _here(node: Node) -> bool:
    """Whether a term is for readers of the page's language."""
    return not isinstance(node, Literal) or node.language in (None, g.lang)


def _called(node: Node, names: dict[Node, str]) -> str:
    """A term as a person reads it."""
    if isinstance(node, Literal):
        return str(node)
    if node not in names:
        rows = page_rows("label", thing=str(node)).rows if isinstance(node, URIRef) else ()
        names[node] = str(rows[0].get("label", "")) if rows else ""
    return names[node] or curie(node)


def _sightings(staged: Staged) -> list[dict[str, str]]:
    return [
        {"kind": s.kind, "text": s.text, "where": s.where, "context": s.context}
        for s in staged.sightings
    ]


def _json(told: object) -> Response:
    return Response(json.dumps(told, ensure_ascii=False), content_type=_JSON)


def to(path: str) -> Response:
    """Send a browser on to another page."""
    response = Response(status=303)
    response.location = redirect(link(path)).location
    return response
