"""Processes that answer what callers wrote, so that a query can be ended and a crash hurts nobody.

The engine cannot cancel a query, and inputs that are nested ten thousand deep end its process. So
nothing that a caller wrote is parsed here: a worker does it, over a snapshot, within limits of
time, memory and size; one that goes over them is killed and another takes its place in 0.1 s.

Queries that turn out slow give way to the others: their worker's priority falls, they keep to half
of the places, and the same text is sent to those places at once when it comes again.
"""

import io
import json
import shutil
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from pathlib import Path
from typing import Any, BinaryIO, Final, cast
from urllib.parse import urlsplit

from rembug.errors import Overloaded, QuerySyntaxError, TooLong, Unreadable
from rembug.graph.folders import SNAPSHOTS, SPOOL
from rembug.graph.model import Answer, Asker, Dataset, Named, Place
from rembug.graph.readers.kinds import PUBLIC
from rembug.graph.readers.store import ReadingStore
from rembug.graph.workers.admission import Admission
from rembug.graph.workers.crew import Crew
from rembug.graph.workers.engine_dataset import needs_reading
from rembug.graph.workers.faults import fault
from rembug.graph.workers.process import NOWHERE, Crashed, Ended, Job, Reach, Worker
from rembug.graph.workers.snapshots import Snapshot, Snapshots, Source
from rembug.settings import Limits

_MEGABYTE: Final = 1024 * 1024


@dataclass
class Tally:
    """What the workers did, for the metrics; counts since the start."""

    answered: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    killed: Counter[str] = field(default_factory=Counter)


class Workers:
    """The workers over one store, and the queue in front of them."""

    def __init__(self, record: Source, limits: Limits, folder: Path) -> None:
        """Start with two workers; more come as they are needed.

        Args:
            record: what updates are tried on.
            limits: for each request.
            folder: of the store, for snapshots and for results that are being written.
        """
        self.spool, self._snapshots_folder = folder / SPOOL, folder / SNAPSHOTS
        self.spool.mkdir(parents=True, exist_ok=True, mode=0o700)
        shutil.rmtree(self._snapshots_folder, ignore_errors=True)
        self._snapshots_folder.mkdir(mode=0o700)
        self.limits = limits
        self._updates = self._folder("updates")
        self._record = Snapshots(record, self._folder("record"))
        self._snapshots: dict[str, Snapshots] = {}
        self._turn = threading.Lock()
        self.tally = Tally()
        self._places = Admission(limits)
        self.crew = Crew(limits.workers + len(Place))
        for _ in range(min(2, limits.workers)):
            first = self.crew.start(Reach(self._folder(PUBLIC)))
            self.crew.give_back(first, keep=True)

    @property
    def busy(self) -> int:
        """Workers that do something now."""
        return self._places.busy

    @property
    def waiting(self) -> int:
        """Requests that wait for a worker now."""
        return self._places.waiting

    def answer(
        self,
        store: ReadingStore,
        query: str,
        dataset: Callable[[frozenset[str]], Dataset],
        accept: Mapping[str, str],
        asker: Asker,
        base: str | None = None,
        past: Snapshot | None = None,
        *,
        narrows: bool,
    ) -> Answer:
        """Answer a caller's query.

        Args:
            store: what the caller may read.
            query: SPARQL 1.1 Query, as the caller wrote it.
            dataset: gives, for the named graphs of the store, what is read.
            accept: the media type for each kind of result.
            asker: who waits for it.
            base: what relative IRIs are resolved against.
            past: the store as it was, to be asked in place of the newest.
            narrows: whether FROM counts; it may name the graphs of the store.

        Raises:
            QuerySyntaxError, Forbidden, TooLong, TooMuchMemory, TooLarge, TooMany, Overloaded.
        """
        snapshots = self._of(store)
        with _held(snapshots) if past is None else nullcontext(past) as snapshot:
            given = dataset(snapshot.graphs)
            formats = tuple(accept.items())
            said, mark = _asking(snapshot.path, given, base, narrows, formats, self.limits)
            text = query.encode(errors="surrogatepass")
            key = blake2b(text, key=mark, digest_size=16).digest()
            job = Job(said, query, read_first=needs_reading(query))
            return self._answered(job, asker, key, snapshots, snapshot)

    def dumped(
        self,
        store: ReadingStore | None,
        graphs: Callable[[frozenset[str]], frozenset[str]],
        media_type: str,
        asker: Asker,
    ) -> Answer:
        """Some graphs of a store, each under its name ("" for the unnamed one).

        Args:
            store: what the caller may read; None for the record.
            graphs: gives, for the store's named graphs, which.
            media_type: of a syntax that can name graphs.
            asker: who waits for it.

        Raises:
            TooLong, TooMuchMemory, TooLarge, TooMany, Overloaded.
        """
        snapshots = self._record if store is None else self._of(store)
        with _held(snapshots) as snapshot:
            job = Job.of(
                "dump",
                store=str(snapshot.path),
                graphs=sorted(graphs(snapshot.graphs)),
                media_type=media_type,
                **_bounds(self.limits),
            )
            return self._answered(job, asker, b"", snapshots, snapshot, media_type)

    def parsed(
        self, upload: BinaryIO, media_type: str, base: str, name: str, asker: Asker
    ) -> bytes:
        """What a caller uploaded, a file on disk: N-Quads, each after the line that it ends on.

        Raises:
            Unreadable: it is not of that syntax; says line and column.
            TooLong, TooMuchMemory, TooLarge, TooMany, Overloaded.
        """
        job = Job.of("parse", media_type=media_type, base=base, **_bounds(self.limits))
        with self._file() as output:
            try:
                self._do(job, [output, upload], asker, b"")
            except QuerySyntaxError as error:
                raise Unreadable(name, error.why, error.line, error.column) from error
            output.seek(0)
            return output.read()

    def updated(
        self,
        update: str,
        named: Named | None,
        asker: Asker,
        base: str | None = None,
        aside: Collection[str] | None = None,
        *,
        why: bool = False,
    ) -> tuple[int, Any]:
        """What an update would change: the version it was tried on, and the difference.

        Args:
            update: SPARQL 1.1 Update.
            named: the default and named graphs that the request names beside it.
            asker: who waits for it.
            base: what relative IRIs are resolved against.
            aside: graphs that it does not see; None where its default graph is the unnamed one.
            why: whether the reasons for which it changes nothing are asked for instead.

        Raises:
            QuerySyntaxError, Forbidden, BadParameter, TooLong, TooMuchMemory, TooLarge, …
        """
        copy = self._record.copy(self._updates)
        said = Job.of(
            "update",
            store=str(copy.path),
            base=base,
            aside=None if aside is None else sorted(aside),
            why=why,
            using=[sorted(part) for part in named] if named else None,
            endpoints=sorted(self.limits.endpoints),
            **_bounds(self.limits),
        ).said
        job = Job(said, update, update=True, read_first=bool(named) or needs_reading(update))
        try:
            with self._file() as output:
                reach = Reach(self._updates, writable=True)
                reply = self._do(job, [output], asker, b"", reach)
                output.seek(0)
                return copy.version, json.loads(reply["body"] or output.read())
        finally:
            Snapshots.discard(copy)

    def behind(self, asker: Asker) -> AbstractContextManager[None]:
        """Count who waits for an answer that another has worked out; raises TooMany."""
        return self._places.behind(asker)

    def close(self) -> None:
        """End every worker; what runs is ended with an error."""
        self.crew.close()
        shutil.rmtree(self._snapshots_folder, ignore_errors=True)

    def renew(self) -> None:
        """Let go of every snapshot but the newest, and of the workers that have one open."""
        self.crew.renew()
        for snapshots in (self._record, *self._snapshots.values()):
            snapshots.renew()

    def _answered(
        self,
        job: Job,
        asker: Asker,
        key: bytes,
        snapshots: Snapshots,
        snapshot: Snapshot,
        format_: str = "",
    ) -> Answer:
        reach = Reach(snapshot.path.absolute() if snapshot.lasting else snapshots.folder)
        reply = self._do(job, (), asker, key, reach, (snapshots, snapshot))
        kind, media_type = reply.get("kind", "triples"), reply.get("media_type", format_)
        if content := reply["file"]:
            content.seek(0)
        else:
            content = io.BytesIO(reply["body"])
        return Answer(kind, media_type, content, reply["size"], snapshot.version)

    def _do(
        self,
        job: Job,
        files: Sequence[BinaryIO],
        asker: Asker,
        key: bytes,
        reach: Reach = NOWHERE,
        snapshot: tuple[Snapshots, Snapshot] | None = None,
    ) -> dict[str, Any]:
        """Have a worker do something; without files, it has one for a large result."""
        with self._places.turn(asker, key) as slow:
            reply = self._on_a_worker(job, files, asker, slow, reach, snapshot)
            if reply.get("calls"):  # to endpoints that are all allowed
                calling = self.crew.start(reach, _ports(self.limits.endpoints))
                reply = self._on_a_worker(job, files, asker, slow, reach, None, calling)
        if "error" in reply:
            self.tally.failed[reply["error"]] += 1
            raise fault(reply, self.limits, job)
        self.tally.answered += 1
        return reply

    def _on_a_worker(
        self,
        job: Job,
        files: Sequence[BinaryIO],
        asker: Asker,
        slow: Callable[[], bool],
        reach: Reach,
        snapshot: tuple[Snapshots, Snapshot] | None,
        calling: Worker | None = None,
    ) -> dict[str, Any]:
        worker = calling or self.crew.take(reach, snapshot and snapshot[1])
        keep = False
        try:
            if snapshot is not None:
                self.crew.hold(worker, *snapshot)
            seconds = min(self.limits.seconds, asker.seconds or self.limits.seconds)
            if not files and worker.spare is None:
                worker.spare = self._file()
                files = (worker.spare,)
            reply = worker.run(job, files, seconds, asker.gone, slow)
            keep = calling is None and not worker.tired
            return reply
        except Crashed as crash:
            return {"error": crash.cause}
        except (TooLong, Overloaded, Ended) as error:
            self.tally.killed[type(error).__name__] += 1
            raise
        finally:
            self.crew.give_back(worker, keep=keep)

    def _of(self, store: ReadingStore) -> Snapshots:
        with self._turn:
            if store.name not in self._snapshots:
                self._snapshots[store.name] = Snapshots(store, self._folder(store.name))
            return self._snapshots[store.name]

    def _folder(self, name: str) -> Path:
        """Where snapshots of one kind lie, which workers of that kind alone may open."""
        folder = self._snapshots_folder.absolute() / name
        folder.mkdir(mode=0o700, exist_ok=True)
        return folder

    def _file(self) -> BinaryIO:
        return cast(BinaryIO, tempfile.TemporaryFile(dir=self.spool))


@contextmanager
def _held(snapshots: Snapshots) -> Iterator[Snapshot]:
    snapshot = snapshots.hold()
    try:
        yield snapshot
    finally:
        snapshots.release(snapshot)


def _ports(endpoints: Iterable[str]) -> set[int]:
    """The ports of some URLs."""
    schemes = {"http": 80, "https": 443}
    found = map(urlsplit, endpoints)
    return {port for url in found if (port := url.port or schemes.get(url.scheme, 0))}


def _bounds(limits: Limits) -> dict[str, int]:
    """What a worker is told of the limits."""
    return {"memory": limits.memory, "largest": limits.result * _MEGABYTE}


@lru_cache(maxsize=16)
def _asking(
    store: Path,
    given: Dataset,
    base: str | None,
    narrows: bool,
    formats: tuple[tuple[str, str], ...],
    limits: Limits,
) -> tuple[bytes, bytes]:
    """What a worker is told beside a query, and what tells the dataset from others."""
    dataset = {"default": _list(given.default), "named": _list(given.named)}
    said = Job.of(
        "query",
        store=str(store),
        base=base,
        dataset=dataset,
        narrows=narrows,
        endpoints=sorted(limits.endpoints),
        accept=dict(formats),
        **_bounds(limits),
    ).said
    return said, blake2b(repr(dataset).encode(), digest_size=16).digest()


def _list(graphs: frozenset[str] | None) -> list[str] | None:
    return None if graphs is None else sorted(graphs)
