"""Commands about what comes in and goes out: study, add, validate, history, revert, export."""

import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click
from rdflib import URIRef

from rembug import exchange, terminal, terms
from rembug.changes import provenance, studies, submissions
from rembug.changes.commits import Commit
from rembug.changes.earlier import CHOICES, Earlier
from rembug.changes.ontology import ensure_ontology
from rembug.errors import BadParameter, EarlierVersions, UnknownName, Unreviewed
from rembug.graph import KnowledgeGraph, Role
from rembug.privacy import scan
from rembug.settings import Settings
from rembug.sources import Submission, columns, folders, templates

_DATASET_FORMATS = {"trig": "trig", "nquads": "nq"}


_earlier_option = click.option(
    "--earlier",
    type=click.Choice(CHOICES),
    help="What becomes of earlier versions that go on to tell everybody what is taken back or "
    "narrowed; asked for on a terminal.",
)


@click.group()
def study() -> None:
    """Make and list studies."""


@study.command("create")
@click.argument("slug")
@click.option("--title-en", required=True, help="Title in English.")
@click.option("--title-id", required=True, help="Title in Indonesian.")
@click.option("--start", help="First year (or month, or day) that the study covers: 2018.")
@click.option("--end", help="Last year (or month, or day) that the study covers: 2023.")
@click.option("--region", help="IRI of the place that the study is about.")
@click.option("--licence", help="IRI of the data's licence.")
@click.option("--smallest-cell", type=click.IntRange(1), help="Fewest informants in a public cell.")
@click.option(
    "--framework",
    "frameworks",
    multiple=True,
    metavar="SLUG",
    help="A framework that its findings are held against; may be given several times.",
)
@terminal.store_option
def study_create(slug: str, store: str | None, **about: Any) -> None:
    """Make a new study.

    \b
    Example:
      rembug study create surakarta --title-en "Batik in Surakarta" --title-id "Batik di Surakarta"
      rembug study create klaten --title-en Klaten --title-id Klaten --framework ansell-gash
    """
    chosen = Settings.load(given={"store": store})
    with KnowledgeGraph.open(chosen.location) as graph:
        ensure_ontology(graph, agent=chosen.agent)
        known, offered = studies.known(graph), studies.frameworks(graph)
        study = studies.describe(slug, known=known, offered=offered, **about)
        commit = submissions.submit(graph, [study], agent=chosen.agent)
        click.echo(f"study {slug} made: {terms.study(slug)} (version {commit.version})")


@study.command("list")
@terminal.format_option
@terminal.store_option
def study_list(form: str, store: str | None) -> None:
    """List the studies in the store."""
    with terminal.existing(store) as graph:
        found = studies.known(graph)
    terminal.listing(
        ["study", "title (en)", "title (id)", "from", "to"],
        [
            [name, *(about.get(k) for k in ("en", "id", "start", "end"))]
            for name, about in found.items()
        ],
        form,
    )


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--study",
    default="",
    metavar="SLUG",
    help="The study that all of them belong to; left out where the files say it themselves.",
)
@click.option(
    "--codebook",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What codes and sources of a coded project mean; `rembug codebook suggest` drafts it.",
)
@click.option(
    "--mapping",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What the columns of a table of your own mean: CSV on the Web metadata, in JSON.",
)
@click.option(
    "--review",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What you decided of things that look like persons; written first if it is not there.",
)
@click.option(
    "--as",
    "name",
    default="",
    metavar="NAME",
    help="What the submissions are called; else by the words of the files' names that name nobody.",
)
@_earlier_option
@click.option("--dry-run", is_flag=True, help="Only give the gate's verdict; store nothing.")
@terminal.store_option
def add(
    files: tuple[Path, ...],
    study: str,
    codebook: Path | None,
    mapping: Path | None,
    review: Path | None,
    name: str,
    earlier: Earlier | None,
    dry_run: bool,
    store: str | None,
) -> None:
    """Bring FILES into the graph, through the gate: all of them, or none.

    A folder stands for the files in it and in the folders inside it. Without --study a file of RDF
    belongs to the study that it declares or that its things are in, and any other file to that of
    the files beside it.

    Reads .ttl .trig .nt .nq .jsonld .rdf, tables (.csv .xlsx; see `rembug template`), and coded
    projects in REFI-QDA (.qdpx .qde .qdc) and Taguette's (.sqlite3). What does not conform to the
    shapes is refused with a report that names the place in the file, and nothing is stored. Adding
    the same file again changes nothing.

    What looks like a person's name, number or address in text that everyone could read is refused
    until you decide. With --review names.csv it is listed in that table: write keep (biarkan) or
    mask (samarkan) beside each, and run the command again.

    \b
    Examples:
      rembug add findings.ttl --study magetan
      rembug add interviews.qdpx --study magetan --codebook codebook.yaml --dry-run
      rembug add members.csv --study magetan --mapping members.json
      rembug add members.csv --study magetan --as cooperatives
      rembug add studies --review names.csv
    """
    chosen = Settings.load(given={"store": store})
    decided = scan.read_review(review) if review and review.exists() else scan.Review()
    opened = terminal.existing_or_blank(store) if dry_run else KnowledgeGraph.open(chosen.location)
    with opened as graph:
        names = studies.names(graph)
        found = _read(folders.read_all(files, study, codebook, mapping, names=names))
        found = [submission.called(name) for submission in found] if name else found
        for note in (note for submission in found for note in submission.notes):
            click.echo(f"note: {note.en}\n      {note.id}", err=True)
        try:
            if dry_run:
                report = submissions.rehearse(graph, found, decided)
                click.echo(str(report))
                sys.exit(0 if report.conforms else 1)

            def written(said: Earlier) -> Commit:
                with terminal.progress("Adding") as step:
                    return submissions.submit(
                        graph,
                        found,
                        review=decided,
                        earlier=said,
                        agent=chosen.agent,
                        step=step,
                    )

            commit = _with_earlier(written, earlier)
        except Unreviewed:
            if review is None:
                raise
            _write_review(review, submissions.sightings(graph, found), decided)
            sys.exit(1)
    if commit.report.results:
        click.echo(str(commit.report), err=True)
    for iri in commit.unchanged:
        click.echo(f"unchanged {terminal.short(iri)}: this content is in the graph already")
    for iri in commit.added:
        click.echo(f"added {terminal.short(iri)} (version {commit.version})")


def _with_earlier(write: Callable[[Earlier], Commit], earlier: Earlier | None) -> Commit:
    """Write; where it has to be said what becomes of earlier versions, ask on a terminal."""
    try:
        return write(earlier or "ask")
    except EarlierVersions as error:
        if not sys.stdin.isatty():
            raise
        click.echo(str(error), err=True)
        told = click.prompt("Earlier versions", type=click.Choice(CHOICES), err=True)
        return write(told)


def _read(found: folders.Found) -> list[Submission]:
    """What was read, having said what was not."""
    if found.left_out:
        left = ", ".join(path.as_posix() for path in found.left_out)
        click.echo(f"note: of no kind that is read, left out: {left}", err=True)
        click.echo(f"      jenisnya tidak dapat dibaca, dilewati: {left}", err=True)
    return found.submissions


def _write_review(path: Path, sightings: Sequence[scan.Sighting], decided: scan.Review) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = scan.write_review(sightings, decided, stream)
    undecided = len({(s.kind, s.text) for s in sightings if decided.of(s) is None})
    click.echo(
        f"nothing was stored: {path} lists {rows} things that look like persons in what would "
        f"become public, {undecided} of them without a decision; write keep (biarkan) or mask "
        "(samarkan) in the first column and run this again",
        err=True,
    )


@click.command()
@click.argument("name", type=click.Choice(list(columns.TABLES)))
@click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Write to this file; .xlsx has the choices of each column to drop down.",
)
def template(name: str, language: str, out: Path | None) -> None:
    """Write the table NAME to be filled in, for `rembug add`.

    \b
    Examples:
      rembug template findings > findings.csv
      rembug template actors --language en --out actors.xlsx
    """
    if out is not None and out.suffix.lower() == ".xlsx":
        out.write_bytes(templates.workbook(name, language))
    else:
        line = ",".join(templates.template(name, language)) + "\n"
        if out is None:
            click.echo(line, nl=False)
            return
        out.write_text(line, encoding="utf-8-sig")
    click.echo(f"wrote {out}", err=True)


@click.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "turtle", "json"]),
    default="text",
    show_default=True,
)
@click.option(
    "--study",
    metavar="SLUG",
    help="The study that the files belong to; else the one that most of what they describe is in.",
)
@terminal.store_option
def validate(files: tuple[Path, ...], form: str, study: str | None, store: str | None) -> None:
    """Give the gate's verdict on FILES together with the store, or on the whole store.

    A folder stands for the files in it and in the folders inside it.

    Ends with 1 when something does not conform. Nothing is stored.

    \b
    Examples:
      rembug validate
      rembug validate findings.ttl --format turtle
      rembug validate studies
    """
    with terminal.existing_or_blank(store) as graph:
        names = studies.names(graph)
        found = _read(folders.read_all(files, study or "", names=names, otherwise="draft"))
        report = submissions.check(graph, found)
    match form:
        case "turtle":
            click.echo(report.graph().serialize(format="turtle").rstrip())
        case "json":
            click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
        case _:
            click.echo(str(report))
    sys.exit(0 if report.conforms else 1)


@click.command()
@click.option("--study", default="", metavar="SLUG", help="Only this study.")
@terminal.format_option
@terminal.store_option
def history(study: str, form: str, store: str | None) -> None:
    """List every submission that came in or was taken back, oldest first."""
    with terminal.existing(store) as graph:
        if study:
            studies.require(graph, study)
        events = provenance.history(graph, study, Role.ADMIN)
    terminal.listing(
        ["version", "time", "action", "submission", "file", "triples", "by"],
        [
            [e.version, e.time, e.action, e.submission, e.file, e.triples or None, e.agent]
            for e in events
        ],
        form,
    )


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="SUBMISSION...")
@_earlier_option
@terminal.store_option
def revert(names: tuple[str, ...], earlier: Earlier | None, store: str | None) -> None:
    """Take each SUBMISSION back, through the gate; its name is as `rembug history` lists it.

    Submissions that refer to each other go together, in one commit. What they told everybody of
    informants stays in earlier versions, unless --earlier forget is given.

    \b
    Example:
      rembug revert magetan/findings-3f2a91c0
    """
    chosen = Settings.load(given={"store": store})
    with terminal.existing(store) as graph:
        commit = _with_earlier(
            lambda said: submissions.revert(graph, *names, earlier=said, agent=chosen.agent),
            earlier,
        )
    for iri in commit.removed:
        click.echo(f"reverted {terminal.short(iri)} (version {commit.version})")


@click.command()
@click.argument("pseudonym")
@click.option("--study", required=True, metavar="SLUG", help="The study of the informant.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@terminal.store_option
def withdraw(pseudonym: str, study: str, yes: bool, store: str | None) -> None:
    """Remove the informant PSEUDONYM, who withdrew consent, and what rests on their words alone.

    This cannot be reverted. Backups made before still have it all; docs/informants.md says what to
    do with them.

    \b
    Example:
      rembug withdraw P4 --study magetan
    """
    chosen = Settings.load(given={"store": store})
    if not yes:
        with terminal.existing(store) as graph:
            submissions.require_informant(graph, study, pseudonym)
        click.confirm(f"Remove {pseudonym} and their words from {study} for good?", abort=True)
    with terminal.existing(store) as graph:
        commit, found = submissions.withdraw(graph, study, pseudonym, agent=chosen.agent)
    click.echo(
        f"removed {found.evidence} passages and {found.findings} findings that rested on them "
        f"alone (version {commit.version})"
    )


@click.command()
@click.option("--study", metavar="SLUG", help="Only the submissions of this study.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["trig", "nquads", "qdpx", "csv", "nanopub", "crate"]),
    default="trig",
    show_default=True,
    help="Of one study: qdpx its coding, csv its tables, nanopub its findings, crate all of it.",
)
@click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@terminal.role_option
@terminal.store_option
def export(
    study: str | None, form: str, language: str, out: Path | None, role: str, store: str | None
) -> None:
    """Write what may be read, graph by graph, or a study in a form for others.

    csv gives an archive of the tables that `rembug add` reads; nanopub gives each public finding
    with its provenance (TriG); crate gives an RO-Crate with data, tables, SHACL report, questions
    with their answers, provenance and codebook.

    \b
    Examples:
      rembug export --study magetan --out magetan.trig
      rembug export --study magetan --format qdpx --as researcher --out magetan.qdpx
      rembug export --study magetan --format crate --language en --out magetan.zip
    """
    if form not in _DATASET_FORMATS and study is None:
        raise BadParameter(f"--format {form} writes one study: name it with --study")
    with terminal.existing(store) as graph:
        if study is not None and study not in (known := studies.known(graph)):
            raise UnknownName("study", study, known)
        mine = terms.GRAPH[f"{study}/"] if study else terms.GRAPH
        wanted = {iri for iri in graph.graphs(Role[role.upper()]) if iri.startswith(mine)}
        body = _exported(graph, study or "", form, language, Role[role.upper()], wanted)
    if out is None:
        click.echo(body, nl=False)
    else:
        out.write_bytes(body)
        click.echo(f"wrote {out}", err=True)


def _exported(
    graph: KnowledgeGraph, study: str, form: str, language: str, role: Role, wanted: set[URIRef]
) -> bytes:
    match form:
        case "qdpx":
            return exchange.qdpx(graph, study, role)
        case "csv":
            found = exchange.tables(graph, study, role, language)
            return exchange.zipped({f"{n}.csv": t.encode("utf-8-sig") for n, t in found.items()})
        case "nanopub":
            return exchange.nanopublications(graph, study).encode()
        case "crate":
            return exchange.crate(graph, study, role, language)
        case _:
            return graph.dump(wanted, _DATASET_FORMATS[form])
