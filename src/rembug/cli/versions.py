"""Commands about what happened to the graph, and about taking things back out of it."""

import click

from rembug import terminal
from rembug.changes import differences, provenance, studies, submissions, withdrawals
from rembug.changes.earlier import Earlier
from rembug.cli.earlier import earlier_option, with_earlier
from rembug.errors import several
from rembug.graph import Role
from rembug.privacy.withdrawals import Withdrawal
from rembug.settings import Settings


@click.command()
@click.option("--study", default="", metavar="SLUG", help="Only this study.")
@terminal.format_option
@terminal.store_option
def history(study: str, form: str, store: str | None) -> None:
    """List what came in, was taken back or withdrawn, oldest first."""
    with terminal.existing(store) as graph:
        if study:
            studies.require(graph, study)
        events = provenance.history(graph, study, Role.ADMIN)
    terminal.listing(
        ["version", "time", "action", "submission", "file", "triples", "by"],
        [
            [
                e.version,
                e.time,
                e.action,
                e.submission or e.study,
                e.file,
                e.triples or None,
                e.agent,
            ]
            for e in events
        ],
        form,
    )


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="SUBMISSION...")
@earlier_option
@terminal.store_option
def revert(names: tuple[str, ...], earlier: Earlier | None, store: str | None) -> None:
    """Take each SUBMISSION back, through the gate.

    Its name is as `rembug history` lists it. Submissions that refer to each other go together, in
    one commit. What they told everybody of informants stays in earlier versions, unless --earlier
    forget is given.

    \b
    Example:
      rembug revert magetan/findings-3f2a91c0
    """
    chosen = Settings.load(given={"store": store})
    with terminal.existing(store) as graph:
        commit = with_earlier(
            lambda said: submissions.revert(graph, *names, earlier=said, agent=chosen.agent),
            earlier,
        )
    for iri in commit.removed:
        click.echo(f"reverted {terminal.short(iri)} (version {commit.version})")


@click.command()
@click.argument("pseudonym")
@click.option("--study", required=True, metavar="SLUG", help="The study of the informant.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@terminal.store_option
def withdraw(pseudonym: str, study: str, yes: bool, store: str | None) -> None:
    """Remove an informant who withdrew consent, with their words.

    PSEUDONYM is as the study calls them. What rests on their words alone goes too, and the whole
    text of an interview that they gave with others. This cannot be reverted. Backups made before
    still have it all; docs/informants.md says what to do with them.

    \b
    Example:
      rembug withdraw P4 --study magetan
    """
    chosen = Settings.load(given={"store": store})
    if not yes:
        with terminal.existing(store) as graph:
            click.echo(_told(withdrawals.withdrawal(graph, study, pseudonym)))
        asked = (
            f"Remove {pseudonym} and their words from {study} for good?",
            f"Hapus {pseudonym} beserta kata-katanya dari {study} untuk selamanya?",
        )
        click.confirm("\n".join(asked), abort=True)
    with terminal.existing(store) as graph:
        commit, found = withdrawals.withdraw(graph, study, pseudonym, agent=chosen.agent)
    click.echo(f"removed {_told(found)} (version {commit.version})")


def _told(found: Withdrawal) -> str:
    """What goes when an informant withdraws, in a few words of both languages."""
    en, id_ = "", ""
    if found.following:
        en = f", {several(found.following, 'statement')} that answered or joined those alone"
        id_ = f", {found.following} pernyataan yang hanya menjawab atau menghubungkan temuan itu"
    if found.texts:
        en += f", and the text of {several(found.texts, 'interview')} with others too"
        id_ += f", beserta teks {found.texts} wawancara bersama yang lain"
    return (
        f"{several(found.evidence, 'passage')} and {several(found.findings, 'finding')} that "
        f"rested on them alone{en} / "
        f"{found.evidence} kutipan dan {found.findings} temuan yang hanya bersandar padanya{id_}"
    )


@click.command()
@click.argument("before", type=click.IntRange(0))
@click.argument("after", type=click.IntRange(0), required=False)
@click.option("--study", metavar="SLUG", help="Only this study.")
@terminal.role_option
@terminal.store_option
def diff(before: int, after: int | None, study: str | None, role: str, store: str | None) -> None:
    """Show what changed from version BEFORE to AFTER, or to now.

    Versions are numbered as `rembug history` lists them.

    \b
    Example:
      rembug diff 12 14 --study magetan
    """
    with terminal.existing(store) as graph:
        found = differences.between(graph, before, after, Role[role.upper()], study)
    for difference in found:
        click.echo(difference.text())
    gone, come = sum(len(d.gone) for d in found), sum(len(d.come) for d in found)
    click.echo(
        f"things that differ: {len(found)}; statements that went: {gone}, that came: {come}",
        err=True,
    )
