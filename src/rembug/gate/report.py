"""The gate's verdict, with the place in the source file for every result."""

import enum
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import lru_cache
from itertools import chain
from typing import Final, Self

from rdflib import RDF, SH, BNode, Graph, Literal, URIRef
from rdflib.collection import Collection
from rdflib.term import Node

from rembug import terms
from rembug.errors import visible
from rembug.sources import Place
from rembug.sources.model import Places
from rembug.sources.vocabulary import labels, ontology_terms
from rembug.terms import CG

_LONGEST: Final = 200  # letters of a value that is shown, and of a name that is compared
_MOST: Final = 10  # places of one message that are listed
_VARIABLE: Final = re.compile(r"\{[?$](\w+)\}")


class Severity(enum.IntEnum):
    """How bad a result is; only a violation keeps a submission out (SHACL §2.1.4)."""

    INFO = 1
    WARNING = 2
    VIOLATION = 3

    def said(self, language: str | None = None, count: int = 1) -> str:
        """What a person is told of so many; in English where no language is named."""
        if language == "id":
            return _INDONESIAN[self]
        plural = count > 1 and self is not Severity.INFO
        return self.name.lower() + ("s" if plural else "")


_INDONESIAN: Final = {
    Severity.INFO: "catatan",
    Severity.WARNING: "peringatan",
    Severity.VIOLATION: "pelanggaran",
}


@dataclass(frozen=True)
class Result:
    """One thing that the shapes have to say.

    Attributes:
        severity: how bad it is.
        focus_node: what it is about.
        path: the property, in SPARQL's notation; None when it concerns the node itself.
        value: the value that does not fit, if one does not.
        messages: what is wrong and what to do, by language.
        shape: IRI of the shape.
        component: IRI of the kind of constraint.
        place: where the focus node stands in its file, if it came from one.
    """

    severity: Severity
    focus_node: str
    path: str | None
    value: str | None
    messages: Mapping[str, str]
    shape: str
    component: str
    place: Place | None

    def text(self, language: str | None = None) -> str:
        """For a person; in one language, or in both."""
        return "\n".join([self.head(language), *self.said(language)])

    def head(self, language: str | None = None) -> str:
        """Where it is, how bad, and what it is about."""
        where = f"{_cut(str(self.place))}: " if self.place else ""
        # Nobody writes into a file who points at a thing; the message says it.
        told = self.path and not (self.place and self.path.startswith("^"))
        about = _cut(_short(self.focus_node))
        about += f" {_short(self.path)}" if told and self.path else ""
        shown = _cut(_short(self.value or ""))
        value = f" [{shown}]" if shown else ""
        return f"{where}{self.severity.said(language)}: {about}{value}"

    def said(self, language: str | None = None) -> list[str]:
        """The messages of a language, or of both, a line each."""
        languages = [x for x in ("en", "id") if language in (None, x) and x in self.messages]
        return [f"    {self.messages[x]}" for x in languages]

    @property
    def alike(self) -> tuple[object, ...]:
        """What it has in common with those that a person is told of with it."""
        if self.shape == str(terms.SHAPES.Consistent) and self.path:
            # Of values that clash each pair is a result, with a message that names the two.
            return self.severity, self.component, self.focus_node, self.path
        return self.severity, tuple(sorted(self.messages.items()))


@dataclass(frozen=True)
class Report:
    """The verdict on a whole store; conforms when nothing in it is a violation."""

    conforms: bool
    results: tuple[Result, ...]

    @classmethod
    def of(cls, results: Iterable[Result]) -> Self:
        """Gather results, worst first, then by place."""
        ordered = sorted(
            _unlike(results),
            key=lambda r: (
                -r.severity,
                r.place.file if r.place else "",
                (r.place.line or 0) if r.place else 0,
                r.focus_node,
                r.path or "",
                r.value or "",
                r.shape,
            ),
        )
        return cls(all(r.severity < Severity.VIOLATION for r in ordered), tuple(ordered))

    def also(self, *others: Iterable[Result]) -> Self:
        """This with more results."""
        return self.of(chain(self.results, *others))

    def in_cells(self, places: Mapping[Node, Place]) -> Self:
        """This with the column of a table in the place of what is said of a row's property.

        What is wrong with a thing that nothing describes stands where a cell names it.
        """
        if not isinstance(places, Places):
            return self

        def told(r: Result) -> Result:
            if r.place:
                return replace(r, place=places.cell(r.place, r.path)) if r.path else r
            if r.severity is Severity.VIOLATION:
                return replace(r, place=places.mentioned(URIRef(r.focus_node)))
            return r

        return replace(self, results=tuple(map(told, self.results)))

    def located(self, places: Iterable[tuple[Node, Place]]) -> Self:
        """This with where things stand, of which only those that it tells of are kept."""
        told = {r.focus_node for r in self.results}
        found = {str(node): place for node, place in places if str(node) in told}
        results = (replace(r, place=r.place or found.get(r.focus_node)) for r in self.results)
        return replace(self, results=tuple(results))

    def about(self, places: Mapping[Node, Place]) -> Self:
        """The part that concerns some files: all violations, and what is said of their subjects."""
        kept = (r for r in self.results if r.severity is Severity.VIOLATION or r.place)
        return replace(self, results=tuple(kept)) if places else self

    def __str__(self) -> str:
        return self.text()

    def text(self, language: str | None = None) -> str:
        """For a person, in one language or in both; those of one message are told together."""
        counts = {s: sum(r.severity is s for r in self.results) for s in reversed(Severity)}
        none = "tanpa catatan" if language == "id" else "no result"
        tally = ", ".join(f"{n} {s.said(language, n)}" for s, n in counts.items() if n) or none
        if language == "id":
            verdict = "memenuhi syarat" if self.conforms else "belum memenuhi syarat"
        else:
            verdict = "conforms" if self.conforms else "does not conform"
        alike: dict[tuple[object, ...], list[Result]] = {}
        for r in self.results:
            alike.setdefault(r.alike, []).append(r)
        told = (visible(line) for some in alike.values() for line in _together(some, language))
        return "\n".join([f"{verdict} ({tally})", *told])

    def in_both(self) -> str:
        """For whoever it is passed on to: the verdict in both languages, and below it the rest."""
        verdict, *told = self.text().splitlines()
        return "\n".join([verdict, self.text("id").partition("\n")[0], *told])

    def to_json(self) -> dict[str, object]:
        """For a program: plain values, ready for `json.dumps`."""
        return {
            "conforms": self.conforms,
            "results": [
                {
                    "severity": r.severity.name.lower(),
                    "focusNode": r.focus_node,
                    "path": r.path,
                    "value": r.value,
                    "messages": dict(r.messages),
                    "shape": r.shape,
                    "component": r.component,
                    "place": str(r.place) if r.place else None,
                }
                for r in self.results
            ],
        }

    def graph(self) -> Graph:
        """As RDF (SHACL §3.6), with the place in the file as a comment to each result."""
        graph, top = Graph(), BNode()
        for prefix, namespace in terms.PREFIXES.items():
            graph.bind(prefix, namespace)
        graph.add((top, RDF.type, SH.ValidationReport))
        graph.add((top, SH.conforms, Literal(self.conforms)))
        for r in self.results:
            node = BNode()
            graph.add((top, SH.result, node))
            graph.add((node, RDF.type, SH.ValidationResult))
            graph.add((node, SH.resultSeverity, SH[r.severity.name.capitalize()]))
            graph.add((node, SH.focusNode, URIRef(r.focus_node)))
            graph.add((node, SH.sourceShape, URIRef(r.shape)))
            graph.add((node, SH.sourceConstraintComponent, URIRef(r.component)))
            if r.path:
                graph.add((node, SH.resultPath, _path_node(graph, r.path)))
            if r.value:
                iri = r.value.startswith(("http://", "https://"))
                graph.add((node, SH.value, URIRef(r.value) if iri else Literal(r.value)))
            for language, message in r.messages.items():
                graph.add((node, SH.resultMessage, Literal(message, lang=language)))
            if r.place:
                graph.add((node, terms.CG.place, Literal(str(r.place))))
        return graph


def read(report: Graph, shapes: Graph, places: Mapping[Node, Place]) -> Iterator[Result]:
    """The results in a SHACL report graph; a nameless shape is told by the named one around it."""
    said = _Messages(shapes)
    details = set(report.objects(None, SH.detail))  # what a result says already, of its value
    for node in set(report.subjects(RDF.type, SH.ValidationResult)) - details:
        focus = report.value(node, SH.focusNode)
        path, value = report.value(node, SH.resultPath), report.value(node, SH.value)
        severity = str(report.value(node, SH.resultSeverity)).removeprefix(str(SH)).upper()
        yield Result(
            severity=Severity[severity],
            focus_node=str(focus),
            path=_path(report, path) if path is not None else None,
            value=None if value is None else str(value),
            messages=_with_nearest(
                said.of(
                    [m for m in report.objects(node, SH.resultMessage) if isinstance(m, Literal)],
                    shape := _named(report.value(node, SH.sourceShape), shapes),
                ),
                [node for node in (path, value) if isinstance(node, URIRef)],
            ),
            shape=str(shape),
            component=str(report.value(node, SH.sourceConstraintComponent)),
            place=places.get(focus) if focus is not None else None,
        )


def _with_nearest(messages: Mapping[str, str], named: Iterable[object]) -> Mapping[str, str]:
    """Messages that also name what is nearest to a concept or a term of ours that there is not.

    Args:
        messages: by language.
        named: what a result is about: its property and its value, as far as they have IRIs.
    """
    for iri in map(str, named):
        if iri.startswith(terms.SCHEME) and URIRef(iri) not in labels():
            near = _nearest_concepts(iri[:_LONGEST])
            said = {
                "en": "There is no such concept; nearest",
                "id": "Konsep itu tidak ada; yang terdekat",
            }
        elif iri.startswith(CG) and iri not in ontology_terms():
            near = _nearest_terms(iri[:_LONGEST])
            said = {"en": "Nearest", "id": "Yang terdekat"}
        else:
            continue
        if near:
            told = {"en": " or ".join(near), "id": " atau ".join(near)}
            return {
                language: f"{text} {said[language]}: {told[language]}."
                if language in said
                else text
                for language, text in messages.items()
            }
    return messages


@lru_cache(maxsize=1024)
def _nearest_concepts(called: str) -> tuple[str, ...]:
    """Those of its scheme with its name for a word, or else one like it; or of another."""
    scheme, _, name = called.rpartition("/")
    beside = {c.rpartition("/")[2]: c for c in labels() if c.rpartition("/")[0] == scheme}
    words = [other for other in sorted(beside) if name in other.split("-")][:2]
    like = words or get_close_matches(name, beside, 2, 0.6)
    near = [beside[other] for other in like] or get_close_matches(
        called, map(str, labels()), 2, 0.8
    )
    return tuple(map(terms.short, near))


@lru_cache(maxsize=1024)
def _nearest_terms(called: str) -> tuple[str, ...]:
    known = [term.removeprefix(CG) for term in ontology_terms()]
    return tuple(f"cg:{t}" for t in get_close_matches(called.removeprefix(CG), known, 2, 0.7))


class _Messages:
    """What shapes say, in every language that they say it in.

    Of a SPARQL-based constraint pySHACL tells one message, whichever comes first, with values in
    place of its {?variables} and without its language. From it the values are read again, and put
    into the message in the other language.
    """

    def __init__(self, shapes: Graph) -> None:
        self._of: dict[Node, dict[str, list[str]]] = {}
        for node, message in shapes.subject_objects(SH.message):
            if isinstance(message, Literal):
                parts = _VARIABLE.split(str(message))
                self._of.setdefault(node, {})[message.language or "en"] = parts

    def of(self, told: Iterable[Literal], shape: Node | None) -> dict[str, str]:
        """The messages of a result, by language: those told, else those of its shape."""
        found = {message.language: str(message) for message in told if message.language}
        for message in told:
            if not message.language:
                found |= self._translated(str(message))
        if len(found) < 2 and shape in self._of:  # what is told is pySHACL's own, in English
            return {
                language: _filled(parts, {}, language)
                for language, parts in self._of[shape].items()
            }
        return found

    def _translated(self, text: str) -> dict[str, str]:
        for node in self._of.values():
            for parts in node.values():
                if (values := _values(parts, text)) is not None:
                    return {
                        language: _filled(each, values, language) for language, each in node.items()
                    }
        return {"en": text}


def _values(parts: Sequence[str], text: str) -> dict[str, str] | None:
    """What stands in a text for the variables of a message; None if it is another message.

    Args:
        parts: of the message, as `_VARIABLE` splits it: texts, and names between them.
        text: with values in place of the variables; read once from left to right.
    """
    texts, names = parts[::2], parts[1::2]
    if not names:
        return {} if text == texts[0] else None
    end = len(text) - len(texts[-1])
    if not text.startswith(texts[0]) or not text.endswith(texts[-1]):
        return None
    at, values = len(texts[0]), {}
    for number, (name, after) in enumerate(zip(names, texts[1:], strict=True), 1):
        to = end if number == len(names) else text.find(after, at, end)
        if to < at:
            return None
        values[name] = text[at:to]
        at = to + len(after)
    return values


def _filled(parts: Sequence[str], values: Mapping[str, str], language: str) -> str:
    """A message with values in place of its variables; concepts are called by their labels."""
    named = (
        _called(values.get(part, part), language) if number % 2 else part
        for number, part in enumerate(parts)
    )
    return "".join(named)


def _called(value: str, language: str) -> str:
    label = labels().get(URIRef(value), {}).get(language) if terms.is_iri(value) else None
    return f"“{label}”" if label else terms.short(value)


def _named(shape: Node | None, shapes: Graph) -> Node | None:
    while isinstance(shape, BNode) and (around := shapes.value(None, SH.property, shape)):
        shape = around
    return shape


def _path(report: Graph, path: Node) -> str:
    """A property path in SPARQL's notation, as far as the shapes use paths (SHACL §2.3.1)."""
    if (inverse := report.value(path, SH.inversePath)) is not None:
        return f"^{inverse}"
    if (alternatives := report.value(path, SH.alternativePath)) is not None:
        return " | ".join(_path(report, part) for part in report.items(alternatives))
    return str(path)


def _path_node(graph: Graph, path: str) -> Node:
    """A path that `_path` wrote, as a shape writes it."""
    if " | " in path:
        node, members = BNode(), BNode()
        Collection(graph, members, [_path_node(graph, part) for part in path.split(" | ")])
        graph.add((node, SH.alternativePath, members))
        return node
    if path.startswith("^"):
        node = BNode()
        graph.add((node, SH.inversePath, _path_node(graph, path[1:])))
        return node
    return URIRef(path)


def _together(some: Sequence[Result], language: str | None) -> Iterator[str]:
    """Results of one message: where each is, as far as there is room, and the message once."""
    yield from (r.head(language) for r in some[:_MOST])
    if (more := len(some) - _MOST) > 0:
        both = {"en": f"… and {more} more", "id": f"… dan {more} lagi"}
        yield "  " + (both[language] if language else " / ".join(both.values()))
    yield from some[0].said(language)


def _unlike(results: Iterable[Result]) -> Iterator[Result]:
    seen = set()
    for r in results:
        key = (r.severity, r.focus_node, r.path, r.value, tuple(sorted(r.messages.items())))
        if key not in seen:
            seen.add(key)
            yield r


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _short(iri: str) -> str:
    if " | " in iri or iri.startswith("^"):
        return " | ".join("^" * p.startswith("^") + _short(p.lstrip("^")) for p in iri.split(" | "))
    return terms.short(iri)
