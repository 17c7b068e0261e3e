"""The command that writes a study as a website: publish."""

import sys
from pathlib import Path

import click

from rembug import terminal
from rembug.settings import Settings


@click.command()
@click.argument("study")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder to make, or an empty one."
)
@terminal.store_option
def publish(study: str, out: Path, store: str | None) -> None:
    """Write STUDY as a website that opens from a folder, without a server.

    Its pages in both languages, with its data, an RO-Crate and a page to print. Only what the
    public may read is in it. All of it is written, or nothing.

    \b
    Example:
      rembug publish magetan --out magetan-site
    """
    from rembug import web  # what it loads, no other command needs
    from rembug.web import publishing

    web.log_to_stderr(quiet=True)

    def step(files: int) -> None:
        if sys.stderr.isatty() and files % 50 == 0:
            click.echo(f"\r{files} files", err=True, nl=False)

    with terminal.existing(store) as graph:
        app = web.create_app(graph, Settings.load(given={"store": store}))
        files = publishing.publish(app, graph, study, out, step)
    click.echo(f"{files} files in {out}; open {out / 'index.html'}", err=True)
