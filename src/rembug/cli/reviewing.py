"""The command that proposes links to another dataset and takes in what people decide: link."""

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from rembug import linking, terminal, terms
from rembug.changes import publishing
from rembug.changes.commits import Commit
from rembug.changes.earlier import Earlier
from rembug.cli.earlier import earlier_option, with_earlier
from rembug.cli.review import review_option, reviewing
from rembug.errors import BadParameter, Words, several
from rembug.graph import passing_folder
from rembug.linking import datasets
from rembug.settings import Settings

_UNDECIDED = Words(
    "nothing is decided in these tables, and nothing was published; write accept or reject into "
    "the column decision",
    "belum ada yang diputuskan dalam tabel ini, dan tidak ada yang diterbitkan; isi kolom decision "
    "dengan terima atau tolak",
)


def _reviewed(tables: Sequence[Path], folder: Path) -> tuple[Sequence[linking.Decision], Path]:
    """What reviewers decided, and the file that says so; of several, what they agree on."""
    if len(tables) == 1:
        return linking.read_review(tables[0]), tables[0]
    known = {pair: p for table in tables for pair, p in linking.read_proposals(table).items()}
    reviews: dict[str, Sequence[linking.Decision]] = {}
    for table in tables:
        if found := linking.read_review(table, known):
            if table.stem in reviews:
                raise BadParameter(
                    Words(
                        f"two reviewers are called {table.stem}; rename one table",
                        f"ada dua peninjau bernama {table.stem}; ganti nama salah satu tabelnya",
                    )
                )
            reviews[table.stem] = found
    joint = linking.together(reviews)
    for made in joint.disputed:
        [first, *_] = made.values()
        en, id_ = (
            ", ".join(f"{who} {yes if d.accepted else no}" for who, d in made.items())
            for yes, no in (("accept", "reject"), ("terima", "tolak"))
        )
        pair = f"{first.proposal.row.key} {first.proposal.row.name}, {first.proposal.label}"
        terminal.say(Words(f"disputed: {pair}: {en}", f"berbeda pendapat: {pair}: {id_}"), err=True)
    en, id_ = "", ""
    if joint.alpha is not None:
        alpha = f"{joint.alpha:.2f}"
        en = f", Krippendorff's alpha {alpha}"
        id_ = f", alfa Krippendorff {alpha.replace('.', ',')}"
    told = Words(
        f"{several(len(reviews), 'reviewer')}, {several(joint.shared, 'pair')} in common, "
        f"{len(joint.disputed)} disputed{en}",
        f"{len(reviews)} peninjau, {joint.shared} pasangan yang sama-sama ditinjau, "
        f"{len(joint.disputed)} di antaranya berbeda pendapat{id_}",
    )
    terminal.say(told, err=True)
    file = folder / f"{'+'.join(reviews) or 'review'}.csv"
    with file.open("w", encoding="utf-8", newline="") as stream:
        linking.write_decisions(joint.decisions, stream)
    return joint.decisions, file


def _changed(decision: linking.Decision) -> Words:
    row = decision.proposal.row
    return Words(
        f"not published: record {row.key} ({row.name}) was decided on, and the dataset now has "
        "something else there, or nothing; propose it again",
        f"tidak diterbitkan: baris data {row.key} ({row.name}) sudah diputuskan, sedangkan "
        "himpunan data kini memuat hal lain di sana, atau tidak memuatnya lagi; usulkan lagi",
    )


@click.command()
@click.argument("tables", nargs=-1, type=terminal.Input())
@click.option("--dataset", required=True, metavar="SLUG", help="What the other dataset is called.")
@click.option("--study", default="", metavar="SLUG", help="Match with this study only.")
@click.option("--out", type=terminal.Output(), help="Write proposals here.")
@click.option(
    "--blind",
    type=terminal.Output(),
    help="Write them here as well, without what says how likely they are.",
)
@click.option(
    "--spark",
    default="",
    metavar="MASTER",
    help="Match on a Spark, such as local[4]; the proposals are the same.",
)
@click.option(
    "--reviewer", default="", metavar="ROLE", help="Who decided, of one table; several say it."
)
@click.option("--accept", is_flag=True, help="TABLES are reviewed proposals: publish their links.")
@review_option
@earlier_option
@terminal.store_option
def link(
    tables: tuple[Path, ...],
    dataset: str,
    study: str,
    out: Path | None,
    blind: Path | None,
    spark: str,
    reviewer: str,
    accept: bool,
    review: Path | None,
    earlier: Earlier | None,
    store: str | None,
) -> None:
    """Propose links from the rows of a table to what studies describe.

    Without a table its rows are the records of the dataset, as `rembug dataset add` brought it in.
    Official regions that the study does not name are linked to as well, where a dataset has them
    (`rembug dataset regions`).

    Write accept (terima) or reject (tolak) into the column decision of what this gives, then pass
    it back with --accept: the accepted links are published as a graph of their own. What is decided
    is not proposed again; a link is taken back by passing it with reject.

    Who decided is said with --reviewer, by their role; else it is the setting `agent`, if any.

    Several reviewers each fill in a table, called by their role, and all are passed together: what
    they agree on is published, the rest is told and stays open. With --blind they are not told the
    score; pass the proposals as well then.

    \b
    Examples:
      rembug link --dataset dinkop --study magetan --out proposals.csv
      rembug link smes.csv --dataset dinkop --out proposals.csv
      rembug link proposals.csv --dataset dinkop --accept --reviewer officer
      rembug link smes.csv --dataset dinkop --out proposals.csv --blind blind.csv
      rembug link officer.csv researcher.csv proposals.csv --dataset dinkop --accept
    """
    chosen = Settings.load(given={"store": store})
    if reviewer and (not accept or len(tables) > 1):
        raise BadParameter(
            Words(
                "--reviewer goes with --accept and one table",
                "--reviewer hanya berlaku bersama --accept dan satu tabel",
            )
        )
    terms.require_slug("dataset", dataset)
    if not accept and len(tables) > 1:
        raise BadParameter(
            Words(
                "several tables go together with --accept only",
                "beberapa tabel sekaligus hanya berlaku bersama --accept",
            )
        )
    if accept and not tables:
        raise BadParameter(
            Words(
                "--accept takes tables that were reviewed; name them",
                "--accept memerlukan tabel yang sudah ditinjau; sebutkan berkasnya",
            )
        )
    with terminal.existing(store) as graph, passing_folder() as folder:
        version = graph.version
        before = publishing.linkset_of(graph, dataset)
        described = graph.read([terms.dataset_graph(dataset)])
        if accept:
            who = reviewer or chosen.agent
            today = datetime.now(UTC).date()
            decisions, file = _reviewed(tables, Path(folder))
            decisions, changed = linking.Standing(described, dataset).part(decisions)
            terminal.tell(_changed(decision) for decision in changed)
            if not decisions:
                terminal.tell([_UNDECIDED])
                return
            links = linking.linkset(decisions, dataset, today, who, before, described)
            with reviewing(review) as looked_at:

                def written(said: Earlier) -> Commit:
                    return publishing.publish_links(
                        *(graph, dataset, links, file),
                        review=looked_at,
                        earlier=said,
                        agent=chosen.agent,
                        base=version,
                    )

                commit = with_earlier(written, earlier)
            name, number = terminal.short(terms.links_graph(dataset)), commit.version
            en, id_ = ("published", "terbit") if commit.added else ("unchanged", "tidak berubah")
            terminal.say(Words(f"{en} {name} (version {number})", f"{id_} {name} (versi {number})"))
            return
        if tables:
            read = linking.read_table(tables[0])
            terminal.tell(read.left_out)
            rows = read.rows
        else:
            rows = tuple(datasets.rows(described, dataset))
        publishers = tuple(datasets.publishers(described, dataset))
        asked = (*rows, *publishers)
        decided = linking.decided(before + described)
        with terminal.counting(Words("Matching", "Mencocokkan"), len(asked)) as done:
            proposals = linking.propose(graph, asked, study, decided, dataset, done, spark)
    if out is None:
        linking.write_proposals(proposals, sys.stdout)
    else:
        with out.open("w", encoding="utf-8-sig", newline="") as stream:
            linking.write_proposals(proposals, stream)
    if blind is not None:
        with blind.open("w", encoding="utf-8-sig", newline="") as stream:
            linking.write_blind(proposals, stream)
    matched = {p.row.key for p in proposals}
    of_rows = len(matched - {publisher.key for publisher in publishers})
    for band in linking.calibration(before):
        part = f"{band.low:g}–{band.high:g}: {band.accepted}/{band.decided}"
        terminal.tell(
            [Words(f"accepted so far of scores {part}", f"diterima sejauh ini, skor {part}")]
        )
    told = Words(
        f"{several(len(proposals), 'proposal')} for {of_rows} of {several(len(rows), 'row')}",
        f"{len(proposals)} usulan untuk {of_rows} dari {len(rows)} baris",
    )
    if of_rows < len(matched):
        told = Words(f"{told.en} and the publisher", f"{told.id} dan penerbitnya")
    terminal.say(told, err=True)
