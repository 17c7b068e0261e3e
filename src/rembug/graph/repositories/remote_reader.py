"""A reader that a server answers for, beside the embedded store that it is fed from.

What answers a caller is the server while it is known to show the newest version, and for texts that
it was tried with; in all other cases the embedded store.
"""

import errno
import logging
import os
import tempfile
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final, cast

import pyoxigraph as ox

from rembug import terms
from rembug.errors import BadParameter, RembugError, StoreUnreachable, TooLarge, Words
from rembug.graph.model import Answer, Asker
from rembug.graph.readers.store import ReadingStore
from rembug.graph.repositories.exchange import Failed
from rembug.graph.repositories.repository import Repository
from rembug.graph.repositories.trial import Trial, read
from rembug.graph.workers.admission import Admission
from rembug.graph.workers.results import write
from rembug.settings import Limits

_AWAY: Final = 5  # seconds until a server that failed is asked again
_MEGABYTE: Final = 1024 * 1024
_FORM_KINDS: Final = {"SELECT": "solutions", "ASK": "boolean", "CONSTRUCT": "triples"}
_logger: Final = logging.getLogger("rembug.repositories")


class RemoteReader:
    """One reader's repository, kept at the version of the embedded store and asked in its place."""

    def __init__(
        self,
        name: str,
        repository: Repository,
        trial: Trial,
        store: Callable[[], ReadingStore],
        identity: Callable[[], str],
        limits: Limits,
        *,
        alone: bool,
        spool: Path,
    ) -> None:
        """Begin to feed it, in a thread of its own.

        Args:
            name: of the reader.
            repository: where.
            trial: what the server is trusted with.
            store: gives the reading store that it is fed from.
            identity: gives that of the record, so that what another one fed is not taken for ours.
            limits: for each request.
            alone: whether no other process feeds the same repository.
            spool: folder for answers that are being read.

        Raises:
            BadParameter: several processes would feed a server that makes no request whole.
        """
        if not alone and not repository.whole:
            raise BadParameter(
                Words(
                    f"the server of --reader {name} does not make an update whole or not at all, "
                    "so that it cannot be fed by several services; give each a repository of its "
                    "own",
                    f"server --reader {name} tidak melakukan pembaruan secara utuh, sehingga "
                    "tidak dapat diisi oleh beberapa layanan; berikan repositori sendiri untuk "
                    "masing-masing",
                )
            )
        self.name, self.repository, self.trial = name, repository, trial
        self._store, self._identity, self._limits = store, identity, limits
        self._alone, self._spool, self._places = alone, spool, Admission(limits)
        self._shown = self._feeds = 0
        self._away = 0.0
        self._wake, self._ended = threading.Event(), False
        self._turn = threading.Lock()
        self.answered = 0
        self._thread = threading.Thread(target=self._feed, name=f"feeds {name}", daemon=True)
        self._thread.start()

    @property
    def version(self) -> int:
        """The version that the repository is known to show; 0 while it is being fed."""
        return self._shown

    def wake(self) -> None:
        """Tell that there may be a newer version to show."""
        self._wake.set()

    def answer(
        self, query: str, accept: Mapping[str, str], version: int, asker: Asker
    ) -> Answer | None:
        """The server's answer to a caller's query; None where the embedded store must answer.

        Args:
            query: SPARQL, as the caller wrote it.
            accept: the media type for each kind of result.
            version: that the answer must be true of.
            asker: who waits for it.

        Raises:
            TooLong, TooLarge, TooMany, Overloaded: a limit of the service.
            Ended: the caller is gone.
        """
        feeds = self._feeds
        if self._shown != version or time.monotonic() < self._away:
            self.wake()
            return None
        if not self.trial.trusts(query):
            return None
        with self._places.turn(asker, b""):
            content = self._file()
            try:
                told = self._asked(query, accept, asker, content)
                still = self._alone or self._still_shows(version)
            except (Failed, StoreUnreachable, SyntaxError) as error:
                content.close()
                self._failed(error)
                return None
            except BaseException:
                content.close()
                raise
        if told is None or not still or self._feeds != feeds:
            content.close()
            return None
        self.answered += 1
        size = content.seek(0, os.SEEK_END)
        content.seek(0)
        return Answer(told["kind"], told["media_type"], content, size, version)

    def _still_shows(self, version: int) -> bool:
        """Whether it showed a version until now; where others feed it too."""
        state = self.repository.state()
        return (state.get("version"), state.get("identity")) == (str(version), self._identity())

    def _asked(
        self, query: str, accept: Mapping[str, str], asker: Asker, content: BinaryIO
    ) -> dict[str, Any] | None:
        seconds = min(self._limits.seconds, asker.seconds or self._limits.seconds)
        largest = 4 * self._limits.result * _MEGABYTE  # JSON is longer than what is made of it
        with self._file() as raw:
            self.repository.ask(query, seconds, asker.gone, largest=largest, into=raw)
            return self._written(raw, read(query).form, accept, content)

    def _file(self) -> BinaryIO:
        return cast(BinaryIO, tempfile.TemporaryFile(dir=self._spool))

    def rebuild(self) -> None:
        """Fill the repository anew; raises StoreUnreachable."""
        with self._turn:
            self._fill(self._store())

    def close(self) -> None:
        """Feed it no more."""
        self._ended = True
        self._wake.set()
        self._thread.join(60)

    def _written(
        self, raw: BinaryIO, form: str, accept: Mapping[str, str], content: BinaryIO
    ) -> dict[str, Any] | None:
        """Read an answer to its end and write it in the caller's format.

        So no half of an answer is passed on, and formats are as they are from the embedded store.
        None where the server may have left rows out.
        """
        raw.seek(0)
        request = {"largest": self._limits.result * _MEGABYTE, "prefixes": terms.PREFIXES}
        result: Any
        if form == "CONSTRUCT":
            result = ox.parse(raw, format=ox.RdfFormat.N_TRIPLES)
            result = (quad.triple if isinstance(quad, ox.Quad) else quad for quad in result)
        else:
            result = ox.parse_query_results(raw, format=ox.QueryResultsFormat.JSON)
        try:
            told = write(result, accept, request, content)
            content.write(told.get("body", b""))  # a small one is told, not written
        except OSError as error:
            if error.errno == errno.EFBIG:
                raise TooLarge(
                    Words(
                        f"the result is larger than {self._limits.result} MiB; ask for less at a "
                        "time "
                        "(LIMIT and OFFSET), or ask the operator for more (--largest-result)",
                        f"hasilnya lebih dari {self._limits.result} MiB; minta lebih sedikit "
                        "sekaligus "
                        "(LIMIT dan OFFSET), atau minta pengelola menambahnya (--largest-result)",
                    )
                ) from error
            raise
        if told["kind"] != _FORM_KINDS[form]:
            raise Failed("it answered with another kind of result than was asked for")
        if self.trial.most_rows is not None and form != "ASK" and self._is_cut(raw, form):
            return None
        return told

    def _is_cut(self, raw: BinaryIO, form: str) -> bool:
        raw.seek(0)
        if form == "CONSTRUCT":
            rows = sum(1 for _ in raw)
        else:
            found = ox.parse_query_results(raw, format=ox.QueryResultsFormat.JSON)
            rows = sum(1 for _ in found) if isinstance(found, ox.QuerySolutions) else 0
        return rows >= (self.trial.most_rows or 0)

    def _failed(self, error: Exception) -> None:
        self._away = time.monotonic() + (
            0 if isinstance(error, Failed) and error.refused else _AWAY
        )
        _logger.warning("reader %s: the server failed, we answer: %s", self.name, error)

    def _feed(self) -> None:
        while not self._ended:
            try:
                with self._turn:
                    self._catch_up()
                self._wake.wait(60)
            except RembugError as error:
                self._shown = 0
                _logger.warning("reader %s cannot be fed, we answer: %s", self.name, error)
                self._wake.wait(_AWAY)
            except Exception:  # the thread goes on, and callers are answered without it
                self._shown = 0
                _logger.exception("reader %s cannot be fed, we answer", self.name)
                self._wake.wait(_AWAY)
            self._wake.clear()

    def _catch_up(self) -> None:
        store = self._store()
        version, known = store.version(), self.repository.state()
        shown = known.get("version", "")
        if not version:
            return
        if known.get("identity") != self._identity():
            self._fill(store)
            return
        if shown == str(version):
            self._shown = version
            return
        if shown and int(shown) > version and not self._alone:
            self._shown = 0  # another process was quicker
            return
        since = int(shown or known.get("before") or 0)
        patches = store.differences(since) if 0 < since < version else None
        if patches is None:
            if since > 0 and version != store.version():
                self.wake()  # a commit came between
                return
            self._fill(store)
            return
        for patch in patches:
            self._begin()
            self.repository.follow(patch, since, shows=bool(shown), alone=self._alone)
            since, shown = patch.version, str(patch.version)
        if self.repository.state().get("version") == str(since):
            self._shown = since
        if since != store.version():
            self.wake()

    def _fill(self, store: ReadingStore) -> None:
        self._begin()
        version, graphs, quads = store.everything()
        if not version:
            return
        self.repository.fill(version, graphs, quads, self._identity())
        self._shown = version

    def _begin(self) -> None:
        self._shown = 0
        self._feeds += 1
