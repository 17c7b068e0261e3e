"""A study's findings, actors, programs, ties and indicators, as the tables that come in."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Final

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.errors import UnknownName
from rembug.graph import KnowledgeGraph, Role
from rembug.sources.cells import NOTHING, guarded, guarded_number
from rembug.sources.columns import TABLES, Column, Table
from rembug.sources.vocabulary import class_label, classes, concepts, labels

# ZIP begins in 1980; the same study gives the same bytes.
_THEN: Final = (1980, 1, 1, 0, 0, 0)


def tables(graph: KnowledgeGraph, study: str, role: Role, language: str) -> dict[str, str]:
    """The tables of a study, as far as a role may read it.

    What a table has no column for stays out of it; TriG has everything.

    Args:
        graph: where the study is.
        study: its slug.
        role: who asks.
        language: of the heads and cells.

    Returns:
        CSV by the table's name; those without a row are left out.

    Raises:
        UnknownName: there is nothing of the study that the role may read.
    """
    mine = {g for g in graph.graphs(role) if terms.submission_of(g) == study}
    data = graph.read(mine)
    if not data:
        raise UnknownName("study", study, ())
    return written(data, study, language)


def written(data: Graph, study: str, language: str) -> dict[str, str]:
    """What some triples say of a study's things, as CSV by the table's name."""
    found = {}
    for name, table in TABLES.items():
        if rows := list(_rows(data, study, table, language)):
            out = io.StringIO()
            writer = csv.writer(out, lineterminator="\r\n")
            writer.writerow(column.called(language) for column in table.columns)
            writer.writerows(rows)
            found[name] = out.getvalue()
    return found


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files in an archive that depends on nothing but them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name, _THEN), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _rows(data: Graph, study: str, table: Table, language: str) -> Iterator[list[str]]:
    prefix = f"{terms.ID}{study}/"
    kinds = {table.klass, *classes(table.klass).values()}
    things = {s for kind in kinds for s in data.subjects(RDF.type, kind)}
    for thing in sorted(t for t in things if isinstance(t, URIRef) and t.startswith(prefix)):
        yield [_cell(data, study, thing, table.kind, column, language) for column in table.columns]


def _cell(data: Graph, study: str, thing: URIRef, kind: str, column: Column, language: str) -> str:
    if column.kind == "key":
        return guarded(thing.removeprefix(f"{terms.ID}{study}/").removeprefix(f"{kind}/"))
    if column.kind == "class":
        return guarded(_class(set(data.objects(thing, RDF.type)), column, language))
    predicate = column.predicate
    values = data.subjects(predicate, thing) if column.inverse else data.objects(thing, predicate)
    return "; ".join(sorted(filter(None, (_text(v, study, column, language) for v in values))))


def _class(kinds: set[Node], column: Column, language: str) -> str:
    """What people write for a class; where they have no word for it, what the ontology calls it."""
    assert isinstance(column.choices, Mapping)
    names = list(column.choices.items())[0 if language == "id" else 1 :: 2]
    told = [name for name, klass in names if klass in kinds]
    told += sorted(filter(None, (class_label(kind, language) for kind in kinds)))
    return told[0] if told else ""


def _text(value: Node, study: str, column: Column, language: str) -> str:
    match column.kind:
        case "label":
            assert isinstance(column.choices, tuple)
            fits = isinstance(value, Literal) and value.language == column.choices[0]
            return guarded(str(value)) if fits else ""
        case "number":
            told = str(value).replace(".", ",") if language == "id" else str(value)
            return guarded_number(told)
        case "date" | "text":
            return guarded(str(value))
        case "concept":
            return guarded(_concept(value, column, language))
        case _:
            return guarded(_thing(str(value), study, column))


def _concept(value: Node, column: Column, language: str) -> str:
    """By its label, where no other concept that the column takes has it too."""
    assert isinstance(column.choices, tuple)
    known, among = labels(), concepts(column.choices)
    if not isinstance(value, URIRef) or value not in among:
        return ""
    label = known[value].get(language, "")
    same = [c for c in among if terms.slug(label) in map(terms.slug, known[c].values())]
    return label if len(same) == 1 else value.removeprefix(terms.SCHEME)


def _thing(iri: str, study: str, column: Column) -> str:
    kind, _, name = iri.removeprefix(f"{terms.ID}{study}/").partition("/")
    if not iri.startswith(f"{terms.ID}{study}/") or name != terms.slug(name):
        return iri
    # A unit or a dataset may be unknown where the table comes in; with its kind it is a code.
    # So is a name that people write for an empty cell.
    alone = column.choices == (kind,) and kind not in ("unit", "cube") and name not in NOTHING
    return name if alone else f"{kind}/{name}"
