"""/queries: the ready questions, each with its form, its result, its drawing and its text."""

import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from flask import Blueprint, Response, g, request

from rembug import terms
from rembug.catalogue import Parameter, Query
from rembug.changes import studies
from rembug.errors import NotAcceptable, Words
from rembug.graph import Answer, Rows
from rembug.graph.readers.index import Listing
from rembug.web import choices
from rembug.web.callers import reader, role
from rembug.web.charts import chart
from rembug.web.context import (
    FOR_PAGES,
    bound,
    called,
    catalogue,
    graph,
    in_time,
    looked,
    ours,
    page_rows,
    solutions,
    synthetic,
    without_made_up,
)
from rembug.web.downloads import JSON
from rembug.web.emptied import blocking
from rembug.web.hints import named
from rembug.web.links import link
from rembug.web.lists import LISTS
from rembug.web.negotiation import HTML, LANGUAGES, RDF, RESULTS, TABLES, pick, results
from rembug.web.pictures import PICTURES, drawing, nothing_to_draw
from rembug.web.questions import matching
from rembug.web.responses import ask, data, page, version
from rembug.web.sheets import picture
from rembug.web.tables import same_throughout, told_apart, view, worded
from rembug.web.words import name as name_of
from rembug.web.words import translate
from rembug.web.workbook import csv_of, heads, meaning, workbook

_OURS: Final = ("format", "lang", "version", "synthetic", "why", "words")
_CITED: Final = ("lang", "synthetic")
_ENDINGS: Final = {
    "solutions": ("csv", "xlsx", "json", "xml", "tsv"),
    "triples": ("ttl", "jsonld", "rdf", "nt"),
    "boolean": ("json", "xml"),
}
_ABOUT: Final = ("study", "iri")  # who names one of these has chosen
_OFFERED: Final = 200  # things that a form offers
blueprint = Blueprint("catalogue", __name__)


@blueprint.get("/queries")
def index() -> Response:
    """All the questions, or those with a tag, that use a term, or that `q` asks for."""
    tag, text = request.args.get("tag", ""), request.args.get("q", "")[:200]
    term = request.args.get("term", "")
    asked = matching(text) if text.strip() else catalogue().values()
    found = [
        query
        for query in asked
        if (not tag or tag in query.tags) and (not term or ours(term) in named(query.text))
    ]
    if pick(request, (HTML, JSON)) == JSON:
        body = json.dumps([_described(query) for query in found], ensure_ascii=False)
        return Response(body, content_type=JSON)
    return page("queries.html", queries=found, tags=catalogue().tags, tag=tag, text=text, term=term)


def _described(query: Query) -> dict[str, Any]:
    """A question as data: what it asks, in both languages, and what it takes."""
    return {
        "name": query.name,
        "title": dict(query.title),
        "description": dict(query.description),
        "tags": list(query.tags),
        "parameters": [
            {"name": p.name, "type": p.type, "label": dict(p.label), "default": p.default}
            for p in query.parameters
        ],
    }


@blueprint.get("/queries/<name>")
def one(name: str) -> Response:
    """One question: a page, or the result or its chart alone, by ending or Accept."""
    stem, _, ending = name.rpartition(".")
    if ending not in {**RESULTS, **RDF, "xlsx": TABLES[1], **PICTURES}:
        stem, ending = name, ""
    query = catalogue()[stem]
    values = _values(query)
    words = ending == "csv" and request.args.get("words") == "true"
    choice = None if words or ending in ("xlsx", *PICTURES) else results(request, ending)
    real = _real(query, values, shown=choice is None and ending in ("", *PICTURES))
    text = bound(query, values, real)
    studies.require_named(graph(), query, values, role())
    if choice is not None:
        return data(text, choice, ours=True)
    answer = ask(text, FOR_PAGES, ours=True)
    if ending in PICTURES:
        return _as_picture(query, text, answer, ending)
    if words:
        return _in_words(query, answer)
    if ending:
        return _as_workbook(query, values, text, answer)
    study = values.get("study", "")
    rows = Rows.from_json(answer.body) if answer.kind == "solutions" else Rows((), ())
    shown = view(answer, shares=query.shares, names=called)
    of = None if study else same_throughout(rows, "study", shown.table)
    same = [name for name in ("study", "dataset") if values.get(name) or (name == "study" and of)]
    if same:
        hidden = [v for name in same for v in (name, f"{name}Label")]
        shown = view(answer, hidden, query.shares, called)
    at = answer.version or graph().version
    return page(
        "query.html",
        query=query,
        text=text,
        values=values,
        real=real,
        named=called([values.get(p.name, "") for p in query.parameters if p.type == "iri"]),
        study=study and (study if "://" in study else str(terms.study(study))),
        kept={**values, "synthetic": "false"} if real else values,
        view=shown,
        of=of,
        without=_without(query, values, real) if shown.empty else [],
        blocking=blocking(text) if shown.empty and request.args.get("why") == "true" else None,
        chart=chart(query.chart, rows),
        columns=[(variable, meaning(variable)) for variable in rows.variables],
        choices={parameter.name: _choices(parameter) for parameter in query.parameters},
        endings=_ENDINGS[answer.kind],
        version=at,
        cite=_citation(query, at),
    )


@blueprint.get("/queries/<name>/embed")
def embedded(name: str) -> Response:
    """A question's answer at one version, to stand in somebody else's page; tells what changed.

    Raises:
        UnknownName: that version is not kept.
    """
    query = catalogue()[name]
    values = _values(query)
    real = _real(query, values, shown=True)
    text = bound(query, values, real)
    studies.require_named(graph(), query, values, role())
    answer = ask(text, FOR_PAGES, ours=True)
    rows = Rows.from_json(answer.body) if answer.kind == "solutions" else Rows((), ())
    response = page(
        "embed.html",
        query=query,
        view=view(answer, shares=query.shares),
        chart=chart(query.chart, rows),
        version=answer.version,
        changed=_changed(text, answer),
        made_up=_made_up(rows),
        kept={**values, "synthetic": "false"} if real else values,
    )
    # Whoever cites an answer may frame it: it can neither be typed nor clicked into anything.
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
    )
    return response


def _as_picture(query: Query, text: str, answer: Answer, ending: str) -> Response:
    """The chart of an answer by itself; one of an earlier version says when it has changed since.

    Raises:
        NothingToWrite: there is nothing to draw.
    """
    rows = Rows.from_json(answer.body) if answer.kind == "solutions" else Rows((), ())
    drawn = chart(query.chart, rows)
    if drawn is None:
        raise nothing_to_draw(
            f"the answer to “{query.title['en']}” has no chart, or has too many rows for one",
            f"jawaban “{query.title['id']}” tidak memiliki grafik, atau barisnya terlalu banyak",
        )
    at = answer.version or graph().version
    body = picture(
        drawn,
        query.title[g.lang],
        at,
        changed=_changed(text, answer),
        made_up=_made_up(rows),
    )
    response = drawing(body, ending)
    response.headers["Rembug-Version"] = str(at)
    response.content_language.add(g.lang)
    return response


def _made_up(rows: Rows) -> bool:
    """Whether an answer speaks of anything that belongs to a made-up study."""
    return any(synthetic(row[name]) for row in rows for name in rows.variables if name in row)


def _changed(text: str, answer: Answer) -> bool:
    """Whether an answer is of a version that was asked for, and is another one now."""
    if version() is None:
        return False
    newest = graph().answer(text, role(), FOR_PAGES, None, reader())
    return sorted(_lines(newest)) != sorted(_lines(answer))


def _lines(answer: Answer) -> Sequence[str]:
    """What an answer says, whatever order it says it in."""
    if answer.kind != "solutions":
        return answer.body.decode().splitlines()
    return [repr(sorted(row.items())) for row in Rows.from_json(answer.body)]


def _in_words(query: Query, answer: Answer) -> Response:
    """A question's answer as CSV, with the words of its codes beside them.

    Raises:
        NotAcceptable: the answer is no table.
    """
    _require_table(answer)
    rows, _ = worded(Rows.from_json(answer.body))
    response = Response(csv_of(rows), content_type=f"{TABLES[0]}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="{query.name}.csv"'
    response.headers["Rembug-Version"] = str(answer.version or graph().version)
    response.content_language.add(g.lang)
    return response


def _require_table(answer: Answer) -> None:
    if answer.kind != "solutions":
        formats = ", ".join(RDF.values())
        raise NotAcceptable(
            Words(
                f"the answer is not a table; it can be written as {formats}",
                f"jawabannya bukan tabel; dapat ditulis sebagai {formats}",
            )
        )


def _as_workbook(query: Query, values: Mapping[str, str], text: str, answer: Answer) -> Response:
    """A question's answer with what there is to say of it, as one file.

    Raises:
        NotAcceptable: the answer is no table.
    """
    _require_table(answer)
    at = answer.version or graph().version
    chosen = [(p.label[g.lang], values[p.name]) for p in query.parameters if values.get(p.name)]
    about = [
        (translate("workbook.question"), query.title[g.lang]),
        (translate("query.about"), query.description[g.lang]),
        *chosen,
        (translate("workbook.version"), str(at)),
        (translate("query.cite"), _citation(query, at)),
        (translate("query.text"), text),
    ]
    rows, codes = worded(Rows.from_json(answer.body))
    body = workbook(rows, heads(rows.variables, codes), about, codes)
    response = Response(body, content_type=TABLES[1])
    response.headers["Content-Disposition"] = f'attachment; filename="{query.name}.xlsx"'
    response.headers["Rembug-Version"] = str(at)
    response.content_language.add(g.lang)
    return response


def _citation(query: Query, at: int) -> str:
    """How to cite an answer: the question, the version that it is true of, where it is found."""
    kept = {k: v for k, v in request.args.items() if k in _CITED or k not in _OURS}
    address = request.url_root.rstrip("/") + link(f"/queries/{query.name}", **kept, version=at)
    return f"{query.title[g.lang]}. Rembug, {translate('query.version', version=at)}. {address}"


def with_nothing_chosen() -> list[str]:
    """The SPARQL of every question over everything, in each language that it takes."""
    found = {
        query.bind({"lang": language} if any(p.name == "lang" for p in query.parameters) else {})
        for query in catalogue().values()
        for language in LANGUAGES
    }
    return sorted(found)


def _values(query: Query) -> dict[str, str]:
    """What the caller gives; the page's language where the question takes one."""
    values = {k: v for k, v in request.args.items() if k not in _OURS}
    if any(parameter.name == "lang" for parameter in query.parameters):
        values["lang"] = g.lang
    return values


def _without(query: Query, values: Mapping[str, str], real: bool) -> list[tuple[str, int, str]]:
    """What an answer would have without one of the choices that leave nothing, or else without all.

    Returns:
        The name of each such choice, how many rows there would be, and where they are.
    """
    chosen = {p.name: p.label[g.lang] for p in query.parameters if values.get(p.name)}
    chosen.pop("lang", None)

    def told(label: str, names: Sequence[str]) -> list[tuple[str, int, str]]:
        rest = {k: v for k, v in values.items() if k not in names}
        text = bound(query, rest, real)
        rows = in_time(lambda: solutions(text))
        kept = {k: v for k, v in rest.items() if k != "lang"}
        to = link(f"/queries/{query.name}", **kept, **({} if real else {"synthetic": "true"}))
        return [(label, len(rows), to)] if len(rows) else []

    found = [one for name, label in chosen.items() for one in told(label, [name])]
    if not found and len(chosen) > 1:
        found = told(translate("query.choices"), list(chosen))
    return found


def _real(query: Query, values: Mapping[str, str], shown: bool) -> bool:
    """Whether made-up studies are left out: on a page unless they are wanted, else when told so.

    Raises:
        BadParameter: `?synthetic=` is neither true nor false.
    """
    told = choices.chosen(("synthetic",), {"synthetic": request.args.getlist("synthetic")})
    if told or not shown:
        return told.get("synthetic") == ["false"]
    about = {parameter.name for parameter in query.parameters if parameter.type in _ABOUT}
    return without_made_up(any(values.get(name) for name in about))


def _choices(parameter: Parameter) -> list[tuple[str, str]]:
    """What a form offers for a parameter, values with labels; nothing where it takes free text."""
    if parameter.values:
        return [(value, _label(parameter, value)) for value in parameter.values]
    match parameter.type:
        case "study":
            rows = page_rows("study-names")
            return [
                (terms.study_of(str(r["study"])) or "", str(r.get("studyLabel", r["study"])))
                for r in rows
            ]
        case "concept-scheme":
            rows = page_rows("scheme-names")
            return [(_slug(r["scheme"].value), str(r["schemeLabel"])) for r in rows]
        case "concept" if parameter.scheme:
            rows = page_rows("concept-names", scheme=parameter.scheme)
            return [(_slug(r["concept"].value), str(r["conceptLabel"])) for r in rows]
        case "concept":
            rows = page_rows("concept-names")
            return [
                (_slug(r["concept"].value), f"{r['schemeLabel']}: {r['conceptLabel']}")
                for r in rows
            ]
        case "iri" if parameter.name == "dataset":
            rows = told_apart(page_rows("brought-datasets"), "dataset")
            return [(str(r["dataset"]), str(r.get("datasetLabel", r["dataset"]))) for r in rows]
        case "iri" if f"{parameter.name}s" in LISTS:
            listing = Listing(f"{parameter.name}s", {})
            found = looked(lambda index: index.listed(listing, language=g.lang, limit=_OFFERED))
            return [(card.iri, card.label(g.lang)[0]) for card in found.cards] if found else []
        case _:
            return []


def _label(parameter: Parameter, value: str) -> str:
    if parameter.type not in ("concept", "concept-scheme"):
        return name_of("value", value)
    rows = page_rows("label", thing=str(parameter.term(value)))
    return str(rows.rows[0]["label"]) if rows.rows else value


def _slug(iri: str) -> str:
    return iri.removeprefix(terms.SCHEME)
