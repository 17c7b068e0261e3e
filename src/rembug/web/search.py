"""/search: what a text finds, by kind; /suggest: names that begin as what was typed."""

import json
from collections.abc import Mapping, Sequence
from typing import Final

from flask import Blueprint, Response, g, request

from rembug.errors import UnknownName
from rembug.graph.readers.index import Found, Hit, Piece, Text
from rembug.web.context import reading
from rembug.web.downloads import JSON
from rembug.web.glance import whose
from rembug.web.links import href, link
from rembug.web.lists import LISTS
from rembug.web.negotiation import HTML, pick
from rembug.web.questions import matching
from rembug.web.responses import page
from rembug.web.words import name

blueprint = Blueprint("search", __name__)

_FEW, _MANY = 5, 50  # hits of each kind, and of the only one
_SUGGESTED: Final = 8  # things
_ASKED: Final = 3  # ready questions


@blueprint.get("/search")
def search() -> Response:
    """What `q` finds; of one `kind` if one is named."""
    if pick(request, (HTML, JSON)) == JSON:
        return search_as_json()
    text, kind = request.args.get("q", ""), request.args.get("kind", "")
    found, made_up, of, _ = _found(text, kind)
    questions = [] if kind else matching(text)
    return page(
        "search.html", text=text, kind=kind, found=found, made_up=made_up, lists=LISTS,
        questions=questions, whose=of,
    )  # fmt: skip


@blueprint.get("/search.json")
def search_as_json() -> Response:
    """The same as data; parts of a text that were looked for are marked as hits."""
    found, made_up, _, version = _found(request.args.get("q", ""), request.args.get("kind", ""))
    return _json(
        {
            "version": version,
            "total": found.total,
            "instead": found.instead or {},
            "missed": found.missed,
            "groups": [
                {
                    "kind": group.kind,
                    "total": group.total,
                    "hits": [_hit(hit, made_up) for hit in group.hits],
                }
                for group in found.groups
            ],
        }
    )


@blueprint.get("/suggest.json")
def suggest() -> Response:
    """Ready questions, and names that begin as `q` or have a word that does; else what is found.

    Of one `kind` of things if one is named, and no questions then.
    """
    text = request.args.get("q", "")
    with reading() as index:
        kind = _kind(index.kinds)
        cards = list(index.suggested(text, kind, g.lang, _SUGGESTED))
        if not cards:  # as it may be misspelt
            groups = index.found(text, g.lang, [kind] if kind else [], limit=_FEW).groups
            cards = [hit.card for group in groups for hit in group.hits][:_SUGGESTED]
        made_up = index.synthetic({study for card in cards for study in card.studies})
        of = whose(index, cards)
    cards.sort(key=lambda card: not made_up.isdisjoint(card.studies))
    items: list[dict[str, object]] = [
        {"name": query.title[g.lang], "kind": "queries", "page": link(f"/queries/{query.name}")}
        for query in ([] if kind else matching(text)[:_ASKED])
    ]
    items += [
        {
            "iri": card.iri,
            "name": card.label(g.lang)[0],
            "kind": card.kinds[0],
            "page": href(card.iri),
            "synthetic": not made_up.isdisjoint(card.studies),
            **({"study": of[card.iri][0]} if card.iri in of else {}),
        }
        for card in cards
    ]
    return _json({"items": [{**item, "group": name("group", str(item["kind"]))} for item in items]})


def _found(text: str, kind: str) -> tuple[Found, set[str], Mapping[str, Text], int]:
    """What was found, what of it is made up, the studies of what is called alike, the version."""
    with reading() as index:
        kinds = [kind] if _kind(index.kinds) else []
        found = index.found(text, g.lang, kinds, limit=_MANY if kinds else _FEW)
        hits = [hit for group in found.groups for hit in group.hits]
        made_up = index.synthetic({study for hit in hits for study in hit.card.studies})
        synthetic = {hit.card.iri for hit in hits if not made_up.isdisjoint(hit.card.studies)}
        return found, synthetic, whose(index, [hit.card for hit in hits]), index.version


def _kind(known: list[str]) -> str:
    kind = request.args.get("kind", "")
    if kind and kind not in known:
        raise UnknownName("kind", kind, known)
    return kind


def _hit(hit: Hit, made_up: set[str]) -> dict[str, object]:
    return {
        "iri": hit.card.iri,
        "language": hit.language,
        "name": _pieces(hit.name),
        "excerpt": _pieces(hit.excerpt),
        "synthetic": hit.card.iri in made_up,
    }


def _pieces(pieces: Sequence[Piece]) -> list[dict[str, object]]:
    return [{"text": piece.text, "hit": piece.hit} for piece in pieces]


def _json(document: object) -> Response:
    return Response(json.dumps(document, ensure_ascii=False), content_type=JSON)
