"""A translated query is shared by threads, and each gets the answer to its own question."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from rdflib import Graph, Literal, URIRef

from rembug.errors import TooLong
from rembug.gate.prepared import Prepared
from rembug.graph import limited

_THING, _VALUE = URIRef("http://e/a"), URIRef("http://e/p")
_QUERY = """SELECT $this WHERE {
    $this <http://e/p> ?v FILTER(?v = $w && ?v + 0 = $w + 0 && STR(?v) = STR($w)) }"""


@pytest.fixture
def often_interrupted() -> Iterator[None]:
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


@pytest.mark.usefixtures("often_interrupted")
def test_threads_that_ask_the_same_query_do_not_read_each_others_bindings() -> None:
    def answers(number: int) -> list[int]:
        graph = Graph(store=Prepared())
        graph.add((_THING, _VALUE, Literal(number)))
        bindings = {"this": _THING, "w": Literal(number)}
        return [len(graph.query(_QUERY, initBindings=bindings)) for _ in range(100)]

    with ThreadPoolExecutor(4) as threads:
        for found in threads.map(answers, range(4)):
            assert found == [1] * 100


def test_one_query_is_cut_when_the_time_of_its_change_is_over() -> None:
    graph = Graph(store=Prepared())
    for number in range(300):
        graph.add((_THING, _VALUE, Literal(number)))
    every_three = "SELECT (COUNT(*) AS ?n) { ?a ?p ?b . ?c ?p ?d . ?e ?p ?f FILTER(?b = ?d + ?f) }"
    with limited(0.1), pytest.raises(TooLong, match="nothing was stored"):
        graph.query(every_three)
