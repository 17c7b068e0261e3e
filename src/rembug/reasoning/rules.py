"""What an ontology lets one conclude, as rules over statements about individuals (OWL 2 RL).

The rules of OWL 2 Profiles §4.3 join statements with axioms. Axioms are few and seldom change, so
they are put into the rules: an axiom that A is below B becomes “x is a B if x is an A”. A class
without a name (a restriction, an intersection) is put into the rules that speak of it, so that
nothing is ever concluded about such a class.
"""

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Final

from rdflib import OWL, RDF, RDFS, BNode, Graph, URIRef, Variable
from rdflib.term import Node

from rembug.errors import RembugError, Words

Atom = tuple[Node, URIRef, Node]
"""A triple in which variables stand for individuals."""

AXIOMS: Final = frozenset(
    {
        *(RDFS.subClassOf, RDFS.subPropertyOf, RDFS.domain, RDFS.range),
        *(OWL.equivalentClass, OWL.inverseOf, OWL.propertyChainAxiom, OWL.intersectionOf),
        *(OWL.unionOf, OWL.disjointUnionOf, OWL.someValuesFrom, OWL.onProperty),
        *(RDF.first, RDF.rest),
    }
)
"""The predicates of axioms."""
TERMS: Final = frozenset(
    {OWL.Class, OWL.ObjectProperty, OWL.DatatypeProperty, OWL.AnnotationProperty, OWL.Ontology}
)
"""What an ontology's own terms are; nothing is concluded about these."""
KINDS: Final = frozenset({OWL.SymmetricProperty, OWL.TransitiveProperty})
"""What a property is of which more follows."""

_MOST: Final = 100_000  # rules; a few nested unions of intersections can come to any number
_X, _Y, _Z = Variable("x"), Variable("y"), Variable("z")


@dataclass(frozen=True)
class Rule:
    """The head holds of whatever the whole body holds of; each atom shares a variable with another.

    Attributes:
        head: what follows.
        body: what it follows from.
    """

    head: Atom
    body: tuple[Atom, ...]


def derive(schema: Graph) -> frozenset[Rule]:
    """The rules that some axioms come to.

    Args:
        schema: axioms, among whatever else.

    Raises:
        RembugError: they come to too many.
    """
    rules = {_numbered(r) for r in (*_of_classes(schema), *_of_properties(schema)) if _says(r)}
    while nameless := next((c for r in rules for c in _nameless(r)), None):
        defined = {r for r in rules if r.head == (_X, RDF.type, nameless)}
        using = {r for r in rules if any(_is(atom, nameless) for atom in r.body)}
        rules -= defined | using
        rules |= {made for r in using for made in _unfolded(r, nameless, defined) if _says(made)}
        if len(rules) > _MOST:
            raise RembugError(
                Words(
                    f"the axioms come to more than {_MOST} rules; define fewer unions",
                    f"aksiomanya menghasilkan lebih dari {_MOST} kaidah; kurangi definisi gabungan",
                )
            )
    return frozenset(r for r in rules if not isinstance(r.head[2], BNode))


def terms_of(schema: Graph) -> frozenset[Node]:
    """An ontology's own terms that have a name."""
    found = (term for kind in TERMS for term in schema.subjects(RDF.type, kind))
    return frozenset(term for term in found if isinstance(term, URIRef))


def digest(rules: Iterable[Rule], mute: Iterable[Node]) -> str:
    """What tells some rules, and what they conclude nothing about, from others; in hexadecimal."""
    told = sorted(repr((rule.head, sorted(rule.body))) for rule in rules) + sorted(map(str, mute))
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def _of_classes(schema: Graph) -> Iterator[Rule]:
    def below(lower: Node, upper: Node) -> Rule:
        return Rule((_X, RDF.type, upper), ((_X, RDF.type, lower),))

    for lower, upper in schema.subject_objects(RDFS.subClassOf):  # cax-sco
        yield below(lower, upper)
    for one, other in schema.subject_objects(OWL.equivalentClass):  # cax-eqc1, cax-eqc2
        yield below(one, other)
        yield below(other, one)
    for kind, members in schema.subject_objects(OWL.intersectionOf):  # cls-int1, cls-int2
        parts = list(schema.items(members))
        yield Rule((_X, RDF.type, kind), tuple((_X, RDF.type, part) for part in parts))
        yield from (below(kind, part) for part in parts)
    for union in (OWL.unionOf, OWL.disjointUnionOf):  # cls-uni
        for kind, members in schema.subject_objects(union):
            yield from (below(part, kind) for part in schema.items(members))
    for kind, filler in schema.subject_objects(OWL.someValuesFrom):  # cls-svf1, cls-svf2
        for predicate in schema.objects(kind, OWL.onProperty):
            if isinstance(predicate, URIRef):
                some: Atom = (_X, predicate, _Y)
                of = () if filler == OWL.Thing else ((_Y, RDF.type, filler),)
                yield Rule((_X, RDF.type, kind), (some, *of))


def _of_properties(schema: Graph) -> Iterator[Rule]:
    for predicate, kind in _named(schema, RDFS.domain):  # prp-dom
        yield Rule((_X, RDF.type, kind), ((_X, predicate, _Y),))
    for predicate, kind in _named(schema, RDFS.range):  # prp-rng
        yield Rule((_X, RDF.type, kind), ((_Y, predicate, _X),))
    for predicate, upper in _named(schema, RDFS.subPropertyOf):  # prp-spo1
        if isinstance(upper, URIRef):
            yield Rule((_X, upper, _Y), ((_X, predicate, _Y),))
    for predicate, inverse in _named(schema, OWL.inverseOf):  # prp-inv1, prp-inv2
        if isinstance(inverse, URIRef):
            yield Rule((_Y, inverse, _X), ((_X, predicate, _Y),))
            yield Rule((_Y, predicate, _X), ((_X, inverse, _Y),))
    for predicate in _uris(schema.subjects(RDF.type, OWL.SymmetricProperty)):  # prp-symp
        yield Rule((_Y, predicate, _X), ((_X, predicate, _Y),))
    for predicate in _uris(schema.subjects(RDF.type, OWL.TransitiveProperty)):  # prp-trp
        yield Rule((_X, predicate, _Z), ((_X, predicate, _Y), (_Y, predicate, _Z)))
    for predicate, chain in _named(schema, OWL.propertyChainAxiom):  # prp-spo2
        links = list(schema.items(chain))
        stops = [Variable(f"c{number}") for number in range(len(links) + 1)]
        body = [_link(schema, *step) for step in zip(links, stops[:-1], stops[1:], strict=True)]
        if None not in body:
            head = stops[0], predicate, stops[-1]
            yield Rule(head, tuple(atom for atom in body if atom is not None))


def _link(schema: Graph, link: Node, start: Node, end: Node) -> Atom | None:
    """One link of a chain: a property, or the inverse of one."""
    if isinstance(link, URIRef):
        return (start, link, end)
    inverted = schema.value(link, OWL.inverseOf)
    return (end, inverted, start) if isinstance(inverted, URIRef) else None


def _named(schema: Graph, axiom: URIRef) -> Iterator[tuple[URIRef, Node]]:
    for subject, value in schema.subject_objects(axiom):
        if isinstance(subject, URIRef):
            yield subject, value


def _uris(nodes: Iterable[Node]) -> Iterator[URIRef]:
    return (node for node in nodes if isinstance(node, URIRef))


def _is(atom: Atom, kind: Node) -> bool:
    return atom[1:] == (RDF.type, kind)


def _nameless(rule: Rule) -> Iterator[Node]:
    """The classes without a name that a rule asks for."""
    return (
        kind
        for _, predicate, kind in rule.body
        if predicate == RDF.type and isinstance(kind, BNode)
    )


def _says(rule: Rule) -> bool:
    """Whether a rule says anything: not what it asks for, and not what holds of everything."""
    return rule.head not in rule.body and not _is(rule.head, OWL.Thing)


def _unfolded(rule: Rule, kind: Node, definitions: Iterable[Rule]) -> Iterator[Rule]:
    """A rule with one way of being of a class in place of each atom that asks for it."""
    waiting: list[tuple[Atom, ...]] = [rule.body]
    while waiting:
        body = waiting.pop()
        asks = next((atom for atom in body if _is(atom, kind)), None)
        if asks is None:
            yield _numbered(Rule(rule.head, body))
            continue
        for way in definitions:
            if not any(_is(atom, kind) for atom in way.body):
                rest = tuple(atom for atom in body if atom != asks)
                waiting.append((*rest, *_applied(way, asks[0], {v for a in body for v in a})))


def _applied(way: Rule, individual: Node, taken: set[Node]) -> Iterator[Atom]:
    """What is asked of an individual by the body of a rule, with variables of its own."""
    free = (Variable(f"v{number}") for number in count() if Variable(f"v{number}") not in taken)
    names: dict[Node, Node] = {way.head[0]: individual}

    def named(node: Node) -> Node:
        if isinstance(node, Variable) and node not in names:
            names[node] = next(free)
        return names.get(node, node)

    for subject, predicate, value in way.body:
        yield named(subject), predicate, named(value)


def _numbered(rule: Rule) -> Rule:
    """The same rule with its variables named by where they come, so that one rule is there once."""
    body = tuple(dict.fromkeys(rule.body))
    names: dict[Node, Node] = {}

    def named(node: Node) -> Node:
        if isinstance(node, Variable):
            return names.setdefault(node, (_X, _Y, _Z, *_more(len(names)))[len(names)])
        return node

    def of(atom: Atom) -> Atom:
        return named(atom[0]), atom[1], named(atom[2])

    return Rule(of(rule.head), tuple(of(atom) for atom in body))


def _more(many: int) -> Sequence[Variable]:
    return [Variable(f"v{number}") for number in range(max(0, many - 2))]
