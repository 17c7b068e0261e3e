"""The ontology, and a way to write down a few statements."""

from collections.abc import Callable

import pytest
from rdflib import Graph

from rembug import terms

PROLOGUE = "".join(f"@prefix {p}: <{n}> .\n" for p, n in terms.PREFIXES.items())


@pytest.fixture(scope="session")
def ontology(schema: Graph) -> Graph:
    """All modules and schemes, merged; to be read only."""
    return schema


@pytest.fixture(scope="session")
def say() -> Callable[[str], Graph]:
    """Turtle without its prefixes, read; `:name` is a thing of ours."""

    def read(turtle: str) -> Graph:
        own = "@prefix : <https://example.org/> .\n"
        return Graph().parse(data=PROLOGUE + own + turtle, format="turtle")

    return read
