"""What each shape reads of a graph, derived from the shapes graph (SHACL §2 to §5).

Every constraint component of SHACL Core says by its definition which triples it looks at from a
focus node or a value node; SPARQL-based constraints and targets say it by their patterns. A shape
that uses anything else is not derived.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from rdflib import RDF, RDFS, SH, XSD, Graph, Literal, URIRef, Variable
from rdflib.paths import AlternativePath, InvPath, MulPath, Path, SequencePath
from rdflib.term import Node

from rembug.gate.selects import select
from rembug.gate.steps import START, Steps, Underivable
from rembug.graph import OBJECT

TARGETS: Final = frozenset(
    {SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf, SH.target}
)
# They look at the value nodes themselves, or say something to people.
_NOTHING_MORE: Final = frozenset(
    {
        *(SH.path, SH.datatype, SH.nodeKind, SH.minCount, SH.maxCount, SH.minLength, SH.maxLength),
        *(SH.minExclusive, SH.minInclusive, SH.maxExclusive, SH.maxInclusive, SH.pattern, SH.flags),
        *(SH.languageIn, SH.uniqueLang, SH["in"], SH.hasValue, SH.ignoredProperties, SH.severity),
        *(SH.qualifiedMinCount, SH.qualifiedMaxCount, SH.qualifiedValueShapesDisjoint, SH.message),
        *(SH.name, SH.description, SH.order, SH.group, SH.defaultValue, SH.deactivated),
        *(SH.prefixes, SH.declare),
    }
)
_ANOTHER_PATH: Final = frozenset({SH.equals, SH.disjoint, SH.lessThan, SH.lessThanOrEquals})
_ONE_SHAPE: Final = frozenset({SH.node, SH.property, SH["not"], SH.qualifiedValueShape})
_SHAPES: Final = frozenset({SH["and"], SH["or"], SH.xone})
_BOUND_BY_SHACL: Final = ("$PATH", "?PATH", "shapesGraph", "currentShape")
_PATHS: Final = {
    SH.zeroOrMorePath: "*",
    SH.oneOrMorePath: "+",
    SH.zeroOrOnePath: "?",
}
_THIS: Final = Variable("this")


@dataclass(frozen=True)
class Target:
    """Which nodes a shape is for (SHACL §2.1.3; SHACL-AF §3 for queries).

    Attributes:
        nodes: these themselves.
        classes: the instances of these and of their subclasses.
        subjects_of: the subjects of triples with these predicates.
        objects_of: their objects.
        queries: what these find in `?this`, each with its PREFIX lines.
    """

    nodes: frozenset[Node]
    classes: frozenset[Node]
    subjects_of: frozenset[URIRef]
    objects_of: frozenset[URIRef]
    queries: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """One shape with a target.

    Attributes:
        shape: its node in the shapes graph.
        target: which nodes it is for.
        whole: what the verdict on a node depends on, whether the shape is for it included.
        queries: what the queries of its target read.
    """

    shape: Node
    target: Target
    whole: Steps = field(compare=False)
    queries: Steps = field(compare=False)


def derive(shapes: Graph) -> tuple[Reading, ...]:
    """What every shape with a target reads.

    Args:
        shapes: a shapes graph.

    Raises:
        Underivable: it uses something whose reading cannot be told; says which shape and what.
    """
    for kind in (SH.ConstraintComponent, SH.Function, SH.SPARQLFunction, SH.TargetType):
        for term in shapes.subjects(RDF.type, kind):
            if not str(term).startswith(str(SH)):  # pySHACL adds SHACL's own
                raise Underivable(f"{term} defines a {kind}")
    targeted = {s for p in TARGETS for s in shapes.subjects(p)}
    targeted |= {s for s in shapes.subjects(RDF.type, RDFS.Class) if _is_shape(shapes, s)}
    return tuple(_Derivation(shapes).reading(shape) for shape in sorted(targeted, key=str))


def queries(shapes: Graph, shape: Node) -> list[str]:
    """The queries of a shape's SPARQL-based constraints, each with its PREFIX lines.

    Raises:
        Underivable: a constraint has none, or one that asks for the path or the shapes graph.
    """
    asks = _Derivation(shapes)
    return sorted(asks.query(constraint) for constraint in shapes.objects(shape, SH.sparql))


def _is_shape(shapes: Graph, node: Node) -> bool:
    return any((node, RDF.type, k) in shapes for k in (SH.NodeShape, SH.PropertyShape))


class _Derivation:
    def __init__(self, shapes: Graph) -> None:
        self._shapes = shapes

    def reading(self, shape: Node) -> Reading:
        try:
            return self._reading(shape)
        except Underivable as reason:
            raise Underivable(f"{shape}: {reason}") from reason

    def _reading(self, shape: Node) -> Reading:
        g = self._shapes
        classes = set(g.objects(shape, SH.targetClass))
        if (shape, RDF.type, RDFS.Class) in g:
            classes.add(shape)
        of = {
            p: frozenset(o for o in g.objects(shape, p) if isinstance(o, URIRef))
            for p in (SH.targetSubjectsOf, SH.targetObjectsOf)
        }
        texts = []
        for query in g.objects(shape, SH.target):
            text = g.value(query, SH.select)
            if text is None or (query, RDF.type, SH.SPARQLTarget) not in g:
                raise Underivable("a target that is no query")
            texts.append(self._declared(query) + str(text))
        target = Target(
            frozenset(g.objects(shape, SH.targetNode)),
            frozenset(classes),
            of[SH.targetSubjectsOf],
            of[SH.targetObjectsOf],
            tuple(sorted(texts)),
        )
        whole, queries = Steps(), Steps()
        for kind in classes:
            whole.belong(START, kind)
        for predicate in target.subjects_of:
            whole.read(START, predicate)
        for predicate in target.objects_of:
            whole.read(START, predicate, OBJECT)
        for query_text in target.queries:
            select(whole, query_text, {}, _THIS, START)
            select(queries, query_text, {}, _THIS, START)
        self._constraints(whole, shape, START, ())
        return Reading(shape, target, whole, queries)

    def _constraints(self, steps: Steps, shape: Node, at: int, around: tuple[Node, ...]) -> None:
        """Add what a shape reads from a node in a state; `around` are the shapes it is part of."""
        g = self._shapes
        if shape in around:
            raise Underivable("it refers to itself")
        around = (*around, shape)
        path = g.value(shape, SH.path)
        value = at if path is None else steps.follow(at, self._path(path))
        for predicate, found in g.predicate_objects(shape):
            if predicate in _NOTHING_MORE or predicate in TARGETS:
                continue
            if predicate == SH["class"]:
                steps.belong(value, found)
            elif predicate in _ANOTHER_PATH and isinstance(found, URIRef):
                steps.read(at, found)
            elif predicate in _ONE_SHAPE:
                self._constraints(steps, found, value, around)
            elif predicate in _SHAPES:
                for member in g.items(found):
                    self._constraints(steps, member, value, around)
            elif predicate == SH.closed:
                if found == Literal("true", datatype=XSD.boolean):
                    steps.read(value, None)
            elif predicate == SH.sparql:
                self._sparql(steps, found, at)
            elif str(predicate).startswith(str(SH)):
                raise Underivable(f"it has {predicate}")
        if (shape, SH.qualifiedValueShapesDisjoint, None) in g:
            for sibling in self._siblings(shape):
                self._constraints(steps, sibling, value, around)

    def _siblings(self, shape: Node) -> Iterator[Node]:
        """The qualified shapes of the properties beside one (SHACL §4.7.3)."""
        own = set(self._shapes.objects(shape, SH.qualifiedValueShape))
        for parent in self._shapes.subjects(SH.property, shape):
            for beside in self._shapes.objects(parent, SH.property):
                yield from set(self._shapes.objects(beside, SH.qualifiedValueShape)) - own

    def _sparql(self, steps: Steps, constraint: Node, at: int) -> None:
        select(steps, self.query(constraint), {}, _THIS, at)

    def query(self, constraint: Node) -> str:
        """A constraint's query."""
        text = self._shapes.value(constraint, SH.select)
        if text is None:
            raise Underivable("a SPARQL-based constraint without sh:select")
        if any(word in str(text) for word in _BOUND_BY_SHACL):
            raise Underivable("a query that asks for the path or the shapes graph")
        return self._declared(constraint) + str(text)

    def _declared(self, node: Node) -> str:
        """The PREFIX lines that a query's node refers to (SHACL §5.2.1)."""
        lines = [f"PREFIX rdf: <{RDF}>", f"PREFIX rdfs: <{RDFS}>"]  # pySHACL declares them
        lines.append("PREFIX owl: <http://www.w3.org/2002/07/owl#>")
        for ontology in self._shapes.objects(node, SH.prefixes):
            for declaration in self._shapes.objects(ontology, SH.declare):
                prefix = self._shapes.value(declaration, SH.prefix)
                lines.append(f"PREFIX {prefix}: <{self._shapes.value(declaration, SH.namespace)}>")
        return "\n".join([*dict.fromkeys(lines), ""])

    def _path(self, node: Node) -> Path | URIRef:
        """A property path of SHACL (§2.3.1) as rdflib has those of SPARQL."""
        g = self._shapes
        if isinstance(node, URIRef):
            return node
        if (inverse := g.value(node, SH.inversePath)) is not None:
            return InvPath(self._path(inverse))
        if (members := g.value(node, SH.alternativePath)) is not None:
            return AlternativePath(*map(self._path, g.items(members)))
        for kind, mark in _PATHS.items():
            if (part := g.value(node, kind)) is not None:
                return MulPath(self._path(part), mark)  # type: ignore[arg-type]
        if parts := list(g.items(node)):
            return SequencePath(*map(self._path, parts))
        raise Underivable("a path that SHACL does not know")
