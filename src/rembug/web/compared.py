"""What /compare sets side by side: studies and programs with what is said of each element."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from flask import g

from rembug.graph import Row, Rows
from rembug.graph.readers.index import Listing
from rembug.web.context import page_part, page_rows, reading
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


def programs_of(columns: Sequence[Column], framework: str, most: int) -> tuple[list[Column], int]:
    """The programs of some studies with what is said of each, and how many others there are.

    Raises:
        Preparing: there is no index yet.
    """
    found: list[Column] = []
    more = 0
    with reading() as index:
        listed = {
            one.iri: index.listed(
                Listing("programs", {"study": [one.iri]}), language=g.lang, limit=most
            )
            for one in columns
        }
    for column in columns:
        cards = listed[column.iri].cards[: most - len(found)]
        more += listed[column.iri].total - len(cards)
        if not cards:
            continue
        used = asked(framework, column.iri)
        said = page_part("findings-about", study=column.iri, framework=framework)
        by_thing: dict[str, list[Row]] = defaultdict(list)
        for row in said:
            by_thing[str(row["about"])].append(row)
        for card in cards:
            own = Rows(said.variables, by_thing[card.iri], said.late)
            chosen = {"study": [column.iri], "about": [card.iri]}
            drawn = map_of(framework, own, used, chosen)
            label = card.label(g.lang)[0]
            found.append(Column(card.iri, label, column.iri, column.region, drawn))
    return found, more


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
