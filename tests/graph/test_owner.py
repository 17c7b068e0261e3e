"""One owner at a time; others work through it, or are told who it is."""

import errno
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from rdflib import Graph, Literal, URIRef

from rembug import terms
from rembug.errors import (
    Conflict,
    Forbidden,
    QuerySyntaxError,
    RembugError,
    StoreFull,
    StoreInUse,
    StoreUnreachable,
)
from rembug.graph import Change, KnowledgeGraph, Role, change_files
from rembug.graph.owner.door import Door

G1 = terms.submission_graph("s", "one")


def one(text: str) -> Graph:
    graph = Graph()
    graph.add((URIRef("http://example.org/a"), URIRef("http://example.org/p"), Literal(text)))
    return graph


def test_a_second_service_is_told_who_owns_the_store(kg: KnowledgeGraph, tmp_path: Path) -> None:
    with pytest.raises(StoreInUse, match=f"process {os.getpid()} ") as caught:
        KnowledgeGraph.own(str(tmp_path / "store"))
    assert caught.value.exit_code == 3


def test_a_command_works_through_the_service_that_owns_the_store(
    kg: KnowledgeGraph, tmp_path: Path
) -> None:
    with KnowledgeGraph.open(str(tmp_path / "store")) as guest:
        version = guest.commit(Change(replace={G1: one("from outside")}), base=kg.version)
        assert version == guest.version == kg.version
        assert set(guest.read([G1])) == set(kg.read([G1])) == set(one("from outside"))
        assert guest.graphs(Role.ADMIN) == kg.graphs(Role.ADMIN)
        guest.commit(Change(drop=frozenset({G1})))
        assert G1 not in kg.graphs(Role.ADMIN)


def test_a_large_change_reaches_the_owner_in_files(
    kg: KnowledgeGraph, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(change_files, "_LARGE", 0)
    with KnowledgeGraph.open(str(tmp_path / "store")) as guest:
        guest.commit(Change(replace={G1: one("old")}))
        said = {G1: one("new") + one("newer")}
        version = guest.commit(Change(append=said, remove={G1: one("old")}), base=kg.version)
        assert version == kg.version
        assert set(kg.read([G1])) == set(one("new") + one("newer"))


@pytest.mark.parametrize(
    ("error", "told", "logged"),
    [
        (OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), StoreFull, ""),
        (ZeroDivisionError("quite unexpected"), RembugError, "quite unexpected"),
    ],
)
def test_a_full_disk_is_told_without_a_trace_in_the_log(
    kg: KnowledgeGraph,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    error: Exception,
    told: type[RembugError],
    logged: str,
) -> None:
    def fails(*_: object) -> None:
        raise error

    with KnowledgeGraph.open(str(tmp_path / "store")) as guest:
        monkeypatch.setattr(Door, "_reply", fails)
        with pytest.raises(told) as caught:
            guest.graphs(Role.ADMIN)
        assert caught.type is told
        monkeypatch.undo()
        assert G1 not in guest.graphs(Role.ADMIN)  # it goes on to answer
    assert ("Traceback" in caplog.text) is bool(logged)
    assert logged in caplog.text


def test_errors_come_through_the_socket_as_they_are(kg: KnowledgeGraph, tmp_path: Path) -> None:
    with KnowledgeGraph.open(str(tmp_path / "store")) as guest:
        with pytest.raises(QuerySyntaxError) as caught:
            guest.rows("SELECT *\nWHERE { ?s ?p }")
        assert caught.value.line == 2
        with pytest.raises(Conflict):
            guest.commit(Change(), base=kg.version - 1)
        with pytest.raises(Forbidden):
            guest.rows("SELECT * { SERVICE <http://127.0.0.1:9/> { ?s ?p ?o } }")


def test_the_socket_is_the_accounts_own(kg: KnowledgeGraph, tmp_path: Path) -> None:
    mode = (tmp_path / "store" / "owner.sock").stat().st_mode & 0o777
    assert mode == 0o600


def test_an_owner_without_a_socket_is_named(tmp_path: Path) -> None:
    store = str(tmp_path / "store")
    code = (
        "import sys; from rembug.graph import KnowledgeGraph\n"
        f"g = KnowledgeGraph.open({store!r}); print('open', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "open\n"
        with pytest.raises(StoreInUse, match=f"process {other.pid} "):
            KnowledgeGraph.open(store)
        assert json.loads((tmp_path / "store" / "owner.lock").read_text())["pid"] == other.pid
        other.communicate("")
    KnowledgeGraph.open(store).close()


def test_a_service_that_goes_away_is_said_to_be_gone(tmp_path: Path) -> None:
    service = KnowledgeGraph.own(str(tmp_path / "store"))
    guest = KnowledgeGraph.open(str(tmp_path / "store"))
    service.close()
    with pytest.raises(StoreUnreachable, match=r"stopped answering|is ending"):
        guest.commit(Change(replace={G1: one("late")}))
        guest.commit(Change(replace={G1: one("later")}))


def test_a_folder_that_others_could_read_is_closed_to_them(tmp_path: Path) -> None:
    folder = tmp_path / "store"
    folder.mkdir()
    folder.chmod(0o755)
    with KnowledgeGraph.own(str(folder)):
        assert folder.stat().st_mode & 0o777 == 0o700


def test_opening_a_store_leaves_the_process_its_umask(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is that of all threads: changed by two at once, it stayed at what one of them had set."""

    def forbidden(_: int) -> int:
        raise AssertionError("the umask is the process's")

    monkeypatch.setattr(os, "umask", forbidden)
    folder = tmp_path / "store"
    with KnowledgeGraph.own(str(folder)):
        for path in (folder, folder / "owner.sock"):
            assert path.stat().st_mode & 0o077 == 0
