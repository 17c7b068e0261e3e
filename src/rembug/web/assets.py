"""What pages load beside themselves: our own files, and those that the build took from npm.

Each has an address that changes with its content, so that a browser keeps it for good. Those of npm
are missing where the build could not reach it; pages then do without.
"""

from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Final

from flask import Flask, Response, request

FOR_GOOD: Final = 365 * 24 * 3600  # seconds
_UNTOLD: Final = 3600  # of a file that was asked for without telling which content is meant
FOLDER: Final = Path(__file__).with_name("static")
_FONTS: Final = ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf")
STILL: Final = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
"""What may be loaded by what has no scripts (https://www.w3.org/TR/CSP3/)."""
POLICY: Final = f"{STILL}; script-src 'self'; connect-src 'self'"
"""The same for pages, where scripts of ours run."""


def install(app: Flask) -> None:
    """Give the templates the addresses of files."""
    app.jinja_env.globals.update(asset=asset, fonts=fonts)


def asset(name: str) -> str:
    """The address of a file of the folder `static`, or an empty text where it is missing."""
    try:
        changed = (FOLDER / name).stat().st_mtime_ns
    except FileNotFoundError:
        return ""
    return f"/static/{name}?v={_content(name, changed)}"


def fonts() -> Sequence[Path]:
    """The files of the letters of pictures; none where the build could not reach npm."""
    found = tuple(FOLDER / "built" / name for name in _FONTS)
    return found if all(font.is_file() for font in found) else ()


def keep(response: Response) -> None:
    """Say how long a browser may keep one of these files."""
    name = (request.view_args or {}).get("filename", "")
    if response.status_code == 200 and request.full_path == asset(str(name)):
        response.cache_control.max_age = FOR_GOOD
        response.cache_control.immutable = True
    else:
        response.cache_control.max_age = _UNTOLD


@lru_cache(maxsize=64)
def _content(name: str, changed: int) -> str:  # noqa: ARG001  # read again when it has changed
    return blake2b((FOLDER / name).read_bytes(), digest_size=6).hexdigest()
