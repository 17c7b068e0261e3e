"""Over which graphs the engine answers a query, and which texts rdflib has to read before it."""

import re
from typing import Any, Final

import pyoxigraph as ox

# The engine takes words that touch for two: ASKFROM, FROMNAMED.
_FROM: Final = re.compile(r"(?<![?$\w])(?:ask|construct)?from|\\u", re.IGNORECASE)
_READ_FIRST: Final = re.compile(rf"service|load|{_FROM.pattern}", re.IGNORECASE)
# Parts of them, one of which stands in each text that they stand in: these are found fifty times
# as fast, and few texts have one.
_FROM_PARTS: Final = ("from", "\\u")
_READ_FIRST_PARTS: Final = ("service", "load", *_FROM_PARTS)
# A line that begins so says nothing, unless it ends a literal of several lines.
_COMMENT: Final = re.compile(r"(?:^|(?<=[\r\n]))[ \t]*#[^\r\n]*")
_LONG: Final = re.compile("'{3}|\"{3}")


def needs_reading(text: str) -> bool:
    """Whether rdflib reads a query or an update before the engine does.

    That takes longer than most queries; words in lines of comment are no reason for it.
    """
    return may_stand_in(_READ_FIRST_PARTS, text) and stands_in(_READ_FIRST, text)


def may_name_graphs(query: str) -> bool:
    """Whether a query may have a FROM of its own."""
    return may_stand_in(_FROM_PARTS, query) and stands_in(_FROM, query)


def may_stand_in(parts: tuple[str, ...], text: str) -> bool:
    """Whether some words may stand in a text, in letters of either case.

    Args:
        parts: a part of each word, in small letters of ASCII.
        text: which; one with other letters may have any word, since some count as letters of ASCII
            where case does not (ſ as s).
    """
    if not text.isascii():
        return True
    small = text.lower()
    for part in parts:  # noqa: SIM110  a generator takes longer than all of them
        if part in small:
            return True
    return False


def stands_in(words: re.Pattern[str], text: str) -> bool:
    """Whether words stand in a SPARQL text elsewhere than in lines of comment."""
    if not words.search(text):
        return False
    return bool(_LONG.search(text) or words.search(_COMMENT.sub("", text)))


def over(
    store: ox.Store, default: list[str] | None, named: list[str] | None
) -> tuple[ox.Store, dict[str, Any]]:
    """The store to ask, and what to tell it, for the dataset that a query is to be answered over.

    The engine does not merge the graphs of a dataset (oxigraph/oxigraph#1919), so that a statement
    which two of them make counted twice. Several are merged in a store of their own, which costs
    the memory that they take; the merge of all lies in the default graph already.

    Args:
        store: a reading store.
        default: the graphs whose RDF merge is the default graph ("" is the store's own); None for
            the store's own.
        named: the graphs that GRAPH reaches; None for all.
    """
    if default is None or len(default) < 2:
        return store, {"default_graph": graph_names(default), "named_graphs": graph_names(named)}
    merged = ox.Store()
    for graph in graph_names(default):
        quads = store.quads_for_pattern(None, None, None, graph)
        merged.bulk_extend(ox.Quad(*quad.triple) for quad in quads)
    for graph in graph_names(named or []):
        merged.add_graph(graph)
        merged.bulk_extend(store.quads_for_pattern(None, None, None, graph))
    return merged, {"default_graph": ox.DefaultGraph(), "named_graphs": graph_names(named)}


def graph_names(graphs: list[str] | None) -> Any:
    """Graphs as the engine names them; None for all."""
    if graphs is None:
        return None
    return [ox.NamedNode(graph) if graph else ox.DefaultGraph() for graph in graphs]
