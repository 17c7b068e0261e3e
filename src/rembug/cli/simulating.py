"""The command that makes up studies: simulate."""

from pathlib import Path

import click

from rembug import simulate as simulation


@click.command()
@click.option("--studies", type=click.IntRange(1), default=1, show_default=True, help="How many.")
@click.option(
    *("--interviews", "interviews"),
    type=click.IntRange(0),
    default=10,
    show_default=True,
    help="How many each study has.",
)
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the random numbers.")
@click.option(
    *("--out", "folder"),
    type=click.Path(path_type=Path, file_okay=False),
    required=True,
    help="A new folder, or an empty one.",
)
def simulate(studies: int, interviews: int, seed: int, folder: Path) -> None:
    """Write made-up studies, marked as synthetic, to try Rembug with.

    Each is a folder of Turtle with every kind of thing in it. The same numbers and seed give the
    same files.

    \b
    Example:
      rembug simulate --studies 3 --interviews 20 --seed 1 --out studies
      rembug add studies
    """
    for study in simulation.write(folder, studies, interviews, seed):
        click.echo(str(study))
