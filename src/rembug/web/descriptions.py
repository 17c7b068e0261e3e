"""/.well-known/void and /dataset: what the service holds, for catalogues and search engines."""

from flask import Blueprint, Response, jsonify, request

from rembug.graph import Role
from rembug.web.context import graph, page, page_rows, page_text
from rembug.web.negotiation import RDF, rdf, wants_html

blueprint = Blueprint("descriptions", __name__)


@blueprint.get("/.well-known/void")
def void() -> Response:
    """VoID (W3C note, §7.2), in the RDF format that the caller prefers."""
    return _description()


@blueprint.get("/dataset")
def dataset() -> Response:
    """A page, or DCAT and VoID as RDF, or schema.org as JSON."""
    if rdf(request) is not None:
        return _description()
    rows = page_rows("datasets")
    if wants_html(request):
        return page("dataset.html", rows=rows)
    return jsonify(
        {
            "@context": "https://schema.org/",
            "@graph": [
                {
                    "@type": "Dataset",
                    "@id": str(row["dataset"]),
                    "name": [
                        {"@language": lang, "@value": str(row[key])}
                        for lang, key in (("en", "titleEn"), ("id", "titleId"))
                        if key in row
                    ],
                    "license": str(row.get("licence", "")),
                    "citation": str(row.get("citation", "")),
                }
                for row in rows
            ],
        }
    )


def _description() -> Response:
    media_type = RDF[rdf(request) or "ttl"]
    answer = graph().answer(page_text("void"), Role.PUBLIC, {"triples": media_type})
    return Response(answer.body, content_type=f"{answer.media_type}; charset=utf-8")
