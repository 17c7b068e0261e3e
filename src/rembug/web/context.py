"""What every page has at hand: the graph, the queries, the language, the index."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby
from typing import Final, TypeVar, cast

from flask import Flask, Response, current_app, g, request

from rembug import settings, terms
from rembug.catalogue import Catalogue, Query
from rembug.changes.staging import Staging
from rembug.errors import (
    Overloaded,
    Preparing,
    StoreUnreachable,
    TooLarge,
    TooLong,
    TooMany,
    TooMuchMemory,
    UnknownName,
    Words,
)
from rembug.graph import (
    KnowledgeGraph,
    Row,
    Rows,
)
from rembug.graph.readers.index import Card, Listing, Reading, Unusable
from rembug.graph.readers.index.cards import Text
from rembug.settings import Settings
from rembug.tokens import Sessions, Tokens
from rembug.tokens.audit import NAME as AUDIT
from rembug.tokens.audit import Audit
from rembug.web import assets, bodies, callers, choices, headers, kept
from rembug.web.encodings import encode_response
from rembug.web.links import here, href, link, submission
from rembug.web.negotiation import LANGUAGES, RDF, RESULTS, language
from rembug.web.tables import cells
from rembug.web.words import curie, moment, name, number, percent, shown, tally, translate, word

LATE: Final = Rows((), (), late=True)
"""What stands for a part that did not come in time."""
_Found = TypeVar("_Found")

# A page reads JSON and shows Turtle.
FOR_PAGES: Final = {
    "boolean": RESULTS["json"],
    "solutions": RESULTS["json"],
    "triples": RDF["ttl"],
}
READING: Final = frozenset(
    (
        *("pages", "catalogue", "sparql", "things", "lists", "maps", "network", "search"),
        *("comparison", "truth_table", "descriptions", "crawling", "trail", "matrices", "places"),
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
        t=translate, name=name, number=number, tally=tally, href=href, link=link, here=here,
        synthetic=synthetic
    )  # fmt: skip
    app.jinja_env.filters.update(by=by, shown=shown, curie=curie, cells=cells, word=word, ours=ours)
    app.jinja_env.filters.update(moment=moment, percent=percent)
    app.jinja_env.tests.update(made_up=synthetic)
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


def solutions(query: str, at: int | None = None) -> Rows:
    """The solutions of a SELECT query of our own, as far as the caller may read.

    Args:
        query: SPARQL.
        at: the version that is asked for; None for the newest, and the page says if that is not
            what was read.
    """
    found = graph().rows(query, callers.role(), callers.reader(), at)
    if at is None:
        tell_of(found.version)
    return found


def tell_of(version: int | None) -> None:
    """Have a page say that what it shows is of an earlier version than the newest, if it is.

    A reading store or an index is being made, or the disk is full. The page is not kept.
    """
    if version is not None and version < (newest := graph().version):
        g.passing, g.earlier = True, (min(version, shown_version()), newest)


def shown_version() -> int:
    """The version that a page shows, as far as it is known by now."""
    return cast(int, g.earlier[0]) if "earlier" in g else graph().version


def page_rows(query: str, real: bool = False, **values: str) -> Rows:
    """The solutions of a page's own query, as far as the caller may read.

    Args:
        query: its name.
        real: whether made-up studies are left out, where the query takes a study and none is given.
        values: of its parameters.
    """
    return solutions(page_query(query, values, real))


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
        return LATE


@contextmanager
def reading() -> Iterator[Reading]:
    """The index of what the caller may read, at one version.

    Raises:
        Preparing: there is none yet.
        StoreUnreachable: it is damaged; it is built again for whoever asks next.
    """
    index = graph().index(callers.role())
    try:
        with index.reading() as found:
            tell_of(found.version)
            yield found
    except Unusable as error:
        current_app.logger.warning("%s; it is built again", error)
        graph().forget_index(callers.role(), index)
        raise StoreUnreachable(
            Words(
                "the index is being built again; ask once more",
                "indeks sedang dibuat ulang; coba sekali lagi",
            )
        ) from error


def looked(look: Callable[[Reading], _Found]) -> _Found | None:
    """What is found in the index; None while there is none yet, which the page says."""
    try:
        with reading() as index:
            return look(index)
    except Preparing as error:
        if not g.get("passing", False):  # once is enough of a page
            current_app.logger.warning("a part of %s is left out: %s", request.path, error)
        g.passing = True
        return None


def texts(iris: Collection[str]) -> Mapping[str, Text]:
    """What things are called in the page's language, as far as the caller may read it.

    Values of indicators, which have no name, are called by what they count, where and when.
    """
    names = looked(lambda index: index.labels(iris, g.lang)) or {}
    if nameless := [iri for iri in iris if iri not in names and terms.kind_of(iri)]:
        rows = page_part("figure-names", thing=" ".join(nameless))
        names = {**names, **{str(row["thing"]): (str(row["label"]), g.lang) for row in rows}}
    return names


def without_made_up(chosen: bool) -> bool:
    """As `left_out`, whether or not there is an index."""
    mixed = looked(lambda index: left_out(index, chosen))
    return not chosen and len({*_made_up().values()}) > 1 if mixed is None else mixed


def _made_up() -> Mapping[str, bool]:
    """Of each study whether it is made up, as the graph says."""
    return {str(row["study"]): row.get("synthetic") is not None for row in page_rows("study-names")}


def studies_offered(chosen: bool, most: int, language: str = "id") -> tuple[bool, Sequence[Card]]:
    """Whether made-up studies are left out, and the studies to choose from.

    Args:
        chosen: whether the caller says which studies are wanted.
        most: how many there are at most; all, while there is no index.
        language: of the names that they are sorted by.
    """

    def look(index: Reading) -> tuple[bool, Sequence[Card]]:
        real = left_out(index, chosen)
        listing = Listing("studies", {"synthetic": ["false"]} if real else {})
        return real, index.listed(listing, language=language, limit=most).cards

    if (found := looked(look)) is not None:
        return found
    real, cards = without_made_up(chosen), dict[str, Card]()
    for row in page_rows("study-names"):  # as the graph says
        iri, made_up = str(row["study"]), row.get("synthetic") is not None
        if not (real and made_up):
            named = ((str(row["studyLabel"]), ""),) if "studyLabel" in row else ()
            cards.setdefault(iri, Card(iri, labels=named))
    return real, list(cards.values())


def called(iris: Collection[str]) -> Mapping[str, str]:
    """What things are called in the page's language, as far as the caller may read it now."""
    return {iri: text for iri, (text, _) in texts(iris).items()}


def with_made_up() -> bool:
    """Whether the request asks for made-up studies too, by `synthetic=true` as in the lists.

    Raises:
        BadParameter: the value is neither true nor false.
    """
    given = choices.chosen(("synthetic",), {"synthetic": request.args.getlist("synthetic")})
    return "true" in given.get("synthetic", ())


def must_exist(facet: str, iris: Sequence[str], offered: Sequence[Card] = ()) -> None:
    """Raise UnknownName where nothing is said of a thing that a caller names for a facet.

    Args:
        facet: such as `study` or `about`.
        iris: of the things.
        offered: those that there are to choose from.
    """
    for iri in iris:
        kind = terms.kind_of(iri) if facet == "study" else facet
        if kind != facet or not page_rows("exists", thing=iri).rows:
            known = [choices.short(facet, card.iri) for card in offered]
            named = "study" if facet == "study" else "thing"
            raise UnknownName(named, choices.short(facet, iri), known)


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
        listing = Listing("studies", {"synthetic": ["false"]})
        found = looked(lambda index: index.listed(listing, limit=2).cards)
        if found is not None and len(found) == 1:
            return query.bind({**values, "study": found[0].iri})
    return query.bind(values, real)


def synthetic(iri: object) -> bool:
    """Whether a thing of ours belongs to a made-up study, as its IRI says whose it is."""
    slug = terms.study_of(str(iri))
    if slug is None:
        return False
    known = cast(dict[str, bool], g.setdefault("synthetic", {}))
    if slug not in known:
        study = str(terms.study(slug))
        found = looked(lambda index: bool(index.synthetic([study])))
        known[slug] = _made_up().get(study, False) if found is None else found
    return known[slug]


def by(rows: Iterable[Row], variable: str) -> Iterator[tuple[Row, list[Row]]]:
    """Neighbouring rows that agree in a variable, under the first of them."""
    for _, group in groupby(rows, key=lambda row: row.get(variable)):
        members = list(group)
        yield members[0], members


def ours(term: str) -> str:
    """The IRI of a term of our ontology."""
    return str(terms.CG[term])


def _choose_language() -> None:
    g.lang = LANGUAGES[0]  # for the page that tells of a bad ?lang=
    g.lang = language(request)


def _finish(response: Response) -> Response:
    response.headers.update(headers.ALL)
    policy = assets.POLICY if response.mimetype == "text/html" else assets.STILL
    response.headers.setdefault("Content-Security-Policy", policy)
    callers.give_cookie(response)
    if request.endpoint == "static":
        assets.keep(response)
        return encode_response(response)
    private = callers.caller() is not callers.PUBLIC
    response.headers.setdefault("Cache-Control", headers.PRIVATE if private else headers.CACHE)
    response.vary.update(headers.VARY)
    if response.mimetype != "text/html" or g.get("framed", False) or request.method == "OPTIONS":
        response.headers.update(headers.SHARED)
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
