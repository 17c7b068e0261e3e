"""What readers read, made anew from the record, beside `oxigraph load` of the same quads.

    python benchmarks/rebuild.py [--store FOLDER | --studies N --interviews N] [--turns N]

The store is copied first; without one, made-up studies are added to a new one. In turns, each in a
process of its own: the Oxigraph server's `load`, which counts each quad once; the reading stores
alone, which have each under its graph and in the merge, for the public and for researchers; and
`rembug rebuild`, which makes the indexes as well. Prints the median of seconds by the clock, those
of processor time and the most memory of each, and how many times those of `load` they are.
"""

import argparse
import shutil
import statistics
import sys
import tempfile
from pathlib import Path

from load import REMBUG, Measured, measured

from rembug import simulate
from rembug.graph import KnowledgeGraph, Role

STORES = """
import sys
from rembug.graph import KnowledgeGraph
with KnowledgeGraph.own(sys.argv[1]) as graph:
    for store in graph._derived._readers.rebuilt():
        pass
"""
_LONGEST = 3600.0


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--store", type=Path)
    options.add_argument("--studies", type=int, default=20)
    options.add_argument("--interviews", type=int, default=6)
    options.add_argument("--turns", type=int, default=3)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="rembug-") as name:
        folder = Path(name)
        store, quads, peer = folder / "store", folder / "all.nq", folder / "peer"
        if given.store:
            shutil.copytree(given.store, store)
        else:
            list(simulate.write(folder / "studies", given.studies, given.interviews, 1))
            measured([*REMBUG, "add", folder / "studies", "--store", store], _LONGEST)
        with KnowledgeGraph.own(str(store)) as graph:
            print(f"{len(graph)} quads")
            quads.write_bytes(graph.dump(graph.graphs(Role.ADMIN), "nq"))
        oxigraph = Path(sys.executable).with_name("oxigraph")
        works: dict[str, list[str | Path]] = {
            "oxigraph load": [oxigraph, "load", "--location", peer, "--file", quads],
            "the reading stores": [sys.executable, "-c", STORES, store],
            "rembug rebuild": [*REMBUG, "rebuild", "--store", store],
        }
        took: dict[str, list[Measured]] = {work: [] for work in works}
        for _ in range(given.turns):
            for work, command in works.items():
                took[work].append(measured(command, _LONGEST))
            shutil.rmtree(peer)
    clock = {work: statistics.median(run.seconds for run in runs) for work, runs in took.items()}
    spent = {work: statistics.median(run.work for run in runs) for work, runs in took.items()}
    for work, runs in took.items():
        memory = max(sum(run.memory) for run in runs)
        print(
            f"{work}: {clock[work]:.1f} s, {clock[work] / clock['oxigraph load']:.2f} times; "
            f"{spent[work]:.1f} of processor time, {spent[work] / spent['oxigraph load']:.2f} "
            f"times; {memory} MB"
        )


if __name__ == "__main__":
    main()
