"""Every number is right: as served, by another engine, and however often the data were sent.

Oxilite runs the plain text of a question, its parameters in its VALUES clauses as any client would
put them, over the graphs that the role may read and the merge of them.
"""

import re
from collections.abc import Iterator, Mapping

import oxilite
import pytest
from rdflib import Graph

from rembug import reasoning, settings, terms
from rembug.catalogue import Catalogue, Query
from rembug.changes import submissions
from rembug.graph import Change, KnowledgeGraph, Limits, Role

EXAMPLES = settings.data_dir() / "examples"
SHIPPED = Catalogue.load(settings.queries_dir())
ROLES = (Role.PUBLIC, Role.RESEARCHER)
Answers = list[tuple[str, ...]]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, KnowledgeGraph]]:
    """The examples as they are served; and a store to which all of it was sent again."""
    with (
        KnowledgeGraph.own(str(tmp_path_factory.mktemp("once")), limits=Limits()) as once,
        KnowledgeGraph.own(str(tmp_path_factory.mktemp("twice")), limits=Limits()) as twice,
    ):
        again = tmp_path_factory.mktemp("again")
        for file in sorted(EXAMPLES.glob("*.t*")):
            submissions.add(once, [file], file.stem)
            submissions.add(twice, [file], file.stem)
            copy = again / f"copy-of-{file.name}"
            copy.write_text(file.read_text(encoding="utf-8") + "\n# sent again\n", encoding="utf-8")
            submissions.add(twice, [copy], file.stem)
        yield {"once": once, "twice": twice}


@pytest.fixture(scope="module")
def other(served: Mapping[str, KnowledgeGraph]) -> Mapping[Role, oxilite.Store]:
    """What each role may read, in the other engine."""
    stores = {}
    for role in ROLES:
        graphs = served["once"].dumped(role, "application/n-quads").body
        quads = list(oxilite.parse(input=graphs, format=oxilite.RdfFormat.N_QUADS))
        stores[role] = oxilite.Store()
        stores[role].extend(quads)
        stores[role].extend(oxilite.Quad(q.subject, q.predicate, q.object) for q in quads)
    return stores


def cases(query: Query) -> Iterator[dict[str, str]]:
    """Nothing chosen, one study chosen; in each language, where the question takes them."""
    takes = {parameter.name for parameter in query.parameters}
    for study in ("", "contoh") if "study" in takes else ("",):
        for language in ("id", "en") if "lang" in takes else ("",):
            yield {k: v for k, v in (("study", study), ("lang", language)) if v}


@pytest.mark.parametrize("query", SHIPPED.values(), ids=SHIPPED)
def test_an_answer_is_the_same_by_another_engine_and_when_all_is_sent_again(
    query: Query, served: Mapping[str, KnowledgeGraph], other: Mapping[Role, oxilite.Store]
) -> None:
    for values in cases(query):
        for role in ROLES:
            once = answer(served["once"], query, values, role)
            asked = f"{query.name} {values} as {role.name}"
            if query.name != "where-a-statement-comes-from":  # which each sending adds to
                assert answer(served["twice"], query, values, role) == once, asked
            assert elsewhere(other[role], in_clauses(query, values)) == once, asked


@pytest.fixture(scope="module")
def unprotected(
    served: Mapping[str, KnowledgeGraph], schema: Graph
) -> Mapping[Role, KnowledgeGraph]:
    """What each role may read of the data, as public data of a store of its own."""
    stores = {}
    for role in ROLES:
        data = served["once"].read(served["once"].graphs(role) - terms.KEPT_BY_REMBUG)
        stores[role] = KnowledgeGraph.in_memory()
        stores[role].commit(
            Change(
                {
                    terms.ONTOLOGY_GRAPH: schema,
                    terms.submission_graph("all", "data"): data,
                    terms.INFERRED: reasoning.entail(schema, data),
                }
            )
        )
    return stores


@pytest.mark.parametrize("query", SHIPPED.values(), ids=SHIPPED)
def test_a_role_gets_what_follows_from_all_that_it_may_read_and_from_nothing_else(
    query: Query,
    served: Mapping[str, KnowledgeGraph],
    unprotected: Mapping[Role, KnowledgeGraph],
) -> None:
    if query.name == "where-a-statement-comes-from":  # which asks for graphs
        return
    for values in cases(query):
        for role in ROLES:
            found = answer(served["once"], query, values, role)
            assert found == answer(unprotected[role], query, values, role), (values, role.name)


def test_what_callers_count_themselves_is_counted_once(
    served: Mapping[str, KnowledgeGraph],
) -> None:
    text = """PREFIX cg: <https://w3id.org/rembug/ontology#>
        SELECT (COUNT(*) AS ?all) (SUM(?value) AS ?sum) (AVG(?value) AS ?mean)
        { ?figure cg:value ?value ; cg:indicator ?indicator }"""
    for role in ROLES:
        once, twice = (list(served[name].rows(text, role)) for name in ("once", "twice"))
        assert once == twice
        assert int(once[0]["all"].value) > 0


def answer(graph: KnowledgeGraph, query: Query, values: dict[str, str], role: Role) -> Answers:
    """The rows as they are served, whatever their order."""
    rows = graph.rows(query.bind(values), role)
    return sorted(tuple(cell(row.get(name)) for name in rows.variables) for row in rows)


def elsewhere(store: oxilite.Store, text: str) -> Answers:
    """The rows of the other engine, whatever their order."""
    found = store.query(text)
    names = [variable.value for variable in found.variables]
    return sorted(tuple(cell(row[name]) for name in names) for row in found)


def cell(term: object) -> str:
    """A value; numbers are rounded, and lines that a store may give in any order are put in one."""
    text = getattr(term, "value", "") if term is not None else ""
    if re.fullmatch(r"-?\d+\.\d+(E-?\d+)?", text):
        return f"{float(text):.6g}"
    return "\n".join(sorted(text.splitlines()))


def in_clauses(query: Query, values: Mapping[str, str]) -> str:
    """The plain text with each value in its clause, as the header of the file says."""
    text = query.text
    for parameter in query.parameters:
        if value := values.get(parameter.name):
            clause = f"VALUES ?{parameter.name} {{ {parameter.term(value).n3()} }}"
            text = re.sub(rf"VALUES \?{parameter.name} \{{[^{{}}]*\}}", clause, text)
    return text
