"""/robots.txt and /sitemap.xml: what search engines are to read, and what they need not.

Facets, forms and formats give more addresses than there are things; each thing has one in each
language (https://www.rfc-editor.org/rfc/rfc9309, https://www.sitemaps.org/protocol.html).
"""

from collections.abc import Iterator
from typing import Final
from urllib.parse import urljoin
from xml.sax.saxutils import escape

from flask import Blueprint, Response, request

from rembug.errors import UnknownName
from rembug.graph.readers.index import Listing
from rembug.web.context import catalogue, left_out, reading
from rembug.web.links import href
from rembug.web.negotiation import LANGUAGES

blueprint = Blueprint("crawling", __name__)

_KINDS: Final = ("studies", "programs", "policies", "actors", "findings")
_MOST: Final = 20_000  # things of a kind; a sitemap holds 50 000 addresses
_AT_ONCE: Final = 1000
_PLACES: Final = (
    "/",
    *(f"/{kind}" for kind in _KINDS),
    "/queries",
    "/map",
    "/compare",
    "/network",
    "/dataset",
    "/page/ontology",
    "/ontology/guide",
)
_CLOSED: Final = (
    *("/sparql", "/search", "/suggest.json", "/update", "/data", "/graph/", "/account"),
    *("/submissions", "/agreement", "/health/", "/metrics", "/compare/", "/qca"),
    *("/network.", "/map.", "/matrix."),
    # Lists and forms with something chosen, and data in a format that a page links to.
    *("/*?", "/*.ttl$", "/*.rdf$", "/*.nt$"),
)
# What is shown beside the link to a page that somebody sends (https://ogp.me/#metadata).
_PICTURES: Final = ("/map.png", "/network.png", "/trail.png", "/queries/*.png")
_NAMESPACES: Final = (
    'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:xhtml="http://www.w3.org/1999/xhtml"'
)


@blueprint.get("/robots.txt")
def robots() -> Response:
    """What crawlers may read."""
    lines = ["User-agent: *"]
    lines += [f"Allow: /*?lang={language}$" for language in LANGUAGES]
    lines += [f"Allow: {path}?*lang=*" for path in _PICTURES]
    lines += [f"Disallow: {path}" for path in _CLOSED]
    # The longest rule counts (RFC 9309 §2.2.2), and that of a language is longer than most paths.
    lines += [f"Disallow: {path}*?lang=*" for path in _CLOSED if "*" not in path]
    lines += ["", f"Sitemap: {_address('/sitemap.xml')}"]
    return Response("\n".join(lines) + "\n", mimetype="text/plain")


@blueprint.get("/sitemap.xml")
def sitemaps() -> Response:
    """The index of the sitemaps: one of pages, and one for each kind of thing."""
    each = "".join(
        f"<sitemap><loc>{_address(f'/sitemap/{name}.xml')}</loc></sitemap>"
        for name in ("pages", *_KINDS)
    )
    return _xml(f"<sitemapindex {_NAMESPACES}>{each}</sitemapindex>")


@blueprint.get("/sitemap/<name>.xml")
def sitemap(name: str) -> Response:
    """The addresses of pages, or of the things of a kind.

    Raises:
        UnknownName: there is no such sitemap.
    """
    if name not in ("pages", *_KINDS):
        raise UnknownName("sitemap", name, ("pages", *_KINDS))
    paths = _pages() if name == "pages" else _things(name)
    return _xml(f"<urlset {_NAMESPACES}>{''.join(map(_entry, paths))}</urlset>")


def _pages() -> Iterator[str]:
    yield from _PLACES
    yield from (f"/queries/{name}" for name in catalogue())


def _things(kind: str) -> Iterator[str]:
    """Where the things of a kind are shown; made-up ones only where there are no others."""
    with reading() as index:
        listing = Listing(kind, {"synthetic": ["false"]} if left_out(index, False) else {})
        after: str | None = ""
        for _ in range(_MOST // _AT_ONCE):
            listed = index.listed(listing, after=after or "", limit=_AT_ONCE)
            yield from (href(card.iri) for card in listed.cards)
            if (after := listed.following) is None:
                return


def _entry(path: str) -> str:
    """A page's address in each language, which names the others."""
    addresses = {language: escape(f"{_address(path)}?lang={language}") for language in LANGUAGES}
    others = "".join(
        f'<xhtml:link rel="alternate" hreflang="{language}" href="{address}"/>'
        for language, address in addresses.items()
    )
    return "".join(f"<url><loc>{address}</loc>{others}</url>" for address in addresses.values())


def _address(path: str) -> str:
    return urljoin(request.url_root, path)


def _xml(text: str) -> Response:
    return Response(f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n', mimetype="application/xml")
