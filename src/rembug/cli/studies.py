"""Commands about studies: make and list them."""

from typing import Any

import click

from rembug import terminal, terms
from rembug.changes import studies, submissions
from rembug.changes.ontology import ensure_ontology
from rembug.errors import Words
from rembug.settings import Settings


@click.group()
def study() -> None:
    """Make and list studies."""


@study.command("create")
@click.argument("slug")
@click.option("--title-en", required=True, help="Title in English.")
@click.option("--title-id", required=True, help="Title in Indonesian.")
@click.option("--start", help="First year (or month, or day) that the study covers: 2018.")
@click.option("--end", help="Last year (or month, or day) that the study covers: 2023.")
@click.option("--region", help="IRI of the place that the study is about.")
@click.option("--sector", help="Economic sector: batik-manufacture, or the IRI of a concept.")
@click.option("--licence", help="IRI of the data's licence.")
@click.option("--smallest-cell", type=click.IntRange(1), help="Fewest informants in a public cell.")
@click.option(
    "--framework",
    "frameworks",
    multiple=True,
    metavar="SLUG",
    help="A framework that its findings are held against; may be given several times.",
)
@terminal.store_option
def study_create(slug: str, store: str | None, **about: Any) -> None:
    """Make a new study.

    \b
    Example:
      rembug study create surakarta --title-en "Batik in Surakarta" --title-id "Batik di Surakarta"
      rembug study create klaten --title-en Klaten --title-id Klaten --framework my-framework
    """
    chosen = Settings.load(given={"store": store})
    with terminal.existing_or_new(store) as graph:
        ensure_ontology(graph, agent=chosen.agent)
        known, offered = studies.known(graph), studies.frameworks(graph)
        study = studies.describe(slug, known=known, offered=offered, **about)
        commit = submissions.submit(graph, [study], agent=chosen.agent)
    told = Words(
        f"study {slug} made: {terms.study(slug)} (version {commit.version})",
        f"studi {slug} dibuat: {terms.study(slug)} (versi {commit.version})",
    )
    terminal.say(told)


@study.command("list")
@terminal.format_option
@terminal.store_option
def study_list(form: str, store: str | None) -> None:
    """List the studies in the store."""
    with terminal.existing(store) as graph:
        found = studies.known(graph)
    terminal.listing(
        ["study", "title (en)", "title (id)", "from", "to"],
        [
            [name, *(about.get(k) for k in ("en", "id", "start", "end"))]
            for name, about in found.items()
        ],
        form,
    )
