"""What follows with restricted statements is restricted, and follows their changes."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import settings as with_settings
from hypothesis import strategies as st
from rdflib import RDF, Graph, Namespace
from rdflib.term import Node

from rembug import reasoning, terms
from rembug.changes.commits import inferring
from rembug.changes.edits import edits
from rembug.graph import Change, KnowledgeGraph, Role
from rembug.terms import CG

EX = Namespace("https://example.org/")
PUBLIC = terms.submission_graph("s", "data")
RESTRICTED = terms.restricted(PUBLIC)
Triple = tuple[Node, Node, Node]
THINGS = st.sampled_from([EX[name] for name in "abcd"])
RELATIONS = ("supports", "supportedBy", "givenBy", "speaksFor", "inSource", "within", "bearsOn")
TYPED = st.tuples(
    THINGS, st.just(RDF.type), st.sampled_from([CG.Evidence, CG.Finding, CG.CraftCentre, CG.Place])
)
RELATED = st.tuples(THINGS, st.sampled_from([CG[name] for name in RELATIONS]), THINGS)
STATEMENTS = st.sets(st.one_of(TYPED, RELATED, RELATED), max_size=8)


def graph_of(triples: set[Triple]) -> Graph:
    graph = Graph()
    for triple in triples:
        graph.add(triple)
    return graph


@pytest.fixture(scope="module")
def store(ontology: Graph) -> Iterator[KnowledgeGraph]:
    """A store that holds the ontology, and says by which rules its entailments are complete."""
    graph = KnowledgeGraph.in_memory()
    put(graph, Change({terms.ONTOLOGY_GRAPH: ontology}))
    yield graph
    graph.close()


def put(graph: KnowledgeGraph, change: Change) -> None:
    graph.commit(inferring(graph, change, edits(graph, change)))


@with_settings(max_examples=20, deadline=None)
@given(states=st.lists(st.tuples(STATEMENTS, STATEMENTS), min_size=1, max_size=3))
def test_each_reader_has_what_follows_from_what_they_may_read(
    states: list[tuple[set[Triple], set[Triple]]], store: KnowledgeGraph, ontology: Graph
) -> None:
    """Statements come, go, and move between what is public and what is restricted."""
    for public, restricted in states:
        put(store, Change({PUBLIC: graph_of(public), RESTRICTED: graph_of(restricted)}))
        seen = set(store.read([terms.INFERRED]))
        assert seen == set(reasoning.entail(ontology, graph_of(public)))
        further = set(store.read([terms.INFERRED_RESTRICTED]))
        everything = set(reasoning.entail(ontology, graph_of(public | restricted)))
        assert further == everything - seen
        assert terms.INFERRED_RESTRICTED not in store.graphs(Role.PUBLIC)
