"""Reasoning: what follows by OWL 2 RL, what cannot be, and whether all is consistent (HermiT).

No library does the first at the cost of a change: owlrl works in memory on all there is, and its
faster peers lack property chains, which the ontology needs. The tests hold it against owlrl.
"""

from rembug.reasoning.closure import Rules, changed, is_named
from rembug.reasoning.contradictions import Contradiction, broken
from rembug.reasoning.hermit import Consistency, check
from rembug.reasoning.numbered import Closure, entail, entailed
from rembug.reasoning.prohibitions import FORBIDDING, FORBIDDING_KINDS, Prohibitions
from rembug.reasoning.rules import AXIOMS, KINDS, TERMS, derive, digest, terms_of

__all__ = [
    "AXIOMS",
    "FORBIDDING",
    "FORBIDDING_KINDS",
    "KINDS",
    "TERMS",
    "Closure",
    "Consistency",
    "Contradiction",
    "Prohibitions",
    "Rules",
    "broken",
    "changed",
    "check",
    "derive",
    "digest",
    "entail",
    "entailed",
    "is_named",
    "terms_of",
]
