"""Queries of the public, answered before the framework is entered, which costs more than they do.

What is out of the ordinary goes to the framework: who sends a token, a page, an error, a large
answer. What a query means, who may have how much of it, and how an answer is written is said in one
place for both (`protocol`, `negotiation`, `callers`, `responses`, `encodings`, `headers`).
"""

import io
import time
from collections.abc import Iterable
from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

from werkzeug.exceptions import SecurityError
from werkzeug.sansio.utils import get_current_url, get_host

from rembug.errors import RembugError
from rembug.graph import Answer, KnowledgeGraph, Named, changes_by_itself
from rembug.web import assets, callers, encodings, headers, kept, negotiation, protocol, responses
from rembug.web.bodies import UNREAD

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PATH: Final = "/sparql"
_ENDPOINT: Final = "sparql.sparql"
_FORMS: Final = {protocol.FORM, f"{protocol.FORM}; charset=utf-8"}
_TEXTS: Final = {"application/sparql-query", "application/sparql-query; charset=utf-8"}
_KNOWN: Final = {"query", "default-graph-uri", "named-graph-uri", "format"}
# Who sends one of these may be somebody, or wants less, or sends what has to be unpacked first.
_UNUSUAL: Final = (
    *("HTTP_AUTHORIZATION", "HTTP_COOKIE", "HTTP_IF_NONE_MATCH", "HTTP_CONTENT_ENCODING"),
    *("SCRIPT_NAME", f"HTTP_{UNREAD}"),
)
_LONGEST_HOST: Final = 300
_VARY: Final = ", ".join((*headers.VARY, "Accept-Encoding"))


class _Asked(NamedTuple):
    """A query as a request has it."""

    query: str
    choice: negotiation.Choice
    named: Named | None
    base: str


class Direct:
    """A WSGI application in front of another."""

    def __init__(
        self, application: "WSGIApplication", graph: KnowledgeGraph, told: kept.Told
    ) -> None:
        """Answer from a graph.

        Args:
            application: answers all else.
            graph: that is asked.
            told: is told of each answer that is given from here.
        """
        self._application, self._graph, self._told = application, graph, told

    def __call__(self, environ: "WSGIEnvironment", start: "StartResponse") -> Iterable[bytes]:
        begun = time.perf_counter()
        try:
            asked = _asked(environ)
        except (RembugError, SecurityError):  # the framework finds the same, and says it
            asked = None
        if asked is None:
            return self._application(environ, start)
        try:
            answer = self._answer(asked, environ)
        except Exception as error:  # noqa: BLE001  the framework raises it again, and answers
            environ[responses.OUTCOME] = error
            return self._application(environ, start)
        if answer.size > responses.IN_MEMORY or answer.kind in asked.choice.unreadable:
            environ[responses.OUTCOME] = answer
            return self._application(environ, start)
        name = kept.id_of(environ)
        told, body = _written(asked, answer, environ)
        start("200 OK", [*told, ("X-Request-Id", name)])
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self._told(_ENDPOINT, method, path, name, time.perf_counter() - begun)
        return (body,)

    def _answer(self, asked: _Asked, environ: "WSGIEnvironment") -> Answer:
        return self._graph.answer(
            asked.query,
            callers.PUBLIC.reads,
            asked.choice.accept,
            asked.named,
            callers.asker_of(environ),
            base=asked.base,
        )


def _asked(environ: "WSGIEnvironment") -> _Asked | None:
    """What a request asks; None where that is more than a query of the public for data."""
    method = environ["REQUEST_METHOD"]
    if environ["PATH_INFO"] != _PATH or method not in ("GET", "POST"):
        return None
    host = environ.get("HTTP_HOST", "")
    if any(map(environ.get, _UNUSUAL)) or not 0 < len(host) <= _LONGEST_HOST:
        return None
    sent = protocol.parsed(environ.get("QUERY_STRING", "").encode("latin-1"), "ascii")
    if method == "POST":
        size, media_type = environ.get("CONTENT_LENGTH") or "", environ.get("CONTENT_TYPE", "")
        if not size.isdecimal() or int(size) > protocol.LONGEST:
            return None
        body = environ["wsgi.input"].read(int(size))
        environ["wsgi.input"] = io.BytesIO(body)
        if media_type in _FORMS and not sent:
            sent = protocol.parsed(body, "utf-8")
        elif media_type in _TEXTS and "query" not in sent:
            sent = {**sent, "query": [protocol.decoded(body, "query")]}
        else:
            return None
    elif environ.get("CONTENT_LENGTH"):
        return None
    texts = sent.get("query", ())
    if not sent.keys() <= _KNOWN or len(texts) != 1 or not texts[0].strip():
        return None
    choice = negotiation.choice(environ.get("HTTP_ACCEPT", ""), sent.get("format", [None])[0])
    if choice is None:
        return None
    named = protocol.named_in(sent, "default-graph-uri", "named-graph-uri")
    return _Asked(texts[0], choice, named, _base(environ["wsgi.url_scheme"], host))


@lru_cache(maxsize=256)
def _base(scheme: str, host: str) -> str:
    """What relative IRIs are resolved against; raises SecurityError where that is no host."""
    return protocol.resolved(get_current_url(scheme, get_host(scheme, host)), _PATH)


def _written(
    asked: _Asked, answer: Answer, environ: "WSGIEnvironment"
) -> tuple[list[tuple[str, str]], bytes]:
    """The headers of an answer without the request's id, and its body; kept, where it may be."""
    changing, body = changes_by_itself(asked.query), answer.body
    told = [("Content-Type", responses.content_type(answer))]
    encoding = None
    if len(body) >= encodings.SMALLEST:
        encoding = encodings.chosen(environ.get("HTTP_ACCEPT_ENCODING", ""))
    if encoding is not None:
        body = encodings.packed(body, encoding)
        told.append(("Content-Encoding", encoding))
    told.append(("Content-Length", str(len(body))))
    if answer.version is not None:
        told.append(("Rembug-Version", str(answer.version)))
    if environ["REQUEST_METHOD"] == "GET" and not changing:
        reads = callers.PUBLIC.reads
        etag = responses.tag(asked.query, asked.choice, asked.named, answer.version, reads)
        etag = encodings.encoded_tag(etag, encoding) if encoding else etag
        told.append(("ETag", f'"{etag}"'))
    told += headers.ALL.items()
    told += headers.SHARED.items()
    told += (
        ("Content-Security-Policy", assets.STILL),
        ("Cache-Control", headers.CACHE),
        ("Vary", _VARY),
    )
    if not changing:
        kept.put(environ, _ENDPOINT, told, body)
    return told, body
