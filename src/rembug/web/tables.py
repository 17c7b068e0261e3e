"""What a page shows of a query's answer: a table with entities as links, yes or no, Turtle."""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from rembug.graph import Answer, Row, Rows, Term
from rembug.terms import study_of
from rembug.web.words import is_code, word

MOST_ROWS = 250


@dataclass(frozen=True)
class Column:
    """A variable, and the variable that holds the labels of its entities, if there is one.

    `typed` is whether it holds numbers, dates and the like, which stand at the end of their cells;
    `share` whether these are parts of 1, which are shown as per cent.
    """

    variable: str
    label: str | None
    typed: bool = False
    share: bool = False


@dataclass(frozen=True)
class Table:
    """What a page shows of a query's solutions: the first rows, and how many there are.

    `title` is the variable that tells the rows apart, which a card is headed by.
    """

    columns: Sequence[Column]
    rows: Sequence[Row]
    total: int
    title: str


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


def view(
    answer: Answer,
    hidden: Sequence[str] = (),
    shares: Collection[str] = (),
    names: Callable[[Collection[str]], Mapping[str, str]] | None = None,
) -> View:
    """Read an answer that was written for a page: results in JSON, triples in Turtle.

    Args:
        answer: of a query.
        hidden: variables that are no columns.
        shares: variables that are parts of 1.
        names: gives what things are called for whose names the query does not ask.
    """
    match answer.kind:
        case "solutions":
            rows = Rows.from_json(answer.body)
            if {"dataset", "datasetLabel"} <= set(rows.variables):
                rows = told_apart(rows, "dataset")
            if "study" not in rows.variables:
                rows = by_studies(rows)
            if names is not None:
                rows = labelled(rows, names)
            return View(table=table(rows, hidden, shares))
        case "boolean":
            return View(boolean=json.loads(answer.body)["boolean"])
        case _:
            return View(triples=answer.body.decode())


def labelled(rows: Rows, names: Callable[[Collection[str]], Mapping[str, str]]) -> Rows:
    """An answer in which things that have names also have them where the query asked for none.

    Args:
        rows: the answer; those of it that are shown are looked at.
        names: gives what some IRIs are called, as far as they are called anything.
    """
    present = rows.variables
    nameless = [v for v in present if _label_of(v, present) is None and not v.endswith("Label")]
    shown = rows.rows[:MOST_ROWS]
    iris = {row[v].value for row in shown for v in nameless if v in row and row[v].kind == "uri"}
    called = names(iris) if iris else {}
    if not called:
        return rows
    often = Counter(called.values())
    added = {iri: f"{name} ({iri})" if often[name] > 1 else name for iri, name in called.items()}
    found = [
        {
            **row,
            **{
                f"{v}Label": Term("literal", added[row[v].value])
                for v in nameless
                if v in row and row[v].kind == "uri" and row[v].value in added
            },
        }
        for row in shown
    ]
    labels = dict.fromkeys(f"{v}Label" for v in nameless if any(f"{v}Label" in r for r in found))
    return Rows((*present, *labels), [*found, *rows.rows[MOST_ROWS:]], rows.late)


def worded(rows: Rows) -> tuple[Rows, Collection[str]]:
    """Rows in which columns of codes, such as `unstated`, have their words in one beside them.

    Args:
        rows: the answer of a question.

    Returns:
        The rows with a column `…Label` behind each column of codes, in the page's language, and
        the names of those columns of codes.
    """
    found = {v: [row[v] for row in rows if v in row and row[v].value] for v in rows.variables}
    codes = {
        v
        for v, terms in found.items()
        if terms and all(map(is_code, terms)) and f"{v}Label" not in rows.variables
    }
    if not codes:
        return rows, codes
    variables = [n for v in rows.variables for n in ([v, f"{v}Label"] if v in codes else [v])]

    def labels(row: Row) -> dict[str, Term]:
        return {f"{v}Label": Term("literal", word(row[v]) or "") for v in codes if v in row}

    return Rows(tuple(variables), [{**row, **labels(row)} for row in rows], rows.late), codes


def told_apart(rows: Rows, variable: str) -> Rows:
    """Rows in which things of one name have what tells them apart behind it: whose they are.

    Args:
        rows: of a query.
        variable: that holds the things; their names are in the one called `…Label`.
    """
    label = f"{variable}Label"
    called = {str(r[variable]): str(r[label]) for r in rows if variable in r and label in r}
    often = Counter(called.values())
    codes = {iri: study_of(iri) or iri for iri, name in called.items() if often[name] > 1}
    if len(set(codes.values())) < len(codes):
        codes = {iri: iri for iri in codes}
    found = [
        {**row, label: Term("literal", f"{row[label]} ({code})")}
        if variable in row and (code := codes.get(str(row[variable]))) and label in row
        else row
        for row in rows
    ]
    return Rows(rows.variables, found, rows.late)


def by_studies(rows: Rows) -> Rows:
    """Rows in which things of several studies that have one name have their study's behind it."""
    marked: dict[str, dict[str, str]] = {}
    for variable in rows.variables:
        label = f"{variable}Label"
        called = {str(r[variable]): str(r[label]) for r in rows if variable in r and label in r}
        of: dict[str, set[str]] = {}
        for iri, name in called.items():
            of.setdefault(name, set()).add(study_of(iri) or "")
        marked[label] = {
            iri: f"{name} ({study_of(iri)})"
            for iri, name in called.items()
            if len(of[name]) > 1 and study_of(iri)
        }
    if not any(marked.values()):
        return rows
    found = [
        {
            name: Term("literal", marked[name][str(row[name.removesuffix("Label")])])
            if str(row.get(name.removesuffix("Label"))) in marked.get(name, ())
            else term
            for name, term in row.items()
        }
        for row in rows
    ]
    return Rows(rows.variables, found, rows.late)


def table(rows: Rows, hidden: Sequence[str] = (), shares: Collection[str] = ()) -> Table:
    """Pair each variable with its label's; a label's own variable is no column then.

    Args:
        rows: of a query.
        hidden: variables that are no columns.
        shares: variables that are parts of 1.
    """
    present = [variable for variable in rows.variables if variable not in hidden]
    labels = {variable: _label_of(variable, present) for variable in present}
    shown = rows.rows[:MOST_ROWS]
    typed = {v for v in present if any(v in row and row[v].datatype for row in shown)}
    columns = [
        Column(v, label, v in typed, v in shares)
        for v, label in labels.items()
        if v not in labels.values()
    ]
    return Table(columns, shown, len(rows), _title(columns, shown))


def same_throughout(rows: Rows, variable: str, shown: Table | None) -> Row | None:
    """A row to tell a column by that is the same in all of several rows, and heads none of them."""
    if shown is None or len(rows) < 2 or variable == shown.title:
        return None
    values = {row.get(variable) for row in rows}
    return rows.rows[0] if len(values) == 1 and None not in values else None


def _title(columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """The first of the columns of things that differ most from row to row, or the first of all."""
    among = [c.variable for c in columns if any(_is_thing(row.get(c.variable)) for row in rows)]
    values = {variable: len({row.get(variable) for row in rows}) for variable in among}
    return max(values, key=values.__getitem__, default=columns[0].variable if columns else "")


def _is_thing(term: Term | None) -> bool:
    return term is not None and term.kind == "uri"


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
