"""Rows that a portal gives page by page, written down as they come, to go on where it broke off."""

import csv
import io
import json
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from rembug.sources.model import digest

_KEPT_FOR: Final = 30 * 24 * 3600  # seconds

Row = Mapping[str, Any]


class Pages:
    """The rows of one table that came so far, in a file that its owner alone may read."""

    def __init__(self, folder: Path, table: str, edition: object) -> None:
        """Take up what came before of the same edition; what is of another goes.

        Args:
            folder: where it is kept, made if it does not exist; what is old in it goes.
            table: which table it is.
            edition: what changes when the table does, as JSON has it.
        """
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for file in folder.glob("*.jsonl"):
            if time.time() - file.stat().st_mtime > _KEPT_FOR:
                file.unlink(missing_ok=True)
        self._file = folder / f"{digest(table.encode())[:16]}.jsonl"
        self._known: set[int] = set()
        before = self._documents()
        if next(before, None) == edition:
            self._known.update(hash(_key(row)) for row in before)
        else:
            self._file.unlink(missing_ok=True)
            self._file.touch(mode=0o600)
            self._file.write_text(json.dumps(edition), encoding="utf-8")

    def __len__(self) -> int:
        return len(self._known)

    def take(self, rows: Iterable[Row]) -> int:
        """Keep those of some rows that are new; returns how many."""
        new = {hash(_key(row)): row for row in rows}
        for known in self._known & new.keys():
            del new[known]
        with self._file.open("a", encoding="utf-8") as file:
            file.writelines(f"\n{json.dumps(row)}" for row in new.values())
        self._known |= new.keys()
        return len(new)

    def table(self, titles: Sequence[str]) -> bytes:
        """All rows in CSV, in the order in which they came; the file goes."""
        told, written = io.StringIO(newline=""), set[str]()
        writer = csv.writer(told)
        writer.writerow(titles)
        documents = self._documents()
        next(documents)
        for row in documents:
            if (key := _key(row)) not in written:  # two commands at once both write it
                written.add(key)
                writer.writerow(["" if (cell := row.get(t)) is None else cell for t in titles])
        self._file.unlink(missing_ok=True)
        return told.getvalue().encode()

    def _documents(self) -> Iterator[Any]:
        """The edition, and the rows; a kill leaves half of a line, which is no JSON."""
        if self._file.exists():
            with self._file.open(encoding="utf-8", newline="\n") as file:
                for line in file:
                    with suppress(ValueError):
                        yield json.loads(line)


def _key(row: Row) -> str:
    return json.dumps(row.get("_id", row), sort_keys=True)
