"""The terms that a query can use: their names in every language, and which fit together.

What fits is what the shapes and the ontology say: a property that a shape of a class speaks of, or
that has the class in its domain, fits the class and all below it (SHACL §2.1.3.1, RDFS §3).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from rdflib import RDF, RDFS, SH, SKOS, Graph, Literal, Namespace, URIRef
from rdflib.term import Node

from rembug import settings, terms
from rembug.graph import Rows
from rembug.web.context import page_rows

_SCHEMA: Final = Namespace("https://schema.org/")
_SORTS: Final = {"Class": "class", "ObjectProperty": "property", "DatatypeProperty": "property"}


@dataclass
class Named:
    """A term of the ontology or a concept of a scheme.

    Attributes:
        iri: its own.
        sort: class, property or concept; empty for anything else.
        labels: by language.
        definitions: by language.
        above: the classes that it is a kind of.
        domains: the classes whose things have the property.
    """

    iri: str
    sort: str = ""
    labels: dict[str, str] = field(default_factory=dict)
    definitions: dict[str, str] = field(default_factory=dict)
    above: list[str] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Asked:
    """What the shapes ask of the things of classes.

    Attributes:
        classes: by property, the classes whose shapes speak of it, and whether one must have it.
        values: by property, where the IRIs of its values begin if they are concepts of schemes.
    """

    classes: Mapping[str, Mapping[str, bool]]
    values: Mapping[str, Sequence[str]]


def vocabulary() -> dict[str, Named]:
    """Every term and concept that the caller may read, by IRI."""
    return _named(page_rows("vocabulary"))


def fitting(known: Mapping[str, Named]) -> dict[str, dict[str, bool]]:
    """For each class the properties that fit its things, and whether they must have them."""
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    shaped = asked().classes
    for iri, one in known.items():
        if one.sort == "property":
            for domain in one.domains:
                found[domain].setdefault(iri, False)
    for prop, classes in shaped.items():
        for cls, required in classes.items():
            found[cls][prop] = found[cls].get(prop, False) or required
    return {
        cls: _inherited(cls, found, known)
        for cls in {iri for iri, one in known.items() if one.sort == "class"}
        if any(above in found for above in _above(cls, known))
    }


def written(lang: str) -> dict[str, object]:
    """The vocabulary as the editor reads it; the definitions are in one language."""
    known = vocabulary()
    # A scheme that only a framework's file knows has its name for a prefix.
    schemes = dict(found for iri in known if (found := terms.scheme_of(iri)))
    return {
        "prefixes": schemes | terms.PREFIXES,
        "terms": [
            {
                "iri": one.iri,
                "curie": terms.curie(one.iri),
                "sort": one.sort,
                "label": one.labels,
                "definition": one.definitions.get(lang, ""),
            }
            for one in known.values()
            if one.sort and ":" in terms.curie(one.iri)
        ],
        "fits": {cls: list(props.items()) for cls, props in fitting(known).items()},
        "values": asked().values,
    }


@cache
def asked() -> Asked:
    """What the shipped shapes ask, read once."""
    shapes = Graph()
    for file in sorted(settings.shapes_dir().rglob("*.ttl")):
        shapes.parse(file)
    classes: dict[str, dict[str, bool]] = defaultdict(dict)
    values: dict[str, list[str]] = defaultdict(list)
    for shape, cls in shapes.subject_objects(SH.targetClass):
        for prop in shapes.objects(shape, SH.property):
            path = shapes.value(prop, SH.path)
            if isinstance(path, URIRef):
                before = classes[str(path)].get(str(cls), False)
                classes[str(path)][str(cls)] = before or _required(shapes, prop)
                values[str(path)] += _schemes(shapes, prop)
    return Asked(classes, {path: sorted(set(found)) for path, found in values.items() if found})


def _required(shapes: Graph, prop: Node) -> bool:
    """Whether a property shape refuses a thing without the property; a warning does not."""
    counts = (SH.minCount, SH.qualifiedMinCount)
    least = [shapes.value(prop, count) for count in counts]
    severity = shapes.value(prop, SH.severity, default=SH.Violation)
    some = any(isinstance(each, Literal) and int(each) > 0 for each in least)
    return some and severity == SH.Violation


def _schemes(shapes: Graph, prop: Node) -> list[str]:
    """Where the IRIs of the concepts begin that a property shape takes."""
    return [
        f"{scheme}/"
        for node in shapes.objects(prop, SH.node)
        for inner in shapes.objects(node, SH.property)
        if shapes.value(inner, SH.path) == SKOS.inScheme
        for scheme in shapes.objects(inner, SH.hasValue)
    ]


def _inherited(
    cls: str, found: Mapping[str, Mapping[str, bool]], known: Mapping[str, Named]
) -> dict[str, bool]:
    """What fits a class by itself and by those above it; what must be comes first."""
    every: dict[str, bool] = {}
    for above in _above(cls, known):
        for prop, required in found.get(above, {}).items():
            every[prop] = every.get(prop, False) or required
    return dict(sorted(every.items(), key=lambda pair: (not pair[1], pair[0])))


def _above(cls: str, known: Mapping[str, Named]) -> Iterator[str]:
    """A class and those above it, each once."""
    seen: dict[str, None] = {cls: None}
    fresh = [cls]
    while fresh:
        new = [a for each in fresh if each in known for a in known[each].above if a not in seen]
        seen.update(dict.fromkeys(new))
        fresh = new
    return iter(seen)


def _named(rows: Rows | Iterable[Mapping[str, object]]) -> dict[str, Named]:
    known: dict[str, Named] = {}
    for row in rows:
        iri, value = str(row["term"]), row["value"]
        one = known.setdefault(iri, Named(iri))
        language = getattr(value, "language", None) or ""
        match URIRef(str(row["property"])):
            case RDF.type:
                one.sort = one.sort or _SORTS.get(str(value).rpartition("#")[2], "")
            case SKOS.inScheme:
                one.sort = one.sort or "concept"
            case RDFS.label | SKOS.prefLabel:
                one.labels[language] = str(value)
            case SKOS.definition:
                one.definitions[language] = str(value)
            case RDFS.subClassOf:
                one.above.append(str(value))
            case RDFS.domain | _SCHEMA.domainIncludes:
                one.domains.append(str(value))
    return known
