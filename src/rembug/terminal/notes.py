"""What a person is told while a command works, on standard error; and how it ends."""

import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

import click

from rembug.errors import Words


@contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """A bar on standard error where that is a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    steps = ("reading", "checking against the shapes", "reasoning", "committing")
    with click.progressbar(length=len(steps), label=title, file=sys.stderr) as bar:

        def step(name: str) -> None:
            bar.label = f"{title}: {name}"
            bar.update(steps.index(name) + 1 - bar.pos)

        yield step


@contextmanager
def counting(title: str, length: int) -> Iterator[Callable[[int], object]]:
    """A bar on standard error where that is a terminal, moved by so many; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=length, label=title, file=sys.stderr) as bar:
        yield bar.update


@contextmanager
def ended_tidily() -> Iterator[None]:
    """Let a SIGTERM end what is under way as an exception does, so that it tidies up."""

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def tell(told: Iterable[Words]) -> None:
    """Say what a person should know in both languages, on standard error."""
    for words in told:
        click.echo(f"note: {words.en}\n      {words.id}", err=True)
