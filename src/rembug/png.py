"""Drawings as PNG, for slides, messages and programs that take no SVG.

resvg holds the interpreter while it draws, and ends the process where there is no memory for a
picture. So it draws in a worker (`pixels.py`), one picture at a time.
"""

import tempfile
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from rembug import graph

_DECODER: Final = "rembug.pixels"
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
        graph.decoded(_DECODER, request, output, upload)
        return output.read()
