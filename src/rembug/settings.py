"""Settings, read once, and the folders that ship with Rembug.

Order: what a command is told, then the environment (`REMBUG_STORE`, …), then `rembug.toml` in the
current folder, then the defaults below.
"""

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Self, get_type_hints

from rembug.errors import BadParameter

_NAMES = {int: "a whole number", str: "text"}
_FILE = "rembug.toml"
_REPOSITORY = Path(__file__).parents[2]
_PACKAGED = Path(__file__).parent / "resources"


@dataclass(frozen=True)
class Settings:
    """What can be set; every field has an environment variable `REMBUG_{FIELD}`.

    Attributes:
        store: folder of the embedded store.
        host: address that `serve` listens on.
        port: TCP port that `serve` listens on; 0 takes a free one.
        default_graph: `union` (of all the graphs that the caller may read) or `strict`.
        agent: who commits, as provenance names them; empty for the account's own name.
    """

    store: str = "./rembug-store"
    host: str = "127.0.0.1"
    port: int = 8000
    default_graph: str = "union"
    agent: str = ""

    @classmethod
    def load(cls, *, given: Mapping[str, object] | None = None, folder: Path = Path()) -> Self:
        """Gather the settings from all their places.

        Args:
            given: what the command was told, by field; None values count as not given.
            folder: where `rembug.toml` may lie.

        Raises:
            BadParameter: the file cannot be parsed, names an unknown setting, or a value has the
                wrong type.
        """
        names = {field.name for field in fields(cls)}
        merged: dict[str, object] = {}
        file = folder / _FILE
        if file.is_file():
            try:
                merged |= tomllib.loads(file.read_text(encoding="utf-8"))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
                raise BadParameter(f"{file} is not TOML: {error}") from error
            if unknown := sorted(set(merged) - names):
                raise BadParameter(
                    f"{file} sets {', '.join(unknown)}; known settings: {', '.join(sorted(names))}"
                )
        for name in names:
            if (value := os.environ.get(f"REMBUG_{name.upper()}")) is not None:
                merged[name] = value
        merged |= {k: v for k, v in (given or {}).items() if v is not None}
        if (choice := merged.get("default_graph", "union")) not in ("union", "strict"):
            raise BadParameter(f"the setting default_graph is union or strict, not {choice!r}")
        types = get_type_hints(cls)
        return cls(**{k: _fit(k, v, types[k]) for k, v in merged.items()})


def _fit(name: str, value: object, kind: type) -> Any:
    try:
        return kind(value)
    except (TypeError, ValueError) as error:
        raise BadParameter(f"the setting {name} takes {_NAMES[kind]}, not {value!r}") from error


def shipped(folder: str) -> Path:
    """A folder that ships with Rembug: `ontology`, `shapes`, `queries` or `data`.

    In a checkout these lie at its top; a built wheel carries them inside the package.
    """
    packaged = _PACKAGED / folder
    return packaged if packaged.is_dir() else _REPOSITORY / folder


def ontology_dir() -> Path:
    """The ontology's modules and schemes (Turtle)."""
    return shipped("ontology")


def shapes_dir() -> Path:
    """The shapes (SHACL in Turtle)."""
    return shipped("shapes")


def queries_dir() -> Path:
    """The catalogue's queries (SPARQL with a header)."""
    return shipped("queries")


def data_dir() -> Path:
    """The shipped studies."""
    return shipped("data")
