"""Where passages begin and end: what tools count differs, and so do codings that shift.

The standard says code points from 0 with the end after the last; tools count UTF-16 units, bytes,
or CRLF as one or two. Each way of counting is held against the text: the right one is the one by
which passages begin and end at the edges of words. What it costs grows with what is not one unit
wide, and with the passages, not with the text.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from rembug.sources.coded import Reading

_SAMPLE: Final = 400


@dataclass(frozen=True)
class _Counting:
    """A way of counting.

    Attributes:
        name: for the researcher.
        wide: what is not one unit wide.
        width: how wide that is.
        first: the number of the first position.
        inclusive: whether the end is the last that belongs to the passage.
    """

    name: str
    wide: re.Pattern[str]
    width: Callable[[str], int]
    first: int = 0
    inclusive: bool = False


_LINES: Final = re.compile("\r\n")
_BEYOND_BMP: Final = re.compile("\r\n|[\U00010000-\U0010ffff]")
_BEYOND_ASCII: Final = re.compile("\r\n|[^\x00-\x7f]")


def _utf16(_: str) -> int:
    return 2  # a surrogate pair, or CR and LF


def _utf16_joined(text: str) -> int:
    return 1 if text == "\r\n" else 2


def _utf8(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


# In the order in which they are preferred when a text does not tell them apart.
_COUNTINGS: Final = (
    _Counting("code points", _LINES, len),
    _Counting("code points, CRLF as one", _LINES, lambda _: 1),
    _Counting("UTF-16 units", _BEYOND_BMP, _utf16),
    _Counting("UTF-16 units, CRLF as one", _BEYOND_BMP, _utf16_joined),
    _Counting("UTF-8 bytes", _BEYOND_ASCII, _utf8),
    _Counting("code points from 1", _LINES, len, first=1),
    _Counting("code points, the last included", _LINES, len, inclusive=True),
    _Counting("UTF-16 units, the last included", _BEYOND_BMP, _utf16, inclusive=True),
)

_GOOD: Final = 0.5  # of the passages at the edges of words, for a way to be believed
_BETTER: Final = 0.2  # and so many more of them than the standard's way has

Span = tuple[int, int]


def plain(raw: str) -> str:
    """A text as positions count in it: without a byte order mark, line feeds between lines."""
    return raw.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def read(
    raw: str, spans: Sequence[Span], names: Sequence[str] = ()
) -> tuple[list[Span | None], Reading]:
    """Passages in code points of the plain text, and the way of counting that fits them.

    Args:
        raw: the text as it was in the file.
        spans: start and end as the tool wrote them.
        names: what the tool calls each passage, which may be its words, or cut short.

    Returns:
        For each passage its place, None where it does not lie in the text; and the reading.
    """
    text = plain(raw)
    best: tuple[float, int, list[Span | None], _Counting] | None = None
    scores: list[tuple[float, str]] = []
    answers = []
    for rank, counting in enumerate(_COUNTINGS):
        places = _places(raw, spans, counting)
        score = _score(text, places, names)
        scores.append((score, counting.name))
        answers.append(places)
        if best is None or score > best[0] + 1e-9:
            best = (score, rank, places, counting)
    assert best is not None
    # Another way than the standard's is taken on good evidence alone: a few passages that happen
    # to begin and end at words say nothing.
    if best[0] < _GOOD or best[0] - scores[0][0] < _BETTER:
        best = (scores[0][0], 0, answers[0], _COUNTINGS[0])
    _, _, places, counting = best
    others = [(s, n) for (s, n), a in zip(scores, answers, strict=True) if a != places]
    second = max(others, default=(0.0, ""))
    told = f"{second[1]}, {second[0]:.0%}" if second[1] else ""
    return places, Reading(counting.name, fit(text, places), told)


def _places(raw: str, spans: Sequence[Span], counting: _Counting) -> list[Span | None]:
    """Each span in code points of the plain text."""
    body = raw.removeprefix("\ufeff")
    units: list[int] = []  # where something wide begins, as the tool counts
    points: list[int] = []  # and in the plain text, where each of them is one code point
    widths: list[int] = []
    unit = point = after = 0
    for found in counting.wide.finditer(body):
        unit, point = unit + found.start() - after, point + found.start() - after
        units.append(unit)
        points.append(point)
        widths.append(counting.width(found[0]))
        unit, point, after = unit + widths[-1], point + 1, found.end()
    total = unit + len(body) - after

    def place(position: int) -> int | None:
        position -= counting.first
        if not 0 <= position <= total:
            return None
        at = bisect_right(units, position) - 1
        if at < 0:
            return position
        into = position - units[at]
        if 0 < into < widths[at]:  # between CR and LF is after the line; elsewhere it is nowhere
            return points[at] + 1 if counting.wide is _LINES else None
        return points[at] + (1 + into - widths[at] if into else 0)

    places: list[Span | None] = []
    for start, end in spans:
        first, last = place(start), place(end + counting.inclusive)
        good = first is not None and last is not None and first < last
        places.append((first, last) if good and first is not None and last is not None else None)
    return places


def fit(text: str, places: Sequence[Span | None]) -> float:
    """How many of the passages begin and end at the edge of a word, both together; 0 to 1."""
    sample = places[:_SAMPLE]
    return sum(_at_edges(text, place) for place in sample) / len(sample) if sample else 1.0


def _score(text: str, places: Sequence[Span | None], names: Sequence[str]) -> float:
    """The fit, and where names are the passages' words for the most part, how many agree."""
    edges = fit(text, places)
    pairs = [(p, plain(n)) for p, n in zip(places, names, strict=False) if n][:_SAMPLE]
    agree = sum(
        text[p[0] : p[1]].split()[:4] == n.removesuffix("…").removesuffix("...").split()[:4]
        for p, n in pairs
        if p is not None
    )
    if pairs and agree / len(pairs) > 0.5:
        return edges + agree / len(pairs)
    return edges


def _at_edges(text: str, place: Span | None) -> bool:
    """A space or the text's end lies outside each edge, and none inside."""
    if place is None:
        return False
    start, end = place
    before = start == 0 or not text[start - 1].isalnum()
    after = end == len(text) or not text[end].isalnum()
    return before and after and not text[start].isspace() and not text[end - 1].isspace()
