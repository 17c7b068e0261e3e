"""Every number is right: as served, by another engine, and however often the data were sent.

Oxilite and rdflib run the plain text of a question, its parameters in its VALUES clauses as any
client would put them, over what the role may read. Where rdflib 7 itself is wrong, as of

- an `IF` without a value, which its COUNT(DISTINCT …) counts (SPARQL 1.1 §18.5.1.2: it counts what
  has a value and is no error),
- a FILTER of an OPTIONAL within an OPTIONAL, which loses what was bound without (§18.5, LeftJoin),

the questions say the same in another way, so that whoever runs them with it gets the same rows.
"""

import re
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import oxilite
import pytest
from rdflib import Graph
from rdflib.term import Identifier

from rembug import reasoning, settings, simulate, terms
from rembug.catalogue import Catalogue, Query
from rembug.changes import submissions
from rembug.graph import Change, KnowledgeGraph, Limits, Role
from rembug.sources.folders import read_all

EXAMPLES = settings.data_dir() / "examples"
SHIPPED = Catalogue.load(settings.queries_dir())
ROLES = (Role.PUBLIC, Role.RESEARCHER)
Answers = list[tuple[str, ...]]


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, KnowledgeGraph]]:
    """The examples as they are served; and a store to which all of it was sent again."""
    files = sorted(EXAMPLES.glob("*.t*"))
    with stored([[file] for file in files], tmp_path_factory) as stores:
        yield stores


@pytest.fixture(scope="module")
def simulated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, KnowledgeGraph]]:
    """The same of two made-up studies, which name many things alike, and of a review of them."""
    folder = tmp_path_factory.mktemp("studies") / "all"
    files = [file for study in simulate.write(folder, 2, 2, 3) for file in study.iterdir()]
    with stored([[*files, Path(__file__).parent / "tinjauan.ttl"]], tmp_path_factory) as stores:
        yield stores


@contextmanager
def stored(
    sent: list[list[Path]], temporary: pytest.TempPathFactory
) -> Iterator[Mapping[str, KnowledgeGraph]]:
    """A store to which files were sent, and one to which they were sent again by other names."""
    again, folder = temporary.mktemp("again"), temporary.mktemp("stores")
    with KnowledgeGraph.own(str(folder / "once")) as once:
        for files in sent:
            submissions.submit(once, read_all(files).submissions)
    shutil.copytree(folder / "once", folder / "twice")
    with (
        KnowledgeGraph.own(str(folder / "once"), limits=Limits()) as once,
        KnowledgeGraph.own(str(folder / "twice"), limits=Limits()) as twice,
    ):
        for files in sent:
            copies = [again / f"copy-of-{file.parent.name}-{file.name}" for file in files]
            for file, copy in zip(files, copies, strict=True):
                text = file.read_text(encoding="utf-8")
                copy.write_text(f"{text}\n# sent again\n", encoding="utf-8")
            submissions.submit(twice, read_all(copies).submissions)
        yield {"once": once, "twice": twice}


@pytest.fixture(scope="module")
def other(served: Mapping[str, KnowledgeGraph]) -> Mapping[Role, oxilite.Store]:
    """What each role may read of the examples, in the other engine."""
    return {role: in_oxilite(served["once"], role) for role in ROLES}


@pytest.fixture(scope="module")
def others(
    simulated: Mapping[str, KnowledgeGraph],
) -> tuple[Mapping[Role, oxilite.Store], Graph]:
    """What each role may read of the made-up studies, and what the public may, in two engines."""
    public = simulated["once"].read(simulated["once"].graphs(Role.PUBLIC))
    return {role: in_oxilite(simulated["once"], role) for role in ROLES}, public


def in_oxilite(graph: KnowledgeGraph, role: Role) -> oxilite.Store:
    """The graphs that a role may read, and the merge of them."""
    graphs = graph.dumped(role, "application/n-quads").body
    quads = list(oxilite.parse(input=graphs, format=oxilite.RdfFormat.N_QUADS))
    store = oxilite.Store()
    store.extend(quads)
    store.extend(oxilite.Quad(q.subject, q.predicate, q.object) for q in quads)
    return store


def cases(query: Query, chosen: str = "contoh") -> Iterator[dict[str, str]]:
    """Nothing chosen, one study chosen; in each language, where the question takes them."""
    takes = {parameter.name for parameter in query.parameters}
    for study in ("", chosen) if "study" in takes else ("",):
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


@pytest.mark.parametrize("query", SHIPPED.values(), ids=SHIPPED)
def test_an_answer_about_made_up_studies_is_the_same_by_two_other_engines_and_when_sent_again(
    query: Query,
    simulated: Mapping[str, KnowledgeGraph],
    others: tuple[Mapping[Role, oxilite.Store], Graph],
) -> None:
    if query.name == "where-a-statement-comes-from":  # which each sending adds to
        return
    stores, public = others
    for values in cases(query, "simulasi-0001"):
        for role in ROLES:
            once, asked = answer(simulated["once"], query, values, role), f"{values} {role.name}"
            assert answer(simulated["twice"], query, values, role) == once, asked
            assert elsewhere(stores[role], in_clauses(query, values)) == once, asked
    if "GRAPH ?" not in query.text:  # rdflib has the merge alone
        everything = answer(simulated["once"], query, {}, Role.PUBLIC)
        assert by_rdflib(public, query.text) == everything


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


def by_rdflib(graph: Graph, text: str) -> Answers:
    """The rows of rdflib, whatever their order."""
    found = graph.query(text)
    return sorted(tuple(cell(row[name]) for name in found.vars or ()) for row in found)


def cell(term: object) -> str:
    """A value; numbers are rounded, and lines that a store may give in any order are put in one."""
    text = str(term) if isinstance(term, Identifier) else getattr(term, "value", "")
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
