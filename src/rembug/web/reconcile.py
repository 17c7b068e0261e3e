"""/reconcile: Reconciliation Service API 0.2, for OpenRefine, over what a caller may read.

`/reconcile` matches with our own things, `/reconcile/{dataset}` with those of a dataset brought in.
A query that cannot be answered has an `error` (an RFC 9457 problem) beside an empty `result`, which
clients take for “no match”: where none of a batch can be answered or the service itself fails, the
whole request fails.
"""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from flask import Blueprint, Response, g, render_template, request

from rembug import __version__, terms
from rembug.errors import BadParameter, RembugError, TooLarge, UnknownName, Words
from rembug.graph import Rows, Term
from rembug.graph.readers.index import Card
from rembug.linking.properties import Known
from rembug.linking.questions import BATCH, read_batch, read_json
from rembug.linking.reconciliation import CLASSES, FEATURES, NAMED, Candidate, Reconciliation
from rembug.web import assets, callers
from rembug.web.context import graph, reading
from rembug.web.downloads import JSON
from rembug.web.links import href
from rembug.web.responses import page
from rembug.web.words import translate

blueprint = Blueprint("reconcile", __name__)

_BATCH: Final = 200  # queries that a client is asked to send together
_SUGGESTED: Final = 20
_MOST_SKIPPED: Final = 200
_MOST_PROPERTIES: Final = 50
_WIDTH, _HEIGHT = 420, 200
_XSD: Final = terms.PREFIXES["xsd"]
_WHOLE: Final = frozenset(
    _XSD + name for name in ("integer", "int", "long", "nonNegativeInteger", "positiveInteger")
)
_PARTED: Final = frozenset(_XSD + name for name in ("decimal", "double", "float"))
_COLUMN: Final = re.compile(re.escape(terms.ID) + r"([^/]{1,200})/column/")
_PART_OF: Final = terms.PREFIXES["dcterms"] + "isPartOf"
_MOMENT: Final = re.compile(
    r"-?(?:[1-9]\d*)?\d{4}-(?:1[0-2]|0[1-9])-(?:3[01]|0[1-9]|[12]\d)"
    r"T(?:2[0-3]|[01]\d):[0-5]\d:[0-5]\d(?:\.\d+)?(?:Z|[+-](?:2[0-3]|[01]\d):[0-5]\d)?",
    re.ASCII,
)
"""A moment as the API writes it, in which ill-typed values are none."""
_DATE: Final = _XSD + "date"
_MOMENTS: Final = frozenset((_DATE, _XSD + "dateTime"))


@blueprint.route("/reconcile", methods=["GET", "POST"])
@blueprint.route("/reconcile/<dataset>", methods=["GET", "POST"])
def reconcile(dataset: str = "") -> Response:
    """The manifest; or, with `queries`, what they match; or, with `extend`, values of things."""
    if (queries := request.values.get("queries")) is not None:
        batch = read_batch(queries)
        with _service(dataset) as service:
            return _matched(service, batch)
    if (extend := request.values.get("extend")) is not None:
        with _service(dataset) as service:
            return _json(_extended(service, read_json(extend, "extend")))
    with _service(dataset) as service:
        return _json(_manifest(service, dataset))


@blueprint.get("/reconcile/suggest/<what>")
@blueprint.get("/reconcile/<dataset>/suggest/<what>")
def suggest(what: str, dataset: str = "") -> Response:
    """Things, properties or types whose name begins as `prefix`; `cursor` skips so many."""
    prefix = request.args.get("prefix", "")
    skipped = _number("cursor", 0, _MOST_SKIPPED)
    with _service(dataset) as service:
        match what:
            case "entity":
                found = _described(service, service.suggested(prefix, skipped + _SUGGESTED))
                result: list[dict[str, object]] = [
                    {
                        "id": one["id"],
                        "name": one["name"],
                        "description": one["description"],
                        "notable": one["type"],
                    }
                    for one in found
                ]
            case "property":
                properties = {one.iri: one.label for one in _fitting(service, dataset, "")}
                result = _beginning(properties, prefix)
            case "type":
                result = _beginning(service.types(), prefix)
            case _:
                raise UnknownName("suggest service", what, ("entity", "property", "type"))
    return _json({"result": result[skipped : skipped + _SUGGESTED]})


@blueprint.get("/reconcile/propose")
@blueprint.get("/reconcile/<dataset>/propose")
def propose(dataset: str = "") -> Response:
    """Properties that things of a `type` have, for filling in columns."""
    given, limit = request.args.get("type", ""), _number("limit", _MOST_PROPERTIES, 1000)
    with _service(dataset) as service:
        fitting = _fitting(service, dataset, CLASSES.get(given, terms.expanded(given)))
        found = [{"id": one.iri, "name": one.label} for one in fitting]
    return _json({"type": given, "limit": limit, "properties": found[:limit]})


@blueprint.get("/reconcile/about")
def about() -> Response:
    """What the service does, how OpenRefine is told of it, and what the reasons of a score mean."""
    with reading() as index:
        iris = index.values("dataset")
        names = index.labels(iris, g.lang)
    slugs = {iri: iri.rpartition("/")[2] for iri in iris}
    datasets = [
        (slug, names[iri][0] if iri in names else "")
        for iri, slug in slugs.items()
        if iri == str(terms.dataset(slug))
    ]
    address = request.url_root.rstrip("/") + "/reconcile"
    return page("reconcile.html", service=address, datasets=datasets, features=FEATURES)


@blueprint.get("/reconcile/preview")
def preview() -> Response:
    """A small page about a thing, to be shown in a frame of another page."""
    g.framed = True
    card, one = _thing()
    text = render_template("preview.html", lang=g.lang, card=card, one=one, href=href)
    response = Response(text, mimetype="text/html")
    response.content_language.add(g.lang)
    policy = assets.STILL.replace("frame-ancestors 'none'", "frame-ancestors *")
    response.headers["Content-Security-Policy"] = policy
    return response


@blueprint.get("/reconcile/flyout")
def flyout() -> Response:
    """The same as a snippet of HTML."""
    card, one = _thing()
    text = render_template("flyout.html", lang=g.lang, card=card, one=one)
    return _json({"id": card.iri, "html": text})


def _fitting(service: Reconciliation, dataset: str, type_: str) -> list[Known]:
    """The properties that things of a type have, by name; of a dataset, its columns before others.

    What its records say beside those is taken from some of them: codes and what they lie in.
    """
    known = sorted(service.properties.known.values(), key=lambda one: one.label)
    if not dataset:
        return [
            one
            for one in known
            if not _COLUMN.match(one.iri) and (not type_ or type_ in one.classes)
        ]
    said = service.properties.said(str(terms.dataset(dataset)))
    columns = [one for one in known if (of := _COLUMN.match(one.iri)) and of[1] == dataset]
    return columns + [one for one in known if one.iri in said and one not in columns]


@contextmanager
def _service(dataset: str) -> Iterator[Reconciliation]:
    if dataset:
        terms.require_slug("dataset", dataset)
    iri = str(terms.dataset(dataset)) if dataset else ""
    role, asker, store = callers.role(), callers.reader(), graph()

    def ask(query: str) -> Rows:
        return store.rows(query, role, asker)

    with reading() as index:
        yield Reconciliation(index, ask, g.lang, iri)


def _manifest(service: Reconciliation, dataset: str) -> Mapping[str, object]:
    root = request.url_root.rstrip("/")
    base = "/reconcile" + (f"/{dataset}" if dataset else "")
    title = translate("reconcile.name")
    if dataset:
        iri = str(terms.dataset(dataset))
        title = f"{title}: {service.names([iri])[iri]}"
    types = service.types()
    usual = [iri for kind, iri in CLASSES.items() if kind in NAMED and iri in types] or list(types)

    def suggested(what: str) -> dict[str, str]:
        return {"service_url": root, "service_path": f"{base}/suggest/{what}"}

    entity = {
        **suggested("entity"),
        "flyout_service_url": root,
        "flyout_service_path": "/reconcile/flyout?id=${id}",
    }
    return {
        "versions": ["0.2"],
        "name": title,
        "identifierSpace": terms.BASE,
        "schemaSpace": str(terms.CG),
        "documentation": f"{root}/reconcile/about",
        "serviceVersion": __version__,
        "defaultTypes": [{"id": iri, "name": types[iri]} for iri in usual],
        "view": {"url": f"{root}/page?iri={{{{id}}}}"},
        "feature_view": {"url": f"{root}/reconcile/about#{{{{id}}}}"},
        "preview": {
            "url": f"{root}/reconcile/preview?id={{{{id}}}}",
            "width": _WIDTH,
            "height": _HEIGHT,
        },
        "suggest": {
            "entity": entity,
            "property": suggested("property"),
            "type": suggested("type"),
        },
        "extend": {
            "propose_properties": {"service_url": root, "service_path": f"{base}/propose"},
            "property_settings": [],
        },
        "batchSize": _BATCH,
    }


def _matched(service: Reconciliation, batch: Mapping[str, object]) -> Response:
    """What a batch is answered; a batch of which nothing could be answered is an error itself."""
    answers = service.answers(batch)
    wrong = [answer for answer in answers.values() if isinstance(answer, RembugError)]
    cards = {
        one.card.iri: one.card
        for answer in answers.values()
        if not isinstance(answer, RembugError)
        for one in answer
    }
    described = {str(one["id"]): one for one in _described(service, list(cards.values()))}
    response = _json({key: _result(answer, described) for key, answer in answers.items()})
    if wrong and len(wrong) == len(answers):  # clients take an empty result for “no match”
        response.status_code = wrong[0].http_status
    return response


def _result(
    answer: Sequence[Candidate] | RembugError, described: Mapping[str, Mapping[str, object]]
) -> Mapping[str, object]:
    """What one query is answered; an error has the `result` that the schema requires, too."""
    if isinstance(answer, RembugError):
        detail = answer.told(g.lang)
        error = {"type": "about:blank", "status": answer.http_status, "detail": detail}
        return {"error": error, "result": []}
    return {
        "result": [
            {
                **described[one.card.iri],
                "score": round(100 * one.score, 2),
                "match": one.match,
                "features": [{"id": id_, "value": value} for id_, value in one.features.items()],
            }
            for one in answer
        ]
    }


def _described(service: Reconciliation, cards: Sequence[Card]) -> list[dict[str, object]]:
    """Things as the API has them: id, name, what and where they are, types."""
    types = {card.iri: service.types_of(card) for card in cards}
    around = {
        card.iri: [*card.facets.get("place", ()), *card.facets.get("study", ())] for card in cards
    }
    # Of records of one name, such as villages, what they lie in tells which is which.
    records = [card.iri for card in cards if card.facets.get("dataset")]
    for (iri, _), wholes in service.properties.of(records, [_PART_OF]).items():
        around[iri] += [whole.value for whole in wholes if _is_region(whole)]
    names = service.names(
        dict.fromkeys(iri for some in (types, around) for iris in some.values() for iri in iris)
    )
    return [
        {
            "id": card.iri,
            "name": card.label(g.lang)[0],
            "description": " · ".join(
                names[iri] for iri in (*types[card.iri][:1], *around[card.iri][:3])
            ),
            "type": [{"id": iri, "name": names[iri]} for iri in types[card.iri]],
        }
        for card in cards
    ]


def _extended(service: Reconciliation, query: object) -> Mapping[str, object]:
    """The values of properties of things (data extension, §7)."""
    if not isinstance(query, dict):
        raise BadParameter(
            Words(
                "extend is a JSON object with ids and properties",
                "extend berupa objek JSON yang memuat ids dan properties",
            )
        )
    ids, properties = query.get("ids"), query.get("properties")
    if not isinstance(ids, list) or not all(isinstance(one, str) for one in ids):
        raise BadParameter(Words("ids is a list of identifiers", "ids berupa daftar pengenal"))
    if not isinstance(properties, list) or not all(
        isinstance(one, dict) and isinstance(one.get("id"), str) for one in properties
    ):
        raise BadParameter(
            Words(
                "properties is a list of objects, each with an id",
                "properties berupa daftar objek, masing-masing memiliki id",
            )
        )
    if len(ids) > BATCH or len(properties) > _MOST_PROPERTIES:
        raise TooLarge(
            Words(
                f"one query has at most {BATCH} ids and {_MOST_PROPERTIES} properties",
                f"satu kueri memuat paling banyak {BATCH} ids dan {_MOST_PROPERTIES} properties",
            )
        )
    given = {one["id"]: service.properties.iri(one["id"]) for one in properties}
    things = {one: terms.expanded(one) for one in ids if terms.is_iri(terms.expanded(one))}
    values = service.properties.of(list(dict.fromkeys(things.values())), list(given.values()))
    names = service.names(
        {term.value for some in values.values() for term in some if term.kind == "uri"}
    )
    return {
        "meta": [
            {"id": id_, "name": service.properties.known[iri].label} for id_, iri in given.items()
        ],
        "rows": {
            one: {
                id_: [_value(term, names) for term in values.get((things.get(one, ""), iri), ())]
                for id_, iri in given.items()
            }
            for one in ids
        },
    }


def _is_region(whole: Term) -> bool:
    """Whether what a record is part of is a record itself, and not its dataset."""
    return whole.kind == "uri" and "/record/" in whole.value


def _value(term: Term, names: Mapping[str, str]) -> dict[str, object]:
    """A value as data extension has it; a number or a date that is none is text."""
    if term.kind == "uri":
        return {"id": term.value, "name": names[term.value]}
    try:
        if term.datatype in _WHOLE:
            return {"int": int(term.value)}
        if term.datatype in _PARTED and float(term.value) - float(term.value) == 0:
            return {"float": float(term.value)}
    except ValueError:
        pass
    if term.datatype in _MOMENTS:
        moment = term.value
        if term.datatype == _DATE:
            day, zone = moment[:10], moment[10:]
            moment = f"{day}T00:00:00{zone or 'Z'}"
        if _MOMENT.fullmatch(moment):
            return {"date": moment}
    return {"str": term.value}


def _beginning(names: Mapping[str, str], prefix: str) -> list[dict[str, object]]:
    """Those whose name has a word that begins so, or whose identifier is that."""
    sought = " ".join(prefix.casefold().split())
    found = [
        (not label.casefold().startswith(sought), label, iri)
        for iri, label in names.items()
        if f" {label.casefold()}".find(f" {sought}") >= 0
        or sought in (iri.casefold(), terms.curie(iri).casefold())
    ]
    return [
        {"id": iri, "name": label, "description": terms.curie(iri)}
        for _, label, iri in sorted(found)
    ]


def _thing() -> tuple[Card, dict[str, object]]:
    """The thing that `id` names, as far as the caller may read; raises UnknownName."""
    iri = terms.expanded(request.args.get("id", ""))
    with _service("") as service:
        card = service.thing(iri)
        return card, _described(service, [card])[0]


def _number(parameter: str, usual: int, most: int) -> int:
    given = request.args.get(parameter, "")
    if not given:
        return usual
    if not (given.isascii() and given.isdigit()):
        raise BadParameter(
            Words(
                f"{parameter}={given!r} does not fit: it is a number",
                f"{parameter}={given!r} tidak cocok: isinya bilangan",
            )
        )
    return min(int(given[:9]), most)


def _json(document: Mapping[str, object]) -> Response:
    return Response(json.dumps(document, ensure_ascii=False), content_type=JSON)
