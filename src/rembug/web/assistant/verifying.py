"""The tool that holds a draft against the graph."""

from typing import Annotated, Final

from flask import g
from pydantic import Field

from rembug import drafts
from rembug.changes import studies
from rembug.errors import UnknownName
from rembug.graph import Rows
from rembug.web import choices
from rembug.web.assistant.answers import NOTHING, Json, Language, Offset, address, answer, place
from rembug.web.context import graph, left_out, page_query, page_rows, reading

_SENTENCES: Final = 20
_FEW: Final = 20


def verify_draft(
    text: Annotated[str, Field(min_length=1, max_length=drafts.LONGEST)],
    study: Annotated[str, Field(max_length=2000, description="Slug or IRI; empty: all.")] = "",
    lang: Language = "en",
    offset: Offset = 0,
) -> Json:
    """Hold each sentence of a text against the findings: supported by which, contradicted by which,
    or not in the graph. Decided from stances, ratings and evidence on what is named, never from
    likeness of words; what is not sure is not in the graph. 20 sentences an answer."""
    iri = _study(study) if study else ""
    found = drafts.sentences(text)
    asked: list[str] = []

    def rows_of(query: str, real: bool = False, **values: str) -> Rows:
        if query == "statements":
            asked.append(page_query(query, values, real))
        return page_rows(query, real, **values)

    with reading() as index:
        real = left_out(index, chosen=bool(iri))
        part = found[offset : offset + _SENTENCES]
        judged = drafts.verify(part, rows_of, index, lang, iri, real=real)
    rows = [_sentence(one) for one in judged]
    end = offset + len(part)
    return answer(
        rows,
        empty=NOTHING[lang],
        query="\n".join(dict.fromkeys(asked)),
        page=place("/findings"),
        more={
            "tally": {v: sum(one.verdict == v for one in judged) for v in drafts.VERDICTS},
            "sentences": len(found),
            "next": end if end < len(found) else None,
            "made_up_left_out": real,
        },
    )


def _sentence(judged: drafts.Sentence) -> Json:
    return {
        "sentence": judged.text,
        "verdict": judged.verdict,
        "why": judged.why,
        "matched": [
            {"text": one.text, "as": one.role, "iris": list(one.iris)} for one in judged.matched
        ],
        "supported_by": list(map(_judged, judged.supported_by)),
        "contradicted_by": list(map(_judged, judged.contradicted_by)),
        "undecided": list(map(_judged, judged.undecided[:_FEW])),
    }


def _judged(one: drafts.Judged) -> Json:
    found = one.statement
    label = found.labels.get(g.lang) or next(iter(found.labels.values()), "")
    return {
        "finding": found.iri,
        "page": address(found.iri),
        "statement": label,
        "study": found.study,
        "stance": found.stance,
        "rating": found.rating,
        "why": one.why,
        "evidence": {
            way: [
                {"iri": iri, "page": address(iri), "says": name}
                for iri, name in found.bearing(way)[:_FEW]
            ]
            for way in ("supports", "undermines", "qualifies")
        },
    }


def _study(text: str) -> str:
    iri = choices.value("study", text)
    if not page_rows("exists", thing=iri).rows:
        raise UnknownName("study", text, studies.known(graph()))
    return iri
