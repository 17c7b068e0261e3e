"""Signposting: typed links in the header of a page, by which programs find their way about.

FAIR Signposting Profile, level 1 (https://signposting.org/FAIR/): from a thing's page to its
persistent identifier, its data, its licence and its makers, and from its data back to the page.
"""

from typing import Final

from flask import Response, request
from werkzeug.urls import iri_to_uri

from rembug import terms
from rembug.web import choices
from rembug.web.context import page_part
from rembug.web.negotiation import HTML, RDF, TABLES
from rembug.web.paths import ENDINGS, page_of

_ABOUT: Final = "https://schema.org/AboutPage"
_DATASET: Final = "https://schema.org/Dataset"


def of_page(response: Response, iri: str) -> Response:
    """Put the signposts of a thing's page into the header of the page."""
    study = terms.kind_of(iri) == "study"
    _add(response, iri, "cite-as")
    _add(response, _ABOUT, "type")
    if study:
        _add(response, _DATASET, "type")
    for ending in ENDINGS:
        _add(response, _here(page_of(iri, ending)), "describedby", RDF[ending])
    for row in page_part("signposts", thing=iri):
        relation, target = str(row["relation"]), str(row["target"])
        if relation == "collection":
            target = _here(page_of(target))
        _add(response, target, relation, HTML if relation == "collection" else "")
    if study:
        short = choices.short("study", iri)
        for name in ("findings", "evidence"):
            table = _here(f"/{name}?study={short}&format=csv")
            _add(response, table, "item", TABLES[0])
    return response


def of_data(response: Response, iri: str) -> Response:
    """Put the way back to a thing's page into the header of its data."""
    _add(response, _here(page_of(iri)), "describes", HTML)
    return response


def _here(path: str) -> str:
    return request.url_root.rstrip("/") + path


def _add(response: Response, target: str, relation: str, media_type: str = "") -> None:
    """One link (RFC 8288 §3), if it leads to the web."""
    if target.startswith(("http://", "https://")):
        kind = f'; type="{media_type}"' if media_type else ""
        response.headers.add("Link", f'<{iri_to_uri(target)}>; rel="{relation}"{kind}')
