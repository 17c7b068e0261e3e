"""Who may say what: data speak of individuals of their study.

What classes and properties mean, and what a shared scheme says, is changed by the ontology's own
files alone (`submissions.ensure_ontology`), which do not come in through the gate.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rdflib import OWL, RDF, RDFS, SKOS, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.gate.report import Result, Severity
from rembug.graph import OBJECT, PREDICATE, SUBJECT, Reader, Triple, batches
from rembug.sources import Place
from rembug.terms import CG, SHAPES

_AT_ONCE: Final = 10_000

# What an ontology is written with (OWL 2 Mapping to RDF Graphs §2; RDFS §2, §3), and what marks a
# property as one whose triples are never public.
_AXIOMS: Final = frozenset(
    {RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range, CG.accessRule}
)
_META: Final = frozenset({RDFS.Class, RDFS.Datatype, RDF.Property})
# What OWL has to say of individuals, and of no class or property.
_OF_INDIVIDUALS: Final = frozenset({OWL.sameAs, OWL.differentFrom, OWL.versionInfo, OWL.deprecated})
_KINDS_OF_INDIVIDUALS: Final = frozenset({OWL.NamedIndividual, OWL.Thing, OWL.Nothing})
# By these a thing would say of a shared scheme what is in it and what is above what.
_PUT_INTO_A_SCHEME: Final = frozenset({SKOS.inScheme, SKOS.topConceptOf, SKOS.narrower, OWL.sameAs})
_MAPPINGS: Final = frozenset(
    {SKOS.exactMatch, SKOS.closeMatch, SKOS.broadMatch, SKOS.narrowMatch, SKOS.relatedMatch}
)
_OURS: Final = (str(terms.ONTOLOGY), str(terms.SCHEME), str(terms.SHAPES), str(terms.LOG))
_THINGS: Final = str(terms.ID)


def about_meaning(
    graph: URIRef,
    statements: Iterable[Triple],
    ontology: Reader,
    places: Mapping[Node, Place],
) -> Iterator[Result]:
    """What data say of the ontology and of the shared schemes, which is not theirs to say.

    Args:
        graph: whose statements they are.
        statements: those that come into it.
        ontology: what the ontology says, its schemes and the terms of others that it uses included.
        places: where in its file each subject stands.
    """
    links = terms.is_links(graph)
    for some in batches(statements, _AT_ONCE):
        nodes = {t[SUBJECT] for t in some} | {
            t[OBJECT] for t in some if t[PREDICATE] in _PUT_INTO_A_SCHEME
        }
        asked = [n for n in nodes if isinstance(n, URIRef) and not n.startswith(_THINGS)]
        shared: set[Node] = {n for n in asked if str(n).startswith(_OURS)}
        shared |= {triple[SUBJECT] for triple in ontology.matching(SUBJECT, asked)}
        for triple in some:
            if (said := _meant(triple, shared, links=links)) is not None:
                shape, messages = said
                yield result(triple, shape, messages, places)


def result(
    triple: Triple,
    shape: URIRef,
    messages: Mapping[str, str],
    places: Mapping[Node, Place],
    severity: Severity = Severity.VIOLATION,
) -> Result:
    """What the gate has to say of one statement."""
    subject, predicate, value = triple
    return Result(
        severity=severity,
        focus_node=str(subject),
        path=str(predicate),
        value=str(value),
        messages=messages,
        shape=str(shape),
        component=str(shape),
        place=places.get(subject) or places.get(value),
    )


def _meant(
    triple: Triple, shared: set[Node], *, links: bool
) -> tuple[URIRef, Mapping[str, str]] | None:
    subject, predicate, value = triple
    if _is_axiom(predicate, value):
        named = terms.short(str(value if predicate == RDF.type else predicate))
        return SHAPES.Individuals, {
            "en": f"Data speak of single things; what a class or property means ({named}) is said "
            "by the ontology alone, since it would change every study. Leave this statement out.",
            "id": f"Data menerangkan hal-hal tunggal; arti kelas atau properti ({named}) hanya "
            "dinyatakan oleh ontologi, sebab berlaku bagi semua studi. Hapus pernyataan ini.",
        }
    if subject in shared and not (links and predicate in _MAPPINGS):
        named = terms.short(str(subject))
        return SHAPES.Shared, {
            "en": f"{named} belongs to all studies, and what is said of it is changed by the "
            "ontology's own files alone. Say it of a thing of the study, which may point to it.",
            "id": f"{named} milik semua studi; keterangannya hanya diubah oleh berkas ontologi "
            "sendiri. Nyatakan pada sesuatu milik studi ini, yang boleh menunjuk kepadanya.",
        }
    if predicate in _PUT_INTO_A_SCHEME and value in shared:
        named, by = terms.short(str(value)), terms.short(str(predicate))
        return SHAPES.Shared, {
            "en": f"By {by} this would change {named}, which belongs to all studies. Make a scheme "
            "of the study's own, or point to it by skos:broader or a mapping such as "
            "skos:exactMatch.",
            "id": f"Dengan {by} hal ini akan mengubah {named}, milik semua studi. Buat skema milik "
            "studi ini, atau tunjuk dengan skos:broader atau padanan seperti skos:exactMatch.",
        }
    return None


def _is_axiom(predicate: Node, value: Node) -> bool:
    if predicate == RDF.type:
        return value in _META or (
            str(value).startswith(str(OWL))
            and value not in _KINDS_OF_INDIVIDUALS
            and not isinstance(value, Literal)
        )
    if predicate in _AXIOMS:
        return True
    return str(predicate).startswith(str(OWL)) and predicate not in _OF_INDIVIDUALS
