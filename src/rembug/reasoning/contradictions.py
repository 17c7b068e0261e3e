"""What cannot be: the rules of OWL 2 RL that conclude “false” (OWL 2 Profiles §4.3).

They are looked at from the statements that are new: if all the others can be true together, what
cannot has a new one in it. Of the data only what the new statements speak of is looked up. Things
are the same only where that is said (`owl:sameAs`): two values of a property that has one are not
taken for one thing with two names, as OWL would, but told.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from rdflib import OWL, RDF, RDFS, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.graph import OBJECT, PREDICATE, SUBJECT, Reader, Remembering, Triple, batches
from rembug.reasoning.closure import Rules
from rembug.reasoning.datatypes import EXAMPLES, datatype_of, has_value, is_ill_typed
from rembug.reasoning.equality import Same, united
from rembug.reasoning.prohibitions import Prohibitions

_AT_ONCE: Final = 10_000  # new statements that are looked at together
_BETWEEN_INDIVIDUALS: Final = frozenset({RDF.type, OWL.sameAs, OWL.differentFrom})


@dataclass(frozen=True)
class Contradiction:
    """What cannot be.

    Attributes:
        about: the thing that cannot be so.
        path: the property in question, if there is one.
        value: the value or the other thing in question, if there is one.
        rule: its name in OWL 2 Profiles §4.3, or a like one where that has none.
        messages: the axiom, and what to do, by language.
        alike: what is said to be the same as the thing or the value.
    """

    about: Node
    path: URIRef | None
    value: Node | None
    rule: str
    messages: Mapping[str, str]
    alike: Collection[Node] = ()


def broken(
    by: Prohibitions, new: Iterable[Triple], facts: Reader, rules: Rules
) -> Iterator[Contradiction]:
    """What cannot be, each once.

    Args:
        by: the axioms that forbid it.
        new: statements, told or inferred, at least one of which is in all that cannot be.
        facts: all there are, those among them.
        rules: what follows from what, by the same ontology.
    """
    told, alike = set(), Same(facts)
    each: Iterable[tuple[Collection[Triple], Reader]]
    each = ((some, facts) for some in batches(new, _AT_ONCE))
    if alike:
        each = united(alike, new, facts, rules)
    for some, known in each:
        for found in _Look(by, some, Remembering(known), alike).found():
            # What holds of a property holds of those above it; what is told comes first.
            classes = found.messages["en"] if found.rule == "cax-dw" else ""
            key = (found.about, found.value, found.rule, classes)
            if key not in told:
                told.add(key)
                yield _with_names(found, alike)


def _with_names(found: Contradiction, alike: Same) -> Contradiction:
    """A contradiction that says which things are the same, if it is about such."""
    groups = [
        alike.members(node)
        for node in dict.fromkeys((found.about, found.value))
        if node is not None and len(alike.members(node)) > 1
    ]
    if not groups:
        return found
    same = [[_short(node) for node in group] for group in groups]
    by = {
        "en": "".join(f" {' and '.join(group)} are said to be the same." for group in same),
        "id": "".join(f" {' dan '.join(group)} dinyatakan sama." for group in same),
    }
    messages = {language: text + by[language] for language, text in found.messages.items()}
    return replace(found, messages=messages, alike=[node for group in groups for node in group])


class _Look:
    """One look at some new statements."""

    def __init__(
        self, by: Prohibitions, new: Collection[Triple], facts: Remembering, alike: Same
    ) -> None:
        self._by, self._new, self._facts, self._alike = by, new, facts, alike

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
        if predicate in self._by.between_things or predicate in _BETWEEN_INDIVIDUALS:
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
        includes = self._by.included.get(predicate, ())
        wanted = [it for it in self._by.ranges.get(predicate, ()) if not has_value(it, value)]
        if includes and not any(has_value(datatype, value) for datatype in includes):
            wanted = [*includes]
        if wanted:
            name, of = self._names(predicate), terms.short(datatype_of(value))
            kinds = [terms.short(datatype) for datatype in wanted]
            yield Contradiction(
                about,
                predicate,
                value,
                "prp-rng",
                {
                    "en": f"A value of “{name['en']}” is of the datatype {' or '.join(kinds)}, and "
                    f"“{value}” is of {of}; the two have no value in common. Write it as "
                    f"{kinds[0]}.",
                    "id": f"Nilai “{name['id']}” bertipe {' atau '.join(kinds)}, sedangkan "
                    f"“{value}” bertipe {of}; keduanya tidak punya nilai bersama. Tuliskan sebagai "
                    f"{kinds[0]}.",
                },
            )

    def _two_things(self, triple: Triple) -> Iterator[Contradiction]:
        one, predicate, other = triple[SUBJECT], URIRef(str(triple[PREDICATE])), triple[OBJECT]
        by, name = self._by, self._names
        if predicate in by.to_values:
            yield Contradiction(
                one,
                predicate,
                other,
                "prp-data",
                {
                    "en": f"“{name(predicate)['en']}” holds a text, a number or a time, and "
                    f"{_short(other)} is a thing.",
                    "id": f"“{name(predicate)['id']}” berisi teks, angka, atau waktu, sedangkan "
                    f"{_short(other)} adalah sesuatu.",
                },
            )
        if predicate in by.irreflexive and one == other:
            yield Contradiction(
                one,
                predicate,
                other,
                "prp-irp",
                {
                    "en": f"Nothing can have “{name(predicate)['en']}” with itself; correct "
                    "one end.",
                    "id": f"“{name(predicate)['id']}” tidak dapat menunjuk dirinya sendiri; "
                    "perbaiki salah satu ujungnya.",
                },
            )
        if predicate in by.asymmetric and self._facts.holding([(other, predicate, one)]):
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
        for apart in sorted(by.apart.get(predicate, ()), key=str):
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
        """Functional properties with values that are not equal (prp-fp, prp-ifp)."""
        for place, predicates in (
            (SUBJECT, self._by.functional),
            (OBJECT, self._by.inverse_functional),
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
            for one, two in pairwise(sorted(found, key=lambda it: (type(it).__name__, it))):
                if not _are_equal(one, two):
                    first, second = _short(one), _short(two)
                    yield Contradiction(
                        node,
                        predicate,
                        two,
                        "prp-fp" if place == SUBJECT else "prp-ifp",
                        {
                            "en": f"“{name['en']}” has one value at most, and here are {first} and "
                            f"{second}; keep one.",
                            "id": f"“{name['id']}” paling banyak bernilai satu, sedangkan di sini "
                            f"ada {first} dan {second}; pilih satu.",
                        }
                        if place == SUBJECT
                        else {
                            "en": f"“{name['en']}” has a value in common for no two, and "
                            f"{first} and {second} both have {_short(node)}; keep one.",
                            "id": f"“{name['id']}” tidak pernah bernilai sama bagi dua hal, "
                            f"sedangkan {first} dan {second} sama-sama bernilai {_short(node)}; "
                            "pilih satu.",
                        },
                    )

    def _classes(self) -> Iterator[Contradiction]:
        """Things that are different from themselves, or of classes that exclude each other
        (eq-diff1, cls-nothing2, cax-dw, cax-adc)."""
        asked: dict[Node, None] = {}
        for subject, predicate, value in self._new:
            if predicate == RDF.type and (value in self._by.disjoint or value == OWL.Nothing):
                asked[subject] = None
            elif predicate == OWL.differentFrom and subject == value:
                yield _different(subject)
        types: dict[Node, set[Node]] = {node: set() for node in asked}
        for node, _, kind in self._facts.matching(SUBJECT, asked, RDF.type):
            types[node].add(kind)
        for node, kinds in types.items():
            yield from self._impossible(node, kinds)

    def _impossible(self, node: Node, of: Collection[Node]) -> Iterator[Contradiction]:
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
        for name in self._alike.members(node):
            if (odds := self._by.at_odds(str(name), of)) is None:
                continue
            kind, one = odds
            meant, told = self._names(kind), self._names(one)
            spelt = terms.kind_of(str(name))
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
            for other in self._by.disjoint.get(one, ())
            if other in of and str(one) <= str(other)
        ]
        for one, other in self._by.lowest(pairs):
            first, second = self._names(one), self._names(other)
            yield Contradiction(
                node,
                RDF.type,
                other,
                "cax-dw",
                {
                    "en": f"{first['en']} and {second['en']} have nothing in common: "
                    f"{_short(node)} cannot be both; keep one of the classes.",
                    "id": f"{first['id']} dan {second['id']} tidak punya anggota bersama: "
                    f"{_short(node)} tidak dapat sekaligus keduanya; pilih satu kelas.",
                },
            )

    def _names(self, term: Node) -> Mapping[str, str]:
        """What a term of the ontology is called, by language."""
        names = dict.fromkeys(("en", "id"), terms.short(str(term)))
        for _, _, label in self._facts.matching(SUBJECT, [term], RDFS.label):
            if isinstance(label, Literal) and label.language in names:
                names[label.language] = str(label)
        return names


def _are_equal(one: Node, two: Node) -> bool:
    """Whether two values are one: the same term, or literals of one datatype that mean the same."""
    if not (isinstance(one, Literal) and isinstance(two, Literal)):
        return one == two
    return one.toPython() == two.toPython() and datatype_of(one) == datatype_of(two)


def _different(node: Node) -> Contradiction:
    return Contradiction(
        node,
        OWL.differentFrom,
        node,
        "eq-diff1",
        {
            "en": f"{_short(node)} is said to be different from itself, or from what is said to be "
            "the same; take one of the two back.",
            "id": f"{_short(node)} dinyatakan berbeda dari dirinya sendiri, atau dari hal yang "
            "dinyatakan sama; cabut salah satunya.",
        },
    )


def _short(node: Node) -> str:
    if isinstance(node, Literal):
        return f"“{node}”"
    return terms.short(str(node)) if isinstance(node, URIRef) else f"_:{node}"


def _ill_typed(value: Literal, kind: URIRef) -> Mapping[str, str]:
    name = terms.short(kind)
    like = f", as in “{EXAMPLES[kind]}”" if kind in EXAMPLES else ""
    like_id = f", misalnya “{EXAMPLES[kind]}”" if kind in EXAMPLES else ""
    return {
        "en": f"“{value}” is not a valid {name}; write one{like}, or leave the datatype out.",
        "id": f"“{value}” bukan {name}; tuliskan yang benar{like_id}, atau hapus tipe datanya.",
    }
