"""What a person is told while a command works, on standard error; and how it ends."""

import signal
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import click

from rembug import languages
from rembug.errors import Words, visible

_NOTHING: Final = Words("", "")
_STEPS: Final = {
    "reading": Words("reading", "membaca"),
    "checking against the shapes": Words("checking against the shapes", "memeriksa syarat"),
    "reasoning": Words("reasoning", "menarik simpulan"),
    "committing": Words("committing", "menyimpan"),
}


@contextmanager
def progress(title: Words) -> Iterator[Callable[[str], None]]:
    """A bar on standard error where that is a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    steps = list(_STEPS)
    with click.progressbar(length=len(steps), label=languages.said(title), file=sys.stderr) as bar:

        def step(name: str) -> None:
            bar.label = f"{languages.said(title)}: {languages.said(_STEPS[name])}"
            bar.update(steps.index(name) + 1 - bar.pos)

        yield step


@contextmanager
def counting(title: Words, length: int) -> Iterator[Callable[[int], object]]:
    """A bar on standard error where that is a terminal, moved by so many; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=length, label=languages.said(title), file=sys.stderr) as bar:
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


def say(words: Words, *, err: bool = False) -> None:
    """Say in the reader's language what was done, on standard output or on standard error."""
    click.echo(visible(languages.said(words)), err=err)


def confirm(question: Words) -> None:
    """Ask, and go on if the answer is yes, in either language; raises click.Abort."""
    choices = Words("[y/N]", "[y/T]")
    asked = languages.said(Words(*(f"{q} {c}" for q, c in zip(question, choices, strict=True))))
    while True:
        answer = click.prompt(asked, default="", show_default=False).strip().casefold()
        if answer in ("y", "ya", "yes"):
            return
        if answer in ("", "n", "no", "t", "tidak"):
            raise click.Abort
        say(Words("answer yes or no", "jawab ya atau tidak"), err=True)


def wrote(file: Path, more: Words = _NOTHING) -> None:
    """Say which file was written, and more of it."""
    say(Words(f"wrote {file}{more.en}", f"{file} ditulis{more.id}"), err=True)


def tell(told: Iterable[Words]) -> None:
    """Say what a person should know, on standard error; in both languages where none is known."""
    for words in told:
        match languages.languages():
            case ["id"]:
                text = f"catatan: {words.id}"
            case ["en"]:
                text = f"note: {words.en}"
            case _:
                text = f"note: {words.en}\n      {words.id}"
        click.echo(visible(text), err=True)
