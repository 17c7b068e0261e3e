"""/.well-known/void and /dataset: what the service holds, for catalogues and search engines."""

from flask import Blueprint, Response, request

from rembug.web.context import page_query, page_rows
from rembug.web.negotiation import HTML, RDF, Choice, pick
from rembug.web.responses import data, page
from rembug.web.tables import table

blueprint = Blueprint("descriptions", __name__)


@blueprint.get("/.well-known/void")
def void() -> Response:
    """VoID, DCAT and schema.org as RDF (VoID §7.2 names this place)."""
    return _described(pick(request, RDF.values()))


@blueprint.get("/dataset")
def dataset() -> Response:
    """The same description, or a page."""
    best = pick(request, (HTML, RDF["jsonld"], *RDF.values()))
    if best == HTML:
        brought = table(page_rows("brought-datasets"))
        return page("dataset.html", table=table(page_rows("datasets")), brought=brought)
    return _described(best)


def _described(media_type: str) -> Response:
    accept = Choice(dict.fromkeys(("boolean", "solutions", "triples"), media_type), frozenset())
    return data(page_query("dataset-description", {"base": request.root_url}), accept)
