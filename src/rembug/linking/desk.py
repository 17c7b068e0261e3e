"""What reviewers decided on pages and nobody has published yet: a table for each of them."""

import fcntl
import os
import tempfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rembug import terms
from rembug.errors import BadParameter, Words
from rembug.linking.model import Proposal
from rembug.linking.review import Decision, read_proposals, read_review, write_decisions

Pair = tuple[str, str]
"""A record's key and the IRI of a thing."""


@dataclass(frozen=True)
class Review:
    """What one reviewer made of the proposals for a dataset.

    Attributes:
        decisions: what they accepted and rejected.
        unsure: those of which they are not sure.
    """

    decisions: Sequence[Decision] = ()
    unsure: Sequence[Proposal] = ()

    @property
    def words(self) -> Mapping[Pair, str]:
        """What they made of each pair that they have looked at: accept, reject or unsure."""
        said = [(d.proposal, "accept" if d.accepted else "reject") for d in self.decisions]
        said += [(p, "unsure") for p in self.unsure]
        return {(p.row.key, p.thing): word for p, word in said}


class Desk:
    """A folder with a folder for each dataset, in it a table for each reviewer, called by them."""

    def __init__(self, folder: Path) -> None:
        """Keep tables in a folder, which need not be there yet."""
        self._folder = folder

    def reviews(
        self,
        dataset: str,
        but: Collection[Pair] = (),
        stands: Callable[[Proposal], bool] = lambda _: True,
    ) -> Mapping[str, Review]:
        """What reviewers decided, by their names.

        Args:
            dataset: its slug.
            but: pairs that are decided for good.
            stands: whether a proposal's record still is what it was.
        """
        found = {}
        for file in sorted((self._folder / dataset).glob("*.csv")):
            review = _standing(_without(_read(file), but), stands)
            if review.words:
                found[file.stem] = review
        return found

    def keep(
        self,
        dataset: str,
        reviewer: str,
        more: Review,
        stands: Callable[[Proposal], bool] = lambda _: True,
    ) -> None:
        """Add what somebody decided to what they decided before; the last word on a pair counts.

        The table is there whole as it was or whole as it is now, whoever else writes it, and is
        without what does not stand any more.

        Raises:
            BadParameter: one record is accepted as exactly two things; nothing is kept.
        """
        name = terms.slug(reviewer) or "reviewer"
        file = self._folder / dataset / f"{name}.csv"
        with self._turn(file.parent):
            before = _without(_read(file) if file.is_file() else Review(), more.words)
            before = _standing(before, stands)
            decisions = [*before.decisions, *more.decisions]
            _require_one_each(decisions)
            handle, aside = tempfile.mkstemp(dir=file.parent, suffix=".part")
            with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
                write_decisions(decisions, stream, [*before.unsure, *more.unsure])
            Path(aside).replace(file)

    @contextmanager
    def _turn(self, folder: Path) -> Iterator[None]:
        """One at a time, of threads and of processes: what is read is not written over."""
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with (folder / ".lock").open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def _read(file: Path) -> Review:
    decisions = read_review(file)
    decided = {(d.proposal.row.key, d.proposal.thing) for d in decisions}
    others = {pair: p for pair, p in read_proposals(file).items() if pair not in decided}
    return Review(decisions, tuple(others.values()))


def _standing(review: Review, stands: Callable[[Proposal], bool]) -> Review:
    return Review(
        tuple(d for d in review.decisions if stands(d.proposal)),
        tuple(p for p in review.unsure if stands(p)),
    )


def _require_one_each(decisions: Sequence[Decision]) -> None:
    exact: dict[str, str] = {}
    for decision in decisions:
        p = decision.proposal
        if not decision.accepted or p.relation != "exactMatch":
            continue
        if exact.setdefault(p.row.key, p.thing) != p.thing:
            raise BadParameter(
                Words(
                    f"the record {p.row.key} ({p.row.name}) is accepted as exactly two things; "
                    "reject one of them",
                    f"baris {p.row.key} ({p.row.name}) diterima sebagai dua hal yang persis sama; "
                    "tolak salah satunya",
                )
            )


def _without(review: Review, pairs: Collection[Pair]) -> Review:
    return Review(
        tuple(d for d in review.decisions if (d.proposal.row.key, d.proposal.thing) not in pairs),
        tuple(p for p in review.unsure if (p.row.key, p.thing) not in pairs),
    )
