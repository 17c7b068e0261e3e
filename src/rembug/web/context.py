"""What every page has at hand: the graph, the queries, the language, the strings, the links."""

import re
import secrets
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote, urlencode

from flask import Flask, Response, current_app, g, render_template, request
from werkzeug.wsgi import wrap_file

from rembug import __version__, settings, terms
from rembug.catalogue import Catalogue
from rembug.errors import (
    BadParameter,
    Overloaded,
    StoreUnreachable,
    TooLarge,
    TooLong,
    TooMany,
    TooMuchMemory,
)
from rembug.graph import Answer, KnowledgeGraph, Named, Role, Row, Rows, Term
from rembug.graph.index import Reading, Unusable
from rembug.settings import Settings
from rembug.staging import Staging
from rembug.tokens import Tokens
from rembug.web import callers
from rembug.web.encodings import decode_request, encode_response, plain_etags
from rembug.web.negotiation import LANGUAGES, RDF, RESULTS, Choice, language
from rembug.web.protocol import LONGEST
from rembug.web.tables import cells

_UPLOADS: Final = ("/data", "/graph/", "/submissions")
# A page reads JSON and shows Turtle.
FOR_PAGES: Final = {
    "boolean": RESULTS["json"],
    "solutions": RESULTS["json"],
    "triples": RDF["ttl"],
}
_HEADERS: Final = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_IN_MEMORY: Final = 1024 * 1024
_CHANGES_BY_ITSELF: Final = re.compile(r"\b(?:now|rand|uuid|struuid)\s*\(", re.IGNORECASE)


def install(app: Flask, graph: KnowledgeGraph, chosen: Settings) -> None:
    """Give an application its graph, and its templates what they use."""
    tokens = Tokens(chosen.tokens_file)
    app.extensions["rembug"] = {
        "graph": graph,
        "settings": chosen,
        "tokens": tokens,
        "audit": callers.Audit(chosen.tokens_file.with_name("audit.jsonl")),
        "staging": Staging(graph, chosen.tokens_file.with_name("staged")),
        "catalogue": Catalogue.load(settings.queries_dir()),
        "pages": Catalogue.load(settings.queries_dir() / "pages"),
    }
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        t=translate, name=name, number=number, href=href, link=link, here=here
    )
    app.jinja_env.filters.update(by=by, shown=shown, curie=curie, cells=cells, word=word, ours=ours)
    app.jinja_env.filters.update(submission=submission)
    app.jinja_env.globals.update(caller=callers.caller)
    # Without a token nobody signs in, and a secret that ends with the process does.
    app.secret_key = tokens.secret or secrets.token_urlsafe(32)
    app.config.update(
        SESSION_COOKIE_NAME="__Host-rembug",
        SESSION_COOKIE_SECURE=True,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Strict",
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
    )
    app.before_request(_choose_language)
    app.before_request(callers.identify)
    app.before_request(_take_body)
    app.after_request(_finish)


def graph() -> KnowledgeGraph:
    """The graph of the running application."""
    return cast(KnowledgeGraph, current_app.extensions["rembug"]["graph"])


def settings_of() -> Settings:
    """The settings of the running application."""
    return cast(Settings, current_app.extensions["rembug"]["settings"])


def catalogue() -> Catalogue:
    """The ready questions."""
    return cast(Catalogue, current_app.extensions["rembug"]["catalogue"])


def page_query(query: str, values: Mapping[str, str]) -> str:
    """The SPARQL of a page's own query with its values in place, in the page's language."""
    found = cast(Catalogue, current_app.extensions["rembug"]["pages"])[query]
    if any(parameter.name == "lang" for parameter in found.parameters):
        values = {**values, "lang": g.lang}
    return found.bind(values)


def page_rows(query: str, **values: str) -> Rows:
    """The solutions of a page's own query, as far as the caller may read."""
    return graph().rows(page_query(query, values), callers.role(), callers.reader())


def page_part(query: str, **values: str) -> Rows:
    """The same for a part that the page can do without, and says so when it comes too late."""
    return in_time(lambda: page_rows(query, **values))


def in_time(ask: Callable[[], Rows]) -> Rows:
    """What is asked for, or rows that are marked as late."""
    try:
        return ask()
    except (TooLong, TooMuchMemory, TooLarge, TooMany, Overloaded) as error:
        current_app.logger.warning("a part of %s is left out: %s", request.path, error)
        return Rows((), (), late=True)


@contextmanager
def reading() -> Iterator[Reading]:
    """The index of what the caller may read, at one version.

    Raises:
        StoreUnreachable: it is damaged; it is built again for whoever asks next.
    """
    try:
        with graph().index(callers.role()).reading() as found:
            yield found
    except Unusable as error:
        current_app.logger.warning("%s; it is built again", error)
        graph().forget_index(callers.role())
        raise StoreUnreachable("the index is being built again; ask once more") from error


def page(template: str, **values: Any) -> Response:
    """A page in the caller's language."""
    other = next(code for code in LANGUAGES if code != g.lang)
    text = render_template(template, lang=g.lang, other=other, **values)
    response = Response(text, mimetype="text/html")
    response.content_language.add(g.lang)
    return response


def data(query: str, choice: Choice, named: Named | None = None) -> Response:
    """A query's answer in the format that the caller reads.

    Its ETag is strong: the same query over the same version of the graph gives the same bytes.

    Raises:
        NotAcceptable: the caller reads no format of this kind of result.
    """
    safe = request.method in ("GET", "HEAD") and not _CHANGES_BY_ITSELF.search(query)
    now = version() or graph().version
    if safe and _tag(query, choice, named, now) in plain_etags():
        response = Response(status=304)
        response.set_etag(_tag(query, choice, named, now))
        return response
    answer = ask(query, choice.accept, named)
    choice.check(answer.kind)
    response = written(answer)
    if safe:
        response.set_etag(_tag(query, choice, named, answer.version))
    return response


def ask(query: str, accept: Mapping[str, str], named: Named | None = None) -> Answer:
    """Have a caller's query answered, as far as the caller may read."""
    return graph().answer(
        query,
        callers.role(),
        accept,
        named,
        callers.asker(),
        base=request.base_url,
        version=version(),
    )


def version() -> int | None:
    """The version of the graph that is asked for; None for the newest.

    Raises:
        BadParameter: `?version=` is no number.
    """
    asked = request.args.get("version", "")
    if asked and not re.fullmatch(r"\d{1,15}", asked, re.ASCII):
        raise BadParameter(f"version={asked!r} does not fit: it is the number of a commit")
    return int(asked) if asked else None


def written(answer: Answer) -> Response:
    """An answer's bytes under its media type; a large one goes out from the disk."""
    charset = "; charset=utf-8" if answer.media_type.startswith("text/") else ""
    content_type = answer.media_type + charset
    if answer.size <= _IN_MEMORY:
        return Response(answer.body, content_type=content_type)
    response = Response(
        wrap_file(request.environ, answer.content), content_type=content_type,
        direct_passthrough=True,
    )  # fmt: skip
    response.content_length = answer.size
    return response


@cache
def strings() -> Mapping[str, Mapping[str, str]]:
    """Every string of the pages, by key and language."""
    file = Path(__file__).with_name("translations.toml")
    sections = tomllib.loads(file.read_text(encoding="utf-8"))
    return {
        f"{section}.{key}": text for section, keys in sections.items() for key, text in keys.items()
    }


def translate(key: str, **values: object) -> str:
    """A string of the pages in the caller's language, with values in its {places}."""
    text = strings()[key][g.lang]
    return text.format(**values) if values else text


def name(kind: str, of: str) -> str:
    """The name of something outside the graph, such as a column; its own text when it has none."""
    found = strings().get(f"{kind}.{of}")
    if found:
        return found[g.lang]
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", of).lower() if kind == "column" else of


def href(iri: object) -> str:
    """Where a thing is shown: on this host for IRIs of ours, whatever its name; else at its IRI."""
    text = str(iri)
    if not text.startswith(terms.BASE):
        # Anything but the web, such as javascript:, is no place to send a reader to.
        return text if text.startswith(("http://", "https://")) else ""
    path, hash_, fragment = text.removeprefix(terms.BASE).partition("#")
    if not path:
        return link("/")
    return link("/page/" + quote(path, safe="/%:")) + hash_ + fragment


def link(path: str, **parameters: object) -> str:
    """A link within the site; it keeps the language if that was asked for in the URL."""
    kept = {"lang": request.args["lang"]} if "lang" in request.args else {}
    return _url(path, {**kept, **parameters})


def here(**changes: object) -> str:
    """A link to this page with some parameters changed; None or no value takes one away."""
    return _url(quote(request.path), {**request.args.to_dict(flat=False), **changes})


def by(rows: Iterable[Row], variable: str) -> Iterator[tuple[Row, list[Row]]]:
    """Neighbouring rows that agree in a variable, under the first of them."""
    for _, group in groupby(rows, key=lambda row: row.get(variable)):
        members = list(group)
        yield members[0], members


def shown(term: Term) -> str:
    """A literal as people write it in the page's language."""
    datatype = (term.datatype or "").removeprefix("http://www.w3.org/2001/XMLSchema#")
    match datatype:
        case "boolean":
            return translate(f"value.{term.value}")
        case "decimal" | "double" | "float":
            return number(
                f"{float(term.value):.4g}" if abs(float(term.value)) < 1e4 else term.value
            )
        case "dateTime":
            return term.value.replace("T", " ").replace("+00:00", " UTC").replace("Z", " UTC")
        case _:
            return term.value


def submission(iri: object) -> str:
    """Where a submission is told of, by the IRI of its graph."""
    return link("/submissions/" + quote(str(iri).removeprefix(terms.GRAPH), safe="/%"))


def word(term: Term) -> str | None:
    """The name of a word that a query of the catalogue answers with, such as “unstated”."""
    if term.kind != "literal" or term.language or term.datatype:
        return None
    return name("value", term.value)


def ours(term: str) -> str:
    """The IRI of a term of our ontology."""
    return str(terms.CG[term])


def number(text: str) -> str:
    """A number with the decimal mark of the page's language."""
    return text.replace(".", ",") if g.lang == "id" else text


def curie(iri: object) -> str:
    """A short form of an IRI, for people."""
    return terms.curie(str(iri))


def _choose_language() -> None:
    g.lang = LANGUAGES[0]  # for the page that tells of a bad ?lang=
    g.lang = language(request)


def _take_body() -> None:
    """Bound what a request brings, and unpack it."""
    largest = settings_of().largest_upload * 1024 * 1024
    request.max_content_length = largest if request.path.startswith(_UPLOADS) else LONGEST
    request.max_form_memory_size = request.max_content_length
    decode_request(request.max_content_length)


def _finish(response: Response) -> Response:
    response.headers.update(_HEADERS)
    if request.endpoint == "static":
        response.cache_control.max_age = 3600
        return encode_response(response)
    private = callers.caller() is not callers.PUBLIC
    response.headers.setdefault("Cache-Control", "private, no-cache" if private else "no-cache")
    response.vary.update(("Accept", "Accept-Language", "Authorization", "Cookie"))
    if response.mimetype != "text/html" or request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = (
            "ETag, Content-Language, Location, Rembug-Version, Retry-After, X-Request-Id"
        )
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(response.allow))
        response.headers["Access-Control-Allow-Headers"] = (
            "Accept, Authorization, Content-Encoding, Content-Type, If-None-Match, "
            "Rembug-Reviewed, X-Request-Id"
        )
        response.headers["Access-Control-Max-Age"] = "86400"
    return encode_response(response)


def _tag(query: str, choice: Choice, named: Named | None, version: int | None) -> str:
    graphs = [sorted(part) for part in named or ()]
    closed = callers.role() >= Role.RESEARCHER
    parts = (__version__, version, closed, query, sorted(choice.accept.items()), graphs)
    return blake2b(repr(parts).encode(), digest_size=12).hexdigest()


def _url(path: str, parameters: Mapping[str, object]) -> str:
    text = urlencode({k: v for k, v in parameters.items() if v not in (None, "", [])}, doseq=True)
    return f"{path}?{text}" if text else path
