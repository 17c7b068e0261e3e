"""Names that the restricted part of a store says, looked for in what would become public."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from rdflib import DCTERMS, SKOS, Graph

from rembug.privacy.names import is_a_word
from rembug.privacy.plain import Plain, plain
from rembug.sources.names import PSEUDONYM
from rembug.terms import CG

PSEUDONYMS: Final = re.compile(rf"{PSEUDONYM.pattern}|(?:Coder|Pengode) [A-Z]")
"""What coders are called whom Rembug gave a name, and those of its drafts of codebooks."""

# What a tool calls who codes where nobody said a name, and Rembug before each of its pseudonyms.
_NOBODY: Final = frozenset({"coder", "pengode"})
_NAMING: Final = (CG.realName, CG.contact, SKOS.prefLabel, DCTERMS.title)
_WORD_OF_NAME: Final = re.compile(r"[^\W_]+")
_GAP: Final = 3  # characters between two words of a name
_SHORTEST: Final = 4  # letters of a known name that is looked for by itself


class Known:
    """Names that are looked for in a text, found by the first word of each.

    They are compared as they are read (`plain`), whatever is between their words. A real name
    counts in any case; a word of one by itself with a capital, unless it stands in an IRI; a name
    of another kind, such as the title of an interview, as it is written.
    """

    def __init__(
        self, real: Iterable[str], parts: Iterable[str] = (), others: Iterable[str] = ()
    ) -> None:
        """With real names, words of such, and names of other kinds."""
        self._by_word: dict[str, dict[tuple[str, ...], str]] = {}
        for kind, names in (("other", others), ("part", parts), ("real", real)):
            for name in names:
                words = tuple(w.casefold() for w in _WORD_OF_NAME.findall(plain(name).text))
                if not words:
                    continue
                a_word = kind == "real" and len(words) == 1 and is_a_word(words[0])
                told = name if kind == "other" else "part" if a_word else kind
                self._by_word.setdefault(words[0], {})[words] = told
        for first, found in self._by_word.items():
            self._by_word[first] = dict(sorted(found.items(), key=lambda it: -len(it[0])))

    def seen(self, text: str) -> Iterator[str]:
        """Those that stand in a text as words of their own, the longest where several begin."""
        read = plain(text)
        yield from (read.original(*span) for span in self.within(read))

    def within(self, read: Plain, *, iri: bool = False) -> Iterator[tuple[int, int]]:
        """From and to which character of what is read they stand."""
        if not self._by_word:
            return
        words = [(m.start(), m.end(), m[0].casefold()) for m in _WORD_OF_NAME.finditer(read.text)]
        at = 0
        while at < len(words):
            for name, told in self._by_word.get(words[at][2], {}).items():
                end = at + len(name)
                if not _stands(name, words, at):
                    continue
                span = words[at][0], words[end - 1][1]
                if _counts(told, read.text[slice(*span)], iri=iri):
                    yield span
                    at = end - 1
                    break
            at += 1


def _stands(name: Sequence[str], words: Sequence[tuple[int, int, str]], at: int) -> bool:
    """Whether a name is the words from one on, with little between them."""
    if at + len(name) > len(words):
        return False
    for step, word in enumerate(name):
        start, _, there = words[at + step]
        if there != word or (step and start - words[at + step - 1][1] > _GAP):
            return False
    return True


def _counts(told: str, written: str, *, iri: bool) -> bool:
    """Whether a name of a kind counts in the case in which it is written."""
    match told:
        case "real":
            return True
        case "part":
            return not is_a_word(written) if iri else written[:1].isupper()
        case other:
            return not iri and written in other


def known_of(restricted: Graph) -> Known:
    """The names that the restricted part says, and the longer words of real names."""
    whole = {p: {str(o).strip() for o in restricted.objects(None, p)} for p in _NAMING}
    real = {n for p in (CG.realName, CG.contact) for n in whole[p] if not PSEUDONYMS.fullmatch(n)}
    words = {w for n in real & whole[CG.realName] for w in n.split() if w[:1].isupper()}
    others = {n for names in whole.values() for n in names if not PSEUDONYMS.fullmatch(n)} - real
    return Known(*(filter(_is_telling, names) for names in (real, words, others)))


def _is_telling(name: str) -> bool:
    return len(name) >= _SHORTEST and any(map(str.isalpha, name)) and name.casefold() not in _NOBODY
