"""What every error of Rembug is: words for a person in both languages, an exit code, a status."""

from typing import ClassVar, NamedTuple


class Words(NamedTuple):
    """What a person is told, in both languages."""

    en: str
    id: str


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


def several(number: int, thing: str) -> str:
    """A number of things in English: 1 place, 2 places."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def with_cause(en: str, id: str, cause: object) -> Words:
    """What a person can do, and behind it what a library says, which knows English alone."""
    told = " ".join(str(cause).split())[:200]
    if not told:
        return Words(en, id)
    return Words(f"{en} (technically: {told})", f"{id} (keterangan teknis: {told})")
