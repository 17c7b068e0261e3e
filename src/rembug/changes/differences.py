"""What changed between two versions of the graph, thing by thing."""

from dataclasses import dataclass

from rdflib import RDFS, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.changes.verdicts import NOT_DATA
from rembug.graph import UNNAMED, KnowledgeGraph, Reads


@dataclass(frozen=True)
class Difference:
    """What is said otherwise of one thing.

    Attributes:
        thing: what it is about.
        label: in English, or in what there is; empty without one.
        gone: what was said and no longer is.
        come: what was not said and is now.
    """

    thing: Node
    label: str
    gone: tuple[tuple[Node, Node], ...]
    come: tuple[tuple[Node, Node], ...]

    def text(self) -> str:
        """For a person: the thing, then a line for each statement."""
        head = f"{_short(self.thing)}{f'  “{self.label}”' if self.label else ''}"
        said = [(p, "-", o) for p, o in self.gone] + [(p, "+", o) for p, o in self.come]
        lines = sorted((_short(p), sign != "-", sign, _short(o)) for p, sign, o in said)
        return "\n".join([head, *(f"  {sign} {p} {o}" for p, _, sign, o in lines)])


def between(
    graph: KnowledgeGraph, before: int, after: int | None, role: Reads, study: str | None = None
) -> list[Difference]:
    """What changed from one version to another.

    Args:
        graph: of which versions are kept.
        before: the number of the earlier version; 0 for the empty graph.
        after: of the later; None for now.
        role: whose eyes to read with.
        study: slug; only what is in submissions of it.

    Returns:
        A Difference for every thing of which something else is said; what is derived or recorded
        by Rembug itself does not count.

    Raises:
        UnknownName: a version is not kept.
    """
    old, new = _said(graph, before, role, study), _said(graph, after, role, study)
    gone, come = set(old) - set(new), set(new) - set(old)
    things: dict[Node, tuple[list[tuple[Node, Node]], list[tuple[Node, Node]]]] = {}
    for sign, triples in enumerate((gone, come)):
        for subject, predicate, value in triples:
            things.setdefault(subject, ([], []))[sign].append((predicate, value))
    return [
        Difference(thing, _label(new, thing) or _label(old, thing), tuple(less), tuple(more))
        for thing, (less, more) in sorted(things.items(), key=lambda item: str(item[0]))
    ]


def _said(graph: KnowledgeGraph, version: int | None, role: Reads, study: str | None) -> Graph:
    if version == 0:
        return Graph()
    if version is None or version == graph.version:
        return _data(graph, role, study)
    with graph.at(version) as then:
        return _data(then, role, study)


def _data(graph: KnowledgeGraph, role: Reads, study: str | None) -> Graph:
    names = (graph.graphs(role) | {UNNAMED}) - NOT_DATA
    return graph.read({n for n in names if study is None or terms.submission_of(n) == study})


def _label(graph: Graph, thing: Node) -> str:
    labels = [o for o in graph.objects(thing, RDFS.label) if isinstance(o, Literal)]
    labels.sort(key=lambda label: (label.language != "en", str(label)))
    return str(labels[0]) if labels else ""


def _short(term: Node) -> str:
    if isinstance(term, URIRef):
        for prefix, namespace in terms.PREFIXES.items():
            if term.startswith(namespace):
                return f"{prefix}:{term.removeprefix(namespace)}"
        return str(term).removeprefix(terms.BASE)
    return term.n3() if isinstance(term, Literal) else f"_:{term}"
