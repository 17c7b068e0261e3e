"""What goes when an informant withdraws consent: their words, and what rests on those alone."""

from dataclasses import dataclass
from typing import Final

from rdflib import DCTERMS, RDF, RDFS, SDO, SKOS, Graph
from rdflib.term import Node

from rembug.graph import Triple
from rembug.privacy import dependents
from rembug.terms import CG, OA

_BEARING: Final = (CG.supports, CG.undermines, CG.qualifies)

_NEEDED: Final = (CG.addresses, CG.cause, CG.effect, CG.linkSource, CG.linkTarget)
"""Properties that a thing must have by the shapes, and whose values may go."""

_ENDS: Final = (OA.hasTarget, OA.hasBody)
"""What a relation that researchers drew leads from and to."""

_REVIEWED: Final = frozenset({CG.agreeing, CG.disagreeing})
"""What a review rests on, which it goes on to name so that it is known to need another look."""

_TOLD: Final = (
    *(SKOS[note] for note in ("note", "scopeNote", "editorialNote", "changeNote", "historyNote")),
    *(RDFS.comment, DCTERMS.description, DCTERMS.abstract),
)
"""What somebody wrote of an interview or its text: of what all said in it."""


@dataclass(frozen=True)
class Withdrawal:
    """What goes when an informant withdraws.

    Attributes:
        things: everything that goes, the informant among them.
        words: statements that go besides, of things that stay.
        evidence: how many passages.
        findings: how many findings that rested on those alone.
        following: how many things that say nothing without what goes, as a recommendation that
            answered those findings alone.
        texts: of how many interviews with others too the text goes, in which the words of both
            stand.
    """

    things: frozenset[Node]
    words: frozenset[Triple]
    evidence: int
    findings: int
    following: int
    texts: int

    def without(self, statements: Graph) -> Graph:
        """What is left of some statements."""
        left = Graph()
        for triple in statements:
            ends = {triple[0]} if triple[1] in _REVIEWED else {triple[0], triple[2]}
            if not ends & self.things and triple not in self.words:
                left.add(triple)
        return left


def withdrawn(statements: Graph, informant: Node) -> Withdrawal:
    """What goes when an informant withdraws.

    Of an interview with others too, what they gave stays, and so the interview does; its text
    goes, and the words around what stays, since nobody can tell whose they are. What cannot stand
    without what goes, goes as well, so that the rest conforms to the shapes. Were a passage of
    several, which the gate does not take, it would go when one of them withdraws.

    Args:
        statements: all that a store holds; what is near the informant is asked for.
        informant: who withdraws.
    """
    interviews = set(statements.subjects(CG.interviewee, informant))
    evidence = set(statements.subjects(CG.givenBy, informant))
    joint: set[Node] = set()
    for interview in interviews:
        passages = set(statements.subjects(CG.inSource, interview))
        evidence = evidence | {p for p in passages if not any(statements.objects(p, CG.givenBy))}
        if passages - evidence or set(statements[interview : CG.interviewee]) - {informant}:
            joint.add(interview)  # it is another's as well
    versions = {v for i in interviews - joint for v in statements.objects(i, CG.hasVersion)}
    paragraphs = {p for v in versions for p in statements.objects(v, CG.hasParagraph)}
    about = {f for e in evidence for p in _BEARING for f in statements.objects(e, p)}
    findings = {
        f for f in about if {e for p in _BEARING for e in statements.subjects(p, f)} <= evidence
    }
    findings = {f for f in findings if (f, RDF.type, CG.Tie) not in statements}
    gone = {informant} | interviews - joint | versions | paragraphs | evidence
    gone |= dependents([statements], evidence)
    gone |= _places(statements, versions)
    gone |= _cases(statements, gone)
    gone |= {r for e in gone for p in _ENDS for r in statements.subjects(p, e)}
    following = _following(statements, gone | findings)
    texts = {v for i in joint for v in statements.objects(i, CG.hasVersion)}
    words = {t for v in texts for t in statements.triples((v, CG.content, None))}
    shared = joint | texts | {p for v in texts for p in statements.objects(v, CG.hasParagraph)}
    words |= {t for s in shared for p in _TOLD for t in statements.triples((s, p, None))}
    for selector in _places(statements, texts) | _selecting(statements, joint):
        for around in (OA.prefix, OA.suffix):
            words |= set(statements.triples((selector, around, None)))
    return Withdrawal(
        frozenset(gone | findings | following),
        frozenset(words),
        len(evidence),
        len(findings),
        len(following),
        len({t[0] for t in words if t[1] == CG.content}),
    )


def _cases(statements: Graph, gone: set[Node]) -> set[Node]:
    """The cases and sets that have nothing but what goes, with what they are described by.

    In coding tools a case is most often a person, called by the name that they have.
    """
    held = {c for m in gone for c in statements.subjects(SKOS.member, m)}
    cases = {c for c in held if set(statements[c : SKOS.member]) <= gone}
    return cases | {v for c in cases for v in statements.objects(c, SDO.additionalProperty)}


def _following(statements: Graph, gone: set[Node]) -> set[Node]:
    """What loses all values of a property that it must have, and what that does to others."""
    found = more = gone
    while more:
        naming = {(s, p) for o in more for p in _NEEDED for s in statements.subjects(p, o)}
        more = {s for s, p in naming if set(statements[s:p]) <= found} - found
        found = found | more
    return found - gone


def _places(statements: Graph, versions: set[Node]) -> set[Node]:
    """The selectors of places in some texts, with those that they refine and are refined by."""
    found = {s for v in versions for s in statements.subjects(CG.inVersion, v)}
    more = found
    while more:
        near = {o for s in more for o in statements.objects(s, OA.refinedBy)}
        near |= {o for s in more for o in statements.subjects(OA.refinedBy, s)}
        more = near - found
        found = found | more
    return found


def _selecting(statements: Graph, sources: set[Node]) -> set[Node]:
    """The selectors of the passages of some sources, with what refines them."""
    passages = {e for s in sources for e in statements.subjects(CG.inSource, s)}
    return dependents([statements], passages)
