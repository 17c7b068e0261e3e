"""The W3C's test suites, read: each case with its files, its kind, and what should come of it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import unquote

import pyoxigraph as ox

MF: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
QT: Final = "http://www.w3.org/2001/sw/DataAccess/tests/test-query#"
UT: Final = "http://www.w3.org/2009/sparql/tests/test-update#"
RDFT: Final = "http://www.w3.org/ns/rdftest#"
RDF: Final = "http://www.w3.org/1999/02/22-rdf-syntax-ns#"
RDFS: Final = "http://www.w3.org/2000/01/rdf-schema#"

SPARQL10: Final = "http://www.w3.org/2001/sw/DataAccess/tests/data-r2/"
SPARQL11: Final = "http://www.w3.org/2009/sparql/docs/tests/data-sparql11/"

SUITES: Final = {
    "sparql10": ("dawg-data-r2", SPARQL10, ("manifest-evaluation.ttl", "manifest-syntax.ttl")),
    "sparql11": ("sparql11", SPARQL11, ("manifest-all.ttl",)),
    "n-triples": ("ntriples", "http://www.w3.org/2013/N-TriplesTests/", ("manifest.ttl",)),
    "n-quads": ("nquads", "http://www.w3.org/2013/N-QuadsTests/", ("manifest.ttl",)),
    "turtle": ("turtle", "http://www.w3.org/2013/TurtleTests/", ("manifest.ttl",)),
    "trig": ("trig", "http://www.w3.org/2013/TriGTests/", ("manifest.ttl",)),
    "rdf-xml": ("rdf-xml", "http://www.w3.org/2013/RDFXMLTests/", ("manifest.ttl",)),
}

# What these ask for is not what the suites are run for here.
ELSEWHERE: Final = {
    "entailment": "entailment regimes of the query language; Rembug stores what is entailed",
    "service": "calls hosts of example.org, which nothing reaches",
    "protocol": "has no files; written out in test_protocol.py",
    "service-description": "has no files; written out in test_protocol.py",
}


@dataclass(frozen=True)
class Case:
    """One test.

    Attributes:
        iri: its name, everywhere.
        kind: the class that the manifest gives it, without the namespace.
        action: the query, the update or the document.
        result: the file with what should come of it.
        data: files of the default graph before.
        graphs: files of the named graphs before, each with its name.
        after: files of the default graph after an update.
        graphs_after: files of the named graphs after an update, each with its name.
        lax: whether a result may leave duplicates out (REDUCED).
    """

    iri: str
    kind: str
    action: str
    result: str | None = None
    data: tuple[str, ...] = ()
    graphs: tuple[tuple[str, str], ...] = ()
    after: tuple[str, ...] = ()
    graphs_after: tuple[tuple[str, str], ...] = ()
    lax: bool = False

    @property
    def name(self) -> str:
        """What distinguishes it in its suite."""
        return "/".join(self.iri.replace("/manifest#", "/").replace("#", "/").split("/")[-2:])


@dataclass
class Suite:
    """A folder of manifests; its files go by the IRIs that they have on the web."""

    root: Path
    base: str
    manifests: tuple[str, ...]
    _store: ox.Store = field(default_factory=ox.Store)

    def file(self, iri: str) -> Path:
        """Where a file lies."""
        return self.root / unquote(iri.removeprefix(self.base))

    def cases(self) -> Iterator[Case]:
        """Every case, in the order of the manifests."""
        seen = set()
        for manifest in self.manifests:
            for case in self._cases(self.base + manifest):
                if case.iri not in seen:
                    seen.add(case.iri)
                    yield case

    def _cases(self, manifest: str) -> Iterator[Case]:
        if any(f"/{name}/" in manifest for name in ELSEWHERE):
            return
        self._store.load(
            path=str(self.file(manifest)), format=ox.RdfFormat.TURTLE, base_iri=manifest
        )
        node = ox.NamedNode(manifest)
        for included in self._list(self._one(node, MF + "include")):
            yield from self._cases(included.value)
        for entry in self._list(self._one(node, MF + "entries")):
            yield self._case(entry)

    def _case(self, entry):  # type: ignore[no-untyped-def]
        kind = self._one(entry, RDF + "type").value.removeprefix(MF).removeprefix(RDFT)
        kind = kind.removeprefix(UT)
        action = self._one(entry, MF + "action")
        result = self._one(entry, MF + "result")
        lax = self._one(entry, MF + "resultCardinality")
        if kind == "UpdateEvaluationTest":
            after = {
                "after": self._values(result, UT + "data"),
                "graphs_after": self._graphs(result, UT + "graphData"),
            }
            result = None
        else:
            after = {}
        request = self._one(action, QT + "query") or self._one(action, UT + "request") or action
        return Case(
            iri=entry.value,
            kind=kind,
            action=request.value,
            result=result.value if result is not None else None,
            data=self._values(action, QT + "data") + self._values(action, UT + "data"),
            graphs=self._graphs(action, QT + "graphData") + self._graphs(action, UT + "graphData"),
            lax=lax is not None and lax.value.endswith("LaxCardinality"),
            **after,
        )

    def _graphs(self, node, predicate):  # type: ignore[no-untyped-def]
        found = []
        for value in self._all(node, predicate):
            file = self._one(value, UT + "graph") or self._one(value, QT + "graph") or value
            label = self._one(value, RDFS + "label")
            found.append((file.value, label.value if label is not None else file.value))
        return tuple(found)

    def _values(self, node, predicate):  # type: ignore[no-untyped-def]
        return tuple(value.value for value in self._all(node, predicate))

    def _all(self, node, predicate):  # type: ignore[no-untyped-def]
        if node is None or isinstance(node, ox.Literal):
            return []
        found = self._store.quads_for_pattern(node, ox.NamedNode(predicate), None)
        return [quad.object for quad in found]

    def _one(self, node, predicate):  # type: ignore[no-untyped-def]
        return next(iter(self._all(node, predicate)), None)

    def _list(self, node):  # type: ignore[no-untyped-def]
        while node is not None and node.value != RDF + "nil":
            yield self._one(node, RDF + "first")
            node = self._one(node, RDF + "rest")


def load(folder: Path) -> dict[str, Suite]:
    """Every suite in a folder that has them all."""
    return {name: Suite(folder / part, *rest) for name, (part, *rest) in SUITES.items()}
