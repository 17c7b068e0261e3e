"""The service: pages, ready questions and SPARQL over one graph, by HTTP."""

from flask import Flask

from rembug.graph import KnowledgeGraph
from rembug.settings import Settings
from rembug.web import (
    catalogue,
    context,
    descriptions,
    errors,
    lists,
    operations,
    pages,
    sparql,
    things,
)
from rembug.web.server import serve

__all__ = ["create_app", "serve"]

_LARGEST_REQUEST = 1024 * 1024


def create_app(graph: KnowledgeGraph, settings: Settings) -> Flask:
    """Make the WSGI application over a graph.

    Args:
        graph: what it answers from; stays the caller's to close.
        settings: as the command was told.
    """
    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = app.config["MAX_FORM_MEMORY_SIZE"] = _LARGEST_REQUEST
    context.install(app, graph, settings)
    for room in (pages, catalogue, sparql, things, lists, descriptions, operations):
        app.register_blueprint(room.blueprint)
    errors.install(app)
    return app
