"""What an index shows while it is written, who may read it, and when it is to be built again."""

import resource
import sqlite3
import stat
import threading
from contextlib import closing
from pathlib import Path

import pyoxigraph as ox
import pytest
from rdflib import RDFS

from rembug import terms
from rembug.errors import StoreFull
from rembug.graph.readers.index import Index, Listing, Touched, Unusable
from rembug.terms import CG

from .conftest import Readers

STUDY = str(terms.study("s"))


def finding(number: int) -> str:
    return str(terms.thing("s", "finding", f"f{number}"))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "index.sqlite"


def test_a_reader_sees_each_commit_whole_and_with_its_version(path: Path, readers: Readers) -> None:
    readers.state(finding(1), CG.Finding, "Temuan", STUDY)
    index = Index.build(path, readers.rows, 1)
    seen, wrong, stop = set(), [], threading.Event()

    def read(other: Index) -> None:
        while not stop.is_set():
            with other.reading() as reading:
                total = reading.listed(Listing("findings")).total
                sizes = dict(reading.facets(Listing("findings"), ["study"])["study"].values)
                seen.add(reading.version)
                if not total == reading.version == sizes[STUDY]:
                    wrong.append((total, reading.version, sizes))

    threads = [
        threading.Thread(target=read, args=(other,))
        for other in (index, index, Index.open(path), Index.open(path))
    ]
    for thread in threads:
        thread.start()
    for number in range(2, 22):
        readers.state(finding(number), CG.Finding, f"Temuan {number}", STUDY)
        readers.tell(index)
    stop.set()
    for thread in threads:
        thread.join()
    assert not wrong
    assert len(seen) > 1


def test_a_commit_that_fails_changes_nothing(path: Path, readers: Readers) -> None:
    readers.state(finding(1), CG.Finding, "Temuan", STUDY)
    index = Index.build(path, readers.rows, 1)

    def broken(query: str) -> list[dict[str, ox.Literal]]:
        raise OSError("the reader's store is gone")

    with pytest.raises(OSError, match="gone"):
        index.update(broken, Touched({finding(1)}, set()), 2)
    with index.reading() as reading:
        assert reading.version == 1
        assert reading.listed(Listing("findings")).total == 1


def test_names_of_values_follow_their_things(path: Path, readers: Readers) -> None:
    readers.state(STUDY, CG.Study, "Nama lama")
    readers.state(finding(1), CG.Finding, "Temuan", STUDY)
    index = Index.build(path, readers.rows, 1)
    readers.remove(STUDY, RDFS.label, ox.Literal("Nama lama", language="id"))
    readers.add(STUDY, RDFS.label, ox.Literal("Nama baru", language="id"))
    readers.tell(index)
    with index.reading() as reading:
        (value, count), *_ = reading.facets(Listing("findings"), ["study"])["study"].values
        assert (reading.labels([value], "en")[value], count) == (("Nama baru", "id"), 1)


def test_only_its_owner_may_read_it(path: Path, readers: Readers) -> None:
    index = Index.build(path, readers.rows, 1)
    with index.reading() as reading:
        assert reading.version == 1
        for file in path.parent.iterdir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 3])


def _overwrite(path: Path) -> None:
    path.write_bytes(b"no database" * 500)


def _age(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 1")


def _break_off(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("harm", [_cut, _overwrite, _age, _break_off, Path.unlink])
def test_what_cannot_be_used_says_so_and_is_built_again(harm, path: Path, readers: Readers) -> None:  # type: ignore[no-untyped-def]
    for number in range(300):
        readers.state(finding(number), CG.Finding, f"Temuan {number}", STUDY)
    Index.build(path, readers.rows, 1).close()
    harm(path)

    def used() -> None:
        with Index.open(path).reading() as reading:
            reading.listed(Listing("findings"), limit=300)
            reading.found("temuan")

    with pytest.raises(Unusable, match=r"index\.sqlite"):
        used()
    Index.build(path, readers.rows, 1)
    used()


def test_one_that_is_read_may_be_built_again(path: Path, readers: Readers) -> None:
    index = Index.build(path, readers.rows, 1)
    with index.reading() as reading:
        again = Index.build(path, readers.rows, 2)
        assert reading.version == 1
    with again.reading() as reading:
        assert reading.version == 2


def test_a_full_disk_is_not_taken_for_a_damaged_index(path: Path, readers: Readers) -> None:
    """What there is stays, and is read again once there is room."""
    readers.state(finding(1), CG.Finding, "Temuan", STUDY)
    Index.build(path, readers.rows, 1).close()
    most = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, most[1]))
    try:
        with pytest.raises(StoreFull, match="make room"):
            Index.open(path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, most)
    with Index.open(path).reading() as reading:
        assert reading.listed(Listing("findings")).total == 1
