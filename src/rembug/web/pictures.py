"""A drawing by its address: as SVG, or as PNG where the address ends so."""

from typing import Final

from flask import Response

from rembug import png
from rembug.errors import NothingToWrite, UnknownName, Words
from rembug.web.assets import fonts
from rembug.web.words import xml

PICTURES: Final = {"svg": "image/svg+xml", "png": "image/png"}
"""What a drawing can be had as, by ending."""


def nothing_to_draw(en: str, id_: str) -> NothingToWrite:
    """What is told of a drawing that there is not, with the reason in both languages."""
    return NothingToWrite(
        Words(f"there is nothing to draw: {en}", f"tidak ada yang dapat digambar: {id_}")
    )


def drawing(text: str, ending: str) -> Response:
    """A drawing as a file.

    Args:
        text: the SVG document, of a template.
        ending: a key of PICTURES.

    Raises:
        UnknownName: the build had no letters to draw a PNG with.
    """
    svg = xml(text).strip()
    if ending == "svg":
        return Response(svg, content_type=f"{PICTURES[ending]}; charset=utf-8")
    if not (letters := fonts()):
        raise UnknownName("format", ending, ("svg",))
    return Response(png.drawn(svg, letters), content_type=PICTURES[ending])
