"""What is wrong with a file, and where in it."""

from collections.abc import Sequence
from textwrap import indent

from rembug.errors.causes import named, why
from rembug.errors.root import RembugError, Words


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


class UnreadableFiles(RembugError):
    """Several files that cannot be read, each with its fault."""

    def __init__(self, faults: Sequence[RembugError]) -> None:
        en, id_ = ("\n".join(indent(f.told(lang), "    ") for f in faults) for lang in ("en", "id"))
        super().__init__(
            Words(
                f"{len(faults)} files cannot be read, nothing was stored:\n{en}",
                f"{len(faults)} berkas tidak dapat dibaca, tidak ada yang disimpan:\n{id_}",
            )
        )
        self.faults = tuple(faults)


class MissingFiles(UnreadableFiles):
    """Several files that cannot be read, of which one is not there."""

    exit_code = 2


def faults_of(error: RembugError | None) -> list[Unreadable]:
    """The faults of one file or of several, each with its place; none where there is but one."""
    match error:
        case Faulty():
            return list(error.faults)
        case UnreadableFiles():
            single = [f for f in error.faults if isinstance(f, Unreadable)]
            return [fault for f in single for fault in faults_of(f) or [f]]
        case _:
            return []


class Damaged(RembugError):
    """A backup whose files are not what they were when it was written."""


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
        if error.filename is None or not named(error):
            return None
        return cls(error.filename, why(error))
