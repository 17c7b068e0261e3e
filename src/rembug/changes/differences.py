"""What changed between two versions of the graph, thing by thing."""

from collections.abc import Mapping
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
        labels: what it is called, by language; empty for none.
        gone: what was said and no longer is.
        come: what was not said and is now.
    """

    thing: Node
    labels: Mapping[str, str]
    gone: tuple[tuple[Node, Node], ...]
    come: tuple[tuple[Node, Node], ...]

    def text(self, language: str = "en") -> str:
        """For a person: the thing, in a language if it has a name there, and each statement."""
        label = self.labels.get(language) or next(iter(self.labels.values()), "")
        head = f"{_short(self.thing)}{f'  “{label}”' if label else ''}"
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
        Difference(thing, _labels(new, thing) or _labels(old, thing), tuple(less), tuple(more))
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


def _labels(graph: Graph, thing: Node) -> Mapping[str, str]:
    labels = [o for o in graph.objects(thing, RDFS.label) if isinstance(o, Literal)]
    labels.sort(key=lambda label: (label.language != "en", str(label)))
    found: dict[str, str] = {}
    for label in labels:
        found.setdefault(label.language or "", str(label))
    return found


def _short(term: Node) -> str:
    if isinstance(term, URIRef):
        for prefix, namespace in terms.PREFIXES.items():
            if term.startswith(namespace):
                return f"{prefix}:{term.removeprefix(namespace)}"
        return str(term).removeprefix(terms.BASE)
    return term.n3() if isinstance(term, Literal) else f"_:{term}"
