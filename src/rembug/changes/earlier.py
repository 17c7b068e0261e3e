"""What earlier versions go on to tell of what the public is no longer to read.

A version that is kept answers `?version=N` as it did. So before something of informants is taken
back, or a consent or level is narrowed, whoever does it says whether the versions from before are
forgotten.
"""

from dataclasses import replace
from typing import Final, Literal

from rdflib import URIRef

from rembug import terms
from rembug.errors import EarlierVersions
from rembug.graph import PREDICATE, Change, KnowledgeGraph, Scope, Triple, graph_of
from rembug.terms import CG

Earlier = Literal["forget", "keep", "ask"]
"""What becomes of the versions before; “ask” refuses where that has to be decided."""

CHOICES: Final[tuple[Earlier, ...]] = ("forget", "keep")
_OF_INFORMANTS: Final = (CG.givenBy, CG.interviewee, CG.pseudonym, CG.consent, CG.speaksFor)


def decided(
    graph: KnowledgeGraph, change: Change, earlier: Earlier | None, *, masked: bool = False
) -> Change:
    """A change that forgets the versions before it, or does not, as somebody decided.

    Args:
        graph: what is changed.
        change: it forgets if it narrows what the public reads.
        earlier: what was decided; None for what Rembug does by itself, which is to forget what is
            narrowed or masked and to keep what is taken back.
        masked: whether it masks what the public reads.

    Raises:
        EarlierVersions: it has to be decided, and is not.
    """
    narrowed, change = change.forget, replace(change, forget=change.forget or masked)
    matters = change.forget or takes(graph, change)
    if earlier is None or not matters or not graph.has_earlier:
        return change
    if earlier == "ask":
        raise EarlierVersions(narrowed=narrowed, masked=masked)
    return replace(change, forget=earlier == "forget")


def takes(graph: KnowledgeGraph, change: Change) -> bool:
    """Whether a change takes something of informants that the public reads out of its graph."""
    taken: set[Triple] = set()
    for iri in {*change.drop, *change.replace, *change.remove} - terms.KEPT_BY_REMBUG:
        if not terms.is_restricted(iri):
            told = _told(graph, iri)
            if iri in change.replace and told:
                told -= set(graph_of(change.replace[iri]))
            elif iri in change.remove and told:
                told &= set(graph_of(change.remove[iri]))
            taken |= told
    return bool(taken)


def _told(graph: KnowledgeGraph, iri: URIRef) -> set[Triple]:
    """What a graph says of informants."""
    found = graph.reader(Scope(only=frozenset({str(iri)})))
    return {t for p in _OF_INFORMANTS for t in found.matching(PREDICATE, [p])}
