"""The commands as a person types them: exit codes, what goes to which stream, what help says.

They run in this process, but where that they are processes is what counts.
"""

import contextlib
import gc
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from click.testing import CliRunner

from rembug.cli import main
from rembug.cli import rembug as commands

ACTOR = """
<https://w3id.org/rembug/id/magetan/actor/new> a <https://w3id.org/rembug/ontology#CraftCentre> ;
    <https://w3id.org/rembug/ontology#inStudy> <https://w3id.org/rembug/id/magetan/study/magetan> ;
    <http://www.w3.org/2000/01/rdf-schema#label> "Sentra Baru"@id, "New Centre"@en .
"""
COUNT = "SELECT (COUNT(*) AS ?n) { ?s a <https://w3id.org/rembug/ontology#CraftCentre> }"
ADD = ["dataset", "add", "--dataset", "umkm", "--title", "t", "--publisher", "p"]
QUESTION = "programs-lacking-sustainability-evidence"


@dataclass(frozen=True)
class Done:
    """What a command ended with, and what it said on which stream."""

    returncode: int
    stdout: str
    stderr: str


def run(store: Path, *words: str, stdin: str = "") -> Done:
    """Run a command here, from the folder of its store."""
    environment = {"REMBUG_STORE": str(store), "COLUMNS": None}
    umask, collecting = os.umask(0o022), gc.get_threshold()
    os.umask(umask)
    with (
        pytest.MonkeyPatch.context() as patch,
        contextlib.chdir(store.parent),
        CliRunner().isolation(stdin, environment) as (out, err, _),
    ):
        patch.setattr(sys, "argv", ["rembug", *words])
        try:
            main()
        except SystemExit as ended:
            code = ended.code
        finally:
            os.umask(umask)
            gc.set_threshold(*collecting)
        assert isinstance(code, int)
        said = [stream.getvalue().decode() for stream in (out, err)]
    gc.collect()  # an error's traceback holds the store open
    return Done(code, *said)


def run_apart(
    store: Path, *words: str, language: str = "C.UTF-8"
) -> subprocess.CompletedProcess[str]:
    """Run a command as a process of its own, in a language, from the folder of its store."""
    command = [sys.executable, "-c", "from rembug.cli import main; main()", *words]
    environment = {name: value for name, value in os.environ.items() if name != "COLUMNS"}
    return subprocess.run(
        command,
        env={**environment, "REMBUG_STORE": str(store), "LANG": language},
        cwd=store.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_question_is_answered_on_standard_output(magetan_copy: Path) -> None:
    done = run_apart(magetan_copy, "query", QUESTION, "-p", "lang=en", "--format", "csv")
    assert done.returncode == 0
    head, *rows = done.stdout.splitlines()
    assert head.startswith("program,programLabel,status")
    assert "Programs formed to empower batik SMEs,against,true" in rows[0]
    assert done.stderr == ""


@pytest.mark.parametrize(
    ("page", "language"), [("README.md", "en_US.UTF-8"), ("README.id.md", "id_ID.UTF-8")]
)
def test_a_refusal_looks_as_the_readme_shows_it(
    page: str, language: str, magetan_copy: Path
) -> None:
    readme = Path(page).read_text(encoding="utf-8")
    turtle = readme.partition("```turtle\n")[2].partition("```")[0]
    shown = readme.partition("$ rembug add new.ttl --study magetan\n")[2].partition("$ echo")[0]
    (magetan_copy.parent / "new.ttl").write_text(turtle)
    done = run_apart(magetan_copy, "add", "new.ttl", "--study", "magetan", language=language)
    assert (done.returncode, done.stderr) == (1, shown)


def test_a_query_may_come_from_a_file_or_standard_input(magetan_copy: Path) -> None:
    text = "ASK { ?s a <https://w3id.org/rembug/ontology#Study> }"
    (magetan_copy.parent / "mine.rq").write_text(text)
    for words in (["mine.rq"], ["-"]):
        done = run(magetan_copy, "query", *words, "--format", "json", stdin=text)
        assert json.loads(done.stdout)["boolean"] is True
    done = run(magetan_copy, "query", "mine.rq", "--format", "csv", stdin=text)
    assert done.stdout.split() == ["true"]


def test_what_looks_like_a_person_is_decided_on_in_a_table(magetan_copy: Path) -> None:
    folder = magetan_copy.parent
    (folder / "actor.ttl").write_text(ACTOR.replace("Sentra Baru", "Sentra Pak Fulan"))
    words = ("add", "actor.ttl", "--study", "magetan")
    done = run(magetan_copy, *words)
    assert done.returncode == 1
    assert "“Pak Fulan”" in done.stderr
    done = run(magetan_copy, *words, "--review", "names.csv")
    assert (done.returncode, "1 of them without a decision" in done.stderr) == (1, True)
    table = (folder / "names.csv").read_text(encoding="utf-8-sig")
    (folder / "names.csv").write_text(table.replace("\n,name", "\nsamarkan,name"))
    assert run(magetan_copy, *words, "--review", "names.csv").returncode == 0
    shown = run(magetan_copy, "export", "--study", "magetan").stdout
    assert "Sentra [disamarkan]" in shown
    assert "Fulan" not in shown


def test_the_graph_is_asked_as_it_was_and_what_changed_is_shown(magetan_copy: Path) -> None:
    (magetan_copy.parent / "actor.ttl").write_text(ACTOR)
    before = json.loads(run(magetan_copy, "query", "-", "--format", "json", stdin=COUNT).stdout)
    added = run(magetan_copy, "add", "actor.ttl", "--study", "magetan")
    version = int(re.search(r"version (\d+)", added.stdout)[1])  # type: ignore[index]
    words = ("query", "-", "--format", "json", "--at")
    then = run(magetan_copy, *words, str(version), stdin=COUNT)
    assert json.loads(then.stdout) != before
    missing = run(magetan_copy, *words, str(version + 1), stdin=COUNT)
    assert (missing.returncode, "no version that is kept" in missing.stderr) == (2, True)
    assert run(magetan_copy, "revert", added.stdout.split()[1]).returncode == 0
    shown = run(magetan_copy, "diff", str(version), "--study", "magetan")
    assert "id/magetan/actor/new  “New Centre”" in shown.stdout
    assert "  - rdf:type cg:CraftCentre" in shown.stdout
    assert "things that differ: 1; statements that went: 4, that came: 0" in shown.stderr


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["query", "programs-lacking-sustainabilty-evidence"], 2, f"did you mean {QUESTION}"),
        (["query", QUESTION, "-p", "lang=fr"], 2, "one of id, en"),
        (["query", QUESTION, "-p", "nonsense=1"], 2, "parameter"),
        (["query", "-"], 1, "syntax error"),
        (["add", "absent.ttl", "--study", "magetan"], 2, "absent.ttl"),
        (["add", "findings.docx", "--study", "magetan"], 2, "No such file"),
        (["add", __file__, "absent.ttl", "--study", "magetan"], 2, "absent.ttl"),
        (["query", "absent.rq"], 2, "without .rq"),
        (["template", "findings", "--out", "nodir/x.csv"], 2, "foldernya tidak ada"),
        (["template", "findings", "--out", "."], 2, "itu folder"),
        (["export", "--out", "nodir/x.trig"], 2, "foldernya tidak ada"),
        (["codebook", "export", "--out", "nodir/x.qdc"], 2, "foldernya tidak ada"),
        (["dataset", "links", "umkm", "--out", "nodir/x.tsv"], 2, "foldernya tidak ada"),
        (["link", "--dataset", "umkm", "--out", "nodir/x.csv"], 2, "foldernya tidak ada"),
        (["link", "absent.csv", "--dataset", "umkm"], 2, "tidak dapat dibuka: tidak ada"),
        ([*ADD, "absent.csv"], 2, "tidak dapat dibuka: tidak ada"),
        ([*ADD, "absent.xlsx"], 2, "tidak dapat dibuka: tidak ada"),
        ([*ADD, "."], 2, "itu folder"),
        ([*ADD, __file__, "--mapping", "absent.json"], 2, "tidak dapat dibuka: tidak ada"),
        (["dataset", "regions", "absent.tgz", "--issued", "2026-01-02"], 2, "tidak dapat dibuka"),
        (["qca", "absent.toml"], 2, "tidak dapat dibuka: tidak ada"),
        (["codebook", "suggest", "absent.qdpx"], 2, "tidak dapat dibuka: tidak ada"),
        (["restore", "absent"], 2, "bukan cadangan buatan Rembug: tidak ada"),
        (["add"], 2, "Missing"),
        (["nonsense"], 2, "No such command"),
        (["revert", "nothing"], 2, "submission"),
        (["export", "--study", "magetn"], 2, "did you mean magetan"),
        (["study", "create", "Not A Slug", "--title-en", "x", "--title-id", "x"], 2, "not-a-slug"),
        (["study", "create", "magetan", "--title-en", "x", "--title-id", "x"], 2, "exists"),
        (["study", "create", "links", "--title-en", "x", "--title-id", "x"], 2, "uses itself"),
        (["link", __file__, "--dataset", "restricted"], 2, "uses itself"),
        (["query", QUESTION, "--store", "nowhere"], 3, "rembug serve"),
        (["study", "list", "--store", "nowhere"], 3, "/nowhere;"),
        (["query", QUESTION, "--store", "http://127.0.0.1/"], 2, "folder"),
    ],
)
def test_what_is_wrong_is_said_on_standard_error_with_its_exit_code(
    magetan_copy: Path, words: list[str], code: int, says: str
) -> None:
    done = run(magetan_copy, *words, stdin="SELECT nonsense")
    assert (done.returncode, done.stdout) == (code, "")
    assert says in done.stderr
    assert "Traceback" not in done.stderr


def test_a_file_is_added_once_listed_and_taken_back(magetan_copy: Path) -> None:
    (magetan_copy.parent / "new.ttl").write_text(ACTOR)
    added = run(magetan_copy, "add", "new.ttl", "--study", "magetan")
    assert added.returncode == 0, added.stderr
    name = re.search(r"added (\S+) \(version 3\)", added.stdout)
    assert name
    assert "unchanged" in run(magetan_copy, "add", "new.ttl", "--study", "magetan").stdout
    assert name[1] in run(magetan_copy, "history").stdout
    assert "reverted" in run(magetan_copy, "revert", name[1]).stdout
    assert "revert" in run(magetan_copy, "history").stdout


def test_a_dry_run_gives_the_verdict_and_stores_nothing(magetan_copy: Path) -> None:
    (magetan_copy.parent / "new.ttl").write_text(ACTOR)
    assert run(magetan_copy, "add", "new.ttl", "--study", "magetan", "--dry-run").returncode == 0
    (magetan_copy.parent / "new.ttl").write_text(ACTOR.replace(', "New Centre"@en', ""))
    done = run(magetan_copy, "add", "new.ttl", "--study", "magetan", "--dry-run")
    assert done.returncode == 1
    assert re.search(r"new\.ttl:\d+: violation", done.stdout)
    assert "new" not in run(magetan_copy, "history").stdout


def test_validate_tells_what_was_read_in_another_way(magetan_copy: Path) -> None:
    (magetan_copy.parent / "t.csv").write_text(
        "kode,nama (Indonesia),nama (Inggris),jenis aktor,kolomku\nP1,Sentra,Centre,sentra,x\n"
    )
    done = run(magetan_copy, "validate", "t.csv", "--study", "magetan", "--format", "json")
    assert "dilewati" in done.stderr
    assert "“P1” is kept as p1" in done.stderr
    assert json.loads(done.stdout)["conforms"] is True


def test_validate_asks_for_the_study_of_a_table_and_of_a_coded_project(magetan_copy: Path) -> None:
    (magetan_copy.parent / "t.csv").write_text(
        "sep=,\nkode,nama (Indonesia),nama (Inggris),jenis aktor\np1,Sentra,Centre,sentra\n"
    )
    done = run(magetan_copy, "validate", "t.csv")
    assert done.returncode == 1
    assert "name the study with --study" in done.stderr
    done = run(magetan_copy, "validate", "t.csv", "--study", "magetan")
    assert done.returncode == 0
    assert "left out" not in done.stderr  # the line that Excel reads the separator from


def test_validate_speaks_text_turtle_and_json(magetan_copy: Path) -> None:
    assert run(magetan_copy, "validate").stdout.startswith("conforms")
    assert "sh:ValidationReport" in run(magetan_copy, "validate", "--format", "turtle").stdout
    assert json.loads(run(magetan_copy, "validate", "--format", "json").stdout)["conforms"] is True


def test_reasoning_is_recomputed_and_checked(magetan_copy: Path) -> None:
    assert "triples entailed" in run(magetan_copy, "reason").stdout
    checked = run(magetan_copy, "reason", "--check")
    assert (checked.returncode, checked.stdout.split(";")[0]) == (0, "consistent")


def test_a_table_is_linked_reviewed_and_published(magetan_copy: Path) -> None:
    (magetan_copy.parent / "smes.csv").write_text("nama,kode\nBatik SAMBUNG ROSO,\nx,35.20\n")
    done = run(magetan_copy, "link", "smes.csv", "--dataset", "dinkop", "--out", "proposals.csv")
    assert "2 proposals for 2 of 2 rows" in done.stderr
    file = magetan_copy.parent / "proposals.csv"
    file.write_bytes(file.read_bytes().replace(b",\r\n", b",terima\r\n"))
    published = run(magetan_copy, "link", "proposals.csv", "--dataset", "dinkop", "--accept")
    assert "published links/dinkop" in published.stdout, published.stderr
    listed = run(magetan_copy, "query", "linked-records", "--format", "csv").stdout
    assert "Batik SAMBUNG ROSO" in listed
    again = run(magetan_copy, "link", "proposals.csv", "--dataset", "dinkop", "--accept")
    assert "unchanged" in again.stdout


def test_an_export_can_be_read_into_the_same_graphs(magetan_copy: Path) -> None:
    done = run(magetan_copy, "export", "--study", "magetan", "--format", "nquads")
    assert done.returncode == 0
    graphs = {line.rsplit("<", 1)[1] for line in done.stdout.splitlines()}
    assert all("/graph/magetan/" in graph for graph in graphs)
    assert len(graphs) == 3


@pytest.fixture(scope="module")
def service(
    magetan_store: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Path, str, subprocess.Popen[str]]]:
    store = Path(shutil.copytree(magetan_store, tmp_path_factory.mktemp("served") / "store"))
    command = "from rembug.cli import main; main()"
    with subprocess.Popen(
        [sys.executable, "-c", command, "serve", "--port", "0", "--store", str(store)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stdout is not None
        url = process.stdout.readline().split()[-1]
        yield store, url, process
        process.terminate()


def test_commands_work_while_the_service_runs_and_it_sees_what_they_did(
    service: tuple[Path, str, subprocess.Popen[str]],
) -> None:
    store, url, _ = service
    (store.parent / "new.ttl").write_text(ACTOR)
    assert run(store, "query", QUESTION).returncode == 0
    assert run(store, "add", "new.ttl", "--study", "magetan").returncode == 0
    with urllib.request.urlopen(url + "actors?lang=id") as answer:
        assert "Sentra Baru" in answer.read().decode()


def test_a_second_service_on_one_store_ends_with_the_owners_process_id(
    service: tuple[Path, str, subprocess.Popen[str]],
) -> None:
    store, _, process = service
    done = run_apart(store, "serve", "--port", "0")
    assert done.returncode == 3
    assert f"process {process.pid} " in done.stderr


def test_sigterm_ends_the_service_cleanly(
    service: tuple[Path, str, subprocess.Popen[str]],
) -> None:
    """The last that is asked of it."""
    _, _, process = service
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=20) == 0


def test_a_study_says_which_frameworks_it_uses(magetan_copy: Path) -> None:
    create = ("study", "create", "baru", "--title-id", "Baru", "--title-en", "New")
    wrong = run(magetan_copy, *create, "--framework", "ansel-gash")
    assert wrong.returncode == 2
    assert "did you mean ansell-gash?" in wrong.stderr and "maksudnya ansell-gash?" in wrong.stderr
    nowhere = run(magetan_copy, *create, "--region", "in Java")
    assert nowhere.returncode == 2 and "“in Java” bukan IRI" in nowhere.stderr
    assert run(magetan_copy, *create, "--framework", "ansell-gash").returncode == 0
    asked = ("query", "silent-elements", "-p", "study=baru", "--format", "csv")
    assert "ansell-gash/trust-building" in run(magetan_copy, *asked).stdout


def test_every_file_that_is_made_is_its_owners_alone(
    magetan_copy: Path, tmp_path: Path, wide_open: None
) -> None:
    (tmp_path / "new.ttl").write_text(ACTOR)
    before = set(tmp_path.rglob("*"))
    for words in (
        "study create baru --title-id Baru --title-en New",
        "add new.ttl --study magetan",
        "backup copy",
        "export --as admin --out all.trig",
        "simulate --studies 1 --interviews 1 --seed 1 --out simulated",
        "token create --role curator --name dinas",
        "template findings --out findings.csv",
    ):
        done = run(magetan_copy, *words.split())
        assert done.returncode == 0, (words, done.stderr)
    # The engine renames its old logs, which this process made.
    made = {path for path in tmp_path.rglob("*") if ".old." not in path.name} - before
    assert {tmp_path / "copy", tmp_path / "all.trig", tmp_path / "findings.csv"} <= made
    assert not {path for path in made if path.lstat().st_mode & 0o077}


@pytest.mark.parametrize("there", [True, False])
def test_a_token_for_a_study_that_is_not_there_is_made_with_a_word_of_it(
    magetan_copy: Path, tmp_path: Path, there: bool
) -> None:
    store = magetan_copy if there else tmp_path / "none"
    create = ["token", "create", "--role", "curator", "--name", "dinas", "--study", "magetn"]
    done = run(store, *create)
    assert done.returncode == 0
    assert re.fullmatch(r"rembug_\S+\n", done.stdout)
    assert "no study is named “magetn”" in done.stderr
    assert "tidak ada studi bernama “magetn”" in done.stderr
    assert ("did you mean magetan?" in done.stderr) == there
    assert (store / "oxigraph").exists() == there
    done = run(magetan_copy, *create[:-3], "lain", "--study", "magetan")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.fixture
def wide_open() -> Iterator[None]:
    """Whoever runs it lets everybody read what they make."""
    before = os.umask(0o022)
    yield
    os.umask(before)


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_every_command_explains_itself(name: str) -> None:
    assert commands.commands[name].help, name
    assert name in Path("README.md").read_text(encoding="utf-8")


def test_the_help_says_what_each_command_is_for_in_one_line_of_a_terminal() -> None:
    lines = CliRunner().invoke(commands, ["--help"], terminal_width=80).output.splitlines()
    for name, command in commands.commands.items():
        line = next(line for line in lines if line.split()[:1] == [name])
        assert line.endswith(command.get_short_help_str(200)), name


def test_a_codebook_is_drafted_and_the_frameworks_are_written(
    tmp_path: Path, ontology_store: Path
) -> None:
    """What is written opens again, and every code of it is known by its name in both languages."""
    for language, store in (("id", tmp_path / "none"), ("en", ontology_store)):
        file = tmp_path / f"{language}.qdc"
        words = ["codebook", "export", "--language", language, "--out", str(file)]
        assert run(store, *words).returncode == 0
        drafted = run(store, "codebook", "suggest", str(file), "--language", language)
        assert drafted.returncode == 0
        assert "ansell-gash/face-to-face-dialogue" in drafted.stdout
        assert "deseve/information-sharing" in drafted.stdout
        found, codes = map(int, re.findall(r"\d+", drafted.stderr)[:2])
        assert codes - found <= 8  # the names of the frameworks are nobody's aspect
        draft = tmp_path / "draft.yaml"
        draft.write_text(drafted.stdout)
        unmapped = run(store, "codebook", "unmapped", str(file), str(draft))
        assert len(unmapped.stdout.splitlines()) == codes - found


def test_a_coded_project_comes_in_with_its_codebook(tmp_path: Path) -> None:
    from tests.sources.projects import project, qdpx, selection, source

    xml = project(source("a.txt", "a.txt", selection(0, 4)))
    file = qdpx(tmp_path / "p.qdpx", xml, {"a.txt": b"Kami di sini."})
    book = tmp_path / "codebook.yaml"
    book.write_text('codes:\n  "Cuaca": aspect/communication\n')
    store = tmp_path / "store"
    assert (
        run(store, "study", "create", "uji", "--title-en", "T", "--title-id", "U").returncode == 0
    )
    words = ["add", str(file), "--study", "uji", "--codebook", str(book)]
    rehearsed = run(store, *words, "--dry-run")
    assert (rehearsed.returncode, "conforms" in rehearsed.stdout) == (0, True), rehearsed.stderr
    assert run(store, *words).returncode == 0
    query = "SELECT ?o { ?s <http://www.w3.org/ns/oa#exact> ?o }"
    asked = tmp_path / "q.rq"
    asked.write_text(query)
    assert "Kami" not in run(store, "query", str(asked), "--format", "csv").stdout
    assert "Kami" in run(store, "query", str(asked), "--format", "csv", "--as", "researcher").stdout
    book.write_text('codes:\n  "Cuaca": aspect/nothing-of-that-name\n')
    wrong = run(store, *words)
    assert wrong.returncode == 1
    assert wrong.stderr.count("codebook.yaml:2: violation: id/uji/code/cuaca cg:mapsTo") == 1
    book.write_text("kode: {}\n")
    assert (
        run(store, *words).stderr.splitlines()[0].startswith("rembug: codebook.yaml:1: a codebook")
    )


def test_a_name_that_nothing_has_is_an_error_with_the_nearest(magetan_copy: Path) -> None:
    for words in (("query", QUESTION, "-p", "study=magetn"), ("history", "--study", "magetn")):
        done = run(magetan_copy, *words)
        assert (done.returncode, done.stdout) == (2, "")
        assert "magetan" in done.stderr
    assert run(magetan_copy, "study", "create", "lain", "--title-en", "L", "--title-id", "L")
    listed = json.loads(run(magetan_copy, "history", "--study", "lain", "--format", "json").stdout)
    assert [event["submission"].partition("-")[0] for event in listed] == ["lain/study"]


def test_what_is_not_there_is_told_before_anything_is_asked(magetan_copy: Path) -> None:
    missing = run(magetan_copy, "link", "nothere.csv", "--dataset", "d")
    assert missing.returncode == 2 and "nothere.csv" in missing.stderr
    unknown = run(magetan_copy, "withdraw", "P99", "--study", "magetan")
    assert unknown.returncode == 2 and "P99" in unknown.stderr
    assert "for good?" not in unknown.stdout + unknown.stderr


def test_a_store_that_is_made_is_told_of_with_its_folder(tmp_path: Path) -> None:
    """Whoever stands in another folder than yesterday sees that it is another store."""
    create = ("study", "create", "uji", "--title-id", "Uji", "--title-en", "Trial")
    made = run(tmp_path / "store", *create)
    assert f"a new store is made in {tmp_path / 'store'}" in made.stderr
    again = run(tmp_path / "store", "study", "create", "dua", *create[3:])
    assert again.returncode == 0
    assert "new store" not in again.stderr


def test_a_website_that_is_ended_halfway_says_how_far_it_is_and_leaves_nothing(
    magetan_copy: Path,
) -> None:
    here = magetan_copy.parent
    command = [sys.executable, "-c", "from rembug.cli import main; main()", "publish", "magetan"]
    with subprocess.Popen(
        [*command, "--out", str(here / "site")],
        env={**os.environ, "REMBUG_STORE": str(magetan_copy)},
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        assert running.stderr is not None
        told = running.stderr.readline()
        running.terminate()
        running.communicate(timeout=60)
    assert told == "50 files so far\n"
    assert running.returncode == 128 + 15
    assert [path.name for path in here.iterdir() if "site" in path.name] == []
