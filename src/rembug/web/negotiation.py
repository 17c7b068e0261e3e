"""Formats and languages: what a caller reads, and what we write. The one place that decides it.

`?format=` and a file ending stand for an Accept header, so that there is one way of choosing.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Literal

from flask import Request
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from rembug.errors import BadParameter, NotAcceptable, Words

Kind = Literal["boolean", "solutions", "triples"]

HTML: Final = "text/html"
PROBLEM: Final = "application/problem+json"
LANGUAGES: Final = ("id", "en")
RESULTS: Final[Mapping[str, str]] = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
RDF: Final[Mapping[str, str]] = {
    "ttl": "text/turtle",
    "jsonld": "application/ld+json",
    "rdf": "application/rdf+xml",
    "nt": "application/n-triples",
    "trig": "application/trig",
    "nq": "application/n-quads",
}
TABLES: Final = (
    "text/csv",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
)
_OFFERS: Final[Mapping[Kind, tuple[str, ...]]] = {
    # SPARQL 1.1 Protocol §2.1.6 has CSV and TSV for ASK too; what stands in them is one word.
    "boolean": tuple(RESULTS.values()),
    "solutions": tuple(RESULTS.values()),
    "triples": tuple(RDF.values()),
}
# What clients ask for by a wider name, and what they get.
_OTHER_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "application/json": (RESULTS["json"], RDF["jsonld"]),
    "application/xml": (RESULTS["xml"], RDF["rdf"]),
    "text/xml": (RESULTS["xml"], RDF["rdf"]),
    "text/plain": (RDF["nt"],),
}
_FORMATS: Final[Mapping[str, str]] = {
    **RESULTS,
    **RDF,
    "json": f"{RESULTS['json']}, {RDF['jsonld']}, application/json",
    "xml": f"{RESULTS['xml']}, {RDF['rdf']}",
    "turtle": RDF["ttl"],
    "ntriples": RDF["nt"],
    "nquads": RDF["nq"],
    "rdfxml": RDF["rdf"],
    # As SPARQLWrapper names its return types.
    "n3": RDF["ttl"],
    "rdf+xml": RDF["rdf"],
    "json-ld": RDF["jsonld"],
    "html": HTML,
    "xlsx": TABLES[1],
}


@dataclass(frozen=True)
class Choice:
    """What a query's answer is written as: the media type for each kind of result.

    Attributes:
        accept: for every kind, also for one that the caller reads in none of our formats.
        unreadable: the kinds that the caller reads in none of our formats.
    """

    accept: Mapping[str, str]
    unreadable: frozenset[str]

    def check(self, kind: Kind) -> None:
        """Raise NotAcceptable if the caller cannot read a result of this kind."""
        if kind in self.unreadable:
            offers = ", ".join(_OFFERS[kind])
            raise NotAcceptable(
                Words(
                    f"the answer is of the kind “{kind}”, which can be written as {offers}",
                    f"jawabannya berjenis “{kind}”, yang dapat ditulis sebagai {offers}",
                )
            )


def language(request: Request) -> str:
    """`?lang=`, else the best of Accept-Language, else Indonesian.

    Raises:
        BadParameter: `?lang=` is none of ours.
    """
    if asked := request.args.get("lang"):
        if asked not in LANGUAGES:
            raise BadParameter(
                Words(
                    f"lang={asked!r} does not fit: pages are in {', '.join(LANGUAGES)}",
                    f"lang={asked!r} tidak cocok: halaman tersedia dalam {', '.join(LANGUAGES)}",
                )
            )
        return asked
    return request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def names_a_language(request: Request) -> bool:
    """Whether a request says which language it is read in, or is a browser's.

    Who does not is a program, and is told in English what is wrong with its request.
    """
    named = bool(request.args.get("lang") or request.accept_languages)
    return named or prefers_page(request)


def results(request: Request, ending: str | None = None) -> Choice | None:
    """What to write a query's answer as, or None when a page suits the caller best.

    Args:
        request: says it by `?format=` or the Accept header.
        ending: the URL's, which goes before both.

    Raises:
        BadParameter: `?format=` is unknown.
    """
    asked = ending or request.values.get("format")
    return choice(request.headers.get("Accept", ""), asked)


def choice(header: str, name: str | None) -> Choice | None:
    """The same, by an Accept header and the name of a format, which goes before it."""
    return (_chosen if len(header) > _SHORT else _remembered)(header, name)


def _chosen(header: str, name: str | None) -> Choice | None:
    accept = _ranges(header, name)
    best = {kind: choose(accept, offers) for kind, offers in _OFFERS.items()}
    highest = max((quality(accept, m) for m in best.values() if m), default=0.0)
    if quality(accept, HTML) > highest:
        return None
    return Choice(
        accept={kind: best[kind] or offers[0] for kind, offers in _OFFERS.items()},
        unreadable=frozenset(kind for kind in _OFFERS if best[kind] is None),
    )


# Programs send the same few headers, and choosing takes as long as a small query.
_remembered: Final = lru_cache(maxsize=256)(_chosen)
_SHORT: Final = 300


def pick(request: Request, offers: Iterable[str]) -> str:
    """The media type that the caller likes best; among equals the first of the offers.

    Raises:
        NotAcceptable: the caller reads none of them.
        BadParameter: `?format=` is unknown.
    """
    offers = tuple(offers)
    if (best := choose(_accept(request), offers)) is None:
        raise NotAcceptable(
            Words(
                f"this can be written as {', '.join(offers)}",
                f"ini dapat ditulis sebagai {', '.join(offers)}",
            )
        )
    return best


def prefers_page(request: Request) -> bool:
    """Whether an error is best told on a page: only where HTML is asked for by name."""
    return choose(request.accept_mimetypes, (PROBLEM, HTML)) == HTML


def choose(accept: MIMEAccept, offers: Iterable[str]) -> str | None:
    """The offer of the highest quality, or None when each has none."""
    ranked = [(quality(accept, offer), offer) for offer in offers]
    best = max((q for q, _ in ranked), default=0.0)
    return next((offer for q, offer in ranked if q == best), None) if best > 0 else None


def quality(accept: MIMEAccept, offer: str) -> float:
    """How much a caller likes a media type: by the most specific range that it falls into.

    RFC 9110 §12.5.1. Werkzeug's own choice takes the highest quality of any range, so that
    `text/turtle;q=0.1, */*` would give Turtle.
    """
    if not accept:
        return 1.0
    for form in (offer, offer.split("/")[0] + "/*", "*/*"):
        found = [q for media_range, q in accept if _falls(offer, media_range.split(";")[0], form)]
        if found:
            return max(found)
    return 0.0


def _falls(offer: str, media_range: str, form: str) -> bool:
    media_range = media_range.strip().lower()  # RFC 9110 §8.3.1
    return media_range == form or (form == offer and offer in _OTHER_NAMES.get(media_range, ()))


def _accept(request: Request) -> MIMEAccept:
    return _ranges(request.headers.get("Accept", ""), request.values.get("format"))


def _ranges(header: str, name: str | None) -> MIMEAccept:
    """The media ranges of an Accept header, or of the format that was named in its place."""
    if not name:
        return parse_accept_header(header, MIMEAccept)
    if (known := _FORMATS.get(name.lower())) is None:
        raise BadParameter(
            Words(
                f"format={name!r} is unknown; known are {', '.join(_FORMATS)}",
                f"format={name!r} tidak dikenal; yang dikenal: {', '.join(_FORMATS)}",
            )
        )
    return parse_accept_header(known, MIMEAccept)
