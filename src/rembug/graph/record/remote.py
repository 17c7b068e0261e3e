"""A store on a SPARQL server: its log is what counts, and a replica beside us answers.

The replica is an embedded store that repeats the log, so that every query gets the engine's answer
and its limits whatever the server makes of it, and every reader sees whole commits. It can be
removed at any time; the next start makes it anew.
"""

import logging
import shutil
import threading
import time
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from rdflib import URIRef
from rdflib.term import Node

from rembug.errors import Conflict, StoreUnreachable, Words
from rembug.graph.folders import PATCHES, READERS
from rembug.graph.model import Change, Content, Grounds, Scope
from rembug.graph.reader import Triple
from rembug.graph.record.embedded import Embedded
from rembug.graph.record.log import Log
from rembug.graph.record.server import Server
from rembug.graph.syntax import n_triples

_FRESH: Final = 0.2  # seconds for which the head of the log counts as known
_AWAY: Final = 5  # seconds until a server that was away is asked again
_PATIENCE: Final = 10  # seconds for another process to show its commit in the server's graphs
_logger: Final = logging.getLogger("rembug.remote")


class Remote:
    """A Backend over a server's log and a replica of it."""

    def __init__(self, server: Server, folder: Path) -> None:
        """Bring the replica up to date, or begin one.

        Args:
            server: where the log is.
            folder: where the replica is kept; nobody else may have it.

        Raises:
            StoreUnreachable: the server or the folder cannot be used.
        """
        self._log, self._turn, self._checked = Log(server), threading.RLock(), 0.0
        self.shortcomings = server.shortcomings
        self._identity = folder.with_name("log")
        self._open(folder)
        try:
            if self._is_of_another_log():
                self._move_aside(folder)
            self._catch_up()
        except BaseException:
            self.replica.close()
            raise

    def version(self) -> int:
        """The number of the newest commit that is known, whoever made it."""
        if time.monotonic() - self._checked > _FRESH:
            try:
                self._catch_up()
            except StoreUnreachable as error:  # reading goes on
                _logger.warning("newer versions are not known: %s", error)
                self._checked = time.monotonic() + _AWAY
        return self.replica.version()

    @property
    def identity(self) -> str:
        """What tells the log from every other; empty where it has no entries."""
        return self._log.identity()

    def graphs(self) -> frozenset[str]:
        """The IRIs of all named graphs."""
        return self.replica.graphs()

    def triples(self, graphs: Sequence[str]) -> bytes:
        """The merged content of some graphs, in N-Triples."""
        return self.replica.triples(graphs)

    def matching(
        self, place: int, nodes: Sequence[Node], predicate: URIRef | None, scope: Scope
    ) -> Iterable[Triple]:
        """The triples of some graphs that have one of some nodes at a place."""
        return self.replica.matching(place, nodes, predicate, scope)

    def holding(self, triples: Collection[Triple], scope: Scope) -> set[Triple]:
        """Those of some triples that some of the graphs hold."""
        return self.replica.holding(triples, scope)

    def graphs_with(self, nodes: Sequence[Node]) -> frozenset[str]:
        """The graphs that have one of some nodes at either end of a triple."""
        return self.replica.graphs_with(nodes)

    def exceeds(self, quads: int) -> bool:
        """Whether there are more quads than so many; costs no more than those."""
        return self.replica.exceeds(quads)

    def altered(self, since: int, grounds: Grounds) -> bool:
        """Whether a commit after a version changed any of it, or may have."""
        return self.replica.altered(since, grounds)

    def apply(self, change: Change, base: int | None) -> int:
        """Make a change: an entry of the log, then the replica, then the server's graphs.

        Raises:
            Conflict: the version is not `base`, or another process commits at the same time.
            StoreUnreachable: the server did not take it.
        """
        with self._turn:
            self._catch_up()
            version = self.replica.version()
            if base is not None and base != version:
                raise Conflict(
                    Words(
                        f"the store went from version {base} to {version} while this commit was "
                        "made; "
                        "run it again",
                        f"versi data berubah dari {base} ke {version} saat perubahan ini dibuat; "
                        "jalankan lagi",
                    )
                )
            self._show_what_is_decided(version)
            change = self._smaller(change)
            self._log.propose(version + 1, change)
            number = self.replica.apply(change, version)
            if number == 1:
                self._identity.write_text(self._log.identity(), encoding="utf-8")
            try:
                self._log.make(number, change)
            except StoreUnreachable as error:  # it is committed all the same; the next shows it
                _logger.warning("version %d is not shown in the server's graphs: %s", number, error)
            return number

    def backup(self, folder: Path) -> int:
        """Copy the replica into a new folder; returns the version of the copy."""
        return self.replica.backup(folder)

    def __len__(self) -> int:
        return len(self.replica)

    def close(self) -> None:
        """Let go of the replica."""
        self.replica.close()

    def _open(self, folder: Path) -> None:
        self.replica = Embedded(folder, folder.with_name(PATCHES))

    def _is_of_another_log(self) -> bool:
        """Whether the replica is; raises StoreUnreachable where it may be all that is left."""
        if not (version := self.replica.version()):
            return False
        known = self._identity.read_text(encoding="utf-8") if self._identity.exists() else ""
        if not (head := self._log.head()):
            place = self._identity.parent
            raise StoreUnreachable(
                Words(
                    f"the server holds no commit, and the replica of it in {place} has {version}: "
                    f"it may be the last copy. `rembug backup DIR --store {place}` keeps it, and "
                    f"`rembug export --store {place}` writes it out; move {place} away to begin "
                    "with the server as it is",
                    f"server tidak menyimpan satu komit pun, sedangkan salinannya di {place} "
                    f"memiliki {version}: mungkin itu salinan terakhir. `rembug backup DIR "
                    f"--store {place}` menyimpannya, dan `rembug export --store {place}` "
                    f"menuliskannya; pindahkan {place} bila ingin mulai dengan server sebagaimana "
                    "adanya",
                )
            )
        return known != self._log.identity() or version > head

    def _move_aside(self, folder: Path) -> None:
        """Begin a new replica; the one of another log stays, as nobody knows who else has it."""
        self.replica.close()
        aside = folder.with_name(f"{folder.name}.before-{datetime.now(UTC):%Y%m%dT%H%M%S}")
        folder.rename(aside)
        if (patches := folder.with_name(PATCHES)).exists():  # what is not in those files yet
            patches.rename(aside.with_name(f"{aside.name}.{PATCHES}"))
        shutil.rmtree(folder.with_name(READERS), ignore_errors=True)
        _logger.warning(
            "the replica is of another log than the server's, and a new one is begun; it is in %s",
            aside,
        )
        self._open(folder)

    def _catch_up(self) -> None:
        with self._turn:
            head, known = self._log.head(), self.replica.version()
            if not known and head:
                self._identity.write_text(self._log.identity(), encoding="utf-8")
            for number, change in self._log.entries(known, head):
                self.replica.apply(change, number - 1)
            self._checked = time.monotonic()

    def _show_what_is_decided(self, version: int) -> None:
        """See that the server's graphs show all entries; their writer may have been cut short."""
        until = time.monotonic() + _PATIENCE
        while (made := self._log.made()) < version and time.monotonic() < until:
            time.sleep(_FRESH)
        for number, change in self._log.entries(made, version):
            self._log.make(number, change)

    def _smaller(self, change: Change) -> Change:
        """The same change with what stays left out, where no blank node stands in the way."""
        remove, append = dict(change.remove), dict(change.append)
        replace: dict[URIRef, Content] = {}
        for graph, content in change.replace.items():
            text = n_triples(content)
            before = self.replica.triples([str(graph)]).decode()
            if graph not in self.replica.graphs() or not text or "_:" in text or "_:" in before:
                replace[graph] = content
                continue
            old, new = set(before.splitlines()), set(text.splitlines())
            if gone := old - new:
                remove[graph] = _lines(gone)
            if more := new - old:
                append[graph] = _lines(more)
        return Change(replace, append, change.drop, remove, change.forget)


def _lines(lines: set[str]) -> bytes:
    return "".join(f"{line}\n" for line in sorted(lines)).encode()
