"""Errors as RFC 9457 problem documents for programs, and as a page for browsers."""

from flask import Flask, Response, g, jsonify, request
from werkzeug.exceptions import HTTPException

from rembug.errors import QuerySyntaxError, RembugError, UnknownName
from rembug.web.context import page
from rembug.web.negotiation import wants_html


def install(app: Flask) -> None:
    """Answer every expected error; what is unexpected is logged whole by Flask and answered 500."""

    @app.errorhandler(RembugError)
    def ours(error: RembugError) -> Response:
        more: dict[str, object] = {}
        if isinstance(error, QuerySyntaxError):
            more = {"line": error.line, "column": error.column}
        if isinstance(error, UnknownName):
            more = {"nearest": error.nearest}
        return _answer(error.http_status, type(error).__name__, str(error), more)

    @app.errorhandler(HTTPException)
    def werkzeugs(error: HTTPException) -> Response:
        response = _answer(error.code or 500, error.name, error.description or error.name, {})
        for name, value in error.get_headers():
            if name != "Content-Type":
                response.headers[name] = value
        return response


def _answer(status: int, title: str, detail: str, more: dict[str, object]) -> Response:
    if wants_html(request):
        g.setdefault("lang", "id")
        response = page("error.html", status=status, detail=detail)
    else:
        response = jsonify(
            {"type": "about:blank", "title": title, "status": status, "detail": detail, **more}
        )
        response.mimetype = "application/problem+json"
    response.status_code = status
    return response
