"""The engine's files written anew: it keeps what was deleted, and compaction may keep it too.

Measured with Oxigraph 0.5.13: a literal that was removed is found in the files after `flush` and
after `optimize`; in a new store that the quads were written into it is not.
"""

import shutil
from functools import partial
from pathlib import Path

import pyoxigraph as ox

from rembug.graph.folders import ENGINE
from rembug.graph.record.loading import bring
from rembug.graph.record.quads import graph_name


class Note:
    """A file that says before which version nothing is to be kept, until all of it is gone.

    So what a kill cuts short is done when the store is opened.
    """

    def __init__(self, file: Path | None) -> None:
        """With where it is written; None for a store in memory, which keeps nothing."""
        self._file = file

    @property
    def version(self) -> int:
        """What it says; 0 where there is none."""
        return int(self._file.read_text()) if self._file and self._file.exists() else 0

    def write(self, version: int) -> None:
        """Say that nothing is to be kept before a version."""
        if self._file is not None:
            draft = self._file.with_suffix(".draft")
            draft.write_text(str(version))
            draft.replace(self._file)

    def clear(self) -> None:
        """All of it is gone."""
        if self._file is not None:
            self._file.unlink(missing_ok=True)


def rewrite(folder: Path, store: ox.Store) -> None:
    """Write what a store holds into files beside its own, which `settle` puts in their place.

    Raises:
        OSError: there is no room; nothing is left behind.
    """
    draft = folder.with_name(f"{folder.name}.rewriting")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(mode=0o700)
        fresh = ox.Store(str(draft / ENGINE))
        graphs = {"", *(graph.value for graph in store.named_graphs())}
        bring(fresh, graphs, partial(_dump, store), lambda graph: (bool(graph), not graph), draft)
        fresh.flush()
        del fresh
        (draft / ENGINE).rename(_rewritten(folder))
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def _dump(store: ox.Store, graph: str, file: Path) -> None:
    store.dump(str(file), ox.RdfFormat.N_TRIPLES, from_graph=graph_name(graph))


def settle(folder: Path) -> None:
    """Put rewritten files in the place of the old ones, if there are any; nobody has them open."""
    shutil.rmtree(folder.with_name(f"{folder.name}.rewriting"), ignore_errors=True)
    if (fresh := _rewritten(folder)).exists():
        shutil.rmtree(folder, ignore_errors=True)
        fresh.rename(folder)


def _rewritten(folder: Path) -> Path:
    return folder.with_name(f"{folder.name}.rewritten")
