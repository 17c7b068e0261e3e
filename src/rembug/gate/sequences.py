"""RDF lists that are lists: one member and one rest for each of their nodes, and an end.

RDF itself lets them be anything (RDF 1.1 Semantics, Appendix D.3); whoever reads one expects this.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Final

from rdflib import RDF, Literal
from rdflib.term import Node

from rembug.gate.hierarchies import above, circling
from rembug.gate.report import Result
from rembug.gate.statements import result
from rembug.graph import OBJECT, PREDICATE, SUBJECT, Reader, Remembering, Triple
from rembug.sources import Place
from rembug.terms import SHAPES

LIST_PARTS: Final = (RDF.first, RDF.rest)
"""What the nodes of lists have."""


def broken_lists(
    statements: Iterable[Triple], facts: Reader, places: Mapping[Node, Place]
) -> Iterator[Result]:
    """Nodes of lists that have not one member and one rest each, or are behind themselves.

    Args:
        statements: those that come.
        facts: all there will be, those among them.
        places: where in its file each subject stands.
    """
    asked = {t[SUBJECT]: t for t in statements if t[PREDICATE] in LIST_PARTS}
    if not asked:
        return
    known = Remembering(facts)
    nodes = set(asked)
    nodes |= {
        t[OBJECT]
        for t in known.matching(SUBJECT, asked, RDF.rest)
        if t[OBJECT] != RDF.nil and not isinstance(t[OBJECT], Literal)
    }
    has = {part: _values(known, nodes, part) for part in LIST_PARTS}
    for node in sorted(nodes, key=str):
        counts = [len(has[part][node]) for part in LIST_PARTS]
        if counts != [1, 1]:
            said = asked.get(node) or next(iter(known.matching(OBJECT, [node], RDF.rest)))
            yield result(said, SHAPES.Lists, _counted(*counts), places)
        elif any(isinstance(rest, Literal) for rest in has[RDF.rest][node]):
            yield result(asked[node], SHAPES.Lists, _NO_END, places)
    round_ = circling(above(asked, RDF.rest, None, known))
    for node in sorted(round_.intersection(asked), key=str)[:1]:
        yield result(asked[node], SHAPES.Lists, _NO_END, places)


def torn_lists(
    parts: Iterable[Triple], facts: Reader, places: Mapping[Node, Place]
) -> Iterator[Result]:
    """Nodes of which something is left, or leads to them, when parts of their lists go.

    Args:
        parts: those that go (`LIST_PARTS`).
        facts: all there will be.
        places: where in its file each subject stands.
    """
    gone = {part[SUBJECT]: part for part in parts}
    if not gone:
        return
    has = {part: _values(facts, gone, part) for part in LIST_PARTS}
    led_to = {t[OBJECT] for t in facts.matching(OBJECT, gone, RDF.rest)}
    for node in sorted(gone, key=str):
        counts = [len(has[part][node]) for part in LIST_PARTS]
        if counts != [1, 1] and (any(counts) or node in led_to):
            yield result(gone[node], SHAPES.Lists, _left(*counts), places)


def _values(facts: Reader, nodes: Collection[Node], part: Node) -> Mapping[Node, set[Node]]:
    found: dict[Node, set[Node]] = {node: set() for node in nodes}
    for triple in facts.matching(SUBJECT, nodes, RDF.first if part == RDF.first else RDF.rest):
        found[triple[SUBJECT]].add(triple[OBJECT])
    return found


def _counted(firsts: int, rests: int) -> Mapping[str, str]:
    return {
        "en": f"A node of a list has one rdf:first and one rdf:rest, and this has {firsts} and "
        f"{rests}; write the list in brackets: ( … ).",
        "id": f"Simpul daftar memiliki satu rdf:first dan satu rdf:rest, sedangkan di sini ada "
        f"{firsts} dan {rests}; tulis daftarnya dalam kurung: ( … ).",
    }


def _left(firsts: int, rests: int) -> Mapping[str, str]:
    return {
        "en": f"Without this, a node that is left of its list has {firsts} rdf:first and {rests} "
        "rdf:rest, where each has one; take the whole list away, and what points to it, or write "
        "another in its place.",
        "id": f"Tanpa pernyataan ini, simpul yang tersisa dari daftarnya memiliki {firsts} "
        f"rdf:first dan {rests} rdf:rest, padahal masing-masing harus satu; hapus seluruh daftar "
        "beserta yang menunjuknya, atau tulis daftar lain sebagai gantinya.",
    }


_NO_END: Final[Mapping[str, str]] = {
    "en": "This list does not end in rdf:nil; write it in brackets: ( … ).",
    "id": "Daftar ini tidak berakhir pada rdf:nil; tulis dalam kurung: ( … ).",
}
