"""Errors as RFC 9457 problem documents for programs, and as a page for browsers."""

import json
from collections.abc import Sequence
from http import HTTPStatus
from typing import Final, cast

from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from rembug import terms
from rembug.errors import (
    QuerySyntaxError,
    Refused,
    RembugError,
    StoreFull,
    Unauthorized,
    UnknownName,
    Unreviewed,
    faults_of,
)
from rembug.gate import Report
from rembug.graph import Ended
from rembug.web.context import catalogue, page_part
from rembug.web.links import link
from rembug.web.negotiation import HTML, PROBLEM, RDF, choose, names_a_language, prefers_page
from rembug.web.noted import of_report
from rembug.web.responses import page
from rembug.web.words import strings, translate

# What a SHACL report is written as for who asks for RDF.
_GRAPHS: Final = (RDF["ttl"], RDF["jsonld"], RDF["rdf"], RDF["nt"])


def install(app: Flask) -> None:
    """Answer every error; what nobody expected is logged whole by Flask and answered with 500."""
    app.register_error_handler(RembugError, _ours)
    app.register_error_handler(HTTPException, _of_http)
    app.register_error_handler(Ended, _gone)
    app.register_error_handler(OSError, _of_the_system)


def _ours(error: RembugError) -> Response:
    if isinstance(error, Refused) and isinstance(error.report, Report):
        best = choose(request.accept_mimetypes, (PROBLEM, HTML, *_GRAPHS))
        if best in _GRAPHS:
            body = error.report.graph().serialize(format=best, encoding="utf-8")
            return Response(body, status=error.http_status, content_type=best)
    more: dict[str, object] = {}
    if isinstance(error, QuerySyntaxError) and error.line is not None:
        more = {"line": error.line, "column": error.column}
    if faults := faults_of(error):
        more = {
            "faults": [
                {"file": f.name, "line": f.line, "en": f.why.en, "id": f.why.id} for f in faults
            ]
        }
    if isinstance(error, UnknownName):
        more = {"nearest": error.nearest}
    if isinstance(error, Refused) and isinstance(error.report, Report):
        more = {"report": error.report.to_json()}
    if isinstance(error, Unreviewed):
        more = {"reviewed": error.digest}
    lang = g.lang if names_a_language(request) else "en"
    if isinstance(error, Refused) and isinstance(error.report, Report) and prefers_page(request):
        response = _refused(error, error.report)
    else:
        detail = error.told(lang)
        response = _told(error.http_status, detail, more, "en" if detail == str(error) else lang)
    if (seconds := getattr(error, "retry_after", None)) is not None:
        response.headers["Retry-After"] = str(seconds)
    if isinstance(error, Unauthorized):
        response.headers["WWW-Authenticate"] = 'Bearer realm="Rembug"'
    return response


def _refused(error: Refused, report: Report) -> Response:
    """What holds against a change, once for all that it is said of, and what to do first."""
    response = page(
        "error.html",
        status=error.http_status,
        reason=f"error.{error.http_status}",
        detail="\n".join(filter(None, (translate("error.refused"), getattr(error.more, g.lang)))),
        detail_lang=g.lang,
        notes=of_report(report),
        back=link(request.path) if request.method == "POST" else "",
    )
    response.status_code = error.http_status
    return response


def _of_the_system(error: OSError) -> Response:
    """A full disk is told; what else the system says is a fault of ours."""
    if (full := StoreFull.of(error)) is None:
        raise error
    return _ours(full)


def _gone(_: Ended) -> Response:
    """Nobody reads this; 499 is what logs elsewhere call it."""
    return Response(status=499)


def _of_http(error: HTTPException) -> Response:
    lang = g.lang if names_a_language(request) or prefers_page(request) else "en"
    told = strings().get(f"error.{error.code}_detail") if _plain(error) else None
    detail = told[lang] if told else error.description or error.name
    response = _told(error.code or 500, detail, {}, lang if told else "en")
    for header, value in error.get_headers():
        if header != "Content-Type":
            response.headers[header] = value
    return response


def _plain(error: HTTPException) -> bool:
    """Whether an error says no more than all of its kind do."""
    return error.description == type(error).description


def _told(status: int, detail: str, more: dict[str, object], lang: str = "en") -> Response:
    if prefers_page(request):
        key = f"error.{status}"
        response = page(
            "error.html",
            status=status,
            reason=key if key in strings() else "error.other",
            detail=detail,
            detail_lang=lang,
            nearest=_pages(cast(Sequence[str], more.get("nearest", ()))),
        )
    else:
        # Without a type of its own a problem's title is that of its status (RFC 9457 §4.2.1).
        title = HTTPStatus(status).phrase
        told = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
        body = json.dumps(told, ensure_ascii=False)
        response = Response(body, content_type=PROBLEM)
    response.status_code = status
    return response


def _pages(nearest: Sequence[str]) -> list[tuple[str, str, str]]:
    """Names that may have been meant: each as it is written, as people call it, and where it is."""
    questions = catalogue().keys()
    if request.path.startswith("/queries/") and questions >= set(nearest):
        titles = [(name, catalogue()[name].title[g.lang]) for name in nearest]
        return [(name, title, link(f"/queries/{name}")) for name, title in titles]
    if not request.path.startswith(("/page/", "/id/", "/scheme/")):
        return [(name, "", "") for name in nearest]
    labels = {name: page_part("label", thing=terms.BASE + name) for name in nearest}
    return [
        (name, str(rows.rows[0]["label"]) if rows.rows else "", link(f"/page/{name}"))
        for name, rows in labels.items()
    ]
