"""A translated query is shared by threads, and each gets the answer to its own question."""

import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from rdflib import Graph, Literal, URIRef

from rembug.gate.prepared import Prepared

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
