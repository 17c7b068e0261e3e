"""Everything that can go wrong on purpose.

RembugError
├── Refused             the result would not conform to the shapes      exit 1   422
├── Unreviewed          what looks like a person would become public    exit 1   422
├── EarlierVersions     whether versions are forgotten is not said      exit 2   428
├── Unreadable          a file cannot be parsed                         exit 1   400
│   ├── Faulty          several faults of one file, each with its place
│   └── Missing         a file is not there                             exit 2   400
├── UnreadableFiles     so it is with several files                     exit 1   400
├── QuerySyntaxError    a query cannot be parsed                        exit 1   400
├── Damaged             a backup is not as it was written               exit 1   400
├── BadParameter        a value does not fit its parameter              exit 2   400
├── UnknownName         no query, study, submission, ... of that name   exit 2   404
├── NothingToWrite      a study has nothing of what is asked        exit 2   404
├── Forbidden           the caller may not do this                      exit 1   403
├── Unauthorized        a token is needed, or is not known             exit 1   401
├── TooLong             a query ran out of time                        exit 1   503
├── TooMuchMemory       a query ran out of memory                      exit 1   507
├── TooLarge            a result or an upload is too large             exit 1   413
├── TooMany             the caller has too many queries at once        exit 1   429
├── EndpointFailed      an endpoint that a query calls did not answer   exit 1   502
├── Overloaded          too many slow queries are running              exit 1   503
├── StoreFull           the disk refused what a commit writes          exit 3   507
├── NotAcceptable       no format that the caller reads                 exit 2   406
├── Conflict            the store changed while a commit was made       exit 1   409
├── CannotApply         a graph that an update names is there, or not   exit 1   409
├── StoreInUse          another process owns the store                  exit 3   503
└── StoreUnreachable    the store cannot be opened or does not answer   exit 3   503

Each error says what is wrong, where, and what to do; it knows the exit code of a command that ends
with it (0 done, 1 refused, 2 wrong usage, 3 the store) and the status of an HTTP answer.
"""

import errno
import os
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import ClassVar, Final, NamedTuple, Protocol

_LONGEST_NAME: Final = 200  # characters; comparing costs their square
_NEAR: Final = 3
_ALIKE: Final = 0.6  # of 1


class Words(NamedTuple):
    """What a person is told, in both languages."""

    en: str
    id: str


_NOTHING: Final = Words("", "")

KINDS: Final = {
    "study": "studi",
    "framework": "kerangka",
    "program or collaboration": "program atau kolaborasi",
    "element": "unsur",
    "region": "wilayah",
    "query": "pertanyaan",
    "concept": "konsep",
    "thing": "hal",
    "term": "istilah",
    "property": "properti",
    "type": "jenis",
    "kind": "jenis",
    "format": "format",
    "graph": "graf",
    "table": "tabel",
    "dataset": "himpunan data",
    "linked dataset": "himpunan data tertaut",
    "drawing": "gambar",
    "picture of the trail": "gambar jejak",
    "facet": "saringan",
    "parameter": "parameter",
    "token": "token",
    "sitemap": "peta situs",
    "informant": "informan",
    "submission": "kiriman",
    "staged upload": "unggahan yang menunggu",
    "version that is kept": "versi yang masih disimpan",
}
"""What can be unknown, in Indonesian."""


def several(number: int, thing: str) -> str:
    """A number of things in English: 1 place, 2 places."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


class RembugError(Exception):
    """What Rembug refuses or cannot do; its text is meant for the person who asked.

    Attributes:
        words: what it says, in both languages; `str()` is the English of it.
    """

    exit_code: ClassVar[int] = 1
    http_status: ClassVar[int] = 400

    def __init__(self, words: Words) -> None:
        """Say what is wrong, where, and what to do."""
        self.words = words
        super().__init__(self.words.en)

    def told(self, language: str) -> str:
        """What it says in a language (`en`, `id`)."""
        return self.words.id if language == "id" else self.words.en


class Verdict(Protocol):
    """What the gate says, for a person; in one language, or in both."""

    def text(self, language: str | None = None) -> str:
        """All of it."""


class Refused(RembugError):
    """The gate's no; `report` is the gate's Report, and `str()` its whole text."""

    http_status = 422

    def __init__(self, report: Verdict, more: Words = _NOTHING) -> None:
        """With `more` to say than what the report does."""
        en, id_ = (f"\n{text}" if text else "" for text in more)
        super().__init__(
            Words(
                f"refused, nothing was stored: {report.text()}{en}",
                f"ditolak, tidak ada yang disimpan: {report.text('id')}{id_}",
            )
        )
        self.more = more
        self.report = report


class Unreviewed(RembugError):
    """What looks like a person would become public, and nobody has decided that it may."""

    http_status = 422

    def __init__(
        self,
        sightings: Sequence[object],
        described: str,
        digest: str,
        among: Sequence[object] = (),
    ) -> None:
        """With those that nobody decided on, what tells them, and all that were found."""
        self._described = described
        super().__init__(
            self._told(
                Words(
                    "Decide on each: a command with --review names.csv keeps or masks them one by "
                    f"one; over HTTP the header Rembug-Reviewed: {digest} keeps them all.",
                    "Putuskan satu per satu: perintah dengan --review nama.csv membiarkan atau "
                    f"menyamarkannya; lewat HTTP, header Rembug-Reviewed: {digest} membiarkan "
                    "semuanya.",
                ),
                len(sightings),
            )
        )
        self.sightings, self.digest, self.among = sightings, digest, among or sightings

    def at_a_terminal(self) -> RembugError:
        """The same, with what to do on a command line alone."""
        return RembugError(
            self._told(
                Words(
                    "Run this again with --review names.csv, which lists them once each, to keep "
                    "or mask them.",
                    "Jalankan lagi dengan --review nama.csv, yang mendaftarnya masing-masing "
                    "sekali, untuk membiarkan atau menyamarkannya.",
                ),
                len(self.sightings),
            )
        )

    def _told(self, to_do: Words, number: int) -> Words:
        return Words(
            "nothing was stored: what would become public looks like a person in "
            f"{several(number, 'place')}. {to_do.en}\n{self._described}",
            f"tidak ada yang disimpan: {number} tempat dalam isi yang akan terbuka untuk umum "
            f"tampak seperti orang. {to_do.id}\n{self._described}",
        )


class EarlierVersions(RembugError):
    """The public would go on to read something in earlier versions, and nobody has said whether."""

    exit_code, http_status = 2, 428

    def __init__(self, *, narrowed: bool, masked: bool = False) -> None:
        """With whether a consent or a level is narrowed, or names are masked; else what is taken
        back tells of informants."""
        en = "what is taken back contains information about informants"
        id_ = "yang ditarik memuat keterangan tentang informan"
        if narrowed:
            en = "a consent or an access level is narrowed"
            id_ = "persetujuan atau tingkat akses dipersempit"
        elif masked:
            en = "what is to be masked is public now"
            id_ = "yang akan disamarkan kini terbuka untuk umum"
        super().__init__(
            Words(
                f"nothing was stored: {en}, and everybody can still read the earlier versions "
                "(`?version=N`, `--at N`). Say what to do with them: `--earlier forget` (nobody "
                "can read any of them any more) or `--earlier keep`; over HTTP the header "
                "Rembug-Earlier: forget or keep",
                f"tidak ada yang disimpan: {id_}, sedangkan versi sebelumnya masih dapat "
                "dibaca siapa pun (`?version=N`, `--at N`). Tentukan nasib versi itu: "
                "`--earlier forget` (tidak satu pun dapat dibaca lagi oleh siapa pun) atau "
                "`--earlier keep`; lewat HTTP, header Rembug-Earlier: forget atau keep",
            )
        )


def with_cause(en: str, id: str, cause: object) -> Words:
    """What a person can do, and behind it what a library says, which knows English alone."""
    told = " ".join(str(cause).split())[:200]
    if not told:
        return Words(en, id)
    return Words(f"{en} (technically: {told})", f"{id} (keterangan teknis: {told})")


class Unreadable(RembugError):
    """A file that cannot be parsed, with the place where parsing stopped.

    Attributes:
        name: of the file.
        why: the reason, in both languages.
        reason: in English.
        line: counted from 1; None where nobody knows.
        column: likewise.
    """

    def __init__(
        self,
        name: str,
        reason: Words,
        line: int | None = None,
        column: int | None = None,
    ) -> None:
        self.why = reason
        place = name + "".join(f":{n}" for n in (line, column) if n is not None)
        super().__init__(Words(f"{place}: {self.why.en}", f"{place}: {self.why.id}"))
        self.name, self.reason, self.line, self.column = name, self.why.en, line, column


class Faulty(Unreadable):
    """A file with several faults, each with its place; `faults` has them."""

    def __init__(self, name: str, faults: Sequence[Unreadable]) -> None:
        self.faults = faults
        en, id_ = ("\n".join("  " + fault.told(lang) for fault in faults) for lang in ("en", "id"))
        super().__init__(
            name,
            Words(
                f"has {len(faults)} faults, and nothing of it was stored:\n{en}",
                f"memiliki {len(faults)} kesalahan, dan isinya tidak disimpan:\n{id_}",
            ),
        )


class Missing(Unreadable):
    """A file that is not there."""

    exit_code = 2


_WHY: Final = {
    errno.ENOENT: Words("it is not there", "tidak ada"),
    errno.ENOTDIR: Words("the place it should be in is not a folder", "tempatnya bukan folder"),
    errno.EISDIR: Words("it is a folder, not a file", "itu folder, bukan berkas"),
    errno.EEXIST: Words("it exists already", "sudah ada"),
    errno.EACCES: Words("you have no permission for it", "Anda tidak memiliki izin"),
    errno.EPERM: Words("you have no permission for it", "Anda tidak memiliki izin"),
    errno.EROFS: Words("nothing can be written there", "tempat itu tidak dapat ditulisi"),
    errno.ENAMETOOLONG: Words("its name is too long", "namanya terlalu panjang"),
    errno.ELOOP: Words("its links lead in a circle", "tautan berkasnya berputar"),
}


def why(error: OSError) -> Words:
    """Why the system did not open a file, in both languages."""
    if found := _WHY.get(error.errno or 0):
        return found
    return with_cause("it cannot be opened", "tidak dapat dibuka", error.strerror or error)


class CannotOpen(RembugError):
    """A file or folder that a person named and that cannot be read or written."""

    exit_code = 2

    def __init__(self, path: object, reason: Words) -> None:
        super().__init__(
            Words(
                f"{path} cannot be opened: {reason.en}",
                f"{path} tidak dapat dibuka: {reason.id}",
            )
        )

    @classmethod
    def of(cls, error: OSError) -> "CannotOpen | None":
        """The same, if an error of the system is about a file that it names."""
        if error.filename is None or error.errno not in _WHY:
            return None
        return cls(error.filename, why(error))


class UnreadableFiles(RembugError):
    """Several files that cannot be read, each with its fault."""

    def __init__(self, faults: Sequence[RembugError]) -> None:
        en, id_ = ("\n".join(f"    {f.told(lang)}" for f in faults) for lang in ("en", "id"))
        super().__init__(
            Words(
                f"{len(faults)} files cannot be read, nothing was stored:\n{en}",
                f"{len(faults)} berkas tidak dapat dibaca, tidak ada yang disimpan:\n{id_}",
            )
        )
        self.faults = tuple(map(str, faults))


class MissingFiles(UnreadableFiles):
    """Several files that cannot be read, of which one is not there."""

    exit_code = 2


class QuerySyntaxError(RembugError):
    """A SPARQL text that cannot be parsed, with line and column where they are known."""

    def __init__(self, reason: Words, line: int | None = None, column: int | None = None) -> None:
        self.why = reason
        self.reason, self.line, self.column = self.why.en, line, column
        en, id_ = "", ""
        if line is not None:
            en, id_ = f" at line {line}, column {column}", f" di baris {line}, kolom {column}"
        super().__init__(
            Words(
                f"the query has a syntax error{en}: {self.why.en}",
                f"kueri ini salah tulis{id_}: {self.why.id}",
            )
        )


class Damaged(RembugError):
    """A backup whose files are not what they were when it was written."""


class BadParameter(RembugError):
    """A value that does not fit the parameter it was given for."""

    exit_code = 2


def _nearest(name: str, known: Sequence[str]) -> list[str]:
    """Those of some names that are most like one: its last part, the words in any order.

    What stands before the last slash is the same for many, and would make all of them alike.
    """
    found: dict[str, None] = {}
    for way in (_last, _sorted_words):
        called: dict[str, list[str]] = {}
        for one in known:
            called.setdefault(way(one), []).append(one)
        for match in get_close_matches(way(name), called, n=_NEAR, cutoff=_ALIKE):
            found.update(dict.fromkeys(called[match]))
    if word := _last(name):  # what has it for one of its words
        found.update(dict.fromkeys(one for one in known if word in _sorted_words(one).split("-")))
    return list(found)[:_NEAR]


def _last(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2]


def _sorted_words(name: str) -> str:
    return "-".join(sorted(_last(name).replace("_", "-").split("-")))


class UnknownName(RembugError):
    """A name that nothing has, with the nearest ones that exist."""

    exit_code = 2
    http_status = 404

    def __init__(self, kind: str, name: str, known: Iterable[str]) -> None:
        """Name what there is.

        Args:
            kind: what is looked for, in English, as `KINDS` has it.
            name: as somebody wrote it.
            known: what there is of the kind.
        """
        names, of = sorted(known), KINDS.get(kind, f"“{kind}”")
        self.nearest = _nearest(name[:_LONGEST_NAME], names)
        if self.nearest:
            en = "did you mean " + " or ".join(self.nearest) + "?"
            id_ = "maksudnya " + " atau ".join(self.nearest) + "?"
        elif names:
            some = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
            en, id_ = f"known are: {some}", f"yang ada: {some}"
        else:
            en, id_ = f"there is no {kind} yet", f"belum ada {of}"
        shown = name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"
        super().__init__(
            Words(
                f"no {kind} is named “{shown}”; {en}",
                f"tidak ada {of} bernama “{shown}”; {id_}",
            )
        )


class NothingToWrite(RembugError):
    """A study that is there, and has nothing of what is to be written of it."""

    exit_code = 2
    http_status = 404


class Forbidden(RembugError):
    """Something the caller may not do, whoever asks nicely."""

    http_status = 403


class Unauthorized(RembugError):
    """A token is missing, or nobody knows it."""

    http_status = 401


class TooLong(RembugError):
    """A query that was ended when its time was over."""

    http_status = 503
    retry_after = 30


class TooMuchMemory(RembugError):
    """A query that was ended when it needed more memory than it may have."""

    http_status = 507


class TooLarge(RembugError):
    """A result or an upload that is larger than the settings allow."""

    http_status = 413


class TooMany(RembugError):
    """More queries at once than one caller may have, with the queue full."""

    http_status = 429
    retry_after = 5


class EndpointFailed(RembugError):
    """Another endpoint that a query calls did not answer as SPARQL endpoints do."""

    http_status = 502


class Overloaded(RembugError):
    """A slow query that was ended since as many slow ones run as may."""

    http_status = 503
    retry_after = 10


_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


class StoreFull(RembugError):
    """Something that the disk had no room for; the store is as it was."""

    exit_code = 3
    http_status = 507

    @classmethod
    def of(cls, error: OSError) -> "StoreFull | None":
        """The same, if an error of the system or of the engine says that a disk is full."""
        if error.errno not in _FULL and not any(os.strerror(code) in str(error) for code in _FULL):
            return None
        return cls(
            Words(
                "the disk is full, and nothing was changed: make room on the disk of the store "
                "(and of temporary files), and start the service again if it goes on to say this "
                f"({error})",
                "penyimpanan penuh, dan tidak ada yang berubah: kosongkan ruang di disk tempat "
                "data (dan berkas sementara), lalu jalankan ulang layanan bila ini terulang "
                f"({error})",
            )
        )


class NotAcceptable(RembugError):
    """No format in common between what the caller reads and what the answer can be written in."""

    exit_code = 2
    http_status = 406


class Conflict(RembugError):
    """The store has a newer version than the one a commit was made against."""

    http_status = 409


class CannotApply(RembugError):
    """An update that the graphs there are do not allow (SPARQL 1.1 Update §3.2)."""

    http_status = 409


class StoreInUse(RembugError):
    """The embedded store has another owner, which does not take requests."""

    exit_code = 3
    http_status = 503

    def __init__(self, path: str, pid: int | None, command: str | None) -> None:
        who = f"process {pid} ({command})" if pid else "another process"
        whose = f"proses {pid} ({command})" if pid else "proses lain"
        super().__init__(
            Words(
                f"the store {path} is in use by {who}; end that process first, or name another "
                "store with --store",
                f"penyimpanan {path} sedang dipakai oleh {whose}; hentikan dahulu proses itu, "
                "atau sebutkan penyimpanan lain dengan --store",
            )
        )
        self.pid = pid


class StoreUnreachable(RembugError):
    """The store cannot be opened, or does not answer."""

    exit_code = 3
    http_status = 503


class Ending(RembugError):
    """What was not done when the service ended."""

    http_status = 503
    retry_after = 30

    def __init__(self) -> None:
        super().__init__(
            Words(
                "the service is ending, and nothing of this was stored; send it again later",
                "layanan sedang berhenti, dan tidak ada yang disimpan; kirim lagi nanti",
            )
        )


class Preparing(StoreUnreachable):
    """What lists, search or a reader's queries need is being made."""

    retry_after = 10

    def __init__(self) -> None:
        super().__init__(
            Words(
                "lists and search are being prepared; ask again in a minute",
                "daftar dan pencarian sedang disiapkan; coba lagi sebentar",
            )
        )
