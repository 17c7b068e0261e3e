"""Several people's decisions on the same proposals: what they agree on, and how far they agree."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from rembug.linking.review import Decision


@dataclass(frozen=True)
class Joint:
    """What several reviewers decided together.

    Attributes:
        decisions: those on which all who decided agree, with who they are.
        disputed: the others, each with what every reviewer decided; they stay open.
        shared: how many pairs two or more decided on.
        alpha: how far they agree on those (Krippendorff's, nominal); None where all of them decided
            the same every time, or no pair is shared, since chance says nothing then.
    """

    decisions: Sequence[Decision]
    disputed: Sequence[Mapping[str, Decision]]
    shared: int
    alpha: float | None


def together(reviews: Mapping[str, Sequence[Decision]]) -> Joint:
    """Join the decisions of several reviewers.

    A pair that one accepts and another rejects is disputed, and so is a record that different
    reviewers accept as exactly different things. Where they accept a pair as more and less alike,
    the less certain relation holds.

    Args:
        reviews: the decisions by the name of who made them.
    """
    by_pair: dict[tuple[str, str], dict[str, Decision]] = defaultdict(dict)
    for reviewer, decisions in reviews.items():
        for decision in decisions:
            proposal = decision.proposal
            by_pair[proposal.row.key, proposal.thing][reviewer] = decision
    exact: dict[str, set[str]] = defaultdict(set)
    for (key, thing), made in by_pair.items():
        if any(one.accepted and one.proposal.relation == "exactMatch" for one in made.values()):
            exact[key].add(thing)
    agreed: list[Decision] = []
    disputed: list[Mapping[str, Decision]] = []
    for (key, thing), made in sorted(by_pair.items()):
        found = list(made.values())
        twice = found[0].accepted and thing in exact[key] and len(exact[key]) > 1
        if twice or len({one.accepted for one in found}) > 1:
            disputed.append(made)
            continue
        least = min(found, key=lambda one: one.proposal.relation)  # closeMatch before exactMatch
        agreed.append(replace(least, reviewers=tuple(sorted(made))))
    shared = {pair: made for pair, made in by_pair.items() if len(made) > 1}
    return Joint(agreed, disputed, len(shared), _alpha(shared))


def _alpha(shared: Mapping[tuple[str, str], Mapping[str, Decision]]) -> float | None:
    from nltk.metrics.agreement import AnnotationTask  # slow to load, and rarely needed

    said = [
        (reviewer, pair, decision.accepted)
        for pair, made in shared.items()
        for reviewer, decision in made.items()
    ]
    if len({accepted for _, _, accepted in said}) < 2:
        return None
    return float(AnnotationTask(data=said).alpha())
