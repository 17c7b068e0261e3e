"""/submissions/state: one row of a table, filled in on a page; it goes the way that files go."""

import csv
import io
from collections import Counter
from collections.abc import Mapping
from itertools import chain, count
from typing import Any, Final

from flask import Blueprint, Response, g, request

from rembug import terms
from rembug.errors import BadParameter, UnknownName, Words
from rembug.graph import Role
from rembug.graph.readers.index import Listing
from rembug.sources.columns import KEY, TABLES, Column, Table
from rembug.sources.vocabulary import concepts, labels
from rembug.terms import SCHEME, slug, study_of
from rembug.web.callers import caller, form_key, require
from rembug.web.context import page_rows, reading
from rembug.web.links import link
from rembug.web.responses import page
from rembug.web.submissions import staging, to
from rembug.web.words import translate

blueprint = Blueprint("stating", __name__)

# One form is of one study.
_FORMS: Final = {name: table for name, table in TABLES.items() if not table.across}

Group = tuple[str, list[tuple[str, str]]]
"""Choices under a heading: what is sent, and what is shown."""

_LISTED: Final = {
    "evidence": "evidence",
    "finding": "findings",
    "actor": "actors",
    "policy": "policies",
    "place": "places",
    "indicator": "indicators",
}
"""The list that has the things of a kind."""

_ABOUT: Final = ("programs", "policies", "collaborations", "actors", "indicators", "places")
_SHARED: Final = frozenset({"places"})
_LONGEST_CODE: Final = 60  # letters of one that is made
_MOST: Final = 150  # to choose from; where there are more they are written


@blueprint.get("/submissions/state/<name>")
def blank(name: str) -> Response:
    """A form with a field for each column of a table; the query of the URL fills fields in.

    What can be chosen of a study is known once the study is.
    """
    table = _table(name)
    studies = [
        (study_of(str(row["study"])) or "", str(row["studyLabel"]))
        for row in page_rows("study-names")
    ]
    chosen = request.args.get("study", "") or (studies[0][0] if len(studies) == 1 else "")
    may = caller().role >= Role.CURATOR
    shown = [*(column for column in table.columns if column is not KEY), KEY]
    return page(
        "state.html",
        table=name,
        tables=list(_FORMS),
        fields=[_field(column, chosen) for column in shown] if chosen and may else [],
        studies=studies,
        study=chosen,
        may=may,
        key=form_key(),
    )


@blueprint.post("/submissions/state/<name>")
def filled(name: str) -> Response:
    """Take a row in, to be looked at before it is stored."""
    study = request.form.get("study", "").strip()
    who = require(Role.CURATOR, form=True, studies=[study])
    table = _table(name)
    if not study:
        raise BadParameter(
            Words(
                "name the study that this belongs to: the field “study”",
                "sebutkan studinya: isian “studi”",
            )
        )
    cells = {c: "; ".join(filter(None, map(str.strip, _given(c)))) for c in table.columns}
    code = slug(cells[KEY]) if cells[KEY] else _code(study, table, cells)
    if not code:
        raise BadParameter(
            Words(
                "give it a code, such as trust-between-agencies: the field “code”",
                "beri kode, misalnya kepercayaan-antar-dinas: isian “kode”",
            )
        )
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([column.called(g.lang) for column in table.columns])
    rows.writerow([code if column is KEY else cells[column] for column in table.columns])
    body = io.BytesIO(text.getvalue().encode())
    filled_in = {column.en: _given(column) for column in table.columns}
    staged = staging().stage(
        [(f"{table.kind}-{code}.csv", body)],
        study,
        who.name,
        form=link(f"/submissions/state/{name}", study=study, **filled_in),
    )
    return to(f"/submissions/staged/{staged.id}")


def _code(study: str, table: Table, cells: Mapping[Column, str]) -> str:
    """A code that nothing of the study has yet, from what a row says first; or nothing."""
    said = [cells[column] for column in table.columns if column.required and cells[column]]
    labels = [cells[column] for column in table.columns if column.kind == "label"]
    words = slug(" ".join(text.rpartition("/")[2] for text in labels[:1] or said))
    if len(words) > _LONGEST_CODE:
        words = words[: _LONGEST_CODE + 1].rpartition("-")[0] or words[:_LONGEST_CODE]
    names = chain([words], (f"{words}-{number}" for number in count(2))) if words else ()
    for name in names:
        if not page_rows("exists", thing=str(terms.thing(study, table.kind, name))).rows:
            return name
    return ""


def _table(name: str) -> Table:
    if name not in _FORMS:
        raise UnknownName("table", name, _FORMS)
    return _FORMS[name]


def _given(column: Column) -> list[str]:
    return request.form.getlist(column.en)


def _field(column: Column, study: str) -> Mapping[str, Any]:
    """What a form shows of a column: its name, what may be chosen, and what is filled in."""
    groups = _things(column, study) if column.kind == "thing" else _choices(column)
    return {
        "name": column.en,
        "label": column.called(g.lang),
        "kind": column.kind,
        "required": column.required and column is not KEY,
        "many": column.many,
        "groups": groups,
        "given": request.args.getlist(column.en),
    }


def _choices(column: Column) -> list[Group]:
    """What can be chosen of a closed list: kinds of things, or the concepts of each scheme."""
    if isinstance(column.choices, Mapping):
        names = list(column.choices)
        return [("", list(zip(names[1::2], names[g.lang != "id" :: 2], strict=True)))]
    if column.kind != "concept":
        return []
    known = labels()
    schemes = {str(r["scheme"]): str(r["schemeLabel"]) for r in page_rows("scheme-names")}
    found: dict[str, list[tuple[str, str]]] = {}
    for concept in concepts(column.choices, g.lang):
        short = str(concept).removeprefix(SCHEME)
        scheme = SCHEME + short.partition("/")[0]
        found.setdefault(schemes.get(scheme, ""), []).append((short, known[concept][g.lang]))
    return list(found.items())


def _things(column: Column, study: str) -> list[Group]:
    """The things of a study that can be chosen, by kind; none where they are too many."""
    assert isinstance(column.choices, tuple)
    kinds = [_LISTED[kind] for kind in column.choices if kind in _LISTED] or (
        [] if column.choices else list(_ABOUT)
    )
    own = str(terms.study(study))
    found = []
    with reading() as index:
        for kind in kinds:
            # A place may belong to no study.
            of_study = {} if kind in _SHARED else {"study": [own]}
            listed = index.listed(Listing(kind, of_study), language=g.lang, limit=_MOST)
            if listed.following is not None:
                return []
            told = [
                (card.iri, card.label(g.lang)[0])
                for card in listed.cards
                if own in card.facets.get("study", (own,))
            ]
            often = Counter(label for _, label in told)
            told = [
                (iri, f"{label} ({terms.curie(iri)})" if often[label] > 1 else label)
                for iri, label in told
            ]
            if told:
                found.append((translate(f"group.{kind}"), told))
    return found
