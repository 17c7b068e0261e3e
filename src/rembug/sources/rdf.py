"""RDF files: Turtle, TriG, N-Triples, N-Quads, JSON-LD and RDF/XML."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from rdflib import RDF, BNode, URIRef
from rdflib.term import Node

from rembug import graph, terms
from rembug.errors import Unreadable, Words, why
from rembug.graph import spilling_graph
from rembug.sources.model import Place, Places, Submission, digest, name_for
from rembug.terms import CG

# What else files of a syntax are called; of N3 what Turtle has.
_OTHERS: Final[Mapping[str, str]] = {
    "turtle": "ttl",
    "n3": "ttl",
    "ntriples": "nt",
    "nquads": "nq",
    "owl": "rdf",
}
SUFFIXES: Final = (*graph.FORMATS, *_OTHERS)
_XML: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:[?!]|(?:\w+:)?RDF\b)")


def submission(path: Path, suffix: str, study: str) -> Submission:
    """Read an RDF file into a submission.

    Triples of a graph whose name ends in `/restricted` are restricted, all others public. Blank
    nodes get IRIs, numbered as they appear, so that provenance, entailments and differences can
    name them.

    Raises:
        Unreadable: the content cannot be parsed, has no triple, or writes to a graph that Rembug
            keeps itself.
    """
    file = path.name
    try:
        sha256 = digest(path.read_bytes())
    except OSError as error:
        raise Unreadable(
            file,
            Words(f"cannot be read: {why(error).en}", f"tidak dapat dibaca: {why(error).id}"),
        ) from error
    name = name_for(file, sha256, study, "statements")
    public, restricted = spilling_graph(), spilling_graph()
    places = Places()
    nodes: dict[Node, URIRef] = {}

    def named(term: Node) -> Node:
        if not isinstance(term, BNode):
            return term
        return nodes.setdefault(term, terms.thing(study, "node", f"{name}-{len(nodes) + 1}"))

    for quad in graph.parse(path, _syntax(path, suffix), file):
        if quad.graph in terms.KEPT_BY_REMBUG:
            raise Unreadable(
                file,
                Words(
                    f"writes to <{quad.graph}>, which Rembug keeps itself; leave it out",
                    f"menulis ke <{quad.graph}> yang dikelola Rembug sendiri; hapus dari berkas",
                ),
                quad.line,
            )
        subject = named(quad.subject)
        places.note(subject, Place(file, quad.line))
        part = restricted if quad.graph and terms.is_restricted(quad.graph) else public
        part.add((subject, quad.predicate, named(quad.object)))
    if not places:
        raise Unreadable(file, Words("has no triple in it", "tidak berisi tripel"))
    return Submission(study, name, file, sha256, public, restricted, places)


def _syntax(path: Path, suffix: str) -> str:
    """The syntax that a file is in, as FORMATS names it; an ontology may be in XML or in Turtle."""
    if suffix == "owl":
        with path.open("rb") as file:
            return "rdf" if _XML.match(file.read(1024)) else "ttl"
    return _OTHERS.get(suffix, suffix)


def studies_told(path: Path, suffix: str) -> set[str]:
    """The slugs of the studies that a file declares; if it declares none, that its things are in.

    Raises:
        Unreadable: the content cannot be parsed.
    """
    declared: set[str] = set()
    named: set[str] = set()
    for quad in graph.parse(path, _syntax(path, suffix), path.name):
        if quad.predicate == RDF.type and quad.object == CG.Study:
            study, told = quad.subject, declared
        elif quad.predicate == CG.inStudy:
            study, told = quad.object, named
        else:
            continue
        slug = terms.study_of(str(study))
        if slug is not None and study == terms.study(slug):
            told.add(slug)
    return declared or named
