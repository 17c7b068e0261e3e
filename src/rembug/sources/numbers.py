"""Numbers as people write them in a cell, in Indonesian and in English.

Of a point or a comma before three digits nobody knows alone whether it parts thousands or decimals:
the other numbers of the column say it (`Marks`), or else the language of the table.
"""

import re
from decimal import Decimal
from typing import Final

from rdflib import Literal

from rembug import terms
from rembug.sources.cells import NotRead

_POINTS: Final = re.compile(r"-?[1-9]\d{0,2}(?:\.\d{3})+(?:,\d+)?")  # 1.250,5
_COMMAS: Final = re.compile(r"-?[1-9]\d{0,2}(?:,\d{3})+(?:\.\d+)?")  # 1,250.5
_PLAIN: Final = re.compile(r"-?\d+(?:[.,]\d+)?")
_SPACES: Final = re.compile(r"-?\d{1,3}(?:[ \u00a0\u2009\u202f]\d{3})+(?:[.,]\d+)?")  # 1 250
_NEGATIVE: Final = re.compile(r"\(\s*([^()-]*\d[.,]\d+)\s*\)|([^()-]*\d[.,]\d+)\s*-")
"""As accounts have them: (1.234) and 1.234,50-. Of (5) and 2020- nobody knows that they are."""
DOUBTFUL: Final = (".", ",")
"""What `marks` tells of `1.250` and `1,250`."""
_PADDED: Final = re.compile(r"([.,]\d{3})0\Z")
_TIMES: Final = {
    name: Decimal(10) ** power
    for power, names in (
        (3, "ribu rb thousand"),
        (6, "juta jt million"),
        (9, "miliar milyar billion"),
        (12, "triliun trilyun trillion"),
    )
    for name in names.split()
}
# M for milyar, T for trilyun: only of money, since they are metres and tons too.
_OF_MONEY: Final = {"m": Decimal(10) ** 9, "t": Decimal(10) ** 12}
# Short words for what is counted; any other of one or two letters may be one that multiplies.
_SHORT_UNITS: Final = re.compile(r"[km]?g|gr|[kcm]m|ha|m?l|lt|k[klw]|r[tw]|th|bl|hr|bh|pt|cv")
# What begins like a word that multiplies and is none: ribuan, jt-an, mln, ratus juta.
_LIKE_TIMES: Final = re.compile(
    r"(?:ribu|rb|juta|jt|mili?[ay]|mill|mil$|triliu?|tril|trily|thous|bill|bil$|bio$|mio$|mln|mrd|"
    r"bln$|tln$|puluh|ratus|hundred|tens?$|dozen)"
)
# What may follow a sum of money: it says whose, or how often, and does not multiply.
_AFTER_MONEY: Final = re.compile(r"rupiah|per|setiap|tiap|saja|each|every|se(?:bulan|tahun|hari)")
_MONEY: Final = re.compile(r"\s*(?:Rp\.?|IDR)\s*-?\d", re.I)
_MONEY_WORDS: Final = frozenset({"rupiah", "rp", "idr"})
# A number and the word for what is counted: 5 orang, 12 sentra.
_COUNTED: Final = re.compile(r"(-?[\d.,\u00a0\u2009\u202f ]*\d)\s*([^\W\d_][^\d]{0,60})")
_BOUNDS: Final = frozenset(
    [
        "lebih",
        "kurang",
        "sekitar",
        "kira-kira",
        "hampir",
        "minimal",
        "maksimal",
        "atau",
        "sampai",
        "hingga",
        "dari",
        "setengah",
        "more",
        "less",
        "about",
        "almost",
        "over",
        "under",
        "at",
        "or",
        "to",
        "of",
        "and",
        "dan",
        "x",
        "e",
        "half",
    ]
)  # with these it is another number, or none
_SIGNS: Final = re.compile(r"(?:Rp\.?|IDR)\s*(?=[-\d])|(?<=\d)\s*(?:%|,-|,--)$", re.I)


def unsigned(text: str) -> str:
    """A number without the sign of a currency or of per cent, which its unit says.

    One that is negative as accounts write it has its minus before it.
    """
    bare = text.strip().replace("\N{MINUS SIGN}", "-")
    if below := _NEGATIVE.fullmatch(bare):
        bare = f"-{below[1] or below[2]}"
    return _SIGNS.sub("", bare)


def _suffix(text: str, suffix: str, *, money: bool) -> tuple[bool, Decimal]:
    """Whether the words after a number leave it one, and by how much they multiply it.

    Raises:
        NotRead: they may multiply it, and it is not certain that they do.
    """
    spelt = suffix.casefold().replace("/", " per ")
    words = [word for word in re.split(r"[\s.()]+", spelt) if word]
    if not words:
        return False, Decimal(1)
    times = _TIMES.get(words[0]) or (_OF_MONEY.get(words[0]) if money else None)
    after = words[1:] if times else words
    if not _BOUNDS.isdisjoint(after) or not _TIMES.keys().isdisjoint(after):
        return False, Decimal(1)
    if after:
        short = len(after[0]) < 3 and not _SHORT_UNITS.fullmatch(after[0])
        unknown = short or bool(_LIKE_TIMES.match(after[0]))
        if unknown or (money and not _AFTER_MONEY.fullmatch(after[0])):
            raise NotRead(
                f"what “{after[0]}” in “{text}” means is not certain; write the number out, or "
                "with ribu, juta, miliar or triliun (after Rp also M and T), like Rp 1,2 miliar "
                "or 1200000000",
                f"arti “{after[0]}” dalam “{text}” tidak pasti; tulis angkanya lengkap, atau "
                "dengan ribu, juta, miliar, atau triliun (setelah Rp juga M dan T), seperti "
                "Rp 1,2 miliar atau 1200000000",
            )
    return True, times or Decimal(1)


def _counted(text: str, *, money: bool) -> tuple[str, Decimal]:
    """What stands before the words after a number, and by how much they multiply it."""
    bare = unsigned(text)
    if found := _COUNTED.fullmatch(bare):
        left_out, times = _suffix(text, found[2], money=money)
        if left_out:
            return found[1], times
    return bare, Decimal(1)


def is_of_money(unit: str) -> bool:
    """Whether a unit is one of money, by its name or its code: rupiah, unit/juta-rupiah."""
    return not _MONEY_WORDS.isdisjoint(terms.slug(unit).split("-"))


def _multiplies(unit: str) -> bool:
    """Whether a unit multiplies by itself: miliar rupiah."""
    return not _TIMES.keys().isdisjoint(terms.slug(unit).split("-"))


def number(text: str, language: str, unit: str = "") -> Literal:
    """A number; where a mark could be either, the table's language decides.

    A sign of currency or of per cent is left out, and so is what is counted: `Rp 1.500.000`,
    `12 %`, `5 orang`. Words that multiply do so: `Rp 2,5 juta`; of money M is miliar and T triliun.

    Args:
        text: what a cell says.
        language: of its table.
        unit: what the row says that it is measured in, by name or code.

    Raises:
        NotRead: it is none, or has a word after it that may multiply it; says what one is like.
    """
    written, times = _counted(text, money=bool(_MONEY.match(text)) or is_of_money(unit))
    if times > 1 and _multiplies(unit):
        raise NotRead(
            f"“{text}” multiplies, and so does its unit “{unit}”; write {written} if it is in that "
            "unit, or choose a unit that does not multiply",
            f"“{text}” sudah dikalikan, begitu pula satuannya “{unit}”; tulis {written} jika dalam "
            "satuan itu, atau pilih satuan yang tidak mengalikan",
        )
    match marks(written):
        case None:
            raise NotRead(
                f"“{text}” is not a number; write one like 1.250,5 or 1250.5",
                f"“{text}” bukan angka; tulis seperti 1.250,5 atau 1250.5",
            )
        case "id":
            parted, point = ".", ","
        case "en":
            parted, point = ",", "."
        case _:
            parted, point = (".", ",") if language == "id" else (",", ".")
    plain = "".join(written.split()).replace(parted, "").replace(point, ".")
    value = Decimal(_PADDED.sub(r"\1", plain))
    value = value * times if times > 1 else value  # a product has 28 digits
    whole = value == int(value) if times > 1 else "." not in plain
    return Literal(int(value)) if whole else Literal(value)


def marks(written: str) -> str | None:
    """In which language the marks in a bare number are what they can only be.

    Returns:
        `id` of `1.250,5`, `12,5` and `1.250.000`; `en` of `1,250.5`, `12.5` and `1,250,000`; of
        `1.250` and `1,250`, which may be either, the mark; nothing of a number without marks; None
        of what is no number.
    """
    if _SPACES.fullmatch(written):
        written = "".join(written.split())
    for thousands, point, language, form in ((".", ",", "id", _POINTS), (",", ".", "en", _COMMAS)):
        if form.fullmatch(written):
            return language if point in written or written.count(thousands) > 1 else thousands
    if _PLAIN.fullmatch(written):
        return "id" if "," in written else "en" if "." in written else ""
    return None


def marks_in(text: str, unit: str = "") -> str | None:
    """The same of a cell, whatever sign, unit or word is in it."""
    try:
        return marks(_counted(text, money=bool(_MONEY.match(text)) or is_of_money(unit))[0])
    except NotRead:
        return None


def unmistakable(number: str) -> str:
    """A number without marks for thousands, so that its decimals are taken for no thousands.

    A fourth decimal of nothing says so: 1.125 is 1.1250.
    """
    return number + "0" if marks(number) in DOUBTFUL else number


class Marks:
    """What the numbers of a column say of the points and commas in them.

    Attributes:
        doubtful: of each mark that may part thousands or decimals, the first cell and its line.
    """

    def __init__(self) -> None:
        self.doubtful: dict[str, tuple[str, int | None]] = {}
        self.told = set[str]()
        """The languages in which marks are what they can only be."""
        self._small = self._large = False

    def take(self, mark: str, text: str, line: int | None) -> None:
        """Look at a cell, of which `marks_in` is told."""
        if mark in DOUBTFUL:
            self.doubtful.setdefault(mark, (text, line))
        elif mark:
            self.told.add(mark)
        elif len(text.lstrip("-")) < 4:
            self._small = True
        else:
            self._large = True

    def language(self, usual: str) -> str | None:
        """In which language the numbers are written, as far as that matters; None if none tells.

        Thousands that are parted stand beside numbers below a thousand, not beside 1400.

        Args:
            usual: the language of the table.
        """
        if not self.doubtful:
            return usual
        if len(self.told) == 1:
            return next(iter(self.told))
        if self.told or len(self.doubtful) > 1:
            return None
        parting = "id" if "." in self.doubtful else "en"
        return parting if parting == usual or (self._small and not self._large) else None


def is_negative(text: str) -> bool:
    """Whether a number is negative as accounts write it."""
    return _NEGATIVE.fullmatch(text.strip()) is not None


def is_bare(text: str) -> bool:
    """Whether a number stands in a cell without words and signs."""
    return not re.search(r"[^\W\d_]|%", text) and unsigned(text) == text.strip()
