"""A text as it is read, whatever it is written with, and where each letter of it is written.

Read are letters and digits of other widths as the ordinary ones (NFKC), digits of all scripts as 0
to 9, references of HTML and escapes of IRIs as what they stand for; marks that nobody sees (Cf) are
passed over. So “０８１２”, “&#64;” and a zero-width space between two digits hide nothing.
"""

import html
import re
import unicodedata
from typing import Final, NamedTuple
from urllib.parse import unquote

_REFERENCE: Final = r"&(?:#(?:\d{1,7}|[xX][0-9A-Fa-f]{1,6});?|[A-Za-z][A-Za-z0-9]{1,30};)"
_MARKS: Final = r"[^\x00-\x7f][\u0300-\u036f]*+|[\x20-\x7e][\u0300-\u036f]++"
_OF_TEXT: Final = re.compile(f"{_REFERENCE}|{_MARKS}")
_OF_IRIS: Final = re.compile(rf"(?:%[0-9A-Fa-f]{{2}})++|{_MARKS}")
_ALIKE: Final = frozenset({"<wide>", "<narrow>", "<font>", "<small>", "<circle>", "<noBreak>"})
# What is not shown though it is of no category for that: fillers and choices of a form.
_UNSEEN: Final = frozenset(
    map(chr, (0x34F, 0x115F, 0x1160, 0x3164, 0xFFA0, *range(0xFE00, 0xFE10)))
)
_HYPHENS: Final = dict.fromkeys("\u2010\u2011\u2012\u2212\ufe63\uff0d", "-")
# What people put between the digits of a number, in place of a blank or a hyphen.
_BETWEEN: Final = re.compile(r"(?<=\d)(?: ?[·•∙⋅‧・] ?|[–—_*])(?=\d)")


class Plain(NamedTuple):
    """A text as it is read.

    Attributes:
        text: itself.
        written: as it is written.
        spans: from and to which character of what is written each of its characters stands; None
            where both are the same.
    """

    text: str
    written: str
    spans: list[tuple[int, int]] | None

    def original(self, start: int, end: int) -> str:
        """How a part of it is written."""
        if self.spans is None or end <= start:
            return self.written[start:end]
        return self.written[self.spans[start][0] : self.spans[end - 1][1]]


def plain(written: str, *, iri: bool = False) -> Plain:
    """Read a text, or an IRI with its escapes; at the cost of its length."""
    units = _OF_IRIS if iri else _OF_TEXT
    text: list[str] = []
    spans: list[tuple[int, int]] = []
    at = 0
    for found in units.finditer(written):
        read = _read(found[0], iri=iri)
        if read == found[0]:
            continue
        for here in range(at, found.start()):
            text.append(written[here])
            spans.append((here, here + 1))
        text += read
        spans += [found.span()] * len(read)
        at = found.end()
    if not spans and at == 0:
        return Plain(_even(written), written, None)
    text += written[at:]
    spans += [(here, here + 1) for here in range(at, len(written))]
    return Plain(_even("".join(text)), written, spans)


def _read(unit: str, *, iri: bool) -> str:
    """What a character with its marks, a reference or an escape is read as."""
    if len(unit) > 1 and unit[0] == "&":
        unit = html.unescape(unit)
    elif iri and unit[0] == "%":
        unit = unquote(unit)
    return "".join(map(_letter, unicodedata.normalize("NFC", unit)))


def _letter(letter: str) -> str:
    if letter.isascii():
        return letter
    if letter in _HYPHENS:
        return "-"
    if letter in _UNSEEN or unicodedata.category(letter) == "Cf":
        return ""
    if (digit := unicodedata.decimal(letter, None)) is not None:
        return str(digit)
    same = unicodedata.decomposition(letter).partition(" ")[0]
    if same in _ALIKE or (same == "<compat>" and letter != "…"):
        return unicodedata.normalize("NFKC", letter)
    return letter


def _even(text: str) -> str:
    """A text of the same length, in which what stands between digits is a blank or a hyphen."""
    return _BETWEEN.sub(lambda found: ("-" if found[0] in "–—" else " ") * len(found[0]), text)
