"""A change too large for a message: written into files, for another process to read it there."""

import json
import shutil
from pathlib import Path
from typing import Any, Final

from rdflib import Graph, URIRef

from rembug.graph.model import Change, Content
from rembug.graph.spill import SpillingStore
from rembug.graph.syntax import n_triples

_LARGE: Final = 200_000  # triples
_PARTS: Final = ("replace", "append", "remove")
_DESCRIPTION: Final = "change.json"


def is_large(change: Change) -> bool:
    """Whether a change is better not sent in one message."""
    parts = (change.replace, change.append, change.remove)
    return sum(_size(content) for part in parts for content in part.values()) > _LARGE


def write_down(change: Change, folder: Path) -> None:
    """Write a change into a folder.

    Args:
        change: what becomes of which graph.
        folder: does not exist yet.

    Raises:
        OSError: there is no room.
    """
    folder.mkdir(mode=0o700)
    files: dict[str, dict[str, str]] = {}
    for name in _PARTS:
        files[name] = {}
        for number, (graph, content) in enumerate(getattr(change, name).items()):
            file = files[name][str(graph)] = f"{name}-{number}.nt"
            write_content(content, folder / file)
    told = {"drop": sorted(change.drop), "forget": change.forget, **files}
    (folder / _DESCRIPTION).write_text(json.dumps(told))


def read_back(folder: Path) -> Change:
    """A change that was written down, its contents in the files."""
    told: dict[str, Any] = json.loads((folder / _DESCRIPTION).read_text())
    parts: list[dict[URIRef, Content]] = [
        {URIRef(graph): folder / file for graph, file in told[name].items()} for name in _PARTS
    ]
    drop = frozenset(map(URIRef, told["drop"]))
    return Change(parts[0], parts[1], drop, parts[2], bool(told["forget"]))


def write_content(content: Content, file: Path) -> None:
    """Write a graph's triples as N-Triples."""
    store = content.store if isinstance(content, Graph) else None
    if isinstance(content, Path):
        shutil.copyfile(content, file)
    elif isinstance(store, SpillingStore) and store.on_disk:
        store.dump(file)
    else:
        file.write_text(n_triples(content), encoding="utf-8")


def _size(content: Content) -> int:
    """How many triples there are, or as many as make it large."""
    if isinstance(content, bytes):
        return content.count(b"\n")
    if isinstance(content, Path):
        return _LARGE + 1
    store = content.store
    if isinstance(store, SpillingStore) and store.on_disk:
        return _LARGE + 1
    return len(content)
