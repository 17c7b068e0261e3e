"""Indonesian names of bodies, businesses and places: what makes two ways of writing one the same.

A name is compared in three forms: folded (case, marks and abbreviations apart), by its telling
words (without what half of all names say, such as “batik”), and by its sound (the spelling of
before 1972 and letters that people confuse apart). All three are for finding, never for showing.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple, Self

# Several ways of writing → one, where they stand for the same words. Legal forms and kinds of
# places become short; agencies are written out, since a part of their name is often all there is.
_SAME: Final = {
    "kelompok usaha bersama": "kube",
    "usaha dagang": "ud",
    "perusahaan dagang": "pd",
    "persekutuan komanditer": "cv",
    "perseroan terbatas": "pt",
    "perusahaan terbatas": "pt",
    "disperindag": "dinas perindustrian dan perdagangan",
    "perindag": "perindustrian dan perdagangan",
    "disparbud": "dinas pariwisata dan kebudayaan",
    "parbud": "pariwisata dan kebudayaan",
    "dispar": "dinas pariwisata",
    "diskop": "dinas kop",
    "pemkab": "pemerintah kab",
    "dinkop": "dinas kop",
    "usaha mikro kecil dan menengah": "umkm",
    "usaha mikro kecil menengah": "umkm",
    "kabupaten": "kab",
    "kecamatan": "kec",
    "kelurahan": "kel",
    "provinsi": "prov",
    "propinsi": "prov",
    "desa": "ds",
    "dusun": "dsn",
    "koperasi": "kop",
    "jalan": "jl",
    "regency": "kab",
    "district": "kec",
    "village": "ds",
    "province": "prov",
}
_WRITTEN_OUT: Final = re.compile(
    r"\b(?:" + "|".join(sorted(_SAME, key=lambda long: (-len(long), long))) + r")\b"
)
_INITIALS: Final = re.compile(r"(?<=\b\w)\.(?=\w\b)")

KINDS: Final = {
    "regency": ("kab",),
    "district": ("kec",),
    "village": ("kel", "ds"),
    "agency": ("dinas", "badan", "kantor", "bappeda"),
    "centre": ("sentra",),
    "group": ("kube", "kelompok", "paguyuban", "komunitas"),
    "cooperative": ("kop",),
    "association": ("asosiasi", "himpunan", "forum"),
    "business": ("ud", "cv", "pt", "pd", "toko"),
    "school": ("universitas", "sekolah", "smk", "sma", "politeknik"),
}
_KIND_OF: Final = {word: kind for kind, words in KINDS.items() for word in words}
_IN_PLACES: Final = frozenset(("kab", "kec", "kel", "ds"))
PLACES: Final = frozenset(("regency", "district", "village"))
"""The kinds of those that are places."""
_GENERIC: Final = frozenset(
    {"sentra", "kube", "ud", "cv", "pt", "pd", "kab", "kec", "kel", "ds", "dsn", "prov", "kop"}
    | {"batik", "dinas", "umkm", "industri", "kerajinan", "kelompok", "toko", "usaha", "dan"}
)

# Letters that stand for one sound: the spelling of before 1972 (van Ophuijsen, Soewandi) and what
# is confused in hearing. In the order in which they are replaced.
_SOUNDS: Final = (
    *(("oe", "u"), ("dj", "y"), ("tj", "c"), ("nj", "ny"), ("sj", "s"), ("sy", "s"), ("ch", "k")),
    *(("kh", "k"), ("dh", "d"), ("th", "t"), ("bh", "b"), ("ie", "i"), ("x", "ks"), ("q", "k")),
    *(("j", "y"), ("v", "p"), ("f", "p"), ("z", "s")),
)
_DOUBLED: Final = re.compile(r"(.)\1+")


def fold(name: str) -> str:
    """A name without case, accents, punctuation and variants of writing.

    Folding twice gives what folding once gives: "U.D. Batik Ayu" and "ud batik ayu" are the same.
    """
    bare = name
    if not name.isascii():
        marked = unicodedata.normalize("NFKD", name)
        bare = "".join(char for char in marked if not unicodedata.combining(char))
    words = _INITIALS.sub("", bare.casefold()).replace("&", " dan ")
    return _WRITTEN_OUT.sub(lambda found: _SAME[found[0]], " ".join(re.findall(r"\w+", words)))


def core(folded: str) -> str:
    """The words that tell a folded name from others; all its words when none does."""
    telling = [word for word in folded.split() if word not in _GENERIC]
    return " ".join(telling) or folded


def told_kind(folded: str) -> str | None:
    """The kind of thing that a folded name says it is: regency, village, agency, centre, …"""
    first, last = folded.partition(" ")[0], folded.rpartition(" ")[2]
    english = _KIND_OF.get(last) if last in _IN_PLACES else None  # “Magetan Regency”
    return _KIND_OF.get(first) or english


@lru_cache(maxsize=1 << 18)
def sound(word: str) -> str:
    """A folded word as it sounds: “soerabaja” and “surabaya” are the same."""
    for letters, one in _SOUNDS:
        word = word.replace(letters, one)
    return _DOUBLED.sub(r"\1", word)


def is_generic(word: str) -> bool:
    """Whether a folded word is in too many names to tell one from another."""
    return word in _GENERIC


@dataclass(frozen=True)
class Name:
    """A name in the forms that it is compared in.

    Attributes:
        folded: without case, marks and abbreviations.
        core: its telling words.
        sound: its telling words as they sound.
        kind: what it says it is; None if it does not.
    """

    folded: str
    core: str
    sound: str
    kind: str | None

    @property
    def untold(self) -> bool:
        """Whether none of its words tells it from others."""
        return self.core == self.folded and all(map(is_generic, self.folded.split()))

    @classmethod
    def of(cls, text: str) -> Self:
        """The forms of a name as it was written."""
        folded = fold(text)
        telling = core(folded)
        sounding = " ".join(map(sound, telling.split()))
        return cls(folded, telling, sounding, told_kind(folded))


def numbers_in(folded: str) -> frozenset[str]:
    """The words of a folded name that are numbers: “batik sekar arum 2” has 2."""
    return frozenset(word.lstrip("0") for word in folded.split() if word.isdecimal())


class Key(NamedTuple):
    """What a name can be looked up by: a word by its sound.

    `word` is how it is written; empty where two neighbours were taken for one word.
    """

    sound: str
    word: str


def keys(text: str) -> Iterator[Key]:
    """What a name can be looked up by: its words, and its telling neighbours written as one.

    “Batik Sambung Roso” has batik, sambung, roso and sambungroso.
    """
    return keys_of(fold(text))


def keys_of(folded: str) -> Iterator[Key]:
    """The same of a name that is folded already."""
    before = ""
    for word in folded.split():
        yield Key(sound(word), word)
        if word in _GENERIC:
            before = ""
        else:
            if before:
                yield Key(sound(before + word), "")
            before = word
