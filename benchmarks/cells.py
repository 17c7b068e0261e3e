"""Cells reconciled beside extractOne over all labels: python benchmarks/cells.py [things]

Things and cells are those of `linking.py` (synthetic); both ways are told the names alone. Prints
processor time for a thousand cells, the ratio, what part of the cells that are of a thing is given
it, and how long a suggestion takes, of which the slowest of a hundred counts. extractOne is asked
for a part of the cells.
"""

import sys
import tempfile
import time
from pathlib import Path

import pyoxigraph as ox
from index import source
from linking import made
from rapidfuzz import process
from rdflib import RDF, RDFS, URIRef

from rembug import settings, terms
from rembug.graph import Rows
from rembug.graph.readers.index import Index
from rembug.linking.reconciliation import Reconciliation

_PART = 20  # of the cells extractOne is asked for one in so many
_BATCH = 200


def filled(labels: dict[str, str]) -> ox.Store:
    """A reading store with actors of one study."""
    store = ox.Store()
    for file in settings.ontology_dir().rglob("*.ttl"):
        store.bulk_load(path=str(file), format=ox.RdfFormat.TURTLE)
    study = ox.NamedNode(str(terms.study("s0")))
    told: list[tuple[ox.NamedNode, URIRef, ox.NamedNode | ox.Literal]] = []
    for iri, label in labels.items():
        thing = ox.NamedNode(iri)
        told.append((thing, RDF.type, ox.NamedNode(str(terms.CG.Actor))))
        told.append((thing, terms.CG.inStudy, study))
        told.append((thing, RDFS.label, ox.Literal(label, language="id")))
    store.bulk_extend(ox.Quad(one, ox.NamedNode(str(what)), value) for one, what, value in told)
    return store


def main() -> None:
    """Print both, and the ratio."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    things, rows, truth = made(count)
    rows = rows[:10_000]
    iris = {t.iri: str(terms.thing("s0", "actor", t.iri.rpartition(":")[2])) for t in things}
    labels = {iris[t.iri]: t.label for t in things}
    known = {row.key: labels[iris[truth[row.key]]] for row in rows if row.key in truth}
    with tempfile.TemporaryDirectory() as folder:
        index = Index.build(Path(folder) / "index.sqlite", source(filled(labels)), 1)
        with index.reading() as reading:
            service = Reconciliation(reading, lambda _: Rows((), ()), patience=1e6)
            begun, right = time.process_time(), 0
            for at in range(0, len(rows), _BATCH):
                batch = {row.key: {"query": row.name} for row in rows[at : at + _BATCH]}
                for key, found in service.answers(batch).items():
                    if isinstance(found, Exception):
                        raise found
                    first = {text for text, _ in found[0].card.labels} if found else set()
                    right += key in known and known[key] in first
            ours = (time.process_time() - begun) / len(rows)
            slowest = 0.0
            for row in rows[:100]:
                begun = time.process_time()
                service.suggested(row.name[:4], 20)
                slowest = max(slowest, time.process_time() - begun)
    some = rows[::_PART]
    names = list(labels.values())
    begun = time.process_time()
    best = {row.key: process.extractOne(row.name, names)[0] for row in some}
    theirs = (time.process_time() - begun) / len(some)
    part = [row.key for row in some if row.key in known]
    exact = sum(best[key] == known[key] for key in part) / len(part)
    print(
        f"{count} things: {ours * 1e6:.0f} ms for 1000 cells, right {right / len(known):.4f}; "
        f"extractOne {theirs * 1e6:.0f} ms, right {exact:.4f}; "
        f"{theirs / ours:.1f} times; slowest suggestion {slowest * 1000:.0f} ms"
    )


if __name__ == "__main__":
    main()
