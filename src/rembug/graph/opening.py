"""A store opened: where it is, whose it is, and what readers read of it."""

import shutil
from pathlib import Path
from typing import Final

from rembug.graph.backup import ENGINE
from rembug.graph.history import FOLDER as HISTORY
from rembug.graph.history import History
from rembug.graph.model import Backend
from rembug.graph.owner.lock import Ownership
from rembug.graph.readers.access import DefaultGraph
from rembug.graph.readers.kinds import FOLDER as READERS
from rembug.graph.readers.stores import Readers
from rembug.graph.record.embedded import PATCHES, Embedded
from rembug.graph.record.remote import Remote
from rembug.graph.record.server import Server
from rembug.settings import Location, Settings

STAGED: Final = "staged"
"""The folder beside the engine for what callers bring until it is stored."""
INDEX: Final = "index"
"""The folder beside the engine for the indexes of a service."""


def located(location: str | Location) -> Location:
    """Where a store is; raises BadParameter where that is a URL of another kind."""
    return Settings(store=location).location if isinstance(location, str) else location


def opened(place: Location, ownership: Ownership) -> tuple[Backend, Embedded]:
    """The store, and the record in it that is embedded; lets go of it if that fails.

    Raises:
        StoreUnreachable: the folder or the server cannot be used.
    """
    try:
        if place.server is None:
            store = Embedded(place.folder / ENGINE, place.folder / PATCHES)
            return store, store
        remote = Remote(Server(place.server), place.folder / ENGINE)
        return remote, remote.replica
    except BaseException:
        ownership.release()
        raise


def readers_of(
    record: Embedded, folder: Path, default_graph: DefaultGraph = DefaultGraph.UNION
) -> tuple[Readers, History]:
    """What readers read of a record, and its earlier versions."""
    if record.forgetting:  # a kill came before readers were without it
        for name in (READERS, INDEX):
            shutil.rmtree(folder / name, ignore_errors=True)
        record.forgotten()
    readers = Readers(record, folder / READERS, default_graph)
    return readers, History(record, readers, folder / HISTORY)


def clear_staged(folder: Path) -> None:
    """Remove what callers brought and was not stored: an owner that was killed could not."""
    shutil.rmtree(folder / STAGED, ignore_errors=True)
