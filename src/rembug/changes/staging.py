"""Files that somebody brings on a page: kept aside, checked, and committed when they say so.

What is staged is in this process and a private folder alone; it is gone when the service ends
(when the store is next opened, if the service was killed), or when as many have come after it as
are kept.
"""

import logging
import re
import secrets
import shutil
import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal

from rembug.changes import submissions
from rembug.changes.commits import Commit, in_turn
from rembug.changes.earlier import Earlier
from rembug.changes.reading import read_files
from rembug.errors import BadParameter, RembugError, TooMany, UnknownName, Words
from rembug.gate import Report
from rembug.graph import Ended, KnowledgeGraph, limited
from rembug.privacy.scan import Decision, Review, Sighting
from rembug.sources import Submission
from rembug.sources.model import together

Phase = Literal["checking", "checked", "storing", "stored", "failed"]

_KEPT: Final = 16  # uploads of one curator
_LONGEST: Final = 600  # seconds that one may be read and judged
_NAME: Final = re.compile(r"[^\w.() -]+")
_logger: Final = logging.getLogger("rembug.changes.staging")


@dataclass
class Staged:
    """Files on their way in.

    Attributes:
        id: hard to guess.
        caller: name of the token of whoever brought them; nobody else sees them.
        study: slug of the study that they belong to.
        files: where they are, in the order they came in.
        codebook: what codes and sources of coded projects mean, if that came too.
        phase: how far they are.
        step: what is being done, in a few words.
        found: what they say, once they are read.
        sightings: what looks like persons in what would become public.
        report: the gate's verdict, once there is one.
        narrows: whether they restrict what earlier versions go on to tell.
        repeats: whether some are stored already, and a mask would restrict as much.
        commit: what was stored, once it is.
        error: why it went no further.
        form: where what was filled in can be mended, if it was filled in on a page.
        name: what the submissions are called, if the caller chose that.
        told: what a page says of what is in them; worked out when they are checked, since what
            must not be public is moved and masked while they are stored.
    """

    id: str
    caller: str
    study: str
    files: Sequence[Path]
    codebook: Path | None
    phase: Phase = "checking"
    step: str = "reading"
    found: Sequence[Submission] = ()
    sightings: Sequence[Sighting] = ()
    report: Report | None = None
    narrows: bool = False
    repeats: bool = False
    commit: Commit | None = None
    error: RembugError | None = None
    form: str = ""
    name: str = ""
    told: dict[str, Any] = field(default_factory=dict)
    _turn: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def busy(self) -> bool:
        """Whether something is being done with them."""
        return self.phase in ("checking", "storing")

    @property
    def ready(self) -> bool:
        """Whether they may be stored once what looks like persons is decided."""
        return self.phase == "checked" and self.report is not None and self.report.conforms

    @property
    def undecided(self) -> Sequence[Sighting]:
        """What looks like persons, each kind and text once."""
        return list({(s.kind, s.text): s for s in reversed(self.sightings)}.values())[::-1]


class Staging:
    """All that is staged in a service."""

    def __init__(self, graph: KnowledgeGraph, folder: Path) -> None:
        """Begin with nothing; the folder is made when something comes."""
        self._graph, self._folder = graph, folder
        self._staged: OrderedDict[str, Staged] = OrderedDict()
        self._turn = threading.Lock()
        graph.forgetting.append(self.clear)

    def stage(
        self,
        uploads: Sequence[tuple[str, BinaryIO]],
        study: str,
        caller: str,
        codebook: tuple[str, BinaryIO] | None = None,
        *,
        form: str = "",
        name: str = "",
        wait: bool = False,
    ) -> Staged:
        """Take files in and begin to check them.

        Args:
            uploads: their names and contents.
            study: slug of the study that they belong to.
            caller: who brought them.
            codebook: name and content of the file that says what codes and sources mean.
            form: where what was filled in can be mended, if it was filled in on a page.
            name: what the submissions are called, if the caller chose that.
            wait: whether to return only when they are checked.

        Raises:
            BadParameter: there is no file, or two have one name.
            TooMany: as many of the same caller are being checked or stored as may.
        """
        id_ = secrets.token_urlsafe(12)
        folder = self._folder / id_
        folder.mkdir(parents=True, mode=0o700)
        try:
            paths = [_written(folder, name, content) for name, content in uploads]
            book = _written(folder / "codebook", *codebook) if codebook else None
            if not paths:
                raise BadParameter(
                    Words(
                        "there is no file; choose at least one",
                        "belum ada berkas; pilih paling sedikit satu",
                    )
                )
            staged = Staged(id_, caller, study, paths, book, form=form, name=name)
            self._keep(staged)
        except BaseException:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        self._run(staged, self._check, wait=wait)
        return staged

    def _keep(self, staged: Staged) -> None:
        """Have an upload among those of its caller, of whom the oldest that rests may go."""
        with self._turn:
            mine = [s for s in self._staged.values() if s.caller == staged.caller]
            idle = [s for s in mine if not s.busy]
            if len(mine) - len(idle) >= _KEPT:
                raise TooMany(
                    Words(
                        f"{_KEPT} uploads of yours are being checked or stored; send this one when "
                        "another is done",
                        f"{_KEPT} unggahan Anda sedang diperiksa atau disimpan; kirim yang ini "
                        "setelah ada yang selesai",
                    )
                )
            self._staged[staged.id] = staged
            for old in idle[: max(0, len(mine) + 1 - _KEPT)]:
                self._forget(old)

    def of(self, id_: str, caller: str) -> Staged:
        """What one who asks has staged under an id; raises UnknownName."""
        staged = self._staged.get(id_)
        if staged is None or staged.caller != caller:
            raise UnknownName("staged upload", id_, ())
        return staged

    def store(
        self,
        staged: Staged,
        decisions: Mapping[tuple[str, str], Decision],
        *,
        earlier: Earlier = "ask",
        wait: bool = False,
    ) -> None:
        """Begin to commit what was checked, with what was decided of things that look like persons.

        Raises:
            BadParameter: it is not checked, does not conform, or is being stored already.
        """
        with staged._turn:
            if not staged.ready:
                raise BadParameter(
                    Words(
                        "this upload cannot be stored now; see what was found in it",
                        "unggahan ini belum dapat disimpan; lihat apa yang ditemukan di dalamnya",
                    )
                )
            staged.phase = "storing"
        review = Review(decisions)
        self._run(staged, lambda s: self._store(s, review, earlier), wait=wait)

    def drop(self, staged: Staged) -> None:
        """Forget what is staged."""
        with self._turn:
            self._forget(staged)

    def clear(self) -> None:
        """Forget all that is staged, since somebody withdrew: their words may be in it.

        What is being stored at this moment goes on, and its files go when it is.
        """
        with self._turn:
            for staged in [s for s in self._staged.values() if s.phase != "storing"]:
                self._forget(staged)

    def _forget(self, staged: Staged) -> None:
        self._staged.pop(staged.id, None)
        shutil.rmtree(self._folder / staged.id, ignore_errors=True)

    def _run(self, staged: Staged, work: Callable[[Staged], None], *, wait: bool) -> None:
        def run() -> None:
            try:
                with limited(_LONGEST, asker=staged.caller):
                    work(staged)
            except RembugError as error:
                staged.error, staged.phase = error, "failed"
            except Ended:  # nobody waits for it any more
                staged.phase = "failed"
                self.drop(staged)
                raise
            except Exception:  # at the end of a thread there is nobody else to tell
                _logger.exception("the upload %s could not be handled", staged.id)
                staged.error = RembugError(
                    Words(
                        "something went wrong here; look into the log of the service",
                        "terjadi kesalahan di sini; lihat log layanan",
                    )
                )
                staged.phase = "failed"

        if wait:
            run()
        else:
            threading.Thread(target=run, name=f"staged {staged.id}", daemon=True).start()

    def _check(self, staged: Staged) -> None:
        found: Sequence[Submission] = read_files(
            self._graph, staged.files, staged.study, staged.codebook
        ).submissions
        found = [s.called(staged.name) for s in found] if staged.name else found
        staged.step = "checking against the shapes"
        staged.sightings = submissions.sightings(self._graph, found)
        staged.report = submissions.rehearse(self._graph, found).about(together(found))
        staged.narrows = staged.report.conforms and submissions.narrows(self._graph, found)
        staged.repeats = submissions.repeats(self._graph, found)
        staged.found = found
        staged.phase = "checked"

    def _store(self, staged: Staged, review: Review, earlier: Earlier) -> None:
        def told(step: str) -> None:
            staged.step = step

        staged.commit = in_turn(
            self._graph,
            lambda: submissions.submit(
                self._graph,
                staged.found,
                review=review,
                earlier=earlier,
                agent=staged.caller,
                step=told,
            ),
        )
        staged.phase = "stored"
        staged.found = ()
        shutil.rmtree(self._folder / staged.id, ignore_errors=True)


def _written(folder: Path, name: str, content: BinaryIO) -> Path:
    """Keep a file under its own name, without folders and what is strange in it."""
    plain = _NAME.sub("_", Path(name.replace("\\", "/")).name).lstrip(".") or "file"
    path = folder / plain[-120:]
    folder.mkdir(exist_ok=True, mode=0o700)
    with suppress(FileExistsError), path.open("xb") as out:
        shutil.copyfileobj(content, out)
        return path
    raise BadParameter(Words(f"two files have the name {plain}", f"dua berkas bernama {plain}"))
