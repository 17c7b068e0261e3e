"""A chart as a picture by itself: its title above it, its key and its version below it.

What a style sheet says of a chart on a page is said here by attributes, so that the picture looks
the same in a report, in somebody else's page and in a program for slides.
"""

import textwrap
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from flask import render_template

from rembug.web.charts import Drawing, Mark
from rembug.web.words import translate

_EDGE: Final = 16
_TITLE, _TEXT = 44, 58  # letters in a line
_MOST: Final = 3  # lines of a name
_TITLE_LINE, _LINE = 22, 17  # their height
_BAR: Final = 22  # with the room below it


@dataclass(frozen=True)
class Bar:
    """A bar with its name above it; `y` of the first line of the name, `top` of the bar."""

    mark: Mark
    lines: Sequence[str]
    y: float
    top: float


@dataclass(frozen=True)
class Sheet:
    """A chart with what stands around it, from the top: title, drawing, key, notes."""

    title: Sequence[str]
    drawing: Drawing
    bars: Sequence[Bar]
    top: float
    bottom: float
    notes: Sequence[str]
    height: float

    @property
    def width(self) -> float:
        """With the same edge on both sides."""
        return self.drawing.width + 2 * _EDGE


def picture(drawing: Drawing, title: str, version: int, *, changed: bool, made_up: bool) -> str:
    """An SVG document of a chart.

    Args:
        drawing: as the page has it.
        title: of the question that it answers.
        version: of the graph that it is true of.
        changed: whether the answer is another one by now, which the picture then says.
        made_up: whether some of it belongs to made-up studies, which the picture then says too.
    """
    said = translate("trail.version", version=version)
    notes = [f"{said} {translate('trail.changed')}" if changed else said]
    if made_up:
        notes.insert(0, translate("chart.made_up"))
    if drawing.zeros:
        notes.insert(0, translate("chart.zeros", count=drawing.zeros))
    sheet = _sheet(drawing, title, notes)
    return render_template("chart.svg", sheet=sheet, edge=_EDGE, line=_LINE)


def _sheet(drawing: Drawing, title: str, notes: Sequence[str]) -> Sheet:
    heading = textwrap.wrap(title, _TITLE)
    top = _EDGE + _TITLE_LINE * len(heading) + 8
    bars, y = [], top
    for mark in drawing.marks if drawing.kind == "bar" else ():
        lines = textwrap.wrap(mark.text, _TEXT, max_lines=_MOST, placeholder=" …") or [""]
        at = y + _LINE * len(lines)
        bars.append(Bar(mark, lines, y + _LINE - 4, at))
        y = at + _BAR
    bottom = y + (_LINE if drawing.scale else 0) if bars else top + drawing.height
    told = [line for note in notes for line in textwrap.wrap(note, _TEXT)]
    height = bottom + _LINE * (len(drawing.series) + len(told)) + _EDGE
    return Sheet(heading, drawing, bars, top, bottom, told, height)
