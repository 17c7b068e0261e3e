"""Which nodes have nothing against them, told by engines that are far faster than pySHACL.

Most of what comes in conforms, and that is told soonest: shifty judges what SHACL Core says, and
the store's engine asks the queries of SPARQL-based constraints and targets of all nodes at once.
A node that either has anything against is a suspect, and what is wrong with it, if anything is, is
pySHACL's to say: no result of theirs is ever told. So it does no harm where they find too much, and
that they do not find too little is held by `tests/gate/test_sieve.py`, over random shapes and
graphs, and over the shipped shapes with data that violates each of them.

shifty is not given any SPARQL: its 0.5.1 loses the parentheses of arithmetic.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NamedTuple

import shifty
from rdflib import RDF, RDFS, SH, BNode, Graph, URIRef
from rdflib.term import Node

from rembug.gate.reads import Reading, queries
from rembug.gate.steps import Underivable
from rembug.graph import Scratch, n_triples, nodes_from_text, triples_to_text

_TOLD_TO_PEOPLE: Final = frozenset(
    {SH.message, SH.name, SH.description, SH.order, SH.group, SH.severity}
)
_OF_QUERIES: Final = frozenset(
    {SH.sparql, SH.select, SH.target, SH.prefixes, SH.declare, SH.prefix, SH.namespace}
)
# What shifty is held to judge as pySHACL does.
_PROVED: Final = frozenset(
    {
        *(SH.targetNode, SH.targetClass, SH.targetSubjectsOf, SH.targetObjectsOf),
        *(SH.path, SH.inversePath, SH.alternativePath, SH.zeroOrMorePath, SH.oneOrMorePath),
        *(SH.zeroOrOnePath, SH.property, SH.node, SH["class"], SH.datatype, SH.nodeKind),
        *(SH.minCount, SH.maxCount, SH.minInclusive, SH.maxInclusive, SH.pattern, SH.languageIn),
        *(SH.uniqueLang, SH["in"], SH.hasValue, SH.closed, SH.ignoredProperties),
        *(SH["not"], SH["or"], SH["and"], SH.xone, SH.qualifiedValueShape, SH.qualifiedMinCount),
    }
)
_AIMED_AT: Final = URIRef("urn:x-rembug:aimed-at/")
_SOME: Final = URIRef("urn:x-rembug:some")


class Suspects(NamedTuple):
    """The nodes that may have something against them.

    Attributes:
        all: whatever it is.
        by_queries: a query of a SPARQL-based constraint is against them.
    """

    all: frozenset[Node]
    by_queries: frozenset[Node]


class Sieve:
    """Shapes, made ready to tell who has nothing against them."""

    def __init__(self, given: Graph, readings: tuple[Reading, ...]) -> None:
        """Make shapes ready.

        Args:
            given: a shapes graph.
            readings: its shapes with targets.

        Raises:
            Underivable: they say something that the engines are not held to judge as pySHACL does.
        """
        used = {p for p in given.predicates() if str(p).startswith(str(SH))}
        if unproved := used - _TOLD_TO_PEOPLE - _OF_QUERIES - _PROVED:
            raise Underivable(f"shapes have {', '.join(sorted(map(str, unproved)))}")
        values = {value for items in given.objects(None, SH["in"]) for value in given.items(items)}
        if any(isinstance(v, BNode) for v in (*values, *given.objects(None, SH.hasValue))):
            # Whose label may be that of another in the data.
            raise Underivable("shapes ask for a node that has no name")
        if any(given.subjects(RDF.type, RDFS.Class)):
            raise Underivable("a shape is a class")
        if any((shape, SH.path, None) in given for shape in given.subjects(SH.closed)):
            raise Underivable("a property shape is closed")
        self._constraints = sorted(set(_constraints(given, readings)))
        core = Graph() + given
        for shape, query in [*given.subject_objects(SH.sparql), *given.subject_objects(SH.target)]:
            core.remove((shape, None, query))
            core.remove((query, None, None))
        self._targets: dict[URIRef, tuple[str, ...]] = {}
        for number, reading in enumerate(readings):
            if reading.target.queries:
                mark = URIRef(f"{_AIMED_AT}{number}")
                self._targets[mark] = reading.target.queries
                core.add((reading.shape, SH.targetObjectsOf, mark))
        self._core = shifty.PreparedValidator(n_triples(core).encode())
        if self._core.diagnostics:
            raise Underivable(f"shifty says of them: {self._core.diagnostics}")

    def suspects(self, file: Path) -> Suspects:
        """The nodes that pySHACL has to be asked about; of all others it has nothing to say.

        Of a part of a graph that holds for those nodes alone whose reading is whole in it.

        Args:
            file: a graph in N-Triples; what targets find is written at its end.

        Raises:
            Underivable: an engine could not judge it.
        """
        with Scratch.of(file) as board, ThreadPoolExecutor(1) as beside:
            with file.open("a", encoding="utf-8") as end:
                for mark, texts in self._targets.items():
                    aimed_at = set[Node]().union(*(board.column(text, "this") for text in texts))
                    end.write(triples_to_text((_SOME, mark, node) for node in aimed_at))
            found = beside.submit(self._found, file)
            asked = (board.column(text, "this") for text in self._constraints)
            by_queries = frozenset[Node]().union(*asked)
            return Suspects(found.result() | by_queries, by_queries)

    def _found(self, file: Path) -> frozenset[Node]:
        """The focus nodes that something of SHACL Core is against."""
        try:
            told = self._core.validate_algebra(
                file, graph_mode="data", infer=False, sort_results=False, on_unsupported="error"
            )
        except Exception as error:  # it may be anything, and pySHACL then judges all
            raise Underivable(f"shifty cannot judge it: {error}") from error
        if told.diagnostics:
            raise Underivable(f"shifty says of it: {told.diagnostics}")
        nodes = "".join(f"<{_SOME}> <{_SOME}> {v.focus_node} .\n" for v in told.violations)
        return frozenset(nodes_from_text(nodes))


def _constraints(given: Graph, readings: tuple[Reading, ...]) -> Iterator[str]:
    """The queries of SPARQL-based constraints, each of a shape whose focus nodes are known."""
    targeted = {reading.shape for reading in readings}
    for shape in given.subjects(SH.sparql):
        apart = shape in targeted and (shape, SH.path, None) not in given
        if not apart or (None, None, shape) in given:
            raise Underivable(f"{shape} has a query and is part of another shape, or has a path")
        yield from queries(given, shape)
