"""What a cell chooses: a class, or concepts of schemes, by whatever they are called."""

import re
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from itertools import chain, zip_longest
from typing import Final

from rapidfuzz import fuzz
from rdflib import URIRef

from rembug import terms
from rembug.sources.cells import NotRead
from rembug.sources.columns import Column, Table
from rembug.sources.references import by_commas, hint
from rembug.sources.vocabulary import class_label, classes, concepts, labels, other_names

_NEAREST: Final = 6  # names that are told
_NUMBER: Final = re.compile(r"\d+(?:[.,]\d+)?")
_LONG: Final = 5  # letters of a word that a name may be known by alone
_SHORT: Final = 4  # letters of a word that may stand for such a one
_FEW: Final = 8  # names that are told in the order of their scale


def class_of(table: Table, column: Column, text: str, language: str) -> URIRef:
    """The class that a cell names; raises NotRead, with the nearest names, where there is none."""
    assert isinstance(column.choices, Mapping)
    known = {terms.slug(name): klass for name, klass in column.choices.items()}
    wanted = terms.slug(text)
    if (klass := known.get(wanted) or classes(table.klass).get(wanted)) is None:
        names = dict(list(column.choices.items())[0 if language == "id" else 1 :: 2])
        below, words = classes(table.klass), set(wanted.split("-"))
        others = {k: class_label(k, language) for k in set(below.values()) - {table.klass}}
        called = others | {klass: name for name, klass in names.items()}
        meant = {k for name, k in below.items() if words <= set(name.split("-"))}
        raise _none_of(
            text,
            [*names, *sorted(name for name in others.values() if terms.slug(name) not in known)],
            sorted(called[k] for k in meant if k in called),
        )
    return klass


def chosen(column: Column, text: str, language: str) -> list[URIRef]:
    """The concept that a cell names as a whole, or else those between its commas.

    Raises:
        NotRead: there is none of such a name, or several are; says the nearest.
    """
    try:
        return [_concept(column, text, language)]
    except NotRead as whole:
        if len(some := by_commas(column, text)) > 1:
            try:
                return [_concept(column, part, language) for part in some]
            except NotRead:
                pass
        en, id_ = hint(column, text)
        raise NotRead(whole.words.en + en, whole.words.id + id_) from None


def _concept(column: Column, text: str, language: str) -> URIRef:
    """A concept by its label in either language, or as scheme/concept."""
    assert isinstance(column.choices, tuple)
    among, known, wanted = concepts(column.choices, language), labels(), terms.slug(text)
    named = [c for c in among if c.removeprefix(terms.SCHEME) == text]
    found = (
        named
        or [c for c in among if wanted in map(terms.slug, known[c].values())]
        or sorted(other_names().get(wanted, frozenset()) & set(among))
    )
    if not found:
        raise _none_of(text, [known[c].get(language) or known[c]["id"] for c in among])
    if len(found) > 1:
        names = ", ".join(c.removeprefix(terms.SCHEME) for c in found)
        raise NotRead(
            f"“{text}” is the name of several; write one of {names}",
            f"“{text}” adalah nama beberapa konsep; tulis salah satu dari {names}",
        )
    return found[0]


def _by_a_word(called: str, names: Sequence[str]) -> list[str]:
    """Names of which a word is most like one of a text: “kepercyaan” is like “saling percaya”."""
    by_word: dict[str, list[str]] = {}
    for name in names:
        for word in terms.slug(name).split("-"):
            if len(word) >= _LONG:
                by_word.setdefault(word, []).append(name)
    words = [word for word in dict.fromkeys([called, *called.split("-")]) if len(word) >= _SHORT]
    near = [
        [name for like in get_close_matches(word, by_word, 4, 0.7) for name in by_word[like]]
        for word in words
    ]
    in_turn = chain.from_iterable(zip_longest(*near))  # each word of the text has its say
    return list(dict.fromkeys(filter(None, in_turn)))


def _none_of(text: str, names: Sequence[str], meant: Sequence[str] = ()) -> NotRead:
    """A cell that is none of the names that its column takes, with those that are nearest.

    Args:
        text: what it says.
        names: that its column takes.
        meant: those of them that it may be short for.
    """
    by_slug = {terms.slug(name): name for name in names}
    by_slug |= {terms.slug(name): name for name in meant}
    called = terms.slug(text)[:200]
    close, near = (get_close_matches(called, by_slug, 3, cutoff) for cutoff in (0.8, 0.6))
    likely = [*map(by_slug.get, close), *_by_a_word(called, names), *map(by_slug.get, near)]
    found = list(meant[:4]) or list(dict.fromkeys(filter(None, likely)))[:_NEAREST]
    some = found or list(names)
    if len(some) > _FEW:
        some = sorted(some, key=lambda name: -fuzz.ratio(called, terms.slug(name)))[:_FEW]
    between = "; " if any("," in name for name in some) else ", "
    told = between.join(some) + (f"{between}…" if len(some) < len(names) else "")
    if _NUMBER.fullmatch(text.strip()):
        return NotRead(
            f"“{text}” is a number, and scales differ in what theirs mean; write the word: {told}",
            f"“{text}” berupa angka, padahal arti angka tiap skala berbeda; tulis katanya: {told}",
        )
    if found:
        return NotRead(
            f"“{text}” is none of the names here; nearest are {told}",
            f"“{text}” bukan nama yang dikenal di sini; yang terdekat {told}",
        )
    return NotRead(f"“{text}” is none of {told}", f"“{text}” bukan salah satu dari {told}")
