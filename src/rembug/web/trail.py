"""The evidence trail as a picture: findings above, evidence below them, the sources at the bottom.

A line on the left leads from a piece of evidence to the finding that it bears on, a line on the
right to the source that it stands in: whether findings rest on one source is seen at a glance. All
that the picture shows is said in the list beside it.
"""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from unicodedata import east_asian_width

from flask import Blueprint, Response, render_template, request

from rembug.errors import BadParameter, Words
from rembug.graph import Row, Rows
from rembug.web import choices
from rembug.web.context import FOR_PAGES, page_query, page_rows, shown_version
from rembug.web.links import href
from rembug.web.pictures import drawing, nothing_to_draw
from rembug.web.responses import ask, version
from rembug.web.words import translate

blueprint = Blueprint("trail", __name__)

WIDTH: Final = 352  # narrow, so that letters can be read where it fills a phone
BEARINGS: Final = {"supports": "▲", "undermines": "▼", "qualifies": "◆"}
_SIDE, _RAIL, _GAP = 40, 8, 14
_LETTER: Final = {"finding": 9.3, "evidence": 8.2, "source": 8.2, "note": 7.6}
"""How wide a small letter is, at the most."""
_LINE, _PADDING = 19, 9
_WAYS: Final = {"supports": "trace.for", "undermines": "trace.against", "mixed": "trace.mixed"}
_LINES: Final = 4  # of a text
_MOST: Final = {"finding": 4, "evidence": 14, "source": 4}


@dataclass(frozen=True)
class Box:
    """A finding, a piece of evidence or a source as it is drawn; text and note are in lines."""

    kind: str
    link: str
    text: str
    note: Sequence[str]
    lines: Sequence[str]
    x: float
    y: float
    width: float
    height: float

    @property
    def middle(self) -> float:
        """Where its lines begin or end, from the top."""
        return self.y + self.height / 2


@dataclass(frozen=True)
class Line:
    """A line between two boxes.

    Attributes:
        points: that it goes through.
        bearing: how the evidence bears on the finding; empty to a source.
        text: what it says.
        signed: whether its sign stands at its beginning, where lines of one sign share one.
    """

    points: str
    bearing: str
    text: str
    signed: bool = False


@dataclass(frozen=True)
class Trail:
    """The picture of what some findings rest on."""

    boxes: Sequence[Box]
    lines: Sequence[Line]
    height: float
    width: float = WIDTH


def trail(rows: Rows) -> Trail | None:
    """Draw what `queries/pages/trace.rq` answers; None where there is no evidence, or too much."""
    told = {
        kind: {str(row[kind]): row for row in reversed(rows.rows) if kind in row} for kind in _MOST
    }
    if not told["evidence"] or any(len(told[kind]) > most for kind, most in _MOST.items()):
        return None
    boxes: dict[str, Box] = {}
    top = float(_GAP)
    for kind, found in told.items():
        for iri, row in reversed(found.items()):
            boxes[iri] = _box(kind, iri, row, top)
            top += boxes[iri].height + _GAP
        top += _GAP
    return Trail(list(boxes.values()), list(_lines(rows, told, boxes)), top - _GAP)


def _box(kind: str, iri: str, row: Row, top: float) -> Box:
    inset = 10 if kind == "evidence" else 0
    width = WIDTH - 2 * _SIDE - 2 * inset
    text = str(row.get(f"{kind}Label", "")).strip() or iri.rpartition("/")[2]
    lines = _wrapped(text, width - 2 * _PADDING, _LETTER[kind], _LINES)
    note = _wrapped(_note(kind, row), width - 2 * _PADDING, _LETTER["note"], _LINES)
    height = 2 * _PADDING + _LINE * (len(lines) + len(note)) - 3
    return Box(kind, href(iri), text, note, lines, _SIDE + inset, top, width, height)


def _wrapped(text: str, room: float, letter: float, most: int) -> list[str]:
    """A text in lines that are no wider than some room, capitals and full-width letters counted."""
    for letters in range(int(room / letter), 5, -1):
        lines = textwrap.wrap(text, letters, max_lines=most, placeholder=" …")
        if all(letter * sum(map(_width, line)) <= room for line in lines):
            return lines
    return [text[:5]]


def _width(sign: str) -> float:
    """How wide a letter is, in small ones."""
    return 2 if east_asian_width(sign) in "WF" else 1.25 if sign.isupper() else 1


def _note(kind: str, row: Row) -> str:
    """What stands under the text of a box: how it is rated, or where it stands."""
    match kind:
        case "finding":
            told = [str(row["ratingLabel"])] if "ratingLabel" in row else []
            way = _WAYS.get(str(row.get("stance", "")).rpartition("/")[2])
            return " · ".join([*told, translate(way)] if way else told)
        case "evidence" if "paragraph" in row:
            place = f"{translate('trace.paragraph')} {row['paragraph']}"
            said = f"{translate('trace.sentence')} {row['sentence']}" if "sentence" in row else ""
            return ", ".join(filter(None, (place, said)))
        case "source":
            return translate("trail.source")
        case _:
            return ""


def _lines(
    rows: Rows, told: Mapping[str, Mapping[str, Row]], boxes: Mapping[str, Box]
) -> Iterable[Line]:
    """From evidence to findings on the left, from sources to evidence on the right; each once."""
    rails = {
        kind: {iri: number for number, iri in enumerate(reversed(list(found)))}
        for kind, found in told.items()
    }
    signed: set[tuple[str, str]] = set()
    for finding, evidence, bearing in _pairs(rows, "finding", "evidence", "bearing"):
        start, end = boxes[evidence], boxes[finding]
        number = rails["finding"][finding]
        rail, shift = _SIDE - _RAIL * (number + 1), 5 * number
        points = [(start.x, start.middle + shift), (rail, start.middle + shift)]
        points += [(rail, end.middle), (end.x, end.middle)]
        way = bearing.rpartition("#")[2]
        name = f"{start.text} {BEARINGS.get(way, '')} {end.text}"
        yield Line(_path(points), way, name, (evidence, way) not in signed)
        signed.add((evidence, way))
    for evidence, source, _ in _pairs(rows, "evidence", "source", "source"):
        start, end = boxes[source], boxes[evidence]
        rail = WIDTH - _SIDE + _RAIL * (rails["source"][source] + 1)
        points = [(start.x + start.width, start.middle), (rail, start.middle)]
        points += [(rail, end.middle), (end.x + end.width, end.middle)]
        yield Line(_path(points), "", f"{start.text} → {end.text}")


def _pairs(rows: Rows, one: str, other: str, way: str) -> Iterable[tuple[str, str, str]]:
    found = {
        (str(row[one]), str(row[other]), str(row[way]))
        for row in rows
        if one in row and other in row and way in row
    }
    return sorted(found)


def _path(points: Iterable[tuple[float, float]]) -> str:
    return " ".join(f"{x:g},{y:g}" for x, y in points)


@blueprint.get("/trail.<any(svg, png):ending>")
def picture(ending: str) -> Response:
    """The trail of the thing `thing` names; with `version`, as it was then.

    What is embedded elsewhere stays at the version that was cited, and says when it has changed.
    """
    given = request.args.get("thing", "")
    if not given:
        raise BadParameter(
            Words(
                "name the thing that the picture is of: /trail.svg?thing=…",
                "sebutkan hal yang digambar: /trail.svg?thing=…",
            )
        )
    iri = choices.value("thing", given)
    now = page_rows("trace", thing=iri)
    then = version()
    rows = now
    if then is not None:
        rows = Rows.from_json(ask(page_query("trace", {"thing": iri}), FOR_PAGES).body)
    drawn = trail(rows)
    if drawn is None:
        raise nothing_to_draw(
            f"no evidence of “{given}” can be shown, or more than a picture takes; its page "
            "lists it",
            f"tidak ada bukti “{given}” yang dapat ditampilkan, atau terlalu banyak untuk satu "
            "gambar; halamannya memuat daftarnya",
        )
    text = render_template(
        "trail.svg",
        trail=drawn,
        bearings=BEARINGS,
        thing=iri,
        version=then if then is not None else shown_version(),
        changed=list(rows.rows) != list(now.rows),
    )
    return drawing(text, ending)
