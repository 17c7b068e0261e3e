"""What was slow is worked out again after a commit, once, and only while nothing newer comes."""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pytest import MonkeyPatch

from rembug import terms
from rembug.errors import TooLong
from rembug.graph import Asker, Change, Ended, KnowledgeGraph, Role
from rembug.graph.model import Answer
from rembug.graph.readers import ahead
from rembug.graph.readers.ahead import Ahead, Question
from rembug.graph.readers.cache import Cache
from rembug.settings import Limits

HERE = terms.submission_graph("magetan", "ahead")
COUNT = "SELECT (COUNT(*) AS ?n) { ?s <urn:p> ?o }"
EVERY = Question(COUNT, Role.PUBLIC, ())


@pytest.fixture(autouse=True)
def at_once(monkeypatch: MonkeyPatch) -> None:
    """Commits count as quiet at once, and every answer as slow."""
    monkeypatch.setattr(ahead, "_QUIET", 0.01)
    monkeypatch.setattr(ahead, "SLOW", 0.0)


class Asked:
    """Answers questions, and tells when it did; may be made to wait until the asker is gone."""

    def __init__(self) -> None:
        self.seen: list[Question] = []
        self.came, self.waits = threading.Semaphore(0), False

    def __call__(self, question: Question, asker: Asker) -> None:
        self.seen.append(question)
        self.came.release()
        while self.waits:
            if asker.gone():
                self.waits = False
                raise Ended

    def once_more(self) -> bool:
        return self.came.acquire(timeout=10)


@pytest.fixture
def asked() -> Asked:
    return Asked()


@pytest.fixture
def remembered(asked: Asked) -> Iterator[Ahead]:
    made = Ahead(asked)
    yield made
    made.close()


def test_what_was_slow_is_asked_again_for_each_version(remembered: Ahead, asked: Asked) -> None:
    remembered.asked(EVERY, Asker("somebody"), 1)
    for _ in range(2):
        remembered.wake()
        assert asked.once_more()
    assert asked.seen == [EVERY, EVERY]


def test_it_is_forgotten_when_nobody_asks_for_long(
    remembered: Ahead, asked: Asked, monkeypatch: MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "_TIMES", 2)
    rest = EVERY._replace(query="ASK {}")
    remembered.asked(EVERY, Asker("somebody"), 1)
    for _ in range(2):
        remembered.wake()
        assert asked.once_more()
    remembered.asked(rest, Asker("somebody"), 1)
    remembered.wake()
    assert asked.once_more()
    assert asked.seen == [EVERY, EVERY, rest]


def test_a_newer_commit_ends_what_is_under_way(remembered: Ahead, asked: Asked) -> None:
    asked.waits = True
    remembered.asked(EVERY, Asker("somebody"), 1)
    remembered.wake()
    assert asked.once_more()
    remembered.wake()
    assert asked.once_more()
    assert not asked.waits


def test_no_more_than_so_many_are_remembered(
    remembered: Ahead, asked: Asked, monkeypatch: MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "_MOST", 2)
    several = [EVERY._replace(query=f"ASK {{ ?s ?p {n} }}") for n in range(3)]
    for question in several:
        remembered.asked(question, Asker("somebody"), 1)
    remembered.wake()
    assert asked.once_more()
    assert asked.once_more()
    assert asked.seen == several[:0:-1]


def test_what_is_expected_is_tried_once_and_kept_only_where_it_is_slow(
    remembered: Ahead, asked: Asked, monkeypatch: MonkeyPatch
) -> None:
    monkeypatch.setattr(ahead, "SLOW", 60)
    remembered.expect([EVERY])
    assert asked.once_more()
    slow = EVERY._replace(query="ASK {}")
    remembered.asked(slow, Asker("somebody"), 100)
    remembered.wake()
    assert asked.once_more()
    assert asked.seen == [EVERY, slow]


def test_a_commit_has_our_own_questions_answered_before_they_are_asked(tmp_path: Path) -> None:
    with KnowledgeGraph.own(str(tmp_path), limits=Limits()) as graph:
        write(graph, 1)
        assert rows(graph) == 1
        answered, hits = graph.workers.tally.answered, graph.cache.hits
        write(graph, 2)
        assert until(lambda: graph.workers.tally.answered > answered)
        assert rows(graph) == 2
        assert graph.cache.hits == hits + 1


def test_callers_own_queries_are_not_worked_out_for_them(tmp_path: Path) -> None:
    with KnowledgeGraph.own(str(tmp_path), limits=Limits()) as graph:
        write(graph, 1)
        graph.answer(COUNT)
        graph.answer("ASK {}", ours=True)
        answered = graph.workers.tally.answered
        write(graph, 2)
        assert until(lambda: graph.workers.tally.answered > answered)
        misses = graph.cache.misses
        graph.answer(COUNT)
        assert graph.cache.misses == misses + 1


def test_what_several_ask_for_at_once_is_worked_out_once() -> None:
    cache, made, begun = Cache(), [], threading.Barrier(4)

    def ask(number: int) -> bytes:
        begun.wait()
        with cache.turn("key", Asker()) as kept:
            if kept is not None:
                return kept.body
            made.append(number)
            cache.put("key", Answer.of("solutions", "text/csv", b"answer"))
            return b"answer"

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(ask, range(4))) == [b"answer"] * 4
    assert len(made) == 1


def test_who_waits_for_what_another_makes_waits_no_longer_than_they_would() -> None:
    cache = Cache()
    with cache.turn("key", Asker()):
        with pytest.raises(TooLong), cache.turn("key", Asker(seconds=0.01)):
            pass
        with pytest.raises(Ended), cache.turn("key", Asker(gone=lambda: True)):
            pass
    with cache.turn("key", Asker(seconds=0.01)) as kept:
        assert kept is None


def write(graph: KnowledgeGraph, number: int) -> None:
    graph.commit(Change(append={HERE: f"<urn:s{number}> <urn:p> <urn:o> .\n".encode()}))


def rows(graph: KnowledgeGraph) -> int:
    return int(next(iter(graph.rows(COUNT)))["n"].value)


def until(holds: Callable[[], bool]) -> bool:
    """Whether something comes to hold before long."""
    tick = threading.Event()
    return any(holds() or tick.wait(0.05) for _ in range(400))
