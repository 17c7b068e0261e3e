"""Why an update changed nothing: it is run again in other ways, each of which shows one reason.

Each operation is looked at by itself: whether its pattern has a solution, whether what it deletes
is stated, and whether either is so only where the graphs that Rembug writes itself count too.
"""

from collections.abc import Iterator, Sequence
from typing import Final, Literal

import pyoxigraph as ox

from rembug.graph.workers import looked_up, updating
from rembug.graph.workers.operations import How, Parts, is_any_in, runs
from rembug.graph.workers.updating import Contents
from rembug.graph.workers.using_clauses import TOKEN

Reason = Literal[
    "again", "kept", "unmatched", "absent", "there", "whole", "empty", "many", "elsewhere"
]
"""What it takes away is brought again; it stands only in graphs that Rembug writes; the pattern has
no solution; what is deleted is not stated; what is inserted is; graphs as wholes are so already;
there is no operation; the first of many alone were looked at; it calls other servers."""

_FOUND: Final = "urn:x-rembug:found"
_SIGN: Final = f"INSERT {{ GRAPH <{_FOUND}> {{ <{_FOUND}> <{_FOUND}> <{_FOUND}> }} }} "
_MOST: Final = 20  # operations that are looked at


def why(
    store: ox.Store, update: str, base: str | None, aside: Sequence[str] | None
) -> list[Reason]:
    """The reasons for which an update changes nothing, each once, in the order of its operations.

    Args:
        store: a copy, which may be written to.
        update: SPARQL 1.1 Update that changes nothing of it.
        base: what its relative IRIs are resolved against.
        aside: the graphs that no update sees; None where the default graph is the unnamed one
            alone.

    Returns:
        The last tells of an update of very many operations that the first alone were looked at.
    """
    if not is_any_in(update):
        return ["empty"]
    if (told := looked_up.unchanged(store, update, base, aside)) is not None:
        return list(told)
    operations = list(runs(update, each=True))
    if any(_calls(text) for text, _ in operations):
        return ["elsewhere"]
    many: list[Reason] = ["many"] if len(operations) > _MOST else []
    del operations[_MOST:]
    trial = _Trial(store, base, merged=aside is not None)
    data = {name: lines for name, lines in trial.all.items() if name not in (aside or ())}
    if any(trial.changes(operation, data) for operation in operations):
        return ["again"]  # by an operation after it
    found = dict.fromkeys(r for each in operations for r in _reasons(trial, data, *each))
    return [*found, *many]


def _reasons(trial: "_Trial", data: Contents, text: str, how: How) -> Iterator[Reason]:
    """The reasons for which one operation changes nothing of the data."""
    parts = Parts.of(text)
    if not parts.templates:
        yield "whole"
        return
    if parts.pattern and not trial.finds(_asked(parts, text), data):
        yield "kept" if trial.finds(_asked(parts, text), trial.all) else "unmatched"
        return
    if parts.deletes:
        only = _deleting(parts, text), how
        if trial.changes(only, data):
            yield "again"
            return
        yield "kept" if trial.changes(only, trial.all) else "absent"
    if parts.inserts:
        yield "there"


class _Trial:
    """A store on which operations are run, each over contents that are given."""

    def __init__(self, store: ox.Store, base: str | None, *, merged: bool) -> None:
        self._store, self._base, self._merged = store, base, merged
        self.all = self._now = updating.contents(store)

    def changes(self, operation: tuple[str, How], over: Contents) -> bool:
        """Whether an operation changes anything of these contents."""
        self._set(over)
        self._now = updating.run(self._store, *operation, self._base, over, merged=self._merged)
        return self._now != over

    def finds(self, text: str, over: Contents) -> bool:
        """Whether an operation that signs where its pattern has a solution does so."""
        self._set(over)
        how = How.ALONE
        self._now = updating.run(self._store, text, how, self._base, over, merged=self._merged)
        return _FOUND in self._now

    def _set(self, wanted: Contents) -> None:
        none = frozenset[bytes]()
        for name in self._now.keys() | wanted.keys():
            graph = ox.NamedNode(name) if name else ox.DefaultGraph()
            was, is_ = self._now.get(name, none), wanted.get(name, none)
            for quad in updating.quads(was - is_, graph):
                self._store.remove(quad)
            self._store.extend(updating.quads(is_ - was, graph))
            if isinstance(graph, ox.NamedNode) and name not in wanted:
                self._store.remove_graph(graph)
            elif isinstance(graph, ox.NamedNode):
                self._store.add_graph(graph)
        self._now = wanted


def _calls(text: str) -> bool:
    words = {(token["word"] or "").upper() for token in TOKEN.finditer(text)}
    return not words.isdisjoint({"LOAD", "SERVICE"})


def _asked(parts: Parts, text: str) -> str:
    """An operation, with a sign of its own in the place of what it deletes and inserts."""
    return text[: parts.templates[0][0]] + _SIGN + text[parts.templates[-1][1] :]


def _deleting(parts: Parts, text: str) -> str:
    """An operation without what it inserts."""
    if not parts.inserts or len(parts.templates) == 1:
        return text
    start, end = parts.templates[1]
    return text[:start] + text[end:]
