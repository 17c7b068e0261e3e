"""What pages and programs are shown of an upload before it is stored."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

from flask import g
from rdflib import RDF, RDFS, SKOS, Literal, URIRef
from rdflib.term import Node

from rembug import terms
from rembug.changes.staging import Staged
from rembug.errors import RembugError, Unreadable, faults_of
from rembug.sources import Submission
from rembug.sources.sheets import decoded
from rembug.terms import CG
from rembug.web.context import page_rows, reading
from rembug.web.links import href, submission
from rembug.web.words import curie, strings, translate

_COUNTED: Final = (CG.Code, CG.Evidence, CG.Coding, CG.Finding, CG.Actor, CG.Program, CG.Tie)
_SHOWN, _FACTS = 40, 12  # things of an upload, and what is said of each
_PLACES: Final = 40  # of a message
_UNTOLD: Final = frozenset({RDF.type, RDFS.label, CG.inStudy})
_TEXTS: Final = frozenset({".csv", ".ttl", ".turtle", ".n3", ".trig", ".nt", ".nq"})
_MENDED: Final = 100_000  # bytes of a file that can be mended on the page


def shown(staged: Staged) -> dict[str, Any]:
    """What a page shows of an upload."""
    commit = staged.commit
    if staged.phase == "checked" and g.lang not in staged.told:
        kinds, things = _contents(staged.found)
        staged.told[g.lang] = {**told(staged), "counts": kinds, "things": things}
    detail = _told(staged, staged.error) if staged.error else ""
    nothing: dict[str, Any] = {"notes": [], "mapping": [], "counts": [], "things": []}
    return {
        **staged.told.get(g.lang, nothing),
        "added": [_arrived(iri) for iri in commit.added] if commit else [],
        "study": _study(staged.study),
        "closed": sum(len(set(found.restricted.subjects())) for found in staged.found),
        "mendable": _mendable(staged),
        "detail": detail,
        "faults": _faults(staged),
        "results": _results(staged),
        "detail_lang": "en" if detail == str(staged.error) else g.lang,
    }


def _faults(staged: Staged) -> list[str]:
    """The faults of files, if they have several, in the order of their lines."""
    faults = sorted(faults_of(staged.error), key=lambda fault: (fault.name, fault.line or 0))
    return [_told(staged, fault) for fault in faults]


def _told(staged: Staged, error: RembugError) -> str:
    """An error in the language of the page; of what was filled in on one no line of a file."""
    if staged.form and isinstance(error, Unreadable):
        return error.why.id if g.lang == "id" else error.why.en
    return error.told(g.lang)


def _noted(staged: Staged, note: str) -> str:
    """A note as `_told` tells an error."""
    name = staged.files[0].name
    return re.sub(rf"^{re.escape(name)}(?::[\d, …]+)?: ", "", note) if staged.form else note


@dataclass(frozen=True)
class Result:
    """What the gate says in one message, of all places that it says it of.

    Attributes:
        severity: how bad it is.
        message: in the language of the page.
        places: of the first, where each stands or what it is, with its value if it has one.
        more: how many others there are.
    """

    severity: str
    message: str
    places: Sequence[tuple[str, str]]
    more: int


def _results(staged: Staged) -> list[Result]:
    """The results of a verdict, each message once, in the order of the first place of each."""
    found: dict[tuple[str, str], dict[tuple[str, str], None]] = {}
    for result in staged.report.results if staged.report else ():
        message = result.messages.get(g.lang) or next(iter(result.messages.values()), "")
        place = str(result.place or curie(result.focus_node))
        if staged.form and result.place:  # a row of a file that nobody wrote
            place = result.place.pointer or curie(result.focus_node)
        value = curie(result.value) if result.value else ""
        found.setdefault((result.severity.name.lower(), message), {})[place, value] = None
    return [
        Result(severity, message, list(places)[:_PLACES], max(0, len(places) - _PLACES))
        for (severity, message), places in found.items()
    ]


def _arrived(iri: str) -> tuple[str, str]:
    """What came in as its file is called, and where it is told of."""
    rows = page_rows("submissions", submission=iri).rows
    return (str(rows[0]["submissionLabel"]) if rows else curie(iri)), submission(iri)


def _study(slug: str) -> tuple[str, str]:
    """What a study is called, and where it is shown."""
    iri = str(terms.study(slug))
    rows = page_rows("label", thing=iri).rows
    return (str(rows[0]["label"]) if rows and "label" in rows[0] else slug), href(iri)


def told(staged: Staged) -> dict[str, Any]:
    """The notes of an upload, and what its codes are taken to mean."""
    return {
        "notes": [
            _noted(staged, getattr(note, g.lang)) for found in staged.found for note in found.notes
        ],
        "mapping": [row for found in staged.found for row in _mapping(found)],
    }


def _mapping(found: Submission) -> list[dict[str, Any]]:
    """Each code with what it maps to."""

    def short(nodes: Iterable[Node]) -> list[str]:
        return sorted(str(node).removeprefix(terms.SCHEME) for node in nodes)

    codes = found.public.subjects(RDF.type, CG.Code)
    return sorted(
        (
            {
                "code": str(found.public.value(code, SKOS.prefLabel) or code),
                "mapsTo": short(found.public.objects(code, CG.mapsTo)),
                "marks": short(found.public.objects(code, CG.marks)),
                "codings": sum(1 for _ in found.public.subjects(CG.assigns, code)),
            }
            for code in codes
        ),
        key=lambda row: str(row["code"]),
    )


def _contents(
    found: Sequence[Submission],
) -> tuple[list[tuple[str, int]], list[tuple[str, str, list[tuple[str, str]]]]]:
    """How many things of each kind some submissions describe, and what they say of the first."""
    graphs = [graph for each in found for graph in (each.public, each.restricted)]
    names: dict[Node, str] = {
        thing: str(label)
        for graph in graphs
        for thing, label in graph.subject_objects(RDFS.label)
        if _here(label)
    }
    kinds = Counter(
        kind
        for each in found
        for thing, kind in each.public.subject_objects(RDF.type)
        if str(kind).startswith(CG) and str(thing).startswith(terms.ID)
    )
    counts = [
        (_kind(kind, names), number)
        for kind, number in sorted(kinds.items(), key=lambda kn: (_place(kn[0]), str(kn[0])))
    ]
    things: list[tuple[str, str, list[tuple[str, str]]]] = []
    for each in found:
        described = {s for s in each.public.subjects() if str(s).startswith(terms.ID)}
        for thing in sorted(described, key=str)[: _SHOWN - len(things)]:
            said = sorted(each.public.predicate_objects(thing), key=lambda po: [*map(str, po)])
            labels = [str(o) for p, o in said if p == RDFS.label and _here(o)]
            told = [
                (_called(p, names), _called(o, names))
                for p, o in said
                if p not in _UNTOLD and _here(o)
            ]
            kind = next((_called(o, names) for p, o in said if p == RDF.type), "")
            title = labels[0] if labels else _called(thing, names)
            things.append((title, kind, told[:_FACTS]))
    return counts, things


def _place(kind: Node) -> int:
    """Those that readers look for first."""
    return _COUNTED.index(kind) if kind in _COUNTED else len(_COUNTED)


def _kind(kind: Node, names: dict[Node, str]) -> str:
    """What several things of a class are called, or else what one is."""
    key = f"kind.{str(kind).rpartition('#')[2]}"
    return translate(key) if key in strings() else _called(kind, names)


def _here(node: Node) -> bool:
    """Whether a term is for readers of the page's language."""
    return not isinstance(node, Literal) or node.language in (None, g.lang)


def _called(node: Node, names: dict[Node, str]) -> str:
    """A term as a person reads it."""
    if isinstance(node, Literal):
        return str(node)
    if node not in names and isinstance(node, URIRef):
        with reading() as index:
            known = index.labels([str(node)], g.lang)
        rows = () if known else page_rows("label", thing=str(node)).rows
        label = str(rows[0].get("label", "")) if rows else ""
        names[node] = known[str(node)][0] if known else label
    return names.get(node) or curie(node)


def sightings(staged: Staged) -> list[dict[str, str]]:
    """The places of an upload that look like a person."""
    return [
        {"kind": s.kind, "text": s.text, "where": s.where, "context": s.context}
        for s in staged.sightings
    ]


def _mendable(staged: Staged) -> list[tuple[int, str, str]]:
    """The texts among some files that went no further: number, name, and what is in them."""
    stuck = staged.phase == "failed" or (staged.report and not staged.report.conforms)
    if not stuck or staged.form:
        return []
    found = []
    for number, path in enumerate(staged.files):
        if path.suffix.lower() in _TEXTS and path.stat().st_size <= _MENDED:
            with suppress(Unreadable):
                found.append((number, path.name, decoded(path.name, path.read_bytes())[0]))
    return found
