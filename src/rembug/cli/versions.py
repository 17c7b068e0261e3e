"""Commands about what happened to the graph, and about taking things back out of it."""

from collections.abc import Iterable

import click
from rdflib import URIRef

from rembug import languages, terminal, terms
from rembug.changes import differences, provenance, studies, submissions, withdrawals
from rembug.changes.earlier import Earlier
from rembug.changes.verdicts import NOT_DATA
from rembug.cli.earlier import earlier_option, with_earlier
from rembug.errors import Words, several, visible
from rembug.graph import KnowledgeGraph, Role
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
    action = languages.translated if form == "table" else str
    terminal.listing(
        ["version", "time", "action", "submission", "file", "triples", "by"],
        [
            [
                e.version,
                e.time,
                action(e.action),
                e.submission or e.study,
                e.file,
                e.triples or None,
                e.agent,
            ]
            for e in events
        ],
        form,
    )
    if form == "table" and (there := _there(events)):
        told = Words(
            f"to take one back: rembug revert SUBMISSION, such as {there[-1]}",
            f"untuk menarik kembali sebuah kiriman: rembug revert KIRIMAN, misalnya {there[-1]}",
        )
        terminal.say(told, err=True)


def _there(events: Iterable[provenance.Event]) -> list[str]:
    """The submissions that can be taken back, the last to come in at the end."""
    there: dict[str, None] = {}
    for event in events:
        there.pop(event.submission, None)
        if event.action == "add" and terms.GRAPH[event.submission] not in NOT_DATA:
            there[event.submission] = None
    return list(there)


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="SUBMISSION...")
@earlier_option
@terminal.store_option
def revert(names: tuple[str, ...], earlier: Earlier | None, store: str | None) -> None:
    """Take each SUBMISSION back, through the gate.

    Its name is as `rembug history` lists it, not the number of a version. Submissions that refer to
    each other go together, in one commit. What they told everybody of informants stays in earlier
    versions, unless --earlier forget is given.

    \b
    Example:
      rembug revert magetan/findings-3f2a91c0
    """
    chosen = Settings.load(given={"store": store})
    with terminal.existing(store) as graph:
        for iri in dict.fromkeys(submissions.named(graph, name) for name in names):
            terminal.say(_going(graph, iri), err=True)
        commit = with_earlier(
            lambda said: submissions.revert(graph, *names, earlier=said, agent=chosen.agent),
            earlier,
        )
    for iri in commit.removed:
        name = terminal.short(iri)
        told = Words(
            f"reverted {name} (version {commit.version})",
            f"ditarik kembali {name} (versi {commit.version})",
        )
        terminal.say(told)
    told = Words(
        f"rembug diff {commit.version - 1} {commit.version} shows what went; to bring it back, add "
        "the file again",
        f"rembug diff {commit.version - 1} {commit.version} menunjukkan apa yang keluar; untuk "
        "mengembalikannya, tambahkan berkasnya lagi",
    )
    terminal.say(told, err=True)


def _going(graph: KnowledgeGraph, submission: URIRef) -> Words:
    """What is about to be taken back, in a line."""
    name, came = terminal.short(submission), provenance.arrival(graph, submission)
    en, id_ = [came.file], [came.file]
    if came.triples is not None:
        en.append(several(came.triples, "triple"))
        id_.append(f"{came.triples} tripel")
    if came.version is not None:
        en.append(f"in the graph since version {came.version}")
        id_.append(f"ada di dalam graf sejak versi {came.version}")
    return Words(
        f"taking back {name}: {', '.join(filter(None, en))}",
        f"menarik kembali {name}: {', '.join(filter(None, id_))}",
    )


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
            terminal.say(_told(withdrawals.withdrawal(graph, study, pseudonym)))
        asked = Words(
            f"Remove {pseudonym} and their words from {study} for good?",
            f"Hapus {pseudonym} beserta kata-katanya dari {study} untuk selamanya?",
        )
        terminal.confirm(asked)
    with terminal.existing(store) as graph:
        commit, found = withdrawals.withdraw(graph, study, pseudonym, agent=chosen.agent)
    en, id_ = _told(found)
    terminal.say(
        Words(f"removed {en} (version {commit.version})", f"dihapus {id_} (versi {commit.version})")
    )


def _told(found: Withdrawal) -> Words:
    """What goes when an informant withdraws, in a few words."""
    en, id_ = "", ""
    if found.following:
        en = f", {several(found.following, 'statement')} that answered or joined those alone"
        id_ = f", {found.following} pernyataan yang hanya menjawab atau menghubungkan temuan itu"
    if found.texts:
        en += f", and the text of {several(found.texts, 'interview')} with others too"
        id_ += f", beserta teks {found.texts} wawancara bersama yang lain"
    return Words(
        f"{several(found.evidence, 'passage')} and {several(found.findings, 'finding')} that "
        f"rested on them alone{en}",
        f"{found.evidence} kutipan dan {found.findings} temuan yang hanya bersandar padanya{id_}",
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
        click.echo(visible(difference.text(languages.language())))
    gone, come = sum(len(d.gone) for d in found), sum(len(d.come) for d in found)
    told = Words(
        f"things that differ: {len(found)}; statements that went: {gone}, that came: {come}",
        f"hal yang berbeda: {len(found)}; pernyataan yang keluar: {gone}, yang masuk: {come}",
    )
    terminal.say(told, err=True)
