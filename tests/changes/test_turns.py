"""Writers do not wait for what is only judged, and nothing is judged for ever."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from rdflib import URIRef

from rembug.changes import commits, updates, verdicts
from rembug.errors import TooLong
from rembug.graph import Change, KnowledgeGraph

FIRST, SECOND = (URIRef(f"https://example.org/graph/{name}") for name in ("first", "second"))


@pytest.fixture
def graph() -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph.in_memory() as graph:
        yield graph


def put(graph: KnowledgeGraph, iri: URIRef) -> int:
    said = b'<https://example.org/a> <https://example.org/p> "x" .'
    return updates.put(graph, {iri: said}, whole=True, file="PUT").version


def test_a_writer_comes_in_while_another_is_judged_who_comes_in_after(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    judge, beside = verdicts.judge, []

    def slow(store: KnowledgeGraph, change: Change, *rest: object) -> verdicts.Verdict:
        if FIRST in change.replace and not beside:
            with ThreadPoolExecutor(1) as pool:
                beside.append(pool.submit(put, graph, SECOND).result(timeout=60))
        return judge(store, change, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(commits, "judge", slow)
    before = graph.version
    assert put(graph, FIRST) == before + 2
    assert beside == [before + 1]


def test_what_takes_too_long_to_judge_is_refused_and_stores_nothing(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "_ALONE", 0)
    before = graph.version
    with pytest.raises(TooLong, match="smaller parts") as caught:
        put(graph, FIRST)
    assert caught.value.http_status == 503
    assert graph.version == before


def test_one_for_whom_others_wait_has_less_time(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "_WAITED_FOR", 0)
    judge, once = verdicts.judge, []

    def overtaken(store: KnowledgeGraph, change: Change, *rest: object) -> verdicts.Verdict:
        verdict = judge(store, change, *rest)  # type: ignore[arg-type]
        if FIRST in change.replace and not once:
            once.append(put(graph, SECOND))
        return verdict

    monkeypatch.setattr(commits, "judge", overtaken)
    with pytest.raises(TooLong, match="more than 0 seconds"):
        put(graph, FIRST)
    assert graph.version == once[0]
