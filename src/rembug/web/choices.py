"""What is chosen of a list, as its URL says it and as the index knows it."""

import re
from collections.abc import Mapping, Sequence
from typing import Final

from rembug import terms
from rembug.errors import BadParameter, Words

_SHORT: Final[Mapping[str, str]] = {
    **dict.fromkeys(("aspect", "rating", "stance", "access", "confidence"), str(terms.SCHEME)),
    **dict.fromkeys(("kind", "sector"), str(terms.CG)),
    **dict.fromkeys(
        ("source", "leader", "issuer", "binds", "place", "about", "voice", "thing"), str(terms.ID)
    ),
}
_PLAIN: Final = {
    "year": re.compile(r"\d{4}", re.ASCII),
    "synthetic": re.compile("true|false"),
    "advice": re.compile("true|false"),
    "support": re.compile("none|some|several|unseen|triangulated|contested"),
    "sustainability": re.compile("none|against|contested"),
}
_WANTED: Final = {
    "year": Words("a year such as 2023", "tahun seperti 2023"),
    "synthetic": Words("true or false", "true atau false"),
    "advice": Words("true or false", "true atau false"),
    "support": Words(
        "none, some, several, unseen, triangulated or contested",
        "none, some, several, unseen, triangulated, atau contested",
    ),
    "sustainability": Words("none, against or contested", "none, against, atau contested"),
}
WITHOUT: Final = {"stance": "none"}
"""What stands for no value of a facet, of those that tell what has none."""
_NAME: Final = re.compile(r"[A-Za-z0-9][\w.%-]{0,200}(?:/[\w.%-]{1,200}){0,4}", re.ASCII)
_IRI: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,20}:[^\x00-\x20<>\"{}|^`\\]{1,2000}")
_MOST: Final = 50


def value(facet: str, text: str) -> str:
    """The value of a facet that a caller's text stands for: an IRI, in full or short, or a word.

    Raises:
        BadParameter: it stands for none.
    """
    if facet in _PLAIN:
        if _PLAIN[facet].fullmatch(text):
            return text
        wanted = _WANTED[facet]
        raise BadParameter(
            Words(
                f"{facet}={text!r} does not fit: the facet takes {wanted.en}",
                f"{facet}={text!r} tidak cocok: saringan ini memerlukan {wanted.id}",
            )
        )
    if text == WITHOUT.get(facet):
        return text
    if _NAME.fullmatch(text):
        if facet == "study":
            return str(terms.study(text))
        inside = f"{facet}/" if _SHORT[facet] == str(terms.SCHEME) and "/" not in text else ""
        return _SHORT[facet] + inside + text
    if _IRI.fullmatch(text):
        return text
    raise BadParameter(
        Words(
            f"{facet}={text!r} does not fit: the facet takes an IRI or a short name",
            f"{facet}={text!r} tidak cocok: saringan ini memerlukan IRI atau nama singkat",
        )
    )


def short(facet: str, value: str) -> str:
    """The shortest text that stands for a value of a facet."""
    text = value
    if facet == "study":
        slug = terms.study_of(value)
        text = slug if slug and str(terms.study(slug)) == value else value
    elif facet not in _PLAIN:
        text = value.removeprefix(_SHORT[facet])
    return text if text == value or _NAME.fullmatch(text) else value


def chosen(facets: Sequence[str], arguments: Mapping[str, Sequence[str]]) -> dict[str, list[str]]:
    """The values of each facet that a request chooses, each once.

    Raises:
        BadParameter: a text stands for no value, or there are too many of them.
    """
    found = {}
    for facet in facets:
        texts = [text for text in arguments.get(facet, ()) if text]
        if len(texts) > _MOST:
            raise BadParameter(
                Words(
                    f"{facet} has {len(texts)} values; at most {_MOST} can be chosen",
                    f"{facet} memiliki {len(texts)} nilai; paling banyak {_MOST} dapat dipilih",
                )
            )
        if texts:
            found[facet] = list(dict.fromkeys(value(facet, text) for text in texts))
    return found
