"""The command for assistants: mcp."""

import click

from rembug import terminal
from rembug.errors import BadParameter, StoreInUse, Words
from rembug.graph import DefaultGraph, KnowledgeGraph, Role
from rembug.settings import Settings


@click.command()
@click.option(
    "--site",
    metavar="URL",
    default="",
    help="Where the service shows the pages that answers name; without it they are named by IRI.",
)
@terminal.role_option
@terminal.store_option
def mcp(site: str, role: str, store: str | None) -> None:
    """Serve an assistant over standard input and output (MCP).

    The Model Context Protocol. Nothing is written. Beside a running service its store is read
    through it; alone, this command owns the store until the assistant hangs up.

    \b
    Examples:
      rembug mcp
      rembug mcp --as researcher --site https://rembug.example.org/
    """
    if site and not site.startswith(("http://", "https://")):
        raise BadParameter(
            Words(
                f"--site takes the URL of a service, not {site!r}",
                f"--site diisi URL layanan, bukan {site!r}",
            )
        )
    from rembug import web  # what it loads, no other command needs
    from rembug.web import assistant

    web.log_to_stderr(quiet=True)
    chosen = Settings.load(given={"store": store})
    with _opened(store, chosen) as graph:
        assistant.over_stdio(web.create_app(graph, chosen), Role[role.upper()], site)


def _opened(store: str | None, chosen: Settings) -> KnowledgeGraph:
    """The store with its limits, or through the service that owns it."""
    terminal.require(chosen.location)
    try:
        return KnowledgeGraph.own(
            chosen.location, DefaultGraph(chosen.default_graph), chosen.limits
        )
    except StoreInUse:
        return terminal.existing(store)
