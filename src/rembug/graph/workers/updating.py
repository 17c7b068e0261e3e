"""What an update changes: it is run on a copy of the store, and the copy compared with what it was.

Where callers read the merge of all graphs as the default graph, their updates do so too: a pattern
without a graph matches what any graph of data says, and a statement that is deleted without one
goes from every graph of data that makes it. What is inserted without a graph and is in none comes
into the unnamed graph; what operations that name no graph take and bring again, one after the
other, stays where it was. Operations on graphs as wholes (CLEAR, DROP, ADD, MOVE, COPY, LOAD) mean
the unnamed graph by DEFAULT, as SPARQL 1.1 Update §3.2 does.

That costs what the store holds, and is done only for what cannot be looked up (`looked_up`).
"""

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, Final

import pyoxigraph as ox

from rembug.graph.workers import looked_up
from rembug.graph.workers.operations import How, runs

_MERGE: Final = "INSERT { ?s ?p ?o } WHERE { GRAPH ?g { ?s ?p ?o } }"
_LABEL: Final = re.compile(rb'"(?:[^"\\]|\\.)*+"?|<[^>]*+>?|(_:\S+)')

Contents = dict[str, frozenset[bytes]]
"""The triples of each graph, a line of N-Triples each; "" is the unnamed one."""


def changed(
    store: ox.Store, update: str, base: str | None, aside: Sequence[str] | None
) -> dict[str, Any]:
    """Run an update, and say what it changed.

    Args:
        store: a copy, which may be written to.
        update: SPARQL 1.1 Update.
        base: what its relative IRIs are resolved against.
        aside: the graphs that no update sees; None where the default graph is the unnamed one
            alone, as the engine has it.

    Returns:
        `drop` (names of graphs that go), by graph the N-Triples that `replace`, `remove` from or
        `append` to it, and how many statements were `inserted`, into the `unnamed` graph among
        them, and `deleted`.

    Raises:
        SyntaxError, RuntimeError: what the engine says of it.
    """
    if (found := looked_up.changed(store, update, base, aside)) is not None:
        return found
    if aside is None:
        before = contents(store)
        store.update(update, base_iri=base)
        return _difference(before, contents(store))
    for graph in aside:
        store.remove_graph(ox.NamedNode(graph))
    before = state = contents(store)
    for text, how in runs(update):
        state = run(store, text, how, base, state, merged=True)
    return _difference(before, state)


def run(
    store: ox.Store, text: str, how: How, base: str | None, state: Contents, *, merged: bool
) -> Contents:
    """Run operations on a store, and say what is in it then.

    Args:
        store: which may be written to.
        text: the operations.
        how: over what they are run.
        base: what their relative IRIs are resolved against.
        state: what is in the store now.
        merged: whether the default graph is the merge of all.
    """
    if merged and how is not How.AS_STORED:
        return _over_the_merge(store, text, base, state)
    store.update(text, base_iri=base)
    return contents(store)


def _over_the_merge(store: ox.Store, operation: str, base: str | None, state: Contents) -> Contents:
    """Run one operation with the merge as default graph; the store is as the result says then."""
    store.update(_MERGE)
    merge = frozenset[bytes]().union(*state.values())
    store.update(operation, base_iri=base)
    found = contents(store)
    shown = found.pop("")
    gone, come = merge - shown, shown - merge
    after = {name: lines - gone for name, lines in found.items()}
    after[""] = (state[""] - gone) | come
    for name, lines in found.items():
        for quad in quads(lines & gone, ox.NamedNode(name)):
            store.remove(quad)
    store.clear_graph(ox.DefaultGraph())
    store.extend(quads(after[""], ox.DefaultGraph()))
    return after


def quads(lines: Set[bytes], graph: ox.NamedNode | ox.DefaultGraph) -> Iterator[ox.Quad]:
    """Lines of N-Triples as statements of a graph."""
    for quad in ox.parse(b"".join(lines), format=ox.RdfFormat.N_TRIPLES):
        yield ox.Quad(quad.subject, quad.predicate, quad.object, graph)


def contents(store: ox.Store) -> Contents:
    """Every graph with its triples, each a line of N-Triples; blank nodes keep their labels."""
    graphs: list[ox.NamedNode | ox.BlankNode | ox.DefaultGraph] = [*store.named_graphs()]
    found = {}
    for graph in (ox.DefaultGraph(), *graphs):
        body = store.dump(format=ox.RdfFormat.N_TRIPLES, from_graph=graph) or b""
        name = "" if isinstance(graph, ox.DefaultGraph) else graph.value
        found[name] = frozenset(body.splitlines(keepends=True))
    return found


def _difference(
    before: Mapping[str, frozenset[bytes]], after: Mapping[str, frozenset[bytes]]
) -> dict[str, Any]:
    """What makes `after` out of `before`; graphs whose blank nodes change are given whole.

    No update can name a blank node that the store has. A graph with a change to one is written
    anew, and with it every graph that shares one with it, since all of them get new names.
    """
    drop = sorted(before.keys() - after.keys())
    changed = {name for name in after if after[name] != before.get(name)}
    known = {name for name in changed if name in before}
    new = {node for name in known for node in _blank(after[name] - before[name])}
    old = {node for lines in before.values() for node in _blank(lines)} if new else set()
    whole = {
        name
        for name in changed
        if name not in known
        or not after[name]
        or _blank(before[name] - after[name])
        or old & _blank(after[name] - before[name])
    }
    if any(_blank(after[name]) for name in whole):
        nodes = {name: _blank(lines) for name, lines in after.items()}
        reached = {node for name in whole for node in nodes[name]}
        while kin := {n for n in after if n not in whole and nodes[n] & reached}:
            whole |= kin
            reached |= {node for name in kin for node in nodes[name]}
    edited = changed - whole
    none = frozenset[bytes]()
    names = before.keys() | after.keys()
    return {
        "inserted": sum(len(after.get(n, none) - before.get(n, none)) for n in names),
        "unnamed": len(after.get("", none) - before.get("", none)),
        "deleted": sum(len(before.get(n, none) - after.get(n, none)) for n in names),
        "drop": drop,
        "replace": {name: _text(after[name]) for name in sorted(whole)},
        "remove": {n: _text(gone) for n in sorted(edited) if (gone := before[n] - after[n])},
        "append": {n: _text(more) for n in sorted(edited) if (more := after[n] - before[n])},
    }


def _blank(lines: Set[bytes]) -> set[bytes]:
    return {label for line in lines if b"_:" in line for label in _LABEL.findall(line) if label}


def _text(lines: frozenset[bytes]) -> str:
    return b"".join(sorted(lines)).decode()
