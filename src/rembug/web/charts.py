"""Drawings of a query's result, as geometry that a template writes as SVG.

Each drawing stands beside the table of the same numbers, which is what a screen reader reads.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from rembug import terms
from rembug.catalogue import Chart
from rembug.graph import Row, Rows, Term

# Narrow, so that letters can be read where a drawing fills a phone.
WIDTH: Final = 440
_MOST: Final = 40
_COLOURS: Final = 4
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 36, 26, 36
_DOWN: Final = 198  # of a scale, or of each where there are several
_DOWN_EACH: Final = 140
_HEAD: Final = 46  # from one scale to the next, with the name of the next
_LETTER: Final = 8.6  # across, on a phone
_ROUND: Final = 380
_EDGE: Final = 60
_STRIP: Final = 22  # for the numbers of moments, above a line and its own numbers
_BESIDE: Final = 132  # what a line of a name takes beside a node, at 14 letters of a phone
_NUMERIC: Final = frozenset({"integer", "decimal", "double", "float", "nonNegativeInteger", "int"})
_COORDINATES: Final = (
    *(("long", "lat"), ("lon", "lat"), ("lng", "lat")),
    *(("longitude", "latitude"), ("bujur", "lintang")),
)


@dataclass(frozen=True)
class Mark:
    """A place in a drawing with what is written there: a point, a node, a tick.

    A bar is as long as `x` per cent of its scale.
    """

    x: float
    y: float
    text: str
    number: str = ""
    series: int = 0


@dataclass(frozen=True)
class Drawing:
    """A drawing of `width` by `height`: marks, the paths between them, ticks, names of series."""

    kind: str
    height: float
    marks: Sequence[Mark]
    paths: Sequence[tuple[str, int, str]] = ()
    ticks: Sequence[Mark] = ()
    series: Sequence[str] = ()
    scale: tuple[float, float] | None = None
    width: int = field(default=WIDTH)
    zeros: int = 0
    """Rows of the table that are not drawn, because their number is zero."""
    moments: Sequence[Mark] = ()
    """What happened between the first tick and the last, at its place across."""
    scales: Sequence[Mark] = ()
    """The zero of each scale of a line, with the scale's name where there are several."""


def chart(how: Chart, rows: Rows) -> Drawing | None:
    """Draw what a query's header says; None when there is nothing to draw or too much to read."""
    if how.x is None or how.y is None:
        return None
    usable = [row for row in rows if how.x in row and how.y in row]
    if not usable or len(usable) > _MOST:
        return None
    match how.kind:
        case "bar":
            return _bars(how, usable)
        case "line" if _joined(how, usable):
            return _line(how, usable)
        case "line":
            return _bars(how, usable, apart=True)
        case "network":
            return _network(how, usable)
        case "map":
            return _map(how, usable)
        case _:
            return None


def with_moments(drawing: Drawing, named: Sequence[tuple[str, str]]) -> Drawing:
    """A line over years with what happened in them.

    Args:
        drawing: of any kind; one that is no line, or not over years, stays as it is.
        named: the date of each, a year, a month or a day, and what is written there.
    """
    years = [tick.text for tick in drawing.ticks]
    if drawing.kind != "line" or len(years) < 2 or not all(map(_is_number, years)):
        return drawing
    first, last = drawing.ticks[0], drawing.ticks[-1]
    begin, end = float(first.text), float(last.text)
    moments = [
        Mark(round(first.x + (last.x - first.x) * (year - begin) / (end - begin), 1), _TOP, text)
        for date, text in named
        if (year := _year(date)) is not None and begin <= year <= end
    ]
    return replace(_lowered(drawing), moments=moments) if moments else drawing


def _lowered(drawing: Drawing) -> Drawing:
    """A line with room above it."""

    def points(text: str) -> str:
        spots = (spot.split(",") for spot in text.split())
        return " ".join(f"{x},{float(y) + _STRIP:.1f}" for x, y in spots)

    return replace(
        drawing,
        height=drawing.height + _STRIP,
        marks=[replace(mark, y=round(mark.y + _STRIP, 1)) for mark in drawing.marks],
        paths=[(points(text), series, said) for text, series, said in drawing.paths],
        ticks=[replace(tick, y=tick.y + _STRIP) for tick in drawing.ticks],
    )


def _year(date: str) -> float | None:
    """A year with the part of it that is over, as far as a date says."""
    found = re.fullmatch(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?", date, re.ASCII)
    if found is None:
        return None
    year, month, day = (int(part or 1) for part in found.groups())
    return year + (month - 1 + (day - 1) / 31) / 12


def fitting(rows: Rows) -> list[Drawing]:
    """The drawings that an answer allows of which nobody said how to draw it.

    Bars of the first number of things that each stand in one row; a network of the first two things
    of each row; a map of places. None that would say more than the rows do: no line, as nobody said
    that the rows follow each other.
    """
    texts = {name: [row.get(name) for row in rows] for name in rows.variables}
    things = [name for name, found in texts.items() if _all(found, lambda term: term.kind == "uri")]
    numbers = [name for name, found in texts.items() if _all(found, _is_count)]
    places = _places(rows)
    names = [name for name in rows.variables if name not in (*numbers, *places)]
    plain = [name for name in names if name not in things]
    guessed = []
    if names and numbers and not places:
        named = _label(names[0], rows) if names[0] in things else names[0]
        if len({str(row.get(named)) for row in rows}) == len(rows):
            guessed.append(Chart("bar", named, numbers[0]))
    if len(things) > 1:
        start, end = (_label(thing, rows) for thing in things[:2])
        guessed.append(Chart("network", start, end))
    if places:
        guessed.append(Chart("map", *places, label=next(iter(plain or names), None)))
    return [drawing for how in guessed if (drawing := chart(how, rows)) is not None]


def _all(found: Sequence[Term | None], holds: Callable[[Term], bool]) -> bool:
    return bool(found) and all(term is not None and holds(term) for term in found)


def _is_count(term: Term) -> bool:
    """Whether a term is a number, of which bars can be drawn from zero."""
    kind = (term.datatype or "").rpartition("#")[2]
    return kind in _NUMERIC and _is_number(term.value) and float(term.value) >= 0


def _label(variable: str, rows: Rows) -> str:
    """The variable with the label of a thing, where each row has one."""
    label = f"{variable}Label"
    return label if label in rows.variables and all(label in row for row in rows) else variable


def _places(rows: Rows) -> tuple[str, str] | tuple[()]:
    """The variables of longitude and latitude, in degrees; none where there are no such."""
    for across, down in _COORDINATES:
        if {across, down} <= set(rows.variables):
            return across, down
    return ()


def _map(how: Chart, rows: Sequence[Row]) -> Drawing | None:
    """Places as points, north above; as wide as the degrees are where they lie."""
    spots = [(_number(row, how.x), _number(row, how.y)) for row in rows]
    if any(not (-180 <= across <= 180 and -90 <= down <= 90) for across, down in spots):
        return None
    west, south = (min(each) for each in zip(*spots, strict=True))
    east, north = (max(each) for each in zip(*spots, strict=True))
    narrow = math.cos(math.radians((south + north) / 2)) or 1
    span = max((east - west) * narrow, north - south) or 1
    room = WIDTH - 2 * _EDGE
    marks = [
        Mark(
            x=round(_EDGE + room * ((across - west) * narrow) / span, 1),
            y=round(_EDGE + room * (north - down) / span, 1),
            text=_series_of(how, row),
        )
        for row, (across, down) in zip(rows, spots, strict=True)
    ]
    return Drawing("map", round(2 * _EDGE + room * (north - south) / span, 1), marks)


def _bars(how: Chart, rows: Sequence[Row], apart: bool = False) -> Drawing:
    """Bars, whose names say their series too where that is not told by colour.

    Those of one thing stand together. Where most are zero these are left to the table, as they
    would fill the drawing with names without a bar.
    """
    series = _series(how, rows)
    drawn = [row for row in rows if _number(row, how.y)]
    if how.scale or not 0 < 2 * len(drawn) < len(rows):
        drawn = list(rows)
    zeros = len(rows) - len(drawn)
    first = {str(row[str(how.x)]): n for n, row in reversed(list(enumerate(drawn)))}
    rows = sorted(drawn, key=lambda row: 0 if apart else first[str(row[str(how.x)])])
    lengths = [_number(row, how.y) for row in rows]
    least, most = how.scale or (0, max(lengths) or 1)
    marks = [
        Mark(
            x=round(100 * max(0, length - least) / (most - least), 1),
            y=index,
            text=(f"{_series_of(how, row)} · " if apart else "") + _short(str(row[str(how.x)])),
            number=_written(length),
            series=0 if apart else series.index(_series_of(how, row)),
        )
        for index, (row, length) in enumerate(zip(rows, lengths, strict=True))
    ]
    told = series if len(series) > 1 and not apart else ()
    return Drawing("bar", 0, marks, series=told, scale=how.scale, zeros=zeros)


def _joined(how: Chart, rows: Sequence[Row]) -> bool:
    """Whether a line can join the rows: each series has one value at each step, and some have two.

    No more series than there are colours. Values of several things at one step, such as three
    districts in one year, are no course.
    """
    steps = [(_series_of(how, row), str(row[str(how.x)])) for row in rows]
    named = [series for series, _ in set(steps)]
    few = len(set(named)) <= _COLOURS
    return few and len(set(steps)) == len(steps) and len(set(named)) < len(named)


def _line(how: Chart, rows: Sequence[Row]) -> Drawing:
    """Lines over steps that they share; figures of several kinds each have a scale of their own.

    The kind is the first of two variables that tell series apart: centres and businesses can be
    on one scale as little as they can be added.
    """
    series = _series(how, rows)
    steps = sorted({str(row[str(how.x)]) for row in rows})
    places = [float(step) for step in steps] if all(map(_is_number, steps)) else range(len(steps))
    span = (max(places) - min(places)) or 1
    across = {
        step: _LEFT + (WIDTH - _LEFT - _RIGHT) * (place - min(places)) / span
        for step, place in zip(steps, places, strict=True)
    }
    kinds = sorted({_kind_of(how, row) for row in rows})
    down, head = (_DOWN, _TOP) if len(kinds) == 1 else (_DOWN_EACH, _HEAD)
    first = head if len(kinds) == 1 else _TOP + head  # leaves a line for what happened
    zeros = {kind: first + down + number * (head + down) for number, kind in enumerate(kinds)}
    tops = dict.fromkeys(kinds, 0.0)
    for row in rows:
        kind = _kind_of(how, row)
        tops[kind] = max(tops[kind], _number(row, how.y))
    ordered = sorted(rows, key=lambda row: str(row[str(how.x)]))
    marks = [
        Mark(
            x=round(across[str(row[str(how.x)])], 1),
            y=round(zeros[kind] - down * _number(row, how.y) / (tops[kind] or 1), 1),
            text=str(row[str(how.x)]),
            number=_written(_number(row, how.y)),
            series=series.index(_series_of(how, row)),
        )
        for row in ordered
        for kind in [_kind_of(how, row)]
    ]
    paths = [
        (" ".join(f"{m.x},{m.y}" for m in marks if m.series == number), number, "")
        for number in range(len(series))
    ]
    bottom = max(zeros.values())
    ticks = _apart([Mark(round(x, 1), bottom, step) for step, x in across.items()])
    scales = [Mark(20, zero, kind if len(kinds) > 1 else "") for kind, zero in zeros.items()]
    told = series if any(series) else ()
    return Drawing("line", bottom + _BOTTOM, marks, paths, ticks, told, scales=scales)


def _kind_of(how: Chart, row: Row) -> str:
    """What a row's figure is of; nothing where series are told apart by one variable or none."""
    first, *more = (how.label or "").split() or [""]
    return str(row.get(first, "")) if more else ""


def _apart(ticks: Sequence[Mark]) -> list[Mark]:
    """The first tick, the last, and those between whose names overlap no other."""
    if len(ticks) < 3:
        return list(ticks)
    wide = _LETTER * max(len(tick.text) for tick in ticks)
    least, most = max(0, ticks[0].x - wide / 2) + wide, min(WIDTH, ticks[-1].x + wide / 2) - wide
    kept = [ticks[0]]
    for tick in ticks[1:-1]:
        if least + _LETTER <= tick.x - wide / 2 and tick.x + wide / 2 <= most - _LETTER:
            kept.append(tick)
            least = tick.x + wide / 2
    return [*kept, ticks[-1]]


def _network(how: Chart, rows: Sequence[Row]) -> Drawing:
    """Nodes in a ring with room for names beside; an edge for each row, its series by its label."""
    names = sorted({str(row[str(v)]) for row in rows for v in (how.x, how.y)})
    middle, radius = _ROUND / 2, _ROUND / 2 - 65
    nodes = {
        name: (
            WIDTH / 2
            + (WIDTH / 2 - _BESIDE) * math.cos(2 * math.pi * number / len(names) - math.pi / 2),
            middle + radius * math.sin(2 * math.pi * number / len(names) - math.pi / 2),
        )
        for number, name in enumerate(names)
    }
    series = _series(how, rows)
    paths = [
        (
            " ".join(f"{x:.1f},{y:.1f}" for x, y in (nodes[str(row[str(v)])] for v in ends)),
            series.index(_series_of(how, row)),
            " → ".join(_short(str(row[str(v)])) for v in ends),
        )
        for row in rows
        for ends in [(how.x, how.y)]
    ]
    marks = [Mark(round(x, 1), round(y, 1), _short(name)) for name, (x, y) in nodes.items()]
    return Drawing("network", _ROUND, marks, paths, series=series if any(series) else ())


def _series(how: Chart, rows: Sequence[Row]) -> list[str]:
    return sorted({_series_of(how, row) for row in rows})


def _series_of(how: Chart, row: Row) -> str:
    return " · ".join(str(row[v]) for v in (how.label or "").split() if v in row)


def _short(text: str) -> str:
    """The end of an IRI of ours, which tells it apart; any other text as it is."""
    return terms.curie(text).rpartition("/")[2] if text.startswith(terms.BASE) else text


def _written(number: float) -> str:
    """Four digits, or all before the point where there are more."""
    return f"{number:.4g}" if abs(number) < 10_000 else f"{number:.0f}"


def _number(row: Row, variable: str | None) -> float:
    text = str(row[str(variable)])
    return float(text) if _is_number(text) else 0.0


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
