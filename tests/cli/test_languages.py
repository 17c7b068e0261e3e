"""Commands speak the reader's language: all that they print is there in Indonesian and English."""

import ast
import gettext
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po

from rembug import cli, languages
from rembug.cli import rembug

SOURCE = Path(languages.__file__).parent
CATALOGUE = languages.LOCALE / "id" / "LC_MESSAGES" / "rembug.po"
AS_IT_IS = re.compile(r"{\w+|%\(\w+|`[^`]+`|--[a-z][\w-]+")  # in every language
UNSAID = {"Rembug: "}  # its name
# What nobody sees who uses a command: faults of a program that uses Click, and what its parts that
# Rembug does not use say.
NOT_SAID = {"_termui_impl.py", "_winconsole.py", "shell_completion.py", "utils.py"}


def helped(command: click.Command) -> Iterator[str]:
    """What the help of a command, and of those below it, says; examples left out."""
    for part in languages.parts(command.help or ""):
        if not part.startswith("  ") or re.search(r"\S {2,}\S", part):
            yield part
    yield command.options_metavar or ""
    for parameter in command.params:
        yield getattr(parameter, "help", None) or ""
        if re.search("[a-z]", parameter.metavar or ""):
            yield parameter.metavar or ""
    if isinstance(command, click.Group):
        yield command.subcommand_metavar
        for below in command.commands.values():
            yield from helped(below)


def headed() -> Iterator[str]:
    """Heads of tables, and what else is looked up in the catalogue by a text in the code."""
    for file in SOURCE.glob("cli/*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
                asked = node.args[0]
                if node.func.attr == "listing" and isinstance(asked, ast.List):
                    yield from (str(ast.literal_eval(head)) for head in asked.elts)
                elif node.func.attr == "translated" and isinstance(asked, ast.Constant):
                    yield str(asked.value)


def clicked() -> Iterator[str | tuple[str, ...]]:
    """What Click says."""
    home = Path(click.__file__).parent
    for file, _, text, *_ in extract_from_dir(home, [("**.py", "python")]):
        if Path(file).name not in NOT_SAID:
            yield text


def wanted() -> set[str | tuple[str, ...]]:
    """All that the catalogue has to have."""
    actions = {"add", "revert", "withdraw"}  # of the history
    sections = set(cli._COMMANDS)
    return ({*helped(rembug), *headed(), *clicked(), "required"} | actions | sections) - {""}


def test_the_catalogue_has_all_that_click_and_the_help_say_and_nothing_else() -> None:
    with CATALOGUE.open("rb") as stream:
        catalogue = read_po(stream)
    messages = [message for message in catalogue if message.id]
    assert {m.id if isinstance(m.id, str) else tuple(m.id) for m in messages} == wanted()
    for message in messages:
        assert message.string and not message.fuzzy, message.id
        texts = [message.string] if isinstance(message.string, str) else [*message.string]
        ids = [message.id] if isinstance(message.id, str) else message.id
        for text in texts:
            there, english = (set(AS_IT_IS.findall(x)) for x in (text, " ".join(ids)))
            assert there <= english, text
    with CATALOGUE.with_suffix(".mo").open("rb") as stream:
        compiled = gettext.GNUTranslations(stream)
    for message in messages:
        if isinstance(message.id, str):
            assert compiled.gettext(message.id) == message.string, "make translations"
        else:
            assert compiled.ngettext(*message.id, 2) == message.string[0], "make translations"


def spelled(node: ast.AST) -> Iterator[str]:
    """The texts that an expression writes out itself, and does not get from a function."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif not isinstance(node, ast.Call):
        for part in ast.iter_child_nodes(node):
            yield from spelled(part)


def test_whatever_a_command_says_it_has_in_both_languages() -> None:
    """A text that is printed comes out of Words, of the catalogue, or is no sentence."""
    for file in [*SOURCE.glob("cli/*.py"), *SOURCE.glob("terminal/*.py")]:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if node.func.attr not in {"echo", "prompt", "confirm", "secho", "write", "UsageError"}:
                continue
            for text in (text for argument in node.args for text in spelled(argument)):
                place = f"{file.name}:{node.lineno}: {text}"
                assert text in UNSAID or not re.search("[A-Za-z]{2}", text), place


def run(store: Path, *words: str, **language: str) -> subprocess.CompletedProcess[str]:
    named = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG", "COLUMNS")
    environment = {name: value for name, value in os.environ.items() if name not in named}
    return subprocess.run(
        [sys.executable, "-m", "rembug", *words],
        env={**environment, "REMBUG_STORE": str(store), "PYTHONUTF8": "1", **language},
        cwd=store.parent,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, ["en", "id"]),
        ({"LANG": "C.UTF-8"}, ["en", "id"]),
        ({"LANG": "id_ID.UTF-8"}, ["id"]),
        ({"LANG": "en_GB.UTF-8"}, ["en"]),
        ({"LC_ALL": "en_US.UTF-8", "LANG": "id_ID.UTF-8"}, ["en"]),
        ({"LANGUAGE": "jv:id:en", "LANG": "en_US.UTF-8"}, ["id"]),
        ({"LANGUAGE": "en:id", "LANG": "id_ID"}, ["en"]),
        ({"LANG": "nl_NL.UTF-8"}, ["en", "id"]),
    ],
)
def test_the_environment_names_the_readers_language(
    environment: dict[str, str], expected: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert [*languages.languages()] == expected


def test_help_is_in_the_readers_language(tmp_path: Path) -> None:
    indonesian = run(tmp_path, "add", "--help", LANG="id_ID.UTF-8").stdout
    assert re.search(r"Pemakaian: .*rembug add \[OPSI\] FILES\.\.\.", indonesian)
    assert "Masukkan FILES ke dalam graf lewat pemeriksaan" in indonesian
    assert "Tampilkan pesan ini lalu selesai." in indonesian
    assert "  rembug add members.csv --study magetan --mapping members.json" in indonesian
    english = run(tmp_path, "add", "--help", LANG="en_US.UTF-8").stdout
    assert "Bring FILES into the graph" in english
    assert run(tmp_path, "add", "--help").stdout == english
    assert "Memasukkan:\n  study" in run(tmp_path, "--help", LANGUAGE="id").stdout


@pytest.mark.parametrize(
    ("words", "indonesian"),
    [
        (["add"], "Kesalahan: Argumen kurang 'FILES...'."),
        (["nonsense"], "Tidak ada perintah 'nonsense'."),
        (["history", "--format", "xml"], "'xml' bukan salah satu dari 'table', 'json'."),
        (["diff", "x"], "'x' bukan bilangan yang sah"),
        (["revert", "2"], "Untuk menarik kembali yang masuk dengan versi 2: rembug revert magetan"),
    ],
)
def test_wrong_usage_is_told_in_the_readers_language(
    words: list[str], indonesian: str, magetan_copy: Path
) -> None:
    done = run(magetan_copy, *words, LANG="id_ID.UTF-8")
    assert (done.returncode, done.stdout) == (2, "")
    assert indonesian in done.stderr
    assert indonesian not in run(magetan_copy, *words, LANG="en_US.UTF-8").stderr


def test_what_is_done_is_told_in_the_readers_language(magetan_copy: Path) -> None:
    def told(*words: str, language: str = "id_ID.UTF-8") -> str:
        done = run(magetan_copy, *words, LANG=language)
        assert done.returncode == 0, done.stderr
        return done.stdout + done.stderr

    question = ("query", "programs-lacking-sustainability-evidence", "--format", "csv")
    assert "Program pemberdayaan UMKM batik" in told(*question)
    assert "Programs formed to empower" in told(*question, language="en_US.UTF-8")
    assert "Programs formed to empower" in told(*question, "-p", "lang=en")
    history = told("history")
    assert re.search(r"versi +│ waktu +│ tindakan +│ kiriman +│ berkas +│ tripel +│ oleh", history)
    assert "│ tambah " in history
    assert '"action": "add"' in told("history", "--format", "json")
    name = re.findall("magetan/[a-z]+-[0-9a-f]+", history)
    assert f"rembug revert KIRIMAN, misalnya {name[-1]}" in history
    back = told("revert", *dict.fromkeys(name))
    assert f"menarik kembali {name[0]}: findings.ttl, " in back
    assert "ada di dalam graf sejak versi 2" in back
    assert f"ditarik kembali {name[0]} (versi 3)" in back
    assert "rembug revert SUBMISSION" not in told("history", language="en_US.UTF-8")
    assert "Program yang belum memiliki bukti keberlanjutan" in told("queries")
    assert "Programs lacking sustainability evidence" in told("queries", language="en_US.UTF-8")


NOT_DESCRIBED = (
    "<https://w3id.org/rembug/id/magetan/program/p> a <https://w3id.org/rembug/ontology#Program> ."
)


def test_a_refusal_is_told_in_both_languages_whoever_reads_it(magetan_copy: Path) -> None:
    (magetan_copy.parent / "new.ttl").write_text(NOT_DESCRIBED, encoding="utf-8")
    for language in ("id_ID.UTF-8", "en_US.UTF-8", "C.UTF-8"):
        told = run(magetan_copy, "add", "new.ttl", "--study", "magetan", LANG=language).stderr
        assert "refused, nothing was stored" in told and "ditolak, tidak ada yang disimpan" in told


@pytest.mark.parametrize("command", ["validate", "add"])
def test_the_verdict_is_told_in_both_languages(magetan_copy: Path, command: str) -> None:
    table = "kode,nama (Indonesia),nama (Inggris),jenis aktor\np1,Sentra,Centre,sentra\n"
    (magetan_copy.parent / "good.csv").write_text(table, encoding="utf-8")
    (magetan_copy.parent / "bad.ttl").write_text(NOT_DESCRIBED, encoding="utf-8")
    also = ["--dry-run"] if command == "add" else []
    for file, verdicts in {
        "good.csv": ("conforms (", "memenuhi syarat ("),
        "bad.ttl": ("does not conform (", "belum memenuhi syarat ("),
    }.items():
        told = run(magetan_copy, command, file, "--study", "magetan", *also).stdout.splitlines()
        assert told[0].startswith(verdicts[0]) and told[1].startswith(verdicts[1])


def test_an_error_is_told_in_the_readers_language_alone(tmp_path: Path) -> None:
    told = {
        language: run(tmp_path / "store", "add", "gone.ttl", "--study", "x", LANG=language).stderr
        for language in ("id_ID.UTF-8", "en_US.UTF-8", "C.UTF-8")
    }
    missing = {"id_ID.UTF-8": "berkas itu tidak ada", "en_US.UTF-8": "No such file"}
    for language, words in missing.items():
        assert words in told["C.UTF-8"]
        assert {x for x, some in missing.items() if some in told[language]} == {language}
