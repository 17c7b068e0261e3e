"""/submissions/state: one row of a table, filled in on a page; it goes the way that files go."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, g, request

from rembug.errors import BadParameter, UnknownName, Words
from rembug.graph import Role
from rembug.sources.columns import KEY, TABLES, Column, Table, concepts, labels
from rembug.terms import SCHEME, slug, study_of
from rembug.web.callers import caller, form_key, require
from rembug.web.context import page, page_rows
from rembug.web.submissions import staging, to

blueprint = Blueprint("stating", __name__)


@blueprint.get("/submissions/state/<name>")
def blank(name: str) -> Response:
    """A form with a field for each column of a table; the query of the URL fills fields in."""
    table = _table(name)
    return page(
        "state.html",
        table=name,
        tables=list(TABLES),
        fields=[_field(column) for column in table.columns],
        studies=[
            (study_of(str(row["study"])) or "", str(row["studyLabel"]))
            for row in page_rows("study-names")
        ],
        study=request.args.get("study", ""),
        may=caller().role >= Role.CURATOR,
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
    code = slug(cells[KEY])
    if not code:
        raise BadParameter(
            Words(
                "give it a code, such as trust-between-agencies: the field “code”",
                "beri kode, misalnya kepercayaan-antar-dinas: isian “kode”",
            )
        )
    text = io.StringIO()
    rows = csv.writer(text)
    rows.writerow([column.en for column in table.columns])
    rows.writerow([code if column is KEY else cells[column] for column in table.columns])
    body = io.BytesIO(text.getvalue().encode())
    staged = staging().stage([(f"{table.kind}-{code}.csv", body)], study, who.name)
    return to(f"/submissions/staged/{staged.id}")


def _table(name: str) -> Table:
    if name not in TABLES:
        raise UnknownName("table", name, TABLES)
    return TABLES[name]


def _given(column: Column) -> list[str]:
    return request.form.getlist(column.en)


def _field(column: Column) -> Mapping[str, Any]:
    """What a form shows of a column: its name, what may be chosen, and what is filled in."""
    return {
        "name": column.en,
        "label": column.called(g.lang),
        "kind": column.kind,
        "required": column.required,
        "many": column.many,
        "choices": _choices(column),
        "given": request.args.getlist(column.en),
    }


def _choices(column: Column) -> list[tuple[str, str]]:
    """What is sent and what is shown, for columns with a closed list."""
    if isinstance(column.choices, Mapping):
        names = list(column.choices)
        return list(zip(names[1::2], names[g.lang != "id" :: 2], strict=True))
    if column.kind != "concept":
        return []
    known = labels()
    told = [(str(c).removeprefix(SCHEME), known[c][g.lang]) for c in concepts(column.choices)]
    several = {shown for _, shown in told if sum(shown == other for _, other in told) > 1}
    named = [(c, f"{s} ({c.partition('/')[0]})" if s in several else s) for c, s in told]
    return sorted(named, key=lambda one: one[1].casefold())
