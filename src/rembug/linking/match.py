"""Rows of another dataset's table against the actors and places of a study."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from rembug import settings, terms
from rembug.catalogue import read
from rembug.errors import BadParameter, Words
from rembug.graph import KnowledgeGraph
from rembug.linking.heads import in_full
from rembug.linking.levels import of_one_kind
from rembug.linking.model import Proposal, Row, Thing
from rembug.linking.tables import content

if TYPE_CHECKING:
    from rembug.linking.lookup import Lookup

_THINGS: Final = read(settings.queries_dir() / "links" / "things.rq")


@dataclass(frozen=True)
class Table:
    """What was read of a table.

    Attributes:
        rows: those that have a name.
        left_out: what is to be told of the others.
    """

    rows: tuple[Row, ...]
    left_out: tuple[Words, ...] = ()


def read_table(path: Path) -> Table:
    """Read the rows of a table, as `rembug.linking.tables` reads it; raises what that raises."""
    found = content(path)
    rows = []
    for one in found.records:
        told = {role: one.cells.get(at, "") for role, at in found.roles.items()}
        place = told.get("place", "")
        if place:
            place = in_full(found.titles[found.roles["place"]], place)
        rows.append(Row(one.key, one.name, place, told.get("code", ""), told.get("iri", "")))
    return Table(tuple(rows), tuple(found.left_out()))


def propose(
    graph: KnowledgeGraph,
    rows: Iterable[Row],
    study: str = "",
    decided: Collection[tuple[str, str]] = (),
    dataset: str = "",
    done: Callable[[int], object] = lambda _: None,
    spark: str = "",
) -> list[Proposal]:
    """Match rows with the actors and places of a study, or of all, and with the regions in those.

    Args:
        graph: where they are.
        rows: of the other dataset.
        study: slug; empty for all.
        decided: keys of rows with IRIs of things that somebody has decided on; not proposed again.
        dataset: slug of the dataset that the rows are of, which is not matched with itself.
        done: told of how many more rows have been matched.
        spark: master of a Spark that matches them; empty to do it here.

    Returns:
        At most a few proposals for each row, best first, in the order of the rows' keys; rows that
        resemble nothing have none. A name that fits several things equally is proposed for each,
        and the reason says so.
    """
    lookup = lookup_of(graph, study, dataset)
    ordered = of_one_kind(sorted(rows, key=lambda row: row.order), lookup.things)
    proposals = []
    if spark:
        from rembug.linking import spark as workers

        matched = workers.found(ordered, lookup.things, spark)
    else:
        matched = lookup.found(ordered)
    for row, found in zip(ordered, matched, strict=True):
        proposals += [p for p in found if (row.key, p.thing) not in decided]
        done(1)
    return proposals


def lookup_of(graph: KnowledgeGraph, study: str = "", dataset: str = "") -> "Lookup":
    """What rows of a dataset are matched with; raises BadParameter where there is nothing."""
    from rembug.linking.lookup import Lookup  # here: numpy takes 0.1 s

    own = terms.ID + f"{dataset}/"
    things = _things(graph, study)
    found = Lookup([one for one in things if not dataset or not one.iri.startswith(own)])
    if not found.things:
        raise BadParameter(
            Words(
                "there is no actor or place to link to; does the study exist?",
                "tidak ada aktor atau tempat untuk ditautkan; apakah studinya ada?",
            )
        )
    return found


def _things(graph: KnowledgeGraph, study: str) -> list[Thing]:
    labels: dict[str, dict[str, str]] = defaultdict(dict)
    kinds: dict[str, str] = {}
    codes, around = defaultdict(set), defaultdict(set)
    for row in graph.rows(_THINGS.bind({"study": study})):
        iri = str(row["thing"])
        labels[iri][str(row["language"])] = str(row["name"])
        if kinds.get(iri, "place") in ("place", "actor"):
            kinds[iri] = str(row["kind"])
        if "code" in row:
            codes[iri].add(str(row["code"]))
        if "around" in row:
            around[iri].add(str(row["around"]))
    return [
        Thing(
            iri,
            names.get("id") or next(iter(names.values())),
            frozenset(names.values()),
            kinds[iri],
            frozenset(codes[iri]),
            frozenset(around[iri]),
        )
        for iri, names in sorted(labels.items())
    ]
