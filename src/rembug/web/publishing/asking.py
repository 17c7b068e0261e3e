"""A page of a study's website that asks its data by SPARQL, in the reader's own browser.

It takes Oxigraph's build for browsers, which the build brings from npm, and a web server:
no browser lets a page that was opened from a folder read the files beside it.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from rdflib import URIRef

from rembug import terms
from rembug.catalogue import Query
from rembug.graph import KnowledgeGraph, Role
from rembug.web.assets import FOLDER

POLICY: Final = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; worker-src 'self'; "
    "connect-src 'self'; style-src 'self'; img-src 'self'; base-uri 'none'; form-action 'none'"
)
"""What the page may load and run: files beside it alone, WebAssembly among them (CSP 3 §2.3.1)."""

DATA: Final = "data/sparql.nq"
FIRST: Final = """PREFIX cg: <https://w3id.org/rembug/ontology#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
SELECT ?finding ?label
WHERE { ?finding a cg:Finding ; rdfs:label ?label . FILTER(LANG(?label) = "%s") }"""
_FILES: Final = {
    "static/published.js": "published.js",
    "static/published-worker.js": "published-worker.js",
    "static/oxigraph.js": "built/oxigraph.js",
    "static/oxigraph.wasm": "built/oxigraph.wasm",
}


def files() -> Mapping[str, bytes]:
    """What the page runs, by the name it has in a website; nothing where npm was not reached."""
    paths = {name: FOLDER / source for name, source in _FILES.items()}
    if not all(path.is_file() for path in paths.values()):
        return {}
    return {name: path.read_bytes() for name, path in paths.items()}


def data(graph: KnowledgeGraph, study: str) -> bytes:
    """What everybody may read of a study, with the ontology and what follows, as N-Quads."""
    mine = terms.GRAPH[f"{study}/"]
    graphs = [iri for iri in graph.graphs(Role.PUBLIC) if iri.startswith(mine)]
    stated = graph.dump([*map(URIRef, graphs), terms.ONTOLOGY_GRAPH], "nq")
    follows = graph.dump([terms.INFERRED], "nq").splitlines(keepends=True)
    own = f"<{terms.ID}{study}/".encode()
    return stated + b"".join(line for line in follows if line.startswith(own))


def questions(
    catalogue: Mapping[str, Query], study: str, language: str
) -> Iterator[tuple[str, str]]:
    """The ready questions about one study: the title of each, and its SPARQL."""
    for query in catalogue.values():
        names = {parameter.name for parameter in query.parameters}
        if "study" in names:
            told = {"study": study, "lang": language}
            text = query.bind({name: told[name] for name in told if name in names})
            yield query.title[language], text
