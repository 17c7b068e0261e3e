"""Killed at any line that writes what readers read, a store opens, and reads as it should."""

import json
import os
import signal
import subprocess
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, Final

from rdflib import URIRef

from rembug import terms
from rembug.graph import Change, KnowledgeGraph, Role
from rembug.graph.readers import files, filling, index, store

OPEN: Final = terms.submission_graph("magetan", "open")
CLOSED: Final = terms.restricted(OPEN)
LABEL: Final = "<http://www.w3.org/2000/01/rdf-schema#label>"
WATCHED: Final = (store.__file__, files.__file__, filling.__file__, index.__file__)
WRITING: Final = (
    "_make_anew",
    "_made",
    "_begun",
    "_take",
    "_clear_but",
    "opened",
    "declare",
    "replace",
    "fill",
    "build",
    "update",
    "_writing",
    "_write",
    "_unlink",
)
COUNT: Final = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o FILTER(STRSTARTS(STR(?s), 'http://e/')) }"


def test_a_kill_while_readers_are_rebuilt_leaves_what_is_built_again(tmp_path: Path) -> None:
    # In a process that has not opened a store: the engine's threads do not live on in a fork.
    subprocess.run([sys.executable, __file__, str(tmp_path)], check=True, timeout=300)


def kill_at_each_line(folder: Path) -> None:
    lines: list[tuple[str, int]] = []
    assert apart(lambda: fill(folder)) == 0
    assert apart(lambda: passes(folder, lines, None), lines) == 0
    assert {file for file, _ in lines} == {*WATCHED}
    for line in lines[::4]:
        assert apart(lambda line=line: passes(folder, [], line)) == signal.SIGKILL, line
        assert apart(lambda: reads_as_it_should(folder)) == 0, line


def fill(folder: Path) -> None:
    with KnowledgeGraph.own(str(folder)) as graph:
        said = [f'<http://e/{n}> {LABEL} "said {n}" .\n'.encode() for n in range(3)]
        graph.commit(Change({OPEN: said[0] + said[1], CLOSED: said[0] + said[2]}))
        graph.commit(Change({URIRef("http://e/blank"): b"_:b <http://e/p> <http://e/o> .\n"}))
        read(graph)


def passes(folder: Path, lines: list[tuple[str, int]], last: tuple[str, int] | None) -> None:
    """Rebuild, noting each line that is come to, and end there without a word at the last."""

    def watch(frame: FrameType, event: str, _: Any) -> Any:
        file = frame.f_code.co_filename
        if file not in WATCHED or frame.f_code.co_name not in WRITING:
            return None
        here = (file, frame.f_lineno)
        if event == "line" and here == last:
            os.kill(os.getpid(), signal.SIGKILL)
        if event == "line" and here not in lines:
            lines.append(here)
        return watch

    with KnowledgeGraph.own(str(folder)) as graph:
        read(graph)
        # The second is made from a copy of the first.
        for role in (Role.PUBLIC, Role.ADMIN):
            reader = graph._derived.current(role)  # type: ignore[union-attr]
            sys.settrace(watch)
            reader.make_anew()
            sys.settrace(None)
            graph.forget_index(role)
            threading.settrace(watch)  # it is made in a thread of its own
            graph.index(role)
            threading.settrace(None)  # type: ignore[arg-type]


def reads_as_it_should(folder: Path) -> None:
    with KnowledgeGraph.own(str(folder)) as graph:
        read(graph)


def read(graph: KnowledgeGraph) -> None:
    """What each reader is told, by queries and by the index."""
    for role, statements, names in ((Role.PUBLIC, "2", 2), (Role.ADMIN, "3", 3)):
        [row] = graph.rows(COUNT, role)
        assert row["n"].value == statements
        with graph.index(role).reading() as found:
            assert found.version == graph.version
            labels = found.labels([f"http://e/{n}" for n in range(3)], "en").values()
            assert sum(text.startswith("said") for text, _ in labels) == names


def apart(work: Callable[[], None], told: list[tuple[str, int]] | None = None) -> int:
    """Work in a process of its own; returns what ended it: a signal's number, or the exit code."""
    ours, theirs = os.pipe()
    if not (child := os.fork()):
        code = 1
        try:
            work()
            os.write(theirs, json.dumps(told).encode())
            code = 0
        finally:
            if code:
                traceback.print_exc()
            os._exit(code)
    os.close(theirs)
    with os.fdopen(ours, "rb") as pipe:
        text = pipe.read()
    status = os.waitpid(child, 0)[1]
    if told is not None:
        told += map(tuple, json.loads(text))
    return os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)


if __name__ == "__main__":
    kill_at_each_line(Path(sys.argv[1]))
