"""The table of what looks like persons, which several commands write and read."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import cast

import click

from rembug import terminal
from rembug.errors import Unreviewed, Words, several
from rembug.privacy import scan

review_option = click.option(
    "--review",
    type=terminal.Output(),
    help="What you decided of things that look like persons; written first if it is not there.",
)


@contextmanager
def reviewing(table: Path | None) -> Iterator[scan.Review]:
    """What a table says was decided; where something is not, it is written there, and that is all.

    Raises:
        Unreviewed: there is something to decide on, and no table.
    """
    decided = read(table)
    try:
        yield decided
    except Unreviewed as error:
        if table is None:
            raise error.at_a_terminal() from error
        write(table, cast(Sequence[scan.Sighting], error.among), decided)
        sys.exit(1)


def read(table: Path | None) -> scan.Review:
    """What a table says was decided; nothing, where there is none yet."""
    return scan.read_review(table) if table and table.exists() else scan.Review()


def write(path: Path, sightings: Sequence[scan.Sighting], decided: scan.Review) -> None:
    """Write what was found with what is decided of it, and say so."""
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        rows = scan.write_review(sightings, decided, stream)
    undecided = len({(s.kind, s.text) for s in sightings if decided.of(s) is None})
    told = Words(
        f"nothing was stored: {path} lists {several(rows, 'possible person')} in what would become "
        f"public, {undecided} of them without a decision; write keep (biarkan) or mask "
        "(samarkan) in the first column and run this again",
        f"tidak ada yang disimpan: {path} memuat {rows} hal yang tampak seperti orang dalam isi "
        f"yang akan terbuka untuk umum, {undecided} di antaranya belum diputuskan; tulis biarkan "
        "(keep) atau samarkan (mask) di kolom pertama, lalu jalankan lagi",
    )
    terminal.tell([told])
