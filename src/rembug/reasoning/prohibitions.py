"""The axioms by which something cannot be (OWL 2 Profiles §4.3), read once."""

import re
from collections.abc import Collection, Iterator
from itertools import combinations
from typing import Final

from rdflib import OWL, RDF, RDFS, Graph, Namespace, URIRef
from rdflib.term import Node

from rembug import terms

_INCLUDES: Final = Namespace(terms.PREFIXES["schema"]).rangeIncludes

FORBIDDING: Final = frozenset(
    {
        *(OWL.disjointWith, OWL.complementOf, OWL.disjointUnionOf, OWL.propertyDisjointWith),
        *(OWL.members, RDFS.range, RDFS.subClassOf, RDF.first, RDF.rest, _INCLUDES),
    }
)
"""The predicates of the axioms by which something cannot be."""
FORBIDDING_KINDS: Final = frozenset(
    {
        *(OWL.AllDisjointClasses, OWL.AllDisjointProperties, OWL.FunctionalProperty),
        *(OWL.InverseFunctionalProperty, OWL.IrreflexiveProperty, OWL.AsymmetricProperty),
        *(OWL.ObjectProperty, OWL.DatatypeProperty),
    }
)
"""What is said by a type to the same end."""


class Prohibitions:
    """The axioms by which something cannot be.

    Attributes:
        disjoint: the classes that exclude each class.
        apart: the properties that exclude each property.
        functional: properties with one value at most.
        inverse_functional: properties with one subject at most for a value.
        irreflexive: properties that nothing has to itself.
        asymmetric: properties that go one way.
        between_things: properties whose values are things.
        to_values: properties whose values are literals.
        ranges: for each of those, the datatypes that each of its values is of.
        included: for each of those, the datatypes one of which each of its values is of.
    """

    def __init__(self, axioms: Graph) -> None:
        """Read them.

        Args:
            axioms: the ontology, or as much of it as is in FORBIDDING and FORBIDDING_KINDS.
        """
        self._axioms = axioms
        self.disjoint = _pairs(axioms, OWL.AllDisjointClasses, OWL.disjointWith)
        for one, other in axioms.subject_objects(OWL.complementOf):  # cls-com
            _put(self.disjoint, one, other)
        for members in axioms.objects(None, OWL.disjointUnionOf):
            for one, other in combinations(axioms.items(members), 2):
                _put(self.disjoint, one, other)
        self._kinds: dict[str, list[URIRef]] = {}
        for known in sorted(
            axioms.subjects(RDF.type, OWL.Class), key=lambda k: (len(str(k)), str(k))
        ):
            if isinstance(known, URIRef) and known.startswith(str(terms.CG)):
                for name in _kebabs(known):
                    self._kinds.setdefault(name, []).append(known)
        self.apart = _pairs(axioms, OWL.AllDisjointProperties, OWL.propertyDisjointWith)

        def kind(of: URIRef) -> frozenset[Node]:
            return frozenset(axioms.subjects(RDF.type, of))

        self.functional = kind(OWL.FunctionalProperty)
        self.inverse_functional = kind(OWL.InverseFunctionalProperty)
        self.irreflexive = kind(OWL.IrreflexiveProperty)
        self.asymmetric = kind(OWL.AsymmetricProperty)
        self.between_things = kind(OWL.ObjectProperty)
        self.to_values = kind(OWL.DatatypeProperty)
        self.ranges = self._datatypes(RDFS.range)
        self.included = self._datatypes(_INCLUDES)

    def at_odds(self, iri: str, of: Collection[Node]) -> tuple[Node, Node] | None:
        """A class that an IRI of ours speaks of by its kind, and one that excludes each such."""
        kinds = self._kinds.get(terms.kind_of(iri) or "", [])
        if not set(kinds).isdisjoint(of):
            return None
        excluding = []
        for kind in kinds:
            above = set(self._axioms.transitive_objects(kind, RDFS.subClassOf))
            each = (one for one in of if not above.isdisjoint(self.disjoint.get(one, ())))
            excluding.append(min(each, key=str, default=None))
        if not kinds or None in excluding:
            return None
        return next((k, one) for k, one in zip(kinds, excluding, strict=True) if one is not None)

    def lowest(self, pairs: Collection[tuple[Node, Node]]) -> Iterator[tuple[Node, Node]]:
        """Of pairs of classes, those with no other below them: what is said of them follows."""

        def below(lower: Node, upper: Node) -> bool:
            return upper in set(self._axioms.transitive_objects(lower, RDFS.subClassOf))

        for pair in pairs:
            one, other = pair
            if not any(
                (below(a, one) and below(b, other)) or (below(b, one) and below(a, other))
                for a, b in pairs
                if (a, b) != pair
            ):
                yield pair

    def _datatypes(self, by: URIRef) -> dict[Node, list[URIRef]]:
        found: dict[Node, list[URIRef]] = {}
        for predicate, datatype in sorted(self._axioms.subject_objects(by)):
            if predicate in self.to_values and isinstance(datatype, URIRef):
                found.setdefault(predicate, []).append(datatype)
        return found


def _pairs(axioms: Graph, kind: URIRef, between: URIRef) -> dict[Node, set[Node]]:
    """What excludes each other: of the members of groups, and of what is said two by two."""
    found: dict[Node, set[Node]] = {}
    for one, other in axioms.subject_objects(between):
        _put(found, one, other)
    for group in axioms.subjects(RDF.type, kind):
        for members in axioms.objects(group, OWL.members):
            for one, other in combinations(axioms.items(members), 2):
                _put(found, one, other)
    return found


def _put(found: dict[Node, set[Node]], one: Node, other: Node) -> None:
    found.setdefault(one, set()).add(other)
    found.setdefault(other, set()).add(one)


def _kebabs(kind: URIRef) -> Iterator[str]:
    """The names of a class as IRIs have them: for cg:TargetGroup target-group, or group."""
    words = re.findall("[A-Z][a-z]*", kind.removeprefix(str(terms.CG)))
    for start in range(len(words)):
        yield "-".join(words[start:]).lower()
