"""Terms in their places: what stands as a property is one, what something is a class, and what has
a property is of a class that the ontology says it of.

Names that the ontology does not know at all are told by `shapes/naming.ttl`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rdflib import OWL, RDF, RDFS, Literal, Namespace, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.gate.report import Result
from rembug.gate.statements import result
from rembug.graph import OBJECT, PREDICATE, SUBJECT, Reader, Triple, batches
from rembug.sources import Place
from rembug.terms import SHAPES

_AT_ONCE: Final = 10_000
# Of what has an IRI of ours, only the ontology's terms are properties or classes.
_NEITHER: Final = (str(terms.ID), str(terms.SCHEME), str(terms.SHAPES))
_INCLUDES: Final = Namespace(terms.PREFIXES["schema"]).domainIncludes
_CLASSES: Final = frozenset({OWL.Class, RDFS.Class, RDFS.Datatype})


def misplaced(
    statements: Iterable[Triple], ontology: Reader, places: Mapping[Node, Place]
) -> Iterator[Result]:
    """Statements by a property that is none, or of a class that is none.

    Args:
        statements: those that come.
        ontology: what the ontology says, the terms of others that it uses included.
        places: where in its file each subject stands.
    """
    for some in batches(statements, _AT_ONCE):
        properties = {t[PREDICATE] for t in some}
        classes = {t[OBJECT] for t in some if t[PREDICATE] == RDF.type}
        asked = [n for n in properties | classes if isinstance(n, URIRef)]
        kinds: dict[Node, set[Node]] = {}
        for term, _, kind in ontology.matching(SUBJECT, asked, RDF.type):
            kinds.setdefault(term, set()).add(kind)
        no_properties = {p for p in properties if _is_other(p, kinds, "Property")}
        no_classes = {c for c in classes if _is_other(c, kinds, "Class")}
        for triple in some:
            if triple[PREDICATE] in no_properties:
                name = terms.short(str(triple[PREDICATE]))
                messages = {
                    "en": f"{name} is not a property; write the property that leads to the value.",
                    "id": f"{name} bukan properti; tuliskan properti yang menuju nilainya.",
                }
                yield result(triple, SHAPES.Vocabulary, messages, places)
            elif triple[PREDICATE] == RDF.type and triple[OBJECT] in no_classes:
                name = terms.short(str(triple[OBJECT]))
                messages = {
                    "en": f"{name} is not a class; write what kind of thing this is, such as "
                    "cg:Program.",
                    "id": f"{name} bukan kelas; tuliskan jenis hal ini, misalnya cg:Program.",
                }
                yield result(triple, SHAPES.Vocabulary, messages, places)


def unlike(
    statements: Iterable[Triple], ontology: Reader, facts: Reader, places: Mapping[Node, Place]
) -> Iterator[Result]:
    """Statements by a property of things of other classes than those that the ontology says it of.

    A thing without a class that the ontology knows is for the shapes to tell.

    Args:
        statements: those that come.
        ontology: what the ontology says.
        facts: all there will be.
        places: where in its file each subject stands.
    """
    for some in batches(statements, _AT_ONCE):
        asked = [p for p in {t[PREDICATE] for t in some} if isinstance(p, URIRef)]
        fitting: dict[Node, set[Node]] = {}
        for prop, _, kind in ontology.matching(SUBJECT, asked, _INCLUDES):
            fitting.setdefault(prop, set()).add(kind)
        those = {t[SUBJECT] for t in some if t[PREDICATE] in fitting}
        types: dict[Node, set[Node]] = {}
        for thing, _, kind in facts.matching(SUBJECT, those, RDF.type):
            types.setdefault(thing, set()).add(kind)
        above = _above({kind for of in types.values() for kind in of}, ontology)
        for triple in some:
            of = types.get(triple[SUBJECT], set())
            wanted = fitting.get(triple[PREDICATE], set())
            known = sorted((kind for kind in of if kind in above), key=str)
            if not wanted or not known or any(wanted & above[kind] for kind in known):
                continue
            names = _names([triple[PREDICATE], known[0], *wanted], ontology)
            said, here = names[triple[PREDICATE]], names[known[0]]
            may = {
                language: f" {word} ".join(sorted(names[kind][language] for kind in wanted))
                for language, word in (("en", "or"), ("id", "atau"))
            }
            messages = {
                "en": f"“{said['en']}” is said of: {may['en']}. This is: {here['en']}. Choose "
                "another property, or correct the class.",
                "id": f"“{said['id']}” hanya dinyatakan untuk: {may['id']}. Ini: {here['id']}. "
                "Pilih properti lain, atau perbaiki kelasnya.",
            }
            yield result(triple, SHAPES.Vocabulary, messages, places)


def _above(kinds: set[Node], ontology: Reader) -> dict[Node, set[Node]]:
    """The classes of the ontology among some, each with itself and all that are above it."""
    upper: dict[Node, set[Node]] = {}
    fresh = kinds
    while fresh:
        upper.update({k: set() for k, _, _ in ontology.matching(SUBJECT, fresh, RDF.type)})
        for kind, _, higher in ontology.matching(SUBJECT, fresh, RDFS.subClassOf):
            upper.setdefault(kind, set()).add(higher)
        fresh = {higher for kind in fresh for higher in upper.get(kind, ())} - upper.keys()
    found = {}
    for kind in kinds & upper.keys():
        waiting, reached = [kind], set[Node]()
        while waiting:
            if (one := waiting.pop()) not in reached:
                reached.add(one)
                waiting.extend(upper.get(one, ()))
        found[kind] = reached
    return found


def _names(some: Iterable[Node], ontology: Reader) -> dict[Node, dict[str, str]]:
    """What terms are called, by language."""
    found = {term: dict.fromkeys(("en", "id"), terms.short(str(term))) for term in some}
    for term, _, label in ontology.matching(SUBJECT, list(found), RDFS.label):
        if isinstance(label, Literal) and label.language in found[term]:
            found[term][label.language] = str(label)
    return found


def _is_other(term: Node, kinds: Mapping[Node, set[Node]], wanted: str) -> bool:
    """Whether a term is known to be something else than what is wanted."""
    if term not in kinds:
        return str(term).startswith(_NEITHER)
    if wanted == "Class" and kinds[term] & _CLASSES:
        return False
    return not any(str(kind).endswith(wanted) for kind in kinds[term])
