"""/data and /graph/…: SPARQL 1.1 Graph Store HTTP Protocol, indirect and direct (§4 and §5)."""

import hashlib
import re
import tempfile
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final, cast
from urllib.parse import quote

from flask import Blueprint, Response, redirect, request
from rdflib import URIRef

from rembug import terms
from rembug.changes import updates
from rembug.changes.commits import Commit
from rembug.errors import BadParameter, UnknownName, Unsupported, Words
from rembug.graph import UNNAMED
from rembug.web import protocol
from rembug.web.callers import Caller, asker, require_graphs, role
from rembug.web.context import graph, settings_of
from rembug.web.links import link
from rembug.web.negotiation import HTML, RDF, Choice, pick
from rembug.web.responses import data, has_graph, require_newest, written
from rembug.web.writing import audited, done, earlier, reviewed

blueprint = Blueprint("graph_store", __name__)

_METHODS: Final = ("GET", "PUT", "POST", "DELETE")
_OTHER_NAMES: Final = {
    "application/x-turtle": RDF["ttl"],
    "text/plain": RDF["nt"],
    "application/xml": RDF["rdf"],
    "text/xml": RDF["rdf"],
    "application/json": RDF["jsonld"],
    "text/n3": RDF["ttl"],
    "text/x-nquads": RDF["nq"],
}
_DATASETS: Final = frozenset({RDF["trig"], RDF["nq"]})
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20<>\"{}|^`\\]*")


@blueprint.route("/data", methods=_METHODS)
def indirect() -> Response:
    """A graph by `?graph=` or `?default`; without either, the whole store."""
    sent = protocol.fields() if request.method != "POST" else _of_url()
    named, default = sent.get("graph", ()), "default" in sent
    if len(named) + default > 1:
        raise BadParameter(
            Words(
                "name one graph: ?graph=IRI, or ?default",
                "sebutkan satu graf: ?graph=IRI, atau ?default",
            )
        )
    if default:
        return _answer(UNNAMED)
    if named:
        if not named[0]:
            raise BadParameter(
                Words(
                    "?graph= names no graph; give its IRI, or ask for ?default",
                    "?graph= tidak menyebut graf; tulis IRI-nya, atau minta ?default",
                )
            )
        if not _IRI.fullmatch(named[0]):  # nor is a relative one: the client names the host
            raise BadParameter(
                Words(
                    f"“{named[0]}” is not a whole IRI; the name of a graph is one",
                    f"“{named[0]}” bukan IRI yang lengkap, padahal nama graf adalah IRI",
                )
            )
        return _answer(URIRef(named[0]))
    return _everything()


@blueprint.route("/graph/<path:rest>", methods=_METHODS)
def direct(rest: str) -> Response:
    """A graph by its own URL; a browser is shown its page."""
    iri = URIRef(terms.GRAPH + quote(rest, safe="/:@!$&'()*+,;=~"))
    if request.method in ("GET", "HEAD"):
        _require_known(iri)
        if pick(request, (*RDF.values(), HTML)) == HTML:  # the graph, unless a page is liked better
            response = Response(status=303)
            response.vary.add("Accept")
            response.location = redirect(link("/page/graph/" + quote(rest, safe="/:"))).location
            return response
    return _answer(iri)


def _answer(iri: URIRef) -> Response:
    if request.method not in ("GET", "HEAD"):
        require_newest()
    match request.method:
        case "PUT" | "POST":
            return _write(iri, whole=request.method == "PUT")
        case "DELETE":
            return _delete(iri)
        case _:
            return _read(iri)


def _read(iri: URIRef) -> Response:
    _require_known(iri)
    best = pick(request, [name for name in RDF.values() if name not in _DATASETS])
    if iri == UNNAMED:
        require_newest()
        return written(graph().unnamed(best, asker()))
    choice = Choice(dict.fromkeys(("boolean", "solutions", "triples"), best), frozenset())
    text = f"CONSTRUCT {{ ?s ?p ?o }} WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"
    return data(text, choice, (frozenset(), frozenset({str(iri)})))


def _write(iri: URIRef, *, whole: bool) -> Response:
    who = require_graphs([iri])
    contents = _uploaded(str(iri) or request.base_url, only=iri)
    existed = _is_known(iri) and (iri != UNNAMED or bool(graph().triples(UNNAMED)))
    commit = audited(
        request.method,
        str(iri) or "default",
        lambda: _put(contents, who, whole=whole),
    )
    return done(Response(status=204 if existed else 201), commit)


def _put(contents: Mapping[URIRef, bytes], who: Caller, *, whole: bool) -> Commit:
    return updates.put(
        graph(),
        contents,
        whole=whole,
        file=request.method,
        reviewed=reviewed(),
        earlier=earlier(),
        agent=who.name,
    )


def _delete(iri: URIRef) -> Response:
    who = require_graphs([iri])
    _require_known(iri)
    commit = audited(
        "DELETE",
        str(iri) or "default",
        lambda: updates.drop(graph(), iri, earlier=earlier(), agent=who.name),
    )
    return done(Response(status=204), commit)


def _everything() -> Response:
    """The store: read as a dataset, added to by one, or by a graph that gets a name (§5.5)."""
    if request.method in ("GET", "HEAD"):
        require_newest()
        best = pick(request, (RDF["nq"], RDF["trig"]))
        return written(graph().dumped(role(), best, asker()))
    if request.method == "DELETE":
        raise BadParameter(
            Words(
                "name the graph that goes: ?graph=IRI, or ?default",
                "sebutkan graf yang dihapus: ?graph=IRI, atau ?default",
            )
        )
    require_graphs([])
    whole = request.method == "PUT"
    media_type = _media_type(request.mimetype)
    multipart = request.mimetype == "multipart/form-data"
    if media_type in _DATASETS:
        contents = _uploaded(request.base_url)
        location = None
    elif whole and not multipart:
        raise BadParameter(
            Words(
                "name the graph that is written: ?graph=IRI, or ?default",
                "sebutkan graf yang ditulis: ?graph=IRI, atau ?default",
            )
        )
    else:
        posted = _uploaded(request.base_url, only=UNNAMED)
        # Keyed: part of it may be restricted, of which nobody is to try what it is.
        content = hashlib.sha256(b"".join(posted.values())).hexdigest()
        digest = graph().secret.digest("posted", content)[:16]
        name = URIRef(terms.GRAPH[f"{terms.POSTED}/{digest}"])
        contents = {name: b"".join(posted.values())}
        location = "/graph/" + name.removeprefix(terms.GRAPH)
    who = require_graphs(contents)
    commit = audited(
        request.method,
        "/data",
        lambda: _put(contents, who, whole=whole),
    )
    response = Response(status=201 if location else 204)
    if location:
        response.location = location
        response.autocorrect_location_header = True
    return done(response, commit)


def _uploaded(base: str, only: URIRef | None = None) -> Mapping[URIRef, bytes]:
    """The graphs of the body, in N-Triples.

    Args:
        base: what relative IRIs are resolved against.
        only: the one graph that the request is about, whose name the body need not know.

    Raises:
        BadParameter: the body names graphs, and the request is about one.
        Unreadable: a part cannot be parsed.
    """
    found: dict[URIRef, bytes] = {}
    for body, mimetype, name in _parts():
        media_type = _media_type(mimetype)
        if media_type is None:
            known = ", ".join(RDF.values())
            raise Unsupported(
                Words(
                    f"{name} is of the type “{mimetype}”; known are {known}",
                    f"{name} berjenis “{mimetype}”; yang dikenal: {known}",
                )
            )
        if only is not None and media_type in _DATASETS:
            raise Unsupported(
                Words(
                    f"{media_type} names graphs itself; send it to /data without a graph",
                    f"{media_type} menyebut graf sendiri; kirim ke /data tanpa menyebut graf",
                )
            )
        with body:
            sent = graph().service.parsed(body, media_type, base, name, asker())
            for iri, content in sent.items():
                if only is not None and iri != UNNAMED:
                    raise BadParameter(
                        Words(
                            f"{name} names the graph <{iri}>; one graph is written here",
                            f"{name} menyebut graf <{iri}>; di sini hanya satu graf yang ditulis",
                        )
                    )
                iri = iri if only is None else only
                found[iri] = found.get(iri, b"") + content
    return found or {only if only is not None else UNNAMED: b""}


def _parts() -> Iterator[tuple[BinaryIO, str, str]]:
    """The body, or every file of a form (§5.5: multipart/form-data)."""
    if request.mimetype != "multipart/form-data":
        largest = settings_of().largest_upload * 2**20
        yield protocol.upload(largest), request.mimetype, "body"
        return
    if request.form:
        field = next(iter(request.form))
        raise BadParameter(
            Words(
                f"the part “{field}” is not a file; send each part as a file, with its media type",
                f"bagian “{field}” bukan berkas; kirim sebagai berkas, dengan tipe medianya",
            )
        )
    for _, file in request.files.items(multi=True):
        part = cast(BinaryIO, tempfile.TemporaryFile())  # noqa: SIM115  the caller closes it
        file.save(part)
        part.seek(0)
        yield part, file.mimetype, file.filename or "a file"


def _media_type(mimetype: str) -> str | None:
    known = _OTHER_NAMES.get(mimetype, mimetype)
    return known if known in RDF.values() else None


def _of_url() -> Mapping[str, list[str]]:
    """The parameters of the URL, which a POST's body does not stand in for."""
    return {name: request.args.getlist(name) for name in request.args}


def _is_known(iri: URIRef) -> bool:
    return iri == UNNAMED or has_graph(iri)


def _require_known(iri: URIRef) -> None:
    if not _is_known(iri):
        raise UnknownName("graph", iri, map(str, graph().graphs(role())))
