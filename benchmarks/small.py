"""Small queries: how many a second, Rembug beside the Oxigraph server over the same quads.

    python benchmarks/small.py [--runs N] [--studies N] [--interviews N] [--store FOLDER]

A tiny query and one of 100 rows, by 1 and by 8 clients, as a text that nobody sent before and as
the same text again, by POST and by GET. Each second of Rembug is beside one of the Oxigraph server.
Prints the median of the ratios, the medians of the throughputs, the processor time that Rembug and
all its workers take for each, and the load of the machine.
"""

import argparse
import itertools
import os
import statistics
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from questions import Server, copied, filled, oxigraph, served

QUERIES = {
    "tiny query": (
        "SELECT ?o { <https://w3id.org/rembug/id/simulasi-0001/study/simulasi-0001> a ?o } LIMIT 1"
    ),
    "100 rows": "SELECT ?s ?o { ?s <http://www.w3.org/2000/01/rdf-schema#label> ?o } LIMIT 100",
}
WAYS = {"anew": Server.ask, "again by POST": Server.again, "again by GET": Server.got}


def throughput(ask: Callable[[], object], clients: int, seconds: float) -> float:
    """Answers a second."""
    begun, done = time.monotonic(), [0] * clients

    def client(number: int) -> None:
        while time.monotonic() < begun + seconds:
            ask()
            done[number] += 1

    threads = [threading.Thread(target=client, args=(n,)) for n in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done) / (time.monotonic() - begun)


def compare(ours: Server, peer: Server, runs: int) -> None:
    """Measure and print each query, each way of asking it, each number of clients."""
    ours.page("/health/ready")
    for server in (ours, peer):  # until what is worked out ahead at the start is over, too
        throughput(partial(server.ask, QUERIES["tiny query"]), 8, 10)
    for (name, query), (way, ask), clients in itertools.product(
        QUERIES.items(), WAYS.items(), (1, 8)
    ):
        pairs, spent = list[tuple[float, float]](), 0.0
        for _ in range(runs):
            before = ours.spent()
            mine = throughput(partial(ask, ours, query), clients, 1)
            spent += (ours.spent() - before) / mine / runs
            pairs.append((mine, throughput(partial(ask, peer, query), clients, 1)))
        ratio = statistics.median(mine / theirs for mine, theirs in pairs)
        mine, theirs = (statistics.median(column) for column in zip(*pairs, strict=True))
        print(
            f"{name}, {way}, {clients} clients: {ratio:.2f} of its throughput, {mine:.0f} and "
            f"{theirs:.0f} a second; {spent * 1e6:.0f} microseconds of processor time each; load "
            f"{os.getloadavg()[0]:.1f}",
            flush=True,
        )


def main() -> None:
    """Start both over the same data, and compare them."""
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=5)
    options.add_argument("--studies", type=int, default=4)
    options.add_argument("--interviews", type=int, default=6)
    options.add_argument("--store", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="rembug-") as name:
        folder = Path(name)
        store = given.store or filled(folder, given.studies, given.interviews)
        copied(store, folder / "peer")
        with served(store) as ours, oxigraph(folder / "peer") as peer:
            compare(ours, peer, given.runs)


if __name__ == "__main__":
    main()
