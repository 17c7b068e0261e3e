"""What an assistant may ask; a docstring is what it reads of a tool, in plain words.

Each reads as its caller may, and nothing writes. Answers come in pages of at most 100 rows.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Final, cast
from urllib.parse import urlencode

from pydantic import Field

from rembug import terms
from rembug.changes import studies
from rembug.errors import BadParameter, TooLarge, UnknownName, Words
from rembug.graph import N_TRIPLES, Answer, Row, Rows
from rembug.graph.readers.index import Listing
from rembug.web import hints
from rembug.web.assistant.answers import (
    MOST,
    NOTHING,
    Json,
    Language,
    Offset,
    address,
    answer,
    paged,
    place,
    row,
    sources,
)
from rembug.web.assistant.verifying import verify_draft
from rembug.web.callers import role
from rembug.web.context import (
    bound,
    catalogue,
    graph,
    left_out,
    page_part,
    page_query,
    page_rows,
    reading,
    settings_of,
)
from rembug.web.lists import LISTS
from rembug.web.negotiation import RESULTS
from rembug.web.responses import ask
from rembug.web.words import curie

Limit = Annotated[int, Field(ge=1, le=MOST, description="Rows at most.")]
Iri = Annotated[str, Field(min_length=1, max_length=2000, description="An IRI, as answers give.")]
Text = Annotated[str, Field(min_length=1, max_length=1000)]

_LARGEST: Final = 8 * 2**20  # bytes of a query's whole result, of which a page is given
_FEW: Final = 20
_UNKNOWN: Final = {
    "en": "refused: the query names what nothing in the graph has: {names}",
    "id": "ditolak: kueri menyebut yang tidak dimiliki apa pun dalam graf: {names}",
}


def overview(lang: Language = "en") -> Json:
    """What is in the graph and what is not: studies, counts, frameworks, elements without a
    finding, the version, and the limits of an answer. Start here."""
    with reading() as index:
        real = left_out(index, chosen=False)
        chosen = {"synthetic": ["false"]} if real else {}
        listed = index.listed(Listing("studies", chosen), language=lang, limit=_FEW)
        counts = {name: index.count(Listing(name, chosen)) for name in LISTS}
        made_up = index.count(Listing("studies", {"synthetic": ["true"]}))
    silent = {str(one["schemeLabel"]): _silent(one, real) for one in page_rows("frameworks")}
    chosen_limits = settings_of()
    found = {
        "studies": sources([card.iri for card in listed.cards]),
        "studies_in_all": listed.total,
        "made_up_studies": made_up,
        "made_up_studies_counted": not real,
        "counts": counts,
        "not_covered": {
            "elements_without_a_finding": silent,
            "note": "No study here has a finding on these: never examined, not found absent.",
        },
        "limits": {
            "rows_of_an_answer": MOST,
            "seconds_of_a_query": chosen_limits.query_timeout,
            "queries_at_once": chosen_limits.queries_per_caller,
        },
    }
    return answer(found, page=place("/"))


def _silent(framework: Row, real: bool) -> Json:
    slug = str(framework["scheme"]).removeprefix(terms.SCHEME)
    elements = page_rows("framework-elements", framework=slug)
    said = {str(one["element"]) for one in page_part("element-findings", real, framework=slug)}
    names = {str(one["element"]): str(one["elementLabel"]) for one in elements}
    quiet = [{"iri": iri, "name": names[iri]} for iri in names if iri not in said]
    return {"of": len(names), "without": len(quiet), "first": quiet[:_FEW]}


def find(
    text: Text,
    kind: Annotated[str, Field(max_length=40, description="One kind, as answers name.")] = "",
    lang: Language = "en",
    limit: Annotated[int, Field(ge=1, le=50)] = 10,
) -> Json:
    """Find things and terms by words: findings, programs, actors, policies, elements, studies.
    Forms of a word and misspellings are found too; what was looked for instead is told."""
    with reading() as index:
        if kind and kind not in index.kinds:
            raise UnknownName("kind", kind, index.kinds)
        found = index.found(text, lang, [kind] if kind else [], limit=limit)
        hits = [hit for group in found.groups for hit in group.hits]
        made_up = index.synthetic({study for hit in hits for study in hit.card.studies})
    rows = [
        {
            "iri": hit.card.iri,
            "page": address(hit.card.iri),
            "kind": group.kind,
            "name": "".join(piece.text for piece in hit.name),
            "excerpt": "".join(piece.text for piece in hit.excerpt),
            "synthetic": not made_up.isdisjoint(hit.card.studies),
        }
        for group in found.groups
        for hit in group.hits
    ]
    return answer(
        rows,
        empty=NOTHING[lang],
        page=place("/search?" + _encoded(q=text, kind=kind)),
        more={
            "total": found.total,
            "by_kind": {group.kind: group.total for group in found.groups},
            "instead": {word: list(others) for word, others in (found.instead or {}).items()},
            "words_nothing_has": list(found.missed),
        },
    )


def list_questions(lang: Language = "en") -> Json:
    """The ready questions, each with what it answers and the parameters that it takes."""
    found = [
        {
            "name": query.name,
            "title": query.title[lang],
            "description": query.description[lang],
            "tags": list(query.tags),
            "page": place(f"/queries/{query.name}"),
            "parameters": [
                {
                    "name": one.name,
                    "type": one.type,
                    "label": one.label[lang],
                    "default": one.default,
                    "values": list(one.values),
                }
                for one in query.parameters
                if one.name != "lang"
            ],
        }
        for query in catalogue().values()
    ]
    return answer(found, page=place("/queries"))


def ask_question(
    name: Annotated[str, Field(max_length=100, description="As list_questions gives it.")],
    parameters: Annotated[
        dict[str, str], Field(description="Values by parameter; a study by its slug or IRI.")
    ] = {},  # noqa: B006  pydantic copies it
    lang: Language = "en",
    offset: Offset = 0,
    limit: Limit = 50,
) -> Json:
    """Ask a ready question. Made-up studies are left out where there are real ones, unless one is
    named."""
    query = catalogue()[name]
    values = dict(parameters)
    if any(one.name == "lang" for one in query.parameters):
        values["lang"] = lang
    with reading() as index:
        real = left_out(index, any(values.get(one) for one in ("study", "iri")))
    text = bound(query, values, real)
    studies.require_named(graph(), query, values, role())
    shown = {key: text for key, text in parameters.items() if key != "lang"}
    at = place(f"/queries/{query.name}?" + _encoded(**shown, lang=lang))
    told = f"{NOTHING[lang]} ({query.description[lang]})"
    return _answered(text, offset, limit, told, at, {"made_up_left_out": real})


def sparql(
    query: Annotated[str, Field(min_length=1, max_length=20_000, description="SPARQL 1.1 query.")],
    lang: Language = "en",
    offset: Offset = 0,
    limit: Limit = 50,
) -> Json:
    """Run SPARQL 1.1 over what the caller may read. A term of ours that nothing has is refused with
    the nearest. Prefixes must be declared; cg: is <https://w3id.org/rembug/ontology#>."""
    if missing := hints.unknown(query):
        names = "; ".join(
            one.name + (f" ({', '.join(one.nearest)}?)" if one.nearest else "") for one in missing
        )
        raise BadParameter(Words(*(_UNKNOWN[each].format(names=names) for each in ("en", "id"))))
    at = place("/sparql?" + _encoded(query=query))
    found = _answered(query, offset, limit, NOTHING[lang], at)
    if "empty" in found and (without := hints.unused(query)):
        found["terms_no_data_uses"] = without
    return found


def describe(iri: Iri, lang: Language = "en", offset: Offset = 0, limit: Limit = 50) -> Json:
    """One thing: what it is, what is stated of it, and the findings on it with their evidence and
    passages. Of a finding: each piece of evidence, how it bears on it, where its passage is."""
    _require(iri)
    facts = page_part("facts", thing=iri)
    trace = page_part("trace", thing=iri)
    heading = [row(one) for one in page_rows("heading", thing=iri)]
    found = {
        "iri": iri,
        "heading": heading,
        "facts": paged(facts.rows, offset, limit, _told),
        "findings_and_evidence": paged(trace.rows, offset, limit, _told),
        "late": facts.late or trace.late,
    }
    more = {} if trace.rows else {"no_findings": NOTHING[lang]}
    return answer(found, query=page_query("trace", {"thing": iri}), page=address(iri), more=more)


def ontology(
    text: Annotated[str, Field(max_length=1000, description="Words, an IRI, or nothing.")] = "",
    lang: Language = "en",
    offset: Offset = 0,
    limit: Limit = 50,
) -> Json:
    """Explain the terms: classes and properties with definitions, and the elements of frameworks
    by the names that a draft must use. With words, those that have them."""
    rows = [
        {
            "iri": str(one["term"]),
            "name": str(one["termLabel"]),
            "short": curie(one["term"]),
            "kind": str(one["sort"]),
            "definition": str(one.get("definition", "")),
            "page": address(str(one["term"])),
        }
        for one in page_rows("ontology-terms")
    ]
    rows += [
        {
            "iri": str(one["concept"]),
            "name": str(one["conceptLabel"]),
            "short": curie(one["concept"]),
            "kind": f"concept of {one['schemeLabel']}",
            "definition": str(one.get("definition", "")),
            "page": address(str(one["concept"])),
        }
        for one in page_rows("concept-definitions")
    ]
    if text:
        wanted = text.casefold().split()
        rows = [
            one
            for one in rows
            if one["iri"] == text
            or all(
                any(word in str(one[key]).casefold() for key in ("short", "name", "definition"))
                for word in wanted
            )
        ]
    found = paged(rows, offset, limit)
    parts = page_query("ontology-terms", {}), page_query("concept-definitions", {})
    at = place("/page/ontology")
    if not rows:
        return answer([], empty=NOTHING[lang], query="\n".join(parts), page=at)
    return answer(found, query="\n".join(parts), page=at)


def cite(iri: Iri, lang: Language = "en") -> Json:  # noqa: ARG001  it sets the page's language
    """How to cite a thing: its study's citation and licence, its permanent IRI, its page, and the
    version that was read."""
    _require(iri)
    heading = page_rows("heading", thing=iri)
    name = str(heading.rows[0].get("thingLabel", "")) if heading.rows else ""
    slug = terms.study_of(iri)
    study = sources([str(terms.study(slug))]) if slug else []
    source = study[0] if study else {}
    by = source.get("citation") or source.get("title") or "Rembug"
    said = " ".join(f"{part.rstrip('.')}." for part in (name, by) if part)
    version = graph().shown(role())
    found = {
        "iri": iri,
        "page": address(iri),
        "name": name,
        "text": f"{said} {iri} (Rembug, version {version}).",
        "licence": source.get("licence") or "https://creativecommons.org/licenses/by/4.0/",
        "synthetic": bool(source.get("synthetic")),
    }
    return answer(found, page=address(iri))


def _answered(
    text: str,
    offset: int,
    limit: int,
    empty: str,
    page: str,
    more: Mapping[str, object] | None = None,
) -> Json:
    """A page of a query's result: rows, yes or no, or lines of N-Triples."""
    accept = {"boolean": RESULTS["json"], "solutions": RESULTS["json"], "triples": N_TRIPLES}
    found = ask(text, accept)
    if found.size > _LARGEST:
        raise TooLarge(
            Words(
                f"the result has {found.size // 2**20} MiB, of which an answer gives {MOST} rows: "
                "add LIMIT and ORDER BY, or count",
                f"hasilnya {found.size // 2**20} MiB, sedangkan satu jawaban memuat {MOST} baris: "
                "tambahkan LIMIT dan ORDER BY, atau hitung jumlahnya",
            )
        )
    rows = _rows(found)
    if isinstance(rows, bool):
        return answer(rows, query=text, page=page, more=more)
    part = paged(rows, offset, limit, _told) if rows else []
    return answer(part, query=text, page=page, empty=empty, more=more)


def _told(one: object) -> object:
    return one if isinstance(one, str) else row(cast(Row, one))


def _rows(found: Answer) -> Sequence[object] | bool:
    match found.kind:
        case "boolean":
            return bool(json.loads(found.body)["boolean"])
        case "solutions":
            return Rows.from_json(found.body).rows
        case _:
            return sorted(found.body.decode().splitlines())


def _require(iri: str) -> None:
    """Raise UnknownName unless something is said of an IRI that the caller may read."""
    if page_rows("exists", thing=iri).rows:
        return
    folder = iri.rpartition("/")[0] + "/"
    kin = page_rows("siblings", folder=folder) if iri.startswith(terms.BASE) else ()
    raise UnknownName("thing", iri, [str(one["thing"]) for one in kin])


def _encoded(**parameters: str) -> str:
    return urlencode({key: text for key, text in parameters.items() if text})


ALL: Final[Sequence[Callable[..., Json]]] = (
    *(overview, find, list_questions, ask_question, describe, sparql, ontology, cite),
    verify_draft,
)
"""Every tool."""
