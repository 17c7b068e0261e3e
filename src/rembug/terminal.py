"""How commands speak with a person at a terminal: options, stores, questions, tables, progress."""

import errno
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import wraps
from getpass import getuser
from pathlib import Path
from typing import Any, Final

import click
from prettytable import PrettyTable, TableStyle

from rembug import catalogue, settings, terms
from rembug.catalogue import Catalogue, Query
from rembug.changes import studies
from rembug.changes.ontology import ensure_ontology, has_ontology, judge_ontology
from rembug.errors import (
    BadParameter,
    CannotOpen,
    Missing,
    StoreUnreachable,
    Unreadable,
    Words,
    why,
)
from rembug.graph import KnowledgeGraph, Role
from rembug.settings import Location, Settings
from rembug.tokens.audit import NAME as AUDIT
from rembug.tokens.audit import Audit

# What a terminal obeys (ECMA-48), and what turns the direction of a line.
_READABLE: Final = 8  # columns of a terminal that a cell needs
_CONTROLS: Final = frozenset(
    map(
        chr,
        (
            *range(9),
            11,
            12,
            *range(14, 32),
            *range(127, 160),
            *range(0x202A, 0x202F),
            *range(0x2066, 0x206A),
        ),
    )
)


class Input(click.Path):
    """A file that is read; one that cannot be is told of before anything is done."""

    name = "file"

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The file's path; raises CannotOpen."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        with _opening(path), path.open("rb"):
            return path


class Output(click.Path):
    """A file that is written; a place that cannot have it is told of before anything is done."""

    name = "file"

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The file's path; raises CannotOpen."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if path.is_dir():
            raise CannotOpen(path, why(OSError(errno.EISDIR, "")))
        if not path.absolute().parent.is_dir():
            en, id_ = "its folder is not there; make it first", "foldernya tidak ada; buat dahulu"
            raise CannotOpen(path, Words(en, id_))
        if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
            raise CannotOpen(path, why(OSError(errno.EACCES, "")))
        return path


@contextmanager
def _opening(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotOpen(path, why(error)) from error


def text(path: Path) -> str:
    """What a file of text says; raises Unreadable, CannotOpen."""
    try:
        with _opening(path):
            return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        told = Words(
            "is not UTF-8 text; save it as UTF-8", "bukan teks UTF-8; simpan sebagai UTF-8"
        )
        raise Unreadable(path.name, told) from error


def store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --store, the same for every command; what it does there is in the audit log."""

    @wraps(command)
    def audited(*args: Any, **given: Any) -> Any:
        outcome = "done"
        try:
            return command(*args, **given)
        except SystemExit as end:
            outcome = f"exit {end.code or 0}"
            raise
        except BaseException as error:
            outcome = type(error).__name__
            raise
        finally:
            if given.get("role") != "public":  # which reads nothing that others do not
                _note(given, outcome)

    return click.option(
        "--store",
        metavar="DIR-or-URL",
        help="Folder of the store, or sparql+http://… [REMBUG_STORE; default: ./rembug-store].",
    )(audited)


def _note(given: Mapping[str, Any], outcome: str) -> None:
    """Write into the audit log of a store what the command that runs has done there."""
    chosen = Settings.load(given={"store": given.get("store")})
    file = chosen.tokens_file.with_name(AUDIT)
    if not file.parent.is_dir():  # there is no store
        return
    line = {
        "caller": chosen.agent or getuser(),
        "action": "command",
        "target": click.get_current_context().command_path,
        "outcome": outcome,
    }
    asked = {name: given[name] for name in ("role", "study", "studies") if given.get(name)}
    if line["target"].startswith("rembug token"):  # elsewhere a name may be a person's
        asked |= {"token": given.get("name")}
    Audit(file, chosen.audit_days).note({**line, **asked})


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --format of commands that list things."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json"]),
        default="table",
        show_default=True,
        help="A table for people, or JSON for programs: an object a row.",
    )(command)


def role_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --as, whose eyes to read with."""
    return click.option(
        "--as",
        "role",
        type=click.Choice([role.name.lower() for role in Role]),
        default="public",
        show_default=True,
        help="Whose eyes to read with; the public reads no restricted graph.",
    )(command)


def query_text(name: str, values: dict[str, str], graph: KnowledgeGraph, role: Role) -> str:
    """The SPARQL that a person named: a ready question, a file, or standard input.

    Raises:
        UnknownName: there is no such question, or nothing of a name that a parameter gives.
        BadParameter: a value does not fit its parameter.
        Missing: it is a file's name, and there is no such file.
    """
    if name == "-":
        return _without_parameters(sys.stdin.read(), values)
    if (file := Path(name)).suffix == ".rq":
        if not file.is_file():
            told = Words(
                "cannot be read: No such file; ready questions are named without .rq "
                "(`rembug queries`)",
                "tidak dapat dibaca: berkas itu tidak ada; pertanyaan siap pakai ditulis tanpa "
                ".rq (`rembug queries`)",
            )
            raise Missing(name, told)
        if (said := text(file)).startswith("#+"):
            return _bound(catalogue.read(file), values, graph, role)
        return _without_parameters(said, values)
    return _bound(Catalogue.load(settings.queries_dir())[name], values, graph, role)


def _bound(query: Query, values: dict[str, str], graph: KnowledgeGraph, role: Role) -> str:
    text = query.bind(values)
    studies.require_named(graph, query, values, role)
    return text


def _without_parameters(text: str, values: dict[str, str]) -> str:
    if values:
        raise BadParameter(
            Words(
                "--param works only with a query whose header declares parameters",
                "--param berlaku untuk kueri yang headernya menyatakan parameter",
            )
        )
    return text


def pair(param: str) -> tuple[str, str]:
    """A parameter as `name=value`, taken apart; raises BadParameter."""
    name, equals, value = param.partition("=")
    if not equals:
        raise BadParameter(
            Words(
                f"--param is written name=value, not {param!r}",
                f"--param ditulis nama=nilai, bukan {param!r}",
            )
        )
    return name, value


def existing(store: str | None) -> KnowledgeGraph:
    """The store that a person named, which must be there; raises StoreUnreachable.

    That it lacks frameworks in the folder of the setting `frameworks`, or has other ones, is told.
    """
    location = Settings.load(given={"store": store}).location
    require(location)
    own = settings.own_frameworks()
    graph = KnowledgeGraph.open(location)
    if own and not has_ontology(graph):
        folder = own[0].parent
        told = Words(
            f"the store does not have the frameworks in {folder} as they are there; "
            "`rembug serve`, or the next that is added, takes them in",
            f"kerangka dalam {folder} belum ada di penyimpanan, atau isinya berbeda; "
            "`rembug serve`, atau penambahan berikutnya, memasukkannya",
        )
        tell([told])
    return graph


def existing_or_new(store: str | None) -> KnowledgeGraph:
    """The store that a person named; one that is made for it is told of, with its folder."""
    location = Settings.load(given={"store": store}).location
    new = location.server is None and not location.folder.is_dir()
    graph = KnowledgeGraph.open(location)
    if new:
        folder = location.folder.absolute()
        made = Words(
            f"a new store is made in {folder}; --store names another, such as a service's",
            f"penyimpanan baru dibuat di {folder}; dengan --store disebutkan penyimpanan lain, "
            "misalnya milik layanan",
        )
        tell([made])
    return graph


def require(location: Location) -> None:
    """Raise StoreUnreachable where there is no store."""
    if location.server is None and not location.folder.is_dir():
        folder = location.folder.absolute()  # a relative name says nothing in another folder
        raise StoreUnreachable(
            Words(
                f"there is no store in {folder}; name another with --store; `rembug serve` makes "
                "one with the shipped study, `rembug study create` an empty one",
                f"tidak ada penyimpanan di {folder}; sebutkan yang lain dengan --store; "
                "`rembug serve` membuatnya beserta studi bawaan, `rembug study create` membuat "
                "yang kosong",
            )
        )


def existing_or_blank(store: str | None) -> KnowledgeGraph:
    """The store that a person named; where none is named and none is there, one in memory.

    Frameworks in the folder of the setting `frameworks` are judged, and raise as `judge_ontology`.
    """
    location = Settings.load(given={"store": store}).location
    if settings.own_frameworks():
        judge_ontology()
    if store is not None or location.server or location.folder.is_dir():
        return existing(store)
    graph = KnowledgeGraph.in_memory()
    ensure_ontology(graph)
    return graph


def with_frameworks(store: str | None) -> KnowledgeGraph:
    """A graph with the frameworks that the setting `frameworks` names, or else those of the store.

    Where the setting names some, they are read from their files, judged, and not stored.
    """
    location = Settings.load(given={"store": store}).location
    if not settings.own_frameworks():
        return existing_or_blank(store)
    if store is not None:
        require(location)
    graph = KnowledgeGraph.in_memory()
    ensure_ontology(graph)
    return graph


@contextmanager
def progress(title: str) -> Iterator[Callable[[str], None]]:
    """A bar on standard error where that is a terminal; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    steps = ("reading", "checking against the shapes", "reasoning", "committing")
    with click.progressbar(length=len(steps), label=title, file=sys.stderr) as bar:

        def step(name: str) -> None:
            bar.label = f"{title}: {name}"
            bar.update(steps.index(name) + 1 - bar.pos)

        yield step


@contextmanager
def counting(title: str, length: int) -> Iterator[Callable[[int], object]]:
    """A bar on standard error where that is a terminal, moved by so many; nothing elsewhere."""
    if not sys.stderr.isatty():
        yield lambda _: None
        return
    with click.progressbar(length=length, label=title, file=sys.stderr) as bar:
        yield bar.update


@contextmanager
def ended_tidily() -> Iterator[None]:
    """Let a SIGTERM end what is under way as an exception does, so that it tidies up."""

    def end(number: int, _: object) -> None:
        sys.exit(128 + number)

    before = signal.signal(signal.SIGTERM, end)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def tell(told: Iterable[Words]) -> None:
    """Say what a person should know in both languages, on standard error."""
    for words in told:
        click.echo(f"note: {words.en}\n      {words.id}", err=True)


def short(iri: str) -> str:
    """A graph's IRI as people are shown it."""
    return iri.removeprefix(terms.GRAPH)


def listing(columns: list[str], rows: Iterable[Sequence[object]], form: str) -> None:
    """What a command lists, as a table or as JSON.

    Args:
        columns: their names, `title (en)`; in JSON they are keys, `title_en`.
        rows: values in the order of the columns; None where there is none.
        form: `table` or `json`.
    """
    if form == "json":
        keys = [re.sub(r"\W+", "_", column).strip("_") for column in columns]
        found = [dict(zip(keys, row, strict=True)) for row in rows]
        click.echo(json.dumps(found, ensure_ascii=False, indent=2))
    else:
        table(columns, [["" if cell is None else str(cell) for cell in row] for row in rows])


def table(columns: list[str], rows: list[list[str]]) -> None:
    """Rows on standard output as a table, their count on standard error.

    On a terminal IRIs are short and the table is as wide as the terminal, where its long columns
    share what the short ones leave; one of too many columns is written as a list of its cells.
    Elsewhere, in a pipe for one, cells are as they are, but for control characters, which a
    terminal would obey.
    """
    rows = [["".join("�" if x in _CONTROLS else x for x in cell) for cell in row] for row in rows]
    table, count = PrettyTable(columns, align="l"), len(rows)
    table.set_style(TableStyle.SINGLE_BORDER)
    if sys.stdout.isatty():
        width = shutil.get_terminal_size().columns
        rows = [[terms.curie(cell) for cell in row] for row in rows]
        longest = [max(map(len, cells)) for cells in zip(columns, *rows, strict=True)]
        share = _share(longest, width - 3 * len(columns) - 1)
        if share < min(_READABLE, max(longest, default=0)) or any(len(c) > share for c in columns):
            table, rows = _listed(columns, rows, width), []
        else:
            table.max_width = share
    table.add_rows(rows)
    click.echo(table.get_string())
    click.echo(f"{count} row{'s' if count != 1 else ''}", err=True)


def _listed(columns: list[str], rows: list[list[str]], width: int) -> PrettyTable:
    """A line for each cell that says something, with a rule below each row."""
    listed = PrettyTable(["column", "cell"], align="l")
    listed.set_style(TableStyle.SINGLE_BORDER)
    listed.header = False
    listed.max_width = max(width - max(map(len, columns)) - 7, 1)
    for row in rows:
        pairs = [pair for pair in zip(columns, row, strict=True) if pair[1]]
        for number, pair in enumerate(pairs, 1):
            listed.add_row(list(pair), divider=number == len(pairs))
    return listed


def _share(longest: Sequence[int], width: int) -> int:
    """How wide a column may be at most, so that all of them fit into a width."""
    left, share = width, 1
    for number, length in enumerate(sorted(longest)):
        share = left // (len(longest) - number)
        if length > share:
            return max(share, 1)
        left -= length
    return max(longest, default=1)
