"""Links within the site, and where a thing is shown."""

from collections.abc import Mapping
from urllib.parse import quote, urlencode

from flask import request

from rembug import terms
from rembug.web.paths import has_path


def href(iri: object) -> str:
    """Where a thing is shown: on this host for IRIs of ours, whatever its name; else at its IRI."""
    text = str(iri)
    if not text.startswith(terms.BASE):
        # Anything but the web, such as javascript:, is no place to send a reader to.
        return text if text.startswith(("http://", "https://")) else ""
    path, hash_, fragment = text.removeprefix(terms.BASE).partition("#")
    if not path:
        return link("/")
    if path == "ontology":
        return link("/page/ontology") + hash_ + fragment
    return link("/page/" + path) if has_path(text) else link("/page", iri=text)


def link(path: str, **parameters: object) -> str:
    """A link within the site; it keeps the language if that was asked for in the URL."""
    language = request.args.get("lang")
    if language is None and not parameters:  # as most are
        return path
    return _url(path, {"lang": language, **parameters})


def here(**changes: object) -> str:
    """A link to this page with some parameters changed; None or no value takes one away."""
    return _url(quote(request.path), {**request.args.to_dict(flat=False), **changes})


def submission(iri: object) -> str:
    """Where a submission is told of, by the IRI of its graph."""
    return link("/submissions/" + quote(str(iri).removeprefix(terms.GRAPH), safe="/%"))


def _url(path: str, parameters: Mapping[str, object]) -> str:
    text = urlencode({k: v for k, v in parameters.items() if v not in (None, "", [])}, doseq=True)
    return f"{path}?{text}" if text else path
