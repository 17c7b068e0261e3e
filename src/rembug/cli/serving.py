"""Commands for who runs the service: serve, backup, restore, token."""

import logging
import sys
import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from pathlib import Path

import click

from rembug import languages, probe, terminal
from rembug.changes import submissions
from rembug.changes.studies import known as known_studies
from rembug.errors import StoreUnreachable, UnknownName, Words, several
from rembug.graph import DefaultGraph, KnowledgeGraph, Location, Role
from rembug.graph.folders import ENGINE
from rembug.settings import Settings
from rembug.sources.fetching import NotReached
from rembug.tokens import Tokens


@click.command()
@click.option("--host", help="Address to listen on [default: 127.0.0.1].")
@click.option("--port", type=click.IntRange(0, 65535), help="Port; 0 takes a free one [8000].")
@terminal.store_option
@click.option("--empty", is_flag=True, help="Do not fill a new store with the shipped study.")
@click.option(
    "--default-graph",
    type=click.Choice([choice.value for choice in DefaultGraph]),
    help="What a query reads when it names no graph: the union of all it may read, or the store's "
    "own unnamed graph [default: union].",
)
@click.option("--query-timeout", type=click.FloatRange(min=0.1), help="Seconds for a query [30].")
@click.option("--query-memory", type=click.IntRange(64), help="MiB for a query [1024].")
@click.option("--largest-result", type=click.IntRange(1), help="MiB of a result [256].")
@click.option("--largest-upload", type=click.IntRange(1), help="MiB of an upload, unpacked [256].")
@click.option("--workers", type=click.IntRange(1), help="Processes for queries [two a processor].")
@click.option("--keep-versions", type=click.IntRange(0), help="Earlier versions to keep [all].")
@click.option(
    "--reader",
    "readers",
    multiple=True,
    metavar="NAME=URL",
    help="A repository on a SPARQL server that answers in the place of a reading store: public= or "
    "all=, and sparql+http(s)://….",
)
@click.option("--quiet", is_flag=True, help="Log nothing but warnings.")
def serve(empty: bool, quiet: bool, readers: tuple[str, ...], **given: object) -> None:
    """Serve the graph: pages, ready questions and SPARQL.

    A new store is first filled with the ontology and the shipped study. One line with the URL is
    printed once the service answers; Ctrl-C or SIGTERM ends it when what runs is answered. Each
    request is a line of JSON on standard error.

    \b
    Examples:
      rembug serve
      rembug serve --port 9000 --store /srv/rembug
    """
    from rembug import web

    chosen = Settings.load(given={**given, "readers": readers or None})
    web.log_to_stderr(quiet=quiet)
    default_graph = DefaultGraph(chosen.default_graph)
    with KnowledgeGraph.own(chosen.location, default_graph, chosen.limits) as graph:
        graph.keep_versions = chosen.keep_versions
        terminal.tell(graph.shortcomings)
        if not empty:
            with terminal.progress(Words("Filling the store", "Mengisi penyimpanan")) as step:
                submissions.fill(graph, agent=chosen.agent, step=step)
        for name, trial in probe.read_from(graph, chosen).items():
            if trial.differing:
                number = len(trial.differing)
                told = Words(
                    f"the server of --reader {name} answers {several(number, 'question')} of the "
                    "probe otherwise; such questions are answered here. `rembug probe` lists them",
                    f"server pada --reader {name} menjawab {number} pertanyaan uji secara lain; "
                    "pertanyaan semacam itu dijawab di sini. `rembug probe` mendaftarnya",
                )
                terminal.tell([told])
        app = web.create_app(graph, chosen)
        ended = threading.Event()

        def ready(url: str) -> None:
            click.echo(f"Rembug: {url}")
            prepare = partial(web.prepare, app)
            threading.Thread(target=_prepare, args=(prepare, ended), daemon=True).start()

        web.serve(
            app,
            chosen.host,
            chosen.port,
            on_ready=ready,
            largest_body=2 * chosen.largest_upload * 2**20,
        )
        ended.set()


def _prepare(prepare: Callable[[], None], ended: threading.Event) -> None:
    try:
        prepare()
    except Exception:  # at the end of a thread; what asks for it next makes it
        if ended.is_set():  # the store was closed under it
            return
        logging.getLogger("rembug").warning("lists and search are not prepared", exc_info=True)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@terminal.store_option
def backup(folder: Path, store: str | None) -> None:
    """Copy the store into a new FOLDER, while it is in use.

    FOLDER must not exist. Decisions on links that are not published yet go with it; tokens and the
    audit log are not part of it.

    \b
    Example:
      rembug backup /srv/backups/2026-11-24
    """
    with terminal.existing(store) as graph:
        manifest = graph.backup(folder, Settings.load(given={"store": store}).reviews)
    told = Words(
        f"version {manifest.version}, {manifest.quads} quads, copied to {folder}",
        f"versi {manifest.version}, {manifest.quads} quad, disalin ke {folder}",
    )
    terminal.say(told)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@terminal.store_option
def restore(folder: Path, store: str | None) -> None:
    """Put the backup in FOLDER in the store's place, if it is whole.

    It is checked before it counts. What was there is kept beside it, and named. The service must be
    stopped first.

    \b
    Example:
      rembug restore /srv/backups/2026-11-24
    """
    chosen = Settings.load(given={"store": store})
    manifest, old = KnowledgeGraph.restore(folder, chosen.store, chosen.reviews)
    told = Words(
        f"version {manifest.version}, {manifest.quads} quads, restored to {chosen.store}",
        f"versi {manifest.version}, {manifest.quads} quad, dipulihkan ke {chosen.store}",
    )
    terminal.say(told)
    if old is not None:
        terminal.say(Words(f"what was there is in {old}", f"isi sebelumnya ada di {old}"), err=True)


@click.command()
@terminal.store_option
def rebuild(store: str | None) -> None:
    """Make the reading stores and the index anew from the record.

    They follow every commit by themselves; this is for when their files are damaged. What follows
    from the data by rules is part of the record: `rembug reason` makes it anew.

    \b
    Example:
      rembug rebuild
    """
    with terminal.existing(store) as graph:
        graph.rebuild()
        probe.refill(graph, Settings.load(given={"store": store}))
        version = graph.version
    terminal.say(Words(f"version {version}: made anew", f"versi {version}: dibuat baru"))


@click.command(name="probe")
@click.argument("url")
@click.option("--anew", is_flag=True, help="Try it again, though it was tried before.")
def probe_server(url: str, anew: bool) -> None:
    """Try whether a SPARQL server answers as the embedded engine.

    URL is sparql+http(s)://…, of the query operation of an empty repository; where updates go
    elsewhere, their URL follows after a space, both in quotes. It is filled, asked and emptied.
    The ready questions are asked over the examples, and small cases of what SPARQL 1.1 defines.
    What is answered otherwise is listed; the exit code is 1 then. Who asks is said as for
    `serve --reader`: in the URL, or in REMBUG_READER_USER and REMBUG_READER_PASSWORD.

    \b
    Examples:
      rembug probe sparql+http://localhost:7878/query
      rembug probe "sparql+http://HOST:8890/sparql http://HOST:8890/sparql-auth"
    """
    place = probe.repository(Settings.load().reader_endpoint(url))
    made = probe.Probe.made()
    differing = made.trial(place, anew=anew).differing
    if differing:
        terminal.listing(
            ["question", "difference"], [list(row) for row in differing.items()], "table"
        )
    terminal.tell(
        Words(
            f"{name}: the examples have no answer to it, so it says nothing",
            f"{name}: contoh-contoh tidak memiliki jawabannya, sehingga tidak menguji apa pun",
        )
        for name in made.silent
    )
    told = Words(
        f"{len(made.cases)} asked, {len(differing)} answered otherwise",
        f"{len(made.cases)} ditanyakan, {len(differing)} dijawab secara lain",
    )
    terminal.say(told, err=True)
    if differing:
        sys.exit(1)


@click.command("fair")
@click.argument("url")
@click.argument("study")
@click.option(
    "--lang", type=click.Choice(["en", "id"]), help="What it says; else the terminal's language."
)
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
def assess_fair(url: str, study: str, lang: str | None, form: str) -> None:
    """Ask a running service how FAIR a study is, and what is missing.

    Asked is what assessors ask: whether STUDY is findable, accessible, interoperable and reusable
    at the service at URL. What is not met is told with what to do; the exit code is 1 then, and 3
    when nothing answers there.

    \b
    Example:
      rembug fair https://rembug.example.go.id/ magetan
    """
    from rembug import fair  # what it loads, no other command needs

    try:
        found = fair.assess(url, study)
    except NotReached as error:
        raise StoreUnreachable(error.words) from error
    lang = lang or languages.language()
    yes, no = ("ya", "tidak") if lang == "id" and form == "table" else ("yes", "no")
    told = [
        [
            one.principle,
            getattr(one.asked, lang),
            yes if one.met else no,
            "" if one.met else getattr(one.missing, lang),
        ]
        for one in found
    ]
    terminal.listing(["principle", "asked", "met", "what to do"], told, form)
    if not all(one.met for one in found):
        sys.exit(1)


@click.group()
def token() -> None:
    """Make, list and revoke tokens to write, or read more, over HTTP."""


@token.command("create")
@click.option(
    "--role",
    required=True,
    type=click.Choice([role.name.lower() for role in Role if role is not Role.PUBLIC]),
    help="What its bearer may do.",
)
@click.option("--name", required=True, help="What it is called, in lists and logs.")
@click.option(
    "--study",
    "studies",
    multiple=True,
    metavar="SLUG",
    help="A study whose restricted graphs it reads and which it may write, if its role may; "
    "several times for several [all].",
)
@terminal.store_option
def token_create(role: str, name: str, studies: tuple[str, ...], store: str | None) -> None:
    """Make a token and print it, this once.

    \b
    Examples:
      rembug token create --role curator --name dinas-perindustrian
      rembug token create --role researcher --name peneliti --study magetan
    """
    chosen = Settings.load(given={"store": store})
    unknown = list(_unknown(studies, chosen.location))
    click.echo(Tokens(chosen.tokens_file).create(name, Role[role.upper()], studies))
    terminal.tell(unknown)


def _unknown(slugs: Sequence[str], location: Location) -> Iterator[Words]:
    """What is told of studies that a token is for and that are not there, yet or by a slip."""
    known: Collection[str] = ()
    if slugs and (location.server or (location.folder / ENGINE).is_dir()):
        with KnowledgeGraph.open(location) as graph:
            known = known_studies(graph)
    for slug in slugs:
        if slug not in known:
            lacking = UnknownName("study", slug, known)
            yield Words(
                f"{lacking.told('en')} The token will be good for it once there is.",
                f"{lacking.told('id')} Token ini berlaku untuknya setelah studinya ada.",
            )


@token.command("list")
@terminal.format_option
@terminal.store_option
def token_list(form: str, store: str | None) -> None:
    """List the tokens' names, roles and studies; the tokens themselves nobody knows."""
    chosen = Settings.load(given={"store": store})
    known = Tokens(chosen.tokens_file).all().values()
    everything = languages.translated("all") if form == "table" else "all"
    rows = [(t.name, t.role, ", ".join(t.studies) or everything, t.created) for t in known]
    terminal.listing(["name", "role", "studies", "created"], rows, form)


@token.command("revoke")
@click.argument("name")
@terminal.store_option
def token_revoke(name: str, store: str | None) -> None:
    """Make the token NAME worthless, at once."""
    chosen = Settings.load(given={"store": store})
    Tokens(chosen.tokens_file).revoke(name)
    terminal.say(Words(f"revoked {name}", f"{name} dicabut"))
