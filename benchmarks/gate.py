"""What judging a small change costs in stores of growing size: python benchmarks/gate.py [n]

Prints for stores of made-up findings, each ten times the one before, seconds of processor time
for one submission by the gate and, up to the second, by pySHACL over the whole store; and
their ratios.
"""

import os
import sys

from rdflib import RDF, RDFS, Graph, Literal, URIRef

from rembug import terms
from rembug.changes import verdicts
from rembug.changes.ontology import ensure_ontology
from rembug.graph import Change, KnowledgeGraph
from rembug.terms import CG

_TRUST = URIRef(terms.SCHEME + "ansell-gash/trust-building")


def study(slug: str, findings: int) -> Graph:
    """A study whose findings rest on ten passages each."""
    graph = Graph()
    top = terms.study(slug)

    def thing(kind: URIRef, name: str) -> URIRef:
        iri = terms.thing(slug, str(kind).rpartition("#")[2].lower(), name)
        graph.add((iri, RDF.type, kind))
        graph.add((iri, CG.inStudy, top))
        for language in ("id", "en"):
            graph.add((iri, RDFS.label, Literal(f"{name} {language}", lang=language)))
        return iri

    graph.add((top, RDF.type, CG.Study))
    for language in ("id", "en"):
        graph.add((top, RDFS.label, Literal(slug, lang=language)))
    for number in range(findings):
        finding, interview = thing(CG.Finding, f"f{number}"), thing(CG.Interview, f"i{number}")
        graph.add((finding, CG.concerns, _TRUST))
        for passage in range(10):
            evidence = thing(CG.Evidence, f"e{number}-{passage}")
            graph.add((evidence, CG.inSource, interview))
            graph.add((evidence, CG.supports, finding))
    return graph


def spent() -> float:
    """Seconds of processor time of this process and those that it waited for."""
    return sum(os.times()[:4])


def main() -> None:
    """Measure and print."""
    first = int(sys.argv[1]) if len(sys.argv) > 1 else 10
    with KnowledgeGraph.in_memory() as graph:
        ensure_ontology(graph)
        small = study("small", 2)
        change = Change(replace={terms.submission_graph("small", "one"): small})
        for step in range(4):
            size = first * 10**step
            big = study(f"big{step}", size)
            graph.commit(Change(replace={terms.submission_graph(f"big{step}", "one"): big}))
            old, new = verdicts.judged_by(graph)
            if old != new:  # as if each had come through the gate
                graph.commit(Change(append={terms.PROVENANCE: verdicts.mark(new)}))
            start = spent()
            ours = verdicts.judge(graph, change).report
            taken = spent() - start
            print(f"store {len(graph)} triples, change {len(small)}: {taken:.2f} s", end="")
            if step < 2:
                start = spent()
                whole = verdicts.check_whole(graph, change)
                peer = spent() - start
                if ours.conforms != whole.conforms:
                    sys.exit("the two do not agree")
                print(f"; the whole by pySHACL {peer:.2f} s, ratio {peer / taken:.1f}", end="")
            print()


if __name__ == "__main__":
    main()
