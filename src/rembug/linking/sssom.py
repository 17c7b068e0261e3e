"""A linkset as SSSOM: a Simple Standard for Sharing Ontological Mappings, 1.1, in its TSV form.

What was rejected goes out as well, with `predicate_modifier` Not, so that nobody decides it again.
A cell that a spreadsheet would take for a formula begins with an apostrophe.
"""

import csv
import io
import json
from typing import Final

from rdflib import DCTERMS, PROV, RDF, RDFS, Graph, Literal, URIRef

from rembug import terms
from rembug.linking.linkset import NO_MATCH
from rembug.sources.cells import guarded
from rembug.terms import CG

COLUMNS: Final = (
    *("subject_id", "subject_label", "predicate_id", "predicate_modifier", "object_id"),
    *("object_label", "mapping_justification", "confidence", "mapping_date", "reviewer_label"),
    *("reviewer_agreement", "mapping_tool", "comment"),
)
_OURS: Final = "rembug"
_REVIEWED: Final = "semapv:ManualMappingCuration"


def sssom(links: Graph, dataset: str, labels: Graph, licence: str) -> str:
    """The decided links to a dataset, each a line, below what holds for all of them.

    Args:
        links: the linkset.
        dataset: its slug.
        labels: has the names of things and records.
        licence: IRI of the licence that the linkset goes out under.

    Returns:
        The metadata as YAML in comments (its values are written as JSON, which is YAML, too), then
        the table.
    """
    prefixes = ("skos", "cg")
    curies = {prefix: terms.PREFIXES[prefix] for prefix in prefixes}
    head = {
        "sssom_version": "1.1",
        "mapping_set_id": str(terms.links_graph(dataset)),
        "license": licence,
        "curie_map": {**curies, _OURS: terms.ID, "semapv": "https://w3id.org/semapv/vocab/"},
    }
    out = io.StringIO(newline="")
    for key, value in head.items():
        out.write(f"#{key}: {json.dumps(value, ensure_ascii=False)}\n")
    table = csv.DictWriter(out, COLUMNS, delimiter="\t", lineterminator="\n")
    table.writeheader()
    for link in sorted(links.subjects(RDF.type, CG.Link), key=str):
        if (link, PROV.invalidatedAtTime, None) in links:  # of a record that is another now
            continue
        relation = str(links.value(link, CG.linkRelation))
        thing, record = links.value(link, CG.linkSource), links.value(link, CG.linkTarget)
        rejected = relation == NO_MATCH
        if rejected:
            relation = str(links.value(link, CG.proposedRelation) or "exactMatch")
        reviewers = "|".join(sorted(map(str, links.objects(link, DCTERMS.creator))))
        table.writerow(
            {
                "subject_id": _curie(thing),
                "subject_label": guarded(_label(labels, thing)),
                "predicate_id": f"skos:{relation}",
                "predicate_modifier": "Not" if rejected else "",
                "object_id": _curie(record),
                "object_label": guarded(_label(labels, record)),
                "mapping_justification": _REVIEWED,
                "confidence": links.value(link, CG.confidence),
                "mapping_date": links.value(link, DCTERMS.date),
                "reviewer_label": guarded(reviewers),
                # What reviewers see differently is not published.
                "reviewer_agreement": "1.0" if reviewers else "",
                "mapping_tool": guarded(str(links.value(link, CG.linkMethod) or "")),
                "comment": guarded(str(links.value(link, CG.matchReason) or "")),
            }
        )
    return out.getvalue()


def _curie(node: object) -> str:
    """Short where it is ours; others are as they are."""
    text = str(node)
    return f"{_OURS}:{text.removeprefix(terms.ID)}" if text.startswith(terms.ID) else text


def _label(labels: Graph, node: object) -> str:
    """A name in Indonesian, or as there is one."""
    found = [o for o in labels.objects(URIRef(str(node)), RDFS.label) if isinstance(o, Literal)]
    found.sort(key=lambda label: (label.language != "id", label.language or "", str(label)))
    return str(found[0]) if found else ""
