"""The quads that an operation with a pattern deletes and inserts, without running it on the store.

Its pattern is asked as a query, and its templates are filled with the solutions (SPARQL 1.1 Update
§3.1.3) by the engine itself, in a store of their own. So it costs what the pattern finds.
"""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from itertools import chain, islice
from types import MappingProxyType
from typing import Any, Final, NamedTuple
from uuid import uuid4

import pyoxigraph as ox

from rembug.graph.reader import batches
from rembug.graph.workers.operations import Parts
from rembug.graph.workers.using_clauses import TOKEN

_BY_ROW: Final = frozenset(("SELECT", "SERVICE", "BNODE", "RAND", "UUID", "STRUUID"))
"""Words of patterns that depend on how often a solution comes, which is more often from the union
of graphs than from their merge, or on what comes anew each time."""
_DEPENDING: Final = frozenset(("OPTIONAL", "MINUS", "EXISTS"))
_VARIABLE: Final = f"urn:x-rembug:{uuid4()}:"  # that no update can know
_SHAPE: Final = re.compile(rf"{TOKEN.pattern} | [()]", TOKEN.flags)
_ROWS: Final = 5_000  # solutions that templates are filled with at once
_MOST: Final = 100_000  # solutions; beyond that to compare the store takes less memory
_UNION: Final = MappingProxyType({"use_default_graph_as_union": True})
_AS_IT_IS: Final = MappingProxyType[str, Any]({})

_Term = ox.NamedNode | ox.BlankNode | ox.Literal | ox.Triple
_Row = tuple[_Term | None, ...]


class Quads(NamedTuple):
    """What an operation deletes and inserts; what its `WITH` means is under that graph's name.

    Attributes:
        deleted: the one.
        inserted: the other.
        matched: whether its pattern has a solution.
    """

    deleted: set[ox.Quad]
    inserted: set[ox.Quad]
    matched: bool


class _Untold(Exception):
    """There is a blank node, which no text can name, or very much: all of it is held at once."""


def quads(
    store: ox.Store, text: str, base: str | None, aside: Sequence[str] | None
) -> Quads | None:
    """What an operation with a pattern deletes and inserts.

    Args:
        store: a copy; what is aside may be taken out of it.
        text: the operation with its declarations, which the engine has taken already.
        base: what its relative IRIs are resolved against.
        aside: the graphs that its pattern does not see; None where its default graph is the unnamed
            one alone, and else the merge.

    Returns:
        None where that cannot be told so, as where a blank node is in it, or very much is found.
    """
    words = {(token["word"] or "").upper() for token in TOKEN.finditer(text)}
    parts = Parts.of(text)
    if parts.pattern is None or not _BY_ROW.isdisjoint(words):
        return None
    asked = _Asked(store, text, base, parts, parts.pattern)
    deleted, inserted = set[ox.Quad](), set[ox.Quad]()
    try:
        names = asked.names()
        rows = asked.rows(names, aside)
        for start, template in asked.templates():
            deletes = text[start].upper() == "D"
            (deleted if deletes else inserted).update(asked.filled(template, names, rows))
    except (SyntaxError, _Untold):  # as where a term is one that SPARQL cannot write
        return None
    return Quads(deleted, inserted, bool(rows))


class _Asked:
    """An operation, as what it is asked by."""

    def __init__(
        self, store: ox.Store, text: str, base: str | None, parts: Parts, pattern: int
    ) -> None:
        self._store, self._text, self._base, self._parts = store, text, base, parts
        self._head = text[: parts.templates[0][0]]
        self._group = text[pattern + len("WHERE") :]
        clauses = text[parts.templates[-1][1] : pattern]
        self._from = _rewritten(clauses, _as_from)
        self._uses = self._from != clauses
        word = next((token for token in TOKEN.finditer(self._head) if _is(token, "WITH")), None)
        self._prologue = self._head[: word.start()] if word else self._head
        self._with = self._resolved(self._head[word.end() :]) if word else None

    def templates(self) -> Iterator[tuple[int, str]]:
        """Where each template begins, its word first, and its text in braces."""
        for start, end in self._parts.templates:
            found = self._text[start:end]
            brace = next((token for token in TOKEN.finditer(found) if token["brace"]), None)
            yield start, found[brace.start() :] if brace else self._group  # of DELETE WHERE

    def names(self) -> list[str]:
        """The variables of its templates, as the engine reads them."""
        found: set[str] = set()
        for _, text in self.templates():
            asked = f"{self._prologue} SELECT * WHERE {text}"
            told = ox.Store().query(asked, base_iri=self._base)
            assert isinstance(told, ox.QuerySolutions)
            found.update(variable.value for variable in told.variables)
        return sorted(found)

    def rows(self, names: Sequence[str], aside: Sequence[str] | None) -> Collection[_Row]:
        """The solutions of its pattern over what is not aside, as far as names are given."""
        if aside is None:
            return self._solutions(names, self._group)
        if aside and not self._uses and _iri(self._with) not in aside:
            return self._rows_beside(names, frozenset(aside))
        for graph in aside:
            self._store.remove_graph(ox.NamedNode(graph))
        return self._solutions(names, self._group, _UNION)

    def _rows_beside(self, names: Sequence[str], aside: Set[str]) -> Collection[_Row]:
        """The same, with all in the store: to take out what is aside costs what is in it.

        What has to be stated is asked of all graphs, and what rests on those aside is left out.

        Raises:
            _Untold: the pattern says more than that and filters.
        """
        stated = self._stated(_stating(self._group))
        every = {*filter(None, map(_name, chain.from_iterable(stated)))}
        asked = sorted(every.union(names))
        solutions = self._solutions(asked, self._group, _UNION)
        found = (dict(zip(asked, row, strict=True)) for row in solutions)
        return {
            tuple(row[name] for name in names)
            for row in found
            if self._rests_on_others(row, stated, aside)
        }

    def filled(
        self, template: str, names: Sequence[str], rows: Collection[_Row]
    ) -> Iterator[ox.Quad]:
        """The quads that a template makes of solutions; raises _Untold."""
        said = ox.Store()
        for some in batches(rows, _ROWS):
            values = " ".join(f"({' '.join(map(_written, row))})" for row in some)
            where = f"WHERE {{ VALUES ({_listed(names)}) {{ {values} }} }}"
            said.update(f"{self._head} INSERT {template} {where}", base_iri=self._base)
        for quad in said:
            if any(map(_is_open, quad)):
                raise _Untold
            yield quad

    def _solutions(
        self, names: Sequence[str], group: str, dataset: Mapping[str, Any] = _AS_IT_IS
    ) -> Collection[_Row]:
        form = f"SELECT DISTINCT {_listed(names)}" if names else "ASK"
        if self._uses:
            dataset = {}
        elif self._with is not None:
            dataset = {"named_graphs": dataset.get("named_graphs"), "default_graph": self._with}
        found = self._store.query(
            f"{self._prologue} {form} {self._from} WHERE {group}", base_iri=self._base, **dataset
        )
        if isinstance(found, ox.QueryBoolean):
            return [()] if found else []
        assert isinstance(found, ox.QuerySolutions)
        rows = [tuple(solution) for solution in islice(found, _MOST + 1)]
        if len(rows) > _MOST:
            raise _Untold
        return rows

    def _stated(self, bare: str) -> list[ox.Quad]:
        """What has to be stated for a solution, IRIs for variables; raises _Untold, SyntaxError."""
        said = ox.Store()
        data = f"{self._prologue} INSERT DATA {_rewritten(bare, _as_iri)}"
        said.update(data, base_iri=self._base)
        found = list(said)
        if any(map(_is_open, chain.from_iterable(found))):
            raise _Untold
        return found

    def _rests_on_others(
        self, row: Mapping[str, _Term | None], stated: Sequence[ox.Quad], hidden: Set[str]
    ) -> bool:
        """Whether all that a solution rests on is stated in graphs that are not hidden."""
        for quad in stated:
            bound: list[Any] = [row[_name(part)] if _name(part) else part for part in quad]
            *triple, graph = bound
            if not isinstance(graph, ox.DefaultGraph):
                places = {_iri(graph)}
            elif self._with is not None:
                places = {self._with.value}
            else:
                places = {_iri(q.graph_name) for q in self._store.quads_for_pattern(*triple)}
            if places <= hidden:
                return False
        return True

    def _resolved(self, iri: str) -> ox.NamedNode:
        """An IRI as it is written, made absolute."""
        found = self._store.query(
            f"{self._prologue} SELECT ?iri {{ BIND({iri}\n AS ?iri) }}", base_iri=self._base
        )
        assert isinstance(found, ox.QuerySolutions)
        term = next(found)["iri"]
        assert isinstance(term, ox.NamedNode)
        return term


def _is(token: re.Match[str], word: str) -> bool:
    return (token["word"] or "").upper() == word


def _rewritten(text: str, change: Callable[[re.Match[str]], str | None]) -> str:
    """A text with what is said of some tokens in their places."""
    out, last = [], 0
    for token in TOKEN.finditer(text):
        if (other := change(token)) is not None:
            out += [text[last : token.start()], other]
            last = token.end()
    return "".join([*out, text[last:]])


def _as_from(token: re.Match[str]) -> str | None:
    return "FROM" if _is(token, "USING") else None


def _as_iri(token: re.Match[str]) -> str | None:
    return f"<{_VARIABLE}{token[0][1:]}>" if token[0][0] in "?$" else None


def _listed(names: Sequence[str]) -> str:
    return " ".join(f"?{name}" for name in names)


def _stating(text: str) -> str:
    """A pattern without its filters.

    Raises:
        _Untold: something need not be there or must not, which depends on what stands before it, or
            nothing is stated where any graph would do.
    """
    out, last = [], 0
    for token in TOKEN.finditer(text):
        word = (token["word"] or "").upper()
        if word in _DEPENDING:
            raise _Untold
        if token.start() >= last and word == "FILTER":
            out.append(text[last : token.start()])
            last = _closed(text, token.end())
    bare = "".join([*out, text[last:]])
    braces = "".join(token["brace"] or "." for token in TOKEN.finditer(bare))
    if "{}" in braces:
        raise _Untold
    return bare


def _closed(text: str, start: int) -> int:
    """Where the first bracket after a place is closed."""
    depth = 0
    for token in _SHAPE.finditer(text, start):
        depth += {"(": 1, "{": 1, ")": -1, "}": -1}.get(token[0], 0)
        if depth == 0 and token[0] in ")}":
            return token.end()
    return len(text)


def _iri(part: object) -> str:
    return part.value if isinstance(part, ox.NamedNode) else ""


def _name(part: object) -> str:
    """The variable that an IRI stands for; empty where it stands for none."""
    return _iri(part).removeprefix(_VARIABLE) if _iri(part).startswith(_VARIABLE) else ""


def _written(term: _Term | None) -> str:
    if isinstance(term, ox.BlankNode):
        raise _Untold
    return "UNDEF" if term is None else str(term)


def _is_open(part: object) -> bool:
    return isinstance(part, ox.BlankNode | ox.Triple)
