"""Where the boxes of a model are drawn, which lies in which, and the arrows between them."""

from collections.abc import Mapping, Sequence
from typing import Final

from rembug.graph import Rows

Box = tuple[float, float, float, float]
"""Left, top, width, height."""

EDGE: Final = 2
"""Around all boxes, so that their lines are whole."""


def leading(rows: Rows, boxes: Mapping[str, Box]) -> Sequence[tuple[str, str]]:
    """The elements with boxes of which one acts on or precedes the other; each pair once."""
    pairs = {
        (str(row["element"]), str(row[to])): None
        for row in rows
        for to in ("influenced", "following")
        if to in row
    }
    return [(one, other) for one, other in pairs if one in boxes and other in boxes]


def arrow(one: Box, other: Box) -> Box:
    """From the edge of a box to that of another."""
    return (*_leaving(one, _middle(other)), *_leaving(other, _middle(one)))


def in_frames(boxes: Mapping[str, Box]) -> Sequence[tuple[str, Sequence[str]]]:
    """The boxes that lie in no other, from the left and above, each with those that lie in it."""
    order = sorted(boxes, key=lambda one: boxes[one][:2])
    outer = [one for one in order if not any(within(boxes[one], other) for other in boxes.values())]
    return [(one, [part for part in order if within(boxes[part], boxes[one])]) for one in outer]


def _leaving(box: Box, to: tuple[float, float]) -> tuple[float, float]:
    """Where a line from the middle of a box to somewhere outside crosses its edge."""
    x, y = _middle(box)
    across, down = to[0] - x, to[1] - y
    share = min(
        box[2] / 2 / abs(across) if across else float("inf"),
        box[3] / 2 / abs(down) if down else float("inf"),
    )
    return round(x + across * share, 1), round(y + down * share, 1)


def _middle(box: Box) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def within(inner: Box, outer: Box) -> bool:
    """Whether a box lies in another."""
    return (
        inner != outer
        and all(inner[i] >= outer[i] for i in (0, 1))
        and all(inner[i] + inner[i + 2] <= outer[i] + outer[i + 2] for i in (0, 1))
    )


def placed(text: str) -> Box:
    """A box as a scheme states it (`cg:drawnIn`), moved by the edge."""
    x, y, width, height = map(float, text.split())
    return x + EDGE, y + EDGE, width, height
