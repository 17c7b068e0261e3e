"""The documentation of the ontology, from the ontology itself, the shapes and the catalogue.

It says of every term what MIRO asks for (https://doi.org/10.1186/s13326-017-0172-7): definition,
source, example, what it stands beside; and of the whole its version, licence and citation.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from flask import g

from rembug import settings
from rembug.catalogue import Catalogue, Query
from rembug.graph import Row
from rembug.web.context import catalogue, page_part, page_rows
from rembug.web.hints import named
from rembug.web.vocabulary import asked

_OTHER_FILES: Final = re.compile(r"\[([^\]]*)\]\([\w.-]+\.md\)")  # which the service does not show
_LINE: Final = 26  # between two properties in a drawing
_LISTS: Final = {"parent": "above", "domain": "domains", "range": "ranges", "inverse": "inverses"}
_TEXTS: Final = ("definition", "example", "source")


@dataclass
class Documented:
    """A class or a property, and all that is said of it.

    Attributes:
        iri: its own.
        sort: class or property.
        label: in the page's language.
        texts: definition, example and source, as far as there are.
        above: what it is a kind of.
        domains: the classes whose things have it.
        ranges: the classes or datatypes of its values.
        inverses: properties that say the same from the other end.
        must: of a class, the properties that the shapes ask for.
        may: of a class, the other properties that its shapes or the ontology give it.
        queries: the ready questions that use it.
        things: how many things a class has.
        thing: one of them.
    """

    iri: str
    sort: str
    label: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    above: list[str] = field(default_factory=list)
    domains: list[str] = field(default_factory=list)
    ranges: list[str] = field(default_factory=list)
    inverses: list[str] = field(default_factory=list)
    must: list[str] = field(default_factory=list)
    may: list[str] = field(default_factory=list)
    queries: Sequence[Query] = ()
    things: int = 0
    thing: Row | None = None

    @property
    def anchor(self) -> str:
        """Its name within the page."""
        return self.iri.rpartition("#")[2]


@dataclass(frozen=True)
class Arrow:
    """A property in a drawing: its term, where its values lead, how high it is drawn."""

    term: Documented
    ends: Sequence[str]
    y: int


@dataclass(frozen=True)
class Diagram:
    """A class with the properties that leave it, as lines; `height` of the drawing."""

    arrows: Sequence[Arrow]
    height: int


def documented() -> dict[str, Documented]:
    """Every class and property of the ontology, by IRI, in the order of their labels."""
    known = _terms(page_rows("ontology-statements"))
    for cls, props in _asked(known).items():
        for prop, required in sorted(props.items(), key=lambda pair: known[pair[0]].label):
            (known[cls].must if required else known[cls].may).append(prop)
    uses = _uses(catalogue())
    for one in known.values():
        one.queries = uses.get(one.iri, ())
    for row in page_part("class-examples"):
        if (found := known.get(str(row["class"]))) is not None:
            found.things, found.thing = int(str(row["things"])), row
    return dict(sorted(known.items(), key=lambda pair: (pair[1].sort, pair[1].label.casefold())))


def header() -> Mapping[str, list[Row]]:
    """What the ontology says of itself, by the last part of the property's IRI."""
    found: dict[str, list[Row]] = defaultdict(list)
    for row in page_rows("ontology-header"):
        value = row["value"]
        if value.language in (None, "", g.lang):
            found[str(row["property"]).replace("#", "/").rpartition("/")[2]].append(row)
    return found


def diagram(one: Documented, known: Mapping[str, Documented]) -> Diagram | None:
    """A class with what leads out of it to things of other classes; None if nothing does."""
    leading = [
        (known[prop], [known[end].label for end in known[prop].ranges if end in known])
        for prop in (*one.must, *one.may)
    ]
    shown = [(term, ends) for term, ends in leading if ends]
    arrows = [Arrow(term, ends, _LINE * n + _LINE // 2) for n, (term, ends) in enumerate(shown)]
    return Diagram(arrows, _LINE * len(arrows)) if arrows else None


def guide() -> str:
    """The guide for researchers as HTML, in the page's language."""
    from markdown_it import MarkdownIt  # slow to load, and rarely needed

    ending = "" if g.lang == "en" else f".{g.lang}"
    text = (settings.docs_dir() / f"ontology-guide{ending}.md").read_text(encoding="utf-8")
    return str(MarkdownIt("js-default").render(_OTHER_FILES.sub(r"\1", text)))


def _terms(rows: Iterable[Row]) -> dict[str, Documented]:
    known: dict[str, Documented] = {}
    for row in rows:
        one = known.setdefault(str(row["term"]), Documented(str(row["term"]), str(row["sort"])))
        one.label = str(row["termLabel"])
        for name in _TEXTS:
            if name in row:
                one.texts[name] = str(row[name])
        for name, place in _LISTS.items():
            found = getattr(one, place)
            if name in row and str(row[name]) not in found:
                found.append(str(row[name]))
    return known


def _asked(known: Mapping[str, Documented]) -> dict[str, dict[str, bool]]:
    """The properties that the ontology or a shape gives to each class itself."""
    found: dict[str, dict[str, bool]] = defaultdict(dict)
    for iri, one in known.items():
        if one.sort == "property":
            for domain in one.domains:
                found[domain].setdefault(iri, False)
    for prop, classes in asked().classes.items():
        for cls, required in classes.items():
            if prop in known:
                found[cls][prop] = found[cls].get(prop, False) or required
    return {cls: props for cls, props in found.items() if cls in known}


def _uses(questions: Catalogue) -> Mapping[str, Sequence[Query]]:
    """The ready questions that name a term, by its IRI."""
    found: dict[str, list[Query]] = defaultdict(list)
    for query in questions.values():
        for iri in named(query.text):
            found[iri].append(query)
    return found
