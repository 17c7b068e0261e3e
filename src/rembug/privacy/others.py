"""What a study may name of what was said to another: the passages that everybody reads.

Were a restricted passage of another study stored or judged otherwise than one that does not exist,
a curator of one study could find out which there are in another. So neither is taken.
"""

from collections.abc import Iterable
from typing import Final

from rdflib import Graph, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.errors import Forbidden, Words
from rembug.graph import SUBJECT, KnowledgeGraph, Scope

_SAID: Final = frozenset(
    (
        *("evidence", "selector", "coding", "interview", "observation", "document", "text"),
        *("paragraph", "informant", "node"),
    )
)
"""Kinds of things, in their IRIs, that tell what was said to the researchers and by whom."""


def require_open(
    graph: KnowledgeGraph, parts: Iterable[tuple[URIRef, Graph]], coming: Iterable[Graph]
) -> None:
    """Refuse what a study's graph says of passages of another study that not everybody reads.

    Args:
        graph: what is changed.
        parts: what comes into the graphs of studies, or into their restricted parts, by graph.
        coming: what comes that everybody will read.

    Raises:
        Forbidden: a passage is named of which nothing is public, whether there is one or not.
    """
    named: dict[Node, str] = {}
    for iri, part in parts:
        if (study := terms.submission_of(iri)) is not None:
            named |= {o: study for o in part.objects() if _is_of_another(o, study)}
    if not named:
        return
    told = {s for part in coming for s in named if (s, None, None) in part}
    told |= {s for s, _, _ in graph.reader(Scope(restricted=False)).matching(SUBJECT, named.keys())}
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


def _is_of_another(node: Node, study: str) -> bool:
    if not isinstance(node, URIRef) or terms.kind_of(node) not in _SAID:
        return False
    return terms.study_of(node) != study
