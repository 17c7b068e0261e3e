"""Pages, and answers in the format that the caller reads, with their version."""

import re
from collections.abc import Mapping, Sequence
from hashlib import blake2b
from typing import Any, Final, cast

from flask import Response, g, render_template, request
from rdflib import URIRef
from werkzeug.wsgi import wrap_file

from rembug import __version__
from rembug.errors import (
    BadParameter,
    Words,
)
from rembug.graph import (
    N_TRIPLES,
    Answer,
    Named,
    Reads,
    changes_by_itself,
    convert,
    name_of,
)
from rembug.web import callers, protocol
from rembug.web.context import graph, page_query, solutions, tell_of
from rembug.web.encodings import plain_etags
from rembug.web.negotiation import LANGUAGES, Choice

IN_MEMORY: Final = 1024 * 1024
"""Bytes of an answer that is not sent from the disk."""
_AT_VERSIONS: Final = {
    *("sparql.sparql", "catalogue.one", "catalogue.embedded", "trail.picture"),
    *("graph_store.direct", "graph_store.indirect", "descriptions.void", "descriptions.dataset"),
    *("things.thing", "things.shown", "things.named", "things.named_data"),
}
"""What answers as of an earlier version, or refuses the part of it that does not."""
OUTCOME: Final = "rembug.outcome"
"""Where the environment has what came of the query, if it was asked before the framework began."""


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
    now, reads = _version_kept(), callers.role()
    if safe and tag(query, choice, named, now, reads) in plain_etags():
        response = Response(status=304)
        response.set_etag(tag(query, choice, named, now, reads))
        return response
    answer = ask(query, choice.accept, named, ours=ours)
    choice.check(answer.kind)
    response = written(answer)
    if safe:
        response.set_etag(tag(query, choice, named, answer.version, reads))
    return response


def merged(queries: Sequence[str], media_type: str) -> Response:
    """The triples of several queries together, with an ETag as `data` gives one."""
    choice = Choice({"triples": media_type}, frozenset())
    now = _version_kept()
    etag = tag("\n".join(queries), choice, None, now, callers.role())
    if etag in plain_etags():
        response = Response(status=304)
    else:
        answers = [ask(query, {"triples": N_TRIPLES}) for query in queries]
        found = {line for answer in answers for line in answer.body.splitlines(keepends=True)}
        body = convert(b"".join(sorted(found)), media_type)
        # Readers may be shown the version before yet, and what is kept of it must not be held new.
        shown = min(
            (answer.version for answer in answers if answer.version is not None), default=now
        )
        response = written(Answer.of("triples", media_type, body, shown))
        etag = tag("\n".join(queries), choice, None, shown, callers.role())
    response.set_etag(etag)
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
    found = request.environ.pop(OUTCOME, None)
    if isinstance(found, Exception):
        raise found
    answer = cast(Answer | None, found) or graph().answer(
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
    if version() is None:
        tell_of(answer.version)
    return answer


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


def require_kept() -> None:
    """Have a request ask for no version that nobody can tell it of.

    Raises:
        UnknownName: that version is not kept.
        BadParameter: what is asked for is shown as it is now alone.
    """
    if (number := version()) is not None:
        graph().require_kept(number)
        if request.endpoint not in _AT_VERSIONS:
            require_newest()


def require_newest() -> None:
    """Raise BadParameter where a request asks for an earlier version of what is told of now."""
    if version() not in (None, graph().version):
        raise BadParameter(
            Words(
                "this shows the newest version alone; an earlier one is told by /sparql, /queries, "
                "named graphs and the data of a thing (.ttl, .jsonld, .rdf, .nt), each with "
                "?version=",
                "yang ditampilkan di sini hanya versi terbaru; versi terdahulu dijawab oleh "
                "/sparql, /queries, graf bernama, dan data sebuah hal (.ttl, .jsonld, .rdf, .nt), "
                "masing-masing dengan ?version=",
            )
        )


def has_graph(iri: str) -> bool:
    """Whether who asks finds a graph; at an earlier version one that had something in it."""
    if version() is None:
        return URIRef(iri) in graph().graphs(callers.role())
    query = page_query("graph-exists", {"graph": iri})
    return len(solutions(query, version())) > 0


def written(answer: Answer) -> Response:
    """An answer's bytes under its media type; a large one goes out from the disk."""
    if answer.size <= IN_MEMORY:
        response = Response(answer.body, content_type=content_type(answer))
    else:
        content = wrap_file(request.environ, answer.content)
        response = Response(content, content_type=content_type(answer), direct_passthrough=True)
        response.content_length = answer.size
    if answer.version is not None:
        response.headers["Rembug-Version"] = str(answer.version)
    return response


def content_type(answer: Answer) -> str:
    """An answer's media type, with the charset where one goes with it."""
    return answer.media_type + ("; charset=utf-8" if answer.media_type.startswith("text/") else "")


def tag(query: str, choice: Choice, named: Named | None, version: int | None, reads: Reads) -> str:
    """What tells the answer to a query from every other, without its encoding."""
    graphs = [sorted(part) for part in named or ()]
    parts = (
        __version__,
        version,
        name_of(reads),
        query,
        sorted(choice.accept.items()),
        graphs,
    )
    return blake2b(repr(parts).encode(), digest_size=12).hexdigest()
