"""What every page has at hand: the graph, the queries, the language, the strings, the links."""

import re
import tomllib
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cache
from hashlib import blake2b
from itertools import groupby
from pathlib import Path
from typing import Any, Final, cast
from urllib.parse import quote, urlencode
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import Flask, Response, current_app, g, render_template, request
from werkzeug.wsgi import wrap_file

from rembug import __version__, settings, terms
from rembug.catalogue import Catalogue, Query
from rembug.changes.staging import Staging
from rembug.errors import (
    BadParameter,
    Overloaded,
    StoreUnreachable,
    TooLarge,
    TooLong,
    TooMany,
    TooMuchMemory,
    Words,
)
from rembug.graph import (
    N_TRIPLES,
    Answer,
    KnowledgeGraph,
    Named,
    Row,
    Rows,
    Term,
    changes_by_itself,
    convert,
    name_of,
)
from rembug.graph.readers.index import Listing, Reading, Unusable
from rembug.settings import Settings
from rembug.tokens import Sessions, Tokens
from rembug.tokens.audit import NAME as AUDIT
from rembug.tokens.audit import Audit
from rembug.web import assets, bodies, callers, kept, protocol
from rembug.web.encodings import encode_response, plain_etags
from rembug.web.negotiation import LANGUAGES, RDF, RESULTS, Choice, language
from rembug.web.paths import has_path
from rembug.web.tables import cells

# A page reads JSON and shows Turtle.
FOR_PAGES: Final = {
    "boolean": RESULTS["json"],
    "solutions": RESULTS["json"],
    "triples": RDF["ttl"],
}
_HEADERS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_NO_XML: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF))
_CLOCK: Final = ZoneInfo("Asia/Jakarta")
_IN_MEMORY: Final = 1024 * 1024
READING: Final = frozenset(
    (
        *("pages", "catalogue", "sparql", "things", "lists", "maps", "network", "search"),
        *("comparison", "truth_table", "descriptions", "crawling", "trail"),
    )
)
"""The rooms whose answers follow from the request and from what is read at a version."""


def install(app: Flask, graph: KnowledgeGraph, chosen: Settings) -> None:
    """Give an application its graph, and its templates what they use."""
    tokens = Tokens(chosen.tokens_file)
    app.extensions["rembug"] = {
        "graph": graph,
        "settings": chosen,
        "tokens": tokens,
        "writing": Counter(),
        "sessions": Sessions(chosen.tokens_file.with_name("sessions.json"), tokens),
        "audit": Audit(chosen.tokens_file.with_name(AUDIT), chosen.audit_days),
        "staging": Staging(graph, graph.aside or chosen.tokens_file.with_name("staged")),
        "catalogue": Catalogue.load(settings.queries_dir()),
        "pages": Catalogue.load(settings.queries_dir() / "pages"),
    }
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        t=translate, name=name, number=number, href=href, link=link, here=here,
        synthetic=synthetic
    )  # fmt: skip
    app.jinja_env.filters.update(by=by, shown=shown, curie=curie, cells=cells, word=word, ours=ours)
    app.jinja_env.filters.update(moment=moment)
    app.jinja_env.filters.update(submission=submission)
    app.jinja_env.globals.update(caller=callers.caller)
    assets.install(app)
    app.before_request(_choose_language)
    app.before_request(callers.identify)
    app.before_request(bodies.take)
    app.after_request(_finish)
    app.teardown_request(callers.end_writing)


def graph() -> KnowledgeGraph:
    """The graph of the running application."""
    return cast(KnowledgeGraph, current_app.extensions["rembug"]["graph"])


def settings_of() -> Settings:
    """The settings of the running application."""
    return cast(Settings, current_app.extensions["rembug"]["settings"])


def catalogue() -> Catalogue:
    """The ready questions."""
    return cast(Catalogue, current_app.extensions["rembug"]["catalogue"])


def page_query(query: str, values: Mapping[str, str], real: bool = False) -> str:
    """The SPARQL of a page's own query with its values in place, in the page's language."""
    found = cast(Catalogue, current_app.extensions["rembug"]["pages"])[query]
    if any(parameter.name == "lang" for parameter in found.parameters):
        values = {**values, "lang": g.lang}
    return found.bind(values, real)


def page_rows(query: str, real: bool = False, **values: str) -> Rows:
    """The solutions of a page's own query, as far as the caller may read.

    Args:
        query: its name.
        real: whether made-up studies are left out, where the query takes a study and none is given.
        values: of its parameters.
    """
    return graph().rows(page_query(query, values, real), callers.role(), callers.reader())


def page_part(query: str, real: bool = False, **values: str) -> Rows:
    """The same for a part that the page can do without, and says so when it comes too late."""
    return in_time(lambda: page_rows(query, real, **values))


def in_time(ask: Callable[[], Rows]) -> Rows:
    """What is asked for, or rows that are marked as late."""
    try:
        return ask()
    except (TooLong, TooMuchMemory, TooLarge, TooMany, Overloaded) as error:
        current_app.logger.warning("a part of %s is left out: %s", request.path, error)
        g.passing = True
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
        raise StoreUnreachable(
            Words(
                "the index is being built again; ask once more",
                "indeks sedang dibuat ulang; coba sekali lagi",
            )
        ) from error


def left_out(index: Reading, chosen: bool) -> bool:
    """Whether made-up studies are left out: where there are real ones, unless some are chosen.

    Args:
        index: of what the caller may read.
        chosen: whether the caller says which studies are wanted.
    """
    return not chosen and index.mixed


def bound(query: Query, values: Mapping[str, str], real: bool) -> str:
    """A question's SPARQL; where made-up studies are left out and one is real, that one is named.

    The answer is the same, at the cost of what the one study holds and not of all that are made up.
    """
    if real and any(parameter.name == "study" for parameter in query.parameters):
        with reading() as index:
            found = index.listed(Listing("studies", {"synthetic": ["false"]}), limit=2).cards
        if len(found) == 1:
            return query.bind({**values, "study": found[0].iri})
    return query.bind(values, real)


def synthetic(iri: object) -> bool:
    """Whether a thing of ours belongs to a made-up study, as its IRI says whose it is."""
    slug = terms.study_of(str(iri))
    if slug is None:
        return False
    known = cast(dict[str, bool], g.setdefault("synthetic", {}))
    if slug not in known:
        with reading() as index:
            known[slug] = bool(index.synthetic([str(terms.study(slug))]))
    return known[slug]


def page(template: str, **values: Any) -> Response:
    """A page in the caller's language."""
    other = next(code for code in LANGUAGES if code != g.lang)
    text = render_template(template, lang=g.lang, other=other, **values)
    response = Response(text, mimetype="text/html")
    response.content_language.add(g.lang)
    return response


def data(query: str, choice: Choice, named: Named | None = None, *, ours: bool = False) -> Response:
    """A query's answer in the format that the caller reads, with the version that it is true of.

    Its ETag is strong: the same query over the same version of the graph gives the same bytes.

    Raises:
        NotAcceptable: the caller reads no format of this kind of result.
    """
    safe = request.method in ("GET", "HEAD") and not changes_by_itself(query)
    now = _version_kept()
    if safe and _tag(query, choice, named, now) in plain_etags():
        response = Response(status=304)
        response.set_etag(_tag(query, choice, named, now))
        return response
    answer = ask(query, choice.accept, named, ours=ours)
    choice.check(answer.kind)
    response = written(answer)
    if safe:
        response.set_etag(_tag(query, choice, named, answer.version))
    return response


def merged(queries: Sequence[str], media_type: str) -> Response:
    """The triples of several queries together, with an ETag as `data` gives one."""
    choice = Choice({"triples": media_type}, frozenset())
    now = _version_kept()
    tag = _tag("\n".join(queries), choice, None, now)
    if tag in plain_etags():
        response = Response(status=304)
    else:
        found = {
            line
            for query in queries
            for line in ask(query, {"triples": N_TRIPLES}).body.splitlines(keepends=True)
        }
        body = convert(b"".join(sorted(found)), media_type)
        response = written(Answer.of("triples", media_type, body, now))
    response.set_etag(tag)
    return response


def _version_kept() -> int:
    """The version that is asked for; raises UnknownName where it was forgotten."""
    asked = version()
    if asked is None:
        return graph().version
    graph().require_kept(asked)
    return asked


def ask(
    query: str, accept: Mapping[str, str], named: Named | None = None, *, ours: bool = False
) -> Answer:
    """Have a query answered, the caller's or one of ours, as far as the caller may read."""
    g.passing = g.get("passing", False) or changes_by_itself(query)
    return graph().answer(
        query,
        callers.role(),
        accept,
        named,
        callers.asker(),
        # Werkzeug decodes it, which may make it no IRI; nothing of ours is relative.
        base=None if ours else protocol.base(),
        version=version(),
        ours=ours,
    )


def version() -> int | None:
    """The version of the graph that is asked for; None for the newest.

    Raises:
        BadParameter: `?version=` is no number.
    """
    asked = request.args.get("version", "")
    if asked and not re.fullmatch(r"\d{1,15}", asked, re.ASCII):
        raise BadParameter(
            Words(
                f"version={asked!r} does not fit: it is the number of a commit",
                f"version={asked!r} tidak cocok: isinya nomor sebuah komit",
            )
        )
    return int(asked) if asked else None


def written(answer: Answer) -> Response:
    """An answer's bytes under its media type; a large one goes out from the disk."""
    charset = "; charset=utf-8" if answer.media_type.startswith("text/") else ""
    content_type = answer.media_type + charset
    if answer.size <= _IN_MEMORY:
        response = Response(answer.body, content_type=content_type)
    else:
        content = wrap_file(request.environ, answer.content)
        response = Response(content, content_type=content_type, direct_passthrough=True)
        response.content_length = answer.size
    if answer.version is not None:
        response.headers["Rembug-Version"] = str(answer.version)
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
    if path == "ontology":
        return link("/page/ontology") + hash_ + fragment
    return link("/page/" + path) if has_path(text) else link("/page", iri=text)


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
        case "dateTime" | "date" | "gYearMonth":
            return moment(term.value)
        case _:
            return term.value


def moment(text: str) -> str:
    """A date, a month or a point of time as people write it, the last by the clock of Jakarta."""
    try:
        if re.fullmatch(r"\d{4}-\d\d", text, re.ASCII):
            return str(format_datetime(datetime.strptime(text, "%Y-%m"), "MMMM y", locale=g.lang))
        when = datetime.fromisoformat(text)
    except ValueError:
        return text  # such as a year beyond those of the calendar
    day = "d MMMM y"
    if "T" in text:
        day += ", HH.mm" if g.lang == "id" else ", HH:mm"
        if when.tzinfo is not None:
            when, day = when.astimezone(_CLOCK), f"{day} 'WIB'"
    return str(format_datetime(when, day, locale=g.lang))


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


def xml(text: str) -> str:
    """A text without the characters that no XML document can have (XML 1.0 §2.2)."""
    return text.translate(_NO_XML)


def number(text: str) -> str:
    """A number with the decimal mark of the page's language."""
    return text.replace(".", ",") if g.lang == "id" else text


def curie(iri: object) -> str:
    """A short form of an IRI, for people."""
    return terms.curie(str(iri))


def _choose_language() -> None:
    g.lang = LANGUAGES[0]  # for the page that tells of a bad ?lang=
    g.lang = language(request)


def _finish(response: Response) -> Response:
    response.headers.update(_HEADERS)
    policy = assets.POLICY if response.mimetype == "text/html" else assets.STILL
    response.headers.setdefault("Content-Security-Policy", policy)
    callers.give_cookie(response)
    if request.endpoint == "static":
        assets.keep(response)
        return encode_response(response)
    private = callers.caller() is not callers.PUBLIC
    response.headers.setdefault("Cache-Control", "private, no-cache" if private else "no-cache")
    response.vary.update(("Accept", "Accept-Language", "Authorization", "Cookie"))
    if response.mimetype != "text/html" or g.get("framed", False) or request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Origin"] = "*"
        response.headers["Access-Control-Expose-Headers"] = (
            "ETag, Content-Language, Location, Rembug-Deleted, Rembug-Inserted, Rembug-Note, "
            "Rembug-Version, "
            "Retry-After, X-Request-Id"
        )
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = ", ".join(sorted(response.allow))
        response.headers["Access-Control-Allow-Headers"] = (
            "Accept, Authorization, Content-Encoding, Content-Type, If-None-Match, Mcp-Method, "
            "Mcp-Name, Mcp-Protocol-Version, Mcp-Session-Id, Rembug-Earlier, Rembug-Reviewed, "
            "X-Request-Id"
        )
        response.headers["Access-Control-Max-Age"] = "86400"
    response = encode_response(response)
    if request.blueprint in READING and not g.get("passing", False):
        kept.keep(response)
    return response


def _tag(query: str, choice: Choice, named: Named | None, version: int | None) -> str:
    graphs = [sorted(part) for part in named or ()]
    parts = (
        __version__,
        version,
        name_of(callers.role()),
        query,
        sorted(choice.accept.items()),
        graphs,
    )
    return blake2b(repr(parts).encode(), digest_size=12).hexdigest()


def _url(path: str, parameters: Mapping[str, object]) -> str:
    text = urlencode({k: v for k, v in parameters.items() if v not in (None, "", [])}, doseq=True)
    return f"{path}?{text}" if text else path
