"""The graph room is tested alone: its store begins with nothing in it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from rembug.graph import KnowledgeGraph


@pytest.fixture
def kg(tmp_path: Path) -> Iterator[KnowledgeGraph]:
    """An empty store on disk."""
    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        yield graph
