"""The index of each reader of a graph: built when somebody looks and the graph has gone on."""

import logging
import tempfile
import threading
from pathlib import Path
from typing import Final

from rembug.graph.index import Index, Source, Unusable

_logger: Final = logging.getLogger(__name__)


class Indexes:
    """An index for each reader, in a folder; without one they are gone with this process."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._passing: tempfile.TemporaryDirectory[str] | None = None
        self._open: dict[str, tuple[int, Index]] = {}
        self._turn = threading.Lock()

    def of(self, reader: str, version: int, source: Source) -> Index:
        """The index of a reader at a version of the graph.

        Args:
            reader: its name.
            version: the newest of the graph.
            source: what the reader may read.
        """
        with self._turn:
            known, index = self._open.get(reader, (-1, None))
            if index is None or known != version:
                if index is not None:
                    index.close()
                index = self._fresh(self._place() / f"{reader}.sqlite", version, source)
                self._open[reader] = version, index
            return index

    def forget(self, reader: str) -> None:
        """Let a reader's index be built again."""
        with self._turn:
            self._open.pop(reader, None)
            (self._place() / f"{reader}.sqlite").unlink(missing_ok=True)

    def close(self) -> None:
        """Let go of the files."""
        for _, index in self._open.values():
            index.close()
        if self._passing is not None:
            self._passing.cleanup()

    def _fresh(self, path: Path, version: int, source: Source) -> Index:
        try:
            index = Index.open(path)
            with index.reading() as reading:
                if reading.version == version:
                    return index
            index.close()
        except Unusable as error:
            if path.exists():
                _logger.warning("%s; it is built again", error)
        return Index.build(path, source, version)

    def _place(self) -> Path:
        if self._folder is None:
            if self._passing is None:
                self._passing = tempfile.TemporaryDirectory(prefix="rembug-")
            return Path(self._passing.name)
        self._folder.mkdir(mode=0o700, exist_ok=True)
        return self._folder
