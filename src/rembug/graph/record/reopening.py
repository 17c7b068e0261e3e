"""The engine's files opened again: after they were put in the place of others, or a disk was full.

Measured with Oxigraph 0.5.13: once a write met a full disk, the engine refuses every other write
and every copy, however much room there is by then, until its files are opened anew.
"""

import gc
import os
import shutil
import time
from pathlib import Path
from typing import Final

import pyoxigraph as ox

from rembug.errors import StoreFull

_PATIENCE: Final = 30  # seconds
_ROOM: Final = 16 * 2**20  # bytes beside those that are copied, and written again


def reopened(folder: Path) -> ox.Store:
    """A store whose files are opened again, once nobody reads what it was before any more.

    Raises:
        OSError: it cannot be opened, or somebody reads it for too long.
    """
    until = time.monotonic() + _PATIENCE
    while True:
        try:
            return ox.Store(str(folder))
        except OSError as error:
            if StoreFull.of(error) or time.monotonic() > until:
                raise
        gc.collect()
        time.sleep(0.02)


def has_room(folder: Path) -> bool:
    """Whether the disk has room for `aside` and for opening a store again."""
    written = sum(path.stat().st_size for path in folder.iterdir() if not _stays(path))
    return shutil.disk_usage(folder).free > 2 * written + _ROOM


def aside(folder: Path, copy: Path) -> ox.Store:
    """A copy of a store whose engine makes none any more, to be read while it is opened again.

    Args:
        folder: of the store, to which nobody writes meanwhile.
        copy: on the same disk; what is there is removed.

    Raises:
        OSError: it cannot be written.
    """
    shutil.rmtree(copy, ignore_errors=True)
    copy.mkdir(mode=0o700)
    for path in folder.iterdir():
        if _stays(path):
            os.link(path, copy / path.name)
        elif path.name != "LOCK":
            shutil.copyfile(path, copy / path.name)
    return ox.Store.read_only(str(copy))


def _stays(path: Path) -> bool:
    """Whether the engine never writes to a file again."""
    return path.suffix == ".sst"
