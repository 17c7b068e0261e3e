"""Small stores in memory, and results as plain cells, for the catalogue's questions."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from rdflib import Graph

from rembug import settings, simulate, terms
from rembug.catalogue import Catalogue
from rembug.changes import submissions
from rembug.changes.ontology import ensure_ontology
from rembug.graph import KnowledgeGraph, Role
from rembug.sources.folders import read_all

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
def schema() -> Graph:
    """The ontology with its schemes."""
    graph = Graph()
    for file in settings.ontology_dir().rglob("*.ttl"):
        graph.parse(file)
    return graph


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    """The shipped catalogue."""
    return Catalogue.load(settings.queries_dir())


@pytest.fixture(scope="session")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, KnowledgeGraph]]:
    """The shipped studies as they are served, each in a store of its own."""
    filled = {}
    for name, files in STUDIES.items():
        filled[name] = KnowledgeGraph.own(str(tmp_path_factory.mktemp(name)))
        ensure_ontology(filled[name])
        study = name if name == "magetan" else ""
        for file in [files] if study else [[file] for file in files]:
            submissions.add(filled[name], file, study or file[0].stem)
    filled["simulated"] = KnowledgeGraph.own(str(tmp_path_factory.mktemp("simulated")))
    folders = list(simulate.write(tmp_path_factory.mktemp("studies") / "all", 2, 2, 3))
    submissions.submit(filled["simulated"], read_all(folders).submissions)
    yield filled
    for graph in filled.values():
        graph.close()


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
