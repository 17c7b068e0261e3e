"""Why a query finds nothing: parts of its pattern without any one of which it would find some."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Final

from rembug.errors import QuerySyntaxError
from rembug.web.context import in_time, solutions
from rembug.web.hints import in_words

# Comments, IRIs and strings are stepped over (SPARQL 1.1 §19.8).
_TOKEN: Final = re.compile(
    r"""(?P<comment>\#[^\n\r]*)
      | <[^\x00-\x20<>"{}|^`\\]*>
      | "(?:[^"\\\n\r]|\\.)*+"? | '(?:[^'\\\n\r]|\\.)*+'?
      | [?$]\w+ | @[\w-]+
      | (?:(?<![\w.-])[^\W\d][\w.-]*+)?:(?:[\w%:](?:[\w%:-]|\.(?=[\w%:-])|\\.)*+)?
      | \d+(?:\.\d+)?
      | (?P<word>[A-Za-z]+)
      | (?P<sign>\S)""",
    re.VERBOSE,
)
_QUERY: Final = frozenset({"SELECT", "ASK", "CONSTRUCT", "DESCRIBE"})
_BLOCK: Final = frozenset({"OPTIONAL", "MINUS", "GRAPH", "SERVICE", "UNION", "VALUES"})
_BRACKETS: Final = {"(": ")", "[": "]", "{": "}"}
_LONGEST: Final = 20_000  # characters of a query that is looked at
_MOST: Final = 12  # parts that are tried


@dataclass(frozen=True)
class Part:
    """A part of a query's pattern, the query without it, and what people call what it names."""

    text: str
    query: str
    words: Sequence[str] = ()


@dataclass(frozen=True)
class _Token:
    text: str
    start: int
    end: int
    word: str


def blocking(query: str) -> list[Part]:
    """The parts of a query that finds nothing without any one of which something is found.

    Each is tried within the caller's limits; nothing more is tried once one comes too late.
    """
    found = []
    for part, pattern in islice(_tried(query), _MOST):
        try:
            rows = in_time(lambda text=pattern: solutions(text))  # type: ignore[misc]
        except QuerySyntaxError:
            continue  # the rest does not stand by itself
        if rows.late:
            break
        if len(rows) and rows.variables:  # what binds nothing has a solution all the same
            found.append(replace(part, words=in_words(query, part.text)))
    return found


def parts(query: str) -> list[Part]:
    """The parts of the outermost pattern that may leave nothing, each with the query without it."""
    return [part for part, _ in _tried(query)]


def _tried(query: str) -> Iterator[tuple[Part, str]]:
    """The parts, each with a query that asks for one solution of the pattern without it."""
    tokens = [] if len(query) > _LONGEST else list(_tokens(query))
    opened = next((n for n, token in enumerate(tokens) if token.text == "{"), None)
    begun = next((token.start for token in tokens if token.word in _QUERY), None)
    if opened is None or begun is None or tokens[opened].start < begun:
        return
    if any(token.word == "CONSTRUCT" for token in tokens[:opened]):
        opened = _closing(tokens, opened) + 1  # what is made, not what is looked for
        opened += next((n for n, t in enumerate(tokens[opened:]) if t.text == "{"), len(tokens))
    closed = _closing(tokens, opened)
    if closed >= len(tokens):
        return
    before = query[:begun] + "SELECT * " + _dataset(query, tokens[:opened]) + "WHERE "
    start, end = tokens[opened].start, tokens[closed].end
    for first, last in _spans(tokens[opened + 1 : closed]):
        rest = query[:first] + " " + query[last:]
        pattern = query[start:first] + " " + query[last:end]
        part = Part(" ".join(query[first:last].split()).strip(" ;."), rest)
        yield part, f"{before}{pattern} LIMIT 1"
    after = query[end:].strip()
    if re.search(r"\bHAVING\b|\bOFFSET\b", after, re.IGNORECASE):
        yield Part(after, query[:end]), f"{before}{query[start:end]} LIMIT 1"


def _tokens(query: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(query):
        if found["comment"] is None:
            yield _Token(found[0], found.start(), found.end(), (found["word"] or "").upper())


def _dataset(query: str, tokens: Sequence[_Token]) -> str:
    """The FROM clauses before a pattern."""
    begun = next((token.start for token in tokens if token.word == "FROM"), None)
    if begun is None:
        return ""
    last = max(token.end for token in tokens if token.text.startswith("<") or ":" in token.text)
    return query[begun:last] + " "


def _closing(tokens: Sequence[_Token], opened: int) -> int:
    """Where the bracket that opens at a place is closed; the number of tokens if it is not."""
    if opened >= len(tokens):
        return len(tokens)
    depth, pair = 0, (tokens[opened].text, _BRACKETS[tokens[opened].text])
    for number in range(opened, len(tokens)):
        if tokens[number].text in pair:
            depth += 1 if tokens[number].text == pair[0] else -1
            if not depth:
                return number
    return len(tokens)


def _units(tokens: Sequence[_Token]) -> Iterator[tuple[int, int]]:
    """Tokens as they stand side by side, those in brackets together: first and last of each."""
    number = 0
    while number < len(tokens):
        last = number
        if tokens[number].text in _BRACKETS:
            last = min(_closing(tokens, number), len(tokens) - 1)
        yield number, last
        number = last + 1


def _spans(tokens: Sequence[_Token]) -> Iterator[tuple[int, int]]:
    """From where to where each part of a group stands that may leave nothing (SPARQL 1.1 §5.2)."""
    statement: list[tuple[int, int]] = []
    block: list[tuple[int, int]] = []
    kind = ""
    for unit in _units(tokens):
        token = tokens[unit[0]]
        if block:
            goes_on = token.word == "UNION" or (kind == "UNION" and token.text == "{")
            ended = tokens[block[-1][0]].text in ("{", "(") and kind != ""
            if not ended or goes_on:
                block.append(unit)
                kind = "UNION" if token.word == "UNION" else kind
                continue
            yield from _block(tokens, block, kind)
            block, kind = [], ""
        if token.word in _BLOCK or token.word in ("FILTER", "BIND") or token.text == "{":
            yield from _statement(tokens, statement)
            statement, block, kind = [], [unit], token.word or "{"
        elif token.text == ".":
            yield from _statement(tokens, [*statement, unit])
            statement = []
        else:
            statement.append(unit)
    if block:
        yield from _block(tokens, block, kind)
    yield from _statement(tokens, statement)


def _block(
    tokens: Sequence[_Token], units: Sequence[tuple[int, int]], kind: str
) -> Iterator[tuple[int, int]]:
    """A block, unless it can leave nothing out, as OPTIONAL and BIND do."""
    if kind not in ("OPTIONAL", "BIND"):
        yield tokens[units[0][0]].start, tokens[units[-1][1]].end


def _statement(
    tokens: Sequence[_Token], units: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """The properties of a subject, one by one; the only one with its subject."""
    ends = [n for n, unit in enumerate(units) if tokens[unit[0]].text == ";"]
    stop = len(units) - (tokens[units[-1][0]].text == ".") if units else 0
    if stop < 3 or (ends and ends[0] < 3):
        return
    if not [end for end in ends if end < stop - 1]:
        yield tokens[units[0][0]].start, tokens[units[-1][1]].end
        return
    yield tokens[units[1][0]].start, tokens[units[ends[0]][1]].end
    for number, end in enumerate(ends):
        upto = ends[number + 1] if number + 1 < len(ends) else stop
        if upto > end + 1:
            yield tokens[units[end][0]].start, tokens[units[upto - 1][1]].end
