"""/openapi.json: the catalogue and the submissions, described for programs (OpenAPI 3.1)."""

import json
from typing import Any, Final

from flask import Blueprint, Response, g, request

from rembug import __version__
from rembug.catalogue import Parameter, Query
from rembug.changes.earlier import CHOICES
from rembug.web.context import catalogue
from rembug.web.negotiation import PROBLEM, RESULTS
from rembug.web.words import translate

blueprint = Blueprint("openapi", __name__)

_TYPES: Final = {
    "integer": {"type": "integer"},
    "decimal": {"type": "number"},
    "date": {"type": "string", "format": "date"},
    "iri": {"type": "string", "format": "iri"},
}
_TEXT: Final = {"type": "string"}
_PROBLEM: Final = {"$ref": "#/components/responses/Problem"}


@blueprint.get("/openapi.json")
def openapi() -> Response:
    """The whole description, its titles in the caller's language."""
    described = {
        "openapi": "3.1.0",
        "info": {
            "title": "Rembug",
            "version": __version__,
            "description": translate("footer.what"),
        },
        "servers": [{"url": request.root_url.rstrip("/")}],
        "paths": {
            "/queries": {"get": _catalogue()},
            **{f"/queries/{name}": {"get": _question(q)} for name, q in catalogue().items()},
            "/submissions": {"get": _list(), "post": _submit()},
            "/submissions/{study}/{name}": {"get": _one()},
        },
        "components": {
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {
                "Problem": {
                    "description": "RFC 9457",
                    "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
                }
            },
            "schemas": {
                "Problem": {
                    "type": "object",
                    "required": ["type", "title", "status", "detail"],
                    "properties": {
                        "type": _TEXT,
                        "title": _TEXT,
                        "status": {"type": "integer"},
                        "detail": _TEXT,
                        "report": {"$ref": "#/components/schemas/Report"},
                        "reviewed": _TEXT,
                    },
                },
                "Report": {
                    "type": "object",
                    "required": ["conforms", "results"],
                    "properties": {
                        "conforms": {"type": "boolean"},
                        "results": {"type": "array", "items": {"type": "object"}},
                    },
                },
            },
        },
        "externalDocs": {"url": request.root_url + "queries"},
    }
    body = json.dumps(described, ensure_ascii=False, indent=1)
    return Response(body, content_type="application/json")


def _catalogue() -> dict[str, Any]:
    by_language = {"type": "object", "additionalProperties": _TEXT}
    parameter = {
        "name": _TEXT,
        "type": _TEXT,
        "label": by_language,
        "default": {"type": ["string", "null"]},
    }
    question = {
        "name": _TEXT,
        "title": by_language,
        "description": by_language,
        "tags": {"type": "array", "items": _TEXT},
        "parameters": {"type": "array", "items": _object(parameter)},
    }
    listed = {"application/json": {"schema": {"type": "array", "items": _object(question)}}}
    return {
        "operationId": "queries",
        "summary": translate("nav.queries"),
        "description": translate("queries.lead"),
        "parameters": [
            _narrows("q", "queries.find"),
            {**_narrows("tag", "queries.tags"), "schema": {"enum": list(catalogue().tags)}},
            _narrows("term", "queries.term"),
        ],
        "responses": {
            "200": {"description": translate("nav.queries"), "content": listed},
            "default": _PROBLEM,
        },
    }


def _narrows(name: str, label: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "description": translate(label), "schema": _TEXT}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "required": list(properties), "properties": properties}


def _question(query: Query) -> dict[str, Any]:
    # Results are SPARQL 1.1 Query Results; what CONSTRUCT and DESCRIBE yield is RDF.
    return {
        "operationId": query.name,
        "summary": query.title[g.lang],
        "description": query.description[g.lang],
        "tags": list(query.tags),
        "parameters": [
            *(_parameter(parameter) for parameter in query.parameters),
            {"name": "format", "in": "query", "schema": {"enum": [*RESULTS]}},
        ],
        "responses": {
            "200": {
                "description": query.title[g.lang],
                "content": {media_type: {} for media_type in RESULTS.values()},
            },
            "default": _PROBLEM,
        },
    }


def _parameter(parameter: Parameter) -> dict[str, Any]:
    schema: dict[str, Any] = dict(_TYPES.get(parameter.type, _TEXT))
    if parameter.values:
        schema["enum"] = list(parameter.values)
    if parameter.default is not None:
        number = parameter.type in ("integer", "decimal")
        schema["default"] = json.loads(parameter.default) if number else parameter.default
    return {
        "name": parameter.name,
        "in": "query",
        "description": parameter.label[g.lang],
        "schema": schema,
    }


def _list() -> dict[str, Any]:
    return {
        "operationId": "submissions",
        "summary": translate("submissions.title"),
        "responses": {"200": _answer(translate("submissions.lead")), "default": _PROBLEM},
    }


def _one() -> dict[str, Any]:
    return {
        "operationId": "submission",
        "summary": translate("submissions.noted"),
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": _TEXT}
            for name in ("study", "name")
        ],
        "responses": {"200": _answer(translate("submissions.noted")), "default": _PROBLEM},
    }


def _submit() -> dict[str, Any]:
    file = {"type": "string", "contentMediaType": "application/octet-stream"}
    form = {
        "type": "object",
        "required": ["study", "file"],
        "properties": {
            "study": _TEXT,
            "file": {"type": "array", "items": file},
            "codebook": file,
            "name": _TEXT,
        },
    }
    flag = {"enum": ["1", "true"]}
    return {
        "operationId": "submit",
        "summary": translate("submissions.bring"),
        "description": translate("submissions.kinds"),
        "security": [{"token": []}],
        "parameters": [
            {"name": "dry-run", "in": "query", "schema": flag},
            {"name": "Rembug-Reviewed", "in": "header", "schema": _TEXT},
            {"name": "Rembug-Earlier", "in": "header", "schema": {"enum": [*CHOICES]}},
            {"name": "Slug", "in": "header", "schema": _TEXT},
        ],
        "requestBody": {"required": True, "content": {"multipart/form-data": {"schema": form}}},
        "responses": {
            "200": _answer(translate("staged.unchanged")),
            "201": _answer(translate("staged.stored")),
            "422": _PROBLEM,
            "default": _PROBLEM,
        },
    }


def _answer(description: str) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {}}}
