"""/.well-known/void and /dataset: what the service holds, for catalogues and search engines."""

from flask import Blueprint, Response, redirect, request

from rembug.web.context import page_query, page_rows
from rembug.web.links import link
from rembug.web.negotiation import HTML, RDF, Choice, pick
from rembug.web.responses import data, page, require_newest
from rembug.web.tables import table, told_apart

blueprint = Blueprint("descriptions", __name__)


@blueprint.get("/.well-known/void")
def void() -> Response:
    """VoID, DCAT and schema.org as RDF (VoID §7.2 names this place); else the page."""
    if (best := pick(request, (*RDF.values(), HTML))) != HTML:
        return _described(best)
    response = Response(status=303)
    response.location = redirect(link("/dataset")).location
    return response


@blueprint.get("/dataset")
def dataset() -> Response:
    """The same description, or a page."""
    best = pick(request, (HTML, RDF["jsonld"], *RDF.values()))
    if best == HTML:
        require_newest()
        brought = table(told_apart(page_rows("brought-datasets"), "dataset"))
        studies = table(page_rows("datasets"), ("synthetic",))  # which their names are tagged with
        return page("dataset.html", table=studies, brought=brought)
    return _described(best)


def _described(media_type: str) -> Response:
    accept = Choice(dict.fromkeys(("boolean", "solutions", "triples"), media_type), frozenset())
    return data(page_query("dataset-description", {"base": request.root_url}), accept)
