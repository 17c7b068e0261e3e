"""The gate: may this enter? SHACL over what the store would be, by pySHACL.

Where much is judged at once, nodes that have nothing against them are let through by a sieve.
"""

import hashlib
import logging
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from rdflib import RDF, SH, Graph, URIRef
from rdflib.term import Node

from rembug import settings
from rembug.errors import RembugError, Words
from rembug.gate.affected import Edit, Pairs, aimed_at, concerned, parts
from rembug.gate.founding import founded
from rembug.gate.hierarchies import cycles
from rembug.gate.prepared import Prepared
from rembug.gate.reads import Reading, derive
from rembug.gate.report import Report, Result, Severity, read
from rembug.gate.sequences import LIST_PARTS, broken_lists, torn_lists
from rembug.gate.sieve import Sieve, Suspects
from rembug.gate.statements import about_meaning, about_others, unconnected
from rembug.gate.steps import Underivable
from rembug.gate.texts import about_names, notes, put_right
from rembug.gate.validation import shapes, validate, validate_nodes
from rembug.gate.vocabulary import misplaced, unlike
from rembug.graph import Content, Reader, Triple, Whole, n_triples, passing_folder, within_time
from rembug.sources import Place
from rembug.terms import CG, is_of_a_study

__all__ = [
    "LIST_PARTS",
    "Edit",
    "Report",
    "Result",
    "Severity",
    "Statements",
    "Underivable",
    "about_names",
    "altered",
    "check",
    "check_all",
    "check_edit",
    "check_schema",
    "check_statements",
    "digest",
    "notes",
    "prepare",
    "put_right",
    "shapes",
    "suspects",
]

_EVERYWHERE: Final = "*.ttl"
_IN_PUBLIC: Final = "public/*.ttl"
_IN_THE_ONTOLOGY: Final = "ontology/*.ttl"
_PREPARING: Final = threading.Lock()
_WORTH_SIEVING: Final = 100  # nodes; fewer pySHACL judges as fast as they are written down
_logger: Final = logging.getLogger("rembug.gate")


@dataclass(frozen=True)
class Statements:
    """All that somebody may read.

    Attributes:
        parts: the triples; one may come more than once.
        graph: the same, to look triples up in.
    """

    parts: Iterable[Content]
    graph: Reader


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
    places = places or {}
    try:
        return check_all(_together(public, restricted, schema), _together(public, schema), places)
    except Underivable as reason:
        _logger.warning("all of it is judged by pySHACL: %s", reason)
    whole = validate([public, restricted, schema], everywhere := shapes(_EVERYWHERE))
    alone = validate([public, schema], in_public := shapes(_IN_PUBLIC))
    return Report.of([*read(whole, everywhere, places), *read(alone, in_public, places)])


def check_all(
    whole: Statements, public: Statements, places: Mapping[Node, Place] | None = None
) -> Report:
    """Judge all that a store would hold, most of it by the sieve.

    Args:
        whole: all statements, the ontology included.
        public: those that everyone could read, the ontology included.
        places: where in its file each subject stands, as far as it comes from a file.

    Raises:
        Underivable: the sieve cannot be used.
        RembugError: a shape itself is wrong.
    """
    both = ((whole, shapes(_EVERYWHERE)), (public, shapes(_IN_PUBLIC)))
    return Report.of(
        result
        for statements, given in both
        for report in _sieved(statements, given)
        for result in read(report, given, places or {})
    )


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
    torn: Iterable[Triple] = (),
) -> Report:
    """Judge who says what, graph by graph, whatever the shapes say.

    Args:
        coming: the statements that come into each graph of data.
        ontology: what the ontology says.
        facts: all there will be.
        places: where in its file each subject stands, as far as it comes from a file.
        torn: parts of lists (`LIST_PARTS`) that go from graphs of studies.
    """
    places = places or {}
    told = Report.of(
        result
        for iri, statements in coming.items()
        for result in (
            *about_meaning(iri, statements, ontology, places),
            *about_others(iri, statements, facts, places),
            *unconnected(iri, statements, facts, places),
            *about_names(statements, places),
            *founded(statements, facts, places),
            *cycles(statements, facts, places),
            *(_in_a_study(statements, ontology, facts, places) if is_of_a_study(iri) else ()),
        )
    )
    return told.also(torn_lists(torn, facts, places))


def _in_a_study(
    statements: Iterable[Triple], ontology: Reader, facts: Reader, places: Mapping[Node, Place]
) -> Iterator[Result]:
    """What studies write as it is meant, and others may write as they like."""
    yield from misplaced(statements, ontology, places)
    yield from unlike(statements, ontology, facts, places)
    yield from broken_lists(statements, facts, places)


def check_schema(
    schema: Graph, coming: Iterable[Triple], places: Mapping[Node, Place] | None = None
) -> Report:
    """Judge an ontology with its schemes, before any data.

    Args:
        schema: all of it.
        coming: those of its statements that are not known to hold.
        places: where in its file each subject stands, as far as it comes from a file.
    """
    nothing, places = Graph(), places or {}
    given = shapes(_IN_THE_ONTOLOGY)
    of_its_own = [
        result
        for report in _sieved(_together(schema), given)
        for result in read(report, given, places)
    ]
    circles = cycles(coming, Whole(schema), places)
    return Report.of([*check(nothing, nothing, schema, places).results, *of_its_own, *circles])


def suspects(contents: Sequence[Content]) -> frozenset[Node]:
    """The nodes of public statements that the gate may have something against, by the sieve.

    It has nothing against all others whose reading is whole in the statements.

    Raises:
        Underivable: the sieve cannot be used.
    """
    return _suspects(contents, _all_shapes()).all


def altered(whole: Edit, public: Edit) -> frozenset[Node]:
    """The nodes whose verdict a change can alter; takes what `check_edit` does.

    Raises:
        Underivable: that cannot be told.
    """
    both = ((whole, shapes(_EVERYWHERE)), (public, shapes(_IN_PUBLIC)))
    return frozenset().union(
        *(
            nodes
            for edit, given in both
            for pairs, _ in concerned(_readings(given), edit)
            for nodes in pairs.values()
        )
    )


def prepare() -> None:
    """Read, derive and translate all that the gate needs, and try it: it must refuse what is wrong.

    Raises:
        RembugError: it does not judge as it should.
    """
    wrong = Graph(store=Prepared())
    wrong.add((URIRef("urn:x-rembug:a-program-without-a-name"), RDF.type, CG.Program))
    with _PREPARING:
        for given in (shapes(_EVERYWHERE), shapes(_IN_PUBLIC)):
            _readings(given)
        sieved = check(wrong, Graph(), Graph()).conforms
        whole = list(validate([wrong], shapes(_EVERYWHERE)).objects(None, SH.result))
    if sieved or not whole:
        raise RembugError(
            Words(
                "the gate lets in what it must refuse; nothing is written until it does",
                "pemeriksaan meloloskan yang harus ditolak; tidak ada yang ditulis sampai itu "
                "diperbaiki",
            )
        )


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
            within_time()
            left, by_queries = _left(pairs, part, given)
            if left:
                yield validate_nodes(part, given, left, by_queries)


def _left(pairs: Pairs, part: Graph, given: Graph) -> tuple[Pairs, frozenset[Node] | None]:
    """What is left to be judged of a part of a graph, if it is worth asking the sieve.

    With it the nodes that queries are against; None if the sieve was not asked.
    """
    if len(set().union(*pairs.values())) < _WORTH_SIEVING:
        return pairs, None
    try:
        suspects = _suspects([part], given)
    except Underivable as reason:
        _logger.warning("pySHACL judges all of it: %s", reason)
        return pairs, None
    left = {reading: both for reading, nodes in pairs.items() if (both := nodes & suspects.all)}
    return left, suspects.by_queries


def _sieved(statements: Statements, given: Graph) -> Iterator[Graph]:
    """The reports on those of all statements' subjects that the sieve keeps."""
    suspects = _suspects(statements.parts, given)
    for found, graph in aimed_at(_readings(given), suspects.all, statements.graph):
        for pairs, part in parts(found, graph):
            within_time()
            yield validate_nodes(part, given, pairs, suspects.by_queries)


def _suspects(contents: Iterable[Content], given: Graph) -> Suspects:
    sieve = _sieve(given)
    with passing_folder() as folder:
        file = Path(folder) / "statements.nt"
        with file.open("w", encoding="utf-8") as stream:
            for content in contents:
                stream.write(n_triples(content))
        return sieve.suspects(file)


@lru_cache(maxsize=8)
def _readings(given: Graph) -> tuple[Reading, ...]:
    return derive(given)


@lru_cache(maxsize=8)
def _sieve(given: Graph) -> Sieve:
    return Sieve(given, _readings(given))


def _together(*graphs: Graph) -> Statements:
    return Statements(graphs, Whole(*graphs))


@cache
def _all_shapes() -> Graph:
    """What holds for public statements: the shapes for everything, and those for what is public."""
    return shapes(_EVERYWHERE) + shapes(_IN_PUBLIC)
