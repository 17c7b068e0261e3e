"""What is wrong with a SPARQL text that the engine refused, in words, and at which place.

The engine says what it might have read next at the furthest place that it came to, which tells
little to who wrote the text. The faults that people make are looked for here, in the tokens of the
text (SPARQL 1.1 Query, section 19); where none is found, the token that does not fit is named.
"""

import re
from collections.abc import Iterator, Sequence
from difflib import get_close_matches
from itertools import pairwise
from typing import Final, NamedTuple

from rembug import terms
from rembug.errors import QuerySyntaxError, Words, with_cause

_POSITION: Final = re.compile(r"at (\d+):(\d+): ?(.*)", re.DOTALL)
# Whatever is not closed goes to where it must end, so that each character is read once.
_TOKEN: Final = re.compile(
    r"""
    (?P<space>\s++|\#[^\r\n]*+)
    |(?P<iri><[^<>"{}|^`\\\x00-\x20]*+>)
    |(?P<text>\"{3}(?:[^"\\]|\\.|\"{1,2}(?!\"))*+(?:\"{3})?|'{3}(?:[^'\\]|\\.|'{1,2}(?!'))*+(?:'{3})?
      |"(?:[^"\\\n\r]|\\.)*+"?|'(?:[^'\\\n\r]|\\.)*+'?)
    |(?P<variable>[?$]\w++)
    |(?P<name>(?:[^\W\d_][\w.-]*+)?:[\w:.%\\-]*+|_:[\w.-]++)
    |(?P<language>@[A-Za-z]++(?:-[A-Za-z0-9]++)*+|\^\^)
    |(?P<number>\d++(?:\.\d++)?+(?:[eE][+-]?\d++)?+)
    |(?P<word>[^\W\d][\w.-]*+)
    |(?P<sign>&&|\|\||!=|<=|>=|.)
    """,
    re.VERBOSE | re.DOTALL,
)
_QUERIES: Final = ("SELECT", "ASK", "CONSTRUCT", "DESCRIBE")
_UPDATES: Final = (
    *("INSERT", "DELETE", "WITH", "LOAD", "CLEAR", "DROP", "CREATE", "ADD", "MOVE", "COPY"),
)
_AGGREGATES: Final = frozenset(("COUNT", "SUM", "AVG", "MIN", "MAX", "SAMPLE", "GROUP_CONCAT"))
_PAIRS: Final = {"{": "}", "(": ")", "[": "]"}
_TERMS: Final = frozenset(("iri", "text", "variable", "name", "number"))
_SEPARATORS: Final = {".": 0, ";": 1, ",": 2}
_HEADS: Final = ("SELECT", "ORDER", "GROUP", "HAVING", "LIMIT")
_ASIDE: Final = {**dict.fromkeys(_HEADS, "{"), "VALUES": "}"}
_SHORT: Final = 40  # characters of a token that are shown


class _Token(NamedTuple):
    kind: str
    text: str
    start: int

    @property
    def word(self) -> str:
        return self.text.upper() if self.kind == "word" else ""

    def __str__(self) -> str:
        return self.text if len(self.text) <= _SHORT else self.text[:_SHORT] + "…"


class _Fault(NamedTuple):
    start: int
    words: Words


def explained(
    text: str,
    message: str,
    line: int | None = None,
    column: int | None = None,
    *,
    update: bool = False,
) -> QuerySyntaxError:
    """The error of a query or an update that the engine refused.

    Args:
        text: as its caller wrote it.
        message: the engine's, which may say the place.
        line: where the engine stopped, counted from 1, if that is known beside the message.
        column: likewise.
        update: whether it was to be one.
    """
    if found := _POSITION.search(message):
        line, column, message = int(found[1]), int(found[2]), found[3]
    tokens = list(_tokens(text))
    fault = next(filter(None, _looked_for(text, tokens, update=update)), None)
    if fault is None and line is not None and column is not None:
        fault = _misfit(text, tokens, message, line, column)
    if fault is None:
        told = with_cause("it cannot be read", "tidak dapat dibaca", message)
        return QuerySyntaxError(told, line, column)
    before = text[: fault.start]
    start = before.rfind("\n") + 1
    return QuerySyntaxError(fault.words, before.count("\n") + 1, fault.start - start + 1)


def _tokens(text: str) -> Iterator[_Token]:
    for found in _TOKEN.finditer(text):
        kind, told, start = str(found.lastgroup), found[0], found.start()
        if kind in ("word", "name") and told.endswith("."):
            whole = told.rstrip(".")
            yield _Token(kind, whole, start)
            yield _Token("sign", ".", start + len(whole))
        elif kind != "space":
            yield _Token(kind, told, start)


def _looked_for(text: str, tokens: Sequence[_Token], *, update: bool) -> Iterator[_Fault | None]:
    if not tokens:
        yield _Fault(
            0,
            Words(
                "it is empty; a query begins with SELECT, ASK, CONSTRUCT or DESCRIBE",
                "teksnya kosong; kueri dimulai dengan SELECT, ASK, CONSTRUCT, atau DESCRIBE",
            ),
        )
        return
    yield from (_open_text(token) for token in tokens if _is_open(token))
    yield from (_no_iri(text, token) for token in tokens if token.text == "<")
    yield _declarations(tokens, update=update)
    yield _brackets(tokens)
    yield _condition(tokens)
    yield _order(tokens)
    yield _aggregate(tokens)
    yield _four_terms(tokens)


def _is_open(token: _Token) -> bool:
    if token.kind != "text":
        return False
    mark = token.text[0] * (3 if token.text[:3] == token.text[0] * 3 else 1)
    return len(token.text) < 2 * len(mark) or not token.text.endswith(mark)


def _open_text(token: _Token) -> _Fault:
    mark = token.text[0]
    return _Fault(
        token.start,
        Words(
            f"the text that begins with {mark} here does not end on its line; close it with "
            f"{mark}, or write it between {mark * 3} if it has several lines",
            f"teks yang dimulai dengan {mark} di sini tidak berakhir di barisnya; tutup "
            f"dengan {mark}, atau tulis di antara {mark * 3} bila lebih dari sebaris",
        ),
    )


def _declarations(tokens: Sequence[_Token], *, update: bool) -> _Fault | None:
    """A fault of PREFIX, of the word that a text begins with, or a prefix that none declares."""
    declared: set[str] = set()
    begun = False
    skip = -1
    for at, token in enumerate(tokens):
        after = tokens[at + 1] if at + 1 < len(tokens) else None
        if token.word == "PREFIX" and after is not None:
            if after.kind != "name" or not after.text.endswith(":"):
                return _Fault(
                    after.start,
                    Words(
                        "after PREFIX comes a name with a colon, like PREFIX cg: <…>",
                        "setelah PREFIX ada nama dengan titik dua, seperti PREFIX cg: <…>",
                    ),
                )
            declared.add(after.text[:-1])
            skip = at + 1
        elif token.kind == "name" and at != skip and not token.text.startswith("_:"):
            prefix = token.text.partition(":")[0]
            if prefix not in declared:
                iri = terms.PREFIXES.get(prefix, "…")
                return _Fault(
                    token.start,
                    Words(
                        f"the prefix of {token} is not declared; put PREFIX {prefix}: <{iri}> at "
                        "the beginning",
                        f"prefiks {token} belum dideklarasikan; tulis PREFIX {prefix}: <{iri}> di "
                        "awal",
                    ),
                )
        elif token.kind == "word" and token.word != "BASE" and not begun:
            begun = True
            if token.word not in (_UPDATES if update else _QUERIES):
                return _beginning(token, update=update)
    return None


def _beginning(token: _Token, *, update: bool) -> _Fault:
    if token.word in _QUERIES:
        told = Words("this is a query, not an update", "ini kueri, bukan pembaruan")
    elif token.word in _UPDATES:
        told = Words(
            "this is an update; send it to /update, with a token",
            "ini pembaruan; kirim ke /update, dengan token",
        )
    else:
        forms = _UPDATES if update else _QUERIES
        known = (*forms, "PREFIX", "BASE")
        near = get_close_matches(token.word[:_SHORT], known, 1, 0.6) or [", ".join(forms)]
        told = Words(
            f"it cannot begin with “{token}”; is {near[0]} meant?",
            f"tidak dapat dimulai dengan “{token}”; maksudnya {near[0]}?",
        )
    return _Fault(token.start, told)


def _condition(tokens: Sequence[_Token]) -> _Fault | None:
    """A FILTER whose condition has no brackets (Constraint, section 19.8)."""
    for token, after in pairwise(tokens):
        if token.word in ("FILTER", "HAVING") and after.kind in ("variable", "text", "number"):
            return _Fault(
                after.start,
                Words(
                    f"write the condition of {token.word} in brackets",
                    f"syarat {token.word} ditulis dalam kurung",
                ),
            )
    return None


def _order(tokens: Sequence[_Token]) -> _Fault | None:
    """GROUP BY, HAVING, ORDER BY, LIMIT and OFFSET in another order (section 18.2.4, 19.8)."""
    last, ranks = "", {"GROUP": 0, "HAVING": 1, "ORDER": 2, "LIMIT": 3, "OFFSET": 3}
    for token in tokens:
        if token.text in ("{", "}"):
            last = ""
        elif (word := token.word) in ranks:
            if last and ranks[word] < ranks[last]:
                return _Fault(
                    token.start,
                    Words(f"{word} comes before {last}", f"{word} ditulis sebelum {last}"),
                )
            last = word
    return None


def _no_iri(text: str, token: _Token) -> _Fault | None:
    """A `<` that begins what is meant for an IRI and is none; where it compares, it is none."""
    rest = text[token.start + 1 : token.start + 400]
    inside = rest.partition(">")[0]
    if ">" not in rest or ":" not in inside or "\n" in inside or inside[:1].isspace():
        return None
    return _Fault(
        token.start,
        Words(
            f"<{inside}> is not an IRI; blanks, quotes and brackets are written like %20",
            f"<{inside}> bukan IRI; spasi, tanda kutip, dan kurung ditulis seperti %20",
        ),
    )


def _brackets(tokens: Sequence[_Token]) -> _Fault | None:
    opened: list[_Token] = []
    for token in tokens:
        if token.kind != "sign":
            continue
        if token.text in _PAIRS:
            opened.append(token)
        elif token.text in _PAIRS.values():
            if not opened:
                return _Fault(
                    token.start,
                    Words(f"this {token} closes nothing", f"{token} ini tidak menutup apa pun"),
                )
            if (needed := _PAIRS[opened[-1].text]) != token.text:
                return _Fault(
                    token.start,
                    Words(
                        f"close the {opened[-1]} with a {needed} before this {token}",
                        f"{opened[-1]} harus ditutup {needed} sebelum {token} ini",
                    ),
                )
            opened.pop()
    return _unclosed(opened[-1]) if opened else None


def _unclosed(token: _Token) -> _Fault:
    needed = _PAIRS[token.text]
    return _Fault(
        token.start,
        Words(
            f"this {token} is not closed; a {needed} is missing",
            f"{token} di sini tidak ditutup; kurang satu {needed}",
        ),
    )


def _aggregate(tokens: Sequence[_Token]) -> _Fault | None:
    """An aggregate among the variables of SELECT without brackets and a name (section 18.2.4.1)."""
    selecting = False
    for at, token in enumerate(tokens):
        if token.word == "SELECT":
            selecting = True
        elif token.word in ("WHERE", "FROM") or token.text == "{":
            selecting = False
        elif selecting and token.word in _AGGREGATES and tokens[at - 1].text != "(":
            inside = tokens[at - 1].text in ("*", "+", "-", "/", ",")
            if not inside:
                return _Fault(
                    token.start,
                    Words(
                        f"write {token.word} in brackets with a name: "
                        f"({token.word}(?x) AS ?number)",
                        f"{token.word} ditulis dalam kurung dengan nama: "
                        f"({token.word}(?x) AS ?jumlah)",
                    ),
                )
    return None


def _four_terms(tokens: Sequence[_Token]) -> _Fault | None:
    """A term that follows a whole triple: what parts the two is missing."""
    terms_, round_, aside = 0, 0, "{"  # up to which sign it is about something else than triples
    for before, token in pairwise(tokens):
        sign = token.text if token.kind == "sign" else ""
        if aside and sign != aside:
            continue
        if sign in ("(", "[", ")", "]"):
            round_ += 1 if sign in ("(", "[") else -1
        elif sign in ("{", "}"):
            terms_, aside = 0, ""
        elif token.word in _ASIDE:
            terms_, aside = 0, _ASIDE[token.word]
        elif round_ > 0 or token.kind == "language" or before.text == "^^":
            continue
        elif sign in _SEPARATORS:
            terms_ = _SEPARATORS[sign]
        elif sign in ("/", "|"):
            terms_ -= 1
        elif token.kind in _TERMS or token.word in ("A", "TRUE", "FALSE"):
            terms_ += 1
            if terms_ == 4:
                return _Fault(
                    token.start,
                    Words(
                        f"a triple ends before {token}; put a . before it, or a ; if it goes on "
                        "about the same subject",
                        f"sebuah tripel selesai sebelum {token}; beri . sebelumnya, atau ; bila "
                        "subjeknya sama",
                    ),
                )
        elif token.kind == "word":
            terms_ = 0
    return None


def _misfit(
    text: str, tokens: Sequence[_Token], message: str, line: int, column: int
) -> _Fault | None:
    """The token at which the engine stopped."""
    if "contains a variable that is unbound" in message:
        return _Fault(
            tokens[0].start,
            Words(
                "a variable after SELECT is neither in GROUP BY nor inside an aggregate such as "
                "COUNT",
                "ada variabel setelah SELECT yang tidak ada di GROUP BY dan tidak di dalam agregat "
                "seperti COUNT",
            ),
        )
    lines = text.splitlines(keepends=True)
    if not 1 <= line <= len(lines) + 1:  # it may stop at the line after the last
        return None
    place = sum(map(len, lines[: line - 1])) + column - 1
    before = [token for token in tokens if token.start < place]
    after = [token for token in tokens if token.start >= place]
    if not after:
        last = before[-1]
        if last.text == "}":  # brackets match, so it is what stands inside them
            return _Fault(
                last.start,
                Words(
                    "something is missing before this }; a triple has a subject, a property and "
                    "an object",
                    "ada yang kurang sebelum } ini; sebuah tripel memiliki subjek, properti, dan "
                    "objek",
                ),
            )
        return _Fault(
            last.start,
            Words(
                f"it ends too early, after “{last}”",
                f"teksnya berakhir terlalu dini, setelah “{last}”",
            ),
        )
    en, id_ = f"“{after[0]}” does not fit here", f"“{after[0]}” tidak cocok di sini"
    if before:
        en, id_ = f"{en}, after “{before[-1]}”", f"{id_}, setelah “{before[-1]}”"
    return _Fault(after[0].start, Words(en, id_))
