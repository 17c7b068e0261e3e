"""/health: for operators and their probes."""

from flask import Blueprint, Response

from rembug.web.context import graph

blueprint = Blueprint("operations", __name__)


@blueprint.get("/health/live")
def live() -> Response:
    """The process answers."""
    return Response("live\n", mimetype="text/plain")


@blueprint.get("/health/ready")
def ready() -> Response:
    """A query can be answered."""
    graph().answer("ASK {}")
    return Response("ready\n", mimetype="text/plain")
