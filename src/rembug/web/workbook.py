"""An answer as a workbook that stands by itself: rows, what the columns mean, how to cite it."""

import csv
import io
from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Final

from rembug.graph import Rows, Term
from rembug.sources.cells import guarded
from rembug.web.words import name, translate, word

if TYPE_CHECKING:
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

_LONGEST: Final = 32_000  # characters that a cell takes
_NO_XML: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))
_WHOLE: Final = frozenset({"integer", "int", "long", "nonNegativeInteger"})
_PARTS: Final = frozenset({"decimal", "double", "float"})


def workbook(
    rows: Rows,
    heads: Sequence[str],
    about: Sequence[tuple[str, str]],
    codes: Collection[str] = (),
) -> bytes:
    """Write an answer as XLSX with three sheets.

    Args:
        rows: the answer; words of the catalogue, such as “unstated”, are in the page's language.
        heads: of its columns; the second sheet says which variable each of them is.
        about: what there is to say of it, names with texts: the question, version, citation, query.
        codes: the columns that keep the words of the catalogue as they are.
    """
    from openpyxl import Workbook  # slow to load, and rarely needed

    book = Workbook(write_only=True)
    answer = book.create_sheet(translate("workbook.answer"))
    answer.append([_cell(answer, head) for head in heads])
    for row in rows:
        answer.append([_value(answer, row.get(v), coded=v in codes) for v in rows.variables])
    columns = book.create_sheet(translate("workbook.columns"))
    columns.append([translate("workbook.column"), translate("workbook.variable")])
    for head, variable in zip(heads, rows.variables, strict=True):
        columns.append([_cell(columns, head), _cell(columns, variable)])
    told = book.create_sheet(translate("workbook.about"))
    for key, text in about:
        told.append([_cell(told, key), _cell(told, text)])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def heads(variables: Sequence[str], codes: Collection[str] = ()) -> list[str]:
    """What the columns of an answer are called in the page's language, no two of them the same."""
    found = [_head(variable, variables, codes) for variable in variables]
    return [
        head if found.count(head) == 1 else f"{head} ({variable})"
        for head, variable in zip(found, variables, strict=True)
    ]


def _head(variable: str, variables: Sequence[str], codes: Collection[str]) -> str:
    """People read the names of things and words, programs their IRIs and codes."""
    if variable in codes:
        return translate("workbook.code", of=name("column", variable))
    stem = variable.removesuffix("s").removesuffix("Label")
    if stem and variable in (f"{stem}Label", f"{stem}Labels"):
        return name("column", stem)
    if not {f"{variable}Label", f"{variable}Labels"}.isdisjoint(variables):
        return f"{name('column', variable)} (IRI)"
    return name("column", variable)


def meaning(variable: str) -> str:
    """What a column says, in the page's language."""
    for ending in ("Labels", "Label"):
        if variable.endswith(ending) and variable != ending:
            of = name("column", variable.removesuffix(ending))
            return translate("workbook.label", of=of)
    return name("column", variable)


def _value(sheet: "WriteOnlyWorksheet", term: Term | None, *, coded: bool) -> object:
    if term is None:
        return None
    kind = (term.datatype or "").rpartition("#")[2]
    try:
        if kind in _WHOLE and abs(int(term.value)) < 2**53:
            return int(term.value)
        if kind in _PARTS and abs(float(term.value)) < 1e300:
            return float(term.value)
    except ValueError:
        pass  # what is no number after all is shown as it stands
    return _cell(sheet, term.value if coded else word(term) or term.value)


def csv_of(rows: Rows) -> bytes:
    """An answer as CSV under the names of its variables; no cell is taken for a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(rows.variables)
    for row in rows:
        writer.writerow([guarded(row[v].value) if v in row else "" for v in rows.variables])
    return out.getvalue().encode()


def _cell(sheet: "WriteOnlyWorksheet", text: str) -> object:
    """A text that a worksheet takes, and never for a formula."""
    from openpyxl.cell import WriteOnlyCell

    cell = WriteOnlyCell(sheet)
    cell.value, cell.data_type = text.translate(_NO_XML)[:_LONGEST], "s"
    return cell
