"""Reading and committing with many studies beside the same with one; reading beside no secrets.

    python benchmarks/scale.py [--many FOLDER] [--one FOLDER] [--studies N] [--interviews N]
        [--runs N] [--commits N] [--only pages,questions,restricted,start,commits]

A folder is a store of made-up studies that was filled before; without it one is filled. In turns:

- pages, each after a commit, so that nothing is kept of it, and ready questions about one study, as
  text that no cache knows: many studies beside one;
- the same of the many, beside a store that has their public graphs alone;
- the start until ready, beside the Oxigraph server's over the same quads;
- the last hundred of small commits beside the first hundred, in time and in disk.

Prints ratios of medians of clock time and, as others may use the machine meanwhile, of processor
time of all of a server's processes.
"""

import argparse
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from operator import methodcaller
from pathlib import Path

from questions import CATALOGUE, STUDY, Server, bound, engine, filled, oxigraph, rembug, served

from rembug import terms
from rembug.changes import submissions
from rembug.graph import Change, KnowledgeGraph, Role

PAGES = {
    "landing": "/",
    "study": f"/page/id/{STUDY}/study/{STUDY}",
    "program": f"/page/id/{STUDY}/program/pelatihan",
    "actor": f"/page/id/{STUDY}/actor/dinas-a",
    "finding": f"/page/id/{STUDY}/finding/f1",
    "findings with facets": "/findings",
    "actors with facets": "/actors",
    "findings of a rating": "/findings?rating=weak",
    "findings of a study": f"/findings?study={STUDY}",
    "search": "/search?q=pelatihan",
    "suggestions": "/suggest.json?q=pel",
    "map": f"/map?study={STUDY}",
    "network": f"/network?study={STUDY}",
}
PARTS = ("pages", "questions", "restricted", "start", "commits")


def compared(
    name: str,
    servers: Sequence[Server],
    work: Callable[[Server], object],
    runs: int,
    first: Callable[[Server], object] = lambda _: None,
) -> list[float]:
    """Have two servers do work in turns; print and return the ratios of clock and processor time.

    Args:
        name: of the work.
        servers: the two.
        work: what is measured.
        runs: how often.
        first: what comes before it each time.
    """
    clock: list[list[float]] = [[], []]
    spent: list[list[float]] = [[], []]
    for _ in range(runs):
        for place, server in enumerate(servers):
            first(server)
            before, begun = server.spent(), time.perf_counter()
            work(server)
            clock[place].append(time.perf_counter() - begun)
            spent[place].append(server.spent() - before)
    figures = [[statistics.median(found) for found in kind] for kind in (clock, spent)]
    ratios = [mine / other for mine, other in figures]
    told = "; ".join(f"{mine * 1000:.1f} / {other * 1000:.1f} ms" for mine, other in figures)
    print(f"{name}: {ratios[0]:.2f} times, {ratios[1]:.2f} of processor time ({told})", flush=True)
    return ratios


def pages(servers: Sequence[Server], runs: int) -> None:
    """Pages, each after a commit that snapshot and index have followed already."""

    def anew(server: Server) -> None:
        server.commit()
        server.page("/studies")

    for server in servers:
        for path in PAGES.values():
            server.page(path)
    medians(
        "pages",
        [
            compared(f"page of {name}", servers, methodcaller("page", path), runs, anew)
            for name, path in PAGES.items()
        ],
    )


def questions(servers: Sequence[Server], runs: int) -> None:
    """Ready questions about one study."""
    texts = {query.name: bound(query, STUDY) for query in CATALOGUE.values()}
    medians(
        "questions",
        [compared(name, servers, methodcaller("ask", text), runs) for name, text in texts.items()],
    )


def medians(name: str, ratios: Sequence[Sequence[float]]) -> None:
    """Print what is in the middle of ratios, and the worst."""
    clock, spent = (sorted(column) for column in zip(*ratios, strict=True))
    print(
        f"{name}: median {statistics.median(clock):.2f} times, at most {clock[-1]:.2f}; "
        f"of processor time {statistics.median(spent):.2f}, at most {spent[-1]:.2f}",
        flush=True,
    )


def start(store: Path, peer: Path, runs: int) -> None:
    """How long it takes until the first answer, and how much of it is work of the processor."""
    clock: list[list[float]] = [[], []]
    spent: list[list[float]] = [[], []]
    for _ in range(runs):
        for place, begin in enumerate((partial(served, store), partial(oxigraph, peer))):
            begun = time.perf_counter()
            with begin() as server:
                clock[place].append(time.perf_counter() - begun)
                spent[place].append(server.spent())
    mine, theirs = ([statistics.median(kind[place]) for kind in (clock, spent)] for place in (0, 1))
    print(
        f"start until ready: {mine[0]:.1f} s, {mine[1]:.1f} of processor time; "
        f"the Oxigraph server {theirs[0]:.1f} s, {theirs[1]:.1f}",
        flush=True,
    )


def commits(server: Server, folder: Path, number: int) -> None:
    """Small changes, one after another, each read once."""
    clock, spent, disk = list[float](), list[float](), list[int]()
    for _ in range(number):
        before, begun = server.spent(), time.perf_counter()
        server.commit()
        clock.append(time.perf_counter() - begun)
        spent.append(server.spent() - before)
        server.ask("ASK {}")
        disk.append(size(folder) if len(disk) % 100 in (0, 99) else 0)
    few = min(100, number // 2)
    for what, found in (("time", clock), ("processor time", spent)):
        first, last = statistics.median(found[:few]), statistics.median(found[-few:])
        print(
            f"{number} commits, {what}: last {few} {last / first:.2f} times the first "
            f"({last * 1000:.0f} / {first * 1000:.0f} ms)"
        )
    if number >= 200:
        grown = (disk[-1] - disk[-100]), (disk[99] - disk[0])
        print(f"disk: last 100 {grown[0] / 1e6:.1f} MB, first 100 {grown[1] / 1e6:.1f} MB")


def size(folder: Path) -> int:
    """Bytes of the files below a folder, those that are linked twice counted once."""
    found = {}
    for file in folder.rglob("*"):
        try:
            told = file.stat()
        except FileNotFoundError:
            continue
        found[told.st_ino] = told.st_blocks * 512
    return sum(found.values())


def without_restricted(store: Path, folder: Path) -> Path:
    """A store of what the public may read of another, as public graphs."""
    with KnowledgeGraph.own(str(store)) as whole, KnowledgeGraph.own(str(folder)) as public:
        named = whole.graphs(Role.PUBLIC) - {terms.PROVENANCE, terms.INFERRED}
        public.commit(Change({graph: whole.triples(graph) for graph in named}))
        submissions.entail(public)
        for role in (Role.PUBLIC, Role.ADMIN):
            public.index(role)
    return folder


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--many", type=Path)
    options.add_argument("--one", type=Path)
    options.add_argument("--studies", type=int, default=20)
    options.add_argument("--interviews", type=int, default=6)
    options.add_argument("--runs", type=int, default=7)
    options.add_argument("--commits", type=int, default=1000)
    options.add_argument("--public", type=Path, help="where the store without restricted is")
    options.add_argument("--only", default=",".join(PARTS))
    given = options.parse_args()
    parts = given.only.split(",")
    with tempfile.TemporaryDirectory(prefix="rembug-") as name, ExitStack() as stack:
        folder = Path(name)
        many = given.many or filled(folder, given.studies, given.interviews)
        one = given.one or filled(folder, 1, given.interviews)
        with KnowledgeGraph.own(str(many)) as graph:
            restricted = graph.graphs(Role.ADMIN) - graph.graphs(Role.PUBLIC)
            print(
                f"{len(graph)} quads, {len(graph.graphs(Role.ADMIN))} graphs, "
                f"{len(restricted)} restricted"
            )
            graph.rows("SELECT * {}", Role.PUBLIC)
        if "start" in parts:
            peer = folder / "peer"
            shutil.copytree(engine(many), peer, ignore=shutil.ignore_patterns("LOCK"))
            start(many, peer, max(1, given.runs // 2))
        where = given.public or folder / "public"
        if "restricted" in parts and not where.exists():
            without_restricted(many, where)
        ours = stack.enter_context(rembug("many studies", many))
        single = stack.enter_context(rembug("one study", one))
        if "pages" in parts:
            pages((ours, single), given.runs)
        if "questions" in parts:
            questions((ours, single), given.runs)
        if "restricted" in parts:
            plain = stack.enter_context(rembug("without restricted", where))
            print("with restricted graphs in the store beside without:")
            pages((ours, plain), given.runs)
            questions((ours, plain), given.runs)
        if "commits" in parts:
            commits(ours, many, given.commits)
        print("memory in MB: " + "; ".join(s.memory() for s in (ours, single)))


if __name__ == "__main__":
    main()
