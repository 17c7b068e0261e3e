"""A study's findings, actors, programs, ties and indicators, as the tables that come in."""

import csv
import io
import zipfile
from collections import Counter
from collections.abc import Mapping, Set
from typing import Final

from rdflib import RDF, Graph, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.errors import UnknownName
from rembug.graph import KnowledgeGraph, Role
from rembug.sources import property_columns
from rembug.sources.cells import NOTHING, guarded, guarded_number
from rembug.sources.columns import TABLES, Column, Table
from rembug.sources.numbers import unmistakable
from rembug.sources.vocabulary import class_label, classes, concepts, labels
from rembug.terms import CG

# ZIP begins in 1980; the same study gives the same bytes.
_THEN: Final = (1980, 1, 1, 0, 0, 0)


def tables(graph: KnowledgeGraph, study: str, role: Role, language: str) -> dict[str, str]:
    """The tables of a study, as far as a role may read it.

    What a table has no column for has one that names its property. Things that no table is about
    stay out, and what points at them; TriG has everything.

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
    told = {name: _things(data, study, table) for name, table in TABLES.items()}
    untold = set(data.subjects()) - {thing for things in told.values() for thing in things}
    for name, table in TABLES.items():
        if things := told[name]:
            out = io.StringIO()
            writer = csv.writer(out, lineterminator="\r\n")
            more = {thing: _others(data, study, thing, table, language, untold) for thing in things}
            # As many columns of a heading as a thing has values of it.
            headings = Counter[str]()
            for others in more.values():
                headings |= Counter({heading: len(texts) for heading, texts in others.items()})
            writer.writerow(
                [*(c.called(language) for c in table.columns), *sorted(headings.elements())]
            )
            for thing, others in more.items():
                row = [_cell(data, study, thing, table.kind, c, language) for c in table.columns]
                for heading in sorted(headings):
                    texts = others.get(heading, [])
                    row += [*texts, *[""] * (headings[heading] - len(texts))]
                writer.writerow(row)
            found[name] = out.getvalue()
    return found


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Files in an archive that depends on nothing but them."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in files.items():
            archive.writestr(zipfile.ZipInfo(name, _THEN), body, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def _things(data: Graph, study: str, table: Table) -> list[URIRef]:
    prefix = f"{terms.ID}{study}/"
    kinds = {table.klass, *classes(table.klass).values()}
    things = {s for kind in kinds for s in data.subjects(RDF.type, kind)}
    return sorted(t for t in things if isinstance(t, URIRef) and t.startswith(prefix))


def _others(
    data: Graph, study: str, thing: URIRef, table: Table, language: str, untold: Set[Node]
) -> dict[str, list[str]]:
    """What is said of a thing that no column of its table says, by the heading that says it.

    What points at a thing that goes out in no table (`untold`) would point at nothing there.
    """
    said: set[tuple[Node, Node]] = {(CG.inStudy, terms.study(study))}
    for column in table.columns:
        if column.predicate is not None and not column.inverse:
            cell = _values(data, study, thing, column, language)
            said |= {(column.predicate, value) for _, value in cell}
    kinds = set(data.objects(thing, RDF.type))
    chosen: Node | None = table.klass
    for column in table.columns:
        if column.kind == "class":
            _, chosen = _class(kinds, column, language)
    said |= {
        (RDF.type, kind)
        for kind in kinds
        if isinstance(kind, URIRef) and (kind == chosen or chosen in classes(kind).values())
    }  # what is above a class follows from it
    found: dict[str, list[str]] = {}
    for predicate, value in sorted(set(data.predicate_objects(thing)) - said):
        if not isinstance(predicate, URIRef) or not isinstance(value, URIRef | Literal):
            continue
        if value in untold:
            continue
        told = str(value)
        if isinstance(value, URIRef):
            told = _thing(told, study, None)
        found.setdefault(property_columns.heading(predicate, value), []).append(guarded(told))
    return found


def _cell(data: Graph, study: str, thing: URIRef, kind: str, column: Column, language: str) -> str:
    if column.kind == "key":
        return guarded(thing.removeprefix(f"{terms.ID}{study}/").removeprefix(f"{kind}/"))
    if column.kind == "class":
        return guarded(_class(set(data.objects(thing, RDF.type)), column, language)[0])
    return "; ".join(text for text, _ in _values(data, study, thing, column, language))


def _values(
    data: Graph, study: str, thing: URIRef, column: Column, language: str
) -> list[tuple[str, Node]]:
    """What a cell has, each with what it says: one value, where its column takes no more."""
    predicate = column.predicate
    values = data.subjects(predicate, thing) if column.inverse else data.objects(thing, predicate)
    texts = ((_text(value, study, column, language), value) for value in values)
    told = sorted((text, value) for text, value in texts if text)
    return told if column.many else told[:1]


def _class(kinds: set[Node], column: Column, language: str) -> tuple[str, Node | None]:
    """What people write for a class; where they have no word for it, what the ontology calls it.

    With it the class.
    """
    assert isinstance(column.choices, Mapping)
    names = list(column.choices.items())[0 if language == "id" else 1 :: 2]
    told: list[tuple[str, Node]] = [(name, klass) for name, klass in names if klass in kinds]
    told += sorted((label, kind) for kind in kinds if (label := class_label(kind, language)))
    return told[0] if told else ("", None)


def _text(value: Node, study: str, column: Column, language: str) -> str:
    match column.kind:
        case "label":
            assert isinstance(column.choices, tuple)
            fits = isinstance(value, Literal) and value.language == column.choices[0]
            return guarded(str(value)) if fits else ""
        case "number":
            told = str(value).replace(".", ",") if language == "id" else str(value)
            return guarded_number(unmistakable(told))
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


def _thing(iri: str, study: str, column: Column | None) -> str:
    kind, _, name = iri.removeprefix(f"{terms.ID}{study}/").partition("/")
    if not iri.startswith(f"{terms.ID}{study}/") or name != terms.slug(name):
        return iri
    # A unit or a dataset may be unknown where the table comes in; with its kind it is a code.
    # So is a name that people write for an empty cell.
    known = column is not None and column.choices == (kind,)
    alone = known and kind not in ("unit", "cube") and name not in NOTHING
    return name if alone else f"{kind}/{name}"
