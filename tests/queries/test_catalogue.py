"""Every question runs anywhere, explains itself, and takes what it says it takes."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from rdflib.plugins.sparql import prepareQuery

from rembug import settings
from rembug.catalogue import Catalogue, Parameter, Query, read
from rembug.graph import KnowledgeGraph, Role

SHIPPED = Catalogue.load(settings.queries_dir())
each_query = pytest.mark.parametrize("query", SHIPPED.values(), ids=list(SHIPPED))
each_parameter = pytest.mark.parametrize(
    ("query", "parameter"),
    [(q, p) for q in SHIPPED.values() for p in q.parameters],
    ids=lambda value: value.name,
)


def clauses(query: Query, parameter: Parameter) -> list[str]:
    return re.findall(rf"VALUES\s+\?{parameter.name}\s*\{{([^{{}}]*)\}}", query.text)


@each_query
def test_rdflib_parses_it_as_it_stands(query: Query) -> None:
    prepareQuery(query.text)


@each_query
def test_it_runs_as_it_stands(query: Query, stores: Mapping[str, KnowledgeGraph]) -> None:
    for store in stores.values():
        assert store.rows(query.text).variables


@each_query
def test_it_explains_itself_in_both_languages(query: Query) -> None:
    for text in (query.title, query.description, *(p.label for p in query.parameters)):
        assert set(text) == {"id", "en"}
        assert all(part.strip() for part in text.values())
    assert query.title["id"] != query.title["en"]
    assert query.tags


@each_query
def test_its_order_is_fixed_and_no_row_comes_twice(
    query: Query, stores: Mapping[str, KnowledgeGraph]
) -> None:
    _, _, keys = query.text.rpartition("ORDER BY")
    ordered_by = re.findall(r"\?(\w+)", keys)
    for store in ("examples", "cases", "simulated"):  # whose studies call many things the same
        answer = stores[store].rows(query.text)
        rows = [tuple(map(row.get, answer.variables)) for row in answer]
        assert len(rows) == len(set(rows))
        placed = [tuple(map(row.get, ordered_by)) for row in stores[store].rows(query.text)]
        assert len(placed) == len(set(placed))


@each_query
def test_its_chart_draws_what_it_selects(
    query: Query, stores: Mapping[str, KnowledgeGraph]
) -> None:
    labels = (query.chart.label or "").split()  # of a line in several places
    drawn = {query.chart.x, query.chart.y, *labels} - {None}
    assert drawn <= set(stores["contoh"].rows(query.text).variables)


@each_parameter
def test_a_parameter_stands_in_the_text_with_its_default(
    query: Query, parameter: Parameter, stores: Mapping[str, KnowledgeGraph]
) -> None:
    found = clauses(query, parameter)
    assert found
    prologue = query.text[: query.text.index("SELECT")]
    expected = str(parameter.term(parameter.default)) if parameter.default else None
    for clause in found:
        text = f"{prologue} SELECT ?value WHERE {{ VALUES ?value {{ {clause} }} }}"
        (row,) = stores["contoh"].rows(text)
        assert (str(row["value"]) if "value" in row else None) == expected


@each_parameter
def test_every_allowed_value_runs(
    query: Query, parameter: Parameter, stores: Mapping[str, KnowledgeGraph]
) -> None:
    for value in parameter.values:
        stores["examples"].rows(query.bind({parameter.name: value}))


@pytest.mark.parametrize(
    "query",
    [q for q in SHIPPED.values() if "study" in {p.name for p in q.parameters}],
    ids=lambda q: q.name,
)
@pytest.mark.parametrize("role", [Role.PUBLIC, Role.RESEARCHER], ids=lambda role: role.name)
def test_a_study_shows_only_its_own(
    query: Query, role: Role, ask: Callable, stores: Mapping[str, KnowledgeGraph]
) -> None:
    """What a store with two studies says of one is what a store with that one alone says."""
    variables = stores["contoh"].rows(query.text).variables
    # When a commit was made, and what a partly restricted file is called, each store has its own.
    columns = [name for name in variables if name not in ("time", "submission")]
    alone = ask("contoh", query.name, *columns, role=role, study="contoh")
    among_others = ask("examples", query.name, *columns, role=role, study="contoh")
    assert sorted(map(_unordered, among_others)) == sorted(map(_unordered, alone))
    assert not any("pembanding/" in cell for row in among_others for cell in row)


def _unordered(row: tuple[str, ...]) -> tuple[str, ...]:
    """A row whose lists of several lines are put in order: a store may give them in any."""
    return tuple("\n".join(sorted(cell.splitlines())) for cell in row)


def test_a_value_stands_where_the_variable_did_and_nowhere_else(tmp_path: Path) -> None:
    (tmp_path / "q.rq").write_text(
        """#+ title: {en: Q, id: Q}
#+ description: {en: Q, id: Q}
#+ parameters:
#+   p: {type: string, label: {en: P, id: P}}
#+   unused: {type: string, label: {en: U, id: U}}
SELECT ?p (COUNT(?p) AS ?n) WHERE { # ?p stays in a comment
  VALUES ?p { UNDEF }
  VALUES ?unused { UNDEF }
  ?s <http://e/?p> "?p", ?p ; <http://e/q> ?pp, ?unused .
  FILTER(!BOUND(?p) || ?p != "x")
  { SELECT ?p WHERE { BIND("y" AS ?p) } }
} GROUP BY ?p ORDER BY ?p"""
    )
    query = read(tmp_path / "q.rq")
    lines = query.bind({"p": '} ?p "'}).splitlines()
    value = '"} ?p \\""'
    assert lines == [
        "SELECT ?p (COUNT(?p) AS ?n) WHERE { # ?p stays in a comment",
        f"  VALUES ?p {{ {value} }}",
        "  ",
        f'  ?s <http://e/?p> "?p", {value} ; <http://e/q> ?pp, ?unused .',
        f'  FILTER(!true || {value} != "x")',
        '  { SELECT ?p WHERE { BIND("y" AS ?p) } }',
        "} GROUP BY ?p ORDER BY ?p",
    ]
    assert "VALUES" not in query.bind({})
