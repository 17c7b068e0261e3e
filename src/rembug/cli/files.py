"""Commands that bring files in, or say what the gate would say of them: add, validate, template."""

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import click

from rembug import terminal
from rembug.changes import submissions
from rembug.changes.commits import Commit
from rembug.changes.earlier import Earlier
from rembug.changes.reading import read_files
from rembug.cli.earlier import earlier_option, with_earlier
from rembug.cli.review import read, review_option, write
from rembug.errors import Unreviewed, Words
from rembug.settings import Settings
from rembug.sources import Submission, columns, folders, templates
from rembug.sources.model import naming_nobody

_SHOWN: Final = 5  # files


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
    type=terminal.Input(),
    help="What codes and sources of a coded project mean; `rembug codebook suggest` drafts it.",
)
@click.option(
    "--mapping",
    type=terminal.Input(),
    help="What the columns of a table of your own mean: CSV on the Web metadata, in JSON.",
)
@review_option
@click.option(
    "--as",
    "name",
    default="",
    metavar="NAME",
    help="What the submissions are called; else by the words of the files' names that name nobody.",
)
@earlier_option
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
    """Bring FILES into the graph, through the gate: all, or none.

    A folder stands for the files in it and in the folders inside it. Without --study a file of RDF
    belongs to the study that it declares or that its things are in, and any other file to that of
    the files beside it.

    Reads .ttl .trig .nt .nq .jsonld .rdf (also .n3 .owl .nquads), tables (.csv .xlsx; see `rembug
    template`), and coded projects in REFI-QDA (.qdpx .qde .qdc) and Taguette's (.sqlite3). What
    does not conform to the shapes is refused with a report that names the place in the file, and
    nothing is stored. Adding the same file again changes nothing.

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
    decided = read(review)
    opened = terminal.existing_or_blank(store) if dry_run else terminal.existing_or_new(store)
    with opened as graph:
        found = _read(read_files(graph, files, study, codebook, mapping))
        found = [submission.called(name) for submission in found] if name else found
        terminal.tell(note.words for submission in found for note in submission.notes)
        try:
            if dry_run:
                report = submissions.rehearse(graph, found, decided)
                click.echo(report.in_both())
                sys.exit(0 if report.conforms else 1)

            def written(said: Earlier) -> Commit:
                with terminal.progress(Words("Adding", "Memasukkan")) as step:
                    return submissions.submit(
                        graph,
                        found,
                        review=decided,
                        earlier=said,
                        agent=chosen.agent,
                        step=step,
                    )

            commit = with_earlier(written, earlier)
        except Unreviewed as error:
            if review is None:
                raise error.at_a_terminal() from error
            write(review, submissions.sightings(graph, found), decided)
            sys.exit(1)
    if commit.report.results:
        click.echo(commit.report.in_both(), err=True)
    for iri in commit.unchanged:
        called = terminal.short(iri)
        told = Words(
            f"unchanged {called}: this content is in the graph already",
            f"tidak berubah {called}: isi ini sudah ada di dalam graf",
        )
        terminal.say(told)
    for iri in commit.added:
        called = terminal.short(iri)
        told = Words(
            f"added {called} (version {commit.version})",
            f"ditambahkan {called} (versi {commit.version})",
        )
        terminal.say(told)
    if commit.added and not name:
        _tell_names(found)


def _tell_names(found: Iterable[Submission]) -> None:
    """Say of files whose names are not in those of their submissions what these are called by."""
    nameless = [s for s in found if not naming_nobody(Path(s.file).stem, s.study)]
    if nameless:
        files = ", ".join(s.file for s in nameless[:_SHOWN]) + ", …" * (len(nameless) > _SHOWN)
        kinds = ", ".join(dict.fromkeys(s.name.rpartition("-")[0] for s in nameless))
        told = Words(
            f"no word of {files} is sure to name nobody, so the submission is called by what it "
            f"is: {kinds}-…; --as gives it another name",
            f"tidak ada kata dalam nama {files} yang pasti bukan nama orang, jadi kirimannya "
            f"dinamai menurut isinya: {kinds}-…; --as memberinya nama lain",
        )
        terminal.tell([told])


def _read(found: folders.Found) -> list[Submission]:
    """What was read, having said what was not."""
    if found.left_out:
        left = ", ".join(path.as_posix() for path in found.left_out)
        terminal.tell(
            [
                Words(
                    f"not of a kind that can be read, left out: {left}",
                    f"jenisnya tidak dapat dibaca, dilewati: {left}",
                )
            ]
        )
    return found.submissions


@click.command()
@click.argument("name", type=click.Choice(list(columns.TABLES)))
@click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)
@click.option(
    "--out",
    type=terminal.Output(),
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
    terminal.wrote(out)


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
    """Give the gate's verdict on FILES, or on the whole store.

    FILES are judged together with the store. A folder stands for the files in it and in the folders
    inside it.

    Ends with 1 when something does not conform. Nothing is stored.

    \b
    Examples:
      rembug validate
      rembug validate findings.ttl --format turtle
      rembug validate studies
    """
    with terminal.existing_or_blank(store) as graph:
        found = _read(read_files(graph, files, study or "", otherwise="draft"))
        terminal.tell(note.words for submission in found for note in submission.notes)
        report = submissions.check(graph, found)
    match form:
        case "turtle":
            click.echo(report.graph().serialize(format="turtle").rstrip())
        case "json":
            click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
        case _:
            click.echo(report.in_both())
    sys.exit(0 if report.conforms else 1)
