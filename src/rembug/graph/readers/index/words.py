"""Words as people look for them: folded, by their stems, and marked where they stand in a text."""

import re
import threading
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

LANGUAGES: Final = {"id": "indonesian", "en": "english"}
LONGEST_WORD: Final = 48
_SHOWN: Final = 180
_WORD: Final = re.compile(r"[^\W_]+")
# Snowball's objects keep the word that they work on.
_stemmers = threading.local()


@dataclass(frozen=True)
class Piece:
    """A part of a text; `hit` where it is what somebody looked for."""

    text: str
    hit: bool = False


@lru_cache(maxsize=1 << 16)
def fold(word: str) -> str:
    """A word without case and accents."""
    if word.isascii():
        return word.lower()[:LONGEST_WORD]
    bare = (c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return "".join(bare).casefold()[:LONGEST_WORD]


def words(text: str) -> list[str]:
    """The folded words of a text, in their order."""
    return [fold(word) for word in _WORD.findall(unicodedata.normalize("NFC", text))]


@lru_cache(maxsize=1 << 16)
def stems(word: str, language: str) -> frozenset[str]:
    """What stands for every form of a folded word, never shown to anybody.

    Args:
        word: folded.
        language: a tag of the text that it stands in; any other than ours takes both our stemmers.
    """
    tag = language.lower().partition("-")[0]
    return frozenset(
        f"{code}:{_stem(word, code)}" for code in ((tag,) if tag in LANGUAGES else LANGUAGES)
    )


def _stem(word: str, code: str) -> str:
    """A stem; an Indonesian one to the root, since one pass leaves some that have two prefixes."""
    stem, shorter = word, _stemmer(code)(word)
    while code == "id" and stem != shorter:
        stem, shorter = shorter, _stemmer(code)(shorter)
    return shorter


def key(text: str) -> str:
    """What a text is sorted by; it is its own key."""
    return " ".join(fold_all(text[:400]).split())[:200]


def fold_all(text: str) -> str:
    """A text without case and accents."""
    if text.isascii():
        return text.lower()
    bare = (c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return unicodedata.normalize("NFKD", "".join(bare).casefold())


def blank(text: str) -> bool:
    """Whether nothing of a text can be seen (Unicode categories Z and C)."""
    return not _WORD.search(text) and all(unicodedata.category(c)[0] in "ZC" for c in text)


def marked(text: str, is_hit: Callable[[str], bool], longest: int = _SHOWN) -> list[Piece]:
    """The part of a text around the first word that somebody looked for, with all of them marked.

    Args:
        text: as it was written.
        is_hit: whether a folded word is one.
        longest: characters at most; what is left out is an ellipsis.
    """
    text = " ".join(unicodedata.normalize("NFC", text).split())
    hits = [found.span() for found in _WORD.finditer(text) if is_hit(fold(found[0]))]
    first = hits[0][0] if hits else 0
    begin = 0 if len(text) <= longest else max(0, min(first - longest // 3, len(text) - longest))
    if begin:
        begin = text.find(" ", begin, begin + longest // 4) + 1 or begin
    end = min(len(text), begin + longest)
    return [piece for piece in _cut(text, hits, begin, end) if piece.text]


def _cut(text: str, hits: list[tuple[int, int]], begin: int, end: int) -> Iterator[Piece]:
    if begin:
        yield Piece("… ")
    at = begin
    for start, stop in hits:
        if start >= at and start < end:
            yield Piece(text[at:start])
            yield Piece(text[start : min(stop, end)], hit=True)
            at = min(stop, end)
    yield Piece(text[at:end])
    if end < len(text):
        yield Piece(" …")


def _stemmer(code: str) -> Callable[[str], str]:
    if not hasattr(_stemmers, code):
        import snowballstemmer  # here: it brings the stemmers of every language

        setattr(_stemmers, code, snowballstemmer.stemmer(LANGUAGES[code]).stemWord)
    found: Callable[[str], str] = getattr(_stemmers, code)
    return found
