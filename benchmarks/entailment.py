"""How long our rules take against owlrl on the same statements: python benchmarks/entailment.py [n]

Prints both times in seconds and their ratio, for the ontology's logic with n made-up findings.
"""

import sys
import time

import owlrl
from rdflib import RDF, RDFS, SKOS, Graph

from rembug import reasoning, settings, terms
from rembug.terms import CG

TOLD_TO_PEOPLE = (RDFS.label, SKOS.prefLabel, SKOS.definition, SKOS.example, RDFS.isDefinedBy)


def findings(count: int) -> Graph:
    """Findings with evidence that informants of one formal and one informal actor gave."""
    graph = Graph()
    actors = [terms.thing("b", "actor", name) for name in ("office", "centre")]
    for actor, kind in zip(actors, (CG.GovernmentAgency, CG.CraftCentre), strict=True):
        graph.add((actor, RDF.type, kind))
    for number in range(count):
        finding = terms.thing("b", "finding", str(number))
        graph.add((finding, RDF.type, CG.Finding))
        for side, actor in enumerate(actors):
            evidence = terms.thing("b", "evidence", f"{number}-{side}")
            informant = terms.thing("b", "informant", f"{number}-{side}")
            graph.add((evidence, RDF.type, CG.Evidence))
            graph.add((evidence, CG.supports, finding))
            graph.add((evidence, CG.givenBy, informant))
            graph.add((informant, CG.speaksFor, actor))
    return graph


def main() -> None:
    """Run both and print."""
    data, schema = findings(int(sys.argv[1]) if len(sys.argv) > 1 else 20), Graph()
    for file in settings.ontology_dir().glob("*.ttl"):
        schema.parse(file)
    for predicate in TOLD_TO_PEOPLE:
        schema.remove((None, predicate, None))
    start = time.perf_counter()
    ours = reasoning.entail(schema, data)
    middle = time.perf_counter()
    peer = schema + data
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(peer)
    end = time.perf_counter()
    found = set(peer.subjects(RDF.type, CG.TriangulatedFinding))
    if found != set(ours.subjects(RDF.type, CG.TriangulatedFinding)):
        sys.exit("the two do not agree")
    print(f"statements {len(schema) + len(data)}, triangulated findings {len(found)}")
    print(f"rules {middle - start:.2f} s, owlrl {end - middle:.2f} s")
    print(f"ratio {(end - middle) / (middle - start):.1f}")


if __name__ == "__main__":
    main()
