"""A network of actors as files that other programs read: GEXF, GraphML, Pajek, UCINET's DL."""

import io
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import networkx as nx


def _weighed(graph: "nx.MultiDiGraph[str]") -> "nx.MultiDiGraph[str]":
    """A copy in which a tie weighs what its strength says, and has a key that no other has.

    A tie without a stated strength has no weight: programs read it as 1. The key becomes the id of
    a tie in GraphML; in `graph` it begins anew for each two actors.
    """
    import networkx as nx

    found: nx.MultiDiGraph[str] = nx.MultiDiGraph(**graph.graph)
    found.add_nodes_from(graph.nodes(data=True))
    for number, (start, end, data) in enumerate(graph.edges(data=True)):
        weight = {"weight": data["strength"]} if data["strength"] else {}
        found.add_edge(start, end, number, **data, **weight)
    return found


def _graphml(graph: "nx.MultiDiGraph[str]") -> str:
    import networkx as nx

    return "\n".join(nx.generate_graphml(_weighed(graph)))


def _gexf(graph: "nx.MultiDiGraph[str]") -> str:
    from networkx.readwrite.gexf import GEXFWriter

    class Writer(GEXFWriter):
        """Leaves out networkx's own key of a tie, beside which GEXF has an id."""

        def add_attributes(self, kind, element, data, default):  # type: ignore[no-untyped-def]
            data.pop("key", None)
            return super().add_attributes(kind, element, data, default)  # type: ignore[no-untyped-call]

    writer = Writer()
    writer.add_graph(_weighed(graph))
    return str(writer)


def _named(graph: "nx.MultiDiGraph[str]") -> dict[str, str]:
    """A name for each actor that no other has, without quotes and line ends."""
    taken: dict[str, str] = {}
    for iri, label in graph.nodes(data="label"):
        name = " ".join(str(label).replace('"', "'").split())
        taken[iri] = name if name not in taken.values() else f"{name} ({iri.rpartition('/')[2]})"
    return taken


def _pajek(graph: "nx.MultiDiGraph[str]") -> str:
    """Pajek's .net: vertices, then arcs with their strength (1 where it is not said)."""
    names = _named(graph)
    number = {iri: place for place, iri in enumerate(graph, 1)}
    lines = [f"*Vertices {len(number)}", *(f'{number[i]} "{name}"' for i, name in names.items())]
    lines.append("*Arcs")
    for start, end, data in graph.edges(data=True):
        lines.append(f"{number[start]} {number[end]} {data['strength'] or 1:g}")
    return "\r\n".join(lines) + "\r\n"


def _dl(graph: "nx.MultiDiGraph[str]") -> str:
    """UCINET's DL as an edge list; ties between the same two actors are one, as strong as all."""
    names = _named(graph)
    number = {iri: place for place, iri in enumerate(graph, 1)}
    strength: dict[tuple[int, int], float] = {}
    for start, end, data in graph.edges(data=True):
        pair = number[start], number[end]
        strength[pair] = strength.get(pair, 0) + (data["strength"] or 1)
    out = io.StringIO()
    out.write(f"dl n={len(number)} format=edgelist1\nlabels:\n")
    out.write(",\n".join(f'"{name}"' for name in names.values()))
    out.write("\ndata:\n")
    out.writelines(f"{start} {end} {value:g}\n" for (start, end), value in strength.items())
    return out.getvalue()


FORMATS: Final[Mapping[str, tuple[str, Callable[["nx.MultiDiGraph[str]"], str]]]] = {
    "gexf": ("application/gexf+xml", _gexf),
    "graphml": ("application/graphml+xml", _graphml),
    "net": ("text/plain", _pajek),
    "dl": ("text/plain", _dl),
}
"""The ending of each, with its media type and what writes it."""
