"""What the ontology calls its classes, and the schemes their concepts: what cells are read by."""

import re
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Final

from rdflib import RDF, RDFS, SKOS, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import settings, terms
from rembug.terms import CG

_ABBREVIATED: Final = re.compile(r"^(.{1,100})\s\((.{1,100})\)$")


@cache
def _schemes() -> Graph:
    """What the files of the schemes say."""
    return _said(settings.scheme_files())


@cache
def _modules() -> Graph:
    """What the files of the ontology's own terms say."""
    return _said(settings.ontology_dir().glob("*.ttl"))


def _said(files: Iterable[Path]) -> Graph:
    graph = Graph()
    for file in files:
        graph.parse(file, format="turtle")
    return graph


@cache
def labels() -> Mapping[URIRef, Mapping[str, str]]:
    """The labels of every concept of the schemes, by language."""
    graph = _schemes()
    found: dict[URIRef, dict[str, str]] = {}
    for concept, label in graph.subject_objects(SKOS.prefLabel):
        # Collections have labels too, and are nothing that a cell could name.
        if (concept, RDF.type, SKOS.Concept) not in graph:
            continue
        if isinstance(concept, URIRef) and isinstance(label, Literal):
            found.setdefault(concept, {})[label.language or "en"] = str(label)
    return found


@cache
def ontology_terms() -> frozenset[str]:
    """The IRIs of the classes and properties that the ontology defines."""
    return frozenset(str(term) for term in _modules().subjects(RDFS.isDefinedBy))


@cache
def other_names() -> Mapping[str, frozenset[URIRef]]:
    """What else a scheme calls its concepts, folded by `terms.slug`."""
    found: dict[str, set[URIRef]] = {}
    for kind in (SKOS.altLabel, SKOS.hiddenLabel):
        for concept, label in _schemes().subject_objects(kind):
            if isinstance(concept, URIRef):
                found.setdefault(terms.slug(str(label)), set()).add(concept)
    return {name: frozenset(concepts) for name, concepts in found.items()}


@cache
def classes(above: URIRef) -> Mapping[str, URIRef]:
    """A class and those below it, by all that the ontology calls them, folded by `terms.slug`.

    Abbreviations in brackets are names too: “Kelompok usaha bersama (KUBE)”.
    """
    graph = _modules()
    found: dict[str, URIRef] = {}
    for klass in graph.transitive_subjects(RDFS.subClassOf, above):
        for kind in (RDFS.label, SKOS.prefLabel, SKOS.altLabel, SKOS.hiddenLabel):
            for label in graph.objects(klass, kind):
                if isinstance(klass, URIRef):
                    for name in (str(label), *_ABBREVIATED.sub(r"\1|\2", str(label)).split("|")):
                        found.setdefault(terms.slug(name), klass)
    return found


@cache
def concepts(schemes: tuple[str, ...], language: str = "id") -> list[URIRef]:
    """The concepts of some schemes; without any, every aspect that a finding may concern.

    Those of one scheme stand by what they are worth, as ratings, or else by their labels.
    """
    said, known = _schemes(), labels()
    found = set(said.subjects(RDF.type, CG.Aspect))
    if schemes:
        found = {
            c for scheme in schemes for c in said.subjects(SKOS.inScheme, terms.SCHEME[scheme])
        }

    def place(concept: URIRef) -> tuple[str, float, str]:
        worth = said.value(concept, CG.ratingValue)
        label = known[concept].get(language) or known[concept]["id"]
        return concept.rpartition("/")[0], float(str(worth or "inf")), label.casefold()

    return sorted(known.keys() & found, key=place)


def class_label(klass: Node, language: str) -> str:
    """What the ontology calls a class; empty for what is none of its own."""
    found = (o for o in _modules().objects(klass, RDFS.label) if isinstance(o, Literal))
    return next((str(label) for label in found if label.language == language), "")
