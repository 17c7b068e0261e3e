"""Small stores in memory, and results as plain cells, for the catalogue's questions."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from rdflib import Graph

from rembug import reasoning, settings, terms
from rembug.catalogue import Catalogue
from rembug.graph import Change, KnowledgeGraph

Cells = list[tuple[str, ...]]
Ask = Callable[..., Cells]
EXAMPLES = settings.data_dir() / "examples"
STUDIES: dict[str, list[Path]] = {
    "contoh": [EXAMPLES / "contoh.ttl"],
    "examples": [EXAMPLES / "contoh.ttl", EXAMPLES / "pembanding.ttl"],
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
def stores(schema: Graph) -> dict[str, KnowledgeGraph]:
    """The shipped studies with what follows from them, each in a store of its own."""
    filled = {}
    for name, files in STUDIES.items():
        data = Graph()
        for file in files:
            data.parse(file)
        filled[name] = KnowledgeGraph.in_memory()
        filled[name].commit(
            Change(
                {
                    terms.ONTOLOGY_GRAPH: schema,
                    terms.submission_graph(name, "data"): data,
                    terms.INFERRED: reasoning.entail(schema, data),
                }
            )
        )
    return filled


@pytest.fixture(scope="session")
def ask(catalogue: Catalogue, stores: Mapping[str, KnowledgeGraph]) -> Ask:
    """Run a query of the catalogue; gives the cells of the columns asked for."""

    def answer(store: str, name: str, *columns: str, **values: str) -> Cells:
        result = stores[store].rows(catalogue[name].bind(values))
        wanted = columns or result.variables
        return [
            tuple(_short(str(row[name])) if name in row else "" for name in wanted)
            for row in result
        ]

    return answer


def _short(value: str) -> str:
    """An IRI without what every one of its kind begins with."""
    return value.removeprefix(terms.SCHEME).removeprefix(terms.ID)
