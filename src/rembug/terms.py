"""The one place that spells an IRI: namespaces of the contract and the minting of new IRIs.

Minting is deterministic: the same names give the same IRIs on every machine.
"""

import re
import unicodedata
from typing import Final
from urllib.parse import quote, unquote

from rdflib import Namespace, URIRef

from rembug.errors import KINDS, BadParameter, Words

BASE: Final = "https://w3id.org/rembug/"
ONTOLOGY: Final = URIRef(BASE + "ontology")
CG: Final = Namespace(BASE + "ontology#")
SHAPES: Final = Namespace(BASE + "shapes#")
ID: Final = Namespace(BASE + "id/")
SCHEME: Final = Namespace(BASE + "scheme/")
GRAPH: Final = Namespace(BASE + "graph/")
GENID: Final = BASE + ".well-known/genid/"
LOG: Final = Namespace(BASE + "log#")
LOG_GRAPH: Final = GRAPH["log"]

CRITERIA: Final = Namespace(SCHEME + "criteria/")
SUSTAINABILITY: Final = Namespace(SCHEME + "sustainability/")
ASPECT: Final = Namespace(SCHEME + "aspect/")
RATING: Final = Namespace(SCHEME + "rating/")
STANCE: Final = Namespace(SCHEME + "stance/")
LEVEL: Final = Namespace(SCHEME + "level/")
POLARITY: Final = Namespace(SCHEME + "polarity/")
ROLE: Final = Namespace(SCHEME + "role/")
TIE: Final = Namespace(SCHEME + "tie/")
ACCESS: Final = Namespace(SCHEME + "access/")
CONSENT: Final = Namespace(SCHEME + "consent/")
METHOD: Final = Namespace(SCHEME + "method/")
POSITION: Final = Namespace(SCHEME + "position/")
SECTOR: Final = Namespace(SCHEME + "sector/")

INFERRED: Final = GRAPH["inferred"]
INFERRED_RESTRICTED: Final = GRAPH["inferred/restricted"]
PROVENANCE: Final = GRAPH["provenance"]
ONTOLOGY_GRAPH: Final = GRAPH["ontology"]
KEPT_BY_REMBUG: Final = frozenset({INFERRED, INFERRED_RESTRICTED, PROVENANCE, ONTOLOGY_GRAPH})
"""The graphs that Rembug writes itself."""

UNNAMED: Final = GRAPH["store/unnamed"]
"""What provenance calls the store's graph without a name."""

OA: Final = Namespace("http://www.w3.org/ns/oa#")
QB: Final = Namespace("http://purl.org/linked-data/cube#")
EDTF: Final = URIRef("http://id.loc.gov/datatypes/edtf/EDTF")
"""The datatype of quarters and spans of years, which XSD has none for: ISO 8601-2:2019."""
CITO: Final = Namespace("http://purl.org/spar/cito/")

PREFIXES: Final[dict[str, str]] = {
    "cg": str(CG),
    "criteria": str(CRITERIA),
    "sustainability": str(SUSTAINABILITY),
    "aspect": str(ASPECT),
    "rating": str(RATING),
    "stance": str(STANCE),
    "level": str(LEVEL),
    "polarity": str(POLARITY),
    "role": str(ROLE),
    "tie": str(TIE),
    "access": str(ACCESS),
    "consent": str(CONSENT),
    "method": str(METHOD),
    "position": str(POSITION),
    "sector": str(SECTOR),
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "rdfs": "http://www.w3.org/2000/01/rdf-schema#",
    "owl": "http://www.w3.org/2002/07/owl#",
    "xsd": "http://www.w3.org/2001/XMLSchema#",
    "skos": "http://www.w3.org/2004/02/skos/core#",
    "dcterms": "http://purl.org/dc/terms/",
    "dcat": "http://www.w3.org/ns/dcat#",
    "prov": "http://www.w3.org/ns/prov#",
    "org": "http://www.w3.org/ns/org#",
    "oa": str(OA),
    "qb": "http://purl.org/linked-data/cube#",
    "schema": "https://schema.org/",
    "geo": "http://www.w3.org/2003/01/geo/wgs84_pos#",
    "void": "http://rdfs.org/ns/void#",
    "cito": str(CITO),
    "sh": "http://www.w3.org/ns/shacl#",
}

LONGEST_STUDY: Final = 64
"""Letters of the slug of a study, which names folders and addresses."""

POSTED: Final = "posted"
"""Stands in place of a study in the names of graphs that are posted without one."""

_RESTRICTED: Final = "/restricted"
_TAKEN: Final = frozenset(
    {"datasets", "inferred", "links", "ontology", "provenance", "restricted", "staged", "store"}
)
_OF_DATASETS: Final = frozenset({"datasets", "links"})
_ABSOLUTE: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\s<>\"{}|^`\\]+")
_STUDY: Final = re.compile(re.escape(str(ID)) + r"([^/]+)/")
_CONCEPT: Final = re.compile(re.escape(str(SCHEME)) + r"([a-z][a-z0-9-]*)/[\w-]+$")
_KIND: Final = re.compile(re.escape(str(ID)) + r"[^/]+/([^/]+)/")


def is_iri(text: str) -> bool:
    """Whether a text is an absolute IRI that a query can name (RFC 3987, SPARQL's IRIREF)."""
    return _ABSOLUTE.fullmatch(text) is not None


def short(iri: str) -> str:
    """An IRI as people read it: with a prefix, or without the beginning that all of ours share."""
    for prefix, namespace in PREFIXES.items():
        if iri.startswith(namespace):
            return f"{prefix}:{iri.removeprefix(namespace)}"
    return _by_scheme(iri) or iri.removeprefix(BASE)


def slug(text: str) -> str:
    """Fold a name into the form that a part of an IRI has.

    Args:
        text: any text, such as "Sentra Batik Sambung Roso".

    Returns:
        Lower-case ASCII letters, digits and hyphens: "sentra-batik-sambung-roso". Letters of other
        scripts are kept as they are, so that no name folds to nothing unless it has no letter.
    """
    folded = unicodedata.normalize("NFKD", text)
    bare = "".join(c for c in folded if not unicodedata.combining(c)).lower()
    return re.sub(r"[^\w]+|_+", "-", bare).strip("-")


def require_slug(what: str, name: str) -> None:
    """Raise BadParameter unless a name can be part of an IRI and stands for nothing else there."""
    if not name or name != slug(name):
        like, of = slug(name) or "batik", KINDS.get(what, what)
        raise BadParameter(
            Words(
                f"the slug of a {what} is like “{like}”, not “{name}”",
                f"nama singkat {of} ditulis seperti “{like}”, bukan “{name}”",
            )
        )
    if name in _TAKEN or name == POSTED:
        raise BadParameter(
            Words(
                f"{name} is a name that Rembug uses itself; choose another",
                f"{name} dipakai Rembug sendiri; pilih nama lain",
            )
        )


def require_study_slug(name: str) -> None:
    """Raise BadParameter unless a new study can have a name in questions, addresses and files."""
    require_slug("study", name)
    if not re.fullmatch(r"[a-z0-9-]+", name) or len(name) > LONGEST_STUDY:
        raise BadParameter(
            Words(
                f"the slug of a study is of the letters a to z, digits and hyphens, at most "
                f"{LONGEST_STUDY} of them; “{name[:LONGEST_STUDY]}” has others or is longer",
                f"nama singkat studi terdiri atas huruf a sampai z, angka, dan tanda hubung, "
                f"paling banyak {LONGEST_STUDY}; “{name[:LONGEST_STUDY]}” memuat yang lain atau "
                "lebih panjang",
            )
        )


def curie(iri: str) -> str:
    """A short form of an IRI, for people: by the longest prefix that fits."""
    fits = [(p, ns) for p, ns in PREFIXES.items() if iri.startswith(ns) and iri != ns]
    if fits:
        prefix, namespace = max(fits, key=lambda pair: len(pair[1]))
        return f"{prefix}:{iri.removeprefix(namespace)}"
    return _by_scheme(iri) or iri.removeprefix(BASE)


def scheme_of(iri: str) -> tuple[str, str] | None:
    """The name and the namespace of the scheme whose concept an IRI names; None for another IRI."""
    found = _CONCEPT.match(iri)
    return (found[1], f"{SCHEME}{found[1]}/") if found else None


def _by_scheme(iri: str) -> str:
    """A concept by its scheme's name, which can be a prefix too (PN_PREFIX, SPARQL 1.1 §19.8)."""
    scheme = scheme_of(iri)
    return f"{scheme[0]}:{iri.removeprefix(scheme[1])}" if scheme else ""


def expanded(text: str) -> str:
    """The IRI that a short form stands for, such as “cg:Actor”; any other text is its own."""
    prefix, colon, name = text.partition(":")
    return PREFIXES[prefix] + name if colon and prefix in PREFIXES else text


def thing(study: str, kind: str, name: str) -> URIRef:
    """The IRI of a thing in a study, `id/{study}/{kind}/{name}`; each part is percent-encoded."""
    return ID["/".join(quote(part, safe="") for part in (study, kind, name))]


def study(name: str) -> URIRef:
    """The IRI of a study itself, `id/{study}/study/{study}`."""
    return thing(name, "study", name)


def dataset(slug: str) -> URIRef:
    """The IRI of another dataset that was brought in, `id/{slug}/dataset/{slug}`."""
    return thing(slug, "dataset", slug)


def study_of(iri: str) -> str | None:
    """The slug of the study whose thing an IRI names, or None for any other IRI."""
    found = _STUDY.match(iri)
    return found[1] if found else None


def kind_of(iri: str) -> str | None:
    """The kind in the IRI of a thing of a study, `id/{study}/{kind}/…`, or None for another."""
    found = _KIND.match(iri)
    return found[1] if found else None


def is_node(iri: str) -> bool:
    """Whether an IRI stands for what was a blank node in a file."""
    return kind_of(iri) == "node"


def submission_graph(study: str, submission: str) -> URIRef:
    """The graph of a submission, `graph/{study}/{submission}`."""
    return GRAPH[f"{quote(study, safe='')}/{quote(submission, safe='')}"]


def restricted(graph: str) -> URIRef:
    """The restricted part of a submission's graph."""
    return URIRef(graph + _RESTRICTED)


def is_restricted(graph: str) -> bool:
    """Whether a graph is the restricted part of a submission."""
    return graph.startswith(GRAPH) and graph.endswith(_RESTRICTED)


def unrestricted(graph: str) -> URIRef:
    """The graph of the submission that a graph is, or is the restricted part of."""
    return URIRef(graph.removesuffix(_RESTRICTED) if is_restricted(graph) else graph)


def is_reserved(graph: str) -> bool:
    """Whether the name of a graph is one that Rembug uses itself, or is under one."""
    first = graph.removeprefix(GRAPH).partition("/")[0]
    return graph.startswith(GRAPH) and first in _TAKEN - _OF_DATASETS


def submission_of(graph: str) -> str | None:
    """The slug of the study that a submission's graph belongs to, or None for another graph."""
    study, _, submission = graph.removeprefix(GRAPH).partition("/")
    ours = graph.startswith(GRAPH) and submission and study not in _TAKEN
    return study if ours else None


def is_of_a_study(graph: str) -> bool:
    """Whether a graph is of a submission to a study, and not one that somebody named otherwise."""
    return submission_of(graph) not in (None, POSTED)


def links_graph(dataset: str) -> URIRef:
    """The graph of the links to another dataset, `graph/links/{dataset}`."""
    return GRAPH[f"links/{quote(dataset, safe='')}"]


def dataset_graph(dataset: str) -> URIRef:
    """The graph of another dataset that was brought in, `graph/datasets/{dataset}`."""
    return GRAPH[f"datasets/{quote(dataset, safe='')}"]


def dataset_of(graph: str) -> str | None:
    """The slug of the dataset that a graph is of, or None for another graph."""
    slug = graph.removeprefix(GRAPH["datasets/"])
    return unquote(slug) if slug != graph and slug and "/" not in slug else None


def is_links(graph: str) -> bool:
    """Whether a graph holds the links to another dataset."""
    return graph.startswith(GRAPH["links/"])


def record(dataset: str, key: str) -> URIRef:
    """The IRI of a row of another dataset that has none of its own."""
    return thing(dataset, "record", key)
