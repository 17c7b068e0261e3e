"""A reader's store to derive an index from: the engine's own, with the union of its graphs."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDF, RDFS

from rembug import settings, terms
from rembug.graph.readers.index import Index, Touched
from rembug.terms import CG

Node = ox.NamedNode | ox.Literal
GRAPH = ox.NamedNode(terms.submission_graph("s", "one"))


@dataclass
class Readers:
    """A store, and what was touched in it since the index was told."""

    store: ox.Store = field(default_factory=ox.Store)
    subjects: set[str] = field(default_factory=set)
    objects: set[str] = field(default_factory=set)
    version: int = 1

    def rows(self, query: str) -> Iterator[Mapping[str, Node]]:
        solutions = self.store.query(query, use_default_graph_as_union=True)
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            yield {name: solution[name] for name in names if solution[name] is not None}

    def iris(self, pattern: str) -> set[str]:
        """What `?thing` is in the solutions of a pattern."""
        query = f"PREFIX cg: <{CG}> SELECT DISTINCT ?thing WHERE {{ {pattern} }}"
        return {row["thing"].value for row in self.rows(query)}

    def add(
        self, thing: str, predicate: str, value: Node | str, graph: ox.NamedNode = GRAPH
    ) -> None:
        self._change(self.store.add, thing, predicate, value, graph)

    def remove(
        self, thing: str, predicate: str, value: Node | str, graph: ox.NamedNode = GRAPH
    ) -> None:
        self._change(self.store.remove, thing, predicate, value, graph)

    def state(self, thing: str, kind: str, name: str, study: str = "") -> str:
        """Say that there is a thing, with a name in Indonesian."""
        self.add(thing, RDF.type, kind)
        self.add(thing, RDFS.label, ox.Literal(name, language="id"))
        if study:
            self.add(thing, CG.inStudy, study)
        return thing

    def tell(self, index: Index) -> None:
        """Let an index follow."""
        self.version += 1
        index.update(self.rows, self.touched, self.version)
        self.forget()

    @property
    def touched(self) -> Touched:
        """What changed since then."""
        return Touched(frozenset(self.subjects), frozenset(self.objects))

    def forget(self) -> None:
        """Take what changed until now as told."""
        self.subjects, self.objects = set(), set()

    def _change(self, how, thing, predicate, value, graph) -> None:  # type: ignore[no-untyped-def]
        node = ox.NamedNode(value) if isinstance(value, str) else value
        how(ox.Quad(ox.NamedNode(thing), ox.NamedNode(predicate), node, graph))
        self.subjects.add(str(thing))
        if isinstance(node, ox.NamedNode):
            self.objects.add(node.value)


@pytest.fixture
def readers() -> Readers:
    """An empty store."""
    return Readers()


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory) -> Index:
    """The index of the hand-made study, to be read only."""
    readers = Readers()
    for file in (
        *settings.ontology_dir().rglob("*.ttl"),
        settings.data_dir() / "examples/contoh.ttl",
    ):
        readers.store.load(path=str(file), format=ox.RdfFormat.TURTLE, to_graph=GRAPH)
    readers.store.update(
        f"""INSERT {{ GRAPH <{terms.INFERRED}> {{ ?thing a ?above }} }}
        WHERE {{
          GRAPH ?graph {{ ?thing a ?class . ?class <{RDFS.subClassOf}>+ ?above }}
          FILTER(isIRI(?above))
        }}"""
    )
    path: Path = tmp_path_factory.mktemp("index") / "index.sqlite"
    return Index.build(path, readers.rows, 1)
