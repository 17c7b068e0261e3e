"""What cannot be: the rules of OWL 2 RL that conclude “false” (OWL 2 Profiles §4.3).

They are looked at from the statements that are new: if all the others can be true together, what
cannot has a new one in it. The axioms are read once; of the data only what the new statements speak
of is looked up.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Final

from rdflib import OWL, RDF, RDFS, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.graph import OBJECT, PREDICATE, SUBJECT, Reader, Remembering, Triple, batches
from rembug.reasoning.datatypes import EXAMPLES, datatype_of, has_value, is_ill_typed

FORBIDDING: Final = frozenset(
    {
        *(OWL.disjointWith, OWL.complementOf, OWL.disjointUnionOf, OWL.propertyDisjointWith),
        *(OWL.members, RDFS.range, RDFS.subClassOf, RDF.first, RDF.rest),
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

_AT_ONCE: Final = 10_000  # new statements that are looked at together


@dataclass(frozen=True)
class Contradiction:
    """What cannot be.

    Attributes:
        about: the thing that cannot be so.
        path: the property in question, if there is one.
        value: the value or the other thing in question, if there is one.
        rule: its name in OWL 2 Profiles §4.3, or a like one where that has none.
        messages: the axiom, and what to do, by language.
    """

    about: Node
    path: URIRef | None
    value: Node | None
    rule: str
    messages: Mapping[str, str]


class Prohibitions:
    """The axioms by which something cannot be."""

    def __init__(self, axioms: Graph) -> None:
        """Read them.

        Args:
            axioms: the ontology, or as much of it as is in FORBIDDING and FORBIDDING_KINDS.
        """
        self._axioms = axioms
        self._disjoint = _pairs(axioms, OWL.AllDisjointClasses, OWL.disjointWith)
        for one, other in axioms.subject_objects(OWL.complementOf):  # cls-com
            _put(self._disjoint, one, other)
        for members in axioms.objects(None, OWL.disjointUnionOf):
            for one, other in combinations(axioms.items(members), 2):
                _put(self._disjoint, one, other)
        self._kinds: dict[str, list[URIRef]] = {}
        for known in sorted(
            axioms.subjects(RDF.type, OWL.Class), key=lambda k: (len(str(k)), str(k))
        ):
            if isinstance(known, URIRef) and known.startswith(str(terms.CG)):
                for name in _kebabs(known):
                    self._kinds.setdefault(name, []).append(known)
        self._apart = _pairs(axioms, OWL.AllDisjointProperties, OWL.propertyDisjointWith)

        def kind(of: URIRef) -> frozenset[Node]:
            return frozenset(axioms.subjects(RDF.type, of))

        self._functional = kind(OWL.FunctionalProperty)
        self._inverse_functional = kind(OWL.InverseFunctionalProperty)
        self._irreflexive = kind(OWL.IrreflexiveProperty)
        self._asymmetric = kind(OWL.AsymmetricProperty)
        self._between_things = kind(OWL.ObjectProperty)
        self._to_values = kind(OWL.DatatypeProperty)
        self._ranges: dict[Node, list[URIRef]] = {}
        for predicate, datatype in axioms.subject_objects(RDFS.range):
            if predicate in self._to_values and isinstance(datatype, URIRef):
                self._ranges.setdefault(predicate, []).append(datatype)

    def broken(self, new: Iterable[Triple], facts: Reader) -> Iterator[Contradiction]:
        """What cannot be, each once.

        Args:
            new: statements, told or inferred, at least one of which is in all that cannot be.
            facts: all there are, those among them.
        """
        told = set()
        for some in batches(new, _AT_ONCE):
            for found in _Look(self, some, Remembering(facts)).found():
                # What holds of a property holds of those above it; what is told comes first.
                classes = found.messages["en"] if found.rule == "cax-dw" else ""
                key = (found.about, found.value, found.rule, classes)
                if key not in told:
                    told.add(key)
                    yield found

    def _at_odds(self, iri: str, of: Collection[Node]) -> tuple[Node, Node] | None:
        """A class that an IRI of ours speaks of by its kind, and one that excludes each such."""
        kinds = self._kinds.get(terms.kind_of(iri) or "", [])
        if not set(kinds).isdisjoint(of):
            return None
        excluding = []
        for kind in kinds:
            above = set(self._axioms.transitive_objects(kind, RDFS.subClassOf))
            each = (one for one in of if not above.isdisjoint(self._disjoint.get(one, ())))
            excluding.append(min(each, key=str, default=None))
        if not kinds or None in excluding:
            return None
        return next((k, one) for k, one in zip(kinds, excluding, strict=True) if one is not None)

    def _lowest(self, pairs: Collection[tuple[Node, Node]]) -> Iterator[tuple[Node, Node]]:
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


class _Look:
    """One look at some new statements."""

    def __init__(self, by: Prohibitions, new: Collection[Triple], facts: Remembering) -> None:
        self._by, self._new, self._facts = by, new, facts

    def found(self) -> Iterator[Contradiction]:
        for triple in self._new:
            if isinstance(triple[OBJECT], Literal):
                yield from self._literal(triple, triple[OBJECT])
            else:
                yield from self._two_things(triple)
        yield from self._one_value()
        yield from self._classes()

    def _literal(self, triple: Triple, value: Literal) -> Iterator[Contradiction]:
        about, predicate = triple[SUBJECT], URIRef(str(triple[PREDICATE]))
        if is_ill_typed(value):
            kind = datatype_of(value)
            yield Contradiction(about, predicate, value, "dt-not-type", _ill_typed(value, kind))
            return
        if predicate in self._by._between_things:
            name = self._names(predicate)
            yield Contradiction(
                about,
                predicate,
                value,
                "prp-object",
                {
                    "en": f"“{name['en']}” leads to a thing, and “{value}” is a text or a number; "
                    "give the IRI of the thing.",
                    "id": f"“{name['id']}” menunjuk sesuatu, sedangkan “{value}” adalah teks atau "
                    "angka; tuliskan IRI-nya.",
                },
            )
        for datatype in self._by._ranges.get(predicate, ()):
            if not has_value(datatype, value):
                name, of = self._names(predicate), terms.short(datatype_of(value))
                wanted = terms.short(datatype)
                yield Contradiction(
                    about,
                    predicate,
                    value,
                    "prp-rng",
                    {
                        "en": f"A value of “{name['en']}” is an {wanted}, and “{value}” is an "
                        f"{of}; the two have no value in common. Write it as an {wanted}.",
                        "id": f"Nilai “{name['id']}” adalah {wanted}, sedangkan “{value}” adalah "
                        f"{of}; keduanya tidak punya nilai bersama. Tuliskan sebagai {wanted}.",
                    },
                )

    def _two_things(self, triple: Triple) -> Iterator[Contradiction]:
        one, predicate, other = triple[SUBJECT], URIRef(str(triple[PREDICATE])), triple[OBJECT]
        by, name = self._by, self._names
        if predicate in by._to_values:
            yield Contradiction(
                one,
                predicate,
                other,
                "prp-data",
                {
                    "en": f"“{name(predicate)['en']}” takes a text, a number or a time, and "
                    f"{_short(other)} is a thing.",
                    "id": f"“{name(predicate)['id']}” berisi teks, angka, atau waktu, sedangkan "
                    f"{_short(other)} adalah sesuatu.",
                },
            )
        if predicate in by._irreflexive and one == other:
            yield Contradiction(
                one,
                predicate,
                other,
                "prp-irp",
                {
                    "en": f"Nothing stands in “{name(predicate)['en']}” to itself.",
                    "id": f"Tidak ada yang memiliki “{name(predicate)['id']}” dengan dirinya.",
                },
            )
        if predicate in by._asymmetric and self._facts.holding([(other, predicate, one)]):
            yield Contradiction(
                one,
                predicate,
                other,
                "prp-asyp",
                {
                    "en": f"“{name(predicate)['en']}” goes one way: {_short(one)} and "
                    f"{_short(other)} cannot each have it to the other.",
                    "id": f"“{name(predicate)['id']}” hanya searah: {_short(one)} dan "
                    f"{_short(other)} tidak dapat saling memilikinya.",
                },
            )
        for apart in sorted(by._apart.get(predicate, ()), key=str):
            if self._facts.holding([(one, apart, other)]):
                first, second = name(predicate), name(apart)
                yield Contradiction(
                    one,
                    predicate,
                    other,
                    "prp-pdw",
                    {
                        "en": f"“{first['en']}” and “{second['en']}” never hold between the same "
                        f"two: {_short(one)} cannot have both to {_short(other)}.",
                        "id": f"“{first['id']}” dan “{second['id']}” tidak pernah berlaku bersama: "
                        f"{_short(one)} tidak dapat memiliki keduanya dengan {_short(other)}.",
                    },
                )

    def _one_value(self) -> Iterator[Contradiction]:
        """Functional properties with values that are not equal (prp-fp with eq-diff1)."""
        for place, predicates in (
            (SUBJECT, self._by._functional),
            (OBJECT, self._by._inverse_functional),
        ):
            asked: dict[Node, set[Node]] = {}
            for triple in self._new:
                if triple[PREDICATE] in predicates:
                    asked.setdefault(triple[PREDICATE], set()).add(triple[place])
            for predicate, nodes in asked.items():
                yield from self._values(URIRef(str(predicate)), nodes, place)

    def _values(
        self, predicate: URIRef, nodes: Collection[Node], place: int
    ) -> Iterator[Contradiction]:
        other = OBJECT if place == SUBJECT else SUBJECT
        values: dict[Node, set[Node]] = {}
        for triple in self._facts.matching(place, nodes, predicate):
            values.setdefault(triple[place], set()).add(triple[other])
        name = self._names(predicate)
        for node, found in values.items():
            literals = sorted(v for v in found if isinstance(v, Literal))
            for one, two in pairwise(literals):
                if one.toPython() != two.toPython() or datatype_of(one) != datatype_of(two):
                    yield Contradiction(
                        node,
                        predicate,
                        two,
                        "prp-fp",
                        {
                            "en": f"“{name['en']}” has one value at most, and here are “{one}” and "
                            f"“{two}”.",
                            "id": f"“{name['id']}” paling banyak bernilai satu, sedangkan di sini "
                            f"ada “{one}” dan “{two}”.",
                        },
                    )

    def _classes(self) -> Iterator[Contradiction]:
        """Things that are said to be the same and different, or are of classes that exclude each
        other (eq-diff1, cls-nothing2, cax-dw, cax-adc)."""
        asked: dict[Node, None] = {}
        for subject, predicate, value in self._new:
            if predicate == RDF.type:
                if value in self._by._disjoint or value == OWL.Nothing:
                    asked[subject] = None
            elif predicate in (OWL.sameAs, OWL.differentFrom) or predicate in self._by._functional:
                asked[subject] = asked[value] = None
            elif predicate in self._by._inverse_functional:
                asked[subject] = None
        same = self._same([node for node in asked if not isinstance(node, Literal)])
        members = {node for group in same.values() for node in group}
        types: dict[Node, dict[Node, Node]] = {node: {} for node in members}
        for node, _, kind in self._facts.matching(SUBJECT, members, RDF.type):
            types[node].setdefault(kind, node)
        for group, node in {frozenset(group): node for node, group in same.items()}.items():
            of = {kind: who for member in group for kind, who in types[member].items()}
            yield from self._impossible(node, of)
            yield from self._different(group)

    def _different(self, group: Collection[Node]) -> Iterator[Contradiction]:
        for one, _, other in self._facts.matching(SUBJECT, group, OWL.differentFrom):
            if other in group:
                yield Contradiction(
                    one,
                    OWL.differentFrom,
                    other,
                    "eq-diff1",
                    {
                        "en": f"{_short(one)} and {_short(other)} are the same by what is said of "
                        "them, and are said to be different; take one of the two back.",
                        "id": f"{_short(one)} dan {_short(other)} adalah hal yang sama menurut "
                        "keterangannya, tetapi dinyatakan berbeda; cabut salah satunya.",
                    },
                )

    def _impossible(self, node: Node, of: Mapping[Node, Node]) -> Iterator[Contradiction]:
        if OWL.Nothing in of:
            yield Contradiction(
                node,
                RDF.type,
                OWL.Nothing,
                "cls-nothing2",
                {
                    "en": "Nothing is an instance of owl:Nothing; give it another class.",
                    "id": "Tidak ada yang termasuk owl:Nothing; pilih kelas lain.",
                },
            )
        if (odds := self._by._at_odds(str(node), of)) is not None:
            kind, one = odds
            meant, told = self._names(kind), self._names(one)
            spelt = terms.kind_of(str(node))
            yield Contradiction(
                node,
                RDF.type,
                one,
                "iri-kind",
                {
                    "en": f"By its IRI (…/{spelt}/…) this is of the class {meant['en']}, which has "
                    f"nothing in common with {told['en']}; choose another IRI or class.",
                    "id": f"Menurut IRI-nya (…/{spelt}/…) hal ini termasuk {meant['id']}, yang "
                    f"tidak punya anggota bersama dengan {told['id']}; ubah IRI atau kelasnya.",
                },
            )
        pairs = [
            (one, other)
            for one in sorted(of, key=str)
            for other in self._by._disjoint.get(one, ())
            if other in of and str(one) <= str(other)
        ]
        for one, other in self._by._lowest(pairs):
            first, second = self._names(one), self._names(other)
            who = {of[one], of[other]} - {node}
            same = [_short(thing) for thing in sorted(who, key=str)]
            also = {
                "en": f" (the same as {' and '.join(same)})" if same else "",
                "id": f" (sama dengan {' dan '.join(same)})" if same else "",
            }
            yield Contradiction(
                node,
                RDF.type,
                other,
                "cax-dw",
                {
                    "en": f"{first['en']} and {second['en']} have nothing in common: "
                    f"{_short(node)}{also['en']} cannot be both; keep one of the classes.",
                    "id": f"{first['id']} dan {second['id']} tidak punya anggota bersama: "
                    f"{_short(node)}{also['id']} tidak dapat sekaligus keduanya; pilih satu kelas.",
                },
            )

    def _same(self, nodes: Collection[Node]) -> Mapping[Node, Collection[Node]]:
        """Each of some nodes with all that are the same as it by what is said, itself included."""
        groups: dict[Node, set[Node]] = {}
        self._equals(nodes)  # all are looked up at once, and remembered
        for node in nodes:
            group, fresh = {node}, {node}
            while fresh:
                fresh = self._equals(fresh) - group
                group |= fresh
            groups[node] = group
        return groups

    def _equals(self, nodes: Collection[Node]) -> set[Node]:
        """What is the same as some nodes in one step (eq-sym, prp-fp, prp-ifp)."""
        found = {t[OBJECT] for t in self._facts.matching(SUBJECT, nodes, OWL.sameAs)}
        found |= {t[SUBJECT] for t in self._facts.matching(OBJECT, nodes, OWL.sameAs)}
        for predicates, place, other in (
            (self._by._functional, SUBJECT, OBJECT),
            (self._by._inverse_functional, OBJECT, SUBJECT),
        ):
            for predicate in predicates:
                by = {t[place] for t in self._facts.matching(other, nodes, URIRef(str(predicate)))}
                beside = self._facts.matching(place, by, URIRef(str(predicate)))
                found |= {t[other] for t in beside}
        return {node for node in found if not isinstance(node, Literal)}

    def _names(self, term: Node) -> Mapping[str, str]:
        """What a term of the ontology is called, by language."""
        names = dict.fromkeys(("en", "id"), terms.short(str(term)))
        for _, _, label in self._facts.matching(SUBJECT, [term], RDFS.label):
            if isinstance(label, Literal) and label.language in names:
                names[label.language] = str(label)
        return names


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


def _short(node: Node) -> str:
    return terms.short(str(node)) if isinstance(node, URIRef) else f"_:{node}"


def _ill_typed(value: Literal, kind: URIRef) -> Mapping[str, str]:
    name = terms.short(kind)
    like = f", as in “{EXAMPLES[kind]}”" if kind in EXAMPLES else ""
    like_id = f", misalnya “{EXAMPLES[kind]}”" if kind in EXAMPLES else ""
    return {
        "en": f"“{value}” is no {name}; write one{like}, or leave the datatype out.",
        "id": f"“{value}” bukan {name}; tuliskan yang benar{like_id}, atau hapus tipe datanya.",
    }
