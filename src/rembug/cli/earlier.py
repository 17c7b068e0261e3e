"""The choice of what becomes of earlier versions, which several commands have."""

import sys
from collections.abc import Callable

import click

from rembug import languages, terminal
from rembug.changes.commits import Commit
from rembug.changes.earlier import CHOICES, Earlier
from rembug.errors import EarlierVersions, Words

earlier_option = click.option(
    "--earlier",
    type=click.Choice(CHOICES),
    help="What becomes of earlier versions that go on to tell everybody what is taken back or "
    "narrowed; asked for on a terminal.",
)


def with_earlier(write: Callable[[Earlier], Commit], earlier: Earlier | None) -> Commit:
    """Write; where it has to be said what becomes of earlier versions, ask on a terminal."""
    try:
        return write(earlier or "ask")
    except EarlierVersions as error:
        if not sys.stdin.isatty():
            raise
        terminal.say(error.words, err=True)
        asked = languages.said(Words("Earlier versions", "Versi sebelumnya"))
        told = click.prompt(asked, type=click.Choice(CHOICES), err=True)
        return write(told)
