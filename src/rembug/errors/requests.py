"""What is wrong with a request: a name, a value, a format, or who asks."""

from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from typing import Final

from rembug.errors.root import RembugError, Words

_LONGEST_NAME: Final = 200  # characters; comparing costs their square

_NEAR: Final = 3

_ALIKE: Final = 0.6  # of 1


KINDS: Final = {
    "study": "studi",
    "framework": "kerangka",
    "program or collaboration": "program atau kolaborasi",
    "element": "unsur",
    "region": "wilayah",
    "query": "pertanyaan",
    "concept": "konsep",
    "thing": "hal",
    "term": "istilah",
    "property": "properti",
    "type": "jenis",
    "kind": "jenis",
    "format": "format",
    "graph": "graf",
    "table": "tabel",
    "dataset": "himpunan data",
    "linked dataset": "himpunan data tertaut",
    "facet": "saringan",
    "parameter": "parameter",
    "token": "token",
    "sitemap": "peta situs",
    "informant": "informan",
    "submission": "kiriman",
    "staged upload": "unggahan yang menunggu",
    "version that is kept": "versi yang masih disimpan",
}
"""What can be unknown, in Indonesian."""


class BadParameter(RembugError):
    """A value that does not fit the parameter it was given for."""

    exit_code = 2


class UnknownName(RembugError):
    """A name that nothing has, with the nearest ones that exist."""

    exit_code = 2
    http_status = 404

    def __init__(
        self, kind: str, name: str, known: Iterable[str], meant: Iterable[str] = ()
    ) -> None:
        """Name what there is.

        Args:
            kind: what is looked for, in English, as `KINDS` has it.
            name: as somebody wrote it.
            known: what there is of the kind.
            meant: of these what is called so otherwise than by its name.
        """
        names, of = sorted(known), KINDS.get(kind, f"“{kind}”")
        near = _nearest(name[:_LONGEST_NAME], names)
        self.nearest = list(dict.fromkeys([*sorted(meant), *near]))[:_NEAR]
        if self.nearest:
            en = "did you mean " + " or ".join(self.nearest) + "?"
            id_ = "maksudnya " + " atau ".join(self.nearest) + "?"
        elif names:
            some = ", ".join(names[:8]) + (", …" if len(names) > 8 else "")
            en, id_ = f"known are: {some}", f"yang ada: {some}"
        else:
            en, id_ = f"there is no {kind} yet", f"belum ada {of}"
        shown = name if len(name) <= _LONGEST_NAME else name[:_LONGEST_NAME] + "…"
        super().__init__(
            Words(
                f"no {kind} is named “{shown}”; {en}",
                f"tidak ada {of} bernama “{shown}”; {id_}",
            )
        )


def _nearest(name: str, known: Sequence[str]) -> list[str]:
    """Those of some names that are most like one: its last part, the words in any order.

    What stands before the last slash is the same for many, and would make all of them alike.
    """
    found: dict[str, None] = {}
    for way in (_last, _sorted_words):
        called: dict[str, list[str]] = {}
        for one in known:
            called.setdefault(way(one), []).append(one)
        for match in get_close_matches(way(name), called, n=_NEAR, cutoff=_ALIKE):
            found.update(dict.fromkeys(called[match]))
    if word := _last(name):  # what has it for one of its words
        found.update(dict.fromkeys(one for one in known if word in _sorted_words(one).split("-")))
    return list(found)[:_NEAR]


def _last(name: str) -> str:
    return name.rstrip("/").rpartition("/")[2].casefold()


def _sorted_words(name: str) -> str:
    return "-".join(sorted(_last(name).replace("_", "-").split("-")))


class NothingToWrite(RembugError):
    """A study that is there, and has nothing of what is to be written of it."""

    exit_code = 2
    http_status = 404


class Forbidden(RembugError):
    """Something the caller may not do, whoever asks nicely."""

    http_status = 403


class Unauthorized(RembugError):
    """A token is missing, or nobody knows it."""

    http_status = 401


class Unsupported(RembugError):
    """A body of a type, an encoding or a charset that is not read."""

    exit_code = 2
    http_status = 415


class NotAcceptable(RembugError):
    """No format in common between what the caller reads and what the answer can be written in."""

    exit_code = 2
    http_status = 406
