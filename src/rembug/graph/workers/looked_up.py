"""Updates of INSERT DATA and DELETE DATA, as most clients write them, perhaps after a pattern.

What they change is looked up, statement by statement, so that it costs what they say and not what
the store holds. The first operation may have a pattern, which sees the store as it was. `updating`
says the same of them by comparing the store before and after.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

import pyoxigraph as ox

from rembug.graph.workers import instantiated
from rembug.graph.workers.operations import How, Kind, Parts, kinds, runs
from rembug.graph.workers.using_clauses import TOKEN

Statements = dict[str, set[ox.Triple]]
"""By graph; "" is the unnamed one."""

Why = Literal["again", "kept", "unmatched", "absent", "there"]
"""Those of the reasons of `unchanged` that can be looked up."""

_DELETE: Final = "DELETE"


class _Operation(NamedTuple):
    """What an operation deletes and inserts.

    Attributes:
        deleted: the one.
        inserted: the other, which counts where both say the same.
        merged: whether what it says without a graph means the merge of all graphs.
        alone: whether what was done to the merge shows in the graphs before it.
        matched: whether its pattern has a solution, or it has none.
    """

    deleted: Statements
    inserted: Statements
    merged: bool
    alone: bool
    matched: bool = True

    def deleting(self) -> "_Operation":
        """It without what it inserts."""
        return self._replace(inserted={})


def changed(
    store: ox.Store, update: str, base: str | None, aside: Sequence[str] | None
) -> dict[str, Any] | None:
    """What an update changes; takes, returns and raises what `updating.changed` does.

    Returns:
        None where it has other operations, or gives a blank node to several graphs, which have to
        be written together, or takes one away.
    """
    found = kinds(update)
    if not found or Kind.PATTERN in found[1:]:
        return None
    operations = list(_operations(store, update, base, aside, found))
    if len(operations) < len(found):
        return None
    state = _State(store, aside or ())
    for operation in operations:
        state.run(operation)
    state.settle()
    return state.difference()


def unchanged(
    store: ox.Store, update: str, base: str | None, aside: Sequence[str] | None
) -> list[Why] | None:
    """Why an update changes nothing; takes and returns what `unchanged.why` does.

    Returns:
        None where it has other operations than those of data, or than one with a pattern.
    """
    found = kinds(update)
    if not found or (Kind.PATTERN in found and len(found) > 1):
        return None
    # First with what is aside, which may be taken out of the store for a pattern.
    everywhere = None if aside is None else ()
    stands = [
        (operation.matched, bool(_edits(store, operation.deleting(), ())[0]))
        for operation in _operations(store, update, base, everywhere, found)
    ]
    operations = list(_operations(store, update, base, aside, found))
    if not len(found) == len(stands) == len(operations):
        return None
    told: dict[Why, None] = {}
    each = zip(runs(update, each=True), stands, operations, strict=True)
    for (text, _), (matched, stated), operation in each:
        if any(_edits(store, operation, aside or ())):
            return ["again"]
        parts = Parts.of(text)
        if not operation.matched:
            told["kept" if matched else "unmatched"] = None
            continue
        if parts.deletes:
            if any(_edits(store, operation.deleting(), aside or ())):
                return ["again"]
            told["kept" if stated else "absent"] = None
        if parts.inserts:
            told["there"] = None
    return list(told)


def _edits(
    store: ox.Store, operation: _Operation, aside: Collection[str]
) -> tuple[Statements, Statements]:
    """What an operation by itself takes from each graph, and brings."""
    state = _State(store, aside)
    state.run(operation)
    state.settle()
    return state.edits()


def _operations(
    store: ox.Store,
    update: str,
    base: str | None,
    aside: Sequence[str] | None,
    found: Sequence[Kind],
) -> Iterator[_Operation]:
    """The operations of an update, up to one that cannot be told so."""
    if len(found) > 1 or Kind.PATTERN in found:
        # Says what is wrong with it; two may not share a label of a blank node, as each alone may.
        ox.Store().update(update, base_iri=base)
    for (text, how), kind in zip(runs(update, each=True), found, strict=True):
        merged = aside is not None and how is not How.AS_STORED
        alone = how is not How.OVER_THE_MERGE
        if kind is not Kind.PATTERN:
            inserts = kind is Kind.INSERT_DATA
            data = _data(text, base, inserts=inserts)
            yield _Operation(*(({}, data) if inserts else (data, {})), merged, alone)
        elif (quads := instantiated.quads(store, text, base, aside)) is not None:
            said = _stated(quads.deleted), _stated(quads.inserted)
            yield _Operation(*said, merged, alone, quads.matched)
        else:
            return


def _data(text: str, base: str | None, *, inserts: bool) -> Statements:
    """What an operation says, as the engine reads it."""
    said = ox.Store()
    said.update(text, base_iri=base)  # says what is wrong with it
    if not inserts:
        word = next(t for t in TOKEN.finditer(text) if (t["word"] or "").upper() == _DELETE)
        said.update(f"{text[: word.start()]}INSERT{text[word.end() :]}", base_iri=base)
    return _stated(said)


class _State:
    """A store with what operations change of it, as far as they name it."""

    def __init__(self, store: ox.Store, aside: Collection[str]) -> None:
        self._store, self._aside = store, frozenset(aside)
        self._now: dict[ox.Triple, dict[str, bool]] = defaultdict(dict)
        self._of_merge: dict[ox.Triple, bool] = {}
        self._made: set[str] = set()

    def run(self, operation: _Operation) -> None:
        """Run one; of several without a graph, one after the other, only the last word counts."""
        if operation.alone:
            self.settle()
        gone, come = dict(operation.deleted), dict(operation.inserted)
        less, more = (s.pop("", set()) if operation.merged else set() for s in (gone, come))
        if operation.alone:  # what it says of graphs does not show in the merge that it changes
            less = {triple for triple in less - more if self._stating(triple)}
            for triple in [triple for triple in more if not self._stating(triple)]:
                self._now[triple][""] = True
            more = set()
        for name, triples in gone.items():
            for triple in triples:
                self._now[triple][name] = False
        for name, triples in come.items():
            if not self._is_known(name):
                self._made.add(name)
            for triple in triples:
                self._now[triple][name] = True
        self._of_merge |= dict.fromkeys(less, False) | dict.fromkeys(more, True)
        if operation.alone:
            self.settle()

    def settle(self) -> None:
        """Let the graphs say what is to be in their merge."""
        for triple, there in self._of_merge.items():
            stating = self._stating(triple)
            if there and not stating:
                self._now[triple][""] = True
            elif not there:
                self._now[triple] |= dict.fromkeys(stating, False)
        self._of_merge = {}

    def edits(self) -> tuple[Statements, Statements]:
        """What has gone from each graph, and what has come."""
        gone: Statements = defaultdict(set)
        come: Statements = defaultdict(set)
        for triple, places in self._now.items():
            for name, there in places.items():
                if there != self._stood(name, triple):
                    (come if there else gone)[name].add(triple)
        return gone, come

    def difference(self) -> dict[str, Any] | None:
        """The same in the form of `updating.changed`; None where graphs share a new blank node."""
        gone, come = self.edits()
        if len([name for name, triples in come.items() if any(map(_is_open, triples))]) > 1:
            return None
        changed = sorted(gone.keys() | come.keys() | self._made)
        whole = {n for n in changed if not self._is_known(n) or not self._is_filled(n, gone, come)}
        edited = [name for name in changed if name not in whole]
        return {
            "inserted": sum(map(len, come.values())),
            "unnamed": len(come.get("", ())),
            "deleted": sum(map(len, gone.values())),
            "drop": [],
            "replace": {name: _text(come.get(name, ())) for name in changed if name in whole},
            "remove": {name: _text(gone[name]) for name in edited if name in gone},
            "append": {name: _text(come[name]) for name in edited if name in come},
        }

    def _stating(self, triple: ox.Triple) -> set[str]:
        """The graphs that state something now."""
        stood = {_name(quad) for quad in self._store.quads_for_pattern(*triple)} - self._aside
        now = self._now.get(triple, {})
        return {n for n in stood if now.get(n, True)} | {n for n, there in now.items() if there}

    def _stood(self, name: str, triple: ox.Triple) -> bool:
        return name not in self._aside and _quad(triple, name) in self._store

    def _is_known(self, name: str) -> bool:
        if not name:
            return True
        return name not in self._aside and self._store.contains_named_graph(ox.NamedNode(name))

    def _is_filled(self, name: str, gone: Statements, come: Statements) -> bool:
        """Whether a graph that was there has anything in it afterwards."""
        stood = self._store.quads_for_pattern(None, None, None, _graph(name))
        return bool(come.get(name)) or any(quad.triple not in gone[name] for quad in stood)


def _stated(quads: Iterable[ox.Quad]) -> Statements:
    found: Statements = defaultdict(set)
    for quad in quads:
        found[_name(quad)].add(quad.triple)
    return found


def _graph(name: str) -> ox.NamedNode | ox.DefaultGraph:
    return ox.NamedNode(name) if name else ox.DefaultGraph()


def _quad(triple: ox.Triple, name: str) -> ox.Quad:
    return ox.Quad(triple.subject, triple.predicate, triple.object, _graph(name))


def _name(quad: ox.Quad) -> str:
    graph = quad.graph_name
    return "" if isinstance(graph, ox.DefaultGraph) else graph.value


def _is_open(triple: ox.Triple) -> bool:
    """Whether it has a blank node; a text that looks like one does no harm."""
    return "_:" in str(triple)


def _text(triples: Collection[ox.Triple]) -> str:
    """N-Triples, in the order of their lines."""
    lines = ox.serialize(triples, format=ox.RdfFormat.N_TRIPLES) or b""
    return b"".join(sorted(lines.splitlines(keepends=True))).decode()
