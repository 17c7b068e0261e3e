"""Links within the site, and where a thing is shown."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from urllib.parse import quote, urlencode

from flask import request

from rembug import terms
from rembug.web.paths import has_path

_LANGUAGES: Final = (None, "id", "en")
"""What of the language is asked for in a URL, of all that anybody may write there."""


def href(iri: object) -> str:
    """Where a thing is shown: on this host for IRIs of ours, whatever its name; else at its IRI."""
    text = str(iri)
    return hrefs((text,))[text]


def hrefs(iris: Iterable[str]) -> dict[str, str]:
    """The same of many things."""
    language = request.args.get("lang")
    shown = _shown if language in _LANGUAGES else _shown.__wrapped__
    return {iri: shown(iri, language) for iri in iris}


@lru_cache(maxsize=1 << 14)
def _shown(iri: str, language: str | None) -> str:
    if not iri.startswith(terms.BASE):
        # Anything but the web, such as javascript:, is no place to send a reader to.
        return iri if iri.startswith(("http://", "https://")) else ""
    path, hash_, fragment = iri.removeprefix(terms.BASE).partition("#")
    if not path:
        return _url("/", {"lang": language})
    if path == "ontology":
        return _url("/page/ontology", {"lang": language}) + hash_ + fragment
    if has_path(iri):
        return _url("/page/" + path, {"lang": language})
    return _url("/page", {"lang": language, "iri": iri})


def link(path: str, **parameters: object) -> str:
    """A link within the site; it keeps the language if that was asked for in the URL."""
    language = request.args.get("lang")
    if language is None and not parameters:  # as most are
        return path
    return _url(path, {"lang": language, **parameters})


def here(**changes: object) -> str:
    """A link to this page with some parameters changed; None or no value takes one away."""
    return _url(quote(request.path), {**request.args.to_dict(flat=False), **changes})


def with_more(link: str, parameter: str, value: str) -> str:
    """A link with one more parameter, which comes last."""
    return f"{link}{'&' if '?' in link else '?'}{_parameter(parameter, value)}"


@lru_cache(maxsize=1 << 12)
def _parameter(name: str, value: str) -> str:
    """A parameter as it stands in a URL. The values of a list's facets are the same each time."""
    return urlencode({name: value})


def submission(iri: object) -> str:
    """Where a submission is told of, by the IRI of its graph."""
    return link("/submissions/" + quote(str(iri).removeprefix(terms.GRAPH), safe="/%"))


def _url(path: str, parameters: Mapping[str, object]) -> str:
    text = urlencode({k: v for k, v in parameters.items() if v not in (None, "", [])}, doseq=True)
    return f"{path}?{text}" if text else path
