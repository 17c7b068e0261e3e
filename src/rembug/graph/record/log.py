"""The commits of a store on a server, each an entry that is there whole or not at all.

Servers differ in what they make atomic, and in how well they answer. So what is committed is what
the log says: an entry counts from the moment that one triple says it is decided. Any process can
read the entries after those it knows; the server's graphs are made from them, for others to ask.
"""

import base64
import hashlib
import json
import random
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final
from uuid import uuid4

from rembug import terms
from rembug.errors import Conflict, StoreUnreachable, Words
from rembug.graph.model import Change
from rembug.graph.record.server import Server
from rembug.graph.syntax import change_from_json, change_to_json

_GRAPH: Final = f"GRAPH <{terms.LOG_GRAPH}>"
_LOG: Final = terms.LOG
_PART: Final = 8_000  # characters
_AT_ONCE: Final = 200  # parts of an entry in an answer
_ENTRIES: Final = 100  # in an answer
_PATIENCE: Final = 60  # seconds after which a claim counts as left behind


class Log:
    """The entries 1, 2, 3 … in the graph of the log."""

    def __init__(self, server: Server) -> None:
        self._server = server

    def head(self) -> int:
        """The number of the newest entry; 0 where there is none."""
        found = self._server.select(
            f"SELECT ?n {{ {_GRAPH} {{ ?entry <{_LOG.decided}> ?p ; <{_LOG.number}> ?n }} }} "
            "ORDER BY DESC(?n) LIMIT 1"
        )
        return int(found[0]["n"]) if found else 0

    def identity(self) -> str:
        """What tells this log from every other; empty for one without entries."""
        return self._decided(1) or ""

    def entries(self, after: int, until: int) -> Iterator[tuple[int, Change]]:
        """The entries of a range, oldest first; raises StoreUnreachable if one is damaged."""
        for start in range(after + 1, until + 1, _ENTRIES):
            numbers = range(start, min(start + _ENTRIES, until + 1))
            about = self._about(numbers)
            small = sum(entry.parts for entry in about.values()) <= _AT_ONCE
            parts = self._parts_of_all(numbers) if small else {}
            for number in numbers:
                yield number, self._read(number, about.get(number), parts.get(number))

    def made(self) -> int:
        """The newest entry that the server's graphs show."""
        found = self._server.select(
            f"SELECT ?n {{ {_GRAPH} {{ <{terms.LOG_GRAPH}> <{_LOG.made}> ?n }} }} "
            "ORDER BY DESC(?n) LIMIT 1"
        )
        return int(found[0]["n"]) if found else 0

    def make(self, number: int, change: Change) -> None:
        """Have the server's graphs show an entry."""
        mark = f"INSERT DATA {{ {_GRAPH} {{ <{terms.LOG_GRAPH}> <{_LOG.made}> {number} }} }}"
        self._server.make(change, mark)

    def propose(self, number: int, change: Change) -> None:
        """Write an entry, unless another takes its number.

        All of its content is there before it claims the number. Whoever finds another's claim
        beside its own takes its own back: of two at once the later to look sees the other's, so
        that at most one goes on, without a transaction and without a condition on an update.

        Raises:
            Conflict: another process writes, or wrote, that entry.
            StoreUnreachable: the server did not take it.
        """
        entry, proposal = _entry(number), f"{_entry(number)}/{uuid4().hex}"
        content = json.dumps(change_to_json(change)).encode()
        text = base64.b64encode(zlib.compress(content, 9)).decode()
        parts = [text[start : start + _PART] for start in range(0, len(text), _PART)]
        for index, part in enumerate(parts):
            self._insert(
                f"<{proposal}/{index}> <{_LOG.of}> <{proposal}> ; <{_LOG.position}> {index} ; "
                f'<{_LOG.content}> "{part}"'
            )
        digest = hashlib.sha256(content).hexdigest()
        self._insert(
            f'<{proposal}> <{_LOG.sha256}> "{digest}" ; <{_LOG.parts}> {len(parts)} ; '
            f"<{_LOG.time}> {int(time.time())}"
        )
        self._insert(f"<{entry}> <{_LOG.claim}> <{proposal}>")
        if self._claims(entry) == {proposal}:
            self._decide(entry, proposal, number)
        if self._decided(number) != proposal:
            self._withdraw(entry, proposal, len(parts))

    def _decide(self, entry: str, proposal: str, number: int) -> None:
        """Decide an entry in one update, whose condition the server looks at when it does it.

        However late it arrives: a claim that was taken back meanwhile decides nothing.
        """
        try:
            self._server.update(
                f"INSERT {{ {_GRAPH} {{ <{entry}> <{_LOG.decided}> <{proposal}> ; "
                f"<{_LOG.number}> {number} }} }} WHERE {{ {_GRAPH} {{ "
                f"<{entry}> <{_LOG.claim}> <{proposal}> "
                f"FILTER NOT EXISTS {{ <{entry}> <{_LOG.decided}> ?other }} "
                f"FILTER NOT EXISTS {{ <{entry}> <{_LOG.claim}> ?claim . "
                f"FILTER (?claim != <{proposal}>) }} }} }}"
            )
        except StoreUnreachable:
            if self._decided(number) != proposal:  # else it came to pass, and the answer was lost
                raise

    def _withdraw(self, entry: str, proposal: str, parts: int) -> None:
        self._server.update(
            f"DELETE DATA {{ {_GRAPH} {{ <{entry}> <{_LOG.claim}> <{proposal}> }} }}"
        )
        for node in (proposal, *(f"{proposal}/{index}" for index in range(parts))):
            self._server.update(f"DELETE WHERE {{ {_GRAPH} {{ <{node}> ?p ?o }} }}")
        self._take_back_what_was_left(entry)
        time.sleep(random.uniform(0.05, 0.3))  # noqa: S311  so that two do not meet again at once
        raise Conflict(
            Words(
                "another process commits to this store; run it again",
                "proses lain sedang menulis ke data ini; jalankan lagi",
            )
        )

    def _take_back_what_was_left(self, entry: str) -> None:
        """A claim whose process is gone stands in nobody's way for long."""
        decided = self._objects(entry, _LOG.decided)
        for claim in self._claims(entry) - decided:
            times = self._objects(claim, _LOG.time)
            if decided or any(int(at) < time.time() - _PATIENCE for at in times):
                self._server.update(
                    f"DELETE DATA {{ {_GRAPH} {{ <{entry}> <{_LOG.claim}> <{claim}> }} }}"
                )

    def _about(self, numbers: range) -> dict[int, "_Entry"]:
        found: dict[int, _Entry] = {}
        for row in self._server.select(
            f"SELECT ?n ?proposal ?sha256 ?parts {{ {_GRAPH} {{ ?entry <{_LOG.number}> ?n ; "
            f"<{_LOG.decided}> ?proposal . ?proposal <{_LOG.sha256}> ?sha256 ; "
            f"<{_LOG.parts}> ?parts {_within(numbers)} }} }}"
        ):
            entry = _Entry(row["proposal"], row["sha256"], int(row["parts"]))
            if found.setdefault(int(row["n"]), entry) != entry:
                self._decided(int(row["n"]))  # which says what is wrong
        return found

    def _parts_of_all(self, numbers: range) -> dict[int, dict[int, str]]:
        found: dict[int, dict[int, str]] = {}
        for row in self._server.select(
            f"SELECT ?n ?index ?content {{ {_GRAPH} {{ ?entry <{_LOG.number}> ?n ; "
            f"<{_LOG.decided}> ?proposal . ?part <{_LOG.of}> ?proposal ; "
            f"<{_LOG.position}> ?index ; <{_LOG.content}> ?content {_within(numbers)} }} }}"
        ):
            found.setdefault(int(row["n"]), {})[int(row["index"])] = row["content"]
        return found

    def _parts(self, entry: "_Entry") -> dict[int, str]:
        found: dict[int, str] = {}
        for start in range(0, entry.parts, _AT_ONCE):
            rows = self._server.select(
                f"SELECT ?index ?content {{ {_GRAPH} {{ ?part <{_LOG.of}> <{entry.proposal}> ; "
                f"<{_LOG.position}> ?index ; <{_LOG.content}> ?content }} "
                f"FILTER (?index >= {start} && ?index < {start + _AT_ONCE}) }}"
            )
            found |= {int(row["index"]): row["content"] for row in rows}
        return found

    def _read(self, number: int, entry: "_Entry | None", parts: Mapping[int, str] | None) -> Change:
        content = b""
        if entry is not None:
            parts = self._parts(entry) if parts is None else parts
            with suppress(ValueError, zlib.error):
                text = "".join(parts[index] for index in sorted(parts))
                content = zlib.decompress(base64.b64decode(text, validate=True))
        if entry is None or hashlib.sha256(content).hexdigest() != entry.sha256:
            raise StoreUnreachable(
                Words(
                    f"entry {number} of the server's log is damaged",
                    f"entri {number} dalam log server rusak",
                )
            )
        return change_from_json(json.loads(content))

    def _claims(self, entry: str) -> set[str]:
        return self._objects(entry, _LOG.claim)

    def _decided(self, number: int) -> str | None:
        """What an entry was decided to be; raises StoreUnreachable if that is not one thing."""
        found = self._objects(_entry(number), _LOG.decided)
        if len(found) > 1:
            raise StoreUnreachable(
                Words(
                    f"entry {number} of the server's log was decided {len(found)} times, so that "
                    "replicas may differ: the server does not do an update in one piece. Ask who "
                    f"runs it; <{_entry(number)}> must keep one of its <{_LOG.decided}>",
                    f"entri {number} dalam log server diputuskan {len(found)} kali, sehingga "
                    "salinannya dapat berbeda: server itu tidak melakukan pembaruan secara utuh. "
                    f"Tanyakan kepada pengelolanya; <{_entry(number)}> harus menyimpan satu saja "
                    f"dari <{_LOG.decided}>",
                )
            )
        return next(iter(found), None)

    def _objects(self, subject: str, predicate: str) -> set[str]:
        found = self._server.select(f"SELECT ?o {{ {_GRAPH} {{ <{subject}> <{predicate}> ?o }} }}")
        return {row["o"] for row in found}

    def _insert(self, triples: str) -> None:
        self._server.update(f"INSERT DATA {{ {_GRAPH} {{ {triples} }} }}")


@dataclass(frozen=True)
class _Entry:
    """What was decided of an entry, the digest of its content, and in how many parts that is."""

    proposal: str
    sha256: str
    parts: int


def _within(numbers: range) -> str:
    return f"FILTER (?n >= {numbers.start} && ?n < {numbers.stop})"


def _entry(number: int) -> str:
    return f"{terms.LOG_GRAPH}/{number}"
