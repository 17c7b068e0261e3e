"""Errors as RFC 9457 problem documents for programs, and as a page for browsers."""

import json
from http import HTTPStatus

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from rembug.errors import QuerySyntaxError, RembugError, UnknownName
from rembug.web.context import page, strings
from rembug.web.negotiation import PROBLEM, prefers_page


def install(app: Flask) -> None:
    """Answer every error; what nobody expected is logged whole by Flask and answered with 500."""
    app.register_error_handler(RembugError, _ours)
    app.register_error_handler(HTTPException, _of_http)


def _ours(error: RembugError) -> Response:
    more: dict[str, object] = {}
    if isinstance(error, QuerySyntaxError) and error.line is not None:
        more = {"line": error.line, "column": error.column}
    if isinstance(error, UnknownName):
        more = {"nearest": error.nearest}
    return _told(error.http_status, str(error), more)


def _of_http(error: HTTPException) -> Response:
    response = _told(error.code or 500, error.description or error.name, {})
    for header, value in error.get_headers():
        if header != "Content-Type":
            response.headers[header] = value
    return response


def _told(status: int, detail: str, more: dict[str, object]) -> Response:
    if prefers_page(request):
        key = f"error.{status}"
        response = page(
            "error.html",
            status=status,
            reason=key if key in strings() else "error.other",
            detail=detail,
            nearest=more.get("nearest", []),
        )
    else:
        # Without a type of its own a problem's title is that of its status (RFC 9457 §4.2.1).
        title = HTTPStatus(status).phrase
        told = {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
        body = json.dumps(told, ensure_ascii=False)
        response = Response(body, content_type=PROBLEM)
    response.status_code = status
    return response
