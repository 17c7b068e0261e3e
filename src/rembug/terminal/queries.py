"""The query that a person named on a command line, with its parameters."""

import sys
from pathlib import Path

from rembug import catalogue, languages, settings
from rembug.catalogue import Catalogue, Query
from rembug.changes import studies
from rembug.errors import BadParameter, Missing, Words
from rembug.graph import KnowledgeGraph, Role
from rembug.terminal.options import text


def query_text(name: str, values: dict[str, str], graph: KnowledgeGraph, role: Role) -> str:
    """The SPARQL that a person named: a ready question, a file, or standard input.

    The reader's language is what a parameter `lang` is where it is not given.

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
    known = languages.languages()
    if len(known) == 1 and any(p.name == "lang" for p in query.parameters):
        values = {"lang": known[0], **values}
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
