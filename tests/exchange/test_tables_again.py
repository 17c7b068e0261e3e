"""Tables that go out come in again as what they were: in either language, whatever is in them."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import DCTERMS, QB, RDFS, SDO, SKOS, XSD, Graph, Literal, URIRef

from rembug import exchange, sources, terms
from rembug.errors import Unreadable
from rembug.exchange.tables import written
from rembug.graph import KnowledgeGraph, Role
from rembug.sources.cells import ERRORS, NOTHING, guarded
from rembug.sources.columns import KEY, TABLES, Column
from rembug.sources.names import Name
from rembug.sources.numbers import unmistakable
from rembug.sources.vocabulary import class_label, classes, concepts
from rembug.terms import CG

SLUGS = st.one_of(
    st.from_regex(r"[a-z][a-z0-9]{0,5}(-[a-z0-9]{1,4})?", fullmatch=True),
    st.sampled_from(["na", "nihil"]),  # which in a cell are nothing
)
TEXTS = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Cn"], include_characters="\n;,'=\""),
    min_size=1,
    max_size=30,
).filter(lambda text: text == text.strip() and text.casefold() not in NOTHING | ERRORS)
DATES = st.sampled_from(["2018", "2021-08", "2021-08-17", "2023-34", "2018/2023"])
NUMBERS = st.one_of(
    st.integers(0, 10**9).map(str),
    st.decimals(0, 10**6, places=3).map(lambda n: unmistakable(format(n, "f"))),
)


def cells_of(column: Column) -> st.SearchStrategy[str]:
    match column.kind:
        case "label":
            return TEXTS
        case "class":
            assert isinstance(column.choices, Mapping)
            return st.sampled_from(sorted(column.choices))
        case "concept":
            found = [c.removeprefix(terms.SCHEME) for c in concepts(tuple(column.choices))]
            return st.sampled_from(found)
        case "date":
            return DATES
        case "number":
            return NUMBERS
        case _:
            kinds = tuple(column.choices) or ("actor", "program")
            # A unit that the store has is not what a place of the same slug may be.
            return st.tuples(st.sampled_from(kinds), SLUGS).map(lambda p: f"{p[0]}/{'-'.join(p)}")


def rows_of(name: str) -> st.SearchStrategy[list[dict[Column, str]]]:
    row = {
        c: cells_of(c) if c.required else st.one_of(st.just(""), cells_of(c))
        for c in TABLES[name].columns
        if c is not KEY
    }
    keys = st.one_of(SLUGS, SLUGS.map("lain/{}".format))
    return st.lists(
        st.fixed_dictionaries({KEY: keys, **row}),
        min_size=1,
        max_size=3,
        unique_by=lambda r: r[KEY],
    )


def read(folder: Path, text: str, known: Graph | None = None) -> sources.Submission:
    """Read a table beside a store that has the units and the data sets that a graph names."""
    path = folder / "t.csv"
    path.write_text(text, encoding="utf-8", newline="")
    named = [
        Name(thing, predicate, str(thing))
        for predicate in (CG.unit, QB.dataSet)
        for thing in (known or Graph()).objects(None, predicate)
        if isinstance(thing, URIRef)
    ]
    return sources.read(path, "uji", names=sources.Names(lambda _: named))


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("language", ["id", "en"])
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_what_a_table_says_it_says_again(
    name: str, language: str, data: st.DataObject, tmp_path: Path
) -> None:
    columns = TABLES[name].columns
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(column.called("en") for column in columns)
    for row in data.draw(rows_of(name)):
        # A spreadsheet's own way of saying that a cell is text stands for itself here.
        writer.writerow(
            "'" + row[c] if c.kind == "label" and row[c][:1] in "=+-@'" else row[c] for c in columns
        )
    first = read(tmp_path, out.getvalue())
    again = written(first.public, "uji", language)
    assert set(read(tmp_path, again[name], first.public).public) == set(first.public)


OTHERS = [
    ("skos:note@id", "Berdiri sejak lama; n/a"),
    ("skos:note@id", "=1+1\nbaris kedua"),
    ("skos:note", "-"),
    ("rdfs:label@de", "Dorf"),
    ("schema:foundingDate^^xsd:gYear", "1998"),
    ("<http://contoh.id/luas>^^xsd:decimal", "-1.50"),
    ("<http://contoh.id/kode>^^<http://contoh.id/jenis>", "@7"),
    ("dcterms:source (IRI)", "urn:isbn:9780000000002"),
    ("dcterms:source (IRI)", "https://contoh.id/a,b;c"),
    ("skos:related (IRI)", "actor/lain"),
    ("rdf:type (IRI)", "http://contoh.id/Warisan"),
]


@pytest.mark.parametrize("name", TABLES)
@pytest.mark.parametrize("language", ["id", "en"])
def test_what_no_table_has_a_column_for_comes_in_and_goes_out_by_its_property(
    name: str, language: str, tmp_path: Path
) -> None:
    columns = TABLES[name].columns
    row = {c: _example(c) for c in columns}
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*(c.called("id") for c in columns), *(heading for heading, _ in OTHERS)])
    writer.writerow([*row.values(), *(guarded(text) for _, text in OTHERS)])
    first = read(tmp_path, out.getvalue())
    thing = next(iter(first.places))
    assert (thing, SKOS.note, Literal("=1+1\nbaris kedua", lang="id")) in first.public
    assert (thing, SKOS.note, Literal("-")) in first.public
    assert (thing, SDO.foundingDate, Literal("1998", datatype=XSD.gYear)) in first.public
    assert (thing, DCTERMS.source, URIRef("urn:isbn:9780000000002")) in first.public
    assert (thing, SKOS.related, terms.thing("uji", "actor", "lain")) in first.public
    again = written(first.public, "uji", language)
    assert set(read(tmp_path, again[name], first.public).public) == set(first.public)


def _example(column: Column) -> str:
    """Something that a column takes."""
    match column.kind:
        case "key":
            return "a1"
        case "class":
            return next(iter(column.choices))
        case "concept":
            return concepts(tuple(column.choices))[0].removeprefix(terms.SCHEME)
        case "date":
            return "2021"
        case "number":
            return "5"
        case "thing":
            kind = (tuple(column.choices) or ("actor",))[0]
            return f"{kind}/{kind}-b"
        case _:
            return "Sesuatu"


def test_several_values_where_a_column_takes_one_go_out_in_columns_of_their_own(
    tmp_path: Path,
) -> None:
    columns = TABLES["actors"].columns
    first = read(
        tmp_path,
        ",".join([*(c.called("id") for c in columns), "rdfs:label@id"])
        + "\n"
        + ",".join([*(_example(c) for c in columns), "Nama lain"]),
    )
    assert len(set(first.public.objects(None, RDFS.label))) == 3
    again = written(first.public, "uji", "id")
    assert set(read(tmp_path, again["actors"], first.public).public) == set(first.public)


def test_a_cell_of_iris_that_holds_none_is_told(tmp_path: Path) -> None:
    head = ",".join(c.called("id") for c in TABLES["actors"].columns)
    row = ",".join(_example(c) for c in TABLES["actors"].columns)
    with pytest.raises(Unreadable, match="“bukan iri” is no IRI"):
        read(tmp_path, f"{head},dcterms:source (IRI)\n{row},bukan iri\n")


def test_a_class_that_people_have_no_word_for_goes_by_its_label() -> None:
    for table in TABLES.values():
        for klass in set(classes(table.klass).values()):
            for language in ("id", "en"):
                label = class_label(klass, language)
                assert classes(table.klass)[terms.slug(label)] == klass


def test_the_observations_of_the_first_study_go_out(magetan: KnowledgeGraph) -> None:
    """Whatever the kind is called in their IRIs."""
    table = exchange.tables(magetan, "magetan", Role.PUBLIC, "id")["indicators"]
    rows = list(csv.DictReader(io.StringIO(table)))
    counts = magetan.rows(f"SELECT ?o {{ ?o a <{CG.IndicatorObservation}> }}").rows
    assert len(rows) == len(counts) > 0
    assert rows[0]["kode"].startswith("observation/")
