"""The ontology as its files say it."""

import pytest
from rdflib import Graph

from rembug import settings


@pytest.fixture(scope="session")
def ontology() -> Graph:
    """All modules and schemes, merged; to be read only."""
    graph = Graph()
    for file in sorted(settings.ontology_dir().rglob("*.ttl")):
        graph.parse(file)
    return graph
