"""What a study may name of another: what everybody reads of it.

Were a restricted passage, actor or finding of another study stored or judged otherwise than one
that does not exist, a curator of one study could find out which there are in another. So neither is
taken, whatever is said of it.
"""

from collections.abc import Collection, Iterable
from typing import Final

from rdflib import Graph, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.errors import Forbidden, Words
from rembug.graph import SUBJECT, KnowledgeGraph, Role, Scope

_SAID: Final = frozenset(
    (
        *("evidence", "selector", "coding", "interview", "observation", "document", "text"),
        *("paragraph", "informant", "node"),
    )
)
"""Kinds of things, in their IRIs, that tell what was said to the researchers and by whom: of those
of a study that does not exist, too, nothing is told."""


def require_open(graph: KnowledgeGraph, parts: Iterable[tuple[URIRef, Graph]]) -> None:
    """Refuse what a study's graph says of things of another study that not everybody reads.

    Args:
        graph: what is changed.
        parts: what comes into the graphs of studies, or into their restricted parts, by graph.

    Raises:
        Forbidden: a thing is named of which its own study makes nothing public, whether there is
            one or not.
    """
    coming = [(iri, study, part) for iri, part in parts if (study := terms.submission_of(iri))]
    studies = {terms.submission_of(iri) for iri in graph.graphs(Role.ADMIN)}
    studies |= {study for _, study, _ in coming}
    named: dict[Node, str] = {}
    for _, study, part in coming:
        for subject, _, value in part:
            for node in (subject, value):
                if isinstance(node, URIRef) and _is_of_another(node, study, studies):
                    named[node] = study
    if not named:
        return
    told = {s for s, _, _ in graph.reader(Scope(restricted=False)).matching(SUBJECT, named.keys())}
    for iri, study, part in coming:
        if not terms.is_restricted(iri):
            told |= {s for s in named if _tells(study, s, studies) and (s, None, None) in part}
    for node, study in named.items():
        if node not in told:
            short, other = terms.short(str(node)), terms.study_of(str(node))
            raise Forbidden(
                Words(
                    f"“{study}” names {short}, of which the study “{other}” makes nothing public; "
                    "point to what everybody may read, such as a finding",
                    f"“{study}” menyebut {short}, yang tidak dibuka untuk umum oleh studi "
                    f"“{other}”; tunjuk sesuatu yang boleh dibaca semua orang, misalnya temuan",
                )
            )


def _is_of_another(node: URIRef, study: str, studies: Collection[str | None]) -> bool:
    owner = terms.study_of(node)
    if owner is None or owner == study:
        return False
    return owner in studies or terms.kind_of(node) in _SAID


def _tells(study: str, node: Node, studies: Collection[str | None]) -> bool:
    """Whether a study's graph says of a thing that it is there: that of its own study, if any."""
    owner = terms.study_of(str(node))
    return owner == study or owner not in studies
