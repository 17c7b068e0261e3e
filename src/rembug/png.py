"""Drawings as PNG, for slides, messages and programs that take no SVG.

resvg holds the interpreter while it draws, and ends the process where there is no memory for a
picture. So it draws in a worker, and never more pixels than are told here, one picture at a time.
"""

import tempfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from io import RawIOBase
from pathlib import Path
from typing import Any, BinaryIO, Final

from rembug import graph

_TIMES: Final = 2.0  # as large as the drawing, so that letters stay sharp on a wall
_PIXELS: Final = 4_000_000  # of a picture, at the most; each takes four bytes
_KEPT: Final = 32  # pictures; of one that is shared many ask
_PLACES: Final = graph.Places(1, 1, waiting=16, waiting_each=8)


@lru_cache(maxsize=_KEPT)
def drawn(svg: str, fonts: Sequence[Path]) -> bytes:
    """A drawing as PNG.

    Args:
        svg: an SVG document with a `viewBox`.
        fonts: files of the fonts that its letters are of; the first is the plain one.

    Raises:
        TooMany: as many wait to be drawn as may.
        Unreadable: it cannot be drawn.
    """
    with _PLACES.one(), tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as upload:
        upload.write(svg.encode())
        upload.flush()
        request: dict[str, object] = {"file": "PNG", "fonts": [str(font) for font in fonts]}
        graph.decoded(__name__, request, output, upload)
        return output.read()


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
