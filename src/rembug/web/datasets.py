"""What the page of a dataset shows: its columns, and how far its rows are linked."""

from dataclasses import dataclass
from typing import Final

from rembug import terms
from rembug.graph import Role, Rows
from rembug.web.callers import caller
from rembug.web.context import LATE, page_part
from rembug.web.links import link
from rembug.web.pairs import proposed_rows
from rembug.web.responses import has_graph

_QUESTION: Final = "dataset-records"
_STATES: Final = ("linked", "set apart", "undecided")


@dataclass(frozen=True)
class Described:
    """A dataset as its page shows it.

    Attributes:
        columns: as `queries/pages/dataset-columns.rq` answers.
        rows: how many rows it has, and where they are listed; None where that came too late.
        states: the same of the rows of each state.
        desk: where its links are reviewed; empty for what was not brought in.
        proposed: how many rows have proposals that nobody decided on; None where that is not
            counted, for those who may not review or for very many rows.
    """

    columns: Rows
    rows: tuple[int, str] | None
    states: list[tuple[str, int, str]]
    desk: str
    proposed: int | None

    @property
    def late(self) -> list[Rows]:
        """The parts of which some may not have come in time."""
        return [self.columns, *([LATE] if self.rows is None else [])]


def described(iri: str) -> Described:
    """What there is to show of a dataset, as far as the caller may read."""
    counts = page_part("dataset-counts", dataset=iri)
    rows, linked, apart = (
        (int(str(row[name])) for row in counts for name in ("rows", "linked", "apart"))
        if counts.rows
        else (0, 0, 0)
    )
    numbers = dict(zip(_STATES, (linked, apart, rows - linked - apart), strict=True))
    slug = iri.rpartition("/")[2]
    own = has_graph(str(terms.dataset_graph(slug))) and iri == str(terms.dataset(slug))
    counted = own and caller().role >= Role.RESEARCHER

    def listed(**given: str) -> str:
        return link(f"/queries/{_QUESTION}", dataset=iri, **given)

    return Described(
        _own(page_part("dataset-columns", dataset=iri), slug),
        None if counts.late else (rows, listed()),
        [(state, numbers[state], listed(state=state)) for state in _STATES],
        link(f"/links/review/{slug}") if own else "",
        proposed_rows(slug) if counted else None,
    )


def _own(columns: Rows, slug: str) -> Rows:
    """The columns of its table, if it came in without a mapping: all else was made of them."""
    begin = str(terms.thing(slug, "column", ""))
    own = [row for row in columns if str(row["column"]).startswith(begin)]
    return Rows(columns.variables, own or columns.rows, columns.late)
