"""Quads as the engine has them: the graphs that they are in, and the version among them."""

from collections.abc import Iterable
from itertools import chain
from typing import Final

import pyoxigraph as ox

from rembug import terms
from rembug.graph.model import Grounds

PROVENANCE: Final = ox.NamedNode(terms.PROVENANCE)
_VERSION: Final = ox.NamedNode(terms.CG.storeVersion)
MARK: Final = terms.CG.storeVersion.encode()
"""Is in every line of N-Quads that says which version a store has."""
_INTEGER: Final = ox.NamedNode("http://www.w3.org/2001/XMLSchema#integer")


def graph_name(graph: str) -> ox.NamedNode | ox.DefaultGraph:
    """How the engine names a graph; "" stands for the one without a name."""
    return ox.NamedNode(graph) if graph else ox.DefaultGraph()


def in_graph(quad: ox.Quad) -> str:
    """The name of a quad's graph, as `graph_name` takes it."""
    return quad.graph_name.value if isinstance(quad.graph_name, ox.NamedNode) else ""


def has_blank(quad: ox.Quad) -> bool:
    """Whether a quad has a blank node."""
    return any(isinstance(part, ox.BlankNode) for part in quad)


def marked(version: int) -> tuple[ox.Quad, ...]:
    """What a store says of its version; nothing for 0."""
    value = ox.Literal(str(version), datatype=_INTEGER)
    return (ox.Quad(PROVENANCE, _VERSION, value, PROVENANCE),) if version else ()


def is_mark(quad: ox.Quad) -> bool:
    """Whether a quad says which version a store has."""
    return quad.predicate == _VERSION and quad.subject == PROVENANCE


def is_of(quad: ox.Quad, grounds: Grounds) -> bool:
    """Whether a quad is of what something rests on."""
    return (
        quad.predicate.value in grounds.predicates
        or in_graph(quad) in grounds.graphs
        or any(
            isinstance(node, ox.NamedNode) and node.value.startswith(grounds.within)
            for node in (quad.subject, quad.object)
        )
    )


def stored_version(store: ox.Store) -> int:
    """The version that a store says it has; 0 where it says none."""
    found = store.quads_for_pattern(PROVENANCE, _VERSION, None, PROVENANCE)
    return max((int(q.object.value) for q in found if isinstance(q.object, ox.Literal)), default=0)


def as_update(
    removed: Iterable[ox.Quad],
    added: Iterable[ox.Quad],
    created: Iterable[str] = (),
    dropped: Iterable[str] = (),
) -> str:
    """A SPARQL update, which the engine runs as one transaction; no quad has a blank node."""
    operations = [f"CREATE SILENT GRAPH <{graph}>" for graph in created]
    for word, quads in (("DELETE", removed), ("INSERT", added)):
        if blocks := _blocks(quads):
            operations.append(f"{word} DATA {{\n{blocks}}}")
    return " ;\n".join(chain(operations, (f"DROP SILENT GRAPH <{graph}>" for graph in dropped)))


def _blocks(quads: Iterable[ox.Quad]) -> str:
    parts: dict[str, list[ox.Triple]] = {}
    for quad in quads:
        parts.setdefault(in_graph(quad), []).append(quad.triple)
    found = {
        graph: (ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b"").decode()
        for graph, triples in parts.items()
    }
    return "".join(f"GRAPH <{g}> {{\n{text}}}\n" if g else text for g, text in found.items())
