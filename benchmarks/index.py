"""Lists, facets, search and suggestions in an index of many studies against one of a single study.

Copies of the made-up study under other names, with the classes that its things have by the
ontology. Prints the median of paired runs in milliseconds, and the ratio; `--studies N`.
"""

import argparse
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import count
from pathlib import Path

import pyoxigraph as ox
from flask.testing import FlaskClient
from rdflib import RDF, RDFS, URIRef

from rembug import settings, terms
from rembug.graph import KnowledgeGraph
from rembug.graph.readers.index import Index, Listing, Reading, Source
from rembug.graph.readers.index.cards import Touched
from rembug.web import create_app

RUNS = 15
WEAK = {"rating": [str(terms.RATING["weak"])]}
CLASSES = """
INSERT { GRAPH <https://w3id.org/rembug/graph/inferred> { ?thing a ?above } }
WHERE {
  GRAPH ?graph { ?thing a ?class }
  GRAPH <https://w3id.org/rembug/graph/ontology> {
    ?class <http://www.w3.org/2000/01/rdf-schema#subClassOf>+ ?above . FILTER(isIRI(?above))
  }
}"""


def filled(studies: int, folder: Path) -> ox.Store:
    """A reading store with that many studies: each in a graph, and all in the default one."""
    store = ox.Store()
    for file in settings.ontology_dir().rglob("*.ttl"):
        store.bulk_load(
            path=str(file), format=ox.RdfFormat.TURTLE, to_graph=ox.NamedNode(terms.ONTOLOGY_GRAPH)
        )
    text = (settings.data_dir() / "examples" / "contoh.ttl").read_text("utf-8")
    for number in range(studies):
        name = f"s{number}"
        copy = text.replace("/id/contoh/", f"/id/{name}/").replace("study:contoh", f"study:{name}")
        graph = ox.NamedNode(terms.submission_graph(name, "all"))
        store.bulk_load(input=copy.encode(), format=ox.RdfFormat.TURTLE, to_graph=graph)
    store.update(CLASSES)
    kept = ox.Store(str(folder))
    kept.bulk_extend(store)
    kept.bulk_extend(ox.Quad(*quad.triple) for quad in store)
    kept.optimize()
    return kept


def source(store: ox.Store) -> Source:
    """Answers over the merge that a reading store has in its default graph."""

    def rows(query: str) -> Iterator[Mapping[str, ox.NamedNode | ox.Literal]]:
        solutions = store.query(query)
        assert isinstance(solutions, ox.QuerySolutions)
        names = [variable.value for variable in solutions.variables]
        for solution in solutions:
            yield {name: solution[name] for name in names if solution[name] is not None}

    return rows


def page(reading: Reading, listing: Listing) -> None:
    """What a page of a list asks for."""
    listed = reading.listed(listing)
    tallies = reading.facets(listing, ("study", "kind", "aspect", "rating", "stance", "synthetic"))
    values = {value for tally in tallies.values() for value, _ in tally.values}
    values |= {v for card in listed.cards for some in card.facets.values() for v in some}
    reading.labels(values, "id")
    reading.synthetic(values)


ONE = {"study": [str(terms.study("s0"))]}
WORK: dict[str, Callable[[Reading], object]] = {
    "list of findings with facets": lambda r: page(r, Listing("findings")),
    "the same, one study": lambda r: page(r, Listing("findings", ONE)),
    "the same, a rating": lambda r: page(r, Listing("findings", WEAK)),
    "the same, a word": lambda r: page(r, Listing("findings", text="pelatihan")),
    "list of actors with facets": lambda r: page(r, Listing("actors")),
    "search, a word": lambda r: r.found("pelatihan"),
    "search, two words": lambda r: r.found("dinas sentra"),
    "search, half a word": lambda r: r.found("pam"),
    "search, misspelt": lambda r: r.found("kolabrasi bambo"),
    "suggest, one letter": lambda r: r.suggested("p"),
    "suggest, a name": lambda r: r.suggested("pelat", "programs"),
}  # fmt: skip


PAGES = ["/findings", "/findings?rating=weak", "/findings?q=pelatihan", "/actors"]
PAGES += [
    "/programs?study=s0",
    "/search?q=pelatihan",
    "/search?q=dinas+sentra",
    "/suggest.json?q=pel",
]


def site(index: Index) -> FlaskClient:
    """The pages over an index alone."""
    graph = KnowledgeGraph.in_memory()
    graph.index = lambda *_, **__: index  # type: ignore[method-assign]
    return create_app(graph, settings.Settings()).test_client()


def loaded(path: str) -> Callable[[FlaskClient], None]:
    """Asks for a page."""

    def load(client: FlaskClient) -> None:
        assert client.get(path, headers={"Accept": "text/html, */*;q=0.1"}).status_code == 200

    return load


def read(work: Callable[[Reading], object], index: Index) -> None:
    """Do some work with an index, opened for it."""
    with index.reading() as reading:
        work(reading)


def compare(name: str, works: Mapping[int, Callable[[], object]]) -> None:
    """Time the same work over one study and over many, in turns; print medians and ratio."""
    times: dict[int, list[float]] = {studies: [] for studies in works}
    for _ in range(RUNS):
        for studies, work in works.items():
            begun = time.perf_counter()
            work()
            times[studies].append((time.perf_counter() - begun) * 1000)
    one, many = (statistics.median(found) for found in times.values())
    print(f"{name:32} {one:7.2f} ms  {many:7.2f} ms  {many / one:5.1f}x")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--studies", type=int, default=700)
    many = parser.parse_args().studies
    with tempfile.TemporaryDirectory() as folder:
        indexes, stores = {}, {}
        for studies in (1, many):
            stores[studies] = filled(studies, Path(folder) / str(studies))
            path = Path(folder) / f"{studies}.sqlite"
            begun = time.perf_counter()
            indexes[studies] = Index.build(path, source(stores[studies]), 1)
            print(
                f"{studies} studies, {len(stores[studies]) // 2} triples: index built in "
                f"{time.perf_counter() - begun:.1f} s, {path.stat().st_size / 1e6:.1f} MB"
            )
        for name, work in WORK.items():
            compare(name, {n: partial(read, work, index) for n, index in indexes.items()})
        sites = {studies: site(index) for studies, index in indexes.items()}
        for page in PAGES:
            compare(page, {n: partial(loaded(page), client) for n, client in sites.items()})
        numbers = count()
        compare(
            "update by one finding",
            {n: partial(follow, index, stores[n], numbers) for n, index in indexes.items()},
        )
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"at most {peak:.0f} MiB of memory, the stores included")


def follow(index: Index, store: ox.Store, numbers: Iterator[int]) -> None:
    """State one more finding, and let the index know."""
    number = next(numbers)
    index.update(source(store), changed(store, number), number)


def changed(store: ox.Store, number: int) -> Touched:
    """State one more finding; returns what came speaks of."""
    new = terms.thing("s0", "finding", f"new-{number}")
    graphs = ox.NamedNode(terms.submission_graph("s0", "all")), ox.DefaultGraph()
    label = ox.Literal(f"Temuan baru {number} tentang pelatihan", language="id")
    values = [
        (RDF.type, terms.CG.Finding),
        (terms.CG.inStudy, terms.study("s0")),
        (terms.CG.about, terms.thing("s0", "program", "pelatihan")),
        (terms.CG.rating, terms.RATING.weak),
    ]
    said: list[tuple[URIRef, ox.NamedNode | ox.Literal]] = [
        (RDFS.label, label),
        *((predicate, ox.NamedNode(value)) for predicate, value in values),
    ]
    store.extend(
        ox.Quad(ox.NamedNode(new), ox.NamedNode(predicate), value, graph)
        for predicate, value in said
        for graph in graphs
    )
    return Touched({str(new)}, {str(value) for _, value in values})


if __name__ == "__main__":
    main()
