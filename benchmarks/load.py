"""A folder of made-up studies through the gate, against the tools that do a part of it each.

    python benchmarks/load.py [--studies N] [--interviews N] [--seconds N]

In one run, each in a process of its own: `rembug add` of the folder against pySHACL over the same
files; `rembug reason` against owlrl and, where it is installed, reasonable. Prints seconds by the
clock and of processor time, the most memory that each process had, and ratios of both. What takes
longer than --seconds is ended, and its ratio is a least one.
"""

import argparse
import importlib.util
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rembug import settings, simulate
from rembug.graph import KnowledgeGraph

REMBUG = [sys.executable, "-c", "from rembug.cli import main; main()"]
PARSED = """
import sys, pathlib
from rdflib import Graph
data, shapes = Graph(), Graph()
for folder in sys.argv[2:]:
    for file in pathlib.Path(folder).rglob("*.ttl"):
        data.parse(file)
for file in pathlib.Path(sys.argv[1]).glob("*.ttl"):
    shapes.parse(file)
"""
PYSHACL = f"""{PARSED}
import pyshacl
conforms, _, text = pyshacl.validate(
    data, shacl_graph=shapes, advanced=True, inference="none", allow_warnings=True, inplace=True
)
sys.exit(0 if conforms else text)
"""
OWLRL = f"""{PARSED}
import owlrl
owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(data)
"""
REASONABLE = f"""{PARSED}
import reasonable
reasoner = reasonable.PyReasoner()
reasoner.from_graph(data)
reasoner.reason()
"""
_TICK = 0.2


@dataclass
class Measured:
    """What a command took: seconds by the clock, those of its processes' work, and memory in MB."""

    seconds: float
    work: float
    memory: Sequence[int]
    late: bool = False

    def __str__(self) -> str:
        most = " + ".join(map(str, self.memory))
        least = "more than " * self.late
        return f"{least}{self.seconds:.1f} s ({self.work:.1f} of processor time), {most} MB"


def measured(command: Sequence[str | Path], limit: float) -> Measured:
    """Run a command to its end, or for so many seconds."""
    peaks: dict[int, int] = {}
    before = sum(os.times()[2:4])
    start = time.perf_counter()
    with subprocess.Popen(
        list(map(str, command)), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        while process.poll() is None and time.perf_counter() - start < limit:
            for pid in family(process.pid):
                peaks[pid] = max(peak(pid), peaks.get(pid, 0))
            time.sleep(_TICK)
        seconds = time.perf_counter() - start
        late = process.poll() is None
        if late:
            process.kill()
        error = process.communicate()[1]
    if not late and process.returncode:
        sys.exit(f"{' '.join(map(str, command))[:200]} failed: {error[-2000:]}")
    work = sum(os.times()[2:4]) - before
    return Measured(seconds, work, [mb for mb in peaks.values() if mb], late)


def family(pid: int) -> list[int]:
    """A process and those that it started."""
    found = [pid]
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        if parent == pid:
            found += family(int(stat.parent.name))
    return found


def peak(pid: int) -> int:
    """The most memory that a process had, in MB."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    told = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM")]
    return int(told[0]) // 1024 if told else 0


def against(work: str, ours: Measured, peer: str, theirs: Measured) -> None:
    """Print two and their ratio."""
    least = "at least " * theirs.late
    clock, spent = theirs.seconds / ours.seconds, theirs.work / ours.work
    print(
        f"{work} {ours}; {peer} {theirs}; ratio {least}{clock:.2f}, of processor time {spent:.2f}"
    )
    sys.stdout.flush()


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser()
    options.add_argument("--studies", type=int, default=2)
    options.add_argument("--interviews", type=int, default=40)
    options.add_argument("--seconds", type=float, default=1200)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="rembug-") as name:
        folder, store = Path(name), Path(name) / "store"
        list(simulate.write(folder / "studies", given.studies, given.interviews, 1))
        add: list[str | Path] = [*REMBUG, "add", folder / "studies", "--store", store]
        ours = measured(add, given.seconds)
        with KnowledgeGraph.own(str(store)) as graph:
            quads = len(graph)
        print(f"{given.studies} studies, {quads} quads with all that is kept of them")
        print(f"rembug add: {quads / ours.seconds:.0f} quads a second")
        files = [settings.shapes_dir(), folder / "studies", settings.ontology_dir()]

        def python(text: str) -> Measured:
            return measured([sys.executable, "-c", text, *files], given.seconds)

        against("rembug add", ours, "pySHACL", python(PYSHACL))
        reason = measured([*REMBUG, "reason", "--store", store], given.seconds)
        against("rembug reason", reason, "owlrl", python(OWLRL))
        if importlib.util.find_spec("reasonable"):
            against("rembug reason", reason, "reasonable", python(REASONABLE))


if __name__ == "__main__":
    main()
