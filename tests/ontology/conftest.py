"""The ontology as its files say it."""

import pytest
from rdflib import Graph


@pytest.fixture(scope="session")
def ontology(schema: Graph) -> Graph:
    """All modules and schemes, merged; to be read only."""
    return schema
