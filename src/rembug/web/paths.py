"""Where an IRI is shown: at its own path where a URL can have it, else at /page?iri=…"""

import re
from functools import lru_cache
from typing import Final
from urllib.parse import quote, unquote, urlencode, urlsplit

from werkzeug.routing import PathConverter

from rembug import terms

ENDINGS: Final = ("ttl", "jsonld", "rdf", "nt")
"""What is put to the path of a page for the data behind it."""

_SPELT: Final = "/:@!$&'()*+,;=~"  # what a path may have beside letters and digits (RFC 3986 §3.3)
_BEYOND_ASCII: Final = re.compile("(?:%[89A-Fa-f][0-9A-Fa-f])+")


class AnyPath(PathConverter):
    """A path that may have any character in it, a line feed too."""

    regex = r"[^/][\s\S]*?"


def page_of(iri: str, ending: str = "") -> str:
    """The page of a thing, or its data by ending."""
    if has_path(iri):
        return "/page/" + iri.removeprefix(terms.BASE) + (f".{ending}" if ending else "")
    return ("/page." + ending if ending else "/page") + "?" + urlencode({"iri": iri})


@lru_cache(maxsize=1 << 13)
def has_path(iri: str) -> bool:
    """Whether an IRI is one of ours that comes back from a URL's path as it went in.

    What is percent-encoded is decoded on the way, dots and empty parts may be folded, and an ending
    may be taken for that of the data: an IRI that has such is asked for by its whole.
    """
    if not iri.startswith(terms.BASE):
        return False
    path = iri.removeprefix(terms.BASE)
    plain = unquote(path)
    return (
        path in (quote(plain, safe="/"), quote(plain, safe=_SPELT))
        and not {"", ".", ".."} & set(plain.split("/"))
        and plain.rpartition(".")[2] not in ENDINGS
    )


def spelt(path: str) -> tuple[str, ...]:
    """The IRIs of ours that a decoded path may stand for: as they are minted, or as it stands."""
    return tuple(dict.fromkeys(terms.BASE + quote(path, safe=safe) for safe in ("/", _SPELT)))


def asked(request_uri: str, prefix: str = "/") -> tuple[str, ...]:
    """The IRIs of ours that a request may be for, as it was sent.

    A query may be part of the IRI, and letters beyond ASCII are sent percent-encoded whether the
    IRI has them so or not (RFC 3987 §3.1).

    Args:
        request_uri: path and query, before anything was decoded.
        prefix: of the path, before what is the IRI's.
    """
    parts = urlsplit(request_uri)
    if not parts.path.startswith(prefix):
        return ()
    path = parts.path.removeprefix(prefix)
    whole = [path + "?" + parts.query, path] if parts.query else [path]
    both = (text for each in whole for text in (each, _BEYOND_ASCII.sub(_letters, each)))
    return tuple(dict.fromkeys(terms.BASE + text for text in both))


def _letters(found: re.Match[str]) -> str:
    try:
        return unquote(found[0], errors="strict")
    except UnicodeDecodeError:
        return found[0]
