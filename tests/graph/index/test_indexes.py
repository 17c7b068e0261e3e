"""A reader's index is brought to the newest version by what changed, or built where it must be."""

import logging
from pathlib import Path

import pytest

from rembug import terms
from rembug.graph.readers.index import Index, Listing, Touched
from rembug.graph.readers.indexes import Indexes
from rembug.terms import CG

from .conftest import Readers


def total(index: Index) -> int:
    with index.reading() as reading:
        return reading.listed(Listing("findings")).total


def state(readers: Readers, name: str) -> None:
    readers.state(terms.thing("s", "finding", name), CG.Finding, name)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "index"


def test_what_changed_is_all_that_is_read_again(folder: Path, readers: Readers) -> None:
    state(readers, "one")
    indexes = Indexes(folder)
    assert total(indexes.of("public", 1, readers.rows)) == 1
    readers.forget()
    state(readers, "two")
    state(readers, "three")
    readers.subjects = {iri for iri in readers.subjects if not iri.endswith("three")}
    asked: list[int] = []

    def since(version: int) -> Touched:
        asked.append(version)
        return readers.touched

    assert total(indexes.of("public", 2, readers.rows, since)) == 2  # “three” was not named
    assert asked == [1]
    assert total(indexes.of("public", 2, readers.rows, since)) == 2
    assert asked == [1]


def test_a_later_process_goes_on_with_the_same_file(folder: Path, readers: Readers) -> None:
    state(readers, "one")
    Indexes(folder).of("public", 1, readers.rows).close()
    state(readers, "two")
    later = Indexes(folder)
    assert total(later.of("public", 1, readers.rows)) == 1  # the version says that nothing changed
    assert total(later.of("public", 2, readers.rows, lambda _: readers.touched)) == 2


@pytest.mark.parametrize("version", [0, 2])
def test_one_that_cannot_follow_is_built(folder: Path, readers: Readers, version: int) -> None:
    state(readers, "one")
    Indexes(folder).of("public", 1, readers.rows)
    state(readers, "two")
    assert total(Indexes(folder).of("public", version, readers.rows)) == 2


def test_a_damaged_one_is_built_and_that_is_said(
    folder: Path, readers: Readers, caplog: pytest.LogCaptureFixture
) -> None:
    state(readers, "one")
    Indexes(folder).of("public", 1, readers.rows).close()
    (folder / "public.sqlite").write_bytes(b"nothing" * 999)
    with caplog.at_level(logging.WARNING):
        assert total(Indexes(folder).of("public", 1, readers.rows)) == 1
    assert "it is built again" in caplog.text
