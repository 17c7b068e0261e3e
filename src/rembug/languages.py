"""The language of who reads what a command says, as the environment of the terminal names it.

What Click and the help texts say is translated by the catalogue in `locale/` (GNU gettext); what
Rembug itself says comes in both languages, as Words.
"""

import gettext
import os
from collections.abc import Sequence
from inspect import cleandoc
from pathlib import Path
from typing import Final

import click

from rembug.errors import Words

DOMAIN: Final = "rembug"
LOCALE: Final = Path(__file__).with_name("locale")
KNOWN: Final = ("en", "id")


def languages() -> Sequence[str]:
    """The reader's language, `("id",)` or `("en",)`; both where the environment names neither.

    The first of LANGUAGE, LC_ALL, LC_MESSAGES and LANG that is set decides (gettext(3)); LANGUAGE
    may name several, the best one first.
    """
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        if value := os.environ.get(name):
            codes = [locale.replace("-", "_").partition("_")[0] for locale in value.split(":")]
            return [code for code in codes if code in KNOWN][:1] or KNOWN
    return KNOWN


def language() -> str:
    """The one language that a command says something in which is not said in both."""
    return languages()[0]


def said(words: Words) -> str:
    """Words in the reader's language."""
    return words.id if language() == "id" else words.en


def translated(text: str) -> str:
    """What the catalogue has for an English text; the text itself where it has nothing."""
    return gettext.dgettext(DOMAIN, text) if text and language() == "id" else text


def follow(command: click.Command) -> None:
    """Let Click, and the help of a command and of those below it, speak the reader's language."""
    if language() != "id":
        return
    os.environ["LANGUAGE"] = "id"  # gettext's rule is another where several are named
    gettext.bindtextdomain(DOMAIN, str(LOCALE))
    gettext.textdomain(DOMAIN)  # in which Click looks up what it says
    _translate(command)


def parts(text: str) -> list[str]:
    """What a translator translates of a help text one by one: paragraphs, however they are filled,
    and lines of what is not filled (after \\b)."""
    found: list[str] = []
    for paragraph in cleandoc(text).split("\n\n"):
        if paragraph.startswith("\b\n"):
            found += paragraph.splitlines()[1:]
        else:
            found.append(" ".join(paragraph.split()))
    return found


def _help(text: str) -> str:
    """A help text in the reader's language, part by part; examples stay as they are."""
    told = []
    for paragraph in cleandoc(text).split("\n\n"):
        some = [translated(part) for part in parts(paragraph)]
        told.append("\n".join(["\b", *some] if paragraph.startswith("\b\n") else some))
    return "\n\n".join(told)


def _translate(command: click.Command) -> None:
    command.help = _help(command.help or "")
    command.options_metavar = translated(command.options_metavar or "")
    for parameter in command.params:
        parameter.metavar = translated(parameter.metavar or "") or None
        if isinstance(parameter, click.Option):
            parameter.help = translated(parameter.help or "")
    if isinstance(command, click.Group):
        command.subcommand_metavar = translated(command.subcommand_metavar)
        for below in command.commands.values():
            _translate(below)
