"""Small stores, and results as plain cells, for the catalogue's questions."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import pytest

from rembug import settings, simulate, terms
from rembug.catalogue import Catalogue
from rembug.changes import submissions
from rembug.changes.ontology import ensure_ontology
from rembug.graph import KnowledgeGraph, Role
from rembug.sources.folders import read_all

Fill = Callable[[KnowledgeGraph], object]
Cells = list[tuple[str, ...]]
Ask = Callable[..., Cells]
EXAMPLES = settings.data_dir() / "examples"
STUDIES: dict[str, list[Path]] = {
    "contoh": [EXAMPLES / "contoh.ttl"],
    "examples": [EXAMPLES / "contoh.ttl", EXAMPLES / "pembanding.ttl"],
    "cases": [EXAMPLES / "pembanding.ttl", Path(__file__).parent / "kasus.ttl"],
    "magetan": sorted((settings.data_dir() / "magetan").glob("*.ttl")),
}


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The shipped catalogue."""
    return Catalogue.load(settings.queries_dir())


class Stores(Mapping[str, KnowledgeGraph]):
    """The shipped studies as they are served, each in a store of its own once it is asked for."""

    def __init__(self, stored: Callable[[str, Fill], Path], folder: Path) -> None:
        self._stored, self._folder = stored, folder
        self._opened: dict[str, KnowledgeGraph] = {}

    def __getitem__(self, name: str) -> KnowledgeGraph:
        if name not in self._opened:
            filled = self._stored(f"queries-{name}", partial(_fill, name, self._folder))
            folder = shutil.copytree(filled, self._folder / name)
            self._opened[name] = KnowledgeGraph.own(str(folder))
        return self._opened[name]

    def __iter__(self) -> Iterator[str]:
        return iter([*STUDIES, "simulated"])

    def __len__(self) -> int:
        return len(STUDIES) + 1

    def close(self) -> None:
        for graph in self._opened.values():
            graph.close()


def _fill(name: str, folder: Path, graph: KnowledgeGraph) -> None:
    if name == "simulated":
        studies = list(simulate.write(folder / "studies", 2, 2, 3))
        submissions.submit(graph, read_all(studies).submissions)
        return
    ensure_ontology(graph)
    files = STUDIES[name]
    for some in [files] if name == "magetan" else [[file] for file in files]:
        submissions.add(graph, some, name if name == "magetan" else some[0].stem)


@pytest.fixture(scope="session")
def stores(
    stored: Callable[[str, Fill], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Stores]:
    """The shipped studies, to be read only."""
    opened = Stores(stored, tmp_path_factory.mktemp("studies"))
    yield opened
    opened.close()


@pytest.fixture(scope="session")
def ask(catalogue: Catalogue, stores: Mapping[str, KnowledgeGraph]) -> Ask:
    """Run a query of the catalogue as a role; gives the cells of the columns asked for."""

    def answer(
        store: str, name: str, *columns: str, role: Role = Role.RESEARCHER, **values: str
    ) -> Cells:
        result = stores[store].rows(catalogue[name].bind(values), role)
        wanted = columns or result.variables
        return [
            tuple(_short(str(row[name])) if name in row else "" for name in wanted)
            for row in result
        ]

    return answer


def _short(value: str) -> str:
    """An IRI without what every one of its kind begins with."""
    return value.removeprefix(terms.SCHEME).removeprefix(terms.ID)
