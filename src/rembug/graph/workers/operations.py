"""The operations of an update: where each stands in the text, and over what it is to be run."""

import enum
import re
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from rembug.graph.workers.using_clauses import TOKEN

_MANAGING: Final = frozenset(("CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY", "LOAD"))
_DECLARING: Final = ("PREFIX", "BASE")
_VISIBLE: Final = re.compile(r"[^\n]")


class How(enum.Enum):
    """What operations are run over."""

    AS_STORED = enum.auto()
    """The graphs as they are: operations on graphs as wholes, and data of graphs that they name."""
    OVER_THE_MERGE = enum.auto()
    """The merge alone: what names no graph. Several can be run at once."""
    ALONE = enum.auto()
    """The merge and named graphs, which does not show in the merge before the next is run."""


class Parts(NamedTuple):
    """Where the parts of an operation stand.

    Attributes:
        templates: from where to where each of what it deletes and inserts does, its word first.
        deletes: whether one is deleted.
        inserts: whether one is inserted.
        pattern: where the word before its pattern begins; None where it has none.
    """

    templates: Sequence[tuple[int, int]]
    deletes: bool
    inserts: bool
    pattern: int | None

    @classmethod
    def of(cls, text: str) -> "Parts":
        """Read an operation that the engine has taken already."""
        depth, begun, words = 0, None, set[str]()
        templates: list[tuple[int, int]] = []
        pattern = None
        for token in TOKEN.finditer(text):
            if brace := token["brace"]:
                depth += 1 if brace == "{" else -1
                if depth == 0 and begun is not None:
                    templates.append((begun, token.end()))
                    begun = None
            elif depth == 0 and (word := (token["word"] or "").upper()):
                if word in ("DELETE", "INSERT"):
                    begun = token.start()
                    words.add(word)
                elif word == "WHERE":
                    pattern = token.start()
                    if begun is not None:  # DELETE WHERE, whose pattern is the template
                        templates.append((begun, pattern))
                        begun = None
        return cls(templates, "DELETE" in words, "INSERT" in words, pattern)


def runs(update: str, *, each: bool = False) -> Iterator[tuple[str, How]]:
    """The operations of an update, each by itself, or as many at a time as can be run at once.

    Each text is as long as the update up to there, with blanks for what was run before, so that an
    error has its place; declarations stay, which hold for all that follows (§3: one prologue).
    """
    found = list(_operations(update))
    if not found:
        yield update, How.AS_STORED  # the engine says what it makes of it
    shadow, at = "", 0
    begun: tuple[int, How] | None = None
    for number, (start, head, last, how, _) in enumerate(found):
        shadow += _VISIBLE.sub(" ", update[at:start]) + update[start:head]
        head, _ = begun = begun or (head, how)
        following = found[number + 1][3] if number + 1 < len(found) else None
        if each or how is How.ALONE or how is not following:
            yield shadow[:head] + update[head:last], how
            begun = None
        shadow, at = shadow + _VISIBLE.sub(" ", update[len(shadow) : last]), last


def is_any_in(update: str) -> bool:
    """Whether an update has an operation."""
    return next(_operations(update), None) is not None


class Kind(enum.Enum):
    """What an operation says: data to be inserted or deleted, or templates and a pattern."""

    INSERT_DATA = enum.auto()
    DELETE_DATA = enum.auto()
    PATTERN = enum.auto()


def kinds(update: str) -> list[Kind]:
    """Of each operation what it says; none where one is an operation on graphs as wholes."""
    found = [words for *_, words in _operations(update)]
    if any(words[0] not in ("INSERT", "DELETE", "WITH") for words in found):
        return []
    return [_kind(words) for words in found]


def _kind(words: Sequence[str]) -> Kind:
    if words[1:2] != ["DATA"]:
        return Kind.PATTERN
    return Kind.INSERT_DATA if words[0] == "INSERT" else Kind.DELETE_DATA


def _operations(update: str) -> Iterator[tuple[int, int, int, How, list[str]]]:
    """Of each operation: where its declarations begin, where it begins and ends, how, and words."""
    start = head = depth = named = 0
    words: list[str] = []
    for token in TOKEN.finditer(update):
        if brace := token["brace"]:
            depth += 1 if brace == "{" else -1
        elif token["end"] and depth == 0:
            if words:
                yield start, head, token.start(), _how(words, named), words
            start, named, words = token.end(), 0, []
        elif word := (token["word"] or "").upper():
            if words or (depth == 0 and word not in _DECLARING):
                head = head if words else token.start()
                words.append(word)
        elif depth == 1 and not token[0].startswith("#"):
            named += 1
    if words:
        yield start, head, len(update), _how(words, named), words


def _how(words: Sequence[str], named: int) -> How:
    """By the words of an operation, and how many names are in it at the first level of braces."""
    if words[0] in _MANAGING:
        return How.AS_STORED
    if "GRAPH" not in words and "WITH" not in words:
        return How.OVER_THE_MERGE
    # In data, every name at that level is a graph's if there are as many as words that say so.
    by_name_alone = words[1:2] == ["DATA"] and words.count("GRAPH") == named
    return How.AS_STORED if by_name_alone else How.ALONE
