"""The service: pages, ready questions and SPARQL over one graph, by HTTP."""

from flask import Flask

from rembug.graph import KnowledgeGraph
from rembug.settings import Settings
from rembug.web import (
    account,
    agreement,
    assistant,
    catalogue,
    comparison,
    context,
    crawling,
    descriptions,
    errors,
    finding_form,
    graph_store,
    lists,
    maps,
    matrices,
    network,
    openapi,
    operations,
    pages,
    pairs,
    places,
    reconcile,
    responses,
    reverting,
    search,
    sparql,
    study_form,
    submissions,
    things,
    trail,
    truth_table,
    writing,
)
from rembug.web.operations import log_to_stderr
from rembug.web.paths import AnyPath
from rembug.web.server import serve

__all__ = ["create_app", "log_to_stderr", "prepare", "serve"]

_ROOMS = (
    *(pages, catalogue, sparql, things, lists, maps, network, search, descriptions, crawling),
    *(comparison, truth_table, trail, matrices, places),
    *(writing, graph_store, reverting, submissions, finding_form, study_form, agreement),
    *(openapi, account),
    *(operations, assistant, reconcile, pairs),
)


def create_app(graph: KnowledgeGraph, settings: Settings) -> Flask:
    """Make the WSGI application over a graph.

    Args:
        graph: what it answers from; stays the caller's to close.
        settings: as the command was told.
    """
    app = Flask(__name__)
    app.url_map.converters["path"] = AnyPath
    app.url_map.merge_slashes = False  # its redirect would go to whatever host the caller names
    context.install(app, graph, settings)
    operations.install(app, graph)
    app.before_request(responses.require_kept)
    for room in _ROOMS:
        app.register_blueprint(room.blueprint)
    errors.install(app)
    return app


def prepare(app: Flask) -> None:
    """Make what the first callers would wait for: snapshots, indexes, questions over everything."""
    with app.app_context():
        graph, questions = context.graph(), catalogue.with_nothing_chosen()
    graph.prepare(questions, context.FOR_PAGES)
