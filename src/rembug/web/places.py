"""Places on a map of their own: north above, numbered as the list beside it names them.

Nothing is asked of another host, so that there is no ground beneath; a bar tells how far it is.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Final

from flask import Blueprint, Response, render_template, request

from rembug.errors import BadParameter, Words
from rembug.graph import Rows
from rembug.web import choices
from rembug.web.context import page_part, page_rows, shown_version
from rembug.web.pictures import drawing, nothing_to_draw

blueprint = Blueprint("places", __name__)

WIDTH: Final = 352  # narrow, so that letters can be read where it fills a phone
_EDGE: Final = 24
_HIGHEST: Final = 420
_MOST: Final = 60
_NEAREST: Final = 1e-6  # degrees, which is a step of a person
_DEGREE: Final = 111.32  # kilometres of a degree of latitude
_BAR: Final = 110  # units that a bar takes at the most
_BETWEEN: Final = 27  # from the middle of one number to that of the next, at the least
_ROUNDS: Final = 200


@dataclass(frozen=True)
class Spot:
    """A place on the map, at `x` and `y`; without a name it is called by its IRI.

    Its number stands at `beside`, which is somewhere else where others would lie upon it.
    """

    iri: str
    label: str
    latitude: float
    longitude: float
    x: float = 0
    y: float = 0
    beside: tuple[float, float] = (0, 0)


@dataclass(frozen=True)
class Places:
    """Some places on a map, and how long a bar of some kilometres is on it.

    Attributes:
        spots: in the order of their names; each has its number by it.
        height: of the map.
        kilometres: that the bar stands for.
        bar: its length.
    """

    spots: Sequence[Spot]
    height: float
    kilometres: float
    bar: float
    width: float = WIDTH


@blueprint.get("/places.<any(svg, png):ending>")
def picture(ending: str) -> Response:
    """The map of the study or place that `thing` names by itself, with the names of its places.

    Raises:
        BadParameter: nothing is named.
        NothingToWrite: fewer than two places say where they are, or too many do.
    """
    given = request.args.get("thing", "")
    if not given:
        raise BadParameter(
            Words(
                "name the study or place that the map is of: /places.svg?thing=…",
                "sebutkan studi atau tempat yang dipetakan: /places.svg?thing=…",
            )
        )
    thing = choices.value("thing", given)
    map_ = drawn(page_rows("places", thing=thing))
    if map_ is None:
        raise nothing_to_draw(
            f"fewer than two places of “{given}” state their coordinates, or more than {_MOST} do",
            f"kurang dari dua tempat pada “{given}” menyatakan koordinatnya, atau lebih dari "
            f"{_MOST}",
        )
    names = page_rows("label", thing=thing).rows
    text = render_template(
        "places.svg",
        map=map_,
        thing=thing,
        of=str(names[0].get("label", "")) if names else "",
        version=shown_version(),
    )
    return drawing(text, ending)


def places(thing: str) -> Places | None:
    """The map of a study's places, or of a place among others; None where fewer than two are known.

    Args:
        thing: the IRI of the study or the place.
    """
    return drawn(page_part("places", thing=thing))


def drawn(rows: Rows) -> Places | None:
    """The map of what `queries/pages/places.rq` answers; None of one place, or of too many."""
    spots = [
        Spot(
            str(row["place"]),
            str(row.get("placeLabel") or row["place"]),
            float(str(row["lat"])),
            float(str(row["long"])),
        )
        for row in rows
    ]
    if len(spots) > _MOST or len({(s.latitude, s.longitude) for s in spots}) < 2:
        return None
    west, east = min(s.longitude for s in spots), max(s.longitude for s in spots)
    south, north = min(s.latitude for s in spots), max(s.latitude for s in spots)
    narrow = max(math.cos(math.radians((south + north) / 2)), 0.01)
    scale = min(
        (WIDTH - 2 * _EDGE) / max((east - west) * narrow, _NEAREST),
        (_HIGHEST - 2 * _EDGE) / max(north - south, _NEAREST),
    )  # units of a degree of latitude
    aside = (WIDTH - (east - west) * narrow * scale) / 2
    where = [
        (
            round(aside + (s.longitude - west) * narrow * scale, 1),
            round(_EDGE + (north - s.latitude) * scale, 1),
        )
        for s in spots
    ]
    height = round(2 * _EDGE + (north - south) * scale + 24, 1)
    numbers = _apart(where, height - 24)
    placed = [
        replace(s, x=x, y=y, beside=beside)
        for s, (x, y), beside in zip(spots, where, numbers, strict=True)
    ]
    kilometres = _round(_BAR / scale * _DEGREE)
    return Places(placed, height, kilometres, round(kilometres / _DEGREE * scale, 1))


def _apart(where: Sequence[tuple[float, float]], height: float) -> list[tuple[float, float]]:
    """Where numbers stand so that none lies upon another: at their places, or pushed from there.

    They stay on the map, and overlap where it has no room for all of them.
    """
    at = [list(place) for place in where]
    edge = _BETWEEN / 2
    for _ in range(_ROUNDS):
        moved = False
        for i, (one, other) in enumerate(combinations(at, 2)):
            across, down = one[0] - other[0], one[1] - other[1]
            length = math.hypot(across, down)
            if length >= _BETWEEN:
                continue
            if length < 1:  # of one place: each pair in a direction of its own
                across, down, length = math.cos(i), math.sin(i), 1
            push = (_BETWEEN + 0.1 - length) / 2 / length
            for spot, sign in ((one, push), (other, -push)):
                spot[0] = min(max(spot[0] + sign * across, edge), WIDTH - edge)
                spot[1] = min(max(spot[1] + sign * down, edge), max(height - edge, edge))
            moved = True
        if not moved:
            break
    return [(round(x, 1), round(y, 1)) for x, y in at]


def _round(most: float) -> float:
    """The largest of 1, 2, 5, 10, 20, … that is no more than a number."""
    power = 10.0 ** math.floor(math.log10(most))
    return max(step * power for step in (1, 2, 5) if step * power <= most)
