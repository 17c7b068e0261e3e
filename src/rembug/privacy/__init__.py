"""What is public and what is restricted, by the ontology's rules and by informants' consent.

Held back are: properties that the ontology marks as such; evidence whose access level says so; and
evidence of an informant whose consent does not reach as far as the single passage. With a piece of
evidence go its selectors and codings, and every statement that names it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from rdflib import RDF, Graph
from rdflib.term import Node

from rembug import settings, terms
from rembug.catalogue import read
from rembug.graph import SUBJECT, KnowledgeGraph, Role, Scope, batches
from rembug.terms import CG

_CONSENTS: Final = read(settings.queries_dir() / "store" / "consents.rq")
_CLOSED: Final = frozenset({terms.ACCESS.restricted, terms.ACCESS.withheld})
_NOT_SINGLY: Final = frozenset({terms.CONSENT["aggregate-only"], terms.CONSENT.withdrawn})

_FOLLOWED: Final = frozenset({CG.codingOf, CG.inSource, CG.givenBy})
_LEADING: Final = frozenset({CG.accessLevel, CG.consent, CG.selector, *_FOLLOWED})
_STEPS: Final = 3
_AT_ONCE: Final = 10_000  # triples

Silent = frozenset[str]
"""IRIs of informants whose passages are not public one by one."""


def silent(graph: KnowledgeGraph) -> Silent:
    """Whose consent in a graph does not reach as far as the single passage."""
    rows = graph.rows(_CONSENTS.text, Role.ADMIN)
    return frozenset(
        row["informant"].value for row in rows if row["consent"].value in map(str, _NOT_SINGLY)
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
    file says so. It costs what the statements name, not what is stored.

    Args:
        graph: the store that they are to come into.
        parts: statements, as they come in together.
        known: informants whose passages are not public one by one.
    """
    stored = graph.reader(Scope(without=frozenset(map(str, terms.KEPT_BY_REMBUG))))
    there = Graph()
    for part in parts:
        for some in batches(part, _AT_ONCE):
            named = {t for s, _, o in some for t in (s, o) if str(t).startswith(terms.ID)}
            for _ in range(_STEPS):  # from a coding to its evidence, and from that to its source
                found = [t for t in stored.matching(SUBJECT, named) if t[1] in _LEADING]
                named = {o for _, p, o in found if p in _FOLLOWED}
                for triple in found:
                    there.add(triple)
    return frozenset(_closed((*parts, there), known))


def withhold(
    public: Graph,
    restricted: Graph,
    schema: Graph,
    known: Silent = frozenset(),
    elsewhere: frozenset[Node] = frozenset(),
) -> None:
    """Move what must not be public to the restricted part.

    Args:
        public: triples meant for everyone.
        restricted: triples meant for researchers.
        schema: the ontology; a property with `cg:accessRule access:restricted` is restricted.
        known: informants who are silent by what is said elsewhere.
        elsewhere: what is closed by what is said elsewhere.
    """
    held_back = set(schema.subjects(CG.accessRule, terms.ACCESS.restricted))
    nodes = _closed((public, restricted), known) | elsewhere
    moved = [t for t in public if t[1] in held_back or t[0] in nodes or t[2] in nodes]
    for triple in moved:
        public.remove(triple)
        restricted.add(triple)


def _closed(parts: Sequence[Graph], known: Silent) -> set[Node]:
    """Evidence that is not public, with what hangs on it alone."""
    quiet = known.union(*map(silent_in, parts))
    levels = {e for part in parts for e in part.subjects(CG.accessLevel)}
    evidence: set[Node] = set()
    for part in parts:
        evidence |= {e for level in _CLOSED for e in part.subjects(CG.accessLevel, level)}
        evidence |= {e for e, who in part.subject_objects(CG.givenBy) if str(who) in quiet}
    sources = set(evidence)
    for part in parts:
        evidence |= {
            e for e, s in part.subject_objects(CG.inSource) if s in sources and e not in levels
        }
    return evidence.union(*(dependents(part, evidence) for part in parts))


def dependents(statements: Graph, evidence: set[Node]) -> set[Node]:
    """The selectors and codings of some evidence."""
    selectors = {s for e, s in statements.subject_objects(CG.selector) if e in evidence}
    return selectors | {c for c, e in statements.subject_objects(CG.codingOf) if e in evidence}


@dataclass(frozen=True)
class Withdrawal:
    """What goes when an informant withdraws.

    Attributes:
        things: everything that goes, the informant among them.
        evidence: how many passages.
        findings: how many findings that rested on those alone.
    """

    things: frozenset[Node]
    evidence: int
    findings: int


def withdrawn(statements: Graph, informant: Node) -> Withdrawal:
    """What goes when an informant withdraws: their words, and what rests on those alone.

    Args:
        statements: all that a store holds.
        informant: who withdraws.
    """
    interviews = set(statements.subjects(CG.interviewee, informant))
    evidence = set(statements.subjects(CG.givenBy, informant))
    evidence |= {e for i in interviews for e in statements.subjects(CG.inSource, i)}
    versions = {v for i in interviews for v in statements.objects(i, CG.hasVersion)}
    bearing = (CG.supports, CG.undermines, CG.qualifies)
    about = {f for e in evidence for p in bearing for f in statements.objects(e, p)}
    findings = {
        f for f in about if {e for p in bearing for e in statements.subjects(p, f)} <= evidence
    }
    findings -= set(statements.subjects(RDF.type, CG.Tie))
    gone = {informant} | interviews | versions | evidence | dependents(statements, evidence)
    return Withdrawal(frozenset(gone | findings), len(evidence), len(findings))
