"""What is only passing through the disk goes with its process, however that ends."""

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from rembug.graph import KnowledgeGraph, passing, passing_folder

HOLDER = """
import sys, time
from rembug.graph import passing_folder, spilling_graph
from rembug.graph.spill import SpillingStore
from rdflib import Graph, Literal, URIRef
folder = passing_folder()
graph = Graph(store=SpillingStore(most=1))
for n in range(9):
    graph.add((URIRef("urn:p"), URIRef("urn:said"), Literal(f"Kata yang dirahasiakan {n}")))
print(folder.name, flush=True)
time.sleep(600)
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for temporary files that is nobody else's."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    monkeypatch.setattr(passing, "_OWN", passing._Own())
    yield tmp_path
    tempfile.tempdir = None


def holder() -> tuple["subprocess.Popen[str]", Path]:
    process = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True)
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def test_what_a_killed_process_left_is_removed_by_the_next(temporary: Path) -> None:
    process, folder = holder()
    assert folder.parent.parent == temporary
    assert len(list(folder.parent.iterdir())) == 2  # the spilled graph's is there too
    passing.sweep()
    assert folder.is_dir()  # its process lives
    process.kill()
    process.wait()
    passing._OWN._swept = 0
    passing.sweep()
    assert not list(temporary.iterdir())


def test_opening_a_store_removes_it_and_leaves_other_folders_alone(temporary: Path) -> None:
    process, folder = holder()
    process.kill()
    process.wait()
    (other := temporary / "rembug-notes").mkdir()
    (temporary / "rembug-passing-link").symlink_to(other)
    with KnowledgeGraph.open(str(temporary / "store")):
        assert not folder.exists()
    assert other.is_dir()


def test_two_that_begin_at_the_same_time_do_not_remove_each_others(temporary: Path) -> None:
    processes = [holder() for _ in range(3)]
    with passing_folder() as own:
        assert all(folder.is_dir() for _, folder in processes)
        assert Path(own).is_dir()
        assert Path(own).stat().st_mode & 0o077 == 0
    for process, _ in processes:
        process.terminate()
        process.wait()


def test_a_folder_that_somebody_removed_is_made_again(temporary: Path) -> None:
    with passing_folder() as first:
        pass
    Path(first).parent.rmdir()
    with passing_folder() as second:
        assert Path(second).parent.parent == temporary
