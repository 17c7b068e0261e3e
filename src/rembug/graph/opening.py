"""A store opened: where it is, whose it is, and what readers read of it."""

import shutil
from pathlib import Path
from uuid import uuid4

from rembug.graph.derived import Derived
from rembug.graph.folders import ENGINE, HISTORY, INDEX, PATCHES, READERS, STAGED
from rembug.graph.history import History
from rembug.graph.model import Backend
from rembug.graph.owner.lock import Ownership
from rembug.graph.readers.access import DefaultGraph
from rembug.graph.readers.indexes import Indexes
from rembug.graph.readers.stores import Readers
from rembug.graph.record.embedded import Embedded
from rembug.graph.record.remote import Remote
from rembug.graph.record.server import Server
from rembug.settings import Location, Settings


def located(location: str | Location) -> Location:
    """Where a store is; raises BadParameter where that is a URL of another kind."""
    return Settings(store=location).location if isinstance(location, str) else location


def opened(
    place: Location,
    ownership: Ownership,
    default_graph: DefaultGraph = DefaultGraph.UNION,
    indexes: Indexes | None = None,
) -> tuple[Backend, Embedded, Derived]:
    """The store, the record in it that is embedded, and what is derived from that.

    Args:
        place: where it is; it is let go of if it cannot be opened.
        ownership: of its folder.
        default_graph: what callers read when they name no graph.
        indexes: those of its readers; without, they are gone with this process.

    Raises:
        StoreUnreachable: the folder or the server cannot be used.
    """
    folder = place.folder
    try:
        if place.server is None:
            backend: Embedded | Remote = Embedded(folder / ENGINE, folder / PATCHES)
        else:
            backend = Remote(Server(place.server), folder / ENGINE)
    except BaseException:
        ownership.release()
        raise
    record = backend if isinstance(backend, Embedded) else backend.replica
    if record.forgetting:  # a kill came before readers were without it
        for name in (READERS, INDEX):
            shutil.rmtree(folder / name, ignore_errors=True)
        record.forgotten()
    readers = Readers(record, folder / READERS, default_graph)
    history = History(record, readers, folder / HISTORY)
    return backend, record, Derived(backend.version, readers, history, default_graph, indexes)


def passing(record: Embedded, default_graph: DefaultGraph) -> Derived:
    """What is derived from a record for as long as it is looked at; it has no earlier versions."""
    readers = Readers(record, None, default_graph)
    return Derived(record.version, readers, default_graph=default_graph)


def identity(backend: Backend, folder: Path) -> str:
    """What tells a store from every other."""
    if isinstance(backend, Remote):
        return backend.identity
    file = folder / READERS / "identity"
    if not file.exists():
        file.parent.mkdir(mode=0o700, exist_ok=True)
        file.write_text(uuid4().hex, encoding="ascii")
    return file.read_text(encoding="ascii")


def clear_staged(folder: Path) -> None:
    """Remove what callers brought and was not stored: an owner that was killed could not."""
    shutil.rmtree(folder / STAGED, ignore_errors=True)
