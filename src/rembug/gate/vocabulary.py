"""Terms in their places: what stands as a property is one, and what something is a class.

Names that the ontology does not know at all are told by `shapes/naming.ttl`.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from rdflib import OWL, RDF, RDFS, URIRef
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
                    "en": f"{name} is no property; write the property that leads to the value.",
                    "id": f"{name} bukan properti; tuliskan properti yang menuju nilainya.",
                }
                yield result(triple, SHAPES.Vocabulary, messages, places)
            elif triple[PREDICATE] == RDF.type and triple[OBJECT] in no_classes:
                name = terms.short(str(triple[OBJECT]))
                messages = {
                    "en": f"{name} is no class; write what kind of thing this is, such as "
                    "cg:Program.",
                    "id": f"{name} bukan kelas; tuliskan jenis hal ini, misalnya cg:Program.",
                }
                yield result(triple, SHAPES.Vocabulary, messages, places)


def _is_other(term: Node, kinds: Mapping[Node, set[Node]], wanted: str) -> bool:
    """Whether a term is known to be something else than what is wanted."""
    if term not in kinds:
        return str(term).startswith(_NEITHER)
    if wanted == "Class" and kinds[term] & _CLASSES:
        return False
    return not any(str(kind).endswith(wanted) for kind in kinds[term])
