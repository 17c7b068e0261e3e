"""What commands are given: the options that many have, and files, looked at first."""

import errno
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from getpass import getuser
from pathlib import Path
from typing import Any

import click

from rembug.errors import CannotOpen, Unreadable, Words, why
from rembug.graph import Role
from rembug.settings import Settings
from rembug.tokens.audit import NAME as AUDIT
from rembug.tokens.audit import Audit


class Input(click.Path):
    """A file that is read; one that cannot be is told of before anything is done."""

    name = "file"

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The file's path; raises CannotOpen."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        with _opening(path), path.open("rb"):
            return path


class Output(click.Path):
    """A file that is written; a place that cannot have it is told of before anything is done."""

    name = "file"

    def __init__(self) -> None:
        super().__init__(path_type=Path)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The file's path; raises CannotOpen."""
        path = Path(os.fsdecode(super().convert(value, param, ctx)))
        if path.is_dir():
            raise CannotOpen(path, why(OSError(errno.EISDIR, "")))
        if not path.absolute().parent.is_dir():
            en, id_ = "its folder is not there; make it first", "foldernya tidak ada; buat dahulu"
            raise CannotOpen(path, Words(en, id_))
        if not os.access(path if path.exists() else path.absolute().parent, os.W_OK):
            raise CannotOpen(path, why(OSError(errno.EACCES, "")))
        return path


@contextmanager
def _opening(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotOpen(path, why(error)) from error


def text(path: Path) -> str:
    """What a file of text says; raises Unreadable, CannotOpen."""
    try:
        with _opening(path):
            return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        told = Words(
            "is not UTF-8 text; save it as UTF-8", "bukan teks UTF-8; simpan sebagai UTF-8"
        )
        raise Unreadable(path.name, told) from error


def store_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --store, the same for every command; what it does there is in the audit log."""

    @wraps(command)
    def audited(*args: Any, **given: Any) -> Any:
        outcome = "done"
        try:
            return command(*args, **given)
        except SystemExit as end:
            outcome = f"exit {end.code or 0}"
            raise
        except BaseException as error:
            outcome = type(error).__name__
            raise
        finally:
            if given.get("role") != "public":  # which reads nothing that others do not
                _note(given, outcome)

    return click.option(
        "--store",
        metavar="DIR-or-URL",
        help="Folder of the store, or sparql+http://… [REMBUG_STORE; default: ./rembug-store].",
    )(audited)


def _note(given: Mapping[str, Any], outcome: str) -> None:
    """Write into the audit log of a store what the command that runs has done there."""
    chosen = Settings.load(given={"store": given.get("store")})
    file = chosen.tokens_file.with_name(AUDIT)
    if not file.parent.is_dir():  # there is no store
        return
    line = {
        "caller": chosen.agent or getuser(),
        "action": "command",
        "target": click.get_current_context().command_path,
        "outcome": outcome,
    }
    asked = {name: given[name] for name in ("role", "study", "studies") if given.get(name)}
    if line["target"].startswith("rembug token"):  # elsewhere a name may be a person's
        asked |= {"token": given.get("name")}
    Audit(file, chosen.audit_days).note({**line, **asked})


def format_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --format of commands that list things."""
    return click.option(
        "--format",
        "form",
        type=click.Choice(["table", "json"]),
        default="table",
        show_default=True,
        help="A table for people, or JSON for programs: an object a row.",
    )(command)


def role_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """The option --as, whose eyes to read with."""
    return click.option(
        "--as",
        "role",
        type=click.Choice([role.name.lower() for role in Role]),
        default="public",
        show_default=True,
        help="Whose eyes to read with; the public reads no restricted graph.",
    )(command)
