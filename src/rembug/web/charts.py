"""Drawings of a query's result, as geometry that a template writes as SVG.

Each drawing stands beside the table of the same numbers, which is what a screen reader reads.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from rembug.catalogue import Chart
from rembug.graph import Row, Rows

WIDTH: Final = 720
_BAR: Final = 34
_MOST: Final = 40
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 24, 20, 36
_LINE_HEIGHT: Final = 300
_ROUND: Final = 380


@dataclass(frozen=True)
class Mark:
    """A place in a drawing with what is written there: a bar's end, a point, a node, a tick."""

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
        case "line":
            return _line(how, usable)
        case "network":
            return _network(how, usable)
        case _:
            return None


def _bars(how: Chart, rows: Sequence[Row]) -> Drawing:
    series = _series(how, rows)
    lengths = [_number(row, how.y) for row in rows]
    longest = max(lengths) or 1
    room = WIDTH - _RIGHT - 40
    marks = [
        Mark(
            x=round(room * length / longest, 1),
            y=index * _BAR,
            text=str(row[str(how.x)]),
            number=f"{length:g}",
            series=series.index(_series_of(how, row)),
        )
        for index, (row, length) in enumerate(zip(rows, lengths, strict=True))
    ]
    return Drawing("bar", len(rows) * _BAR + 8, marks, series=series if len(series) > 1 else ())


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
    return str(row[how.label]) if how.label and how.label in row else ""


def _number(row: Row, variable: str | None) -> float:
    text = str(row[str(variable)])
    return float(text) if _is_number(text) else 0.0


def _is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False
