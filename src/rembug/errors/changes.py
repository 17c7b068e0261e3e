"""Why a change is not made: what the gate, a review, or what is there says to it."""

from collections.abc import Sequence
from typing import Final, Protocol

from rembug.errors.root import RembugError, Words, several

_NOTHING: Final = Words("", "")


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
        described: Words,
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
            f"{several(number, 'place')}. {to_do.en}\n{self._described.en}",
            f"tidak ada yang disimpan: {number} tempat dalam isi yang akan terbuka untuk umum "
            f"tampak seperti orang. {to_do.id}\n{self._described.id}",
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


class Conflict(RembugError):
    """The store has a newer version than the one a commit was made against."""

    http_status = 409


class CannotApply(RembugError):
    """An update that the graphs there are do not allow (SPARQL 1.1 Update §3.2)."""

    http_status = 409
