"""Commands about codebooks: what a team's codes mean, and the frameworks as codes."""

from pathlib import Path

import click

from rembug import codebooks, sources, terminal
from rembug.errors import Words, several, visible
from rembug.sources import codings


@click.group()
def codebook() -> None:
    """Draft what codes mean, or write the frameworks as a codebook."""


@codebook.command("suggest")
@click.argument("file", type=terminal.Input())
@click.option("--scheme", "schemes", multiple=True, metavar="SLUG", help="Only this framework.")
@click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)
@terminal.store_option
def codebook_suggest(
    file: Path, schemes: tuple[str, ...], language: str, store: str | None
) -> None:
    """Draft a codebook for the coded project FILE, by the likeness of names to the frameworks.

    \b
    Example:
      rembug codebook suggest interviews.qdpx > codebook.yaml
    """
    project = sources.coded(file)
    with terminal.with_frameworks(store) as graph:
        known = codebooks.of_schemes(codebooks.aspects(graph), schemes)
    click.echo(codebooks.draft(project, known, language), nl=False)
    found = sum(s.aspect is not None for s in codebooks.suggest(project.codes, known))
    told = Words(
        f"{found} of {several(len(project.codes), 'code')} resemble an element",
        f"{found} dari {len(project.codes)} kode mirip dengan sebuah unsur",
    )
    terminal.say(told, err=True)


@codebook.command("unmapped")
@click.argument("file", type=terminal.Input())
@click.argument("mapping", type=terminal.Input())
def codebook_unmapped(file: Path, mapping: Path) -> None:
    """List the codes of the coded project FILE that the codebook MAPPING binds to no aspect."""
    project = sources.coded(file)
    for name in codings.unmapped(project.codes, sources.read_codebook(mapping)):
        click.echo(visible(name))


@codebook.command("export")
@click.option("--scheme", "schemes", multiple=True, metavar="SLUG", help="Only this framework.")
@click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)
@click.option("--out", type=terminal.Output(), help="Write to this file.")
@terminal.store_option
def codebook_export(
    schemes: tuple[str, ...], language: str, out: Path | None, store: str | None
) -> None:
    """Write the frameworks as a REFI-QDA codebook (.qdc), which coding tools open.

    \b
    Example:
      rembug codebook export --scheme aspect --scheme sustainability --out ours.qdc
    """
    with terminal.with_frameworks(store) as graph:
        body = codebooks.export(codebooks.aspects(graph), schemes, language)
    if out is None:
        click.echo(body, nl=False)
    else:
        out.write_bytes(body)
        terminal.wrote(out)
