"""What /compare sets side by side: studies and programs with what is said of each element."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from flask import g

from rembug.graph import Row, Rows
from rembug.graph.readers.index import Card, Text, words
from rembug.web.context import page_part, page_rows
from rembug.web.maps import Element, Map, asked, map_of, process_map
from rembug.web.words import strings

UNKNOWN: Final = frozenset({"unasked", "silent"})
"""The states in which nobody has said anything of an element."""


@dataclass(frozen=True)
class Column:
    """What is compared: a study or a program, its name, its region, and what is said of it."""

    iri: str
    label: str
    study: str
    region: str
    map: Map


@dataclass(frozen=True)
class Question:
    """What could be asked on an element, by language, with the element's name in each."""

    element: str
    label: Mapping[str, str]
    asked: Mapping[str, Sequence[str]]


def of_study(study: str, label: str, framework: str) -> Column:
    """A study with its regions and what is said in it."""
    profile = page_part("study-profile", study=study)
    regions = [
        str(row.get("valueLabel", row["value"])) for row in profile if "region" in str(row["about"])
    ]
    drawn = process_map(framework, study)
    return Column(study, label, study, ", ".join(dict.fromkeys(regions)), drawn)


@dataclass(frozen=True)
class Programs:
    """The programs of some studies.

    Attributes:
        columns: those that are shown, with what is said of each.
        cards: the same with their names in every language.
        more: how many others there are.
        late: whether some of them did not come in time.
    """

    columns: Sequence[Column]
    cards: Sequence[Card]
    more: int
    late: bool


def programs_of(columns: Sequence[Column], framework: str, most: int) -> Programs:
    """The programs of some studies with what is said of each, as the graph says, index or not."""
    found: list[Column] = []
    cards: list[Card] = []
    more, late = 0, False
    for column in columns:
        rows = page_part("study-programs", study=column.iri)
        late = late or rows.late
        every = _cards(rows)
        shown = every[: most - len(found)]
        more += len(every) - len(shown)
        if not shown:
            continue
        cards += shown
        used = asked(framework, column.iri)
        said = page_part("findings-about", study=column.iri, framework=framework)
        by_thing: dict[str, list[Row]] = defaultdict(list)
        for row in said:
            by_thing[str(row["about"])].append(row)
        for card in shown:
            own = Rows(said.variables, by_thing[card.iri], said.late)
            chosen = {"study": [column.iri], "about": [card.iri]}
            drawn = map_of(framework, own, used, chosen)
            label = card.label(g.lang)[0]
            found.append(Column(card.iri, label, column.iri, column.region, drawn))
    often = Counter(one.label for one in found)
    whose = {column.iri: column.label for column in columns}
    apart = [
        replace(one, label=f"{one.label} ({whose[one.study]})") if often[one.label] > 1 else one
        for one in found
    ]
    return Programs(apart, cards, more, late)


def named(iri: str) -> Card:
    """A thing with its names, as the graph says."""
    return Card(iri, labels=tuple(_seen(page_rows("names", thing=iri))))


def _cards(rows: Rows) -> list[Card]:
    """Programs with their names, in the order of those in the page's language."""
    of_each: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        of_each[str(row["program"])].append(row)
    cards = [Card(iri, labels=tuple(_seen(named))) for iri, named in of_each.items()]
    return sorted(cards, key=lambda card: (words.key(card.label(g.lang)[0]), card.iri))


def _seen(rows: Iterable[Row]) -> Iterator[Text]:
    """The labels of rows that have one to be seen: a blank one would be a link without a name."""
    for row in rows:
        if "label" in row and not words.blank(row["label"].value):
            yield row["label"].value, row["label"].language or ""


def questions_on(
    framework: str, elements: Iterable[Element], about: Mapping[str, str]
) -> list[Question]:
    """What to ask on each element of which nothing is said, from its own definition.

    Args:
        framework: the name of the scheme.
        elements: those of the map.
        about: the name of the program, by language.
    """
    told: dict[str, dict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for row in page_rows("element-definitions", framework=framework):
        told[str(row["element"])][str(row["language"])].append(row)
    found = []
    for element in elements:
        if element.state in UNKNOWN:
            rows = told[element.iri]
            labels = {language: str(rows[language][0]["elementLabel"]) for language in rows}
            texts = {lang: _asked(rows[lang], about[lang], lang) for lang in rows}
            found.append(Question(element.iri, labels, texts))
    return found


def _asked(rows: Sequence[Row], about: str, language: str) -> list[str]:
    """The questions on an element in a language."""

    def say(key: str, **values: str) -> str:
        return strings()[f"ask.{key}"][language].format(**values)

    first = rows[0]
    names = {"element": str(first["elementLabel"]), "about": about}
    if "definition" in first:
        texts = [say("meaning", definition=str(first["definition"]), **names)]
    else:
        texts = [say("plain", **names)]
    polarity = str(first.get("polarity", "")).rpartition("/")[2]
    texts.append(say(polarity if polarity in ("favourable", "unfavourable") else "open", **names))
    acted_on = dict.fromkeys(
        str(row["influencedLabel"]) for row in rows if "influencedLabel" in row
    )
    if acted_on:
        texts.append(say("influence", others=", ".join(acted_on), **names))
    return texts
