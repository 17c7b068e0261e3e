"""What a column of somebody's table holds as a whole: figures, codes or texts.

No cell says alone whether it is a code that lost its zero, or thousands with a comma: the others of
its column do.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Final

from rdflib import Literal

from rembug.errors import Words
from rembug.sources.cells import NOTHING, NotRead
from rembug.sources.numbers import DOUBTFUL, Marks, marks_in, number

_CODES: Final = re.compile(
    r"\b(?:kode|code|no|nomor|nib|nik|npwp|id|key|telepon|telp|hp|wa|phone|kbli|rt|rw)\b|"
    r"^(?:tahun|thn|th|year)\b(?!\W*\d)|(?<!per )(?<!/)\byear$"
)
_COUNTS: Final = re.compile(r"(?:jumlah|jml|banyak|total|rata|count|number of)")
"""How titles of figures begin: of codes they say how many there are."""
_DIGITS: Final = {"nib": 13, "nik": 16, "npwp": 15}
"""How many digits official numbers have; an NPWP 16 since 2024."""
_KBLI: Final = 5  # digits of a group; classes above it have fewer
_PHONE: Final = re.compile(r"\b(?:telepon|telp|hp|wa|phone|whatsapp)\b")
_MOBILE: Final = re.compile(r"8\d{8,11}", re.ASCII)
_LOST: Final = 3  # zeros that a number may have lost
_BEGINNINGS: Final = frozenset("0123456789-(\N{MINUS SIGN}RrIi")
"""What numbers begin with: also Rp and IDR."""
_FEW: Final = 0.1  # of the numbers begin with a zero in a column of codes
_KNOWN: Final = 50_000  # cells, of which many are the same in many rows
_TOLD: Final = 20  # lines
_USUAL: Final = "id"
ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?e\+?\d+", re.IGNORECASE | re.ASCII)
"""A long number as a spreadsheet shows it: its last digits are lost."""


class Column:
    """The cells of a column, looked at one by one.

    Attributes:
        title: of the column.
        numbers: how many cells are numbers.
        marks: what those say of points and commas.
    """

    def __init__(self, title: str) -> None:
        self.title = title
        self.numbers = 0
        self.marks = Marks()
        told = title.casefold().strip()
        self._code = _CODES.search(told) is not None and _COUNTS.match(told) is None
        self._whole = next((n for word, n in _DIGITS.items() if re.search(rf"\b{word}\b", told)), 0)
        self._zeros = self._others = 0
        self._text = ""
        self._without, self._rounded, self._mobile = list[int](), list[int](), list[int]()
        self._lengths: dict[int, int] = {}
        self._lines: dict[int, list[int]] = {}

    def take(self, text: str, line: int) -> None:
        """Look at the next cell that is not empty."""
        if text.isdigit() and text.isascii():  # most are; a table has millions
            size = len(text)
            self._lengths[size] = self._lengths.get(size, 0) + 1
            _add(self._lines.setdefault(size, []), line)
            if text[0] == "8" and _MOBILE.fullmatch(text):
                _add(self._mobile, line)
            self.numbers += 1
            self._zeros += size > 1 and text[0] == "0"
            self.marks.take("", text, line)
            return
        mark = _mark(text) if text[0] in _BEGINNINGS else None
        if mark is not None:
            self.numbers += 1
            self._zeros += _begins_with_zero(text)
            self.marks.take(mark, text, line)
            return
        if ROUNDED.fullmatch(text):
            _add(self._rounded, line)
        if text.casefold() not in NOTHING:
            self._others += 1
            self._text = self._text or text
        _add(self._without, line)

    @property
    def of_codes(self) -> bool:
        """Whether its numbers are codes, by its title or by zeros at their beginning."""
        shorter = self._lengths and max(self._lengths) < self._whole - _LOST
        coded = self._code and not shorter  # “UMKM ber-NIB” says how many have one
        return coded or (self._zeros > 0 and self._zeros >= _FEW * self.numbers)

    @property
    def of_figures(self) -> bool:
        """Whether most of its cells are numbers that count something."""
        return self.numbers > self._others and not self.of_codes

    def language(self, others: Sequence["Column"]) -> str | None:
        """In which language its figures are written; None where that is in doubt.

        Args:
            others: the columns of its table, which tell where it does not itself.
        """
        found = self.marks.language(_USUAL)
        told = set[str]().union(*(one.marks.told for one in others if not one.of_codes))
        if found is None and not self.marks.told and len(self.marks.doubtful) == 1 == len(told):
            return told.pop()
        return found

    def value(self, text: str, language: str) -> Literal:
        """A cell as a number where it is one that counts something, else as it is written.

        Without a language what may be thousands or decimals is no number.
        """
        if self.of_codes or _begins_with_zero(text) or (not language and _mark(text) in DOUBTFUL):
            return Literal(text)
        return _value(text, language)

    def notes(self, language: str) -> Iterator[Words]:
        """What is to be told of its cells, when its figures are read in a language."""
        if self.of_codes:
            yield from self._lost()
            return
        for mark in self.marks.doubtful:
            if mark != "." or language != _USUAL:
                text, line = self.marks.doubtful[mark]
                value = str(_value(text, language))
                yield Words(
                    f"column “{self.title}”: “{text}” (line {line}) was read as {value}, as other "
                    "numbers in the table are written",
                    f"kolom “{self.title}”: “{text}” (baris {line}) dibaca sebagai "
                    f"{value.replace('.', ',')}, sesuai penulisan bilangan lain dalam tabel ini",
                )
        if self._without and self.of_figures:
            seen = f", “{self._text}”" if self._text else ""
            yield Words(
                f"column “{self.title}”: no figure in line {_some(self._without)}{seen}; sums over "
                "it lack those rows",
                f"kolom “{self.title}”: tanpa angka pada baris {_some(self._without)}{seen}; "
                "jumlahnya tidak mencakup baris itu",
            )

    def doubt(self) -> tuple[Words, int | None]:
        """Why its figures cannot be read, and the line of the first that nobody can tell."""
        [(text, line), *others] = self.marks.doubtful.values()
        seen = ", ".join(f"“{one}”" for one, _ in [(text, line), *others])
        told = [str(_value(text, language)) for language in ("id", "en")]
        fraction, whole = sorted(told, key=lambda one: "." not in one)
        return Words(
            f"column “{self.title}”: {seen} may be thousands or decimals, and the other numbers of "
            f"the column do not say which; write {whole} or {fraction}0 throughout",
            f"kolom “{self.title}”: {seen} dapat berarti ribuan atau desimal, dan bilangan lain di "
            f"kolom itu tidak menunjukkannya; tulis semuanya seperti {whole} atau "
            f"{fraction.replace('.', ',')}0",
        ), line

    def _lost(self) -> Iterator[Words]:
        """Codes that have fewer digits than they must have, or were rounded."""
        if self._rounded:
            lines = _some(self._rounded)
            yield Words(
                f"column “{self.title}”: the numbers in line {lines} were rounded by a "
                "spreadsheet, and their last digits are lost",
                f"kolom “{self.title}”: bilangan pada baris {lines} dibulatkan lembar sebar, "
                "sehingga angka terakhirnya hilang",
            )
        title, whole = self.title.casefold(), self._whole
        phones = _PHONE.search(title) is not None
        usual = 0 if phones else max(self._lengths, key=self._lengths.__getitem__, default=0)
        if not whole and (self._zeros or (usual == _KBLI and "kbli" in title)):
            whole = usual
        sizes = range(max(whole - _LOST, 1), whole)
        short = [line for size in sizes for line in self._lines.get(size, ())]
        if short := sorted(short) or (self._mobile if phones else []):
            yield Words(
                f"column “{self.title}”: the codes in line {_some(short)} have lost zeros at their "
                "beginning, it seems, as spreadsheets drop them; set the column to text where the "
                "whole codes are, and save the table again",
                f"kolom “{self.title}”: kode pada baris {_some(short)} tampaknya kehilangan nol di "
                "depan, seperti yang dilakukan lembar sebar; jadikan kolomnya teks di tempat kode "
                "yang utuh, lalu simpan tabel lagi",
            )


def _begins_with_zero(text: str) -> bool:
    return text[0] == "0" and text[1:2].isdigit()


def _add(lines: list[int], line: int) -> None:
    """Keep a line to tell of, of which there may be many."""
    if len(lines) <= _TOLD:
        lines.append(line)


def _some(lines: Sequence[int]) -> str:
    return ", ".join(map(str, lines[:_TOLD])) + ("…" if lines[_TOLD:] else "")


@lru_cache(_KNOWN)
def _mark(text: str) -> str | None:
    return marks_in(text)


@lru_cache(_KNOWN)
def _value(text: str, language: str) -> Literal:
    try:
        return number(text, language)
    except NotRead:
        return Literal(text)
