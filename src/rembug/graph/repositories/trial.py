"""What a server can be trusted with: questions whose answers are known, and what it made of them.

A question that was tried is known by its text, whatever the values of its parameters. Any other
text is trusted when every construct in it was tried, and it does not use all the constructs of a
case that the server answered otherwise: what one construct breaks, it may break here too.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import pyoxigraph as ox

from rembug.errors import RembugError
from rembug.graph.model import Row, Rows, Term

_TOKEN: Final = re.compile(
    r"""(?P<skip>\#[^\n\r]*)
      | (?P<iri><[^\x00-\x20<>"{}|^`\\]*>)
      | (?P<long>'''|\"\"\")
      | (?P<string>"(?:[^"\\\n\r]|\\.)*+"?|'(?:[^'\\\n\r]|\\.)*+'?)
      | (?P<language>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
      | (?P<variable>[?$]\w+)
      | (?P<blank>_:[\w.-]+)
      | (?P<prefixed>(?<![\w-])[\w-]*+:[\w%/-]*(?:\.[\w%/-]+)*)
      | (?P<number>\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)
      | (?P<word>[A-Za-z_][\w-]*)
      | (?P<sign>\^\^|\|\||&&|!=|<=|>=|[^\s{}().,;])""",
    re.VERBOSE,
)
_FORMS: Final = ("SELECT", "ASK", "CONSTRUCT")
_PARTS: Final = frozenset({"PREFIX", "BASE", "WHERE", "A"})
_OPENS: Final = re.compile(r"\s*\(")
_SCHEME: Final = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")
_BLANK: Final = re.compile(r"_:\S+")
_STRING: Final = "http://www.w3.org/2001/XMLSchema#string"
_NUMBERS: Final = frozenset(
    f"http://www.w3.org/2001/XMLSchema#{kind}" for kind in ("integer", "decimal", "double", "float")
)

Asked = Callable[[str], bytes]
"""Gives the answer to a query: SPARQL 1.1 Query Results JSON, or N-Triples."""


@dataclass(frozen=True)
class Case:
    """A query whose answer is known.

    Attributes:
        name: what it is called where it differs.
        query: the text.
        expected: the answer, in Results JSON or N-Triples.
        question: the ready question that it is, whose text is trusted by itself; else empty.
        exact: whether terms must be the same, not only numbers equal.
        ordered: whether solutions must come in that order.
        long: whether it is about how many solutions a server gives.
    """

    name: str
    query: str
    expected: bytes
    question: str = ""
    exact: bool = False
    ordered: bool = False
    long: bool = False


@dataclass(frozen=True)
class Reading:
    """What is seen of a query without parsing it.

    Attributes:
        form: `SELECT`, `ASK`, `CONSTRUCT`; another one is empty.
        constructs: the keywords, functions and signs that it uses.
        skeleton: the text without what its parameters say: IRIs and strings in full.
    """

    form: str
    constructs: frozenset[str]
    skeleton: str


def read(query: str) -> Reading:
    """Look at a query's words; one that has none known gets an empty form."""
    form, constructs, skeleton = "", set(), []
    before = ""
    for token in _TOKEN.finditer(query):
        kind, text = token.lastgroup or "", token[0]
        if kind == "skip":
            continue
        if kind in ("iri", "prefixed") and _OPENS.match(query, token.end()):
            constructs.add(f"{text}(")  # a function, or a list, which is tried as rarely
        if kind == "word":
            text = text.upper()
            if not form and text not in _PARTS and before != "PREFIX":
                form = text if text in _FORMS else "?"
            if text not in _PARTS:
                constructs.add(text)
        elif kind == "iri":
            if not _SCHEME.match(text):
                constructs.add("relative IRI")
            text = "<>"
        elif kind == "variable" and before == "GRAPH":
            constructs.add("GRAPH of a variable")
        elif kind == "sign":
            constructs.add(text)
        elif kind in ("language", "blank", "long", "number"):
            constructs.add(kind)
        if kind in ("string", "language"):
            text = '""' if kind == "string" else "@"
        before = text
        skeleton.append(text)
    return Reading(form if form in _FORMS else "", frozenset(constructs), " ".join(skeleton))


class Trial:
    """Which cases a server answered otherwise, and so what it is asked."""

    def __init__(self, cases: Iterable[Case], differing: Mapping[str, str]) -> None:
        """Judge by what was found.

        Args:
            cases: all that were tried.
            differing: by the name of a case, how its answer differed.
        """
        self.differing = dict(differing)
        self.most_rows: int | None = None
        """How many solutions the server gives at most, if that is known."""
        self._questions: dict[str, bool] = {}
        cases = list(cases)
        wrong = {case.question for case in cases if case.name in differing}  # however it is bound
        self._tried: set[str] = set()
        self._untrusted: list[frozenset[str]] = []
        for case in cases:
            seen, differs = read(case.query), case.name in self.differing
            if case.question:
                self._questions[seen.skeleton] = case.question not in wrong
            if differs and case.long and differing[case.name][:1].isdigit():
                self.most_rows = int(differing[case.name].split()[0])
            elif differs:
                # Whatever form asks for it: a graph too many is one in a CONSTRUCT as in a SELECT.
                self._untrusted.append(seen.constructs - set(_FORMS))
            else:
                self._tried |= seen.constructs

    def trusts(self, query: str) -> bool:
        """Whether the server's answer to a query can be given to a caller."""
        seen = read(query)
        if not seen.form:
            return False
        if (known := self._questions.get(seen.skeleton)) is not None:
            return known
        return seen.constructs <= self._tried and not any(
            broken <= seen.constructs for broken in self._untrusted
        )


def tried(cases: Iterable[Case], ask: Asked, step: Callable[[str], None]) -> dict[str, str]:
    """Ask a server all cases.

    Args:
        cases: what is asked.
        ask: the server; StoreUnreachable or TooLong is taken for its answer to that case.
        step: told the name of each before it is asked.

    Returns:
        By the name of a case that it answered otherwise, how.
    """
    differing: dict[str, str] = {}
    for case in cases:
        step(case.name)
        try:
            found = ask(case.query)
            if told := _difference(case, found):
                differing[case.name] = told
        except RembugError as error:
            differing[case.name] = f"no answer: {' '.join(str(error).split())[:200]}"
        except (ValueError, KeyError, TypeError, SyntaxError) as error:
            differing[case.name] = f"what it answers is not a result of such a query: {error}"
    return differing


def _difference(case: Case, found: bytes) -> str:
    both = case.expected, found
    match read(case.query).form:
        case "ASK":
            wanted, got = (json.loads(body)["boolean"] for body in both)
            return "" if wanted is got else f"{got} for {wanted}"
        case "CONSTRUCT":
            before, after = (Counter(_triples(body)) for body in both)
            return _counted(before, after, "triples")
    read_rows = [Rows.from_json(body) for body in both]
    if case.long:  # which of them come is not defined
        wanted, got = map(len, read_rows)
        return "" if wanted == got else f"{got} rows for {wanted}"
    mixed = "GROUP_CONCAT" in case.query.upper()  # in whatever order, SPARQL 1.1 §18.5.1.7
    rows = [[_row(row, case.exact, mixed) for row in some] for some in read_rows]
    if case.ordered and rows[0] != rows[1] and Counter(rows[0]) == Counter(rows[1]):
        return "the same rows in another order"
    return _counted(Counter(rows[0]), Counter(rows[1]), "rows")


def _counted(wanted: Counter[Any], got: Counter[Any], what: str) -> str:
    if wanted == got:
        return ""
    missing, more = (wanted - got).total(), (got - wanted).total()
    return f"{got.total()} {what} for {wanted.total()}; {missing} missing, {more} not expected"


def _triples(body: bytes) -> set[str]:
    """Triples by their text, blank nodes without their labels."""
    return {
        _BLANK.sub("_:", str(triple)) for triple in ox.parse(body, format=ox.RdfFormat.N_TRIPLES)
    }


def _row(row: Row, exact: bool, mixed: bool) -> frozenset[tuple[str, object]]:
    return frozenset((name, _comparable(term, exact, mixed)) for name, term in row.items())


def _comparable(term: Term, exact: bool, mixed: bool) -> object:
    """What is the same for terms that are: blank nodes by being blank, numbers by their value.

    Text whose parts may come in any order is the same when it has the same characters.
    """
    if term.kind == "bnode":
        return "bnode"
    kind = "literal" if term.kind != "uri" else "uri"
    datatype = None if term.language or term.datatype == _STRING else term.datatype
    value: object = term.value
    if datatype in _NUMBERS and not exact:
        value = float(f"{float(term.value):.10g}")
    elif mixed and kind == "literal":
        value = "".join(sorted(term.value))
    return kind, value, (term.language or "").lower(), datatype
