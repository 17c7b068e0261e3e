"""A change too large for one transaction: written down whole, then made in pieces.

What is written down counts: should the process end while the pieces go in, whoever opens the store
next puts them all in again, which changes nothing where they are there already.
"""

import json
import os
import shutil
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any, Final

import pyoxigraph as ox
from rdflib import Graph, URIRef

from rembug.graph.growing import Growing
from rembug.graph.model import Change, Content
from rembug.graph.reader import batches
from rembug.graph.syntax import n_triples

_AT_ONCE: Final = 50_000  # quads
_LARGE: Final = 200_000  # triples, above which one transaction takes hundreds of megabytes
_PARTS: Final = ("replace", "append", "remove")
_DESCRIPTION: Final = "change.json"


def is_large(change: Change) -> bool:
    """Whether a change is to be made in pieces."""
    parts = (change.replace, change.append, change.remove)
    return sum(_size(content) for part in parts for content in part.values()) > _LARGE


def write_down(change: Change, version: int, folder: Path) -> None:
    """Write a change into a folder, which is there when all of it is.

    Args:
        change: what becomes of which graph.
        version: that it makes.
        folder: does not exist yet.

    Raises:
        OSError: there is no room; the folder does not exist then.
    """
    draft = folder.with_name(f"{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    draft.mkdir(mode=0o700)
    try:
        files: dict[str, dict[str, str]] = {}
        for name in _PARTS:
            files[name] = {}
            for number, (graph, content) in enumerate(getattr(change, name).items()):
                file = files[name][str(graph)] = f"{name}-{number}.nt"
                write_content(content, draft / file)
        told = {"version": version, "drop": sorted(change.drop), "forget": change.forget, **files}
        (draft / _DESCRIPTION).write_text(json.dumps(told))
        for written in (*draft.iterdir(), draft):
            _sync(written)
        draft.rename(folder)
        _sync(folder.parent)
    except OSError:
        shutil.rmtree(draft, ignore_errors=True)
        raise


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
    elif isinstance(store, Growing) and store.on_disk is not None:
        rdf = ox.RdfFormat.N_TRIPLES
        store.on_disk.dump(str(file), format=rdf, from_graph=ox.DefaultGraph())
    else:
        file.write_text(n_triples(content), encoding="utf-8")


def make(store: ox.Store, folder: Path) -> None:
    """Make a change that was written down; its version is not told yet."""
    told: dict[str, Any] = json.loads((folder / _DESCRIPTION).read_text())
    for graph in (*told["drop"], *told["replace"]):
        while quads := list(
            islice(store.quads_for_pattern(None, None, None, _named(graph)), _AT_ONCE)
        ):
            for quad in quads:
                store.remove(quad)
        if graph and graph in told["drop"]:
            store.remove_graph(_named(graph))
        elif graph:
            store.add_graph(_named(graph))
    for quad in _quads(folder, told["remove"]):
        store.remove(quad)
    for name in ("replace", "append"):
        for some in batches(_quads(folder, told[name]), _AT_ONCE):
            store.bulk_extend(some)


def version_of(folder: Path) -> tuple[int, bool]:
    """The version that a change makes, and whether those before it are no longer kept."""
    told = json.loads((folder / _DESCRIPTION).read_text())
    return int(told["version"]), bool(told["forget"])


def _quads(folder: Path, files: Mapping[str, str]) -> Iterator[ox.Quad]:
    for graph, file in files.items():
        for triple in ox.parse(path=str(folder / file), format=ox.RdfFormat.N_TRIPLES):
            yield ox.Quad(triple.subject, triple.predicate, triple.object, _named(graph))


def _of(store: ox.Store, graph: str) -> Iterator[ox.Quad]:
    return store.quads_for_pattern(None, None, None, _named(graph))


def _named(graph: str) -> ox.NamedNode | ox.DefaultGraph:
    return ox.NamedNode(graph) if graph else ox.DefaultGraph()


def _size(content: Content) -> int:
    """How many triples there are, or as many as make it large."""
    if isinstance(content, bytes):
        return content.count(b"\n")
    if isinstance(content, Path):
        return _LARGE + 1
    store = content.store
    if isinstance(store, Growing) and store.on_disk is not None:
        return _LARGE + 1
    return len(content)


def _sync(file: Path) -> None:
    handle = os.open(file, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
