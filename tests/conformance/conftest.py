"""The service as the suites expect it, and the engine's own server beside it."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from rembug import settings

from .. import servers
from ..service import Service, serving

W3C = Path(os.environ.get("REMBUG_W3C", settings._REPOSITORY / ".venv" / "w3c"))


@pytest.fixture(scope="module")
def strict(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """As the suites expect it: empty, and the default graph is the unnamed one."""
    folder = tmp_path_factory.mktemp("strict")
    with serving(folder, "--empty", "--default-graph", "strict") as service:
        yield service


@pytest.fixture(scope="module")
def oxigraph(
    tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], None]
) -> Iterator[Service]:
    """The engine's own server."""
    if servers.program("oxigraph") is None:
        missing("the oxigraph server")
    with servers.oxigraph(tmp_path_factory.mktemp("oxigraph")) as endpoint:
        yield Service(endpoint.query.removesuffix("query"), "/query", "/update", "/store")
