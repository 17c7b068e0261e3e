"""The gate: may this enter? SHACL over what the store would be, by pySHACL."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

import pyshacl
from rdflib import RDF, RDFS, SH, Graph, URIRef
from rdflib.term import Node

from rembug import settings
from rembug.errors import RembugError
from rembug.gate.affected import Edit, Pairs, concerned, parts
from rembug.gate.hierarchies import cycles
from rembug.gate.prepared import Prepared
from rembug.gate.reads import TARGETS, Reading, derive
from rembug.gate.report import Report, Result, Severity, read
from rembug.gate.statements import about_meaning, about_others, unconnected
from rembug.gate.steps import Underivable
from rembug.gate.texts import about_names, notes, put_right
from rembug.graph import Reader, Triple
from rembug.sources import Place
from rembug.terms import CG

__all__ = [
    "Edit",
    "Report",
    "Result",
    "Severity",
    "Underivable",
    "check",
    "check_edit",
    "check_statements",
    "digest",
    "notes",
    "prepare",
    "put_right",
    "shapes",
]

_EVERYWHERE: Final = "*.ttl"
_IN_PUBLIC: Final = "public/*.ttl"


def check(
    public: Graph,
    restricted: Graph,
    schema: Graph,
    places: Mapping[Node, Place] | None = None,
) -> Report:
    """Judge all that a store would hold.

    Args:
        public: all triples that everyone could read.
        restricted: all triples that only researchers could read.
        schema: the ontology with its schemes.
        places: where in its file each subject stands, as far as it comes from a file.

    Returns:
        The verdict: the shapes hold for everything together, and the shapes of `public/` for what
        is public alone. It conforms when no result is a violation (SHACL §3.6).

    Raises:
        RembugError: a shape itself is wrong.
    """
    whole = _validate([public, restricted, schema], everywhere := shapes(_EVERYWHERE))
    alone = _validate([public, schema], in_public := shapes(_IN_PUBLIC))
    places = places or {}
    return Report.of([*read(whole, everywhere, places), *read(alone, in_public, places)])


def check_edit(whole: Edit, public: Edit, places: Mapping[Node, Place] | None = None) -> Report:
    """Judge a change to a store that conforms, at the cost of the change.

    Only the focus nodes whose verdict it can alter are validated, each on the part of the graph
    that its shapes read; the violations are those of `check` on the whole store.

    Args:
        whole: the change to everything together, the ontology included.
        public: the change to what everyone can read, the ontology included.
        places: where in its file each subject stands, as far as it comes from a file.

    Raises:
        Underivable: what the change concerns cannot be told; the whole has to be checked.
        RembugError: a shape itself is wrong.
    """
    places = places or {}
    both = ((whole, shapes(_EVERYWHERE)), (public, shapes(_IN_PUBLIC)))
    return Report.of(
        result
        for edit, given in both
        for report in _judged(edit, given)
        for result in read(report, given, places)
    )


def check_statements(
    coming: Mapping[URIRef, Iterable[Triple]],
    ontology: Reader,
    facts: Reader,
    places: Mapping[Node, Place] | None = None,
) -> Report:
    """Judge who says what, graph by graph, whatever the shapes say.

    Args:
        coming: the statements that come into each graph of data.
        ontology: what the ontology says.
        facts: all there will be.
        places: where in its file each subject stands, as far as it comes from a file.
    """
    places = places or {}
    return Report.of(
        result
        for iri, statements in coming.items()
        for result in (
            *about_meaning(iri, statements, ontology, places),
            *about_others(iri, statements, facts, places),
            *unconnected(iri, statements, facts, places),
            *about_names(statements, places),
            *cycles(statements, facts, places),
        )
    )


def prepare() -> None:
    """Read, derive and translate all that the gate needs, and try it: it must refuse what is wrong.

    Raises:
        RembugError: it does not judge as it should.
    """
    wrong = Graph(store=Prepared())
    wrong.add((URIRef("urn:x-rembug:a-program-without-a-name"), RDF.type, CG.Program))
    for given in (shapes(_EVERYWHERE), shapes(_IN_PUBLIC)):
        _readings(given)
    if not list(_validate([wrong], shapes(_EVERYWHERE)).objects(None, SH.result)):
        raise RembugError("the gate lets in what it must refuse; nothing is written until it does")


def digest(schema_mark: str) -> str:
    """What a verdict holds for: the shapes, and the ontology as its mark says; in hexadecimal."""
    files = sorted(settings.shapes_dir().rglob("*.ttl"))
    return hashlib.sha256(
        b"\0".join([schema_mark.encode(), *(file.read_bytes() for file in files)])
    ).hexdigest()


def _judged(edit: Edit, given: Graph) -> Iterator[Graph]:
    """The reports on what an edit concerns, a part of the graph at a time."""
    if edit.classes:
        raise Underivable("the change says which class is below which, and that concerns all")
    for found, after in concerned(_readings(given), edit):
        for pairs, part in parts(found, after):
            yield _validate([part], _aimed(given, pairs))


@lru_cache(maxsize=8)
def _readings(given: Graph) -> tuple[Reading, ...]:
    return derive(given)


def _aimed(given: Graph, pairs: Pairs) -> Graph:
    """Shapes with some focus nodes for their targets, in place of those they had.

    What a node shape asks of properties is asked of its focus nodes by the property shapes
    themselves, which comes to the same (SHACL §2.1.2, §4.8.2): pySHACL asks a targeted shape once
    for all of its focus nodes, and one that another shape names once for each.
    """
    aimed = Graph()
    for triple in given:
        if triple[1] not in TARGETS and triple[1:] != (RDF.type, RDFS.Class):
            aimed.add(triple)
    for reading, nodes in pairs.items():
        shapes = [reading.shape]
        if _only_properties_apart(given, reading.shape):
            properties = list(given.objects(reading.shape, SH.property))
            aimed.remove((reading.shape, SH.property, None))
            shapes += properties
        for shape in shapes:
            for node in nodes:
                aimed.add((shape, SH.targetNode, node))
    return aimed


def _only_properties_apart(given: Graph, shape: Node) -> bool:
    """Whether the property shapes of a shape can be asked without it."""
    if (None, None, shape) in given:  # by another shape, for other nodes
        return False
    for looked_at in (SH.path, SH.closed, SH.deactivated):  # closed: it counts their paths
        if (shape, looked_at, None) in given:
            return False
    properties = given.objects(shape, SH.property)
    return not any((p, SH.qualifiedValueShapesDisjoint, None) in given for p in properties)


@cache
def shapes(pattern: str) -> Graph:
    """The shipped shapes whose files match a pattern, parsed once."""
    graph = Graph()
    for file in sorted(settings.shapes_dir().glob(pattern)):
        graph.parse(Path(file), format="turtle")
    return graph


def _validate(graphs: list[Graph], shapes: Graph) -> Graph:
    together = graphs[0]
    if len(graphs) > 1:
        together = Graph(store=Prepared())
        for graph in graphs:
            together += graph
    _, report, text = pyshacl.validate(
        together,
        shacl_graph=shapes,
        advanced=True,
        inference="none",
        allow_warnings=True,
        inplace=True,  # it is ours alone, and a copy would have another store
    )
    if not isinstance(report, Graph):
        raise RembugError(f"a shape is wrong: {text}")
    return report
