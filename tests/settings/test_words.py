"""What a person is told says the same in both languages: each value stands in each of them."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import rembug

FILES = sorted(Path(rembug.__file__).parent.rglob("*.py"))
_LANGUAGE = re.compile(r"(\.|\b)(en|id_?)\b")


def told(file: Path) -> Iterator[ast.Call]:
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
            "Words",
            "Note",
            "with_cause",
        ):
            yield node


def values(text: ast.expr) -> set[str]:
    """The values that a text has in it, but for the language that they are in."""
    found = (node for node in ast.walk(text) if isinstance(node, ast.FormattedValue))
    return {_LANGUAGE.sub("", ast.unparse(node.value)) for node in found}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_no_value_is_missing_in_a_language_or_stands_as_its_name(file: Path) -> None:
    for call in told(file):
        parts = [arg for arg in call.args if isinstance(arg, ast.Constant | ast.JoinedStr)]
        if len(parts) == 2:
            assert len(values(parts[0])) == len(values(parts[1])), f"{file}:{call.lineno}"
        for part in parts:
            plain = [n.value for n in ast.walk(part) if isinstance(n, ast.Constant)]
            names = [t for t in plain if isinstance(t, str) and re.search(r"\{[a-z_]+[.}:!]", t)]
            assert not names or "format" in ast.unparse(call), f"{file}:{call.lineno}: {names}"
