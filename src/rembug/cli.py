"""The command line: one function a command, no logic of its own.

Messages go to standard error, results to standard output. Exit codes: 0 done, 1 refused, 2 wrong
usage, 3 the store cannot be reached or is in use.
"""

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from rembug import (
    __version__,
    linking,
    provenance,
    settings,
    studies,
    submissions,
    terminal,
    terms,
)
from rembug.catalogue import Catalogue
from rembug.errors import RembugError, UnknownName
from rembug.graph import DefaultGraph, KnowledgeGraph, Role, Rows
from rembug.settings import Settings

_RESULT_FORMATS = {
    "json": "application/sparql-results+json",
    "xml": "application/sparql-results+xml",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
}
_RDF_FORMATS = {
    "turtle": "text/turtle",
    "ntriples": "application/n-triples",
    "jsonld": "application/ld+json",
    "rdfxml": "application/rdf+xml",
}

_DATASET_FORMATS = {"trig": "trig", "nquads": "nq"}


def main() -> None:
    """Run a command and end with its exit code."""
    try:
        code = rembug.main(standalone_mode=False)
    except RembugError as error:
        click.echo(f"rembug: {error}", err=True)
        code = error.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except click.Abort:
        code = 130
    except BrokenPipeError:
        sys.stderr.close()
        code = 0
    sys.exit(code if isinstance(code, int) else 0)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="rembug")
def rembug() -> None:
    """A knowledge graph and query service for research on collaborative governance.

    \b
    Start here:
      rembug serve                                            serve the shipped Magetan study
      rembug query programs-lacking-sustainability-evidence   ask a ready question
      rembug add findings.ttl --study magetan                 bring a file in, through the gate
    """


@rembug.command()
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
def serve(empty: bool, **given: object) -> None:
    """Serve the graph: pages, ready questions and SPARQL.

    A new store is first filled with the ontology and the shipped study. One line with the URL is
    printed once the service answers; Ctrl-C or SIGTERM ends it.

    \b
    Examples:
      rembug serve
      rembug serve --port 9000 --store /srv/rembug
    """
    from rembug import web

    chosen = Settings.load(given=given)
    with KnowledgeGraph.own(chosen.store, DefaultGraph(chosen.default_graph)) as graph:
        if not empty:
            with terminal.progress("Filling the store") as step:
                submissions.fill(graph, agent=chosen.agent, step=step)
        app = web.create_app(graph, chosen)
        web.serve(app, chosen.host, chosen.port, on_ready=lambda url: click.echo(f"Rembug: {url}"))


@rembug.group()
def study() -> None:
    """Make and list studies."""


@study.command("create")
@click.argument("slug")
@click.option("--title-en", required=True, help="Title in English.")
@click.option("--title-id", required=True, help="Title in Indonesian.")
@click.option("--start", help="First year (or month, or day) that the study covers: 2018.")
@click.option("--end", help="Last year (or month, or day) that the study covers: 2023.")
@click.option("--region", help="IRI of the place that the study is about.")
@click.option("--licence", help="IRI of the data's licence.")
@click.option("--smallest-cell", type=click.IntRange(1), help="Fewest informants in a public cell.")
@terminal.store_option
def study_create(slug: str, store: str | None, **about: Any) -> None:
    """Make a new study.

    \b
    Example:
      rembug study create surakarta --title-en "Batik in Surakarta" --title-id "Batik di Surakarta"
    """
    chosen = Settings.load(given={"store": store})
    with KnowledgeGraph.open(chosen.store) as graph:
        study = studies.describe(slug, known=studies.known(graph), **about)
        commit = submissions.submit(graph, [study], agent=chosen.agent)
        click.echo(f"study {slug} made: {terms.study(slug)} (version {commit.version})")


@study.command("list")
@terminal.store_option
def study_list(store: str | None) -> None:
    """List the studies in the store."""
    with terminal.existing(store) as graph:
        found = studies.known(graph)
    terminal.table(
        ["study", "title (en)", "title (id)", "from", "to"],
        [
            [name, *(about.get(k, "") for k in ("en", "id", "start", "end"))]
            for name, about in found.items()
        ],
    )


@rembug.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--study", required=True, metavar="SLUG", help="The study that the files belong to.")
@click.option("--dry-run", is_flag=True, help="Only give the gate's verdict; store nothing.")
@terminal.store_option
def add(files: tuple[Path, ...], study: str, dry_run: bool, store: str | None) -> None:
    """Bring FILES into the graph, through the gate: all of them, or none.

    Reads .ttl .trig .nt .nq .jsonld .rdf. What does not conform to the shapes is refused with a
    report that names the place in the file, and nothing is stored. Adding the same file again
    changes nothing.

    \b
    Examples:
      rembug add findings.ttl --study magetan
      rembug add actors.ttl findings.ttl --study magetan --dry-run
    """
    chosen = Settings.load(given={"store": store})
    if dry_run:
        with terminal.existing_or_blank(store) as graph:
            report = submissions.rehearse(graph, files, study)
        click.echo(str(report))
        sys.exit(0 if report.conforms else 1)
    with KnowledgeGraph.open(chosen.store) as graph, terminal.progress("Adding") as step:
        commit = submissions.add(graph, files, study, agent=chosen.agent, step=step)
    if commit.report.results:
        click.echo(str(commit.report), err=True)
    for iri in commit.unchanged:
        click.echo(f"unchanged {terminal.short(iri)}: this content is in the graph already")
    for iri in commit.added:
        click.echo(f"added {terminal.short(iri)} (version {commit.version})")


@rembug.command()
@click.argument("files", nargs=-1, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "turtle", "json"]),
    default="text",
    show_default=True,
)
@terminal.store_option
def validate(files: tuple[Path, ...], form: str, store: str | None) -> None:
    """Give the gate's verdict on FILES together with the store, or on the whole store.

    Ends with 1 when something does not conform. Nothing is stored.

    \b
    Examples:
      rembug validate
      rembug validate findings.ttl --format turtle
    """
    with terminal.existing_or_blank(store) as graph:
        report = submissions.check(graph, files)
    match form:
        case "turtle":
            click.echo(report.graph().serialize(format="turtle").rstrip())
        case "json":
            click.echo(json.dumps(report.to_json(), ensure_ascii=False, indent=2))
        case _:
            click.echo(str(report))
    sys.exit(0 if report.conforms else 1)


@rembug.command()
@click.argument("query")
@click.option("--param", "-p", "params", multiple=True, metavar="K=V", help="A parameter's value.")
@click.option(
    "--format",
    "form",
    default="table",
    show_default=True,
    type=click.Choice(["table", *_RESULT_FORMATS, *_RDF_FORMATS]),
)
@terminal.role_option
@terminal.store_option
def query(query: str, params: tuple[str, ...], form: str, role: str, store: str | None) -> None:
    """Run QUERY: a ready question's name, a file, or - for standard input.

    \b
    Examples:
      rembug query programs-lacking-sustainability-evidence -p study=magetan -p lang=en
      rembug query my-question.rq --format csv > answer.csv
      echo 'SELECT * { ?s a ?c } LIMIT 5' | rembug query -
    """
    text = terminal.query_text(query, dict(terminal.pair(param) for param in params))
    solutions = _RESULT_FORMATS.get(form, _RESULT_FORMATS["json"])
    triples = _RDF_FORMATS.get(form, "text/turtle")
    with terminal.existing(store) as graph:
        accept = {"boolean": solutions, "solutions": solutions, "triples": triples}
        if form in ("csv", "tsv"):
            accept["boolean"] = _RESULT_FORMATS["json"]
        answer = graph.answer(text, Role[role.upper()], accept)
    if form == "table" and answer.kind == "solutions":
        rows = Rows.from_json(answer.body)
        terminal.table(
            list(rows.variables),
            [[str(row.get(name, "")) for name in rows.variables] for row in rows],
        )
    elif form == "table" and answer.kind == "boolean":
        click.echo(json.loads(answer.body)["boolean"])
    else:
        click.echo(answer.body, nl=not answer.body.endswith(b"\n"))


@rembug.command("queries")
def list_queries() -> None:
    """List the ready questions."""
    found = Catalogue.load(settings.queries_dir())
    terminal.table(["name", "title"], [[name, q.title["en"]] for name, q in found.items()])


@rembug.command()
@click.option("--check", is_flag=True, help="Test ontology and data for consistency with HermiT.")
@terminal.store_option
def reason(check: bool, store: str | None) -> None:
    """Recompute the entailed graph, or test everything for consistency.

    \b
    Examples:
      rembug reason
      rembug reason --check
    """
    with terminal.existing(store) as graph:
        if not check:
            click.echo(f"{submissions.entail(graph)} triples entailed")
            return
        verdict = submissions.consistency(graph)
    click.echo(str(verdict))
    sys.exit(0 if verdict.sound else 1)


@rembug.command()
@click.option("--study", default="", metavar="SLUG", help="Only this study.")
@terminal.store_option
def history(study: str, store: str | None) -> None:
    """List every submission that came in or was taken back, oldest first."""
    with terminal.existing(store) as graph:
        events = provenance.history(graph, study)
    terminal.table(
        ["version", "time", "action", "submission", "file", "triples", "by"],
        [
            [str(e.version), e.time, e.action, e.submission, e.file, str(e.triples or ""), e.agent]
            for e in events
        ],
    )


@rembug.command()
@click.argument("table", type=click.Path(path_type=Path))
@click.option("--dataset", required=True, metavar="SLUG", help="What the other dataset is called.")
@click.option("--study", default="", metavar="SLUG", help="Match with this study only.")
@click.option(
    "--out", type=click.Path(path_type=Path, dir_okay=False), help="Write proposals here."
)
@click.option("--accept", is_flag=True, help="TABLE is a reviewed proposal: publish its links.")
@terminal.store_option
def link(
    table: Path, dataset: str, study: str, out: Path | None, accept: bool, store: str | None
) -> None:
    """Propose links between the rows of TABLE and the actors and places of a study.

    Write accept (or terima) into the column decision of what this gives, then pass it back with
    --accept: the accepted links are published as a graph of their own.

    \b
    Examples:
      rembug link smes.csv --dataset dinkop --out proposals.csv
      rembug link proposals.csv --dataset dinkop --accept
    """
    chosen = Settings.load(given={"store": store})
    terms.require_slug("dataset", dataset)
    with terminal.existing(store) as graph:
        if accept:
            links = linking.linkset(linking.read_review(table), dataset, datetime.now(UTC).date())
            commit = submissions.publish_links(graph, dataset, links, table, agent=chosen.agent)
            state = "published" if commit.added else "unchanged"
            click.echo(
                f"{state} {terminal.short(terms.links_graph(dataset))} (version {commit.version})"
            )
            return
        rows = linking.read_table(table)
        with click.progressbar(rows, label="Matching", file=sys.stderr) as shown:
            proposals = linking.propose(graph, shown, study)
    if out is None:
        linking.write_proposals(proposals, sys.stdout)
    else:
        with out.open("w", encoding="utf-8-sig", newline="") as stream:
            linking.write_proposals(proposals, stream)
    matched = len({p.row.key for p in proposals})
    click.echo(f"{len(proposals)} proposals for {matched} of {len(rows)} rows", err=True)


@rembug.command()
@click.argument("names", nargs=-1, required=True, metavar="SUBMISSION...")
@terminal.store_option
def revert(names: tuple[str, ...], store: str | None) -> None:
    """Take each SUBMISSION back, through the gate; its name is as `rembug history` lists it.

    Submissions that refer to each other go together, in one commit.

    \b
    Example:
      rembug revert magetan/findings-3f2a91c0
    """
    chosen = Settings.load(given={"store": store})
    with terminal.existing(store) as graph:
        commit = submissions.revert(graph, *names, agent=chosen.agent)
    for iri in commit.removed:
        click.echo(f"reverted {terminal.short(iri)} (version {commit.version})")


@rembug.command()
@click.option("--study", metavar="SLUG", help="Only the submissions of this study.")
@click.option(
    "--format", "form", type=click.Choice(["trig", "nquads"]), default="trig", show_default=True
)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), help="Write to this file.")
@terminal.role_option
@terminal.store_option
def export(study: str | None, form: str, out: Path | None, role: str, store: str | None) -> None:
    """Write what may be read, graph by graph.

    \b
    Example:
      rembug export --study magetan --out magetan.trig
    """
    with terminal.existing(store) as graph:
        if study is not None and study not in (known := studies.known(graph)):
            raise UnknownName("study", study, known)
        mine = terms.GRAPH[f"{study}/"] if study else terms.GRAPH
        wanted = {iri for iri in graph.graphs(Role[role.upper()]) if iri.startswith(mine)}
        body = graph.dump(wanted, _DATASET_FORMATS[form])
    if out is None:
        click.echo(body, nl=False)
    else:
        out.write_bytes(body)
        click.echo(f"wrote {out}", err=True)
