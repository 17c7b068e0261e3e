"""Tables to fill in, as CSV and as XLSX with the choices of a cell to drop down."""

import io
from collections import Counter
from collections.abc import Mapping
from typing import Final

from rembug.sources.columns import TABLES, Column
from rembug.sources.vocabulary import concepts, labels
from rembug.terms import SCHEME

_SEVERAL: Final = {
    "id": "Beberapa nilai dipisahkan dengan titik koma (;).",
    "en": "Several values are separated with semicolons (;).",
}


def template(name: str, language: str) -> list[str]:
    """The head of a table, in a language."""
    return [column.called(language) for column in TABLES[name].columns]


def workbook(name: str, language: str) -> bytes:
    """A table to fill in, as XLSX, with the choices of a cell to drop down."""
    from openpyxl import Workbook  # slow to load, and rarely needed
    from openpyxl.styles import Font
    from openpyxl.utils import get_column_letter
    from openpyxl.worksheet.datavalidation import DataValidation

    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = name
    sheet.freeze_panes = "A2"
    lists = book.create_sheet("pilihan" if language == "id" else "choices")
    for number, column in enumerate(TABLES[name].columns, 1):
        letter = get_column_letter(number)
        cell = sheet.cell(1, number, column.called(language))
        cell.font = Font(bold=column.required)
        sheet.column_dimensions[letter].width = max(18, len(str(cell.value)) + 2)
        if column.kind == "thing":
            rule = DataValidation(showInputMessage=True, prompt=_takes(column, language))
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}2000")
        if choices := _choices(column, language):
            for row, choice in enumerate(choices, 1):
                lists.cell(row, number, choice)
            reference = f"'{lists.title}'!${letter}$1:${letter}${len(choices)}"
            # Several values in one cell are written by hand.
            rule = DataValidation("list", formula1=reference, showErrorMessage=not column.many)
            if column.many:
                rule.showInputMessage, rule.prompt = True, _SEVERAL[language]
            sheet.add_data_validation(rule)
            rule.add(f"{letter}2:{letter}2000")
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _choices(column: Column, language: str) -> list[str]:
    if isinstance(column.choices, Mapping):
        names = list(column.choices)
        return names[0::2] if language == "id" else names[1::2]
    if column.kind != "concept":
        return []
    known, among = labels(), concepts(column.choices, language)
    shared = Counter(known[concept][language].casefold() for concept in among)
    # A name that several frameworks have is no choice; scheme/concept is.
    return [
        known[c][language] if shared[known[c][language].casefold()] == 1 else c.removeprefix(SCHEME)
        for c in among
    ]


def _takes(column: Column, language: str) -> str:
    """What a cell that names things takes, in 255 letters at most."""
    kind = column.choices[0] if isinstance(column.choices, tuple) and column.choices else ""
    like = f"{kind}/x" if kind else "program/pelatihan"
    if language == "id":
        one = f"Jenis dan kode, seperti {like}, atau alamat halamannya"
        return f"{one}. {_SEVERAL[language]}" if column.many else one + "."
    one = f"Kind and code, like {like}, or the address of its page"
    return f"{one}. {_SEVERAL[language]}" if column.many else one + "."
