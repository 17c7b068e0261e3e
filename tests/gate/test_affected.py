"""Judging a change at its own cost gives what judging the whole graph gives."""

import re

import pytest
from hypothesis import HealthCheck, assume, given, note, settings
from hypothesis import strategies as st
from pyshacl.errors import ReportableRuntimeError
from rdflib import RDF, RDFS, SH, XSD, BNode, Graph, Literal, Namespace, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from rembug import gate
from rembug.gate import affected
from rembug.gate.reads import TARGETS as TARGETED
from rembug.gate.reads import Reading, derive
from rembug.gate.steps import Underivable
from rembug.gate.validation import validate, validate_nodes
from rembug.graph import Remembering, Whole

E = Namespace("http://e/")
NODES = [E.a, E.b, E.c, BNode("x")]
CLASSES = [E.C, E.D]
PREDICATES = [E.p, E.q, E.r]
LITERALS = [Literal(1), Literal("w", lang="en"), Literal("v", lang="en")]

QUERIES = """
$this ?p ?x . ?x ?q ?y
$this ?p ?value FILTER NOT EXISTS { ?value ?q ?y }
$this ?p ?value FILTER EXISTS { ?z ?q ?value }
?value ?p+ $this . ?value ?q* ?z . ?z ?r 1
$this ?p ?x OPTIONAL { ?x ?q ?y } FILTER(!BOUND(?y))
$this ?p ?x OPTIONAL { ?x ?q ?y OPTIONAL { ?y ?r ?value } }
{ $this ?p ?value } UNION { $this ?q/?r ?value }
{ $this ?p ?x } UNION { ?x ?q $this } ?x ?r ?value
$this ?path ?value . ?path ?p ?x
$this ?p|^?q ?value . ?value a ?k FILTER(?k IN (<http://e/C>))
$this ?p ?x . ?o ?p ?x FILTER(?o != $this) FILTER NOT EXISTS { ?o ?q ?w . ?w ?r ?u }
$this ?p ?x BIND(EXISTS { ?x ?q ?y } AS ?b) FILTER(!?b)
$this ?p/(?q|!?r) ?value
$this ?p ?x FILTER NOT EXISTS { { ?x ?q ?y } UNION { ?y ?r ?x } }
$this ?p ?x FILTER NOT EXISTS { ?x ?q ?y FILTER NOT EXISTS { ?y ?r ?x } }
{ SELECT $this (COUNT(?x) AS ?n) WHERE { $this ?p ?x . ?x ?q ?z } GROUP BY $this } FILTER(?n > 1)
""".strip().splitlines()
TARGETS = """
?this ?p ?x . ?x ?q ?y
?this ?p ?x FILTER NOT EXISTS { ?this ?q ?y }
?this ?path ?v . ?path ?p ?x
{ ?this ?p ?x } UNION { ?x ?q ?this }
""".strip().splitlines()
KINDS = ["class", "nodeKind", "hasValue", "in", "other", "sparql", "closed"]
OF_PROPERTIES = ["count", "datatype", "unique"]
AIMS = ["of node", "of class", "of subjects", "of objects", "of query"]
OF_OTHERS = ["property", "node", "not", "list", "qualified"]


def paths(shapes: Graph) -> st.SearchStrategy[Node]:
    def joined(parts: list[Node], kind: URIRef | None) -> Node:
        node = BNode()
        if kind is None:
            Collection(shapes, node, parts)
        elif kind == SH.alternativePath:
            members = BNode()
            Collection(shapes, members, parts)
            shapes.add((node, kind, members))
        else:
            shapes.add((node, kind, parts[0]))
        return node

    kinds = (None, SH.alternativePath, SH.inversePath, SH.zeroOrMorePath, SH.oneOrMorePath)
    return st.recursive(
        st.sampled_from(PREDICATES),
        lambda inner: st.builds(
            joined,
            st.lists(inner, min_size=2, max_size=2),
            st.sampled_from([*kinds, SH.zeroOrOnePath]),
        ),
        max_leaves=3,
    )


def select(draw: st.DrawFn, pattern: str, told: str) -> Literal:
    """A query whose ?p, ?q and ?r are predicates."""
    for name in "pqr":
        predicate = draw(st.sampled_from(PREDICATES))
        pattern = re.sub(rf"\?{name}(?!\w)", f"<{predicate}>", pattern)
    return Literal(f"SELECT {told} WHERE {{ {pattern} }}")


def constrain(
    draw: st.DrawFn, shapes: Graph, shape: Node, depth: int, sure: list[str] | None = None
) -> None:
    """Give a shape one to three constraints, the sure ones among them."""
    is_property = (shape, SH.path, None) in shapes
    kinds = [*KINDS, *(OF_PROPERTIES if is_property else []), *(OF_OTHERS if depth else [])]
    more = draw(st.lists(st.sampled_from(kinds), min_size=0 if sure else 1, max_size=2))
    for kind in dict.fromkeys([*(sure or []), *more]):
        match kind:
            case "class":
                shapes.add((shape, SH["class"], draw(st.sampled_from(CLASSES))))
            case "nodeKind":
                shapes.add((shape, SH.nodeKind, draw(st.sampled_from([SH.IRI, SH.BlankNode]))))
            case "hasValue":
                shapes.add((shape, SH.hasValue, draw(st.sampled_from([E.a, E.b, Literal(1)]))))
            case "in":
                members = BNode()
                nameless = draw(st.sampled_from([(), (BNode("x"),)]))
                Collection(shapes, members, [E.a, E.b, Literal(1), *nameless])
                shapes.add((shape, SH["in"], members))
            case "other":
                other = [SH.equals, SH.disjoint]
                other += [SH.lessThan, SH.lessThanOrEquals] if is_property else []
                predicate = draw(st.sampled_from(other))
                shapes.add((shape, predicate, draw(st.sampled_from(PREDICATES))))
            case "sparql":
                constraint = BNode()
                shapes.add((shape, SH.sparql, constraint))
                pattern = draw(st.sampled_from(QUERIES))
                shapes.add((constraint, SH.select, select(draw, pattern, "*")))
            case pattern if pattern in QUERIES:
                constraint = BNode()
                shapes.add((shape, SH.sparql, constraint))
                shapes.add((constraint, SH.select, select(draw, pattern, "*")))
            case "closed":
                shapes.add((shape, SH.closed, Literal(True)))
            case "count":
                limit = draw(st.sampled_from([SH.minCount, SH.maxCount]))
                shapes.add((shape, limit, Literal(draw(st.integers(0, 2)))))
            case "datatype":
                shapes.add((shape, SH.datatype, XSD.integer))
            case "unique":
                shapes.add((shape, SH.uniqueLang, Literal(True)))
            case "property":
                shapes.add((shape, SH.property, made(draw, shapes, depth - 1, True)))
            case "node" | "not":
                shapes.add((shape, SH[kind], made(draw, shapes, depth - 1, False)))
            case "list":
                members = BNode()
                parts = [made(draw, shapes, depth - 1, draw(st.booleans())) for _ in range(2)]
                Collection(shapes, members, parts)
                shapes.add((shape, SH[draw(st.sampled_from(["and", "or", "xone"]))], members))
            case "qualified":
                apart = draw(st.booleans())
                for _ in range(2):
                    part = BNode()
                    shapes.add((shape, SH.property, part))
                    shapes.add((part, SH.path, draw(st.sampled_from(PREDICATES))))
                    shapes.add((part, SH.qualifiedMinCount, Literal(1)))
                    within = made(draw, shapes, depth - 1, False)
                    shapes.add((part, SH.qualifiedValueShape, within))
                    if apart:
                        shapes.add((part, SH.qualifiedValueShapesDisjoint, Literal(True)))


def made(draw: st.DrawFn, shapes: Graph, depth: int, is_property: bool) -> Node:
    shape = BNode()
    shapes.add((shape, RDF.type, SH.PropertyShape if is_property else SH.NodeShape))
    if is_property:
        shapes.add((shape, SH.path, draw(paths(shapes))))
    constrain(draw, shapes, shape, depth)
    return shape


@st.composite
def shapes_graphs(draw: st.DrawFn, sure: str) -> Graph:
    """One or two shapes, the first with a constraint or target of a kind that is sure."""
    shapes = Graph()
    for number in range(draw(st.integers(1, 2))):
        shape = E[f"shape{number}"]
        is_property = sure in OF_PROPERTIES or draw(st.booleans())
        shapes.add((shape, RDF.type, SH.PropertyShape if is_property else SH.NodeShape))
        if is_property:
            shapes.add((shape, SH.path, draw(paths(shapes))))
        if draw(st.integers(0, 3)) == 0:
            shapes.add((shape, SH.severity, SH.Warning))
        is_target = sure in (*AIMS, *TARGETS)
        constrain(draw, shapes, shape, 2, [] if number or is_target else [sure])
        more = draw(st.lists(st.sampled_from(AIMS), min_size=0 if is_target else 1, max_size=2))
        for kind in {*more, *([sure] if is_target else [])}:
            match kind:
                case "of node":
                    shapes.add((shape, SH.targetNode, draw(st.sampled_from(NODES[:3]))))
                case "of class":
                    shapes.add((shape, SH.targetClass, draw(st.sampled_from(CLASSES))))
                case "of subjects":
                    predicate = draw(st.sampled_from([*PREDICATES, RDF.type]))
                    shapes.add((shape, SH.targetSubjectsOf, predicate))
                case "of objects":
                    shapes.add((shape, SH.targetObjectsOf, draw(st.sampled_from(PREDICATES))))
                case "of query":
                    target = BNode()
                    shapes.add((shape, SH.target, target))
                    shapes.add((target, RDF.type, SH.SPARQLTarget))
                    pattern = draw(st.sampled_from(TARGETS))
                    shapes.add((target, SH.select, select(draw, pattern, "?this")))
                case pattern if pattern in TARGETS:
                    target = BNode()
                    shapes.add((shape, SH.target, target))
                    shapes.add((target, RDF.type, SH.SPARQLTarget))
                    shapes.add((target, SH.select, select(draw, pattern, "?this")))
    return shapes


TRIPLES = st.one_of(
    st.tuples(
        st.sampled_from(NODES), st.sampled_from(PREDICATES), st.sampled_from([*NODES, *LITERALS])
    ),
    st.tuples(st.sampled_from(NODES), st.just(RDF.type), st.sampled_from(CLASSES)),
    # a predicate is a node like any other
    st.tuples(st.sampled_from(PREDICATES), st.sampled_from(PREDICATES), st.sampled_from(NODES)),
)
HIERARCHY = st.sets(
    st.tuples(st.sampled_from(CLASSES), st.just(RDFS.subClassOf), st.sampled_from(CLASSES)),
    max_size=2,
)


FATES = ["stays", "stays", "goes", "comes"]


def results(report: Graph) -> set[tuple[str, ...]]:
    """What a report says, without the names of its own nodes."""
    about = (SH.focusNode, SH.value, SH.resultSeverity, SH.sourceConstraintComponent)
    told = (*about, SH.sourceShape, SH.sourceConstraint)
    return {
        tuple(
            "|".join(sorted(value.n3() for value in report.objects(result, part))) for part in told
        )
        for result in report.subjects(RDF.type, SH.ValidationResult)
    }


@pytest.mark.parametrize("sure", [*KINDS, *OF_PROPERTIES, *OF_OTHERS, *AIMS, *QUERIES, *TARGETS])
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(data=st.data())
def test_what_a_change_cannot_alter_stays_and_the_rest_is_judged_as_in_the_whole(
    sure: str, data: st.DataObject
) -> None:
    shapes = data.draw(shapes_graphs(sure))
    triples = data.draw(st.lists(st.tuples(TRIPLES, st.sampled_from(FATES)), max_size=16))
    hierarchy = data.draw(HIERARCHY)
    note(str(shapes.serialize()))
    readings = derive(shapes)
    fates = dict(triples) | dict.fromkeys(hierarchy, "stays")
    before, after, come = Graph(), Graph(), Graph()
    for triple, fate in fates.items():
        for graph, fated in ((before, "comes"), (after, "goes")):
            if fate != fated:
                graph.add(triple)
        if fate == "comes":
            come.add(triple)
    removed = Graph()
    for triple, fate in fates.items():
        if fate == "goes":
            removed.add(triple)
    note(f"before\n{before.serialize()}\nafter\n{after.serialize()}")
    try:
        expected = results(validate([after], shapes))
    except ReportableRuntimeError as error:  # pySHACL has no order for blank nodes
        assume("compare a BlankNode" not in str(error))
        raise
    edit = gate.Edit(Whole(before), removed, Whole(come))
    changed: dict[Reading, frozenset[Node]] = {}
    for pairs, _ in affected.concerned(readings, edit):
        assert not any(
            nodes & changed.get(reading, frozenset()) for reading, nodes in pairs.items()
        )
        for reading, nodes in pairs.items():
            changed[reading] = changed.get(reading, frozenset()) | nodes

    found = set()
    for pairs, part in affected.parts(changed, Remembering(edit.after)):
        found |= results(validate_nodes(part, shapes, pairs))
    left = {
        reading: nodes - changed.get(reading, frozenset())
        for reading, nodes in everything(readings, after).items()
    }
    try:
        found |= results(validate_nodes(before, shapes, left))
    except ReportableRuntimeError as error:
        assume("compare a BlankNode" not in str(error))
        raise
    assert found == expected


def everything(readings: tuple[Reading, ...], graph: Graph) -> dict[Reading, frozenset[Node]]:
    """Every shape with all that it is for."""
    reader = Remembering(Whole(graph))
    below = affected._Below(reader)
    named = {node for reading in readings for node in reading.target.nodes}
    nodes = {term for triple in graph for term in triple} | named
    return dict(affected._targeted(dict.fromkeys(readings, nodes), reader, below))


@pytest.mark.parametrize("pattern", ["*.ttl", "public/*.ttl"])
def test_what_the_shipped_shapes_read_is_known(pattern: str) -> None:
    shapes = gate.shapes(pattern)
    targeted = {shape for target in TARGETED for shape in shapes.subjects(target)}
    assert {reading.shape for reading in derive(shapes)} == targeted


@pytest.mark.parametrize(
    "constraint",
    [
        "sh:expression [ sh:path e:p ]",
        "sh:sparql [ sh:select 'SELECT $this { $this ?p ?x . ?y ?q ?z }' ]",
        "sh:sparql [ sh:select 'SELECT $this { { SELECT $this { $this ?p ?x } LIMIT 1 } }' ]",
        "sh:sparql [ sh:select 'SELECT $this { $this ?p ?x OPTIONAL { ?y ?q ?z } }' ]",
        "sh:sparql [ sh:select 'SELECT $this { GRAPH ?g { $this ?p ?x } }' ]",
        "sh:sparql [ sh:select 'SELECT $this { $this $PATH ?x }' ]",
        "sh:sparql [ sh:select 'SELECT nonsense' ]",
        "sh:node e:shape",
        "sh:target [ a e:Own ]",
    ],
)
def test_what_cannot_be_told_is_not_guessed(constraint: str) -> None:
    text = f"""@prefix sh: <{SH}> . @prefix e: <http://e/> .
        e:shape a sh:NodeShape ; sh:targetClass e:C ; {constraint} ."""
    with pytest.raises(Underivable):
        derive(Graph().parse(data=text, format="turtle"))


def test_a_qualified_shape_depends_on_those_that_are_disjoint_with_it() -> None:
    text = f"""@prefix sh: <{SH}> . @prefix e: <http://e/> .
        e:shape a sh:NodeShape ; sh:targetNode e:a ;
            sh:property [ sh:path e:p ; sh:qualifiedMinCount 1 ;
                sh:qualifiedValueShapesDisjoint true ; sh:qualifiedValueShape [ sh:class e:C ] ],
            [ sh:path e:r ; sh:qualifiedMinCount 0 ; sh:qualifiedValueShapesDisjoint true ;
                sh:qualifiedValueShape [ sh:property [ sh:path e:q ; sh:minCount 1 ] ] ] ."""
    shapes, before, added = Graph(), Graph(), Graph()
    shapes.parse(data=text, format="turtle")
    before.add((E.a, E.p, E.b))
    before.add((E.b, RDF.type, E.C))
    added.add((E.b, E.q, E.c))  # now e:b is of the other kind as well
    edit = gate.Edit(Whole(before), Graph(), Whole(added))
    found = [pairs for pairs, _ in affected.concerned(derive(shapes), edit) if pairs]
    assert [set(nodes) for pairs in found for nodes in pairs.values()] == [{E.a}]
