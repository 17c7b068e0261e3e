"""Commands that ask: query, queries, qca, agreement, reason."""

import csv
import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from rembug import languages, settings, terminal, terms
from rembug.catalogue import Catalogue
from rembug.changes import studies, submissions
from rembug.changes.ontology import integrity
from rembug.errors import UnknownName, Words
from rembug.graph import Role, Rows

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


@click.command()
@click.argument("query")
@click.option("--param", "-p", "params", multiple=True, metavar="K=V", help="A parameter's value.")
@click.option(
    "--format",
    "form",
    default="table",
    show_default=True,
    type=click.Choice(["table", *_RESULT_FORMATS, *_RDF_FORMATS]),
)
@click.option("--at", type=click.IntRange(0), metavar="VERSION", help="The graph as it was then.")
@terminal.role_option
@terminal.store_option
def query(
    query: str, params: tuple[str, ...], form: str, at: int | None, role: str, store: str | None
) -> None:
    """Run QUERY: a ready question, a file, or - for standard input.

    On a terminal a table fits its width. In a pipe lines stay whole, unless COLUMNS says how wide
    they may be.

    \b
    Examples:
      rembug query programs-lacking-sustainability-evidence -p study=magetan -p lang=en
      rembug query my-question.rq --format csv > answer.csv
      rembug query findings-by-number-of-sources --at 12
      echo 'SELECT * { ?s a ?c } LIMIT 5' | rembug query -
      COLUMNS=100 rembug query actors-and-roles | less
    """
    values = dict(terminal.pair(param) for param in params)
    solutions = _RESULT_FORMATS.get(form, _RESULT_FORMATS["json"])
    triples = _RDF_FORMATS.get(form, "text/turtle")
    with terminal.existing(store) as graph:
        text = terminal.query_text(query, values, graph, Role[role.upper()])
        accept = {"boolean": solutions, "solutions": solutions, "triples": triples}
        answer = graph.answer(text, Role[role.upper()], accept, version=at)
    if form == "table" and answer.kind == "solutions":
        rows = Rows.from_json(answer.body)
        terminal.table(
            list(rows.variables),
            [[str(row.get(name, "")) for name in rows.variables] for row in rows],
        )
    elif form == "table" and answer.kind == "boolean":
        true = json.loads(answer.body)["boolean"]
        terminal.say(Words("True", "Ya") if true else Words("False", "Tidak"))
    else:
        click.echo(answer.body, nl=not answer.body.endswith(b"\n"))


@click.command()
@click.argument("file", type=terminal.Input())
@click.option(
    "--out", type=click.Path(path_type=Path), help="Folder for the files, made where there is none."
)
@terminal.role_option
@terminal.store_option
def qca(file: Path, out: Path | None, role: str, store: str | None) -> None:
    """Make the truth table of the analysis that FILE declares (QCA).

    Qualitative comparative analysis. FILE is TOML and names cases, conditions, the outcome, and
    from which rating on a case is in (docs/qca.md). With --out the table, the calibrated cases for
    R's QCA or pyqca, and what is not known of the cases left out are written as CSV.

    \b
    Example:
      rembug qca trust.toml --out trust
    """
    from rembug import qca as analysis  # what it loads, no other command needs

    setup = analysis.read(file.read_bytes(), str(file))
    with terminal.existing(store) as graph:
        calibrated = analysis.calibrate(graph, setup, Role[role.upper()])
    for one in calibrated.left_out:
        why = Words("no finding", "tidak ada temuan")
        if one.findings:
            why = Words(f"{one.findings} without a rating", f"{one.findings} tanpa penilaian")
        terminal.tell(
            [
                Words(
                    f"left out: {one.case}, {one.factor} is not known ({why.en})",
                    f"dilewati: {one.case}, {one.factor} tidak diketahui ({why.id})",
                )
            ]
        )
    found = analysis.truth_table(calibrated)
    if out is None:
        head, *rows = csv.reader(found.csv().splitlines())
        terminal.table(head, rows)
        return
    out.mkdir(parents=True, exist_ok=True)
    for name, text in (
        ("truth-table.csv", found.csv()),
        ("cases.csv", analysis.cases_csv(calibrated)),
        ("left-out.csv", analysis.left_out_csv(calibrated)),
    ):
        (out / name).write_bytes(text.encode())
        click.echo(out / name)


@click.command()
@click.option("--study", required=True, metavar="SLUG", help="The study whose coders are compared.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table")
@terminal.role_option
@terminal.store_option
def agreement(study: str, form: str, role: str, store: str | None) -> None:
    """Show how far coders agree on each code (Krippendorff, Cohen).

    Krippendorff's alpha and Cohen's kappa. Counted are the passages of sources that several coders
    worked on; the lowest alpha comes first.

    \b
    Example:
      rembug agreement --study surakarta
    """
    from rembug.agreement import agreement as agreed  # what it loads, no other command needs

    with terminal.existing(store) as graph:
        if study not in (known := studies.known(graph)):
            raise UnknownName("study", study, known)
        found = agreed(graph, study, Role[role.upper()])
    if form == "json":
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
        return
    terminal.listing(
        ["code", "coders", "passages", "given", "alpha", "kappa"],
        [
            [
                a.name,
                str(a.coders),
                str(a.passages),
                str(a.given),
                _rounded(a.alpha),
                _rounded(a.kappa),
            ]
            for a in found
        ],
        "table",
    )
    if not found:
        terminal.tell(
            [
                Words(
                    "no source of this study was coded by two coders",
                    "tidak ada sumber dalam studi ini yang dikode oleh dua pengode",
                )
            ]
        )


def _rounded(value: float | None) -> str:
    return "" if value is None else f"{value:.3f}"


@click.command("queries")
@terminal.format_option
def list_queries(form: str) -> None:
    """List the ready questions."""
    found = Catalogue.load(settings.queries_dir())
    language = "en" if form == "json" else languages.language()
    rows = [[name, q.title[language]] for name, q in found.items()]
    terminal.listing(["name", "title"], rows, form)


@click.command()
@click.option("--check", is_flag=True, help="Test ontology and data for consistency with HermiT.")
@terminal.store_option
def reason(check: bool, store: str | None) -> None:
    """Recompute what is entailed, or test everything for consistency.

    \b
    Examples:
      rembug reason
      rembug reason --check
    """
    with terminal.existing(store) as graph:
        if not check:
            number = submissions.entail(graph)
            terminal.say(Words(f"{number} triples entailed", f"{number} tripel disimpulkan"))
            return
        report = integrity(graph.read([terms.ONTOLOGY_GRAPH]))
        verdict = submissions.consistency(graph)
    if not report.conforms:
        click.echo(report.in_both())
    terminal.say(verdict.words)
    sys.exit(0 if verdict.sound and report.conforms else 1)
