"""The gate: may this enter? SHACL over what the store would be, by pySHACL."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pyshacl
from rdflib import Graph
from rdflib.term import Node

from rembug import settings
from rembug.errors import RembugError
from rembug.gate.prepared import Prepared
from rembug.gate.report import Report, Result, Severity, read
from rembug.sources import Place

__all__ = ["Report", "Result", "Severity", "check", "shapes"]


def check(
    public: Graph,
    restricted: Graph,
    schema: Graph,
    places: Mapping[Node, Place] | None = None,
) -> Report:
    """Judge what a store would hold.

    Args:
        public: all triples that everyone could read.
        restricted: all triples that only researchers could read.
        schema: the ontology with its schemes.
        places: where in its file each subject stands, as far as it comes from a file.

    Returns:
        The verdict: the shapes hold for everything together, and the shapes of `public/` for what
        is public alone. It conforms when no result is a violation (SHACL §3.6).

    Raises:
        RembugError: a shape itself is wrong.
    """
    whole = _validate(public + restricted, schema, everywhere := shapes("*.ttl"))
    alone = _validate(public, schema, in_public := shapes("public/*.ttl"))
    places = places or {}
    return Report.of([*read(whole, everywhere, places), *read(alone, in_public, places)])


@cache
def shapes(pattern: str) -> Graph:
    """The shipped shapes whose files match a pattern, parsed once."""
    graph = Graph()
    for file in sorted(settings.shapes_dir().glob(pattern)):
        graph.parse(Path(file), format="turtle")
    return graph


def _validate(data: Graph, schema: Graph, shapes: Graph) -> Graph:
    together = Graph(store=Prepared())
    together += data
    together += schema
    _, report, text = pyshacl.validate(
        together,
        shacl_graph=shapes,
        advanced=True,
        inference="none",
        allow_warnings=True,
        inplace=True,  # it is ours alone, and a copy would have another store
    )
    if not isinstance(report, Graph):
        raise RembugError(f"a shape is wrong: {text}")
    return report
