"""Indonesian names of bodies and places, folded so that the same name compares equal."""

import re
import unicodedata
from typing import Final

# Written out → one short form. Only pairs that stand for the same words; longest first.
_SAME: Final = (
    ("kelompok usaha bersama", "kube"),
    ("usaha dagang", "ud"),
    ("perseroan terbatas", "pt"),
    ("perusahaan terbatas", "pt"),
    ("dinas perindustrian dan perdagangan", "disperindag"),
    ("dinas pariwisata dan kebudayaan", "disparbud"),
    ("kabupaten", "kab"),
    ("kecamatan", "kec"),
    ("kelurahan", "kel"),
    ("provinsi", "prov"),
    ("desa", "ds"),
    ("koperasi", "kop"),
)
_KINDS: Final = {"kab": "regency", "kec": "district", "kel": "village", "ds": "village"}
_GENERIC: Final = frozenset(
    {"sentra", "kube", "ud", "cv", "pt", "kab", "kec", "kel", "ds", "prov", "kop"}
    | {"batik", "dinas", "umkm", "industri", "kerajinan", "kelompok"}
)


def fold(name: str) -> str:
    """A name without case, accents, punctuation and variants of writing.

    Folding twice gives what folding once gives: "U.D. Batik Ayu" and "ud batik ayu" are the same.
    """
    bare = "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))
    words = re.sub(r"(?<=\b\w)\.(?=\w\b)", "", bare.casefold())
    text = " ".join(re.findall(r"\w+", words))
    for long, short in _SAME:
        text = re.sub(rf"\b{long}\b", short, text)
    return text


def core(folded: str) -> str:
    """The words that tell a folded name from others; all its words when none does."""
    telling = [word for word in folded.split() if word not in _GENERIC]
    return " ".join(telling) or folded


def told_kind(folded: str) -> str | None:
    """The kind of place that a folded name says it is: regency, district, village."""
    first = folded.partition(" ")[0]
    return _KINDS.get(first)
