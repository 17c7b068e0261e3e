"""What a command lists on standard output: a table for people, or JSON for programs."""

import json
import os
import re
import shutil
import sys
from collections.abc import Iterable, Sequence
from typing import Final

import click
from prettytable import PrettyTable, TableStyle

from rembug import languages, terms
from rembug.errors import Words, several, visible
from rembug.terminal.notes import say

_READABLE: Final = 8  # columns of a terminal that a cell needs
_LONGEST: Final = 500  # letters of a cell in a line; all cells of its column are made as wide


def short(iri: str) -> str:
    """A graph's IRI as people are shown it."""
    return iri.removeprefix(terms.GRAPH)


def listing(columns: list[str], rows: Iterable[Sequence[object]], form: str) -> None:
    """What a command lists, as a table or as JSON.

    Args:
        columns: their names, `title (en)`, which the catalogue translates; in JSON they are keys,
            `title_en`.
        rows: values in the order of the columns; None where there is none.
        form: `table` or `json`.
    """
    if form == "json":
        keys = [re.sub(r"\W+", "_", column).strip("_") for column in columns]
        found = [dict(zip(keys, row, strict=True)) for row in rows]
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        heads = [languages.translated(column) for column in columns]
        table(heads, [["" if cell is None else str(cell) for cell in row] for row in rows])


def table(columns: list[str], rows: list[list[str]]) -> None:
    """Rows on standard output as a table, their count on standard error.

    On a terminal IRIs are short and the table is as wide as the terminal, where its long columns
    share what the short ones leave; one of too many columns is written as a list of its cells.
    Elsewhere, in a pipe for one, so it is where COLUMNS says how wide, as for `ps`; else lines stay
    whole, for `grep` and `less -S`, as long as their cells are not far longer than a sentence, and
    cells are as they are, but for control characters, which a terminal would obey.
    """
    rows = [[visible(cell) for cell in row] for row in rows]
    table, count = PrettyTable(columns, align="l"), len(rows)
    table.max_width = _LONGEST
    table.set_style(TableStyle.SINGLE_BORDER)
    if sys.stdout.isatty() or os.environ.get("COLUMNS", "").isdecimal():
        width = shutil.get_terminal_size().columns
        rows = [[terms.curie(cell) for cell in row] for row in rows]
        longest = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
        share = _share(longest, width - 3 * len(columns) - 1)
        if share < min(_READABLE, max(longest, default=0)) or any(len(c) > share for c in columns):
            table, rows = _listed(columns, rows, width), []
        else:
            table.max_width = share
    table.add_rows(rows)
    click.echo(table.get_string())
    say(Words(several(count, "row"), f"{count} baris"), err=True)


def _listed(columns: list[str], rows: list[list[str]], width: int) -> PrettyTable:
    """A line for each cell that says something, with a rule below each row."""
    listed = PrettyTable(["column", "cell"], align="l")
    listed.set_style(TableStyle.SINGLE_BORDER)
    listed.header = False
    listed.max_width = max(width - max(map(len, columns)) - 7, 1)
    for row in rows:
        pairs = [pair for pair in zip(columns, row, strict=True) if pair[1]]
        for number, pair in enumerate(pairs, 1):
            listed.add_row(list(pair), divider=number == len(pairs))
    return listed


def _share(longest: Sequence[int], width: int) -> int:
    """How wide a column may be at most, so that all of them fit into a width."""
    left, share = width, 1
    for number, length in enumerate(sorted(longest)):
        share = left // (len(longest) - number)
        if length > share:
            return max(share, 1)
        left -= length
    return max(longest, default=1)
