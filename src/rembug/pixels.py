"""How a worker draws a PNG; it imports nothing of Rembug, so that the first picture is soon there.

With the rooms that `png.py` needs, a worker took 0.3 s more to begin.
"""

from collections.abc import Mapping
from io import RawIOBase
from typing import Any, BinaryIO, Final

_TIMES: Final = 2.0  # as large as the drawing, so that letters stay sharp on a wall
_PIXELS: Final = 4_000_000  # of a picture, at the most; each takes four bytes


def decode(request: Mapping[str, Any], output: RawIOBase, upload: BinaryIO) -> None:
    """Write a drawing as PNG; what a worker does.

    Args:
        request: the `fonts`.
        output: where to.
        upload: the SVG document.
    """
    import resvg_py  # needed in workers alone
    from defusedxml.ElementTree import fromstring

    svg = upload.read().decode()
    *_, width, height = map(float, fromstring(svg).attrib["viewBox"].split())
    name = "DejaVu Sans"
    output.write(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            background="#ffffff",
            zoom=min(_TIMES, (_PIXELS / (width * height)) ** 0.5),
            skip_system_fonts=True,  # the same picture on every machine
            font_files=request["fonts"],
            font_family=name,
            sans_serif_family=name,
        )
    )
