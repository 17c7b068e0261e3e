"""`rembug dataset`: other people's datasets, each in a graph of its own."""

from datetime import datetime
from pathlib import Path
from typing import Final, cast

import click

from rembug import terminal, terms
from rembug.changes import publishing
from rembug.changes.commits import Commit
from rembug.changes.earlier import Earlier
from rembug.cli.earlier import earlier_option, with_earlier
from rembug.cli.review import review_option, reviewing
from rembug.errors import Refused, UnknownName, Words, several
from rembug.gate import Report
from rembug.graph import Role, passing_folder
from rembug.linking import datasets, portals
from rembug.linking import regions as areas
from rembug.linking.sssom import sssom
from rembug.settings import Settings
from rembug.sources.model import Place

LICENCE: Final = "https://creativecommons.org/licenses/by/4.0/"


@click.group()
def dataset() -> None:
    """Bring in other people's datasets, to link and to ask with ours."""


@dataset.command("add")
@click.argument("source")
@click.option("--dataset", "slug", required=True, metavar="SLUG", help="Its short name here.")
@click.option("--title", default="", help="Its title, as its publisher gives it.")
@click.option("--publisher", default="", help="Who publishes it.")
@click.option("--description", default="", help="What it is about, as its publisher says.")
@click.option("--licence", default="", metavar="IRI", help="Its licence, if one is stated.")
@click.option("--page", default="", metavar="URL", help="Where it is described.")
@click.option("--issued", type=click.DateTime(["%Y-%m-%d"]), help="When it was published.")
@click.option(
    "--mapping",
    type=terminal.Input(),
    help="What its columns mean (CSV on the Web).",
)
@click.option(
    "--query",
    type=terminal.Input(),
    help="SOURCE is a SPARQL endpoint; take what this SELECT query finds there.",
)
@click.option("--private", is_flag=True, help="Allow SOURCE to be in this network.")
@review_option
@earlier_option
@terminal.store_option
def add(
    source: str,
    slug: str,
    title: str,
    publisher: str,
    description: str,
    licence: str,
    page: str,
    issued: datetime | None,
    mapping: Path | None,
    query: Path | None,
    private: bool,
    review: Path | None,
    earlier: Earlier | None,
    store: str | None,
) -> None:
    """Bring in a table, through the gate, in place of what was there of that dataset.

    SOURCE is a CSV, XLSX or JSON file (an array of objects), the address of a table, a dataset's
    page on a CKAN portal (https://portal/dataset/name), or with --query a SPARQL endpoint.
    Redirects to other hosts are not followed.

    Everybody can read what comes in. Once the store has a study, what looks like a person's name,
    number or address in it is refused until you decide on each, with --review as in `rembug add`.

    \b
    Examples:
      rembug dataset add umkm.csv --dataset umkm --title "UMKM 2023" --publisher Dinkop
      rembug dataset add https://data.example.go.id/dataset/umkm --dataset umkm
    """
    chosen = Settings.load(given={"store": store})
    terms.require_slug("dataset", slug)
    day = issued.date() if issued else None
    about = datasets.Description(
        slug, title, publisher, licence, page, issued=day, text=description.strip()
    )
    with passing_folder() as folder:
        file = Path(source)
        if source.startswith(("http://", "https://")):
            if query is not None:
                text = terminal.text(query)
                found = portals.select(source, text, about, private=private)
            else:
                found = portals.download(source, about, chosen.fetched, private=private)
            terminal.tell(found.notes)
            file, about = Path(folder) / found.name, found.about
            file.write_bytes(found.body)
        portals.require_described(about)
        with terminal.existing(store) as graph:
            imported = datasets.dataset(file, about, mapping)
            with reviewing(review) as decided:

                def written(said: Earlier) -> Commit:
                    with terminal.counting(Words("Adding", "Memasukkan"), imported.records) as done:
                        return publishing.publish_dataset(
                            graph,
                            slug,
                            imported.description,
                            file,
                            imported.rows,
                            partial=imported.partial,
                            review=decided,
                            earlier=said,
                            agent=chosen.agent,
                            done=done,
                        )

                try:
                    commit = with_earlier(written, earlier)
                except Refused as no:
                    places = ((node, Place(file.name, line)) for node, line in imported.lines)
                    raise Refused(cast(Report, no.report).located(places), no.more) from no
            lost = publishing.lost(graph, slug)
    terminal.tell(imported.left_out)
    _tell_ended(commit)
    if lost:
        names = ", ".join(lost[:20]) + ("…" if lost[20:] else "")
        told = Words(
            f"links lead to {several(len(lost), 'record')} no longer there: {names}; take them "
            "back with reject, or link them again",
            f"ada tautan menuju {len(lost)} baris data yang tidak ada lagi: {names}; batalkan "
            "dengan tolak, atau tautkan kembali",
        )
        terminal.tell([told])
    en, id_ = _state(commit, slug)
    told = Words(
        f"{en}: {several(imported.records, 'record')} (version {commit.version})",
        f"{id_}: {imported.records} baris data (versi {commit.version})",
    )
    terminal.say(told)


def _state(commit: Commit, slug: str) -> Words:
    """What became of a dataset."""
    if commit.added:
        return Words(f"brought in {slug}", f"{slug} dimasukkan")
    return Words(f"unchanged {slug}", f"{slug} tidak berubah")


def _tell_ended(commit: Commit) -> None:
    """Name the records whose links ended as another edition came in."""
    terminal.tell(
        Words(
            f"record {key} was “{was}” and is now “{now}”; links decided on for it have ended, "
            "propose them again",
            f"baris data {key} dahulu “{was}” dan kini “{now}”; tautannya yang sudah diputuskan "
            "berakhir, usulkan lagi",
        )
        for key, was, now in commit.ended
    )


@dataset.command("regions")
@click.argument("package", type=terminal.Input())
@click.option(
    "--issued",
    required=True,
    type=click.DateTime(["%Y-%m-%d"]),
    help="When this edition of the package was published.",
)
@click.option("--within", multiple=True, metavar="CODE", help="Only this region, such as 35.20.")
@click.option("--villages", is_flag=True, help="Villages, too.")
@click.option(
    "--codes",
    type=terminal.Input(),
    help="CSV of kemendagri_code and bps_code: codes of Statistics Indonesia.",
)
@click.option("--dataset", "slug", default="wilayah", show_default=True, metavar="SLUG")
@terminal.store_option
def regions(
    package: Path,
    issued: datetime,
    within: tuple[str, ...],
    villages: bool,
    codes: Path | None,
    slug: str,
    store: str | None,
) -> None:
    """Bring in the administrative regions of Indonesia, in a graph of their own.

    PACKAGE is the npm package idn-area-data as `npm pack idn-area-data` writes it; its data are
    under the ODbL. Regions that came in before stay: those that this edition no longer has are
    marked, with what replaced them where that can be told.

    \b
    Example:
      npm pack idn-area-data@4.0.1
      rembug dataset regions idn-area-data-4.0.1.tgz --issued 2026-05-06 --within 35.20 --villages
    """
    chosen = Settings.load(given={"store": store})
    terms.require_slug("dataset", slug)
    edition = areas.read(package)
    others = areas.read_codes(codes) if codes else None
    with terminal.existing(store) as graph:
        found = areas.regions(
            edition,
            slug,
            package,
            issued.date(),
            within=within,
            villages=villages,
            codes=others,
            before=graph.read([terms.dataset_graph(slug)]),
        )
        commit = publishing.publish_dataset(graph, slug, found.graph, package, agent=chosen.agent)
    _tell_ended(commit)
    for code, after in found.ended.items():
        told = Words(
            f"{code} is in this edition no more" + (f": now {after}" if after else ""),
            f"{code} tidak ada lagi dalam edisi ini" + (f": kini {after}" if after else ""),
        )
        terminal.tell([told])
    en, id_ = _state(commit, slug)
    told = Words(
        f"{en}: {several(found.records, 'region')} under {areas.LICENCE} "
        f"(version {commit.version})",
        f"{id_}: {found.records} wilayah dengan lisensi {areas.LICENCE} (versi {commit.version})",
    )
    terminal.say(told)


@dataset.command("list")
@terminal.format_option
@terminal.store_option
def listed(form: str, store: str | None) -> None:
    """List the datasets in the store, with how many records and accepted links each has."""
    with terminal.existing(store) as graph:
        found = datasets.known(graph)
    terminal.listing(["dataset", "title", "publisher", "issued", "records", "links"], found, form)


@dataset.command("links")
@click.argument("slug")
@click.option("--licence", default=LICENCE, show_default=True, metavar="IRI", help="Of the links.")
@click.option("--out", type=terminal.Output(), help="Write them here.")
@terminal.store_option
def links(slug: str, licence: str, out: Path | None, store: str | None) -> None:
    """Write the decided links to a dataset as SSSOM, in TSV.

    \b
    Example:
      rembug dataset links umkm --out umkm.sssom.tsv
    """
    with terminal.existing(store) as graph:
        found = graph.read([terms.links_graph(slug)])
        if not found:
            known = [
                name.rpartition("/")[2]
                for name in graph.graphs(Role.PUBLIC)
                if terms.is_links(name)
            ]
            raise UnknownName("linked dataset", slug, known)
        text = sssom(found, slug, graph.read(graph.graphs(Role.PUBLIC)), licence)
    if out is None:
        click.echo(text, nl=False)
    else:
        out.write_text(text, encoding="utf-8", newline="")
        terminal.wrote(out)
