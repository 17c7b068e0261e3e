"""A reader's index is brought to the newest version by what changed, or built where it must be."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rembug import terms
from rembug.errors import Preparing, StoreFull, Words
from rembug.graph.readers.index import Index, Listing, Source, Touched, Unusable
from rembug.graph.readers.indexes import Indexes
from rembug.terms import CG

from .conftest import Readers


@dataclass
class Reading:
    """What a reader reads, at a version; making a copy of it takes as long as it is told to."""

    readers: Readers
    now: int = 1
    name: str = "public"
    size: int = 1
    asked: list[int] = field(default_factory=list)
    may_go_on: threading.Event = field(default_factory=threading.Event)
    copies: int = 0

    def __post_init__(self) -> None:
        self.may_go_on.set()

    @property
    def source(self) -> Source:
        return self.readers.rows

    def version(self) -> int:
        return self.now

    def may_hold(self, graph: str) -> bool:
        return bool(graph)

    @contextmanager
    def standing(self) -> Iterator["Shown"]:
        yield Shown(self.now, self.readers.rows)

    @contextmanager
    def copied(self) -> Iterator["Shown"]:
        copy = Shown(self.now, self.readers.rows)
        self.copies += 1
        self.may_go_on.wait(30)
        yield copy

    def changed(self, since: int) -> int | None:
        return self.size if since <= self.now else None

    def touched(self, since: int, *, forgetting: bool = False) -> Touched:
        self.asked.append(since)
        return self.readers.touched


@dataclass(frozen=True)
class Shown:
    version: int
    source: Source

    def beyond(self, known: object) -> Touched:
        raise AssertionError(known)


def total(index: Index) -> int:
    with index.reading() as reading:
        return reading.listed(Listing("findings")).total


def state(readers: Readers, name: str) -> None:
    readers.state(terms.thing("s", "finding", name), CG.Finding, name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


@pytest.fixture
def read(readers: Readers) -> Reading:
    return Reading(readers)


@pytest.mark.parametrize("size", [1, 1_000_000])
def test_what_changed_is_all_that_is_read_again(folder: Path, read: Reading, size: int) -> None:
    state(read.readers, "one")
    indexes = Indexes(folder)
    assert total(indexes.of(read)) == 1
    read.readers.forget()
    state(read.readers, "two")
    state(read.readers, "three")
    read.readers.subjects = {iri for iri in read.readers.subjects if not iri.endswith("three")}
    read.now, read.size = 2, size
    assert total(indexes.of(read)) == 2  # “three” was not named
    assert read.asked == [1]
    assert total(indexes.of(read)) == 2
    assert read.asked == [1]


def test_a_later_process_goes_on_with_the_same_file(folder: Path, read: Reading) -> None:
    state(read.readers, "one")
    Indexes(folder).of(read).close()
    state(read.readers, "two")
    later = Indexes(folder)
    assert total(later.of(read)) == 1  # the version says that nothing changed
    read.now = 2
    assert total(later.of(read)) == 2
    assert read.copies == 1


@pytest.mark.parametrize("version", [0, 2])
def test_one_that_cannot_follow_is_built(
    folder: Path, read: Reading, version: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    state(read.readers, "one")
    Indexes(folder).of(read).close()
    state(read.readers, "two")
    read.now = version
    monkeypatch.setattr(Reading, "changed", lambda *_: None)
    monkeypatch.setattr(Reading, "touched", lambda *_: None)
    assert total(Indexes(folder).of(read)) == 2


@pytest.mark.parametrize("folder_in_its_place", [False, True], ids=["bytes", "a folder"])
def test_a_damaged_one_is_built_and_that_is_said(
    folder: Path, read: Reading, caplog: pytest.LogCaptureFixture, folder_in_its_place: bool
) -> None:
    state(read.readers, "one")
    Indexes(folder).of(read).close()
    file = folder / "public.sqlite"
    if folder_in_its_place:
        file.unlink()
        (file / "in").mkdir(parents=True)
    else:
        file.write_bytes(b"nothing" * 999)
    with caplog.at_level(logging.WARNING):
        assert total(Indexes(folder).of(read)) == 1
    assert "it is built again" in caplog.text


def test_a_file_in_the_place_of_the_folder_is_put_away(folder: Path, read: Reading) -> None:
    folder.write_bytes(b"no folder")
    state(read.readers, "one")
    assert total(Indexes(folder).of(read)) == 1


def test_nobody_waits_for_long_while_one_is_made(folder: Path, read: Reading) -> None:
    """There is none yet: that is said. There is an earlier one: it is looked in."""
    state(read.readers, "one")
    indexes = Indexes(folder, patience=0.01)
    read.may_go_on.clear()
    for _ in range(3):
        with pytest.raises(Preparing):
            indexes.of(read)
    read.may_go_on.set()
    assert total(indexes.of(read, wait=True)) == 1
    assert read.copies == 1  # by whoever asked first, once
    read.readers.forget()
    state(read.readers, "two")
    read.now, read.size = 2, 1_000_000
    read.may_go_on.clear()
    assert total(indexes.of(read)) == 1
    read.may_go_on.set()
    assert total(indexes.of(read, wait=True)) == 2


@pytest.mark.parametrize("sizes", [[1_000_000], [3_000, 3_000]])
def test_who_commits_much_waits_for_it_and_who_looks_meanwhile_does_not(
    folder: Path, read: Reading, sizes: list[int]
) -> None:
    """Much is also what came little by little while nobody looked."""
    indexes = Indexes(folder, patience=30)
    assert indexes.begin(read) is None  # nobody has looked yet
    state(read.readers, "one")
    assert total(indexes.of(read)) == 1
    read.readers.forget()
    state(read.readers, "two")
    read.may_go_on.clear()
    for read.size in (1, *sizes):
        assert read.copies == 1  # whoever looks follows that
        read.now += 1
        wait = indexes.begin(read)
    again = indexes.begin(read)
    assert total(indexes.of(read)) == 1
    read.may_go_on.set()
    assert wait is not None
    assert again is not None
    wait(), again()
    assert total(indexes.of(read)) == 2
    assert read.copies == 2
    assert indexes.begin(read) is None


def test_one_that_is_made_anew_is_looked_in_and_follows_meanwhile(
    folder: Path, read: Reading
) -> None:
    state(read.readers, "one")
    indexes = Indexes(folder, patience=0.01)
    indexes.of(read, wait=True)
    read.readers.forget()
    read.may_go_on.clear()
    anew = threading.Thread(target=indexes.renew, args=(read,))
    anew.start()
    while read.copies < 2:
        pass
    state(read.readers, "two")
    read.now = 2
    assert total(indexes.of(read)) == 2
    read.may_go_on.set()
    anew.join()
    assert total(indexes.of(read)) == 2
    with indexes.of(read).reading() as reading:
        assert reading.version == 2


def test_what_is_forgotten_while_one_is_made_is_in_none(folder: Path, read: Reading) -> None:
    state(read.readers, "one")
    indexes = Indexes(folder, patience=0.01)
    read.may_go_on.clear()
    with pytest.raises(Preparing):
        indexes.of(read)
    forgetting = threading.Thread(target=indexes.forget)
    forgetting.start()
    read.may_go_on.set()
    forgetting.join()
    assert not list(folder.iterdir())
    assert total(indexes.of(read, wait=True)) == 1


@pytest.mark.parametrize("size", [1, 1_000_000])
def test_on_a_full_disk_what_there_is_is_looked_in(
    folder: Path, read: Reading, size: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise StoreFull(Words("no room", "penuh"))

    state(read.readers, "one")
    indexes = Indexes(folder)
    assert total(indexes.of(read)) == 1
    state(read.readers, "two")
    read.now, read.size = 2, size
    with monkeypatch.context() as cut:
        cut.setattr(Index, "update", full)
        cut.setattr(Index, "build", full)
        assert total(indexes.of(read)) == 1
        with pytest.raises(StoreFull):
            indexes.of(read, wait=True)
    assert total(indexes.of(read)) == 2


def test_what_cannot_be_made_is_told_and_tried_again(
    folder: Path, read: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise Unusable("no room")

    state(read.readers, "one")
    indexes = Indexes(folder)
    with monkeypatch.context() as cut:
        cut.setattr(Index, "build", broken)
        with pytest.raises(Unusable, match="no room"):
            indexes.of(read)
    assert total(indexes.of(read)) == 1
