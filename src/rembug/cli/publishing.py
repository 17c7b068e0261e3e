"""Commands that write what is in the graph for others: export, publish."""

import sys
from pathlib import Path

import click
from rdflib import URIRef

from rembug import exchange, languages, terminal, terms
from rembug.changes import studies
from rembug.errors import BadParameter, UnknownName, Words
from rembug.graph import KnowledgeGraph, Role
from rembug.settings import Settings

_TOLD_EACH = 50
_DATASET_FORMATS = {"trig": "trig", "nquads": "nq"}
_ARCHIVES = frozenset({"csv", "crate", "qdpx"})


@click.command()
@click.option("--study", metavar="SLUG", help="Only the submissions of this study.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["trig", "nquads", "qdpx", "csv", "nanopub", "crate"]),
    default="trig",
    show_default=True,
    help="Of one study: qdpx its coding, csv its tables (a ZIP archive of CSV files), nanopub its "
    "findings, crate all of it (a ZIP archive).",
)
@click.option("--language", type=click.Choice(["id", "en"]), default="id", show_default=True)
@click.option("--out", type=terminal.Output(), help="Write to this file.")
@terminal.role_option
@terminal.store_option
def export(
    study: str | None, form: str, language: str, out: Path | None, role: str, store: str | None
) -> None:
    """Write what may be read, or one study in a form for others.

    csv gives a ZIP archive of the tables that `rembug add` reads; nanopub gives each public finding
    with its provenance (TriG); crate gives an RO-Crate, a ZIP archive with data, tables, SHACL
    report, questions with their answers, provenance and codebook.

    \b
    Examples:
      rembug export --study magetan --out magetan.trig
      rembug export --study magetan --format qdpx --as researcher --out magetan.qdpx
      rembug export --study magetan --format csv --out magetan-tables.zip
      rembug export --study magetan --format crate --language en --out magetan.zip
    """
    if form not in _DATASET_FORMATS and study is None:
        raise BadParameter(
            Words(
                f"--format {form} writes one study: name it with --study",
                f"--format {form} menulis satu studi: sebutkan dengan --study",
            )
        )
    if form in _ARCHIVES and out is None and sys.stdout.isatty():
        raise BadParameter(
            Words(
                f"--format {form} writes an archive, which a terminal does not show: name a file "
                "with --out",
                f"--format {form} menulis arsip, yang tidak dapat ditampilkan terminal: sebutkan "
                "berkasnya dengan --out",
            )
        )
    with terminal.existing(store) as graph:
        if study is not None and study not in (known := studies.known(graph)):
            raise UnknownName("study", study, known)
        mine = terms.GRAPH[f"{study}/"] if study else terms.GRAPH
        wanted = {iri for iri in graph.graphs(Role[role.upper()]) if iri.startswith(mine)}
        body = _exported(graph, study or "", form, language, Role[role.upper()], wanted)
    if out is None:
        click.echo(body, nl=False)
    else:
        out.write_bytes(body)
        more = [Words(" (a ZIP archive)", " (arsip ZIP)")] if form in _ARCHIVES else []
        terminal.wrote(out, *more)


def _exported(
    graph: KnowledgeGraph, study: str, form: str, language: str, role: Role, wanted: set[URIRef]
) -> bytes:
    match form:
        case "qdpx":
            return exchange.qdpx(graph, study, role)
        case "csv":
            found = exchange.tables(graph, study, role, language)
            return exchange.zipped({f"{n}.csv": t.encode("utf-8-sig") for n, t in found.items()})
        case "nanopub":
            return exchange.nanopublications(graph, study).encode()
        case "crate":
            return exchange.crate(graph, study, role, language)
        case _:
            return graph.dump(wanted, _DATASET_FORMATS[form])


@click.command()
@click.argument("study")
@click.option(
    "--out", required=True, type=click.Path(path_type=Path), help="Folder to make, or an empty one."
)
@terminal.store_option
def publish(study: str, out: Path, store: str | None) -> None:
    """Write STUDY as a website that opens from a folder.

    No server is needed for it. Its pages in both languages, with its data, an RO-Crate and a page
    to print. Only what the public may read is in it. All of it is written, or nothing.

    \b
    Example:
      rembug publish magetan --out magetan-site
    """
    from rembug import web  # what it loads, no other command needs
    from rembug.web import publishing

    web.log_to_stderr(quiet=True)

    def step(files: int) -> None:
        if files % _TOLD_EACH == 0:
            end = "\r" if sys.stderr.isatty() else "\n"
            told = Words(f"{files} files so far", f"{files} berkas sejauh ini")
            click.echo(f"{languages.said(told)}{end}", err=True, nl=False)

    with terminal.existing(store) as graph, terminal.ended_tidily():
        app = web.create_app(graph, Settings.load(given={"store": store}))
        files = publishing.publish(app, graph, study, out, step)
    told = Words(
        f"{files} files in {out}; open {out / 'index.html'}",
        f"{files} berkas dalam {out}; bukalah {out / 'index.html'}",
    )
    terminal.say(told, err=True)
