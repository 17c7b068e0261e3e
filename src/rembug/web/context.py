"""What every page has at hand: the graph, the language, the strings, the queries of pages."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlencode

from flask import Flask, Response, current_app, g, render_template, request
from werkzeug.datastructures import MultiDict

from rembug import settings, terms
from rembug.catalogue import Catalogue
from rembug.graph import KnowledgeGraph, Role, Rows
from rembug.web.negotiation import LANGUAGES, language

_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


def install(app: Flask, graph: KnowledgeGraph) -> None:
    """Give an application its graph, and its templates what they use."""
    app.extensions["graph"] = graph
    app.extensions["catalogue"] = Catalogue.load(settings.queries_dir())
    app.extensions["pages"] = Catalogue.load(settings.queries_dir() / "pages")
    app.jinja_env.globals.update(t=translate, local=local, url=url, curie=curie)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True

    @app.before_request
    def choose_language() -> None:
        g.lang = language(request)

    @app.after_request
    def finish(response: Response) -> Response:
        for name, value in _HEADERS.items():
            response.headers.setdefault(name, value)
        if request.method in ("GET", "HEAD") and response.status_code == 200:
            if not response.is_streamed and not response.direct_passthrough:
                response.add_etag()
                response.make_conditional(request)
            response.headers.setdefault("Access-Control-Allow-Origin", "*")
        response.vary.update(("Accept", "Accept-Language"))
        return response


def graph() -> KnowledgeGraph:
    """The graph of the running application."""
    return cast(KnowledgeGraph, current_app.extensions["graph"])


def catalogue() -> Catalogue:
    """The ready questions."""
    return cast(Catalogue, current_app.extensions["catalogue"])


def page_text(name: str, **values: str) -> str:
    """The SPARQL of a page's own query with its values in place, in the page's language."""
    query = cast(Catalogue, current_app.extensions["pages"])[name]
    if any(parameter.name == "lang" for parameter in query.parameters):
        values["lang"] = g.lang
    return query.bind(values)


def page_rows(name: str, **values: str) -> Rows:
    """The solutions of a page's own query, as the public reads."""
    return graph().rows(page_text(name, **values), Role.PUBLIC)


def page(template: str, **values: Any) -> Response:
    """A page in the caller's language."""
    other = next(x for x in LANGUAGES if x != g.lang)
    values |= {"lang": g.lang, "other": other, "other_url": url(request.path, lang=other)}
    response = Response(render_template(template, **values), mimetype="text/html")
    response.content_language.add(g.lang)
    return response


def translate(key: str) -> str:
    """A string of the pages in the caller's language."""
    return strings()[key][g.lang]


@cache
def strings() -> Mapping[str, Mapping[str, str]]:
    """Every string of the pages, by key and language."""
    file = Path(__file__).with_name("translations.toml")
    return tomllib.loads(file.read_text(encoding="utf-8"))


def local(iri: str) -> str:
    """Where this host shows a thing: its own page for our IRIs, the IRI itself for others."""
    if not iri.startswith(terms.BASE):
        return iri
    path, hash_, fragment = iri.removeprefix(terms.BASE).partition("#")
    return f"/page/{path}?lang={g.lang}" + hash_ + fragment


def url(path: str, **changes: object) -> str:
    """A link that keeps this request's parameters when it stays on the page, with changes."""
    args = MultiDict(request.args) if path == request.path else MultiDict()
    args["lang"] = g.lang
    for name, value in changes.items():
        args.pop(name, None)
        if value not in (None, ""):
            args[name] = str(value)
    return f"{path}?{urlencode(list(args.items(multi=True)))}"


def curie(iri: str) -> str:
    """A short form of an IRI, for people."""
    for prefix, namespace in terms.PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return iri.removeprefix(terms.BASE)
