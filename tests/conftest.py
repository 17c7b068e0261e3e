"""What every test may ask for: real stores on disk, empty or filled."""

import fcntl
import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from rdflib import Graph

from rembug import settings
from rembug.changes import submissions
from rembug.changes.ontology import ensure_ontology
from rembug.graph import KnowledgeGraph

# Whoever runs the tests reads any language; what commands say then is in both.
os.environ |= {"LANGUAGE": "", "LC_ALL": "", "LC_MESSAGES": "", "LANG": "C.UTF-8"}
os.environ.pop("COLUMNS", None)  # of the terminal that tests run at, or of their workers
EXAMPLES = settings.data_dir() / "examples"
Fill = Callable[[KnowledgeGraph], object]


def pytest_collection_finish() -> None:
    """Let the collector of garbage leave alone what the libraries and the tests themselves made."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def schema() -> Graph:
    """The ontology with its schemes, as it ships."""
    graph = Graph()
    for file in settings.ontology_dir().rglob("*.ttl"):
        graph.parse(file)
    return graph


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Fill], Path]:
    """The folder of a store that is filled once for all processes of a run; to be copied."""
    shared = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        shared = shared.parent

    def once(name: str, fill: Fill) -> Path:
        folder = shared / "stores" / name
        folder.parent.mkdir(exist_ok=True)
        with (folder.parent / f"{name}.lock").open("w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            if not folder.exists():
                half = folder.with_name(f"{name}-half")
                with KnowledgeGraph.own(str(half)) as graph:
                    fill(graph)
                half.rename(folder)
        return folder

    return once


def copied(store: Path, folder: Path) -> Iterator[KnowledgeGraph]:
    """A copy of a store that is closed, while a test has it."""
    shutil.copytree(store, folder / "store")
    with KnowledgeGraph.own(str(folder / "store")) as graph:
        yield graph


@pytest.fixture(scope="session")
def ontology_store(stored: Callable[[str, Fill], Path]) -> Path:
    """A folder with a store that holds the ontology and nothing else; closed, to be copied."""
    return stored("ontology", ensure_ontology)


@pytest.fixture
def kg(ontology_store: Path, tmp_path: Path) -> Iterator[KnowledgeGraph]:
    """A store of its own that holds the ontology and nothing else."""
    yield from copied(ontology_store, tmp_path)


@pytest.fixture(scope="session")
def example_store(stored: Callable[[str, Fill], Path]) -> Path:
    """A folder with a store that holds the hand-made example study; closed, to be copied."""
    return stored(
        "example", lambda graph: submissions.add(graph, [EXAMPLES / "contoh.ttl"], "contoh")
    )


@pytest.fixture
def example(example_store: Path, tmp_path: Path) -> Iterator[KnowledgeGraph]:
    """A store of its own that holds the hand-made example study."""
    yield from copied(example_store, tmp_path)


@pytest.fixture(scope="session")
def magetan_store(stored: Callable[[str, Fill], Path]) -> Path:
    """A folder with a store that holds the shipped study; closed, to be copied."""
    return stored("magetan", submissions.fill)


@pytest.fixture(scope="session")
def magetan(
    magetan_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KnowledgeGraph]:
    """The shipped study, to be read only."""
    folder = tmp_path_factory.mktemp("read") / "store"
    shutil.copytree(magetan_store, folder)
    with KnowledgeGraph.own(str(folder)) as graph:
        yield graph


@pytest.fixture
def magetan_copy(magetan_store: Path, tmp_path: Path) -> Path:
    """A folder with a store of its own that holds the shipped study, to be written to."""
    return Path(shutil.copytree(magetan_store, tmp_path / "store"))


@pytest.fixture(scope="session")
def contoh(
    stored: Callable[[str, Fill], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[KnowledgeGraph]:
    """The hand-made example study and the one to compare it with, to be read only."""

    def fill(graph: KnowledgeGraph) -> None:
        for file in sorted(EXAMPLES.glob("*.t*")):
            submissions.add(graph, [file], file.stem)

    folder = tmp_path_factory.mktemp("contoh") / "store"
    shutil.copytree(stored("contoh", fill), folder)
    with KnowledgeGraph.own(str(folder)) as graph:
        yield graph


@pytest.fixture(scope="session")
def missing() -> Callable[[str], None]:
    """Skip a test that needs what this machine lacks; in CI, where nothing may lack, fail."""

    def give_up(what: str) -> None:
        if os.environ.get("CI") == "true":
            pytest.fail(f"{what} is missing, and CI must have it")
        pytest.skip(f"needs {what}")

    return give_up
