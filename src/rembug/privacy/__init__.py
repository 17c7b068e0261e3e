"""What is public and what is restricted, by the ontology's rules and by informants' consent.

Held back are: properties that the ontology marks as such; evidence whose access level says so; and
evidence of an informant whose consent does not reach as far as the single passage; where it names
nobody who gave it, the consent of all who were interviewed decides. With a piece of
evidence go its selectors, with what refines them, its codings, and every statement that names it.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Final

from rdflib import BNode, Graph, URIRef
from rdflib.term import IdentifiedNode, Node

from rembug import terms
from rembug.errors import Forbidden, Words
from rembug.graph import (
    OBJECT,
    SUBJECT,
    UNNAMED,
    Change,
    Content,
    KnowledgeGraph,
    Reader,
    Role,
    Scope,
    Triple,
    batches,
    graph_of,
)
from rembug.terms import CG, OA

_CLOSED: Final = frozenset({terms.ACCESS.restricted, terms.ACCESS.withheld})
_NOT_SINGLY: Final = frozenset({terms.CONSENT["aggregate-only"], terms.CONSENT.withdrawn})

_FOLLOWED: Final = frozenset({CG.codingOf, CG.inSource, CG.givenBy, CG.interviewee})
_LEADING: Final = frozenset({CG.accessLevel, CG.consent, CG.selector, *_FOLLOWED})
_STEPS: Final = 4
_AT_ONCE: Final = 10_000  # triples

Silent = frozenset[str]
"""IRIs of informants whose passages are not public one by one."""


def silent(graph: KnowledgeGraph) -> Silent:
    """Whose consent in a graph does not reach as far as the single passage."""
    stored = graph.reader(Scope())
    return frozenset(str(who) for who, _, _ in stored.matching(OBJECT, _NOT_SINGLY, CG.consent))


def held_back(graph: KnowledgeGraph) -> frozenset[Node]:
    """The properties that the ontology of a store marks as restricted (`cg:accessRule`)."""
    ontology = graph.reader(Scope(only=frozenset({str(terms.ONTOLOGY_GRAPH)})))
    return frozenset(
        s for s, _, _ in ontology.matching(OBJECT, {terms.ACCESS.restricted}, CG.accessRule)
    )


def silent_in(statements: Graph) -> Silent:
    """The same of some statements; where several consents are stated the narrowest counts."""
    return frozenset(str(who) for c in _NOT_SINGLY for who in statements.subjects(CG.consent, c))


def closed(
    graph: KnowledgeGraph, parts: Sequence[Graph], known: Silent = frozenset()
) -> frozenset[Node]:
    """What is not public of what some statements name: by themselves, or by what a store holds.

    A piece of evidence is closed by its access level, by the consent of who gave it, or, where it
    has no level of its own, by that of its source; and with it its selectors and codings, whichever
    file says so: what is stored already of a source or an informant that the statements restrict
    is closed as well. It costs what the statements name and restrict, not what is stored.

    Args:
        graph: the store that they are to come into.
        parts: statements, as they come in together.
        known: informants whose passages are not public one by one.
    """
    stored = graph.reader(Scope(without=frozenset(map(str, terms.KEPT_BY_REMBUG))))
    there = Graph()
    for part in parts:
        for some in batches(part, _AT_ONCE):
            named: set[Node] = {
                t for s, _, o in some for t in (s, o) if isinstance(t, IdentifiedNode)
            }
            chain = _followed(stored, OBJECT, named, there)
            for triple in stored.matching(OBJECT, chain, CG.selector):
                there.add(triple)
            named |= set(there.subjects(CG.selector))
            for _ in range(_STEPS):  # from a coding to its evidence, source and informant
                found = [t for t in stored.matching(SUBJECT, named) if t[1] in _LEADING]
                named = {o for _, p, o in found if p in _FOLLOWED}
                for triple in found:
                    there.add(triple)
    narrowed = _narrowed(parts, _closed((*parts, there), known), known)
    for _ in range(_STEPS):  # from an informant or a source to evidence, and to its codings
        hanging = {t for p in _FOLLOWED for t in stored.matching(OBJECT, narrowed, p)}
        narrowed = {s for s, _, _ in hanging}
        for triple in (*hanging, *stored.matching(SUBJECT, narrowed)):
            if triple[1] in _LEADING:
                there.add(triple)
    nodes = _closed((*parts, there), known)
    selectors = {s for part in (*parts, there) for s in part.objects(None, CG.selector)}
    _followed(stored, SUBJECT, nodes & selectors, there)
    return frozenset(_closed((*parts, there), known))


def moving(graph: KnowledgeGraph, change: Change, closed: Collection[Node]) -> Change:
    """A change, with what is stored for everyone and must not stay so moved by it.

    Where something moves, the versions from before are forgotten: they have it in public.

    Args:
        graph: what is changed.
        change: its own contents are split already.
        closed: what is not public once the change is made.

    Raises:
        Forbidden: what would move is in a graph that has no restricted part; says which.
    """
    public = graph.reader(
        Scope(without=frozenset(map(str, terms.KEPT_BY_REMBUG)), restricted=False)
    )
    named = {*public.matching(SUBJECT, closed), *public.matching(OBJECT, closed)}
    if not named:
        return change
    whole, append, remove = dict(change.replace), dict(change.append), dict(change.remove)
    moved = False
    for iri in (graph.graphs(Role.PUBLIC) | {UNNAMED}) - terms.KEPT_BY_REMBUG:
        if iri in change.replace or iri in change.drop:
            continue
        held = graph.reader(Scope(only=frozenset({str(iri)}), restricted=False)).holding(named)
        if not held:
            continue
        moved = True
        going, restricted = Graph(), restricted_part(iri)
        for triple in held:
            going.add(triple)
        if any(isinstance(node, BNode) for triple in held for node in triple):
            # What blank nodes are in cannot be taken out one by one; the graph is written anew.
            there = graph.read([iri])
            going += _around_blanks(there, going)
            gone = remove.pop(iri, None)
            whole[iri] = there - going - (Graph() if gone is None else graph_of(gone))
        else:
            put(remove, iri, going)
        put(whole if restricted in whole else append, restricted, going)
    return replace(change, replace=whole, append=append, remove=remove, forget=moved)


def _around_blanks(statements: Graph, some: Graph) -> Graph:
    """What is said of the blank nodes that some statements name, and of those that it names."""
    found, seen = Graph(), set[Node]()
    more = {node for triple in some for node in triple if isinstance(node, BNode)}
    while more:
        seen |= more
        near = [t for node in more for t in statements.triples((node, None, None))]
        near += [t for node in more for t in statements.triples((None, None, node))]
        for triple in near:
            found.add(triple)
        more = {n for t in near for n in t if isinstance(n, BNode)} - seen
    return found


def restricted_part(iri: URIRef) -> URIRef:
    """The graph for what must not be public of a graph.

    Raises:
        Forbidden: it can have none, since it is not under `graph/`.
    """
    restricted = terms.restricted(iri)
    if not terms.is_restricted(restricted):
        where = f"the graph <{iri}>" if iri else "the unnamed graph"
        raise Forbidden(
            Words(
                f"{where} is public and would say what is restricted; state it in a graph of the "
                "study "
                f"to which it belongs (<{terms.GRAPH}STUDY/NAME>), or take it away there first",
                f"{where} terbuka untuk umum dan akan memuat yang dibatasi; nyatakan dalam graf "
                "studinya "
                f"(<{terms.GRAPH}STUDI/NAMA>), atau hapus dahulu di sana",
            )
        )
    return restricted


def put(contents: dict[URIRef, Content], iri: URIRef, more: Graph) -> None:
    """Add some statements to those of a graph in a part of a change."""
    there = contents.get(iri)
    contents[iri] = more if there is None else graph_of(there) + more


def _narrowed(parts: Sequence[Graph], closed: set[Node], known: Silent) -> set[Node]:
    """What some statements restrict: closed things that they say more of, and silent informants.

    With them go the interviews that they say silent informants gave.
    """
    said = {s for part in parts for s, p, _ in part if p in _LEADING}
    quiet = frozenset().union(*map(silent_in, parts)) if parts else frozenset()
    spoken = {
        i for part in parts for i, who in part[: CG.interviewee :] if str(who) in quiet | known
    }
    return (said & closed) | {s for s in said if str(s) in quiet} | spoken


def withhold(
    public: Graph,
    restricted: Graph,
    held_back: Collection[Node],
    known: Silent = frozenset(),
    elsewhere: frozenset[Node] = frozenset(),
) -> None:
    """Move what must not be public to the restricted part; takes what `withheld` does."""
    for triple in withheld(public, restricted, held_back, known, elsewhere):
        public.remove(triple)
        restricted.add(triple)


def withheld(
    public: Graph,
    restricted: Graph,
    held_back: Collection[Node],
    known: Silent = frozenset(),
    elsewhere: frozenset[Node] = frozenset(),
) -> list[Triple]:
    """What must not be public of what is meant for everyone.

    Args:
        public: triples meant for everyone.
        restricted: triples meant for researchers.
        held_back: properties that are restricted whatever they say (`held_back`).
        known: informants who are silent by what is said elsewhere.
        elsewhere: what is closed by what is said elsewhere.
    """
    nodes = _closed((public, restricted), known)
    return [  # what is closed elsewhere may be much, and is not copied for each of many files
        t
        for t in public
        if t[1] in held_back
        or not (nodes.isdisjoint((t[0], t[2])) and elsewhere.isdisjoint((t[0], t[2])))
    ]


def _closed(parts: Sequence[Graph], known: Silent) -> set[Node]:
    """Evidence that is not public, with what hangs on it alone."""
    quiet = known.union(*map(silent_in, parts))
    levels = {e for part in parts for e in part.subjects(CG.accessLevel)}
    evidence: set[Node] = set()
    for part in parts:
        evidence |= {e for level in _CLOSED for e in part.subjects(CG.accessLevel, level)}
        evidence |= {e for e, who in part.subject_objects(CG.givenBy) if str(who) in quiet}
    sources = set(evidence)
    spoken = {i for part in parts for i, who in part[: CG.interviewee :] if str(who) in quiet}
    given = {e for part in parts for e in part.subjects(CG.givenBy)} if spoken else set()
    for part in parts:
        evidence |= {e for e, s in part[: CG.inSource :] if s in spoken and e not in given}
        evidence |= {
            e for e, s in part.subject_objects(CG.inSource) if s in sources and e not in levels
        }
    return evidence | dependents(parts, evidence)


def dependents(parts: Sequence[Graph], evidence: set[Node]) -> set[Node]:
    """The selectors and codings of some evidence, with what refines the selectors."""
    found = {s for part in parts for e in evidence for s in part.objects(e, CG.selector)}
    more = found
    while more:
        more = {o for part in parts for s in more for o in part.objects(s, OA.refinedBy)} - found
        found = found | more
    return found | {c for part in parts for e in evidence for c in part.subjects(CG.codingOf, e)}


def _followed(stored: Reader, place: int, nodes: set[Node], there: Graph) -> set[Node]:
    """Some selectors with those that refine them (from SUBJECT), or that they refine (OBJECT)."""
    found, more = set(nodes), nodes
    while more:
        steps = set(stored.matching(place, more, OA.refinedBy))
        for triple in steps:
            there.add(triple)
        more = {triple[OBJECT - place] for triple in steps} - found
        found |= more
    return found
