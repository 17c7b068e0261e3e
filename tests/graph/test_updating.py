"""What an update does where the default graph is the merge of all: to which graph, and how much."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from rdflib import URIRef

from rembug import terms
from rembug.errors import CannotApply, Forbidden, QuerySyntaxError
from rembug.graph import UNNAMED, Change, KnowledgeGraph, Limits, Role
from rembug.graph.readers import access
from rembug.graph.workers import instantiated, looked_up, unchanged, updating, using_clauses

from .test_workers import things

# Of a small world, so that what is said meets what is deleted; without names of graphs.
NODES = st.sampled_from([f"<http://e/{name}>" for name in "abc"] + ['"x"', '"y"@id'])
TRIPLES = st.tuples(NODES.filter(lambda node: "<" in node), st.just("<http://e/p>"), NODES)
GRAPHS = st.dictionaries(st.sampled_from(["", "http://e/1", "http://e/2"]), st.sets(TRIPLES))
OPERATIONS = st.one_of(
    st.builds("{0[0]} DATA {{ {1[0]} {1[1]} {1[2]} }}".format, st.sampled_from(
        [("INSERT",), ("DELETE",)]), TRIPLES),
    st.sampled_from([
        "DELETE WHERE { ?s ?p <http://e/a> }",
        "DELETE { ?s ?p ?o } INSERT { ?o ?p ?s } WHERE { ?s ?p ?o FILTER(isIRI(?o)) }",
        "INSERT { <http://e/c> ?p ?s } WHERE { ?s ?p 'x' FILTER NOT EXISTS { ?s ?q ?s } }",
    ]),
)  # fmt: skip


@settings(max_examples=25, deadline=None)
@given(GRAPHS, st.lists(OPERATIONS, min_size=1, max_size=3))
def test_an_update_without_a_graph_does_to_the_merge_what_it_says(
    updated: KnowledgeGraph, stated: dict[str, set[tuple[str, str, str]]], operations: list[str]
) -> None:
    """So that a reader, who sees the merge, finds that what was deleted is gone, wherever it was
    said, and that nothing else has changed its graph."""
    contents = {
        URIRef(name): "".join(f"{' '.join(triple)} .\n" for triple in triples).encode()
        for name, triples in {"": set(), **stated}.items()
    }
    gone = frozenset(updated.graphs(Role.ADMIN)) - {terms.PROVENANCE} - contents.keys()
    updated.commit(Change(replace=contents, drop=gone))
    expected = ox.Store()
    for body in contents.values():
        expected.extend(ox.parse(body, format=ox.RdfFormat.N_TRIPLES))
    before = {name: set(updated.triples(name).splitlines()) for name in contents}
    update = "PREFIX e: <http://e/> # ; {\n" + " ;\n".join(operations)
    expected.update(update)
    version, change, inserted, deleted, _ = updated.service.tried(update)
    updated.commit(change, version)
    after = {name: set(updated.triples(name).splitlines()) for name in contents}
    merge = set(
        (
            expected.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=ox.DefaultGraph()) or b""
        ).splitlines()
    )
    assert set.union(*after.values()) == merge
    for name in contents:
        # Of several operations one may bring again what another took.
        assert len(operations) > 1 or before[name] & merge <= after[name]
        assert not name or after[name] <= before[name]
    assert inserted == sum(len(after[name] - before[name]) for name in contents)
    assert deleted == sum(len(before[name] - after[name]) for name in contents)


NAMES = st.sampled_from(["", "http://e/1", "http://e/2"])


@settings(max_examples=40, deadline=None)
@given(GRAPHS, st.lists(st.tuples(st.booleans(), NAMES, TRIPLES), min_size=1, max_size=6))
def test_operations_one_after_the_other_see_what_those_before_did(
    updated: KnowledgeGraph,
    stated: dict[str, set[tuple[str, str, str]]],
    data: list[tuple[bool, str, tuple[str, str, str]]],
) -> None:
    """However many of them are run at once: INSERT DATA and DELETE DATA, by name and without."""
    graphs = {name: {" ".join(t) for t in stated.get(name, ())} for name in ("", "http://e/1")}
    graphs["http://e/2"] = {" ".join(t) for t in stated.get("http://e/2", ())}
    contents = {URIRef(n): "".join(f"{t} .\n" for t in said) for n, said in graphs.items()}
    gone = frozenset(updated.graphs(Role.ADMIN)) - {terms.PROVENANCE} - contents.keys()
    updated.commit(Change(replace={n: c.encode() for n, c in contents.items()}, drop=gone))
    update, named = [], True
    for inserts, name, (subject, predicate, value) in data:
        if named or name:
            places = {of: set(said) for of, said in graphs.items()}
        named = bool(name)
        said = f"{subject} {predicate} {value}"
        inside = f"GRAPH <{name}> {{ {said} }}" if name else said
        update.append(f"{'INSERT' if inserts else 'DELETE'} DATA {{ {inside} }}")
        if not inserts:
            for of in [name] if name else graphs:
                graphs[of] -= {said}
        elif name:
            graphs[name] |= {said}
        elif not any(said in other for other in graphs.values()):
            for of in [of for of in graphs if said in places[of]] or [""]:  # where it was
                graphs[of] |= {said}
    tried = updated.service.tried(" ;\n".join(update))
    updated.commit(tried.change, tried.version)
    for name, expected in graphs.items():
        found = {line.decode().removesuffix(" .") for line in updated.triples(name).splitlines()}
        assert found == expected, (name, update)


@settings(max_examples=200, deadline=None)
@given(
    GRAPHS,
    st.lists(
        st.tuples(st.booleans(), st.lists(st.tuples(NAMES, TRIPLES), max_size=3)),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([None, [], ["http://e/2"]]),
)
def test_data_alone_are_looked_up_and_change_what_comparing_the_whole_store_would_find(
    stated: dict[str, set[tuple[str, str, str]]],
    data: list[tuple[bool, list[tuple[str, tuple[str, str, str]]]]],
    aside: list[str] | None,
) -> None:
    told = []
    for inserts, quads in data:
        said = [
            f"GRAPH <{name}> {{ {' '.join(triple)} }}" if name else f"{' '.join(triple)} ."
            for name, triple in quads
        ]
        told.append(f"{'INSERT' if inserts else 'DELETE'} DATA {{ {' '.join(said)} }}")
    update = "BASE <http://e/delete> # DELETE\n" + " ; ".join(told)

    found = looked_up.changed(store_of(stated), update, None, aside)
    assert found == compared(store_of(stated), update, aside)
    if not found["inserted"] and not found["deleted"]:
        why = looked_up.unchanged(store_of(stated), update, None, aside)
        assert why == reasons(store_of(stated), update, aside)


def store_of(stated: dict[str, set[tuple[str, str, str]]]) -> ox.Store:
    """A store that states something in each graph."""
    made = ox.Store()
    for name, triples in stated.items():
        graph = ox.NamedNode(name) if name else ox.DefaultGraph()
        made.extend(updating.quads({f"{' '.join(t)} .\n".encode() for t in triples}, graph))
    return made


STATED = st.fixed_dictionaries(
    {name: st.sets(TRIPLES, max_size=4) for name in ("", "http://e/1", "http://e/2")}
)
TWO = "http://e/2"
HIDDEN = {
    "http://e/1": {("<http://e/a>", "<http://e/p>", "<http://e/b>")},
    TWO: {("<http://e/b>", "<http://e/p>", '"x"')},
}
PATTERNS = st.tuples(
    st.sampled_from(["?s", "?o", "?s", "<http://e/a>"]),
    st.sampled_from(["?p", "<http://e/p>"]),
    st.sampled_from(["?o", "?o", "?s", "$q", "'x'", "?हि"]),
    st.sampled_from(
        ["{} {} {} ."] * 3 + ["{0} :p{2} .", "GRAPH <1> {{ {} {} {} }}", "GRAPH ?g {{ {} {} {} }}"]
    ),
).map(lambda parts: parts[3].format(*parts[:3]))
TEMPLATES = st.lists(PATTERNS, min_size=1, max_size=2).map(lambda parts: f"{{ {' '.join(parts)} }}")
BEYOND = st.sampled_from([
    "", "", "FILTER(isIRI(?o) && STR(?o) != ')')", "FILTER isIRI(?s)", "BIND('x' AS ?r)",
    "FILTER NOT EXISTS { ?o ?p ?s }", "OPTIONAL { ?o ?p ?q }", "MINUS { ?s ?p 'x' }",
    "{ ?s ?p ?o } UNION { ?o ?p ?s }", "?s <http://e/p>+ ?q", "?s ?p []", "FILTER(?o > 0)",
    "GRAPH ?g {}", "GRAPH <http://e/2> { FILTER(true) }",
    "{ SELECT ?s (COUNT(*) AS ?q) { ?s ?p ?o } GROUP BY ?s }", "BIND(UUID() AS ?r)",
])  # fmt: skip
NOT_BESIDE = ("OPTIONAL", "EXISTS", "MINUS", "UNION", "BIND", "+", "{}", "true", ":p?", ":p$", "हि")
"""What is not looked up where there are graphs that a pattern does not see."""
MODIFIED = st.one_of(
    TEMPLATES.map("DELETE WHERE {}".format),
    st.builds(
        "{} {} WHERE {}".format,
        st.sampled_from(["", "", "WITH <1>", "WITH <http://e/2>"]),
        st.one_of(
            TEMPLATES.map("DELETE {}".format),
            TEMPLATES.map("INSERT {}".format),
            st.builds("DELETE {} INSERT {}".format, TEMPLATES, TEMPLATES),
            TEMPLATES.map("INSERT {{ ?s ?p [] }} # {}\n".format),
        ),
        st.builds(
            "{{ {} {} {} }}".format, BEYOND, TEMPLATES.map(lambda text: text[1:-1]), BEYOND
        ),
    ),
    st.builds(
        "DELETE {} USING <1> USING NAMED <http://e/2> WHERE {}".format, TEMPLATES, TEMPLATES
    ),
)  # fmt: skip


@settings(max_examples=400, deadline=None)
@given(
    STATED,
    MODIFIED,
    st.lists(st.tuples(st.booleans(), NAMES, TRIPLES), max_size=2),
    st.sampled_from([["http://e/2"], ["http://e/2"], [], None]),
)
@example(HIDDEN, "INSERT { ?s ?p ?q } WHERE { ?s ?p ?o OPTIONAL { ?o ?p ?q } }", [], [TWO])
@example(HIDDEN, "INSERT { ?q ?p 1 } WHERE { ?s ?p ?o MINUS { GRAPH ?g { ?o ?p ?q } } }", [], [TWO])
@example(
    HIDDEN, "INSERT { ?o ?p ?q } WHERE { ?s ?p ?o OPTIONAL { GRAPH ?g { ?o ?p ?q } } }", [], [TWO]
)
@example(HIDDEN, "DELETE { ?s ?p ?o } WHERE { OPTIONAL { ?s :r ?x } ?s ?p ?o }", [], None)
@example(HIDDEN, "DELETE { ?s ?p ?o } WHERE { MINUS { ?o :r ?x } ?s ?p ?o }", [], [TWO])
@example(HIDDEN, "DELETE{?s :p?o}INSERT{?s :q ?s}WHERE{?s :p ?o}", [], [TWO])
@example(HIDDEN, "INSERT { ?s :q :C.?o :r 1 } WHERE { ?s ?p ?o }", [], [])
@example(HIDDEN, "INSERT { :l :sees ?g } WHERE { GRAPH ?g {} }", [], [TWO])
@example(
    HIDDEN,
    "WITH <2> DELETE { GRAPH <1> { ?s ?p ?o } } "
    "WHERE { GRAPH <1> { ?s ?p ?o } FILTER NOT EXISTS { ?o ?p ?q } }",
    [],
    [TWO],
)
def test_what_a_pattern_finds_is_changed_as_by_comparing_the_whole_store(
    stated: dict[str, set[tuple[str, str, str]]],
    modified: str,
    data: list[tuple[bool, str, tuple[str, str, str]]],
    aside: list[str] | None,
) -> None:
    update = f"PREFIX : <http://e/> # WITH\nBASE <http://e/> {modified}"
    for inserts, name, triple in data:
        said = " ".join(triple)
        inside = f"GRAPH <{name}> {{ {said} }}" if name else said
        update += f" ;\n{'INSERT' if inserts else 'DELETE'} DATA {{ {inside} }}"

    def changes(work: Callable[[ox.Store, str, list[str] | None], object]) -> object:
        try:
            return work(store_of(stated), update, aside)
        except SyntaxError:  # as of a name that is bound twice
            return SyntaxError

    found = changes(lambda *given: looked_up.changed(given[0], given[1], None, given[2]))
    if found is not None:
        assert found == changes(compared)
    if isinstance(found, dict) and not found["inserted"] and not found["deleted"] and not data:
        why = looked_up.unchanged(store_of(stated), update, None, aside)
        assert "[]" in update or why == reasons(store_of(stated), update, aside)
    untold = ("SELECT", "UUID", "[]", *(NOT_BESIDE if aside else ()))
    assert found is not None or any(part in update for part in untold)


def test_a_pattern_that_finds_very_much_is_run_on_the_copy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(instantiated, "_MOST", 1)
    stated = {"http://e/1": {("<http://e/a>", "<http://e/p>", value) for value in ('"1"', '"2"')}}
    for pattern, told in (("?s ?p ?o", False), ("?s ?p '1'", True)):
        update = f"DELETE WHERE {{ {pattern} }}"
        assert (looked_up.changed(store_of(stated), update, None, []) is not None) is told
        assert updating.changed(store_of(stated), update, None, [])["deleted"] == (1 if told else 2)


def compared(store: ox.Store, update: str, aside: list[str] | None) -> object:
    """What `changed` finds where it may look nothing up."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(looked_up, "changed", lambda *_: None)
        return updating.changed(store, update, None, aside)


def reasons(store: ox.Store, update: str, aside: list[str] | None) -> object:
    """What `why` finds where it may look nothing up."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(looked_up, "unchanged", lambda *_: None)
        return unchanged.why(store, update, None, aside)


def test_an_error_in_a_later_operation_has_its_place(updated: KnowledgeGraph) -> None:
    update = (
        "PREFIX e: <http://e/>\nINSERT DATA { GRAPH e:1 { e:a e:p 1 } } ;\n\n"
        "DELETE { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } } ;\n"
        "DELETE WHERE { GRAPH ?g { ?s ?p ?o ] }"
    )
    with pytest.raises(QuerySyntaxError) as wrong:
        updated.service.tried(update)
    assert (wrong.value.line, wrong.value.column) == (5, 36)


@pytest.mark.parametrize("update", ["graph", "graph {", "with", "delete", "insert data", "}"])
def test_what_is_no_update_is_a_syntax_error(updated: KnowledgeGraph, update: str) -> None:
    with pytest.raises(QuerySyntaxError):
        updated.service.tried(update)


@pytest.fixture(scope="module")
def updated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph.own(str(tmp_path_factory.mktemp("up") / "s"), limits=Limits()) as graph:
        yield graph


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph.own(str(tmp_path / "store"), limits=Limits()) as graph:
        yield graph


@pytest.mark.parametrize(
    ("update", "reasons"),
    [
        ("DELETE WHERE { ?s ?p 'none' }", ["unmatched"]),
        ("INSERT { ?s ?p 1 } WHERE { GRAPH <http://e/none> { ?s ?p ?o } }", ["unmatched"]),
        ("DELETE WHERE { ?s ?p 'v2' }", ["kept"]),
        ("DELETE DATA { <http://e/2> <http://e/p> 'v2' }", ["kept"]),
        ("DELETE { ?s ?p 'v2' } WHERE { ?s ?p 'v1' . ?t ?p 'v0' }", ["absent"]),
        ("DELETE { <http://e/2> ?p 'v2' } WHERE { ?s ?p 'v1' }", ["kept"]),
        ("DELETE DATA { <http://e/2> <http://e/p> 'other' }", ["absent"]),
        ("INSERT DATA { <http://e/1> <http://e/p> 'v1' }", ["there"]),
        ("WITH <http://e/g> INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }", ["there"]),
        ("DELETE { ?s ?p ?o } INSERT { ?s ?p ?o } WHERE { ?s ?p ?o }", ["again"]),
        ("DELETE DATA { <http://e/1> <http://e/p> 'v1' } ; "
         "INSERT DATA { <http://e/1> <http://e/p> 'v1' }", ["again"]),
        ("DELETE DATA { <http://e/2> <http://e/p> 'x' } ; CLEAR SILENT GRAPH <http://e/none> ; "
         "INSERT DATA { <http://e/1> <http://e/p> 'v1' }", ["absent", "whole", "there"]),
        ("PREFIX e: <http://e/> # INSERT DATA", ["empty"]),
        ("PREFIX e:<http://e/>DELETE WHERE { e:3 ?p ?o }", ["unmatched"]),
        (" ; ".join(["DELETE WHERE { ?s ?p 'none' }"] * 21), ["unmatched", "many"]),
    ],
)  # fmt: skip
def test_what_changes_nothing_has_its_reasons(
    looked_at: KnowledgeGraph, update: str, reasons: list[str]
) -> None:
    tried = looked_at.service.tried(update)
    assert (tried.inserted, tried.deleted) == (0, 0)
    assert list(looked_at.service.unchanged(update)) == reasons


def test_a_prefix_may_touch_its_iri() -> None:
    named = using_clauses.graphs_named("PREFIX g:<http://e/>INSERT DATA{GRAPH g:1{<u:a><u:b>g:x}}")
    assert named == {"http://e/1"}


def test_a_graph_that_is_not_there_is_told_in_both_languages(looked_at: KnowledgeGraph) -> None:
    for update, en, id_ in (
        ("CLEAR GRAPH <http://e/n>", "the graph <http://e/n> does not", "graf <http://e/n> tidak"),
        ("CREATE GRAPH <http://e/g>", "the graph <http://e/g> already", "graf <http://e/g> sudah"),
    ):
        with pytest.raises(CannotApply) as told:
            looked_at.service.tried(update)
        assert told.value.words.en.startswith(en) and told.value.words.id.startswith(id_)


@pytest.fixture(scope="module")
def looked_at(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph.own(str(tmp_path_factory.mktemp("at") / "s"), limits=Limits()) as graph:
        graph.commit(Change(replace={URIRef("http://e/g"): things(2), terms.INFERRED: things(3)}))
        yield graph


def test_what_rembug_keeps_itself_no_update_matches(fresh: KnowledgeGraph) -> None:
    graph = URIRef("http://e/1")
    fresh.commit(Change(replace={graph: things(2), terms.INFERRED: things(3)}))
    for update in ("DELETE WHERE { ?s ?p ?o }", "DELETE WHERE { GRAPH ?g { ?s ?p ?o } }"):
        tried = fresh.service.tried(update)
        assert (tried.deleted, tried.change.replace) == (2, {graph: b""})
    only = 'DELETE DATA { <http://e/2> <http://e/p> "v2" }'
    assert fresh.service.tried(only).deleted == 0


@pytest.mark.parametrize(
    "update",
    [
        "CLEAR GRAPH <{0}>",
        "DROP SILENT GRAPH <{0}>",
        "CREATE GRAPH <{0}>",
        "INSERT DATA {{ GRAPH <{0}> {{ <a:a> <a:b> 1 }} }}",
        "DELETE DATA {{ GRAPH <{0}> {{ <a:a> <a:b> 1 }} }}",
        "DELETE WHERE {{ GRAPH <{0}> {{ ?s ?p ?o }} }}",
        "PREFIX g: <https://w3id.org/rembug/graph/> WITH g:{1} DELETE {{ ?s ?p 1 }} WHERE {{ }}",
        "PREFIX : <https://w3id.org/rembug/graph/> CLEAR # not\n GRAPH :{1}",
        "COPY <{0}> TO <http://e/1>",
        "MOVE <http://e/1> TO <{0}>",
        "INSERT DATA {{ <a:a> <a:b> 1 }} ; LOAD <http://e/x> INTO GRAPH <{0}>",
    ],
)
@pytest.mark.parametrize("kept", [terms.PROVENANCE, terms.ONTOLOGY_GRAPH])
def test_an_update_that_names_what_rembug_keeps_is_forbidden(update: str, kept: URIRef) -> None:
    with pytest.raises(Forbidden, match="Rembug itself keeps"):
        access.require_others(update.format(kept, kept.rpartition("/")[2]))


def test_an_update_that_speaks_of_such_a_graph_is_none_to_it() -> None:
    access.require_others(
        f"PREFIX g: <{terms.GRAPH}> PREFIX cg: <https://w3id.org/rembug/ontology#> "
        f"INSERT DATA {{ GRAPH g:s\\/a {{ <a:a> cg:about g:ontology ; "
        f"<a:b> 'GRAPH <{terms.INFERRED}>' }} }}"
    )


def test_the_default_graph_as_a_whole_is_the_unnamed_one(fresh: KnowledgeGraph) -> None:
    one = URIRef("http://e/1")
    fresh.commit(Change(replace={one: things(2), UNNAMED: things(3)}))
    for update, deleted, inserted in (
        ("CLEAR DEFAULT", 3, 0),
        ("DROP ALL ; INSERT DATA { <http://e/1> <http://e/p> 'new' }", 5, 1),
        ("ADD DEFAULT TO <http://e/1> ; DELETE WHERE { <http://e/2> ?p ?o }", 1, 0),
        ("INSERT DATA { GRAPH <http://e/9> { <http://e/9> <http://e/p> 'v2' } } ; "
         "DELETE { ?s ?p ?o } WHERE { ?s ?p ?o . <http://e/9> ?p ?o }", 1, 0),
    ):  # fmt: skip
        tried = fresh.service.tried(update)
        assert (tried.deleted, tried.inserted) == (deleted, inserted), update
