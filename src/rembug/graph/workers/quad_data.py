"""Updates of INSERT DATA and DELETE DATA alone, as most clients write them.

What they change is looked up, statement by statement, so that it costs what they say and not what
the store holds. `updating` says the same of them by comparing the store before and after.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple

import pyoxigraph as ox

from rembug.graph.workers.operations import How, of_data, runs
from rembug.graph.workers.using_clauses import TOKEN

Statements = dict[str, set[ox.Triple]]
"""By graph; "" is the unnamed one."""

_DELETE: Final = "DELETE"


class _Operation(NamedTuple):
    """An INSERT DATA or a DELETE DATA.

    Attributes:
        inserts: which of the two.
        merged: whether what it says without a graph means the merge of all graphs.
        alone: whether what was done to the merge shows in the graphs before it.
        data: what it says.
    """

    inserts: bool
    merged: bool
    alone: bool
    data: Statements


def changed(
    store: ox.Store, update: str, base: str | None, aside: Sequence[str] | None
) -> dict[str, Any] | None:
    """What an update of data alone changes; takes, returns and raises what `updating.changed` does.

    Returns:
        None where it has other operations, or gives a blank node to several graphs: those have to
        be written together.
    """
    operations = list(_operations(update, base, merged=aside is not None))
    state = _State(store, aside or ())
    for operation in operations:
        state.run(operation)
    state.settle()
    return state.difference() if operations else None


def unchanged(
    store: ox.Store, update: str, base: str | None, aside: Sequence[str] | None
) -> list[Literal["again", "kept", "absent", "there"]] | None:
    """Why an update of data alone changes nothing; takes and returns what `unchanged.why` does.

    Returns:
        None where it has other operations.
    """
    found: dict[Literal["again", "kept", "absent", "there"], None] = {}
    for operation in _operations(update, base, merged=aside is not None):
        state = _State(store, aside or ())
        state.run(operation)
        state.settle()
        if any(state.edits()):
            return ["again"]
        if operation.inserts:
            found["there"] = None
        else:
            anywhere = _State(store, ())
            anywhere.run(operation)
            anywhere.settle()
            found["kept" if anywhere.edits()[0] else "absent"] = None
    return list(found) or None


def _operations(update: str, base: str | None, *, merged: bool) -> Iterator[_Operation]:
    """The operations of an update, none where it has others than those of data."""
    inserting = of_data(update)
    if inserting is None:
        return
    if len(inserting) > 1:  # two may not share a label of a blank node, which each alone may have
        ox.Store().update(update, base_iri=base)
    for (text, how), inserts in zip(runs(update, each=True), inserting, strict=True):
        over_merge = merged and how is not How.AS_STORED
        alone = how is not How.OVER_THE_MERGE
        yield _Operation(inserts, over_merge, alone, _data(text, base, inserts=inserts))


def _data(text: str, base: str | None, *, inserts: bool) -> Statements:
    """What an operation says, as the engine reads it."""
    said = ox.Store()
    said.update(text, base_iri=base)  # says what is wrong with it
    if not inserts:
        word = next(t for t in TOKEN.finditer(text) if (t["word"] or "").upper() == _DELETE)
        said.update(f"{text[: word.start()]}INSERT{text[word.end() :]}", base_iri=base)
    found: Statements = defaultdict(set)
    for quad in said:
        found[_name(quad)].add(quad.triple)
    return found


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
        said = dict(operation.data)
        if operation.merged:
            self._of_merge |= dict.fromkeys(said.pop("", ()), operation.inserts)
            if operation.alone:  # what it says of graphs does not show in the merge that it changes
                self.settle()
        for name, triples in said.items():
            if operation.inserts and not self._is_known(name):
                self._made.add(name)
            for triple in triples:
                self._now[triple][name] = operation.inserts

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
