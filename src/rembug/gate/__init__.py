"""The gate: may this enter? SHACL over what the store would be, by pySHACL."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pyshacl
from rdflib import RDF, RDFS, SH, Graph
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
    if not _has_focus(public + restricted, schema):
        return Report.of([])
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


@dataclass(frozen=True)
class _Targets:
    """What makes a node a focus node of any of the shipped shapes."""

    classes: frozenset[Node]
    predicates: frozenset[Node]
    queries: tuple[str, ...]
    always: bool

    @classmethod
    @cache
    def all(cls) -> "_Targets":
        graphs = [shapes("*.ttl"), shapes("public/*.ttl")]

        def ends(predicate: Node) -> frozenset[Node]:
            return frozenset(end for graph in graphs for end in graph.objects(None, predicate))

        queries = {t: g.value(t, SH.select) for g in graphs for t in g.objects(None, SH.target)}
        return cls(
            ends(SH.targetClass),
            ends(SH.targetSubjectsOf) | ends(SH.targetObjectsOf),
            tuple(str(select) for select in queries.values() if select),
            bool(ends(SH.targetNode)) or None in queries.values(),
        )


def _has_focus(data: Graph, schema: Graph) -> bool:
    """Whether any shape has a focus node in the data (SHACL §2.1.3, SHACL-AF §3).

    A store may hold graphs that say nothing in our terms, and asking this costs a hundredth of
    validating them. Where it is not certain the answer is yes.
    """
    targets = _Targets.all()
    classes = {
        k for top in targets.classes for k in schema.transitive_subjects(RDFS.subClassOf, top)
    }
    if targets.always or any(kind in classes for kind in data.objects(None, RDF.type)):
        return True
    if any((None, predicate, None) in data for predicate in targets.predicates):
        return True
    together = Graph(store=Prepared())
    together += data
    together += schema
    return any(len(together.query(select)) for select in targets.queries)


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
