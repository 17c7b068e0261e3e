"""What every error of Rembug is: words for a person in both languages, an exit code, a status."""

import re
from typing import ClassVar, Final, NamedTuple

# What a terminal obeys (ECMA-48), but for tabs and ends of lines, and what turns the direction of a
# line (UAX #9).
_UNSEEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


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


def visible(text: str) -> str:
    """What a person is told, signs that would order the terminal about standing as escapes in it.

    Names and values come from files: one could erase the line above, or write letters backwards.
    """
    text = text.replace("\r\n", "\n")
    return _UNSEEN.sub(lambda found: found[0].encode("unicode_escape").decode(), text)
