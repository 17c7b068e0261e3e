"""The shapes, and pySHACL asked what they say to a graph: to all of it, or to some focus nodes."""

from functools import cache
from pathlib import Path
from typing import Final

from rdflib import RDF, RDFS, SH, Graph, URIRef
from rdflib.term import Node

from rembug import settings
from rembug.errors import RembugError, Words
from rembug.gate.affected import Pairs
from rembug.gate.prepared import Prepared
from rembug.gate.reads import TARGETS

_AIMED_AT: Final = URIRef("urn:x-rembug:asked-about/")
_TOLD: Final = frozenset({SH.message, SH.name, SH.description, SH.order, SH.group, SH.severity})


@cache
def shapes(pattern: str) -> Graph:
    """The shipped shapes whose files match a pattern, parsed once."""
    graph = Graph()
    for file in sorted(settings.shapes_dir().glob(pattern)):
        graph.parse(Path(file), format="turtle")
    return graph


def validate(graphs: list[Graph], shapes: Graph) -> Graph:
    """The report on some graphs together; one alone is written into.

    Raises:
        RembugError: a shape itself is wrong.
    """
    together = graphs[0]
    if len(graphs) > 1:
        together = Graph(store=Prepared())
        for graph in graphs:
            together += graph
    import pyshacl  # here: commands that judge nothing need not wait for it

    _, report, text = pyshacl.validate(
        together,
        shacl_graph=shapes,
        advanced=True,
        inference="none",
        allow_warnings=True,
        inplace=True,  # it is ours alone, and a copy would have another store
    )
    if not isinstance(report, Graph):
        raise RembugError(
            Words(f"a shape is wrong: {text}", f"ada bentuk (shape) yang salah: {text}")
        )
    return report


def validate_nodes(
    part: Graph, given: Graph, pairs: Pairs, by_queries: frozenset[Node] | None = None
) -> Graph:
    """The report on some focus nodes, which shapes have for targets in place of their own.

    A statement about each marks it as a target: written into the shape it would be told with every
    result, and what pySHACL writes would grow with the square of what is asked.

    What a node shape asks of properties is asked of its focus nodes by the property shapes
    themselves, which comes to the same (SHACL §2.1.2, §4.8.2): pySHACL asks a targeted shape once
    for all of its focus nodes, and one that another shape names once for each.

    Args:
        part: a graph that decides their verdict, into which the marks are written.
        given: a shapes graph.
        pairs: its shapes, each with its focus nodes.
        by_queries: those that a query of a SPARQL-based constraint is known to be against, which
            pySHACL, that asks it node by node, need not ask of others; None if that is not known.
    """
    aimed = Graph()
    for triple in given:
        if triple[1] not in TARGETS and triple[1:] != (RDF.type, RDFS.Class):
            aimed.add(triple)
    for number, (reading, nodes) in enumerate(pairs.items()):
        aims = {reading.shape: nodes}
        if _only_properties_apart(given, reading.shape):
            properties = list(given.objects(reading.shape, SH.property))
            aimed.remove((reading.shape, SH.property, None))
            aims |= dict.fromkeys(properties, nodes)
            if by_queries is not None and _queries_alone(aimed, reading.shape):
                aims[reading.shape] = nodes & by_queries
        for shape, focus in aims.items():
            mark = URIRef(f"{_AIMED_AT}{number}/{'itself' if shape == reading.shape else 'parts'}")
            aimed.add((shape, SH.targetObjectsOf, mark))
            part.addN((_AIMED_AT, mark, node, part) for node in focus)
    return validate([part], aimed)


def _queries_alone(aimed: Graph, shape: Node) -> bool:
    """Whether a shape without its targets and properties asks nothing but queries."""
    asked = {p for p in aimed.predicates(shape) if str(p).startswith(str(SH))}
    return asked <= _TOLD | {SH.sparql, SH.targetObjectsOf}


def _only_properties_apart(given: Graph, shape: Node) -> bool:
    """Whether the property shapes of a shape can be asked without it."""
    if (None, None, shape) in given:  # by another shape, for other nodes
        return False
    for looked_at in (SH.path, SH.closed, SH.deactivated):  # closed: it counts their paths
        if (shape, looked_at, None) in given:
            return False
    properties = given.objects(shape, SH.property)
    return not any((p, SH.qualifiedValueShapesDisjoint, None) in given for p in properties)
