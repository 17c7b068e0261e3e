"""Drawings of a query's result, as geometry that a template writes as SVG.

Each drawing stands beside the table of the same numbers, which is what a screen reader reads.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from rembug.catalogue import Chart
from rembug.graph import Row, Rows

# Narrow, so that letters can be read where a drawing fills a phone.
WIDTH: Final = 440
_MOST: Final = 40
_COLOURS: Final = 4
_LEFT, _RIGHT, _TOP, _BOTTOM = 36, 36, 26, 36
_LINE_HEIGHT: Final = 260
_ROUND: Final = 380


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
        case _:
            return None


def _bars(how: Chart, rows: Sequence[Row], apart: bool = False) -> Drawing:
    """Bars, whose names say their series too where that is not told by colour."""
    series = _series(how, rows)
    lengths = [_number(row, how.y) for row in rows]
    least, most = how.scale or (0, max(lengths) or 1)
    marks = [
        Mark(
            x=round(100 * max(0, length - least) / (most - least), 1),
            y=index,
            text=f"{_series_of(how, row)} · {row[str(how.x)]}" if apart else str(row[str(how.x)]),
            number=f"{length:.4g}" if length < 10_000 else f"{length:.0f}",
            series=0 if apart else series.index(_series_of(how, row)),
        )
        for index, (row, length) in enumerate(zip(rows, lengths, strict=True))
    ]
    told = series if len(series) > 1 and not apart else ()
    return Drawing("bar", 0, marks, series=told, scale=how.scale)


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
    series = _series(how, rows)
    steps = sorted({str(row[str(how.x)]) for row in rows})
    places = [float(step) for step in steps] if all(map(_is_number, steps)) else range(len(steps))
    span = (max(places) - min(places)) or 1
    across = {
        step: _LEFT + (WIDTH - _LEFT - _RIGHT) * (place - min(places)) / span
        for step, place in zip(steps, places, strict=True)
    }
    top = max(_number(row, how.y) for row in rows) or 1
    down = _LINE_HEIGHT - _TOP - _BOTTOM
    ordered = sorted(rows, key=lambda row: str(row[str(how.x)]))
    marks = [
        Mark(
            x=round(across[str(row[str(how.x)])], 1),
            y=round(_TOP + down * (1 - _number(row, how.y) / top), 1),
            text=str(row[str(how.x)]),
            number=f"{_number(row, how.y):g}",
            series=series.index(_series_of(how, row)),
        )
        for row in ordered
    ]
    paths = [
        (" ".join(f"{m.x},{m.y}" for m in marks if m.series == number), number, "")
        for number in range(len(series))
    ]
    ticks = [Mark(round(x, 1), _LINE_HEIGHT - _BOTTOM, step) for step, x in across.items()]
    return Drawing("line", _LINE_HEIGHT, marks, paths, ticks, series if len(series) > 1 else ())


def _network(how: Chart, rows: Sequence[Row]) -> Drawing:
    """Nodes on a circle; an edge for each row, its series told by the label's value."""
    names = sorted({str(row[str(v)]) for row in rows for v in (how.x, how.y)})
    middle, radius = _ROUND / 2, _ROUND / 2 - 65
    nodes = {
        name: (
            WIDTH / 2 + radius * math.cos(2 * math.pi * number / len(names) - math.pi / 2),
            middle + radius * math.sin(2 * math.pi * number / len(names) - math.pi / 2),
        )
        for number, name in enumerate(names)
    }
    series = _series(how, rows)
    paths = [
        (
            " ".join(f"{x:.1f},{y:.1f}" for x, y in (nodes[str(row[str(v)])] for v in ends)),
            series.index(_series_of(how, row)),
            " → ".join(str(row[str(v)]) for v in ends),
        )
        for row in rows
        for ends in [(how.x, how.y)]
    ]
    marks = [Mark(round(x, 1), round(y, 1), name) for name, (x, y) in nodes.items()]
    return Drawing("network", _ROUND, marks, paths, series=series)


def _series(how: Chart, rows: Sequence[Row]) -> list[str]:
    return sorted({_series_of(how, row) for row in rows})


def _series_of(how: Chart, row: Row) -> str:
    return " · ".join(str(row[v]) for v in (how.label or "").split() if v in row)


def _number(row: Row, variable: str | None) -> float:
    text = str(row[str(variable)])
    return float(text) if _is_number(text) else 0.0


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
