"""Who may read what: no query reaches a graph that its caller may not read."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from rdflib import Graph, Literal, URIRef

from rembug import terms
from rembug.errors import Forbidden, QuerySyntaxError
from rembug.graph import Change, DefaultGraph, KnowledgeGraph, Role
from rembug.graph.workers import federation
from rembug.graph.workers.engine_dataset import may_name_graphs, needs_reading

OPEN = terms.submission_graph("s", "one")
OTHER = terms.submission_graph("s", "two")
CLOSED = terms.restricted(OPEN)
P = URIRef("http://example.org/p")
SECRET = "words that an informant said"


def one(subject: str, text: str) -> Graph:
    graph = Graph()
    graph.add((URIRef(f"http://example.org/{subject}"), P, Literal(text)))
    return graph


@pytest.fixture(scope="module")
def graph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph.own(str(tmp_path_factory.mktemp("access"))) as graph:
        content = {OPEN: one("a", "open"), OTHER: one("b", "other"), CLOSED: one("a", SECRET)}
        graph.commit(Change(replace=content))
        yield graph


def texts(graph: KnowledgeGraph, query: str, role: Role) -> set[str]:
    return {term.value for row in graph.rows(query, role) for term in row.values()}


def test_the_default_graph_is_the_union_of_what_the_caller_may_read(graph: KnowledgeGraph) -> None:
    query = "SELECT ?o { ?s <http://example.org/p> ?o }"
    assert texts(graph, query, Role.PUBLIC) == {"open", "other"}
    assert texts(graph, query, Role.RESEARCHER) == {"open", "other", SECRET}


def test_from_narrows_what_is_read(graph: KnowledgeGraph) -> None:
    query = f"SELECT ?o FROM <{OTHER}> {{ ?s ?p ?o }}"
    assert texts(graph, query, Role.PUBLIC) == {"other"}


def test_from_and_graph_do_not_reach_a_restricted_graph(graph: KnowledgeGraph) -> None:
    for query in (
        f"SELECT ?o FROM <{CLOSED}> {{ ?s ?p ?o }}",
        f"SELECT ?o FROM NAMED <{CLOSED}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
        f"SELECT ?o {{ GRAPH <{CLOSED}> {{ ?s ?p ?o }} }}",
    ):
        assert texts(graph, query, Role.PUBLIC) == set(), query
    assert texts(graph, f"SELECT ?o FROM <{CLOSED}> {{ ?s ?p ?o }}", Role.RESEARCHER) == {SECRET}


def test_strict_means_the_unnamed_graph(tmp_path: Path) -> None:
    with KnowledgeGraph.own(str(tmp_path), DefaultGraph.STRICT) as graph:
        graph.commit(Change(replace={OPEN: one("a", "open")}))
        count = graph.answer("ASK { ?s <http://example.org/p> ?o }", Role.ADMIN)
        assert b"false" in count.body
        named = graph.answer("ASK { GRAPH ?g { ?s <http://example.org/p> ?o } }", Role.PUBLIC)
        assert b"true" in named.body


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { SERVICE <http://127.0.0.1:9/sparql> { ?s ?p ?o } }",
        "SELECT * { SERVICE SILENT ?where { ?s ?p ?o } }",
        "SELECT * { { SELECT * { \\u0053ERVICE <http://127.0.0.1:9/> { ?s ?p ?o } } } }",
        "ASK { FILTER EXISTS { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } } }",
        "CONSTRUCT { ?s ?p ?o } { OPTIONAL { sErViCe <http://127.0.0.1:9/> { ?s ?p ?o } } }",
    ],
)
def test_no_query_reaches_another_host(graph: KnowledgeGraph, query: str) -> None:
    with pytest.raises(Forbidden, match="SERVICE"):
        graph.answer(query)


def test_no_escape_hides_a_call_behind_one_that_is_allowed() -> None:
    """The engine resolves escapes within a string, and rdflib before it looks for strings."""
    allowed, other = "http://allowed.example/", "SERVICE <http://127.0.0.1:9/> { ?s ?p ?o }"
    shown = f"SERVICE <{allowed}> {{ ?s ?p ?o }}"
    assert federation.check(f"SELECT * {{ {shown} FILTER(?o != '\\u0023') }}", frozenset({allowed}))
    for quote in ("\\u0022", "\\U00000022", "\\\\u0022"):
        hidden = f"""SELECT * {{ BIND("{quote} #" AS ?y) {other} BIND('''
            AS ?x) {shown} }} #''' AS ?z) }}"""
        with pytest.raises(Forbidden, match="127"):
            federation.check(hidden, frozenset({allowed}))
    assert not federation.check("ASK { ?s ?p '\\UFFFFFFFF' }", frozenset())


def test_a_hash_before_a_call_hides_it_from_nobody() -> None:
    """In an IRI or a string it begins no comment, but does so where rdflib searches for calls."""
    allowed, other = "http://allowed.example/", "SERVICE <http://127.0.0.1:9/> { ?s ?p ?o }"
    shown = f"SERVICE <{allowed}> {{ ?s ?p ?o }}"
    for begun in ("PREFIX cg: <http://e/#> SELECT * { ", 'SELECT * { ?s ?p "a#b" .', "ASK {"):
        assert federation.check(f"{begun}{shown} }}", frozenset({allowed}))
        with pytest.raises(Forbidden, match="127"):
            federation.check(f"{begun}{shown} {other} }}", frozenset({allowed}))
    within = """BIND(\"\"\"#\\u000A\"\"\" AS ?y) %s BIND("x\\u0022 AS ?z) # " AS ?z)"""
    with pytest.raises(Forbidden, match="127"):
        federation.check(f"SELECT ?s {{ {within % shown} {other}\n }}", frozenset({allowed}))


def test_of_two_readings_of_which_one_cannot_be_read_none_gets_a_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def broken(_: str) -> None:
        raise SyntaxError

    text = "SELECT * { SERVICE <http://allowed.example/> { ?s ?p '\\u0041' } }"
    assert federation.check(text, frozenset({"http://allowed.example/"}))
    readable, parse = [text], federation.grammar.query
    for name in ("query", "parsed_query"):
        monkeypatch.setattr(
            federation.grammar, name, lambda given: (parse if given in readable else broken)(given)
        )
    assert not federation.check(text, frozenset({"http://allowed.example/"}))


def test_the_words_from_and_service_may_be_asked_about(graph: KnowledgeGraph) -> None:
    query = 'SELECT ?service { BIND("a service from afar" AS ?service) }'
    assert texts(graph, query, Role.PUBLIC) == {"a service from afar"}


def test_words_in_lines_of_comment_are_no_clause_and_hide_none(graph: KnowledgeGraph) -> None:
    """rdflib takes longer to read a text than the engine to answer it."""
    said = "# from one\r  #+ service: load from\nSELECT ?o { ?s <http://example.org/p> ?o }\n# from"
    assert not needs_reading(said) and not may_name_graphs(said)
    assert texts(graph, said, Role.PUBLIC) == {"open", "other"}
    for start in ("", "# a comment\r", "#\r\n", "<http://e/#x> #\n"):
        assert may_name_graphs(f"{start}FROM <{OPEN}> # x") and needs_reading(f"{start} SERVICE")
    for before in ("?o # no\r", "?o ('''a\n#''' AS ?x) "):
        hidden = f"SELECT {before}FROM <{OTHER}>\n{{ ?s ?p ?o }}"
        assert may_name_graphs(hidden) and texts(graph, hidden, Role.PUBLIC) >= {"other"}
        assert "open" not in texts(graph, hidden, Role.PUBLIC)
    assert may_name_graphs(f"ASKFROM<{OPEN}> {{}}") and may_name_graphs(f"ASK FROMNAMED<{OPEN}>")


def test_a_broken_query_that_names_graphs_says_where(graph: KnowledgeGraph) -> None:
    with pytest.raises(QuerySyntaxError, match="line 2"):
        graph.answer("SELECT * FROM <http://example.org/g>\n{ ?s ?p")


_TRIPLES = st.sampled_from(
    ["?s ?p ?o", "<http://example.org/a> ?p ?o", "?s (<http://example.org/p>|^<x:y>)* ?o"]
)
_GRAPHS = st.sampled_from(["?g", f"<{CLOSED}>", f"<{OPEN}>", f"<{terms.PROVENANCE}>"])


def _patterns() -> st.SearchStrategy[str]:
    def extend(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
        return st.one_of(
            st.tuples(_GRAPHS, inner).map(lambda p: f"GRAPH {p[0]} {{ {p[1]} }}"),
            inner.map(lambda p: f"{{ SELECT * {{ {p} }} }}"),
            inner.map(lambda p: f"OPTIONAL {{ {p} }}"),
            st.tuples(inner, inner).map(lambda p: f"{{ {p[0]} }} UNION {{ {p[1]} }}"),
            st.tuples(_TRIPLES, inner).map(lambda p: f"{p[0]} FILTER EXISTS {{ {p[1]} }}"),
            st.tuples(_TRIPLES, inner).map(lambda p: f"{p[0]} MINUS {{ {p[1]} }}"),
        )

    return st.recursive(_TRIPLES, extend, max_leaves=5)


_CLAUSES = st.lists(
    st.sampled_from([f"FROM <{g}>" for g in (CLOSED, OPEN)] + [f"FROM NAMED <{CLOSED}>"]),
    max_size=2,
).map(" ".join)
_FORMS = st.sampled_from(["SELECT *", "CONSTRUCT { ?s <x:y> ?o }", "DESCRIBE ?s ?o"])


@given(form=_FORMS, clauses=_CLAUSES, pattern=_patterns())
@hypothesis_settings(deadline=None)
def test_no_query_returns_what_only_a_restricted_graph_holds(
    graph: KnowledgeGraph, form: str, clauses: str, pattern: str
) -> None:
    answer = graph.answer(f"{form} {clauses} WHERE {{ {pattern} }}", Role.PUBLIC)
    assert SECRET.encode() not in answer.body


def test_graphs_that_the_request_names_stand_in_place_of_from(graph: KnowledgeGraph) -> None:
    query = f"SELECT ?text FROM <{OPEN}> {{ ?s <{P}> ?text }}"
    asked = (frozenset({str(OTHER)}), frozenset[str]())
    assert b"other" in graph.answer(query, protocol=asked).body
    assert b"open" not in graph.answer(query, protocol=asked).body


def test_graphs_that_the_request_names_do_not_reach_a_restricted_graph(
    graph: KnowledgeGraph,
) -> None:
    closed = frozenset({str(CLOSED)})
    for query in (
        "SELECT ?text { ?s ?p ?text }",
        "SELECT ?text { GRAPH ?g { ?s ?p ?text } }",
    ):
        assert SECRET.encode() not in graph.answer(query, protocol=(closed, closed)).body


def test_a_request_that_names_graphs_reads_no_other(graph: KnowledgeGraph) -> None:
    only_named = (frozenset[str](), frozenset({str(OPEN)}))
    everything = "SELECT ?text { ?s ?p ?text }"
    inside = "SELECT ?text { GRAPH ?g { ?s ?p ?text } }"
    assert b"open" not in graph.answer(everything, protocol=only_named).body
    found = graph.answer(inside, protocol=only_named).body
    assert b"open" in found
    assert b"other" not in found
