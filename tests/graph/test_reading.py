"""How many files of others are read at a time."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from rembug.errors import TooLong, TooMany
from rembug.graph import limited, parse
from rembug.graph.workers import reading
from rembug.graph.workers.reading import Places


class Readers:
    """Callers who each hold a place until they are let go."""

    def __init__(self, places: Places) -> None:
        self._places, self._let_go = places, threading.Event()
        self.reading: Counter[str] = Counter()
        self.began: list[str] = []
        self._threads: list[threading.Thread] = []

    def come(self, name: str) -> None:
        thread = threading.Thread(target=self._read, args=(name,))
        self._threads.append(thread)
        before = len(self.began) + len(self._places._waiting)
        thread.start()
        until(lambda: len(self.began) + len(self._places._waiting) > before)
        settled()

    def end(self) -> None:
        self._let_go.set()
        for thread in self._threads:
            thread.join()

    def _read(self, name: str) -> None:
        with limited(60, asker=name), self._places.one():
            self.began.append(name)
            self.reading[name] += 1
            self._let_go.wait()
            self.reading[name] -= 1


def until(true: Callable[[], bool]) -> None:
    over = time.monotonic() + 20
    while not true():
        assert time.monotonic() < over
        time.sleep(0.01)


def settled() -> None:
    """Leave who may begin the time to."""
    time.sleep(0.3)


@pytest.fixture
def readers() -> Iterator[Readers]:
    found = Readers(Places(3, 2))
    yield found
    found.end()


def test_one_callers_many_leave_a_place_to_another_who_waits_for_none(readers: Readers) -> None:
    for name in ("ani", "ani", "ani", "ani", "budi"):
        readers.come(name)
    assert readers.reading == {"ani": 2, "budi": 1}


def test_in_all_there_are_so_many_and_who_waits_is_served(readers: Readers) -> None:
    for name in ("ani", "ani", "budi", "budi", "citra", ""):
        readers.come(name)
    assert readers.reading.total() == 3
    readers.end()
    assert sorted(readers.began) == ["", "ani", "ani", "budi", "budi", "citra"]


def test_who_has_fewer_goes_first(readers: Readers) -> None:
    for name in ("ani", "budi", "budi", "ani", "citra"):
        readers.come(name)
    assert readers.reading == {"ani": 1, "budi": 2}
    places = readers._places
    with places._condition:
        places._running["budi"] -= 1  # one of them ends
        places._condition.notify_all()
    until(lambda: readers.reading["citra"] == 1)
    assert readers.reading["ani"] == 1
    places._running["budi"] += 1


def test_whoever_stops_waiting_leaves_the_queue() -> None:
    places = Places(1, 1)
    with ExitStack() as held:
        held.enter_context(places.one())
        with limited(0.2), pytest.raises(TooLong), places.one():
            pytest.fail("there is no place")
        assert not places._waiting
    with places.one():
        pass


def test_every_file_takes_a_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    places = Places(1, 1)
    monkeypatch.setattr(reading._READERS, "_places", places)
    (file := tmp_path / "a.ttl").write_text("<urn:a> <urn:b> <urn:c> .")
    with places.one(), limited(0.2), pytest.raises(TooLong):
        list(parse(file, "ttl", "a.ttl"))
    assert len(list(parse(file, "ttl", "a.ttl"))) == 1


def test_who_waits_is_bounded_for_each_caller_and_in_all() -> None:
    readers = Readers(places := Places(1, 1, waiting=3, waiting_each=2))
    try:
        for name in ("ani", "ani", "ani", "budi"):
            readers.come(name)
        for name, told in (("ani", "2 files of this client"), ("citra", "3 of all")):
            with limited(5, asker=name), pytest.raises(TooMany, match=told), places.one():
                pytest.fail("there is no room to wait")
        readers.come("")  # a command waits in any case
        assert len(places._waiting) == 4
    finally:
        readers.end()
    assert sorted(readers.began) == ["", "ani", "ani", "ani", "budi"]
