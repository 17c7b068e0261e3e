"""The command line: one function a command, no logic of its own.

Messages go to standard error, results to standard output. Exit codes: 0 done, 1 refused, 2 wrong
usage, 3 the store cannot be reached or is in use.
"""

import gc
import os
import sys
from collections.abc import Mapping, Sequence
from typing import Final

import click

from rembug import __version__, languages
from rembug.cli import (
    assisting,
    files,
    publishing,
    questions,
    reviewing,
    serving,
    simulating,
    studies,
    versions,
)
from rembug.cli.codebook import codebook
from rembug.cli.datasets import dataset
from rembug.errors import CannotOpen, Refused, RembugError, StoreFull, visible

# Triples are millions of small objects in no cycle: looking for cycles after every few hundred of
# them took 40 per cent of an import's time.
_OBJECTS_BETWEEN_COLLECTIONS: Final = 200_000


def main() -> None:
    """Run a command and end with its exit code."""
    os.umask(0o077)  # what Rembug writes may be restricted: it is its owner's alone
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS, 20, 20)
    languages.follow(rembug)
    try:
        code = rembug.main(standalone_mode=False)
    except RembugError as error:
        click.echo(visible(_told(error)), err=True)
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:
        code = 130
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    except OSError as error:
        if (told := StoreFull.of(error) or CannotOpen.of(error)) is None:
            raise
        click.echo(visible(_told(told)), err=True)
        code = told.exit_code
    sys.exit(code if isinstance(code, int) else 0)


def _told(error: RembugError) -> str:
    """What an error says in the reader's language.

    Where none is known, in both: each line once, and below it the same in the other. A refusal is
    in both whoever reads it: its report is what researchers of either language pass on.
    """
    known = languages.KNOWN if isinstance(error, Refused) else languages.languages()
    both = [f"rembug: {error.told(language)}" for language in known]
    if len(known) == 1:
        return both[0]
    lines = [text.splitlines() for text in both]
    if isinstance(error, Refused):  # whose report says each fault in both below its place
        more = [error.more.id] if error.more.id else []
        return "\n".join([lines[0][0], lines[1][0], *lines[0][1:], *more])
    if len(lines[0]) != len(lines[1]):
        return "\n".join(both)
    return "\n".join(line for pair in zip(*lines, strict=True) for line in dict.fromkeys(pair))


class _Sections(click.Group):
    """A group whose help lists its commands by what they are for, none of them cut short."""

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002
        formatter: click.HelpFormatter,
    ) -> None:
        """Write a list of commands for each section, in the order of use."""
        longest = max(map(len, self.commands))
        for title, commands in _COMMANDS.items():
            with formatter.section(languages.translated(title)):
                formatter.write_dl(
                    [
                        ((command.name or "").ljust(longest), command.get_short_help_str(200))
                        for command in commands
                    ]
                )


@click.group(
    cls=_Sections,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="rembug")
def rembug() -> None:
    """Knowledge graph and query service for research on collaborative governance.

    \b
    Start here:
      rembug serve                                            serve the shipped Magetan study
      rembug query programs-lacking-sustainability-evidence   ask a ready question
      rembug add findings.ttl --study magetan                 bring a file in, through the gate
    """


_COMMANDS: Final[Mapping[str, Sequence[click.Command]]] = {
    "Serve": (serving.serve, serving.token, assisting.mcp),
    "Bring in": (
        studies.study,
        files.add,
        files.validate,
        files.template,
        codebook,
        simulating.simulate,
    ),
    "Ask": (
        questions.query,
        questions.list_queries,
        questions.qca,
        questions.agreement,
        questions.reason,
    ),
    "Look back, take back": (
        versions.history,
        versions.diff,
        versions.revert,
        versions.withdraw,
    ),
    "Other people's data": (dataset, reviewing.link),
    "Take out": (publishing.export, publishing.publish, serving.assess_fair),
    "Look after the store": (
        serving.backup,
        serving.restore,
        serving.rebuild,
        serving.probe_server,
    ),
}
for _command in (command for commands in _COMMANDS.values() for command in commands):
    rembug.add_command(_command)
