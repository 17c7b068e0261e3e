"""What reads a caller's text takes no longer for each letter of a long text than of a short one."""

import gc
import math
import re
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from rdflib import RDF, RDFS, SH, Graph, Literal, URIRef

from rembug import drafts, fair, settings
from rembug.errors import UnknownName, Unreadable
from rembug.gate import texts
from rembug.graph import Named, changes_by_itself, query_faults, syntax
from rembug.graph.repositories import trial
from rembug.graph.workers import operations, using_clauses
from rembug.names import Name, fold, keys
from rembug.privacy.known import Known
from rembug.privacy.plain import plain
from rembug.privacy.readable import said
from rembug.privacy.scan import scan
from rembug.privacy.traces import of_slug
from rembug.qca import setup as analysis
from rembug.sources import memos, numbers, sheets
from rembug.sources.csvw import _VARIABLE
from rembug.sources.model import Place
from rembug.terms import is_iri
from rembug.web import emptied, hints

IRI = URIRef("http://e/a")
_SHORT, _TIMES = 20_000, 8
_MOST = 30  # times the work for 8 times the text; what is quadratic takes 64
_PARTS = (
    "a",
    "A",
    "Aa ",
    "1",
    " ",
    ".",
    "'",
    '"',
    "@",
    "a@",
    "<",
    "{",
    "\\",
    "_:",
    '\\"',
    "\\'",
    "a:",
    "Jl ",
    "é",
    "-",
    ":",
    "PREFIX ",
    "'''",
    "<mergeCell ",
    "1 ",
    "S.E ",
    "%20",
    "&#64;",
    "·",
    "a dot ",
    "0·",
    "\u0301",
)


def _scanned(text: str) -> None:
    public = Graph()
    public.add((URIRef("http://e/a"), RDFS.comment, Literal(text)))
    scan(public, Graph())


_IN_SHAPES = [
    re.compile(str(pattern))
    for file in settings.shapes_dir().rglob("*.ttl")
    for pattern in Graph().parse(file).objects(None, SH.pattern)
]


def _in_shapes(text: str) -> None:
    for pattern in _IN_SHAPES:
        pattern.search(text)


NOBODYS: Named = (frozenset(), frozenset())


def _memo(text: str) -> None:
    with suppress(Unreadable):
        memos.read(f"temuan: a\nfinding: b\n{text}: x{text}y", Place("a file"))


def _unknown(text: str) -> None:
    UnknownName("study", text, ["magetan", "surakarta"])


READERS: dict[str, Callable[[str], object]] = {
    "scan": lambda text: _scanned(text[: len(text) // 4]),
    "patterns of shapes": _in_shapes,
    "markup": lambda text: list(said(Graph().add((IRI, IRI, Literal(text, datatype=RDF.HTML))))),
    "known names": lambda text: list(Known(["Budi", text[:50] or "x"]).seen(text)),
    "known names in IRIs": lambda text: list(
        Known(["Budi Aa"], ["Aa"], ["A a"]).within(plain(text, iri=True), iri=True)
    ),
    "letters as they are read": plain,
    "IRIs of ours": lambda text: list(of_slug(text)),
    "notes": _memo,
    "unknown names": _unknown,
    "updates": lambda text: using_clauses.applied(
        f"INSERT {{}} {text}", (frozenset(), frozenset())
    ),
    "labels of blank nodes": lambda text: syntax._LABEL.findall(text.encode()),
    "templates of mappings": _VARIABLE.findall,
    "folding": fold,
    "names": Name.of,
    "keys of names": lambda text: list(keys(text)),
    "identifiers": is_iri,
    "names in a query": lambda text: list(hints._iris(text)),
    "parts of a query": lambda text: list(emptied._tokens(text)),
    "constructs of a query": trial.read,
    "graphs of an update": using_clauses.graphs_named,
    "operations of an update": lambda text: list(operations._operations(text)),
    "what changes by itself": changes_by_itself,
    "merged cells": lambda text: list(sheets._MERGED.finditer(text.encode())),
    "faults of a query": lambda text: query_faults.explained(text, "at 1:1: expected"),
    "numbers of cells": numbers.unsigned,
    "sentences of a draft": drafts._END.split,
    "cases of an analysis": analysis._names,
    "links of a header": fair._LINK.findall,
    "names of things": lambda text: list(texts.about_names([(IRI, RDFS.label, Literal(text))], {})),
}


def _work(read: Callable[[str], object], text: str) -> float:
    """Processor time of this thread, without that of looking through what other tests left."""
    gc.disable()
    try:
        begun = time.thread_time()
        read(text)
        return time.thread_time() - begun
    finally:
        gc.enable()


def _growth(read: Callable[[str], object], text: str) -> float:
    """How many times the work a text takes that is so many times as long; again if in doubt."""
    short = long = math.inf
    for _ in range(5):
        short, long = min(short, _work(read, text)), min(long, _work(read, text * _TIMES))
        if (growth := long / max(short, 0.0005)) < _MOST:
            break
    return growth


@pytest.mark.parametrize(
    "part", ["0 ", "Jl A", "H. ", "Pak ", "Aa, Ketua ", "menurut A ", "Aa (", "a(at)", "lahir 1 "]
)
def test_the_work_of_the_scan_grows_as_names_and_numbers_do(part: str) -> None:
    assert _growth(_scanned, part * (_SHORT // 4 // len(part))) < _MOST


@pytest.mark.parametrize("name", READERS)
def test_the_work_grows_as_the_text_does(name: str) -> None:
    read = READERS[name]
    for part in _PARTS:
        assert _growth(read, part * (_SHORT // len(part))) < _MOST, (name, part)


def test_a_code_with_a_very_long_name_is_handled(tmp_path: Path) -> None:
    long = "a" * 1_000_000
    assert list(Known([long, "Budi"]).seen(f"Budi {long}")) == ["Budi", long]
    assert "…" in str(UnknownName("code", long, ["x"]))
