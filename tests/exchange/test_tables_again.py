"""Tables that go out come in again as what they were: in either language, whatever is in them."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rdflib import QB, Graph, URIRef

from rembug import exchange, sources, terms
from rembug.exchange.tables import written
from rembug.graph import KnowledgeGraph, Role
from rembug.sources.cells import NOTHING
from rembug.sources.columns import KEY, TABLES, Column
from rembug.sources.names import Name
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
).filter(lambda text: text == text.strip() and text.casefold() not in NOTHING)
DATES = st.sampled_from(["2018", "2021-08", "2021-08-17", "2023-34", "2018/2023"])
NUMBERS = st.one_of(
    st.integers(0, 10**9).map(str),
    st.decimals(0, 10**6, places=3).map(lambda n: format(n, "f")),
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
            return st.tuples(st.sampled_from(kinds), SLUGS).map("/".join)


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
