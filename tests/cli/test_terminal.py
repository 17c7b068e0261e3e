"""What a person sees at a terminal."""

import json
import sys

import click
import pytest
from click.testing import CliRunner

from rembug import terminal, terms
from rembug.errors import Words


@pytest.mark.parametrize("columns", [60, 120])
def test_on_a_terminal_a_table_is_as_wide_as_it_is_with_short_iris(
    columns: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    terminal.table(["a", "b"], [[terms.CG.Program, "kata " * 60]])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= columns
    assert "https" not in "".join(lines)


def test_short_cells_stay_whole_beside_long_ones_and_many_columns_become_a_list(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    terminal.table(["status", "text"], [["against", "kata " * 60]])
    assert "│ against │" in capsys.readouterr().out
    names = [f"column{n}" for n in range(12)]
    terminal.table(names, [["kata-kata-panjang"] * 11 + [""], ["kata-kata-lain"] * 12])
    lines = capsys.readouterr().out.splitlines()
    assert max(map(len, lines)) <= 60
    assert sum("kata-kata-panjang" in line for line in lines) == 11
    assert sum("column11" in line for line in lines) == 1


def test_in_a_pipe_a_table_keeps_whole_iris_unless_its_width_is_told(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    terminal.table(["a", "b"], [[terms.CG.Program, "kata " * 60]])
    assert str(terms.CG.Program) in capsys.readouterr().out
    monkeypatch.setenv("COLUMNS", "70")
    terminal.table(["a", "b"], [[terms.CG.Program, "kata " * 60]])
    assert max(map(len, capsys.readouterr().out.splitlines())) <= 70


def test_what_is_listed_is_json_for_programs(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.listing(["version", "title (en)"], [(7, "“Batik”"), (8, None)], "json")
    told = json.loads(capsys.readouterr().out)
    assert told == [{"version": 7, "title_en": "“Batik”"}, {"version": 8, "title_en": None}]
    terminal.listing(["version", "title (en)"], [(8, None)], "table")
    assert "None" not in capsys.readouterr().out


@pytest.mark.parametrize(("answer", "goes_on"), [("ya", True), ("Y", True), ("tidak", False)])
def test_yes_is_yes_in_either_language(answer: str, goes_on: bool) -> None:
    @click.command()
    def asking() -> None:
        terminal.confirm(Words("Go on?", "Lanjutkan?"))

    done = CliRunner().invoke(asking, input=f"hm\n{answer}\n")
    assert (done.exit_code == 0) == goes_on, done.output


def test_a_cell_tells_a_terminal_to_do_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.table(["a"], [["x\x1b[31my\x9b31m\u202ez"]])
    assert "x\\x1b[31my\\x9b31m\\u202ez" in capsys.readouterr().out
    terminal.say(Words("a\x1b[2K\rb", "a"))
    terminal.tell([Words("c\u202ed", "c")])
    told = capsys.readouterr()
    assert (told.out, told.err.splitlines()[0]) == ("a\\x1b[2K\\rb\n", "note: c\\u202ed")
