"""Every command does and says the same alone and beside a running service, also with CRLF."""

import gc
import re
import shutil
from contextlib import nullcontext
from pathlib import Path

import pytest
from click.testing import CliRunner
from rdflib import RDFS

from rembug import simulate
from rembug.cli import rembug as commands
from rembug.errors import RembugError
from rembug.terms import CG

from ..service import serving
from ..sources.projects import project, qdpx, selection, source

WORDS = "Kami bertemu\r\nlangsung setiap bulan\r\ndi balai desa.\r\n"
ID = "https://w3id.org/rembug/id/magetan"
ACTOR = f"""
<{ID}/actor/new> a <{CG.CraftCentre}> ; <{CG.inStudy}> <{ID}/study/magetan> ;\r
    <{RDFS.label}> "Sentra Baru"@id, "New Centre"@en ;\r
    <{RDFS.comment}> "baris satu\\r\\nbaris dua"@id .\r
"""
JOURNEY = (
    "study create lain --title-en Other --title-id Lain",
    "study list",
    "validate actor.ttl",
    "add actor.ttl --study magetan --dry-run",
    "add actor.ttl --study magetan",
    "add actor.ttl --study magetan",
    "add interviews.qdpx --study lain --codebook codebook.yaml",
    "add broken.ttl --study magetan",
    "add actor.ttl --study nowhere",
    "validate studies",
    "add studies",
    "add studies",
    "add mixed",
    "queries",
    "query quotable-evidence -p study=lain --as researcher --format csv",
    "query programs-lacking-sustainability-evidence --format json",
    "query broken.rq",
    "query count.rq --format csv --as researcher",
    "query count.rq --format csv --at 2",
    "query count.rq --format csv --at 99",
    "history",
    "diff 2 4",
    "agreement --study lain",
    "codebook suggest interviews.qdpx",
    "codebook unmapped interviews.qdpx codebook.yaml",
    "export --study magetan",
    "export --study lain --as researcher",
    "export --study magetan --format nanopub",
    "link table.csv --dataset pasar",
    "dataset add pasar.csv --dataset pasar --title Pasar --publisher Dinas",
    "dataset add address.csv --dataset alamat --title Alamat --publisher Dinas",
    "dataset list --format json",
    "reason",
    "reason --check",
    "rebuild",
    "query count.rq --format csv",
    "validate",
    "revert actor-{digest}",
    "history",
    "backup {folder}",
)


def test_every_command_does_the_same_alone_and_beside_a_service(
    magetan_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = tmp_path / "given"
    given.mkdir()
    write_files(given)
    told = []
    for beside in (False, True):
        folder = tmp_path / ("beside" if beside else "alone")
        shutil.copytree(given, folder)
        shutil.copytree(magetan_store, folder / "store")
        monkeypatch.chdir(folder)
        monkeypatch.setenv("REMBUG_STORE", "store")
        with serving(folder) if beside else nullcontext():
            told.append(journey(folder))
    alone, other = told
    for mine, theirs in zip(alone, other, strict=True):
        assert mine == theirs
    codes = {line: code for line, code, _ in alone}
    for line, code in codes.items():
        wanted = {"add broken.ttl --study magetan": 1, "query broken.rq": 1, "add mixed": 1}
        wanted |= {line: 1 for line in codes if "address.csv" in line}
        unknown = "nowhere" in line or "99" in line
        assert code == (2 if unknown else wanted.get(line, 0)), line
    said = {line: text for line, _, text in alone}
    assert "inside/broken.ttl:1:1" in said["add mixed"]
    [refused] = [text for line, text in said.items() if "address.csv" in line]
    assert "address.csv:3: violation: id/alamat/record/" in refused
    assert '"dataset": "pasar"' in said["dataset list --format json"]
    assert '"records": 1' in said["dataset list --format json"]
    assert "gateNote" not in said["validate"]  # of what Rembug says itself nothing is asked
    assert "table.csv: does not say which study" in said["add mixed"]
    assert r"bertemu\nlangsung" in said["export --study lain --as researcher"]
    assert r"baris satu\r\nbaris dua" in said["export --study magetan"]


def write_files(folder: Path) -> None:
    """What the commands are given."""
    (folder / "actor.ttl").write_bytes(ACTOR.encode())
    (folder / "broken.ttl").write_text("<a> <b>")
    (folder / "broken.rq").write_text("SELECT * { ?s ?p }")
    (folder / "count.rq").write_text("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }")
    (folder / "table.csv").write_text("nama\r\nSentra Batik Sambung Roso\r\n")
    (folder / "pasar.csv").write_text("kode,nama\n7,Toko Batik Sambung Roso\n")
    (folder / "address.csv").write_text("kode,nama\n7,Toko\n8,https://pasar.example/8\n")
    (folder / "codebook.yaml").write_text("codes:\n  Cuaca: {}\n")
    list(simulate.write(folder / "studies", 2, 1, 1))
    (folder / "mixed" / "inside").mkdir(parents=True)
    (folder / "mixed" / "actor.ttl").write_bytes(ACTOR.replace("new>", "newer>").encode())
    (folder / "mixed" / "inside" / "broken.ttl").write_text("<a> <b>")
    (folder / "mixed" / "inside" / "table.csv").write_text("nama\r\nSentra Batik\r\n")
    text = source("w", "a.txt", selection(5, 31, name="bertemu\r\nlangsung"))
    qdpx(folder / "interviews.qdpx", project(text), {"a.txt": WORDS.encode()})


def journey(folder: Path) -> list[tuple[str, int, str]]:
    """What each command of the journey ends with and says, without times and folders."""
    digest, told = "", []
    for line in JOURNEY:
        words = line.format(digest=digest, folder=folder / "copy").split(" ")
        done = CliRunner().invoke(commands, words)
        code, said = done.exit_code, done.output
        if isinstance(done.exception, RembugError):
            code, said = done.exception.exit_code, said + str(done.exception)
        else:
            assert not done.exception or isinstance(done.exception, SystemExit), line
        del done
        gc.collect()  # an error's traceback holds the store open
        if found := re.search(r"magetan/actor-([0-9a-f]{8})", said):
            digest = found[1]
        said = re.sub(r"\d{4}-\d\d-\d\dT[\d:]+(Z|\+00:00)?", "…", said)
        told.append((line, code, said.replace(str(folder), "…")))
    return told
