"""A backup is made while the store is used, and comes back whole or not at all."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from rdflib import URIRef

from rembug.errors import BadParameter, Damaged, StoreInUse
from rembug.graph import Change, KnowledgeGraph, Role
from rembug.graph.record.embedded import AT_ONCE

GRAPH = URIRef("http://e/g")


def content(number: int) -> bytes:
    return b'<http://e/%d> <http://e/p> "value" .\n' % number


def test_a_backup_is_restored_and_what_was_there_is_kept(tmp_path: Path) -> None:
    store, copy = str(tmp_path / "store"), tmp_path / "copy"
    with KnowledgeGraph.own(store) as graph:
        graph.commit(Change(replace={GRAPH: content(1)}))
        assert graph.backup(copy).version == 1
        graph.commit(Change(replace={GRAPH: content(2)}))
        with pytest.raises(StoreInUse):
            KnowledgeGraph.restore(copy, store)
    manifest, old = KnowledgeGraph.restore(copy, store)
    assert manifest.version == 1
    with KnowledgeGraph.open(store) as graph:
        assert graph.version == 1
        assert graph.triples(GRAPH) == content(1)
    assert old is not None
    assert old.is_dir()


def test_decisions_that_are_not_published_yet_go_with_a_backup(tmp_path: Path) -> None:
    store, copy, reviews = tmp_path / "store", tmp_path / "copy", tmp_path / "store" / "reviews"
    with KnowledgeGraph.own(str(store)) as graph:
        (reviews / "ikm").mkdir(parents=True)
        (reviews / "ikm" / "kurator.csv").write_text("then")
        graph.backup(copy, reviews)
    (reviews / "ikm" / "kurator.csv").write_text("later")
    KnowledgeGraph.restore(copy, str(store), reviews)
    assert (reviews / "ikm" / "kurator.csv").read_text() == "then"
    [old] = store.glob("reviews.before-*")
    assert (old / "ikm" / "kurator.csv").read_text() == "later"


def test_a_backup_through_a_running_service(tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    with KnowledgeGraph.own(store) as owner:
        owner.commit(Change(replace={GRAPH: content(1)}))
        with KnowledgeGraph.open(store) as guest:
            assert guest.backup(tmp_path / "copy").quads == len(owner)
    KnowledgeGraph.restore(tmp_path / "copy", str(tmp_path / "new"))
    with KnowledgeGraph.open(str(tmp_path / "new")) as graph:
        assert graph.triples(GRAPH) == content(1)


def test_a_damaged_backup_is_refused_and_the_store_is_as_it_was(tmp_path: Path) -> None:
    store, copy = str(tmp_path / "store"), tmp_path / "copy"
    with KnowledgeGraph.own(store) as graph:
        graph.commit(Change(replace={GRAPH: b"".join(map(content, range(500)))}))
        graph.backup(copy)
    files = [f for f in (copy / "oxigraph").iterdir() if f.suffix in (".sst", ".log")]
    largest = max(files, key=lambda file: file.stat().st_size)
    damaged = largest.read_bytes()
    largest.unlink()  # it is a hard link to the store's own file
    largest.write_bytes(damaged[: len(damaged) // 2])
    with pytest.raises(Damaged):
        KnowledgeGraph.restore(copy, store)
    description = (copy / "backup.json").read_text()
    (copy / "backup.json").write_text(description[:-9])
    with pytest.raises(Damaged, match=r"backup\.json") as caught:
        KnowledgeGraph.restore(copy, store)
    assert caught.value.exit_code == 1
    shutil.rmtree(copy / "oxigraph")
    (copy / "backup.json").write_text(description)
    with pytest.raises(Damaged, match="oxigraph: it is not there"):
        KnowledgeGraph.restore(copy, store)
    with KnowledgeGraph.open(store) as graph:
        assert graph.version == 1
    with pytest.raises(BadParameter, match="not a backup"):
        KnowledgeGraph.restore(tmp_path, store)


def test_a_byte_that_changed_anywhere_in_a_backup_is_found(tmp_path: Path) -> None:
    """Also where the engine does not look, such as in the padding of its files."""
    store, copy = str(tmp_path / "store"), tmp_path / "copy"
    with KnowledgeGraph.own(store) as graph:
        graph.commit(Change(replace={GRAPH: b"".join(map(content, range(50)))}))
        graph.secret.digest("something")
        (tmp_path / "reviews").mkdir()
        (tmp_path / "reviews" / "kube.csv").write_text("record,thing,decision\n")
        graph.backup(copy, tmp_path / "reviews")
    there = [path for path in copy.rglob("*") if path.is_file() and path.name != "backup.json"]
    assert {"secret", "kube.csv"} <= {path.name for path in there}
    for file in sorted(path for path in there if path.stat().st_size):
        whole = file.read_bytes()
        file.unlink()  # it is a hard link to the store's own file
        for place in (0, len(whole) // 2, len(whole) - 1):
            file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
            with pytest.raises(Damaged, match=f"damaged.*{file.name}"):
                KnowledgeGraph.restore(copy, store)
        file.write_bytes(whole)
    (copy / "oxigraph" / "more").touch()
    with pytest.raises(Damaged, match="more"):
        KnowledgeGraph.restore(copy, store)
    (copy / "oxigraph" / "more").unlink()
    KnowledgeGraph.restore(copy, store)


def test_a_backup_is_its_owners_alone(tmp_path: Path) -> None:
    with KnowledgeGraph.own(str(tmp_path / "store")) as graph:
        graph.commit(Change(replace={GRAPH: content(1)}))
        graph.backup(tmp_path / "copy")
    KnowledgeGraph.restore(tmp_path / "copy", str(tmp_path / "new"))
    copy = tmp_path / "copy"
    for path in (copy, *copy.rglob("*"), tmp_path / "new", tmp_path / "new" / "oxigraph"):
        assert path.stat().st_mode & 0o077 == 0, path


def test_a_backup_overwrites_nothing(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with (
        KnowledgeGraph.own(str(tmp_path / "store")) as graph,
        pytest.raises(BadParameter, match="there exists already"),
    ):
        graph.backup(tmp_path / "there")


FULL = """
import resource, signal, sys
from pathlib import Path
from rdflib import URIRef
from rembug.errors import StoreFull
from rembug.graph import Change, KnowledgeGraph
graph = KnowledgeGraph.own(sys.argv[1])
graph.commit(Change(replace={URIRef("http://e/g"): b'<http://e/1> <http://e/p> "kept" .\\n'}))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
largest = 200_000 if len(sys.argv) < 4 else int(sys.argv[4])
resource.setrlimit(resource.RLIMIT_FSIZE, (largest, resource.RLIM_INFINITY))
lines = b"".join(b'<http://e/%d> <http://e/p> "%d" .\\n' % (n, n) for n in range(int(sys.argv[2])))
for _ in range(2):
    try:
        graph.commit(Change(replace={URIRef("http://e/h"): lines}))
    except StoreFull as error:
        print("refused:", error)
    print(b"kept" in graph.triples(URIRef("http://e/g")), graph.version)
if len(sys.argv) > 3:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    graph.backup(Path(sys.argv[3]))
    graph.commit(Change(append={URIRef("http://e/g"): b'<http://e/2> <http://e/p> "more" .\\n'}))
    print(graph.triples(URIRef("http://e/g")).count(b"\\n"), graph.version)
"""


def test_where_the_disk_takes_no_more_a_commit_is_refused_and_reading_goes_on(
    tmp_path: Path,
) -> None:
    # A limit on the size of files stands for a full disk: the engine meets the same failed write.
    store = str(tmp_path / "store")
    told = filled(store, "20000")
    assert "refused: the store could not be written, and is as it was" in told
    assert told.endswith("True 1\n")
    with KnowledgeGraph.open(store) as graph:
        assert graph.version == 1
        assert graph.triples(GRAPH) == b'<http://e/1> <http://e/p> "kept" .\n'
        assert URIRef("http://e/h") not in graph.graphs(Role.ADMIN)
        graph.commit(Change(replace={GRAPH: content(3)}))


@pytest.mark.parametrize(
    ("lines", "largest", "version"),
    [(AT_ONCE // 5, 200_000, 2), (AT_ONCE + 1, 800_000, 3)],
    ids=["at once", "in pieces"],
)
def test_once_there_is_room_the_same_process_writes_again(
    tmp_path: Path, lines: int, largest: int, version: int
) -> None:
    """A change that was written down before, and could not be made, is there then."""
    store, copy = str(tmp_path / "store"), tmp_path / "copy"
    told = filled(store, str(lines), str(copy), str(largest))
    assert told.count("refused:") == 2
    assert told.count("True 1\n") == 2
    assert told.endswith(f"2 {version}\n"), told
    for place in (store, str(copy)):
        with KnowledgeGraph.open(place) as graph:
            assert graph.version == (version if place == store else version - 1)
            assert graph.triples(URIRef("http://e/h")).count(b"\n") == (version - 2) * lines


def filled(*arguments: str) -> str:
    command = [sys.executable, "-c", FULL, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)
    assert not done.returncode, done.stderr
    return done.stdout
