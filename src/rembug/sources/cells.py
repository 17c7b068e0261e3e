"""Dates and what else people write in a cell, in Indonesian and in English; numbers are apart."""

import csv
import re
from datetime import date, timedelta
from typing import Final
from urllib.parse import parse_qs, urlsplit

from rdflib import XSD, Literal

from rembug import terms
from rembug.errors import Words, with_cause

# As people write them, old spellings too; of Agt, Nopember and Pebruari the CLDR knows none.
_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "januari january jan djanuari",
            "februari february feb peb pebruari febr",
            "maret march mar mrt",
            "april apr",
            "mei may",
            "juni june jun",
            "juli july jul",
            "agustus august agu agt agust ags aug",
            "september sep sept",
            "oktober october okt oct",
            "november nov nop nopember",
            "desember december des dec",
        ),
        1,
    )
    for name in names.split()
}
_QUARTERS: Final = {
    name: number
    for number, names in enumerate(
        ("i 1 pertama first", "ii 2 kedua second", "iii 3 ketiga third", "iv 4 keempat fourth"), 1
    )
    for name in names.split()
}
_QUARTER: Final = re.compile(
    r"(?:triwulan|tw|trw|kuartal|quarter|q)[ .-]*(?:ke-)?(\w+)[ ,./-]*(?:tahun )?(\d{4})"
)
_SEMESTER: Final = re.compile(r"(?:semester|smt|sem)[ .-]*(?:ke-)?(\w+)[ ,./-]*(?:tahun )?(\d{4})")
_PART_OF_YEAR: Final = re.compile(
    r"(?:triwulan|tw|trw|kuartal|quarter|q|semester|smt|sem)[ .-]*(?:ke-)?(?:"
    + "|".join(_QUARTERS)
    + ")"
)
_SPAN: Final = re.compile(r"(\d{4})\s*(?:-|–|—|/|s\.?/?d\.?|sampai|hingga|to)\s*(\d{4})")
# From which spreadsheets count days (ECMA-376 part 1, §18.17.4.1).
_FIRST_DAY: Final = date(1899, 12, 30)
_SHORT: Final = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2})")

# What Excel writes for a month: Des-21. Not with a space alone, since “Jan 22” may be a day.
_MONTH_SHORT: Final = re.compile(r"([^\W\d_]+)\.?\s*[-'’]\s*(\d{2})")
_WEEKDAY: Final = re.compile(
    r"(?:senin|selasa|rabu|kamis|jum['’]?at|sabtu|minggu|ahad|(?:mon|tues|wednes|thurs|fri|satur|sun)"
    r"day)\b[,.]?\s+"
)
_MIDNIGHT: Final = re.compile(r"(?<=\d)[t ]00[:.]00(?:[:.]00(?:\.0+)?)?(?:z|\+00:00)?\Z")
# 17-Aug-2021, 17/Agustus/2021
_JOINED: Final = re.compile(r"(?:(\d{1,2})[-/])?([^\W\d_]+)\.?[-/](\d{4})")

_PAGES: Final = ("/page/id/", "/page/scheme/")

NOTHING: Final = frozenset({"-", "--", "–", "—", "n/a", "#n/a", "na", "n.a.", "t/a", "nihil"})
"""What people write in a cell that has no value, in small letters."""

ERRORS: Final = frozenset(
    {"#ref!", "#value!", "#div/0!", "#name?", "#null!", "#num!", "#spill!", "#calc!", "#error!"}
)
"""What a spreadsheet writes where a formula fails, in small letters."""


class NotRead(ValueError):
    """A cell that is not what its column asks for; says what one is like, in both languages."""

    def __init__(self, en: str, id_: str) -> None:
        super().__init__(en)
        self.words = Words(en, id_)


# A spreadsheet runs a cell that begins like this as a formula (OWASP, CSV Injection).
_DANGEROUS: Final = ("=", "+", "-", "@", "\t", "\r", "'")


def guarded(text: str) -> str:
    """A cell that a spreadsheet takes for text, whatever it begins with."""
    return "'" + text if text.startswith(_DANGEROUS) else text


_NUMBER: Final = re.compile(r"-?\d[\d.,]*")


def guarded_number(text: str) -> str:
    """A cell that holds a number; one that is none after all is text."""
    return text if _NUMBER.fullmatch(text) else guarded(text)


def unguarded(cell: str) -> str:
    """The text of a cell that `guarded` wrote."""
    return cell[1:] if cell.startswith("'") and cell[1:].startswith(_DANGEROUS) else cell


def no_csv(error: csv.Error) -> Words:
    """What is to be told of a table that the reader of CSV stops in."""
    if "field larger" in str(error):
        most = f"{csv.field_size_limit():,}".replace(",", " ")
        return Words(
            f"has a cell of more than {most} characters; close the quotation mark that begins it, "
            "or put the text into a file of its own",
            f"memiliki sel lebih dari {most} karakter; tutup tanda kutip yang mengawalinya, atau "
            "pindahkan teksnya ke berkas tersendiri",
        )
    if "unexpected end" in str(error):
        return Words(
            "has a quotation mark that is never closed, and all from there on would be one cell; "
            "close it, or take it out",
            "memiliki tanda kutip yang tidak ditutup, sehingga semua sesudahnya menjadi satu sel; "
            "tutup tanda kutip itu, atau hapus",
        )
    if "new-line" in str(error):
        return Words(
            "has a carriage return in the middle of a line; take it out, or save the table as CSV "
            "UTF-8",
            "memuat tanda ganti baris (CR) di tengah baris; hapus tanda itu, atau simpan tabel "
            "sebagai CSV UTF-8",
        )
    return with_cause(
        "cannot be read as CSV; save the table as CSV UTF-8",
        "tidak dapat dibaca sebagai CSV; simpan tabel sebagai CSV UTF-8",
        error,
    )


def iri(text: str) -> str:
    """The IRI that an address stands for: its own, or that of the thing whose page it is.

    A page's address may be pasted as the browser shows it, whatever the host and the language.
    """
    parts = urlsplit(text)
    if parts.path == "/page" and (named := parse_qs(parts.query).get("iri")):
        return named[0]
    if parts.path.startswith(_PAGES):
        return terms.BASE + parts.path.removeprefix("/page/")
    return text


def is_short(text: str) -> bool:
    """Whether a date has a year of two digits, whose century is guessed."""
    found = _MONTH_SHORT.fullmatch(text.strip().casefold())
    return bool(_SHORT.fullmatch("".join(text.split())) or (found and found[1] in _MONTHS))


def day(text: str) -> Literal:
    """A time as people write it: a year, a month, a day, a quarter or a span of years.

    2021, Agustus 2021, Agt 2021, Agt-21, 17 Agustus 2021, 17-Aug-2021, 17/08/2021, 17/08/21,
    2021-08-17 in types of XSD, without the day of the week and the midnight that programs add;
    Triwulan II 2023, Semester I 2022 and 2018-2023 as EDTF (a quarter is one of the months 33 to
    36, half a year 40 or 41, a span has a stroke). A year of two digits is one of 1969 to 2068, as
    in POSIX.

    Raises:
        NotRead: it is none; says what one is like.
    """
    folded = _MIDNIGHT.sub("", _WEEKDAY.sub("", " ".join(text.casefold().split()), 1))
    if (found := _MONTH_SHORT.fullmatch(folded)) and found[1] in _MONTHS:
        return Literal(f"{_full_year(found[2])}-{_MONTHS[found[1]]:02}", datatype=XSD.gYearMonth)
    if (found := _JOINED.fullmatch(folded)) and found[2] in _MONTHS:
        folded = " ".join(filter(None, found.groups()))
    words = folded.replace(",", " ").split()
    numbers = [word for word in words if re.fullmatch(r"[0-9]+", word)]
    months = [_MONTHS[word.rstrip(".")] for word in words if word.rstrip(".") in _MONTHS]
    try:
        if len(months) == 1 and len(words) == len(numbers) + 1:
            month = months[0]
            if len(numbers) == 1 and len(numbers[0]) == 4:
                return Literal(f"{numbers[0]}-{month:02}", datatype=XSD.gYearMonth)
            if len(numbers) == 2:
                first, year = sorted(numbers, key=len)
                return _date(int(year), month, int(first))
        if (found := _QUARTER.fullmatch(folded)) and found[1] in _QUARTERS:
            return Literal(f"{found[2]}-{32 + _QUARTERS[found[1]]}", datatype=terms.EDTF)
        if (found := _SEMESTER.fullmatch(folded)) and _QUARTERS.get(found[1], 3) < 3:
            return Literal(f"{found[2]}-{39 + _QUARTERS[found[1]]}", datatype=terms.EDTF)
        if (found := _SPAN.fullmatch(folded)) and found[1] < found[2]:
            return Literal(f"{found[1]}/{found[2]}", datatype=terms.EDTF)
        joined = "".join(words)
        if re.fullmatch(r"[0-9]{4}(?:[.,]0+)?", joined):  # 2022.0, as programs write numbers
            return Literal(joined[:4], datatype=XSD.gYear)
        if re.fullmatch(r"[0-9]{4}-(?:3[3-6]|4[01])", joined):
            return Literal(joined, datatype=terms.EDTF)
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}", joined):
            date.fromisoformat(joined + "-01")
            return Literal(joined, datatype=XSD.gYearMonth)
        if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", joined):
            return Literal(date.fromisoformat(joined).isoformat(), datatype=XSD.date)
        if found := re.fullmatch(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})", joined):
            return _date(int(found[3]), int(found[2]), int(found[1]))
        if found := _SHORT.fullmatch(joined):
            return _date(_full_year(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        pass
    if _PART_OF_YEAR.fullmatch(folded):
        raise NotRead(
            f"“{text}” lacks its year; write it like {text} 2021",
            f"“{text}” tidak menyebutkan tahunnya; tulis seperti {text} 2021",
        )
    if re.fullmatch(r"[2-6][0-9]{4}", folded):
        meant = (_FIRST_DAY + timedelta(days=int(folded))).isoformat()
        raise NotRead(
            f"“{text}” is a number; if it stands for a day as spreadsheets count them, that is "
            f"{meant}: write the date, or have the column shown as dates",
            f"“{text}” berupa bilangan; bila itu tanggal menurut hitungan lembar kerja, artinya "
            f"{meant}: tulis tanggalnya, atau tampilkan kolomnya sebagai tanggal",
        )
    raise NotRead(
        f"“{text}” is not a date; write one like 2021, Agustus 2021 or 17 Agustus 2021",
        f"“{text}” bukan waktu; tulis seperti 2021, Agustus 2021, atau 17 Agustus 2021",
    )


def _full_year(short: str) -> int:
    return int(short) + (2000 if int(short) < 69 else 1900)


def _date(year: int, month: int, number: int) -> Literal:
    return Literal(date(year, month, number).isoformat(), datatype=XSD.date)
