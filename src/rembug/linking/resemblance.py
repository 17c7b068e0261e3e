"""How like two names are, and why: the score that a person or a program is told, with its reasons.

Names are compared letter by letter (`rapidfuzz`, normalised indel distance), whatever the order of
their words, in the forms of `rembug.names`. The telling words count three times the whole name,
since half of all names here begin with the same few words.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from rapidfuzz import fuzz

from rembug.names import Name, numbers_in

SURE: Final = 0.92
"""From this score on, and with this much before every other, a thing is taken for the same."""
AHEAD: Final = 0.05
WORTH: Final = 0.5
"""What is less like than this is not worth telling anybody."""

TELLING: Final = 0.75
BY_SOUND, JOINED = 0.98, 0.96  # of what the same letters are worth
PART: Final = (0.5, 0.45)
"""What a part of a name is worth at least, and more the more of it that is."""
PART_UNTOLD: Final = (0.5, 0.2)
OTHER_KIND: Final = 0.8
OTHER_NUMBER: Final = 0.8  # “Batik Sekar Arum 1” and “2” are two
WITH_PLACE: Final = 0.97  # of what a name without its place is worth

Feature = float | bool


@dataclass(frozen=True)
class Resemblance:
    """How like two names are.

    Attributes:
        score: from 0 to 1; 1 is the same but for writing.
        features: what went into it, by name.
    """

    score: float
    features: dict[str, Feature]


@lru_cache(maxsize=1 << 18)
def name(text: str) -> Name:
    """The forms of a name, remembered."""
    return Name.of(text)


def compare(one: Name, other: Name) -> Resemblance:
    """How like two names are.

    Features: `whole` and `telling` (letters of the whole name and of its telling words), `sound`
    (of how those sound), `part` (how far one is a part of the other), `other_kind` (whether they
    say that they are of different kinds, such as an agency and a craft centre) and, where both have
    numbers that are not the same, `other_number`. A name without a telling word (“Dinas Koperasi”)
    is looked for as a part of whole names, and is never proposed for that alone.
    """
    if one.folded == other.folded:
        return Resemblance(1.0, {"whole": 1.0, "telling": 1.0, "sound": 1.0, "other_kind": False})
    whole = _likeness(one.folded, other.folded)
    telling = _likeness(one.core, other.core)
    sounds = one.sound != one.core or other.sound != other.core
    sound = _likeness(one.sound, other.sound) if sounds else telling
    joined = sound
    if " " in one.sound or " " in other.sound:
        joined = fuzz.ratio(one.sound.replace(" ", ""), other.sound.replace(" ", "")) / 100
    best = max(telling, BY_SOUND * sound, JOINED * joined)
    score = TELLING * best + (1 - TELLING) * whole
    part, untold = _part(one, other), one.untold or other.untold
    score = score if untold else max(score, part)
    differ = one.kind is not None and other.kind is not None and one.kind != other.kind
    if differ:
        score *= OTHER_KIND
    if untold:  # what one says of its kind is in the other, too
        score = max(score, part)
    features: dict[str, Feature] = {
        "whole": round(whole, 3),
        "telling": round(telling, 3),
        "sound": round(max(sound, joined), 3),
        "part": round(part, 3),
        "other_kind": differ,
    }
    if (numbers := numbers_in(one.folded)) and (its := numbers_in(other.folded)) and numbers != its:
        score *= OTHER_NUMBER
        features["other_number"] = True
    return Resemblance(round(score, 4), features)


def _part(one: Name, other: Name) -> float:
    """How far one name is a part of the other."""
    untold = one.untold or other.untold
    mine, its = (one.folded, other.folded) if untold else (one.core, other.core)
    shorter, longer = sorted((distinct(mine), distinct(its)))
    least, more = PART_UNTOLD if untold else PART
    return fuzz.token_set_ratio(mine, its) / 100 * (least + more * shorter / (longer or 1))


def distinct(core: str) -> int:
    """How long the different words of a name are together: those that can be parts of another."""
    return len(" ".join(dict.fromkeys(core.split())))


def likest(sought: Name, texts: Iterable[str]) -> Resemblance:
    """How like a name is to a thing's: to the one of its names that it is likest to.

    What any of its names says of its kind holds for the thing.
    """
    names = [name(text) for text in texts]
    best = max((compare(sought, one) for one in names), key=_score)
    kinds = {one.kind for one in names if one.kind is not None}
    if sought.kind is None or not kinds or sought.kind in kinds or best.features["other_kind"]:
        return best
    score = round(best.score * OTHER_KIND, 4)
    return Resemblance(score, {**best.features, "other_kind": True})


def without_place(
    sought: Name, texts: Iterable[str], places: Iterable[str], found: Resemblance
) -> Resemblance:
    """How like a name is to a thing's, if the place that the thing is in is left out of it.

    Args:
        sought: the name.
        texts: the thing's names.
        places: names of the places that it is in.
        found: how like they are with the place in it; what comes back if that is more.
    """
    if found.score >= SURE:
        return found
    words = {word for place in places for word in name(place).folded.split()}
    rest = " ".join(word for word in sought.folded.split() if word not in words)
    if not rest or rest == sought.folded:
        return found
    placed = likest(name(rest), texts)
    score = round(WITH_PLACE * placed.score, 4)
    if score <= found.score:
        return found
    return Resemblance(score, {**placed.features, "place": True})


def _score(one: Resemblance) -> float:
    return one.score


def _likeness(one: str, other: str) -> float:
    """Of letters, in their order or in that of the sorted words."""
    found = fuzz.ratio(one, other)
    if " " in one or " " in other:
        found = max(found, fuzz.token_sort_ratio(one, other))
    return found / 100
