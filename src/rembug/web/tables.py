"""What a page shows of a query's answer: a table with entities as links, yes or no, Turtle."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rembug.graph import Answer, Row, Rows, Term

MOST_ROWS = 1000


@dataclass(frozen=True)
class Column:
    """A variable, and the variable that holds the labels of its entities, if there is one."""

    variable: str
    label: str | None


@dataclass(frozen=True)
class Table:
    """What a page shows of a query's solutions: the first rows, and how many there are."""

    columns: Sequence[Column]
    rows: Sequence[Row]
    total: int


@dataclass(frozen=True)
class View:
    """A table for solutions, yes or no for a boolean, Turtle for triples; one of them."""

    table: Table | None = None
    boolean: bool | None = None
    triples: str | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was found."""
        return not (self.boolean or self.triples or (self.table is not None and self.table.total))


def view(answer: Answer) -> View:
    """Read an answer that was written for a page: results in JSON, triples in Turtle."""
    match answer.kind:
        case "solutions":
            return View(table=table(Rows.from_json(answer.body)))
        case "boolean":
            return View(boolean=json.loads(answer.body)["boolean"])
        case _:
            return View(triples=answer.body.decode())


def table(rows: Rows, hidden: Sequence[str] = ()) -> Table:
    """Pair each variable with its label's; a label's own variable is no column then."""
    present = [variable for variable in rows.variables if variable not in hidden]
    labels = {variable: _label_of(variable, present) for variable in present}
    columns = [Column(v, label) for v, label in labels.items() if v not in labels.values()]
    return Table(columns, rows.rows[:MOST_ROWS], len(rows))


def cells(row: Row, column: Column) -> list[tuple[Term, str | None]]:
    """The terms of a cell, each with its label; a text of several lines is several terms.

    An empty text, which GROUP_CONCAT makes of nothing, is an empty cell.
    """
    if (term := row.get(column.variable)) is None or not term.value:
        return []
    labels = str(row.get(column.label or "", "")).splitlines()
    values = term.value.splitlines()
    if len(values) < 2:
        return [(term, "; ".join(labels) or None)]
    several = [Term("uri" if "://" in value else "literal", value) for value in values]
    return list(zip_longest(several, labels[: len(several)]))


def _label_of(variable: str, present: Sequence[str]) -> str | None:
    stem = variable.removesuffix("s")
    names = (f"{variable}Label", f"{variable}Labels", f"{stem}Labels")
    return next((name for name in names if name in present), None)
