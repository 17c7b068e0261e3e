"""Codebooks between a team's tool and the frameworks: a draft of the mapping, and the way back."""

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final
from xml.etree.ElementTree import Element, SubElement, indent, tostring

import yaml
from rapidfuzz import fuzz

from rembug import __version__, settings, terms
from rembug.catalogue import read
from rembug.errors import UnknownName
from rembug.graph import KnowledgeGraph
from rembug.sources.coded import Code, Project

_ASPECTS: Final = read(settings.queries_dir() / "store" / "aspects.rq")
_NEAR: Final = 84  # of 100; below it names are alike by chance
_TELLING: Final = 6  # letters of a name that may be a part of a label
_JOINING: Final = frozenset(
    {"dan", "atau", "untuk", "pada", "dalam", "di", "ke", "dari", "yang"}
    | {"and", "or", "for", "of", "on", "in", "to", "the", "a"}
)
_QDC: Final = "urn:QDA-XML:codebook:1.0"


@dataclass(frozen=True)
class Aspect:
    """What a code may map to.

    Attributes:
        iri: of the concept.
        scheme: slug of its framework.
        labels: by language.
        definitions: by language.
        scheme_labels: the framework's, by language.
        broader: IRI of what it is a part of; empty at the top.
    """

    iri: str
    scheme: str
    labels: dict[str, str]
    definitions: dict[str, str]
    scheme_labels: dict[str, str]
    broader: str = ""

    @property
    def reference(self) -> str:
        """As a codebook file names it: `scheme/concept`."""
        return self.iri.removeprefix(terms.SCHEME)


@dataclass(frozen=True)
class Suggestion:
    """An aspect that a code's name resembles, from 0 to 100."""

    code: Code
    aspect: Aspect | None
    score: int = 0


def aspects(graph: KnowledgeGraph) -> list[Aspect]:
    """Every aspect of the frameworks in a graph, by framework."""
    found: dict[str, Aspect] = {}
    for row in graph.rows(_ASPECTS.text):
        iri, scheme = row["aspect"].value, row["scheme"].value.removeprefix(terms.SCHEME)
        broader = row["broader"].value if "broader" in row else ""
        aspect = found.setdefault(iri, Aspect(iri, scheme, {}, {}, {}, broader))
        language = row["label"].language or "en"
        aspect.labels[language] = row["label"].value
        aspect.scheme_labels[language] = row["schemeLabel"].value
        if "definition" in row:
            aspect.definitions[language] = row["definition"].value
    return list(found.values())


def of_schemes(known: Sequence[Aspect], schemes: Sequence[str]) -> Sequence[Aspect]:
    """The aspects of some frameworks, of all if none is named; raises UnknownName."""
    there = list(dict.fromkeys(aspect.scheme for aspect in known))
    for scheme in schemes:
        if scheme not in there:
            raise UnknownName("framework", scheme, there)
    return [aspect for aspect in known if not schemes or aspect.scheme in schemes]


def suggest(codes: Iterable[Code], known: Sequence[Aspect]) -> list[Suggestion]:
    """For each code the aspect whose label its name resembles most, in either language."""
    return [_nearest(code, known) for code in codes]


def draft(project: Project, known: Sequence[Aspect], language: str = "id") -> str:
    """A codebook file to be read through and completed, in YAML.

    Args:
        project: a coded project; its sources are read to its end.
        known: the aspects of the frameworks.
        language: of the project's code names and texts.
    """
    # a codebook speaks of sources by name: what it says is of all that have one name
    names = dict.fromkeys(source.name for source in project.sources)
    lines = [
        "# What the codes and sources of this project mean. Read every line; a code without an",
        "# aspect stays your own. / Arti kode dan sumber proyek ini. Periksa setiap baris; kode",
        "# tanpa aspek tetap milik Anda.",
        f"language: {language}",
        "codes:",
    ]
    for suggestion in suggest(project.codes, known):
        reference = suggestion.aspect.reference if suggestion.aspect else ""
        line = f"  {_quoted(suggestion.code.name)}:{' ' * bool(reference)}{reference}"
        if suggestion.aspect:
            label = suggestion.aspect.labels.get(language, "")
            line += f"  # {label} ({suggestion.score}%)"
        lines.append(line)
    if names:
        lines += ["# kind: interview, observation, document", "sources:"]
        lines += [f"  {_quoted(name)}: {{kind: document}}" for name in names]
        lines += [
            "# The pseudonym of each informant, for whom they speak, and what they consented to:",
            "# P1: {speaksFor: actor/SLUG, position: artisan, consent: paraphrase}",
            "informants:",
        ]
    if project.coders:
        lines += ["# What each coder is called in public.", "coders:"]
        lines += [
            f"  {_quoted(name)}: {chr(ord('A') + number)}"
            for number, name in enumerate(project.coders[:26])
        ]
    return "\n".join(lines) + "\n"


def export(known: Sequence[Aspect], schemes: Sequence[str], language: str) -> bytes:
    """The frameworks as a codebook that coding tools open (REFI-QDA, `.qdc`).

    Args:
        known: the aspects.
        schemes: slugs of the frameworks to write; all if empty.
        language: of the names.

    Raises:
        UnknownName: there is no such framework.
    """
    chosen = of_schemes(known, schemes)
    root = Element("CodeBook", {"xmlns": _QDC, "origin": f"Rembug {__version__}"})
    codes = SubElement(root, "Codes")
    for scheme in schemes or dict.fromkeys(aspect.scheme for aspect in chosen):
        members = [aspect for aspect in chosen if aspect.scheme == scheme]
        title = members[0].scheme_labels.get(language, scheme)
        top = _code(codes, terms.SCHEME + scheme, title, codable=False)
        inside = {aspect.iri for aspect in members}
        _nest(top, [a for a in members if a.broader not in inside], members, language)
    SubElement(root, "Sets")
    indent(root)
    body: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return body + b"\n"


def _nest(parent: Element, here: list[Aspect], members: list[Aspect], language: str) -> None:
    for aspect in here:
        label = aspect.labels.get(language) or next(iter(aspect.labels.values()))
        element = _code(parent, aspect.iri, label)
        if told := aspect.definitions.get(language):
            SubElement(element, "Description").text = told
        _nest(element, [a for a in members if a.broader == aspect.iri], members, language)


def _code(parent: Element, iri: str, name: str, *, codable: bool = True) -> Element:
    guid = str(uuid.uuid5(uuid.NAMESPACE_URL, iri)).upper()
    told = {"guid": guid, "name": name, "isCodable": "true" if codable else "false"}
    return SubElement(parent, "Code", told)


def _nearest(code: Code, known: Sequence[Aspect]) -> Suggestion:
    """By the whole of the last part of its name; else by a word of it that only one label has."""
    # Tools without nested codes write the nesting into the name: proses.dialog, Coke::diet.
    name = _words(re.split(r"::|\.(?=\S)", code.path[-1])[-1])
    best = Suggestion(code, None)
    parts: dict[str, Suggestion] = {}
    for aspect in known:
        for label in aspect.labels.values():
            words = _words(label)
            score = round(fuzz.token_sort_ratio(name, words))
            if score >= _NEAR and score > best.score:
                best = Suggestion(code, aspect, score)
            elif len(name) >= _TELLING and fuzz.token_set_ratio(name, words) == 100:
                parts.setdefault(aspect.iri, Suggestion(code, aspect, score))
    if best.aspect is None and len(parts) == 1:
        return next(iter(parts.values()))
    return best


def _words(text: str) -> str:
    """The words of a name that tell it from others, which do not join those: and, for."""
    words = terms.slug(text).split("-")
    return " ".join([word for word in words if word not in _JOINING] or words)


def _quoted(text: str) -> str:
    return yaml.safe_dump(text, allow_unicode=True, default_style='"', width=10_000).strip()
