"""What /compare shows, as tables for other programs."""

from collections.abc import Sequence
from typing import Final

from flask import Response, g

from rembug.errors import TooLong, Words
from rembug.graph import Rows, Term
from rembug.web.compared import Column, programs_of, questions_on
from rembug.web.context import shown_version
from rembug.web.maps import Element
from rembug.web.negotiation import LANGUAGES, TABLES
from rembug.web.words import translate
from rembug.web.workbook import csv_of, heads, workbook

_IN_A_FILE: Final = 400
_CODES: Final = ("state",)


def elements_table(columns: Sequence[Column]) -> Rows:
    """Studies by elements as a table: a row for each pair."""
    names = "element elementLabel study studyLabel region state stateLabel meanRating findings"
    return Rows(
        (*names.split(), "withEvidence"),
        [
            {
                **_pair(element),
                **_place(column),
                **({"meanRating": _number("decimal", element.rating)} if element.rating else {}),
                "findings": _number("integer", element.findings),
                "withEvidence": _number("integer", element.backed),
            }
            for column in columns
            for element in column.map.elements
        ],
        any(column.map.late for column in columns),
    )


def unknown_table(columns: Sequence[Column], framework: str) -> Rows:
    """What is not known as a table: a row for each element and program, with what to ask."""
    programs = programs_of(columns, framework, _IN_A_FILE)
    studies = {column.iri: column for column in columns}
    rows = []
    for program, card in zip(programs.columns, programs.cards, strict=True):
        states = {element.iri: element for element in program.map.elements}
        about = {language: card.label(language)[0] for language in LANGUAGES}
        for question in questions_on(framework, program.map.elements, about):
            texts = {
                f"questions_{language}": Term("literal", " ".join(asked_), language)
                for language, asked_ in question.asked.items()
            }
            program_ = {"program": Term("uri", program.iri), "programLabel": _text(program.label)}
            rows.append(
                {
                    **_pair(states[question.element]),
                    **program_,
                    **_place(studies[program.study]),
                    **texts,
                }
            )
    columns_ = "element elementLabel program programLabel study studyLabel region state stateLabel"
    questions_ = tuple(f"questions_{language}" for language in sorted(LANGUAGES, reverse=True))
    late = programs.late or any(c.map.late for c in (*columns, *programs.columns))
    return Rows((*columns_.split(), *questions_), rows, late)


def _pair(element: Element) -> dict[str, Term]:
    return {
        "element": Term("uri", element.iri),
        "elementLabel": _text(element.label),
        "state": Term("literal", element.state),
        "stateLabel": _text(translate(f"sign.{element.state}")),
    }


def _place(column: Column) -> dict[str, Term]:
    return {
        "study": Term("uri", column.iri),
        "studyLabel": _text(column.label),
        "region": _text(column.region),
    }


def _text(text: str) -> Term:
    return Term("literal", text, g.lang)


def _number(kind: str, value: object) -> Term:
    return Term("literal", str(value), datatype=f"http://www.w3.org/2001/XMLSchema#{kind}")


def written(rows: Rows, name: str, title: str) -> Response:
    """A table as a file that a browser saves.

    Raises:
        TooLong: some of it was not worked out in time, and a cell would be empty for that alone.
    """
    if rows.late:
        raise TooLong(
            Words(
                "the table was not worked out in time; choose fewer studies, or ask again later",
                "tabel ini tidak selesai pada waktunya; pilih lebih sedikit studi, atau coba lagi",
            )
        )
    version = shown_version()
    if name.endswith(".csv"):
        response = Response(csv_of(rows), content_type=f"{TABLES[0]}; charset=utf-8")
    else:
        about = [(translate("workbook.question"), title)]
        about += [(translate("workbook.version"), str(version))]
        body = workbook(rows, heads(rows.variables, _CODES), about, _CODES)
        response = Response(body, content_type=TABLES[1])
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Rembug-Version"] = str(version)
    response.content_language.add(g.lang)
    return response
