"""Settings: where they come from, in which order, and what is said of a bad one."""

from pathlib import Path

import pytest

from rembug.errors import BadParameter
from rembug.settings import Settings


def test_what_a_command_is_told_goes_before_the_environment_and_that_before_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "rembug.toml").write_text('store = "file"\nport = 1\nhost = "file"\n')
    monkeypatch.setenv("REMBUG_STORE", "environment")
    monkeypatch.setenv("REMBUG_PORT", "2")
    found = Settings.load(given={"store": "told", "port": None}, folder=tmp_path)
    assert (found.store, found.port, found.host) == ("told", 2, "file")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("port = 'many'", "port takes a whole number"),
        ("default_graph = 'all'", "union or strict"),
        ("colour = 'indigo'", "sets colour; known settings"),
        ("port =", "is not TOML"),
    ],
)
def test_a_bad_setting_is_named(tmp_path: Path, text: str, says: str) -> None:
    (tmp_path / "rembug.toml").write_text(text)
    with pytest.raises(BadParameter, match=says):
        Settings.load(folder=tmp_path)


@pytest.mark.parametrize("between", [",", " ", ", ", "\n"])
def test_a_list_in_the_environment_is_parted_by_commas_or_blanks(
    between: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    urls = ("https://a.example/sparql", "https://b.example/sparql")
    monkeypatch.setenv("REMBUG_FEDERATION", between.join(urls))
    assert Settings.load().federation == urls
